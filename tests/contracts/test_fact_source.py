"""Every service that tells what music is, against the rehearsal's shops: what it tells, and how it fails, by name."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.errors import Unavailable, Why
from bot.domain.ports import FactSource
from bot.domain.taste.facts import MOST_TAGS, Of, Teller, Told, traits_of
from bot.providers.http import Http
from bot.providers.lastfm_accounts import KEY_REST
from bot.providers.lastfm_facts import LastFmFacts
from bot.providers.manners import Patience
from bot.providers.musicbrainz_facts import MusicBrainzFacts
from bot.rehearsal.providers import Fault, LoopbackProviders, Reply, as_json
from bot.rehearsal.providers.lastfm import lastfm
from bot.rehearsal.providers.musicbrainz import musicbrainz
from tests.factories import NOW, MovableClock
from tests.factories.manners import FreeManners

KEY = "a-very-secret-key"
SHORT = Patience(total=2.0, call=0.6, tries=1, interactive=False)
TELLERS = (Teller.LASTFM, Teller.MUSICBRAINZ)


@dataclass
class Stand:
    """A source, and the server that it asks."""

    source: FactSource
    server: LoopbackProviders

    @property
    def shop(self) -> str:
        return self.source.teller.value

    def answers(self, body: Any) -> None:
        """Whatever is asked, this is answered: a text in Last.fm's frame, anything else in JSON."""
        framed = f'<lfm status="ok">{body}</lfm>'.encode()
        reply = Reply(framed, content_type="text/xml") if isinstance(body, str) else as_json(body)
        self.server.shops[self.shop] = lambda asked: reply


@pytest.fixture
async def stand_of() -> AsyncGenerator[Callable[[Teller], Stand]]:
    http = Http(clock=MovableClock(), loopback=True, secrets=(KEY,))
    async with LoopbackProviders({"lastfm": lastfm, "musicbrainz": musicbrainz}) as server:

        def made(teller: Teller) -> Stand:
            address = server.address(teller.value)
            if teller is Teller.LASTFM:
                source: FactSource = LastFmFacts(
                    http, FreeManners(), api_key=KEY, address=f"{address}/2.0/", patience=SHORT
                )
            else:
                source = MusicBrainzFacts(http, FreeManners(), address=address, patience=SHORT)
            return Stand(source, server)

        yield made
        await http.close()


@pytest.mark.parametrize("teller", TELLERS)
async def test_an_artist_and_an_album_are_told_of(stand_of, teller):
    source = stand_of(teller).source
    artist = await source.fetch_facts(Of.ARTIST, "the low tides")
    album = await source.fetch_facts(Of.ALBUM, "The Low Tides", "Glass Harbour")
    assert (artist.teller, artist.found, album.found) == (teller, True, True)
    assert next(iter(traits_of(Of.ARTIST, [artist]).genres)) == "indie rock"
    if teller is Teller.MUSICBRAINZ:
        assert traits_of(Of.ARTIST, [artist]).country == "United Kingdom"
        assert (album.year, traits_of(Of.ALBUM, [album]).decade) == (1997, 1990)
    else:
        assert (album.tags[0][1], traits_of(Of.ALBUM, [album]).decade) == (100, 1990)
        assert ("seen live", 61.0) in album.tags, "as it came: what it means is judged later"


@pytest.mark.parametrize("teller", TELLERS)
@pytest.mark.parametrize("names", [("Nobody At All",), ("The Low Tides", "No Such Album"), ("!!!",), ("Low Tides",)])
async def test_what_is_not_known_by_this_very_name_is_not_found(stand_of, teller, names):
    told = await stand_of(teller).source.fetch_facts(Of.ARTIST if len(names) == 1 else Of.ALBUM, *names)
    assert told == Told(teller, found=False) or (names == ("Low Tides",) and told.found)


@pytest.mark.parametrize("teller", TELLERS)
@pytest.mark.parametrize(
    ("fault", "why", "waits"),
    [
        (Fault(status=500), Why.DOWN, None),
        (Fault(status=429, headers={"Retry-After": "40"}), Why.BUSY, timedelta(seconds=40)),
        (Fault(status=503, headers={"Retry-After": "40"}), Why.BUSY, timedelta(seconds=40)),
        (Fault(status=403), Why.REFUSED, None),
        (Fault(kind="garbage"), Why.GARBLED, None),
        (Fault(kind="truncated"), Why.GARBLED, None),
        (Fault(kind="cut"), Why.DOWN, None),
        (Fault(kind="slow"), Why.SLOW, None),
    ],
    ids=lambda value: f"{value.kind} {value.status}" if isinstance(value, Fault) else "",
)
async def test_every_way_to_fail_has_its_name(stand_of, teller, fault, why, waits):
    stand = stand_of(teller)
    stand.server.add_fault(fault)
    with pytest.raises(Unavailable) as caught:
        await stand.source.fetch_facts(Of.ARTIST, "Moth")
    assert (caught.value.source, caught.value.why) == (stand.shop, why)
    assert caught.value.until == (None if waits is None else NOW + waits)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize(
    ("code", "why", "until"),
    [(8, Why.DOWN, None), (11, Why.DOWN, None), (16, Why.DOWN, None), (29, Why.BUSY, None),
     (10, Why.REFUSED, NOW + KEY_REST), (26, Why.REFUSED, NOW + KEY_REST), (3, Why.REFUSED, None)],
)  # fmt: skip
async def test_errors_of_lastfm_are_known_by_their_number(stand_of, status, code, why, until):
    stand = stand_of(Teller.LASTFM)
    body = f'<lfm status="failed"><error code="{code}">No</error></lfm>'.encode()
    stand.server.shops["lastfm"] = lambda asked: Reply(body, status, "text/xml")
    with pytest.raises(Unavailable) as caught:
        await stand.source.fetch_facts(Of.ARTIST, "Moth")
    assert (caught.value.why, caught.value.until) == (why, until)


async def test_tags_that_nobody_stands_for_and_all_too_many_are_left_out(stand_of):
    stand = stand_of(Teller.LASTFM)
    tags = [("nobody's", 0), ("", 5), ("Rock", 100), ("rock", 3), *((f"tag {place}", 50) for place in range(40))]
    stand.answers(
        "<toptags>"
        + "".join(f"<tag><name>{name}</name><count>{count}</count></tag>" for name, count in tags)
        + "</toptags>"
    )
    told = await stand.source.fetch_facts(Of.ARTIST, "Moth")
    assert told.tags[0] == ("rock", 100.0)
    assert len(told.tags) == MOST_TAGS
    stand.answers("<toptags></toptags>")
    assert not (await stand.source.fetch_facts(Of.ARTIST, "Moth")).found


async def test_of_artists_with_one_name_the_one_is_taken_whom_most_gave_genres(stand_of):
    stand = stand_of(Teller.MUSICBRAINZ)
    stand.answers({"artists": [
        {"id": "1", "name": "Nirvana", "country": "GB", "tags": [{"name": "psychedelic", "count": 3}]},
        {"id": "2", "name": "Nirvana", "country": "US", "tags": [{"name": "grunge", "count": 40},
                                                                {"name": "jazz", "count": -1}]},
        {"id": "3", "name": "Approaching Nirvana", "country": "CA", "tags": [{"name": "house", "count": 90}]},
        {"id": "4", "name": "Bliss", "aliases": [{"name": "Nirvana"}], "tags": [{"name": "ambient", "count": 99}]},
    ]})  # fmt: skip
    told = await stand.source.fetch_facts(Of.ARTIST, "Nirvana")
    assert (told.tags, told.country) == ((("grunge", 40.0),), "US")


async def test_an_area_that_is_a_country_stands_for_a_missing_code_and_a_city_does_not(stand_of):
    stand = stand_of(Teller.MUSICBRAINZ)
    for area, country in (("Iceland", "Iceland"), ("Reykjavík", "")):
        stand.answers({"artists": [{"id": "1", "name": "Múm", "area": {"name": area}}]})
        assert (await stand.source.fetch_facts(Of.ARTIST, "mum")).country == country


async def test_of_release_groups_with_one_name_the_album_is_taken_with_its_first_year(stand_of):
    stand = stand_of(Teller.MUSICBRAINZ)
    credit = [{"name": "Low", "artist": {"id": "1", "name": "Low"}}]
    stand.answers({"release-groups": [
        {"id": "1", "title": "Canada", "primary-type": "Single", "first-release-date": "2002", "artist-credit": credit},
        {"id": "2", "title": "Canada", "primary-type": "Album", "first-release-date": "1994-02-18",
         "artist-credit": credit, "tags": [{"name": "slowcore", "count": 2}]},
        {"id": "3", "title": "Canada", "primary-type": "Album", "first-release-date": "1970",
         "artist-credit": [{"name": "Somebody Else"}]},
    ]})  # fmt: skip
    told = await stand.source.fetch_facts(Of.ALBUM, "Low", "Canada")
    assert (told.year, told.tags) == (1994, (("slowcore", 2.0),))
