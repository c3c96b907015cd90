"""An album's cover is fetched once, its failures are remembered, and the least shown ones make room."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.covers import ASK_AGAIN_SOON, CoverOutcome, CoverRefused, Picture
from bot.domain.errors import Unavailable, Why
from bot.domain.ids import new_id
from bot.providers.files import FileStore
from bot.services import covers
from bot.services.covers import cover_of, ensure_cover, pictures_of, sweep
from bot.services.tools import Covers
from db.queries import catalog as albums
from db.queries import covers as queries
from tests.factories import NOW, make_tools

URL = "https://covers.example/{}.jpg"
HOUR = timedelta(hours=1)


class Gallery:
    """A world of covers: what each address answers, and how often it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes | Exception | float] = {}
        self.asked: list[str] = []

    async def fetch_cover(self, url: str) -> Picture:
        self.asked.append(url)
        answer = self.answers.get(url, CoverRefused(CoverOutcome.MISSING))
        if isinstance(answer, float):
            await asyncio.sleep(answer)
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, bytes)
        return Picture.of(answer, 300, 300)


@pytest.fixture
def gallery():
    return Gallery()


@pytest.fixture
def tools(database, gallery, tmp_path):
    return replace(make_tools(database), covers=Covers(gallery, FileStore(tmp_path / "covers")))


async def an_album(tools, gallery, title="Blue", answer: bytes | Exception | float = b"blue face", *, url=None):
    url = url or URL.format(title)
    gallery.answers[url] = answer
    async with tools.database.writing() as session:
        album = await albums.add_album(session, title=title, artist="An Artist", year=None, cover_url=url, now=NOW)
    assert album is not None
    return album.id


async def outcome_of(tools, album_id):
    async with tools.database.reading() as session:
        asked = await queries.asked(session, album_id)
    return asked and asked.outcome


async def test_a_cover_is_fetched_once_and_kept(tools, gallery):
    album = await an_album(tools, gallery)
    assert await cover_of(tools, album_id=album) is None
    first, *others = await asyncio.gather(*(ensure_cover(tools, album_id=album, now=NOW) for _ in range(5)))
    assert first is not None
    assert first.content == b"blue face"
    assert others == [first] * 4
    assert len(gallery.asked) == 1
    assert await cover_of(tools, album_id=album) == first.cover
    assert await ensure_cover(tools, album_id=album, now=NOW + timedelta(days=90)) == first
    assert len(gallery.asked) == 1


async def test_one_picture_of_two_albums_is_kept_once(tools, gallery):
    one, other = [await an_album(tools, gallery, title) for title in ("Blue", "Blue (Deluxe)")]
    assert await ensure_cover(tools, album_id=one, now=NOW) == await ensure_cover(tools, album_id=other, now=NOW)
    assert len(await tools.covers.store.older_than(NOW + timedelta(days=365))) == 1


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (CoverRefused(CoverOutcome.NOT_A_PICTURE), CoverOutcome.NOT_A_PICTURE),
        (CoverRefused(CoverOutcome.TOO_MANY_PIXELS), CoverOutcome.TOO_MANY_PIXELS),
        *((Unavailable("covers.example", why), CoverOutcome(why.value)) for why in Why),
    ],
)
async def test_a_failure_is_remembered_by_name_and_not_repeated_at_once(tools, gallery, answer, outcome):
    album = await an_album(tools, gallery, answer=answer)
    assert await ensure_cover(tools, album_id=album, now=NOW) is None
    assert await ensure_cover(tools, album_id=album, now=NOW + ASK_AGAIN_SOON / 2) is None
    assert await outcome_of(tools, album) is outcome
    assert len(gallery.asked) == 1
    gallery.answers[URL.format("Blue")] = b"better now"
    assert await ensure_cover(tools, album_id=album, now=NOW + timedelta(days=2)) is not None
    assert await outcome_of(tools, album) is CoverOutcome.KEPT


async def test_a_slow_cover_is_not_waited_for(tools, gallery, monkeypatch):
    monkeypatch.setattr(covers, "PATIENCE", 0.05)
    album = await an_album(tools, gallery, answer=60.0)
    assert await ensure_cover(tools, album_id=album, now=NOW) is None
    assert await outcome_of(tools, album) is CoverOutcome.SLOW


async def test_a_full_disk_costs_the_picture_and_nothing_else(tools, gallery, caplog):
    class FullStore(FileStore):
        async def put(self, sha256, content):
            raise OSError(28, "No space left on device")

    tools = replace(tools, covers=Covers(gallery, FullStore(tools.covers.store.folder)))
    album = await an_album(tools, gallery)
    assert await ensure_cover(tools, album_id=album, now=NOW) is None
    assert await outcome_of(tools, album) is CoverOutcome.DOWN
    assert "No space left" in caplog.text


async def test_a_placeholder_is_not_even_fetched(tools, gallery):
    star = "https://lastfm.example/i/u/300x300/2a96cbd8b46e442fc41c2b86b821562f.png"
    album = await an_album(tools, gallery, url=star)
    assert await ensure_cover(tools, album_id=album, now=NOW) is None
    assert (await outcome_of(tools, album), gallery.asked) == (CoverOutcome.PLACEHOLDER, [])


async def test_without_an_address_an_album_or_a_store_there_is_no_cover(tools, gallery, database):
    async with database.writing() as session:
        bare = await albums.add_album(session, title="Bare", artist="", year=None, cover_url=None, now=NOW)
    assert bare is not None
    for album in (bare.id, new_id(NOW)):
        assert await ensure_cover(tools, album_id=album, now=NOW) is None
        assert await outcome_of(tools, album) is None
    covered = await an_album(tools, gallery)
    assert await pictures_of(make_tools(database), album_ids=[covered], now=NOW) == {}
    assert list(await pictures_of(tools, album_ids=[bare.id, covered], now=NOW)) == [covered]


async def test_a_lost_or_damaged_file_is_fetched_again(tools, gallery):
    album = await an_album(tools, gallery)
    kept = await ensure_cover(tools, album_id=album, now=NOW)
    (path,) = tools.covers.store.folder.glob("??/??/*")
    for spoil in (path.unlink, lambda: path.write_bytes(b"blue fa")):
        spoil()
        assert await ensure_cover(tools, album_id=album, now=NOW) == kept
        assert path.read_bytes() == b"blue face"
    assert len(gallery.asked) == 3


async def test_the_least_shown_make_room_and_what_was_just_shown_stays(tools, gallery):
    tools = replace(tools, covers=replace(tools.covers, most_bytes=250))
    first, second, third, fourth = [
        await an_album(tools, gallery, title, title.encode() * 100) for title in ("a", "b", "c", "d")
    ]
    for hours, album in enumerate((first, second, first)):
        assert await ensure_cover(tools, album_id=album, now=NOW + hours * HOUR)
    assert await ensure_cover(tools, album_id=third, now=NOW + 5 * HOUR)
    assert await cover_of(tools, album_id=second) is None, "shown longest ago"
    assert await cover_of(tools, album_id=first) is not None
    files = await tools.covers.store.older_than(NOW + timedelta(days=365))
    assert sorted(files) == sorted(hashlib.sha256(each * 100).hexdigest() for each in (b"a", b"c"))
    assert await ensure_cover(tools, album_id=fourth, now=NOW + 5.5 * HOUR)
    assert await cover_of(tools, album_id=first) is None
    assert await cover_of(tools, album_id=third) is not None, "shown half an hour ago"
    assert await ensure_cover(tools, album_id=second, now=NOW + 6 * HOUR), "what made room is fetched again"
    assert await outcome_of(tools, first) is CoverOutcome.KEPT


async def test_files_that_no_row_knows_are_swept_away(tools, gallery):
    store = tools.covers.store
    album = await an_album(tools, gallery)
    kept = await ensure_cover(tools, album_id=album, now=NOW)
    assert kept is not None
    orphan = hashlib.sha256(b"orphan").hexdigest()
    await store.put(orphan, b"orphan")
    unfinished = store.folder / orphan[:2] / orphan[2:4] / "tmp123.part"
    unfinished.write_bytes(b"half a pic")
    assert await sweep(tools, now=tools.clock.now() - timedelta(days=3650)) == 0, "they may be on their way"
    assert await store.read(orphan) == b"orphan"
    assert await sweep(tools, now=NOW + timedelta(days=3650)) == 1
    assert await store.read(orphan) is None
    assert not unfinished.exists()
    assert await store.read(kept.cover.sha256) == b"blue face"
    await store.remove([orphan])
    with pytest.raises(ValueError, match="SHA-256"):
        await store.put("../../etc/passwd", b"")


@pytest.mark.parametrize("moment", ["before commit", "after commit"])
async def test_a_kill_while_a_cover_is_kept_leaves_nothing_that_is_not_mended(tools, gallery, moment):
    class Killed(BaseException):
        pass

    def kill(at):
        if at == moment:
            raise Killed

    album = await an_album(tools, gallery)
    tools.database._watch = kill
    with pytest.raises(Killed):
        await ensure_cover(tools, album_id=album, now=NOW)
    tools.database._watch = None
    assert await sweep(tools, now=NOW + timedelta(days=3650)) == (1 if moment == "before commit" else 0)
    kept = await ensure_cover(tools, album_id=album, now=NOW)
    assert kept is not None
    assert kept.content == b"blue face"
