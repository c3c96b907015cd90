"""Forms: shown once, stored nowhere, answered by one path however late they come back.

The library would keep every shown form in memory until it is sent, and would not know it after a restart. Ours carry
what they are about in their id and are stopped before they are shown, so that it never stores them; every form that
comes back is an interaction like any other and is read here.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import discord
from discord import ui
from discord.ext import commands

from bot.domain.errors import ClubNotSetUp, DraftGone, PanelOutdated, Refusal
from bot.services.club import drafts
from cogs.shared.boundary import give_way, guarded, tell
from cogs.shared.caller import caller_of, now_of, tools_of
from cogs.shared.dynamic import ARGUMENT, NAME, Action, Press, decode_key, encode_key
from cogs.shared.limits import FIELD_TEXT, check_modal
from cogs.shared.refusals import refusal_body
from cogs.shared.replies import answer, give_text_back, is_late, think

VERSION = 1
PATTERN = re.compile(
    rf"{VERSION}f:(?P<form>{NAME.pattern}):(?P<key>[a-z2-7]{{26}}|-)(?::(?P<argument>{ARGUMENT.pattern}))?"
)
OURS = re.compile(r"\d+f:.+")
KEYS = re.compile(r"(?:[0-9a-f-]{36}\n?)*")
"""What is chosen in a select of ours: keys of rows."""

Fields = Mapping[str, str]
"""What a person typed or chose, by field; several choices are joined by line breaks."""


@dataclass(frozen=True, slots=True)
class Submit:
    """A person sent a form."""

    interaction: discord.Interaction[Any]
    key: UUID | None
    argument: str = ""
    fields: Fields = field(default_factory=dict[str, str])

    def text(self, name: str) -> str:
        """What stands in a field; empty when it was left out."""
        return self.fields.get(name, "")

    @property
    def row(self) -> UUID:
        """The key of the row the form is about; raises `PanelOutdated` when it has none."""
        if self.key is None:
            raise PanelOutdated
        return self.key


Receive = Callable[[Submit], Awaitable[None]]
Fill = Callable[[Submit], Awaitable[ui.Modal]]
"""The form again, with the fields as they were sent."""

EDIT_AGAIN = Action("edit-again")


class Form:
    """One kind of form: declared once, shown with any prefill, received by one function."""

    declared: dict[str, Form] = {}  # noqa: RUF012 - the registry itself

    def __init__(self, name: str, *, anywhere: bool = False, secret: bool = False) -> None:
        if not NAME.fullmatch(name) or name in self.declared:
            raise ValueError(f"a form needs a name of its own: {name!r}")
        self.name = name
        self.anywhere = anywhere
        """Shown in private messages too, where there is no club."""
        self.secret = secret
        """What is typed there is neither kept nor given back."""
        self.receive: Receive | None = None
        self.fill: Fill | None = None
        self.declared[name] = self

    def received(self, function: Receive) -> Receive:
        """Decorate the function that receives this form."""
        self.receive = function
        return function

    def filled(self, function: Fill) -> Fill:
        """Decorate the function that draws this form again from a draft."""
        self.fill = function
        return function

    def modal(
        self, title: str, labels: Sequence[ui.Item[Any]], key: UUID | None = None, argument: str = ""
    ) -> ui.Modal:
        """The form to show; raises `TooLarge`."""
        parts = [f"{VERSION}f", self.name, encode_key(key) if key else "-", *([argument] if argument else [])]
        modal = ui.Modal(title=title, custom_id=":".join(parts), timeout=900)
        for label in labels:
            modal.add_item(label)
        check_modal(modal.to_dict())
        modal.stop()
        return modal


def text_field(
    name: str,
    label: str,
    *,
    value: str = "",
    long: bool = False,
    required: bool = False,
    description: str | None = None,
    placeholder: str | None = None,
) -> ui.Label[Any]:
    """A field to type in; it takes more than the club allows, so that too much is answered with a sentence."""
    return ui.Label(
        text=label,
        description=description,
        component=ui.TextInput(
            custom_id=name,
            style=discord.TextStyle.paragraph if long else discord.TextStyle.short,
            default=value[:FIELD_TEXT] or None,
            required=required,
            max_length=FIELD_TEXT,
            placeholder=placeholder,
        ),
    )


def select_field(
    name: str,
    label: str,
    options: Sequence[discord.SelectOption],
    *,
    required: bool = False,
    most: int = 1,
    description: str | None = None,
    placeholder: str | None = None,
) -> ui.Label[Any]:
    """A field to choose from; `required` is never left to the library's default."""
    return ui.Label(
        text=label,
        description=description,
        component=ui.Select(
            custom_id=name,
            options=list(options),
            placeholder=placeholder,
            min_values=1 if required else 0,
            max_values=most,
            required=required,
        ),
    )


def radio_field(name: str, label: str, options: Sequence[discord.RadioGroupOption]) -> ui.Label[Any]:
    """A field with two to ten choices, one of which must be taken."""
    return ui.Label(text=label, component=ui.RadioGroup(custom_id=name, options=list(options), required=True))


def checks_field(name: str, label: str, options: Sequence[discord.CheckboxGroupOption]) -> ui.Label[Any]:
    """A field of up to ten boxes, any of which may be ticked."""
    group: ui.CheckboxGroup[Any] = ui.CheckboxGroup(
        custom_id=name, options=list(options), min_values=0, max_values=len(options), required=False
    )
    return ui.Label(text=label, component=group)


def read_fields(components: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The fields of a form that came back."""
    found: dict[str, str] = {}
    for component in _inputs(components):
        values = component.get("values")
        value = "\n".join(map(str, values)) if values is not None else component.get("value")
        found[component["custom_id"]] = "" if value is None else str(value)
    return found


def _inputs(components: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for component in components:
        if "custom_id" in component:
            yield component
        yield from _inputs(component.get("components", ()))
        if "component" in component:
            yield from _inputs([component["component"]])


async def receive(interaction: discord.Interaction[Any]) -> None:
    """Answer a form that came back, whether this process has shown it or another one before a restart."""
    data: dict[str, Any] = dict(interaction.data or {})
    if interaction.type is not discord.InteractionType.modal_submit or not OURS.fullmatch(data.get("custom_id", "")):
        return
    what = f"form {data['custom_id']}"
    async with guarded(interaction, what):
        match = PATTERN.fullmatch(data["custom_id"])
        form = Form.declared.get(match["form"]) if match else None
        if form is None:
            await give_way()
        if match is None or form is None or form.receive is None:
            raise PanelOutdated
        if interaction.guild_id is None and not form.anywhere:
            raise PanelOutdated
        key = None if match["key"] == "-" else decode_key(match["key"])
        submit = Submit(interaction, key, match["argument"] or "", read_fields(data.get("components", ())))
        try:
            await form.receive(submit)
        except Refusal as refusal:
            await give_back(form, submit, refusal)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not cost the person their text
            await tell(interaction, error, what)
            if not is_late(error) and not form.secret:
                await give_text_back(interaction, texts_of(submit))


def texts_of(submit: Submit) -> list[str]:
    """What was typed, without what was chosen."""
    return [text for text in submit.fields.values() if not KEYS.fullmatch(text)]


def opens_again(form: Form, refusal: Refusal) -> bool:
    """Whether the form can be shown again: what it is about must still be there."""
    if isinstance(refusal, ClubNotSetUp | DraftGone) or form.fill is None:
        return False
    return not isinstance(refusal, PanelOutdated) or refusal.reason != "version"


async def give_back(form: Form, submit: Submit, refusal: Refusal) -> None:
    """Say why a form was refused, and keep its text behind a button, or show it where the form cannot come again."""
    interaction = submit.interaction
    if not interaction.response.is_done():
        await think(interaction)
    if form.secret or interaction.guild_id is None:  # drafts are kept in a club
        await answer(interaction, refusal_body(refusal))
        return
    if not opens_again(form, refusal) or not any(submit.fields.values()):
        await answer(interaction, refusal_body(refusal))
        await give_text_back(interaction, texts_of(submit))
        return
    kept = {**submit.fields, "_key": str(submit.key or ""), "_argument": submit.argument}
    draft = await drafts.keep_draft(
        tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), form=form.name, fields=kept
    )
    button = EDIT_AGAIN.button("Edit again", draft, style=discord.ButtonStyle.primary)
    await answer(interaction, refusal_body(refusal, button, more="Your text is kept for a day."))


@EDIT_AGAIN.answers
async def edit_again(press: Press) -> None:
    """Show the refused form again, as it was sent."""
    interaction = press.interaction
    name, fields = await drafts.take_draft(
        tools_of(interaction), caller=caller_of(interaction), now=now_of(interaction), draft=press.row
    )
    form = Form.declared.get(name)
    if form is None or form.fill is None:
        raise DraftGone
    kept = dict(fields)
    key, argument = kept.pop("_key", ""), kept.pop("_argument", "")
    await interaction.response.send_modal(
        await form.fill(Submit(interaction, UUID(key) if key else None, argument, kept))
    )


async def setup(bot: commands.AutoShardedBot) -> None:
    """Receive forms from the first event on."""
    bot.add_listener(receive, "on_interaction")
