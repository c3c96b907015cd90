"""How an import stands, in words that fit a message whatever a file holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from bot.domain.listening.imports import (
    EXAMPLES,
    FileKind,
    Import,
    ImportReport,
    ImportState,
    RefusedRow,
    Sample,
    Unfit,
)
from cogs.listening.import_cards import KINDS, REFUSED, import_card
from tests.cogs.examples import TEXTS, filled

NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)


def an_import(state: ImportState, unit: str = "x", size: int = 10, **changes: object) -> Import:
    words = filled(unit, size)
    report = ImportReport(
        kinds=tuple(FileKind),
        zone="America/Argentina/ComodRivadavia",
        local=True,
        ignored=(words,) * 9,
        read=9_999_999,
        new=5_000_000,
        known=1_000_000,
        twins=1_000_000,
        skips=999_999,
        near=10,
        refused=dict.fromkeys(Unfit, 123_456),
        examples=tuple(RefusedRow(why, 7_654_321, words, words[:120]) for why in Unfit for _ in range(EXAMPLES)),
        samples=(Sample(words[:500], words[:500], NOW),) * EXAMPLES,
        first_at=NOW - timedelta(days=7_000),
        last_at=NOW,
    )
    one = Import(UUID(int=7), UUID(int=8), state, "UTC", words[:200], 0.354, report, NOW, NOW, None)
    return replace(one, **changes)  # type: ignore[arg-type]


def words_of(one: Import) -> str:
    return "\n".join(str(item.to_component_dict().get("content", "")) for item in import_card(one, NOW).items)


def test_every_kind_and_every_reason_has_words() -> None:
    assert set(KINDS) == set(FileKind)
    assert set(REFUSED) == set(Unfit)


@pytest.mark.parametrize("unit", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("state", ImportState)
def test_every_card_fits_whatever_the_file_holds(state: ImportState, unit: str) -> None:
    one = an_import(state, unit, 600, reason="cut_off")
    assert import_card(one, NOW).view()
    assert "@everyone" not in words_of(one)


def test_a_card_says_how_far_it_is_and_when_it_was_cut_off() -> None:
    running = an_import(ImportState.RUNNING)
    assert "35%: 9,999,999 rows, 5,000,000 new so far" in words_of(running).replace("**", "").replace("%,", "%:")
    assert "no sign of life" in words_of(replace(running, alive_at=NOW - timedelta(minutes=4)))
    assert "no sign of life" not in words_of(replace(running, alive_at=NOW - timedelta(minutes=2)))


def test_nothing_new_offers_nothing_to_import() -> None:
    asked = an_import(ImportState.ASKED)
    known = replace(asked, report=ImportReport(kinds=(FileKind.KOITO,), read=4, known=4))
    labels = [
        [each.get("label") for each in item.to_component_dict().get("components", ())]
        for one in (asked, known)
        for item in import_card(one, NOW).items
    ]
    assert [row for row in labels if row] == [["Import", "Cancel"], ["Cancel"]]
    assert "nothing in it that is not known already" in words_of(known)
