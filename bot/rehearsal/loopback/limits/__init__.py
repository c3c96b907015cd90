"""The limits Discord enforces and no schema knows, worded as Discord answers them.

Each check takes the body of a request and gives the refusal the service would answer, or None. Lengths are counted
in Unicode code points. Sources are Discord's documentation and, where that is silent, answers seen from the service.
"""

from __future__ import annotations

from bot.rehearsal.loopback.limits.commands import check_choices, check_commands
from bot.rehearsal.loopback.limits.form import LimitError
from bot.rehearsal.loopback.limits.messages import check_callback, check_files, check_message
from bot.rehearsal.loopback.limits.modals import check_modal
from bot.rehearsal.loopback.limits.places import check_channel, check_event, check_thread

__all__ = [
    "LimitError",
    "check_callback",
    "check_channel",
    "check_choices",
    "check_commands",
    "check_event",
    "check_files",
    "check_message",
    "check_modal",
    "check_thread",
]
