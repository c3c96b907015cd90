"""What the bot needs in a club's channel, by the exact names Discord shows in a channel's settings."""

from __future__ import annotations

from collections.abc import Mapping

import discord

from bot.domain.club.week import Club

NEEDED: Mapping[str, str] = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "create_public_threads": "Create Public Threads",
    "embed_links": "Embed Links",
    "attach_files": "Attach Files",
    "read_message_history": "Read Message History",
    "pin_messages": "Pin Messages",
}
"""Flag of the library → name in Discord's settings."""
FOR_EVENTS = {"create_events": "Create Events"}
FOR_LOCKING = {"manage_threads": "Manage Threads"}


def missing_permissions(permissions: discord.Permissions, club: Club | None = None) -> tuple[str, ...]:
    """The names of what is missing for the club's rules; with no club yet, for the default ones."""
    wanted = dict(NEEDED)
    if club is None or club.rules.event:
        wanted |= FOR_EVENTS
    if club is not None and club.rules.lock_threads:
        wanted |= FOR_LOCKING
    return tuple(name for flag, name in wanted.items() if not getattr(permissions, flag))
