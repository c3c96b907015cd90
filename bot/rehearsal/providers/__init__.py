"""Loopback providers: a server on this machine that answers as the sources of albums do, of albums that are made up."""

from bot.rehearsal.providers.server import Asked, Fault, LoopbackProviders, Reply, as_json

__all__ = ["Asked", "Fault", "LoopbackProviders", "Reply", "as_json"]
