"""Everything that is kept of a person, handed to them: archives of a limited size, written row by row."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.domain.people import Caller
from bot.domain.privacy import Person, cell, json_value
from bot.domain.privacy_errors import NothingKept
from bot.services.privacy.packing import Packer, Part
from bot.services.tools import Tools
from db.queries.privacy import erasing, reading
from db.queries.privacy.reading import Row
from db.queries.privacy.registry import PLACES, Place
from db.session import Reading

FORMAT = "longplay-export-1"
AS_CSV = frozenset({"listen_events", "listen_twins", "artist_plays", "album_plays", "track_plays"})
"""What people look at in a spreadsheet; everything else is JSON, a row in a line."""
UNSAID = frozenset({"procrastinate_jobs"})
"""Work that waits in the queue says nothing about a person but their key."""
ABOUT = (
    "Everything Longplay keeps of you. Files are named after its tables: .jsonl holds one row as JSON in each line, "
    ".csv rows with their names in the first line; a file that did not fit goes on in the next part. Times are UTC. "
    "In .csv files an apostrophe stands before a text that a spreadsheet would take for a formula. Tokens and hashes "
    "are named and not handed out; of rows that are about two people, the other one is left out."
)


@dataclass(frozen=True, slots=True)
class Export:
    """A person's export, on disk for as long as its context lasts."""

    parts: tuple[Part, ...]
    rows: int
    files: int


@asynccontextmanager
async def exported(tools: Tools, *, caller: Caller, now: datetime, limit: int) -> AsyncGenerator[Export]:
    """Everything that is kept of the caller, of one moment, in archives of at most `limit` bytes.

    What is in memory does not grow with what there is. Raises `NothingKept`.
    """
    with tempfile.TemporaryDirectory(prefix="longplay-export-") as folder:
        about = {"format": FORMAT, "made_at": now.isoformat(), "about": ABOUT}
        packer = Packer(Path(folder), limit, f"longplay-{now:%Y-%m-%d}", about)
        try:
            async with tools.database.reading() as session:
                await reading.take_snapshot(session)
                person = await erasing.person_behind(session, caller.discord_id)
                if person is None:
                    raise NothingKept
                await _pack_names(session, packer, person)
                for place in PLACES:
                    if place.table.description not in UNSAID:
                        await _pack(session, packer, place, person)
            parts = await asyncio.to_thread(packer.finish)
        finally:
            packer.drop()
        yield Export(parts, sum(packer.totals.values()), len(packer.totals))


async def _pack(session: Reading, packer: Packer, place: Place, person: Person) -> None:
    """The person's rows of one place; tables with two such places have a file for each."""
    table = place.table.description
    columns = reading.columns_of(place)
    several = sum(one.table is place.table for one in PLACES) > 1
    name = f"{table}-by-{place.column}" if several else table
    async for rows in reading.rows_of(session, place, person):
        await asyncio.to_thread(_add, packer, name, columns if table in AS_CSV else None, rows)


async def _pack_names(session: Reading, packer: Packer, person: Person) -> None:
    """What the keys of clubs and weeks stand for."""
    for name, rows in (
        ("names-of-clubs", await reading.names_of_clubs(session, person)),
        ("names-of-weeks", await reading.names_of_weeks(session, person)),
    ):
        await asyncio.to_thread(_add, packer, name, None, rows)


def _add(packer: Packer, name: str, columns: Sequence[str] | None, rows: Sequence[Row]) -> None:
    if not rows:
        return
    if columns is None:
        lines = [_json(row) for row in rows]
        packer.add(f"{name}.jsonl", b"", lines)
    else:
        packer.add(f"{name}.csv", _csv(columns), [_csv([cell(row[column]) for column in columns]) for row in rows])


def _json(row: Row) -> bytes:
    values = {name: json_value(value) for name, value in row.items()}
    return (json.dumps(values, ensure_ascii=False, default=str) + "\n").encode(errors="replace")


def _csv(values: Sequence[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(values)
    return line.getvalue().encode(errors="replace")
