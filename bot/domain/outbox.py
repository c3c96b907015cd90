"""Errands: what Discord must show, recorded beside the change that causes it and performed after the commit."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from bot.domain.club.phases import Move, Transition
from bot.domain.club.rules import Guide, Layout, Pick
from bot.domain.club.week import CHOOSING, HEARING, Phase, Skip, ThreadRole, Week

LEASE = timedelta(seconds=30)
"""How long a process may hold an errand; performing one takes at most two thirds of it."""

ATTEMPTS = 8
"""After so many tries an errand is dead: the club is told, and `/week resync` tries again."""


class Kind(StrEnum):
    """Kinds of errand; each is one Discord operation that can be repeated or reconciled."""

    CARD = "card"
    """The week's card in the club's channel: posted once, later edited."""
    REFRESH = "refresh"
    """The card drawn again; at most one waits at a time."""
    PIN = "pin"
    UNPIN = "unpin"
    THREAD = "thread"
    """A thread from a panel; the payload names the panel and the roles the thread serves."""
    NOMINATIONS_PANEL = "nominations_panel"
    NOMINATION = "nomination"
    """A nomination's public card; the ordinal is the nomination's."""
    NOMINATION_EDIT = "nomination_edit"
    POLL_PANEL = "poll_panel"
    WINNER = "winner"
    """The announcement with the result."""
    ALBUM_PANEL = "album_panel"
    """The album thread's first message: links, pitch, buttons to rate."""
    GUIDE = "guide"
    """The listening guide's card, posted once, later edited; what it presents are posts."""
    TRACK_POST = "track_post"
    """A message for one track of the guide; the ordinal is the post's."""
    GUIDE_REFRESH = "guide_refresh"
    """The guide's card (ordinal 0) or a track's message drawn again; for each at most one waits at a time."""
    BEFORE_VOTE = "before_vote"
    """The nominees' pitch tracks, when the poll opens."""
    EVENT = "event"
    EVENT_END = "event_end"
    DISCUSSION = "discussion"
    RECAP = "recap"
    NOTICE = "notice"
    """A short message to a thread; the payload says which words."""
    HOST_NOTE = "host_note"
    REDRAW = "redraw"
    """A panel drawn again: it loses its buttons when its phase is over, and gets them back when that is reopened."""
    REMINDER = "reminder"
    DM = "dm"
    ACCOUNT_DM = "account_dm"
    """A private message to the owner of a linked account; it belongs to no week."""
    ARCHIVE = "archive"
    WAKE = "wake"
    """The threads of a closed week open again, unlocked."""
    PARTY_CARD = "party_card"
    """A listening party's card: who is there, what is on, the hosts' buttons."""
    PARTY_TRACK = "party_track"
    """A track of a party, posted as it begins."""
    PARTY_NOTE = "party_note"
    PARTY_RECAP = "party_recap"
    PARTY_REDRAW = "party_redraw"
    """A party's card or a track's message drawn again; in a lane of its own, so that it holds up no track."""
    SHARED_POST = "shared_post"
    """A member's track, posted in a channel; it belongs to no week, and the payload names the post."""
    SHARED_REDRAW = "shared_redraw"
    """That message drawn again: other counts, another version, or what is left of it."""
    HEARING = "hearing"
    """The card that says who has heard the album."""
    HEARING_REFRESH = "hearing_refresh"
    """That card drawn again; at most one waits at a time."""
    PLAYLIST = "playlist"
    """A playlist that a member shows to everybody; it belongs to no week, like its redraws."""
    PLAYLIST_REFRESH = "playlist_refresh"
    MILESTONE_DM = "milestone_dm"
    """A private reminder of a day that its member marked."""
    LETTER_DM = "letter_dm"
    """A member's weekly letter with what to hear next."""


MERGING = (Kind.REFRESH, Kind.GUIDE_REFRESH, Kind.HEARING_REFRESH)
"""Redraws of which at most one waits for each message; every transaction records them in this order."""


class State(StrEnum):
    """Life of an errand."""

    PENDING = "pending"
    SENDING = "sending"
    UNKNOWN = "unknown"
    """Tried, and nobody knows whether it happened: reconcile before trying again."""
    DONE = "done"
    SKIPPED = "skipped"
    """No longer wanted when its turn came."""
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Draft:
    """An errand to be recorded."""

    kind: Kind
    ordinal: int = 0
    not_before: datetime | None = None
    payload: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Errand:
    """A recorded errand, claimed by one process."""

    id: UUID
    club_id: UUID
    week_id: UUID | None
    phase: str
    run: int
    kind: Kind
    ordinal: int
    payload: Mapping[str, Any]
    attempts: int
    epoch: int
    first_attempt_at: datetime | None
    reconcile: bool
    """An earlier try may have happened."""

    @property
    def nonce(self) -> str:
        """The first 25 characters of the base32 digest of the id: equal for every try, unlike any other errand's."""
        return base64.b32encode(hashlib.sha256(self.id.bytes).digest()).decode()[:25]

    @property
    def marker(self) -> int:
        """A 31-bit component id, by which the message is found again in the channel's history."""
        return int.from_bytes(hashlib.sha256(self.id.bytes + b"marker").digest()[:4]) & 0x7FFF_FFFF or 1


def retry_after(attempts: int) -> timedelta:
    """Back-off before try `attempts + 1`: 2 s, 4 s … at most five minutes."""
    return timedelta(seconds=min(300, 2 ** min(attempts, 9)))


def drafts_for(
    transition: Transition, *, layout: Layout, event: bool, lock: bool, guide: Sequence[int] = ()
) -> list[Draft]:
    """The errands of a transition, in the order in which Discord must see them.

    `guide`: the ordinals of the listening guide's messages that stand already, 0 for its card.
    """
    week, move = transition.week, transition.move
    if move is Move.OPENED:
        return _opening(week)
    if move is Move.POLL_OPENED:
        return [
            Draft(Kind.REFRESH),
            Draft(
                Kind.REDRAW, ordinal=list(Kind).index(Kind.NOMINATIONS_PANEL), payload={"panel": Kind.NOMINATIONS_PANEL}
            ),
            *_panel(Kind.POLL_PANEL, (ThreadRole.POLL,), layout),
            *([] if week.is_demo else [Draft(Kind.BEFORE_VOTE)]),
        ]
    if move is Move.WON:
        return _winner(transition, layout, event, guide)
    if move is Move.DISCUSSION:
        return [Draft(Kind.REFRESH), *_panel(Kind.DISCUSSION, (ThreadRole.RATINGS,), layout)]
    if move is Move.CLOSED:
        return [
            Draft(Kind.RECAP),
            Draft(Kind.REFRESH),
            Draft(Kind.UNPIN),
            *_redraw_all(guide),
            *_refresh_hearing(transition),
            Draft(Kind.ARCHIVE, payload={"lock": lock}),
        ]
    if move is Move.CANCELLED:
        return _cancelled(transition, guide)
    if move is Move.REOPENED:
        return _reopened(transition, event, guide)
    if week.phase is Phase.SCHEDULED:  # a deadline moved before anybody has seen the week
        return []
    words = {
        Move.NOMINATIONS_EXTENDED: "nominations_extended",
        Move.POLL_EXTENDED: "poll_extended",
        Move.MOVED: "moved",
    }[move]
    drafts = [Draft(Kind.REFRESH), Draft(Kind.NOTICE, payload={"words": words}), *_redraw_all(), *_event(week, event)]
    if move is not Move.MOVED:
        drafts.append(Draft(Kind.HOST_NOTE, payload={"words": words}))
    return drafts


def _opening(week: Week) -> list[Draft]:
    roles = {
        Layout.TWO: (ThreadRole.NOMINATIONS, ThreadRole.POLL),
        Layout.ONE: tuple(ThreadRole),
        Layout.PER_PHASE: (ThreadRole.NOMINATIONS,),
    }[week.rules.layout]
    return [
        Draft(Kind.CARD),
        Draft(Kind.PIN),
        Draft(Kind.THREAD, payload={"panel": Kind.CARD, "roles": list(roles)}),
        Draft(Kind.NOMINATIONS_PANEL),
    ]


def _panel(kind: Kind, roles: tuple[ThreadRole, ...], layout: Layout) -> list[Draft]:
    """A panel in its thread; with one thread per phase the panel stands in the channel and the thread grows from it."""
    if layout is not Layout.PER_PHASE:
        return [Draft(kind)]
    return [
        Draft(kind),
        Draft(Kind.THREAD, ordinal=list(ThreadRole).index(roles[0]), payload={"panel": kind, "roles": list(roles)}),
    ]


def _winner(transition: Transition, layout: Layout, event: bool, guide: Sequence[int]) -> list[Draft]:
    week = transition.week
    drafts: list[Draft] = []
    if transition.before is Phase.SCHEDULED:  # a host's pick made before the week opened: there was nothing to choose
        drafts += [Draft(Kind.CARD), Draft(Kind.PIN)]
        if layout is Layout.ONE:
            drafts.append(Draft(Kind.THREAD, payload={"panel": Kind.CARD, "roles": list(ThreadRole)}))
    else:
        drafts.append(Draft(Kind.REFRESH))
        panels = [Kind.NOMINATIONS_PANEL] if transition.before is Phase.NOMINATIONS else [Kind.POLL_PANEL]
        if week.rules.anonymous:  # nominators are named from now on
            panels.append(Kind.BEFORE_VOTE)
        drafts += [redraw(panel) for panel in panels]
    drafts.append(Draft(Kind.WINNER))
    if layout is not Layout.ONE:
        roles = _album_roles(transition.before, layout)
        drafts.append(Draft(Kind.THREAD, ordinal=2, payload={"panel": Kind.WINNER, "roles": roles}))
    drafts.append(Draft(Kind.ALBUM_PANEL))
    if week.rules.guide is not Guide.OFF:
        drafts += [Draft(Kind.GUIDE), *_refresh_guide(number for number in guide if number)]
    if not week.is_demo:  # nobody's account tells of a demo
        drafts.append(Draft(Kind.HEARING))
    if week.rules.anonymous and week.rules.pick is Pick.VOTE:
        drafts.append(Draft(Kind.NOTICE, ordinal=1, payload={"words": "nominators", "role": ThreadRole.NOMINATIONS}))
    return drafts + _event(week, event)


def _album_roles(before: Phase, layout: Layout) -> list[ThreadRole]:
    """What the album's thread serves: its own phases, and those that were not needed: all four ids are known."""
    roles = [ThreadRole.LISTENING, ThreadRole.RATINGS] if layout is Layout.TWO else [ThreadRole.LISTENING]
    if before is Phase.SCHEDULED:
        return [ThreadRole.NOMINATIONS, ThreadRole.POLL, *roles]
    if before is Phase.NOMINATIONS and layout is Layout.PER_PHASE:
        return [ThreadRole.POLL, *roles]
    return roles


def _reopened(transition: Transition, event: bool, guide: Sequence[int]) -> list[Draft]:
    week = transition.week
    drafts = [Draft(Kind.REFRESH), Draft(Kind.NOTICE, payload={"words": "reopened"}), *_redraw_all(guide)]
    drafts += _refresh_hearing(transition)
    if transition.before is Phase.CLOSED:
        drafts.insert(0, Draft(Kind.WAKE))
    if transition.before in (Phase.CLOSED, Phase.CANCELLED):
        drafts.append(Draft(Kind.PIN))
    if week.phase in CHOOSING:
        # The event is about an album that may not win again.
        drafts.append(Draft(Kind.EVENT_END))
    return drafts + _event(week, event)


def _event(week: Week, event: bool) -> list[Draft]:
    return [Draft(Kind.EVENT)] if event and week.phase is Phase.LISTENING else []


def _cancelled(transition: Transition, guide: Sequence[int]) -> list[Draft]:
    if transition.before is Phase.SCHEDULED:
        return []
    drafts = [Draft(Kind.REFRESH), Draft(Kind.UNPIN), *_redraw_all(guide), *_refresh_hearing(transition)]
    drafts.append(Draft(Kind.EVENT_END))
    drafts.append(Draft(Kind.NOTICE, payload={"words": "cancelled"}))
    if transition.week.cancel_reason in (Skip.NO_NOMINATIONS, Skip.NO_PICK):  # no host did it, so hosts are told
        drafts.append(Draft(Kind.HOST_NOTE, payload={"words": "cancelled"}))
    return drafts


PANELS = (Kind.NOMINATIONS_PANEL, Kind.POLL_PANEL, Kind.BEFORE_VOTE, Kind.WINNER, Kind.ALBUM_PANEL, Kind.DISCUSSION)
"""Messages whose buttons or words depend on the phase."""


def redraw(panel: Kind, **payload: Any) -> Draft:
    """A panel drawn again."""
    return Draft(Kind.REDRAW, ordinal=list(Kind).index(panel), payload={"panel": panel, **payload})


def _redraw_all(guide: Iterable[int] = ()) -> list[Draft]:
    return [*(redraw(panel) for panel in PANELS), *_refresh_guide(guide)]


def _refresh_guide(guide: Iterable[int]) -> list[Draft]:
    return [Draft(Kind.GUIDE_REFRESH, ordinal=number) for number in guide]


def _refresh_hearing(transition: Transition) -> list[Draft]:
    """The card of who has heard it, where there was an album to hear."""
    known = transition.before in (*HEARING, Phase.CLOSED) or transition.week.winner_id is not None
    return [Draft(Kind.HEARING_REFRESH)] if known else []


PARTY_PANELS = (Kind.PARTY_CARD, Kind.PARTY_TRACK, Kind.PARTY_RECAP)
"""A party's messages that can be drawn again; their ordinals tell the party and the track."""
EDITS_APART = 1_000
"""Room between the ordinals of two nominations' redrawn cards."""


def drafts_again(panels: Iterable[tuple[str, int]], now: datetime, *, force: bool = True) -> list[Draft]:
    """Everything of a week that stands on Discord drawn once more; one message each.

    `panels` names what stands: kind and ordinal. Asked for at another instant these are other errands. With `force`
    also what seems to be right is sent, and what somebody deleted comes back.
    """
    words = f"again {now.isoformat()}"
    forced = {"force": True} if force else {}
    drafts = [Draft(Kind.REFRESH, payload=forced)]
    for kind, ordinal in sorted(panels):
        if kind == Kind.NOMINATION:
            payload = {"words": words, **forced}
            drafts.append(Draft(Kind.NOMINATION_EDIT, ordinal * EDITS_APART, payload=payload))
        elif kind in (Kind.GUIDE, Kind.TRACK_POST):
            drafts.append(Draft(Kind.GUIDE_REFRESH, ordinal, payload=forced))
        elif kind == Kind.HEARING:
            drafts.append(Draft(Kind.HEARING_REFRESH, payload=forced))
        elif kind in PARTY_PANELS:
            payload = {"panel": kind, "words": f"{words} {kind}", **forced}
            drafts.append(Draft(Kind.PARTY_REDRAW, ordinal, payload=payload))
        elif kind != Kind.CARD:
            drafts.append(redraw(Kind(kind), words=words, **forced))
    return drafts
