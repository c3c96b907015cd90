"""A catalogue of many albums, and a club in it, put into a fresh database as fast as it takes them."""

# asyncpg ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import asyncpg

from bot.bench.names import Name
from bot.domain.catalog import normalised
from bot.domain.catalog.searching import keys_of_club, learnable, name_keys, near_keys, words_of
from bot.domain.ids import new_id

AT = datetime(2026, 1, 1, tzinfo=UTC)
GUILD = 1
MEMBER = 7
SHELVED = 20
"""Albums on the member's shelf."""
NOMINATED = 300
"""Albums the club has nominated, ten a week."""
A_WEEK = 10
BATCH = 2_000

ALBUM_COLUMNS = "id title artist year identity_key title_key artist_key search_keys created_at".split()  # noqa: SIM905
NOMINATION_COLUMNS = "club_id id week_id user_id album_id ordinal slot standing nominated_at".split()  # noqa: SIM905


async def fill_catalogue(connection: asyncpg.Connection, names: Iterable[Name], told: Callable[[int], None]) -> None:
    """Every album with its keys, as `db.queries.catalog.add_album` would add them; `told` hears how many are in."""
    indexes = await connection.fetch(
        "SELECT indexname, indexdef FROM pg_indexes"
        " WHERE tablename IN ('albums', 'name_words') AND indexdef LIKE '% gin %'"
    )
    for index in indexes:  # built over what is there they take a tenth of the time
        await connection.execute(f"DROP INDEX {index['indexname']}")
    words: dict[str, list[int]] = {}
    rows: list[tuple[Any, ...]] = []
    count = 0
    spelled = cache(normalised)
    for name in names:
        count += 1
        keys = (spelled(name.title), spelled(name.artist))
        for word in {learnable(word) for key in keys for word in words_of(key)} - {"", *words}:
            words[word] = near_keys(word)
        # Names that differ in spelling alone would be one album; here each is its own.
        identity = f"{keys[1][:200]}\t{keys[0][:200]}\t{name.year}\t{count}"
        rows.append((new_id(AT), name.title, name.artist, name.year, identity, *keys, name_keys(keys), AT))
        if len(rows) == BATCH:
            await connection.copy_records_to_table("albums", records=rows, columns=ALBUM_COLUMNS)
            rows.clear()
            told(count)
    await connection.copy_records_to_table("albums", records=rows, columns=ALBUM_COLUMNS)
    await connection.copy_records_to_table("name_words", records=list(words.items()), columns=["word", "near_keys"])
    for index in indexes:
        await connection.execute(index["indexdef"])
    await connection.execute("VACUUM ANALYZE")
    told(count)


async def fill_club(connection: asyncpg.Connection) -> None:
    """A club of some years, with a member who keeps a shelf."""
    club, user = new_id(AT), new_id(AT)
    await connection.execute(
        "INSERT INTO clubs (id, guild_id, name, channel_id, zone, rules, created_at)"
        " VALUES ($1, $2, 'A club', 2, 'UTC', '{}', $3)",
        club,
        GUILD,
        AT,
    )
    await connection.execute("INSERT INTO users (id, display_name, created_at) VALUES ($1, 'A member', $2)", user, AT)
    await connection.execute(
        "INSERT INTO linked_accounts (id, user_id, provider, external_id, linked_at)"
        " VALUES ($1, $2, 'discord', $3, $4)",
        new_id(AT),
        user,
        str(MEMBER),
        AT,
    )
    chosen = await connection.fetch("SELECT id FROM albums ORDER BY md5(id::text) LIMIT $1", SHELVED + NOMINATED)
    albums: list[UUID] = [row["id"] for row in chosen]
    await connection.copy_records_to_table(
        "shelf_items",
        records=[(club, user, album, AT) for album in albums[:SHELVED]],
        columns=["club_id", "user_id", "album_id", "shelved_at"],
    )
    for first in range(SHELVED, len(albums), A_WEEK):
        await _add_week(connection, club, user, albums[first : first + A_WEEK], first // A_WEEK)
    await connection.execute("ANALYZE")


async def _add_week(
    connection: asyncpg.Connection, club: UUID, user: UUID, albums: Sequence[UUID], number: int
) -> None:
    """A week of long ago with its nominations."""
    week, at = new_id(AT), AT + timedelta(weeks=number)
    await connection.execute(
        "INSERT INTO weeks (club_id, id, number, opens_on, phase, run, rules, from_template, opens_at,"
        " nominations_close_at, poll_close_at, discussion_at, ratings_close_at, cancel_reason, created_at)"
        " VALUES ($1, $2, $3, $4, 'cancelled', 1, '{}', false, $5, $5, $5, $5, $5, 'host', $5)",
        club,
        week,
        number,
        at.date(),
        at,
    )
    found = await connection.fetch("SELECT id, search_keys FROM albums WHERE id = ANY($1)", list(albums))
    await connection.copy_records_to_table(
        "club_albums",
        records=[(club, row["id"], at, keys_of_club(GUILD, row["search_keys"])) for row in found],
        columns=["club_id", "album_id", "nominated_at", "search_keys"],
    )
    await connection.copy_records_to_table(
        "nominations",
        records=[
            (club, new_id(AT), week, user, album, place, place, "standing", at)
            for place, album in enumerate(albums, start=1)
        ],
        columns=NOMINATION_COLUMNS,
    )
