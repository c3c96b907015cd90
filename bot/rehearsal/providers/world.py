"""The world of a rehearsal: every service that the bot asks, on this machine."""

from __future__ import annotations

from bot.providers.sources import World
from bot.rehearsal.providers.covers import covers
from bot.rehearsal.providers.deezer import deezer
from bot.rehearsal.providers.lastfm import lastfm
from bot.rehearsal.providers.lastfm_listening import LastFmShop
from bot.rehearsal.providers.listenbrainz import ListenBrainzShop
from bot.rehearsal.providers.listeners import Elsewhere
from bot.rehearsal.providers.musicbrainz import cover_art, musicbrainz
from bot.rehearsal.providers.server import LoopbackProviders, Shop
from bot.rehearsal.providers.short_links import short_links
from bot.rehearsal.providers.spotify import spotify
from bot.rehearsal.providers.spotify_listening import SpotifyShop

SHOPS: dict[str, Shop] = {
    "musicbrainz": musicbrainz,
    "coverart": cover_art,
    "deezer": deezer,
    "spotify": spotify,
    "lastfm": lastfm,
    "short": short_links,
    "covers": covers,
}
"""Every service of the rehearsal, by the first piece of its path; nobody has an account anywhere."""


def shops_with(elsewhere: Elsewhere) -> dict[str, Shop]:
    """Every service of the rehearsal, with the accounts that its people have there."""
    return {
        **SHOPS,
        "lastfm": LastFmShop(elsewhere),
        "spotify": SpotifyShop(elsewhere),
        "listenbrainz": ListenBrainzShop(elsewhere),
    }


def world_on(server: LoopbackProviders) -> World:
    """Where the services are on a running server; nothing beyond this machine is ever asked."""
    return World(
        musicbrainz_at=server.address("musicbrainz"),
        cover_art_at=server.address("coverart"),
        deezer_at=server.address("deezer"),
        spotify_at=f"{server.address('spotify')}/v1",
        spotify_accounts_at=f"{server.address('spotify')}/api/token",
        spotify_page_at=f"{server.address('spotify')}/authorize",
        lastfm_at=f"{server.address('lastfm')}/2.0/",
        lastfm_page_at=f"{server.address('lastfm')}/api/auth/",
        listenbrainz_at=server.address("listenbrainz"),
        short_links_at=server.address("short"),
        covers_at=server.address("covers"),
        loopback=True,
    )
