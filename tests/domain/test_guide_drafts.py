"""What a week's moves do to the listening guide's messages, and when."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.club.phases import Transition, advance, cancel, reopen
from bot.domain.club.rules import Guide
from bot.domain.club.week import Phase
from bot.domain.outbox import Draft, Kind, drafts_again, drafts_for
from tests.domain.test_phases import DAY, PLAN, SOME, a_week, ends_at

STANDING = (0, 1, 2)


def drafts(transition: Transition, guide: Guide = Guide.TRACKS) -> list[Draft]:
    week = replace(transition.week, rules=replace(transition.week.rules, guide=guide))
    rules = week.rules
    return drafts_for(replace(transition, week=week), layout=rules.layout, event=True, lock=False, guide=STANDING)


def drawn(found: list[Draft]) -> list[int]:
    return [draft.ordinal for draft in found if draft.kind is Kind.GUIDE_REFRESH]


def at_deadline(phase: Phase) -> Transition:
    return advance(a_week(phase), SOME, now=ends_at(phase))


def test_the_guide_follows_the_album_s_panel():
    kinds = [draft.kind for draft in drafts(at_deadline(Phase.POLL))]
    assert kinds.index(Kind.GUIDE) == kinds.index(Kind.ALBUM_PANEL) + 1
    assert Kind.GUIDE not in [draft.kind for draft in drafts(at_deadline(Phase.POLL), Guide.OFF)]


def test_messages_that_stand_from_an_earlier_result_get_their_buttons_back():
    assert drawn(drafts(at_deadline(Phase.POLL))) == [1, 2], "the card is drawn by its own errand"


def test_a_closed_week_s_guide_loses_its_buttons_before_its_thread_sleeps():
    found = drafts(at_deadline(Phase.RATINGS))
    assert drawn(found) == [0, 1, 2]
    assert found[-1].kind is Kind.ARCHIVE


@pytest.mark.parametrize(
    "transition",
    [
        cancel(a_week(Phase.LISTENING), "Holidays", now=PLAN.opens_at),
        reopen(a_week(Phase.CLOSED), SOME, until=PLAN.ratings_close_at + DAY, now=PLAN.ratings_close_at),
    ],
    ids=["cancelled", "reopened"],
)
def test_a_week_that_ends_or_comes_back_draws_its_guide_again(transition):
    assert drawn(drafts(transition)) == [0, 1, 2]


@pytest.mark.parametrize("phase", [Phase.SCHEDULED, Phase.NOMINATIONS, Phase.LISTENING])
def test_other_moves_leave_the_guide_alone(phase):
    assert drawn(drafts(at_deadline(phase))) == []


def test_a_resync_draws_the_card_and_every_track_whatever_they_show():
    found = drafts_again([("guide", 0), ("track_post", 7), ("before_vote", 0)], PLAN.opens_at)
    refreshed = [draft for draft in found if draft.kind is Kind.GUIDE_REFRESH]
    assert [(draft.ordinal, draft.payload) for draft in refreshed] == [(0, {"force": True}), (7, {"force": True})]
    assert [draft.payload["panel"] for draft in found if draft.kind is Kind.REDRAW] == [Kind.BEFORE_VOTE]
