"""What is refused about what is kept of a person, and who sees it; `cogs/shared/privacy_refusals.py` words it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.errors import Refusal


@dataclass(eq=False)
class ListeningHidden(Refusal):
    """The club cannot be shown what the member lets `followers` see, or `me` alone."""

    visibility: str


@dataclass(eq=False)
class NotConfirmed(Refusal):
    """The word that confirms a deletion was not typed; nothing was deleted."""

    typed: str
    wanted: str


class NothingKept(Refusal):
    """Nothing is kept of this person."""
