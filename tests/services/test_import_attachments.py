"""Attached histories: fetched once, looked at, asked about, read in by the queue, and gone afterwards."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from bot.domain.errors import Unavailable, Why
from bot.domain.listening.imports import ATTACHED_BYTES, Import, ImportRefused, ImportState, ListenFileRefused
from bot.providers.exports.reader import ExportFiles
from bot.services.club import setup
from bot.services.listening import attachments, importing
from bot.services.tools import Listening, Tools
from db.session import Database
from tests.factories.histories import SMALL, account_row, as_json
from tests.factories.people import NOW, MovableClock, a_caller

ROWS = [
    account_row(f"Song {n}", f"{datetime(2024, 1, 1, tzinfo=NOW.tzinfo) + timedelta(minutes=7 * n):%Y-%m-%d %H:%M}")
    for n in range(300)
]
LONG = as_json(ROWS)


class Shelf:
    """Attachments that lie in a folder, as Discord would hand them out by their names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.there: dict[str, bytes] = {}

    def path(self, key: UUID) -> Path:
        return self.folder / str(key)

    async def fetch(self, url: str, *, key: UUID, limit_bytes: int) -> str:
        await asyncio.sleep(0)
        if url not in self.there:
            raise Unavailable("discord", Why.REFUSED)
        self.path(key).write_bytes(self.there[url])
        return hashlib.sha256(self.there[url]).hexdigest()

    async def remove(self, key: UUID) -> None:
        self.path(key).unlink(missing_ok=True)

    async def kept(self, *, before: datetime) -> list[UUID]:
        return [UUID(path.name) for path in self.folder.iterdir()]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    shelf = Shelf(tmp_path)
    shelf.there = {"good": LONG, "diary": b"Dear diary", "local": SMALL["lastfm_csv_minutes"]}
    return shelf


@pytest.fixture
async def tools(database: Database, shelf: Shelf) -> Tools:
    tools = Tools(database, MovableClock(), listening=Listening(files=ExportFiles(), luggage=shelf))
    await setup.set_up(tools, caller=a_caller(9, manages=True), now=NOW, channel_id=1, zone="Europe/Berlin")
    return tools


def later(tools: Tools, **by: float) -> datetime:
    assert isinstance(tools.clock, MovableClock)
    return tools.clock.move(timedelta(**by))


async def receive(tools: Tools, url: str = "good", *, number: int = 1, size: int = 100, zone: str = "") -> Import:
    return await attachments.receive(
        tools, caller=a_caller(number), now=tools.clock.now(), url=url, name=f"{url}.json", size=size, zone=zone
    )


async def worked(tools: Tools, one: Import) -> Import:
    await attachments.work(tools, import_id=str(one.id))
    found = await attachments.standing(tools, key=one.id)
    assert found is not None
    return found


async def confirm(tools: Tools, one: Import, number: int = 1) -> Import:
    return await attachments.confirm(tools, caller=a_caller(number), now=tools.clock.now(), key=one.id)


async def scalar(tools: Tools, query: str) -> int:
    async with tools.database.reading() as session:
        return await session.scalar(text(query)) or 0


async def plays(tools: Tools) -> int:
    return await scalar(tools, "SELECT count(*) FROM listen_events")


async def refused(work: object) -> str:
    with pytest.raises(ImportRefused) as refusal:
        await work  # type: ignore[misc]
    return refusal.value.reason


async def test_a_file_is_looked_at_asked_about_and_read_in(tools: Tools, shelf: Shelf) -> None:
    one = await receive(tools)
    assert one.state is ImportState.LOOKING
    assert await scalar(tools, "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'import_listens'") == 1
    asked = await worked(tools, one)
    assert (asked.state, asked.report.new, await plays(tools)) == (ImportState.ASKED, 300, 0)
    assert (await worked(tools, one)).state is ImportState.ASKED, "a second worker finds nothing to do"
    assert (await confirm(tools, one)).state is ImportState.RUNNING
    assert (await confirm(tools, one)).state is ImportState.RUNNING, "pressing again changes nothing"
    done = await worked(tools, one)
    assert (done.state, done.share, done.report.new, await plays(tools)) == (ImportState.DONE, 1.0, 300, 300)
    assert done.report.samples == asked.report.samples
    assert not shelf.path(one.id).exists()
    assert (await confirm(tools, one)).state is ImportState.DONE
    assert (await attachments.latest(tools, caller=a_caller(1))).id == one.id


async def test_times_are_in_the_zone_told_else_the_members_else_the_clubs(tools: Tools) -> None:
    of_club = await receive(tools, "local")
    assert (of_club.zone, of_club.report.local) == ("Europe/Berlin", True)
    await attachments.cancel(tools, caller=a_caller(1), now=NOW, key=of_club.id)
    async with tools.database.writing() as session:
        await session.execute(text("UPDATE users SET zone = 'Asia/Tokyo'"))
    of_member = await receive(tools, "local")
    assert of_member.zone == "Asia/Tokyo"
    await attachments.cancel(tools, caller=a_caller(1), now=NOW, key=of_member.id)
    assert (await receive(tools, "local", zone="America/New_York")).zone == "America/New_York"


async def test_what_is_refused_leaves_nothing_behind(tools: Tools, shelf: Shelf) -> None:
    assert await refused(receive(tools, size=ATTACHED_BYTES + 1)) == "large"
    assert await refused(receive(tools, zone="Nowhere")) == "zone"
    assert await refused(receive(tools, "lost")) == "download"
    assert await refused(attachments.latest(tools, caller=a_caller(1))) == "none"
    with pytest.raises(ListenFileRefused):
        await receive(tools, "diary")
    assert list(shelf.folder.iterdir()) == []
    assert await scalar(tools, "SELECT count(*) FROM listen_imports") == 0


async def test_of_two_at_the_same_moment_one_is_refused(tools: Tools, shelf: Shelf) -> None:
    both = await asyncio.gather(receive(tools), receive(tools), return_exceptions=True)
    assert sorted(type(each).__name__ for each in both) == ["Import", "ImportRefused"]
    assert len(list(shelf.folder.iterdir())) == 1
    assert await refused(receive(tools)) == "running"
    assert (await receive(tools, number=2)).state is ImportState.LOOKING, "others are not held up"


async def test_only_its_member_goes_on_with_an_import(tools: Tools) -> None:
    one = await worked(tools, await receive(tools))
    await attachments.receive(tools, caller=a_caller(2), now=NOW, url="local", name="x", size=1)
    assert await refused(confirm(tools, one, 2)) == "over"
    assert await refused(attachments.cancel(tools, caller=a_caller(2), now=NOW, key=one.id)) == "over"
    assert await refused(attachments.cancel(tools, caller=a_caller(1), now=NOW, key=UUID(int=5))) == "over"


async def test_who_cancels_while_it_is_looked_at_is_not_asked_any_more(tools: Tools, shelf: Shelf) -> None:
    one = await receive(tools)
    await attachments.cancel(tools, caller=a_caller(1), now=NOW, key=one.id)
    assert (await worked(tools, one)).state is ImportState.CANCELLED
    assert await refused(confirm(tools, one)) == "over"
    assert list(shelf.folder.iterdir()) == []


class Dead(BaseException):
    """The worker's process ends here."""


async def test_a_worker_that_dies_is_followed_by_one_that_goes_on_where_it_was(
    tools: Tools, shelf: Shelf, database_url: str
) -> None:
    one = await worked(tools, await receive(tools))
    await confirm(tools, one)
    usual, importing.BATCH = importing.BATCH, 50
    left = 3

    def die(moment: str) -> None:
        nonlocal left
        left -= moment == "after commit"
        if left < 0:
            raise Dead

    try:
        mortal = Database.connect(database_url, watch=die)
        with pytest.raises(Dead):
            await attachments.work(Tools(mortal, tools.clock, listening=tools.listening), import_id=str(one.id))
        await mortal.close()
        half = await attachments.standing(tools, key=one.id)
        assert half is not None
        assert half.state is ImportState.RUNNING
        assert 0 < half.report.read == half.report.new == await plays(tools) < 300
        done = await worked(tools, one)
    finally:
        importing.BATCH = usual
    assert (done.state, done.report.read, done.report.new, done.report.known) == (ImportState.DONE, 300, 300, 0)
    assert await plays(tools) == 300
    assert not shelf.path(one.id).exists()


async def test_what_shows_no_life_makes_room_and_is_swept(tools: Tools, shelf: Shelf) -> None:
    one = await receive(tools)
    assert not one.cut_off(later(tools, minutes=2))
    assert one.cut_off(later(tools, minutes=2))
    second = await receive(tools)
    first = await attachments.standing(tools, key=one.id)
    assert first is not None
    assert (first.state, first.reason) == (ImportState.FAILED, "cut_off")
    asked = await worked(tools, second)
    assert asked.state is ImportState.ASKED
    await attachments.sweep(tools, now=later(tools, hours=1))
    assert [path.name for path in shelf.folder.iterdir()] == [str(second.id)], "the cut-off one's file goes"
    await attachments.sweep(tools, now=later(tools, days=1))
    assert list(shelf.folder.iterdir()) == []
    assert await refused(confirm(tools, second)) == "over"


async def test_a_file_that_is_lost_meanwhile_ends_the_import_with_its_reason(tools: Tools, shelf: Shelf) -> None:
    one = await worked(tools, await receive(tools))
    await confirm(tools, one)
    shelf.path(one.id).unlink()
    failed = await worked(tools, one)
    assert (failed.state, failed.reason, await plays(tools)) == (ImportState.FAILED, "gone", 0)
    assert (await receive(tools)).state is ImportState.LOOKING
