"""What the sources hold of an album: by its link, by its words, and all that its pages tell."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeVar

from bot.domain.catalog import FoundAlbum, FoundTrack, Link, LinkKind, Service, readable
from bot.domain.catalog.matching import rank_tracks
from bot.domain.catalog.sound import sound_track
from bot.domain.catalog.wanted import Wanted, words_for_search
from bot.domain.ports import AlbumSource
from bot.services.catalog.asking import Told, telling, told
from bot.services.catalog.judging import Judged, completed, judge, sound_albums, with_others
from bot.services.catalog.resolved import Choice, Resolved
from bot.services.tools import Tools

T = TypeVar("T")

PATIENCE = 2.0
"""Seconds from a command until what came is shown."""
LINK_PATIENCE = 8.0
"""Seconds for a link that says nothing by itself: only its own service can tell what it is."""
DETAILS_PATIENCE = 8.0
"""Seconds for the pages of an album that is shown already, or that a member has decided on."""
FOR_DETAILS = 0.7
"""Of these, seconds that are left for the pages of the album that was found."""
FURTHER_PATIENCE = 8.0
"""Seconds of a search that somebody asked for and watches."""
SEARCHED = 10
"""Albums asked of each source."""
TRIES = 2
"""Ways to spell a search; the second is tried where the first finds nothing."""
PLAUSIBLE_FURTHER = 0.65
"""So far away an album may be when somebody searches further: the same title by somebody else, or another of theirs."""


class Budget:
    """The seconds that are left of a member's patience, and who was not heard within them."""

    def __init__(self, seconds: float) -> None:
        self._loop = asyncio.get_running_loop()
        self.unheard: tuple[str, ...] = ()
        """The names of those who were asked and not heard, each once."""
        self.renew(seconds)

    def renew(self, seconds: float) -> None:
        """So many seconds from now on."""
        self._deadline = self._loop.time() + seconds

    async def told(self, tools: Tools, ask: Callable[[AlbumSource], Awaitable[T]], *, keeping: float = 0.0) -> list[T]:
        """What the sources say to a question, `keeping` so many seconds for what comes after."""
        seconds = max(0.0, self._deadline - self._loop.time() - keeping)
        heard = await told(tools.album_sources, ask, seconds=seconds)
        self.unheard = tuple(dict.fromkeys((*self.unheard, *heard.unheard)))
        return [answer for _, answer in heard.said]


async def search(source: AlbumSource, wanted: Wanted) -> list[FoundAlbum]:
    """Albums that a source finds, by the plainest words first."""
    for words in words_for_search(wanted)[:TRIES]:
        found = await source.search_albums(words, limit=SEARCHED)
        if found:
            return found
    return []


async def search_widely(source: AlbumSource, wanted: Wanted) -> list[FoundAlbum]:
    """Albums that a source finds by any of the words, the title alone too, each once."""
    found: dict[tuple[str, str, str | None], FoundAlbum] = {}
    for words in words_for_search(wanted):
        for album in await source.search_albums(words, limit=SEARCHED):
            found.setdefault((album.title, album.artist, album.url), album)
    return list(found.values())


async def found_by_words(tools: Tools, wanted: Wanted, budget: Budget, *, known: Sequence[FoundAlbum] = ()) -> Judged:
    """What all sources find for the words of a wish, and what is `known`, judged."""
    answers = await budget.told(tools, lambda source: search(source, wanted), keeping=FOR_DETAILS)
    return judge(wanted, [*known, *(album for albums in answers for album in albums)])


async def found_by_link(tools: Tools, link: Link, budget: Budget, *, alone: bool) -> FoundAlbum | None:
    """The album of a link, joined with what other services hold of it; None where no source can tell.

    A link that stands `alone` is waited for longer: there are no words to go by.
    """
    if alone:
        budget.renew(LINK_PATIENCE)
    answers = await budget.told(tools, lambda source: source.fetch_album(link), keeping=0.0 if alone else FOR_DETAILS)
    if alone:
        budget.renew(PATIENCE)
    albums = sound_albums([one for one in answers if one is not None])
    return await _everywhere(tools, albums[0], budget) if albums else None


async def found_by_track(tools: Tools, link: Link, budget: Budget) -> tuple[FoundAlbum | None, str]:
    """The album of a track's link, and the track's title; None where no source can tell.

    As the track's own service says; else as another says of the same recording, or of what the address spells out.
    """
    budget.renew(LINK_PATIENCE)
    answers = await budget.told(tools, lambda source: source.fetch_track(link))
    budget.renew(PATIENCE)
    tracks = [track for one in answers if one is not None and (track := sound_track(one)) is not None]
    artist, title = readable(link)
    track = tracks[0] if tracks else FoundTrack(title, artist) if title and artist else None
    if track is None:
        return None, ""
    albums = sound_albums([track.album] if track.album else [])
    if not albums and (isrc := track.isrc):
        same = await budget.told(tools, lambda source: source.tracks_of_isrc(isrc), keeping=FOR_DETAILS)
        albums = sound_albums(one.album for recordings in same for one in recordings if one.album is not None)
    if not albums:
        albums = await _albums_of_song(tools, Wanted.like_track(track), budget)
    return (await _everywhere(tools, albums[0], budget) if albums else None), track.title


async def _albums_of_song(tools: Tools, wanted: Wanted, budget: Budget) -> list[FoundAlbum]:
    """The album of the one song that is surely meant."""
    words = next(iter(words_for_search(wanted)), "")
    answers = await budget.told(tools, lambda source: source.search_tracks(words, limit=SEARCHED), keeping=FOR_DETAILS)
    tracks = [track for found in answers for one in found if (track := sound_track(one)) is not None]
    sure = rank_tracks(wanted, tracks).sure
    song = sure.found if sure is not None else None
    return sound_albums([song.album]) if isinstance(song, FoundTrack) and song.album is not None else []


async def _everywhere(tools: Tools, album: FoundAlbum, budget: Budget) -> FoundAlbum:
    """The album together with what the services hold of it that it has no link of."""
    own = {link.service for link in album.links}
    wanted = Wanted.like_album(album)

    async def elsewhere(source: AlbumSource) -> list[FoundAlbum]:
        return [] if source.service in own else await search(source, wanted)

    others = await budget.told(tools, elsewhere, keeping=FOR_DETAILS / 2)
    return with_others(album, [one for albums in others for one in albums])


def pages_of(found: FoundAlbum) -> tuple[Service, ...]:
    """The services whose page of an album may tell more of it."""
    services = dict.fromkeys(link.service for link in found.links if link.kind is LinkKind.ALBUM)
    # Whoever told the tracks has shown its page.
    return tuple(service for service in services if not (found.tracks and service is found.source))


async def with_details(
    tools: Tools, found: FoundAlbum, pages: Sequence[Service], budget: Budget
) -> tuple[FoundAlbum, tuple[Service, ...]]:
    """The album with its track list, genres and country as these services' pages tell them; and who did not in time."""
    links = {link.service: link for link in reversed(found.links) if link.kind is LinkKind.ALBUM}
    unread = {source.service for source in tools.album_sources}.intersection(pages, links)

    async def page(source: AlbumSource) -> FoundAlbum | None:
        if source.service not in unread:
            return None
        album = await source.fetch_album(links[source.service])
        unread.discard(source.service)
        return album

    unheard = budget.unheard
    told = [one for one in await budget.told(tools, page) if one is not None]
    budget.unheard = unheard  # an album without one of its pages is an album, too
    return completed(found, told), tuple(service for service in pages if service in unread)


@dataclass(frozen=True, slots=True)
class Findings:
    """What a search that goes on has found so far."""

    choices: tuple[Choice, ...]
    waiting: tuple[str, ...]
    """Names of the services that may still answer; empty at the end."""
    unheard: tuple[str, ...]


async def search_further(
    tools: Tools, album: Resolved, *, seconds: float = FURTHER_PATIENCE
) -> AsyncGenerator[Findings]:
    """What the sources find for an album's names, read either way round, all asked at once.

    Anew after each answer; the last has nobody to wait for.
    """
    text = f"{album.artist} - {album.title}" if album.artist else album.title
    wanted = Wanted(album.title, album.artist, album.year, text=text)

    async def ask(source: AlbumSource) -> list[FoundAlbum]:
        return await search_widely(source, wanted)

    def findings(heard: Told[list[FoundAlbum]]) -> Findings:
        albums = [album for _, found in heard.said for album in found]
        return Findings(judge(wanted, albums, within=PLAUSIBLE_FURTHER).choices, heard.waiting, heard.unheard)

    async with aclosing(telling(tools.album_sources, ask, seconds=seconds)) as heard:
        async for so_far in heard:
            yield findings(so_far)
