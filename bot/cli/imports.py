"""`longplay import listens FILE…`: histories of any size, read in by whoever runs the bot."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from bot.cli import BAD_SETTINGS, FAILED, complete, settings_or_exit
from bot.cli import app as longplay

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.domain.listening.imports import ImportReport, RefusedRow
    from bot.services.tools import Tools

group = typer.Typer(name="import", help="Bring in what was kept elsewhere.", no_args_is_help=True)
longplay.add_typer(group)


@group.callback()
def _several() -> None:
    """There will be more than one thing to import."""


@dataclass(frozen=True)
class Wanted:
    """What was asked for on the command line."""

    files: list[Path]
    member: str
    zone: str
    dry_run: bool
    json: bool


@group.command("listens")
def import_listens(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, readable=True, metavar="FILE")],
    member: Annotated[str, typer.Option("--member", help="Whose plays they are: a Discord id, or a name.")],
    zone: Annotated[str, typer.Option("--zone", help="Time zone of times that name none, like Europe/Berlin.")] = "UTC",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; say what would be imported.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object alone on standard output.")] = False,
) -> None:
    """Read exports of Spotify, Last.fm, ListenBrainz, Maloja and Koito."""
    settings = settings_or_exit()
    complete(_import(settings, Wanted(files, member, zone, dry_run, as_json)), settings)


@dataclass
class _Outcome:
    """What came of one file."""

    file: Path
    report: ImportReport | None = None
    refusal: str = ""


async def _import(settings: Settings, wanted: Wanted) -> int:
    from bot.app.life import App

    longplay = App(settings)
    try:
        if not await longplay.open_database(migrates=not wanted.dry_run):
            typer.echo("The database is not at the code's revision: longplay migrate comes first.", err=True)
            return FAILED
        found = await _whose(longplay.tools, wanted.member)
        if found is None:
            return BAD_SETTINGS
        user_id, name = found
        outcomes = [await _read(longplay.tools, user_id, file, wanted) for file in wanted.files]
    finally:
        await longplay.stop()
    if wanted.json:
        typer.echo(
            json.dumps({"member": name, "dry_run": wanted.dry_run, "files": [_as_json(one) for one in outcomes]})
        )
    return FAILED if any(one.report is None for one in outcomes) else 0


async def _whose(tools: Tools, member: str) -> tuple[UUID, str] | None:
    """The one user who is meant; else what to do is said."""
    from bot.services.listening.importing import users_called

    found = await users_called(tools, member)
    if len(found) == 1:
        return found[0][0], found[0][1]
    if not found:
        typer.echo(f"Nobody called {member!r} is known. They become known by /club join.", err=True)
    else:
        typer.echo(f"Several people are called {member!r}. Give the Discord id of one of them:", err=True)
        for _, name, discord_id in found:
            typer.echo(f"  {discord_id}  {name}", err=True)
    return None


async def _read(tools: Tools, user_id: UUID, file: Path, wanted: Wanted) -> _Outcome:
    """Read one file, showing how far it is; the others are read whatever comes of it."""
    from bot.domain.listening.imports import ImportRefused, ListenFileRefused
    from bot.services.listening.importing import import_plays

    outcome = _Outcome(file)
    shown = _Shown(file.name)
    try:
        outcome.report = await import_plays(
            tools,
            user_id=user_id,
            path=file,
            zone=wanted.zone,
            dry_run=wanted.dry_run,
            progress=shown.draw,
        )
    except (ListenFileRefused, ImportRefused) as refusal:
        from cogs.shared import import_refusals  # noqa: F401 - puts its words among the others
        from cogs.shared.refusals import refusal_words

        shown.clear()
        outcome.refusal = refusal.reason
        typer.echo(f"{file}: {refusal_words(refusal)}", err=True)
        return outcome
    shown.clear()
    if not wanted.json:
        for line in _lines(file, outcome.report, dry_run=wanted.dry_run):
            typer.echo(line)
    return outcome


class _Shown:
    """How far a file is, on a line of its own of standard error where that is a terminal."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._shows = sys.stderr.isatty()
        self._width = 0

    def draw(self, share: float, rows: int) -> None:
        """Say it."""
        if self._shows:
            line = f"{self._name}: {share:.0%}, {rows:,} rows"
            typer.echo(f"\r{line:<{self._width}}", nl=False, err=True)
            self._width = len(line)

    def clear(self) -> None:
        """Leave the line as it was."""
        if self._width:
            typer.echo(f"\r{'':<{self._width}}\r", nl=False, err=True)


def _lines(file: Path, report: ImportReport, *, dry_run: bool) -> list[str]:
    """What came of a file, for people."""
    kinds = " and ".join(kind.value.replace("_", " ") for kind in report.kinds)
    lines = [f"{file}: {kinds}, {report.read:,} rows" + (" (dry run: nothing was written)" if dry_run else "")]
    counts = {
        "new": report.new,
        "of them skipped early: kept, not counted": report.skips,
        "known already": report.known,
        "told by another source before": report.twins,
        "told twice within two seconds": report.near,
        "refused": report.refusals,
    }
    lines += [f"  {number:>9,}  {what}" for what, number in counts.items() if number or what == "new"]
    for why, number in sorted(report.refused.items(), key=lambda each: -each[1]):
        lines.append(f"             {number:,} {why.value.replace('_', ' ')}")
        lines += [f"               {_place(row)}" for row in report.examples_of(why)]
    if report.ignored:
        lines.append(f"  left aside, being no history: {', '.join(report.ignored)}")
    if report.local:
        lines.append(f"  its times name no zone and were read as {report.zone}; the first plays in UTC:")
        lines += [f"    {one.at:%Y-%m-%d %H:%M}  {one.artist} – {one.title}" for one in report.samples]
    return lines


def _place(row: RefusedRow) -> str:
    place = f"{row.place}, line {row.line}" if row.place else f"line {row.line}"
    return f"{place}: {row.what}" if row.what else place


def _as_json(one: _Outcome) -> dict[str, Any]:
    if one.report is None:
        return {"file": str(one.file), "refused": one.refusal}
    report = one.report
    return {
        "file": str(one.file),
        "kinds": [kind.value for kind in report.kinds],
        "zone": report.zone,
        "local_times": report.local,
        "ignored": list(report.ignored),
        "read": report.read,
        "new": report.new,
        "skips": report.skips,
        "known": report.known,
        "twins": report.twins,
        "near": report.near,
        "refused": {why.value: number for why, number in report.refused.items()},
        "examples": [
            {"reason": row.why.value, "line": row.line, "file": row.place, "what": row.what} for row in report.examples
        ],
        "samples": [{"artist": row.artist, "title": row.title, "at": row.at.isoformat()} for row in report.samples],
    }
