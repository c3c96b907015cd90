"""What an operator types. Heavy modules are imported by the command that needs them, so that `--help` is quick."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.config import Settings, SettingsFault, read_settings

app = typer.Typer(
    name="longplay",
    help="Longplay runs a listening club on Discord: nominate, vote, listen together, rate.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

BAD_SETTINGS = 2
FAILED = 1


def settings_or_exit(**overrides: Any) -> Settings:
    """The settings; every fault is said at once and ends the command."""
    try:
        return read_settings(**overrides)
    except SettingsFault as error:
        typer.echo("The settings need a correction:", err=True)
        for fault in error.faults:
            typer.echo(f"  {fault}", err=True)
        raise typer.Exit(BAD_SETTINGS) from None


def complete(work: Coroutine[Any, Any, int]) -> None:
    """Run a command's coroutine and leave with its exit code."""
    try:
        code = asyncio.run(work)
    except KeyboardInterrupt:
        code = 130
    if code:
        raise typer.Exit(code)


@app.command()
def run() -> None:
    """Run the bot on Discord; needs DISCORD_TOKEN and nothing else."""
    settings = settings_or_exit()
    if settings.discord_token is None:
        typer.echo(
            "DISCORD_TOKEN is not set. Make a bot at https://discord.com/developers/applications, copy its token and "
            "start again with DISCORD_TOKEN=… longplay run. To try Longplay without an account: longplay rehearse.",
            err=True,
        )
        raise typer.Exit(BAD_SETTINGS)
    from bot.logs import start_logging

    start_logging(settings.log_level, as_json=settings.log_json)
    complete(_run(settings))


async def _run(settings: Settings) -> int:
    """Until a signal, or until Discord ends it for good; a second signal leaves at once."""
    from bot.app import App, explain

    longplay = App(settings)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _stop_or_leave, stopping)
    stopped = asyncio.create_task(stopping.wait())
    running = asyncio.create_task(_start_and_run(longplay))
    try:
        await asyncio.wait({stopped, running}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
    except Exception as error:
        sentence = explain(error)
        if sentence is None:
            raise
        typer.echo(sentence, err=True)
        return FAILED
    finally:
        stopped.cancel()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await longplay.stop()
    return 0


async def _start_and_run(longplay: Any) -> None:
    await longplay.start()
    await longplay.run()


def _stop_or_leave(stopping: asyncio.Event) -> None:
    if stopping.is_set():
        sys.exit(130)
    stopping.set()


@app.command()
def rehearse(
    source: Annotated[
        Path | None,
        typer.Option("--from", help="Play real club data: a Music League export folder, or an album ratings .jsonl."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object alone on standard output.")] = False,
    html: Annotated[Path | None, typer.Option("--html", help="Also write the transcript as a page.")] = None,
    kills: Annotated[
        str | None,
        typer.Option(help="Kill the bot in the middle of a week: at `each` kind of step, at `all` steps, or at one."),
    ] = None,
) -> None:
    """Play a club's weeks on a loopback Discord: no account, no keys, no network."""
    if kills is not None:
        from bot.rehearsal.kills.command import sweep

        complete(sweep(kills))
        return
    from bot.rehearsal.command import Options
    from bot.rehearsal.command import rehearse as play

    complete(play(Options(source=source, json=as_json, html=html)))


@app.command()
def migrate(
    check: Annotated[bool, typer.Option("--check", help="Only say whether the database is up to date.")] = False,
) -> None:
    """Bring the database to the code's revision."""
    complete(_migrate(settings_or_exit(), check))


async def _migrate(settings: Settings, check: bool) -> int:
    from bot.app import DatabaseHome
    from db import migrate as migrations

    home = DatabaseHome(settings)
    url = await home.open()
    try:
        if check:
            differences = await migrations.check(url)
            for line in differences:
                typer.echo(line)
            typer.echo("The database differs from the code." if differences else "The database is up to date.")
            return FAILED if differences else 0
        before, head = await migrations.head_state(url)
        await migrations.upgrade(url)
        typer.echo(f"The database was at {before or 'nothing'} and is at {head} now.")
        return 0
    finally:
        await home.close()


@app.command("sync-commands")
def sync_commands(
    guild: Annotated[int | None, typer.Option(help="Only for this server, at once; else for all.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be told to Discord.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Tell Discord even when nothing changed.")] = False,
) -> None:
    """Tell Discord of the commands, where they changed since it was last told."""
    settings = settings_or_exit()
    if settings.discord_token is None:
        typer.echo("DISCORD_TOKEN is not set: Discord cannot be told of commands without it.", err=True)
        raise typer.Exit(BAD_SETTINGS)
    complete(_sync_commands(settings, guild, dry_run, force))


async def _sync_commands(settings: Settings, guild: int | None, dry_run: bool, force: bool) -> int:
    from bot.app import App
    from cogs.shared.registration import register_commands

    longplay = App(settings)
    try:
        await longplay.log_in(delivers=False)
        told = await register_commands(
            longplay.client, longplay.tools, now=longplay.clock.now(), guild_id=guild, dry_run=dry_run, force=force
        )
    finally:
        await longplay.stop()
    typer.echo(f"{told.scope}: {len(told.names)} commands, digest {told.digest[:12]}")
    for name in told.names:
        typer.echo(f"  {name}")
    if told.sent:
        typer.echo("Discord was told.")
    else:
        typer.echo("Discord would be told." if told.changed else "Nothing changed: Discord knows them.")
    return 0


@app.command()
def doctor() -> None:
    """Say what is missing, by exact name; works without a token too."""
    from bot.doctor import examine

    complete(examine(read_settings))
