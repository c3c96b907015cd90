"""Who is asked what music is, and when again: an answer holds long, its absence less, a failure shortly."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.taste.asking import LATER, Claimed, ToldAt, next_ask, to_ask
from bot.domain.taste.facts import KNOWN_FOR, UNKNOWN_FOR, Of, Subject, Teller
from tests.factories import NOW

BOTH = (Teller.LASTFM, Teller.MUSICBRAINZ)
ages = st.integers(0, 400).map(lambda days: timedelta(days=days))
tellings = st.dictionaries(
    st.sampled_from(BOTH), st.builds(lambda age, found: ToldAt(NOW - age, found), ages, st.booleans())
)
instants = st.none() | st.integers(-2, 48).map(lambda hours: NOW + timedelta(hours=hours))
chances = st.floats(0, 0.999)


@given(tellings, chances)
def test_nobody_is_asked_before_it_is_time_and_everybody_is_in_the_end(told, chance):
    asked = to_ask(told, BOTH, NOW)
    for teller in BOTH:
        if teller not in told:
            assert teller in asked
        else:
            holds = KNOWN_FOR if told[teller].found else UNKNOWN_FOR
            assert (teller in asked) is (NOW - told[teller].at >= holds)
    after = {**told, **{teller: ToldAt(NOW, True) for teller in asked}}
    due = next_ask(after, BOTH, NOW, failed={}, failures=0, chance=chance)
    assert to_ask(after, BOTH, NOW) == []
    assert NOW + timedelta(days=1) <= due <= NOW + KNOWN_FOR * 1.1
    assert to_ask(after, BOTH, due), "whoever comes then has something to ask"


@given(st.dictionaries(st.sampled_from(BOTH), instants, min_size=1), tellings, st.integers(0, 50), chances)
def test_a_source_that_failed_is_asked_neither_at_once_nor_before_it_said(failed, told, failures, chance):
    due = next_ask(told, BOTH, NOW, failed=failed, failures=failures, chance=chance)
    assert due >= NOW + LATER
    named = [until for until in failed.values() if until is not None]
    waits = max([NOW + timedelta(hours=15), *named])
    assert due <= waits, "back-off has an end"
    if len(failed) == 1 and named and not told:
        assert due >= named[0]


@pytest.mark.parametrize(
    ("artist", "title", "names", "nobody"),
    [
        ("Low", "Things We Lost in the Fire", ("Low", "Things We Lost in the Fire"), False),
        ("Low feat. Somebody", "Trust (Deluxe Edition)", ("Low", "Trust"), False),
        ("Various Artists", "Now 12", ("Various Artists", "Now 12"), True),
        ("VARIOUS", "", ("VARIOUS", ""), True),
        ("[unknown]", "", ("[unknown]", ""), True),
        ("The The", "", ("The The", ""), False),
        ("坂本龍一", "千のナイフ", ("坂本龍一", "千のナイフ"), False),
    ],
)
def test_names_are_asked_for_as_services_know_them(artist, title, names, nobody):
    claimed = Claimed(Subject(Of.ALBUM, UUID(int=1)), artist, title, NOW)
    assert (claimed.plain_names, claimed.is_nobody) == (names, nobody)
