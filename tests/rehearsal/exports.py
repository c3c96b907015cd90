"""A small league export and a ratings file, written for the tests, with what real ones are known for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

BOM = "\ufeff"


def uri(number: int) -> str:
    """A song's URI as Spotify writes them: 22 letters and digits."""
    return f"spotify:track:{number:022d}"


ENTRIES = (
    # round, song, submitter, title, artist, comment
    ("r1", 1, "m1", "Hurt - 2002 Remaster", "The Low Tides", 'said ""yes"",\nthen no'),
    ("r1", 2, "m2", "Hurt - 2002 Remaster", "The Low Tides", ""),
    ("r1", 3, "gone", "A [masked](https://example.org) *title* (1999)", "Band, The - and Friends", "@everyone look"),
    ("r1", 4, "m3", "", "", ""),
    ("r2", 5, "m1", "One", "First", ""),
    ("r2", 6, "m2", "Two", "Second", ""),
    ("r2", 7, "m3", "Three", "Third", ""),
    ("r2", 8, "m4", "Four", "Fourth", ""),
    ("r3", 1, "m2", "Hurt - 2002 Remaster", "The Low Tides", "again"),
    ("r3", 9, "m1", "Nine", "", ""),
    ("r4", 10, "m4", "Alone", "Fourth", ""),
    ("r5", 11, "m1", "Eleven", "First", ""),
    ("r5", 12, "m1", "Twelve", "First", ""),
    ("r5", 13, "m2", "Thirteen", "Second", ""),
)
VOTES = (
    # r1: points decide; the equal rows of m4 go to the earlier one, comments and down-votes are no choices.
    ("r1", 2, "m1", 3),
    ("r1", 3, "m1", 5),
    ("r1", 1, "m2", 2),
    ("r1", 4, "m2", 2),
    ("r1", 3, "m2", 2),
    ("r1", 3, "m4", 1),
    ("r1", 1, "m4", 1),
    ("r1", 2, "m3", 0),
    ("r1", 1, "late", -1),
    # r2: 5 and 6 tie with five points and two firsts each; head-to-head decides.
    ("r2", 5, "v1", 2),
    ("r2", 6, "v1", 1),
    ("r2", 5, "v2", 2),
    ("r2", 7, "v2", 1),
    ("r2", 6, "v3", 2),
    ("r2", 7, "v3", 1),
    ("r2", 6, "v4", 2),
    ("r2", 8, "v4", 1),
    ("r2", 7, "v5", 2),
    ("r2", 5, "v5", 1),
    # r3: level to the end, so it is drawn.
    ("r3", 1, "v1", 4),
    ("r3", 9, "v2", 4),
    # r5: first places decide; a vote for what nobody entered is passed over, and m1 votes for a song of their own.
    ("r5", 99, "v1", 9),
    ("r5", 11, "v1", 4),
    ("r5", 12, "v1", 3),
    ("r5", 11, "m1", 2),
    ("r5", 13, "m1", 1),
    ("r5", 12, "v2", 5),
    ("r5", 13, "v2", 1),
    ("r5", 12, "v3", 1),
    ("r5", 13, "v4", 3),
    ("r5", 12, "v4", 2),
    ("r5", 11, "v5", 1),
)
PEOPLE = {"m1": "Sam", "m2": "Sam", "m3": "", "m4": "Member 4", "v1": "V1", "v2": "V2", "v3": "V3", "v4": "V4"}


ROUNDS = ("r1", "r2", "r3", "r4", "r5")


def write_league(folder: Path, wanted: Sequence[str] = ROUNDS) -> Path:
    """An export of five rounds: ties, equal names, people and titles that are missing, quotes and line breaks."""
    folder.mkdir(exist_ok=True)
    rounds = "".join(f'{key},2024-01-0{key[1:]}T00:00:00Z,Round {key[1:]},"two\nlines",x\n' for key in wanted)
    people = "".join(f"{key},{name}\n" for key, name in PEOPLE.items() if name)
    entries = "".join(
        f'{uri(song)},"{title}",Some Album,"{artist}",{member},2024-01-01T00:00:00Z,"{comment}",{round_id},Yes\n'
        for round_id, song, member, title, artist, comment in ENTRIES
    )
    votes = "".join(
        f'{uri(song)},{voter},2024-01-02T00:00:00Z,{given},"why\nnot",{round_id}\n'
        for round_id, song, voter, given in VOTES
    )
    for name, header, rows in (
        ("competitors", "ID,Name", people),
        ("rounds", "ID,Created,Name,Description,Playlist URL", rounds),
        (
            "submissions",
            "Spotify URI,Title,Album,Artist(s),Submitter ID,Created,Comment,Round ID,Visible To Voters",
            entries,
        ),
        ("votes", "Spotify URI,Voter ID,Created,Points Assigned,Comment,Round ID", votes),
    ):
        (folder / f"{name}.csv").write_text(f"{BOM}{header}\n{rows}", encoding="utf-8")
    return folder


RATINGS = (
    # album, title, artist, picker, member, scores, day
    ("A" * 22, "Glass Harbour", "The Low Tides", "p1", "p1", (4, 3.5, 4), 14),
    ("A" * 22, "Glass Harbour", "The Low Tides", "p1", "p2", (1, 1.5, 1), 16),
    ("B" * 22, None, None, None, "p1", (5, 5, 5), 21),
    ("A" * 22, "Glass Harbour", "The Low Tides", "p1", "p2", (5, 5, 5), 15),
    ("B" * 22, None, None, None, "p3", (2, 2.5, 3), 22),
)


def write_ratings(path: Path) -> Path:
    """Two albums: one with a picker and a rating that a later one replaces, one without names or a picker."""
    path.write_text(
        "".join(
            json.dumps(
                {
                    "spotify_album": album,
                    "album": title,
                    "artist": artist,
                    "picked_by": picker,
                    "member": member,
                    "slap": scores[0],
                    "zest": scores[1],
                    "stick": scores[2],
                    "favourite_track": "Tide tables",
                    "review": "two\nlines",
                    "at": f"August {day}, 2023 22:45:00 GMT+00:00",
                }
            )
            + "\n"
            for album, title, artist, picker, member, scores, day in RATINGS
        ),
        encoding="utf-8",
    )
    return path
