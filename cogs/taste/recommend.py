"""The command `/recommend` with its buttons, and for hosts `/club suggestions`."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from discord import app_commands
from discord.ext import commands

from bot.domain.errors import PanelOutdated
from bot.domain.taste.recommended import Word
from bot.services.taste import for_club, letters, recommending
from cogs.club.parts.album import first_step
from cogs.club.parts.kept import Kept
from cogs.listening.pages import page_of
from cogs.shared import matching_refusals  # noqa: F401 - puts its words among the others
from cogs.shared.caller import Interaction, caller_of, now_of, tools_of
from cogs.shared.dynamic import Press, decode_key
from cogs.shared.replies import answer, hold, think, update
from cogs.taste import recommend_cards as cards


class Recommending(commands.Cog):
    """What to hear next."""

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.checks.cooldown(5, 20.0)
    @app_commands.describe(letter="A weekly private message with what to hear next: on or off")
    async def recommend(self, interaction: Interaction, letter: Literal["on", "off"] | None = None) -> None:
        """Show you alone albums to hear next, and why; your answers change the next list."""
        await think(interaction)
        tools, caller, now = tools_of(interaction), caller_of(interaction), now_of(interaction)
        if letter == "on":
            await answer(interaction, cards.letter_words(await letters.want_letter(tools, caller=caller, now=now)))
        elif letter == "off":
            await letters.want_no_letter(tools, caller=caller, now=now)
            await answer(interaction, cards.letter_words(None))
        else:
            await answer(interaction, cards.recommend_card(await recommending.recommend(tools, caller=caller, now=now)))


def suggestions_command() -> app_commands.Command[Any, ..., None]:
    """The command of hosts, fresh for the group that it joins."""
    return app_commands.Command(
        name="suggestions",
        description="Hosts: albums that nobody has nominated and the club would likely love.",
        callback=club_suggestions,
    )


@app_commands.checks.cooldown(5, 20.0)
async def club_suggestions(interaction: Interaction) -> None:
    """Hosts: albums that nobody has nominated and the club would likely love."""
    await think(interaction)
    told = await for_club.suggestions_for_club(
        tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction)
    )
    await answer(interaction, cards.for_club_card(told))


@cards.NOMINATE.answers
async def on_nominate(press: Press) -> None:
    """Begin the usual two steps of a nomination with a suggested album."""
    await think(press.interaction)
    title, artist = await for_club.suggested(tools_of(press.interaction), album=press.row)
    await first_step(press.interaction, Kept(title=title, artist=artist), where=press.interaction.channel_id)


@cards.MORE.answers
async def on_more(press: Press) -> None:
    """More like this."""
    await _say(press, Word.MORE)


@cards.NOT.answers
async def on_not(press: Press) -> None:
    """Not for me."""
    await _say(press, Word.NOT)


@cards.HEARD.answers
async def on_heard(press: Press) -> None:
    """Heard it."""
    await _say(press, Word.HEARD)


async def _say(press: Press, word: Word) -> None:
    interaction = press.interaction
    await hold(interaction)
    told = await recommending.say(
        tools_of(interaction),
        club_id=_club_of(press),
        discord_id=interaction.user.id,
        now=now_of(interaction),
        album=press.row,
        word=word,
    )
    await update(interaction, cards.recommend_card(told))


@cards.BACK.answers
async def on_back(press: Press) -> None:
    """Take the last word back."""
    interaction = press.interaction
    await hold(interaction)
    told = await recommending.take_back(
        tools_of(interaction),
        club_id=_club_of(press),
        discord_id=interaction.user.id,
        now=now_of(interaction),
        album=press.row,
    )
    await update(interaction, cards.recommend_card(told))


@cards.PAGE.answers
async def on_page(press: Press) -> None:
    """Turn to another page of the list."""
    interaction = press.interaction
    await hold(interaction)
    told = await recommending.page_of(
        tools_of(interaction),
        club_id=press.row,
        discord_id=interaction.user.id,
        now=now_of(interaction),
        page=page_of(press.argument),
    )
    await update(interaction, cards.recommend_card(told))


@cards.LETTER.answers
async def on_letter(press: Press) -> None:
    """Letters from now on, or none."""
    interaction = press.interaction
    await think(interaction)
    due = await letters.turn(
        tools_of(interaction),
        club_id=press.row,
        discord_id=interaction.user.id,
        now=now_of(interaction),
        on=press.argument == "on",
    )
    await answer(interaction, cards.letter_words(due))


def _club_of(press: Press) -> UUID:
    if not press.argument:
        raise PanelOutdated
    return decode_key(press.argument)
