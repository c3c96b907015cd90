"""Albums are told apart, linked and read out of what members type; nothing that is pasted breaks the reading."""

from __future__ import annotations

import unicodedata
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.catalog import (
    TITLE_LIMIT,
    TRACKS_LIMIT,
    Link,
    LinkKind,
    Service,
    canonical_url,
    decade_of,
    find_link,
    identity_key,
    normalised,
    parse_link,
    parse_track_list,
    readable,
    service_name,
    understand,
    visible,
)
from bot.domain.errors import AlbumNeeded, TextTooLong

SPOTIFY_ID = "6dVIqQ8qmQ5GBnJ9shOYGE"
UUID = "b1392450-e666-3926-a536-22c65f834433"

anything = st.text(st.characters(), max_size=80) | st.text(
    st.sampled_from("aA éø. '&+-,!()theAN\u200b\u202e\u0301ｶﾞが한")
)


# --- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Beatles", "beatles"),
        ("Beatles, The", "The Beatles"),
        ("Sigur Rós", "SIGUR ROS"),
        ("Simon & Garfunkel", "Simon and Garfunkel"),
        ("Florence + The Machine", "Florence and the Machine"),
        ("R.E.M.", "REM"),
        ("AC/DC", "ac-dc"),
        ("Don’t Look Back", "Dont look back"),
        ("Motörhead", "Moto\u0308rhead"),
        ("Mø", "mo"),
        ("Straße", "STRASSE"),
        ("ＯＫ Ｃｏｍｐｕｔｅｒ", "ok computer"),
        ("OK\u200b Com\u202eputer", "OK Computer"),
        ("  In   Rainbows\n", "in rainbows"),
        ("ガ", "ｶﾞ"),
    ],
)
def test_spellings_of_one_name_are_one(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("か", "が"), ("Low", "Lows"), ("1989", "1999"), ("!!!", "???"), ("한", "하"), ("นา", "น")],
)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("The The", "the"),
        ("The", "the"),
        ("A", "a"),
        ("!!!", "!!!"),
        ("( )", "( )"),
        ("÷", "÷"),
        ("★", "★"),
        ("東京事変", "東京事変"),
        ("방탄소년단", "방탄소년단"),
        ("", ""),
        ("\u200b \u202e", ""),
    ],
)
def test_a_name_of_signs_or_articles_keeps_them(name: str, expected: str) -> None:
    assert normalised(name) == expected


def test_every_letter_and_sign_normalises_to_something_stable() -> None:
    for code in (*range(0x3400), *range(0xF900, 0x10000), *range(0x1D400, 0x1D800), *range(0x1F000, 0x1FB00)):
        char = chr(code)
        once = normalised(char)
        assert normalised(once) == once, hex(code)
        assert bool(once) == bool(visible(char).strip()), hex(code)


@given(st.text(alphabet="aAthenTHE09 zé", max_size=12))
@example("The Animals")
@example("a the")
def test_words_alone_are_read_like_words_beside_a_sign(name: str) -> None:
    assert normalised(name) == normalised(f"{name} !") or not name.strip()


@given(anything)
@example("The A Team")
@example("a.b.c, the")
@example("ﷺ")
@example("カ'゙")
def test_normalising_again_changes_nothing_and_leaves_nothing_empty(name: str) -> None:
    once = normalised(name)
    assert normalised(once) == once
    assert bool(once) == bool(visible(name).strip())
    assert once == " ".join(once.split())


@given(anything)
def test_only_what_shows_is_visible(text: str) -> None:
    shown = visible(text)
    assert visible(shown) == shown
    assert all(char in "\n\t\u200c\u200d" or unicodedata.category(char) not in ("Cc", "Cf", "Cs") for char in shown)
    shown.encode()


def test_joiners_stay_where_scripts_and_emoji_need_them() -> None:
    assert visible("👩‍🎤") == "👩‍🎤"
    assert visible("می‌خواهم") == "می‌خواهم"
    assert visible("a\u200db\u200c") == "ab"


def test_line_breaks_of_every_kind_are_one_kind() -> None:
    assert visible("a\r\nb\rc\u2028d\x0be") == "a\nb\nc\nd\ne"


def test_the_same_album_has_the_same_key_and_another_year_another() -> None:
    assert identity_key("The Wall", "Pink Floyd", 1979) == identity_key("wall", "PINK FLOYD", 1979)
    assert identity_key("The Wall", "Pink Floyd", 1979) != identity_key("The Wall", "Pink Floyd")
    assert identity_key("A B", "C") != identity_key("B", "C A")


@given(anything, anything, st.none() | st.integers(1000, 2999))
def test_a_key_fits_an_index(title: str, artist: str, year: int | None) -> None:
    assert len(identity_key(title * 50, artist * 50, year).encode()) <= 1_000


def test_long_keys_still_tell_albums_apart() -> None:
    assert identity_key("x" * 500 + "a", "y" * 500) != identity_key("x" * 500 + "b", "y" * 500)


@pytest.mark.parametrize(("year", "decade"), [(1997, "1990s"), (2000, "2000s"), (2009, "2000s"), (1969, "1960s")])
def test_a_year_has_its_decade(year: int, decade: str) -> None:
    assert decade_of(year) == decade


# --- links ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "service", "kind", "external_id", "url"),
    [
        (
            f"https://open.spotify.com/intl-de/album/{SPOTIFY_ID}?si=abc",
            "spotify",
            "album",
            SPOTIFY_ID,
            f"https://open.spotify.com/album/{SPOTIFY_ID}",
        ),
        (
            f"spotify:album:{SPOTIFY_ID}",
            "spotify",
            "album",
            SPOTIFY_ID,
            f"https://open.spotify.com/album/{SPOTIFY_ID}",
        ),
        (f"open.spotify.com/track/{SPOTIFY_ID}", "spotify", "track", SPOTIFY_ID, None),
        (f"HTTPS://OPEN.SPOTIFY.COM/playlist/{SPOTIFY_ID}", "spotify", "playlist", SPOTIFY_ID, None),
        (f"http://open.spotify.com/embed/artist/{SPOTIFY_ID}/", "spotify", "artist", SPOTIFY_ID, None),
        ("https://spotify.link/aB3dE5", "spotify", "unknown", "aB3dE5", "https://spotify.link/aB3dE5"),
        (
            "https://music.apple.com/us/album/in-rainbows/1109714933?uo=4",
            "apple_music",
            "album",
            "1109714933",
            "https://music.apple.com/us/album/in-rainbows/1109714933",
        ),
        (
            "https://music.apple.com/de/album/in-rainbows/1109714933?i=1109715066",
            "apple_music",
            "track",
            "1109715066",
            "https://music.apple.com/de/album/in-rainbows/1109714933?i=1109715066",
        ),
        ("https://itunes.apple.com/us/album/id1109714933", "apple_music", "album", "1109714933", None),
        ("https://music.apple.com/us/song/nude/1109715168", "apple_music", "track", "1109715168", None),
        ("https://music.apple.com/us/playlist/x/pl.u-8aAVX", "apple_music", "playlist", "pl.u-8aAVX", None),
        ("https://www.deezer.com/de/album/302127", "deezer", "album", "302127", "https://www.deezer.com/album/302127"),
        ("deezer.com/track/3135556?x=1", "deezer", "track", "3135556", None),
        ("https://deezer.page.link/abcD1", "deezer", "unknown", "abcD1", "https://deezer.page.link/abcD1"),
        ("https://link.deezer.com/s/30aB", "deezer", "unknown", "s/30aB", "https://link.deezer.com/s/30aB"),
        (
            "https://www.youtube.com/playlist?list=OLAK5uy_kAbCdEf",
            "youtube",
            "album",
            "OLAK5uy_kAbCdEf",
            "https://music.youtube.com/playlist?list=OLAK5uy_kAbCdEf",
        ),
        ("https://music.youtube.com/playlist?list=PLabc123", "youtube", "playlist", "PLabc123", None),
        ("https://music.youtube.com/browse/MPREb_abc123", "youtube", "album", "MPREb_abc123", None),
        (
            "https://www.youtube.com/watch?v=dQw4w9WgXc_&t=42",
            "youtube",
            "track",
            "dQw4w9WgXc_",
            "https://www.youtube.com/watch?v=dQw4w9WgXc_",
        ),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=OLAK5uy_kAb", "youtube", "album", "OLAK5uy_kAb", None),
        ("youtu.be/dQw4w9WgXc_", "youtube", "track", "dQw4w9WgXc_", None),
        (
            "https://sufjan-stevens.bandcamp.com/album/carrie-lowell?from=x#y",
            "bandcamp",
            "album",
            "sufjan-stevens/album/carrie-lowell",
            "https://sufjan-stevens.bandcamp.com/album/carrie-lowell",
        ),
        ("https://x.bandcamp.com/track/y", "bandcamp", "track", "x/track/y", None),
        ("https://x.bandcamp.com/", "bandcamp", "artist", "x", None),
        (
            f"https://musicbrainz.org/release-group/{UUID.upper()}",
            "musicbrainz",
            "album",
            f"release-group/{UUID}",
            f"https://musicbrainz.org/release-group/{UUID}",
        ),
        (f"https://musicbrainz.org/release/{UUID}/cover-art", "musicbrainz", "album", f"release/{UUID}", None),
        (f"https://beta.musicbrainz.org/recording/{UUID}", "musicbrainz", "track", f"recording/{UUID}", None),
        (f"https://musicbrainz.org/artist/{UUID}", "musicbrainz", "artist", f"artist/{UUID}", None),
        (
            "https://www.last.fm/de/music/Radiohead/In+Rainbows",
            "lastfm",
            "album",
            "Radiohead/In+Rainbows",
            "https://www.last.fm/music/Radiohead/In+Rainbows",
        ),
        ("https://www.last.fm/music/Radiohead/_/Nude", "lastfm", "track", "Radiohead/_/Nude", None),
        ("https://www.last.fm/music/Radiohead/In+Rainbows/Nude", "lastfm", "track", "Radiohead/In+Rainbows/Nude", None),
        ("https://www.last.fm/music/Radiohead/+albums", "lastfm", "artist", "Radiohead", None),
        ("https://www.last.fm/music/Incubus/S.C.I.E.N.C.E.", "lastfm", "album", "Incubus/S.C.I.E.N.C.E.", None),
    ],
)
def test_a_link_tells_its_service_kind_and_id(
    text: str, service: str, kind: str, external_id: str, url: str | None
) -> None:
    link = parse_link(text)
    assert link is not None
    assert (link.service, link.kind, link.external_id) == (service, kind, external_id)
    assert canonical_url(link) == link.url
    assert url is None or link.url == url
    assert parse_link(link.url) == link


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com/album/1",
        "https://open.spotify.com/show/4rOoJ6Egrf8K2IrywzwOMk",
        "https://open.spotify.com/album/short",
        f"https://user@open.spotify.com/album/{SPOTIFY_ID}",
        f"https://open.spotify.com@evil.example/album/{SPOTIFY_ID}",
        f"https://open.spotify.com:8443/album/{SPOTIFY_ID}",
        f"https://open.spotify.com./album/{SPOTIFY_ID}",
        f"https://open.spotify.com.evil.example/album/{SPOTIFY_ID}",
        f"https://evil.example\\@open.spotify.com/album/{SPOTIFY_ID}",
        f"https://open.spotіfy.com/album/{SPOTIFY_ID}",  # a Cyrillic і
        f"https://xn--open-spotfy-ylb.com/album/{SPOTIFY_ID}",
        f"ftp://open.spotify.com/album/{SPOTIFY_ID}",
        "javascript:alert(1)",
        "data:text/html,x",
        "spotify:album:short",
        "https://[::1",
        "https://",
        "https://daily.bandcamp.com/album/x",
        "https://bandcamp.com/album/x",
        "https://a.b.bandcamp.com/album/x",
        "https://www.youtube.com/@someone",
        "https://www.youtube.com/watch?v=short",
        "https://www.last.fm/user/someone",
        "https://www.last.fm/music/",
        "https://musicbrainz.org/release-group/nope",
        "https://www.deezer.com/us/album/x",
        "https://www.last.fm/music/" + "a" * 600 + "/b",
    ],
)
def test_an_address_that_is_no_music_of_a_known_service_is_refused(text: str) -> None:
    with pytest.raises(AlbumNeeded) as refused:
        parse_link(text)
    assert refused.value.reason == "unknown_link"


@pytest.mark.parametrize("text", ["", "In Rainbows", "Re:Zero", "10:15 Saturday Night", "data: the album", "spotify"])
def test_words_are_no_link(text: str) -> None:
    assert parse_link(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "listen to this: {}, please",
        "<{}>",
        "[In Rainbows]({})",
        "({})",
        "**{}**",
        "||{}||",
        "hear it ({}).",
        "first\n{}\nlast",
        "“{}”",
    ],
)
def test_a_link_is_found_in_a_sentence(text: str) -> None:
    address = f"https://open.spotify.com/album/{SPOTIFY_ID}"
    found = find_link(text.format(address))
    assert found is not None
    assert found[0] == address
    assert text.format(address)[slice(*found[1])] == address


@pytest.mark.parametrize(
    ("text", "artist", "title"),
    [
        ("https://www.last.fm/music/Sigur+R%C3%B3s/%C3%81g%C3%A6tis+byrjun", "Sigur Rós", "Ágætis byrjun"),
        ("https://www.last.fm/music/AC%2FDC/Back+in+Black", "AC/DC", "Back in Black"),
        ("https://www.last.fm/music/Florence+%252B+the+Machine/Lungs", "Florence + the Machine", "Lungs"),
        ("https://www.last.fm/music/X/100%25", "X", "100%"),
        ("https://sufjan-stevens.bandcamp.com/album/carrie-lowell", "Sufjan Stevens", "Carrie Lowell"),
        ("https://music.apple.com/us/album/in-rainbows/1109714933", None, "In Rainbows"),
        ("https://music.apple.com/jp/album/%E6%95%99%E8%82%B2/1", None, "教育"),
        ("https://music.apple.com/us/album/in-rainbows/1109714933?i=5", None, None),
        ("https://music.apple.com/us/album/1109714933", None, None),
        (f"spotify:album:{SPOTIFY_ID}", None, None),
        (f"https://musicbrainz.org/release/{UUID}", None, None),
    ],
)
def test_a_link_tells_names_where_it_holds_them(text: str, artist: str | None, title: str | None) -> None:
    link = parse_link(text)
    assert link is not None
    assert readable(link) == (artist, title)


def test_every_service_has_the_name_that_people_use() -> None:
    assert service_name(Service.LASTFM) == "Last.fm"
    assert len({service_name(service) for service in Service}) == len(Service)


pieces = st.sampled_from(
    [
        *(
            "https://",
            "open.spotify.com",
            "/album/",
            SPOTIFY_ID,
            "www.last.fm/music",
            "/",
            "+",
            "%",
            "%2F",
            "a",
            "é",
            "?",
        ),
        *(
            "x.bandcamp.com",
            "youtu.be/",
            "music.apple.com/us",
            "i=",
            "list=OLAK5uy_",
            "&",
            "#",
            "@",
            ":",
            "[",
            "]",
            ")",
        ),
        *("\\", "\u200b", "\u202e", " ", "\n", ".", "deezer.com/album/1", "spotify:album:"),
    ]
)


@given(st.lists(pieces, max_size=10).map("".join) | st.text(max_size=60))
def test_any_text_holds_a_link_or_none_or_is_refused(text: str) -> None:
    with suppress(AlbumNeeded):
        link = parse_link(text)
        if link is not None:
            assert link.url.startswith("https://")
            assert len(link.url) <= 512
            assert not set(link.url) & set(' \n\\<>"`\u200b\u202e')
            readable(link)


# --- reading --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "artist", "title", "year"),
    [
        ("Radiohead - In Rainbows", "Radiohead", "In Rainbows", None),
        ("Radiohead – In Rainbows (2007)", "Radiohead", "In Rainbows", 2007),
        ("Radiohead — In Rainbows [2007]", "Radiohead", "In Rainbows", 2007),
        ("In Rainbows by Radiohead", "Radiohead", "In Rainbows", None),
        ("In Rainbows by Radiohead (2007)", "Radiohead", "In Rainbows", 2007),
        ("In Rainbows", "", "In Rainbows", None),
        ("Taylor Swift - 1989", "Taylor Swift", "1989", None),
        ("1989", "", "1989", None),
        ("(1997)", "", "(1997)", None),
        ("Jay-Z - The Black Album", "Jay-Z", "The Black Album", None),
        ("Neu! - Neu! '75 - Live", "Neu!", "Neu! '75 - Live", None),
        ("“Stand by Me”", "", "Stand by Me", None),
        ('"Stand by Me" by Ben E. King', "Ben E. King", "Stand by Me", None),
        ("Artist\n-\tAlbum", "Artist", "Album", None),
        ("- Album", "", "Album", None),
        ("Sun\u200bn \u202eO))) - Monoliths", "Sunn O)))", "Monoliths", None),
        ("!!!", "", "!!!", None),
        ("-", "", "-", None),
        ("*Star* @everyone", "", "*Star* @everyone", None),
    ],
)
def test_free_text_is_read_as_people_write_albums(text: str, artist: str, title: str, year: int | None) -> None:
    found = understand(text)
    assert (found.artist, found.title, found.year, found.link) == (artist, title, year, None)


def test_words_beside_a_link_name_the_album() -> None:
    found = understand(f"Radiohead - In Rainbows (2007): https://open.spotify.com/album/{SPOTIFY_ID}")
    assert (found.artist, found.title, found.year) == ("Radiohead", "In Rainbows", 2007)
    assert found.link == Link(
        Service.SPOTIFY, LinkKind.ALBUM, SPOTIFY_ID, f"https://open.spotify.com/album/{SPOTIFY_ID}"
    )


def test_the_words_of_a_masked_link_name_the_album() -> None:
    found = understand(f"[In Rainbows](https://open.spotify.com/album/{SPOTIFY_ID})")
    assert found.title == "In Rainbows"
    assert found.link is not None


def test_a_link_that_spells_the_names_beats_the_words_around_it() -> None:
    found = understand("you must hear this!! https://www.last.fm/music/Radiohead/In+Rainbows")
    assert (found.artist, found.title, found.words) == ("Radiohead", "In Rainbows", "you must hear this!!")


def test_words_beat_a_guess_from_an_address() -> None:
    assert understand("Carrie & Lowell https://sufjan.bandcamp.com/album/carrie-lowell").title == "Carrie & Lowell"
    assert understand("https://sufjan.bandcamp.com/album/carrie-lowell").title == "Carrie Lowell"


def test_a_bare_link_that_tells_nothing_has_an_empty_title() -> None:
    found = understand(f"<https://open.spotify.com/album/{SPOTIFY_ID}>")
    assert (found.title, found.artist) == ("", "")
    assert found.link is not None


def test_a_link_to_a_track_does_not_name_an_album() -> None:
    found = understand("https://www.last.fm/music/Radiohead/_/Nude")
    assert (found.artist, found.title) == ("Radiohead", "")


def test_an_unknown_address_beside_words_is_dropped_and_said() -> None:
    found = understand("My Band - First Tape https://example.com/tape")
    assert (found.artist, found.title, found.link) == ("My Band", "First Tape", None)
    assert found.dropped == "https://example.com/tape"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" \u200b\n", "empty"),
        ("https://example.com/tape", "unknown_link"),
        ("javascript:alert(1)", "unknown_link"),
        (f"https://open.spotify.com/artist/{SPOTIFY_ID}", "not_an_album"),
    ],
)
def test_what_names_no_album_is_refused(text: str, reason: str) -> None:
    with pytest.raises(AlbumNeeded) as refused:
        understand(text)
    assert refused.value.reason == reason


def test_titles_are_taken_up_to_their_limit() -> None:
    assert understand("x" * TITLE_LIMIT).title == "x" * TITLE_LIMIT
    with pytest.raises(TextTooLong) as refused:
        understand("Artist - " + "x" * (TITLE_LIMIT + 1))
    assert (refused.value.name, refused.value.limit, refused.value.length) == ("title", 500, 501)


@given(anything | st.lists(pieces, max_size=10).map("".join))
def test_any_text_is_understood_or_refused(text: str) -> None:
    with suppress(AlbumNeeded):
        found = understand(text)
        assert found.title or found.link
        assert "\n" not in found.title + found.artist
        assert visible(found.title + found.artist) == found.title + found.artist


@given(st.sampled_from([" by ", " - ", "((((", "- - ", "a ", "\t\t", "[](", "by by"]), st.integers(1, 1_500))
def test_long_texts_are_read_at_once(piece: str, times: int) -> None:
    with suppress(AlbumNeeded, TextTooLong):
        understand(piece * times)
    with suppress(TextTooLong):
        parse_track_list(piece * times)


# --- track lists ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1. Airbag 4:44\n2. Paranoid Android (6:27)", [("Airbag", 284_000), ("Paranoid Android", 387_000)]),
        ("01 - 15 Step - 3:57\n02 - Bodysnatchers [4:02]", [("15 Step", 237_000), ("Bodysnatchers", 242_000)]),
        ("1) One\n2) Two", [("One", None), ("Two", None)]),
        ("1 One\n2 Two\n3 Three", [("One", None), ("Two", None), ("Three", None)]),
        ("99 Luftballons\n7 rings", [("99 Luftballons", None), ("7 rings", None)]),
        ("1 Thing", [("1 Thing", None)]),
        ("A1 One\nA2 Two\nB1 Three", [("One", None), ("Two", None), ("Three", None)]),
        ("A1. One\t3:00\nB1. Two\t1:02:03", [("One", 180_000), ("Two", 3_723_000)]),
        ("1\tOne\tArtist\t3:45\n2\tTwo\tArtist\t4:00", [("One", 225_000), ("Two", 240_000)]),
        ("00:00 Intro\n1:15 Next", [("Intro", None), ("Next", None)]),
        ("10:15 Saturday Night", [("10:15 Saturday Night", None)]),
        ("4:33", [("4:33", None)]),
        ("- One\n\n• Two\r\n* Three", [("One", None), ("Two", None), ("Three", None)]),
        ("#1 One\n#2 Two", [("One", None), ("Two", None)]),
        ("1. 1999\n2. 4:33 4:33", [("1999", None), ("4:33", 273_000)]),
        ("Disc 1\n1. One 1:00\n2. Two 2:00", [("Disc 1", None), ("One", 60_000), ("Two", 120_000)]),
        ("1. On\u200be\u202e 1:00", [("One", 60_000)]),
        ("", []),
        (" \n\u200b\n", []),
    ],
)
def test_a_pasted_list_is_read_line_by_line(text: str, expected: list[tuple[str, int | None]]) -> None:
    found = parse_track_list(text)
    assert [(track.title, track.duration_ms) for track in found] == expected
    assert [track.position for track in found] == list(range(1, len(expected) + 1))


def test_a_list_has_at_most_two_hundred_tracks() -> None:
    assert len(parse_track_list("Track\n" * TRACKS_LIMIT)) == TRACKS_LIMIT
    with pytest.raises(TextTooLong) as refused:
        parse_track_list("Track\n" * (TRACKS_LIMIT + 1))
    assert (refused.value.name, refused.value.length) == ("track_list", TRACKS_LIMIT + 1)


def test_a_track_title_beyond_its_limit_is_refused() -> None:
    with pytest.raises(TextTooLong):
        parse_track_list("x" * 501)


@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from(["1. ", "A1 ", "3:45", "(", ")", " - ", "\n", "\t", "x", "#", "12 "])).map("".join)
)
def test_any_list_is_read_and_every_track_has_a_title(text: str) -> None:
    for track in parse_track_list(text):
        assert track.title.strip() == track.title != ""
        assert track.duration_ms is None or track.duration_ms >= 0
