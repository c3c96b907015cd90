"""A party of twelve tracks whose bot is a process that is killed: each track is posted once, and on time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.rehearsal.kills.points import Point
from bot.rehearsal.kills.stage import ProcessStage
from bot.rehearsal.kills.week import first_monday
from bot.rehearsal.loopback.schemas import Schemas
from bot.rehearsal.party_scene import PartyScene
from bot.rehearsal.pilot import Member

STARTS_AT = first_monday(datetime.now(UTC))
AT_ONCE = timedelta(seconds=1)
AS_A_TRACK_BEGINS = Point("commit", "before", "advance_parties", 3)
AS_A_TRACK_IS_POSTED = Point("effect", "after", "post-channels-messages", 3)
"""The third message of the second life: the fifth track's."""


async def test_killed_between_and_in_the_middle_of_tracks_it_posts_each_once(
    database_url: str, schemas: Schemas | None
) -> None:
    stage = ProcessStage(database_url, schemas=schemas, starts_at=STARTS_AT, kills=[AS_A_TRACK_BEGINS], away=AT_ONCE)
    async with stage:
        host = Member(stage.owner(), stage.channel)
        proposed = await host.command("club setup", hope="Set up")
        await host.press(proposed, "Save", hope="The club is ready")
        await host.command("week open", pick="host", hope="Opened")
        await stage.settle()
        await host.command("week pick", album="Ines Vale - Sea Level", hope="Picked")
        await stage.settle()
        guests = [Member(stage.arrives(name.lower(), name), stage.channel) for name in ("Ada", "Ben")]

        def set_trap() -> None:
            if stage.deaths == 1:  # the first life has posted more than tracks
                stage.remaining.add(AS_A_TRACK_IS_POSTED)

        scene = PartyScene(stage, host, guests, stage.double.threads(stage.guild)[-1], show=set_trap)
        party = await scene.play()
        assert [sentence for sentence, holds in scene.facts if not holds] == []
        assert stage.deaths == 4
        assert stage.remaining == set()
        assert stage.errors == []
        assert stage.double.violations == []
        assert party.number == 1
