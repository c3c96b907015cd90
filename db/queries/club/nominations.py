"""Nominations: what stands in a week, who seconded it, and what the club had before."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, case, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.club.entries import Album, Blurb, Nomination, Standing
from bot.domain.club.week import Phase, WeekKind
from bot.domain.errors import AlreadyNominated, Refusal, TooManyNominations
from bot.domain.ids import new_id
from db.queries import search
from db.queries.catalog import ALBUM
from db.queries.club.participants import PERSON, shown_name, with_person
from db.queries.club.scope import in_week
from db.queries.posts import ANNOUNCED
from db.session import Asking, driving, violated
from db.tables import catalog
from db.tables import club as tables

ALBUM_TWICE = "uq_nominations_album_once_a_week"
TRACK_TWICE = "uq_nominations_track_once_a_week"
SLOT_TWICE = "uq_nominations_slot_of_member"

PLAIN = (
    "id",
    "week_id",
    "user_id",
    "ordinal",
    "pitch",
    "pitch_track",
    "genre",
    "decade",
    "country",
    "host_pick",
    "edits",
    "of_track",
    "track_id",
    "version_id",
)
"""Columns that are stored as the nomination has them."""

SECONDS = (
    select(func.count())
    .where(tables.Second.club_id == tables.Nomination.club_id, tables.Second.nomination_id == tables.Nomination.id)
    .correlate(tables.Nomination)
    .scalar_subquery()
)
GONE = "A deleted track"
LOST = (str(Phase.CANCELLED), str(Phase.SCHEDULED))
"""Phases of weeks that played no album."""


@cache
def _nominations() -> Select[Any]:
    row = tables.Nomination
    columns = [getattr(row, name) for name in PLAIN]
    album = [column.label(f"album_{place}") for place, column in enumerate(ALBUM)]
    track, week = catalog.Track, tables.Week
    # Who made a demo is told with the result, unless the week was opened with the names shown.
    told = or_(week.phase.in_(ANNOUNCED), week.rules["anonymous"].astext == "false")
    query = select(*columns, row.standing, SECONDS.label("seconds"), *album, *PERSON).add_columns(
        case((track.deleted_at.is_(None), track.title)).label("track_title"), told.label("told")
    )
    query = (
        query.join(week, and_(week.club_id == row.club_id, week.id == row.week_id))
        .outerjoin(catalog.Album, catalog.Album.id == row.album_id)
        .outerjoin(track, track.id == row.track_id)
    )
    return with_person(query, row.club_id, row.user_id)


def _subject(row: Any) -> Album:
    """What was put forward: the album, or a member's track in an album's shape."""
    if not row.of_track:
        return Album(*(row._mapping[f"album_{place}"] for place in range(len(ALBUM))))
    return Album(row.track_id or row.id, row.track_title or GONE, shown_name(row) if row.told else "")


def _nomination(row: Any) -> Nomination:
    values = row._mapping
    return Nomination(
        **{name: values[name] for name in PLAIN},
        album=_subject(row),
        nominator=shown_name(row),
        nominator_discord_id=row.person_discord_id,
        standing=Standing(row.standing),
        seconds=row.seconds,
    )


OF_WEEK = _nominations().where(in_week(tables.Nomination, bindparam("week"))).order_by(tables.Nomination.ordinal)


async def nominations_of_week(session: AsyncSession, week_id: UUID) -> tuple[Nomination, ...]:
    """Every nomination of a week, withdrawn and void ones included, in the order of nominating."""
    rows = await session.execute(OF_WEEK, {"week": week_id})
    return tuple(_nomination(row) for row in rows)


async def nomination(session: AsyncSession, club_id: UUID, nomination_id: UUID) -> Nomination | None:
    """A nomination of the club, whatever its standing."""
    row = (
        await session.execute(
            _nominations().where(tables.Nomination.club_id == club_id, tables.Nomination.id == nomination_id)
        )
    ).one_or_none()
    return None if row is None else _nomination(row)


async def standing_count(session: AsyncSession, week_id: UUID) -> int:
    """How many nominations are in the race."""
    count = await session.scalar(
        select(func.count()).where(
            in_week(tables.Nomination, week_id),
            tables.Nomination.standing == str(Standing.STANDING),
        )
    )
    return count or 0


async def slots_of_member(session: AsyncSession, week_id: UUID, user_id: UUID) -> frozenset[int]:
    """Which of a member's nominations of a week are used; withdrawing frees one."""
    rows = await session.scalars(
        select(tables.Nomination.slot).where(
            in_week(tables.Nomination, week_id),
            tables.Nomination.user_id == user_id,
            tables.Nomination.standing != str(Standing.WITHDRAWN),
        )
    )
    return frozenset(rows)


async def add_nomination(
    session: AsyncSession,
    *,
    club_id: UUID,
    week_id: UUID,
    user_id: UUID,
    album: Album,
    slot: int,
    blurb: Blurb,
    host_pick: bool,
    now: datetime,
    of_track: bool = False,
    version_id: UUID | None = None,
) -> Nomination:
    """An album is put forward, as the next in the week's order; hold the week. A track stands in an album's place.

    Raises `AlreadyNominated` or `TooManyNominations` when the tables forbid it.
    """
    nomination_id = new_id(now)
    last = await session.scalar(select(func.max(tables.Nomination.ordinal)).where(in_week(tables.Nomination, week_id)))
    try:
        async with session.begin_nested():
            await session.execute(
                insert(tables.Nomination).values(
                    club_id=club_id,
                    id=nomination_id,
                    week_id=week_id,
                    user_id=user_id,
                    album_id=None if of_track else album.id,
                    of_track=of_track,
                    track_id=album.id if of_track else None,
                    version_id=version_id,
                    ordinal=(last or 0) + 1,
                    slot=slot,
                    standing=str(Standing.STANDING),
                    host_pick=host_pick,
                    nominated_at=now,
                    **_texts(blurb),
                )
            )
    except IntegrityError as error:
        refusal = await _refusal(session, violated(error), week_id, user_id, album)
        if refusal is None:
            raise
        raise refusal from None
    if not of_track:
        await search.note_nominated(session, club_id, album.id, now)
    added = await nomination(session, club_id, nomination_id)
    assert added is not None, "just added"
    return added


async def _refusal(
    session: AsyncSession, constraint: str | None, week_id: UUID, user_id: UUID, album: Album
) -> Refusal | None:
    """What a broken constraint means to the member."""
    kept = [one for one in await nominations_of_week(session, week_id) if one.standing is not Standing.WITHDRAWN]
    if constraint in (ALBUM_TWICE, TRACK_TWICE):
        first = next(one for one in kept if one.album.id == album.id)
        return AlreadyNominated(str(first.id), album.shown, own=first.user_id == user_id)
    if constraint == SLOT_TWICE:
        own = tuple(one.album.shown for one in kept if one.user_id == user_id)
        return TooManyNominations(len(own), own)
    return None


def _texts(blurb: Blurb) -> dict[str, str]:
    return {name: getattr(blurb, name) for name in ("pitch", "pitch_track", "genre", "decade", "country")}


async def edit_nomination(session: AsyncSession, edited: Nomination, blurb: Blurb) -> bool:
    """The nominator's words change; False when they are the same as before."""
    texts = _texts(blurb)
    differs = or_(*(getattr(tables.Nomination, column) != text for column, text in texts.items()))
    changed = await session.scalar(
        update(tables.Nomination)
        .where(in_week(tables.Nomination, edited.week_id), tables.Nomination.id == edited.id, differs)
        .values(edits=tables.Nomination.edits + 1, **texts)
        .returning(tables.Nomination.id)
    )
    return changed is not None


async def set_standing(session: AsyncSession, changed: Nomination, standing: Standing) -> None:
    """The nomination leaves the race."""
    await session.execute(
        update(tables.Nomination)
        .where(in_week(tables.Nomination, changed.week_id), tables.Nomination.id == changed.id)
        .values(standing=str(standing))
    )


async def add_second(
    session: AsyncSession, *, club_id: UUID, nomination_id: UUID, user_id: UUID, now: datetime
) -> bool:
    """A member stands behind a nomination; False when they did already."""
    added = await session.scalar(
        upsert(tables.Second)
        .values(club_id=club_id, nomination_id=nomination_id, user_id=user_id, seconded_at=now)
        .on_conflict_do_nothing(index_elements=["club_id", "nomination_id", "user_id"])
        .returning(tables.Second.user_id)
    )
    return added is not None


async def seconded_by(session: AsyncSession, week_id: UUID, user_id: UUID) -> tuple[UUID, ...]:
    """The nominations of a week that a member stands behind, in the order of nominating."""
    rows = await session.scalars(
        select(tables.Nomination.id)
        .join(
            tables.Second,
            and_(
                tables.Second.club_id == tables.Nomination.club_id,
                tables.Second.nomination_id == tables.Nomination.id,
            ),
        )
        .where(in_week(tables.Nomination, week_id), tables.Second.user_id == user_id)
        .order_by(tables.Nomination.ordinal)
    )
    return tuple(rows)


async def nominators(session: AsyncSession, week_id: UUID) -> frozenset[UUID]:
    """Who has a nomination in the race."""
    rows = await session.scalars(
        select(tables.Nomination.user_id)
        .distinct()
        .where(
            in_week(tables.Nomination, week_id),
            tables.Nomination.standing == str(Standing.STANDING),
        )
    )
    return frozenset(rows)


HOLD = """
SELECT id FROM nominations
WHERE week_id = $1 AND club_id = (SELECT club_id FROM weeks WHERE id = $1) AND standing = 'standing'
ORDER BY id FOR NO KEY UPDATE
"""


async def hold_standing(asking: Asking, week_id: UUID) -> None:
    """Hold the race, so that of several voters at once each after the first sees the ballots of those before."""
    await (await driving(asking)).fetch(HOLD, week_id)


async def week_won_by(
    session: AsyncSession, club_id: UUID, album_id: UUID, *, besides: UUID
) -> tuple[int, date] | None:
    """Number and date of the latest week of the club that the album won."""
    row = (
        await session.execute(
            select(tables.Week.number, tables.Week.opens_on)
            .join(
                tables.Nomination,
                and_(tables.Nomination.club_id == tables.Week.club_id, tables.Nomination.id == tables.Week.winner_id),
            )
            .where(
                tables.Week.club_id == club_id,
                tables.Week.id != besides,
                tables.Week.phase.not_in(LOST),
                tables.Nomination.album_id == album_id,
            )
            .order_by(tables.Week.number.desc())
            .limit(1)
        )
    ).one_or_none()
    return None if row is None else (row.number, row.opens_on)


async def week_nominated_in(
    session: AsyncSession, club_id: UUID, album_id: UUID, *, before: int, weeks: int, kind: WeekKind
) -> tuple[int, date] | None:
    """Of the `weeks` weeks played before number `before`, the latest with the album in its race: number and date."""
    played = (
        select(tables.Week.id, tables.Week.number, tables.Week.opens_on)
        .where(
            tables.Week.club_id == club_id,
            tables.Week.kind == str(kind),
            tables.Week.number < before,
            tables.Week.phase.not_in(LOST),
        )
        .order_by(tables.Week.number.desc())
        .limit(weeks)
        .subquery()
    )
    row = (
        await session.execute(
            select(played.c.number, played.c.opens_on)
            .join(
                tables.Nomination,
                and_(tables.Nomination.club_id == club_id, tables.Nomination.week_id == played.c.id),
            )
            .where(tables.Nomination.album_id == album_id, tables.Nomination.standing == str(Standing.STANDING))
            .order_by(played.c.number.desc())
            .limit(1)
        )
    ).one_or_none()
    return None if row is None else (row.number, row.opens_on)


async def week_of_track(
    session: AsyncSession, club_id: UUID, track_id: UUID, *, before: int, weeks: int
) -> tuple[int, date] | None:
    """Of the `weeks` demo weeks before number `before`, the latest with the track in its race: number and date."""
    row, week = tables.Nomination, tables.Week
    played = (
        select(week.id, week.number, week.opens_on)
        .where(
            week.club_id == club_id,
            week.kind == str(WeekKind.DEMO),
            week.number < before,
            week.phase.not_in(LOST),
        )
        .order_by(week.number.desc())
        .limit(weeks)
        .subquery()
    )
    found = (
        await session.execute(
            select(played.c.number, played.c.opens_on)
            .join(row, and_(row.club_id == club_id, row.week_id == played.c.id))
            .where(row.track_id == track_id, row.standing == str(Standing.STANDING))
            .order_by(played.c.number.desc())
            .limit(1)
        )
    ).one_or_none()
    return None if found is None else (found.number, found.opens_on)


async def voters_for(session: AsyncSession, club_id: UUID, nomination_id: UUID) -> tuple[int, ...]:
    """Discord ids of the members whose ballots name a nomination, in no telling order."""
    query = select(*PERSON).where(tables.Vote.club_id == club_id, tables.Vote.nomination_id == nomination_id)
    rows = await session.execute(with_person(query.select_from(tables.Vote), tables.Vote.club_id, tables.Vote.user_id))
    return tuple(sorted(row.person_discord_id for row in rows if row.person_left_at is None and row.person_discord_id))
