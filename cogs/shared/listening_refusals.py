"""The words of refusals about what members hear; `refusals` gives them to whoever is refused."""

from __future__ import annotations

from bot.domain.listening import refusals
from cogs.shared.refusals import WORDS, shown

NAME = 60


def _period(refusal: refusals.PeriodNotUnderstood) -> str:
    return (
        f"“{shown(refusal.text, 60)}” is no time that has begun. Choose one from the list, or write it like `month`, "
        "`all`, `October 2025`, `2024`, `30 days` or `2026-11-20`."
    )


def _nothing(refusal: refusals.NothingHeard) -> str:
    if refusal.name:
        return (
            f"Longplay knows of nothing that **{shown(refusal.name, NAME)}** has heard in this club. They link an "
            "account of theirs first."
        )
    return (
        "Longplay knows of nothing you have heard yet. Link an account with `/link`, or bring your history with "
        "`/import`; what was just linked may take a few minutes."
    )


def _hidden(refusal: refusals.HearingHidden) -> str:
    return f"**{shown(refusal.name, NAME)}** keeps what they hear to themselves. Only they can change that."


def _not_heard(refusal: refusals.NotHeardHere) -> str:
    name = f"“{shown(refusal.text, 100)}”" if refusal.text.strip() else "that"
    return (
        f"Nobody here has heard {'an' if refusal.kind[0] in 'aeiou' else 'a'} {refusal.kind} called {name}, as far as "
        "Longplay knows. Pick one from the list that shows as you type, or try other words."
    )


def _needed(refusal: refusals.SubjectNeeded) -> str:
    return (
        f"Nothing plays that could be meant. Name the {refusal.kind}: the list shows as you type what the club heard."
    )


def _no_chart(refusal: refusals.NoChart) -> str:
    if refusal.week is None:
        return (
            "The club has no charts yet: they begin with the first play of a member who is in the club and lets it see "
            "what they hear. Link an account with `/link`."
        )
    return (
        f"The club heard nothing in the week of {refusal.week.isoformat()}, as far as Longplay knows. Choose another "
        "week, or leave the week out."
    )


def _not_yours(_: refusals.NotYourList) -> str:
    return "Only who asked for this list turns its pages. Type the command yourself, and you get one of your own."


WORDS |= {
    refusals.PeriodNotUnderstood: _period,
    refusals.NothingHeard: _nothing,
    refusals.HearingHidden: _hidden,
    refusals.NotHeardHere: _not_heard,
    refusals.SubjectNeeded: _needed,
    refusals.NoChart: _no_chart,
    refusals.NotYourList: _not_yours,
}
