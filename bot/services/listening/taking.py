"""Plays are taken in, once, whoever tells of them and however often."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from bot.domain.catalog.names import visible
from bot.domain.listening.dedup import Settled, settle
from bot.domain.listening.likeness import REACH
from bot.domain.listening.names import artist_key, title_key
from bot.domain.listening.plays import Told
from bot.domain.listening.telling import Key, Telling, telling_of
from db.queries.listening import counters
from db.queries.listening import plays as queries
from db.queries.listening.names import NewNames, unknown
from db.session import Writing

LONGEST_NAME = 500
LONGEST_KEY = 200
"""Names are found by how they begin; the index takes no more."""
NOTHING: Mapping[Key, Told] = MappingProxyType({})


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


async def take_plays(session: Writing, *, user_id: UUID, plays: Sequence[Told]) -> Taken:
    """Keep what a member's source tells, each play once, and count it, in the caller's transaction.

    Some thousand at a time at the most, and one call in a transaction. What is known already changes nothing.
    """
    told: dict[Key, Told] = {}
    tellings: list[Telling] = []
    nameless = 0
    for play in plays:
        telling = telling_of(play)
        if telling is None:
            nameless += 1
        else:
            tellings.append(telling)
            told[telling.key] = play
    if not tellings or not await queries.hold(session, user_id):
        return Taken(nameless=nameless)
    held = await queries.held_in(session, user_id, _spans(tellings), {telling.track_id for telling in tellings})
    settled = settle(held, tellings)
    await write_settled(session, user_id, settled, told, tellings)
    return Taken(settled.new, settled.known, settled.twinned, settled.skips, settled.near, nameless)


async def write_settled(
    session: Writing,
    user_id: UUID,
    settled: Settled,
    told: Mapping[Key, Told] = NOTHING,
    tellings: Sequence[Telling] = (),
) -> None:
    """Store what was settled: what goes, goes first, so that its key is free. What was told may name new artists."""
    if settled.gone:
        await queries.remove(session, user_id, settled.gone)
    if settled.plays or settled.gone:
        names = await _new_names(session, user_id, settled.plays, told, tellings)
        await counters.add_plays(session, user_id, settled.plays, settled.also, settled.gone, names)
    if settled.untwinned:
        await queries.remove_twins(session, user_id, settled.untwinned)
    if settled.twins:
        await queries.add_twins(session, user_id, settled.twins)
    stored = {telling.key for telling in settled.plays} if settled.also else set[Key]()
    also = {key: sources for key, sources in settled.also.items() if key not in stored}
    if also:
        await queries.name_sources(session, user_id, also)


def _spans(tellings: Iterable[Telling]) -> list[tuple[datetime, datetime]]:
    """The times in which plays begin that may be the same as these, none overlapping another."""
    spans: list[tuple[datetime, datetime]] = []
    for start in sorted(telling.started_at for telling in tellings):
        if spans and start - REACH <= spans[-1][1]:
            spans[-1] = (spans[-1][0], start + REACH)
        else:
            spans.append((start - REACH, start + REACH))
    return spans


async def _new_names(
    session: Writing, user_id: UUID, plays: Sequence[Telling], told: Mapping[Key, Told], tellings: Sequence[Telling]
) -> NewNames:
    """The name of every artist, album and work that nobody heard before, as it was told."""
    fresh = [(play, told[play.key]) for play in plays if play.key in told]
    artists = {play.artist_id: one for play, one in fresh}
    tracks = {play.track_id: one for play, one in fresh}
    # A kept telling that names no album has that of a twin.
    wanted = {play.album_id for play, _ in fresh}
    albums = {one.album_id: (one, told[one.key]) for one in tellings if one.album_id and one.album_id in wanted}
    new = await unknown(session, user_id, artists, albums, tracks)
    named = NewNames()
    for key in new["artist"]:
        artist = artists[key].artist
        named.artists.append((key, _name(artist), artist_key(artist)[:LONGEST_KEY]))
    for key in new["album"]:
        telling, one = albums[key]
        named.albums.append((key, telling.artist_id, _name(one.album), title_key(one.album)[:LONGEST_KEY]))
    for key in new["track"]:
        one = tracks[key]
        named.tracks.append((key, _name(one.artist), _name(one.title), title_key(one.title)[:LONGEST_KEY]))
    return named


def _name(name: str) -> str:
    return " ".join(visible(name).split())[:LONGEST_NAME].strip()
