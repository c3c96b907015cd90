"""What services say a member likes, before much was heard here: which genres that comes to, and how it is kept.

It is a beginning, not a history: `bot.domain.taste.profile.with_prior` mixes it into what was heard, and it fades.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from bot.domain.listening.names import artist_id
from bot.domain.listening.plays import Source
from bot.domain.taste.genres import weighted
from bot.domain.taste.profile import shares

TOLD_BY: Final = (Source.LASTFM, Source.SPOTIFY)
"""Services that say what their members like."""
EVERY: Final = timedelta(days=1)
"""How often each account is asked, spread over some hours more."""
LEASE: Final = timedelta(minutes=10)
AGAIN: Final = timedelta(hours=2)
"""After so long an account is asked again whose service did not answer."""
MOST: Final = 100
"""Of each kind that are kept."""


@dataclass(frozen=True, slots=True)
class Liked:
    """What a service says a member likes, each with a weight that means something inside its list alone."""

    artists: tuple[tuple[str, float], ...] = ()
    albums: tuple[tuple[str, str, float], ...] = ()
    """Artist, title, weight."""
    tracks: tuple[tuple[str, str, float], ...] = ()
    """Artist, title, weight."""
    tags: tuple[tuple[str, float], ...] = ()
    """Tags that the member gave, or genres of what they like."""


def packed(liked: Liked) -> dict[str, Any]:
    """As JSON; a member reads it so in their export."""
    return {
        "artists": [list(one) for one in liked.artists],
        "albums": [list(one) for one in liked.albums],
        "tracks": [list(one) for one in liked.tracks],
        "tags": [list(one) for one in liked.tags],
    }


def unpacked(values: Mapping[str, Any]) -> Liked:
    """What was told, back."""

    def rows(name: str) -> tuple[Any, ...]:
        return tuple(tuple(one) for one in values.get(name, ()))

    return Liked(rows("artists"), rows("albums"), rows("tracks"), rows("tags"))


def ranked(lists: Iterable[Sequence[str]]) -> dict[str, float]:
    """Weights of what stands in several lists, each the strongest first: 1 for a first place, less for later ones.

    The `n`-th place weighs `1 / sqrt(n)`, summed over the lists; who stands in all of them weighs most.
    """
    found: dict[str, float] = {}
    for names in lists:
        for place, name in enumerate(dict.fromkeys(names), start=1):
            found[name] = found.get(name, 0.0) + 1 / math.sqrt(place)
    return found


def strongest(weights: Mapping[Any, float], most: int = MOST) -> list[tuple[Any, float]]:
    """The strongest of them with their weights, rounded as they are kept."""
    kept = sorted(weights.items(), key=lambda one: (-one[1], str(one[0])))[:most]
    return [(name, round(weight, 4)) for name, weight in kept if weight > 0]


def artists_of(told: Collection[Liked]) -> dict[UUID, str]:
    """Whose genres are to be known for it: artists by their keys, with a name."""
    return {artist_id(name): name for liked in told for name, _ in liked.artists}


def genres_of(told: Collection[Liked], known: Mapping[UUID, Mapping[str, int]]) -> dict[str, float]:
    """The genres of all that services say, as shares of 1; `known` are the genres of artists in thousandths.

    Each service says half by its artists, each as strong as the root of its weight, and half by its tags; where one
    half is missing the other is all of it. Services count the same.
    """
    halves: list[list[Mapping[str, float]]] = []
    for liked in told:
        by_artists: dict[str, float] = {}
        for name, weight in liked.artists:
            for genre, share in known.get(artist_id(name), {}).items():
                by_artists[genre] = by_artists.get(genre, 0.0) + math.sqrt(max(weight, 0.0)) * share
        parts: list[Mapping[str, float]] = [part for part in (shares(by_artists), shares(weighted(liked.tags))) if part]
        if parts:
            halves.append(parts)
    mixed: dict[str, float] = {}
    for parts in halves:
        for part in parts:
            for genre, share in part.items():
                mixed[genre] = mixed.get(genre, 0.0) + share / len(parts)
    return shares(mixed)
