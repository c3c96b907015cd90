"""ListenBrainz on the loopback: what its members heard, everybody's to read, and whose a token is."""

from __future__ import annotations

import re
from typing import Any

from bot.rehearsal.providers.listeners import Elsewhere, Listener, Play, find, made_id
from bot.rehearsal.providers.server import Asked, Reply, as_json

Json = dict[str, Any]

USUAL_COUNT = 25
PLACE = re.compile(r"/1/user/(?P<name>.+)/(?P<what>listens|playing-now|listen-count)")


class ListenBrainzShop:
    """Answers for ListenBrainz."""

    def __init__(self, elsewhere: Elsewhere) -> None:
        self._elsewhere = elsewhere

    def __call__(self, asked: Asked) -> Reply | None:
        """Answer a request; a token that is nobody's is refused, none at all is fine."""
        given = asked.headers.get("Authorization", "").removeprefix("Token ").strip()
        owner = next((each for each in self._elsewhere.listenbrainz.values() if each.token == given), None)
        if asked.path == "/1/validate-token":
            return _validity(owner)
        if given and owner is None:
            return _error(401, "Invalid authorization token.")
        place = PLACE.fullmatch(asked.path)
        if place is None:
            return None
        name = place["name"]
        listener = find(self._elsewhere.listenbrainz, name)
        if listener is None:
            return _error(404, f"Cannot find user: {name}")
        match place["what"]:
            case "listens":
                return self._listens(asked, listener)
            case "playing-now":
                playing = listener.now_playing(self._elsewhere.now())
                return _payload(listener, [] if playing is None else [_playing(playing)], playing_now=True)
            case _:
                return as_json({"payload": {"count": len(listener.told(self._elsewhere.now()))}})

    def _listens(self, asked: Asked, listener: Listener) -> Reply:
        count = min(int(asked.query.get("count", USUAL_COUNT)), listener.page_limit)
        after, before = (int(asked.query[name]) if name in asked.query else None for name in ("min_ts", "max_ts"))
        if after is not None and before is not None:
            return _error(400, "You cannot specify max_ts and min_ts at the same time.")
        now = self._elsewhere.now()
        plays = listener.within(now, None if after is None else after + 1, before)
        # After an instant the plays nearest to it are told, still the newest first.
        plays = plays[-count:] if after is not None else plays[:count]
        every = listener.told(now)
        facts: Json = {"oldest_listen_ts": every[0].second, "latest_listen_ts": every[-1].second} if every else {}
        if listener.strangers:
            listener.strangers -= 1
            facts["user_id"] = "somebody_else"
        reply = _payload(listener, [_listen(play) for play in plays], **facts)
        listener.page_was_told()
        return reply


def _validity(owner: Listener | None) -> Reply:
    if owner is None or owner.gone:
        return as_json({"code": 200, "message": "Token invalid.", "valid": False})
    return as_json({"code": 200, "message": "Token valid.", "valid": True, "user_name": owner.name})


def _payload(listener: Listener, listens: list[Json], **facts: Any) -> Reply:
    return as_json({"payload": {"count": len(listens), "listens": listens, "user_id": listener.name, **facts}})


def _listen(play: Play) -> Json:
    told = _playing(play)
    return {**told, "listened_at": play.second, "inserted_at": play.second, "user_name": "whoever"}


def _playing(play: Play) -> Json:
    msid = made_id(f"{play.artist}:{play.title}")
    about = {"duration_ms": round(play.seconds * 1_000), "recording_msid": msid, "submission_client": "a player"}
    track = {"artist_name": play.artist, "track_name": play.title, "additional_info": about}
    if play.album:
        track["release_name"] = play.album
    return {"track_metadata": track, "recording_msid": msid}


def _error(status: int, words: str) -> Reply:
    return as_json({"code": status, "error": words}, status=status)
