"""What members listen to, as they and the club see it: now, lately, most, in all, in a row, and who knows something."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.listening.charts import Kind, Subject
from bot.domain.listening.periods import EVER, Period, midnight, read_period
from bot.domain.listening.refusals import NothingHeard
from bot.domain.listening.seen import Knowers, Played, Playing, Recent, Shown, Streaks, Top, Totals
from bot.domain.listening.streaks import (
    DAY,
    current,
    day_bounds,
    longest,
    next_milestone,
    per_day,
    reached_on,
    runs,
)
from bot.domain.people import Caller
from bot.services import people
from bot.services.listening.finding import subjects_of
from bot.services.listening.playing import playing_now
from bot.services.listening.watching import Whose, shown_of
from bot.services.tools import Tools
from db.queries.listening import reading as queries
from db.queries.listening import search
from db.session import Reading

PAGE = 10
LAST_DAYS = 30
OTHERS = 5
"""Others who have heard what plays now, by name; the rest are a number."""
FAR_BACK = 40 * 366
"""Days in which streaks are looked for."""


async def recent_plays(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    whose: Whose | None = None,
    page: int = 0,
    until: datetime | None = None,
) -> Recent:
    """Somebody's plays, latest first; pages turned later say `until` when the first one was asked for."""
    until = until or now
    async with tools.database.reading() as session:
        shown = await shown_of(session, caller, whose)
        told = Period("recent", "recent", None, until + timedelta(seconds=1))
        found = await queries.plays_of(session, shown.person.user_id, told, limit=PAGE + 1, offset=page * PAGE)
    if not found and not page:
        raise _nothing(shown)
    return Recent(shown, tuple(found[:PAGE]), until, page, more=len(found) > PAGE)


async def top(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    kind: Kind,
    period: str,
    whose: Whose | None = None,
    page: int = 0,
) -> Top:
    """What somebody heard most in a period of their own zone; raises `PeriodNotUnderstood` too.

    A period in which they heard nothing is an empty list; who never heard anything is refused.
    """
    async with tools.database.reading() as session:
        shown = await shown_of(session, caller, whose)
        asked = read_period(period, shown.zone, now)
        user_id = shown.person.user_id
        lines, subjects, plays = await queries.top(session, user_id, kind, asked, limit=PAGE, offset=page * PAGE)
        if not lines and not page and not (await queries.plays_of(session, user_id, EVER, limit=1)):
            raise _nothing(shown)
    return Top(shown, kind, asked, tuple(lines), subjects, plays, page)


async def totals(tools: Tools, *, caller: Caller, now: datetime, whose: Whose | None = None) -> Totals:
    """How much somebody has heard in all, at what pace, and when the next round number is reached."""
    async with tools.database.reading() as session:
        shown = await shown_of(session, caller, whose)
        user_id, zone = shown.person.user_id, shown.zone
        counted = await queries.count(session, user_id, EVER)
        if counted.first_at is None:
            raise _nothing(shown)
        today = now.astimezone(zone).date()
        lately = Period("30d", "", midnight(today - timedelta(days=LAST_DAYS - 1), zone))
        last_days = (await queries.count(session, user_id, lately)).plays
        just_now = (await queries.count(session, user_id, Period("today", "", midnight(today, zone)))).plays
        different = await queries.different(session, user_id)
        first = await _first_play(session, shown, counted.first_at)
    since = counted.first_at.astimezone(zone).date()
    recently_since = max(since, today - timedelta(days=LAST_DAYS - 1))
    pace_now = per_day(last_days, recently_since, today)
    milestone = next_milestone(counted.plays)
    return Totals(
        shown,
        counted.plays,
        since,
        counted.first_at,
        first,
        different,
        just_now,
        last_days,
        per_day(counted.plays, since, today),
        pace_now,
        milestone,
        reached_on(counted.plays, milestone, pace_now, today),
    )


async def _first_play(session: Reading, shown: Shown, at: datetime) -> Played | None:
    told = Period("first", "", at, at + timedelta(seconds=1))
    for played in await queries.plays_of(session, shown.person.user_id, told, limit=1):
        return played
    return None


async def streaks(tools: Tools, *, caller: Caller, now: datetime, whose: Whose | None = None) -> Streaks:
    """On how many days in a row somebody has heard something, and how many of the last plays are all of one thing."""
    async with tools.database.reading() as session:
        shown = await shown_of(session, caller, whose)
        user_id, zone = shown.person.user_id, shown.zone
        last = await queries.plays_of(session, user_id, EVER, limit=1)
        counted = await queries.count(session, user_id, EVER)
        if counted.first_at is None or not last:
            raise _nothing(shown)
        today = now.astimezone(zone).date()
        begin = max(counted.first_at.astimezone(zone).date(), today - timedelta(days=FAR_BACK))
        bounds = day_bounds(begin, max(today, begin), zone)
        places = await queries.heard_days(session, user_id, bounds)
        played = [subject for subject in (last[0].artist, last[0].album, last[0].track) if subject is not None]
        counts = [(subject, await queries.in_a_row(session, user_id, subject)) for subject in played]
    days = [begin + DAY * place for place in places]
    found = runs(days)
    in_a_row = tuple(each for each in counts if each[1].plays > 1)
    return Streaks(shown, current(found, today), longest(found), in_a_row, today in days)


async def now_playing(
    tools: Tools, *, caller: Caller, now: datetime, whose: Whose | None = None, private: bool | None = None
) -> Playing:
    """What somebody hears now, as their linked accounts tell it, else their last play; with who else knows it."""
    async with tools.database.reading() as session:
        shown = await shown_of(session, caller, whose)
    user_id, public = shown.person.user_id, shown.public(private)
    heard, unheard = await playing_now(tools, user_id=user_id, now=now)
    async with tools.database.reading() as session:
        at = None
        if heard is not None:
            playing = subjects_of(heard)
            track, artist, album = playing[Kind.TRACK], playing[Kind.ARTIST], playing.get(Kind.ALBUM)
        else:
            last = await queries.plays_of(session, user_id, EVER, limit=1)
            if not last:
                raise _nothing(shown)
            track, artist, album, at = last[0].track, last[0].artist, last[0].album, last[0].at
        own = await queries.own_counts(
            session, user_id, track=track.id, artist=artist.id, album=None if album is None else album.id
        )
        others = await _others(session, shown, track, artist, public=public)
    return Playing(shown, public, track, artist, album, at, own, others, tuple(str(source) for source in unheard))


async def _others(session: Reading, shown: Shown, track: Subject, artist: Subject, *, public: bool) -> Knowers | None:
    """Who else has heard the track; where nobody has, who has heard its artist."""
    viewer = None if public else shown.viewer
    for subject in (track, artist):
        found = await queries.knowers(
            session, shown.club_id, subject, viewer=viewer, asker=shown.person.user_id, limit=OTHERS + 1, page=0
        )
        if found.members > (found.own is not None):
            return found
    return None


async def who_knows(tools: Tools, *, caller: Caller, subject: Subject, public: bool, page: int = 0) -> Knowers:
    """Who in the club has heard something, and which place the caller has; in public only what everybody may see."""
    async with tools.database.reading() as session:
        club = await people.club_here(session, caller.guild_id)
        asker = await queries.person_of(session, club.id, caller.discord_id)
        key = None if asker is None else asker.user_id
        return await queries.knowers(
            session, club.id, subject, viewer=None if public else key, asker=key, limit=PAGE, page=page
        )


async def known_subject(tools: Tools, *, subject: Subject) -> Subject:
    """The names of something, found again by its key."""
    async with tools.database.reading() as session:
        return (await search.named(session, subject.kind, [subject.id]) or [subject])[0]


def _nothing(shown: Shown) -> NothingHeard:
    return NothingHeard("" if shown.own else shown.person.name)
