"""Reading accounts: when each is due, which part of its history is asked for next, and what is known of it whole.

A history is covered in spans of time. What lies between them is a hole: it is remembered and filled, newest first. A
window is one question of some pages; its end is pinned when it is begun, so that what is scrobbled meanwhile shifts no
page, and it is landed as a whole or not at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from bot.domain.listening.accounts import HistoryPage
from bot.domain.listening.plays import Source, Told

BEGINNING = datetime(2002, 1, 1, tzinfo=UTC)
"""No service of this kind is older; what is dated before comes of a clock that was never set."""
OVERLAP = timedelta(hours=1)
"""How far behind what is covered each reading begins: scrobbles of a player that was offline come late."""
DEEP = timedelta(days=14)
"""How far behind one reading a day begins."""
DEEP_EVERY = timedelta(days=1)
FIRST = timedelta(days=30)
"""The first reading of an account: what the club wants to see at once. The rest is backfilled."""
EDGE = timedelta(seconds=1)
"""Windows ask for a second more on both sides: services do not agree whether their limits are included."""
MOST_PAGES = 10
"""Pages after which a window is landed as far as it came; the rest is a hole like any other."""
BACK_OFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=25), timedelta(hours=2), timedelta(hours=12))
REFUSED_EVERY = timedelta(days=1)
"""An account that only its owner can mend is looked at once a day, in case they did it elsewhere."""
ASKED_EVERY = timedelta(minutes=1)
"""How often a member may have their account read at once."""
SECOND_LOOK = timedelta(minutes=20)
"""Plays that a service no longer tells are looked for again after this time before they are dropped."""
LEASE = timedelta(minutes=10)
"""How long whoever took an account has to show that they are still at it; every page does."""
STAND_BACK = timedelta(minutes=5)
"""How much later than everything else a backfill goes on when a service had enough."""
KEEPS_ALL = frozenset({Source.LASTFM, Source.LISTENBRAINZ})
"""Services that keep whole histories; the others tell their last plays only."""
LAST_PLAYS = 50
"""How many those tell."""
SHARE_GONE = 0.5
"""Fewer plays told than this share of the known ones are no deletions, but a service that has lost its mind."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A time of which every play is known: [since, until)."""

    since: datetime
    until: datetime

    def __contains__(self, instant: datetime) -> bool:
        return self.since <= instant < self.until


Coverage: TypeAlias = tuple[Span, ...]
"""Spans in order, none touching another."""


class Purpose(StrEnum):
    """Why a window is read."""

    NEWEST = "newest"
    DEEP = "deep"
    """The newest, and a fortnight again: for what came late, what was renamed and what was deleted."""
    BACKFILL = "backfill"


@dataclass(frozen=True, slots=True)
class Window:
    """A time that is being read, and how far its pages came."""

    purpose: Purpose
    since: datetime
    until: datetime
    cursor: str = ""
    """Asks for the next page; empty for the first one."""
    pages: int = 0
    """That have come and are staged."""
    told: int = 0
    """Plays on them."""
    total: int | None = None
    """Plays in the window, where the service tells."""
    whole: bool = True
    """Whether each page so far came complete."""


@dataclass(frozen=True, slots=True)
class State:
    """What is known of reading an account."""

    coverage: Coverage = ()
    window: Window | None = None
    """The one that is under way."""
    newest_due_at: datetime = BEGINNING
    deep_at: datetime | None = None
    """When a fortnight was last read again."""
    last_play_at: datetime | None = None
    failures: int = 0
    doubted: tuple[Missing, ...] = ()
    """Plays that the service did not tell the last time, to be looked for once more."""
    asked_at: datetime | None = None
    read: int = 0
    """Plays of the history that were read so far."""
    left: int | None = None
    """Plays of the history that are still to be read, where the service tells."""


@dataclass(frozen=True, slots=True, order=True)
class Missing:
    """A play we hold and the service does not tell."""

    played_at: datetime
    track_id: UUID


# --- coverage -------------------------------------------------------------------------------------------------------


def covering(coverage: Coverage, more: Span) -> Coverage:
    """The coverage with one more span; spans that meet become one."""
    if more.since >= more.until:
        return coverage
    apart = [span for span in coverage if span.until < more.since or span.since > more.until]
    meeting = [span for span in coverage if span not in apart]
    whole = Span(
        min([more.since, *(span.since for span in meeting)]), max([more.until, *(span.until for span in meeting)])
    )
    return tuple(sorted([*apart, whole]))


def holes(coverage: Coverage, beginning: datetime = BEGINNING) -> Coverage:
    """What lies between `beginning` and the end of what is covered without being known, oldest first."""
    found: list[Span] = []
    edge = beginning
    for span in coverage:
        if span.since > edge:
            found.append(Span(edge, span.since))
        edge = max(edge, span.until)
    return tuple(found)


# --- what is read next ----------------------------------------------------------------------------------------------


def next_window(state: State, source: Source, now: datetime) -> Window | None:
    """The window that is under way, or the one to begin now; None when nothing is to be read.

    A backfill that failed stands back for what is new, which the club waits for.
    """
    newest_due = state.newest_due_at <= now
    if state.window is not None:
        stands_back = state.window.purpose is Purpose.BACKFILL and state.failures > 0 and newest_due
        if not stands_back:
            return state.window
    if newest_due:
        return _newest(state, source, now)
    if source not in KEEPS_ALL or not (left := holes(state.coverage)):
        return None
    return Window(Purpose.BACKFILL, left[-1].since, left[-1].until)


def _newest(state: State, source: Source, now: datetime) -> Window:
    if source not in KEEPS_ALL:
        return Window(Purpose.NEWEST, BEGINNING, now)
    if not state.coverage:
        return Window(Purpose.NEWEST, now - FIRST, now)
    end = min(state.coverage[-1].until, now)
    if end < now - FIRST:  # a long silence of ours: the newest first, the hole afterwards
        return Window(Purpose.NEWEST, now - FIRST, now)
    if state.deep_at is None or now - state.deep_at >= DEEP_EVERY:
        return Window(Purpose.DEEP, end - DEEP, now)
    return Window(Purpose.NEWEST, end - OVERLAP, now)


def with_page(window: Window, page: HistoryPage) -> Window:
    """The window after one more page."""
    return replace(
        window,
        cursor=page.cursor,
        pages=window.pages + 1,
        told=window.told + len(page.plays),
        total=page.total if window.total is None else window.total,
        whole=window.whole and page.complete,
    )


def is_enough(window: Window, oldest: datetime | None) -> bool:
    """Whether a window that has more pages is landed as far as it came, lest it grows without end."""
    return window.pages >= MOST_PAGES and known_span(window, oldest).since < window.until - EDGE


def known_span(window: Window, oldest: datetime | None) -> Span:
    """What is known down to the oldest play of some pages: of its second there may be more on the next one."""
    since = window.until if oldest is None else oldest + EDGE
    return Span(min(max(since, window.since), window.until), window.until)


def landed(
    state: State,
    source: Source,
    window: Window,
    span: Span,
    plays: Collection[Told],
    now: datetime,
    chance: float,
) -> State:
    """The state after a window landed with these plays; `chance` in [0, 1) spreads accounts over the time."""
    times = [told.started_at for told in plays]
    if state.last_play_at is not None:
        times.append(state.last_play_at)
    latest = max(times, default=None)
    first = not state.coverage
    after = replace(state, coverage=covering(state.coverage, span), window=None, failures=0, last_play_at=latest)
    # Pages and windows overlap: what counts is what is told of this span, once.
    count = len({(told.started_at, told.artist, told.title) for told in plays if told.started_at in span})
    if window.purpose is Purpose.BACKFILL or first:
        after = replace(after, read=state.read + count)
    if window.purpose is Purpose.BACKFILL:
        left = 0 if span.since <= window.since else window.total and max(0, window.total - count)
        return replace(after, left=left)
    if window.purpose is Purpose.DEEP or state.deep_at is None:
        after = replace(after, deep_at=now)
    return replace(after, newest_due_at=now + interval(source, latest, now, chance))


def doubting(state: State, judged: Judged, now: datetime) -> State:
    """The state after a fortnight was judged: what was missing is looked for once more, soon."""
    if not judged.doubted:
        return replace(state, doubted=())
    return replace(
        state,
        doubted=judged.doubted,
        deep_at=now - DEEP_EVERY,
        newest_due_at=min(state.newest_due_at, now + SECOND_LOOK),
    )


def next_due(state: State, source: Source, now: datetime) -> datetime:
    """When an account that is well is taken up next: at once while there are holes to fill."""
    fillable = source in KEEPS_ALL and bool(holes(state.coverage))
    return now if fillable or state.window is not None else state.newest_due_at


def interval(source: Source, last_play: datetime | None, now: datetime, chance: float) -> timedelta:
    """How long until an account is read again: soon for whoever listens now, hours for whoever is silent.

    A service that tells the last fifty plays alone is asked before fifty can have passed.
    """
    if source not in KEEPS_ALL:
        least, most = timedelta(minutes=20), timedelta(minutes=30)
    else:
        silent = now - last_play if last_play is not None else timedelta.max
        if silent < timedelta(hours=2):
            least, most = timedelta(minutes=15), timedelta(minutes=30)
        elif silent < timedelta(days=1):
            least, most = timedelta(minutes=30), timedelta(hours=1)
        elif silent < timedelta(days=7):
            least, most = timedelta(hours=1), timedelta(hours=2)
        else:
            least, most = timedelta(hours=3), timedelta(hours=6)
    return least + (most - least) * chance


def back_off(failures: int, chance: float) -> timedelta:
    """How long an account is left alone after so many failures in a row, at least one."""
    pause = BACK_OFF[min(failures, len(BACK_OFF)) - 1]
    return pause * (1 + chance / 4)


def may_be_asked(state: State, now: datetime) -> bool:
    """Whether a member may have their account read at once."""
    return state.asked_at is None or now - state.asked_at >= ASKED_EVERY


# --- what a service no longer tells ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Judged:
    """What becomes of plays that we hold and the service does not tell."""

    gone: tuple[Missing, ...] = ()
    """To be dropped: renamed now, or missing for the second time."""
    doubted: tuple[Missing, ...] = ()
    """Missing for the first time: to be looked for again."""


def judge_missing(
    held: Collection[Missing], told: Iterable[tuple[datetime, UUID]], doubted: Collection[Missing]
) -> Judged:
    """What of the plays held from a source is gone, when it told a time completely.

    The same track within two seconds is the same play. Where another track is told at the very second, and was not
    held, the play was renamed. A service that suddenly tells hardly anything is not believed.
    """
    starts: dict[UUID, list[datetime]] = {}
    tracks_at: dict[datetime, set[UUID]] = {}
    count = 0
    for at, track in told:
        starts.setdefault(track, []).append(at)
        tracks_at.setdefault(at, set()).add(track)
        count += 1
    if count < len(held) * SHARE_GONE:
        return Judged()
    missing = [one for one in held if not any(_same_start(at, one.played_at) for at in starts.get(one.track_id, ()))]
    held_keys = {(one.played_at, one.track_id) for one in held}
    renamed = {
        one
        for one in missing
        if any((one.played_at, track) not in held_keys for track in tracks_at.get(one.played_at, ()))
    }
    seen_missing = set(doubted)
    gone = tuple(sorted(one for one in missing if one in renamed or one in seen_missing))
    return Judged(gone, tuple(sorted(set(missing) - set(gone))))


def _same_start(one: datetime, other: datetime) -> bool:
    return abs(one - other) <= timedelta(seconds=2)
