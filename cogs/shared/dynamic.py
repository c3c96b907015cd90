"""Buttons and selects that outlive the process: their ids say what to do with which row, and nothing else.

`1:<action>:<base32 id>[:argument]`: the version first, then a declared action, then the key of the row it is about.
No state lives in a view: a press loads what it needs from the database. One class answers them all, in messages of any
age.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import discord
from discord import ui
from discord.ext import commands

from bot.domain.errors import PanelOutdated
from cogs.shared.boundary import give_way, guarded

VERSION = 1
NAME = re.compile(r"[a-z]+(?:-[a-z]+)*")
ARGUMENT = re.compile(r"[!-9;-~]{1,80}")
TEMPLATE = rf"{VERSION}:(?P<action>{NAME.pattern}):(?P<key>[a-z2-7]{{26}}|-)(?::(?P<argument>{ARGUMENT.pattern}))?"
ANY_VERSION = rf"(?!{VERSION}:)\d+:.+"
"""The ids of panels that another version of the bot has drawn."""


def encode_key(key: UUID) -> str:
    """A UUID in 26 letters."""
    return base64.b32encode(key.bytes).decode().rstrip("=").lower()


def decode_key(text: str) -> UUID:
    """The UUID back; raises `PanelOutdated` for letters that are none."""
    try:
        return UUID(bytes=base64.b32decode(text.upper() + "=" * 6))
    except ValueError:
        raise PanelOutdated from None


def read_key(text: str) -> UUID:
    """The key that an option of ours carries; raises `PanelOutdated` for what is none."""
    try:
        return UUID(text)
    except ValueError:
        raise PanelOutdated from None


@dataclass(frozen=True, slots=True)
class Press:
    """A person pressed a button or chose from a select."""

    interaction: discord.Interaction[Any]
    key: UUID | None
    argument: str = ""
    values: tuple[str, ...] = ()

    @property
    def row(self) -> UUID:
        """The key of the row it is about; raises `PanelOutdated` when the id has none."""
        if self.key is None:
            raise PanelOutdated
        return self.key


Answer = Callable[[Press], Awaitable[None]]


class Action:
    """One kind of press: declared once, drawn on any number of messages, answered by one function."""

    declared: dict[str, Action] = {}  # noqa: RUF012 - the registry itself

    def __init__(self, name: str, *, anywhere: bool = False) -> None:
        if not NAME.fullmatch(name) or name in self.declared:
            raise ValueError(f"an action needs a name of its own: {name!r}")
        self.name = name
        self.anywhere = anywhere
        """Pressed in private messages too, where there is no club."""
        self.answer: Answer | None = None
        self.declared[name] = self

    def answers(self, function: Answer) -> Answer:
        """Decorate the one function that answers this press."""
        if self.answer is not None:
            raise ValueError(f"{self.name} is answered twice")
        self.answer = function
        return function

    def custom_id(self, key: UUID | None = None, argument: str = "") -> str:
        """The id to put on a component."""
        if argument and not ARGUMENT.fullmatch(argument):
            raise ValueError(f"an argument does not fit an id: {argument!r}")
        return ":".join([str(VERSION), self.name, encode_key(key) if key else "-", *([argument] if argument else [])])

    def button(
        self,
        label: str,
        key: UUID | None = None,
        argument: str = "",
        *,
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    ) -> ui.Item[Any]:
        """A button for one row."""
        return Part(ui.Button(label=label[:80], style=style, custom_id=self.custom_id(key, argument)))

    def select(
        self,
        options: Sequence[discord.SelectOption],
        key: UUID | None = None,
        argument: str = "",
        *,
        placeholder: str,
        required: bool = True,
    ) -> ui.ActionRow[Any]:
        """A select in its own row; an optional one may be emptied again."""
        select: ui.Select[Any] = ui.Select(
            options=list(options),
            placeholder=placeholder[:150],
            min_values=1 if required else 0,
            max_values=1,
            custom_id=self.custom_id(key, argument),
        )
        return ui.ActionRow(cast("ui.Item[Any]", Part(select)))


class Part(ui.DynamicItem[ui.Item[Any]], template=TEMPLATE):
    """Any button or select of ours; what it does is found by its id alone."""

    def __init__(self, item: ui.Item[Any], match: re.Match[str] | None = None) -> None:
        super().__init__(item)
        self.match = match

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Part:
        """The part that was pressed, from its id."""
        return cls(item, match)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Answer the press; who may do so is the service's question, asked with the database at hand."""
        match = self.match or re.fullmatch(TEMPLATE, self.custom_id)
        name = match["action"] if match else "?"
        async with guarded(interaction, f"button {name}"):
            action = Action.declared.get(name)
            if action is None:
                await give_way()
            if match is None or action is None or action.answer is None:
                raise PanelOutdated
            if interaction.guild_id is None and not action.anywhere:
                raise PanelOutdated
            key = None if match["key"] == "-" else decode_key(match["key"])
            data: dict[str, Any] = dict(interaction.data or {})
            await action.answer(Press(interaction, key, match["argument"] or "", tuple(data.get("values", ()))))


class OutdatedPart(ui.DynamicItem[ui.Item[Any]], template=ANY_VERSION):
    """A button or select of another version: the person is told where the present panel is."""

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> OutdatedPart:
        """The part that was pressed."""
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Say that the panel is of another version."""
        async with guarded(interaction, "outdated panel"):
            await give_way()
            raise PanelOutdated


async def setup(bot: commands.AutoShardedBot) -> None:
    """Answer presses from the first event on."""
    bot.add_dynamic_items(Part, OutdatedPart)
