"""The services of the world as one bundle: where they are, which of them are asked, and one session to close."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.catalog import Service
from bot.domain.clock import Clock
from bot.domain.manners import Pace
from bot.domain.ports import AlbumSource, Manners
from bot.providers import cover_art, deezer, lastfm, musicbrainz, spotify
from bot.providers.cover_art import CoverArt
from bot.providers.covers import WebCovers
from bot.providers.deezer import Deezer
from bot.providers.http import Http
from bot.providers.lastfm import LastFm
from bot.providers.musicbrainz import MusicBrainz
from bot.providers.short_links import ShortLinks
from bot.providers.spotify import Spotify

UNHURRIED = Pace(1_000, timedelta(seconds=1))
"""For services that stand on this machine and mind no haste."""


@dataclass(frozen=True, slots=True)
class World:
    """Where the services are; with `loopback` all of them are on this machine, and nothing else is ever asked."""

    musicbrainz_at: str = musicbrainz.ADDRESS
    cover_art_at: str = cover_art.ADDRESS
    deezer_at: str = deezer.ADDRESS
    spotify_at: str = spotify.ADDRESS
    spotify_accounts_at: str = spotify.ACCOUNTS
    lastfm_at: str = lastfm.ADDRESS
    short_links_at: str = ""
    """Asked in place of every service that makes short links, where it is given."""
    covers_at: str = ""
    """Asked in place of every host of covers, where it is given."""
    loopback: bool = False


WORLD = World()
"""The real one."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What an operator was given by services that want a key; each is left out without one."""

    spotify_id: str = ""
    spotify_secret: str = ""
    lastfm: str = ""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no log may hold."""
        return tuple(each for each in (self.spotify_secret, self.lastfm) if each)


class Sources:
    """Everything that is asked of the world by one process; nothing is opened before it is needed."""

    def __init__(
        self,
        world: World,
        manners: Manners,
        clock: Clock,
        *,
        keys: Keys | None = None,
        asked: Collection[Service] = frozenset(Service),
        contact: str = "",
    ) -> None:
        keys = keys or Keys()
        self.http = Http(contact=contact, secrets=keys.secrets, clock=clock, loopback=world.loopback)
        self.albums = tuple(source for source in _albums(world, self.http, manners, keys) if source.service in asked)
        """Best known first: MusicBrainz knows what is one album, the others where it plays."""
        self.links = ShortLinks(self.http, address=world.short_links_at)
        self.covers = WebCovers(self.http, at=world.covers_at)

    async def close(self) -> None:
        """Close the session."""
        await self.http.close()


def _albums(world: World, http: Http, manners: Manners, keys: Keys) -> list[AlbumSource]:
    def pace(usual: Pace) -> Pace:
        return UNHURRIED if world.loopback else usual

    covers = CoverArt(http, manners, address=world.cover_art_at, pace=pace(cover_art.PACE))
    found: list[AlbumSource] = [
        MusicBrainz(http, manners, covers, address=world.musicbrainz_at, pace=pace(musicbrainz.PACE)),
        Deezer(http, manners, address=world.deezer_at, pace=pace(deezer.PACE)),
    ]
    if keys.spotify_id and keys.spotify_secret:
        found.append(
            Spotify(
                http,
                manners,
                client_id=keys.spotify_id,
                client_secret=keys.spotify_secret,
                address=world.spotify_at,
                accounts=world.spotify_accounts_at,
                pace=pace(spotify.PACE),
            )
        )
    if keys.lastfm:
        found.append(LastFm(http, manners, api_key=keys.lastfm, address=world.lastfm_at, pace=pace(lastfm.PACE)))
    return found
