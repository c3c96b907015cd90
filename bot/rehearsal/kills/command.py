"""`longplay rehearse --kills`: a progress bar, what failed, and how to play one failure again."""

from __future__ import annotations

import os
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.domain.clock import SystemClock
from bot.rehearsal.command import find_schemas
from bot.rehearsal.kills.points import NotAPoint, Point
from bot.rehearsal.kills.sweep import Played, Sweep, Verdict, one_of_each
from bot.rehearsal.kills.week import first_monday

SHOWN_LINES = 30
SAID_EVERY = 25
"""Where no bar can be drawn, the count is said after so many weeks."""
BAD_OPTION = 2


async def sweep(kills: str) -> int:
    """Kill the bot at `each` kind of step, at `all` steps, or at one point; 0 when every week came out the same."""
    console = Console(stderr=True)
    single = None
    if kills not in ("each", "all"):
        try:
            single = Point.read(kills)
        except NotAPoint as error:
            console.print(escape(f"--kills takes each, all or a point: {error}"))
            return BAD_OPTION
    async with Sweep.on_throwaway_server(first_monday(SystemClock().now()), schemas=find_schemas()) as weeks:
        console.print("The week without a kill, twice: it must be repeatable …")
        undisturbed = await weeks.play()
        again = await weeks.play()
        if undisturbed.troubles or undisturbed.lines != again.lines:
            _show(console, "the undisturbed week", (*undisturbed.troubles, *_difference(undisturbed, again)))
            return 1
        points = undisturbed.points()
        if single is not None:
            points = [single]
        elif kills == "each":
            points = one_of_each(points)
        verdicts = await _with_progress(console, weeks, points, undisturbed)
    return conclude(console, verdicts)


async def _with_progress(console: Console, weeks: Sweep, points: list[Point], undisturbed: Played) -> list[Verdict]:
    columns = (
        TextColumn("killed"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=len(points))

        def told(verdict: Verdict) -> None:
            progress.update(task, advance=1, description=escape(str(verdict.point)))
            done = progress.tasks[task].completed
            if not console.is_terminal and done % SAID_EVERY == 0:
                console.print(f"{done:.0f} of {len(points)} weeks")
            if verdict.troubles:
                _show(progress.console, str(verdict.point), verdict.troubles)

        return await weeks.kill_at(points, undisturbed, at_once=max(2, os.cpu_count() or 2), told=told)


def _difference(one: Played, other: Played) -> list[str]:
    return [f"- {line}" for line in one.lines if line not in other.lines] + [
        f"+ {line}" for line in other.lines if line not in one.lines
    ]


def _show(console: Console, title: str, troubles: tuple[str, ...]) -> None:
    console.print(f"[red]✗[/red] {escape(title)}")
    for line in troubles[:SHOWN_LINES]:
        console.print(escape(f"    {line}"), soft_wrap=True)
    if len(troubles) > SHOWN_LINES:
        console.print(f"    … {len(troubles) - SHOWN_LINES} more lines")


def conclude(console: Console, verdicts: Sequence[Verdict]) -> int:
    """Say how the weeks ended; the exit code."""
    failed = sorted(verdict.point for verdict in verdicts if verdict.troubles)
    missed = sorted(verdict.point for verdict in verdicts if not verdict.reached)
    same = len(verdicts) - len(failed)
    console.print(f"{len(verdicts)} weeks, {same} of them ended as if nothing had happened.", highlight=False)
    if missed:
        console.print(escape(f"Not reached this time: {', '.join(map(str, missed))}"), soft_wrap=True)
    for point in failed:
        console.print(escape(f"Again: longplay rehearse --kills {point}"), soft_wrap=True)
    return 1 if failed else 0
