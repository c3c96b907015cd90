"""Real data played through the whole bot ends as an independent count of the same files says it must."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from bot.rehearsal.command import Options, Performance, rehearse
from bot.rehearsal.league import read_league
from bot.rehearsal.loopback.schemas import Schemas
from bot.rehearsal.ratings_file import read_ratings
from bot.rehearsal.replay import LeagueReplay, RatingsReplay
from bot.rehearsal.report import Stopwatch, WeekOutcome, check
from bot.rehearsal.stage import Stage
from tests.domain.leagues import CLUBS, AlbumWeek, Round, count_league, count_ratings
from tests.rehearsal.exports import RATINGS, uri, write_league, write_ratings

ALL_LEAGUES = bool(os.environ.get("LONGPLAY_ALL_LEAGUES"))
"""Whole leagues and clubs take minutes; without this a few of their weeks are played."""
FEW_ROUNDS = {"music-league-c": (0, 1, 7)}
"""Places of rounds that end at different steps of the ladder."""
FEW_ALBUMS = slice(None, None, 3)


T = TypeVar("T")


def few(items: Sequence[T], name: str) -> list[T]:
    """The weeks of a real club that are played."""
    if ALL_LEAGUES:
        return list(items)
    return [items[place] for place in FEW_ROUNDS[name]] if name in FEW_ROUNDS else list(items[FEW_ALBUMS])


def replay_of(source: Path, stage: Stage, *, real: bool) -> Performance:
    if source.is_dir():
        league = read_league(source)
        return LeagueReplay(stage, replace(league, rounds=tuple(few(league.rounds, source.name))) if real else league)
    albums = read_ratings(source)
    return RatingsReplay(stage, few(albums, source.name) if real else albums)


async def played(database_url: str, schemas: Schemas | None, source: Path, *, real: bool = False) -> list[WeekOutcome]:
    """The weeks of a replay in which nothing went wrong."""
    async with Stage(database_url, schemas=schemas) as stage:
        replay = replay_of(source, stage, real=real)
        weeks = await replay.play()
        checks, troubles = await check(stage, replay.refusals, Stopwatch())
    assert troubles == []
    assert (checks.unsettled_errands, checks.unexpected_refusals) == (0, 0)
    assert checks.schema_violations == (None if schemas is None else 0)
    return weeks


def assert_round(outcome: WeekOutcome, counted: Round) -> None:
    assert outcome.source_id == counted.id
    assert outcome.winner_uri in counted.winners
    assert outcome.deciding_step == counted.step
    assert outcome.nominations == len(counted.entries)
    assert outcome.ballots == len(counted.ballots)
    assert (outcome.points, outcome.firsts) == (
        counted.points[outcome.winner_uri],
        counted.firsts[outcome.winner_uri],
    )


def assert_album(outcome: WeekOutcome, counted: AlbumWeek) -> None:
    assert outcome.source_id == counted.spotify_album
    assert outcome.winner_uri == f"spotify:album:{counted.spotify_album}"
    assert outcome.deciding_step == ("unopposed" if counted.picked_by else "host")
    assert outcome.nominations == 1
    assert outcome.ratings.count == counted.count
    assert outcome.ratings.mean == pytest.approx(float(counted.mean))
    assert outcome.ratings.median == pytest.approx(float(counted.median))


async def test_a_small_league_ends_as_counted(tmp_path: Path, database_url: str, schemas: Schemas | None) -> None:
    source = write_league(tmp_path / "league")
    weeks = await played(database_url, schemas, source)
    counted = count_league(source)
    assert {each.step for each in counted} == {"points", "head_to_head", "draw", "unopposed", "firsts"}
    for outcome, count in zip(weeks, counted, strict=True):
        assert_round(outcome, count)


async def test_one_song_submitted_twice_is_one_nomination_with_a_second(tmp_path: Path, database_url: str) -> None:
    source = write_league(tmp_path / "league", ["r2"])
    entries = source / "submissions.csv"
    first = f"{uri(5)},One,Some Album,First,m4,2024-01-01T00:00:00Z,,r2,Yes\n"
    entries.write_text(entries.read_text() + first)
    weeks = await played(database_url, None, source)
    assert weeks[0].nominations == 4
    assert weeks[0].winner_uri == uri(5)


async def test_names_stand_in_for_uris_that_are_no_links(tmp_path: Path, database_url: str) -> None:
    source = write_league(tmp_path / "league", ["r1"])
    for name in ("submissions.csv", "votes.csv"):
        text = (source / name).read_text()
        (source / name).write_text(text.replace("spotify:track:00000000000000000", "local:file-"))
    weeks = await played(database_url, None, source)
    for outcome, count in zip(weeks, count_league(source), strict=True):
        assert_round(outcome, count)


async def test_a_small_album_club_ends_as_counted(tmp_path: Path, database_url: str, schemas: Schemas | None) -> None:
    source = write_ratings(tmp_path / "ratings.jsonl")
    weeks = await played(database_url, schemas, source)
    for outcome, count in zip(weeks, count_ratings(source), strict=True):
        assert_album(outcome, count)


async def test_the_album_club_ends_as_counted(database_url: str, schemas: Schemas | None) -> None:
    source = CLUBS / "album-club-ratings.jsonl"
    if not source.exists():
        pytest.skip("the album club's ratings are not beside the repository")
    weeks = await played(database_url, schemas, source, real=True)
    for outcome, count in zip(weeks, few(count_ratings(source), source.name), strict=True):
        assert_album(outcome, count)


@pytest.mark.parametrize("name", ["music-league-a", "music-league-b", "music-league-c"])
async def test_a_real_league_ends_as_counted(name: str, database_url: str, schemas: Schemas | None) -> None:
    if not (CLUBS / name).exists():
        pytest.skip(f"the export {name} is not beside the repository")
    if name != "music-league-c" and not ALL_LEAGUES:
        pytest.skip("takes minutes; LONGPLAY_ALL_LEAGUES=1 plays it")
    weeks = await played(database_url, schemas, CLUBS / name, real=True)
    for outcome, count in zip(weeks, few(count_league(CLUBS / name), name), strict=True):
        assert_round(outcome, count)


async def test_with_json_standard_output_is_that_object_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    source = write_ratings(tmp_path / "ratings.jsonl")
    assert await rehearse(Options(source=source, json=True, html=page)) == 0
    printed = capsys.readouterr()
    report: Mapping[str, Any] = json.loads(printed.out)
    assert set(report) == {"weeks", "checks"}
    assert set(report["weeks"][0]) == {
        "source_id", "winner_uri", "points", "firsts", "deciding_step", "nominations", "ballots", "ratings",
    }  # fmt: skip
    assert set(report["weeks"][0]["ratings"]) == {"count", "mean", "median"}
    assert set(report["checks"]) == {"schema_violations", "unsettled_errands", "unexpected_refusals", "seconds"}
    assert "Glass Harbour" in printed.err
    assert "Glass Harbour" in page.read_text()
    assert len({row[0] for row in RATINGS}) == len(report["weeks"])


async def test_what_cannot_be_read_ends_with_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert await rehearse(Options(source=tmp_path, json=True)) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "no Music League export" in printed.err
