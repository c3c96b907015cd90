"""A Music League export as a league was played: people, rounds, what each submitted, and whom each voted for.

An export is four CSV files in a folder: competitors, rounds, submissions, votes. They may begin with a byte order mark,
hold line breaks inside comments, lack the title columns, and lack people who left. Points are not exported as ballots:
of every voter's rows of a round the two with most points are a ranked ballot, the earlier row first among equals; rows
without points are comments, rows below zero are down-votes, and neither is a choice.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FILES = ("competitors.csv", "rounds.csv", "submissions.csv", "votes.csv")
RANKS = 2

Row = Mapping[str, str]


class SourceRefused(Exception):  # noqa: N818 - an expected no, told in one sentence
    """A file to replay that is not there or not what it should be."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A song submitted to a round; `title` and `artist` are empty where the export has no such columns."""

    uri: str
    submitter: str
    title: str = ""
    artist: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Vote:
    """One voter's ballot in a round: entries' URIs, best first, one or two."""

    voter: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Round:
    """A round with its entries and ballots in file order."""

    id: str
    name: str
    entries: tuple[Entry, ...]
    votes: tuple[Vote, ...]

    @property
    def most_entries(self) -> int:
        """How many entries the busiest submitter has."""
        counts: dict[str, int] = defaultdict(int)
        for entry in self.entries:
            counts[entry.submitter] += 1
        return max(counts.values(), default=0)

    @property
    def self_votes(self) -> bool:
        """Whether somebody voted for an entry of their own."""
        owned = {(entry.submitter, entry.uri) for entry in self.entries}
        return any((vote.voter, uri) in owned for vote in self.votes for uri in vote.choices)


@dataclass(frozen=True, slots=True)
class League:
    """A whole league; `people` maps ids to display names, which several may share."""

    people: Mapping[str, str]
    rounds: tuple[Round, ...]


def read_league(folder: Path) -> League:
    """Read an export; raises `SourceRefused` with what is wrong."""
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise SourceRefused(f"{folder} is no Music League export: {', '.join(missing)} missing")
    competitors = _rows(folder / "competitors.csv", "ID", "Name")
    submissions = _by_round(_rows(folder / "submissions.csv", "Spotify URI", "Submitter ID", "Round ID"))
    votes = _by_round(_rows(folder / "votes.csv", "Spotify URI", "Voter ID", "Points Assigned", "Round ID"))
    rounds = tuple(
        _round(row, submissions.get(row["ID"], ()), votes.get(row["ID"], ()))
        for row in _rows(folder / "rounds.csv", "ID", "Name")
    )
    return League(_people(competitors, rounds), rounds)


def _rows(path: Path, *needed: str) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, restval="")
        lacking = [name for name in needed if name not in (reader.fieldnames or ())]
        if lacking:
            raise SourceRefused(f"{path} lacks the column {', '.join(lacking)}")
        return list(reader)


def _by_round(rows: Sequence[Row]) -> Mapping[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["Round ID"]].append(row)
    return found


def _round(row: Row, submissions: Sequence[Row], votes: Sequence[Row]) -> Round:
    entries = tuple(
        Entry(
            each["Spotify URI"],
            each["Submitter ID"],
            each.get("Title", "").strip(),
            each.get("Artist(s)", "").strip(),
            each.get("Comment", "").strip(),
        )
        for each in submissions
    )
    return Round(row["ID"], row["Name"], entries, _votes(votes, {entry.uri for entry in entries}))


def _votes(rows: Sequence[Row], entered: set[str]) -> tuple[Vote, ...]:
    scored: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for row in rows:
        points = _points(row["Points Assigned"])
        if points > 0 and row["Spotify URI"] in entered:
            scored[row["Voter ID"]].append((points, row["Spotify URI"]))
    return tuple(
        # Sorting is stable, so the earlier row stays first among equals.
        Vote(voter, tuple(uri for _, uri in sorted(given, key=lambda pair: -pair[0])[:RANKS]))
        for voter, given in scored.items()
    )


def _points(text: str) -> int:
    try:
        return int(text or 0)
    except ValueError:
        raise SourceRefused(f"{text!r} in votes.csv is no number of points") from None


def _people(competitors: Sequence[Row], rounds: Sequence[Round]) -> dict[str, str]:
    """Everybody who is listed, submitted or voted; who is not listed gets a name that nobody has."""
    people = {row["ID"]: row["Name"].strip() for row in competitors}
    taking_part = [entry.submitter for each in rounds for entry in each.entries]
    taking_part += [vote.voter for each in rounds for vote in each.votes]
    for person in taking_part:
        if not people.get(person):
            people[person] = f"Guest {sum(name.startswith('Guest ') for name in people.values()) + 1}"
    return people
