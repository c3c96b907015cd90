"""What is kept of a person, counted and row by row."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from sqlalchemy import LargeBinary, Select, and_, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.listening.accounts import LINKABLE
from bot.domain.privacy import Group, Kept, Person, Recount
from db.queries.privacy.registry import NOBODYS, PLACES, Place, is_left
from db.tables import club, library, listening, people
from db.tables.catalog import Album, Track

AT_ONCE = 1_000
"""Rows that are in memory at a time."""
SNAPSHOT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
WITHHELD = "(kept, and not handed out)"

Row = Mapping[str, Any]


async def take_snapshot(session: AsyncSession) -> None:
    """Everything that is read in this transaction from now on is of one moment; to be said first."""
    await session.execute(SNAPSHOT)


async def counts(session: AsyncSession, person: Person) -> dict[str, int]:
    """Rows of a person by place, `table.column`; empty places too."""
    found: dict[str, int] = {}
    for place in PLACES:
        found[place.name] = await session.scalar(is_left(place).where(place.where(person))) or 0
    return found


async def recount(session: AsyncSession, person: Person) -> Recount:
    """Every place is looked through for a person. The other tables hold nothing by which one could be found."""
    found = await counts(session, person)
    tables = {place.table.description for place in PLACES}
    return Recount({name: left for name, left in found.items() if left}, len(PLACES), len(tables) + len(NOBODYS))


async def kept(session: AsyncSession, person: Person) -> Kept:
    """What is kept of a person, by kind."""
    found = await counts(session, person)
    rows = {group: sum(found[place.name] for place in PLACES if place.group is group) for group in Group}
    user, account, play = people.User, people.LinkedAccount, listening.Listen
    visibility = await session.scalar(select(user.visibility).where(user.id == person.user_id))
    clubs = await session.scalars(
        select(club.Club.name)
        .join(people.Membership, people.Membership.club_id == club.Club.id)
        .where(people.Membership.user_id == person.user_id)
        .order_by(club.Club.name)
    )
    linked = await session.execute(
        select(account.provider, func.coalesce(account.external_name, account.external_id))
        .where(account.user_id == person.user_id, account.provider.in_([str(source) for source in LINKABLE]))
        .order_by(account.provider)
    )
    mine = play.user_id == person.user_id
    first = await session.scalar(select(play.played_at).where(mine).order_by(play.played_at).limit(1))
    last = await session.scalar(select(play.played_at).where(mine).order_by(play.played_at.desc()).limit(1))
    return Kept(
        rows=rows,
        visibility=visibility or "club",
        clubs=tuple(clubs),
        accounts=tuple((provider, name) for provider, name in linked),
        plays=found["listen_events.user_id"],
        first_play=first,
        last_play=last,
    )


# --- handing it over ------------------------------------------------------------------------------------------------


def _named(place: Place) -> Select[Any]:
    """The rows of a table with the names that its keys stand for."""
    table = place.table
    row = table.c
    name = table.description
    if name == "listen_events":
        return (
            select(
                *row,
                listening.Artist.name.label("artist"),
                Track.title.label("track"),
                listening.HeardAlbum.title.label("album"),
            )
            .join(listening.Artist, listening.Artist.id == row.artist_id)
            .join(Track, Track.id == row.track_id)
            .outerjoin(listening.HeardAlbum, listening.HeardAlbum.id == row.album_id)
        )
    if name in ("listen_twins", "track_plays"):
        return select(*row, Track.artist, Track.title.label("track")).outerjoin(Track, Track.id == row.track_id)
    if name == "artist_plays":
        return select(*row, listening.Artist.name.label("artist")).outerjoin(
            listening.Artist, listening.Artist.id == row.artist_id
        )
    if name == "album_plays":
        return select(*row, listening.HeardAlbum.title.label("album")).outerjoin(
            listening.HeardAlbum, listening.HeardAlbum.id == row.album_id
        )
    if name == "track_versions":
        file = library.Asset
        facts = (file.format, file.size_bytes, file.duration_ms, file.rate, file.channels, file.bit_rate)
        return (
            select(*row, Track.title.label("track"), *facts, file.sha256, file.loudness_lufs, file.true_peak_db)
            .join(file, file.id == row.asset_id)
            .join(Track, Track.id == row.track_id)
        )
    if "nomination_id" in row and name != "posts":
        return (
            select(*row, Album.title.label("album"), Album.artist)
            .outerjoin(
                club.Nomination,
                and_(club.Nomination.club_id == row.club_id, club.Nomination.id == row.nomination_id),
            )
            .outerjoin(Album, Album.id == club.Nomination.album_id)
        )
    if name in ("nominations", "ratings", "shelf_items"):
        return select(*row, Album.title.label("album"), Album.artist).outerjoin(Album, Album.id == row.album_id)
    return select(*row)


def columns_of(place: Place) -> list[str]:
    """What a row of a place says, in order."""
    return list(_named(place).selected_columns.keys())


async def rows_of(session: AsyncSession, place: Place, person: Person) -> AsyncGenerator[Sequence[Row]]:
    """A person's rows of a place, some at a time; secrets and what is another person's are named without a value."""
    secret = {column.name for column in place.table.columns if isinstance(column.type, LargeBinary)}
    withheld = secret | set(place.withheld)
    query = _named(place).where(place.where(person)).order_by(*place.table.primary_key)
    rows = (await session.stream(query, execution_options={"yield_per": AT_ONCE})).mappings()
    async for some in rows.partitions(AT_ONCE):
        yield [
            {name: value if name not in withheld or value is None else WITHHELD for name, value in row.items()}
            for row in some
        ]


async def names_of_clubs(session: AsyncSession, person: Person) -> list[Row]:
    """The clubs that rows of a person name by their keys."""
    rows = await session.execute(
        select(club.Club.id, club.Club.guild_id, club.Club.name)
        .join(people.Membership, people.Membership.club_id == club.Club.id)
        .where(people.Membership.user_id == person.user_id)
        .order_by(club.Club.id)
    )
    return [dict(row) for row in rows.mappings()]


async def names_of_weeks(session: AsyncSession, person: Person) -> list[Row]:
    """The weeks of those clubs, by number and date."""
    week = club.Week
    rows = await session.execute(
        select(week.id, week.club_id, week.number, week.opens_on, week.theme)
        .join(people.Membership, people.Membership.club_id == week.club_id)
        .where(people.Membership.user_id == person.user_id)
        .order_by(week.club_id, week.number)
    )
    return [dict(row) for row in rows.mappings()]
