"""What a move makes Discord show, in which order, and how an errand is told from every other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from bot.domain.club.phases import Facts, Move, Transition, advance, cancel, move_deadline, reopen
from bot.domain.club.rules import Layout, Pick, Rules
from bot.domain.club.week import OPEN_PHASES, Phase, Skip, ThreadRole, Week
from bot.domain.outbox import PANELS, Draft, Errand, Kind, drafts_again, drafts_for, retry_after
from tests.domain.test_phases import DAY, EMPTY, PLAN, SILENT, SOME, UNOPPOSED, a_week, ends_at


def errands(
    transition: Transition, layout: Layout = Layout.TWO, *, event: bool = True, lock: bool = False
) -> list[Draft]:
    week = replace(transition.week, rules=replace(transition.week.rules, layout=layout))
    return drafts_for(replace(transition, week=week), layout=layout, event=event, lock=lock)


def kinds(drafts: list[Draft]) -> list[str]:
    """Kinds in order, a redraw with its panel and a notice with its words."""
    return [" ".join(filter(None, (draft.kind, _about(draft)))) for draft in drafts]


def _about(draft: Draft) -> str:
    return str(draft.payload.get("words") or (draft.payload["panel"] if draft.kind is Kind.REDRAW else ""))


def threads(drafts: list[Draft]) -> list[tuple[str, list[str]]]:
    return [(draft.payload["panel"], draft.payload["roles"]) for draft in drafts if draft.kind is Kind.THREAD]


def at_deadline(phase: Phase, facts: Facts = SOME, **values) -> Transition:
    return advance(a_week(phase, **values), facts, now=ends_at(phase))


ALL_REDRAWN = [f"redraw {panel}" for panel in PANELS]


@pytest.mark.parametrize(
    ("transition", "expected"),
    [
        (at_deadline(Phase.SCHEDULED), ["card", "pin", "thread", "nominations_panel"]),
        (at_deadline(Phase.NOMINATIONS), ["refresh", "redraw nominations_panel", "poll_panel", "before_vote"]),
        (
            at_deadline(Phase.POLL),
            ["refresh", "redraw poll_panel", "winner", "thread", "album_panel", "guide", "hearing", "event"],
        ),
        (
            at_deadline(Phase.NOMINATIONS, UNOPPOSED),
            ["refresh", "redraw nominations_panel", "winner", "thread", "album_panel", "guide", "hearing", "event"],
        ),
        (
            at_deadline(Phase.SCHEDULED, UNOPPOSED, pick=Pick.HOST),
            ["card", "pin", "winner", "thread", "album_panel", "guide", "hearing", "event"],
        ),
        (at_deadline(Phase.LISTENING), ["refresh", "discussion"]),
        (at_deadline(Phase.RATINGS), ["recap", "refresh", "unpin", *ALL_REDRAWN, "hearing_refresh", "archive"]),
        (
            at_deadline(Phase.NOMINATIONS, EMPTY),
            ["refresh", "notice nominations_extended", *ALL_REDRAWN, "host_note nominations_extended"],
        ),
        (
            at_deadline(Phase.POLL, SILENT),
            ["refresh", "notice poll_extended", *ALL_REDRAWN, "host_note poll_extended"],
        ),
        (
            at_deadline(Phase.NOMINATIONS, EMPTY, nominations_extended=True),
            ["refresh", "unpin", *ALL_REDRAWN, "event_end", "notice cancelled", "host_note cancelled"],
        ),
        (
            cancel(a_week(Phase.POLL), "Holidays", now=PLAN.opens_at),
            ["refresh", "unpin", *ALL_REDRAWN, "event_end", "notice cancelled"],
        ),
        (cancel(a_week(Phase.SCHEDULED), Skip.HOST, now=PLAN.opens_at), []),
        (
            move_deadline(a_week(Phase.POLL), "poll_close_at", PLAN.poll_close_at + DAY, now=PLAN.opens_at),
            ["refresh", "notice moved", *ALL_REDRAWN],
        ),
        (
            move_deadline(a_week(Phase.LISTENING), "discussion_at", PLAN.discussion_at + DAY, now=PLAN.opens_at),
            ["refresh", "notice moved", *ALL_REDRAWN, "event"],
        ),
        (move_deadline(a_week(Phase.SCHEDULED), "opens_at", PLAN.opens_at + DAY, now=PLAN.opens_at - DAY), []),
    ],
)
def test_every_move_shows_what_it_means_in_order(transition, expected):
    assert kinds(errands(transition)) == expected


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (Phase.POLL, ["refresh", "notice reopened", *ALL_REDRAWN, "event_end"]),
        (Phase.LISTENING, ["refresh", "notice reopened", *ALL_REDRAWN, "hearing_refresh", "event_end"]),
        (Phase.RATINGS, ["refresh", "notice reopened", *ALL_REDRAWN, "hearing_refresh", "event"]),
        (Phase.CLOSED, ["wake", "refresh", "notice reopened", *ALL_REDRAWN, "hearing_refresh", "pin"]),
        (Phase.CANCELLED, ["refresh", "notice reopened", *ALL_REDRAWN, "pin", "event_end"]),
    ],
)
def test_reopening_gives_back_what_the_end_took_away(before, expected):
    transition = reopen(a_week(before), SOME, until=PLAN.ratings_close_at + DAY, now=PLAN.ratings_close_at)
    assert kinds(errands(transition)) == expected


@pytest.mark.parametrize(
    ("layout", "opening", "poll", "won", "discussion"),
    [
        (Layout.TWO, [("card", ["nominations", "poll"])], [], [("winner", ["listening", "ratings"])], []),
        (Layout.ONE, [("card", ["nominations", "poll", "listening", "ratings"])], [], [], []),
        (
            Layout.PER_PHASE,
            [("card", ["nominations"])],
            [("poll_panel", ["poll"])],
            [("winner", ["listening"])],
            [("discussion", ["ratings"])],
        ),
    ],
)
def test_the_layout_says_which_threads_grow_where(layout, opening, poll, won, discussion):
    steps = (Phase.SCHEDULED, Phase.NOMINATIONS, Phase.POLL, Phase.LISTENING)
    rules = Rules(layout=layout)
    grown = [threads(errands(_with(at_deadline(phase), rules), layout)) for phase in steps]
    assert grown == [opening, poll, won, discussion]


def _with(transition: Transition, rules: Rules) -> Transition:
    return replace(transition, week=replace(transition.week, rules=replace(rules, pick=transition.week.rules.pick)))


def a_short_week(layout: Layout, before: Phase) -> list[Draft]:
    """Everything from the opening to the discussion of a week that needed no poll, or no choice at all."""
    pick = Pick.HOST if before is Phase.SCHEDULED else Pick.VOTE
    steps = [at_deadline(before, UNOPPOSED, pick=pick), at_deadline(Phase.LISTENING)]
    if before is Phase.NOMINATIONS:
        steps.insert(0, at_deadline(Phase.SCHEDULED))
    return [draft for step in steps for draft in errands(_with(step, Rules(layout=layout, pick=pick)), layout)]


@pytest.mark.parametrize("layout", Layout)
@pytest.mark.parametrize("before", [Phase.SCHEDULED, Phase.NOMINATIONS])
def test_all_four_threads_are_known_even_where_phases_were_not_needed(layout, before):
    served = [role for _, roles in threads(a_short_week(layout, before)) for role in roles]
    assert sorted(served) == sorted(ThreadRole)


def test_a_club_without_events_makes_none():
    assert "event" not in kinds(errands(at_deadline(Phase.POLL), event=False))


def test_threads_are_locked_where_the_club_says_so():
    archive = errands(at_deadline(Phase.RATINGS), lock=True)[-1]
    assert (archive.kind, archive.payload) == (Kind.ARCHIVE, {"lock": True})


def test_an_anonymous_club_learns_the_nominators_when_the_poll_is_over():
    anonymous = _with(at_deadline(Phase.POLL), Rules(anonymous=True))
    assert "notice nominators" in kinds(errands(anonymous))
    assert "notice nominators" not in kinds(errands(at_deadline(Phase.POLL)))


@pytest.mark.parametrize("layout", Layout)
def test_no_move_wants_the_same_errand_twice(layout):
    moves = [at_deadline(phase, facts) for phase in OPEN_PHASES for facts in (SOME, EMPTY, UNOPPOSED, SILENT)]
    moves += [
        reopen(a_week(phase), SOME, until=PLAN.ratings_close_at + DAY, now=PLAN.ratings_close_at)
        for phase in (Phase.POLL, Phase.LISTENING, Phase.RATINGS, Phase.CLOSED, Phase.CANCELLED)
    ]
    for transition in moves:
        drafts = errands(_with(transition, Rules(layout=layout, anonymous=True)), layout)
        keys = [(draft.kind, draft.ordinal, draft.payload.get("words")) for draft in drafts]
        assert len(keys) == len(set(keys)), transition.move


def test_every_kind_of_move_is_drawn():
    for move in Move:
        week: Week = a_week(Phase.POLL)
        assert drafts_for(Transition(week, move, Phase.POLL), layout=Layout.TWO, event=True, lock=False)


def test_a_resync_draws_each_message_once_more_and_differs_from_the_last_one():
    panels = [("card", 0), ("nomination", 2), ("nomination", 1), ("winner", 0)]
    drafts = drafts_again(panels, PLAN.opens_at)
    assert [(draft.kind, draft.ordinal) for draft in drafts] == [
        (Kind.REFRESH, 0),
        (Kind.NOMINATION_EDIT, 1_000),
        (Kind.NOMINATION_EDIT, 2_000),
        (Kind.REDRAW, list(Kind).index(Kind.WINNER)),
    ]
    assert all(draft.payload["force"] for draft in drafts)
    again = drafts_again(panels, PLAN.opens_at + timedelta(seconds=1))
    assert {draft.payload["words"] for draft in drafts[1:]}.isdisjoint({draft.payload["words"] for draft in again[1:]})


def an_errand(errand_id: UUID) -> Errand:
    return Errand(errand_id, uuid4(), uuid4(), "poll", 3, Kind.CARD, 0, {}, 1, 1, None, reconcile=False)


def test_a_nonce_is_25_characters_and_the_same_for_every_try():
    first, second = an_errand(uuid4()), an_errand(uuid4())
    assert len(first.nonce) == 25
    assert first.nonce.isascii()
    assert first.nonce == replace(first, attempts=4, epoch=9, reconcile=True).nonce
    assert (first.nonce, first.marker) != (second.nonce, second.marker)
    assert 0 < first.marker < 2**31


def test_tries_get_rarer_until_five_minutes_apart():
    waits = [retry_after(attempts).total_seconds() for attempts in range(1, 12)]
    assert waits[:4] == [2, 4, 8, 16]
    assert waits == sorted(waits)
    assert waits[-1] == 300
