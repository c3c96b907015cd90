"""Spotify on the loopback: playlists of accounts, in the shapes that are left since February 2026."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from html import escape
from typing import Any

from bot.rehearsal.providers.listeners import Listener, made_id
from bot.rehearsal.providers.server import Asked, Reply, as_json

Json = dict[str, Any]
ITEMS = re.compile(r"/v1/playlists/([0-9A-Za-z]{22})/items")
MINE = "/v1/me/playlists"
MOST, BATCH = 50, 100
WRITES, READS = "playlist-modify-private", "playlist-read-private"


@dataclass(slots=True)
class ShopList:
    """A list in somebody's account."""

    id: str
    owner: Listener
    name: str
    description: str
    public: bool
    tracks: list[str] = field(default_factory=list[str])
    """Addresses of tracks, in order."""


class ListShelf:
    """Every list of the loopback Spotify."""

    def __init__(self) -> None:
        self.lists: list[ShopList] = []
        self.written: list[str] = []
        """What changed something, in order: method and path."""

    def of(self, owner: Listener) -> list[ShopList]:
        """The lists of an account, latest first."""
        return [one for one in reversed(self.lists) if one.owner is owner]

    def answer(self, asked: Asked, owner: Listener, scopes: list[str]) -> Reply | None:
        """Answer a request about lists; None where it is about something else."""
        place = ITEMS.fullmatch(asked.path)
        if asked.path != MINE and place is None:
            return None
        if asked.method != "GET" and WRITES not in scopes:
            return _error(403, "Insufficient client scope")
        if asked.path == MINE:
            return self._make(asked, owner) if asked.method == "POST" else self._page(asked, owner, scopes)
        assert place is not None
        found = next((one for one in self.of(owner) if one.id == place[1]), None)
        return _error(404, "Resource not found") if found is None else self._items(asked, found)

    def _page(self, asked: Asked, owner: Listener, scopes: list[str]) -> Reply:
        limit, offset = int(asked.query.get("limit", 20)), int(asked.query.get("offset", 0))
        if not 1 <= limit <= MOST:
            return _error(400, "Invalid limit")
        seen = [one for one in self.of(owner) if one.public or READS in scopes]
        href = f"{asked.origin}{MINE}"
        following = f"{href}?offset={offset + limit}&limit={limit}" if offset + limit < len(seen) else None
        items = [_told(one) for one in seen[offset : offset + limit]]
        return as_json({"href": href, "items": items, "limit": limit, "next": following, "total": len(seen)})

    def _make(self, asked: Asked, owner: Listener) -> Reply:
        body = _body(asked)
        if not body.get("name"):
            return _error(400, "Missing required field: name")
        if len(body.get("description", "")) > 300 or "\n" in body.get("description", ""):
            return _error(400, "Error while creating playlist: description")
        self.written.append(f"POST {MINE}")
        number = len(self.lists)
        made = ShopList(
            made_id(f"list {number}")[:22], owner, body["name"], body.get("description", ""), body.get("public", True)
        )
        self.lists.append(made)
        return as_json(_told(made), status=201)

    def _items(self, asked: Asked, found: ShopList) -> Reply:
        if asked.method == "GET":
            return as_json({"items": [{"item": {"uri": uri}} for uri in found.tracks], "total": len(found.tracks)})
        body = _body(asked)
        uris = body if isinstance(body, list) else body.get("uris", [])
        if len(uris) > BATCH:
            return _error(400, "You can add a maximum of 100 tracks per request.")
        if not all(re.fullmatch(r"spotify:track:[0-9A-Za-z]{22}", uri) for uri in uris):
            return _error(400, "Invalid track uri")
        self.written.append(f"{asked.method} items")
        found.tracks = list(uris) if asked.method == "PUT" else [*found.tracks, *uris]
        return as_json({"snapshot_id": made_id(f"{found.id}:{len(self.written)}")}, status=201)


def _body(asked: Asked) -> Any:
    return json.loads(asked.body or b"{}")


def _told(one: ShopList) -> Json:
    """A list as it is told; descriptions come with their signs escaped."""
    return {
        "id": one.id, "name": one.name, "description": escape(one.description), "public": one.public,
        "type": "playlist", "uri": f"spotify:playlist:{one.id}", "collaborative": False,
        "owner": {"id": one.owner.name},
        "external_urls": {"spotify": f"https://open.spotify.com/playlist/{one.id}"}, "snapshot_id": "x",
        "items": {"total": len(one.tracks)},
    }  # fmt: skip


def _error(status: int, message: str) -> Reply:
    return as_json({"error": {"status": status, "message": message}}, status=status)
