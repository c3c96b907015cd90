"""A member's taste as it is shown: what a profile says, how far it can be trusted, and the same as a picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from bot.domain.listening.seen import Shown
from bot.domain.pictures.charts import HOURS, Bar, TasteCard
from bot.domain.taste.facts import Fact
from bot.domain.taste.profile import FEWEST_ARTISTS, FEWEST_PLAYS, Profile

FEWEST_OTHERS: Final = 3
"""Where fewer others show what they hear, nobody can say what is obscure."""
LOOKED_AT: Final = 100
"""Obscurity goes by so many of the strongest artists."""
GENRES, DECADES, COUNTRIES, ARTISTS = 6, 8, 4, 8
"""So many lines of each are shown."""


@dataclass(frozen=True, slots=True)
class Portrait:
    """A member's taste in a scope, for whoever asked."""

    shown: Shown
    profile: Profile
    words: str
    """The scope in words, such as `last 30 days`."""
    obscurity: float | None = None
    """How few others know what they hear; none where too few others show it."""
    others: int = 0
    """Whom obscurity goes by."""
    stale: bool = False
    """Something that was heard or rated is not in it yet."""
    zone: str = ""
    """Of its hours and days: the member's own, else that of the club they joined first."""


def obscurity_of(heard: Iterable[tuple[float, int]], others: int) -> float | None:
    """How few of the others know what somebody hears, from 0 (all know all of it) to 1.

    `heard` are artists, with what each weighs and how many others heard it. The weighted mean of the share of others
    who did not.
    """
    listed = list(heard)
    weight = sum(heavy for heavy, _ in listed)
    if others < FEWEST_OTHERS or not weight:
        return None
    return sum(heavy * (1 - min(knowers, others) / others) for heavy, knowers in listed) / weight


def bars(shares: Mapping[str, float], most: int) -> tuple[Bar, ...]:
    """The strongest of some shares."""
    strongest = sorted(shares.items(), key=lambda one: (-one[1], one[0]))[:most]
    return tuple(Bar(name, share) for name, share in strongest)


def decade_bars(shares: Mapping[str, float]) -> tuple[Bar, ...]:
    """The strongest decades in their order."""
    kept = sorted(bars(shares, DECADES), key=lambda bar: int(bar.name))
    return tuple(Bar(f"{bar.name}s", bar.share) for bar in kept)


def cautions(portrait: Portrait) -> tuple[str, ...]:
    """What keeps the portrait from being trusted, in sentences; none where all of it is well known."""
    profile = portrait.profile
    found: list[str] = []
    if not profile.complete:
        found.append(
            f"Incomplete: {_count(profile.plays, 'play')} of {_count(profile.artists, 'artist')}. "
            f"It takes {FEWEST_PLAYS} plays of {FEWEST_ARTISTS} artists to say more."
        )
    if profile.prior:
        say = "says" if len(profile.prior_sources) == 1 else "say"
        said = " and ".join(SAYERS.get(source, source) for source in profile.prior_sources)
        found.append(
            f"{profile.prior * 100:.0f} % of the genres is what {said} {say} so far; it fades as plays arrive."
        )
    elif profile.plays and not profile.genres:
        found.append("Genres are not known yet: Longplay asks for them little by little.")
    elif profile.plays and not profile.genres_complete:
        known = profile.known.get(Fact.GENRE, 0.0)
        found.append(f"Genres are known of {max(1, round(known * 100))} % of what was heard so far.")
    if portrait.stale:
        found.append("Some of what was heard is still being counted.")
    return tuple(found)


SAYERS: Final = {"lastfm": "Last.fm", "spotify": "Spotify"}


def picture_of(portrait: Portrait) -> TasteCard:
    """The portrait as a picture. While it is incomplete there are no figures of novelty, loyalty and obscurity."""
    profile = portrait.profile
    sure = profile.complete
    return TasteCard(
        portrait.shown.person.name,
        portrait.words,
        profile.plays,
        genres=bars(profile.genres, GENRES),
        decades=decade_bars(profile.decades),
        countries=bars(profile.countries, COUNTRIES),
        hours=tuple(profile.week[day * HOURS : (day + 1) * HOURS] for day in range(7)) if profile.week else (),
        novelty=_percent(profile.novelty) if sure else None,
        loyalty=_percent(profile.loyalty) if sure else None,
        obscurity=_percent(portrait.obscurity) if sure else None,
        artists=tuple(one.name for one in profile.named[:ARTISTS]),
        cautions=cautions(portrait),
        zone=portrait.zone if profile.week else "",
    )


def _percent(share: float | None) -> int | None:
    return None if share is None else round(100 * share)


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
