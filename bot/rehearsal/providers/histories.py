"""Whole histories of people as files hold them, to be loaded into accounts at the loopback services."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.rehearsal.providers.listeners import Play


def lastfm_csv(path: Path) -> Iterator[Play]:
    """The plays of a Last.fm export with eight columns; rows without a date are left out."""
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["uts"].isdigit() and row["artist"] and row["track"]:
                at = datetime.fromtimestamp(int(row["uts"]), UTC)
                yield Play(at, row["artist"], row["track"], row["album"])


def spotify_extended(path: Path) -> list[Play]:
    """The plays of a Spotify export's extended history; a track is as long as it was ever heard."""
    rows = [row for row in json.loads(path.read_text(encoding="utf-8")) if row["master_metadata_track_name"]]
    longest: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        longest[row["spotify_track_uri"]] = max(longest[row["spotify_track_uri"]], row["ms_played"])
    plays: list[Play] = []
    for row in rows:
        uri, heard = row["spotify_track_uri"], row["ms_played"] / 1_000
        ended_at = datetime.fromisoformat(row["ts"]).astimezone(UTC)
        plays.append(
            Play(
                ended_at - timedelta(seconds=heard),
                row["master_metadata_album_artist_name"],
                row["master_metadata_track_name"],
                row["master_metadata_album_album_name"],
                seconds=longest[uri] / 1_000,
                heard=heard,
                track_id=uri.rpartition(":")[2],
            )
        )
    return plays
