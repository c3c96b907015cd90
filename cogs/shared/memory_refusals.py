"""The words of refusals about a member's own memory, ideas, drafts and milestones."""

from __future__ import annotations

from bot.domain.library import memory
from bot.domain.library.plans import MOST
from cogs.shared.refusals import WORDS, shown


def _memory_refused(refusal: memory.MemoryRefused) -> str:
    name = f"“{shown(refusal.name, 60)}”" if refusal.name else "That"
    return {
        "empty": "Some words are needed. Write what you want to keep, and send it again.",
        "nothing": "Nothing of that is remembered (any more). `/memory track` shows what there is.",
        "no_idea": f"{name} is no idea of yours. `/idea list` shows them.",
        "no_draft": f"{name} is no draft of yours. `/pitch list` shows them.",
        "no_milestone": f"{name} is no day that you marked. `/milestone list` shows them.",
        "which": f"{name} fits several of yours. Choose one from what is offered while you type.",
        "many": f"You keep {MOST} of them, as many as one may. Let one go that you no longer need.",
        "no_name": "It needs a name. Give it one of up to 200 characters.",
        "day": f"{name} is no day. Write it like `2026-12-24`, or choose one that is offered.",
        "past": "That moment has passed. Name one that is still to come, or leave the reminder out.",
    }.get(refusal.reason, "Nothing was changed. Try it once more.")


WORDS |= {memory.MemoryRefused: _memory_refused}
