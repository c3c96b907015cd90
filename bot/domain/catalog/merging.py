"""One album out of two, and two out of one again: which tracks are the same, who may do it, and what moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from bot.domain.catalog.names import normalised
from bot.domain.errors import MergeRefused

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two albums, as far as the rules of merging look at it."""

    id: UUID
    shown: str
    clubs: frozenset[UUID]
    """Clubs that nominated it or have it on a shelf."""
    weeks: frozenset[UUID]
    """Weeks with a nomination of it that was not withdrawn."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What went over to the kept album, by table; every value as JSON keeps it."""

    nominations: list[Json] = field(default_factory=list[Json])
    """`club_id`, `id`"""
    ratings: list[Json] = field(default_factory=list[Json])
    """`club_id`, `week_id`, `user_id`, and the favourite of before: `track_id`, `title`"""
    shelf: list[Json] = field(default_factory=list[Json])
    """`club_id`, `user_id`, `shelved_at`; `twice` where the member had both"""
    links: list[Json] = field(default_factory=list[Json])
    """`service`, `external_id`"""
    aliases: list[Json] = field(default_factory=list[Json])
    """`alias_key`, `source`, `created_at`; `twice` where both had it"""
    tracks: list[str] = field(default_factory=list[str])
    """Tracks that went over whole, as the kept album had none."""
    pairs: list[list[str]] = field(default_factory=list[list[str]])
    """Tracks that are one: the merged album's, the kept one's."""
    posts: list[Json] = field(default_factory=list[Json])
    """`club_id`, `id`, and the `track_id` of before"""
    track_links: list[Json] = field(default_factory=list[Json])
    """`service`, `external_id`, and the `track_id` of before"""
    merged: list[str] = field(default_factory=list[str])
    """Albums that were merged into the merged one before."""
    filled: Json = field(default_factory=dict[str, Any])
    """What the kept album lacked and took, by column."""

    def to_json(self) -> Json:
        """The record as it is stored."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Moved:
        """The stored record; what an older version did not note is empty."""
        return cls(**{each.name: stored[each.name] for each in fields(cls) if each.name in stored})


@dataclass(frozen=True, slots=True)
class Merge:
    """A merge that stands."""

    id: UUID
    kept_id: UUID
    merged_id: UUID
    merged_at: datetime
    moved: Moved


def judge_merge(gone: Side, kept: Side, club_id: UUID, labels: Mapping[UUID, str]) -> None:
    """Raises `MergeRefused`: an album into itself, one that another club uses, or two of one week's nominations.

    `labels` names the weeks that both are nominated in.
    """
    if gone.id == kept.id:
        raise MergeRefused("same", gone.shown)
    if gone.clubs - {club_id}:
        raise MergeRefused("elsewhere", gone.shown)
    for week in sorted(gone.weeks & kept.weeks):
        raise MergeRefused("both", gone.shown, labels.get(week, ""))


def judge_split(kept: Side, club_id: UUID, merge: Merge | None) -> Merge:
    """The merge to take back; raises `MergeRefused` where there is none, or the club does not use the album."""
    if merge is None:
        raise MergeRefused("single", kept.shown)
    if club_id not in kept.clubs:
        raise MergeRefused("foreign", kept.shown)
    return merge


def pair_tracks(gone: Sequence[tuple[UUID, str]], kept: Iterable[tuple[UUID, str]]) -> list[tuple[UUID, UUID]]:
    """Tracks of both albums that are called the same, the first with the first, in the order of the merged album."""
    waiting: dict[str, list[UUID]] = {}
    for track_id, title in kept:
        waiting.setdefault(normalised(title), []).append(track_id)
    pairs: list[tuple[UUID, UUID]] = []
    for track_id, title in gone:
        if same := waiting.get(normalised(title)):
            pairs.append((track_id, same.pop(0)))
    return pairs
