"""Spotify: the last fifty plays of a member, by spotipy with their own token.

It keeps no more than that, tells plays hours late and out of their order, and leaves out what was skipped; so all
fifty are read each time, and no cursor is trusted. `played_at` is the end of a play.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from bot.domain.errors import Why
from bot.domain.listening.accounts import Access, GrantTooSmall, HistoryPage, NowPlaying, Profile
from bot.domain.listening.plays import Source, Told
from bot.domain.manners import Pace
from bot.domain.ports import Manners
from bot.providers.answers import Answer
from bot.providers.http import Http
from bot.providers.libraries import NotThere, ask_library
from bot.providers.manners import FOR_PEOPLE, IN_BACKGROUND, Gate, Patience
from bot.providers.shapes import number_of, rows_of, text_of
from bot.providers.spotify import ADDRESS, PACE
from bot.providers.spotify_accounts import judge_account, read_profile
from bot.providers.spotify_library import Spotipy

if TYPE_CHECKING:
    import spotipy

T = TypeVar("T")

LAST = 50
"""Plays that are kept."""


class SpotifyListens:
    """Fulfils `ListenSource`; nothing is told without a token of the account."""

    source = Source.SPOTIFY

    def __init__(
        self,
        http: Http,
        manners: Manners,
        *,
        address: str = ADDRESS,
        pace: Pace = PACE,
        patience: Patience = IN_BACKGROUND,
        hurried: Patience = FOR_PEOPLE,
    ) -> None:
        self._http = http
        self._address = address
        self._gate = Gate("spotify", pace, manners, http.clock, patience)
        self._quick = Gate("spotify", pace, manners, http.clock, hurried)

    async def fetch_profile(self, access: Access) -> Profile:
        """Who the account is; how much it has heard is not told."""
        found = await self._ask(self._quick, access, lambda client: client.current_user(), read_profile)
        if found is None:
            raise self._quick.unavailable(Why.GARBLED, "no account in the answer")
        return found

    async def fetch_history(
        self, access: Access, *, since: datetime | None, until: datetime, cursor: str = "", newest: bool = False
    ) -> HistoryPage:
        """The last fifty plays, whatever is asked: never all there is."""
        gate = self._quick if newest else self._gate
        page = await self._ask(gate, access, lambda client: client.current_user_recently_played(limit=LAST), read_plays)
        return page or HistoryPage((), complete=False)

    async def fetch_now_playing(self, access: Access) -> NowPlaying | None:
        """What is playing at this moment; None also where the member has not granted that."""
        try:
            return await self._ask(
                self._quick, access, lambda client: client.current_user_playing_track(), read_now_playing
            )
        except GrantTooSmall:
            return None

    # Inside

    async def _ask(
        self, gate: Gate, access: Access, ask: Callable[[spotipy.Spotify], Any], read: Callable[[Any], T]
    ) -> T | None:
        def judged(answer: Answer) -> None:
            if answer.status == 204:
                raise NotThere
            judge_account(answer, access.name, self._http.clock.now())

        visit = gate.visit()
        library = Spotipy(self._http, gate, address=self._address, judge=judged)
        return await ask_library(
            visit, lambda: asyncio.to_thread(library.call, access.token, ask, visit.seconds_left), read
        )


def read_plays(body: Any) -> HistoryPage:
    """The plays of `recently-played`, newest first; podcasts, files of one's own and holes are counted."""
    plays: list[Told] = []
    rows = rows_of(body["items"])
    for row in rows:
        track: dict[str, Any] = row.get("track") or row.get("item") or {}
        artist, title = _artist(track), text_of(track.get("name"))
        length = number_of(track.get("duration_ms"))
        listed = track.get("type", "track") == "track" and not track.get("is_local")
        if not listed or not artist or not title or length is None:
            continue
        duration = timedelta(milliseconds=length)
        ended_at = _instant(row["played_at"])
        plays.append(
            Told(
                Source.SPOTIFY,
                artist,
                title,
                ended_at - duration,
                album=text_of((track.get("album") or {}).get("name")),
                ended_at=ended_at,
                duration=duration,
                track_ref=text_of(track.get("id")),
            )
        )
    plays.sort(key=lambda told: told.started_at, reverse=True)
    return HistoryPage(tuple(plays), complete=False, skipped=len(rows) - len(plays))


def read_now_playing(body: Any) -> NowPlaying | None:
    """What plays, if it is music and not paused."""
    track: dict[str, Any] = body.get("item") or {}
    artist, title = _artist(track), text_of(track.get("name"))
    if not body.get("is_playing") or track.get("type", "track") != "track" or not artist or not title:
        return None
    return NowPlaying(
        artist,
        title,
        text_of((track.get("album") or {}).get("name")),
        text_of((track.get("external_urls") or {}).get("spotify")),
    )


def _artist(track: dict[str, Any]) -> str:
    """The first artist, as exports and scrobblers name it; guests stand behind."""
    return next((name for each in track.get("artists") or () if (name := text_of(each.get("name")))), "")


def _instant(text: str) -> datetime:
    """An instant as Spotify writes it; `ValueError` for anything else."""
    instant = datetime.fromisoformat(text)
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
