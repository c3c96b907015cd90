"""Histories are read in from files: each play once, whatever the order, however often, wherever it was broken off."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from bot.domain.listening.imports import ImportRefused, ImportReport, ListenFileRefused, Unfit
from bot.domain.listening.names import work_id
from bot.providers.exports.reader import ExportFiles
from bot.services.listening import importing
from bot.services.listening.importing import import_plays
from bot.services.tools import Listening, Tools
from db.session import CommitMoment, Database
from tests.factories.histories import LISTENS, SMALL, account_row, as_json, extended_row, real
from tests.factories.people import NOW, MovableClock

TABLES = ("artists", "heard_albums", "tracks", "listen_events", "listen_twins", "artist_plays", "album_plays")
MORE = ("track_plays", "club_plays", "listen_imports")


def tools_on(database: Database) -> Tools:
    return Tools(database, MovableClock(), listening=Listening(files=ExportFiles()))


async def someone(database: Database, number: int = 1) -> UUID:
    key = UUID(int=number)
    async with database.writing() as session:
        await session.execute(
            text("INSERT INTO users (id, display_name, created_at) VALUES (:key, 'Ben', :now)"),
            {"key": key, "now": NOW},
        )
    return key


async def kept(database: Database, user_id: UUID) -> list[Any]:
    """The member's plays and twins, as they are."""
    asked = "SELECT played_at, track_id, source, ordinal, ms_played, counts, also FROM listen_events"
    async with database.reading() as session:
        plays = await session.execute(text(f"{asked} WHERE user_id = :user ORDER BY 1, 2, 3, 4"), {"user": user_id})
        return [tuple(row) for row in plays]


async def sizes(database: Database) -> dict[str, int]:
    async with database.reading() as session:
        return {table: await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0 for table in (*TABLES, *MORE)}


async def counted_right(database: Database, user_id: UUID) -> bool:
    """Whether the counters of tracks are equal to a recount."""
    asked = """
    SELECT count(*) FROM (SELECT track_id, count(*) AS plays FROM listen_events
      WHERE user_id = :user AND counts GROUP BY 1) AS counted
    FULL JOIN (SELECT track_id, plays FROM track_plays WHERE user_id = :user) AS counter USING (track_id, plays)
    WHERE counted.track_id IS NULL OR counter.track_id IS NULL
    """
    async with database.reading() as session:
        return await session.scalar(text(asked), {"user": user_id}) == 0


def written(folder: Path, content: bytes, name: str = "history") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def many(days: int, per_day: int = 40) -> list[dict[str, Any]]:
    begin = datetime(2024, 1, 1, tzinfo=UTC)
    return [
        account_row(f"Song {n % 37}", f"{begin + timedelta(days=day, minutes=9 * n):%Y-%m-%d %H:%M}", 100_000 + n)
        for day in range(days)
        for n in range(per_day)
    ]


# --- small ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SMALL)
async def test_every_kind_comes_in_once_and_a_dry_run_says_so_before(
    database: Database, tmp_path: Path, name: str
) -> None:
    tools, user, path = tools_on(database), await someone(database), written(tmp_path, SMALL[name])
    before = await sizes(database)
    dry = await import_plays(tools, user_id=user, path=path, dry_run=True)
    assert await sizes(database) == before
    done = await import_plays(tools, user_id=user, path=path)
    assert dry == done
    assert done.new > 0
    assert done.new == len(await kept(database, user))
    again = await import_plays(tools, user_id=user, path=path)
    assert (again.new, again.known) == (0, done.new)
    assert await counted_right(database, user)


async def test_a_report_says_what_came_of_every_row(database: Database, tmp_path: Path) -> None:
    tools, user = tools_on(database), await someone(database)
    rows = [extended_row(f"Song {n}", f"2024-03-01T10:{n:02}:00Z") for n in range(20)]
    rows += [extended_row(f"Skip {n}", f"2024-03-01T11:{n:02}:00Z", 4_000, reason_end="fwdbtn") for n in range(3)]
    rows += [extended_row(None, episode_name="One", episode_show_name=f"Show {n}") for n in range(7)]
    rows += [extended_row(ended="1970-01-01T00:00:00Z")]
    report = await import_plays(tools, user_id=user, path=written(tmp_path, as_json(rows)))
    assert (report.read, report.new, report.skips, report.refusals) == (31, 23, 3, 8)
    assert report.plays + report.refusals == report.read
    assert report.refused == {Unfit.EPISODE: 7, Unfit.EPOCH: 1}
    assert [row.line for row in report.examples_of(Unfit.EPISODE)] == [24, 25, 26, 27, 28]
    assert report.examples_of(Unfit.EPISODE)[0].what == "Show 0 – One"
    assert [one.title for one in report.samples] == [f"Song {n}" for n in range(5)]
    assert sum(row[5] for row in await kept(database, user)) == 20, "skips are kept and do not count"


async def test_times_without_a_zone_are_read_in_the_one_that_is_told(database: Database, tmp_path: Path) -> None:
    tools, user = tools_on(database), await someone(database)
    path = written(tmp_path, SMALL["lastfm_csv_minutes"])
    utc = await import_plays(tools, user_id=user, path=path, dry_run=True)
    berlin = await import_plays(tools, user_id=user, path=path, zone="Europe/Berlin", dry_run=True)
    assert utc.local
    assert berlin.local
    assert utc.samples[0].at - berlin.samples[0].at == timedelta(hours=1)
    for zone in ("Europe/Nowhere", "../../etc/passwd", "", "Europe"):
        with pytest.raises(ImportRefused) as refusal:
            await import_plays(tools, user_id=user, path=path, zone=zone)
        assert refusal.value.reason == "zone"


async def test_a_file_that_is_none_leaves_no_trace(database: Database, tmp_path: Path) -> None:
    tools, user = tools_on(database), await someone(database)
    before = await sizes(database)
    with pytest.raises(ListenFileRefused):
        await import_plays(tools, user_id=user, path=written(tmp_path, b"Dear diary"))
    assert await sizes(database) == before


# --- trying beside the tables ---------------------------------------------------------------------------------------


async def test_a_dry_run_holds_up_nobody_who_hears_the_same_new_names(database: Database, tmp_path: Path) -> None:
    """While one is tried, the same member and another one import the same names for real."""
    tools, user, other = tools_on(database), await someone(database), await someone(database, 2)
    path = written(tmp_path, as_json(many(60)))
    file = await importing.open_file(tools, path, NOW)
    real_ones: list[ImportReport] = []

    async def meanwhile(_share: float) -> bool:
        if not real_ones:
            real_ones.append(await import_plays(tools, user_id=other, path=path))
            real_ones.append(await import_plays(tools, user_id=user, path=path))
        return True

    importing_batch, importing.BATCH = importing.BATCH, 100
    try:
        report = await importing.try_file(
            tools, user, file, importing.zone_called("UTC"), ImportReport(file.kinds), still_wanted=meanwhile
        )
    finally:
        importing.BATCH = importing_batch
    assert [one.new for one in real_ones] == [2_400, 2_400]
    assert report.new == 2_400, "what came in meanwhile is not in the member's tables as they were"
    assert len(await kept(database, user)) == 2_400


async def test_a_dry_run_knows_what_stands_within_the_file_itself(database: Database, tmp_path: Path) -> None:
    tools, user = tools_on(database), await someone(database)
    twice = as_json([*many(60), *many(60)])
    dry = await import_plays(tools, user_id=user, path=written(tmp_path, twice), dry_run=True)
    assert (dry.new, dry.known) == (2_400, 2_400)
    assert dry == await import_plays(tools, user_id=user, path=written(tmp_path, twice))


# --- broken off -----------------------------------------------------------------------------------------------------


class Dead(BaseException):
    """The process ends here."""


async def test_dying_at_any_commit_and_going_on_ends_with_the_same_plays(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    user = await someone(database)
    path = written(tmp_path, as_json(many(30)))
    one_at_a_time = replace_batch(150)
    moments: list[CommitMoment] = []
    random = Random(7)

    def die(moment: CommitMoment) -> None:
        moments.append(moment)
        if random.random() < 0.3:
            raise Dead

    reports: list[ImportReport] = []
    with one_at_a_time:
        mortal = Database.connect(database_url, watch=die)
        tools = tools_on(mortal)
        for _ in range(60):
            try:
                reports.append(await import_plays(tools, user_id=user, path=path))
            except (Dead, ImportRefused):
                tools.clock.move(timedelta(minutes=10))  # type: ignore[attr-defined] - the clock of tests
        await mortal.close()
    tools = tools_on(database)
    tools.clock.move(timedelta(days=3))  # type: ignore[attr-defined]
    last = await import_plays(tools, user_id=user, path=path)
    assert len(moments) > 40
    assert len(await kept(database, user)) == 1_200
    assert last.new + last.known == 1_200
    assert await counted_right(database, user)


class replace_batch:  # noqa: N801 - read as a verb
    """So many rows in one transaction, so that a small file has several."""

    def __init__(self, rows: int) -> None:
        self._rows = rows

    def __enter__(self) -> None:
        self._usual, importing.BATCH = importing.BATCH, self._rows

    def __exit__(self, *_: object) -> None:
        importing.BATCH = self._usual


# --- real -----------------------------------------------------------------------------------------------------------


def raw(folder: str, *names: str) -> list[dict[str, Any]]:
    return [row for name in names for row in json.loads((LISTENS / folder / name).read_text(encoding="utf-8"))]


def account_tuples(rows: Sequence[dict[str, Any]]) -> Counter[tuple[str, UUID, int]]:
    """Plays of account data by minute, work and length; spellings of one work are one."""
    return Counter(
        (row["endTime"], work_id(row["artistName"], row["trackName"]), row["msPlayed"])
        for row in rows
        if row["artistName"] != "Unknown Artist"
    )


@real
@pytest.mark.parametrize("extended_first", [False, True])
async def test_person_a_is_counted_once_whichever_export_comes_first(database: Database, extended_first: bool) -> None:
    """The rows of both, by plain Python: what both tell is one play, and two starts within two seconds are."""
    folder = LISTENS / "person-a-account-and-extended"
    accounts = [f"personB__StreamingHistory{n}.json" for n in range(3)]
    history = "personB__Streaming_History_Audio_2023_8.json"
    told = account_tuples(raw(folder.name, *accounts))
    extended = Counter(
        (
            row["ts"][:16].replace("T", " "),
            work_id(row["master_metadata_album_artist_name"], row["master_metadata_track_name"]),
            row["ms_played"],
        )
        for row in raw(folder.name, history)
        if row["master_metadata_track_name"]
    )
    shared = (told & extended).total()
    assert shared >= 5_222
    tools, user = tools_on(database), await someone(database)
    reports = [
        await import_plays(tools, user_id=user, path=folder / name)
        for name in ([history, *accounts] if extended_first else [*accounts, history])
    ]
    assert sum(report.near for report in reports) == 2, "one source tells two of its plays a second apart"
    # … and one telling of the extended history stands between two of the account's, all within seconds.
    assert len(await kept(database, user)) == (told | extended).total() - 3
    async with database.reading() as session:
        told_by_both = await session.scalar(text("SELECT count(*) FROM listen_events WHERE also <> '{}'"))
    assert told_by_both in range(shared - 4, shared + 1)
    assert await counted_right(database, user)


@real
async def test_person_f_comes_to_the_same_whatever_the_order_and_however_often(database: Database) -> None:
    names = [path.name for path in sorted((LISTENS / "person-f-overlapping-account-batches").iterdir())]
    few = [name for name in names if name.endswith(("1111_2.json", "1111_3.json", "12403.json"))]
    wanted: Counter[tuple[str, UUID, int]] = Counter()
    for name in few:
        wanted |= account_tuples(raw("person-f-overlapping-account-batches", name))
    tools, results = tools_on(database), []
    for number, order in enumerate((few, few[::-1]), start=1):
        user = await someone(database, number)
        for name in order:
            await import_plays(tools, user_id=user, path=LISTENS / "person-f-overlapping-account-batches" / name)
        results.append(await kept(database, user))
    assert len(results[0]) == wanted.total()
    assert results[0] == results[1]
    again = await import_plays(
        tools, user_id=UUID(int=1), path=LISTENS / "person-f-overlapping-account-batches" / few[0]
    )
    assert (again.new, again.twins, again.near) == (0, 0, 0)
    assert await kept(database, UUID(int=1)) == results[0]


@real
async def test_person_c_keeps_repeats_within_a_minute(database: Database, tmp_path: Path) -> None:
    """The first eight thousand rows: those of one minute with one name are told apart by their places."""
    path = LISTENS / "person-c-lastfm-minutes-no-header" / "lastfm_scrobbles.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)[:8_000]
    undated = sum(line.rstrip("\n").endswith(",") for line in lines)
    tools, user = tools_on(database), await someone(database)
    report = await import_plays(tools, user_id=user, path=written(tmp_path, "".join(lines).encode()))
    assert report.refused == {Unfit.UNDATED: undated}
    assert report.new == 8_000 - undated == len(await kept(database, user))
    assert any(row[3] for row in await kept(database, user))
