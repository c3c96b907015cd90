"""The database is away for a moment: people are told so, and errands are tried again; nobody takes it for a bug."""

from __future__ import annotations

import logging

import discord
import pytest

from bot.domain.errors import DatabaseAway
from cogs.delivery.codes import judge
from cogs.shared.boundary import words_for

AWAY = DatabaseAway("database", detail="DeadlockDetectedError")


def test_people_are_told_what_to_do_and_no_reference_is_made(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        body = words_for(AWAY, "/vote")
    (said,) = body.items
    assert isinstance(said, discord.ui.TextDisplay)
    text = said.content
    assert text.startswith("Longplay's database is not answering right now.")
    assert "reference" not in text
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "DeadlockDetectedError" in caplog.text


def test_an_errand_is_looked_for_before_it_is_tried_again() -> None:
    verdict = judge(AWAY)
    assert verdict.unknown
    assert (verdict.bug, verdict.final, verdict.halt) == (False, False, False)
    assert "DeadlockDetectedError" in verdict.error
