"""The words of refusals about what is kept of a person; `refusals` gives them to whoever is refused."""

from __future__ import annotations

from bot.domain import privacy_errors
from cogs.shared.refusals import WORDS, shown

WHO = {"followers": "whoever follows you", "me": "you alone"}


def _listening_hidden(refusal: privacy_errors.ListeningHidden) -> str:
    who = WHO.get(refusal.visibility, "you alone")
    return (
        f"What you hear is shown to {who}, so the club's card cannot name you. `/privacy visibility who:club` lets "
        "your clubs see it; then press **Show my listening** again."
    )


def _not_confirmed(refusal: privacy_errors.NotConfirmed) -> str:
    typed = f"You typed “{shown(refusal.typed, 40)}”" if refusal.typed else "You typed nothing"
    return (
        f"{typed}, and only **{shown(refusal.wanted, 40)}** confirms it. Nothing was deleted. `/privacy delete` begins "
        "again."
    )


def _nothing_kept(_: privacy_errors.NothingKept) -> str:
    return "Nothing is kept of you, in no club. It begins again when you take part: `/help` says what you can do."


WORDS |= {
    privacy_errors.ListeningHidden: _listening_hidden,
    privacy_errors.NotConfirmed: _not_confirmed,
    privacy_errors.NothingKept: _nothing_kept,
}
