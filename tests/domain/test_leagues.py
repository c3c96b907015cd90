"""The independent count reads the files as they are, and the tally agrees with it."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from bot.domain.tally import Ballot, Method, tally
from tests.domain.leagues import CLUBS, AlbumWeek, Round, count_league, count_ratings, half_step

LEAGUES = {"music-league-a": (23, 819, 805), "music-league-b": (30, 325, 299), "music-league-c": (9, 161, 151)}


def league(name: str) -> list[Round]:
    if not (CLUBS / name).exists():
        pytest.skip(f"the export {name} is not beside the repository")
    return count_league(CLUBS / name)


def ratings() -> list[AlbumWeek]:
    path = CLUBS / "album-club-ratings.jsonl"
    if not path.exists():
        pytest.skip("the album club's ratings are not beside the repository")
    return count_ratings(path)


def write_export(folder: Path, votes: str) -> None:
    """An export of two rounds with what exports are known for: a byte order mark and line breaks in comments."""
    (folder / "rounds.csv").write_text(
        '\ufeffID,Created,Name,Description,Playlist URL\nr1,2024-01-01T00:00:00Z,First,"two\nlines",x\n'
        "r2,2024-01-08T00:00:00Z,Second,,x\n",
        encoding="utf-8",
    )
    (folder / "submissions.csv").write_text(
        "\ufeffSpotify URI,Submitter ID,Created,Comment,Round ID\n"
        'a,m1,2024-01-01T00:00:00Z,"said ""yes"",\nthen no",r1\nb,gone,2024-01-01T00:00:00Z,,r1\n'
        "c,m3,2024-01-01T00:00:00Z,,r1\na,m2,2024-01-08T00:00:00Z,,r2\n",
        encoding="utf-8",
    )
    (folder / "votes.csv").write_text(
        "\ufeffSpotify URI,Voter ID,Created,Points Assigned,Comment,Round ID\n" + votes, encoding="utf-8"
    )


def counted(tmp_path: Path, *rows: str) -> Round:
    write_export(tmp_path, "".join(f"{uri},{voter},x,{given},,r1\n" for uri, voter, given in map(str.split, rows)))
    first, second = count_league(tmp_path)
    assert (second.winners, second.step) == (("a",), "unopposed")
    return first


def test_the_two_highest_scores_make_a_ballot_and_the_earlier_row_wins_a_tie(tmp_path: Path) -> None:
    count = counted(tmp_path, "c m1 2", "b m1 3", "a m1 2", "a m2 1")
    assert count.ballots == {"m1": ("b", "c"), "m2": ("a",)}
    assert count.points == {"a": 2, "b": 2, "c": 1}
    assert [entry.submitter for entry in count.entries] == ["m1", "gone", "m3"]


def test_comments_and_down_votes_are_no_choices(tmp_path: Path) -> None:
    count = counted(tmp_path, "a m2 0", "b m2 -1", "c m1 1")
    assert count.ballots == {"m1": ("c",)}
    assert (count.winners, count.step) == (("c",), "points")


def test_votes_for_oneself_and_for_what_was_not_entered_are_noticed(tmp_path: Path) -> None:
    count = counted(tmp_path, "a m1 1", "x m1 2", "c m3 0")
    assert (count.self_votes, count.strays) == (1, 1)
    assert count.ballots == {"m1": ("a",)}


def test_ties_go_to_firsts_then_duels_then_stay(tmp_path: Path) -> None:
    firsts = counted(tmp_path, "a p 2", "b p 1", "a q 1", "b r 2", "c r 1", "c s 2", "b s 1")
    assert firsts.points == {"a": 4, "b": 4, "c": 3}
    assert (firsts.winners, firsts.step) == (("a",), "firsts")
    duel = counted(tmp_path, "a p 2", "b p 1", "a q 2", "c q 1", "b r 2", "c r 1", "b s 1", "c t 2", "a t 1")
    assert duel.points == {"a": 5, "b": 5, "c": 4}
    assert (duel.winners, duel.step) == (("a",), "head_to_head")
    level = counted(tmp_path, "a p 1", "b q 1")
    assert (level.winners, level.step) == (("a", "b"), "draw")


@pytest.mark.parametrize("name", LEAGUES)
def test_an_export_has_the_rounds_entries_and_ballots_it_is_known_for(name: str) -> None:
    rounds = league(name)
    assert (
        len(rounds),
        sum(len(count.entries) for count in rounds),
        sum(len(count.ballots) for count in rounds),
    ) == LEAGUES[name]
    assert sum(count.self_votes + count.strays for count in rounds) == 0
    assert all(len(count.winners) == 1 for count in rounds)


@pytest.mark.parametrize("name", LEAGUES)
def test_the_tally_agrees_with_the_independent_count(name: str) -> None:
    for count in league(name):
        result = tally(
            Method.POINTS,
            [entry.uri for entry in count.entries],
            [Ballot.ranked(*named) for named in count.ballots.values()],
            ranks=2,
            seed=count.id,
        )
        assert (result.points, result.firsts) == (count.points, count.firsts)
        assert result.winner in count.winners
        assert result.deciding_step == count.step


def test_the_leagues_need_every_step_but_the_draw() -> None:
    steps = {count.step for name in LEAGUES for count in league(name)}
    assert steps == {"points", "firsts", "head_to_head"}


def test_a_later_rating_replaces_even_when_it_stands_earlier_in_the_file(tmp_path: Path) -> None:
    rows = [
        ("A", "m1", 4, "November 15, 2023 22:44:00 GMT+00:00"),
        ("B", "m1", 5, "November 15, 2023 22:00:00 GMT+00:00"),
        ("A", "m1", 1, "November 15, 2023 22:31:00 GMT+00:00"),
        ("A", "m2", 2, "November 15, 2023 22:31:00 GMT+00:00"),
        ("A", "m2", 3, "November 15, 2023 22:31:00 GMT+00:00"),
    ]
    path = tmp_path / "ratings.jsonl"
    path.write_text(
        "\n".join(
            json.dumps(
                {"spotify_album": album, "album": album, "artist": None, "picked_by": None, "member": member, "at": at}
                | {"slap": score, "zest": score, "stick": score}
            )
            for album, member, score, at in rows
        )
    )
    first, second = count_ratings(path)
    assert first.ratings == {"m1": 4, "m2": 3}
    assert [rated.score for rated in first.given] == [1, 2, 3, 4]
    assert (first.count, first.mean, first.median) == (2, Fraction(7, 2), Fraction(7, 2))
    assert (second.spotify_album, second.mean) == ("B", 5)


def test_scores_round_to_the_nearest_half() -> None:
    thirds = [Fraction(10, 3), Fraction(11, 3), Fraction(7, 2), Fraction(23, 6), Fraction(13, 4)]
    assert [half_step(score) for score in thirds] == [Fraction(7, 2), Fraction(7, 2), Fraction(7, 2), 4, Fraction(7, 2)]


def test_the_album_club_has_seventeen_albums_and_nine_second_thoughts() -> None:
    weeks = ratings()
    assert len(weeks) == 17
    assert sum(len(week.given) for week in weeks) == 142
    assert sum(week.count for week in weeks) == 133
    assert all(1 <= score <= 5 and score * 2 == int(score * 2) for week in weeks for score in week.ratings.values())
    jaws = weeks[0]
    assert (jaws.album, jaws.count, jaws.mean, jaws.median) == (
        "The Jaws of Life", 8, Fraction(47, 16), Fraction(11, 4),
    )  # fmt: skip
