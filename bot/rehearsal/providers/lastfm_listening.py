"""Last.fm on the loopback: accounts and what they heard, in JSON and in the XML that pylast reads, quirks included.

What is playing comes first on every page and has no date; a page of one entry is no list; numbers are texts; a session
key opens what an account hides. Everything else is asked of the catalogue.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import md5
from html import escape as html
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit, urlunsplit
from xml.sax.saxutils import escape, quoteattr

from bot.rehearsal.providers.lastfm import lastfm
from bot.rehearsal.providers.listeners import Elsewhere, Listener, Play, find
from bot.rehearsal.providers.server import Asked, Reply, as_json

Json = dict[str, Any]

STAR = "https://lastfm.freetls.fastly.net/i/u/{}/2a96cbd8b46e442fc41c2b86b821562f.png"
STARS = [
    {"size": size, "#text": STAR.format(side)}
    for size, side in (("small", "34s"), ("medium", "64s"), ("large", "174s"), ("extralarge", "300x300"))
]
USUAL_LIMIT = 50
TOKEN_LASTS = timedelta(minutes=60)
STATUS = {4: 403, 6: 404, 9: 403, 10: 403, 13: 403, 14: 403, 15: 403, 17: 403}
WORDS = {
    4: "Unauthorized Token - This token has not been issued",
    6: "User not found",
    9: "Invalid session key - Please re-authenticate",
    10: "Invalid API key - You must be granted a valid key by last.fm",
    13: "Invalid method signature supplied",
    15: "This token has expired",
    17: "Login: User required to be logged in",
}


class Failed(Exception):  # noqa: N818 - what it did
    """A question that Last.fm answers with one of its errors."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class LastFmShop:
    """Answers for Last.fm: its web service, and the page on which a member lets us in."""

    def __init__(self, elsewhere: Elsewhere) -> None:
        self._elsewhere = elsewhere
        self._tokens: dict[str, tuple[Listener, str, datetime]] = {}
        """By token: who agreed, to whose key, until when it works."""
        self._sessions: dict[str, tuple[Listener, str]] = {}

    def __call__(self, asked: Asked) -> Reply | None:
        """Answer a request."""
        if asked.path.rstrip("/") == "/api/auth":
            return self._page(asked.query)
        form = asked.form or asked.query
        method = form.get("method", "")
        if asked.path != "/2.0/" or not method.startswith(("user.", "auth.")):
            return lastfm(asked)
        in_json = form.get("format") == "json"
        try:
            if not form.get("api_key"):
                raise Failed(10)
            match method:
                case "auth.getSession":
                    return self._session(form)
                case "user.getInfo":
                    return _info(self._listener(form), self._elsewhere.now())
                case "user.getRecentTracks":
                    return self._recent(form, in_json)
                case "user.getTopArtists" | "user.getTopAlbums" | "user.getTopTags":
                    return _top(
                        method, self._listener(form), self._elsewhere.now(), int(form.get("limit", USUAL_LIMIT))
                    )
                case _:
                    return lastfm(asked)
        except Failed as failed:
            return _failed(failed.code, in_json)

    def revoke(self, listener: Listener) -> None:
        """The member takes back every session key."""
        self._sessions = {key: held for key, held in self._sessions.items() if held[0] is not listener}

    def session_of(self, listener: Listener, api_key: str) -> str:
        """A session key as a member's consent brings it."""
        key = secrets.token_hex(16)
        self._sessions[key] = (listener, api_key)
        return key

    # Inside

    def _page(self, query: Mapping[str, str]) -> Reply:
        """The page where a member agrees: who comes signed in (`as`) has pressed the button."""
        back_to, api_key = query.get("cb", ""), query.get("api_key", "")
        if not back_to or not api_key:
            return Reply(b"<h1>Invalid API key</h1>", 403, "text/html")
        name = query.get("as", "")
        listener = find(self._elsewhere.lastfm, name)
        if listener is None:
            text = f"<h1>Connect your Last.fm account</h1><p>{html(name) or 'Nobody'} is not signed in.</p>"
            return Reply(text.encode(), content_type="text/html")
        token = secrets.token_urlsafe(24)
        self._tokens[token] = (listener, api_key, self._elsewhere.now() + TOKEN_LASTS)
        back = urlsplit(back_to)
        together = "&".join(part for part in (back.query, urlencode({"token": token})) if part)
        return Reply(status=302, headers={"Location": urlunsplit(back._replace(query=together))})

    def _session(self, form: Mapping[str, str]) -> Reply:
        self._check_signature(form)
        listener, api_key, until = self._tokens.pop(form.get("token", ""), (None, "", None))
        if listener is None or until is None or api_key != form["api_key"]:
            raise Failed(4)
        if self._elsewhere.now() >= until:
            raise Failed(15)
        key = self.session_of(listener, api_key)
        return _answered(
            f"<session><name>{escape(listener.name)}</name><key>{key}</key><subscriber>0</subscriber></session>"
        )

    def _check_signature(self, form: Mapping[str, str]) -> None:
        named = sorted((name, value) for name, value in form.items() if name not in ("format", "callback", "api_sig"))
        text = "".join(f"{name}{value}" for name, value in named) + self._elsewhere.lastfm_secret
        if form.get("api_sig") != md5(text.encode(), usedforsecurity=False).hexdigest():
            raise Failed(13)

    def _listener(self, form: Mapping[str, str]) -> Listener:
        """Who is asked for; raises `Failed`."""
        listener = find(self._elsewhere.lastfm, form.get("user", ""))
        key = form.get("sk")
        if key is not None:
            self._check_signature(form)
            if key not in self._sessions or self._sessions[key][1] != form["api_key"]:
                raise Failed(9)
        if listener is None:
            raise Failed(6)
        return listener

    def _recent(self, form: Mapping[str, str], in_json: bool) -> Reply:
        listener = self._listener(form)
        own = form.get("sk") is not None and self._sessions[form["sk"]][0] is listener
        if listener.hides and not own:
            raise Failed(17)
        now = self._elsewhere.now()
        limit = max(1, min(int(form.get("limit", USUAL_LIMIT)), listener.page_limit))
        number = max(1, int(form.get("page", 1)))
        first, before = (int(form[name]) if name in form else None for name in ("from", "to"))
        plays = listener.within(now, first, before)
        facts = {
            "perPage": str(limit),
            "totalPages": str(-(-len(plays) // limit)),
            "page": str(number),
            "user": listener.name,
            "total": str(len(plays)),
        }
        page, playing = plays[(number - 1) * limit : number * limit], listener.now_playing(now)
        if listener.strangers:
            listener.strangers -= 1
            facts, page = {**facts, "user": "somebody_else"}, [Play(now, "Somebody Else", "Elsewhere")]
        reply = _in_json(page, playing, facts) if in_json else _in_xml(page, playing, facts)
        listener.page_was_told()
        return reply


def _in_json(page: list[Play], playing: Play | None, facts: Json) -> Reply:
    told = [_track(play, dated=True) for play in page]
    if playing is not None:
        told.insert(0, {**_track(playing, dated=False), "@attr": {"nowplaying": "true"}})
    return as_json({"recenttracks": {"track": told[0] if len(told) == 1 else told, "@attr": facts}})


def _track(play: Play, *, dated: bool) -> Json:
    told: Json = {
        "artist": {"mbid": "", "#text": play.artist},
        "streamable": "0",
        "image": STARS,
        "mbid": "",
        "album": {"mbid": "", "#text": play.album},
        "name": play.title,
        "url": _address(play),
    }
    if dated:
        told["date"] = {"uts": str(play.second), "#text": f"{play.at:%d %b %Y, %H:%M}"}
    return told


def _in_xml(page: list[Play], playing: Play | None, facts: Json) -> Reply:
    told = [_node(play, f'<date uts="{play.second}">{play.at:%d %b %Y, %H:%M}</date>') for play in page]
    if playing is not None:
        told.insert(0, _node(playing, "").replace("<track>", '<track nowplaying="true">', 1))
    said = " ".join(f"{name}={quoteattr(value)}" for name, value in facts.items())
    return _answered(f"<recenttracks {said}>{''.join(told)}</recenttracks>")


def _node(play: Play, date: str) -> str:
    return (
        f'<track><artist mbid="">{escape(play.artist)}</artist><name>{escape(play.title)}</name>'
        f'<streamable>0</streamable><mbid></mbid><album mbid="">{escape(play.album)}</album>'
        f"<url>{escape(_address(play))}</url>{date}</track>"
    )


def _top(method: str, listener: Listener, now: datetime, limit: int) -> Reply:
    """What an account has heard most of all, and the tags it gave; answers for somebody else as other questions do."""
    user = quoteattr("somebody_else" if listener.strangers else listener.name)
    listener.strangers = max(0, listener.strangers - 1)
    plays = listener.told(now)
    if method == "user.getTopTags":
        tags = [f"<tag><name>{escape(tag)}</name><count>{count}</count></tag>" for tag, count in listener.tags.items()]
        return _answered(f"<toptags user={user}>{''.join(tags[:limit])}</toptags>")
    if method == "user.getTopArtists":
        artists = Counter(play.artist for play in plays).most_common(limit)
        told = [
            f"<artist><name>{escape(name)}</name><playcount>{count}</playcount><mbid></mbid></artist>"
            for name, count in artists
        ]
        return _answered(f'<topartists user={user} page="1">{"".join(told)}</topartists>')
    albums = Counter((play.artist, play.album) for play in plays if play.album).most_common(limit)
    told = [
        f"<album><name>{escape(album)}</name><playcount>{count}</playcount><mbid></mbid>"
        f"<artist><name>{escape(artist)}</name></artist></album>"
        for (artist, album), count in albums
    ]
    return _answered(f'<topalbums user={user} page="1">{"".join(told)}</topalbums>')


def _info(listener: Listener, now: datetime) -> Reply:
    since = int(listener.since.timestamp())
    return _answered(
        f"<user><name>{escape(listener.name)}</name><realname></realname><playcount>{len(listener.told(now))}</playcount>"
        f'<url>https://www.last.fm/user/{quote_plus(listener.name)}</url><registered unixtime="{since}">{since}'
        "</registered></user>"
    )


def _address(play: Play) -> str:
    return f"https://www.last.fm/music/{quote_plus(play.artist)}/_/{quote_plus(play.title)}"


def _answered(inside: str) -> Reply:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<lfm status="ok">{inside}</lfm>'
    return Reply(body.encode(), content_type="text/xml")


def _failed(code: int, in_json: bool) -> Reply:
    if in_json:
        return as_json({"error": code, "message": WORDS[code]}, status=STATUS[code])
    body = f'<lfm status="failed"><error code="{code}">{WORDS[code]}</error></lfm>'
    return Reply(body.encode(), STATUS[code], "text/xml")
