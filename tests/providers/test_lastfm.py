"""Last.fm beyond the contract: recorded searches, odd shapes of its XML, names in addresses, and silence."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable

import pytest

from bot.domain.catalog import LinkKind, readable
from bot.domain.errors import Unavailable
from bot.providers.http import Http
from bot.providers.lastfm import LastFm
from bot.rehearsal.providers import Asked, Fault, LoopbackProviders, Reply
from bot.rehearsal.providers.lastfm import lastfm
from tests.contracts.cassettes import CASSETTES, recorded
from tests.contracts.lastfm import STAR, link_to
from tests.factories import MovableClock
from tests.factories.manners import FreeManners

KEY = "a-very-secret-key"
needs_recorded = pytest.mark.skipif(not CASSETTES.exists(), reason="the recorded answers are not at hand")

Answers = Callable[[str | bytes], None]


@pytest.fixture
async def server() -> AsyncGenerator[LoopbackProviders]:
    async with LoopbackProviders({"lastfm": lastfm}) as server:
        yield server


@pytest.fixture
async def source(server: LoopbackProviders) -> AsyncGenerator[LastFm]:
    http = Http(clock=MovableClock(), loopback=True, secrets=(KEY,))
    yield LastFm(http, FreeManners(), api_key=KEY, address=f"{server.address('lastfm')}/2.0/")
    await http.close()


@pytest.fixture
def answers(server: LoopbackProviders) -> Answers:
    """Makes Last.fm answer every question so; a text stands inside its usual frame."""

    def say(body: str | bytes) -> None:
        framed = body if isinstance(body, bytes) else f'<lfm status="ok">{body}</lfm>'.encode()
        server.shops["lastfm"] = lambda asked: Reply(framed, content_type="text/xml")

    return say


@needs_recorded
async def test_a_recorded_search_for_albums_is_read(source: LastFm, answers: Answers) -> None:
    answers(recorded("TestPyLastNetwork.test_album_search", "album=Nevermind&page=1&method=album.search"))
    found = await source.search_albums("nevermind", limit=50)
    first = found[0]
    assert len(found) == 50
    assert (first.title, first.artist, first.links[0]) == ("Nevermind", "Nirvana", link_to("Nirvana/Nevermind"))
    assert str(first.cover_url).endswith("/300x300/e8693de0a153e609b3eaebb42d62e8be.png")
    assert all(album.links[0].url.startswith("https://www.last.fm/music/") for album in found)


@needs_recorded
async def test_a_recorded_search_for_tracks_is_read(source: LastFm, answers: Answers) -> None:
    asked = "track=Smells+Like+Teen+Spirit&artist=Nirvana&page=1&method=track.search"
    answers(recorded("TestPyLastNetwork.test_track_search", asked))
    found = await source.search_tracks("smells like teen spirit nirvana")
    assert (found[0].title, found[0].artist) == ("Smells Like Teen Spirit", "Nirvana")
    assert found[0].album is None
    assert len(found) == 10


@needs_recorded
async def test_tags_that_are_no_genres_are_left_out(source: LastFm, answers: Answers) -> None:
    answers(recorded("TestPyLastTrack.test_album_tracks", "artist=Test+Artist&album=Test&method=album.getInfo"))
    album = await source.fetch_album(link_to("Test+Artist/Test"))
    assert album is not None
    assert album.genres == ("testing", "artisttagola", "m", "o"), "1 is none"
    assert [(track.title, track.duration_ms) for track in album.tracks] == [("TEST", 210_000)]


async def test_what_is_missing_is_left_blank(source: LastFm, answers: Answers) -> None:
    answers("<album><name>Bare</name><artist>A &amp; B</artist><tags/><tracks/><image size='large'/></album>")
    album = await source.fetch_album(link_to("A+&+B/Bare"))
    assert album is not None
    assert (album.artist, album.tracks, album.track_count, album.genres, album.cover_url) == (
        "A & B",
        (),
        None,
        (),
        None,
    )
    answers("<track><name>Lone</name><artist><name>A</name></artist><duration>0</duration></track>")
    track = await source.fetch_track(link_to("A/_/Lone", LinkKind.TRACK))
    assert track is not None
    assert (track.duration_ms, track.album, track.position) == (None, None, None)


async def test_the_star_is_no_cover(source: LastFm, answers: Answers) -> None:
    image = f"<image size='extralarge'>{STAR}</image>"
    answers(
        f"<results><albummatches><album><name/></album><album><name>X</name><artist>Y</artist>{image}</album></albummatches></results>"
    )
    (album,) = await source.search_albums("x y")
    assert album.cover_url is None


@pytest.mark.parametrize(("artist", "title"), [("AC/DC", "+"), ("Sigur Rós", "( )"), ("音楽", "A+B & C?"), ("%", "#1")])
async def test_an_album_without_an_address_gets_one_that_leads_back_to_it(
    source: LastFm, answers: Answers, server: LoopbackProviders, artist: str, title: str
) -> None:
    names = f"<name>{title.replace('&', '&amp;')}</name><artist>{artist}</artist>"
    answers(f"<results><albummatches><album>{names}</album></albummatches></results>")
    (album,) = await source.search_albums("anything")
    assert readable(album.links[0]) == (artist, title)
    asked: list[Asked] = []

    def listen(question: Asked) -> Reply:
        asked.append(question)
        return Reply(f'<lfm status="ok"><album>{names}</album></lfm>'.encode(), content_type="text/xml")

    server.shops["lastfm"] = listen
    assert await source.fetch_album(album.links[0]) is not None
    assert (asked[0].form["artist"], asked[0].form["album"]) == (artist, title)


async def test_a_hostile_document_is_not_expanded(source: LastFm, answers: Answers) -> None:
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    answers(f'<!DOCTYPE lfm [<!ENTITY l0 "lol">{lol}]><lfm status="ok"><album><name>&l9;</name></album></lfm>'.encode())
    with pytest.raises(Unavailable):
        await source.fetch_album(link_to("A/B"))


@pytest.mark.parametrize("status", [200, 403, 500])
async def test_nothing_secret_reaches_a_log_or_an_error(
    source: LastFm, server: LoopbackProviders, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    caplog.set_level(logging.DEBUG)
    if status != 200:
        body = f'<lfm status="failed"><error code="10">{KEY}</error></lfm>'.encode()
        server.add_fault(Fault("lastfm/*", "status", status=status, body=body))
    told = ""
    try:
        await source.search_albums("lamp")
    except Unavailable as unavailable:
        told = f"{unavailable!r} {unavailable.detail} {unavailable.__cause__!r} {unavailable.__context__!r}"
    assert bool(told) is (status != 200)
    assert KEY not in caplog.text + told
    assert all(KEY not in call.path + str(call.query) for call in server.calls), "the key is in the form alone"


def test_a_start_does_not_wait_for_the_libraries() -> None:
    seen = "import sys, bot.providers.spotify, bot.providers.lastfm, bot.providers.covers\n"
    seen += "print([name for name in ('spotipy', 'pylast', 'requests', 'httpx2', 'PIL') if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
