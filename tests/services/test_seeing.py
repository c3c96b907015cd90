"""What is shown of listening: right, in the member's own zone, and to whom it may be shown."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.club.week import Phase
from bot.domain.errors import ClubNotSetUp, SettingRefused, Unavailable
from bot.domain.listening.accounts import AccessStale, NowPlaying, Standing
from bot.domain.listening.charts import Kind
from bot.domain.listening.plays import Source
from bot.domain.listening.refusals import (
    HearingHidden,
    NotHeardHere,
    NothingHeard,
    PeriodNotUnderstood,
    SubjectNeeded,
)
from bot.domain.listening.streaks import Run
from bot.services import people
from bot.services.listening import finding, playing, seeing
from bot.services.listening.watching import Whose, periods_for, set_zone
from bot.services.tools import Listening
from tests.factories import GUILD, NOW, a_caller, make_club, make_tools, make_week
from tests.factories.listening import MINUTES, Player, a_play, be_seen_by, follow, hear, link, make_listener

BEN, CHIDI, DANA, ELI = (a_caller(number, name=name) for number, name in enumerate(("Ben", "Chidi", "Dana", "Eli"), 1))
DAY = timedelta(days=1)


def of(caller) -> Whose:
    return Whose(caller.discord_id, caller.name)


@pytest.fixture
def tools(database):
    return make_tools(database)


@pytest.fixture
async def club(database):
    return await make_club(database)


def album(artist: str, name: str, titles: str, at: datetime = NOW - DAY):
    return [a_play(at + 4 * place * MINUTES, artist, title, name) for place, title in enumerate(titles.split())]


async def test_the_last_plays_come_first_and_pages_stand_still(tools, database, club):
    ben = await make_listener(database, BEN, album("Low", "Hey What", "White Days Hey More " * 3))
    first = await seeing.recent_plays(tools, caller=BEN, now=NOW)
    assert [played.track.title for played in first.plays[:4]] == ["More", "Hey", "Days", "White"]
    assert first.more
    assert len(first.plays) == 10
    assert first.plays[0].album is not None
    assert (first.plays[0].artist.title, first.plays[0].album.title) == ("Low", "Hey What")
    await hear(database, ben.user_id, [a_play(NOW + MINUTES, "Moth", "Lamp")])
    second = await seeing.recent_plays(tools, caller=BEN, now=NOW + 9 * MINUTES, page=1, until=first.until)
    assert [played.at for played in second.plays] == [NOW - DAY + 4 * MINUTES, NOW - DAY], "nothing slipped down a page"
    assert not second.more


async def test_who_heard_nothing_is_told_so_and_a_stranger_too(tools, database, club):
    with pytest.raises(NothingHeard) as refused:
        await seeing.recent_plays(tools, caller=BEN, now=NOW)
    assert refused.value.name == ""
    await make_listener(database, BEN)
    for ask in (seeing.recent_plays, seeing.totals, seeing.streaks, seeing.now_playing):
        with pytest.raises(NothingHeard):
            await ask(tools, caller=BEN, now=NOW)
    with pytest.raises(NothingHeard) as refused:
        await seeing.top(tools, caller=CHIDI, now=NOW, kind=Kind.ARTIST, period="week", whose=of(BEN))
    assert refused.value.name == "Ben"
    with pytest.raises(ClubNotSetUp):
        await seeing.totals(tools, caller=a_caller(1, guild_id=GUILD + 1), now=NOW)


async def test_the_top_counts_ranks_and_turns_pages(tools, database, club):
    plays = [
        a_play(NOW - DAY + (10 * each + place) * MINUTES, f"Artist {each:02}", f"Song {place}")
        for each in range(12)
        for place in range(1 if each > 9 else 3)
    ]
    await make_listener(database, BEN, [*plays, a_play(NOW - 100 * DAY, "Old", "Song")])
    week = await seeing.top(tools, caller=BEN, now=NOW, kind=Kind.ARTIST, period="week")
    assert (week.subjects, week.plays) == (12, 32)
    assert {line.rank for line in week.lines} == {1}, "who is level shares a place"
    rest = await seeing.top(tools, caller=BEN, now=NOW, kind=Kind.ARTIST, period="week", page=1)
    assert [(line.rank, line.plays) for line in rest.lines] == [(11, 1), (11, 1)]
    listed = {line.subject.title for line in (*week.lines, *rest.lines)}
    assert len(listed) == 12, "everything stands on one page"
    ever = await seeing.top(tools, caller=BEN, now=NOW, kind=Kind.ARTIST, period="all")
    assert (ever.subjects, ever.plays) == (13, 33)
    tracks = await seeing.top(tools, caller=BEN, now=NOW, kind=Kind.TRACK, period="all", page=1)
    assert all(line.subject.artist.startswith("Artist") for line in tracks.lines[:5])
    albums = await seeing.top(tools, caller=BEN, now=NOW, kind=Kind.ALBUM, period="all")
    assert albums.lines == (), "plays without an album count for none"
    with pytest.raises(PeriodNotUnderstood):
        await seeing.top(tools, caller=BEN, now=NOW, kind=Kind.ARTIST, period="soon")


async def test_all_that_was_heard_is_told_as_a_year_is_that_holds_it(tools, database, club):
    plays = [*album("Low", "Hey What", "A B C A"), *album("Moth", "Lamp", "X Y X", NOW - 2 * DAY)]
    await make_listener(database, BEN, plays)
    for kind in Kind:
        ever = await seeing.top(tools, caller=BEN, now=NOW, kind=kind, period="all")
        year = await seeing.top(tools, caller=BEN, now=NOW, kind=kind, period="year")
        assert ever.lines == year.lines
        assert (ever.plays, ever.subjects) == (year.plays, year.subjects)


async def test_periods_are_those_of_the_members_own_zone(tools, database, club):
    # 23:30 UTC on the last of October is November in Berlin, and still October in New York.
    await make_listener(database, BEN, [a_play(datetime(2026, 10, 31, 23, 30, tzinfo=UTC), "Low", "Night")])

    async def plays(period: str) -> int:
        return (await seeing.top(tools, caller=BEN, now=NOW, kind=Kind.ARTIST, period=period)).plays

    assert (await plays("October"), await plays("November")) == (0, 1), "the club's zone"
    assert await set_zone(tools, caller=BEN, now=NOW, zone="america/new_york") == ("America/New_York", True)
    assert (await plays("October"), await plays("November")) == (1, 0)
    seen = await seeing.top(tools, caller=CHIDI, now=NOW, kind=Kind.ARTIST, period="October", whose=of(BEN))
    assert seen.plays == 1, "also for whoever looks"
    assert await set_zone(tools, caller=BEN, now=NOW, zone=None) == ("Europe/Berlin", False)
    with pytest.raises(SettingRefused):
        await set_zone(tools, caller=BEN, now=NOW, zone="Mars/Olympus")
    offered = await periods_for(tools, guild_id=GUILD, discord_id=BEN.discord_id, text="octo", now=NOW)
    assert offered[0] == ("October 2026", "2026-10")


async def test_totals_tell_pace_and_the_next_milestone(tools, database, club):
    plays = [a_play(NOW - each * DAY, "Low", f"Song {each}") for each in range(10)]
    await make_listener(database, BEN, plays)
    told = await seeing.totals(tools, caller=BEN, now=NOW)
    assert (told.plays, told.today, told.last_days) == (10, 1, 10)
    assert told.since == date(2026, 11, 14)
    assert told.first is not None
    assert told.first.track.title == "Song 9"
    assert (told.pace, told.pace_now) == (1.0, 1.0), "a listener of ten days is not measured by thirty"
    assert (told.milestone, told.milestone_on) == (100, date(2027, 2, 21))
    assert told.different == {Kind.ARTIST: 1, Kind.ALBUM: 0, Kind.TRACK: 10}


async def test_streaks_of_days_and_of_one_thing(tools, database, club):
    days = [1, 2, 3, 10, 11, 12, 13, 14]
    old = [a_play(NOW - each * DAY, "Moth", f"Song {each}") for each in days]
    ben = await make_listener(database, BEN, old)
    told = await seeing.streaks(tools, caller=BEN, now=NOW)
    assert told.days == Run(date(2026, 11, 20), date(2026, 11, 22)), "today is not over"
    assert not told.heard_today
    assert told.longest is not None
    assert told.longest.days == 5
    await hear(database, ben.user_id, album("Low", "Hey What", "A B C C", NOW - 30 * MINUTES))
    told = await seeing.streaks(tools, caller=BEN, now=NOW)
    assert told.days is not None
    assert (told.days.days, told.heard_today) == (4, True)
    going = [(subject.title, count.plays) for subject, count in told.in_a_row]
    assert going == [("Low", 4), ("Hey What", 4), ("C", 2)]


async def test_one_play_alone_is_no_streak_and_all_plays_may_be_one(tools, database, club):
    ben = await make_listener(database, BEN, [a_play(NOW - 9 * DAY, "Low", "Song")])
    told = await seeing.streaks(tools, caller=BEN, now=NOW)
    assert (told.days, told.in_a_row) == (None, ())
    await hear(database, ben.user_id, [a_play(NOW - 8 * DAY, "Low", "Song")])
    told = await seeing.streaks(tools, caller=BEN, now=NOW)
    assert [count.plays for _, count in told.in_a_row] == [2, 2], "artist and track; there is no album"


# --- who knows ------------------------------------------------------------------------------------------------------


@pytest.fixture
async def crowd(database, club):
    """Ben with 3 plays of Low, Chidi with 2, Dana with 2, Eli with 1."""
    return {
        caller.name: await make_listener(database, caller, album("Low", "Hey What", "A " * count))
        for caller, count in ((BEN, 3), (CHIDI, 2), (DANA, 2), (ELI, 1))
    }


async def knowers(tools, caller, *, public=True, name="Low", page=0):
    subject = await finding.find_subject(tools, caller=caller, kind=Kind.ARTIST, text=name)
    return await seeing.who_knows(tools, caller=caller, subject=subject, public=public, page=page)


async def test_members_are_ranked_with_the_askers_place(tools, crowd):
    found = await knowers(tools, ELI)
    assert [(knower.name, knower.plays, knower.rank) for knower in found.listed] == [
        ("Ben", 3, 1),
        ("Chidi", 2, 2),
        ("Dana", 2, 2),
        ("Eli", 1, 4),
    ]
    assert found.own == found.listed[3]
    assert (found.members, found.plays) == (4, 8)
    beyond = await knowers(tools, ELI, page=1)
    assert beyond.listed == ()
    assert beyond.own is not None
    assert beyond.own.rank == 4, "the own place is told on every page"


async def test_who_hides_or_left_is_not_listed(tools, database, crowd):
    await be_seen_by(database, crowd["Ben"].user_id, "me")
    await be_seen_by(database, crowd["Chidi"].user_id, "followers")
    await people.leave(tools, caller=DANA, now=NOW)
    found = await knowers(tools, ELI)
    assert [knower.name for knower in found.listed] == ["Eli"]
    assert (found.members, found.plays, found.listed[0].rank) == (1, 1, 1), "nothing of the hidden shows in numbers"
    await follow(database, crowd["Eli"].user_id, crowd["Chidi"].user_id)
    assert [knower.name for knower in (await knowers(tools, ELI, public=False)).listed] == ["Chidi", "Eli"]
    assert [knower.name for knower in (await knowers(tools, ELI)).listed] == ["Eli"], "a follower shows it to nobody"
    own = await knowers(tools, BEN, public=False)
    assert [knower.name for knower in own.listed] == ["Ben", "Eli"]
    assert (await knowers(tools, BEN)).own is None, "who hides does not show themselves by asking in public"


async def test_another_club_is_another_club(tools, database, crowd):
    await make_club(database, guild_id=GUILD + 1)
    stranger = a_caller(9, name="Zoe", guild_id=GUILD + 1)
    await make_listener(database, stranger, album("Low", "Hey What", "A"))
    assert [knower.name for knower in (await knowers(tools, stranger)).listed] == ["Zoe"]
    with pytest.raises(NothingHeard):
        await seeing.recent_plays(tools, caller=stranger, now=NOW, whose=of(BEN))


@pytest.mark.parametrize("ask", [seeing.recent_plays, seeing.totals, seeing.streaks, seeing.now_playing])
async def test_what_is_hidden_is_shown_to_nobody_else(tools, database, crowd, ask):
    ben, chidi = crowd["Ben"].user_id, crowd["Chidi"].user_id
    assert (await ask(tools, caller=CHIDI, now=NOW, whose=of(BEN))).shown.public(None)
    await be_seen_by(database, ben, "followers")
    with pytest.raises(HearingHidden) as refused:
        await ask(tools, caller=CHIDI, now=NOW, whose=of(BEN))
    assert refused.value.name == "Ben"
    await follow(database, chidi, ben)
    followed = (await ask(tools, caller=CHIDI, now=NOW, whose=of(BEN))).shown
    assert not followed.public(None)
    assert not followed.public(False), "a follower cannot show it to everybody"
    await be_seen_by(database, ben, "me")
    with pytest.raises(HearingHidden):
        await ask(tools, caller=CHIDI, now=NOW, whose=of(BEN))
    own = (await ask(tools, caller=BEN, now=NOW)).shown
    assert (own.public(None), own.public(False), own.public(True)) == (False, True, False)
    await be_seen_by(database, ben, "club")
    await people.leave(tools, caller=BEN, now=NOW)
    with pytest.raises(NothingHeard):
        await ask(tools, caller=CHIDI, now=NOW, whose=of(BEN))


# --- what is meant --------------------------------------------------------------------------------------------------


async def test_what_the_club_heard_is_offered_and_found(tools, crowd, database):
    hidden = await make_listener(database, a_caller(8, name="Hid"), album("Lowell", "Secret", "Quiet"))
    await be_seen_by(database, hidden.user_id, "me")

    async def offered(kind, text, caller=BEN):
        return await finding.subject_suggestions(
            tools, kind=kind, text=text, guild_id=GUILD, discord_id=caller.discord_id
        )

    assert [label for label, _ in await offered(Kind.ARTIST, "lo")] == ["Low"], "what only the hidden heard is hidden"
    assert [label for label, _ in await offered(Kind.ARTIST, "LOW", a_caller(8))] == ["Low", "Lowell"]
    ((label, value),) = await offered(Kind.ALBUM, "hey")
    assert label == "Hey What — Low"
    assert [label for label, _ in await offered(Kind.ALBUM, "")] == ["Hey What — Low"], "the club's charts, untyped"
    for text in (value, label, "Low - Hey What", "hey what by low", "hey w", "Hey What (Deluxe Edition)"):
        found = await finding.find_subject(tools, caller=BEN, kind=Kind.ALBUM, text=text)
        assert (found.title, found.artist) == ("Hey What", "Low"), text
    track = await finding.find_subject(tools, caller=BEN, kind=Kind.TRACK, text="Low - A")
    assert (track.kind, track.title) == (Kind.TRACK, "A")
    for text in ("Nobody", value, f"artist:{hidden.user_id}", "Lowell", ""):
        with pytest.raises(NotHeardHere):
            await finding.find_subject(tools, caller=BEN, kind=Kind.ARTIST, text=text)
    assert await finding.subject_suggestions(tools, kind=Kind.ARTIST, text="", guild_id=3, discord_id=1) == []


async def test_without_a_name_it_is_what_plays_or_the_weeks_album_or_the_last_play(tools, database, club):
    for kind in Kind:
        with pytest.raises(SubjectNeeded):
            await finding.subject_at_hand(tools, caller=BEN, kind=kind, now=NOW)
    ben = await make_listener(database, BEN, album("Low", "Hey What", "A B"))

    async def meant(tools=tools):
        found = [await finding.subject_at_hand(tools, caller=BEN, kind=kind, now=NOW) for kind in Kind]
        assert [is_open for _, is_open in found] == [True] * 3
        return [subject.title for subject, _ in found]

    assert await meant() == ["Low", "Hey What", "B"]
    await make_week(database, club, phase=Phase.LISTENING, album="Glass Harbour")
    assert await meant() == ["An Artist", "Glass Harbour", "B"]
    await link(database, ben.user_id)
    player = Player(NowPlaying("Moth", "Lamp", "Wicks"))
    assert await meant(with_player(tools, player)) == ["Moth", "Wicks", "Lamp"]
    await be_seen_by(database, ben.user_id, "followers")
    subject, is_open = await finding.subject_at_hand(with_player(tools, player), caller=BEN, kind=Kind.ARTIST, now=NOW)
    assert (subject.title, is_open) == ("Moth", False), "who hides does not tell everybody what they hear by asking"
    assert (await finding.subject_at_hand(tools, caller=BEN, kind=Kind.TRACK, now=NOW))[1] is False
    assert (await finding.subject_at_hand(tools, caller=BEN, kind=Kind.ALBUM, now=NOW))[1], "the week's is no secret"


# --- now ------------------------------------------------------------------------------------------------------------


def with_player(tools, *players):
    return replace(tools, listening=Listening(sources={player.source: player for player in players}))


async def test_what_plays_now_comes_with_own_counts_and_who_else_knows_it(tools, database, crowd):
    await link(database, crowd["Ben"].user_id)
    tools = with_player(tools, Player(NowPlaying("low", "a", "Hey What")))
    told = await seeing.now_playing(tools, caller=CHIDI, now=NOW, whose=of(BEN))
    assert (told.track.title, told.at, told.unheard) == ("a", None, ())
    assert (told.own.track, told.own.artist, told.own.album) == (3, 3, 3), "however it is spelled"
    assert told.others is not None
    assert [knower.name for knower in told.others.listed if knower != told.others.own] == ["Chidi", "Dana", "Eli"]


async def test_a_track_nobody_else_knows_is_told_by_its_artist(tools, database, crowd):
    await hear(database, crowd["Ben"].user_id, [a_play(NOW - 12 * MINUTES, "Low", "Rarity")])
    told = await seeing.now_playing(tools, caller=BEN, now=NOW)
    assert told.at == NOW - 12 * MINUTES, "without an account it is the last play"
    assert told.others is not None
    assert told.others.subject.title == "Low"
    await hear(database, crowd["Ben"].user_id, [a_play(NOW - 2 * MINUTES, "Nobody Else", "Alone")])
    assert (await seeing.now_playing(tools, caller=BEN, now=NOW)).others is None


@pytest.mark.parametrize(
    "trouble",
    [Unavailable("lastfm"), AccessStale(Source.LASTFM, Standing.REVOKED)],
    ids=["nobody answers", "the access is stale"],
)
async def test_a_service_that_tells_nothing_is_named_and_the_last_play_told(tools, database, crowd, trouble):
    await link(database, crowd["Ben"].user_id)
    told = await seeing.now_playing(with_player(tools, Player(trouble)), caller=BEN, now=NOW)
    assert told.unheard == ("lastfm",)
    assert told.track.title == "A"
    assert told.at is not None


async def test_silence_is_no_trouble_and_the_other_account_is_heard(tools, database, crowd):
    ben = crowd["Ben"].user_id
    await link(database, ben)
    await link(database, ben, Source.LISTENBRAINZ)
    both = with_player(tools, Player(None), Player(NowPlaying("Moth", "Lamp"), Source.LISTENBRAINZ))
    told = await seeing.now_playing(both, caller=BEN, now=NOW)
    assert (told.track.title, told.album, told.own.track, told.others) == ("Lamp", None, 0, None)
    quiet = await seeing.now_playing(with_player(tools, Player(None)), caller=BEN, now=NOW)
    assert (quiet.track.title, quiet.unheard) == ("A", ())


async def test_nobody_waits_longer_than_people_do_and_nothing_is_cut_off(tools, database, crowd):
    gate, done = asyncio.Event(), asyncio.Event()

    class Slow(Player):
        async def fetch_now_playing(self, access):
            await gate.wait()
            done.set()
            return await super().fetch_now_playing(access)

    await link(database, crowd["Ben"].user_id)
    slow = with_player(tools, Slow(NowPlaying("Moth", "Lamp")))
    heard, unheard = await playing.playing_now(slow, user_id=crowd["Ben"].user_id, now=NOW, seconds=0.05)
    assert (heard, unheard) == (None, (Source.LASTFM,))
    gate.set()
    await asyncio.wait_for(done.wait(), 5)
