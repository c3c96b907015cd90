"""Last.fm: members' accounts. What it says of them, and the page on which a member grants us a session key.

<https://www.last.fm/api/webauth>. A session key never ends by itself and proves whose account it is; a public profile
is read without one. The key that members see in the page's address may be another one than the key we read with, so
that whoever copies it cannot use up our share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import md5
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from bot.domain.errors import Unavailable, Why
from bot.domain.listening.accounts import AccountRefused, Granted, NowPlaying, Profile, Standing
from bot.domain.listening.plays import Source
from bot.domain.manners import Pace
from bot.domain.ports import Manners
from bot.providers.answers import Answer, judge
from bot.providers.http import Http
from bot.providers.lastfm import ADDRESS, PACE
from bot.providers.lastfm_library import BUSY, DOWN, Pylast, children, error_code, text_in
from bot.providers.manners import FOR_PEOPLE, Gate, Patience
from bot.providers.shapes import name_of, number_of, text_of

if TYPE_CHECKING:
    from xml.dom.minidom import Document, Element

    import pylast

PAGE = "https://www.last.fm/api/auth/"
STANDINGS: Mapping[int, Standing] = {
    4: Standing.REVOKED,
    6: Standing.GONE,
    9: Standing.REVOKED,
    14: Standing.REVOKED,
    15: Standing.REVOKED,
    17: Standing.PRIVATE,
}
"""Errors that say what is the matter with an account, or with the token of its page."""
OUR_KEY = frozenset({10, 26})
"""Our key is wrong or suspended: no account is to blame, and only the operator can mend it."""
KEY_REST = timedelta(minutes=15)
"""So long nobody asks with a key that was refused."""
ONCE = replace(FOR_PEOPLE, tries=1)
"""A token of the page works once."""


class LastFmGranter:
    """Fulfils `Granter`; no `challenge` and no `verifier` are known there, a secret of ours signs instead."""

    source = Source.LASTFM

    def __init__(
        self,
        http: Http,
        manners: Manners,
        *,
        api_key: str,
        secret: str,
        address: str = ADDRESS,
        page: str = PAGE,
        pace: Pace = PACE,
        patience: Patience = ONCE,
    ) -> None:
        self._api_key = api_key
        self._page = page
        self._gate = Gate("lastfm", pace, manners, http.clock, patience)
        self._library = Pylast(
            http,
            self._gate,
            address=address,
            api_key=api_key,
            secret=secret,
            judge=lambda answer: judge_account(answer, "", http.clock.now()),
        )

    def page_address(self, *, state: str, challenge: str, back_to: str, wanted: str = "") -> str:
        """Where the member grants; it sends them to `back_to` with our `state` and a `token`, which is the code."""
        back = urlsplit(back_to)
        query = "&".join(part for part in (back.query, urlencode({"state": state})) if part)
        return f"{self._page}?{urlencode({'api_key': self._api_key, 'cb': urlunsplit(back._replace(query=query))})}"

    async def redeem(self, *, code: str, verifier: str, back_to: str) -> Granted:
        """The session key of a token. Raises `AccountRefused` for a token that is none or over, `Unavailable`."""
        granted = await self._library.ask(self._gate.visit(), lambda network: _session(network, code), _read_session)
        if granted is None:
            raise self._gate.unavailable(Why.GARBLED, "no session in the answer")
        return granted

    async def renew(self, refresh_token: str) -> Granted:
        """A session key has no end and is never renewed: one that is no longer taken was revoked."""
        raise AccountRefused(self.source, Standing.REVOKED)


def judge_account(answer: Answer, name: str, now: datetime) -> None:
    """Raise what an answer about an account means; its own code tells more than the status, which may be 200.

    Raises `AccountRefused` and `Unavailable`.
    """
    code = error_code(answer.body)
    standing = STANDINGS.get(code) if code is not None else None
    if standing is not None:
        raise AccountRefused(Source.LASTFM, standing, name)
    if code is None or (code in BUSY and answer.status == 429):  # then the time to wait may be told
        if not judge("lastfm", answer, now):
            raise Unavailable("lastfm", Why.GARBLED, None, f"{answer.status} from {answer.place}")
        return
    if code in OUR_KEY:
        raise Unavailable("lastfm", Why.REFUSED, now + KEY_REST, f"error {code}: our key is refused")
    why = Why.BUSY if code in BUSY else Why.DOWN if code in DOWN else Why.REFUSED
    raise Unavailable("lastfm", why, None, f"error {code}")


def signed(form: Mapping[str, str], secret: str) -> dict[str, str]:
    """A form with the signature that Last.fm wants of it; `format` is never signed."""
    text = "".join(f"{name}{value}" for name, value in sorted(form.items()) if name != "format")
    return {**form, "api_sig": md5((text + secret).encode(), usedforsecurity=False).hexdigest()}


def ask_profile(network: pylast.LastFMNetwork, name: str) -> Document:
    """One question for what pylast's own methods ask three for."""
    return network.get_user(name)._request("user.getInfo", False, {"user": name})


def read_profile(document: Document) -> Profile:
    """An account as its own page tells it."""
    user = document.getElementsByTagName("user")[0]
    name = name_of(text_in(user, "name"))
    since = number_of(children(user, "registered")[0].getAttribute("unixtime"))
    return Profile(
        external_id=name.lower(),
        name=name,
        plays=number_of(text_in(user, "playcount")) or 0,
        since=datetime.fromtimestamp(since, UTC) if since else None,
    )


def ask_now_playing(network: pylast.LastFMNetwork, name: str) -> Document:
    """One question; pylast's own method does not tell whose answer it is."""
    return network.get_user(name)._request("user.getRecentTracks", False, {"user": name, "limit": "1"})


def read_now_playing(document: Document) -> tuple[str, NowPlaying | None]:
    """Whose answer it is, and what plays there."""
    recent = document.getElementsByTagName("recenttracks")[0]
    playing = next((each for each in children(recent, "track") if each.getAttribute("nowplaying") == "true"), None)
    return recent.getAttribute("user"), _now_playing(playing) if playing is not None else None


def _now_playing(track: Element) -> NowPlaying | None:
    artist, title = text_of(text_in(track, "artist")), text_of(text_in(track, "name"))
    if not artist or not title:
        return None
    return NowPlaying(artist, title, text_of(text_in(track, "album")), text_of(text_in(track, "url")))


def _session(network: pylast.LastFMNetwork, token: str) -> tuple[str, str]:
    import pylast

    return pylast.SessionKeyGenerator(network).get_web_auth_session_key_username(None, token)


def _read_session(told: Any) -> Granted:
    key, name = told
    name = name_of(name)
    return Granted(Profile(external_id=name.lower(), name=name), access_token=name_of(key))
