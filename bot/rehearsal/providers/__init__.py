"""Loopback providers: a server on this machine that answers as the sources of albums do, of albums that are made up."""

from bot.rehearsal.providers.server import Asked, Fault, LoopbackProviders, Reply, Shop, as_json
from bot.rehearsal.providers.world import SHOPS, world_on

__all__ = ["SHOPS", "Asked", "Fault", "LoopbackProviders", "Reply", "Shop", "as_json", "world_on"]
