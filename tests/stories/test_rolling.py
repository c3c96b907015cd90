"""Processes come and go while a season runs: of two releases with a migration between them, by shard, and workers."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

import migrations
from bot.rehearsal.kills.process import DidNotStart
from bot.rehearsal.kills.stage import ProcessStage, Stubborn
from bot.rehearsal.kills.week import first_monday
from bot.rehearsal.loopback.schemas import Schemas
from bot.rehearsal.pilot import Album, Member
from db import migrate
from db.queries import people
from db.session import Database
from tests.factories.listening import MINUTES, a_play, hear

EXPANDS = """
import sqlalchemy as sa
from alembic import op

revision = "expands00001"
down_revision = "{before}"


def upgrade():
    op.create_table("moods", sa.Column("id", sa.Uuid(), primary_key=True), sa.Column("name", sa.Text(), nullable=False))
    op.add_column("weeks", sa.Column("mood", sa.Text(), nullable=False, server_default="calm"))
    op.add_column("nominations", sa.Column("mood_id", sa.Uuid(), sa.ForeignKey("moods.id"), nullable=True))
    op.add_column("outbox", sa.Column("colour", sa.Text(), nullable=True))
    op.add_column("ballots", sa.Column("weight", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("ratings", sa.Column("heard_on", sa.Text(), nullable=True))
    op.create_index("ix_weeks_mood", "weeks", ["mood"])


def downgrade():
    pass
"""
CONTRACTS = """
from alembic import op

revision = "contracts002"
down_revision = "expands00001"
contracts = True


def upgrade():
    op.drop_column("outbox", "colour")


def downgrade():
    pass
"""


@pytest.fixture
def releases(tmp_path: Path) -> tuple[str, str]:
    """The folders of the migrations of the next release, which adds, and of the one after, which takes away."""
    ours, next_one, after = Path(migrations.__path__[0]), tmp_path / "next", tmp_path / "after"
    shutil.copytree(ours, next_one)
    (next_one / "versions" / "expands.py").write_text(EXPANDS.format(before=migrate.newest()))
    shutil.copytree(next_one, after)
    (after / "versions" / "contracts.py").write_text(CONTRACTS)
    return str(next_one), str(after)


@pytest.fixture
async def stage(database_url: str, schemas: Schemas | None) -> AsyncGenerator[ProcessStage]:
    """A stage without any process yet; in the end none may have stumbled."""
    starts_at = first_monday(datetime.now(UTC))
    async with ProcessStage(database_url, schemas=schemas, starts_at=starts_at, bots=0) as stage:
        yield stage
        assert stage.errors == []
        assert stage.double.violations == []
        assert stage.deaths == 0


async def opened(host: Member) -> None:
    proposed = await host.command("club setup", hope="Set up")
    await host.press(proposed, "Save", hope="The club is ready")
    await host.command("week open", hope="Opened")


async def count(database: Database, rows: str) -> int:
    async with database.reading() as session:
        return await session.scalar(text(f"SELECT count(*) FROM {rows}")) or 0


async def test_a_week_goes_on_while_bots_of_two_releases_replace_each_other(
    stage: ProcessStage, database_url: str, releases: tuple[str, str]
) -> None:
    expanding, contracting = releases
    old = await stage.join()
    host = Member(stage.owner(), stage.channel)
    ada, ben, cleo = (Member(stage.arrives(name.lower(), name), stage.channel) for name in ("Ada", "Ben", "Cleo"))
    await opened(host)
    await ada.nominate(Album("Grouper - Ruins"))

    # The next release starts beside it, and brings the database to its own revision.
    new = await stage.join(revisions=expanding)
    assert (await migrate.head_state(database_url))[0] == "expands00001"
    told = stage.double.command_creations
    await ben.nominate(Album("Burial - Untrue"))
    await cleo.nominate(Album("Low - Double Negative"))
    await stage.settle()
    await host.command("week advance", hope="Done")
    await stage.settle()

    # The old one is started again, as a supervisor does: it bears what was added, and works beside.
    await stage.leave(old)
    old = await stage.join()
    panel = await ada.find(stage.channel, "Vote")
    for member, choice in ((ada, "2. "), (ben, "3. "), (cleo, "2. ")):
        await member.vote(panel, choice)
    await stage.leave(new)  # it alone is left for a while, as when a release is taken back
    await host.command("week advance", hope="Done")
    await stage.settle()
    card = await ada.find(stage.channel, "Rate the album")
    await ada.rate(card, "4.5")
    assert stage.double.command_creations == told, "older code tells Discord of no commands"

    new = await stage.join(revisions=expanding)
    await stage.leave(old)
    await ben.rate(card, "3.5")
    await stage.run_out()
    assert await count(stage.tools.database, "weeks WHERE phase = 'closed' AND mood = 'calm'") == 1
    assert await count(stage.tools.database, "ballots WHERE weight = 1") == 3
    assert await count(stage.tools.database, "ratings") == 2
    assert await count(stage.tools.database, "outbox WHERE state NOT IN ('done', 'skipped')") == 0
    assert len(stage.double.threads(stage.guild)) == len({each["name"] for each in stage.double.threads(stage.guild)})

    # Where something was taken away the older code says so, and changes nothing.
    await stage.leave(new)
    await stage.join(revisions=contracting)
    with pytest.raises(DidNotStart, match="contracts002, which this Longplay does not know"):
        await stage.join()
    stage.deaths = 0


def other_shard(stage: ProcessStage) -> tuple[Any, Any]:
    """A server of the other of two shards, and a channel there."""
    while True:
        guild = stage.double.add_guild("The Other Room")
        if (int(guild["id"]) >> 22) % 2 != (int(stage.guild["id"]) >> 22) % 2:
            return guild, stage.double.add_channel(guild, "album-club")


async def test_bots_by_shard_and_workers_come_and_go_while_two_clubs_play(stage: ProcessStage) -> None:
    guild, channel = other_shard(stage)
    ours = (int(stage.guild["id"]) >> 22) % 2
    first = await stage.join(shards=2, shard_ids=str(ours))
    second = await stage.join(shards=2, shard_ids=str(1 - ours))
    workers = [await stage.hire() for _ in range(2)]
    assert sorted(session.shard for session in stage.double.gateway.sessions.values()) == [(0, 2), (1, 2)]

    here = Member(stage.owner(), stage.channel)
    there = Member(Stubborn(stage, stage.double.person(guild["owner_id"], guild)), channel)
    for host in (here, there):
        await opened(host)
        await host.nominate(Album("Grouper - Ruins"))
    await stage.settle()
    answered = [call.status for call in stage.double.calls if call.route.endswith("/callback")]
    assert set(answered) <= {200, 204}, "each of them reaches one process"

    # What somebody hears becomes taste in whichever worker is there.
    async with stage.tools.database.reading() as session:
        user = await people.user_by_discord(session, int(here.person.id))
    assert user is not None
    await hear(stage.tools.database, user, plays(stage))
    await workers[0].stop()
    workers.append(await stage.hire())
    async with asyncio.timeout(60):
        while not await count(stage.tools.database, "taste_profiles"):  # noqa: ASYNC110 - a poll is enough here
            await asyncio.sleep(0.1)

    # The process of the other club's shard is away: its deadline is met and shown all the same.
    await stage.leave(second)
    await stage.pass_deadline()
    assert await count(stage.tools.database, "weeks WHERE phase = 'nominations'") == 0
    assert len(stage.double.threads(guild)) == len(stage.double.threads(stage.guild)) > 0
    second = await stage.join(shards=2, shard_ids=str(1 - ours))
    await there.command("week show", hope="Ruins")
    assert first.alive
    assert second.alive


def plays(stage: ProcessStage) -> list[Any]:
    at = stage.clock.now() - timedelta(days=1)
    return [a_play(at + 5 * place * MINUTES, f"Artist {place % 12}", f"Song {place}") for place in range(60)]
