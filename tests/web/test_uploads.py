"""The upload page: for who has its ticket, one file, once, straight to the disk, with a clear sentence for every no."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.domain.library.audio import UPLOAD_BYTES
from bot.domain.library.tracks import TrackFields
from bot.domain.library.uploads import UploadPage, UploadState
from bot.services.library import keeping, receiving
from bot.services.tools import Tools
from bot.web import WebServer
from db.session import Database
from tests.factories import a_caller, make_club
from tests.factories.audio import mp3, samples
from tests.factories.people import MovableClock
from tests.factories.uploading import desk_tools
from tests.web.browser import Browser, Page

BEN = a_caller(1, name="Ben <b>")
TUNE = mp3(samples(0.4))


@dataclass
class Desk:
    """The page on a free port, and a browser."""

    tools: Tools
    browser: Browser

    async def page(self, title: str = "Kite <i>string</i>") -> UploadPage:
        return await receiving.open_page(self.tools, caller=BEN, now=self.tools.clock.now(), fields=TrackFields(title))

    async def send(self, address: str, content: Any, name: str = "kite.mp3", field: str = "file") -> Page:
        form = aiohttp.FormData()
        form.add_field(field, content, filename=name, content_type="audio/mpeg")
        async with self.browser.session.post(address, data=form) as answer:
            source = await answer.text()
            headers = {key.lower(): value for key, value in answer.headers.items()}
            return Page(answer.status, source, source, headers, "")

    @property
    def folder(self) -> list[Path]:
        inbox = self.tools.library.inbox
        return list(inbox.folder.glob("*")) if inbox.folder.exists() else []  # type: ignore[union-attr]


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncGenerator[Desk]:
    await make_club(database)
    tools = desk_tools(database, tmp_path)
    server = WebServer(tools, host="127.0.0.1", port=0)
    await server.start()
    tools = replace(tools, listening=replace(tools.listening, web_address=f"http://127.0.0.1:{server.port}"))
    server.tools = tools
    async with Browser() as browser:
        yield Desk(tools, browser)
    await server.stop()


async def test_a_file_is_sent_to_its_page_and_is_a_track_afterwards(desk: Desk) -> None:
    page = await desk.page()
    shown = await desk.browser.open(page.address)
    assert (shown.status, shown.title) == (200, "Upload a track")
    assert "For Ben <b> on Discord" in shown.text
    assert "<b>" not in shown.source
    assert "<i>" not in shown.source
    assert "50 MB" in shown.text
    assert "30 more minutes" in shown.text
    assert 'enctype="multipart/form-data"' in shown.source
    assert "<script" not in shown.source
    assert "set-cookie" not in shown.headers
    assert "form-action 'self'" in shown.headers["content-security-policy"]
    sent = await desk.send(page.address, TUNE)
    assert (sent.status, sent.title) == (200, "It is here")
    await keeping.work(desk.tools, upload_id=str(page.upload_id))
    done = await receiving.standing(desk.tools, key=page.upload_id)
    assert done is not None
    assert (done.state, done.file_name) == (UploadState.DONE, "kite.mp3")
    again = await desk.send(page.address, TUNE)
    assert (again.status, again.title) == (410, "Used already")
    assert (await desk.browser.open(page.address)).status == 410


async def test_what_is_no_good_says_so_and_leaves_the_page_open(desk: Desk) -> None:
    page = await desk.page()
    for content, field, status, sentence in (
        (b"Dear diary", "file", 415, "Supported: MP3, WAV, FLAC."),
        (b"OggS" + bytes(99), "file", 415, "This is Ogg."),
        (b"", "file", 415, "Invalid audio format"),
        (TUNE, "other", 400, "There was no file"),
    ):
        refused = await desk.send(page.address, content, field=field)
        assert (refused.status, refused.title) == (status, "Upload a track")
        assert sentence in refused.source
        assert desk.folder == []
    async with desk.browser.session.post(page.address, data=b"no form") as answer:
        assert answer.status == 400
    assert (await desk.send(page.address, TUNE)).status == 200


async def test_a_body_without_end_is_cut_off_at_the_limit(desk: Desk) -> None:
    page = await desk.page()
    sent = 0

    async def endless() -> AsyncGenerator[bytes]:
        nonlocal sent
        while sent < UPLOAD_BYTES + 40 * 2**20:
            sent += 2**20
            yield bytes(2**20)

    try:
        refused = await desk.send(page.address, endless())
        assert refused.status == 413
    except aiohttp.ClientError:
        pass  # the door was closed while the browser still pushed
    assert sent < UPLOAD_BYTES + 39 * 2**20
    assert desk.folder == []
    declared = {"Content-Length": str(10**9), "Content-Type": "multipart/form-data; boundary=x"}
    reader, writer = await asyncio.open_connection("127.0.0.1", int(page.address.split(":")[2].split("/")[0]))
    head = "".join(f"{name}: {value}\r\n" for name, value in declared.items())
    writer.write(f"POST /{page.address.split('/', 3)[3]} HTTP/1.1\r\nHost: x\r\n{head}\r\n".encode())
    assert b"413" in await asyncio.wait_for(reader.readline(), 5)
    writer.close()


async def test_a_browser_that_goes_away_leaves_nothing_and_may_come_back(desk: Desk) -> None:
    page = await desk.page()
    port = int(page.address.split(":")[2].split("/")[0])
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.mp3"\r\n\r\n' + TUNE[:2_000]
    head = "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 500000\r\n"
    writer.write(f"POST /upload/{page.address[-43:]} HTTP/1.1\r\nHost: x\r\n{head}\r\n".encode() + body)
    await writer.drain()
    await asyncio.sleep(0.2)
    writer.close()
    for _ in range(50):
        one = await receiving.standing(desk.tools, key=page.upload_id)
        if one is not None and one.state is UploadState.WAITING and not desk.folder:
            break
        await asyncio.sleep(0.05)
    assert desk.folder == []
    assert (await desk.send(page.address, TUNE)).status == 200


async def test_a_ticket_that_is_none_or_over_opens_nothing(desk: Desk) -> None:
    page = await desk.page()
    stranger = page.address[:-43] + "A" * 43
    assert [(await desk.browser.open(stranger)).status, (await desk.send(stranger, TUNE)).status] == [404, 404]
    assert isinstance(desk.tools.clock, MovableClock)
    desk.tools.clock.move(timedelta(minutes=31))
    late = await desk.browser.open(page.address)
    assert (late.status, late.title) == (410, "Too late")
    assert (await desk.send(page.address, TUNE)).status == 410
    assert desk.folder == []


async def test_of_two_browsers_with_one_ticket_one_file_is_taken(desk: Desk) -> None:
    page = await desk.page()
    both = await asyncio.gather(desk.send(page.address, TUNE), desk.send(page.address, TUNE))
    assert sorted(one.status for one in both) == [200, 410]
