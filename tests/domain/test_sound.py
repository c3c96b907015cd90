"""What sources tell is read with care; codes and addresses become what members read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.catalog import FoundAlbum, FoundTrack, Service, album_of_track, parse_link
from bot.domain.catalog.countries import NAMES, country_name
from bot.domain.catalog.sound import plain_address, sound_album, sound_track

ALBUM = FoundAlbum(Service.DEEZER, "Lamp", "Moth", 2018)


@pytest.mark.parametrize("title", ["", "\u200b", " \u202e\u2066 ", "\x00"])
def test_what_shows_no_title_is_nothing(title):
    assert sound_album(replace(ALBUM, title=title)) is None
    assert sound_track(FoundTrack(title)) is None


def test_names_are_cut_and_stand_on_one_line():
    album = sound_album(replace(ALBUM, title="La\nmp " + "x" * 600, artist="M\toth\u202e", country=" " * 80))
    assert album is not None
    assert (len(album.title), album.title[:6], album.artist, album.country) == (500, "La mp ", "M oth", "")


def test_numbers_that_cannot_be_are_left_out():
    tracks = (FoundTrack("One", duration_ms=0, isrc="gb-duw-00-00053"), FoundTrack("Two", duration_ms=10**9))
    album = sound_album(replace(ALBUM, year=3, track_count=-1, tracks=tracks * 150, barcode="12x"))
    assert album is not None
    assert (album.year, album.track_count, album.barcode, len(album.tracks)) == (None, None, "", 200)
    assert [track.position for track in album.tracks] == list(range(1, 201))
    assert (album.tracks[0].isrc, album.tracks[0].duration_ms, album.tracks[1].duration_ms) == (
        "GBDUW0000053",
        None,
        None,
    )


@pytest.mark.parametrize(
    "text",
    ["", "http://e.org/c", "https://", "https://u@e.org/", "https://e.org:81/", "https://[/", "https://e.org/\u200bx"],
)
def test_only_a_plain_secure_address_is_an_address(text):
    assert plain_address(text) is None
    assert plain_address("https://e.org/c.jpg?x=1") == "https://e.org/c.jpg?x=1"


def test_countries_are_names():
    assert [country_name(code) for code in ("gb", " JP ", "SU", "XW", "ZZ", "", "Atlantis")] == [
        "United Kingdom", "Japan", "Soviet Union", "", "", "", "Atlantis",
    ]  # fmt: skip
    assert all(len(code) == 2 and code.isupper() and name.strip() == name for code, name in NAMES.items())
    assert len(NAMES) == 255


@pytest.mark.parametrize(
    ("track", "album", "title"),
    [
        ("https://music.apple.com/de/album/blue/110?i=111", "https://music.apple.com/de/album/blue/110", ""),
        ("https://www.last.fm/music/Moth/Lamp/Forty+Watts", "https://www.last.fm/music/Moth/Lamp", "Forty Watts"),
    ],
)
def test_some_addresses_of_tracks_tell_their_album(track, album, title):
    link = parse_link(track)
    assert link is not None
    found = album_of_track(link)
    assert found is not None
    assert (found[0].url, found[1]) == (album, title)


@pytest.mark.parametrize(
    "address",
    [
        "https://www.last.fm/music/Moth/_/Forty+Watts",
        "https://music.apple.com/us/song/nude/1109715168",
        "https://www.deezer.com/track/3",
        "https://www.last.fm/music/Moth/Lamp",
    ],
)
def test_other_addresses_do_not(address):
    link = parse_link(address)
    assert link is not None
    assert album_of_track(link) is None
