"""`longplay doctor` says what is missing by exact name, and changes nothing by looking."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from bot.rehearsal.loopback import LoopbackDiscord
from db import migrate
from db.server import EmbeddedServer
from db.session import Database
from tests.cli.conftest import Ground
from tests.cli.process import Ended, Shell

READS = ("GET", "HEAD")
ATTACH_FILES, PIN_MESSAGES = 1 << 15, 1 << 51


def findings(ended: Ended, mark: str) -> dict[str, str]:
    """What the doctor found well (`ok`) or missing (`MISS`), by name."""
    lines = [line.removeprefix(mark).strip() for line in ended.out.splitlines() if line.startswith(mark + " ")]
    return {name: detail for name, _, detail in (line.partition(": ") for line in lines)}


async def test_all_is_well_where_everything_is_there(shell: Shell, discord: LoopbackDiscord, ground: Ground) -> None:
    assert (await shell.run("sync-commands")).code == 0
    ended = await shell.run("doctor")
    assert ended.code == 0, ended.out
    assert ended.out.endswith("All is well.\n")
    assert ended.err == ""
    well = findings(ended, "ok")
    assert well["Database"].startswith("PostgreSQL 1")
    assert well["Database"].endswith("UTF8")
    assert well["Migrations"] == f"at {migrate.newest()}"
    assert well["DISCORD_TOKEN"].startswith("bot#")
    assert "guilds (nothing to be approved)" in well["Gateway"]
    assert "in sync" in well["Commands"]
    assert well["Permissions in The Listening Room"] == "all there"
    assert well["Time zones"]
    assert "s from Discord's" in well["Clock"]
    assert discord.token not in ended.said


async def test_without_a_token_the_token_alone_is_missing_and_the_embedded_server_is_left(bare: Shell) -> None:
    ended = await bare.run("doctor", LONGPLAY_DATA="club data", LONGPLAY_DURABLE="false")
    assert ended.code == 1
    assert list(findings(ended, "MISS")) == ["DISCORD_TOKEN"]
    assert ended.out.endswith("1 to mend.\n")
    well = findings(ended, "ok")
    assert well["Embedded server"].startswith("running")
    assert "at nothing; the next start" in well["Migrations"]
    assert str(bare.folder / "club data") in well["Data folder"]

    server = EmbeddedServer(bare.folder / "club data" / "postgres", durable=False)
    assert server.status().state == "stopped"
    assert await server.discard()


async def test_it_changes_nothing_by_looking(shell: Shell, discord: LoopbackDiscord, empty_database_url: str) -> None:
    ended = await shell.run("doctor", DATABASE_URL=empty_database_url)
    assert ended.code == 0, ended.out
    assert all(call.method in READS for call in discord.calls)
    assert discord.gateway.identifies == []
    database = Database.connect(empty_database_url)
    async with database.reading() as session:
        assert await session.scalar(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")) == 0
    await database.close()


async def test_missing_permissions_lost_commands_and_a_club_in_trouble_are_named(
    shell: Shell, discord: LoopbackDiscord, ground: Ground, database: Database
) -> None:
    assert (await shell.run("sync-commands")).code == 0
    known = discord.state.commands[""]
    lost = known.pop()
    discord.overwrite(ground.channel, discord.bot_role(ground.guild), deny=ATTACH_FILES | PIN_MESSAGES)
    async with database.writing() as session:
        await session.execute(text("UPDATE clubs SET trouble = 'The channel is gone.'"))

    ended = await shell.run("doctor")
    assert ended.code == 1
    assert findings(ended, "MISS") == {
        "Permissions in The Listening Room": "missing: Attach Files, Pin Messages",
        "Commands": f"Discord lost {lost['name']}: longplay sync-commands --force",
        "Club The Listening Room": "The channel is gone.",
    }


async def test_a_server_that_threw_the_bot_out_is_named(shell: Shell, discord: LoopbackDiscord, ground: Ground) -> None:
    discord.remove_bot(ground.guild)
    missing = findings(await shell.run("doctor"), "MISS")
    assert list(missing) == ["Permissions in The Listening Room"]
    assert "invite the bot again" in missing["Permissions in The Listening Room"]


async def test_a_clock_that_is_wrong_is_noticed(shell: Shell, discord: LoopbackDiscord) -> None:
    right = discord.state.clock
    discord.state.clock = lambda: right() + timedelta(minutes=2)
    missing = findings(await shell.run("doctor"), "MISS")
    assert list(missing) == ["Clock"]
    assert "set this machine's clock by NTP" in missing["Clock"]


async def test_what_cannot_be_reached_is_said_without_passwords(shell: Shell) -> None:
    ended = await shell.run("doctor", DATABASE_URL="postgresql://club:hidden-pa55@127.0.0.1:1/club")
    assert ended.code == 1
    assert "The database cannot be reached" in findings(ended, "MISS")["Database"]
    assert "hidden-pa55" not in ended.said

    ended = await shell.run("doctor", DISCORD_API_URL="http://127.0.0.1:1/api/v10")
    assert ended.code == 1
    assert "did not answer" in findings(ended, "MISS")["Discord's address"]


async def test_an_address_that_is_not_the_api_and_a_wrong_token_are_told_apart(
    shell: Shell, discord: LoopbackDiscord
) -> None:
    wrong = await shell.run("doctor", DISCORD_TOKEN="a.wrong.token-that-nobody-knows")
    assert list(findings(wrong, "MISS")) == ["DISCORD_TOKEN"]
    assert "a.wrong.token" not in wrong.said

    astray = await shell.run("doctor", DISCORD_API_URL=discord.api_url.removesuffix("/v10"))
    assert "must end in /api/v10" in findings(astray, "MISS")["Discord's address"]
    discord.violations.clear()  # it was asked for what it has not, on purpose


async def test_a_folder_that_cannot_be_written_is_named(bare: Shell) -> None:
    (bare.folder / "file").touch()
    ended = await bare.run("doctor", LONGPLAY_DATA="file/below")
    missing = findings(ended, "MISS")
    assert "choose another folder" in missing["LONGPLAY_DATA"]
    assert "Database" in missing


async def test_wrong_settings_are_findings(bare: Shell) -> None:
    ended = await bare.run("doctor", LONGPLAY_TICK_SECONDS="0", DATABASE_URL="mysql://nope")
    assert ended.code == 1
    assert list(findings(ended, "MISS")) == ["DATABASE_URL", "LONGPLAY_TICK_SECONDS"]
