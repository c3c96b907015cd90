"""What is replayed is read as it was played: quirks survive, and a file that is not one is refused in a sentence."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from bot.rehearsal.league import SourceRefused, read_league
from bot.rehearsal.ratings_file import nearest_half, read_ratings
from tests.domain.leagues import CLUBS, count_league, count_ratings
from tests.rehearsal.exports import write_league, write_ratings


@pytest.mark.parametrize("name", [None, "music-league-a", "music-league-b", "music-league-c"])
def test_a_league_is_read_as_the_independent_count_reads_it(tmp_path: Path, name: str | None) -> None:
    folder = write_league(tmp_path / "league") if name is None else CLUBS / name
    if not folder.exists():
        pytest.skip(f"the export {name} is not beside the repository")
    league, counted = read_league(folder), count_league(folder)
    assert [(each.id, each.name) for each in league.rounds] == [(each.id, each.name) for each in counted]
    for read, count in zip(league.rounds, counted, strict=True):
        assert [(entry.uri, entry.submitter) for entry in read.entries] == [
            (entry.uri, entry.submitter) for entry in count.entries
        ]
        assert {vote.voter: vote.choices for vote in read.votes} == count.ballots
        assert read.self_votes == (count.self_votes > 0)


def test_everybody_who_took_part_is_a_person(tmp_path: Path) -> None:
    people = read_league(write_league(tmp_path / "league")).people
    assert people["m1"] == people["m2"] == "Sam"
    assert {people["gone"], people["m3"], people["v5"]} == {"Guest 1", "Guest 2", "Guest 3"}


def test_what_a_round_needs_of_the_rules_is_known(tmp_path: Path) -> None:
    league = read_league(write_league(tmp_path / "league"))
    assert [each.most_entries for each in league.rounds] == [1, 1, 1, 1, 2]
    assert [each.self_votes for each in league.rounds] == [False, False, False, False, True]


def test_comments_keep_their_quotes_and_lines(tmp_path: Path) -> None:
    entry = read_league(write_league(tmp_path / "league")).rounds[0].entries[0]
    assert (entry.title, entry.comment) == ("Hurt - 2002 Remaster", 'said "yes",\nthen no')


def test_ratings_are_read_as_the_independent_count_reads_them(tmp_path: Path) -> None:
    for path in (write_ratings(tmp_path / "ratings.jsonl"), CLUBS / "album-club-ratings.jsonl"):
        if not path.exists():
            pytest.skip("the album club's ratings are not beside the repository")
        read, counted = read_ratings(path), count_ratings(path)
        assert [album.id for album in read] == [week.spotify_album for week in counted]
        for album, week in zip(read, counted, strict=True):
            assert [(given.member, given.score, given.at) for given in album.ratings] == [
                (rated.member, rated.score, rated.at) for rated in week.given
            ]
            assert (album.picker or None, album.title or None) == (week.picked_by, week.album)


def test_the_middle_between_two_half_steps_goes_up() -> None:
    assert [nearest_half(Fraction(text)) for text in ("13/4", "19/6", "10/3", "5", "1")] == [
        Decimal(text) for text in ("3.5", "3", "3.5", "5", "1")
    ]


def test_a_folder_that_is_no_export_says_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match=r"competitors\.csv, rounds\.csv, submissions\.csv, votes\.csv missing"):
        read_league(tmp_path)


def test_an_export_without_a_needed_column_says_which(tmp_path: Path) -> None:
    folder = write_league(tmp_path / "league")
    (folder / "votes.csv").write_text("Spotify URI,Voter ID,Comment,Round ID\n")
    with pytest.raises(SourceRefused, match="lacks the column Points Assigned"):
        read_league(folder)


def test_points_that_are_no_number_are_refused(tmp_path: Path) -> None:
    folder = write_league(tmp_path / "league")
    (folder / "votes.csv").write_text("Spotify URI,Voter ID,Points Assigned,Round ID\na,v1,many,r1\n")
    with pytest.raises(SourceRefused, match="'many'"):
        read_league(folder)


def test_a_line_that_is_no_rating_is_named(tmp_path: Path) -> None:
    path = write_ratings(tmp_path / "ratings.jsonl")
    path.write_text(path.read_text() + '{"spotify_album": "x"}\n')
    with pytest.raises(SourceRefused, match="line 6"):
        read_ratings(path)
    with pytest.raises(SourceRefused, match="is not there"):
        read_ratings(tmp_path / "nothing.jsonl")
