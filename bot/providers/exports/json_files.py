"""Exports in JSON, read item by item."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import ijson

from bot.domain.listening.imports import ListenFileRefused, Unfit
from bot.domain.listening.plays import Source
from bot.providers.exports.entries import Damaged, Entry, RowTooLong, Shallow, TooDeep
from bot.providers.exports.rows import (
    Desk,
    Row,
    clean,
    milliseconds,
    name_of,
    ref_of,
    track_length,
)
from bot.providers.exports.times import Written, from_unix, read_time

Item = dict[str, Any]
Reader = Callable[[Desk, Item], Row]
Heard = Callable[[int], None]

MILLISECOND, SECOND = timedelta(milliseconds=1), timedelta(seconds=1)
UNKNOWN = ("Unknown Artist", "Unknown Track")
"""What Spotify writes in place of names that it has lost."""
LONGEST_LINE = 1_000_000
Unparsable = (
    ijson.JSONError,
    UnicodeDecodeError,
    ValueError,
    OverflowError,
    RecursionError,
    RowTooLong,
    TooDeep,
    *Damaged,
)
"""What a damaged file of JSON comes to."""


# --- streams --------------------------------------------------------------------------------------------------------


def read_items(entry: Entry, prefix: str, read: Reader, desk: Desk, heard: Heard) -> Iterator[Row]:
    """The rows of a list somewhere in a document; where it breaks off, the last row says so."""
    for item in _items(entry, prefix, desk, heard):
        desk.line += 1
        yield _judged(read, desk, item)


def read_pages(entry: Entry, prefix: str, read: Reader, desk: Desk, heard: Heard) -> Iterator[Row]:
    """The rows of pages whose lists are no list where they have one item."""
    for page in _items(entry, prefix, desk, heard):
        for item in page if isinstance(page, list) else [page]:
            desk.line += 1
            yield _judged(read, desk, item)


def read_lines(entry: Entry, read: Reader, desk: Desk, heard: Heard) -> Iterator[Row]:
    """The rows of a file with a document on each line."""
    try:
        with entry.reading(heard) as (stream, metered):
            while line := stream.readline(LONGEST_LINE):
                desk.line += 1
                whole = line.endswith(b"\n") or len(line) < LONGEST_LINE
                while not whole and (rest := stream.readline(LONGEST_LINE)):
                    whole = rest.endswith(b"\n")
                    line = b"{"  # a line of such a length is no play
                metered.row_ended()
                if line.strip():
                    yield _judged(read, desk, _parsed(line))
    except Unparsable:
        yield desk.refuse(Unfit.BROKEN_OFF)


def _items(entry: Entry, prefix: str, desk: Desk, heard: Heard) -> Iterator[Any]:
    try:
        with entry.reading(heard) as (stream, metered):
            for item in ijson.items(Shallow(stream), prefix, use_float=True, buf_size=64 * 1024):
                metered.row_ended()
                yield item
    except Unparsable:
        yield _BROKEN


_BROKEN = object()


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _judged(read: Reader, desk: Desk, item: Any) -> Row:
    if item is _BROKEN:
        return desk.refuse(Unfit.BROKEN_OFF)
    if not isinstance(item, dict):
        return desk.refuse(Unfit.UNREADABLE)
    try:
        return read(desk, item)
    except (TypeError, ValueError, AttributeError, KeyError, IndexError, OverflowError):
        return desk.refuse(Unfit.UNREADABLE)


# --- Spotify --------------------------------------------------------------------------------------------------------


def spotify_account(desk: Desk, item: Item) -> Row:
    """A row of Spotify's account data: an end in minutes of UTC. Podcasts have rows of their own kind."""
    artist, title = name_of(item.get("artistName")), name_of(item.get("trackName"))
    if "podcastName" in item or "episodeName" in item:
        return desk.refuse(Unfit.EPISODE, name_of(item.get("podcastName")), name_of(item.get("episodeName")))
    if (artist, title) == UNKNOWN:
        return desk.refuse(Unfit.NO_TRACK)
    ended = _written(item.get("endTime"))
    if ended is None:
        return desk.refuse(Unfit.BAD_TIME if item.get("endTime") else Unfit.UNDATED, artist, title)
    try:
        played = milliseconds(item.get("msPlayed"))
    except (ValueError, OverflowError):
        return desk.refuse(Unfit.BAD_LENGTH, artist, title)
    at = ended.at.replace(second=0, microsecond=0)
    return desk.told(Source.SPOTIFY_ACCOUNT, artist, title, at, ends=True, minute=True, played=played)


def spotify_extended(desk: Desk, item: Item) -> Row:
    """A row of Spotify's extended history: an end in seconds of UTC. Where and from which device is not read."""
    if item.get("incognito_mode") is True:
        return desk.refuse(Unfit.PRIVATE)
    artist = name_of(item.get("master_metadata_album_artist_name"))
    title = name_of(item.get("master_metadata_track_name"))
    if not title:
        if item.get("audiobook_title") or item.get("audiobook_uri"):
            return desk.refuse(Unfit.AUDIOBOOK, name_of(item.get("audiobook_title")))
        if item.get("episode_name") or item.get("spotify_episode_uri"):
            return desk.refuse(Unfit.EPISODE, name_of(item.get("episode_show_name")), name_of(item.get("episode_name")))
        if not artist:
            return desk.refuse(Unfit.NO_TRACK)
    ended = _written(item.get("ts"))
    if ended is None:
        return desk.refuse(Unfit.BAD_TIME if item.get("ts") else Unfit.UNDATED, artist, title)
    try:
        played = milliseconds(item.get("ms_played"))
    except (ValueError, OverflowError):
        return desk.refuse(Unfit.BAD_LENGTH, artist, title)
    return desk.told(
        Source.SPOTIFY_EXTENDED,
        artist,
        title,
        ended.at,
        album=name_of(item.get("master_metadata_album_album_name")),
        ends=True,
        played=played,
        finished=item.get("reason_end") == "trackdone",
        track_ref=ref_of(item.get("spotify_track_uri")),
    )


# --- scrobblers -----------------------------------------------------------------------------------------------------


def lastfm_track(desk: Desk, item: Item) -> Row:
    """A track of a page of Last.fm's recent tracks; the one that plays now has no date."""
    artist, title = _text(item.get("artist")), name_of(item.get("name"))
    date = item.get("date")
    uts = date.get("uts") if isinstance(date, dict) else date
    at = _written(uts)
    if at is None:
        return desk.refuse(Unfit.BAD_TIME if uts else Unfit.UNDATED, artist, title)
    return desk.told(
        Source.LASTFM_FILE, artist, title, at.at, album=_text(item.get("album")), track_ref=ref_of(item.get("mbid"))
    )


def listenbrainz_listen(desk: Desk, item: Item) -> Row:
    """A listen as ListenBrainz keeps it."""
    track = item["track_metadata"]
    more = track.get("additional_info") or {}
    artist, title = name_of(track.get("artist_name")), name_of(track.get("track_name"))
    at = _written(item.get("listened_at"))
    if at is None:
        return desk.refuse(Unfit.BAD_TIME if item.get("listened_at") else Unfit.UNDATED, artist, title)
    return desk.told(
        Source.LISTENBRAINZ_FILE,
        artist,
        title,
        at.at,
        album=name_of(track.get("release_name")),
        duration=track_length(more.get("duration_ms"), unit=MILLISECOND)
        or track_length(more.get("duration"), unit=SECOND),
        track_ref=ref_of(track.get("recording_msid") or item.get("recording_msid")),
    )


def maloja_scrobble(desk: Desk, item: Item) -> Row:
    """A scrobble of Maloja; its first artist stands for all."""
    track = item["track"]
    album = track.get("album") or {}
    artists = [name for name in map(name_of, track.get("artists") or ()) if name]
    artist, title = artists[0] if artists else "", name_of(track.get("title"))
    at = _written(item.get("time"))
    if at is None:
        return desk.refuse(Unfit.BAD_TIME if item.get("time") else Unfit.UNDATED, artist, title)
    heard = item.get("duration")
    try:
        played = milliseconds(heard * 1_000) if isinstance(heard, int | float) and heard else None
    except (ValueError, OverflowError):
        return desk.refuse(Unfit.BAD_LENGTH, artist, title)
    return desk.told(
        Source.MALOJA,
        artist,
        title,
        at.at,
        album=name_of(album.get("albumtitle")),
        played=played,
        duration=track_length(track.get("length"), unit=SECOND),
    )


def koito_listen(desk: Desk, item: Item) -> Row:
    """A listen of Koito; its primary artist stands for all."""
    track, album = item["track"], item.get("album") or {}
    artist, title = _alias(_primary(item.get("artists") or [{}])), _alias(track)
    at = _written(item.get("listened_at"))
    if at is None:
        return desk.refuse(Unfit.BAD_TIME if item.get("listened_at") else Unfit.UNDATED, artist, title)
    return desk.told(
        Source.KOITO,
        artist,
        title,
        at.at,
        album=_alias(album),
        duration=track_length(track.get("duration"), unit=SECOND),
        track_ref=ref_of(track.get("mbid")),
    )


def _written(value: Any) -> Written | None:
    """A time in any of its forms; one that names no zone is in UTC, as all these services keep it."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str):
        return read_time(value)
    return from_unix(value) if value >= 0 else None


def _text(value: Any) -> str:
    """A name of Last.fm's, which stands in one of three shapes."""
    if isinstance(value, dict):
        value = value.get("#text") or value.get("name")
    return clean(value) if isinstance(value, str) else ""


def _primary(things: list[Item]) -> Item:
    return next((each for each in things if each.get("is_primary")), things[0])


def _alias(thing: Item) -> str:
    names = thing.get("aliases") or [{}]
    return name_of(_primary(names).get("alias"))


# --- what it is -----------------------------------------------------------------------------------------------------


def first_item(entry: Entry, prefix: str) -> Any:
    """The first item of a list; None where there is none. Raises `ListenFileRefused`."""
    try:
        with entry.reading() as (stream, _):
            return next(iter(ijson.items(Shallow(stream), prefix, use_float=True, buf_size=4096)), None)
    except Unparsable as error:
        raise ListenFileRefused("unreadable", type(error).__name__) from None


def top_keys(entry: Entry, wanted: frozenset[str]) -> str:
    """Which of the wanted keys an object has first; empty for none. Raises `ListenFileRefused`."""
    try:
        with entry.reading() as (stream, _):
            for prefix, event, value in ijson.parse(Shallow(stream), buf_size=4096):
                if prefix == "" and event == "map_key" and value in wanted:
                    return str(value)
    except Unparsable as error:
        raise ListenFileRefused("unreadable", type(error).__name__) from None
    return ""
