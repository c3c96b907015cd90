"""`longplay bench recommend`: what is recommended against what people then really heard, beside three floors.

The floors: what most know (popularity), what those love who love the same (item co-listening, cosines), and a
factorisation. All of them, and ours, see the same, and choose from the same albums.
"""

# numpy's own types are partly unknown.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from rich.console import Console
from rich.table import Table

from bot.bench.factoring import factored
from bot.bench.hidden import FIRST_SHOWN, HIDDEN, Case, Play, cases_of, demand_sealed, plays_of
from bot.bench.histories import people_in
from bot.bench.leagues import Hidden, demand_unseen, key_of, league_cases, rating_cases
from bot.bench.outcome import Outcome, print_json
from bot.domain.taste.agreement import agreement
from bot.domain.taste.recommending import Album, Asked, Shelf, Tastes, lately, love_of

DATA = Path("../shared/data")
SEED = 20_261_129
AT = 10
RESAMPLES = 2_000
STRANGERS = 0.5
"""Six people are no club: each counts for the others as one of ordinary closeness."""
METHODS = ("ours", "popularity", "co-listening", "factorisation")


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator asks for."""

    data: Path = DATA
    seed: int = SEED
    json: bool = False
    earlier: bool = False
    """The halves on which the weights were found, instead of those of which figures are told."""


@dataclass(slots=True)
class Tally:
    """How the ways of recommending did."""

    hits: dict[str, list[bool]] = field(default_factory=lambda: {method: [] for method in METHODS})
    named: dict[str, set[UUID]] = field(default_factory=lambda: {method: set() for method in METHODS})
    groups: Counter[str] = field(default_factory=Counter[str])
    catalogue: set[UUID] = field(default_factory=set[UUID])
    skipped: int = 0

    def take(
        self, person: str, catalogue: Iterable[UUID], wanted: Set[UUID], named: Mapping[str, Sequence[UUID]]
    ) -> None:
        """Note what each way named in one case."""
        self.groups[person] += 1
        self.catalogue.update(catalogue)
        for method, keys in named.items():
            self.hits[method].append(not wanted.isdisjoint(keys))
            self.named[method].update(keys)


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of cases in which one of the recommended was right, with its bootstrap interval of 95 %."""

    method: str
    rate: float
    low: float
    high: float
    coverage: float
    """Share of all that could be recommended that ever was."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One kind of case."""

    name: str
    split: str
    cases: int
    skipped: int
    """Cases in which nothing that could be recommended was right: nobody can be right there."""
    rates: tuple[Rate, ...]
    ahead: tuple[float, float, float]
    """How far ours is ahead of the best floor, with its interval, over the same cases."""
    groups: Mapping[str, int] = field(default_factory=dict[str, int])
    """Whose cases they are."""

    @property
    def reached(self) -> bool:
        """Whether ours is not below any floor."""
        return not self.rates or self.rates[0].rate >= max(rate.rate for rate in self.rates[1:])

    def outcome(self) -> Outcome:
        """In the shape of all benches: beside the best floor."""
        if not self.rates:
            return Outcome("recommend", self.name, None, "", "", None, fault="nobody could be right in any case")
        ours, floor = self.rates[0].rate, max(rate.rate for rate in self.rates[1:])
        return Outcome("recommend", self.name, ours, "hit rate", "not below the floor", self.reached, floor)


# --- histories ------------------------------------------------------------------------------------------------------


def tastes_of(others: Mapping[str, Sequence[Play]]) -> Tastes:
    """What other people love, as a club's tastes."""
    artists: dict[UUID, UUID] = {}
    loves: dict[UUID, dict[UUID, float]] = {}
    for name, plays in others.items():
        counts = Counter(play.album for play in plays if play.album is not None)
        artists |= {play.album: play.artist for play in plays if play.album is not None}
        loves[key_of(name)] = {album: love_of(count) for album, count in counts.items()}
    albums = tuple(Album(album, artist) for album, artist in sorted(artists.items()))
    return Tastes(albums, loves)


def asked_of(case: Case) -> Asked:
    """Who asks, told from what is shown alone."""
    counts = Counter(play.album for play in case.shown if play.album is not None)
    days = ((play.artist, 1, (case.cut - play.at).total_seconds() / 86_400) for play in case.shown)
    return Asked(
        key_of(case.person),
        {album: love_of(count) for album, count in counts.items()},
        lately(days),
        {key_of(other): STRANGERS for other in case.others},
        case.known,
    )


def of_histories(people: Mapping[str, Sequence[Play]], seed: int, *, late: bool = True) -> Measured:
    """Albums heard for the first time in hidden weeks."""
    tally = Tally()
    shelves: dict[str, Shelf] = {}
    for case in cases_of(people):
        if case.late is not late:
            continue
        demand_sealed(case)
        shelf = shelves.get(case.person) or shelves.setdefault(case.person, Shelf(tastes_of(case.others)))
        wanted = case.wanted(shelf.place)
        if not wanted:
            tally.skipped += 1
            continue
        asked = asked_of(case)
        known = shelf.loves.astype(np.float64)
        popular = (known > 0).sum(axis=0) + known.sum(axis=0) / (1 + len(known))
        mine = np.array([asked.loves.get(key, 0.0) for key in shelf.place])
        tally.take(case.person, shelf.place, wanted, named_by_each(shelf, asked, AT, (known, mine, popular)))
    split = (
        f"each person at every {HIDDEN.days // 7}th week of their history from week {FIRST_SHOWN.days // 7} on; the "
        f"next {HIDDEN.days // 7} weeks are hidden, no week twice; right is an album of others' that they hear in "
        f"these for the first time; {AT} are named; other people's histories are seen whole. {_half(late)}"
    )
    return measured("albums of real histories", split, tally, seed)


def _half(late: bool) -> str:
    if late:
        return "Told of the later half of each person's or league's cases; the weights were found on the earlier half"
    return "THE EARLIER HALF, on which the weights were found"


def named_by_each(
    shelf: Shelf, asked: Asked, most: int, floors: tuple[Any, Any, Any], offered: Iterable[UUID] | None = None
) -> dict[str, list[UUID]]:
    """What each way recommends to one person, of what is offered.

    `floors`: others' loves, one's own, and how popular each album is: what the plain ways know.
    """
    loves, mine, popular = floors
    keys = list(shelf.place)
    allowed = None if offered is None else set(offered)
    shut = np.array([key in asked.known or (allowed is not None and key not in allowed) for key in keys])
    length = np.sqrt((loves**2).sum(axis=0))
    even = loves / np.where(length > 0, length, 1.0)

    def best(score: Any) -> list[UUID]:
        order = np.argsort(-np.where(shut, -np.inf, score), kind="stable")[:most]
        return [keys[at] for at in order if not shut[at]]

    hidden = frozenset(key for key, closed in zip(keys, shut, strict=True) if closed)
    ours = shelf.suggest(replace(asked, known=hidden), most)
    return {
        "ours": [one.album.key for one in ours],
        "popularity": best(popular),
        "co-listening": best(even.T @ (even @ mine)),
        "factorisation": best(factored(loves, mine)),
    }


# --- votes and ratings ----------------------------------------------------------------------------------------------


def of_club(name: str, split: str, cases: Iterable[Hidden], most: int, seed: int, *, late: bool = True) -> Measured:
    """What one member scored highest, guessed from all other scores."""
    tally = Tally()
    for case in cases:
        if case.late is not late:
            continue
        demand_unseen(case)
        if not case.wanted:
            tally.skipped += 1
            continue
        shelf, asked, floors = club_of(case)
        named = named_by_each(shelf, asked, most, floors, case.offered)
        tally.take(str(case.member), case.offered, case.wanted, named)
    return measured(name, f"{split}. {_half(late)}", tally, seed)


def club_of(case: Hidden) -> tuple[Shelf, Asked, tuple[Any, Any, Any]]:
    """A case as a club's tastes, whoever asks, and what the plain ways know: shares of scores, and their means."""
    keys = sorted({key for own in case.known.values() for key in own} | set(case.offered))
    loves = {member: {key: love_of(0, score) for key, score in own.items()} for member, own in case.known.items()}
    ratings: dict[UUID, list[float]] = {}
    for own in case.known.values():
        for key, score in own.items():
            ratings.setdefault(key, []).append(score)
    shelf = Shelf(Tastes(tuple(Album(key, key) for key in keys), loves, ratings, case.nominators))
    members = sorted(case.known.keys() | {case.member})
    beyond = agreement([case.known.get(member, {}) for member in members]).beyond[members.index(case.member)]
    closeness = {
        member: max(0.0, float(each))
        for member, each in zip(members, beyond.tolist(), strict=True)
        if member != case.member
    }
    own = case.known.get(case.member, {})
    asked = Asked(case.member, loves.get(case.member, {}), {}, closeness, frozenset(own), scores=own)
    plain = [
        [(scores.get(key, 1) - 1) / 4 for key in keys] for member, scores in case.known.items() if member != case.member
    ]
    mine = np.array([(own.get(key, 1) - 1) / 4 for key in keys])
    popular = np.array([np.mean(ratings[key]) if key in ratings else 0.0 for key in keys])
    return shelf, asked, (np.array(plain), mine, popular)


# --- figures --------------------------------------------------------------------------------------------------------


def measured(name: str, split: str, tally: Tally, seed: int) -> Measured:
    """The figures of one kind of case."""
    chance = np.random.default_rng(seed)
    hits = np.array([tally.hits[method] for method in METHODS], dtype=np.float64)
    cases = hits.shape[1]
    if not cases:
        return Measured(name, split, 0, tally.skipped, (), (0.0, 0.0, 0.0))
    means = hits[:, chance.integers(0, cases, (RESAMPLES, cases))].mean(axis=2)
    rates: list[Rate] = []
    for method, row, drawn in zip(METHODS, hits, means, strict=True):
        low, high = np.percentile(drawn, (2.5, 97.5))
        coverage = len(tally.named[method]) / max(1, len(tally.catalogue))
        rates.append(Rate(method, *(round(float(each), 4) for each in (row.mean(), low, high, coverage))))
    best = 1 + int(np.argmax(hits[1:].mean(axis=1)))
    low, high = np.percentile(means[0] - means[best], (2.5, 97.5))
    ahead = tuple(round(float(each), 4) for each in (hits[0].mean() - hits[best].mean(), low, high))
    return Measured(name, split, cases, tally.skipped, tuple(rates), (ahead[0], ahead[1], ahead[2]), dict(tally.groups))


def measure(options: Options) -> list[Measured]:
    """Every kind of case that there is data for."""
    found: list[Measured] = []
    listens, clubs, late = options.data / "listens", options.data / "clubs", not options.earlier
    if listens.is_dir():
        people = {name: plays_of(heard) for name, heard in people_in(listens).items()}
        found.append(of_histories(people, options.seed, late=late))
    for folder in sorted(clubs.glob("music-league-*")):
        split = (
            "each voter at each run of 4 rounds (2 of a league of 12 or fewer) from the second quarter on; their votes "
            "of these are hidden, the others' are seen; right is what they gave most points in each; 10 of all songs "
            "of these rounds are named"
        )
        found.append(of_club(folder.name, split, league_cases(folder), AT, options.seed, late=late))
    ratings = clubs / "album-club-ratings.jsonl"
    if ratings.is_file():
        split = (
            "each member with the club's later half of albums hidden; their ratings of these are to be guessed, the "
            "others' are seen; right is what they rate highest; one is named, because so few are left to choose from"
        )
        found.append(of_club("album club's ratings", split, rating_cases(ratings), 1, options.seed, late=late))
    return found


async def bench(options: Options) -> int:
    """Measure, print the figures; the exit code: 1 where there is no data."""
    found = measure(options)
    if options.json:
        told = [{**asdict(one), "reached": one.reached} for one in found]
        print_json({"seed": options.seed, "resamples": RESAMPLES, "measured": told})
        return 0 if found else 1
    console = Console()
    if not found:
        console.print(f"There are no histories and no clubs' data in {options.data}. Name a folder with --data.")
        return 1
    for one in found:
        _show(console, one)
    console.print(f"Intervals of 95 % from {RESAMPLES:,} resamples of the cases, seed {options.seed}.")
    return 0


def _show(console: Console, one: Measured) -> None:
    table = Table(title=one.name, caption=f"Split: {one.split}.", caption_justify="left", title_justify="left")
    for heading in ("", "hit rate", "interval", "coverage"):
        table.add_column(heading, justify="right" if heading else "left")
    for rate in one.rates:
        table.add_row(
            rate.method, f"{rate.rate:.3f}", f"{rate.low:.3f} to {rate.high:.3f}", f"{100 * rate.coverage:.1f} %"
        )
    console.print(table)
    people = (
        f"{len(one.groups)} people" if len(one.groups) > 9 else ", ".join(f"{n} {c}" for n, c in one.groups.items())
    )
    if one.name == "album club's ratings":
        people = f"{len(one.groups)} people"
    ahead, low, high = one.ahead
    verdict = "not below any floor" if one.reached else "BELOW a floor"
    console.print(
        f"{one.cases} cases ({people}); in {one.skipped} more nobody could be right. Ours is {verdict}: "
        f"{ahead:+.3f} against the best one ({low:+.3f} to {high:+.3f}).\n"
    )
