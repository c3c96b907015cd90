"""A track is a work with continuity: a corrected list keeps the keys of the tracks that stay."""

from __future__ import annotations

from uuid import UUID

import pytest

from bot.domain.catalog import TrackLine
from bot.domain.catalog.continuity import Listed, continued, fit_lines


def lines(*titles: str) -> list[TrackLine]:
    return [TrackLine(place, title) for place, title in enumerate(titles, start=1)]


def listed(*titles: str) -> list[Listed]:
    return [Listed(UUID(int=place), place, title) for place, title in enumerate(titles, start=1)]


def places(before: list[Listed], after: list[TrackLine]) -> list[int | None]:
    """The old place of each new line; None for a new track."""
    return [None if key is None else key.int for key in continued(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (("A", "B", "C"), ("A", "B", "C"), [1, 2, 3]),
        (("A", "B", "C"), ("C", "A", "B"), [3, 1, 2]),
        (("A", "B"), ("Intro", "A", "B", "Coda"), [None, 1, 2, None]),
        (("Kite Strng", "Wax"), ("Kite String", "Wax"), [1, 2]),
        (("Kite string", "Wax"), ("Thunder", "Wax"), [None, 2]),
        (("Interlude", "Song", "Interlude"), ("Interlude", "Song", "Interlude"), [1, 2, 3]),
        (("Interlude", "Song"), ("Song", "Interlude", "Interlude"), [2, 1, None]),
        (("The Café",), ("Café!",), [1]),
        (("★",), ("★",), [1]),
        ((), ("A",), [None]),
        (("A",), (), []),
    ],
)
def test_a_track_stays_by_its_title_and_its_place(before, after, expected):
    assert places(listed(*before), lines(*after)) == expected


def test_no_track_is_continued_twice():
    found = continued(listed("A", "A"), lines("A", "A", "A"))
    assert found[2] is None
    assert len(set(found)) == 3


def test_a_list_is_made_to_fit_its_table():
    given = [TrackLine(7, "  Wax ", 0), TrackLine(7, "\u3000"), TrackLine(9, "x" * 600, -5), TrackLine(1, "End", 1_000)]
    fitted = fit_lines(given)
    assert [line.position for line in fitted] == [1, 2, 3, 4]
    assert [line.title for line in fitted] == ["Wax", "Track 2", "x" * 500, "End"]
    assert [line.duration_ms for line in fitted] == [None, None, None, 1_000]
