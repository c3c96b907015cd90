"""Plays are told apart by names alone: titles lose what tells an edition, searched for it or not."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.catalog.editions import name_to_search
from bot.domain.catalog.names import normalised
from bot.domain.listening.names import MARKED, title_key

PIECES = ("Left", "Feat", "ft", "featuring", "feat.", "(live)", " - ", "-", ": ", " / ", "é", "川水", "Remastered", " ")


@given(st.lists(st.sampled_from(PIECES), max_size=5).map(" ".join) | st.text(max_size=12))
@example("Song FEATURING Somebody")
@example("A Gift")
def test_a_title_is_taken_apart_wherever_it_may_tell_more_than_a_name(title: str) -> None:
    name = name_to_search(title) if MARKED.search(title) else title
    assert title_key(title) == (normalised(name) or normalised(title))
