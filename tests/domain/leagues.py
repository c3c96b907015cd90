"""An independent count of Music League exports and of an album club's ratings, from the files alone.

It shares nothing with the bot, so that a replay of the same files through the bot can be checked against it.

A round is counted as a vote with two ranks worth 2 and 1 points. A voter's first and second are their two highest
scored entries, of equal ones the earlier row. Rows with zero or negative points are comments and down-votes, no
choices. Ties go to most first places, then to most head-to-head wins among the tied; what is still tied would be drawn.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from statistics import median

CLUBS = Path(__file__).resolve().parents[3] / "shared" / "data" / "clubs"


@dataclass(frozen=True)
class Entry:
    """One row of submissions.csv; `title`, `album` and `artist` are empty where the export lacks the columns."""

    uri: str
    submitter: str
    title: str
    album: str
    artist: str


@dataclass(frozen=True)
class Round:
    """One round; `ballots` maps each voter to one or two URIs, `winners` are those left after `step`.

    `self_votes` are positive votes for the voter's own entry, `strays` votes for what was not entered in the round.
    """

    id: str
    name: str
    entries: tuple[Entry, ...]
    ballots: dict[str, tuple[str, ...]]
    points: dict[str, int]
    firsts: dict[str, int]
    winners: tuple[str, ...]
    step: str
    self_votes: int
    strays: int


@dataclass(frozen=True)
class Rated:
    """One row of the ratings file; `score` is 1 to 5 in half steps."""

    at: datetime
    member: str
    score: Fraction


@dataclass(frozen=True)
class AlbumWeek:
    """An album with each member's last rating; `given` holds all ratings in the order they were given.

    One album of the file has neither title nor artist, and who picked an album is often missing.
    """

    spotify_album: str
    album: str | None
    artist: str | None
    picked_by: str | None
    given: tuple[Rated, ...]
    ratings: dict[str, Fraction]

    @property
    def count(self) -> int:
        return len(self.ratings)

    @property
    def mean(self) -> Fraction:
        return sum(self.ratings.values(), Fraction(0)) / len(self.ratings)

    @property
    def median(self) -> Fraction:
        return median(self.ratings.values())


def count_league(folder: Path) -> list[Round]:
    """Every round of an export, in the order of rounds.csv."""
    submissions, votes = _rows(folder / "submissions.csv"), _rows(folder / "votes.csv")
    return [
        _count_round(
            row,
            [submission for submission in submissions if submission["Round ID"] == row["ID"]],
            [vote for vote in votes if vote["Round ID"] == row["ID"]],
        )
        for row in _rows(folder / "rounds.csv")
    ]


def count_ratings(path: Path) -> list[AlbumWeek]:
    """Every album in the order of its first rating in the file; of a member's ratings the last one given counts."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    albums: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        albums[row["spotify_album"]].append(row)
    weeks: list[AlbumWeek] = []
    for key, of_album in albums.items():
        # Stable: of two ratings at one instant the later row is the later rating.
        given = sorted((_rated(row) for row in of_album), key=lambda rated: rated.at)
        first = of_album[0]
        last = {rated.member: rated.score for rated in given}
        weeks.append(AlbumWeek(key, first["album"], first["artist"], first["picked_by"], tuple(given), last))
    return weeks


def half_step(score: Fraction) -> Fraction:
    """A score rounded to the nearest half, a quarter up; the mean of three half steps never is a quarter."""
    return Fraction(int(score * 2 + Fraction(1, 2)), 2)


def _rated(row: dict[str, str]) -> Rated:
    mean = sum((Fraction(str(row[part])) for part in ("slap", "zest", "stick")), Fraction(0)) / 3
    at = datetime.strptime(row["at"], "%B %d, %Y %H:%M:%S GMT%z")
    return Rated(at, row["member"], half_step(mean))


def _rows(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file that may begin with a byte order mark and hold line breaks inside quotes."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _count_round(row: dict[str, str], submissions: list[dict[str, str]], votes: list[dict[str, str]]) -> Round:
    entries = tuple(
        Entry(s["Spotify URI"], s["Submitter ID"], s.get("Title", ""), s.get("Album", ""), s.get("Artist(s)", ""))
        for s in submissions
    )
    submitter = {entry.uri: entry.submitter for entry in entries}
    if len(submitter) != len(entries):
        raise ValueError(f"round {row['ID']} holds one URI twice")
    scored: dict[str, list[tuple[int, str]]] = defaultdict(list)
    self_votes = strays = 0
    for vote in votes:
        uri, voter, given = vote["Spotify URI"], vote["Voter ID"], int(vote["Points Assigned"])
        if uri not in submitter:
            strays += 1
        elif given > 0:
            self_votes += submitter[uri] == voter
            scored[voter].append((given, uri))
    ballots = {
        voter: tuple(uri for _, uri in sorted(rows, key=lambda scored_row: -scored_row[0])[:2])
        for voter, rows in scored.items()
    }
    points = dict.fromkeys(submitter, 0)
    firsts = dict.fromkeys(submitter, 0)
    for named in ballots.values():
        firsts[named[0]] += 1
        for worth, uri in zip((2, 1), named, strict=False):
            points[uri] += worth
    winners, step = _climb(points, firsts, list(ballots.values()))
    return Round(row["ID"], row["Name"], entries, ballots, points, firsts, winners, step, self_votes, strays)


def _climb(
    points: dict[str, int], firsts: dict[str, int], ballots: Sequence[tuple[str, ...]]
) -> tuple[tuple[str, ...], str]:
    """Who is left, and the step that left one; `draw` with all of them when none did."""
    left = list(points)
    if len(left) < 2:
        return tuple(left), "unopposed"
    for step in ("points", "firsts", "head_to_head"):
        worth = {"points": points, "firsts": firsts, "head_to_head": _duels(left, ballots)}[step]
        best = max(worth[uri] for uri in left)
        left = [uri for uri in left if worth[uri] == best]
        if len(left) == 1:
            return tuple(left), step
    return tuple(left), "draw"


def _duels(tied: Sequence[str], ballots: Sequence[tuple[str, ...]]) -> dict[str, float]:
    """Duels each has won among the tied, a drawn one counting half; an entry left off a ballot is behind all on it."""
    won = dict.fromkeys(tied, 0.0)
    for one in tied:
        for other in tied:
            if one == other:
                continue
            balance = 0
            for named in ballots:
                mine = named.index(one) if one in named else 9
                theirs = named.index(other) if other in named else 9
                balance += (mine < theirs) - (mine > theirs)
            won[one] += 1.0 if balance > 0 else 0.5 if balance == 0 else 0.0
    return won
