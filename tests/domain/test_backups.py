"""Which backups stay, and what one says of itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.backups import BackupFault, Manifest, Rotation, name_of, taken_at

BEGIN = datetime(2026, 1, 1, 3, 0, tzinfo=UTC)
instants = st.integers(-200_000_000, 200_000_000).map(lambda seconds: BEGIN + timedelta(seconds=seconds))


def names(*hours: int) -> list[str]:
    return [name_of(BEGIN + timedelta(hours=each)) for each in hours]


@given(instants)
def test_a_name_tells_the_instant(at: datetime) -> None:
    assert taken_at(name_of(at)) == at


@pytest.mark.parametrize(
    "name", ["longplay.tar", "longplay-2026-13-01T00-00-00Z.tar", "longplay-2026-01-01T03-00-00Z.tar.part", "notes.txt"]
)
def test_what_is_not_called_like_a_backup_stays(name: str) -> None:
    assert taken_at(name) is None
    assert Rotation(1, 0, 0).superfluous([name, *names(0, 1)]) == names(0)


def test_a_year_of_nightly_backups_leaves_days_weeks_and_months() -> None:
    nightly = names(*range(0, 24 * 365, 24))
    gone = Rotation().superfluous(nightly)
    kept = [name for name in nightly if name not in gone]
    assert kept == [
        *(name_of(datetime(2026, month, day, 3, tzinfo=UTC)) for month, day in ((7, 31), (8, 31), (9, 30), (10, 31))),
        name_of(datetime(2026, 11, 30, 3, tzinfo=UTC)),
        *(name_of(datetime(2026, 12, day, 3, tzinfo=UTC)) for day in (13, 20, 25, 26, 27, 28, 29, 30, 31)),
    ]


@given(st.lists(instants, max_size=40, unique=True), st.integers(1, 9), st.integers(0, 5), st.integers(0, 7))
def test_the_newest_always_stays_and_rotating_again_changes_nothing(
    taken: list[datetime], daily: int, weekly: int, monthly: int
) -> None:
    rotation = Rotation(daily, weekly, monthly)
    there = {name_of(at) for at in taken}
    left = there - set(rotation.superfluous(there))
    assert rotation.superfluous(left) == []
    assert len(left) <= daily + weekly + monthly + 1
    if taken:
        assert name_of(max(taken)) in left


def test_a_manifest_reads_what_it_wrote() -> None:
    manifest = Manifest(BEGIN, "1.0", "abc", "18.4", {"weeks": 3}, {"database.dump": "00"})
    assert Manifest.read(manifest.text()) == manifest


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 1}', '{"format": 2, "x": 1}', "null", "\udcff"])
def test_what_is_no_manifest_is_said_to_be_none(text: str) -> None:
    with pytest.raises(BackupFault):
        Manifest.read(text)
