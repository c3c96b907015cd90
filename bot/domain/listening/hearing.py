"""Who has heard a week's album: x of n tracks, whether they knew it, and when the club is through with it.

A track counts once, however often it is played; it is heard when it was played since the winner was announced.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from bot.domain.listening.names import work_id

FEWEST = 3
"""A club of fewer who show their listening finishes no album together: it would name one or two people."""


class Share(StrEnum):
    """How much of the album somebody has heard."""

    ALL = "all"
    """Every track, or they say so."""
    HALF = "half"
    """Half of the tracks or more."""
    LESS = "less"
    UNKNOWN = "unknown"
    """They have no account linked, or show their listening to nobody, and said nothing."""


@dataclass(frozen=True, slots=True)
class Hearer:
    """A member beside the week's album. Of whoever has no account linked, or hides it, no tracks are counted."""

    user_id: UUID
    name: str
    heard: int = 0
    """Tracks heard since the winner was announced."""
    before: int = 0
    """Tracks heard before that."""
    says: bool = False
    """They say they have heard it; of whoever has no account linked a rating says so too."""
    said: bool = False
    """They said so themselves; a rating alone is no word of theirs."""
    told: bool = False
    """An account of theirs tells what they hear, and the club may see it."""
    shows: bool = False
    """They want to be named on the card."""
    active: bool = True


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many members have heard how much; names nobody."""

    all: int = 0
    half: int = 0
    less: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Hearing:
    """What the week's card shows: those who want to be named, most heard first."""

    tracks: int
    """Different tracks of the album; 0 where nobody told its list."""
    hearers: tuple[Hearer, ...] = ()

    @property
    def finished(self) -> int:
        """How many of those have heard it all."""
        return sum(share_of(one, self.tracks) is Share.ALL for one in self.hearers)


def works_of(tracks: Iterable[tuple[str, str]]) -> tuple[UUID, ...]:
    """The works of a track list (artist and title of each), as plays name them; each once."""
    return tuple(dict.fromkeys(work_id(artist, title) for artist, title in tracks))


def half_of(tracks: int) -> int:
    """Half of the tracks, rounded up."""
    return (tracks + 1) // 2


def share_of(hearer: Hearer, tracks: int) -> Share:
    """How much of an album of so many tracks a member has heard."""
    if hearer.says or (tracks and hearer.heard >= tracks):
        return Share.ALL
    if not hearer.told or not tracks:
        return Share.UNKNOWN
    return Share.HALF if hearer.heard >= half_of(tracks) else Share.LESS


def knew_it(hearer: Hearer, tracks: int) -> bool:
    """Whether they hear it again: they had heard half of the tracks or more before the week."""
    return tracks > 0 and hearer.before >= half_of(tracks)


def listened(hearer: Hearer, tracks: int) -> bool | None:
    """Whether a rating comes from listening (half the album, or their word) or from memory; None where nobody knows."""
    if hearer.said:
        return True
    return hearer.heard >= half_of(tracks) if hearer.told and tracks else None


def card_of(members: Sequence[Hearer], tracks: int) -> Hearing:
    """What the card shows of the club's members: only those who want it, and of whom there is something to say."""
    named = [one for one in members if one.shows and (one.says or (one.told and tracks))]
    named.sort(key=lambda one: (share_of(one, tracks) is not Share.ALL, -one.heard, one.name.casefold(), one.user_id))
    return Hearing(tracks, tuple(named))


def turnout_of(members: Sequence[Hearer], tracks: int) -> Turnout:
    """The shares of the active members, as counts."""
    shares = [share_of(one, tracks) for one in members if one.active]
    return Turnout(*(shares.count(share) for share in Share))


def club_is_through(card: Hearing) -> bool:
    """Whether everybody active who is named has heard it all, and they are enough to be a club."""
    active = [one for one in card.hearers if one.active]
    return len(active) >= FEWEST and all(share_of(one, card.tracks) is Share.ALL for one in active)
