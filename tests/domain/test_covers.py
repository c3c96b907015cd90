"""Which pictures are taken as covers, by their bytes, and when one that could not be had is asked for again."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.covers import (
    ASK_AGAIN_LATER,
    ASK_AGAIN_SOON,
    MOST_BYTES,
    Asked,
    CoverOutcome,
    CoverRefused,
    Picture,
    check_picture,
    claimed_size,
    is_placeholder,
    sniff,
    worth_asking,
)
from tests.factories.pictures import PAGE, SVG, a_picture, a_png_bomb

NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)
URL = "https://covers.example/a.jpg"


def refused(content: bytes) -> CoverOutcome:
    with pytest.raises(CoverRefused) as caught:
        check_picture(content)
    return caught.value.outcome


@pytest.mark.parametrize(
    ("kind", "options", "media_type"),
    [
        ("JPEG", {}, "image/jpeg"),
        ("JPEG", {"progressive": True, "exif": b"Exif\x00\x00" + bytes(500)}, "image/jpeg"),
        ("PNG", {}, "image/png"),
        ("GIF", {}, "image/gif"),
        ("WEBP", {}, "image/webp"),
        ("WEBP", {"lossless": True}, "image/webp"),
        ("WEBP", {"exif": b"Exif\x00\x00" + bytes(20)}, "image/webp"),
    ],
)
def test_type_and_size_are_read_from_the_bytes(kind, options, media_type) -> None:
    content = a_picture(kind, (301, 207), **options)
    assert sniff(content) == media_type
    assert claimed_size(content, media_type) == (301, 207)
    assert check_picture(content) == media_type


@pytest.mark.parametrize(
    ("content", "outcome"),
    [
        (b"", CoverOutcome.MISSING),
        (SVG, CoverOutcome.NOT_A_PICTURE),
        (PAGE, CoverOutcome.NOT_A_PICTURE),
        (b"%PDF-1.7", CoverOutcome.NOT_A_PICTURE),
        (a_picture("BMP"), CoverOutcome.NOT_A_PICTURE),
        (b"\xff\xd8\xff\xe0", CoverOutcome.BROKEN),
        (b"\xff\xd8\xff\xe0\x00\x00" * 100, CoverOutcome.BROKEN),
        (b"\x89PNG\r\n\x1a\n", CoverOutcome.BROKEN),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", CoverOutcome.BROKEN),
        (b"GIF89a", CoverOutcome.BROKEN),
        (a_png_bomb(50_000, 50_000), CoverOutcome.TOO_MANY_PIXELS),
        (a_png_bomb(400_000, 64), CoverOutcome.TOO_MANY_PIXELS),
        (a_picture(size=(1, 1)), CoverOutcome.TOO_SMALL),
        (a_picture(size=(63, 300)), CoverOutcome.TOO_SMALL),
        (a_picture() + bytes(MOST_BYTES), CoverOutcome.GARBLED),
    ],
)
def test_what_is_no_cover_is_refused_by_name_before_anything_is_decoded(content, outcome) -> None:
    assert refused(content) is outcome


@given(
    st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF0000WEBPVP8L/"]), st.binary(max_size=60)
)
def test_no_header_makes_the_reader_stumble(start, rest) -> None:
    with suppress(CoverRefused):
        assert check_picture(start + rest).startswith("image/")


def test_equal_pictures_have_equal_names_and_others_do_not() -> None:
    one, same, other = Picture.of(b"one", 9, 9), Picture.of(b"one", 9, 9), Picture.of(b"other", 9, 9)
    assert one.name == same.name != other.name
    assert one.name.endswith(".jpg")


def test_a_picture_that_stands_for_none_is_known_by_its_address() -> None:
    assert is_placeholder("https://lastfm.example/i/u/300x300/2a96cbd8b46e442fc41c2b86b821562f.png")
    assert not is_placeholder(URL)


@pytest.mark.parametrize(
    ("outcome", "wait"),
    [
        (CoverOutcome.SLOW, ASK_AGAIN_SOON),
        (CoverOutcome.DOWN, ASK_AGAIN_SOON),
        (CoverOutcome.BUSY, ASK_AGAIN_SOON),
        (CoverOutcome.MISSING, ASK_AGAIN_LATER),
        (CoverOutcome.NOT_A_PICTURE, ASK_AGAIN_LATER),
        (CoverOutcome.REFUSED, ASK_AGAIN_LATER),
    ],
)
def test_a_failure_is_remembered_for_as_long_as_it_is_likely_to_last(outcome, wait) -> None:
    asked = Asked(URL, NOW, outcome)
    assert not worth_asking(asked, URL, NOW + wait - timedelta(seconds=1))
    assert worth_asking(asked, URL, NOW + wait)
    assert worth_asking(asked, "https://covers.example/b.jpg", NOW), "another address may do better"


def test_what_was_never_asked_for_or_made_room_is_fetched() -> None:
    assert worth_asking(None, URL, NOW)
    assert worth_asking(Asked(URL, NOW, CoverOutcome.KEPT), URL, NOW)
