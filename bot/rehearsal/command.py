"""`longplay rehearse`: three made-up weeks, or a real club's data, on a loopback Discord with a throwaway database."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bot.domain.clock import SystemClock
from bot.rehearsal.clock import RehearsalClock
from bot.rehearsal.cluster import throwaway_cluster
from bot.rehearsal.league import SourceRefused, read_league
from bot.rehearsal.loopback.schemas import Schemas
from bot.rehearsal.pilot import Refused, Surprised
from bot.rehearsal.providers import Elsewhere, LoopbackProviders, shops_with
from bot.rehearsal.ratings_file import read_ratings
from bot.rehearsal.replay import LeagueReplay, RatingsReplay, Tell
from bot.rehearsal.report import Report, Stopwatch, WeekOutcome, check
from bot.rehearsal.script import Story, first_evening
from bot.rehearsal.stage import Stage
from bot.rehearsal.transcript import Transcript

REPOSITORY = Path(__file__).resolve().parents[2]
SCHEMAS = Path("shared", "data", "discord")
"""Discord's own description of its API, looked for beside the repository and beside the working folder."""
FAILED, BAD_SOURCE = 1, 2


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for: data to play (none: the script), JSON alone on standard output, a page to write."""

    source: Path | None = None
    json: bool = False
    html: Path | None = None


class Mishaps(logging.Handler):
    """Keeps what the bot logs as an error: a rehearsal in which something went wrong unseen has not gone well."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line, without its traceback."""
        self.seen.append(f"{record.name}: {record.getMessage()}")


class Performance(Protocol):
    """Something that can be played: `refusals` should stay empty, and every fact should hold."""

    refusals: list[str]
    facts: list[tuple[str, bool]]

    async def play(self) -> list[WeekOutcome]:
        """Play it to the end."""
        ...


Cast = Callable[[Stage, Transcript, Tell, Elsewhere], Performance]


async def rehearse(options: Options) -> int:
    """Play, print and judge; the exit code is 1 when anything went wrong, 2 when there is nothing to play."""
    stopwatch = Stopwatch()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    mishaps = Mishaps()
    try:
        cast = _cast(options)
    except SourceRefused as refused:
        sys.stderr.write(f"{refused}\n")
        return BAD_SOURCE
    # With JSON on standard output everything else goes the other way.
    console = Console(stderr=options.json, highlight=False, markup=False, emoji=False, soft_wrap=True)
    scripted = options.source is None
    with _noted(mishaps), _progress(console, lines=not scripted) as tell:
        async with throwaway_cluster() as url:
            starts_at = first_evening(SystemClock().now()) if scripted else None
            clock = RehearsalClock(starts_at)
            elsewhere = Elsewhere(clock.now)
            # Real data is of real albums, which the made-up catalogue does not have.
            providers = LoopbackProviders(shops_with(elsewhere)) if scripted else None
            async with Stage(url, schemas=find_schemas(), clock=clock, providers=providers) as stage:
                aloud = scripted and not options.json
                transcript = Transcript(stage.double, stage.guild, console.print if aloud else None)
                report = await _perform(cast(stage, transcript, tell, elsewhere), stage, stopwatch)
                report.troubles += [f"logged: {line}" for line in mishaps.seen]
                if options.html is not None:
                    options.html.write_text(transcript.page("A Longplay rehearsal"), encoding="utf-8")
    if options.json:
        sys.stdout.write(json.dumps(report.to_dict(), ensure_ascii=False) + "\n")
    _summarise(console, report)
    return 0 if report.well else FAILED


def find_schemas() -> Schemas | None:
    """Discord's description of its API, where it is at hand."""
    places = (REPOSITORY.parent / SCHEMAS, Path.cwd().parent / SCHEMAS)
    return next((found for place in places if (found := Schemas.load(place)) is not None), None)


def _cast(options: Options) -> Cast:
    """What plays; the data is read before anything is started. Raises `SourceRefused`."""
    source = options.source
    if source is None:
        return Story
    # A league is thousands of private answers: they are only kept for a page.
    keeps = options.html is not None
    if source.is_dir():
        league = read_league(source)
        return lambda stage, transcript, tell, _: LeagueReplay(
            stage, league, tell, transcript.show_answer if keeps else None
        )
    albums = read_ratings(source)
    return lambda stage, transcript, tell, _: RatingsReplay(
        stage, albums, tell, transcript.show_answer if keeps else None
    )


async def _perform(performance: Performance, stage: Stage, stopwatch: Stopwatch) -> Report:
    weeks: list[WeekOutcome] = []
    try:
        weeks = await performance.play()
    except (Surprised, Refused) as surprise:
        performance.refusals.append(str(surprise))
    checks, troubles = await check(stage, performance.refusals, stopwatch)
    troubles += [f"not so: {sentence}" for sentence, holds in performance.facts if not holds]
    return Report(weeks, checks, [sentence for sentence, holds in performance.facts if holds], troubles)


@contextmanager
def _noted(mishaps: Mishaps) -> Generator[None]:
    logging.getLogger().addHandler(mishaps)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(mishaps)


@contextmanager
def _progress(console: Console, *, lines: bool) -> Generator[Tell]:
    """A bar on a terminal; elsewhere a line for each part, where `lines` are wanted."""
    if not console.is_terminal:
        yield lambda title, done, total: console.print(f"[{done}/{total}] {title}") if lines else None
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("starting", total=None)
        yield lambda title, done, total: progress.update(task, description=title[:50], completed=done, total=total)


def _summarise(console: Console, report: Report) -> None:
    """The weeks, what was to be shown, and what went wrong."""
    console.print()
    for week in report.weeks:
        console.print(f"{week.source_id}: {week.winner_uri or 'no winner'}")
        console.print(f"  {_figures(week)}")
    for sentence in report.facts:
        console.print(f"✓ {sentence}")
    for trouble in report.troubles:
        console.print(f"✗ {trouble}")
    checks = report.checks
    schemas = "not checked against" if checks.schema_violations is None else f"{checks.schema_violations} violations of"
    console.print(
        f"{'✓' if report.well else '✗'} {schemas} Discord's schemas, {checks.unsettled_errands} errands left, "
        f"{checks.unexpected_refusals} unexpected refusals, {checks.seconds:.1f} s"
    )


def _figures(week: WeekOutcome) -> str:
    rated = week.ratings
    how = f"by {week.deciding_step} with {week.points} points and {week.firsts} firsts" if week.deciding_step else "–"
    ratings = "no ratings" if rated.mean is None else f"{rated.count} ratings, {rated.mean:.2f} on average"
    return f"{how}; {week.nominations} nominations, {week.ballots} ballots, {ratings}"
