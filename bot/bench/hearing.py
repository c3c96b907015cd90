"""What many members of many clubs hear, made up: few artists are heard by all, and each member has favourites."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any
from uuid import UUID

from bot.bench.names import MadeNames, Name
from bot.domain.listening.plays import Source, Told

ENDS = datetime(2026, 11, 1, tzinfo=UTC)
"""Until then everybody listens …"""
SPAN = timedelta(days=360)
"""… since so long before, at most …"""
JOINED = ENDS - SPAN / 2
"""… and they join their clubs in the middle of it, so that half of the plays count for a club."""
TRACKS_OF_ALBUM = 10
LISTENS_OF_ALBUM = 25
"""How many plays come on one album of the world, roughly."""
FAVOURITES = 120
"""Albums a member hears most."""
AT_ONCE = 12
"""Tracks in a row."""
TITLES = 60_000


class Hearing:
    """A world of albums and the people who hear them; the same seed makes the same plays."""

    def __init__(self, albums: Sequence[Name], titles: Sequence[str], seed: int) -> None:
        self._albums = albums
        self._titles = titles
        self._seed = seed
        self._weights = list(accumulate(1 / (rank + 20) for rank in range(len(albums))))

    def plays_of(self, member: int, listens: int) -> list[Told]:
        """All that one member hears, oldest first, as Last.fm would tell it."""
        choose = random.Random(f"{self._seed}:{member}")
        favourites = choose.choices(range(len(self._albums)), cum_weights=self._weights, k=FAVOURITES)
        weights = list(accumulate(1 / (rank + 3) for rank in range(FAVOURITES)))
        sittings = max(1, -(-listens // AT_ONCE))
        starts = sorted(choose.uniform(0, SPAN.total_seconds()) for _ in range(sittings))
        plays: list[Told] = []
        album = 0
        at = ENDS - SPAN
        for start in starts:
            at = max(at, ENDS - SPAN + timedelta(seconds=int(start)))
            for number in range(min(AT_ONCE, listens - len(plays))):
                if number % 4 == 0:  # a few tracks of an album, then another
                    heard = choose.random() < 0.8
                    album = (
                        choose.choices(favourites, cum_weights=weights)[0]
                        if heard
                        else choose.choices(range(len(self._albums)), cum_weights=self._weights)[0]
                    )
                track = int(TRACKS_OF_ALBUM * choose.random() ** 2)
                plays.append(self._play(album, track, at))
                at += timedelta(seconds=choose.randint(120, 330))
        return plays

    def _play(self, album: int, track: int, at: datetime) -> Told:
        name = self._albums[album]
        title = self._titles[(album * TRACKS_OF_ALBUM + track) % len(self._titles)]
        return Told(Source.LASTFM, name.artist, title, at, name.title)


def made_titles(seed: int) -> list[str]:
    """Titles of tracks, none of them real."""
    return [name.title for name in MadeNames(seed).names(TITLES)]


def pages(plays: Sequence[Told], of: int) -> Iterator[Sequence[Told]]:
    """The same in pages, as they are taken in one transaction each."""
    for first in range(0, len(plays), of):
        yield plays[first : first + of]


async def fill_clubs(connection: Any, members: Sequence[UUID], clubs: Iterable[UUID]) -> None:
    """Clubs and their members, each in one, all of whose plays count since they joined."""
    listed = list(clubs)
    await connection.executemany(
        "INSERT INTO clubs (id, guild_id, name, channel_id, zone, rules, created_at)"
        " VALUES ($1, $2, 'A club', 2, $3, '{}', $4)",
        [(club, number, ("Europe/Berlin", "UTC")[number % 2], JOINED) for number, club in enumerate(listed, start=1)],
    )
    await connection.executemany(
        "INSERT INTO users (id, display_name, created_at) VALUES ($1, 'A member', $2)",
        [(member, JOINED) for member in members],
    )
    belongs = [(listed[number % len(listed)], member, JOINED) for number, member in enumerate(members)]
    await connection.executemany(
        "INSERT INTO memberships (club_id, user_id, display_name, joined_at, active_at, seen_at)"
        " VALUES ($1, $2, 'A member', $3, $3, $3)",
        belongs,
    )
    await connection.executemany("INSERT INTO club_listeners (club_id, user_id, since) VALUES ($1, $2, $3)", belongs)
    await connection.execute("ANALYZE clubs, users, memberships, club_listeners")
