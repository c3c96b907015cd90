"""The bench of the catalogue, small: it fills, measures and tells; how fast it is, is asked of the full size alone."""

from __future__ import annotations

import csv
import gzip
import json
import random
from itertools import islice
from pathlib import Path

import pytest

from bot.bench.catalogue import Options, Spread, bench
from bot.bench.keystrokes import slipped, typings
from bot.bench.names import MadeNames, Name, read_names, real_names

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "api" / "spotify_tracks_catalog" / "tracks.csv.gz"


async def test_a_small_catalogue_is_measured(capsys):
    assert await bench(Options(albums=2_000, people=25, json=True)) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["albums"] == 2_000
    assert told["keystrokes"] > 100
    assert 0 < told["floor"]["p50"] <= told["floor"]["p99"]
    assert 0 < told["ours"]["p50"] <= told["ours"]["p99"] < 1_000
    assert told["offered"] > 0.8, "who types a name nearly whole is offered the album"


async def test_a_file_without_names_is_told_of(tmp_path, capsys):
    path = tmp_path / "names.csv"
    path.write_text("colour\nblue\n", encoding="utf-8")
    assert await bench(Options(albums=100, names=path)) == 1
    assert "names no albums" in capsys.readouterr().err


def test_names_are_read_once_each_and_paired_anew_for_more(tmp_path):
    path = tmp_path / "names.csv.gz"
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["album_name", "artist_names", "release_date"])
        table.writerows(
            [["Hex", "Bark Psychosis|Guest", "1994-02-14"], ["Hex", "Bark Psychosis", ""], ["Low", "Low", "x"]]
        )
    known = read_names(path)
    assert known == [Name("Hex", "Bark Psychosis", 1994), Name("Low", "Low", 2000)]
    more = list(real_names(known, 4, seed=1))
    assert more[:2] == known
    assert len({(name.title, name.artist) for name in more}) == 4


@pytest.mark.skipif(not REAL.exists(), reason="the real names are not at hand")
def test_real_names_are_enough_for_a_catalogue():
    known = read_names(REAL)
    assert len(known) > 10_000
    assert any(not name.title.isascii() for name in known)


def test_made_names_are_the_same_for_the_same_seed():
    names = list(MadeNames(1).names(500))
    assert names == list(MadeNames(1).names(500))
    assert len({(name.title, name.artist) for name in names}) == 500


def test_people_type_key_by_key_and_sometimes_slip():
    names = list(MadeNames(1).names(200))
    people = list(islice(typings(names, 1), 300))
    assert all(typing.keystrokes[-1] == typing.text for typing in people)
    assert 0.03 < sum(typing.slips > 0 for typing in people) / 300 < 0.3
    text, slips = slipped("ok computer", 2, random.Random(1))
    assert (text.split(" ")[0], slips) == ("ok", 2)
    assert text != "ok computer"
    assert slipped("ok", 2, random.Random(1)) == ("ok", 0), "short words are typed rightly"


def test_a_spread_names_the_measurement_at_its_place():
    assert Spread.of([number / 1000 for number in range(101)]) == Spread(50.0, 90.0, 99.0)
