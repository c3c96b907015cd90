"""What people hear at the loopback services: accounts with their plays, in memory, told as the rehearsal's time passes.

A play that lies ahead is told when its time has come, so that a whole history can be loaded at once. What goes wrong
with an account is switched on at the account; what goes wrong with a whole service is a `Fault` of the server.
"""

from __future__ import annotations

import heapq
import itertools
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal, TypeAlias
from urllib.parse import quote

from bot.domain.catalog import normalised

Now: TypeAlias = Callable[[], datetime]
Kind: TypeAlias = Literal["track", "episode", "local", "nothing"]

SECRET = "no-secret-of-anybody"
"""Signs what is asked of the loopback Last.fm."""
MANY = 64
"""From so many plays on sorting all is cheaper than placing each."""
SHORTEST = 30.0
"""Seconds; Spotify's last plays leave out what was heard for less."""


@dataclass(slots=True, eq=False)
class Play:
    """Something that somebody heard."""

    at: datetime
    """When it began."""
    artist: str
    title: str
    album: str = ""
    seconds: float = 180.0
    """The track's length."""
    heard: float | None = None
    """Seconds it was heard for; None for all of it."""
    told_at: datetime | None = None
    """When the service begins to tell of it, for one that comes late; else when it ended."""
    track_id: str = ""
    kind: Kind = "track"

    @property
    def ended_at(self) -> datetime:
        """When it ended."""
        return self.at + timedelta(seconds=self.seconds if self.heard is None else self.heard)

    @property
    def second(self) -> int:
        """When it began, as services that count seconds tell it."""
        return int(self.at.timestamp())


@dataclass(eq=False)
class Listener:
    """An account at one service; what is public may be changed at any moment, also between two pages."""

    name: str
    since: datetime
    account_id: str
    """What never changes."""
    hides: bool = False
    """Last.fm: recent listening is shown to the account alone."""
    gone: bool = False
    allowed: bool = True
    """Spotify: the owner of the app has let the account in."""
    grants: tuple[str, ...] | None = None
    """Spotify: the scopes that are granted, whatever was asked for; None grants all."""
    rotates: bool = True
    """Spotify: a renewed grant replaces its refresh token."""
    tags: dict[str, int] = field(default_factory=dict[str, int])
    """Last.fm: tags that the account gave, with how often; the most used first."""
    token: str = ""
    """ListenBrainz: the account's own token."""
    page_limit: int = 1_000
    """The most entries of a page, whatever is asked for."""
    strangers: int = 0
    """So many of the next answers are for somebody else."""
    playing: Play | None = None
    """Plays now; else what has begun and not ended does."""
    between_pages: Callable[[int], None] | None = None
    """Called when a page of the history has been told, with how many there have been."""
    pages_told: int = 0
    _told: list[Play] = field(default_factory=list[Play])
    """By when they began."""
    _coming: list[tuple[datetime, int, Play]] = field(default_factory=list[tuple[datetime, int, Play]])
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    def hears(self, *plays: Play) -> None:
        """Plays of the past, of now and of the future."""
        self.loads(plays)

    def loads(self, plays: Iterable[Play]) -> int:
        """A whole history; how many plays it was."""
        before = len(self._coming)
        self._coming += [(play.told_at or play.ended_at, next(self._numbers), play) for play in plays]
        heapq.heapify(self._coming)
        return len(self._coming) - before

    def deletes(self, fits: Callable[[Play], bool]) -> int:
        """The member removes plays; how many were there."""
        before = len(self._told) + len(self._coming)
        self._told = [play for play in self._told if not fits(play)]
        self._coming = [each for each in self._coming if not fits(each[2])]
        heapq.heapify(self._coming)
        return before - len(self._told) - len(self._coming)

    def corrects(self, artist: str, *, to: str) -> None:
        """The service spells an artist in another way from now on, in old plays too."""
        for play in [*self._told, *(each[2] for each in self._coming)]:
            if play.artist == artist:
                play.artist = to

    def told(self, now: datetime) -> list[Play]:
        """What is told by now, by when it began; not to be changed."""
        arrived: list[Play] = []
        while self._coming and self._coming[0][0] <= now:
            arrived.append(heapq.heappop(self._coming)[2])
        if len(arrived) > MANY:
            self._told = sorted([*self._told, *arrived], key=_began)
        else:
            for play in arrived:
                insort(self._told, play, key=_began)
        return self._told

    def within(self, now: datetime, first: int | None, before: int | None) -> list[Play]:
        """What is told by now and began from the one second on and before the other, newest first."""
        told = self.told(now)
        start = 0 if first is None else bisect_left(told, first, key=_second)
        end = len(told) if before is None else bisect_left(told, before, key=_second)
        return told[start:end][::-1]

    def last_ended(self, now: datetime, most: int) -> list[Play]:
        """The plays that ended last, of those that are told; what was skipped is left out."""
        told = self.told(now)
        # Who hears ten hours without a break hears 150 tracks of four minutes.
        near = sorted(told[-most * 4 :], key=lambda play: play.ended_at, reverse=True)
        return [play for play in near if play.heard is None or play.heard >= SHORTEST][:most]

    def now_playing(self, now: datetime) -> Play | None:
        """What plays at this moment."""
        if self.playing is not None:
            return self.playing
        running = (play for _, _, play in self._coming if play.at <= now < play.ended_at)
        return next(running, None)

    def page_was_told(self) -> None:
        """Let happen what happens between two pages."""
        self.pages_told += 1
        if self.between_pages is not None:
            self.between_pages(self.pages_told)


class Elsewhere:
    """The accounts that the rehearsal's people have at the loopback services, by service."""

    def __init__(self, now: Now, *, lastfm_secret: str = SECRET) -> None:
        self.now = now
        self.lastfm_secret = lastfm_secret
        self.lastfm: dict[str, Listener] = {}
        self.spotify: dict[str, Listener] = {}
        self.listenbrainz: dict[str, Listener] = {}

    def joins_lastfm(self, name: str, plays: Iterable[Play] = ()) -> Listener:
        """A new account at Last.fm, with what it has heard."""
        return self._joins(self.lastfm, name, plays)

    def joins_spotify(self, name: str, plays: Iterable[Play] = ()) -> Listener:
        """A new account at Spotify, with what it has heard."""
        return self._joins(self.spotify, name, plays)

    def joins_listenbrainz(self, name: str, plays: Iterable[Play] = ()) -> Listener:
        """A new account at ListenBrainz, with what it has heard, and its token."""
        listener = self._joins(self.listenbrainz, name, plays)
        listener.token = listener.token or str(made_id(f"token:{name}"))
        return listener

    def _joins(self, accounts: dict[str, Listener], name: str, plays: Iterable[Play]) -> Listener:
        key = name.casefold()
        if key not in accounts:
            since = self.now() - timedelta(days=900)
            accounts[key] = Listener(name, since, account_id=f"account-{made_id(name)[:16]}")
        accounts[key].loads(plays)
        return accounts[key]


def find(accounts: dict[str, Listener], name: str) -> Listener | None:
    """The account of a name, in whatever case; None where there is none, or no longer."""
    found = accounts.get(name.casefold())
    return None if found is None or found.gone else found


def made_id(name: str) -> str:
    """An id that is the same in every run."""
    return sha256(f"longplay:{name}".encode()).hexdigest()[:36]


def track_id_of(play: Play) -> str:
    """A play's track at Spotify: 22 letters and digits."""
    return play.track_id or sha256(f"{normalised(play.artist)}:{normalised(play.title)}".encode()).hexdigest()[:22]


def as_member(address: str, name: str) -> str:
    """The address of a loopback service's page as a browser asks it in which that account is signed in and agrees."""
    return f"{address}{'&' if '?' in address else '?'}as={quote(name, safe='')}"


def _began(play: Play) -> datetime:
    return play.at


def _second(play: Play) -> int:
    return play.second
