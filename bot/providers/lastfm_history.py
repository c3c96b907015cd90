"""Last.fm: what members hear, by their name alone where they hide nothing, else by a session key of theirs.

Histories are read in JSON by a client of our own: pylast takes thirty times the processor for a page, drops what tells
two recordings apart, and asks for fifty plays at a time. Profiles and what plays now are read by pylast.

Pages are found by time, not by number: each one asks for what lies before the oldest play of the last, that second
included. So nothing is missed when plays come or go between two pages, whatever their size, and a page deep in a long
history costs no more than the first. Only where a second fills a whole page their numbers count.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.domain.errors import Why
from bot.domain.listening.accounts import Access, HistoryPage, NowPlaying, Profile
from bot.domain.listening.plays import Source, Told
from bot.domain.manners import Pace
from bot.domain.ports import Manners
from bot.providers.answers import Answer
from bot.providers.http import Http
from bot.providers.lastfm import ADDRESS, PACE
from bot.providers.lastfm_accounts import (
    ask_now_playing,
    ask_profile,
    judge_account,
    read_now_playing,
    read_profile,
    signed,
)
from bot.providers.lastfm_library import Pylast
from bot.providers.manners import FOR_PEOPLE, IN_BACKGROUND, Gate, Patience, Visit
from bot.providers.shapes import number_of, text_of

PAGE = 1_000
"""More than is documented (200) and what large readers ask for; the answer says how many it gives."""
NEWEST_PAGE = 200
SENSIBLE = range(1_009_843_200, 4_102_444_800)
"""Seconds from 2002 to 2100: Last.fm was not there before, such dates come of clocks that were never set."""
TELLINGS = 3
"""So often we ask when the answer is somebody else's."""
CURSOR = re.compile(r"(\d+)-(\d+)-(\d+)-(\d+)")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a history the next page begins."""

    before: int
    """The first second that is no longer asked for."""
    number: int = 1
    """Of the page before that second."""
    pages: int | None = None
    total: int | None = None
    """As the first page told them."""

    @classmethod
    def of(cls, cursor: str) -> Place:
        """The place that a cursor names; `ValueError` for a text that is none."""
        found = CURSOR.fullmatch(cursor)
        if found is None:
            raise ValueError("no cursor of Last.fm")
        return cls(*(int(part) for part in found.groups()))

    def __str__(self) -> str:
        return f"{self.before}-{self.number}-{self.pages or 0}-{self.total or 0}"


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it was told."""

    user: str
    plays: list[Told]
    seconds: list[int]
    """Of every dated entry, readable or not."""
    playing: NowPlaying | None
    undated: int
    unread: int
    """Dated entries that are no plays."""
    per_page: int
    pages: int
    total: int


class LastFmListens:
    """Fulfils `ListenSource`.

    With `secret`, an account's session key signs what is asked with `auth_key`, the key it was granted to.
    """

    source = Source.LASTFM

    def __init__(
        self,
        http: Http,
        manners: Manners,
        *,
        api_key: str,
        auth_key: str = "",
        secret: str = "",
        address: str = ADDRESS,
        pace: Pace = PACE,
        patience: Patience = IN_BACKGROUND,
        hurried: Patience = FOR_PEOPLE,
    ) -> None:
        self._http = http
        self._api_key = api_key
        self._auth_key = auth_key or api_key
        self._secret = secret
        self._address = address
        self._pace = pace
        self._gate = Gate("lastfm", pace, manners, http.clock, patience)
        self._quick = Gate("lastfm", pace, manners, http.clock, hurried)

    async def fetch_profile(self, access: Access) -> Profile:
        """Who the account is, how many plays it has, and since when."""
        found = await self._library(access).ask(
            self._quick.visit(),
            lambda network: ask_profile(network, access.name),
            read_profile,
            session_key=self._key_of(access),
        )
        if found is None or not _same(found.name, access.name):
            raise self._quick.unavailable(Why.GARBLED, "another account's profile")
        return found

    async def fetch_history(
        self, access: Access, *, since: datetime | None, until: datetime, cursor: str = "", newest: bool = False
    ) -> HistoryPage:
        """A page of plays that began in [since, until), newest first."""
        place = Place.of(cursor) if cursor else Place(math.ceil(until.timestamp()))
        form = {
            "method": "user.getRecentTracks",
            "user": access.name,
            "limit": str(NEWEST_PAGE if newest else PAGE),
            "extended": "0",
            "page": str(place.number),
            "to": str(place.before),
            "format": "json",
        }
        if since is not None:
            first = math.floor(since.timestamp())
            if first >= place.before:
                return HistoryPage(())
            form["from"] = str(first)
        visit = (self._quick if newest else self._gate).visit()
        page = await self._fetch_page(visit, access, form)
        plays = sorted(
            (each for each in page.plays if each.started_at < until and (since is None or each.started_at >= since)),
            key=lambda told: told.started_at,
            reverse=True,
        )
        following = self._next(place, page)
        return HistoryPage(
            plays=tuple(plays),
            cursor=str(following) if following is not None else "",
            pages=place.pages if cursor else page.pages,
            total=place.total if cursor else page.total,
            now_playing=page.playing,
            complete=following is None or len(page.seconds) + page.undated >= page.per_page,
            skipped=page.undated + page.unread,
        )

    async def fetch_now_playing(self, access: Access) -> NowPlaying | None:
        """What is playing at this moment."""
        visit = self._quick.visit()
        for _ in range(TELLINGS):
            told = await self._library(access).ask(
                visit,
                lambda network: ask_now_playing(network, access.name),
                read_now_playing,
                session_key=self._key_of(access),
            )
            if told is not None and _same(told[0], access.name):
                return told[1]
        raise self._quick.unavailable(Why.GARBLED, "answers for another account")

    # Inside

    async def _fetch_page(self, visit: Visit, access: Access, form: dict[str, str]) -> Page:
        """A page of this account; an answer for another one is asked again. Raises `AccountRefused`, `Unavailable`."""

        def judged(answer: Answer) -> bool:
            judge_account(answer, access.name, self._http.clock.now())
            return True

        key = self._key_of(access)
        form["api_key"] = self._auth_key if key else self._api_key
        asked = signed({**form, "sk": key}, self._secret) if key else form
        for _ in range(TELLINGS):
            page = await self._http.get_json(visit, self._address, read_page, form=asked, judged=judged)
            if page is not None and _same(page.user, access.name):
                return page
        raise self._gate.unavailable(Why.GARBLED, "answers for another account")

    def _next(self, place: Place, page: Page) -> Place | None:
        """Where the next, older page begins; None at the end."""
        if page.pages <= place.number:
            return None
        if not page.seconds:
            raise self._gate.unavailable(Why.GARBLED, "a page without plays before the last one")
        told = replace(place, pages=place.pages or page.pages, total=place.total or page.total)
        oldest = min(page.seconds)
        if oldest + 1 < place.before:
            return replace(told, before=oldest + 1, number=1)
        return replace(told, number=place.number + 1)

    def _library(self, access: Access) -> Pylast:
        return Pylast(
            self._http,
            self._quick,
            address=self._address,
            api_key=self._auth_key if self._key_of(access) else self._api_key,
            secret=self._secret,
            judge=lambda answer: judge_account(answer, access.name, self._http.clock.now()),
        )

    def _key_of(self, access: Access) -> str:
        """The session key to ask with; none where we could not sign."""
        return access.token if self._secret else ""


def read_page(body: Any) -> Page:
    """A page of `user.getRecentTracks`, in the shape of `extended` or without."""
    recent = body["recenttracks"]
    facts: dict[str, Any] = recent["@attr"]
    told = recent.get("track") or []
    plays: list[Told] = []
    seconds: list[int] = []
    playing: NowPlaying | None = None
    undated = unread = 0
    for track in [told] if isinstance(told, dict) else told:
        names = _names(track)
        if (track.get("@attr") or {}).get("nowplaying") == "true":
            playing = playing or (NowPlaying(*names, text_of(track.get("url"))) if names is not None else None)
            continue
        date = track.get("date")
        if not date:
            undated += 1
            continue
        second = int(date["uts"])
        seconds.append(second)
        if names is None or second not in SENSIBLE:
            unread += 1
            continue
        artist, title, album = names
        plays.append(
            Told(
                Source.LASTFM,
                artist,
                title,
                datetime.fromtimestamp(second, UTC),
                album=album,
                track_ref=text_of(track.get("mbid")),
            )
        )
    return Page(
        user=str(facts["user"]),
        plays=plays,
        seconds=seconds,
        playing=playing,
        undated=undated,
        unread=unread,
        per_page=number_of(facts.get("perPage")) or len(seconds),
        pages=number_of(facts.get("totalPages")) or 0,
        total=number_of(facts.get("total")) or 0,
    )


def _names(track: dict[str, Any]) -> tuple[str, str, str] | None:
    """Artist, title and album; None where one of the first two is missing."""
    artist = track.get("artist") or {}
    by, title = text_of(artist.get("#text") or artist.get("name")), text_of(track.get("name"))
    album = text_of((track.get("album") or {}).get("#text"))
    return (by, title, album) if by and title else None


def _same(name: str, other: str) -> bool:
    return name.casefold() == other.casefold()
