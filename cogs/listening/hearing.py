"""The buttons below the card of who has heard the album."""

from __future__ import annotations

from bot.services.listening import showing
from cogs.listening.hearing_card import HIDE, SHOW, shown_card
from cogs.shared import privacy_refusals  # noqa: F401 - puts its words among the others
from cogs.shared.caller import caller_of, now_of, tools_of
from cogs.shared.dynamic import Press
from cogs.shared.replies import answer, think


@SHOW.answers
async def on_show(press: Press) -> None:
    """Name the member on the card."""
    await _set(press, on=True)


@HIDE.answers
async def on_hide(press: Press) -> None:
    """Name the member no longer."""
    await _set(press, on=False)


async def _set(press: Press, *, on: bool) -> None:
    await think(press.interaction)
    own = await showing.show(
        tools_of(press.interaction),
        caller=caller_of(press.interaction),
        now=now_of(press.interaction),
        week=press.row,
        on=on,
    )
    await answer(press.interaction, shown_card(own, on=on))
