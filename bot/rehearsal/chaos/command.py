"""`longplay rehearse --chaos`: seasons under every kind of trouble, what the auditor found, how to play one again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from bot.domain.clock import SystemClock
from bot.rehearsal.chaos.plan import Plan
from bot.rehearsal.chaos.season import Season, Seasons
from bot.rehearsal.command import find_schemas
from bot.rehearsal.kills.week import first_monday

SEEDS = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?")
AT_ONCE = 3
"""Most of a season is waiting: a library that tries again, a person who looks at a screen."""
SHOWN_LINES = 40
BAD_OPTION = 2


class NotSeeds(ValueError):  # noqa: N818 - it says what is wrong
    """A text names no seeds."""


def read_seeds(text: str) -> range:
    """The seeds of `7` or of `1-200`; raises `NotSeeds`."""
    match = SEEDS.fullmatch(text)
    first = int(match[1]) if match else 0
    last = int(match[2] or match[1]) if match else -1
    if last < first:
        raise NotSeeds(f"{text!r} names no seed; one looks like 7, several like 1-200")
    return range(first, last + 1)


async def rehearse(seeds: str) -> int:
    """Play the seasons of the seeds; 0 when the auditor found nothing in any."""
    console = Console(stderr=True, highlight=False)
    try:
        wanted = read_seeds(seeds)
    except NotSeeds as error:
        console.print(escape(f"--chaos: {error}"))
        return BAD_OPTION
    async with Seasons.on_throwaway_server(first_monday(SystemClock().now()), schemas=find_schemas()) as seasons:
        console.print("The season that nobody disturbs …")
        undisturbed = await seasons.play(Plan(0))
        if undisturbed.troubles:
            _show(console, "the undisturbed season", undisturbed.troubles)
            return 1

        def told(season: Season) -> None:
            found = season.against(undisturbed)
            mark = "[red]✗[/red]" if found else "[green]✓[/green]"
            met = len(season.plan.words) - season.unmet
            console.print(
                f"{mark} {season.plan.seed}: {met} of {len(season.plan.words)} troubles met, "
                f"{season.deaths} deaths, {season.seconds:.0f} s"
            )
            if found:
                _show(console, f"season {season.plan.seed}", found)
                console.print("\n".join(escape(f"    plan: {words}") for words in season.plan.words), soft_wrap=True)

        played = await seasons.play_all(wanted, at_once=min(AT_ONCE, len(wanted)), told=told)
    return conclude(console, played, undisturbed)


def _show(console: Console, title: str, found: Sequence[str]) -> None:
    console.print(f"[red]✗[/red] {escape(title)}")
    for line in found[:SHOWN_LINES]:
        # Of an error with its traceback the two ends say most.
        told = line.strip().split("\n")
        first, last = told[0], told[-1]
        console.print(escape(f"    {first}" if first == last else f"    {first} … {last}"), soft_wrap=True)
    if len(found) > SHOWN_LINES:
        console.print(f"    … {len(found) - SHOWN_LINES} more lines")


def conclude(console: Console, played: Sequence[Season], undisturbed: Season) -> int:
    """Say how the seasons ended; the exit code."""
    failed = sorted(season.plan.seed for season in played if season.against(undisturbed))
    troubles = sum(len(season.plan.words) - season.unmet for season in played)
    deaths = sum(season.deaths for season in played)
    console.print(
        f"{len(played)} seasons with {troubles} troubles and {deaths} deaths; "
        f"{len(played) - len(failed)} of them passed the auditor."
    )
    for seed in failed:
        console.print(f"Again: longplay rehearse --chaos {seed}")
    return 1 if failed else 0
