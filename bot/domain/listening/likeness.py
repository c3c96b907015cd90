"""When two tellings of different sources are one play, and by which rule."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from bot.domain.listening.plays import Family, Source, family
from bot.domain.listening.telling import NO_TIME, Telling

DOUBLE = timedelta(seconds=2)
"""Starts of the same track that one source of seconds tells this close together are one play."""
CLOSE = timedelta(seconds=10)
"""Starts, or ends, that different sources tell of one play are this close."""
MINUTE = timedelta(minutes=1)
LONGEST = timedelta(minutes=30)
"""A pause is looked for in tracks up to this length."""
REACH = 2 * LONGEST + 2 * MINUTE
"""No two tellings of one play start further apart."""


class Reason(StrEnum):
    """By which rule a telling is a twin of the kept one."""

    SAME = "same"
    """The same start, told twice by one service."""
    MINUTE = "minute"
    """The same minute (and length, where it is told), told by two exports of one service."""
    START = "start"
    """The same start, told by two services."""
    PAUSE = "pause"
    """One began within a track's length before the start that the other reckons back from its end: it was paused."""
    END = "end"
    """The same end; or the end of one is the start of the other, as Spotify once told starts."""


class Likeness(NamedTuple):
    """How much alike two tellings are; the smaller, the more."""

    tier: int
    gap: timedelta
    reason: Reason


FAMILIES = {source.value: family(source) for source in Source}
_FILES_OF_SPOTIFY = (Source.SPOTIFY_ACCOUNT.value, Source.SPOTIFY_EXTENDED.value)


def are_double(one: Telling, other: Telling) -> bool:
    """Whether one source told one play twice: seconds, the same start within two, and the same end where it is told."""
    if one.source != other.source or one.minute or other.minute or abs(one.started_at - other.started_at) > DOUBLE:
        return False
    if one.ended_at is None or other.ended_at is None:
        return True
    return one.counts == other.counts and abs(one.ended_at - other.ended_at) <= DOUBLE


def within_family(one: Telling, other: Telling) -> Likeness | None:
    """How two tellings of one service are one play; None where they are two."""
    if FAMILIES[one.source] is Family.SPOTIFY:
        return _of_spotify(one, other)
    if one.minute != other.minute:
        by_minute, by_second = (one, other) if one.minute else (other, one)
        same = _minute(by_second.started_at) == by_minute.started_at
        return Likeness(0, NO_TIME, Reason.MINUTE) if same else None
    if one.minute:
        return Likeness(0, NO_TIME, Reason.MINUTE) if one.started_at == other.started_at else None
    gap = abs(one.started_at - other.started_at)
    return Likeness(0, gap, Reason.SAME) if gap <= DOUBLE else None


def _of_spotify(one: Telling, other: Telling) -> Likeness | None:
    if one.ended_at is None or other.ended_at is None:
        return None
    if one.source in _FILES_OF_SPOTIFY and other.source in _FILES_OF_SPOTIFY:
        same = _minute(one.ended_at) == _minute(other.ended_at) and one.ms_played == other.ms_played
        return Likeness(0, NO_TIME, Reason.MINUTE) if same else None
    gap = _gap(one.ended_at, one.minute, other.ended_at, other.minute)
    return Likeness(0, gap, Reason.END) if gap <= CLOSE else None


def across_families(one: Telling, other: Telling) -> Likeness | None:
    """How tellings of two services are one play; None where they are two."""
    if not (one.counts and other.counts):
        return None
    gap = _gap(one.started_at, one.minute, other.started_at, other.minute)
    if gap <= CLOSE:
        return Likeness(1, gap, Reason.START)
    found = [like for like in (_reckoned_back(one, other), _reckoned_back(other, one)) if like]
    return min(found) if found else None


def _reckoned_back(ended: Telling, begun: Telling) -> Likeness | None:
    """A play told by its end beside one told by its start."""
    if ended.ended_at is None or begun.ended_at is not None:
        return None
    at_end = _gap(ended.ended_at, ended.minute, begun.started_at, begun.minute)
    if at_end <= CLOSE:
        return Likeness(3, at_end, Reason.END)  # it may as well be the next play of a repeated track
    pause = min(ended.length, LONGEST)
    earliest, latest = ended.started_at - pause - CLOSE, ended.ended_at
    if ended.minute:
        latest += MINUTE
    if begun.minute:
        earliest -= MINUTE
    if earliest <= begun.started_at <= latest:
        return Likeness(2, abs(ended.started_at - begun.started_at), Reason.PAUSE)
    return None


def _minute(instant: datetime) -> datetime:
    return instant.replace(second=0, microsecond=0)


def _gap(one: datetime, one_by_minute: bool, other: datetime, other_by_minute: bool) -> timedelta:
    """How far two instants are apart at the least; one told by the minute lies anywhere within it."""
    if one <= other:
        return max(NO_TIME, other - one - (MINUTE if one_by_minute else NO_TIME))
    return max(NO_TIME, one - other - (MINUTE if other_by_minute else NO_TIME))
