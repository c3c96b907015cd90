"""The painter with its processes: real pictures, and what becomes of those that take too much."""

from __future__ import annotations

import asyncio
import hashlib
import io
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image

from bot.domain.pictures.painting import Painted, PictureRefused, Theme, Unpainted
from bot.pictures.kept import KeptPictures
from bot.pictures.painter import PooledPainter, key_of
from bot.pictures.pool import Limits
from bot.pictures.sheet import Order
from tests.factories.pictures import a_picture, a_png_bomb
from tests.factories.sketches import HOSTILE, a_collage, sketches

EMPTY = Order((), 1.0, 40, 40, "#000000")
WIDE = ("bands", ((0, 0, 5_900, 0, 5_900, 5_900, 0, 5_900),), ("#ffffff",), "#ff0000", 9.0)
SLOW = replace(EMPTY, marks=(WIDE,) * 60, width=5_900, height=5_900)


class Shelf(dict[str, bytes]):
    """Covers by their hash."""

    def add(self, content: bytes) -> str:
        key = hashlib.sha256(content).hexdigest()
        self[key] = content
        return key

    async def read(self, sha256: str) -> bytes | None:
        return self.get(sha256)


@pytest_asyncio.fixture
async def painter() -> AsyncIterator[PooledPainter]:
    painting = PooledPainter(Shelf())
    yield painting
    await painting.close()


def opened(painted: Painted) -> Image.Image:
    with Image.open(io.BytesIO(painted.content)) as image:
        return image.convert("RGB")


async def test_every_kind_is_painted_by_one_process_that_begins_with_the_first_picture(painter: PooledPainter) -> None:
    assert painter.pool.started == 0
    for sketch in sketches().values():
        painted = await painter.paint(sketch, theme=Theme.LIGHT)
        assert painted.content.startswith(b"\x89PNG")
        assert opened(painted).size == (painted.width, painted.height)
        assert painted.width <= 1_200
        assert painted.alt
    assert painter.pool.started == 1


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="this system does not tell what a process has loaded")
async def test_a_process_that_waits_has_loaded_nothing_that_draws(painter: PooledPainter) -> None:
    def loaded(pid: int) -> bool:
        return "_imaging" in Path(f"/proc/{pid}/maps").read_text()

    await painter.prepare()
    await painter.prepare()
    (waiting,) = painter.pool.idle
    await asyncio.sleep(0.2)
    assert not loaded(waiting.pid)
    assert (await painter.paint(sketches()["clock"])).content
    assert loaded(waiting.pid)
    assert painter.pool.started == 1


async def test_hostile_texts_are_drawn_as_they_are(painter: PooledPainter) -> None:
    for text in HOSTILE:
        assert (await painter.paint(sketches(text, text)["recap"])).content


async def test_a_bad_cover_is_a_tile_with_its_name_and_the_others_stay() -> None:
    shelf = Shelf()
    good = shelf.add(a_picture(size=(640, 640)))
    bad = [
        shelf.add(a_picture(size=(300, 300))[:900]),
        shelf.add(a_picture(size=(1, 1))),
        shelf.add(a_png_bomb(20_000, 20_000)),
        shelf.add(b"<svg/>"),
    ]
    fine = [
        shelf.add(a_picture(mode="CMYK")),
        shelf.add(a_picture("GIF", mode="P")),
        shelf.add(a_picture("PNG", mode="RGBA")),
    ]
    painter = PooledPainter(shelf)
    try:
        painted = await painter.paint(a_collage(3, 3, covers=(good, *bad, *fine, None)))
        assert (painted.width, painted.height, painted.content_type) == (900, 900, "image/jpeg")
        assert painted.accent is not None
        grey = opened(painted).convert("L")
        assert grey.getpixel((150, 20)) != grey.getpixel((150, 150)), "the good one shows its gradient"
        assert opened(painted).getpixel((750, 250)) == pytest.approx((28, 31, 38), abs=12), "a bare tile is a panel"
    finally:
        await painter.close()


async def test_what_takes_too_long_is_ended_and_the_next_picture_works() -> None:
    painter = PooledPainter(limits=Limits(processes=1))
    try:
        await painter.pool.draw(EMPTY, {})
        painter.pool.limits = Limits(processes=1, seconds=0.6)
        with pytest.raises(PictureRefused) as refused:
            await painter.pool.draw(SLOW, {})
        assert refused.value.why is Unpainted.SLOW
        painter.pool.limits = Limits(processes=1)
        assert (await painter.pool.draw(EMPTY, {})).content
        assert painter.pool.started == 2
    finally:
        await painter.close()


async def test_what_takes_too_much_memory_or_kills_its_process_is_refused_and_the_next_picture_works() -> None:
    painter = PooledPainter(limits=Limits(processes=1, memory_bytes=400_000_000, seconds=20))
    greedy = replace(EMPTY, marks=(("rect", 0, 0, 30_000, 30_000, "#ffffff", 3, 0.5, False),))
    try:
        with pytest.raises(PictureRefused):
            await painter.pool.draw(greedy, {})
        with pytest.raises(PictureRefused):
            await painter.pool.draw(replace(EMPTY, width=90_000), {})
        assert (await painter.pool.draw(EMPTY, {})).content
    finally:
        await painter.close()


async def test_a_line_that_is_too_long_is_told_at_once() -> None:
    painter = PooledPainter(limits=Limits(processes=1, waiting=2))
    try:
        pictures = [asyncio.create_task(painter.pool.draw(EMPTY, {})) for _ in range(6)]
        told = await asyncio.gather(*pictures, return_exceptions=True)
        busy = [one for one in told if isinstance(one, PictureRefused) and one.why is Unpainted.BUSY]
        assert len(busy) >= 3
        assert len(busy) < 6
    finally:
        await painter.close()


async def test_twenty_presses_at_once_leave_everybody_else_their_turn(painter: PooledPainter) -> None:
    clock = sketches()["clock"]
    lags: list[float] = []

    async def watch() -> None:
        while True:
            begin = time.perf_counter()
            await asyncio.sleep(0.005)
            lags.append(time.perf_counter() - begin - 0.005)

    watching = asyncio.create_task(watch())
    wanted = [replace(clock, name=f"Member {place}") for place in range(20)]
    await asyncio.gather(*(painter.paint(sketch) for sketch in wanted))
    watching.cancel()
    lags.sort()
    assert lags[int(len(lags) * 0.98)] < 0.1
    assert painter.pool.started == 2


async def test_the_same_sketch_is_drawn_once_and_found_again_after_a_restart(tmp_path: Path) -> None:
    sketch = sketches()["clock"]
    kept = KeptPictures(tmp_path / "pictures")
    painter = PooledPainter(Shelf(), kept)
    first, again = await asyncio.gather(painter.paint(sketch), painter.paint(sketch))
    await painter.close()
    assert first == again
    restarted = PooledPainter(Shelf(), KeptPictures(tmp_path / "pictures"))
    assert await restarted.paint(sketch) == first
    assert restarted.pool.started == 0
    file = await asyncio.to_thread(lambda: next((tmp_path / "pictures").glob("??/*")))
    file.write_bytes(file.read_bytes()[:-5])
    assert await kept.read(file.name) is None, "a file that was cut off is as good as lost"
    assert key_of(sketch, Theme.DARK) != key_of(sketch, Theme.LIGHT)
    assert key_of(sketch, Theme.DARK) != key_of(replace(sketch, zone="UTC"), Theme.DARK)  # type: ignore[type-var]


async def test_what_was_shown_longest_ago_makes_room(tmp_path: Path) -> None:
    kept = KeptPictures(tmp_path, most_bytes=25_000)
    painted = Painted(bytes(10_000), "clock-x.png", "image/png", 10, 10, "A clock.")
    for place in range(60):
        await kept.put(hashlib.sha256(bytes([place])).hexdigest(), painted)
    left = await asyncio.to_thread(lambda: list(tmp_path.glob("??/*")))
    assert len(left) <= 60 - 48 + 2
