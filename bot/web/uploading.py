"""The upload page: one file of one member, sent once, straight to the disk.

Its address holds a ticket that nobody can guess, works once and for half an hour: who has none uploads nothing, and no
other page can send a form here in somebody's name.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import AsyncIterator
from typing import Any, Protocol

from aiohttp import BodyPartReader, ClientPayloadError, web

from bot.domain.library.audio import LONGEST_SECONDS, UPLOAD_BYTES
from bot.domain.library.errors import Code, UploadFailed, UploadRefused
from bot.services.library import receiving
from bot.services.tools import Tools
from bot.web import upload_words

log = logging.getLogger(__name__)

TICKET = r"{ticket:[A-Za-z0-9_-]{43}}"
SECONDS = 30 * 60.0
"""How long one file may be on its way."""
ENVELOPE = 64 * 1024
"""What a form adds to its file."""
CHUNK = 256 * 1024


class Site(Protocol):
    """What the pages stand on."""

    tools: Tools

    def page(self, template: str, *, status: int = 200, **values: Any) -> web.Response:
        """A page of ours."""
        ...


class UploadPages:
    """Shows the page, and takes the file."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> list[web.RouteDef]:
        """Where they are."""
        return [web.get(f"/upload/{TICKET}", self.show), web.post(f"/upload/{TICKET}", self.take)]

    async def show(self, request: web.Request) -> web.StreamResponse:
        """The page with its one form."""
        try:
            return await self._form(request)
        except UploadRefused as refused:
            return self._told(refused)

    async def take(self, request: web.Request) -> web.StreamResponse:
        """A file arrives. What is no good leaves the page open for another one."""
        tools = self._site.tools
        try:
            if (request.content_length or 0) > UPLOAD_BYTES + ENVELOPE:
                raise UploadFailed(Code.FILE_TOO_LARGE, "limit")
            part = await _file_of(request)
            async with asyncio.timeout(SECONDS):
                await receiving.take(
                    tools,
                    ticket=request.match_info["ticket"],
                    now=tools.clock.now(),
                    name=part.filename or "",
                    chunks=_chunks(part),
                )
        except UploadRefused as refused:
            return self._told(refused)
        except UploadFailed as failed:
            log.info("an uploaded file was refused: %s %s", failed.code, failed.reason)
            return await self._again(request, failed)
        except (ConnectionError, ClientPayloadError, web.RequestPayloadError):
            log.info("an upload was broken off by its browser; its page is open again")
            return web.Response(status=400)
        except TimeoutError:
            return await self._again(request, UploadFailed(Code.NETWORK_ERROR, "slow"))
        log.info("a file was uploaded on its page")
        return self._site.page(
            "told.html",
            title="It is here",
            sentence="Your file is here, and is being listened to.",
            advice="You can close this page. Its card on Discord says how it went; /demo library shows your tracks.",
            well=True,
            reference="",
        )

    async def _form(self, request: web.Request, failed: UploadFailed | None = None) -> web.Response:
        now = self._site.tools.clock.now()
        invited = await receiving.invitation(self._site.tools, ticket=request.match_info["ticket"], now=now)
        said = upload_words.failed(failed) if failed is not None else None
        return self._site.page(
            "upload.html",
            status=said.status if said is not None else 200,
            title="Upload a track",
            name=invited.name,
            track=invited.title,
            is_version=invited.is_version,
            problem=said.sentence if said is not None else "",
            advice=said.advice if said is not None else "",
            megabytes=UPLOAD_BYTES // 1024**2,
            minutes_long=LONGEST_SECONDS // 60,
            minutes=max(1, math.ceil((invited.ends_at - now).total_seconds() / 60)),
        )

    async def _again(self, request: web.Request, failed: UploadFailed) -> web.StreamResponse:
        """The page once more, with what was wrong; the rest of a body that nobody wants is not waited for."""
        try:
            response = await self._form(request, failed)
        except UploadRefused as refused:
            response = self._told(refused)
        response.force_close()
        return response

    def _told(self, refused: UploadRefused) -> web.Response:
        said = upload_words.refused(refused)
        return self._site.page(
            "told.html",
            status=said.status,
            title=said.title,
            sentence=said.sentence,
            advice=said.advice,
            well=False,
            reference="",
        )


async def _file_of(request: web.Request) -> BodyPartReader:
    """The file in the form. Raises `UploadFailed` where there is none."""
    try:
        reader = await request.multipart()
        while (part := await reader.next()) is not None:
            if isinstance(part, BodyPartReader) and part.name == "file" and part.filename:
                return part
    except (AssertionError, ValueError) as error:  # no form at all
        raise UploadFailed(Code.INVALID_FORMAT, "no_file") from error
    raise UploadFailed(Code.INVALID_FORMAT, "no_file")


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while chunk := await part.read_chunk(CHUNK):
        yield chunk
