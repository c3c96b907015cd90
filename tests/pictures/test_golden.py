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
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from bot.domain.pictures.painting import Painted, Theme
from bot.domain.pictures.sketches import KINDS, Sketch, kind_of
from bot.pictures.painter import PooledPainter
from tests.factories.pictures import a_picture
from tests.factories.sketches import (
    a_collage,
    in_five_scripts,
    one_listen,
    sketches,
    ten_thousand_artists,
    with_cover,
)

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


CASES: dict[str, Callable[[], dict[str, Sketch]]] = {
    "": sketches,
    "one listen: ": one_listen,
    "10,000 artists: ": ten_thousand_artists,
    "five scripts: ": in_five_scripts,
    "a missing cover: ": lambda: with_cover("0" * 64),
    "an enormous cover: ": lambda: with_cover(hashlib.sha256(HUGE).hexdigest()),
}
COVERED = {"collage", "recap"}
"""The kinds that show covers at all."""


def goldens() -> dict[str, tuple[Sketch, Theme]]:
    found = {f"{case}{name}": (one, Theme.DARK) for case, made in CASES.items() for name, one in made().items()}
    for name in ("clock", "taste", "comparison"):
        found[f"{name}, light"] = (sketches()[name], Theme.LIGHT)
    good, _ = Shelf().covers
    found["mixed covers, light"] = (a_collage(3, 3, covers=(good, None)), Theme.LIGHT)
    found["a hundred tiles"] = (a_collage(10, 10, covers=(good, None)), Theme.DARK)
    return found


def test_every_kind_of_picture_has_every_case() -> None:
    kinds = set(KINDS.values())
    assert {kind_of(one) for one in sketches().values() if hasattr(one, "cover") or hasattr(one, "tiles")} == COVERED
    for case, made in CASES.items():
        shown = {kind_of(one) for one in made().values()}
        assert shown == (COVERED if "cover" in case else kinds), case


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
    assert apart(expected["a missing cover: collage"], expected["an enormous cover: collage"]) > ALIKE
    with pytest.raises(ValueError, match="zip"):
        apart(expected["clock"], b"")


if __name__ == "__main__":
    told = {name: base64.b85encode(zlib.compress(small, 9)).decode() for name, small in asyncio.run(drawn()).items()}
    KEPT.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
