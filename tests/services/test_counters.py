"""Counters are always what counting all plays anew would say, whatever happened to plays, members and clubs."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from bot.domain.listening.plays import Resolution, Source, Told
from bot.services import people
from bot.services.club import setup
from bot.services.listening import club_counters
from bot.services.listening.forgetting import drop_plays, forget_source, told_between
from bot.services.listening.taking import take_held, take_plays
from db.queries.listening.plays import hold
from db.tables.club import Club
from db.tables.listening import AlbumPlays, ArtistPlays, ClubPlays, Listen, TrackPlays
from db.tables.people import Membership, User
from tests.factories import NOW, a_caller, make_club, make_tools

DAY, MINUTE, SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
SUBJECTS = {"artist": ArtistPlays, "album": AlbumPlays, "track": TrackPlays}
ZONES = ("Europe/Berlin", "Pacific/Auckland", "America/St_Johns", "UTC")


async def counted(database):
    """What the counters say."""
    found = {}
    async with database.reading() as session:
        for kind, table in SUBJECTS.items():
            subject = getattr(table, f"{kind}_id")
            for row in await session.execute(
                select(table.user_id, subject, table.plays, table.first_at, table.last_at)
            ):
                found[kind, row[0], row[1]] = tuple(row[2:])
        for row in await session.execute(select(ClubPlays)):
            one = row[0]
            found["club", one.club_id, one.week_on, one.kind, one.subject_id] = one.plays
    return found


async def recounted(database):
    """What the plays, the memberships and the clubs say, reckoned here and not by the database."""
    found, in_clubs = {}, Counter()
    async with database.reading() as session:
        plays = [row[0] for row in await session.execute(select(Listen).where(Listen.counts))]
        listeners = (
            await session.execute(
                select(Membership.user_id, Membership.club_id, Membership.joined_at, Club.zone)
                .join(Club, Club.id == Membership.club_id)
                .join(User, User.id == Membership.user_id)
                .where(Membership.left_at.is_(None), User.visibility == "club")
            )
        ).all()
    for play in plays:
        for kind in SUBJECTS:
            subject = getattr(play, f"{kind}_id")
            if subject is None:
                continue
            times = found.setdefault((kind, play.user_id, subject), [])
            times.append(play.played_at)
            for user_id, club_id, joined_at, zone in listeners:
                if user_id == play.user_id and play.played_at >= joined_at:
                    local = play.played_at.astimezone(ZoneInfo(zone)).date()
                    monday = local - timedelta(days=local.weekday())
                    in_clubs["club", club_id, monday, kind, subject] += 1
    return {key: (len(times), min(times), max(times)) for key, times in found.items()} | dict(in_clubs)


SOURCES = [
    (Source.LASTFM, Resolution.SECOND),
    (Source.LASTFM_FILE, Resolution.MINUTE),
    (Source.SPOTIFY, Resolution.SECOND),
    (Source.SPOTIFY_EXTENDED, Resolution.SECOND),
    (Source.SPOTIFY_ACCOUNT, Resolution.MINUTE),
]


@st.composite
def a_play(draw):
    """A play of few tracks in few places of time, so that sources often tell of the same."""
    source, resolution = draw(st.sampled_from(SOURCES))
    number = draw(st.integers(0, 3))
    length = timedelta(seconds=draw(st.sampled_from((10, 180, 180, 180, 181))))
    start = NOW + draw(st.integers(-9, 9)) * DAY + draw(st.integers(0, 2)) * 3 * MINUTE
    start += draw(st.sampled_from((0, 0, 1, 2, 5, 40))) * SECOND
    by_minute = resolution is Resolution.MINUTE
    named = Told(
        source, f"Artist {number % 2}", f"Track {number}", start, "Hex" if number == 1 else "", resolution=resolution
    )
    if source in (Source.LASTFM, Source.LASTFM_FILE):
        if by_minute:
            return replace(named, started_at=start.replace(second=0), ordinal=draw(st.integers(0, 1)))
        return named
    end = start + length
    if by_minute:
        end = end.replace(second=0)
    lasting = {"duration": length} if source is Source.SPOTIFY else {"played": length}
    return replace(named, started_at=end - length, ended_at=end, **lasting)


PEOPLE = st.integers(1, 2)
DEEDS = st.one_of(
    st.tuples(st.just("take"), PEOPLE, st.lists(a_play(), min_size=1, max_size=6)),
    st.tuples(st.just("take"), PEOPLE, st.lists(a_play(), min_size=1, max_size=6)),
    st.tuples(st.just("together"), *[st.lists(a_play(), max_size=5)] * 2),
    st.tuples(st.just("again"), PEOPLE),
    st.tuples(st.just("drop"), PEOPLE, st.sampled_from(SOURCES), st.integers(0, 3)),
    st.tuples(st.just("forget"), PEOPLE, st.sampled_from(SOURCES)),
    st.tuples(st.just("leave"), PEOPLE),
    st.tuples(st.just("join"), PEOPLE),
    st.tuples(st.just("hide"), PEOPLE, st.sampled_from(("me", "club", "followers"))),
    st.tuples(st.just("zone"), st.sampled_from(ZONES)),
)


class House:
    """A club with two members, one of whom is in a second one, and everything that can happen to what they hear."""

    def __init__(self, database):
        self.database = database
        self.tools = make_tools(database)
        self.told = {}

    async def begin(self):
        await make_club(self.database)
        await make_club(self.database, guild_id=2, zone="America/St_Johns")
        self.users = {}
        for number in (1, 2):
            member = await people.join(self.tools, caller=a_caller(number), now=NOW - number * 3 * DAY)
            self.users[number] = member.user_id
        await people.join(self.tools, caller=a_caller(1, guild_id=2), now=NOW - 5 * DAY)

    async def do(self, deed, *of):
        if deed == "zone":
            host = a_caller(1, manages=True)
            await setup.change_setting(self.tools, caller=host, now=NOW, name="timezone", value=of[0])
            return
        if deed == "together":
            await self.take_together(dict(enumerate(of, start=1)))
            return
        user_id = self.users[of[0]]
        match deed:
            case "take":
                self.told.setdefault(of[0], []).extend(of[1])
                await self.take(user_id, of[1])
            case "again":
                await self.take(user_id, self.told.get(of[0], []))
            case "leave":
                await people.leave(self.tools, caller=a_caller(of[0]), now=NOW)
            case "join":
                await people.join(self.tools, caller=a_caller(of[0]), now=NOW)
            case _:
                async with self.database.writing() as session:
                    await self.change(session, deed, user_id, *of[1:])

    async def take(self, user_id, plays):
        async with self.database.writing() as session:
            await take_plays(session, user_id=user_id, plays=plays)

    async def take_together(self, told):
        async with self.database.writing() as session:
            for number, plays in told.items():
                self.told.setdefault(number, []).extend(plays)
                await hold(session, self.users[number])
            await take_held(session, {self.users[number]: plays for number, plays in told.items()})

    async def change(self, session, deed, user_id, what, every=0):
        if deed == "hide":
            await session.execute(update(User).where(User.id == user_id).values(visibility=what))
            await club_counters.member_changed(session, user_id=user_id)
        elif deed == "forget":
            await forget_source(session, user_id=user_id, sources=[what[0]])
        else:
            span = {"since": NOW - 30 * DAY, "until": NOW + 30 * DAY}
            keys = sorted(await told_between(session, user_id=user_id, source=what[0], **span))
            await drop_plays(session, user_id=user_id, keys=keys[:: every + 1])


@pytest.mark.row("4-08")
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
@given(deeds=st.lists(DEEDS, min_size=3, max_size=12))
async def test_counters_equal_a_recount_at_any_time(database, deeds):
    async with database.writing() as session:
        for table in (Club, User):
            await session.execute(delete(table))
    house = House(database)
    await house.begin()
    for deed in deeds:
        await house.do(*deed)
        assert await counted(database) == await recounted(database), deed
