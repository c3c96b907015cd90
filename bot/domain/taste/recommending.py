"""What to hear next: albums that somebody does not know, each with what speaks for it, not all of one artist.

The score of an album is the sum of what speaks for it, each between 0 and 1, weighed:

- *artist*: how much of what the member hears is by its artist;
- *close*: how much those love it whose taste is close to the member's, weighed by how close they are;
- *near*: how much it is loved by the same people as what the member loves (cosines between albums);
- *club*: the club's ratings of it, their mean drawn to the club's own while they are few;
- *picked*: how the member rates what else its nominator put forward, from -1, drawn to nothing while that is little;
- *heard*: how many know it at all, which decides among the rest.

"More like this" lifts what is near to an album and its artist, "not for me" counts both down. Then the list is made
diverse: every further album of an artist, or much like one that stands already, falls back.
"""

# numpy's own types are partly unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]


class Why(StrEnum):
    """What speaks for an album."""

    ARTIST = "artist"
    CLOSE = "close"
    NEAR = "near"
    CLUB = "club"
    PICKED = "picked"
    HEARD = "heard"


WEIGHTS = {Why.ARTIST: 2.0, Why.CLOSE: 1.5, Why.NEAR: 0.4, Why.CLUB: 2.0, Why.PICKED: 2.0, Why.HEARD: 0.05}
"""Found on the earlier halves of what `longplay bench recommend` reports the later halves of."""
LOVED_PLAYS = 20
"""Plays of an album with which it is loved wholly; below that, by the logarithm."""
LOVED_FROM = 0.6
"""Love from which somebody is said to love an album."""
LOVED_SCORE, DISLIKED_SCORE = 4.0, 2.5
RATINGS_DOUBT = 3
"""The club's own mean weighs as much as so many ratings of an album, and a member's as so many of a nominator's."""
ORDINARY, ORDINARY_DOUBT = 3.0, 10
"""What a club's ratings are thought to be on average, as long as there are no more than so many."""
COMPANY = 0.5
"""Closeness that nobody brings: of one person alone not everything is taken for good."""
ALIKE_COST, ARTIST_COST = 0.3, 1.0
"""How far an album falls back that is like one that stands already, or by the same artist."""
MORE = 2.5
"""How much nearer "more like this" makes what is near to it than any play does."""
AGAINST, AGAINST_ARTIST = 1.0, 2.0
"""How far "not for me" counts down what is near to it, and what is by the same artist."""
TOLD_FROM = 0.02
"""What speaks less than this is no reason."""


def love_of(plays: int, score: float | None = None) -> float:
    """How much somebody loves an album, from 0 to 1: by their score of it, else by how often they heard it."""
    import math

    heard = min(1.0, math.log1p(plays) / math.log1p(LOVED_PLAYS)) if plays else 0.0
    if score is None:
        return heard
    given = max(0.0, min(1.0, (score - DISLIKED_SCORE) / (5 - DISLIKED_SCORE)))
    return given if score < LOVED_SCORE else max(given, heard)


@dataclass(frozen=True, slots=True)
class Album:
    """An album, by the keys of its own names and of its artist's."""

    key: UUID
    artist: UUID


@dataclass(frozen=True, slots=True)
class Tastes:
    """What a club's members love, and how it rated; `Shelf` asks of it for one of them."""

    albums: tuple[Album, ...]
    loves: Mapping[UUID, Mapping[UUID, float]]
    """Member to album to love, from 0 to 1."""
    ratings: Mapping[UUID, Sequence[float]] = field(default_factory=dict[UUID, Sequence[float]])
    """Album to the club's scores of it."""
    nominators: Mapping[UUID, UUID] = field(default_factory=dict[UUID, UUID])
    """Album to who put it forward."""


@dataclass(frozen=True, slots=True)
class Asked:
    """For whom, and what is known of them."""

    key: UUID
    loves: Mapping[UUID, float]
    """Album to love."""
    artists: Mapping[UUID, float]
    """Artist to plays, lately heard ones counting more."""
    closeness: Mapping[UUID, float]
    """Others to how close they are, from 0 to 1."""
    known: Collection[UUID]
    """Albums never to be recommended: heard, rated, dismissed, kept already."""
    more: Collection[UUID] = ()
    """Albums they want more of."""
    against: Collection[UUID] = ()
    """Albums that are not for them."""
    scores: Mapping[UUID, float] = field(default_factory=dict[UUID, float])
    """Album to their own score of it, from 1 to 5."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An album to hear, and what speaks for it, the strongest first."""

    album: Album
    score: float
    why: tuple[tuple[Why, float], ...]
    lovers: tuple[UUID, ...] = ()
    """Those close to the member who love it, the closest first."""
    near_to: tuple[UUID, ...] = ()
    """Albums of the member's own that it is near to."""


class Shelf:
    """All albums of a club as one array, to be asked for one member after another."""

    def __init__(self, tastes: Tastes) -> None:
        import numpy as np

        self.tastes = tastes
        self.place = {album.key: place for place, album in enumerate(tastes.albums)}
        self.people = {key: row for row, key in enumerate(sorted(tastes.loves))}
        self.loves = np.zeros((len(self.people), len(tastes.albums)), dtype=np.float32)
        for key, own in tastes.loves.items():
            for album, love in own.items():
                at = self.place.get(album)
                if at is not None:
                    self.loves[self.people[key], at] = love
        artists = {artist: number for number, artist in enumerate({album.artist: None for album in tastes.albums})}
        self.artist_keys = list(artists)
        self.artist = np.array([artists[album.artist] for album in tastes.albums], dtype=np.int64)
        self.club = self._club()

    def _club(self) -> Numbers:
        """The club's ratings, from 0 (ordinary or worse) to 1."""
        import numpy as np

        found = np.zeros(len(self.place))
        every = [score for given in self.tastes.ratings.values() for score in given]
        if not every:
            return found
        # A club that has rated little has no mean of its own yet.
        mean = (sum(every) + ORDINARY * ORDINARY_DOUBT) / (len(every) + ORDINARY_DOUBT)
        for album, given in self.tastes.ratings.items():
            at = self.place.get(album)
            if at is not None and given:
                above = sum(score - mean for score in given) / (len(given) + RATINGS_DOUBT)
                found[at] = max(0.0, min(1.0, above / max(0.5, 5 - mean)))
        return found

    def parts(self, asked: Asked) -> dict[Why, Numbers]:
        """What speaks for every album, from 0 to 1 each."""
        import numpy as np

        others = np.array([key != asked.key for key in self.people], dtype=bool)
        loves = self.loves[others].astype(np.float64)
        close = np.array([asked.closeness.get(key, 0.0) for key in self.people if key != asked.key])
        company = close @ loves / (close.sum() + COMPANY) if len(close) else np.zeros(len(self.place))
        mine = np.zeros(len(self.place))
        for album, love in asked.loves.items():
            if album in self.place:
                mine[self.place[album]] = love
        return {
            Why.ARTIST: self._by_artist(asked),
            Why.CLOSE: np.asarray(company),
            Why.NEAR: self._near(loves, mine) + MORE * self._near(loves, self._marked(asked.more)),
            Why.CLUB: self.club,
            Why.PICKED: self._picked(asked),
            Why.HEARD: _scaled(np.log1p((loves > 0).sum(axis=0).astype(np.float64))),
        }

    def _picked(self, asked: Asked) -> Numbers:
        """How the member rates what else each album's nominator put forward, beside their own mean; -1 to 1."""
        import numpy as np

        found = np.zeros(len(self.place))
        if not asked.scores:
            return found
        mean = sum(asked.scores.values()) / len(asked.scores)
        above: dict[UUID, list[float]] = {}
        for album, score in asked.scores.items():
            nominator = self.tastes.nominators.get(album)
            if nominator is not None:
                above.setdefault(nominator, []).append((score - mean) / 4)
        for album, nominator in self.tastes.nominators.items():
            given = above.get(nominator)
            if given and album in self.place:
                found[self.place[album]] = sum(given) / (len(given) + RATINGS_DOUBT)
        return found

    def _by_artist(self, asked: Asked) -> Numbers:
        import numpy as np

        liked = dict(asked.artists)
        top = max(liked.values(), default=0.0)
        of = {album.key: album.artist for album in self.tastes.albums}
        for album in asked.more:
            if album in of:
                liked[of[album]] = max(liked.get(of[album], 0.0), top, 1.0)
        top = max(liked.values(), default=0.0)
        if not top:
            return np.zeros(len(self.place))
        by_artist = np.array([np.log1p(liked.get(artist, 0.0)) for artist in self.artist_keys]) / np.log1p(top)
        return by_artist[self.artist]

    def _marked(self, albums: Collection[UUID]) -> Numbers:
        """One at every one of these albums."""
        import numpy as np

        found = np.zeros(len(self.place))
        found[[self.place[album] for album in albums if album in self.place]] = 1.0
        return found

    def _near(self, loves: Any, mine: Any) -> Numbers:
        """How near each album is to those in `mine`, by who else loves both."""
        import numpy as np

        length = np.sqrt((loves**2).sum(axis=0))
        even = loves / np.where(length > 0, length, 1.0)
        return _scaled(even.T @ (even @ mine))

    def hearers(self, album: UUID) -> int:
        """How many of the members hear an album."""
        return int((self.loves[:, self.place[album]] > 0).sum())

    def suggest(self, asked: Asked, most: int, *, weights: Mapping[Why, float] = WEIGHTS) -> list[Suggestion]:
        """What to hear next, the best first; never what is known."""
        import numpy as np

        if not self.place:
            return []
        parts = self.parts(asked)
        total = sum((weights[why] * part for why, part in parts.items()), np.zeros(len(self.place)))
        total = total - self._counted_down(asked)
        known = np.array([album.key in asked.known or album.key in asked.against for album in self.tastes.albums])
        total[known] = -np.inf
        spoken = sum((part for why, part in parts.items() if why is not Why.HEARD), np.zeros(len(self.place)))
        total[(spoken < TOLD_FROM) & ~known] -= 10  # what nothing speaks for comes last
        return [self._suggestion(at, total[at], parts, asked, weights) for at in self._diverse(total, most)]

    def _counted_down(self, asked: Asked) -> Numbers:
        import numpy as np

        down = np.zeros(len(self.place))
        refused = [self.place[album] for album in asked.against if album in self.place]
        if refused:
            down = AGAINST * self._near(self.loves.astype(np.float64), self._marked(asked.against))
            down[np.isin(self.artist, self.artist[refused])] = AGAINST_ARTIST
        return down

    def _diverse(self, total: Any, most: int) -> list[int]:
        """Places of the best, each falling back for what stands before it."""
        import numpy as np

        order = np.argsort(-total, kind="stable")[: 20 * most + 100]
        left = [int(at) for at in order if np.isfinite(total[at])]
        columns = self.loves[:, left].astype(np.float64)
        length = np.sqrt((columns**2).sum(axis=0))
        columns = columns / np.where(length > 0, length, 1.0)
        score = total[left].astype(np.float64)
        chosen: list[int] = []
        for _ in range(min(most, len(left))):
            best = int(np.argmax(score))
            chosen.append(left[best])
            score = score - ARTIST_COST * (self.artist[left] == self.artist[left[best]])
            if len(self.people) > 2:
                score = score - ALIKE_COST * (columns.T @ columns[:, best]) / most
            score[best] = -np.inf
        return chosen

    def _suggestion(
        self, at: int, total: float, parts: Mapping[Why, Any], asked: Asked, weights: Mapping[Why, float]
    ) -> Suggestion:
        speaks = {why: float(weights[why] * part[at]) for why, part in parts.items()}
        why = tuple(sorted(((one, value) for one, value in speaks.items() if value >= TOLD_FROM), key=_strongest))
        column = self.loves[:, at]
        lovers = [key for key, row in self.people.items() if key != asked.key and column[row] >= LOVED_FROM]
        lovers.sort(key=lambda key: (-asked.closeness.get(key, 0.0), key))
        return Suggestion(
            self.tastes.albums[at],
            round(float(total), 6),
            why,
            tuple(key for key in lovers if asked.closeness.get(key, 0.0) > 0)[:3],
            self._nearest(at, {**asked.loves, **dict.fromkeys(asked.more, 1.0)}),
        )

    def _nearest(self, at: int, own: Mapping[UUID, float]) -> tuple[UUID, ...]:
        """Albums of one's own that most of those love who love this one."""
        import numpy as np

        loved = sorted(album for album, love in own.items() if love >= LOVED_FROM and album in self.place)
        if not loved:
            return ()
        shared = (self.loves[:, at] @ self.loves[:, [self.place[album] for album in loved]]).astype(np.float64)
        shared *= np.array([own[album] for album in loved])
        return tuple(loved[place] for place in np.argsort(-shared, kind="stable")[:2].tolist() if shared[place] > 0)


def _strongest(told: tuple[Why, float]) -> float:
    return -told[1]


def _scaled(values: Any) -> Numbers:
    """The same with one as the highest."""
    import numpy as np

    top = float(values.max()) if len(values) else 0.0
    return np.asarray(values / top if top > 0 else values, dtype=np.float64)


# --- what was heard -------------------------------------------------------------------------------------------------

HEARD_TRACKS = 4
"""So many different tracks of an album make it heard, whatever its length."""


def counts_as_heard(tracks: int, of: int | None) -> bool:
    """Whether an album is heard: four different tracks of it, or half of its list where that is shorter.

    One track, however often, is a song somebody knows; of a list of one or two tracks it is the album.
    """
    needed = HEARD_TRACKS if of is None else max(1, min(HEARD_TRACKS, (of + 1) // 2))
    return tracks >= needed


def closeness_weight(score: int) -> float:
    """How much the word of somebody counts who is so close: nothing below 20, all of it at 100."""
    return max(0.0, (score - 20) / 80)


def lately(plays: Iterable[tuple[UUID, int, float]], half_life_days: float = 180.0) -> dict[UUID, float]:
    """Artist to plays, each counting half after so many days: from the artist, their plays, and days since the last."""
    found: dict[UUID, float] = {}
    for artist, count, days in plays:
        found[artist] = found.get(artist, 0.0) + count * 0.5 ** (days / half_life_days)
    return found
