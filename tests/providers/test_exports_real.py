"""Real histories, counted once by the readers and once more by a few lines of plain Python."""

from __future__ import annotations

import csv
import json
import unicodedata
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.listening.imports import RefusedRow
from bot.domain.listening.plays import Told
from bot.providers.exports.reader import ExportFiles
from tests.factories.histories import LISTENS, real

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FILES = {
    path.relative_to(LISTENS).as_posix(): path for path in sorted(LISTENS.glob("*/*")) if "formats" not in path.parts
}
ACCOUNT = [name for name in FILES if "__StreamingHistory" in name]
EXTENDED = [name for name in FILES if name.endswith(".json") and name not in ACCOUNT]

pytestmark = real


def read(path: Path) -> tuple[list[Told], list[RefusedRow]]:
    rows = list(ExportFiles().open(path, now=NOW).rows(zone=UTC))
    return [row for row in rows if isinstance(row, Told)], [row for row in rows if isinstance(row, RefusedRow)]


def raw(name: str) -> list[dict[str, Any]]:
    return json.loads(FILES[name].read_text(encoding="utf-8"))


def reasons(refused: list[RefusedRow]) -> dict[str, int]:
    return dict(Counter(row.why.value for row in refused))


def spaced(text: str) -> str:
    """The name without control and direction marks, which many of them end in."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(char for char in text if unicodedata.category(char) not in ("Cf", "Cc"))
    return " ".join(text.split())


@pytest.mark.parametrize("name", ACCOUNT)
def test_account_data_is_read_row_for_row(name: str) -> None:
    wanted = Counter(
        (row["endTime"], spaced(row["artistName"]), spaced(row["trackName"]), row["msPlayed"])
        for row in raw(name)
        if (row["artistName"], row["trackName"]) != ("Unknown Artist", "Unknown Track")
    )
    plays, refused = read(FILES[name])
    found = Counter(
        (f"{play.ended_at:%Y-%m-%d %H:%M}", play.artist, play.title, play.played // timedelta(milliseconds=1))
        for play in plays
        if play.played is not None
    )
    assert found == wanted
    assert reasons(refused) in ({}, {"no_track": len(raw(name)) - wanted.total()})


@pytest.mark.parametrize("name", EXTENDED)
def test_extended_history_is_read_row_for_row(name: str) -> None:
    rows = raw(name)
    wanted = Counter(
        (row["ts"], spaced(row["master_metadata_track_name"]), row["ms_played"], row["spotify_track_uri"])
        for row in rows
        if row["master_metadata_track_name"]
    )
    plays, refused = read(FILES[name])
    found = Counter(
        (f"{play.ended_at:%Y-%m-%dT%H:%M:%SZ}", play.title, play.played // timedelta(milliseconds=1), play.track_ref)
        for play in plays
        if play.played is not None
    )
    assert found == wanted
    episodes = sum(row["episode_name"] is not None for row in rows)
    assert (
        Counter(reasons(refused))
        == Counter(episode=episodes, no_track=len(rows) - wanted.total() - episodes) + Counter()
    )


def test_the_eight_columns_of_person_b_are_read_row_for_row() -> None:
    path = FILES["person-b-lastfm-8-columns/recenttracks.csv"]
    with path.open(encoding="utf-8", newline="") as file:
        wanted = Counter((row["uts"], spaced(row["artist"]), spaced(row["track"])) for row in csv.DictReader(file))
    plays, refused = read(path)
    assert Counter((str(int(play.started_at.timestamp())), play.artist, play.title) for play in plays) == wanted
    assert wanted.total() == 11_622
    assert refused == []


def test_the_minutes_of_person_c_keep_repeats_and_refuse_what_has_no_date() -> None:
    path = FILES["person-c-lastfm-minutes-no-header/lastfm_scrobbles.csv"]
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    undated = [number for number, row in enumerate(rows, start=1) if not row[3]]
    plays, refused = read(path)
    assert len(plays) == 60_950 - 303
    assert len(undated) == 303
    assert [(row.why.value, row.line) for row in refused] == [("undated", line) for line in undated]
    wanted = Counter((spaced(row[0]), spaced(row[2]), row[3]) for row in rows if row[3])
    minute = "%d %b %Y %H:%M"
    assert Counter((play.artist, play.title, play.started_at.strftime(minute)) for play in plays) == wanted
    repeats = sum(number - 1 for number in wanted.values())
    assert repeats == 2_383
    # Two spellings of one title may be repeats of each other too.
    assert repeats <= sum(play.ordinal > 0 for play in plays) <= repeats + 5


def test_the_four_columns_of_person_d_are_read_row_for_row() -> None:
    path = FILES["person-d-lastfm-4-columns/lastfm_data.csv"]
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    plays, refused = read(path)
    assert [(play.artist, play.title, play.album) for play in plays] == [
        (spaced(row["artist"]), spaced(row["song_title"]), spaced(row["album"])) for row in rows
    ]
    assert len(plays) == 8_200
    assert refused == []
    assert plays[0].started_at == datetime(2024, 9, 19, 11, 25, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "count", "first", "at"),
    [
        ("Streaming_History_Audio_spotify_import_test.json", 39, "only my railgun", "2025-04-28T21:04:33.397"),
        ("koito_export_test.json", 13, "Every Wave To Ever Rise (feat. Elizabeth Powell)", "2022-01-08T22:32:08"),
        ("lastfm_recenttracks_pages_test.json", 10, "because I'm stupid?", "2025-06-13T00:55:00"),
        ("listenbrainz_export_a.zip", 5, "Desert", "2025-06-13T02:10:12"),
        ("listenbrainz_export_b.zip", 19, "March of the Krotites", "2013-10-12T08:14:16"),
        ("maloja_import_test.json", 38, "伊吹", "2025-05-05T08:40:10"),
    ],
)
def test_small_files_of_every_kind_are_read(name: str, count: int, first: str, at: str) -> None:
    plays, refused = read(LISTENS / "formats" / name)
    assert len(plays) == count
    assert refused == []
    assert plays[0].title == first
    assert plays[0].started_at == datetime.fromisoformat(at).replace(tzinfo=UTC)
