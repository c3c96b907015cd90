"""The feed of a member: read anew each time, with the eyes of this moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.domain.calendar import label
from bot.domain.listening.names import heard_album_id
from bot.domain.listening.streaks import DAY, day_bounds, runs
from bot.domain.people import Caller
from bot.domain.taste.feed import (
    LOOKS_BACK,
    STREAKS,
    Entry,
    Event,
    Feed,
    discoveries_by_day,
    may_see_rating,
    merged,
    milestones_between,
    streak_entry,
    streaks_reached,
)
from bot.services import people
from bot.services.tools import Tools
from db.queries.listening import reading
from db.queries.taste import feed as queries
from db.queries.taste import follows
from db.queries.taste.feed import Given
from db.queries.taste.follows import Followee
from db.session import Reading

PAGE = 10


async def read_feed(
    tools: Tools, *, caller: Caller, now: datetime, page: int = 0, until: datetime | None = None
) -> Feed:
    """A page of what those did and heard whom the caller follows in this club; later pages say `until` when.

    Who has left, hides what they hear, or let the caller go tells nothing, whatever they told before.
    """
    until = min(until or now, now)
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now, takes_part=False)
        seen = await follows.visible_followees(session, club.id, member.user_id)
        requests = len(await follows.requests_to(session, club.id, member.user_id))
        names = {one.user_id: one.name for one in seen}
        asked: dict[str, Any] = {"users": list(names), "since": until - LOOKS_BACK, "until": until}
        entries: list[Entry] = []
        if seen:
            entries += await _of_club(session, club.id, member.user_id, names, asked)
            entries += await _heard(session, club.id, names, asked)
            entries += await _listening(session, seen, club.timezone, names, asked)
    ordered = merged(entries)
    start = page * PAGE
    return Feed(
        tuple(ordered[start : start + PAGE]),
        until,
        page,
        more=len(ordered) > start + PAGE,
        following=len(seen),
        requests=requests,
    )


def _entry(event: Event, given: Given, names: dict[UUID, str], **more: Any) -> Entry:
    return Entry(
        event,
        given.user_id,
        names[given.user_id],
        given.at,
        str(given.week_id),
        title=given.title,
        artist=given.artist,
        label=label(given.number, given.opens_on),
        **more,
    )


async def _of_club(
    session: Reading, club_id: UUID, reader: UUID, names: dict[UUID, str], asked: dict[str, Any]
) -> list[Entry]:
    """Ratings that the reader may see, and nominations that won."""
    found = [
        _entry(Event.RATED, one.given, names, score=one.score)
        for one in await queries.ratings(session, club_id, reader, **asked)
        if may_see_rating(blind=one.blind, closed=one.closed, reader_rated=one.reader_rated)
    ]
    return found + [_entry(Event.WON, given, names) for given in await queries.wins(session, club_id, **asked)]


async def _heard(session: Reading, club_id: UUID, names: dict[UUID, str], asked: dict[str, Any]) -> list[Entry]:
    """Albums of the club that were heard for the first time: as members say, or as their accounts tell."""
    found = [_entry(Event.HEARD, given, names) for given in await queries.said_heard(session, club_id, **asked)]
    albums = {heard_album_id(one.artist, one.title): one for one in await queries.winners(session, club_id)}
    for user_id, album_id, at in await queries.first_of_albums(session, list(albums), **asked):
        won = albums[album_id]
        given = Given(user_id, at, won.week_id, won.number, won.opens_on, won.title, won.artist)
        found.append(_entry(Event.HEARD, given, names))
    return found


async def _listening(
    session: Reading, seen: Sequence[Followee], zone: ZoneInfo, names: dict[UUID, str], asked: dict[str, Any]
) -> list[Entry]:
    """Artists discovered, round numbers of plays, and days in a row; of whoever has heard anything."""
    zones = {one.user_id: ZoneInfo(one.zone) if one.zone else zone for one in seen}
    discovered = await queries.discovered(session, **asked)
    found: list[Entry] = []
    for user_id, before, after, total in await queries.play_counts(session, **asked):
        name = names[user_id]
        found += discoveries_by_day(discovered, person=user_id, name=name, zone=zones[user_id])
        if after == before:
            continue
        for number in milestones_between(before, after):
            at = await queries.nth_play(session, user_id, total - number)
            if at is not None:
                found.append(Entry(Event.PLAYS, user_id, name, at, str(number), number=number))
        found += await _streaks(session, user_id, name, zones[user_id], asked)
    return found


async def _streaks(session: Reading, user_id: UUID, name: str, zone: ZoneInfo, asked: dict[str, Any]) -> list[Entry]:
    since, until = asked["since"], asked["until"]
    today = until.astimezone(zone).date()
    begin = since.astimezone(zone).date() - timedelta(days=STREAKS[-1])
    heard = await reading.heard_days(session, user_id, day_bounds(begin, today, zone))
    reached = streaks_reached(runs(begin + DAY * place for place in heard), known_from=begin)
    entries = [streak_entry(user_id, name, days, day, zone) for days, day in reached]
    return [entry for entry in entries if since < entry.at <= until]
