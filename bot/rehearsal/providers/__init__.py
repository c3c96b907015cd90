"""Loopback providers: a server on this machine that answers as the sources of albums do, of albums that are made up."""

from bot.rehearsal.providers.listeners import Elsewhere, Listener, Play, as_member
from bot.rehearsal.providers.server import Asked, Fault, LoopbackProviders, Reply, Shop, as_json
from bot.rehearsal.providers.world import SHOPS, shops_with, world_on

__all__ = [
    "SHOPS",
    "Asked",
    "Elsewhere",
    "Fault",
    "Listener",
    "LoopbackProviders",
    "Play",
    "Reply",
    "Shop",
    "as_json",
    "as_member",
    "shops_with",
    "world_on",
]
