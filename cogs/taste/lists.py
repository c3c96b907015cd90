"""The commands `/blend` and `/catchup`, and the button that makes such a list anew."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.domain.taste.pairs import BotCompared
from bot.services.listening.watching import Whose
from bot.services.taste import making
from bot.services.taste.making import Blended, CaughtUp
from cogs.club.cards.phrases import counted, person_words
from cogs.library.playlist_cards import ANEW, playlist_card
from cogs.shared import blend_refusals  # noqa: F401 - puts its words among the others
from cogs.shared.caller import Interaction, caller_of, now_of, tools_of
from cogs.shared.dynamic import Press
from cogs.shared.render import Body, words
from cogs.shared.replies import answer, hold, think, update
from cogs.shared.text import cut, plain

NAMED = 5
"""Albums without a known list that are named."""


class Lists(commands.Cog):
    """Playlists that are made of taste."""

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.checks.cooldown(5, 60.0)
    @app_commands.describe(
        member="With whose taste yours is blended",
        private="Seen by you alone; everybody sees it otherwise. What it was before, when left out",
    )
    async def blend(self, interaction: Interaction, member: discord.Member, private: bool | None = None) -> None:
        """Make a playlist of what you and another member love; again, and it is made anew."""
        await think(interaction)
        if member.bot:
            raise BotCompared(member.display_name)
        made = await making.make_blend(
            tools_of(interaction),
            caller=caller_of(interaction),
            now=now_of(interaction),
            whose=Whose(member.id, member.display_name),
            public=None if private is None else not private,
        )
        await answer(interaction, made_card(made))

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.checks.cooldown(5, 60.0)
    async def catchup(self, interaction: Interaction) -> None:
        """Make a playlist of the club's winners that you missed; again, and it is made anew."""
        await think(interaction)
        made = await making.make_catch_up(tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction))
        await answer(interaction, made_card(made))


@ANEW.answers
async def on_anew(press: Press) -> None:
    """Make a list anew, by what is known now."""
    interaction = press.interaction
    await hold(interaction)
    made = await making.make_anew(
        tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), playlist=press.row
    )
    await update(interaction, made_card(made))


def made_card(made: Blended | CaughtUp) -> Body:
    """A list as it was made just now, with what stands in it for which reason."""
    told = _blended(made) if isinstance(made, Blended) else _caught_up(made)
    if made.playlist is None:
        return words(told)
    return playlist_card(made.playlist, told=told)


def _blended(blended: Blended) -> str:
    other, made = person_words(blended.other), blended.made
    parts = [
        f"{counted(made.shared, 'track')} you both love" if made.shared else "Nothing that you both love so far",
        f"{made.theirs} that {other} loves and you have not heard" if made.theirs else "",
        f"{made.mine} that you love and {other} has not heard" if made.mine else "",
        f"{made.half} that one of you loves and the other knows" if made.half else "",
    ]
    return f"{', '.join(filter(None, parts))}."


def _caught_up(caught: CaughtUp) -> str:
    made = caught.made
    told: list[str] = []
    if made.albums:
        told.append(f"You missed {counted(made.albums, 'winner')} of this club; here they are, the latest first.")
    if made.listless:
        names = ", ".join(f"**{plain(cut(name, 80), 80)}**" for name in made.listless[:NAMED])
        more = len(made.listless) - NAMED
        also = f" and {more} more" if more > 0 else ""
        also_missed = "Also missed" if told else "You missed"
        told.append(f"{also_missed}, without a known track list: {names}{also}.")
    if made.left_out:
        told.append(f"{counted(made.left_out, 'more winner')} found no room: hear some of these, then make it anew.")
    if not told:
        told.append("You missed nothing: every winner of this club you have rated, heard or put forward.")
    return " ".join(told)
