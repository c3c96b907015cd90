"""`longplay backup`, `restore` and `move-database`: a club's history in a file, back again, and elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import BAD_SETTINGS, FAILED, app, complete, settings_or_exit

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.domain.backups import Rotation


@app.command()
def backup(
    folder: Annotated[
        Path | None, typer.Option("--to", help="Where backups are kept; else `backups` in the data folder.")
    ] = None,
    daily: Annotated[int, typer.Option(min=1, help="Days of which the newest backup stays.")] = 7,
    weekly: Annotated[int, typer.Option(min=0, help="Weeks of which the newest backup stays.")] = 4,
    monthly: Annotated[int, typer.Option(min=0, help="Months of which the newest backup stays.")] = 6,
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="Also the keys that open members' tokens: guard such a file well.")
    ] = False,
    tries: Annotated[
        bool, typer.Option("--try", help="Also bring it back into a server that is thrown away, and count.")
    ] = False,
) -> None:
    """Back up database and files while the bot runs."""
    from bot.domain.backups import Rotation

    settings = settings_or_exit()
    place = folder or settings.data_folder / "backups"
    complete(_back_up(settings, place, Rotation(daily, weekly, monthly), with_keys, tries), settings)


async def _back_up(settings: Settings, folder: Path, rotation: Rotation, with_keys: bool, tries: bool) -> int:
    from bot.app import backups
    from bot.domain.backups import BackupFault
    from bot.domain.clock import SystemClock

    try:
        path, manifest = await backups.take(settings, folder, now=SystemClock().now(), with_keys=with_keys)
        if tries:
            await backups.try_out(path)
    except (BackupFault, OSError) as fault:
        typer.echo(f"No backup was made: {fault}.", err=True)
        return FAILED
    rows, files = sum(manifest.rows.values()), len(manifest.files) - 1
    typer.echo(f"{path}: {rows:,} rows and {files:,} files, {path.stat().st_size / 1e6:,.1f} MB.")
    typer.echo("It was read again" + (" and brought back elsewhere, row for row." if tries else " to its end."))
    if not with_keys:
        typer.echo("The keys of members' tokens are not in it: keep secret.keys or LONGPLAY_SECRET_KEYS elsewhere.")
    _rotate(folder, rotation)
    return 0


def _rotate(folder: Path, rotation: Rotation) -> None:
    for name in rotation.superfluous([entry.name for entry in folder.iterdir()]):
        (folder / name).unlink()
        typer.echo(f"{name} is gone: newer ones stand for it.")


@app.command()
def restore(
    archive: Annotated[Path, typer.Argument(help="A file that `longplay backup` made.", exists=True, dir_okay=False)],
) -> None:
    """Bring a backup back into an empty database."""
    settings = settings_or_exit()
    complete(_restore(settings, archive), settings)


async def _restore(settings: Settings, archive: Path) -> int:
    from bot.app import backups
    from bot.domain.backups import BackupFault

    try:
        manifest = await backups.bring_back(settings, archive)
    except (BackupFault, OSError) as fault:
        typer.echo(f"Nothing was brought back: {fault}.", err=True)
        return FAILED
    typer.echo(
        f"The backup of {manifest.taken_at:%Y-%m-%d %H:%M} UTC is back: {sum(manifest.rows.values()):,} rows, as many "
        f"as there were, and {len(manifest.files) - 1:,} files."
    )
    typer.echo("longplay run goes on from there; what was due in between is handled at its start.")
    return 0


@app.command("move-database")
def move_database(
    target: Annotated[
        str, typer.Option("--to", envvar="LONGPLAY_MOVE_TO", help="An empty database: postgresql://user@host/name.")
    ],
) -> None:
    """Copy the database to another server, row for row."""
    settings = settings_or_exit()
    if not target.startswith(("postgresql://", "postgresql+asyncpg://", "postgres://")):
        typer.echo("--to is an address such as postgresql://user:password@host:5432/name.", err=True)
        raise typer.Exit(BAD_SETTINGS)
    complete(_move(settings, target), settings)


async def _move(settings: Settings, target: str) -> int:
    from bot.app import backups
    from bot.domain.backups import BackupFault

    try:
        rows = await backups.move(settings, target)
    except BackupFault as fault:
        typer.echo(f"Nothing was moved: {fault}.", err=True)
        return FAILED
    typer.echo(f"{sum(rows.values()):,} rows of {len(rows)} tables are there, as many as here.")
    typer.echo("Set DATABASE_URL to that address and start the bot. The old database is left as it was.")
    return 0
