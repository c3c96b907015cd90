"""Pictures beside what they once looked like, compared as eyes do: small, grey, and not by the byte.

`python -m tests.pictures.test_golden` draws the expected ones anew; look at them before you keep them.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import json
import zlib
from pathlib import Path

import pytest
from PIL import Image

from bot.domain.pictures.charts import Clock, TasteCard
from bot.domain.pictures.painting import Painted, Theme
from bot.domain.pictures.sketches import Sketch
from bot.pictures.painter import PooledPainter
from tests.factories.pictures import a_picture
from tests.factories.sketches import a_collage, sketches, smallest

KEPT = Path(__file__).with_name("golden.json")
SIDE = 64
ALIKE = 0.02 * 255
HUGE = a_picture(size=(3_000, 3_000))
GOOD = a_picture(size=(640, 640))


class Shelf:
    """Covers: an ordinary one and an enormous one."""

    def __init__(self) -> None:
        self.covers = {hashlib.sha256(content).hexdigest(): content for content in (GOOD, HUGE)}

    async def read(self, sha256: str) -> bytes | None:
        return self.covers.get(sha256)


def goldens() -> dict[str, tuple[Sketch, Theme]]:
    good, huge = Shelf().covers
    hours = tuple(410 + 10 * hour for hour in range(24))
    found: dict[str, tuple[Sketch, Theme]] = {}
    for name, sketch in sketches().items():
        found[name] = (sketch, Theme.DARK)
    found["clock, light"] = (sketches()["clock"], Theme.LIGHT)
    found["one listen: clock"] = (smallest()["clock"], Theme.DARK)
    found["one listen: calendar"] = (smallest()["calendar"], Theme.DARK)
    found["one listen: taste"] = (smallest()["taste"], Theme.DARK)
    found["one rating"] = (smallest()["recap of one"], Theme.DARK)
    found["10,000 artists: clock"] = (Clock("Ada", "all time", hours), Theme.DARK)
    many = tuple(f"Artist {place}" for place in range(10_000))
    found["10,000 artists: taste"] = (TasteCard("Ada", "all time", 1_000_000, artists=many), Theme.DARK)
    found["five scripts"] = (a_collage(3, 3, covers=(good,)), Theme.DARK)
    found["a missing cover"] = (a_collage(3, 3, covers=(good, None)), Theme.LIGHT)
    found["an enormous cover"] = (a_collage(2, 2, covers=(huge,)), Theme.DARK)
    found["a hundred tiles"] = (a_collage(10, 10, covers=(good, None)), Theme.DARK)
    return found


def seen(painted: Painted) -> bytes:
    with Image.open(io.BytesIO(painted.content)) as image:
        return image.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX).tobytes()


async def drawn() -> dict[str, bytes]:
    painter = PooledPainter(Shelf())
    try:
        return {name: seen(await painter.paint(sketch, theme=theme)) for name, (sketch, theme) in goldens().items()}
    finally:
        await painter.close()


def apart(one: bytes, other: bytes) -> float:
    return sum(abs(left - right) for left, right in zip(one, other, strict=True)) / len(one)


async def test_every_picture_looks_as_it_did() -> None:
    expected = {name: zlib.decompress(base64.b85decode(told)) for name, told in json.loads(KEPT.read_text()).items()}
    found = await drawn()
    assert found.keys() == expected.keys()
    differing = {name: apart(found[name], expected[name]) for name in found}
    assert {name: far for name, far in differing.items() if far >= ALIKE} == {}


async def test_the_comparison_sees_a_difference() -> None:
    expected = {name: zlib.decompress(base64.b85decode(told)) for name, told in json.loads(KEPT.read_text()).items()}
    assert apart(expected["clock"], expected["clock, light"]) > ALIKE
    assert apart(expected["five scripts"], expected["a missing cover"]) > ALIKE
    with pytest.raises(ValueError, match="zip"):
        apart(expected["clock"], b"")


if __name__ == "__main__":
    told = {name: base64.b85encode(zlib.compress(small, 9)).decode() for name, small in asyncio.run(drawn()).items()}
    KEPT.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
