"""The painter: a sketch and the covers it names become a picture, drawn once and then given again."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Collection
from contextlib import suppress
from dataclasses import asdict
from typing import Protocol
from weakref import WeakValueDictionary

from bot.domain.pictures.charts import Recap
from bot.domain.pictures.collages import Collage
from bot.domain.pictures.painting import Painted, PictureRefused, Theme
from bot.domain.pictures.saying import alt_of
from bot.domain.pictures.sketches import Sketch, kind_of
from bot.pictures.kept import KeptPictures
from bot.pictures.layout import laid_out
from bot.pictures.pool import Drawn, Limits, Pool

log = logging.getLogger(__name__)

VERSION = 3
"""Of the drawing and its fonts: raised whenever the same sketch looks different."""
EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


class CoverShelf(Protocol):
    """Where covers are read; `CoverStore` is one."""

    async def read(self, sha256: str) -> bytes | None:
        """The bytes; None where they are not there."""
        ...


class PooledPainter:
    """Draws in processes of its own; fulfils `Painter`.

    The first one starts with the first picture, or earlier, if told to `prepare`; none loads before what draws.
    """

    def __init__(
        self, covers: CoverShelf | None = None, kept: KeptPictures | None = None, *, limits: Limits | None = None
    ) -> None:
        self._covers = covers
        self._kept = kept
        self.pool = Pool(limits or Limits())
        self._drawing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def prepare(self) -> None:
        """Have a process wait for the first picture: to begin one takes as long as to draw one."""
        with suppress(PictureRefused):  # then the first picture says so
            await self.pool.prepare()

    async def paint(self, sketch: Sketch, *, theme: Theme = Theme.DARK) -> Painted:
        """The picture of a sketch; raises `PictureRefused`."""
        covers = await self._covers_of(sketch)
        key = key_of(sketch, theme, covers.keys())
        async with self._drawing.setdefault(key, asyncio.Lock()):  # the same picture is drawn once
            found = await self._kept.read(key) if self._kept is not None else None
            if found is not None:
                return found
            drawn = await self._drawn(sketch, theme, covers)
            facts = drawn.facts
            painted = Painted(
                drawn.content,
                f"{kind_of(sketch)}-{key[:20]}.{EXTENSIONS[facts['content_type']]}",
                facts["content_type"],
                facts["width"],
                facts["height"],
                alt_of(sketch),
                facts["accent"],
            )
            await self._keep(key, painted)
        return painted

    async def _drawn(self, sketch: Sketch, theme: Theme, covers: dict[str, bytes]) -> Drawn:
        """Laid out here, where no drawing library is loaded, and printed in a process.

        Covers that turn out to be none are left out the second time: their names stand there.
        """
        # A process that has yet to begin does so meanwhile.
        _, order = await asyncio.gather(
            self.pool.make_ready(), asyncio.to_thread(laid_out, sketch, theme, frozenset(covers))
        )
        drawn = await self.pool.draw(order, covers)
        if unreadable := drawn.facts.get("unreadable"):
            left = {sha256: content for sha256, content in covers.items() if sha256 not in unreadable}
            drawn = await self.pool.draw(await asyncio.to_thread(laid_out, sketch, theme, left.keys()), left)
        return drawn

    async def _keep(self, key: str, painted: Painted) -> None:
        if self._kept is None:
            return
        try:
            await self._kept.put(key, painted)
        except OSError as error:  # it is drawn again then
            log.warning("a picture cannot be kept: %s", error)

    async def _covers_of(self, sketch: Sketch) -> dict[str, bytes]:
        """The covers that a sketch names, as far as they are there."""
        if self._covers is None:
            return {}
        hashes = list(dict.fromkeys(_named_covers(sketch)))
        found = await asyncio.gather(*(self._covers.read(sha256) for sha256 in hashes))
        return {sha256: content for sha256, content in zip(hashes, found, strict=True) if content is not None}

    async def close(self) -> None:
        """End the processes."""
        await self.pool.close()


def key_of(sketch: Sketch, theme: Theme, covers: Collection[str] = ()) -> str:
    """The hash of everything that a picture looks like: what it shows, how, and by which version of the drawing."""
    shown = json.dumps(asdict(sketch), sort_keys=True, default=str)
    told = json.dumps([VERSION, kind_of(sketch), shown, str(theme), sorted(covers)])
    return hashlib.sha256(told.encode()).hexdigest()


def _named_covers(sketch: Sketch) -> list[str]:
    if isinstance(sketch, Collage):
        return [tile.cover for tile in sketch.tiles if tile.cover is not None]
    if isinstance(sketch, Recap) and sketch.cover is not None:
        return [sketch.cover]
    return []
