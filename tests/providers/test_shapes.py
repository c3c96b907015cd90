"""What services tell is read with the same care as what people type."""

from __future__ import annotations

import pytest

from bot.domain.catalog import Link, LinkKind, Service
from bot.providers.shapes import (
    album_links,
    country_of,
    isrc_of,
    mbid_of,
    name_of,
    number_of,
    rows_of,
    search_words,
    text_of,
    year_of,
)

OWN = Link(Service.DEEZER, LinkKind.ALBUM, "1", "https://www.deezer.com/album/1")


@pytest.mark.parametrize(
    ("told", "read"),
    [
        (" Two\n words ", "Two words"),
        ("\u202eevil\u200b\x00", "evil"),
        ("\ud800x", "x"),
        (None, ""),
        (7, ""),
        (["x"], ""),
    ],
)
def test_a_text_is_what_is_visible_of_it(told: object, read: str) -> None:
    assert text_of(told) == read


@pytest.mark.parametrize("told", ["", " ", "\u200b", None, 3])
def test_a_name_must_be_there(told: object) -> None:
    with pytest.raises(ValueError, match="missing"):
        name_of(told)


@pytest.mark.parametrize(
    ("told", "read"),
    [(3, 3), ("3", 3), (3.0, 3), (0, None), (-1, None), ("x", None), (True, None), (None, None), (float("inf"), None)],
)
def test_numbers_come_in_many_forms(told: object, read: int | None) -> None:
    assert number_of(told) == read


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("1997", 1997),
        ("1997-05-21", 1997),
        ("0000-00-00", None),
        ("19970", None),
        ("", None),
        (None, None),
        (1997, None),
    ],
)
def test_a_year_is_what_a_date_begins_with(told: object, read: int | None) -> None:
    assert year_of(told) == read


def test_codes_and_countries_are_checked() -> None:
    assert isrc_of("gb-duw-00-00053") == "GBDUW0000053"
    assert isrc_of("GBDUW000005") == isrc_of("") == ""
    assert (country_of("FR"), country_of("XW"), country_of("France"), country_of(None)) == ("FR", "", "", "")
    with pytest.raises(ValueError, match="missing"):
        mbid_of("../../artist/1")


@pytest.mark.parametrize("told", [None, {}, "x", [1], [{}, None]])
def test_rows_are_a_list_of_objects(told: object) -> None:
    with pytest.raises(TypeError):
        rows_of(told)


def test_the_first_album_at_each_other_service_is_linked_and_nothing_else() -> None:
    links = album_links(
        [
            "https://open.spotify.com/artist/4tZwfgrHOc3mvqYlEYSvVi",
            "https://open.spotify.com/album/2noRn2Aes5aoNVsU6iWThc?si=1",
            "https://open.spotify.com/album/0000000000000000000000",
            "https://www.deezer.com/album/2",
            "javascript:alert(1)",
            "https://example.org/shop",
            None,
        ],
        OWN,
    )
    assert [link.url for link in links] == [OWN.url, "https://open.spotify.com/album/2noRn2Aes5aoNVsU6iWThc"]


def test_a_search_is_cut_and_free_of_signs() -> None:
    assert search_words('AC/DC: *Back* in "Black"') == "AC DC Back in Black"
    assert search_words("椎名林檎 無罪モラトリアム") == "椎名林檎 無罪モラトリアム"
    assert search_words("!!! ???") == ""
    assert len(search_words("word " * 1_000)) <= 200
