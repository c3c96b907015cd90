"""Imports of listening histories, and the room beside the tables in which one is tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.listening.imports import UNFINISHED, FileKind, Import, ImportReport, ImportState, RefusedRow, Sample
from bot.domain.listening.imports import Unfit as Why
from db.tables.imports import ListenImport
from db.tables.people import LinkedAccount, User

TASTE = ("taste_stale_days", "taste_states")
BEGUN_EMPTY = (
    "artists",
    "heard_albums",
    "tracks",
    "club_plays",
    "club_listeners",
    "memberships",
    "match_bases",
    *TASTE,
)
"""Where an import is tried, names are added as rows need them, and no club counts anything."""
OF_MEMBER = {
    **dict.fromkeys(("listen_events", "listen_twins", "artist_plays", "album_plays", "track_plays"), "user_id"),
    "users": "id",
}
"""Tables that begin with the member's own rows, by the column that says whose they are."""


# --- imports --------------------------------------------------------------------------------------------------------


async def add(session: AsyncSession, one: Import, *, sha256: str) -> bool:
    """A new import; False where the member has another one that is worked on."""
    values = {
        "id": one.id,
        "user_id": one.user_id,
        "sha256": sha256,
        "kinds": ",".join(one.report.kinds),
        "name": one.name[:200],
        "zone": one.zone,
        "state": one.state.value,
        "report": packed(one.report),
        "began_at": one.began_at,
        "alive_at": one.alive_at,
    }
    added = insert(ListenImport).values(values).on_conflict_do_nothing().returning(ListenImport.id)
    return (await session.scalar(added)) is not None


async def find(session: AsyncSession, key: UUID, *, lock: bool = False) -> Import | None:
    """An import by its key; `lock` holds it."""
    query = select(ListenImport).where(ListenImport.id == key)
    row = await session.scalar(query.with_for_update() if lock else query)
    return _import(row) if row is not None else None


async def latest(session: AsyncSession, user_id: UUID) -> Import | None:
    """A member's latest import."""
    query = select(ListenImport).where(ListenImport.user_id == user_id)
    row = await session.scalar(query.order_by(ListenImport.began_at.desc(), ListenImport.id.desc()).limit(1))
    return _import(row) if row is not None else None


async def unfinished(session: AsyncSession, user_id: UUID) -> Import | None:
    """The import of a member that is worked on."""
    states = [state.value for state in UNFINISHED]
    row = await session.scalar(
        select(ListenImport).where(ListenImport.user_id == user_id, ListenImport.state.in_(states))
    )
    return _import(row) if row is not None else None


async def rows_done(session: AsyncSession, key: UUID) -> int:
    """How many rows of an import were dealt with."""
    return await session.scalar(select(ListenImport.rows_done).where(ListenImport.id == key)) or 0


async def move(
    session: AsyncSession,
    key: UUID,
    state: ImportState,
    *,
    now: datetime,
    ends: bool = False,
    reason: str = "",
    report: ImportReport | None = None,
) -> None:
    """An import comes into another state; what it has read so far is read anew there."""
    values: dict[str, Any] = {"state": state.value, "alive_at": now, "reason": reason}
    if ends:
        values["ended_at"] = now
    if report is not None:
        values["report"] = packed(report)
    if state is ImportState.RUNNING:
        values |= {"share": 0.0, "rows_done": 0, "report": packed(ImportReport())}
    await session.execute(update(ListenImport).where(ListenImport.id == key).values(values))


async def note(
    session: AsyncSession, key: UUID, report: ImportReport, *, before: int, share: float, now: datetime
) -> bool:
    """Further rows of a running import were dealt with; False where it runs no longer, or somebody else goes on."""
    noted = await session.execute(
        update(ListenImport)
        .where(
            ListenImport.id == key,
            ListenImport.state == ImportState.RUNNING.value,
            ListenImport.rows_done == before,
        )
        .values(rows_done=report.read, share=share, alive_at=now, report=packed(report))
        .returning(ListenImport.id)
    )
    return noted.first() is not None


async def show_life(session: AsyncSession, key: UUID, *, share: float, now: datetime) -> bool:
    """An import is still looked at; False where it was cancelled."""
    noted = await session.execute(
        update(ListenImport)
        .where(ListenImport.id == key, ListenImport.state == ImportState.LOOKING.value)
        .values(share=share, alive_at=now)
        .returning(ListenImport.id)
    )
    return noted.first() is not None


async def close_silent(session: AsyncSession, before: datetime, now: datetime) -> None:
    """Whoever was asked before then and never answered has cancelled; what showed no life since then was cut off."""
    states = [state.value for state in UNFINISHED]
    await session.execute(
        update(ListenImport)
        .where(ListenImport.state.in_(states), ListenImport.alive_at < before)
        .values(state=ImportState.FAILED.value, ended_at=now, reason="cut_off")
    )
    await session.execute(
        update(ListenImport)
        .where(ListenImport.state == ImportState.ASKED.value, ListenImport.alive_at < before)
        .values(state=ImportState.CANCELLED.value, ended_at=now)
    )


async def needing_files(session: AsyncSession, keys: Sequence[UUID]) -> set[UUID]:
    """Which of these imports still need their file."""
    states = [ImportState.LOOKING.value, ImportState.ASKED.value, ImportState.RUNNING.value]
    found = await session.scalars(
        select(ListenImport.id).where(ListenImport.id.in_(keys), ListenImport.state.in_(states))
    )
    return set(found)


# --- whose they are -------------------------------------------------------------------------------------------------


async def zone_of(session: AsyncSession, user_id: UUID) -> str | None:
    """The time zone that a person named."""
    return await session.scalar(select(User.zone).where(User.id == user_id))


async def users_called(session: AsyncSession, name: str) -> list[tuple[UUID, str, str]]:
    """Users by their Discord id or one of their names: key, name, Discord id."""
    wanted = name.casefold()
    rows = await session.execute(
        select(User.id, User.display_name, LinkedAccount.external_id)
        .join(LinkedAccount, (LinkedAccount.user_id == User.id) & (LinkedAccount.provider == "discord"))
        .where(
            or_(
                LinkedAccount.external_id == name,
                func.lower(User.display_name) == wanted,
                func.lower(User.handle) == wanted,
            )
        )
        .order_by(User.id)
        .limit(10)
    )
    return [(key, shown, discord_id) for key, shown, discord_id in rows]


# --- trying ---------------------------------------------------------------------------------------------------------


async def set_apart(session: AsyncSession, user_id: UUID) -> None:
    """From here on to its end this transaction keeps what is heard in tables of its own, which begin as the real ones.

    So an import is tried with everything that a real one does, and nobody waits for it: neither the member's own sync
    nor others who hear the same new names.
    """
    for table in (*BEGUN_EMPTY, *OF_MEMBER):
        await session.execute(text(f"CREATE TEMP TABLE apart (LIKE {table} INCLUDING ALL) ON COMMIT DROP"))
        if (owner := OF_MEMBER.get(table)) is not None:
            copied = text(f"INSERT INTO apart SELECT * FROM {table} WHERE {owner} = :user")
            await session.execute(copied, {"user": user_id})
        await session.execute(text(f"ALTER TABLE apart RENAME TO {table}"))
    # Said aloud, so that statements which were prepared before look their tables up anew.
    await session.execute(text("SELECT set_config('search_path', 'pg_temp, ' || current_setting('search_path'), true)"))


# --- packing --------------------------------------------------------------------------------------------------------


def packed(report: ImportReport) -> dict[str, Any]:
    """A report as JSON."""
    return {
        "kinds": [kind.value for kind in report.kinds],
        "zone": report.zone,
        "local": report.local,
        "ignored": list(report.ignored),
        **{name: getattr(report, name) for name in ("read", "new", "known", "twins", "skips", "near")},
        "refused": {why.value: count for why, count in report.refused.items()},
        "examples": [[row.why.value, row.line, row.place, row.what] for row in report.examples],
        "samples": [[one.artist, one.title, one.at.isoformat()] for one in report.samples],
        "first_at": report.first_at.isoformat() if report.first_at else None,
        "last_at": report.last_at.isoformat() if report.last_at else None,
    }


def unpacked(values: Mapping[str, Any]) -> ImportReport:
    """The report back."""
    if not values:
        return ImportReport()
    return ImportReport(
        kinds=tuple(FileKind(kind) for kind in values["kinds"]),
        zone=values["zone"],
        local=values["local"],
        ignored=tuple(values["ignored"]),
        **{name: values[name] for name in ("read", "new", "known", "twins", "skips", "near")},
        refused={Why(why): count for why, count in values["refused"].items()},
        examples=tuple(RefusedRow(Why(why), line, place, what) for why, line, place, what in values["examples"]),
        samples=tuple(Sample(artist, title, datetime.fromisoformat(at)) for artist, title, at in values["samples"]),
        first_at=_instant(values["first_at"]),
        last_at=_instant(values["last_at"]),
    )


def _instant(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _import(row: ListenImport) -> Import:
    return Import(
        row.id,
        row.user_id,
        ImportState(row.state),
        row.zone,
        row.name,
        row.share,
        unpacked(row.report),
        row.began_at,
        row.alive_at,
        row.ended_at,
        row.reason,
    )
