"""Each parser a little in every run, and again whatever minutes of it found."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from tests.fuzz import fuzzed
from tests.fuzzing.parsers import PARSERS, Parser

BY_NAME = {each.name: each for each in PARSERS}


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
def test_whatever_a_stranger_writes_is_read_or_refused(parser: Parser) -> None:
    settings(max_examples=parser.quick, deadline=None, database=None)(given(parser.words)(parser.holds))()


FOUND: list[tuple[str, Any]] = [
    ("small_fields", "snan"),  # a number that is none and that nothing can be compared with
    ("proposals", "-5.0.0.UTC"),  # ids of Discord's have no sign …
    ("proposals", "zzzzzzzzzzzzzzzzzzz.0.0.UTC"),  # … and 63 bits
    ("proposals", "1.-1.0.x"),
    ("links", "https://www.last.fm/music/\xa00"),  # a space that no address holds
]
"""What minutes of fuzzing once brought to light."""


@pytest.mark.parametrize(("name", "words"), FOUND)
def test_what_was_once_found_holds_now(name: str, words: Any) -> None:
    BY_NAME[name].holds(words)


def test_minutes_of_it_find_what_does_not_hold_and_say_how_to_see_it_again(capsys: pytest.CaptureFixture[str]) -> None:
    def holds(text: str) -> None:
        assert "9" * 19 not in text, "too large"

    wrong = Parser("wrong", BY_NAME["durations"].words, holds)
    assert fuzzed([wrong], seconds=60, each=2_000) == 1
    said = capsys.readouterr().out
    assert "wrong: AssertionError" in said
    assert "9999999999999999999" in said
    assert fuzzed([BY_NAME["moments"]], seconds=0.2, each=10) == 0
    assert "moments" in capsys.readouterr().out
