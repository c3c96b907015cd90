"""`longplay bench pictures`: a collage and every chart, cold and warm; and what a start of the bot loads for them.

Cold means that no painter's process runs and nothing is kept: starting it, reading fonts and libraries, drawing and
encoding are all in the figure. Covers lie on disk, as they do once they were fetched. Warm has the process, and draws
anew. Processor is what one cold picture costs of it in both processes, which a busy machine does not blow up much.

The bot's import is what `longplay run` loads before anything begins. What it loads then, while the database's server
starts, is told beside it, and what the libraries alone take. All is measured as `longplay run` does it, which looks for
no garbage while it starts.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.bench.outcome import Outcome, mark, print_json
from bot.client import FACES
from bot.domain.pictures.charts import (
    Bar,
    Calendar,
    Clock,
    Comparison,
    GenreSpread,
    Recap,
    SharedArtist,
    TasteCard,
    Waveform,
)
from bot.domain.pictures.collages import Collage, Tile
from bot.domain.pictures.sketches import Sketch
from bot.pictures.painter import PooledPainter

COLLAGE_GOAL, CHART_GOAL, IMPORT_GOAL = 1_000.0, 100.0, 1_000.0
"""Milliseconds."""
SIDE = 640
SETTLED = 0.5
"""Seconds after which a process that was begun waits, as the one of a bot that has run for a moment does."""
DRAWING = ("PIL", "resvg_py", "numpy", "matplotlib")
LIBRARIES = (
    "discord.ext.commands, sqlalchemy.ext.asyncio, sqlalchemy.orm, sqlalchemy.dialects.postgresql, asyncpg, "
    "aiohttp.web, apscheduler.schedulers.asyncio, pydantic_settings, jinja2"
)
"""Without which no start of ours is possible."""
IMPORTED = "import of the bot"
BEGINNING = "bot.cli, bot.config, bot.app"
START = (
    "import gc; gc.disable(); import time; t, c = time.perf_counter(), time.process_time(); import {modules}; "
    "took = [(time.perf_counter() - t) * 1000, (time.process_time() - c) * 1000]; import sys, json; "
    "print(json.dumps([*took, [n for n in {drawing} if n in sys.modules]]))"
)
NAMES = (
    ("Music Has the Right to Children", "Boards of Canada"),
    ("教育", "東京事変"),
    ("أغاني", "فيروز"),
    ("Ok", "🎧"),
)


class CoversOnDisk:
    """Covers as files by their hash; reads as the bot's store does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def read(self, sha256: str) -> bytes | None:
        """The bytes."""
        return await asyncio.to_thread((self.folder / sha256).read_bytes)


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured of one thing, in milliseconds: medians."""

    name: str
    cold: float
    warm: float
    processor: float
    """Of the cold one, all processes together."""
    goal: float
    kilobytes: int

    @property
    def reached(self) -> bool:
        """Whether the cold figure is what is wanted."""
        return self.cold < self.goal


def sketches(covers: list[str]) -> dict[str, Sketch]:
    """A picture of every kind."""
    tiles = tuple(Tile(*NAMES[place % 4], plays=99 - place, cover=cover) for place, cover in enumerate(covers))
    months = tuple(f"{month} 2026" for month in ("Jan", "Feb", "Mar", "Apr", "May", "Jun"))
    return {
        "collage 5×5": Collage("Ada", "last 7 days", "album", 5, 5, tiles),
        "taste": TasteCard(
            "Ada",
            "last 365 days",
            9_999,
            tuple(Bar(f"genre {place}", 0.3 - place / 20) for place in range(6)),
            tuple(Bar(f"{1960 + 10 * place}s", 0.1) for place in range(7)),
            tuple(tuple((hour * day) % 9 for hour in range(24)) for day in range(7)),
            30,
            60,
            20,
            artists=tuple(f"Artist {place}" for place in range(8)),
            countries=tuple(Bar(f"Country {place}", 0.4 - place / 10) for place in range(4)),
            cautions=("Genres are known of 31 % of what was heard so far.",),
            zone="Europe/Berlin",
        ),
        "comparison": Comparison(
            "Ada",
            "Ben",
            71,
            tuple(SharedArtist(f"Artist {place}", 9 * place, 50 - place) for place in range(8)),
            ("Both hear what nobody else here does", "Alike genres"),
            "closer than most here",
            tuple(f"Loved {place}" for place in range(5)),
            tuple(f"Known {place}" for place in range(5)),
        ),
        "recap without cover": Recap(
            "WEEK 003", "Blue", "An Artist", (1, 0, 0, 2, 1, 3, 5, 4, 1), Decimal("3.8"), Decimal(4), Decimal("0.8")
        ),
        "clock": Clock("Ada", "last 365 days", tuple(range(24)), "Europe/Berlin"),
        "calendar": Calendar("Ada", "last 365 days", date(2025, 12, 1), tuple(place * 7 % 40 for place in range(365))),
        "genres": GenreSpread(
            "Ada", "2026", months, tuple((f"genre {place}", (0.2, 0.1, 0.3, 0.2, 0.1, 0.2)) for place in range(5))
        ),
        "waveform": Waveform("Night Drive", "Ada", ((-0.5, 0.6), (-0.2, 0.9)) * 400, 217.0, -14.0),
    }


async def measured(name: str, sketch: Sketch, store: CoversOnDisk, rounds: int) -> Figure:
    """One kind, cold and warm."""
    cold: list[float] = []
    warm: list[float] = []
    processor: list[float] = []
    size = 0
    for _ in range(rounds):
        for again in (0, 2):
            painter = PooledPainter(store)
            await painter.prepare()
            await asyncio.sleep(SETTLED)
            spent = _processor()
            for times in (cold, *(warm,) * again):
                begin = time.perf_counter()
                size = len((await painter.paint(sketch)).content)
                times.append((time.perf_counter() - begin) * 1_000)
            await painter.close()
            if not again:
                processor.append(_processor() - spent)
    goal = COLLAGE_GOAL if isinstance(sketch, Collage) else CHART_GOAL
    middle = statistics.median
    return Figure(name, middle(cold), middle(warm), middle(processor), goal, size // 1_000)


def _processor() -> float:
    """Milliseconds of a processor that this process and those it started and saw end have used."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (time.process_time() + children.ru_utime + children.ru_stime) * 1_000


@dataclass(frozen=True, slots=True)
class Import:
    """How long an import takes in a new process, in milliseconds, and which drawing libraries it loads."""

    took: float
    processor: float
    loaded: list[str]


def the_import(modules: str, rounds: int) -> Import:
    """An import in new processes, as `longplay run` does it; medians."""
    code = START.format(modules=modules, drawing=DRAWING)
    with tempfile.TemporaryDirectory() as bytecode:
        # As where Python may keep what it compiled, whatever this process was told: the first start is not counted.
        usual = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        told = [
            _told([sys.executable, "-c", code], {**usual, "PYTHONPYCACHEPREFIX": bytecode}) for _ in range(rounds + 1)
        ][1:]
    return Import(statistics.median(one[0] for one in told), statistics.median(one[1] for one in told), told[0][2])


def _told(command: list[str], environment: dict[str, str]) -> tuple[float, float, list[str]]:
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout)


def the_floor(rounds: int) -> float:
    """How long an interpreter takes that begins and ends."""
    times: list[float] = []
    for _ in range(rounds):
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-I", "-S", "-c", "import json"], check=True)
        times.append((time.perf_counter() - begin) * 1_000)
    return statistics.median(times)


def _covers(folder: Path, count: int) -> list[str]:
    """Covers of 640 pixels with something in them."""
    from PIL import Image

    hashes: list[str] = []
    for place in range(count):
        grain = Image.effect_noise((SIDE // 8, SIDE // 8), 60 + place).resize((SIDE, SIDE))
        image = Image.merge("RGB", (grain, Image.linear_gradient("L").resize((SIDE, SIDE)), grain.rotate(90)))
        drawn = io.BytesIO()
        image.save(drawn, "JPEG", quality=88)
        hashes.append(hashlib.sha256(drawn.getvalue()).hexdigest())
        (folder / hashes[-1]).write_bytes(drawn.getvalue())
    return hashes


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured."""

    figures: list[Figure]
    floor: float
    """Milliseconds of an interpreter that begins and ends."""
    whole: Import
    """Everything that a start loads, what is loaded while the database's server starts with it."""
    libraries: Import
    """What the libraries take without which no start is possible."""
    loaded: list[str]
    """Drawing libraries that a start loads."""

    @property
    def well(self) -> bool:
        """Whether every goal is reached."""
        return all(figure.reached for figure in self.figures) and not self.loaded

    def outcomes(self) -> list[Outcome]:
        """In the shape of all benches."""
        told = [
            Outcome(
                "pictures",
                one.name if one.name == IMPORTED else f"{one.name}, cold",
                one.cold,
                "ms",
                f"< {one.goal:.0f}",
                one.reached,
                self.floor,
            )
            for one in self.figures
        ]
        drawing = float(len(self.loaded))
        return [*told, Outcome("pictures", "drawing libraries at a start", drawing, "", "none", not self.loaded)]


async def measure(rounds: int) -> Figures:
    """Draw every kind cold and warm, and import the bot."""
    with tempfile.TemporaryDirectory(prefix="longplay-bench-") as place:
        folder = Path(place)
        hashes = await asyncio.to_thread(_covers, folder, 25)
        store = CoversOnDisk(folder)
        figures = [await measured(name, sketch, store, rounds) for name, sketch in sketches(hashes).items()]
    modules = (BEGINNING, f"{BEGINNING}, bot.app.life, {', '.join(FACES)}", LIBRARIES)
    ours, whole, libraries = [await asyncio.to_thread(the_import, one, rounds) for one in modules]
    figures.append(Figure(IMPORTED, ours.took, ours.took, ours.processor, IMPORT_GOAL, 0))
    return Figures(figures, await asyncio.to_thread(the_floor, rounds), whole, libraries, whole.loaded)


async def bench(*, rounds: int = 5, as_json: bool = False) -> int:
    """Measure and print; 1 where a goal is missed."""
    found = await measure(rounds)
    if as_json:
        print_json({**asdict(found), "well": found.well})
        return 0 if found.well else 1
    table = Table("", "cold ms", "warm ms", "processor ms", "goal (cold)", "kB", "")
    for one in found.figures:
        milliseconds = (f"{figure:.0f}" for figure in (one.cold, one.warm, one.processor))
        table.add_row(one.name, *milliseconds, f"< {one.goal:.0f}", str(one.kilobytes), mark(one.reached))
    console = Console()
    console.print(table)
    console.print(f"Drawing libraries loaded by a start: {', '.join(found.loaded) or 'none'}")
    console.print(f"Floor of what is cold: an interpreter that begins and ends, {found.floor:.0f} ms.")
    rest, known = found.whole.took - found.figures[-1].cold, found.libraries.took
    console.print(f"Loaded while the database's server starts: {rest:.0f} ms. All libraries alone: {known:.0f} ms.")
    console.print("Cold: a process waits that has loaded nothing that draws, nothing is kept, covers on disk; medians.")
    return 0 if found.well else 1
