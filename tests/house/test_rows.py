"""The report of rows reads what is there: rows from the acceptance list, markers from the tests' source."""

from __future__ import annotations

import pytest

from tests import rows

LISTED = "| id | item |\n|---|---|\n| 1-01 A | tracks: id |\n| 1-50 | a problem | a decision |\n| 4-16 G | the same |\n"

SOURCE = """
import pytest
pytestmark = [pytest.mark.row("4-08")]

@pytest.mark.row("1-02")
@pytest.mark.row("1-01")
async def test_one(): ...

@pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.row("1-03"))])
def test_two(x): ...

def helper(): "row('1-09')"

@pytest.mark.row("0-01")
class TestThree:
    def test_in_it(self): ...
"""


def test_rows_are_read_from_their_tables():
    assert rows.rows(LISTED) == {"1-01": "tracks: id", "1-50": "a problem | a decision", "4-16": "the same"}


def test_markers_are_read_wherever_they_stand():
    assert sorted(rows.named(SOURCE, "t.py")) == [
        ("0-01", "t.py::TestThree::test_in_it"),
        ("1-01", "t.py::test_one"),
        ("1-02", "t.py::test_one"),
        ("1-03", "t.py::test_two"),
        ("4-08", "t.py::TestThree::test_in_it"),
        ("4-08", "t.py::test_one"),
        ("4-08", "t.py::test_two"),
    ]


def test_a_row_without_a_test_is_told():
    found = {"1-01": ["a"], "4-16": []}
    assert rows.missing(rows.rows(LISTED), found, ["1"]) == ["1-50"]
    assert rows.missing(rows.rows(LISTED), found, ["1", "4"]) == ["1-50", "4-16"]
    assert "        NO TEST" in list(rows.report(rows.rows(LISTED), found, ["1"]))


@pytest.mark.skipif(not rows.LIST.exists(), reason=f"the acceptance list is not at {rows.LIST}")
def test_every_row_that_a_test_names_is_on_the_list():
    listed = rows.rows(rows.LIST.read_text(encoding="utf-8"))
    assert len(listed) > 100
    assert set(rows.proofs_by_row()) <= set(listed)
