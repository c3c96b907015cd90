"""Spotify's last fifty plays: ends and starts, lateness, what is no music, grants, and recorded answers."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import Unavailable, Why
from bot.domain.listening.accounts import Access, AccessStale, AccountRefused, GrantTooSmall, Standing
from bot.providers.spotify_history import SpotifyListens
from bot.rehearsal.providers import Fault, Listener, Play, as_json
from bot.rehearsal.providers.histories import spotify_extended
from bot.services.manners import SharedManners
from db.session import Database
from tests.factories import NOW
from tests.factories.elsewhere import QUIET, Town, a_town, heard_before, titles

API = Path(__file__).resolve().parents[3] / "shared" / "data" / "api"
PERSON_A = API.parent / "listens" / "person-a-account-and-extended" / "personB__Streaming_History_Audio_2023_8.json"
needs_data = pytest.mark.skipif(not API.exists(), reason="the recorded answers are not at hand")


@pytest.fixture
async def town() -> AsyncGenerator[Town]:
    async with a_town() as town:
        yield town


def joins(town: Town, *plays: Play) -> Listener:
    return town.elsewhere.joins_spotify("ada", plays)


def replays(town: Town, *path: str) -> Any:
    """Makes Spotify answer everything with a file; what stands there."""
    body = json.loads(API.joinpath(*path).read_text(encoding="utf-8"))
    town.server.shops["spotify"] = lambda asked: as_json(body)
    return body


async def last_plays(town: Town, **more: Any) -> Any:
    return await town.spotify.fetch_history(town.spotify_access("ada", **more), since=None, until=town.clock.now())


async def test_a_play_began_its_own_length_before_it_is_said_to_have_been_played(town: Town) -> None:
    began = NOW - timedelta(minutes=10)
    joins(town, Play(began, "Artist", "Song", "Album", seconds=211.333))
    (play,) = (await last_plays(town)).plays
    assert (play.started_at, play.ended_at) == (began, began + timedelta(seconds=211.333))
    assert play.duration == timedelta(seconds=211.333)
    assert play.played is None, "how long it was heard is not told"
    assert (play.artist, play.title, play.album) == ("Artist", "Song", "Album")
    assert play.track_ref


async def test_all_fifty_are_asked_for_whatever_is_wanted_and_never_count_as_all_there_is(town: Town) -> None:
    joins(town, *heard_before(80))
    access = town.spotify_access("ada")
    day = timedelta(days=1)
    for since, until, newest in ((None, NOW, False), (NOW - day, NOW, True), (NOW - 9 * day, NOW - 8 * day, False)):
        page = await town.spotify.fetch_history(access, since=since, until=until, newest=newest)
        assert (len(page.plays), page.cursor, page.complete) == (50, "", False)
    asked = [call.query for call in town.server.calls if call.path == "/v1/me/player/recently-played"]
    assert asked == [{"limit": "50"}] * 3
    assert town.manners.people == [False, True, False]


async def test_plays_that_are_told_late_and_out_of_order_are_found_in_the_next_fifty(town: Town) -> None:
    hour = timedelta(hours=1)
    joins(
        town,
        Play(NOW - 3 * hour, "Artist", "Late", told_at=NOW + hour),
        Play(NOW - 2 * hour, "Artist", "In time"),
        Play(NOW - hour, "Artist", "Last"),
    )
    assert titles([await last_plays(town)]) == ["Last", "In time"]
    town.clock.move(hour)
    assert titles([await last_plays(town)]) == ["Last", "In time", "Late"]


async def test_what_is_no_music_of_the_catalogue_is_counted_and_left_out(town: Town) -> None:
    plays = heard_before(5)
    plays[1].kind, plays[2].kind, plays[3].kind = "episode", "local", "nothing"
    joins(town, *plays)
    page = await last_plays(town)
    assert (titles([page]), page.skipped) == (["Song 4", "Song 0"], 3)


async def test_the_first_artist_stands_for_a_play(town: Town) -> None:
    track = {
        "name": "Song", "duration_ms": 1_000, "artists": [{"name": "One"}, {"name": "Two"}],
        "type": "track", "is_local": False, "album": {"name": "Album"}, "id": "x" * 22,
    }  # fmt: skip
    rows = [
        {"track": track, "played_at": "2026-11-23T17:00:00Z"},
        {"item": track, "played_at": "2026-11-23T16:00:00.5Z"},
    ]
    town.server.shops["spotify"] = lambda asked: as_json({"items": rows})
    joins(town)
    page = await town.spotify.fetch_history(_anybody(), since=None, until=NOW)
    assert [(play.artist, play.started_at.second) for play in page.plays] == [("One", 59), ("One", 59)]


async def test_nothing_heard_and_nothing_said_are_no_plays(town: Town) -> None:
    joins(town)
    assert (await last_plays(town)).plays == ()
    town.server.add_fault(Fault("spotify/v1/me/player/recently-played", "status", status=204, body=b""))
    page = await last_plays(town)
    assert (page.plays, page.complete) == ((), False)


async def test_what_plays_now_is_told_and_silence_is_none(town: Town) -> None:
    ada = joins(town)
    access = town.spotify_access("ada")
    assert await town.spotify.fetch_now_playing(access) is None
    ada.playing = Play(NOW, "Artist", "Song", "Album")
    playing = await town.spotify.fetch_now_playing(access)
    assert playing is not None
    assert (playing.artist, playing.title, playing.album) == ("Artist", "Song", "Album")
    assert playing.url.startswith("https://open.spotify.com/track/")
    ada.playing.kind = "episode"
    assert await town.spotify.fetch_now_playing(access) is None


async def test_a_smaller_grant_tells_what_it_allows(town: Town) -> None:
    joins(town, *heard_before(2)).playing = Play(NOW, "Artist", "Song")
    only_past = town.spotify_access("ada", "user-read-recently-played")
    assert await town.spotify.fetch_now_playing(only_past) is None
    assert len((await town.spotify.fetch_history(only_past, since=None, until=NOW)).plays) == 2
    with pytest.raises(GrantTooSmall) as caught:
        await last_plays(town, scopes="user-top-read")
    assert caught.value.missing == ("user-read-recently-played",)


async def test_a_token_that_ended_is_stale_and_its_renewal_is_not(town: Town) -> None:
    ada = joins(town, *heard_before(2))
    access = town.spotify_access("ada")
    town.clock.move(timedelta(minutes=61))
    with pytest.raises(AccessStale):
        await town.spotify.fetch_history(access, since=None, until=NOW)
    assert len((await last_plays(town)).plays) == 2
    town.spotify_shop.revoke(ada)
    with pytest.raises(AccessStale):
        await town.spotify.fetch_profile(access)


async def test_an_account_that_the_apps_owner_has_not_let_in_is_told_so(town: Town) -> None:
    ada = joins(town, *heard_before(2))
    access = town.spotify_access("ada")
    ada.allowed = False
    for ask in (town.spotify.fetch_history(access, since=None, until=NOW), town.spotify.fetch_profile(access)):
        with pytest.raises(AccountRefused) as caught:
            await ask
        assert caught.value.standing is Standing.NOT_ALLOWED
        assert not isinstance(caught.value, AccessStale)


async def test_an_account_is_known_by_what_never_changes(town: Town) -> None:
    ada = joins(town)
    profile = await town.spotify.fetch_profile(town.spotify_access("ada"))
    assert (profile.external_id, profile.name, profile.plays) == (ada.account_id, "ada", None)
    town.server.shops["spotify"] = lambda asked: as_json({"id": "ada.old", "display_name": None})
    profile = await town.spotify.fetch_profile(_anybody())
    assert (profile.external_id, profile.name) == ("ada.old", "ada.old")


async def test_spotipy_asks_once_and_sleeps_never(town: Town) -> None:
    joins(town, *heard_before(2))
    fault = town.server.add_fault(Fault("spotify/v1/*", "status", status=429, headers={"Retry-After": "2"}))
    with pytest.raises(Unavailable) as caught:
        await last_plays(town)
    assert (fault.met, caught.value.until) == (1, NOW + timedelta(seconds=2))


async def test_a_spent_quota_holds_for_every_account_and_every_process(town: Town, database: Database) -> None:
    joins(town, *heard_before(2))
    access = town.spotify_access("ada")
    address = f"{town.server.address('spotify')}/v1"
    one, other = (
        SpotifyListens(town.http, SharedManners(database, town.clock), address=address, patience=QUIET)
        for _ in range(2)
    )
    body = b'{"error":{"status":429,"message":"Too many requests","reason":"QUOTA_EXCEEDED"}}'
    fault = Fault("spotify/v1/*", "status", status=429, headers={"Retry-After": "48925"}, body=body)
    town.server.add_fault(fault)
    for source in (one, other, one):
        with pytest.raises(Unavailable) as caught:
            await source.fetch_history(access, since=None, until=NOW)
        assert (caught.value.why, caught.value.until) == (Why.BUSY, NOW + timedelta(seconds=48_925))
    assert fault.met == 1, "nobody asked again"
    town.server.faults.clear()
    town.clock.move(timedelta(seconds=48_925))
    assert (await other.fetch_history(town.spotify_access("ada"), since=None, until=NOW)).plays


@needs_data
async def test_whoever_looks_every_half_hour_misses_nothing_of_a_real_history(town: Town) -> None:
    plays = spotify_extended(PERSON_A)
    begins = max(plays, key=lambda play: play.at).at - timedelta(days=5)
    some = [play for play in plays if play.at >= begins]
    town.clock.at = begins
    joins(town, *some)
    found: set[tuple[str, datetime]] = set()
    for _ in range(5 * 48 + 2):
        town.clock.move(timedelta(minutes=30))
        page = await town.spotify.fetch_history(
            town.spotify_access("ada"), since=None, until=town.clock.now(), newest=False
        )
        found |= {(play.title, play.ended_at) for play in page.plays if play.ended_at is not None}
    heard = {(play.title, play.ended_at) for play in some if (play.heard or 0) >= 30}
    assert len(heard) > 100
    assert found == heard


@needs_data
async def test_a_recorded_page_is_read_with_its_ends(town: Town) -> None:
    body = replays(town, "spotify_joostlek", "recently_played_tracks.json")
    page = await town.spotify.fetch_history(_anybody(), since=None, until=NOW)
    assert (len(page.plays), page.skipped) == (48, 0)
    first, told = page.plays[0], body["items"][0]
    ended_at = datetime(2026, 2, 25, 20, 15, 20, 497_000, tzinfo=UTC)
    assert first.ended_at == ended_at
    assert first.started_at == ended_at - timedelta(milliseconds=told["track"]["duration_ms"])
    ends = {play.ended_at for play in page.plays if play.ended_at is not None}
    near = [play for play in page.plays for end in ends if abs(play.started_at - end) <= timedelta(seconds=1)]
    assert len(near) >= 21, "a play begins where the one before ended"


@needs_data
@pytest.mark.parametrize(
    "path",
    [
        ("spotify_zmb3", "player_recently_played.txt"),
        ("listenbrainz", "lbserver_spotify_recently_played_submitted.json"),
    ],
)
async def test_older_recorded_pages_are_read_too(town: Town, path: tuple[str, ...]) -> None:
    body = replays(town, *path)
    page = await town.spotify.fetch_history(_anybody(), since=None, until=NOW)
    assert len(page.plays) == len(body["items"]) - page.skipped > 0
    assert {play.title for play in page.plays} <= {" ".join(item["track"]["name"].split()) for item in body["items"]}


@needs_data
@pytest.mark.parametrize(
    ("path", "plays"),
    [
        (("spotify_joostlek", "current_playing_track.json"), True),
        (("spotify_joostlek", "playback_episode_1.json"), False),
        (("spotify_misc", "multiscrobbler_currentPlaybackState.json"), None),
        (("spotify_zmb3", "player_currently_playing.txt"), None),
    ],
)
async def test_recorded_players_are_read(town: Town, path: tuple[str, ...], plays: bool | None) -> None:
    body = replays(town, *path)
    plays = bool(body["is_playing"]) if plays is None else plays
    playing = await town.spotify.fetch_now_playing(_anybody())
    assert (playing is not None) is plays
    if playing is not None:
        assert playing.title == body["item"]["name"]


def _anybody() -> Access:
    return Access("anybody", "anybody", "a-token")
