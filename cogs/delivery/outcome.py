"""What a performed errand leaves behind for the books."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from bot.domain.club.views import PanelRef
from bot.domain.club.week import ThreadRole


@dataclass(frozen=True, slots=True)
class Outcome:
    """Discord's ids, to be stored in the transaction that settles the errand."""

    discord_id: int | None = None
    panel: PanelRef | None = None
    panel_key: tuple[str, int] | None = None
    thread_roles: Sequence[ThreadRole] = ()
    event_id: int | None = None
    event_gone: bool = False
    skipped: bool = False
    posts: Sequence[UUID] = ()
    """What the message presents."""


SKIPPED = Outcome(skipped=True)
"""No longer wanted, or already so."""
