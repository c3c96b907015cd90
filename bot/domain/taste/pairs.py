"""Two members beside each other, and who is close to whom: what is shown of matches."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from bot.domain.errors import Refusal


class Speaks(StrEnum):
    """What speaks for a pair, or against it."""

    ARTISTS = "artists"
    GENRES = "genres"
    AGREE = "agree"
    DISAGREE = "disagree"


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that makes two tastes close, or keeps them apart."""

    speaks: Speaks
    names: tuple[str, ...] = ()
    count: int = 0
    """Artists shared, or albums both rated."""
    apart: float = 0.0
    """How far apart their scores of the same albums are on average."""


@dataclass(frozen=True, slots=True)
class Pair:
    """How close two members are."""

    score: int
    shared: float
    genres: float
    agreement: float
    rated: int
    whole: bool
    """False where little is known of one of them."""


@dataclass(frozen=True, slots=True)
class SharedArtist:
    """An artist whom both heard, and how many of the club did."""

    name: str
    mine: int
    theirs: int
    holders: int


@dataclass(frozen=True, slots=True)
class Loved:
    """An artist whom one of them loves and the other has not heard."""

    name: str
    plays: int


@dataclass(frozen=True, slots=True)
class Compared:
    """Two members beside each other, as the one who asked sees it."""

    asker: str
    other: str
    other_id: int
    """The other's Discord account."""
    pair: Pair
    members: int
    """Of the club, those who are compared."""
    reasons: tuple[Reason, ...]
    shared: tuple[SharedArtist, ...]
    """A page of them, those that speak most first."""
    shared_in_all: int
    page: int
    they_love: tuple[Loved, ...]
    you_love: tuple[Loved, ...]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A member on a list of who is close to somebody."""

    place: int
    user_id: UUID
    name: str
    score: int
    whole: bool
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Who is close to a member, closest first."""

    of: str
    own: bool
    """Whether it is the asker's own list."""
    listed: tuple[Neighbour, ...]
    asker: Neighbour | None
    """The asker's own line on somebody else's list, wherever it stands."""
    members: int
    page: int


class OneselfCompared(Refusal):
    """Whoever asks would be compared with themselves."""


@dataclass(eq=False)
class BotCompared(Refusal):
    """A bot hears nothing."""

    name: str


class OwnListeningHidden(Refusal):
    """Whoever asks keeps what they hear from the club, and is matched with nobody."""


@dataclass(eq=False)
class TooLittleKnown(Refusal):
    """Too little is known to compare; `name` is empty where it is the asker of whom so little is known."""

    name: str = ""


class NobodyToCompare(Refusal):
    """Of nobody else in the club enough is known."""
