"""Spotify on the loopback: accounts, the page on which a member grants access, and the last fifty plays.

Authorization code with PKCE as it is checked there: a code works once and for ten minutes, the verifier must fit, a
renewed grant has a new refresh token, and six months after consent everything ends. All else is asked of the catalogue.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from html import escape as html
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from bot.rehearsal.providers.catalogue import ALBUMS
from bot.rehearsal.providers.listeners import Elsewhere, Listener, Play, find, track_id_of
from bot.rehearsal.providers.server import Asked, Reply, as_json
from bot.rehearsal.providers.spotify import TOKEN, spotify
from bot.rehearsal.providers.spotify_playlists import MINE, ListShelf

Json = dict[str, Any]

MOST = 50
CODE_LASTS = timedelta(minutes=10)
TOKEN_LASTS = timedelta(hours=1)
GRANT_LASTS = timedelta(days=181)
"""Six months, short ones."""
SPANS = {"short_term": 28, "medium_term": 182, "long_term": 365}
"""Days of what somebody likes."""
LOOPBACK = frozenset({"127.0.0.1", "::1"})
NOT_REGISTERED = (
    b"Check settings on developer.spotify.com/dashboard, the user may not be registered. "
    b"User not registered in the Developer Dashboard"
)


@dataclass(slots=True)
class Code:
    """What a member's consent gives a browser to bring back."""

    listener: Listener
    challenge: str
    back_to: str
    scopes: str
    until: datetime


@dataclass(slots=True)
class Grant:
    """What a code was redeemed for."""

    listener: Listener
    scopes: str
    ends_at: datetime
    revoked: bool = False


class SpotifyShop:
    """Answers for Spotify: its web service, its accounts, and the page on which a member grants access."""

    def __init__(self, elsewhere: Elsewhere) -> None:
        self._elsewhere = elsewhere
        self._codes: dict[str, Code] = {}
        self._access: dict[str, tuple[Grant, datetime]] = {}
        self._refresh: dict[str, Grant] = {}
        self.shelf = ListShelf()
        """Playlists of the accounts."""
        self.renewals = 0
        """How often a grant was renewed."""

    def __call__(self, asked: Asked) -> Reply | None:
        """Answer a request."""
        path = asked.path.rstrip("/")
        if path == "/authorize":
            return self._page(asked.query)
        if path == "/api/token" and asked.form.get("grant_type") in ("authorization_code", "refresh_token"):
            return self._token(asked.form)
        if path == MINE or path.startswith("/v1/playlists/") or (path == "/v1/search" and self._token_of(asked)):
            return self._for_member(asked)
        if path == "/v1/me" or path.startswith("/v1/me/"):
            return self._me(asked, path.removeprefix("/v1/me"))
        return spotify(asked)

    def revoke(self, listener: Listener) -> None:
        """The member takes back every grant: nothing of it is taken any more."""
        for grant in [*self._refresh.values(), *(held[0] for held in self._access.values())]:
            grant.revoked = grant.revoked or grant.listener is listener

    def spoil_tokens(self, listener: Listener) -> None:
        """Access tokens of an account are no longer taken, though its grants stand."""
        self._access = {token: held for token, held in self._access.items() if held[0].listener is not listener}

    def grant(self, listener: Listener, scopes: str) -> tuple[str, str]:
        """An access token and a refresh token, as a member's consent brings them."""
        return self._tokens(Grant(listener, scopes, self._elsewhere.now() + GRANT_LASTS))

    # Consent

    def _page(self, query: Mapping[str, str]) -> Reply:
        """The page where a member agrees: who comes signed in (`as`) has pressed the button."""
        back_to = query.get("redirect_uri", "")
        if query.get("response_type") != "code" or not query.get("client_id"):
            return _said(400, "INVALID_CLIENT: Invalid client")
        if not _may_redirect(back_to):
            return _said(400, "INVALID_CLIENT: Insecure redirect URI")
        if query.get("code_challenge_method") != "S256" or len(query.get("code_challenge", "")) != 43:
            return _said(400, "code_challenge must be S256")
        name = query.get("as", "")
        listener = find(self._elsewhere.spotify, name)
        if "deny" in query:
            return _back(back_to, error="access_denied", state=query.get("state", ""))
        if listener is None:
            return _said(200, f"{html(name) or 'Nobody'} is not signed in.")
        asked_for = query.get("scope", "").split()
        granted = [scope for scope in asked_for if listener.grants is None or scope in listener.grants]
        code = secrets.token_urlsafe(48)
        until = self._elsewhere.now() + CODE_LASTS
        self._codes[code] = Code(listener, query["code_challenge"], back_to, " ".join(granted), until)
        return _back(back_to, code=code, state=query.get("state", ""))

    def _token(self, form: Mapping[str, str]) -> Reply:
        now = self._elsewhere.now()
        if not form.get("client_id"):
            return _refused("invalid_client", "Invalid client")
        if form["grant_type"] == "refresh_token":
            return self._renewed(form.get("refresh_token", ""), now)
        code = self._codes.pop(form.get("code", ""), None)
        if code is None or now >= code.until:
            return _refused("invalid_grant", "Authorization code expired" if code else "Invalid authorization code")
        if form.get("redirect_uri") != code.back_to:
            return _refused("invalid_grant", "Invalid redirect URI")
        digest = sha256(form.get("code_verifier", "").encode()).digest()
        if urlsafe_b64encode(digest).rstrip(b"=").decode() != code.challenge:
            return _refused("invalid_grant", "code_verifier was incorrect")
        return self._granted(Grant(code.listener, code.scopes, now + GRANT_LASTS))

    def _renewed(self, refresh_token: str, now: datetime) -> Reply:
        grant = self._refresh.get(refresh_token)
        if grant is None or grant.revoked:
            return _refused("invalid_grant", "Refresh token revoked" if grant else "Invalid refresh token")
        if now >= grant.ends_at:
            return _refused("invalid_grant", "Refresh token expired")
        self.renewals += 1
        if not grant.listener.rotates:
            return self._granted(grant, keeps=refresh_token)
        del self._refresh[refresh_token]
        return self._granted(grant)

    def _granted(self, grant: Grant, *, keeps: str = "") -> Reply:
        access, refresh = self._tokens(grant, keeps=keeps)
        told = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": int(TOKEN_LASTS.total_seconds()),
            "scope": grant.scopes,
        }
        return as_json(told if keeps else {**told, "refresh_token": refresh})

    def _tokens(self, grant: Grant, *, keeps: str = "") -> tuple[str, str]:
        access, refresh = secrets.token_urlsafe(90), keeps or secrets.token_urlsafe(90)
        self._access[access] = (grant, self._elsewhere.now() + TOKEN_LASTS)
        self._refresh[refresh] = grant
        return access, refresh

    # The account

    def _token_of(self, asked: Asked) -> bool:
        """Whether the request has a member's token, one that counts or not."""
        return asked.headers.get("Authorization", "").removeprefix("Bearer ") != TOKEN

    def _granted_to(self, asked: Asked, now: datetime) -> Grant | Reply:
        """The grant of a request's token; refused in plain text for an account that is not on the app's list."""
        grant, until = self._access.get(asked.headers.get("Authorization", "").removeprefix("Bearer "), (None, now))
        if grant is None or grant.revoked or grant.listener.gone or now >= until:
            return _error(401, "The access token expired" if grant else "Invalid access token")
        return grant if grant.listener.allowed else Reply(NOT_REGISTERED, 403, "text/plain")

    def _for_member(self, asked: Asked) -> Reply | None:
        """Playlists, and the catalogue as it is asked with a member's token."""
        grant = self._granted_to(asked, self._elsewhere.now())
        if isinstance(grant, Reply):
            return grant
        if asked.path == "/v1/search":
            return spotify(replace(asked, headers={"Authorization": f"Bearer {TOKEN}"}))
        return self.shelf.answer(asked, grant.listener, grant.scopes.split())

    def _me(self, asked: Asked, path: str) -> Reply:
        """What stands below `/v1/me`."""
        now = self._elsewhere.now()
        grant = self._granted_to(asked, now)
        if isinstance(grant, Reply):
            return grant
        listener = grant.listener
        match path:
            case "":
                return as_json(_profile(listener))
            case "/player/recently-played":
                return self._recent(asked, grant, now)
            case "/top/artists" | "/top/tracks":
                return self._top(asked, grant, path.removeprefix("/top/"), now)
            case "/player/currently-playing" if "user-read-currently-playing" in grant.scopes.split():
                playing = listener.now_playing(now)
                return Reply(status=204) if playing is None else as_json(_playing(playing, now))
            case "/player/currently-playing":
                return _error(403, "Insufficient client scope")
            case _:
                return _error(404, "Resource not found")

    def _top(self, asked: Asked, grant: Grant, what: str, now: datetime) -> Reply:
        """What an account likes, by what it heard in a time: four weeks, six months, a year."""
        if "user-top-read" not in grant.scopes.split():
            return _error(403, "Insufficient client scope")
        limit, days = int(asked.query.get("limit", 20)), SPANS.get(asked.query.get("time_range", "medium_term"))
        if days is None or not 1 <= limit <= MOST:
            return _error(400, "Invalid limit" if days else "Invalid time range")
        plays = [one for one in grant.listener.told(now) if one.at > now - timedelta(days=days) and one.kind == "track"]
        items: list[Json]
        if what == "artists":
            names = Counter(play.artist for play in plays).most_common(limit)
            items = [{"name": name, "type": "artist", "genres": _genres(name)} for name, _ in names]
        else:
            played = {(play.artist, play.title): play for play in plays}
            counts = Counter((play.artist, play.title) for play in plays).most_common(limit)
            items = [_track(played[names]) for names, _ in counts]
        return as_json({"items": items, "total": len(items), "limit": limit, "offset": 0, "next": None})

    def _recent(self, asked: Asked, grant: Grant, now: datetime) -> Reply:
        if "user-read-recently-played" not in grant.scopes.split():
            return _error(403, "Insufficient client scope")
        limit = int(asked.query.get("limit", 20))
        if not 1 <= limit <= MOST:
            return _error(400, "Invalid limit")
        listener = grant.listener
        items = [_item(play) for play in listener.last_ended(now, min(limit, listener.page_limit))]
        listener.page_was_told()
        href = f"{asked.origin}{asked.path}"
        return as_json({"items": items, "next": None, "cursors": None, "limit": limit, "href": href})


def _genres(artist: str) -> list[str]:
    """Of an artist of the catalogue; of all others Spotify tells none, as of half of them in the world."""
    return list(dict.fromkeys(genre for each in ALBUMS if each.artist.name == artist for genre in each.genres))


def _profile(listener: Listener) -> Json:
    uri = f"spotify:user:{listener.name}"
    return {
        "account_id": listener.account_id, "display_name": listener.name, "id": listener.name, "images": [],
        "type": "user", "uri": uri, "external_urls": {"spotify": f"https://open.spotify.com/user/{listener.name}"},
    }  # fmt: skip


def _item(play: Play) -> Json:
    ended = play.ended_at
    return {
        "track": None if play.kind == "nothing" else _track(play),
        "played_at": f"{ended:%Y-%m-%dT%H:%M:%S}.{ended.microsecond // 1_000:03}Z",
        "context": None,
    }


def _playing(play: Play, now: datetime) -> Json:
    progress = int((now - play.at).total_seconds() * 1_000)
    return {
        "is_playing": True, "progress_ms": max(0, progress), "item": _track(play),
        "currently_playing_type": "episode" if play.kind == "episode" else "track",
    }  # fmt: skip


def _track(play: Play) -> Json:
    track_id = track_id_of(play)
    kind = "episode" if play.kind == "episode" else "track"
    track: Json = {
        "id": None if play.kind == "local" else track_id, "name": play.title, "type": kind, "disc_number": 1,
        "duration_ms": round(play.seconds * 1_000), "explicit": False, "is_local": play.kind == "local",
        "uri": f"spotify:{kind}:{track_id}", "external_urls": {"spotify": f"https://open.spotify.com/{kind}/{track_id}"},
    }  # fmt: skip
    if kind == "episode":
        return {**track, "show": {"name": play.album}}
    by = [{"name": play.artist, "type": "artist", "id": None, "external_urls": {}}]
    return {**track, "artists": by, "album": {"name": play.album, "artists": by, "images": [], "album_type": "album"}}


def _may_redirect(address: str) -> bool:
    """Whether a browser may be sent there: https, or this machine by number."""
    parts = urlsplit(address)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))


def _back(back_to: str, **told: str) -> Reply:
    parts = urlsplit(back_to)
    query = "&".join(part for part in (parts.query, urlencode(told)) if part)
    return Reply(status=302, headers={"Location": urlunsplit(parts._replace(query=query))})


def _said(status: int, text: str) -> Reply:
    return Reply(f"<h1>Spotify</h1><p>{text}</p>".encode(), status, "text/html")


def _refused(error: str, words: str) -> Reply:
    return as_json({"error": error, "error_description": words}, status=400)


def _error(status: int, message: str) -> Reply:
    return as_json({"error": {"status": status, "message": message}}, status=status)
