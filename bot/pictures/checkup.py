"""What `longplay doctor` looks at of pictures: the fonts, the scripts they cover, a painter, and one picture of it."""

from __future__ import annotations

import time

from bot.domain.pictures.charts import Clock
from bot.domain.pictures.painting import PictureRefused
from bot.pictures import fonts
from bot.pictures.painter import PooledPainter

TRIED = Clock("Longplay 日本 مرحبا 🎧", "a trial", tuple(range(24)))


async def findings() -> list[tuple[str, bool, str]]:
    """Each as a name, whether it is well, and what is told of it."""
    gone = fonts.missing()
    if gone:
        return [("Fonts", False, f"missing: {', '.join(gone)}; install Longplay again")]
    covered = fonts.covered()
    without = [script for script, there in covered.items() if not there]
    told = f"{len(fonts.ALL_FACES)} fonts for {', '.join(script for script, there in covered.items() if there)}"
    found = [("Fonts", not without, f"nothing for {', '.join(without)}" if without else told)]
    painter = PooledPainter()
    begin = time.perf_counter()
    try:
        painted = await painter.paint(TRIED)
    except PictureRefused as refusal:
        found.append(
            ("Pictures", False, f"none can be drawn ({refusal.why}): look whether resvg-py and Pillow are there")
        )
    else:
        size = f"{painted.width}×{painted.height}, {len(painted.content) / 1_000:.0f} kB"
        found.append(
            ("Pictures", True, f"drawn in a process of its own in {time.perf_counter() - begin:.2f} s, {size}")
        )
    finally:
        await painter.close()
    return found
