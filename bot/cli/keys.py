"""`longplay rotate-key`: another key for members' tokens, while the bot runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import FAILED, complete, settings_or_exit
from bot.cli import app as longplay

if TYPE_CHECKING:
    from bot.app.life import App
    from bot.config import Settings

ROUNDS = 5
"""A bot that is at it may seal a few more values under the old key while we go through them."""


@longplay.command("rotate-key")
def rotate_key(
    forget_old: Annotated[
        bool, typer.Option("--forget-old", help="Only take away the old keys, where nothing needs them any more.")
    ] = False,
    new: Annotated[bool, typer.Option("--new", help="Only print a new key, for LONGPLAY_SECRET_KEYS.")] = False,
) -> None:
    """Seal members' tokens under another key; the bot may run on."""
    if new:
        from bot.domain.secret_keys import new_key

        typer.echo(new_key().text)
        return
    settings = settings_or_exit()
    complete(rotate(settings, forget_old=forget_old), settings)


async def rotate(settings: Settings, *, forget_old: bool = False) -> int:
    """Seal everything under another key, or take the old ones away; says what became of it."""
    from bot.app.life import App
    from bot.domain.secret_keys import KeyFault

    app = App(settings)
    try:
        if not await app.open_database(migrates=False):
            typer.echo("The database is not at the code's revision: longplay migrate comes first.", err=True)
            return FAILED
        return await (_forget(app) if forget_old else _reseal(app))
    except KeyFault as fault:
        typer.echo(f"{fault}. Nothing was changed.", err=True)
        return FAILED
    finally:
        await app.stop()


async def _reseal(app: App) -> int:
    from bot.services.accounts.resealing import count_sealed, reseal_all

    vault = app.vault
    found = await count_sealed(app.tools, vault)
    if found.broken:
        return _tell_broken(found.broken)
    if found.old == 0:
        vault.put_new_in_front()
    elif not vault.given:
        typer.echo(f"{found.old} values are left from a rotation that was cut off: it goes on.")
    resealed = 0
    for _ in range(ROUNDS):
        resealed += await reseal_all(app.tools, vault)
        found = await count_sealed(app.tools, vault)
        if not found.old:
            break
    typer.echo(f"{resealed} values were sealed anew under the key {vault.first_id}; {found.fresh} lie under it now.")
    if found.old or found.broken:
        typer.echo("Some still need an older key: run longplay rotate-key once more.", err=True)
        return FAILED
    if vault.given:
        typer.echo("Every other key may be taken out of LONGPLAY_SECRET_KEYS.")
    else:
        typer.echo(f"The older keys still lie in {vault.place}; longplay rotate-key --forget-old takes them away.")
    return 0


async def _forget(app: App) -> int:
    from bot.services.accounts.resealing import count_sealed

    found = await count_sealed(app.tools, app.vault)
    if found.broken:
        return _tell_broken(found.broken)
    if found.old:
        typer.echo(f"{found.old} values still need an older key: longplay rotate-key comes first.", err=True)
        return FAILED
    gone = app.vault.forget_old()
    typer.echo(f"{gone} older keys are gone; {found.fresh} values open with the key {app.vault.first_id}.")
    return 0


def _tell_broken(count: int) -> int:
    typer.echo(
        f"{count} sealed values open with none of the keys: put the missing key back (into LONGPLAY_SECRET_KEYS, or "
        "the file secret.keys of the data folder). Nothing was changed.",
        err=True,
    )
    return FAILED
