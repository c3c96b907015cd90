"""Plays are taken in, once, whoever tells of them and however often, of one member or of several at the same time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from bot.domain.catalog.names import visible
from bot.domain.listening.dedup import Settled, settle
from bot.domain.listening.likeness import REACH
from bot.domain.listening.names import artist_key, title_key
from bot.domain.listening.plays import Told
from bot.domain.listening.telling import Key, Telling, keys_of, tellings_of
from db.queries.listening import counters
from db.queries.listening import plays as queries
from db.queries.listening.names import NewNames, unknown
from db.session import Writing

LONGEST_NAME = 500
LONGEST_KEY = 200
"""Names are found by how they begin; the index takes no more."""
APART = 2 * REACH
"""Between plays that begin so far apart there is none that may be the same as either."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of plays that were told."""

    new: int = 0
    """Kept from now on, skips included."""
    known: int = 0
    """Told by the same source before."""
    twins: int = 0
    """Told by another source before, or by another export of the same service."""
    skips: int = 0
    """Of the new, those that were not heard long enough to count."""
    near: int = 0
    """Told by the same source a moment apart, as one play."""
    nameless: int = 0
    """Told without a name that shows; not kept."""

    def __add__(self, other: Taken) -> Taken:
        return Taken(
            self.new + other.new,
            self.known + other.known,
            self.twins + other.twins,
            self.skips + other.skips,
            self.near + other.near,
            self.nameless + other.nameless,
        )


@dataclass(frozen=True, slots=True)
class Called:
    """By its key, a play that tells what an artist, an album or a work is called; an album with its artist's key."""

    artists: dict[UUID, Told] = field(default_factory=dict[UUID, Told])
    albums: dict[UUID, tuple[UUID, Told]] = field(default_factory=dict[UUID, tuple[UUID, Told]])
    tracks: dict[UUID, Told] = field(default_factory=dict[UUID, Told])

    @classmethod
    def by(cls, plays: Iterable[Told]) -> Called:
        """What plays call it; many are of the same names."""
        called = cls()
        for names, play in {(play.artist, play.title, play.album): play for play in plays}.items():
            if (keys := keys_of(*names)) is not None:
                track, artist, album = keys
                called.tracks[track] = called.artists[artist] = play
                if album is not None:
                    called.albums[album] = artist, play
        return called


async def take_plays(session: Writing, *, user_id: UUID, plays: Sequence[Told]) -> Taken:
    """Keep what a member's source tells, each play once, and count it, in the caller's transaction.

    Some thousand at a time at the most, and one call in a transaction. What is known already changes nothing.
    """
    if not plays or not await queries.hold(session, user_id):
        return Taken()
    return (await take_held(session, {user_id: plays}))[user_id]


async def take_held(session: Writing, told: Mapping[UUID, Sequence[Told]]) -> dict[UUID, Taken]:
    """The same for some members at once, whom this transaction holds already; what became of the plays of each."""
    tellings = {member: tellings_of(plays) for member, plays in told.items()}
    spans = {member: _spans(each) for member, each in tellings.items() if each}
    settled: dict[UUID, Settled] = {}
    if spans:
        called = Called.by(play for plays in told.values() for play in plays)
        held = await queries.held_in(session, spans, called.tracks)
        settled = {member: settle(held.get(member, ()), tellings[member]) for member in spans}
        await write_settled(session, settled, called)
    return {
        member: _taken(settled.get(member) or Settled(), nameless=len(plays) - len(tellings[member]))
        for member, plays in told.items()
    }


def _taken(settled: Settled, nameless: int) -> Taken:
    return Taken(settled.new, settled.known, settled.twinned, settled.skips, settled.near, nameless)


async def write_settled(session: Writing, settled: Mapping[UUID, Settled], called: Called | None = None) -> None:
    """Store what was settled for members: what goes, goes first, so that its key is free.

    What was told may name new artists.
    """
    each = settled.items()
    if gone := [(member, play) for member, one in each for play in one.gone]:
        await queries.remove(session, gone)
    if changed := {member: one for member, one in each if one.plays or one.gone}:
        names = await _new_names(session, changed, called or Called())
        await counters.add_plays(session, changed, names)
    if untwinned := [(member, key) for member, one in each for key in one.untwinned]:
        await queries.remove_twins(session, untwinned)
    if twins := [(member, twin, key) for member, one in each for twin, key in one.twins]:
        await queries.add_twins(session, twins)
    if also := [(member, *named) for member, one in each for named in _named_later(one)]:
        await queries.name_sources(session, also)


def _named_later(settled: Settled) -> list[tuple[Key, tuple[str, ...]]]:
    """Plays with their further sources, of those that were stored before."""
    if not settled.also:
        return []
    stored = {telling.key for telling in settled.plays}
    return [(key, sources) for key, sources in settled.also.items() if key not in stored]


def _spans(tellings: Iterable[Telling]) -> list[tuple[datetime, datetime]]:
    """The times in which plays begin that may be the same as these, none overlapping another."""
    starts = sorted([telling.started_at for telling in tellings])
    spans: list[tuple[datetime, datetime]] = []
    first = before = starts[0]
    for start in starts:
        if start - before > APART:
            spans.append((first - REACH, before + REACH))
            first = start
        before = start
    return [*spans, (first - REACH, before + REACH)]


async def _new_names(session: Writing, settled: Mapping[UUID, Settled], called: Called) -> NewNames:
    """The name of every artist, album and work that nobody heard before, as it was told.

    A kept telling that names no album has that of a twin; an album that no kept play is of is none that was heard.
    """
    wanted = {play.album_id for one in settled.values() for play in one.plays}
    albums = [album for album in called.albums if album in wanted]
    new = await unknown(session, settled, called.artists, albums, called.tracks)
    named = NewNames()
    for key in new["artist"]:
        artist = called.artists[key].artist
        named.artists.append((key, _name(artist), artist_key(artist)[:LONGEST_KEY]))
    for key in new["album"]:
        artist_id, one = called.albums[key]
        named.albums.append((key, artist_id, _name(one.album), title_key(one.album)[:LONGEST_KEY]))
    for key in new["track"]:
        one = called.tracks[key]
        named.tracks.append((key, _name(one.artist), _name(one.title), title_key(one.title)[:LONGEST_KEY]))
    return named


def _name(name: str) -> str:
    return " ".join(visible(name).split())[:LONGEST_NAME].strip()
