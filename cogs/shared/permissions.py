"""The permissions Longplay needs in a club's channel, by the names Discord shows."""

from __future__ import annotations

import discord

NAMES: dict[str, str] = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "create_public_threads": "Create Public Threads",
    "manage_threads": "Manage Threads",
    "embed_links": "Embed Links",
    "attach_files": "Attach Files",
    "read_message_history": "Read Message History",
    "pin_messages": "Pin Messages",
}
"""Needed in the club's channel."""
EVENT_NAMES: dict[str, str] = {"create_events": "Create Events"}
"""Needed on the server while discussions get a scheduled event."""
ROLE_NAMES: dict[str, str] = {"manage_roles": "Manage Roles"}
"""Needed to hand out the reminder role."""


def missing_permissions(permissions: discord.Permissions, *, event: bool = False) -> tuple[str, ...]:
    """What is missing, as Discord names it."""
    wanted = NAMES | (EVENT_NAMES if event else {})
    return tuple(name for flag, name in wanted.items() if not getattr(permissions, flag))
