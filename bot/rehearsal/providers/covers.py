"""Covers on the loopback: every picture that the other shops tell of, whatever host they say it stands on."""

from __future__ import annotations

import re

from bot.rehearsal.providers.catalogue import MadeAlbum, find_album
from bot.rehearsal.providers.server import Asked, Reply

PLACE = re.compile(r"/[\w.-]+/covers/(\d+)\.png")


def covers(asked: Asked) -> Reply | None:
    """The picture of an album, by the number in its address."""
    place = PLACE.fullmatch(asked.path)
    album = find_album(lambda each: place is not None and each.number == int(place[1]))
    return Reply(album.cover, content_type="image/png") if album else None


def cover_address(host: str, album: MadeAlbum) -> str:
    """Where a service says that the album's cover stands: a secure address, as the real ones are."""
    return f"https://{host}/covers/{album.number}.png"
