"""The private ballot: a form where it fits, a panel that turns pages where a club has nominated a great many albums."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import discord
from discord import ui

from bot.domain.club.entries import Nomination, choices_of
from bot.domain.club.views import BallotForm
from bot.domain.errors import PanelOutdated, TooManyChoices
from bot.domain.tally import Method
from bot.services.club import voting
from cogs.club import actions
from cogs.club.cards import phrases
from cogs.club.cards.private import ballot_card
from cogs.club.cards.result import pairwise_card
from cogs.shared.caller import caller_of, now_of, tools_of
from cogs.shared.dynamic import Press, read_key
from cogs.shared.limits import MODAL_ITEMS, OPTIONS
from cogs.shared.modal import Form, Submit, select_field
from cogs.shared.render import Body, row, words
from cogs.shared.replies import answer, hold, promptly, think, update
from cogs.shared.text import label

BALLOT_FORM = Form("ballot")
"""Of a week: a select for every rank, several where one does not hold all albums."""


def ranks_of(form: BallotForm) -> int:
    """How many ranks the form asks for; approval has none and asks for one choice of any size."""
    return 1 if form.view.week.rules.method is Method.APPROVAL else form.view.week.rules.ranks


def pages_of(form: BallotForm) -> list[Sequence[Nomination]]:
    """The options in portions that fit into one select."""
    return [form.options[start : start + OPTIONS] for start in range(0, len(form.options), OPTIONS)]


def fits_form(form: BallotForm) -> bool:
    """Whether every rank's selects find room in one form."""
    return 0 < len(pages_of(form)) * ranks_of(form) <= MODAL_ITEMS


def option(nomination: Nomination, *, default: bool) -> discord.SelectOption:
    """A nomination in a select, by its number so that equal titles stay apart."""
    return discord.SelectOption(
        label=label(f"{nomination.ordinal}. {nomination.album.shown}", 100),
        value=str(nomination.id),
        description=label(f"Nominated by {nomination.nominator}", 100) if nomination.nominator else None,
        default=default,
    )


def ballot_form(form: BallotForm) -> ui.Modal:
    """The form, with the present ballot chosen in it."""
    approval = form.view.week.rules.method is Method.APPROVAL
    pages = pages_of(form)
    fields: list[ui.Item[Any]] = []
    for rank in range(ranks_of(form)):
        chosen = set(form.chosen) if approval else set(form.chosen[rank : rank + 1])
        name = "Albums you would gladly hear" if approval else phrases.RANK_WORDS[rank]
        for page, options in enumerate(pages):
            last = page * OPTIONS + len(options)
            span = f" ({page * OPTIONS + 1}–{last})" if len(pages) > 1 else ""
            fields.append(
                select_field(
                    f"rank{rank}-{page}",
                    f"{name}{span}",
                    [option(one, default=one.id in chosen) for one in options],
                    required=rank == 0 and len(pages) == 1,
                    most=len(options) if approval else 1,
                    description=None if rank == 0 else "May be left out",
                )
            )
    return BALLOT_FORM.modal(f"Your ballot · week {form.view.week.number}", fields, form.view.week.id)


async def open_ballot(interaction: discord.Interaction[Any], week: UUID | None, number: int | None = None) -> None:
    """The form, or the panel where the form would not hold all albums; one read before either."""
    form = await voting.ballot_form(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        week=week,
        number=number,
        where=interaction.channel_id,
    )
    if fits_form(form):
        await interaction.response.send_modal(ballot_form(form))
    else:
        numbers = {one.id: one.ordinal for one in form.options}
        await answer(interaction, ballot_panel(form, [numbers[choice] for choice in form.chosen]))


async def check_poll(interaction: discord.Interaction[Any], number: int | None) -> None:
    """Whether there is a poll to vote in; raises `PollClosed` and the like where there is none."""
    await voting.ballot_form(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        number=number,
        where=interaction.channel_id,
    )


@actions.VOTE.answers
async def on_vote(press: Press) -> None:
    """Open the ballot."""
    await open_ballot(press.interaction, press.row)


@BALLOT_FORM.received
async def on_ballot(submit: Submit) -> None:
    """Cast what was chosen."""
    interaction = submit.interaction
    use = voting.cast_ballot(
        tools_of(interaction),
        caller=caller_of(interaction),
        now=now_of(interaction),
        week=submit.row,
        ranks=ranks_in(submit),
        press=interaction.id,
    )
    voted = await promptly(interaction, use)
    await answer(interaction, ballot_card(voted.week, voted.chosen))


def ranks_in(submit: Submit) -> list[list[UUID]]:
    """What a form chose for each rank, whose selects stand on several pages where one does not hold all albums."""
    ranks: dict[int, list[UUID]] = {}
    for name in sorted(submit.fields):
        rank = int(name.removeprefix("rank").split("-")[0])
        ranks.setdefault(rank, []).extend(read_key(value) for value in submit.fields[name].split("\n") if value)
    return [ranks[rank] for rank in sorted(ranks)]


def chosen_in(submit: Submit, form: BallotForm) -> list[UUID]:
    """The choices of a form that is shown again, best first; raises `TooManyChoices`."""
    return choices_of(ranks_in(submit), form.chosen, approval=form.view.week.rules.method is Method.APPROVAL)


@BALLOT_FORM.filled
async def refill_ballot(submit: Submit) -> ui.Modal:
    """The form again, with what was chosen in it."""
    form = await voting.ballot_form(
        tools_of(submit.interaction),
        caller=caller_of(submit.interaction),
        now=now_of(submit.interaction),
        week=submit.row,
    )
    try:
        chosen = chosen_in(submit, form)
    except TooManyChoices:
        chosen = list(form.chosen)
    return ballot_form(BallotForm(form.view, form.options, tuple(chosen)))


async def cast(interaction: discord.Interaction[Any], choices: Sequence[UUID], **week: Any) -> None:
    """Cast a ballot and show it; the answer was promised before. `where` and `number` say which week."""
    tools, caller, now = tools_of(interaction), caller_of(interaction), now_of(interaction)
    voted = await voting.cast_ballot(tools, caller=caller, now=now, choices=choices, **week)
    await answer(interaction, ballot_card(voted.week, voted.chosen))


@actions.WITHDRAW_BALLOT.answers
async def on_withdraw_ballot(press: Press) -> None:
    """Take the ballot back."""
    await hold(press.interaction)
    gone = await voting.withdraw_ballot(
        tools_of(press.interaction), caller=caller_of(press.interaction), now=now_of(press.interaction), week=press.row
    )
    text = "Your ballot is withdrawn." if gone else "You have no ballot in this poll."
    again = row(actions.VOTE.button("Vote", press.row, style=discord.ButtonStyle.primary))
    await update(press.interaction, words(f"{text} You can vote until the poll closes.", again))


@actions.PAIRWISE.answers
async def on_pairwise(press: Press) -> None:
    """Every album against every other, for whoever asks."""
    await think(press.interaction)
    view = await voting.tally_of(
        tools_of(press.interaction), caller=caller_of(press.interaction), week=press.row, now=now_of(press.interaction)
    )
    await answer(press.interaction, pairwise_card(view))


# --- the panel ------------------------------------------------------------------------------------------------------


def write_state(page: int, numbers: Sequence[int]) -> str:
    """The page and the nominations' numbers chosen so far, 0 for a rank left open, for a component's id."""
    return f"{page}.{'-'.join(map(str, numbers))}"


def read_state(argument: str, ranks: int) -> tuple[int, list[int]]:
    """The page and one number for every rank; raises `PanelOutdated`."""
    page, _, numbers = argument.partition(".")
    listed = numbers.split("-") if numbers else []
    if not page.isdecimal() or not all(one.isdecimal() for one in listed):
        raise PanelOutdated
    found = [int(one) for one in listed][:ranks]
    return int(page), found + [0] * (ranks - len(found))


def ballot_panel(form: BallotForm, numbers: Sequence[int], page: int = 0) -> Body:
    """A page of the albums with a select for every rank; nothing counts before it is saved."""
    week = form.view.week
    ranks = week.rules.ranks
    numbers = [*numbers, *[0] * ranks][:ranks]
    pages = pages_of(form)
    page = min(max(page, 0), len(pages) - 1)
    names = {one.ordinal: one for one in form.options}
    lines = [f"### Your ballot · {week.label}"]
    for rank, number in enumerate(numbers):
        chosen = phrases.album_words(names[number].album, 100) if number in names else "–"
        lines.append(f"- {phrases.RANK_WORDS[rank]}: {chosen}")
    lines.append(f"Page {page + 1} of {len(pages)}. **Save** casts the ballot.")
    state = write_state(page, numbers)
    selects = [
        actions.CHOOSE_RANK.select(
            [
                discord.SelectOption(
                    label=label(f"{one.ordinal}. {one.album.shown}", 100),
                    value=str(one.ordinal),
                    default=one.ordinal == numbers[rank],
                )
                for one in pages[page]
            ],
            week.id,
            f"{rank}.{state}",
            placeholder=phrases.RANK_WORDS[rank],
            required=False,
        )
        for rank in range(ranks)
    ]
    turns = row(
        actions.PAGE_BALLOT.button("Earlier albums", week.id, write_state(page - 1, numbers)) if page else None,
        actions.PAGE_BALLOT.button("Later albums", week.id, write_state(page + 1, numbers))
        if page + 1 < len(pages)
        else None,
        actions.SAVE_BALLOT.button("Save", week.id, state, style=discord.ButtonStyle.primary),
    )
    return Body(ui.TextDisplay("\n".join(lines)), *selects, turns)


async def _panel_form(press: Press) -> BallotForm:
    return await voting.ballot_form(
        tools_of(press.interaction), caller=caller_of(press.interaction), now=now_of(press.interaction), week=press.row
    )


@actions.PAGE_BALLOT.answers
async def on_page(press: Press) -> None:
    """Turn the page; what was chosen stays chosen."""
    await hold(press.interaction)
    form = await _panel_form(press)
    page, numbers = read_state(press.argument, form.view.week.rules.ranks)
    await update(press.interaction, ballot_panel(form, numbers, page))


@actions.CHOOSE_RANK.answers
async def on_choose(press: Press) -> None:
    """Choose an album for a rank, or leave the rank open."""
    await hold(press.interaction)
    form = await _panel_form(press)
    rank, _, state = press.argument.partition(".")
    page, numbers = read_state(state, form.view.week.rules.ranks)
    if not rank.isdecimal() or int(rank) >= len(numbers):
        raise PanelOutdated
    numbers[int(rank)] = int(press.values[0]) if press.values and press.values[0].isdecimal() else 0
    await update(press.interaction, ballot_panel(form, numbers, page))


@actions.SAVE_BALLOT.answers
async def on_save(press: Press) -> None:
    """Cast what the panel shows."""
    await hold(press.interaction)
    form = await _panel_form(press)
    _, numbers = read_state(press.argument, form.view.week.rules.ranks)
    by_number = {one.ordinal: one.id for one in form.options}
    choices = [by_number[number] for number in numbers if number in by_number]
    voted = await voting.cast_ballot(
        tools_of(press.interaction),
        caller=caller_of(press.interaction),
        now=now_of(press.interaction),
        choices=choices,
        week=press.row,
    )
    await update(press.interaction, ballot_card(voted.week, voted.chosen))
