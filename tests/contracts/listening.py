"""Every `ListenSource` that the contract suite tries: against kept answers, and against the rehearsal's shops."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.domain.errors import Why
from bot.domain.listening.accounts import Access, AccessStale, AccountRefused, NowPlaying, Standing
from bot.domain.ports import ListenSource, Manners
from bot.providers.http import Http
from bot.providers.lastfm_history import LastFmListens
from bot.providers.listenbrainz import ListenBrainz
from bot.providers.manners import Patience
from bot.providers.spotify_history import SpotifyListens
from bot.rehearsal.providers import Asked, Elsewhere, Fault, LoopbackProviders, Play, Reply, Shop, as_json, shops_with
from bot.rehearsal.providers.lastfm_listening import LastFmShop
from bot.rehearsal.providers.listeners import SECRET
from bot.rehearsal.providers.spotify_listening import SpotifyShop
from tests.contracts.cases import usual_faults
from tests.contracts.cassettes import CASSETTES, recorded
from tests.factories import NOW

API = Path(__file__).resolve().parents[3] / "shared" / "data" / "api"
KEY = "a-very-secret-key"
SCOPES = "user-read-recently-played user-read-currently-playing"
Told = tuple[str, str, datetime]
Maker = Callable[[LoopbackProviders, Http, Manners, Patience], ListenSource]


@dataclass(frozen=True)
class Mishap:
    """A fault of a service and its named outcome: the service does not serve us, or the account is refused."""

    fault: Fault
    outcome: Why | Standing
    waits: float | None = None
    """Seconds from now that `until` must name; None where it must name nothing."""
    stale: bool = False
    """Whether a renewed token may do."""


@dataclass(frozen=True)
class SetUp:
    """A service with an account in it."""

    shops: Mapping[str, Shop]
    access: Access
    plays: frozenset[Told]
    """Everything that a walk through the whole history tells."""
    playing: NowPlaying | None
    plays_in_all: int | None
    whole: bool = True
    """Whether the pages are all there is."""
    until: datetime = NOW


@dataclass(frozen=True)
class ListenCase:
    """An implementation, with a service to try it against."""

    name: str
    set_up: Callable[[], SetUp]
    source: Maker
    mishaps: Mapping[str, Mishap] = field(default_factory=dict[str, Mishap])


def lastfm(server: LoopbackProviders, http: Http, manners: Manners, patience: Patience) -> ListenSource:
    return LastFmListens(
        http,
        manners,
        api_key=KEY,
        secret=SECRET,
        address=f"{server.address('lastfm')}/2.0/",
        patience=patience,
        hurried=patience,
    )


def spotify(server: LoopbackProviders, http: Http, manners: Manners, patience: Patience) -> ListenSource:
    address = f"{server.address('spotify')}/v1"
    return SpotifyListens(http, manners, address=address, patience=patience, hurried=patience)


def listenbrainz(server: LoopbackProviders, http: Http, manners: Manners, patience: Patience) -> ListenSource:
    return ListenBrainz(http, manners, address=server.address("listenbrainz"), patience=patience, hurried=patience)


# The rehearsal's shops


def heard(count: int, *, seconds: int = 180) -> list[Play]:
    """So many plays one after the other, the last of them just over; every tenth begins with the one before."""
    plays: list[Play] = []
    for number in range(count, 0, -1):
        back = number + 1 if number % 10 == 0 else number
        at = NOW - timedelta(seconds=seconds * back + 60)
        plays.append(Play(at, f"Artist {number % 7}", f"Song {number}", f"Album {number % 5}", seconds=seconds))
    return plays


def _told(plays: list[Play]) -> frozenset[Told]:
    return frozenset((play.artist, play.title, play.at) for play in plays)


def _playing() -> Play:
    return Play(NOW - timedelta(seconds=30), "Now", "Playing", "Here", seconds=200)


def made_lastfm() -> SetUp:
    elsewhere, plays = Elsewhere(lambda: NOW), heard(230)
    ada = elsewhere.joins_lastfm("Ada", [*plays, _playing()])
    ada.page_limit = 40
    playing = NowPlaying("Now", "Playing", "Here", "https://www.last.fm/music/Now/_/Playing")
    return SetUp(shops_with(elsewhere), Access("ada", "Ada"), _told(plays), playing, 230)


def made_private_lastfm() -> SetUp:
    made = made_lastfm()
    shop = made.shops["lastfm"]
    assert isinstance(shop, LastFmShop)
    listener = shop._elsewhere.lastfm["ada"]
    listener.hides = True
    return replace(made, access=Access("ada", "Ada", shop.session_of(listener, KEY)))


def made_spotify() -> SetUp:
    elsewhere = Elsewhere(lambda: NOW)
    # Nothing else ends with the fiftieth.
    plays = [play for play in heard(75) if play.title != "Song 50"]
    listener = elsewhere.joins_spotify("ada", [*plays, _playing()])
    shops = shops_with(elsewhere)
    shop = shops["spotify"]
    assert isinstance(shop, SpotifyShop)
    token, _ = shop.grant(listener, SCOPES)
    last = sorted(plays, key=lambda play: play.ended_at)[-50:]
    playing = NowPlaying("Now", "Playing", "Here", "")
    return SetUp(shops, Access(listener.account_id, "ada", token), _told(last), playing, None, whole=False)


def made_listenbrainz() -> SetUp:
    elsewhere, plays = Elsewhere(lambda: NOW), heard(230)
    ada = elsewhere.joins_listenbrainz("ada", [*plays, _playing()])
    ada.page_limit = 40
    return SetUp(
        shops_with(elsewhere), Access("ada", "ada", ada.token), _told(plays), NowPlaying("Now", "Playing", "Here"), 230
    )


# Answers as they were recorded


def read(*path: str) -> Any:
    return json.loads(API.joinpath(*path).read_text(encoding="utf-8"))


class RecordedLastFm:
    """What Last.fm said once of one listener, with the shape of `extended` or without; pages are put together of it."""

    def __init__(self, *path: str) -> None:
        page = read(*path)["recenttracks"]
        self.tracks: list[dict[str, Any]] = [track for track in page["track"] if "date" in track]
        self.playing: list[dict[str, Any]] = [track for track in page["track"] if "date" not in track]
        self.info = recorded("TestPyLastUser.test_get_playcount", "method=user.getInfo")
        asked = "limit=11&from=1311261000&to=1311261300&page=1&method=user.getRecentTracks"
        self.recent = recorded("TestPyLastUser.test_get_recent_tracks_from_to", asked)

    def __call__(self, asked: Asked) -> Reply | None:
        form = asked.form
        if form.get("format") != "json":
            body = self.info if form["method"] == "user.getInfo" else self.recent
            return Reply(body.replace(b"RJ", b"testuser"), content_type="text/xml")
        first, before = int(form.get("from", 0)), int(form["to"])
        told = [track for track in self.tracks if first <= int(track["date"]["uts"]) < before]
        start = (int(form["page"]) - 1) * 60
        facts = {
            "perPage": "60", "totalPages": str(-(-len(told) // 60)), "page": form["page"], "user": "testuser",
            "total": str(len(told)),
        }  # fmt: skip
        return as_json({"recenttracks": {"track": [*self.playing, *told[start : start + 60]], "@attr": facts}})

    def plays(self) -> frozenset[Told]:
        return frozenset(
            (
                track["artist"].get("name") or track["artist"]["#text"],
                track["name"],
                datetime.fromtimestamp(int(track["date"]["uts"]), UTC),
            )
            for track in self.tracks
        )


def recorded_lastfm(*path: str) -> SetUp:
    shop = RecordedLastFm(*path)
    playing = NowPlaying("Crazy Frog", "Axel F", "Crazy Frog Presents Crazy Hits", "")
    return SetUp({"lastfm": shop}, Access("testuser", "testuser"), shop.plays(), playing, 149_018)


def recorded_spotify() -> SetUp:
    page, me = read("spotify_joostlek", "recently_played_tracks.json"), read("spotify_joostlek", "current_user.json")
    answers = {
        "/v1/me/player/recently-played": page,
        "/v1/me": me,
        "/v1/me/player/currently-playing": read("spotify_joostlek", "current_playing_track.json"),
    }
    plays = frozenset(
        (
            item["track"]["artists"][0]["name"],
            item["track"]["name"],
            datetime.fromisoformat(item["played_at"]) - timedelta(milliseconds=item["track"]["duration_ms"]),
        )
        for item in page["items"]
    )
    now = answers["/v1/me/player/currently-playing"]["item"]
    playing = NowPlaying(now["artists"][0]["name"], now["name"], now["album"]["name"], "")
    access = Access("testuser0001", me["display_name"], "a-token")

    def shop(asked: Asked) -> Reply | None:
        told = answers.get(asked.path.rstrip("/"))
        return None if told is None else as_json(told)

    return SetUp({"spotify": shop}, access, plays, playing, None, whole=False)


def recorded_listenbrainz() -> SetUp:
    page = read("listenbrainz", "get_listens_happy_path_response.json")
    listens = page["payload"]["listens"]

    def shop(asked: Asked) -> Reply | None:
        match asked.path.rpartition("/")[2]:
            case "listens":
                told = [each for each in listens if each["listened_at"] < int(asked.query["max_ts"])][:1_000]
                return as_json({"payload": {**page["payload"], "listens": told, "count": len(told)}})
            case "playing-now":
                return as_json(read("listenbrainz", "get_playing_now_happy_path_response.json"))
            case "validate-token":
                return as_json(read("listenbrainz", "token_validity_good_token_response.json"))
            case _:
                return as_json({"payload": {"count": len(listens)}})

    plays = frozenset(
        (
            each["track_metadata"]["artist_name"],
            each["track_metadata"]["track_name"],
            datetime.fromtimestamp(each["listened_at"], UTC),
        )
        for each in listens
    )
    name = "iliekcomputers"
    track = read("listenbrainz", "get_playing_now_happy_path_response.json")["payload"]["listens"][0]["track_metadata"]
    playing = NowPlaying(track["artist_name"], track["track_name"], track["release_name"])
    return SetUp({"listenbrainz": shop}, Access(name, name, "a-token"), plays, playing, len(listens))


# What goes wrong


def _answer(pattern: str, status: int, body: Any, **headers: str) -> Fault:
    """An error in JSON, or in text where it is a text."""
    text = body if isinstance(body, str) else json.dumps(body)
    kind = "text/plain" if isinstance(body, str) else "application/json"
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fault(pattern, "status", status=status, headers=told, body=text.encode(), content_type=kind)


def _usual(pattern: str, **others: Why | Standing) -> dict[str, Mishap]:
    """What can go wrong with any service, where some mean another thing than usually."""
    found: dict[str, Mishap] = {}
    for name, trouble in usual_faults(pattern).items():
        outcome = others.get(name.replace(" ", "_"), trouble.why)
        assert outcome is not None, name
        found[name] = Mishap(trouble.fault, outcome, trouble.waits)
    return found


def lastfm_mishaps() -> dict[str, Mishap]:
    def told(status: int, code: int, **headers: str) -> Fault:
        return _answer("lastfm/*", status, {"error": code, "message": f"{KEY} and words"}, **headers)

    def in_xml(status: int, code: int) -> Fault:
        body = f'<lfm status="failed"><error code="{code}">{KEY}</error></lfm>'.encode()
        return Fault("lastfm/*", "status", status=status, body=body, content_type="text/xml")

    return {
        **_usual("lastfm/*", **{"404": Why.GARBLED}),
        "nobody of that name": Mishap(told(404, 6), Standing.GONE),
        "nobody of that name, as a bad request": Mishap(told(400, 6), Standing.GONE),
        "backend failed": Mishap(told(500, 8), Why.DOWN),
        "backend failed, as a bad request": Mishap(told(400, 8), Why.DOWN),
        "an unauthorized token": Mishap(told(403, 4), Standing.REVOKED),
        "a session key revoked": Mishap(told(403, 9), Standing.REVOKED),
        "a wrong key": Mishap(told(403, 10), Why.REFUSED, 900),
        "a key suspended": Mishap(told(403, 26), Why.REFUSED, 900),
        "offline for a while, in a 200": Mishap(told(200, 11), Why.DOWN),
        "temporarily unavailable": Mishap(told(503, 16), Why.DOWN),
        "a private account": Mishap(told(403, 17), Standing.PRIVATE),
        "a private account, in a 200": Mishap(told(200, 17), Standing.PRIVATE),
        "a private account, in XML": Mishap(in_xml(403, 17), Standing.PRIVATE),
        "too often": Mishap(told(429, 29), Why.BUSY),
        "too often, with a time": Mishap(told(429, 29, Retry_After="30"), Why.BUSY, 30),
        "too often, in a 200": Mishap(told(200, 29), Why.BUSY),
        "an unknown error": Mishap(told(400, 3), Why.REFUSED),
    }


def spotify_mishaps() -> dict[str, Mishap]:
    api = "spotify/v1/*"
    quota = {"error": {"status": 429, "message": "Too many requests", "reason": "QUOTA_EXCEEDED"}}
    usual = _usual(api, **{"404": Why.REFUSED, "401": Standing.REVOKED, "403_in_plain_text": Standing.NOT_ALLOWED})
    return {
        **usual,
        "401": replace(usual["401"], stale=True),
        "the day's quota used up": Mishap(_answer(api, 429, quota, Retry_After="48925"), Why.BUSY, 48_925),
        "too often": Mishap(_answer(api, 429, {"error": {"status": 429}}, Retry_After="2"), Why.BUSY, 2),
        "an account not on the list, in words": Mishap(
            _answer(api, 403, "User not registered in the Developer Dashboard"), Standing.NOT_ALLOWED
        ),
        "an account not on the list, in JSON": Mishap(
            _answer(api, 403, {"error": {"status": 403, "message": "the user may not be registered."}}),
            Standing.NOT_ALLOWED,
        ),
        "an endpoint withdrawn": Mishap(
            _answer(api, 403, {"error": {"status": 403, "message": "Forbidden"}}), Why.REFUSED
        ),
        "an error that is a text": Mishap(_answer(api, 403, {"error": "forbidden"}), Why.REFUSED),
        "a page of some proxy": Mishap(_answer(api, 403, "<html>403</html>"), Why.REFUSED),
        "an invalid limit": Mishap(
            _answer(api, 400, {"error": {"status": 400, "message": "Invalid limit"}}), Why.REFUSED
        ),
    }


def listenbrainz_mishaps() -> dict[str, Mishap]:
    place = "listenbrainz/*"
    headers = {"X_RateLimit_Limit": "30", "X_RateLimit_Remaining": "0", "X_RateLimit_Reset_In": "7"}
    unknown = {"code": 404, "error": "Cannot find user: ada"}
    return {
        **_usual(place, **{"401": Standing.REVOKED, "404": Why.GARBLED}),
        "a bad token": Mishap(
            _answer(place, 401, {"code": 401, "error": "Invalid authorization token."}), Standing.REVOKED
        ),
        "nobody of that name": Mishap(_answer(place, 404, unknown), Standing.GONE),
        "too often": Mishap(_answer(place, 429, {"code": 429}, **headers), Why.BUSY, 7),
        "nothing at all": Mishap(_answer(place, 204, ""), Why.GARBLED),
    }


def outcome_of(error: BaseException) -> Why | Standing | None:
    """The named outcome that an error carries."""
    if isinstance(error, AccountRefused):
        return error.standing
    return getattr(error, "why", None)


def is_stale(error: BaseException) -> bool:
    return isinstance(error, AccessStale)


CASES = [
    ListenCase("Last.fm in rehearsal", made_lastfm, lastfm, lastfm_mishaps()),
    ListenCase("Last.fm in rehearsal, private, with a session key", made_private_lastfm, lastfm),
    ListenCase("Spotify in rehearsal", made_spotify, spotify, spotify_mishaps()),
    ListenCase("ListenBrainz in rehearsal", made_listenbrainz, listenbrainz, listenbrainz_mishaps()),
]
if CASSETTES.exists():
    page, other = (
        ("lastfm_lmammino", "recent_tracks_page.json"),
        ("lastfm_edit_vcr", "api_recent_tracks_dir_resp_001.txt"),
    )
    CASES += [
        ListenCase("Last.fm as recorded, extended", lambda: recorded_lastfm(*page), lastfm),
        ListenCase("Last.fm as recorded", lambda: recorded_lastfm(*other), lastfm),
        ListenCase("Spotify as recorded", recorded_spotify, spotify),
        ListenCase("ListenBrainz as recorded", recorded_listenbrainz, listenbrainz),
    ]
