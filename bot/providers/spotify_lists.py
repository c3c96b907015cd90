"""Spotify: playlists of a member's own, by spotipy with their token.

As it is since February 2026: lists are made at `/me/playlists`, their entries stand below `/items`. A list is found
again by its id or by a word in its description, so that one that was made and not noted is not made twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from bot.domain.catalog import FoundTrack
from bot.domain.errors import Why
from bot.domain.library.exporting import Listing, Sought, best_of
from bot.domain.listening.accounts import Access
from bot.domain.listening.plays import Source
from bot.domain.manners import Pace
from bot.domain.ports import Manners
from bot.providers.answers import Answer
from bot.providers.http import Http
from bot.providers.libraries import NotThere, ask_library
from bot.providers.manners import IN_BACKGROUND, Gate, Patience
from bot.providers.shapes import isrc_of, name_of, rows_of, search_words, text_of
from bot.providers.spotify import ADDRESS, PACE, SEARCH_LIMIT, read_tracks
from bot.providers.spotify_accounts import judge_account
from bot.providers.spotify_library import Spotipy

if TYPE_CHECKING:
    import spotipy

T = TypeVar("T")

PAGE = 50
PAGES = 20
"""Of a thousand lists the one that is meant is found; beyond that its id alone is trusted."""
BATCH = 100
NEEDS = ("playlist-modify-private", "playlist-read-private")
"""Lists are made as private ones, and found again among those."""


class SpotifyLists:
    """Fulfils `ListKeeper`."""

    source = Source.SPOTIFY
    needs: tuple[str, ...] = NEEDS

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
        # What changes something is asked once: whoever does not know what became of it looks first.
        self._careful = Gate("spotify", pace, manners, http.clock, replace(patience, tries=1))

    async def find_list(self, access: Access, *, marker: str, known: str) -> Listing | None:
        """The account's list of this id, or with this word in its description; None where it has none."""
        marked: Listing | None = None
        for page in range(PAGES):
            found = await self._ask(
                self._gate,
                access,
                lambda client, page=page: client.current_user_playlists(limit=PAGE, offset=page * PAGE),
                _read_lists,
            )
            lists, more = found or ([], False)
            for listing, description in lists:
                if listing.external_id == known:
                    return listing
                if marked is None and marker in description:
                    marked = listing
            if not more:
                break
        else:
            return marked or (_listing(known) if known else None)
        return marked

    async def create_list(self, access: Access, *, name: str, description: str) -> Listing:
        """A new, private list without tracks."""
        made = await self._ask(
            self._careful,
            access,
            lambda client: client.current_user_playlist_create(name, public=False, description=description),
            _read_list,
        )
        if made is None:
            raise self._careful.unavailable(Why.REFUSED, "no list was made")
        return made[0]

    async def fill_list(self, access: Access, external_id: str, tracks: Sequence[str]) -> bool:
        """The list holds these from now on, in this order, and nothing else; False where there is no such list."""
        first, rest = tracks[:BATCH], tracks[BATCH:]
        done = await self._ask(
            self._gate, access, lambda client: client.playlist_replace_items(external_id, list(first)), _read_snapshot
        )
        if done is None:
            return False
        for start in range(0, len(rest), BATCH):
            batch = list(rest[start : start + BATCH])
            await self._ask(
                self._careful,
                access,
                lambda client, batch=batch: client.playlist_add_items(external_id, batch),
                _read_snapshot,
            )
        return True

    async def find_track(self, access: Access, sought: Sought) -> str:
        """What a track is called there; empty where it is not to be had."""
        code = isrc_of(sought.isrc)
        for query in ([f"isrc:{code}"] if code else []) + [_query(sought)]:
            found = await self._search(access, query)
            if best := best_of(replace(sought, isrc=code), found):
                return best
        return ""

    # Inside

    async def _search(self, access: Access, query: str) -> list[FoundTrack]:
        if not query:
            return []
        found = await self._ask(
            self._gate, access, lambda client: client.search(query, limit=SEARCH_LIMIT, type="track"), read_tracks
        )
        return found or []

    async def _ask(
        self, gate: Gate, access: Access, ask: Callable[[spotipy.Spotify], Any], read: Callable[[Any], T]
    ) -> T | None:
        def judged(answer: Answer) -> None:
            if answer.status == 404:
                raise NotThere
            judge_account(answer, access.name, self._http.clock.now(), NEEDS)

        visit = gate.visit()
        library = Spotipy(self._http, gate, address=self._address, judge=judged)
        return await ask_library(
            visit, lambda: asyncio.to_thread(library.call, access.token, ask, visit.seconds_left), read
        )


def _query(sought: Sought) -> str:
    """Its names, each in the field it belongs to."""
    title, artist = search_words(sought.title), search_words(sought.artist)
    return f"track:{title} artist:{artist}" if title and artist else title


def _listing(external_id: str) -> Listing:
    return Listing(external_id, f"https://open.spotify.com/playlist/{external_id}")


def _read_list(told: Any) -> tuple[Listing, str]:
    listing = _listing(name_of(told["id"]))
    return listing, text_of(told.get("description"))


def _read_lists(told: Any) -> tuple[list[tuple[Listing, str]], bool]:
    """Lists with their descriptions, and whether there is another page; some stand there as null."""
    lists = [_read_list(each) for each in rows_of([each for each in told["items"] if each is not None])]
    return lists, bool(told.get("next"))


def _read_snapshot(told: Any) -> str:
    return text_of(told.get("snapshot_id"))
