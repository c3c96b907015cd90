"""Parties run by their rows: called once, advanced once, whoever presses and however many processes look."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from bot.domain.catalog import TrackLine
from bot.domain.club.week import Phase
from bot.domain.errors import NotAHost, PartyIsOn, PartyRefused, WhichWeek
from bot.domain.party import LONG_OUTAGE, State
from bot.services.catalog import set_tracks
from bot.services.club import party as parties
from bot.services.club.party_course import advance_parties, miss_track, next_due, party_of
from bot.services.club.setup import pause
from db.queries.club import nominations
from db.session import Database
from db.tables import parties as tables
from tests.factories import NOW, a_caller, make_club, make_tools, make_week, rewrite_week
from tests.factories.running import HOST, audited, recorded

MINUTE = timedelta(minutes=1)
THREAD = 4_000


@pytest.fixture
def tools(database):
    return make_tools(database)


@pytest.fixture
async def elsewhere(database_url):
    """Another process on the same database."""
    database = Database.connect(database_url, pool_size=4)
    yield make_tools(database)
    await database.close()


async def a_week(tools, database, *, tracks=3, club=None, phase=Phase.LISTENING, thread_id=THREAD, number=None):
    """A week whose album has tracks of three minutes."""
    club = club or await make_club(database)
    week = await make_week(database, club, phase=phase, thread_id=thread_id, number=number, album=f"Album {thread_id}")
    album = await album_of(database, week)
    lines = [TrackLine(place, f"Track {place}", 180_000) for place in range(1, tracks + 1)]
    if tracks:
        await set_tracks(tools, caller=HOST, now=NOW, album_id=album, tracks=lines)
    return week


async def album_of(database, week):
    assert week.winner_id is not None
    async with database.reading() as session:
        winner = await nominations.nomination(session, week.club_id, week.winner_id)
    assert winner is not None
    return winner.album.id


async def call(tools, *, now=NOW, at=None, **more):
    return (await parties.start_party(tools, caller=HOST, now=now, at=at, **more)).party


async def now_is(tools, party):
    return (await party_of(tools, party=party.id)).party


def refused(reason):
    return pytest.raises(PartyRefused, check=lambda error: error.reason == reason)


async def posted(database):
    """Kinds and ordinals of what was to be posted, in the order of recording; what is drawn again left out."""
    return [(one.kind, one.ordinal) for one in await recorded(database) if one.kind.startswith("party_t")]


# --- calling one ----------------------------------------------------------------------------------------------------


async def test_a_party_starts_now_with_its_card_and_its_first_track(tools, database):
    week = await a_week(tools, database)
    party = await call(tools)
    assert (party.state, party.position, party.week_id) == (State.PLAYING, 1, week.id)
    found = [one for one in await recorded(database, week=week.id) if one.kind.startswith("party")]
    assert [(one.kind, one.ordinal) for one in found] == [("party_card", 1), ("party_track", 1001)]
    assert {one.lane for one in found} == {f"party:{party.id}"}
    assert await next_due(tools, now=NOW) == NOW + 3 * MINUTE
    assert (await party_of(tools, party=party.id)).there[0].name == "Host"


async def test_a_planned_party_waits_in_its_lobby(tools, database):
    await a_week(tools, database)
    party = await call(tools, at=NOW + 30 * MINUTE)
    assert party.state is State.LOBBY
    assert (await advance_parties(tools, now=NOW + 29 * MINUTE)).next_due == NOW + 30 * MINUTE
    assert (await advance_parties(tools, now=NOW + 30 * MINUTE)).next_due == NOW + 33 * MINUTE
    assert await posted(database) == [("party_track", 1001)]


async def test_what_a_party_needs_is_refused_with_why(tools, database):
    club = await make_club(database)
    with refused("no_winner"):
        await call(tools)
    await make_week(database, club, phase=Phase.POLL, thread_id=1)
    with refused("no_winner"):
        await call(tools, where=1)
    week = await a_week(tools, database, club=club, tracks=0)
    with refused("no_tracks") as error:
        await call(tools)
    assert error.value.week_id == str(week.id)
    with pytest.raises(NotAHost):
        await parties.start_party(tools, caller=a_caller(), now=NOW)
    assert await recorded(database, kind="party_card") == []


async def test_a_party_begins_before_its_week_closes_and_not_while_the_club_pauses(tools, database):
    week = await a_week(tools, database)
    with refused("too_late"):
        await call(tools, at=week.deadlines.ratings_close_at)
    await pause(tools, caller=HOST, now=NOW, until=NOW + timedelta(days=2))
    with refused("club_paused"):
        await call(tools)


async def test_a_week_has_one_party_at_a_time_and_another_after_it(tools, elsewhere, database):
    week = await a_week(tools, database)
    called = await asyncio.gather(
        *(call(one, at=NOW + MINUTE) for one in (tools, elsewhere) * 2), return_exceptions=True
    )
    assert [type(one).__name__ for one in called].count("Party") == 1
    assert [one.starts_at for one in called if isinstance(one, PartyIsOn)] == [NOW + MINUTE] * 3
    await parties.stop_party(tools, caller=HOST, now=NOW)
    assert (await call(tools)).number == 2
    with pytest.raises(IntegrityError):
        async with database.writing() as session:
            await session.execute(update(tables.Party).where(tables.Party.week_id == week.id).values(due_at=None))


async def test_two_weeks_may_have_their_parties_and_the_thread_says_which_is_meant(tools, database):
    club = await make_club(database)
    first = await a_week(tools, database, club=club, thread_id=1)
    await a_week(tools, database, club=club, thread_id=2)
    with pytest.raises(WhichWeek):
        await call(tools)
    one, other = await call(tools, where=1), await call(tools, where=2)
    with pytest.raises(WhichWeek):
        await parties.pause_party(tools, caller=HOST, now=NOW)
    await parties.pause_party(tools, caller=HOST, now=NOW, where=2)
    await parties.skip_track(tools, caller=HOST, now=NOW, number=first.number)
    assert (await now_is(tools, other)).state is State.PAUSED
    assert (await now_is(tools, one)).position == 2
    await parties.stop_party(tools, caller=HOST, now=NOW, where=1)
    with refused("none"):
        await parties.stop_party(tools, caller=HOST, now=NOW, where=1)
    # Only one is left, so it is meant everywhere else.
    assert (await parties.stop_party(tools, caller=HOST, now=NOW)).party.id == other.id


# --- holding and shortening -----------------------------------------------------------------------------------------


async def test_hosts_alone_move_a_party_and_the_log_says_who(tools, database):
    club = await make_club(database)
    await a_week(tools, database, club=club)
    party = await call(tools, at=NOW + MINUTE)
    acts = (parties.pause_party, parties.resume_party, parties.skip_track, parties.stop_party, parties.begin_party)
    for act in acts:
        with pytest.raises(NotAHost):
            await act(tools, caller=a_caller(), now=NOW, party=party.id)
    await parties.begin_party(tools, caller=HOST, now=NOW, party=party.id)
    for act in acts[:4]:
        await act(tools, caller=HOST, now=NOW, party=party.id)
    wanted = ["party_called", "party_begun", "party_paused", "party_resumed", "party_skipped", "party_stopped"]
    assert sorted(await audited(database, club)) == sorted(wanted)


async def test_a_party_is_nobodys_of_another_server(tools, database):
    await a_week(tools, database)
    party = await call(tools)
    await make_club(database, guild_id=5)
    stranger = a_caller(9, guild_id=5, manages=True)
    for act in (parties.stop_party, parties.join_party):
        with refused("none"):
            await act(tools, caller=stranger, now=NOW, party=party.id)


async def test_two_hosts_who_skip_the_same_track_skip_one(tools, elsewhere, database):
    await a_week(tools, database)
    party = await call(tools)
    both = await asyncio.gather(
        *(parties.skip_track(one, caller=HOST, now=NOW, party=party.id, seen=1) for one in (tools, elsewhere) * 2),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in both) == ["PartyRefused"] * 3 + ["PartyView"]
    assert (await now_is(tools, party)).position == 2


async def test_a_held_track_keeps_its_rest_and_its_message_is_drawn_again(tools, database):
    await a_week(tools, database)
    party = await call(tools)
    await parties.pause_party(tools, caller=HOST, now=NOW + MINUTE)
    assert (await advance_parties(tools, now=NOW + 9 * MINUTE)).count == 0
    after = (await parties.resume_party(tools, caller=HOST, now=NOW + 9 * MINUTE)).party
    assert after.ends_at == NOW + 11 * MINUTE
    again = [(one.ordinal, one.payload["panel"]) for one in await recorded(database, kind="party_redraw")]
    assert again == [(1001, "party_track"), (1, "party_card")] * 2
    assert {one.lane for one in await recorded(database, kind="party_redraw")} == {f"party:{party.id}:again"}


# --- time -----------------------------------------------------------------------------------------------------------


async def live(tools, until: datetime, now: datetime = NOW) -> None:
    """Wake at every due moment until an instant, as a bot that never sleeps does."""
    while (due := await next_due(tools, now=now)) is not None and due <= until:
        now = due
        assert (await advance_parties(tools, now=now)).count == 1


async def test_every_track_is_to_be_posted_once_and_a_recap_closes_it(tools, database):
    week = await a_week(tools, database)
    party = await call(tools)
    await live(tools, NOW + timedelta(hours=2))
    assert (await now_is(tools, party)).state is State.OVER
    assert await posted(database) == [("party_track", 1001 + place) for place in range(3)]
    assert len(await recorded(database, week=week.id, kind="party_recap")) == 1
    assert (await advance_parties(tools, now=NOW + timedelta(hours=3))).count == 0


async def test_every_track_that_begins_is_a_post_of_the_week(tools, database):
    await a_week(tools, database)
    party = await call(tools)
    await parties.skip_track(tools, caller=HOST, now=NOW)
    presented = (await party_of(tools, party=party.id)).posts
    assert list(presented) == [1, 2]
    assert {post.track.title for post in presented.values() if post.track} == {"Track 1", "Track 2"}
    # Another party of the week presents the same posts.
    await parties.stop_party(tools, caller=HOST, now=NOW)
    again = await call(tools)
    assert (await party_of(tools, party=again.id)).posts == presented


async def test_two_processes_advance_one_party_once(tools, elsewhere, database):
    await a_week(tools, database)
    await call(tools)
    due = NOW + 3 * MINUTE
    both = await asyncio.gather(*(advance_parties(one, now=due) for one in (tools, elsewhere) * 2))
    assert sum(one.count for one in both) == 1
    assert await posted(database) == [("party_track", 1001), ("party_track", 1002)]


async def test_a_host_and_the_clock_at_the_same_moment_begin_one_track(tools, elsewhere, database):
    await a_week(tools, database)
    party = await call(tools)
    due = NOW + 3 * MINUTE
    pressed, _ = await asyncio.gather(
        parties.skip_track(tools, caller=HOST, now=due, party=party.id, seen=1),
        advance_parties(elsewhere, now=due),
        return_exceptions=True,
    )
    assert isinstance(pressed, PartyRefused)
    await advance_parties(tools, now=due)
    assert (await now_is(tools, party)).position == 2


async def test_a_long_absence_pauses_the_party_and_tells_the_hosts(tools, database):
    await a_week(tools, database)
    party = await call(tools)
    back = NOW + 4 * MINUTE + LONG_OUTAGE
    await advance_parties(tools, now=back)
    assert (await now_is(tools, party)).state is State.PAUSED
    (note,) = await recorded(database, kind="party_note")
    assert note.words == "away"
    await parties.resume_party(tools, caller=HOST, now=back + MINUTE)
    assert await posted(database) == [("party_track", 1001), ("party_track", 1002)]


async def test_a_track_that_nobody_was_told_of_is_named_with_the_next(tools, database):
    await a_week(tools, database)
    party = await call(tools)
    late = NOW + 4 * MINUTE
    for _ in range(2):
        await miss_track(tools, party=party.id, position=1, now=late)
    after = await now_is(tools, party)
    assert (after.position, [turn.position for turn in after.missed_before(2)]) == (2, [1])
    assert (await advance_parties(tools, now=late)).count == 0


@pytest.mark.parametrize("end", ["week", "club"])
async def test_a_week_that_ends_and_a_club_that_pauses_stop_their_party(tools, database, end):
    week = await a_week(tools, database)
    party = await call(tools)
    if end == "week":
        changes = {"phase": Phase.CANCELLED, "cancelled_from": Phase.LISTENING, "cancel_reason": "host"}
        await rewrite_week(database, week, **changes)
    else:
        await pause(tools, caller=HOST, now=NOW, until=NOW + timedelta(days=2))
    assert await next_due(tools, now=NOW + MINUTE) == NOW + MINUTE
    await advance_parties(tools, now=NOW + MINUTE)
    after = await now_is(tools, party)
    assert (after.state, str(after.reason)) == (State.STOPPED, end)
    assert await next_due(tools, now=NOW + MINUTE) is None


async def test_a_pause_that_is_over_before_the_party_leaves_it_alone(tools, database):
    await a_week(tools, database)
    party = await call(tools, at=NOW + timedelta(hours=20))
    await pause(tools, caller=HOST, now=NOW, until=NOW + timedelta(hours=10))
    await advance_parties(tools, now=NOW + MINUTE)
    assert (await now_is(tools, party)).state is State.LOBBY


async def test_a_party_that_cannot_move_holds_up_no_other(tools, database, caplog):
    await a_week(tools, database)
    first = await call(tools)
    other = await make_club(database, guild_id=5)
    await make_week(database, other, phase=Phase.LISTENING)
    async with database.writing() as session:  # a run that cannot grow
        await session.execute(update(tables.Party).values(run=2**31 - 1))
    with caplog.at_level(logging.CRITICAL):
        moved = await advance_parties(tools, now=NOW + 3 * MINUTE)
    assert (moved.count, moved.failed, moved.next_due) == (0, 1, None)
    assert (await now_is(tools, first)).position == 1


async def test_whoever_stores_a_party_sets_the_alarm(tools, database):
    rung: list[datetime | None] = []
    await a_week(tools, database)
    database.alarm = rung.append
    await call(tools)
    await parties.pause_party(tools, caller=HOST, now=NOW + MINUTE)
    await parties.resume_party(tools, caller=HOST, now=NOW + 2 * MINUTE)
    assert rung[0] == NOW + 3 * MINUTE
    assert rung[2] == NOW + 4 * MINUTE


# --- who comes ------------------------------------------------------------------------------------------------------


async def test_ten_who_join_at_once_are_all_there_and_became_members(tools, elsewhere, database):
    await a_week(tools, database)
    party = await call(tools)
    guests = [a_caller(number) for number in range(1, 11)]
    await asyncio.gather(
        *(
            parties.join_party(one, caller=guest, now=NOW, party=party.id)
            for guest, one in zip(guests, (tools, elsewhere) * 5, strict=True)
        )
    )
    view = await party_of(tools, party=party.id)
    assert {member.name for member in view.there} == {guest.name for guest in guests} | {"Host"}
    assert (view.party.run, view.party.position) == (party.run + 10, 1)
    cards = [one for one in await recorded(database, kind="party_redraw") if one.payload["panel"] == "party_card"]
    assert len(cards) == 10


async def test_one_may_come_twice_and_go_and_come_back(tools, database):
    await a_week(tools, database)
    party = await call(tools)
    guest = a_caller(1)

    async def there():
        return [member.name for member in (await party_of(tools, party=party.id)).there]

    with refused("not_there"):
        await parties.leave_party(tools, caller=guest, now=NOW, party=party.id)
    for _ in range(2):
        await parties.join_party(tools, caller=guest, now=NOW + MINUTE, party=party.id)
    assert await there() == ["Host", "Member 1"]
    assert len(await recorded(database, kind="party_redraw")) == 1
    await parties.leave_party(tools, caller=guest, now=NOW, party=party.id)
    assert await there() == ["Host"]
    await parties.join_party(tools, caller=guest, now=NOW, party=party.id)
    assert await there() == ["Host", "Member 1"]
    await parties.stop_party(tools, caller=HOST, now=NOW)
    for act in (parties.join_party, parties.leave_party):
        with refused("over"):
            await act(tools, caller=guest, now=NOW, party=party.id)


async def test_a_track_list_that_changes_later_changes_no_party(tools, database):
    week = await a_week(tools, database)
    party = await call(tools)
    album = await album_of(database, week)
    await set_tracks(tools, caller=HOST, now=NOW, album_id=album, tracks=[TrackLine(1, "Another", None)])
    assert [turn.title for turn in (await now_is(tools, party)).turns] == ["Track 1", "Track 2", "Track 3"]
