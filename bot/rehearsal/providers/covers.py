"""Covers on the loopback: every picture that the other shops tell of, whatever host they say it stands on."""

from __future__ import annotations

import re

from bot.rehearsal.providers.catalogue import MadeAlbum, find_album
from bot.rehearsal.providers.server import Asked, Reply

PLACE = re.compile(r"/[\w.-]+/covers/(\d+)\.png")
ARCHIVED = re.compile(r"/coverartarchive\.org/release-group/([0-9a-f-]{36})/front-\d+")


def covers(asked: Asked) -> Reply | None:
    """The picture of an album, by its number, or by its release group as the Cover Art Archive keeps it."""
    place, archived = PLACE.fullmatch(asked.path), ARCHIVED.fullmatch(asked.path)
    album = None
    if place:
        album = find_album(lambda each: each.number == int(place[1]))
    elif archived:
        album = find_album(lambda each: str(each.group) == archived[1])
    return Reply(album.cover, content_type="image/png") if album else None


def cover_address(host: str, album: MadeAlbum) -> str:
    """Where a service says that the album's cover stands: a secure address, as the real ones are."""
    return f"https://{host}/covers/{album.number}.png"
