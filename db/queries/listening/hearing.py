"""Which weeks' albums are being heard, and what of them each member has heard."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, Uuid, and_, any_, bindparam, exists, func, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.club.week import HEARING, Week
from bot.domain.listening.accounts import LINKABLE
from bot.domain.listening.hearing import Hearer
from bot.domain.people import ACTIVE_FOR
from db.tables.catalog import Album, Track
from db.tables.club import Hearing, Nomination
from db.tables.club import Week as WeekRow
from db.tables.listening import Listen, TrackPlays
from db.tables.people import LinkedAccount, Membership, User

CLUB = "club"
"""The visibility of whoever lets their clubs see what they hear."""
LINKED = (
    exists()
    .where(
        LinkedAccount.user_id == Membership.user_id, LinkedAccount.provider.in_([str(source) for source in LINKABLE])
    )
    .correlate(Membership)
)
BEING_HEARD = WeekRow.phase.in_([str(phase) for phase in HEARING])
ARTIST = func.coalesce(func.nullif(Track.artist, ""), Album.artist)
SHOWN = and_(Membership.left_at.is_(None), Membership.shows_hearing, User.visibility == CLUB)


def _winner() -> Any:
    return and_(Nomination.club_id == WeekRow.club_id, Nomination.id == WeekRow.winner_id)


@cache
def _tracks_shown() -> Select[UUID, UUID, str, str]:
    return (
        select(Membership.user_id, WeekRow.id, ARTIST, Track.title)
        .select_from(Membership)
        .join(User, User.id == Membership.user_id)
        .join(WeekRow, and_(WeekRow.club_id == Membership.club_id, BEING_HEARD))
        .join(Nomination, _winner())
        .join(Album, Album.id == Nomination.album_id)
        .join(Track, Track.album_id == Album.id)
        .where(Membership.user_id == any_(bindparam("users", type_=ARRAY(Uuid()))), SHOWN)
    )


async def tracks_shown_of(
    session: AsyncSession, members: Collection[UUID]
) -> dict[tuple[UUID, UUID], list[tuple[str, str]]]:
    """Artists and titles of albums whose cards may tell of members, by member and week; of nobody who shows nothing."""
    found: dict[tuple[UUID, UUID], list[tuple[str, str]]] = {}
    for user_id, week_id, artist, title in await session.execute(_tracks_shown(), {"users": list(members)}):
        found.setdefault((user_id, week_id), []).append((artist, title))
    return found


async def weeks_naming(session: AsyncSession, user_id: UUID, club_id: UUID | None = None) -> list[UUID]:
    """The weeks being heard whose cards name a member, or would if their listening were visible; of one club or all."""
    query = (
        select(WeekRow.id)
        .join(Membership, and_(Membership.club_id == WeekRow.club_id, Membership.user_id == user_id))
        .where(BEING_HEARD, Membership.shows_hearing)
    )
    if club_id is not None:
        query = query.where(WeekRow.club_id == club_id)
    return list(await session.scalars(query.order_by(WeekRow.id)))


async def weeks_hearing_album(session: AsyncSession, album_id: UUID) -> list[UUID]:
    """The weeks of any club in which an album is being heard."""
    query = select(WeekRow.id).join(Nomination, _winner()).where(BEING_HEARD, Nomination.album_id == album_id)
    return list(await session.scalars(query.order_by(WeekRow.id)))


async def tracks_of_winner(session: AsyncSession, week: Week) -> list[tuple[str, str]]:
    """Artist and title of each track of the week's album, in order; none where nobody told its list."""
    rows = await session.execute(
        select(ARTIST, Track.title)
        .join(Album, Album.id == Track.album_id)
        .join(Nomination, Nomination.album_id == Album.id)
        .where(Nomination.club_id == week.club_id, Nomination.id == week.winner_id)
        .order_by(Track.position)
    )
    return [(artist, title) for artist, title in rows]


TOLD = and_(User.visibility == CLUB, LINKED)
"""Plays are looked at only where an account tells them and the club may see it."""


def _counted() -> Any:
    """How many of the works a member heard while the album was the club's, and how many before."""
    since = bindparam("since", type_=Listen.played_at.type)
    until = bindparam("until", type_=Listen.played_at.type)
    plays = TrackPlays
    again = exists().where(
        Listen.user_id == plays.user_id,
        Listen.track_id == plays.track_id,
        Listen.counts,
        Listen.played_at >= since,
        Listen.played_at < until,
    )
    # The last play tells nearly always; only one after the end makes it needful to look at each.
    within = and_(plays.last_at >= since, or_(plays.last_at < until, again))
    works = any_(bindparam("works", type_=ARRAY(Uuid())))
    return (
        select(func.count().filter(within).label("heard"), func.count().filter(plays.first_at < since).label("before"))
        .where(plays.user_id == Membership.user_id, plays.track_id == works, TOLD)
        .correlate(Membership, User)
        .lateral()
    )


@cache
def _hearers(restricted: bool) -> Select[*tuple[Any, ...]]:
    counted = _counted()
    said = and_(
        Hearing.club_id == Membership.club_id,
        Hearing.week_id == bindparam("week"),
        Hearing.user_id == Membership.user_id,
    )
    query = (
        select(
            Membership.user_id,
            Membership.display_name.label("name"),
            counted.c.heard,
            counted.c.before,
            and_(Hearing.user_id.is_not(None), or_(Hearing.said, ~LINKED)).label("says"),
            func.coalesce(Hearing.said, False).label("said"),
            TOLD.label("told"),
            and_(Membership.shows_hearing, User.visibility == CLUB).label("shows"),
            (Membership.active_at >= bindparam("active_since")).label("active"),
        )
        .select_from(Membership)
        .join(User, User.id == Membership.user_id)
        .outerjoin(Hearing, said)
        .join(counted, true())
        .where(Membership.club_id == bindparam("club"), Membership.left_at.is_(None))
    )
    if restricted:
        query = query.where(Membership.user_id == any_(bindparam("users", type_=ARRAY(Uuid()))))
    return query


async def hearers(
    session: AsyncSession, week: Week, works: Sequence[UUID], now: datetime, *, users: Sequence[UUID] | None = None
) -> list[Hearer]:
    """What the club's members, or those of them, have heard of a week's album while it was the club's."""
    values: dict[str, Any] = {
        "club": week.club_id,
        "week": week.id,
        "works": list(works),
        "since": week.deadlines.poll_close_at,
        "until": week.deadlines.ratings_close_at,
        "active_since": now - ACTIVE_FOR,
    }
    if users is not None:
        values["users"] = list(users)
    rows = await session.execute(_hearers(users is not None), values)
    return [Hearer(**row) for row in rows.mappings()]


async def set_shows(session: AsyncSession, club_id: UUID, user_id: UUID, on: bool) -> bool:
    """Whether the week's card may name the member; False when that was so already."""
    changed = await session.scalar(
        update(Membership)
        .where(
            Membership.club_id == club_id, Membership.user_id == user_id, Membership.shows_hearing.is_distinct_from(on)
        )
        .values(shows_hearing=on)
        .returning(Membership.user_id)
    )
    return changed is not None


async def visibility_of(session: AsyncSession, user_id: UUID) -> str:
    """Who sees what the person listens to: `club`, `followers` or `me`."""
    found = await session.scalar(select(User.visibility).where(User.id == user_id))
    return found or CLUB
