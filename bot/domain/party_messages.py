"""What Discord must show of a party: a message once in its life, and whatever changed drawn again."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.outbox import Draft, Kind
from bot.domain.party import Outcome, Party, Reason, State

TURNS_APART = 1_000
"""Room between the ordinals of two parties' tracks."""


def card_ordinal(party: Party) -> int:
    """The number of a party's card and recap among its week's; nobody holds a thousand parties."""
    return party.number


def turn_ordinal(party: Party, position: int) -> int:
    """The number of a track's message among its week's."""
    return party.number * TURNS_APART + position


def read_ordinal(ordinal: int) -> tuple[int, int]:
    """The number of a party among its week's and the position of a track, 0 for the card and the recap."""
    number, position = divmod(ordinal, TURNS_APART)
    return (number, position) if number else (position, 0)


def drafts_of(before: Party | None, after: Party) -> list[Draft]:
    """The errands of a change, in the order in which Discord must see them: what begins first, what is drawn anew last.

    A track that began and ended within one change is not among them.
    """
    if before is not None and before.run == after.run:
        return []
    about = {"party": str(after.id)}
    was = {turn.position: turn.outcome for turn in before.turns} if before is not None else {}
    begun = [
        Draft(Kind.PARTY_TRACK, turn_ordinal(after, turn.position), payload={**about, "position": turn.position})
        for turn in after.turns
        if turn.outcome is Outcome.PLAYING and was.get(turn.position, Outcome.WAITING) is Outcome.WAITING
    ]
    if before is None:
        return [Draft(Kind.PARTY_CARD, card_ordinal(after), payload=about), *begun]
    again = [
        _redraw(after, Kind.PARTY_TRACK, turn_ordinal(after, turn.position))
        for turn in after.turns
        if was[turn.position] is Outcome.PLAYING
    ]
    return [*begun, *_told(before, after, about), *again, card_again(after)]


def _told(before: Party, after: Party, about: Mapping[str, str]) -> list[Draft]:
    """What is said beside the tracks: that the bot was away, that the party is off, or what it was."""
    if not after.is_running and after.position:
        return [Draft(Kind.PARTY_RECAP, card_ordinal(after), payload=about)]
    if after.state is State.STOPPED:
        return [Draft(Kind.PARTY_NOTE, after.run, payload={**about, "words": "called_off"})]
    if after.state is State.PAUSED and after.reason is Reason.AWAY and before.state is not State.PAUSED:
        return [Draft(Kind.PARTY_NOTE, after.run, payload={**about, "words": "away"})]
    return []


def card_again(party: Party) -> Draft:
    """The card drawn anew."""
    return _redraw(party, Kind.PARTY_CARD, card_ordinal(party))


def _redraw(party: Party, panel: Kind, ordinal: int) -> Draft:
    return Draft(Kind.PARTY_REDRAW, ordinal, payload={"party": str(party.id), "panel": str(panel)})
