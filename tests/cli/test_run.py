"""`longplay run` as an operator has it: a real process, a loopback Discord, a real database."""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import Callable, Coroutine
from typing import Any

import aiohttp
from sqlalchemy import select, text

from bot.rehearsal.loopback import Fault, LoopbackDiscord
from bot.services.club import planning
from db.server import EmbeddedServer
from db.session import Database
from db.tables.outbox import Errand
from tests.cli.conftest import Ground
from tests.cli.process import PATIENCE, Running, Shell

IDLE_MEGABYTES = 150
COMMANDS = "/applications/{application_id}/commands"
REFUSED = "Discord refuses DISCORD_TOKEN"
HOURS = 3600.0
"""For a fault that holds an answer back until the process is gone."""


async def until(condition: Callable[[], object]) -> None:
    """Wait for what the process does on Discord."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - the loopback has no event for everything a test watches
            await asyncio.sleep(0.01)


async def started(shell: Shell, *, anew: bool = False, **settings: str | None) -> Running:
    running = await shell.start("run", anew=anew, **settings)
    await running.says("ready in")
    return running


async def page(session: aiohttp.ClientSession, path: str) -> tuple[int, str]:
    async with session.get(path) as answer:
        return answer.status, await answer.text()


def tellings(discord: LoopbackDiscord) -> int:
    """How often Discord was told of all commands."""
    return sum(call.method == "PUT" and call.route == COMMANDS for call in discord.calls)


async def test_it_is_ready_when_it_is_connected_and_its_commands_are_known_and_stays_small(
    shell: Shell, discord: LoopbackDiscord, ground: Ground
) -> None:
    running = await started(shell, anew=True, LONGPLAY_STATUS_PORT="0")
    assert discord.gateway.connected
    assert tellings(discord) == 1
    assert re.search(r"ready in \d+\.\d s as bot", running.err)
    await asyncio.sleep(1)
    assert running.resident_megabytes() < IDLE_MEGABYTES
    served = re.search(r"status is served on (http://127\.0\.0\.1:\d+)", running.err)
    assert served is not None
    async with aiohttp.ClientSession(served[1]) as session:
        assert await page(session, "/health") == (200, "alive\n")
        assert await page(session, "/ready") == (200, "database: yes\nstarted: yes\ndiscord: yes\n")
        code, metrics = await page(session, "/metrics")
    assert code == 200
    assert "longplay_ready 1\n" in metrics
    assert "longplay_clubs 1\n" in metrics
    ended = await running.end(signal.SIGTERM)
    assert ended.code == 0
    assert ended.out == ""
    assert not discord.gateway.connected
    assert not re.search(r"\[(warning|error|critical) *\]|Traceback", ended.err), ended.err


async def test_a_second_start_has_nothing_to_tell_discord(shell: Shell, discord: LoopbackDiscord) -> None:
    for _ in range(2):
        running = await started(shell)
        assert (await running.end(signal.SIGTERM)).code == 0
    assert tellings(discord) == 1


async def test_a_stop_finishes_the_effect_that_is_under_way(
    shell: Shell, discord: LoopbackDiscord, ground: Ground
) -> None:
    running = await started(shell)
    effect = discord.faults.add(Fault("POST", "/channels/*/messages", kind="slow", seconds=1.0))
    await ground.host.slash(ground.channel, "week open", theme="Rain")
    await until(lambda: effect.met)
    ended = await running.end(signal.SIGTERM)
    assert ended.code == 0, ended.err
    assert len(discord.channel_messages(ground.channel)) == 1
    async with ground.tools.database.reading() as session:
        states = set(await session.scalars(select(Errand.state)))
    assert "done" in states
    assert "sending" not in states, "nothing is left in the hands of a process that is gone"


async def test_a_stop_lets_people_have_their_answer(
    shell: Shell, discord: LoopbackDiscord, ground: Ground, database: Database
) -> None:
    running = await started(shell)
    discord.join(ground.guild, newcomer := discord.add_user("ben"))
    ben = discord.person(newcomer, ground.guild)
    async with database.writing() as held:
        # The command waits for the table, and has nothing to say before it got it.
        await held.execute(text("LOCK TABLE users IN ACCESS EXCLUSIVE MODE"))
        joining = asyncio.ensure_future(ben.slash(ground.channel, "club join"))
        async with asyncio.timeout(PATIENCE):
            while not await _somebody_waits(database):  # noqa: ASYNC110 - the database tells nobody who waits
                await asyncio.sleep(0.01)
        running.send(signal.SIGTERM)
        await running.says("stopping")
        await asyncio.sleep(0.5)
    assert (await joining).failed is None
    assert (await running.end()).code == 0


async def _somebody_waits(database: Database) -> bool:
    async with database.reading() as looking:
        return bool(await looking.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


async def test_what_an_earlier_process_left_to_do_is_done_at_the_start(
    shell: Shell, discord: LoopbackDiscord, ground: Ground
) -> None:
    now = ground.tools.clock.now()
    await planning.open_week(ground.tools, caller=ground.caller, now=now, theme="Rain")
    running = await started(shell)
    await until(lambda: discord.channel_messages(ground.channel))
    assert (await running.end(signal.SIGTERM)).code == 0


async def test_a_second_signal_leaves_at_once(shell: Shell, discord: LoopbackDiscord, ground: Ground) -> None:
    running = await started(shell)
    held = discord.faults.add(Fault("POST", "/interactions/*/*/callback", kind="slow", seconds=HOURS))
    asking = asyncio.ensure_future(ground.host.slash(ground.channel, "help"))
    await until(lambda: held.met)
    running.send(signal.SIGTERM)
    await running.says("a second signal leaves at once")
    ended = await running.end(signal.SIGINT)
    assert ended.code == 130
    assert "stopped in" not in ended.err
    discord.give_up()
    assert (await asking).failed is not None


async def test_it_asks_for_a_token_and_says_where_it_comes_from(bare: Shell) -> None:
    ended = await bare.run("run")
    assert ended.code == 2
    assert "DISCORD_TOKEN is not set" in ended.err
    assert "https://discord.com/developers/applications" in ended.err


async def test_every_wrong_setting_is_said_at_once_and_nothing_is_begun(bare: Shell) -> None:
    ended = await bare.run(
        "run", DISCORD_TOKEN="two words", DATABASE_URL="mysql://club:hidden-pa55@db/x",
        DISCORD_API_URL="ftp://x", LONGPLAY_TICK_SECONDS="0", LONGPLAY_LOG_LEVEL="loud",
    )  # fmt: skip
    assert ended.code == 2
    faulty = re.findall(r"^  ([A-Z_]+):", ended.err, re.MULTILINE)
    assert sorted(faulty) == [
        "DATABASE_URL", "DISCORD_API_URL", "DISCORD_TOKEN", "LONGPLAY_LOG_LEVEL", "LONGPLAY_TICK_SECONDS",
    ]  # fmt: skip
    assert "hidden-pa55" not in ended.said
    assert list(bare.folder.iterdir()) == []


async def test_a_wrong_token_is_one_sentence(shell: Shell) -> None:
    wrong = "a.wrong.token-that-nobody-knows"
    ended = await shell.run("run", DISCORD_TOKEN=wrong)
    assert ended.code == 1
    assert REFUSED in ended.err
    assert wrong not in ended.said
    assert "Traceback" not in ended.err


async def test_a_token_that_is_reset_ends_the_run_with_the_same_sentence(
    shell: Shell, discord: LoopbackDiscord
) -> None:
    running = await started(shell)
    await discord.revoke_token()
    ended = await running.end()
    assert ended.code == 1
    assert REFUSED in ended.err
    assert "Traceback" not in ended.err


async def test_a_database_that_is_away_is_one_sentence_without_its_password(shell: Shell) -> None:
    ended = await shell.run("run", DATABASE_URL="postgresql://club:hidden-pa55@127.0.0.1:1/club")
    assert ended.code == 1
    assert "The database cannot be reached" in ended.err
    assert "hidden-pa55" not in ended.said
    assert "Traceback" not in ended.err


async def test_a_discord_that_is_away_is_one_sentence(shell: Shell) -> None:
    ended = await shell.run("run", DISCORD_API_URL="http://127.0.0.1:1/api/v10")
    assert ended.code == 1
    assert "Discord cannot be reached" in ended.err
    assert "Traceback" not in ended.err


async def test_no_secret_is_written_at_any_level(
    shell: Shell, discord: LoopbackDiscord, ground: Ground, database_url: str
) -> None:
    secretive = database_url.replace("://longplay@", "://longplay:hidden-pa55@")
    running = await started(shell, LONGPLAY_LOG_LEVEL="DEBUG", DATABASE_URL=secretive)
    discord.faults.add(Fault("POST", "/interactions/*/*/callback", kind="429", retry_after=0.1))
    answer = await ground.host.slash(ground.channel, "help")
    assert answer.failed is None
    ended = await running.end(signal.SIGTERM)
    assert ended.code == 0
    for secret in (discord.token, "hidden-pa55", answer.interaction.token):
        assert secret not in ended.said


async def test_what_permissions_lack_is_said_by_name_at_the_start(
    shell: Shell, discord: LoopbackDiscord, ground: Ground
) -> None:
    discord.overwrite(ground.channel, discord.bot_role(ground.guild), deny=1 << 15 | 1 << 51)
    running = await started(shell)
    await running.says("missing: Attach Files, Pin Messages")
    assert (await running.end(signal.SIGTERM)).code == 0


async def test_gateway_trouble_is_survived_and_never_leads_to_another_discord(
    shell: Shell, discord: LoopbackDiscord, ground: Ground
) -> None:
    running = await started(shell)

    async def survives(trouble: Coroutine[Any, Any, None]) -> None:
        before = set(discord.gateway.sockets)
        await trouble
        await until(lambda: any(socket.session for socket in discord.gateway.sockets - before))
        assert (await ground.host.slash(ground.channel, "help")).failed is None

    await survives(discord.drop_gateway(4000))
    await survives(discord.reconnect())
    await survives(discord.invalidate(resumable=True))
    assert len(discord.gateway.identifies) == 1, "each was resumed"
    await survives(discord.invalidate(resumable=False))
    assert len(discord.gateway.identifies) == 2
    ended = await running.end(signal.SIGTERM)
    assert ended.code == 0
    assert "gateway.discord.gg" not in ended.said


async def test_a_stop_while_it_begins_leaves_the_embedded_server(shell: Shell) -> None:
    running = await shell.start("run", anew=True, DATABASE_URL=None, LONGPLAY_DATA="club", LONGPLAY_DURABLE="false")
    folder = shell.folder / "club" / "postgres"
    await until(folder.exists)
    ended = await running.end(signal.SIGTERM)
    assert ended.code == 0, ended.said
    server = EmbeddedServer(folder, durable=False)
    assert server.status().state != "running"
    assert await server.discard()
