"""Spotify: the artists and tracks it says a member likes, of about four weeks, six months and a year, by spotipy."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

from bot.domain.listening.accounts import Access, GrantTooSmall, Standing
from bot.domain.listening.plays import Source
from bot.domain.manners import Pace
from bot.domain.ports import Manners
from bot.domain.taste.facts import LONGEST_TAG
from bot.domain.taste.priors import MOST, Liked, ranked, strongest
from bot.providers.answers import Answer
from bot.providers.http import Http
from bot.providers.libraries import ask_library
from bot.providers.manners import IN_BACKGROUND, Gate, Patience, Visit
from bot.providers.shapes import rows_of, text_of
from bot.providers.spotify import ADDRESS, PACE
from bot.providers.spotify_accounts import LIKES, judge_account
from bot.providers.spotify_library import Spotipy

if TYPE_CHECKING:
    import spotipy

T = TypeVar("T")

RANGES: Final = ("short_term", "medium_term", "long_term")
PAGE: Final = 50
"""The most of one answer."""


class SpotifyTaste:
    """Fulfils `TasteSource`; a grant of before this was asked for lacks it."""

    source = Source.SPOTIFY
    needs: tuple[str, ...] = (LIKES,)

    def __init__(
        self,
        http: Http,
        manners: Manners,
        *,
        address: str = ADDRESS,
        pace: Pace = PACE,
        patience: Patience = IN_BACKGROUND,
    ) -> None:
        self._http = http
        self._address = address
        self._gate = Gate("spotify", pace, manners, http.clock, patience)

    async def fetch_liked(self, access: Access) -> Liked:
        """Artists, tracks, and the genres of those artists where Spotify tells them: often it does not."""
        visit = self._gate.visit()
        artists = [await self._ask(visit, access, self._artists_of(one), read_artists) for one in RANGES]
        tracks = [await self._ask(visit, access, self._tracks_of(one), read_tracks) for one in RANGES]
        weights = ranked([[name for name, _ in told] for told in artists])
        genres = {name: genres for told in artists for name, genres in told}
        tags: dict[str, float] = {}
        for name, weight in weights.items():
            for genre in genres[name]:
                tags[genre] = tags.get(genre, 0.0) + weight / len(genres[name])
        places: dict[tuple[str, str], float] = {}
        for told in tracks:
            for number, track in enumerate(told, start=1):
                places[track] = places.get(track, 0.0) + 1 / number**0.5
        return Liked(
            tuple(strongest(weights)),
            tracks=tuple((*track, weight) for track, weight in strongest(places)),
            tags=tuple(strongest(tags, MOST // 2)),
        )

    def _artists_of(self, span: str) -> Callable[[spotipy.Spotify], Any]:
        return lambda client: client.current_user_top_artists(limit=PAGE, time_range=span)

    def _tracks_of(self, span: str) -> Callable[[spotipy.Spotify], Any]:
        return lambda client: client.current_user_top_tracks(limit=PAGE, time_range=span)

    async def _ask(
        self, visit: Visit, access: Access, ask: Callable[[spotipy.Spotify], Any], read: Callable[[Any], list[T]]
    ) -> list[T]:
        def judged(answer: Answer) -> None:
            try:
                judge_account(answer, access.name, self._http.clock.now())
            except GrantTooSmall:
                # The account reads as well as before: only this was not granted.
                raise GrantTooSmall(self.source, Standing.WELL, access.name, self.needs) from None

        library = Spotipy(self._http, self._gate, address=self._address, judge=judged)
        found = await ask_library(
            visit, lambda: asyncio.to_thread(library.call, access.token, ask, visit.seconds_left), read
        )
        return found or []


def read_artists(body: Any) -> list[tuple[str, tuple[str, ...]]]:
    """Artists, the strongest first, each with its genres where any are told."""
    return [
        (name, tuple(genre for each in artist.get("genres") or () if (genre := text_of(each).lower()[:LONGEST_TAG])))
        for artist in rows_of(body["items"])
        if (name := text_of(artist.get("name")))
    ]


def read_tracks(body: Any) -> list[tuple[str, str]]:
    """Tracks by artist and title, the strongest first."""
    return [
        (artist, title)
        for track in rows_of(body["items"])
        if (title := text_of(track.get("name")))
        and (artist := next((text_of(each.get("name")) for each in track.get("artists") or ()), ""))
    ]
