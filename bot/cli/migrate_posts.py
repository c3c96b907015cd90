"""`longplay migrate-posts`: an old platform's database, whose posts hold audio, gets tracks; in phases, and back."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import FAILED, complete, settings_or_exit
from bot.cli import app as longplay

if TYPE_CHECKING:
    from db.separation.counts import Finding
    from db.separation.runner import PhaseReport
    from migrations.posts.running import Run

group = typer.Typer(
    name="migrate-posts",
    help="Part posts and tracks in an old platform's database.",
    no_args_is_help=True,
)
longplay.add_typer(group)

DatabaseOption = Annotated[str, typer.Option("--database", help="Address of the old database: postgresql://…")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Do all of it in one transaction, tell it, and undo it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object alone on standard output.")]


@group.command("make-example")
def make_example(
    database: DatabaseOption,
    posts: Annotated[int, typer.Option(min=30, help="How many posts.")] = 1_000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same database.")] = 1,
) -> None:
    """Fill an empty database with an old platform, every awkward case in it."""

    async def work() -> int:
        from bot.domain.clock import SystemClock
        from db.separation.example import make_example as make

        made = await make(database, posts=posts, seed=seed, now=SystemClock().now())
        for table, number in made.items():
            typer.echo(f"{number:>9,}  {table}")
        return 0

    _complete(work)


@group.command()
def status(database: DatabaseOption) -> None:
    """Say which phases are done, what is there, and what the log tells."""

    async def work() -> int:
        from db.separation import runner
        from migrations.posts import PHASES

        found = await runner.status(database)
        for phase, (name, _) in PHASES.items():
            begun = phase == found.begun
            typer.echo(f"{'✓' if phase <= found.phase else '…' if begun else '·'} phase {phase}  {name}")
        if found.begun:
            typer.echo(f"Phase {found.begun} was cut off at {found.revision}: forward or back goes on from there.")
        for kind, number in found.counts.items():
            typer.echo(f"{number:>9,}  {kind}")
        for entry in found.log:
            ended = f"{entry['finished_at']:%Y-%m-%d %H:%M}" if entry["finished_at"] else "not finished"
            began = f"{entry['started_at']:%Y-%m-%d %H:%M}"
            typer.echo(f"{began} → {ended}  {entry['direction']:<7}  {entry['migration_name']}")
        return 0

    _complete(work)


@group.command()
def forward(
    database: DatabaseOption,
    to: Annotated[int, typer.Option("--to", min=1, max=5, help="The last phase to do; 5 drops the old columns.")] = 4,
    dry_run: DryRun = False,
    set_aside: Annotated[
        bool,
        typer.Option(
            "--set-aside",
            help="Posts without audio become posts whose track is gone; playlist entries of theirs wait aside.",
        ),
    ] = False,
    confirm_drop: Annotated[bool, typer.Option("--confirm-drop", help="Yes, phase 5: every program reads tracks.")] = (
        False
    ),
    batch: Annotated[int, typer.Option(min=1, help="Posts in one transaction of phase 2.")] = 5_000,
    as_json: AsJson = False,
) -> None:
    """Do the phases that are not done yet; safe to run again after anything."""

    async def work() -> int:
        from bot.domain.clock import SystemClock
        from db.separation import runner
        from migrations.posts.running import Run

        run = Run(SystemClock().now(), dry_run, set_aside, confirm_drop, batch, _say)
        return _tell(await runner.forward(database, run, to), run, as_json)

    _complete(work)


@group.command()
def back(
    database: DatabaseOption,
    to: Annotated[
        int | None, typer.Option("--to", min=0, max=4, help="The phase to come back to; 0 is the old shape.")
    ] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Undo phases, the last one first; without --to the last one alone. Nothing is lost."""

    async def work() -> int:
        from bot.domain.clock import SystemClock
        from db.separation import runner
        from migrations.posts.running import Run

        run = Run(SystemClock().now(), dry_run, watch=_say)
        found = await runner.status(database)
        target = (found.begun or found.phase) - 1 if to is None else to
        return _tell(await runner.back(database, run, max(target, 0)), run, as_json)

    _complete(work)


@group.command()
def verify(database: DatabaseOption) -> None:
    """Ask every verification query that must hold by now; ends with 1 where one does not."""

    async def work() -> int:
        from db.separation import runner

        found = await runner.verify(database)
        if not found:
            typer.echo("Nothing was done on this database yet: there is nothing to verify.")
            return 0
        for finding in found:
            typer.echo(_line(finding))
        wrong = sum(not finding.holds for finding in found)
        typer.echo(f"{wrong} of {len(found)} do not hold." if wrong else f"All {len(found)} hold.")
        return FAILED if wrong else 0

    _complete(work)


def _complete(work: Callable[[], Awaitable[int]]) -> None:
    """Run it; what the operator can do something about is a sentence."""

    async def explained() -> int:
        from migrations.posts.running import CannotGoOn

        try:
            return await work()
        except (CannotGoOn, ValueError) as refusal:
            typer.echo(str(refusal), err=True)
            return FAILED

    complete(explained(), settings_or_exit())


def _say(step: str) -> None:
    """A step is committed: said at once, so that one who waits sees it go on."""
    typer.echo(f"done: {step}", err=True)


def _tell(reports: list[PhaseReport], run: Run, as_json: bool) -> int:
    if as_json:
        typer.echo(json.dumps({"dry_run": run.dry, "phases": [_as_json(report) for report in reports]}))
    else:
        for report in reports:
            for line in _lines(report):
                typer.echo(line)
        if not reports:
            typer.echo("There is nothing to do.")
        elif run.dry:
            typer.echo("A dry run: all of it was undone.")
    return 0 if all(report.holds for report in reports) else FAILED


def _lines(report: PhaseReport) -> list[str]:
    """What a phase did, for people."""
    undone = "undone" if report.direction == "back" else "done"
    resumed = ", gone on with after a run that was cut off" if report.resumed else ""
    lines = [f"Phase {report.phase} {undone} in {report.seconds:.1f} s{resumed}: {report.name}"]
    lines += [f"  {number:>9,}  {what}" for what, number in report.told.items()]
    lines += [
        f"  {report.before[kind]:>9,} → {number:,} {kind}"
        for kind, number in report.after.items()
        if number != report.before[kind]
    ]
    wrong = [f"  {_line(finding)}" for finding in report.findings if not finding.holds]
    return [*lines, *(wrong or [f"  all {len(report.findings)} verification queries hold"])]


def _line(finding: Finding) -> str:
    if finding.wanted is None:
        return f"  {finding.answer:>9,}  {finding.question}"
    return f"{'✓' if finding.holds else '✗'} {finding.answer:>9,}  {finding.question}"


def _as_json(report: PhaseReport) -> dict[str, object]:
    return {
        "phase": report.phase,
        "name": report.name,
        "direction": report.direction,
        "before": report.before,
        "after": report.after,
        "told": report.told,
        "findings": {finding.question: finding.answer for finding in report.findings},
        "holds": report.holds,
        "seconds": round(report.seconds, 3),
    }
