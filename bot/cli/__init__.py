"""What an operator types. Heavy modules are imported by the command that needs them, so that `--help` is quick."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot import BEGUN

if TYPE_CHECKING:
    from bot.app.life import App
    from bot.config import Settings

app = typer.Typer(
    name="longplay",
    help="Longplay runs a listening club on Discord: nominate, vote, listen together, rate.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
log = logging.getLogger("longplay")

bench = typer.Typer(name="bench")
app.add_typer(bench)

FAILED = 1
BAD_SETTINGS = 2
INTERRUPTED = 130


def settings_or_exit() -> Settings:
    """The settings, with logging as they say; every fault is said at once and ends the command."""
    from bot.config import SettingsFault, read_settings

    try:
        settings = read_settings()
    except SettingsFault as error:
        typer.echo("The settings need a correction:", err=True)
        for fault in error.faults:
            typer.echo(f"  {fault}", err=True)
        raise typer.Exit(BAD_SETTINGS) from None
    from bot.logs import start_logging

    start_logging(settings.log_level, as_json=settings.log_json, secrets=settings.secrets())
    return settings


def complete(work: Coroutine[Any, Any, int], settings: Settings | None = None) -> None:
    """Run a command's coroutine and leave with its exit code, or with a sentence about what kept it from its work."""
    try:
        code = asyncio.run(work if settings is None else _explained(work, settings))
    except KeyboardInterrupt:
        code = INTERRUPTED
    if code:
        raise typer.Exit(code)


async def _explained(work: Coroutine[Any, Any, int], settings: Settings) -> int:
    try:
        return await work
    except Exception as error:
        # The outermost handler: Python's own would print the addresses and tokens that stand in an error.
        from bot.app.life import explain
        from bot.logs import strike

        sentence = explain(error)
        if sentence is None:
            log.critical("Longplay ends by a fault of its own", exc_info=error)
        else:
            typer.echo(strike(sentence, settings.secrets()), err=True)
        return FAILED


@app.command()
def run() -> None:
    """Run the bot on Discord; needs DISCORD_TOKEN alone."""
    # What is imported now stays for good: searching it for garbage, again and again, is a sixth of the start.
    gc.disable()
    settings = settings_or_exit()
    if settings.discord_token is None:
        typer.echo(
            "DISCORD_TOKEN is not set. Make a bot at https://discord.com/developers/applications, copy its token and "
            "start again with DISCORD_TOKEN=… longplay run. To try Longplay without an account: longplay rehearse.",
            err=True,
        )
        raise typer.Exit(BAD_SETTINGS)
    complete(_run(settings), settings)


async def _run(settings: Settings) -> int:
    from bot.app import begin

    return await until_stopped(begin(settings, works=settings.works), _start_and_run)


async def until_stopped(beginning: Coroutine[Any, Any, App], life: Callable[[App], Coroutine[Any, Any, None]]) -> int:
    """Begin, and live until a signal, or until that life ends by itself; a second signal leaves at once."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        # Windows has no handlers of this kind; Ctrl-C cancels us there.
        with suppress(NotImplementedError):
            loop.add_signal_handler(number, _stop_or_leave, stopping)
    stopped = asyncio.create_task(stopping.wait())
    running = asyncio.create_task(_live(beginning, life))
    try:
        await asyncio.wait({stopped, running}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
    finally:
        began = time.monotonic()
        stopped.cancel()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        log.info("stopped in %.1f s", time.monotonic() - began)
    return 0


async def _live(beginning: Coroutine[Any, Any, App], life: Callable[[App], Coroutine[Any, Any, None]]) -> None:
    longplay = await beginning
    try:
        await life(longplay)
    finally:
        await longplay.stop()


async def _start_and_run(longplay: App) -> None:
    await longplay.start()
    gc.freeze()
    gc.enable()
    servers = len(longplay.client.guilds)
    log.info("ready in %.1f s as %s on %d servers", time.monotonic() - BEGUN, longplay.client.user, servers)
    await longplay.prepare()
    await longplay.run()


def _stop_or_leave(stopping: asyncio.Event) -> None:
    """The first signal stops in order; the second leaves as a power cut would, which loses nothing either."""
    if stopping.is_set():
        log.warning("a second signal: leaving at once")
        sys.stderr.flush()
        os._exit(INTERRUPTED)
    log.info("stopping; a second signal leaves at once")
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
    chaos: Annotated[
        str | None, typer.Option(help="Play seasons in which everything goes wrong, by a seed (7) or many (1-200).")
    ] = None,
) -> None:
    """Play a club's weeks on a loopback Discord: no account."""
    if chaos is not None:
        from bot.rehearsal.chaos.command import rehearse as play_seasons

        complete(play_seasons(chaos))
        return
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
    settings = settings_or_exit()
    complete(_migrate(settings, check), settings)


async def _migrate(settings: Settings, check: bool) -> int:
    from bot.app import DatabaseHome
    from db import migrate as migrations

    home = DatabaseHome(settings)
    try:
        database = await home.connect()
        try:
            if check:
                differences = await migrations.check(database)
                for line in differences:
                    typer.echo(line)
                typer.echo("The database differs from the code." if differences else "The database is up to date.")
                return FAILED if differences else 0
            before, head = await migrations.head_state(database)
            if before != head:
                await migrations.upgrade(database)
            if before is not None and not migrations.knows(before):
                typer.echo(f"The database is at {before}, of a newer Longplay, and stays as it is.")
                return 0
            typer.echo(
                f"The database is at {head} already."
                if before == head
                else f"The database was at {before or 'nothing'} and is at {head} now."
            )
            return 0
        finally:
            await database.close()
    finally:
        await home.close()


@app.command("sync-commands")
def sync_commands(
    guild: Annotated[int | None, typer.Option(min=1, help="Only for the server with this id; else for all.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be told to Discord.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Tell Discord even when nothing changed.")] = False,
) -> None:
    """Tell Discord of the commands where they changed."""
    settings = settings_or_exit()
    if settings.discord_token is None:
        typer.echo("DISCORD_TOKEN is not set: Discord cannot be told of commands without it.", err=True)
        raise typer.Exit(BAD_SETTINGS)
    complete(_sync_commands(settings, guild, dry_run, force), settings)


async def _sync_commands(settings: Settings, guild: int | None, dry_run: bool, force: bool) -> int:
    from bot.app.life import App
    from cogs.shared.registration import register_commands

    longplay = App(settings)
    try:
        if not await longplay.open_database(migrates=not dry_run):
            typer.echo("The database is not at the code's revision: longplay migrate comes first.", err=True)
            return FAILED
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


@bench.command("catalogue")
def bench_catalogue(
    albums: Annotated[int, typer.Option(min=100, help="Albums in the catalogue.")] = 100_000,
    people: Annotated[int, typer.Option(min=1, help="People who type a name, key by key.")] = 250,
    names: Annotated[
        Path | None, typer.Option(help="Real names: a .csv or .csv.gz with the columns album_name and artist_names.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object alone on standard output.")] = False,
) -> None:
    """How long autocomplete takes at 100,000 albums."""
    from bot.bench.catalogue import Options
    from bot.bench.catalogue import bench as measure

    complete(measure(Options(albums=albums, people=people, names=names, json=as_json)))


@app.command()
def doctor(
    sources: Annotated[bool, typer.Option("--sources", help="Also ask each source of albums one question.")] = False,
) -> None:
    """Say what is missing, by exact name; needs no token."""
    from bot.doctor import examine

    complete(examine(asks_sources=sources))


# Commands that fill a file of their own; each takes its place above when it is imported.
from bot.cli import backups as backups  # noqa: E402
from bot.cli import bench_all as bench_all  # noqa: E402
from bot.cli import bench_interactions as bench_interactions  # noqa: E402
from bot.cli import bench_listening as bench_listening  # noqa: E402
from bot.cli import bench_lists as bench_lists  # noqa: E402
from bot.cli import bench_pictures as bench_pictures  # noqa: E402
from bot.cli import bench_recommend as bench_recommend  # noqa: E402
from bot.cli import bench_scale as bench_scale  # noqa: E402
from bot.cli import bench_sync as bench_sync  # noqa: E402
from bot.cli import bench_taste as bench_taste  # noqa: E402
from bot.cli import imports as imports  # noqa: E402
from bot.cli import keys as keys  # noqa: E402
from bot.cli import migrate_posts as migrate_posts  # noqa: E402
from bot.cli import worker as worker  # noqa: E402
