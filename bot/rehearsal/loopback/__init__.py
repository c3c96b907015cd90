"""A loopback Discord: the REST and gateway surface that the unmodified client library talks to.

It knows Discord, not what any bot is for. Shapes follow Discord's published schemas, limits and codes its
documentation; who sees what, and in which order, follows the documentation's prose and was not run against the
service itself.
"""

from __future__ import annotations

from bot.rehearsal.loopback import (
    routes_channels as _channels,
)
from bot.rehearsal.loopback import (
    routes_events as _events,
)
from bot.rehearsal.loopback import (
    routes_guilds as _guilds,
)
from bot.rehearsal.loopback import (
    routes_interactions as _interactions,
)
from bot.rehearsal.loopback import (
    routes_messages as _messages,
)
from bot.rehearsal.loopback import (
    routes_threads as _threads,
)
from bot.rehearsal.loopback.errors import Cut, Refused
from bot.rehearsal.loopback.faults import Fault
from bot.rehearsal.loopback.person import Answer, Person
from bot.rehearsal.loopback.server import Call, LoopbackDiscord

__all__ = ["Answer", "Call", "Cut", "Fault", "LoopbackDiscord", "Person", "Refused"]

_ROUTES = (_channels, _events, _guilds, _interactions, _messages, _threads)
"""Imported for the operations they register."""
