"""Pages on their way to becoming plays: as compact JSON, so that the database keeps them cheaply."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.listening.plays import Resolution, Source, Told


def packed(plays: Iterable[Told]) -> str:
    """Plays of one page as text."""
    return json.dumps([_row(told) for told in plays], separators=(",", ":"))


def unpacked(text: str) -> list[Told]:
    """The plays of a text that `packed` made."""
    return [_told(row) for row in json.loads(text)]


def _row(told: Told) -> list[Any]:
    return [
        told.source,
        told.artist,
        told.title,
        _micros(told.started_at),
        told.album,
        None if told.ended_at is None else _micros(told.ended_at),
        told.resolution,
        _length(told.played),
        _length(told.duration),
        int(told.finished),
        told.ordinal,
        told.track_ref,
    ]


def _told(row: list[Any]) -> Told:
    source, artist, title, started, album, ended, resolution, played, duration, finished, ordinal, ref = row
    return Told(
        Source(source),
        artist,
        title,
        _instant(started),
        album,
        None if ended is None else _instant(ended),
        Resolution(resolution),
        None if played is None else timedelta(microseconds=played),
        None if duration is None else timedelta(microseconds=duration),
        bool(finished),
        ordinal,
        ref,
    )


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)


def _micros(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICRO


def _instant(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


def _length(length: timedelta | None) -> int | None:
    return None if length is None else length // _MICRO
