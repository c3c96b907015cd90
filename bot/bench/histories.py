"""Real listening histories, read plainly from the exports they came in: who heard what, when; for benches and tests."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

SHORTEST_MS = 30_000
"""A play that was broken off before is none."""
LISTENS = Path("../shared/data/listens")
MONTHS = {
    name: number
    for number, name in enumerate("JanFebMarAprMayJunJulAugSepOctNovDec"[i : i + 3] for i in range(0, 36, 3))
}


@dataclass(frozen=True, slots=True)
class Heard:
    """One play: when, and the names that were told; the album's is empty where it was not."""

    at: datetime
    artist: str
    title: str
    album: str = ""


def people_in(folder: Path) -> dict[str, list[Heard]]:
    """Every person's plays in order, each once: two exports of one person overlap by the minute."""
    found: dict[str, list[Heard]] = {}
    for home in sorted(folder.glob("person-*")):
        kept: dict[tuple[datetime, str, str, int], Heard] = {}
        for path in sorted(home.iterdir()):
            repeats: dict[tuple[datetime, str, str], int] = {}
            for one in _plays(path):
                minute = (one.at.replace(second=0, microsecond=0), one.artist, one.title)
                number = repeats[minute] = repeats.get(minute, -1) + 1
                known = kept.get((*minute, number))
                if known is None or (one.album and not known.album):
                    kept[(*minute, number)] = one
        found["-".join(home.name.split("-")[:2])] = sorted(kept.values(), key=lambda one: one.at)
    return found


def _plays(path: Path) -> Iterator[Heard]:
    if path.suffix == ".json":
        for row in json.loads(path.read_text()):
            one = _spotify(row)
            if one is not None:
                yield one
        return
    with path.open(newline="") as file:
        for row in csv.reader(file):
            one = _lastfm(row)
            if one is not None:
                yield one


def _spotify(row: dict[str, Any]) -> Heard | None:
    if "endTime" in row:
        at, artist, title, album = row["endTime"], row["artistName"], row["trackName"], ""
        played, seconds = row["msPlayed"], ":00"
    else:
        at, artist, title = row["ts"][:19], row["master_metadata_album_artist_name"], row["master_metadata_track_name"]
        album, played, seconds = row["master_metadata_album_album_name"] or "", row["ms_played"], ""
    if not artist or not title or played < SHORTEST_MS:
        return None
    return Heard(datetime.fromisoformat(f"{at}{seconds}").replace(tzinfo=UTC), artist, title, album)


def _lastfm(row: list[str]) -> Heard | None:
    if len(row) == 8:
        if not row[0].isdecimal():
            return None
        return Heard(datetime.fromtimestamp(int(row[0]), UTC), row[2], row[6], row[4])
    if len(row) != 4 or not row[3][:1].isdecimal():
        return None
    day, month, year, clock = row[3].split()
    hour, minute = clock.split(":")
    at = datetime(int(year), MONTHS[month] + 1, int(day), int(hour), int(minute), tzinfo=UTC)
    return Heard(at, row[0], row[2], row[1])
