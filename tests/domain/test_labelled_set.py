"""The matching answers a labelled set of real names: what is held is found, what is not held is never made up.

Asked is the half of the artists that nothing was tuned by. The gate asks a sample of the catalogue;
`LONGPLAY_LABELLED=150` asks that many queries of each kind, with histories and submissions in the source as well, as
`python -m tests.domain.labelled` does, which prints the misses.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest

from bot.domain.catalog import FoundAlbum, Service, Verdict
from tests.domain.labelled import Answer, Query, ask, ask_all, build, outcome_of, report, share_right
from tests.domain.records import is_right, looks_alike, read_holdings, record_of, there_is_data
from tests.factories.held import HeldSource

SAMPLE = 19
EACH = int(os.environ.get("LONGPLAY_LABELLED", SAMPLE))
ALBUMS_RIGHT = 0.98
TRACKS_RIGHT = 0.95

pytestmark = pytest.mark.xdist_group("labelled")  # the catalogue is read once


@pytest.fixture(scope="module")
def answers() -> Sequence[Answer]:
    if not there_is_data():
        pytest.skip("the real catalogue is not beside the repository")
    source, queries = build(EACH, tuning=False, holdings=read_holdings(histories=EACH > SAMPLE))
    answered = ask_all(source, queries)
    print("\n".join(report(answered)))
    return answered


def test_there_are_a_thousand_queries_of_every_kind(answers: Sequence[Answer]):
    assert len(answers) >= 1_000
    kinds = {answer.query.kind for answer in answers}
    assert {"artist - title", "slips", "edition dropped", "self-titled", "various artists", "ideographs"} <= kinds
    assert len([kind for kind in kinds if kind.startswith("not held")]) >= 8


def test_albums_that_are_held_are_found(answers: Sequence[Answer]):
    assert share_right(answers, "album", held=True) >= ALBUMS_RIGHT


def test_tracks_that_are_held_are_found(answers: Sequence[Answer]):
    assert share_right(answers, "track", held=True) >= TRACKS_RIGHT


def test_what_is_not_held_is_unsure_and_nothing_sure_is_wrong(answers: Sequence[Answer]):
    wrong = [answer for answer in answers if answer.outcome == "wrong"]
    assert not wrong, "\n".join(report(wrong))


def test_the_judge_knows_an_edition_from_another_record():
    meant = record_of("Nevermind", "Nirvana")
    for title, artist, right in (
        ("Nevermind (Deluxe Edition)", "Nirvana", True),
        ("Nevermind - Remastered 2011", "The Nirvana", True),
        ("Nevermind (feat. Somebody)", "Nirvana & Friends", True),
        ("Nevermind (Live)", "Nirvana", False),
        ("Nevermind 2", "Nirvana", False),
        ("Nevermind", "Weezer", False),
        ("Nevermind 15th Anniversary Edition", "Nirvana", True),
        ("Nevermind - 2009 Re-Mastered Digital Version", "Nirvana", True),
        ("Nevermind: Original Motion Picture Soundtrack", "Nirvana", True),
        ("Nevermind E.P.", "Nirvana", True),
        ("Nevermind - Re-Recorded", "Nirvana", False),
        ("Nevermind - Stereo MCs Mix", "Nirvana", False),
        ("Nevermind II", "Nirvana", False),
    ):
        assert is_right(meant, FoundAlbum(Service.DEEZER, title, artist)) == right, title
    assert looks_alike("gotmelostdrivinginla", ["getmelostdrivinginla"])
    assert not looks_alike("hits2", ["hits3"])


def test_only_a_sure_answer_counts_as_found():
    found = FoundAlbum(Service.DEEZER, "Nevermind", "Nirvana")
    query = Query("album", "artist - title", "Nirvana - Nevermind", record_of("Nevermind", "Nirvana"))
    gone = Query("album", "not held", "Nirvana - Bleach", None)
    source = HeldSource(Service.DEEZER, [found])
    assert ask(source, query).outcome == "right"
    assert outcome_of(query, Verdict(None, ask(source, query).verdict.candidates)) == "unsure"
    assert ask(source, gone).outcome == "right"
    assert outcome_of(gone, ask(source, query).verdict) == "wrong"


async def test_the_held_source_answers_near_things_for_what_it_does_not_hold():
    source = HeldSource(Service.DEEZER, [FoundAlbum(Service.DEEZER, "Nevermind", "Nirvana")])
    assert await source.search_albums("nirvana bleach")
    assert await source.search_albums("nirvanna nevermnd")
    assert not await source.search_albums("kraftwerk computerwelt")
    assert source.asked == ["nirvana bleach", "nirvanna nevermnd", "kraftwerk computerwelt"]
