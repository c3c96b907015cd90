"""The services of the world as one bundle: where they are, which of them are asked, and one session to close."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.catalog import Service
from bot.domain.clock import Clock
from bot.domain.listening.plays import Source
from bot.domain.manners import Pace
from bot.domain.ports import AlbumSource, FactSource, Granter, ListenSource, ListKeeper, Manners, TasteSource
from bot.providers import (
    cover_art,
    deezer,
    lastfm,
    lastfm_accounts,
    listenbrainz,
    musicbrainz,
    spotify,
    spotify_accounts,
)
from bot.providers.cover_art import CoverArt
from bot.providers.covers import WebCovers
from bot.providers.deezer import Deezer
from bot.providers.http import Http
from bot.providers.lastfm import LastFm
from bot.providers.lastfm_accounts import LastFmGranter
from bot.providers.lastfm_facts import LastFmFacts
from bot.providers.lastfm_history import LastFmListens
from bot.providers.lastfm_taste import LastFmTaste
from bot.providers.listenbrainz import ListenBrainz
from bot.providers.musicbrainz import MusicBrainz
from bot.providers.musicbrainz_facts import MusicBrainzFacts
from bot.providers.short_links import ShortLinks
from bot.providers.spotify import Spotify
from bot.providers.spotify_accounts import SpotifyGranter
from bot.providers.spotify_history import SpotifyListens
from bot.providers.spotify_lists import SpotifyLists
from bot.providers.spotify_taste import SpotifyTaste

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
    spotify_page_at: str = spotify_accounts.PAGE
    """Where members grant access; their browsers go there, not we."""
    lastfm_at: str = lastfm.ADDRESS
    lastfm_page_at: str = lastfm_accounts.PAGE
    listenbrainz_at: str = listenbrainz.ADDRESS
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
    lastfm_secret: str = ""
    lastfm_auth: str = ""
    """The key that members see on the way to Last.fm, and whose secret that is; the other one where there is none."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no log may hold."""
        given = (self.spotify_secret, self.lastfm, self.lastfm_secret, self.lastfm_auth)
        return tuple(each for each in given if each)


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
        self.facts = tuple(_facts(world, self.http, manners, keys, asked))
        """Services that tell what music is; asked in the background alone."""
        self.links = ShortLinks(self.http, address=world.short_links_at)
        self.covers = WebCovers(self.http, at=world.covers_at)
        self.listens: dict[Source, ListenSource] = {
            each.source: each for each in _listens(world, self.http, manners, keys)
        }
        """Services that tell what their members heard."""
        self.granters: dict[Source, Granter] = {
            each.source: each for each in _granters(world, self.http, manners, keys)
        }
        """Those of them that have a page on which a member grants us access."""
        self.tastes: dict[Source, TasteSource] = {
            each.source: each for each in _tastes(world, self.http, manners, keys)
        }
        """Those of them that say what their members like."""
        self.keepers: dict[Source, ListKeeper] = {}
        """Those of them where members may let us keep playlists."""
        if keys.spotify_id:
            pace = _pace(world, spotify.PACE)
            self.keepers[Source.SPOTIFY] = SpotifyLists(self.http, manners, address=world.spotify_at, pace=pace)

    async def close(self) -> None:
        """Close the session."""
        await self.http.close()


def _pace(world: World, usual: Pace) -> Pace:
    return UNHURRIED if world.loopback else usual


def _albums(world: World, http: Http, manners: Manners, keys: Keys) -> list[AlbumSource]:
    def pace(usual: Pace) -> Pace:
        return _pace(world, usual)

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


def _facts(world: World, http: Http, manners: Manners, keys: Keys, asked: Collection[Service]) -> Iterable[FactSource]:
    if Service.LASTFM in asked and keys.lastfm:
        yield LastFmFacts(http, manners, api_key=keys.lastfm, address=world.lastfm_at, pace=_pace(world, lastfm.PACE))
    if Service.MUSICBRAINZ in asked:
        yield MusicBrainzFacts(http, manners, address=world.musicbrainz_at, pace=_pace(world, musicbrainz.PACE))


def _listens(world: World, http: Http, manners: Manners, keys: Keys) -> list[ListenSource]:
    """ListenBrainz wants no key, Last.fm one, Spotify the id of an app; what LONGPLAY_SOURCES says is of albums."""
    found: list[ListenSource] = []
    if keys.lastfm:
        found.append(
            LastFmListens(
                http,
                manners,
                api_key=keys.lastfm,
                auth_key=keys.lastfm_auth,
                secret=keys.lastfm_secret,
                address=world.lastfm_at,
                pace=_pace(world, lastfm.PACE),
            )
        )
    if keys.spotify_id:
        found.append(SpotifyListens(http, manners, address=world.spotify_at, pace=_pace(world, spotify.PACE)))
    found.append(ListenBrainz(http, manners, address=world.listenbrainz_at, pace=_pace(world, listenbrainz.PACE)))
    return found


def _tastes(world: World, http: Http, manners: Manners, keys: Keys) -> Iterable[TasteSource]:
    if keys.lastfm:
        yield LastFmTaste(
            http,
            manners,
            api_key=keys.lastfm,
            auth_key=keys.lastfm_auth,
            secret=keys.lastfm_secret,
            address=world.lastfm_at,
            pace=_pace(world, lastfm.PACE),
        )
    if keys.spotify_id:
        yield SpotifyTaste(http, manners, address=world.spotify_at, pace=_pace(world, spotify.PACE))


def _granters(world: World, http: Http, manners: Manners, keys: Keys) -> list[Granter]:
    found: list[Granter] = []
    if keys.lastfm and keys.lastfm_secret:
        found.append(
            LastFmGranter(
                http,
                manners,
                api_key=keys.lastfm_auth or keys.lastfm,
                secret=keys.lastfm_secret,
                address=world.lastfm_at,
                page=world.lastfm_page_at,
                pace=_pace(world, lastfm.PACE),
            )
        )
    if keys.spotify_id:
        found.append(
            SpotifyGranter(
                http,
                manners,
                client_id=keys.spotify_id,
                address=world.spotify_at,
                accounts=world.spotify_accounts_at,
                page=world.spotify_page_at,
                pace=_pace(world, spotify.PACE),
            )
        )
    return found
