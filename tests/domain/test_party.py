"""A party's timeline: each track begins once, in order, and on time, whatever hosts press and whoever was away."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import party as rules
from bot.domain.errors import PartyRefused
from bot.domain.outbox import Draft, Kind, drafts_again
from bot.domain.party import LONG_OUTAGE, LONGEST_PAUSE, Outcome, Party, Reason, State, Turn
from bot.domain.party_messages import drafts_of, read_ordinal

START = datetime(2026, 11, 27, 20, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def a_party(*lengths: float | None, starts_at: datetime = START) -> Party:
    """A lobby; lengths are minutes, None for one that is not known."""
    turns = tuple(
        Turn(place, f"Track {place}", duration_ms=None if length is None else int(length * 60_000))
        for place, length in enumerate(lengths, start=1)
    )
    return Party(UUID(int=1), UUID(int=2), UUID(int=3), 1, starts_at, turns, anchor_at=starts_at)


def playing(*lengths: float | None) -> Party:
    return rules.advance(a_party(*lengths), START)


def outcomes(party: Party) -> list[str]:
    return [str(turn.outcome) for turn in party.turns]


def kinds(drafts: list[Draft]) -> list[tuple[str, int]]:
    """What is posted with its position, what is drawn again with the position of what it is about; 0 for the card."""
    return [
        (str(draft.kind), 0 if draft.kind is Kind.PARTY_NOTE else read_ordinal(draft.ordinal)[1]) for draft in drafts
    ]


def refused(reason: str):
    return pytest.raises(PartyRefused, check=lambda error: error.reason == reason)


# --- time alone -----------------------------------------------------------------------------------------------------


def test_the_lobby_waits_for_its_start_and_the_first_track_begins_there() -> None:
    lobby = a_party(3, 4)
    assert rules.advance(lobby, START - SECOND) is lobby
    assert lobby.due_at == START
    begun = rules.advance(lobby, START + SECOND)
    assert (begun.state, begun.position, begun.ends_at) == (State.PLAYING, 1, START + 3 * MINUTE)


def test_a_track_begins_when_the_one_before_ends_however_late_that_is_noticed() -> None:
    party = playing(3, 4, 5)
    for _ in range(2):
        assert party.due_at is not None
        party = rules.advance(party, party.due_at + 2 * SECOND)
    assert [turn.began_at for turn in party.turns] == [START, START + 3 * MINUTE, START + 7 * MINUTE]
    over = rules.advance(party, START + 12 * MINUTE)
    assert (over.state, over.ended_at, over.due_at) == (State.OVER, START + 12 * MINUTE, None)
    assert rules.advance(over, START + 99 * MINUTE) is over


def test_a_track_of_unknown_length_gets_four_minutes_and_a_very_short_one_five_seconds() -> None:
    party = a_party(None, 0.01, 2)
    assert [turn.length for turn in party.turns] == [4 * MINUTE, 5 * SECOND, 2 * MINUTE]
    assert party.length == 6 * MINUTE + 5 * SECOND


def test_after_a_short_absence_it_goes_on_on_schedule_and_tracks_nobody_was_told_of_are_missed() -> None:
    party = rules.advance(playing(3, 2, 2, 5), START + 8 * MINUTE)
    assert outcomes(party) == ["played", "missed", "missed", "playing"]
    assert party.ends_at == START + 12 * MINUTE
    assert [turn.position for turn in party.missed_before(4)] == [2, 3]
    assert party.missed_before(2) == ()


def test_after_a_long_absence_it_waits_for_a_host_where_it_was() -> None:
    back = START + 3 * MINUTE + LONG_OUTAGE + SECOND
    party = rules.advance(playing(3, 2, 2), back)
    assert (party.state, party.reason, party.position) == (State.PAUSED, Reason.AWAY, 1)
    went_on = rules.resume(party, back + MINUTE)
    assert outcomes(went_on) == ["played", "playing", "waiting"]
    assert went_on.turns[1].began_at == back + MINUTE
    assert outcomes(rules.skip(party, back + MINUTE)) == outcomes(went_on)
    # Exactly as long as is still short, and the lobby waits too.
    assert rules.advance(playing(3, 99), START + 3 * MINUTE + LONG_OUTAGE).state is State.PLAYING
    lobby = rules.advance(a_party(3), START + LONG_OUTAGE + SECOND)
    assert (lobby.state, lobby.position) == (State.PAUSED, 0)
    assert rules.resume(lobby, back).turns[0].began_at == back


def test_a_pause_that_nobody_ends_ends_the_party() -> None:
    party = rules.pause(playing(3, 2), START + MINUTE)
    assert party.due_at == START + MINUTE + LONGEST_PAUSE
    party = rules.advance(party, START + MINUTE + LONGEST_PAUSE)
    assert (party.state, party.reason) == (State.STOPPED, Reason.FORGOTTEN)
    assert outcomes(party) == ["cut", "waiting"]


# --- what hosts press -----------------------------------------------------------------------------------------------


def test_a_pause_keeps_the_rest_of_the_track() -> None:
    party = rules.resume(rules.pause(playing(3, 2), START + MINUTE), START + 11 * MINUTE)
    assert party.ends_at == START + 13 * MINUTE
    assert party.paused_for == 10 * MINUTE
    assert party.heard(START + 11 * MINUTE) == MINUTE


def test_a_skip_means_the_track_that_the_host_saw() -> None:
    party = rules.skip(playing(3, 2, 2), START + MINUTE, seen=1)
    assert outcomes(party) == ["skipped", "playing", "waiting"]
    with refused("moved_on"):
        rules.skip(party, START + MINUTE, seen=1)
    # The track may have ended by itself just before.
    with refused("moved_on"):
        rules.skip(party, START + 4 * MINUTE, seen=2)
    paused = rules.pause(party, START + 2 * MINUTE)
    assert outcomes(rules.skip(paused, START + 5 * MINUTE)) == ["skipped", "skipped", "playing"]
    assert rules.skip(rules.skip(party, START + MINUTE), START + MINUTE).state is State.OVER


def test_what_does_not_fit_is_refused_with_why() -> None:
    lobby, on = a_party(3), playing(3)
    held = rules.pause(on, START)
    over = rules.stop(on, START)
    for act, party, reason in (
        (rules.pause, lobby, "lobby"),
        (rules.pause, held, "paused"),
        (rules.pause, over, "over"),
        (rules.resume, lobby, "lobby"),
        (rules.resume, on, "playing"),
        (rules.resume, over, "over"),
        (rules.skip, lobby, "lobby"),
        (rules.skip, over, "over"),
        (rules.begin, on, "begun"),
        (rules.begin, over, "over"),
        (rules.stop, over, "over"),
    ):
        with refused(reason):
            act(party, START - SECOND if party is lobby else START)


def test_a_host_may_begin_before_the_planned_start() -> None:
    party = rules.begin(a_party(3), START - MINUTE)
    assert (party.position, party.ends_at, party.starts_at) == (1, START + 2 * MINUTE, START - MINUTE)


# --- what is shown --------------------------------------------------------------------------------------------------


def test_every_change_asks_for_just_what_it_changes() -> None:
    lobby = a_party(3, 2)
    assert kinds(drafts_of(None, lobby)) == [("party_card", 0)]
    on = rules.begin(lobby, START)
    assert kinds(drafts_of(None, on)) == [("party_card", 0), ("party_track", 1)]
    assert kinds(drafts_of(lobby, on)) == [("party_track", 1), ("party_redraw", 0)]
    assert drafts_of(on, on) == []
    held = rules.pause(on, START)
    assert kinds(drafts_of(on, held)) == [("party_redraw", 1), ("party_redraw", 0)]
    second = rules.skip(on, START)
    assert kinds(drafts_of(on, second)) == [("party_track", 2), ("party_redraw", 1), ("party_redraw", 0)]
    over = rules.skip(second, START)
    assert kinds(drafts_of(second, over)) == [("party_recap", 0), ("party_redraw", 2), ("party_redraw", 0)]
    called_off = drafts_of(lobby, rules.stop(lobby, START))
    assert kinds(called_off) == [("party_note", 0), ("party_redraw", 0)]
    away = drafts_of(on, rules.advance(on, START + 60 * MINUTE))
    assert kinds(away) == [("party_note", 0), ("party_redraw", 1), ("party_redraw", 0)]
    # What is missed is never posted as if it began.
    late = drafts_of(playing(3, 2, 9), rules.advance(playing(3, 2, 9), START + 6 * MINUTE))
    assert [draft for draft in kinds(late) if draft[0] == "party_track"] == [("party_track", 3)]


def test_a_tracks_message_is_one_of_its_own_in_every_party_of_a_week() -> None:
    parties = [replace(playing(3), number=number) for number in (1, 2)]
    ordinals = [draft.ordinal for party in parties for draft in drafts_of(None, party)]
    assert ordinals == [1, 1001, 2, 2001]
    assert Kind.PARTY_TRACK in {draft.kind for draft in drafts_of(None, parties[0])}


def test_an_ordinal_tells_party_and_track_and_everything_of_a_party_can_be_drawn_again() -> None:
    assert [read_ordinal(ordinal) for ordinal in (1, 1001, 2, 2012)] == [(1, 0), (1, 1), (2, 0), (2, 12)]
    panels = [("party_card", 1), ("party_track", 1001), ("party_track", 1002), ("party_recap", 1)]
    drafts = drafts_again(panels, START)[1:]
    assert {(draft.payload["panel"], draft.ordinal) for draft in drafts} == set(panels)
    assert len({(draft.kind, draft.ordinal, draft.payload["words"]) for draft in drafts}) == len(panels)


def test_a_track_is_late_once_its_time_has_passed() -> None:
    party = playing(3, 2)
    assert not party.is_late(1, START + 3 * MINUTE - SECOND)
    assert party.is_late(1, START + 3 * MINUTE)
    assert not rules.pause(party, START + MINUTE).is_late(1, START + 9 * MINUTE)
    assert rules.advance(party, START + 60 * MINUTE).is_late(1, START + 60 * MINUTE)
    after = rules.advance(party, START + 4 * MINUTE)
    assert after.is_late(1, START + 4 * MINUTE)
    assert rules.missed(after, 1).missed_before(2)[0].position == 1
    assert not rules.skip(party, START).is_late(1, START)


# --- in any order ---------------------------------------------------------------------------------------------------

acts = st.lists(
    st.tuples(st.sampled_from(["pause", "resume", "skip", "wait", "late"]), st.integers(0, 400)), max_size=40
)
lengths = st.lists(st.one_of(st.none(), st.integers(1, 9)), min_size=1, max_size=12)


@given(lengths, acts)
def test_each_track_begins_once_in_order_and_the_whole_lasts_lengths_and_pauses_without_what_was_skipped(
    minutes: list[int | None], pressed: list[tuple[str, int]]
) -> None:
    party, now, skipped = playing(*minutes), START, timedelta(0)
    begun = [1]
    for act, seconds in [*pressed, ("resume", 0), *[("wait", 600)] * 12]:
        target = now + seconds * SECOND
        if act != "late":  # the alarm rings at every due moment on the way
            while party.due_at is not None and party.due_at <= target:
                party = rules.advance(party, party.due_at)
                begun += [party.position] if party.position != begun[-1] else []
        now = target
        before = rules.advance(party, now)
        try:
            party = {"pause": rules.pause, "resume": rules.resume, "skip": rules.skip}.get(act, rules.advance)(
                party, now
            )
        except PartyRefused:
            party = before
        else:
            if act == "skip" and before.present is not None:
                skipped += before.present.length - before.heard(now)
        begun += range(begun[-1] + 1, party.position + 1)
        assert party.track_at(now) in (party.position, party.position + (party.state is State.OVER))
    assert begun == list(range(1, len(minutes) + 1))
    assert party.state is State.OVER
    starts = [turn.began_at for turn in party.turns if turn.began_at is not None]
    assert len(starts) == len(minutes)
    assert all(one <= other for one, other in pairwise(starts))
    assert all(one.ended_at == other.began_at for one, other in pairwise(party.turns))
    assert party.ended_at is not None
    assert party.ended_at - START == party.length + party.paused_for - skipped


@given(lengths, st.integers(0, 4_000))
def test_what_is_on_is_the_same_whether_somebody_looked_on_the_way_or_not(
    minutes: list[int | None], seconds: int
) -> None:
    now = START + seconds * SECOND
    watched = playing(*minutes)
    while watched.due_at is not None and watched.due_at <= now:
        watched = rules.advance(watched, watched.due_at)
    slept = playing(*minutes).track_at(now)
    assert slept == (watched.position if watched.is_running else len(minutes) + 1)
    assert Outcome.MISSED not in {turn.outcome for turn in watched.turns}
