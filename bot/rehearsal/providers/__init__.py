"""Loopback providers: a server on this machine that answers as the sources of albums do, of albums that are made up."""

from bot.rehearsal.providers.deezer import deezer
from bot.rehearsal.providers.musicbrainz import cover_art, musicbrainz
from bot.rehearsal.providers.server import Asked, Fault, LoopbackProviders, Reply, Shop, as_json

SHOPS: dict[str, Shop] = {"musicbrainz": musicbrainz, "coverart": cover_art, "deezer": deezer}
"""Every service of the rehearsal, by the first piece of its path."""

__all__ = ["SHOPS", "Asked", "Fault", "LoopbackProviders", "Reply", "Shop", "as_json"]
