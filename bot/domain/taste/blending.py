"""Playlists made of taste: a blend of two members, and the club's winners that somebody missed.

A blend begins with what both love. Then come, in turn, what the one loves and the other has never heard, and the other
way round; when one side has no more, the other goes on. The rest is filled up with more that both love, then with what
one loves and the other has heard once or twice. An artist stands in it three times at most, and never twice in a row
where anything else could stand between.

A list to catch up has the whole album of every winner that its member missed, the latest first.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from bot.domain.errors import Refusal

LOVED = 3
"""Heard so often, a track is loved."""
LONGEST = 50
SHARED_FIRST = 20
"""So many that both love stand at the beginning; more of them only where nothing else is left."""
OF_AN_ARTIST = 3


@dataclass(eq=False)
class NothingToBlend(Refusal):
    """Of one of the two no track is known that they love; `name` is empty where that is the asker."""

    name: str = ""


@dataclass(frozen=True, slots=True)
class Between:
    """A track between two members: how often each of them heard it."""

    id: UUID
    artist: str
    """As it is compared."""
    mine: int
    theirs: int

    @property
    def both_love(self) -> bool:
        """Whether both heard it often enough."""
        return min(self.mine, self.theirs) >= LOVED

    @property
    def new_to_me(self) -> bool:
        """Loved by the other, and never heard by the one who asks."""
        return not self.mine and self.theirs >= LOVED

    @property
    def new_to_them(self) -> bool:
        """The other way round."""
        return not self.theirs and self.mine >= LOVED

    @property
    def half_loved(self) -> bool:
        """Loved by one of them, and heard by the other without being loved."""
        return max(self.mine, self.theirs) >= LOVED > min(self.mine, self.theirs) > 0


@dataclass(frozen=True, slots=True)
class Blend:
    """The tracks of a blend in their order, and how many of them are there for which reason."""

    tracks: tuple[UUID, ...]
    shared: int
    theirs: int
    """Loved by the other, new to the one who asks."""
    mine: int
    half: int
    """Loved by one, and heard by the other without being loved."""


def blend(heard: Iterable[Between]) -> Blend:
    """A blend of two members, from the tracks that either loves.

    How much a member loves a track is its plays beside those of the track they heard most, both as logarithms: who
    hears more music does not weigh more. Of a track that both love the smaller love counts.
    """
    tracks = list(heard)
    most_mine = max((one.mine for one in tracks), default=0)
    most_theirs = max((one.theirs for one in tracks), default=0)

    def order(one: Between) -> tuple[float, float, UUID]:
        mine, theirs = _love(one.mine, most_mine), _love(one.theirs, most_theirs)
        least = min(mine, theirs) if one.both_love else max(mine, theirs)
        return -least, -(mine + theirs), one.id

    tracks.sort(key=order)
    both = [one for one in tracks if one.both_love]
    to_me = [one for one in tracks if one.new_to_me]
    to_them = [one for one in tracks if one.new_to_them]
    list_ = _Order()
    shared = list_.take(both, SHARED_FIRST)
    theirs = mine = 0
    while True:
        one, other = list_.take(to_me, 1), list_.take(to_them, 1)
        theirs, mine = theirs + one, mine + other
        if not one and not other:
            break
    shared += list_.take(both, LONGEST)
    half = list_.take([one for one in tracks if one.half_loved], LONGEST)
    return Blend(tuple(list_.tracks), shared, theirs, mine, half)


def _love(plays: int, most: int) -> float:
    return math.log1p(plays) / math.log1p(most) if most else 0.0


class _Order:
    """A list that grows, and lets no artist take it over."""

    def __init__(self) -> None:
        self.tracks: list[UUID] = []
        self._of: Counter[str] = Counter()
        self._last = ""

    def take(self, lane: list[Between], most: int) -> int:
        """Take up to so many from the front of a lane, passing over what has to wait; how many."""
        taken = 0
        while taken < most and len(self.tracks) < LONGEST:
            lane[:] = [one for one in lane if self._of[one.artist] < OF_AN_ARTIST]
            if not lane:
                break
            place = next((place for place, one in enumerate(lane) if one.artist != self._last), 0)
            one = lane.pop(place)
            self.tracks.append(one.id)
            self._of[one.artist] += 1
            self._last = one.artist
            taken += 1
        return taken


@dataclass(frozen=True, slots=True)
class Winner:
    """An album, or a demo, that won a week, and what a member did with it."""

    title: str
    tracks: tuple[UUID, ...]
    """Of its list, in order; none where nobody told it."""
    heard: int
    """How many of them the member ever heard."""
    settled: bool
    """They rated it, said that they have heard it, or put it forward themselves."""

    @property
    def missed(self) -> bool:
        """Whether there is something to catch up with: less than half of it was ever heard."""
        return not self.settled and (not self.tracks or 2 * self.heard < len(self.tracks))


@dataclass(frozen=True, slots=True)
class CatchUp:
    """The tracks of a list to catch up."""

    tracks: tuple[UUID, ...]
    albums: int
    """Whose tracks stand in it."""
    listless: tuple[str, ...] = ()
    """Missed, and no list of their tracks is known."""
    left_out: int = 0
    """Missed, and there was no room."""


def catch_up(winners: Sequence[Winner], *, most: int) -> CatchUp:
    """What a member missed of the club's winners, given in the order in which they shall stand.

    An album stands in it whole or not at all.
    """
    tracks: dict[UUID, None] = {}
    listless: list[str] = []
    albums = left_out = 0
    for one in winners:
        if not one.missed:
            continue
        if not one.tracks:
            listless.append(one.title)
        elif len(tracks.keys() | set(one.tracks)) > most:
            left_out += 1
        else:
            tracks |= dict.fromkeys(one.tracks)
            albums += 1
    return CatchUp(tuple(tracks), albums, tuple(listless), left_out)
