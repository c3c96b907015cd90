"""Every way in which an upload comes to nothing has a code, a clear sentence, and what to do next."""

from __future__ import annotations

import pytest

from bot.domain.library.errors import Code
from cogs.shared.library_refusals import failure_words

REASONS = {
    Code.FILE_TOO_LARGE: ("limit", "quota"),
    Code.INVALID_FORMAT: ("other", "empty", "damaged", "truncated", "long", "channels", "rate", "slow", "crashed"),
    Code.STORAGE_FAILED: ("full", "lost"),
    Code.DATABASE_FAILED: ("row", "gone"),
    Code.NETWORK_ERROR: ("download", "unexpected", "cut_off"),
}
TO_DO = ("send", "Send", "Export", "Attach", "Delete", "share", "Mix")


@pytest.mark.row("1-13")
@pytest.mark.parametrize("code", list(Code))
def test_every_code_has_a_sentence_that_says_what_to_do(code: Code) -> None:
    for reason in REASONS[code]:
        words = failure_words(code, reason)
        assert words.endswith("."), words
        assert any(one in words for one in TO_DO), words
        assert str(code) not in words, "members read sentences, not names"


@pytest.mark.row("1-13")
@pytest.mark.row("1-12")
def test_the_limit_and_the_formats_are_named() -> None:
    assert "50MB" in failure_words(Code.FILE_TOO_LARGE, "limit")
    assert "1 GB" in failure_words(Code.FILE_TOO_LARGE, "quota")
    for reason in REASONS[Code.INVALID_FORMAT]:
        assert failure_words(Code.INVALID_FORMAT, reason).startswith("Invalid audio format. Supported: MP3, WAV, FLAC.")
    assert "three tries" in failure_words(Code.STORAGE_FAILED, "full")
    assert "unexpected" in failure_words(Code.NETWORK_ERROR, "unexpected")
