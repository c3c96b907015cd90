"""Covers from the web: fetched with care, judged by their bytes, drawn anew without anything but their pixels."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.domain.covers import MOST_BYTES, STORED_SIDE, CoverOutcome, CoverRefused, Picture, check_picture, check_size

if TYPE_CHECKING:
    from PIL import Image

    from bot.domain.ports import Web

QUALITY = 88
DRAFT_SIDE = 2 * STORED_SIDE
"""A JPEG is decoded no larger than this: its decoder skips what is not asked for."""
DECODERS = ("JPEG", "PNG", "WEBP", "GIF")


class WebCovers:
    """Covers by their address; fulfils `CoverFetcher`.

    A rehearsal is given covers of the whole web `at` one address of this machine, by host and path.
    """

    def __init__(self, web: Web, *, at: str = "") -> None:
        self._web = web
        self._at = at
        # One at a time: the largest picture that is taken fills two hundred megabytes while it is read.
        self._decoding = asyncio.Lock()

    async def fetch_cover(self, url: str) -> Picture:
        """The picture at an address; raises `CoverRefused`, `Unavailable`."""
        parts = urlsplit(url)
        asked = f"{self._at}/{parts.hostname}{parts.path}" if self._at else url
        fetched = await self._web.fetch(asked, limit_bytes=MOST_BYTES)
        if fetched is None:
            raise CoverRefused(CoverOutcome.MISSING)
        check_picture(fetched.body)
        async with self._decoding:
            return await asyncio.to_thread(redrawn, fetched.body)


def redrawn(content: bytes) -> Picture:
    """A picture as it is kept: JPEG, at most 1,000 pixels a side, the first frame of a moving one, no metadata.

    Transparent parts become white. Raises `CoverRefused`.
    """
    # Imported where it is needed, so that a start does not wait for it.
    from PIL import Image

    check_picture(content)
    try:
        with Image.open(io.BytesIO(content), formats=DECODERS) as opened:
            check_size(*opened.size)  # once more: a file may claim two sizes
            opened.draft("RGB", (DRAFT_SIDE, DRAFT_SIDE))
            plain = _flat(_smaller(opened))
        drawn = io.BytesIO()
        plain.save(drawn, "JPEG", quality=QUALITY, progressive=True)
    except CoverRefused:
        raise
    except Exception:  # noqa: BLE001 - a decoder stumbles in as many ways as there are damaged files
        raise CoverRefused(CoverOutcome.BROKEN) from None
    return Picture.of(drawn.getvalue(), *plain.size)


def _smaller(opened: Image.Image) -> Image.Image:
    """The decoded picture at the size that is kept: made small first, so that little is copied after that."""
    named = opened.mode in ("P", "1")  # colours by number cannot be mixed
    mixed: Image.Image = opened.convert("RGBA" if opened.has_transparency_data else "RGB") if named else opened
    mixed.thumbnail((STORED_SIDE, STORED_SIDE), reducing_gap=2.0)
    return mixed


def _flat(opened: Image.Image) -> Image.Image:
    """The pixels alone, upright, on white where they are transparent."""
    from PIL import Image, ImageOps

    upright: Image.Image
    try:
        upright = ImageOps.exif_transpose(opened)
    except Exception:  # noqa: BLE001 - damaged metadata of a sound picture
        upright = opened
    flat = Image.new("RGB", upright.size, "white")
    if upright.has_transparency_data:
        upright = upright.convert("RGBA")
        flat.paste(upright, mask=upright.getchannel("A"))
    else:
        flat.paste(upright.convert("RGB"))
    return flat
