"""Real clubs' votes and ratings, read plainly, as cases in which the last weeks of one member are hidden."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid5

from bot.bench.hidden import Leak

NAMES = UUID("6e9e0c9c-6d43-5b61-9f5e-2d0f2f0d7c11")
"""Under which names of songs and members become keys."""
Scores = dict[UUID, dict[UUID, float]]
"""Member to song (or album) to score, 1 to 5."""
FIRST_SHOWN = 4
"""Every so-manieth part of a league's rounds is shown before anything is hidden."""
LARGE, HIDDEN, HIDDEN_OF_SMALL = 12, 4, 2
"""Of a league of more than twelve rounds four are hidden at a time, else two; no round twice."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """A member before some rounds: all but their own scores of these is known, and they missed them."""

    member: UUID
    offered: tuple[UUID, ...]
    """What these rounds hold besides the member's own."""
    known: Scores
    """The member's scores before, and everybody else's until the last of these rounds."""
    wanted: frozenset[UUID]
    """What the member scored highest in each."""
    nominators: Mapping[UUID, UUID] = field(default_factory=dict[UUID, UUID])
    late: bool = True
    """Of the later half of the cases: figures are told of these alone, weights were found on the others."""


def demand_unseen(case: Hidden) -> None:
    """Raises `Leak` where a score that is hidden, of whoever asks, is among what is known."""
    seen = case.known.get(case.member, {}).keys() & set(case.offered)
    if seen:
        raise Leak(f"{len(seen)} scores that are hidden are known")
    for other, own in case.known.items():
        if other != case.member and len(own) > 1 and own == case.known.get(case.member):
            raise Leak("whoever asks stands among the others under another name")


def key_of(text: str) -> UUID:
    """The key of a song, an album or a member."""
    return uuid5(NAMES, text)


def league_cases(folder: Path) -> Iterator[Hidden]:
    """Each voter of each run of rounds but the first: what they gave most points in each is wanted.

    Points become scores by the share of a voter's highest in the round; a song they gave nothing has the lowest.
    """
    songs: dict[str, dict[UUID, UUID]] = {}
    for row in _rows(folder / "submissions.csv"):
        songs.setdefault(row["Round ID"], {})[key_of(row["Spotify URI"])] = key_of(row["Submitter ID"])
    points: dict[str, dict[UUID, dict[UUID, int]]] = {}
    for row in _rows(folder / "votes.csv"):
        given = int(row["Points Assigned"])
        if given > 0:
            voter = points.setdefault(row["Round ID"], {}).setdefault(key_of(row["Voter ID"]), {})
            voter[key_of(row["Spotify URI"])] = given
    order = sorted(_rows(folder / "rounds.csv"), key=lambda row: (row["Created"], row["ID"]))
    rounds = [row["ID"] for row in order if row["ID"] in points and row["ID"] in songs]
    size = HIDDEN if len(rounds) > LARGE else HIDDEN_OF_SMALL
    starts = range(max(2, len(rounds) // FIRST_SHOWN), len(rounds), size)
    by = {song: submitter for name in rounds for song, submitter in songs[name].items()}
    for place, start in enumerate(starts):
        seen, hidden = rounds[:start], rounds[start : start + size]
        for voter in sorted({voter for name in hidden for voter in points[name]}):
            case = _missed(voter, seen, hidden, songs, points)
            if case is not None:
                yield Hidden(*case, by, late=2 * place >= len(starts) or len(starts) == 1)


def _missed(
    voter: UUID,
    seen: list[str],
    hidden: list[str],
    songs: dict[str, dict[UUID, UUID]],
    points: dict[str, dict[UUID, dict[UUID, int]]],
) -> tuple[UUID, tuple[UUID, ...], Scores, frozenset[UUID]] | None:
    """One voter who missed the hidden rounds, as far as they voted in them; None for who never voted before."""
    known: Scores = {}
    for name in seen + hidden:
        for other, given in points[name].items():
            if other != voter or name in seen:
                known.setdefault(other, {}).update(_scores(given, songs[name], other))
    if voter not in known:
        return None
    voted = [name for name in hidden if voter in points[name]]
    # A song that came before is no news, whoever brings it again.
    fresh = {song for name in voted for song, by in songs[name].items() if by != voter and song not in known[voter]}
    offered = tuple(sorted(fresh))
    top = {name: max(points[name][voter].values()) for name in voted}
    wanted = {song for name in voted for song, given in points[name][voter].items() if given == top[name]}
    return voter, offered, known, frozenset(wanted & fresh)


def _scores(given: dict[UUID, int], songs: dict[UUID, UUID], voter: UUID) -> dict[UUID, float]:
    top = max(given.values())
    return {song: 1 + 4 * given.get(song, 0) / top for song, by in songs.items() if by != voter}


def rating_cases(path: Path) -> Iterator[Hidden]:
    """Each member of an album club with their second half hidden; and, before it, with the second quarter.

    What they rated twice counts as they rated it last; a score is the mean of the three that were given.
    """
    scores: Scores = {}
    order: dict[UUID, None] = {}
    for line in path.read_text().splitlines():
        row = json.loads(line)
        album = key_of(row["spotify_album"])
        given = [row[name] for name in ("slap", "zest", "stick") if isinstance(row.get(name), int | float)]
        if given:
            order.setdefault(album)
            scores.setdefault(key_of(row["member"]), {})[album] = sum(given) / len(given)
    albums = list(order)
    half, quarter = len(albums) // 2, len(albums) // 4
    for late, seen, hidden in ((False, albums[:quarter], albums[quarter:half]), (True, albums[:half], albums[half:])):
        for member, own in sorted(scores.items()):
            offered = tuple(album for album in hidden if album in own)
            if len(offered) < 3 or not any(album in own for album in seen):
                continue
            known = {key: given for key, given in scores.items() if key != member}
            known[member] = {album: score for album, score in own.items() if album in seen}
            top = max(own[album] for album in offered)
            wanted = frozenset(album for album in offered if own[album] == top)
            yield Hidden(member, offered, known, wanted, late=late)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
