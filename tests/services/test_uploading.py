"""A file on its way into the library: looked at, heard, stored once, and a track only when all of that went well."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from bot.domain.library.audio import UPLOAD_BYTES, Stored
from bot.domain.library.errors import Code, TrackRefused, UploadFailed, UploadRefused
from bot.domain.library.tracks import MemberTrack, TrackFields
from bot.domain.library.uploads import DAILY, QUOTA_BYTES, STORE_PAUSE, STORE_TRIES, Upload, UploadState
from bot.providers.audio import ChildEars
from bot.services.library import assets, keeping, receiving, tracks
from bot.services.tools import Tools
from db.session import Database
from tests.factories import NOW, a_caller, make_club
from tests.factories.audio import flac, mp3, samples, wav
from tests.factories.uploading import DeskInbox, MoodyStore, QuickEars, desk_tools, pieces

BEN, DANA = a_caller(1, name="Ben"), a_caller(2, name="Dana")
SOUND = samples(0.4)
TUNE = mp3(SOUND, title="A tag")
WIDE = wav(SOUND)


class Desk:
    """One library, and what a test does with it."""

    def __init__(self, tools: Tools) -> None:
        self.tools = tools
        inbox, ears, store = tools.library.inbox, tools.library.ears, tools.library.assets
        assert isinstance(inbox, DeskInbox)
        assert isinstance(ears, QuickEars)
        assert isinstance(store, MoodyStore)
        self.inbox, self.ears, self.store = inbox, ears, store
        inbox.there = {"tune.mp3": TUNE, "wide.wav": WIDE, "more.mp3": mp3(samples(0.5)), "note.txt": b"Dear diary"}

    async def receive(self, name: str = "tune.mp3", *, caller=BEN, **more: Any) -> Upload:
        size = more.pop("size", len(self.inbox.there.get(name, b"")))
        return await receiving.receive(
            self.tools, caller=caller, now=self.tools.clock.now(), url=name, name=name, size=size, **more
        )

    async def worked(self, one: Upload) -> Upload:
        await keeping.work(self.tools, upload_id=str(one.id), pause=0.0)
        found = await receiving.standing(self.tools, key=one.id)
        assert found is not None
        return found

    async def uploaded(self, name: str = "tune.mp3", **more: Any) -> Upload:
        return await self.worked(await self.receive(name, **more))

    async def track(self, one: Upload, caller=BEN) -> MemberTrack:
        assert one.track_id is not None, one
        found = await tracks.track_of(self.tools, caller=caller, now=NOW, track=one.track_id)
        assert found is not None
        return found

    async def count(self, table: str) -> int:
        async with self.tools.database.reading() as session:
            return await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0

    def later(self, **by: float):
        return self.tools.clock.move(timedelta(**by))  # type: ignore[attr-defined]

    @property
    def waiting(self) -> list[Path]:
        return list(self.inbox.folder.glob("*")) if self.inbox.folder.exists() else []


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> Desk:
    await make_club(database)
    return Desk(desk_tools(database, tmp_path))


async def failed(work: Any) -> UploadFailed:
    with pytest.raises(UploadFailed) as caught:
        await work
    return caught.value


@pytest.mark.row("0-02")
@pytest.mark.row("1-10")
@pytest.mark.row("1-38")
async def test_an_attachment_becomes_a_track_with_its_facts(desk):
    fields = TrackFields("Kite string", "Snare is new", "Dream pop", "tape, lo-fi", public=False)
    one = await desk.receive(fields=fields)
    assert one.state is UploadState.WORKING
    assert await desk.count("procrastinate_jobs WHERE task_name = 'keep_upload'") == 1
    done = await desk.worked(one)
    assert (done.state, done.duplicate) == (UploadState.DONE, False)
    track = await desk.track(done)
    assert track.fields == fields
    assert track.owner == "Ben"
    assert track.current is not None
    asset, compression = track.current.asset, track.current.compression
    assert (track.current.number, track.current.file_name, asset.stored) == (1, "tune.mp3", Stored.MP3)
    assert asset.facts == desk.ears.facts
    assert (compression.applied, compression.ratio, compression.saved) == (False, 1.0, 0), "MP3 is kept as it is"
    assert await desk.store.read(asset.sha256) == TUNE
    assert await desk.count(f"track_features WHERE source = 'own' AND loudness = {asset.facts.loudness_lufs}") == 1
    assert desk.waiting == []
    await keeping.work(desk.tools, upload_id=str(one.id))
    assert await desk.count("track_versions") == 1, "a task that is repeated does nothing twice"


@pytest.mark.row("1-10")
@pytest.mark.row("1-01")
@pytest.mark.row("1-09")
async def test_a_smaller_copy_is_kept_where_it_is_smaller_and_wanted(desk):
    desk.ears.copy = b"OggS" + bytes(1_000)
    track = await desk.track(await desk.uploaded("wide.wav"))
    assert track.current is not None
    asset, compression = track.current.asset, track.current.compression
    assert (asset.stored, asset.size, asset.sha256 in desk.store.files) == (Stored.OPUS, 1_004, True)
    assert (compression.original_size, compression.stored_size, compression.applied) == (len(WIDE), 1_004, True)
    assert (compression.quality, compression.took_ms) == ("opus 128k", 40)
    assert (compression.original_bit_rate, compression.stored_bit_rate) == (desk.ears.facts.bit_rate, 128_000)
    assert compression.ratio == round(len(WIDE) / 1_004, 2)
    assert compression.saved == len(WIDE) - 1_004
    assert desk.waiting == [], "the copy's own file is gone too"

    desk.ears.copy = bytes(10**6)
    theirs = await desk.track(await desk.uploaded("wide.wav", caller=DANA), DANA)
    assert theirs.current is not None
    assert theirs.current.asset.stored is Stored.WAV, "a copy that is larger is no use"
    desk.inbox.there["other.flac"] = flac(SOUND)
    whole = await desk.track(await desk.uploaded("other.flac", compress=False))
    assert whole.current is not None
    assert whole.current.asset.stored is Stored.FLAC


@pytest.mark.row("1-22")
async def test_the_same_file_again_is_the_track_it_is(desk):
    first = await desk.uploaded()
    again = await desk.uploaded(fields=TrackFields("Another name"))
    assert (again.state, again.duplicate, again.restored) == (UploadState.DONE, True, False)
    assert again.track_id == first.track_id
    assert (await desk.track(again)).title == "tune"
    theirs = await desk.uploaded(caller=DANA)
    assert not theirs.duplicate
    assert (await desk.count("tracks WHERE kind = 'member'"), await desk.count("assets")) == (2, 1)


@pytest.mark.row("1-22")
async def test_of_the_same_file_twice_at_one_moment_one_track_comes(desk):
    one = await desk.receive()
    desk.later(minutes=4)
    two = await desk.receive()
    await asyncio.gather(*(keeping.work(desk.tools, upload_id=str(each.id), pause=0.0) for each in (one, two)))
    assert (await desk.count("tracks WHERE kind = 'member'"), await desk.count("track_versions")) == (1, 1)
    ended = [await receiving.standing(desk.tools, key=each.id) for each in (one, two)]
    assert sorted(each.duplicate for each in ended if each is not None) == [False, True]


@pytest.mark.row("0-17")
async def test_a_deleted_track_comes_back_with_its_file(desk):
    first = await desk.uploaded()
    await tracks.delete(desk.tools, caller=BEN, now=NOW, track=first.track_id)
    again = await desk.uploaded()
    assert (again.duplicate, again.restored, again.track_id) == (True, True, first.track_id)
    assert (await desk.track(again)).deleted_at is None


@pytest.mark.row("0-11")
async def test_a_version_joins_its_track_and_the_track_is_as_long_as_it(desk):
    first = await desk.uploaded()
    desk.ears.facts = replace(desk.ears.facts, duration_ms=90_000)
    second = await desk.uploaded("more.mp3", track=first.track_id, note="New snare")
    assert second.track_id == first.track_id
    versions = await tracks.versions_of(desk.tools, caller=DANA, now=NOW, track=first.track_id)
    assert [(one.number, one.note) for one in versions] == [(2, "New snare"), (1, "")]
    with pytest.raises(TrackRefused):
        await desk.receive("wide.wav", caller=DANA, track=first.track_id)


@pytest.mark.row("1-13")
@pytest.mark.row("1-12")
@pytest.mark.row("1-38")
async def test_what_is_too_large_or_no_audio_goes_no_further(desk):
    large = await failed(desk.receive(size=UPLOAD_BYTES + 1))
    assert (large.code, large.reason, large.details) == (Code.FILE_TOO_LARGE, "limit", {"size": str(UPLOAD_BYTES + 1)})
    assert await desk.count("uploads") == 0
    desk.inbox.there |= {"list.mp3": b"#EXTM3U\nfile:///etc/passwd", "tool.wav": b"MZ" + bytes(99), "empty.mp3": b""}
    for name, told in (("note.txt", ""), ("list.mp3", ""), ("tool.wav", "a program"), ("empty.mp3", "")):
        refused = await failed(desk.receive(name))
        assert (refused.code, refused.detail) == (Code.INVALID_FORMAT, told)
    assert desk.ears.heard == 0, "nobody decoded them"
    desk.ears.fails = UploadFailed(Code.INVALID_FORMAT, "truncated")
    ended = await desk.uploaded()
    assert (ended.state, ended.code, ended.reason) == (UploadState.FAILED, "INVALID_FORMAT", "truncated")
    assert (desk.waiting, desk.store.files, await desk.count("tracks WHERE kind = 'member'")) == ([], [], 0)


@pytest.mark.row("1-14")
@pytest.mark.row("1-13")
async def test_a_file_is_stored_in_three_tries(desk):
    assert (STORE_TRIES, STORE_PAUSE) == (3, 1.0), "a second apart; here they do not wait"
    desk.store.failures = 2
    assert (await desk.uploaded()).state is UploadState.DONE
    assert desk.store.tries == 3
    desk.store.failures, desk.store.tries = 99, 0
    ended = await desk.uploaded("more.mp3")
    assert (ended.code, ended.reason, desk.store.tries) == ("STORAGE_FAILED", "full", 3)
    path = desk.inbox.folder / "x"
    path.write_bytes(TUNE)
    told = await failed(keeping.put(desk.store, "0" * 64, path, pause=0.0))
    assert told.details == {"tries": "3", "error": "No space left on device"}


@pytest.mark.row("1-14")
@pytest.mark.row("1-13")
async def test_whatever_else_goes_wrong_has_a_name(desk, caplog):
    lost = await failed(desk.receive("nowhere.mp3", size=1))
    assert (lost.code, lost.reason) == (Code.NETWORK_ERROR, "download")
    desk.ears.fails = ZeroDivisionError("a bug")
    ended = await desk.uploaded()
    assert (ended.code, ended.reason) == ("NETWORK_ERROR", "unexpected")
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.row("1-55")
@pytest.mark.row("1-13")
async def test_a_file_whose_row_fails_is_taken_back(desk):
    async with desk.tools.database.writing() as session:
        await session.execute(text("ALTER TABLE track_versions ADD CONSTRAINT broken CHECK (number > 5)"))
    ended = await desk.uploaded()
    assert (ended.state, ended.code) == (UploadState.FAILED, "DATABASE_FAILED")
    assert (desk.store.files, await desk.count("assets"), desk.waiting) == ([], 0, [])
    async with desk.tools.database.writing() as session:
        await session.execute(text("ALTER TABLE track_versions DROP CONSTRAINT broken"))
    assert (await desk.uploaded()).state is UploadState.DONE


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.row("1-55")
async def test_an_upload_that_is_killed_anywhere_leaves_no_half_track(desk, database_url):
    """Before and after every commit: another worker takes the task up, and there is one track with its file."""
    for step in range(8):
        desk.inbox.there["tune.mp3"] = mp3(samples(0.3 + step / 100))
        one = await desk.receive()
        left = step

        def die(_moment: str) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise Killed

        mortal = Database.connect(database_url, watch=die)
        try:
            await keeping.work(replace(desk.tools, database=mortal), upload_id=str(one.id))
        except Killed:
            pass
        finally:
            await mortal.close()
        async with desk.tools.database.reading() as session:
            half = "SELECT count(*) FROM track_versions v LEFT JOIN assets a ON a.id = v.asset_id WHERE a.id IS NULL"
            assert await session.scalar(text(half)) == 0
            for sha256 in await session.scalars(text("SELECT sha256 FROM assets")):
                assert sha256 in desk.store.files
        assert (await desk.worked(one)).state is UploadState.DONE
        assert await desk.count("track_versions") == step + 1
        assert await desk.count("tracks WHERE kind = 'member'") == step + 1
    assert len(desk.store.files) == 8


async def test_limits_are_told_before_a_file_is_fetched(desk):
    one = await desk.receive()
    with pytest.raises(UploadRefused) as running:
        await desk.receive("more.mp3")
    assert running.value.reason == "running"
    await desk.worked(one)
    async with desk.tools.database.writing() as session:
        await session.execute(text(f"UPDATE assets SET size_bytes = {QUOTA_BYTES - 10}"))
    full = await failed(desk.receive("more.mp3"))
    assert (full.code, full.reason) == (Code.FILE_TOO_LARGE, "quota")
    async with desk.tools.database.writing() as session:
        await session.execute(text("UPDATE assets SET size_bytes = 10"))
        await session.execute(
            text(
                "INSERT INTO uploads (id, user_id, club_id, state, fields, began_at, alive_at)"
                " SELECT gen_random_uuid(), user_id, club_id, 'done', '{}', began_at, began_at"
                f" FROM uploads, generate_series(2, {DAILY}) WHERE state = 'done'"
            )
        )
    with pytest.raises(UploadRefused) as daily:
        await desk.receive("more.mp3")
    assert (daily.value.reason, daily.value.at, daily.value.limit) == ("daily", NOW + timedelta(days=1), DAILY)
    desk.later(days=1, seconds=1)
    assert (await desk.uploaded("more.mp3")).state is UploadState.DONE


async def test_a_page_takes_one_file_once_and_within_its_time(desk):
    page = await receiving.open_page(desk.tools, caller=BEN, now=NOW, fields=TrackFields("Long one"))
    ticket = page.address.rpartition("/")[2]
    invited = await receiving.invitation(desk.tools, ticket=ticket, now=NOW)
    assert (invited.name, invited.title, invited.is_version) == ("Ben", "Long one", False)

    async def send(content: bytes, ticket: str = ticket, now=NOW) -> Upload:
        return await receiving.take(desk.tools, ticket=ticket, now=now, name="../a/long.mp3", chunks=pieces(content))

    assert (await failed(send(b"Dear diary"))).code is Code.INVALID_FORMAT
    assert (await failed(send(bytes(UPLOAD_BYTES + 1)))).code is Code.FILE_TOO_LARGE
    assert desk.waiting == [], "what came to nothing is gone, and the page still works"

    async def broken():
        yield TUNE[:100]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await receiving.take(desk.tools, ticket=ticket, now=NOW, name="x", chunks=broken())
    sent = await send(TUNE)
    assert (sent.state, sent.file_name) == (UploadState.WORKING, "long.mp3")
    for again in (send(TUNE), receiving.invitation(desk.tools, ticket=ticket, now=NOW)):
        with pytest.raises(UploadRefused) as used:
            await again
        assert used.value.reason == "used"
    assert (await desk.track(await desk.worked(sent))).title == "Long one"

    first = await receiving.open_page(desk.tools, caller=BEN, now=NOW)
    second = await receiving.open_page(desk.tools, caller=BEN, now=NOW)
    reasons = {}
    for address, now in ((first.address, NOW), (second.address, NOW + timedelta(minutes=31)), ("/" + "x" * 43, NOW)):
        with pytest.raises(UploadRefused) as refused:
            await receiving.invitation(desk.tools, ticket=address.rpartition("/")[2], now=now)
        reasons[address] = refused.value.reason
    assert list(reasons.values()) == ["expired", "expired", "unknown"]
    async with desk.tools.database.reading() as session:
        stored = await session.scalar(text("SELECT string_agg(u::text, ' ') FROM uploads u"))
    assert ticket not in str(stored), "tickets are kept as hashes"


async def test_without_pages_nobody_is_sent_to_one(desk):
    tools = replace(desk.tools, listening=replace(desk.tools.listening, web_address=""))
    with pytest.raises(UploadRefused) as refused:
        await receiving.open_page(tools, caller=BEN, now=NOW)
    assert refused.value.reason == "no_page"


@pytest.mark.row("0-12")
async def test_files_that_nothing_points_at_are_swept_after_a_while(desk):
    first = await desk.uploaded()
    await desk.uploaded(caller=DANA)
    await desk.uploaded("more.mp3")
    assert len(desk.store.files) == 2
    await desk.store.put("f" * 64, b"of a process that was killed")
    await tracks.delete(desk.tools, caller=BEN, now=NOW, track=first.track_id)
    assert await assets.sweep(desk.tools, now=desk.later(days=6)) == 0, "it can still be brought back"
    for path in desk.store.folder.glob("??/??/f*"):
        import os

        os.utime(path, (0, 0))
    await assets.sweep(desk.tools, now=desk.later(days=2))
    assert "f" * 64 not in desk.store.files
    assert len(desk.store.files) == 2, "Dana's version holds the same file"
    mine = await tracks.tracks_of_member(desk.tools, caller=BEN, now=NOW, include_private=True)
    for one in mine:
        await tracks.delete(desk.tools, caller=BEN, now=desk.tools.clock.now(), track=one.id)
    await assets.sweep(desk.tools, now=desk.later(days=9))
    assert len(desk.store.files) == await desk.count("assets") == 1


async def test_what_nobody_goes_on_with_is_closed_and_its_file_goes(desk):
    one = await desk.receive()
    page = await receiving.open_page(desk.tools, caller=DANA, now=NOW)
    import os

    for path in desk.waiting:
        os.utime(path, (0, 0))
    await receiving.sweep(desk.tools, now=desk.later(hours=1))
    ended = [await receiving.standing(desk.tools, key=key) for key in (one.id, page.upload_id)]
    assert [(each.state, each.reason) for each in ended if each] == [("failed", "cut_off"), ("failed", "over")]
    assert desk.waiting == []
    assert (await desk.uploaded()).state is UploadState.DONE, "and makes room for the next"


@pytest.mark.row("1-55")
@pytest.mark.row("1-56")
async def test_real_sound_goes_all_the_way_through_a_real_child(desk):
    tools = replace(desk.tools, library=replace(desk.tools.library, ears=ChildEars()))
    desk.inbox.there["real.flac"] = flac(samples(2.0))
    one = await desk.receive("real.flac")
    await keeping.work(tools, upload_id=str(one.id))
    track = await desk.track(await desk.worked(one))
    assert track.current is not None
    assert track.current.compression.applied
    assert abs(track.current.asset.facts.duration_ms - 2_000) < 60
    stored = await desk.store.read(track.current.asset.sha256)
    assert stored is not None
    assert stored[:4] == b"OggS"
    assert isinstance(track.id, UUID)
