"""What is kept of a person: told, handed over whole, and forgotten whole."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.domain.club.week import Phase
from bot.domain.listening.plays import Source, Told
from bot.domain.people import FORMER_MEMBER
from bot.domain.privacy import Choice, Group, Person
from bot.domain.privacy_errors import NotConfirmed, NothingKept
from bot.services import people
from bot.services.club import rating
from bot.services.club.phases import advance_week
from bot.services.club.views import host_summary, show_week
from bot.services.listening.taking import take_plays
from bot.services.privacy.deleting import delete_person
from bot.services.privacy.exporting import exported
from bot.services.privacy.packing import LEAST
from bot.services.privacy.showing import kept_of, set_visibility
from db.queries.privacy import reading
from db.queries.privacy.registry import PLACES
from tests.factories import NOW, a_caller, make_club, make_tools
from tests.factories.whole_life import HOSTILE, SECRET, a_whole_life

HOST = a_caller(50, name="Host", manages=True)
MB = 1_000_000
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def tools(database):
    return make_tools(database)


@pytest.fixture
async def club(database):
    return await make_club(database)


@pytest.fixture
async def life(tools, club):
    return await a_whole_life(tools, club)


async def counts(tools, life):
    async with tools.database.reading() as session:
        return await reading.counts(session, Person(life.member.user_id, life.caller.discord_id))


async def mentions(tools, *words: str) -> dict[str, int]:
    """Rows of any table, the queue's too, whose text names one of the words: a search that no registry leads."""
    found: dict[str, int] = {}
    async with tools.database.reading() as session:
        tables = await session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        for table in tables:
            for word in words:
                asked = text(f'SELECT count(*) FROM "{table}" AS one WHERE one::text LIKE :word')
                count = await session.scalar(asked, {"word": f"%{word}%"})
                if count:
                    found[f"{table}: {word}"] = count
    return found


async def files_of(tools, caller, limit=10 * MB) -> tuple[list[dict[str, bytes]], list[dict[str, Any]]]:
    """The files of each part, and its manifest."""
    parts, manifests = [], []
    async with exported(tools, caller=caller, now=NOW, limit=limit) as export:
        for part in export.parts:
            assert part.size <= limit
            with zipfile.ZipFile(part.path) as archive:
                assert archive.testzip() is None
                files = {name: archive.read(name) for name in archive.namelist()}
                manifests.append(json.loads(files.pop("manifest.json")))
                parts.append(files)
    assert not export.parts[0].path.exists()
    return parts, manifests


def rows_in(name: str, content: bytes) -> list[dict[str, Any]]:
    if name.endswith(".jsonl"):
        return [json.loads(line) for line in content.decode().splitlines()]
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


# --- the export -----------------------------------------------------------------------------------------------------


async def test_an_export_holds_every_row_of_who_used_everything(tools, life):
    expected = await counts(tools, life)
    assert [name for name, count in expected.items() if not count] == [], "the life leaves a place out"
    (files,), (manifest,) = await files_of(tools, life.caller)
    found = {name.rpartition(".")[0]: rows_in(name, content) for name, content in files.items()}
    for place in PLACES:
        table = place.table.description
        if table != "procrastinate_jobs":
            rows = found.get(table) or found[f"{table}-by-{place.column}"]
            assert len(rows) == expected[place.name], place.name
            assert set(place.table.columns.keys()) <= rows[0].keys()
    assert manifest["last"]
    assert manifest["rows"] == manifest["rows_in_all_parts"]
    assert sum(manifest["rows"].values()) == sum(len(rows) for rows in found.values())
    assert {row["track"] for row in found["listen_events"]} == {"'@Song 0", "'@Song 1", "'@Song 2"}
    assert {row["name"] for row in found["names-of-clubs"]} == {"A club"}


async def test_secrets_and_others_are_named_without_a_value(tools, life):
    (files,), _ = await files_of(tools, life.caller)
    whole = b"\n".join(files.values())
    assert SECRET not in whole
    assert SECRET.hex().encode() not in whole
    assert b"Somebody Else" not in whole
    (followed,) = rows_in("x.jsonl", files["follows-by-followee_id.jsonl"])
    assert str(life.other.user_id) not in followed.values()
    tokens = {row["access_token"] for row in rows_in("x.jsonl", files["linked_accounts.jsonl"])}
    assert tokens == {reading.WITHHELD, None}


async def test_a_spreadsheet_performs_nothing(tools, life):
    (files,), _ = await files_of(tools, life.caller)
    cells = [value for row in rows_in("x.csv", files["listen_events.csv"]) for value in row.values()]
    assert f"'{HOSTILE}" in cells
    assert "'+Album" in cells
    assert not [value for value in cells if value.startswith(("=", "+", "-", "@"))]


async def test_parts_keep_the_limit_and_each_is_readable_by_itself(tools, club):
    life = await a_whole_life(tools, club, plays=12_000)
    expected = await counts(tools, life)
    (whole,), _ = await files_of(tools, life.caller, limit=25 * MB)
    parts, manifests = await files_of(tools, life.caller, limit=LEAST)
    assert len(parts) > 1
    assert [one["last"] for one in manifests] == [False] * (len(parts) - 1) + [True]
    rows = [
        row
        for files in parts
        for name in files
        if name.startswith("listen_events")
        for row in rows_in(name, files[name])
    ]
    assert len(rows) == expected["listen_events.user_id"]
    assert rows == rows_in("x.csv", whole["listen_events.csv"])
    for files, manifest in zip(parts, manifests, strict=True):
        assert {name: len(rows_in(name, content)) for name, content in files.items()} == manifest["rows"]


async def test_of_a_stranger_nothing_is_kept(tools, club):
    with pytest.raises(NothingKept):
        async with exported(tools, caller=a_caller(8), now=NOW, limit=MB):
            pass
    with pytest.raises(NothingKept):
        await kept_of(tools, caller=a_caller(8))
    with pytest.raises(NothingKept):
        await delete_person(tools, caller=a_caller(8), now=NOW, choice=Choice.STAY, typed="DELETE")


# --- what is told ---------------------------------------------------------------------------------------------------


async def test_what_is_kept_is_told_in_counts(tools, life):
    kept = await kept_of(tools, caller=life.caller)
    assert (kept.plays, kept.clubs) == (3, ("A club",))
    assert kept.accounts == (("lastfm", "my-lastfm-name"), ("spotify", "my-spotify-name"))
    assert all(kept.rows[group] for group in Group)


async def test_hiding_takes_the_plays_off_the_club_and_showing_brings_them_back(tools, life):
    async def club_plays():
        async with tools.database.reading() as session:
            return await session.scalar(text("SELECT coalesce(sum(plays), 0) FROM club_plays WHERE kind = 'track'"))

    before = await club_plays()
    assert before == 3
    assert await set_visibility(tools, caller=life.caller, now=NOW, visibility="me")
    assert not await set_visibility(tools, caller=life.caller, now=NOW, visibility="me")
    assert await club_plays() == 0
    assert await set_visibility(tools, caller=life.caller, now=NOW, visibility="club")
    assert await club_plays() == before


# --- forgetting -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("choice", Choice)
async def test_nothing_is_left_of_who_is_deleted(tools, life, choice):
    names = [str(life.member.user_id), str(life.caller.discord_id), "my-lastfm-name", life.caller.handle]
    assert await mentions(tools, *names)
    erased = await delete_person(tools, caller=life.caller, now=LATER, choice=choice, typed=" delete ")
    assert await mentions(tools, *names, *(str(key) for key in life.accounts)) == {}
    assert (erased.recount.total, erased.recount.columns) == (0, len(PLACES))
    assert await counts(tools, life) == dict.fromkeys((place.name for place in PLACES), 0)
    assert erased.gone[Group.PLAYS] == 4
    with pytest.raises(NothingKept):
        await delete_person(tools, caller=life.caller, now=LATER, choice=choice, typed="DELETE")


async def test_what_was_given_stays_with_a_nameless_member(tools, life):
    before = await show_week(tools, caller=HOST, now=NOW, number=life.closed.number)
    erased = await delete_person(tools, caller=life.caller, now=LATER, choice=Choice.STAY, typed="DELETE")
    after = await show_week(tools, caller=HOST, now=NOW, number=life.closed.number)
    assert (after.ratings, after.late, after.ballots) == (before.ratings, before.late, before.ballots)
    named = {one.album.title: one.nominator for one in after.nominations}
    assert named["Mine Before"] == FORMER_MEMBER
    given = await rating.scores_for(tools, caller=HOST, now=NOW, week=life.closed.id)
    assert sorted((one.name, one.score) for one in given) == [("Somebody Else", 2), (FORMER_MEMBER, 5)]
    assert erased.nameless[Group.BALLOTS] == 4
    assert await mentions(tools, "My own words")


async def test_what_was_given_goes_as_far_as_results_stay_right(tools, life):
    before = await show_week(tools, caller=HOST, now=NOW, number=life.closed.number)
    erased = await delete_person(tools, caller=life.caller, now=LATER, choice=Choice.GO, typed="DELETE")
    after = await show_week(tools, caller=HOST, now=NOW, number=life.closed.number)
    # The ballot of the closed week stays: a result stands on it. The one of the open poll goes.
    assert after.ballots == before.ballots
    assert (await show_week(tools, caller=HOST, now=NOW, number=life.polling.number)).ballots == 0
    assert (before.late, after.late) == (2, 1)
    assert [one.album.title for one in after.nominations] == [one.album.title for one in before.nominations]
    left = await mentions(tools, "My own words")
    assert list(left) == ["ratings: My own words"], "only the other's review has these words too"
    assert erased.gone[Group.RATINGS] == 1
    assert erased.nameless[Group.BALLOTS] == 2
    async with tools.database.reading() as session:
        told = await session.execute(text("SELECT content, deleted_at IS NULL FROM comments ORDER BY content"))
        assert [tuple(row) for row in told] == [("", False), ("Yes", True)]
    await host_summary(tools, caller=HOST, now=NOW, number=life.closed.number)


async def test_nominations_that_are_still_taken_lose_the_album_of_who_goes(tools, club, life, database):
    async with database.writing() as session:
        await session.execute(text("UPDATE weeks SET phase = 'nominations' WHERE id = :id"), {"id": life.polling.id})
    await delete_person(tools, caller=life.caller, now=LATER, choice=Choice.GO, typed="DELETE")
    view = await show_week(tools, caller=HOST, now=NOW, number=life.polling.number)
    assert [one.album.title for one in view.nominations] == ["Theirs"]
    assert view.week.phase is Phase.NOMINATIONS


async def test_the_wrong_word_deletes_nothing(tools, life):
    before = await counts(tools, life)
    for typed in ("", "yes", "DELETE ME"):
        with pytest.raises(NotConfirmed):
            await delete_person(tools, caller=life.caller, now=LATER, choice=Choice.GO, typed=typed)
    assert await counts(tools, life) == before


async def test_who_comes_back_is_new(tools, life):
    await delete_person(tools, caller=life.caller, now=LATER, choice=Choice.STAY, typed="DELETE")
    back = await people.join(tools, caller=life.caller, now=LATER)
    assert back.user_id != life.member.user_id
    given = await rating.scores_for(tools, caller=HOST, now=NOW, week=life.closed.id)
    assert FORMER_MEMBER in {one.name for one in given}
    kept = await kept_of(tools, caller=life.caller)
    assert (kept.plays, kept.rows[Group.RATINGS]) == (0, 0)


async def test_the_clubs_counts_are_those_of_who_is_left(tools, club, life):
    beside = [Told(Source.LASTFM, HOSTILE, "@Song 0", NOW, album="+Album")]
    async with tools.database.writing() as session:
        await take_plays(session, user_id=life.other.user_id, plays=beside)
    await delete_person(tools, caller=life.caller, now=LATER, choice=Choice.GO, typed="DELETE")
    async with tools.database.reading() as session:
        left = await session.execute(text("SELECT kind, sum(plays) FROM club_plays GROUP BY kind ORDER BY kind"))
        assert [tuple(row) for row in left] == [("album", 1), ("artist", 1), ("track", 1)]


async def test_plays_that_come_while_it_is_deleted_are_written_for_nobody(tools, life):
    """A second process goes on taking plays in: whatever it began ends before, what it begins later finds nobody."""
    stop = asyncio.Event()
    taken: list[int] = []

    async def keep_syncing(worker: int) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            at = NOW + timedelta(days=worker, minutes=number)
            told = [Told(Source.LASTFM, "Late", f"Song {worker} {number}", at)]
            async with tools.database.writing() as session:
                taken.append((await take_plays(session, user_id=life.member.user_id, plays=told)).new)

    async def until(count: int) -> None:
        while len(taken) < count:  # noqa: ASYNC110 - three count
            await asyncio.sleep(0.01)

    workers = [asyncio.create_task(keep_syncing(worker)) for worker in (1, 2, 3)]
    await until(6)
    erased = await delete_person(tools, caller=life.caller, now=LATER, choice=Choice.STAY, typed="DELETE")
    so_far = len(taken)
    await until(so_far + 6)
    stop.set()
    await asyncio.gather(*workers)
    assert sum(taken[:6]) == 6
    assert sum(taken[so_far + 3 :]) == 0
    assert erased.recount.total == 0
    assert sum((await counts(tools, life)).values()) == 0


async def test_two_who_delete_at_once_delete_once(tools, life):
    asked = [delete_person(tools, caller=life.caller, now=LATER, choice=Choice.GO, typed="DELETE") for _ in range(3)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert sorted(type(one).__name__ for one in answers) == ["Erased", "NothingKept", "NothingKept"]


async def test_a_poll_that_closes_meanwhile_counts_a_ballot_or_has_none_of_it(tools, life):
    """Whichever comes first: the stored result is the one that its ballots give."""
    asked = delete_person(tools, caller=life.caller, now=LATER, choice=Choice.GO, typed="DELETE")
    closed = advance_week(tools, caller=HOST, now=LATER, number=life.polling.number)
    await asyncio.gather(asked, closed)
    view = await show_week(tools, caller=HOST, now=LATER, number=life.polling.number)
    assert view.week.result is not None
    assert view.week.result["ballots"] == view.ballots
    assert view.tally is not None
    assert view.tally.winner == str(view.week.winner_id)
