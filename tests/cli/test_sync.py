"""`longplay sync-commands`: Discord is told when something changed, and of nothing else."""

from __future__ import annotations

import re

from sqlalchemy import select

from bot.rehearsal.loopback import LoopbackDiscord
from bot.services.club import planning
from db.tables.outbox import Errand
from tests.cli.conftest import Ground
from tests.cli.process import Shell

READS = ("GET", "HEAD")


def changes(discord: LoopbackDiscord) -> list[str]:
    """Everything but questions that Discord was asked."""
    return [f"{call.method} {call.path}" for call in discord.calls if call.method not in READS]


async def test_discord_is_told_once_until_something_changed_or_it_is_forced(
    shell: Shell, discord: LoopbackDiscord
) -> None:
    everywhere = f"PUT /applications/{discord.application_id}/commands"

    dry = await shell.run("sync-commands", "--dry-run")
    assert dry.code == 0
    assert "Discord would be told." in dry.out
    assert changes(discord) == []

    told = await shell.run("sync-commands")
    assert told.code == 0
    assert "Discord was told." in told.out
    assert changes(discord) == [everywhere]
    names = {each["name"] for each in discord.state.commands[""]}
    assert names == set(re.findall(r"^  (.+)$", told.out, re.MULTILINE))

    again = await shell.run("sync-commands")
    assert "Nothing changed" in again.out
    assert changes(discord) == [everywhere]

    forced = await shell.run("sync-commands", "--force")
    assert "Discord was told." in forced.out
    assert changes(discord) == [everywhere, everywhere]
    for ended in (dry, told, again, forced):
        assert ended.err == ""


async def test_one_server_is_told_alone_and_no_errand_is_delivered(
    shell: Shell, discord: LoopbackDiscord, ground: Ground
) -> None:
    await planning.open_week(ground.tools, caller=ground.caller, now=ground.tools.clock.now(), theme="Rain")

    told = await shell.run("sync-commands", "--guild", ground.guild.id)
    assert told.code == 0
    assert changes(discord) == [f"PUT /applications/{discord.application_id}/guilds/{ground.guild.id}/commands"]
    async with ground.tools.database.reading() as session:
        assert set(await session.scalars(select(Errand.state))) == {"pending"}


async def test_a_server_without_the_bot_is_named(shell: Shell, discord: LoopbackDiscord) -> None:
    foreign = discord.add_guild("Elsewhere", with_bot=False)
    ended = await shell.run("sync-commands", "--guild", foreign.id)
    assert ended.code == 1
    assert foreign.id in ended.err
    assert "Invite it there" in ended.err


async def test_a_dry_run_migrates_nothing(shell: Shell, discord: LoopbackDiscord, empty_database_url: str) -> None:
    ended = await shell.run("sync-commands", "--dry-run", DATABASE_URL=empty_database_url)
    assert ended.code == 1
    assert "longplay migrate comes first" in ended.err
    assert discord.calls == []
    assert (await shell.run("migrate", "--check", DATABASE_URL=empty_database_url)).code == 1


async def test_without_a_token_it_says_so(bare: Shell) -> None:
    ended = await bare.run("sync-commands")
    assert ended.code == 2
    assert "DISCORD_TOKEN is not set" in ended.err
