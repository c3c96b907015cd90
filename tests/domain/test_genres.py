"""Tags are understood as genres, whatever their spelling; what is no genre is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.taste.facts import Of, Teller, Told, traits_of
from bot.domain.taste.genres import (
    WHOLE,
    country_of_tag,
    decade_of_tag,
    genre_of,
    in_thousandths,
    known_genres,
    lineage,
    refused_tags,
    spelling_key,
    weighted,
)


@pytest.mark.parametrize(
    ("genre", "spellings"),
    [
        ("hip-hop", ["hip-hop", "Hip Hop", "hiphop", "HIP-HOP", "rap", "Rap Music", "Hip-Hop/Rap"]),
        ("rhythm and blues", ["RnB", "R&B", "r & b", "rhythm & blues", "Contemporary R&B"]),
        ("drum and bass", ["Drum and Bass", "drum & bass", "drum n bass", "Drum'n'Bass", "DnB", "D&B"]),
        ("rock and roll", ["Rock and Roll", "rock & roll", "rock'n'roll", "Rock 'n' Roll", "rock n roll"]),
        ("shoegaze", ["Shoegaze", "shoegazing", "nu gaze", "Nu-Gaze"]),
        ("electronic", ["electronica", "Électronique", "electronic music"]),
        ("synthpop", ["synth-pop", "Synth Pop", "electropop"]),
        ("post-rock", ["postrock", "Post Rock", "post-rock"]),
        ("singer-songwriter", ["Singer/Songwriter", "singer songwriter"]),
        ("j-pop", ["JPop", "j-pop", "Japanese Pop", "city pop"]),
    ],
)
def test_all_spellings_of_a_genre_mean_it(genre, spellings):
    assert {genre_of(spelling) for spelling in spellings} == {genre}


@pytest.mark.parametrize(
    "tag",
    ["seen live", "Favourites", "favorite", "1991", "90s", "2010s", "british", "USA", "sad", "chill",
     "female vocalists", "albums I own", "awesome", "", "   ", "xyzzy", "under 2000 listeners", "💿"],
)  # fmt: skip
def test_what_is_no_genre_is_refused(tag):
    assert genre_of(tag) is None
    assert weighted([(tag, 100)]) == {}


def test_the_table_agrees_with_itself():
    genres = known_genres()
    assert len(genres) > 250
    for genre in genres:
        assert set(lineage(genre)) <= genres
        assert genre_of(genre) == genre
        assert spelling_key(genre) not in refused_tags()
        assert not country_of_tag(genre)
        assert decade_of_tag(genre) is None


@pytest.mark.parametrize(
    ("tag", "decade"),
    [("90s", 1990), ("1990s", 1990), ("1994", 1990), ("60's", 1960), ("00s", 2000), ("10s", 2010), ("20s", 2020),
     ("2016", 2010), ("30s", 1930), ("4s", None), ("199", None), ("rock", None)],
)  # fmt: skip
def test_decades_are_read_from_tags(tag, decade):
    assert decade_of_tag(tag) == decade


def test_the_narrow_genre_counts_more_than_what_it_is_a_kind_of():
    found = weighted([("Shoegaze", 100), ("rock", 100), ("seen live", 100), ("90s", 40), ("noise pop jokes", 3)])
    assert list(found) == ["shoegaze", "rock"]
    assert found["shoegaze"] == 2 * found["rock"] + 1  # 666.67 and 333.33


def test_spellings_of_one_genre_are_as_strong_as_the_strongest():
    assert weighted([("hip hop", 100), ("hip-hop", 90), ("rap", 80), ("jazz", 100)]) == {"hip-hop": 500, "jazz": 500}


@given(st.dictionaries(st.text(max_size=8), st.floats(0.001, 1e6), max_size=9))
def test_thousandths_add_up_to_the_whole_exactly(weights):
    shares = in_thousandths(weights)
    assert sum(shares.values()) == (WHOLE if weights else 0)
    assert all(share > 0 for share in shares.values())


@given(st.lists(st.tuples(st.sampled_from(sorted(known_genres())), st.floats(0, 100)), max_size=12))
def test_weighted_genres_do_not_depend_on_the_order_of_tags(tags):
    assert weighted(tags) == weighted(tags[::-1])


def test_sources_agree_on_traits_and_each_is_named():
    lastfm = Told(Teller.LASTFM, (("shoegaze", 100), ("irish", 80), ("90s", 30)))
    brainz = Told(Teller.MUSICBRAINZ, (("dream pop", 4),), country="GB", year=1991)
    artist = traits_of(Of.ARTIST, [brainz, lastfm])
    assert artist.genres == {"dream pop": 500, "shoegaze": 500}
    assert (artist.country, artist.decade) == ("United Kingdom", None)
    album = traits_of(Of.ALBUM, [lastfm, brainz])
    assert (album.country, album.decade) == ("", 1990)
    assert {fact.value: [who.value for who in tellers] for fact, tellers in album.tellers.items()} == {
        "genre": ["lastfm", "musicbrainz"],
        "decade": ["musicbrainz"],
    }
    assert traits_of(Of.ARTIST, [lastfm]).country == "Ireland"
    assert traits_of(Of.ARTIST, [Told(Teller.LASTFM, found=False)]).shares() == []
