"""`/chart` and `/picture`: what members hear, as pictures to post elsewhere, each with its words beside it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.domain.errors import PanelOutdated
from bot.domain.listening.charts import Kind
from bot.domain.listening.refusals import NotYourList
from bot.domain.pictures.collages import read_size
from bot.domain.pictures.painting import Theme, TooFewForPicture
from bot.services.listening.watching import Whose
from bot.services.pictures import charting, patterns
from bot.services.pictures.charting import Charted
from cogs.listening import pages
from cogs.listening.seeing import MEMBER, PERIOD, PRIVATE, periods, show, whose_of
from cogs.shared.caller import Interaction, caller_of, now_of, tools_of
from cogs.shared.dynamic import Action, Press
from cogs.shared.modal import Form, Submit, checks_field, radio_field, text_field
from cogs.shared.refusals import refusal_body
from cogs.shared.render import Body, Item
from cogs.shared.replies import answer, hold, think, update
from cogs.taste import picture_cards as cards
from cogs.taste.drawing import LOOK, drawn

SIZE = "Columns and rows, like 3x3 or 5x4; each from 2 to 10"
PERIOD_IN_ID = re.compile(r"[a-z0-9_-]{1,18}")
KINDS = {"albums": Kind.ALBUM, "artists": Kind.ARTIST}
EDIT = Action("chart-edit")
"""The argument: who asked, whose it is, kind, size, flags, look, period."""
CHART_FORM = Form("chart")
"""The same argument; the fields say what becomes of it. Its message is drawn anew."""
COOLDOWN = app_commands.checks.cooldown(6, 60.0)

Asked = discord.Interaction[Any]


@dataclass(frozen=True, slots=True)
class Options:
    """Everything that can be said about a collage."""

    asker: int
    whose: Whose | None
    kind: Kind
    size: str
    period: str
    titles: bool
    skip: bool
    look: Theme

    def argument(self) -> str:
        """In a button's id."""
        size = "x".join(map(str, read_size(self.size) or (3, 3)))
        period = self.period.strip().casefold().replace(" ", "_")
        period = period if PERIOD_IN_ID.fullmatch(period) else "week"
        flags = f"{'t' if self.titles else '-'}{'s' if self.skip else '-'}"
        head = f"{self.asker}.{pages.whose_part(self.whose)}.{self.kind}.{size}.{flags}.{self.look}"
        return f"{head}.{period}"

    @classmethod
    def of(cls, argument: str) -> Options:
        """From a button's id; raises `PanelOutdated`."""
        try:
            asker, other, kind, size, flags, look, period = argument.split(".", 6)
            return cls(
                int(asker),
                pages.whose_of(other),
                pages.kind_of(kind),
                size,
                period.replace("_", " "),
                "t" in flags,
                "s" in flags,
                Theme(look),
            )
        except ValueError:
            raise PanelOutdated from None


class Pictures(commands.Cog):
    """Pictures of what one member hears."""

    @app_commands.command()
    @app_commands.guild_only()
    @COOLDOWN
    @app_commands.describe(
        size=SIZE,
        period=PERIOD,
        kind="Albums or artists; albums, when left out",
        titles="Write names on the covers; yes, when left out",
        skip="Leave out what has no cover",
        member=MEMBER,
        look=LOOK,
        private=PRIVATE,
    )
    @app_commands.autocomplete(period=periods)
    async def chart(
        self,
        interaction: Interaction,
        size: str = "3x3",
        period: str = "week",
        kind: Literal["albums", "artists"] = "albums",
        titles: bool = True,
        skip: bool = False,
        member: discord.Member | None = None,
        look: Literal["dark", "light"] = "dark",
        private: bool | None = None,
    ) -> None:
        """Show what was heard most as a collage of covers."""
        await think(interaction)
        whose = whose_of(interaction, member)
        options = Options(interaction.user.id, whose, KINDS[kind], size, period, titles, skip, Theme(look))
        try:
            charted, body = await _chart(interaction, options)
        except TooFewForPicture as refusal:
            await answer(interaction, refusal_body(refusal, _edit(options)))
            return
        public = charted.shown.public(private)
        await show(interaction, body(public), public=public)

    @app_commands.command()
    @app_commands.guild_only()
    @COOLDOWN
    @app_commands.describe(
        shows="The hours of the day, the days of the year, or genres over time",
        period=f"{PERIOD}; the year, when left out",
        member=MEMBER,
        look=LOOK,
        private=PRIVATE,
    )
    @app_commands.autocomplete(period=periods)
    async def picture(
        self,
        interaction: Interaction,
        shows: Literal["clock", "calendar", "genres"],
        period: str = "year",
        member: discord.Member | None = None,
        look: Literal["dark", "light"] = "dark",
        private: bool | None = None,
    ) -> None:
        """Show when somebody listens, or to which genres, as a picture."""
        await think(interaction)
        tools = tools_of(interaction)
        found = await patterns.pattern(
            tools,
            caller=caller_of(interaction),
            now=now_of(interaction),
            what=patterns.Pattern(shows),
            period=period,
            whose=whose_of(interaction, member),
        )
        public = found.shown.public(private)
        painted, trouble = await drawn(interaction, found.sketch, Theme(look))
        await show(interaction, cards.pattern_card(found, painted, trouble=trouble), public=public)


async def _chart(interaction: Asked, options: Options) -> tuple[Charted, Callable[[bool], Body]]:
    """A collage, and its card for everybody or for one."""
    charted = await charting.chart(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        kind=options.kind,
        size=options.size,
        period=options.period,
        titles=options.titles,
        skip=options.skip,
        whose=options.whose,
    )
    painted, trouble = await drawn(interaction, charted.collage, options.look)
    button = _edit(replace(options, period=charted.period.key))

    def body(public: bool) -> Body:
        return cards.chart_card(charted, painted, public=public, trouble=trouble, button=ui.ActionRow(button))

    return charted, body


# --- made again with other options ----------------------------------------------------------------------------------


def _edit(options: Options) -> Item:
    return EDIT.button("Edit", argument=options.argument())


def _own(interaction: Asked, argument: str) -> Options:
    options = Options.of(argument)
    if options.asker != interaction.user.id:
        raise NotYourList
    return options


@EDIT.answers
async def on_edit(press: Press) -> None:
    """Open every option of the collage just made."""
    options = _own(press.interaction, press.argument)
    await press.interaction.response.send_modal(_form(options, options.argument()))


def _form(options: Options, argument: str) -> ui.Modal:
    kinds = [
        discord.RadioGroupOption(label=words.title(), value=words, default=kind is options.kind)
        for words, kind in KINDS.items()
    ]
    looks = [
        discord.RadioGroupOption(label=look.title(), value=str(look), default=look is options.look) for look in Theme
    ]
    boxes = [
        discord.CheckboxGroupOption(label="Write names on the covers", value="titles", default=options.titles),
        discord.CheckboxGroupOption(label="Leave out what has no cover", value="skip", default=options.skip),
    ]
    fields = [
        text_field("size", "Size", value=options.size, required=True, description=SIZE),
        text_field("period", "Period", value=options.period, required=True, description=PERIOD),
        radio_field("kind", "Of what", kinds),
        checks_field("boxes", "How", boxes),
        radio_field("look", "Ground", looks),
    ]
    return CHART_FORM.modal("Make the chart again", fields, argument=argument)


@CHART_FORM.filled
async def filled(submit: Submit) -> ui.Modal:
    """The form as it was sent."""
    return _form(_chosen(submit, _own(submit.interaction, submit.argument)), submit.argument)


@CHART_FORM.received
async def on_chart_form(submit: Submit) -> None:
    """Draw the message anew with these options."""
    interaction = submit.interaction
    options = _chosen(submit, _own(interaction, submit.argument))
    await hold(interaction)
    charted, body = await _chart(interaction, options)
    public = pages.stands_in_public(interaction)
    pages.still_public(charted.shown, public)
    await update(interaction, body(public))


def _chosen(submit: Submit, options: Options) -> Options:
    boxes = submit.text("boxes").split("\n")
    return replace(
        options,
        size=submit.text("size"),
        period=submit.text("period"),
        kind=KINDS.get(submit.text("kind"), options.kind),
        titles="titles" in boxes,
        skip="skip" in boxes,
        look=Theme(submit.text("look")) if submit.text("look") in set(Theme) else options.look,
    )
