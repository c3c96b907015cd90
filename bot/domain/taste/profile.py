"""What a member's sums say of them: a profile, and when it says too little."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from bot.domain.taste.facts import Fact
from bot.domain.taste.genres import WHOLE
from bot.domain.taste.scopes import Scope
from bot.domain.taste.sums import (
    ARTISTS,
    FEATURE,
    MEASURED,
    NEW_ARTISTS,
    NEW_PLAYS,
    PLAYS,
    PRECISE,
    SLOT,
    TOTAL,
    WEIGHT,
    Line,
)

FEWEST_PLAYS: Final = 50
FEWEST_ARTISTS: Final = 10
"""With less of either a profile is incomplete, and says so."""
FEWEST_KNOWN: Final = 0.4
"""With genres of less than this share of what was heard they are incomplete, however much was heard."""
LOYAL_TO: Final = 10
"""Loyalty is the share of the so many strongest artists."""
SHOWN_ARTISTS: Final = 50
"""Artists a profile keeps by name."""


@dataclass(frozen=True, slots=True)
class Artist:
    """An artist of a profile."""

    id: UUID
    name: str
    plays: int
    share: float
    """Of everything the member heard in the scope, as it weighs."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A member's taste in a scope. Histograms are shares of what is known, the strongest first."""

    scope: Scope
    plays: int
    artists: int
    """Different ones."""
    genres: Mapping[str, float] = field(default_factory=dict[str, float])
    countries: Mapping[str, float] = field(default_factory=dict[str, float])
    decades: Mapping[str, float] = field(default_factory=dict[str, float])
    known: Mapping[Fact, float] = field(default_factory=dict["Fact", "float"])
    """Of what was heard, as it weighs: how much of it is described by a genre, a country, a decade."""
    hours: tuple[float, ...] = ()
    """24 shares by the hour of the member's day; empty where nothing was played."""
    weekdays: tuple[float, ...] = ()
    """7 shares, Monday first."""
    week: tuple[float, ...] = ()
    """168 shares by the hour of the week, Monday from midnight first."""
    novelty: float | None = None
    """The share of plays that went to artists first heard in the scope; none for all there is."""
    discovered: int | None = None
    """Artists first heard in the scope; none for all there is."""
    loyalty: float | None = None
    """The share of the ten strongest artists."""
    features: Mapping[str, float] = field(default_factory=dict[str, float])
    """Means of how the tracks sound, where that was measured."""
    top: tuple[Artist, ...] = ()
    prior: float = 0.0
    """How much of the genres is what services say the member likes, and not what was heard here."""
    prior_sources: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether enough was heard to say much."""
        return self.plays >= FEWEST_PLAYS and self.artists >= FEWEST_ARTISTS

    @property
    def named(self) -> tuple[Artist, ...]:
        """The strongest artists whose names are known; of those who were only rated they come within the hour."""
        return tuple(one for one in self.top if one.name)

    @property
    def genres_complete(self) -> bool:
        """Whether the genres of enough of it are known."""
        return self.known.get(Fact.GENRE, 0.0) >= FEWEST_KNOWN


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A profile with its day."""

    profile: Profile
    as_of: date
    at: datetime
    stale: bool = False
    """Something that was heard or rated is not in it yet."""


def profile_of(scope: Scope, lines: Mapping[Line, int], strongest: Sequence[tuple[UUID, int, float, str]]) -> Profile:
    """What sums say; `strongest` are the artists that weigh most: key, plays, weight, name."""
    total = {value: number for (kind, value), number in lines.items() if kind == TOTAL}
    plays, weight = total.get(PLAYS, 0), total.get(WEIGHT, 0)
    slots = _slots(lines)
    windowed = scope is not Scope.ALL
    return Profile(
        scope,
        plays,
        total.get(ARTISTS, 0),
        genres=_shares(lines, Fact.GENRE),
        countries=_shares(lines, Fact.COUNTRY),
        decades=_shares(lines, Fact.DECADE),
        known={fact: _known(lines, fact, weight) for fact in Fact},
        hours=_folded(slots, lambda slot: slot % 24, 24),
        weekdays=_folded(slots, lambda slot: slot // 24, 7),
        week=_folded(slots, lambda slot: slot, 168),
        novelty=total.get(NEW_PLAYS, 0) / plays if plays and windowed else None,
        discovered=total.get(NEW_ARTISTS, 0) if windowed else None,
        loyalty=sum(one[2] for one in strongest[:LOYAL_TO]) / weight if weight else None,
        features=_means(lines),
        top=tuple(Artist(key, name, count, heavy / weight) for key, count, heavy, name in strongest if weight),
    )


def _shares(lines: Mapping[Line, int], fact: Fact) -> dict[str, float]:
    found = {value: number for (kind, value), number in lines.items() if kind == fact and number > 0}
    return shares(found)


def shares(numbers: Mapping[str, float]) -> dict[str, float]:
    """Numbers as shares of their sum, the strongest first."""
    total = sum(numbers.values())
    ranked = sorted(numbers.items(), key=lambda one: (-one[1], one[0]))
    return {value: number / total for value, number in ranked} if total else {}


def _known(lines: Mapping[Line, int], fact: Fact, weight: int) -> float:
    described = sum(number for (kind, _), number in lines.items() if kind == fact)
    return described / (WHOLE * weight) if weight else 0.0


def _slots(lines: Mapping[Line, int]) -> dict[int, int]:
    return {int(value): number for (kind, value), number in lines.items() if kind == SLOT}


def _folded(slots: Mapping[int, int], place: Callable[[int], int], width: int) -> tuple[float, ...]:
    total = sum(slots.values())
    if not total:
        return ()
    counts = [0] * width
    for slot, number in slots.items():
        counts[place(slot)] += number
    return tuple(count / total for count in counts)


def _means(lines: Mapping[Line, int]) -> dict[str, float]:
    counted = {value: number for (kind, value), number in lines.items() if kind == MEASURED and number}
    sums = {value: number for (kind, value), number in lines.items() if kind == FEATURE}
    return {name: sums.get(name, 0) / PRECISE / count for name, count in sorted(counted.items())}


# --- what others say, before much was heard -------------------------------------------------------------------------

PRIOR_PLAYS: Final = 100
"""What services say of a member weighs as much as so many plays: half of the genres at 100 plays, a tenth at 900."""
FADED: Final = 0.03
"""Below this share nothing is said of it any more."""


def prior_share(plays: int) -> float:
    """How much of a profile is what services say, after so many plays: 100 / (100 + plays), nothing below 3 %."""
    share = PRIOR_PLAYS / (PRIOR_PLAYS + plays)
    return share if share >= FADED else 0.0


def with_prior(
    profile: Profile, genres: Mapping[str, float], sources: Iterable[str], *, heard: int | None = None
) -> Profile:
    """The profile with what services say mixed into its genres; it fades as plays arrive.

    `heard` are the plays by which it fades: in a window, which may hold few of them, those of all time.
    """
    said = shares({genre: share for genre, share in genres.items() if share > 0})
    share = prior_share(profile.plays if heard is None else heard) if said else 0.0
    if not share:
        return profile
    if not profile.genres:
        share = 1.0
    mixed = {genre: part * (1 - share) for genre, part in profile.genres.items()}
    for genre, part in said.items():
        mixed[genre] = mixed.get(genre, 0.0) + part * share
    return replace(profile, genres=shares(mixed), prior=share, prior_sources=tuple(sorted(sources)))


# --- packing --------------------------------------------------------------------------------------------------------


def packed(profile: Profile) -> dict[str, Any]:
    """A profile as JSON."""
    return {
        "plays": profile.plays,
        "artists": profile.artists,
        "genres": dict(profile.genres),
        "countries": dict(profile.countries),
        "decades": dict(profile.decades),
        "known": {fact.value: share for fact, share in profile.known.items()},
        "week": list(profile.week),
        "novelty": profile.novelty,
        "discovered": profile.discovered,
        "loyalty": profile.loyalty,
        "features": dict(profile.features),
        "prior": profile.prior,
        "prior_sources": list(profile.prior_sources),
        "top": [[str(one.id), one.name, one.plays, one.share] for one in profile.top],
    }


def unpacked(scope: Scope, values: Mapping[str, Any]) -> Profile:
    """The profile back."""
    week = tuple(values["week"])
    return Profile(
        scope,
        values["plays"],
        values["artists"],
        genres=shares(values["genres"]),
        countries=shares(values["countries"]),
        decades=shares(values["decades"]),
        known={Fact(fact): share for fact, share in values["known"].items()},
        hours=tuple(sum(week[hour::24]) for hour in range(24)) if week else (),
        weekdays=tuple(sum(week[day * 24 : day * 24 + 24]) for day in range(7)) if week else (),
        week=week,
        novelty=values["novelty"],
        discovered=values["discovered"],
        loyalty=values["loyalty"],
        features=values["features"],
        top=tuple(Artist(UUID(key), name, plays, share) for key, name, plays, share in values["top"]),
        prior=values.get("prior", 0.0),
        prior_sources=tuple(values.get("prior_sources", ())),
    )
