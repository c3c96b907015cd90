"""Ideas, drafts of pitches and milestones: a member's own, with a track where they name one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from bot.domain.club.entries import Blurb
from bot.domain.errors import TextTooLong
from bot.domain.library.memory import MemoryRefused
from bot.domain.post_errors import PlaylistRefused
from bot.services import outbox
from bot.services.library import plans
from bot.services.library import tracks as library
from db.queries.library import plans as queries
from db.tables.catalog import Track
from tests.factories import NOW, a_caller, errands_of, make_club, make_member, make_tools
from tests.factories.library import make_track

LATER = NOW + timedelta(hours=1)
ANN, BEN = a_caller(1, name="Ann"), a_caller(2, name="Ben")


@pytest.fixture
def tools(database):
    return make_tools(database)


@pytest.fixture
async def ann(database):
    await make_club(database)
    return await make_member(database, ANN)


async def reason_of(act) -> str:
    with pytest.raises((MemoryRefused, PlaylistRefused)) as refused:
        await act
    return refused.value.reason


@pytest.mark.row("0-08")
@pytest.mark.row("0-07")
@pytest.mark.row("0-11")
async def test_an_idea_stands_alone_until_it_is_anchored_and_a_track_comes_from_the_first(tools, ann):
    first = await plans.add_idea(tools, caller=ANN, now=NOW, text="  A kite string  ", tag="spring  time")
    assert (first.content, first.tag, first.track_id) == ("A kite string", "spring time", None)
    track = await make_track(tools.database, ann.user_id, "Kite")
    anchored = await plans.anchor_idea(tools, caller=ANN, now=LATER, idea=first.id, track=track)
    assert (anchored.track_id, anchored.track) == (track, "Kite")
    second = await plans.add_idea(tools, caller=ANN, now=LATER, text="Slower", track=track)
    assert [one.id for one in await plans.ideas_of(tools, caller=ANN)] == [second.id, first.id]
    async with tools.database.reading() as session:
        found = await session.get(Track, track)
        assert found is not None
        assert found.origin_idea_id == first.id
    await library.delete(tools, caller=ANN, now=LATER, track=track)
    assert {one.track_id for one in await plans.ideas_of(tools, caller=ANN)} == {None}
    await plans.drop_idea(tools, caller=ANN, now=LATER, idea=first.id)
    assert [one.id for one in await plans.ideas_of(tools, caller=ANN)] == [second.id]


async def test_what_is_planned_is_its_members_alone(tools, ann):
    idea = await plans.add_idea(tools, caller=ANN, now=NOW, text="Mine")
    draft = await plans.save_draft(tools, caller=ANN, now=NOW, name="Mine", blurb=Blurb("Words"))
    day = await plans.add_milestone(tools, caller=ANN, now=NOW, title="Mine", day="2027-01-01")
    track = await make_track(tools.database, ann.user_id, "Open")
    secret = await make_track(tools.database, ann.user_id, "Secret", public=False)
    for kept in (plans.ideas_of, plans.drafts_of, plans.milestones_of):
        assert len(await kept(tools, caller=ANN)) == 1
        assert await kept(tools, caller=BEN) == []
    asked = {"caller": BEN, "now": LATER}
    forged = plans.save_draft(tools, **asked, name="Theirs", blurb=Blurb("Not mine"), draft=draft.id)
    assert await reason_of(forged) == "no_draft"
    assert await reason_of(plans.anchor_idea(tools, **asked, idea=idea.id, track=track)) == "no_idea"
    assert await reason_of(plans.drop_idea(tools, **asked, idea=idea.id)) == "no_idea"
    assert await reason_of(plans.drop_draft(tools, **asked, draft=draft.id)) == "no_draft"
    assert await reason_of(plans.drop_milestone(tools, **asked, milestone=day.id)) == "no_milestone"
    assert await reason_of(plans.add_idea(tools, **asked, text="Of yours", track=secret)) == "no_access"
    assert await reason_of(plans.drop_idea(tools, caller=ANN, now=LATER, idea=uuid4())) == "no_idea"
    async with tools.database.reading() as session:
        assert await queries.counts(session, ann.user_id) == (1, 1, 1)


@pytest.mark.row("0-09")
async def test_a_draft_is_found_when_its_album_is_nominated(tools, ann):
    track = await make_track(tools.database, ann.user_id, "Kite")
    unwritten = await plans.save_draft(tools, caller=ANN, now=NOW, name="Kites", blurb=Blurb("", genre="Folk"))
    written = await plans.save_draft(
        tools,
        caller=ANN,
        now=LATER,
        name="Kites",
        blurb=Blurb("Hear it", genre="Folk", decade="1990s", country="Norway"),
        track=track,
        draft=unwritten.id,
    )
    assert (written.id, written.track_id, written.blurb.pitch_track) == (unwritten.id, track, "Kite")
    found = await plans.blurb_for(tools, caller=ANN, artist="", title="Kite")
    assert found == Blurb("Hear it", "Kite", "Folk", "1990s", "Norway")
    assert await plans.blurb_for(tools, caller=ANN, artist="Else", title="Kite") is None
    assert await plans.blurb_for(tools, caller=BEN, artist="", title="Kite") is None
    for blurb in (Blurb("x" * 2_001), Blurb(genre="x" * 101)):
        with pytest.raises(TextTooLong):
            await plans.save_draft(tools, caller=ANN, now=NOW, name="Long", blurb=blurb)
    assert await reason_of(plans.save_draft(tools, caller=ANN, now=NOW, name=" ", blurb=Blurb())) == "no_name"


@pytest.mark.row("0-10")
async def test_a_milestone_reminds_once_unless_it_is_taken_away(tools, ann):
    track = await make_track(tools.database, ann.user_id, "Kite")
    at = NOW + timedelta(days=3)
    made = await plans.add_milestone(
        tools, caller=ANN, now=NOW, title="Out  now", day="2027-01-15", track=track, remind_at=at, where=5
    )
    assert (made.title, made.day, made.track, made.remind_at) == ("Out now", date(2027, 1, 15), "Kite", at)
    assert await outbox.claim(tools, now=at - timedelta(seconds=1)) == []
    (errand,) = await errands_of(tools.database)
    assert (errand.kind, errand.lane) == ("milestone_dm", f"dm:{ANN.discord_id}")
    (errand,) = await outbox.claim(tools, now=at)
    reminder = await plans.reminder_of(tools, errand)
    assert reminder is not None
    assert (reminder.discord_id, reminder.milestone) == (ANN.discord_id, made)
    await plans.drop_milestone(tools, caller=ANN, now=LATER, milestone=made.id)
    assert await plans.reminder_of(tools, errand) is None
    for day, remind, reason in (("soon", None, "day"), ("2027-01-15", NOW, "past")):
        asked = plans.add_milestone(tools, caller=ANN, now=NOW, title="Out", day=day, remind_at=remind)
        assert await reason_of(asked) == reason


def test_days_are_offered_as_they_are_written():
    zone, now = ZoneInfo("Europe/Berlin"), datetime(2026, 11, 29, 23, 30, tzinfo=UTC)
    assert [day for _, day in plans.days_offered("", zone, now)] == ["2026-12-01", "2026-12-07", "2026-12-30"]
    assert plans.days_offered("2026-12-24", zone, now) == [("Thursday 2026-12-24", "2026-12-24")]
    assert plans.days_offered("christmas", zone, now) == []
