"""Short links on the loopback: the title without its spaces leads to the album, at whatever host it is asked."""

from __future__ import annotations

import re

from bot.domain.catalog.links import SHORT_HOSTS, Service
from bot.rehearsal.providers.catalogue import MadeAlbum, find_album
from bot.rehearsal.providers.server import Asked, Reply

PLACE = re.compile(r"/([\w.]+)(?:/s)?/(\w+)")


def short_links(asked: Asked) -> Reply | None:
    """Answer a request for a short link, whose host is the first piece of the path."""
    place = PLACE.fullmatch(asked.path)
    album = find_album(lambda each: place is not None and short_code(each) == place[2].lower())
    if place is None or album is None:
        return None
    of_spotify = SHORT_HOSTS.get(place[1]) is Service.SPOTIFY
    leads_to = (
        f"https://open.spotify.com/album/{album.spotify_id}?si=shared"
        if of_spotify
        else f"https://www.deezer.com/album/{album.number}?utm_source=deezer"
    )
    return Reply(status=302, headers={"Location": leads_to})


def short_code(album: MadeAlbum) -> str:
    """What a short link to an album ends in, such as `glassharbour`."""
    return album.title.replace(" ", "").lower()
