"""PostgreSQL 18 that needs no installation: the wheel's binaries, started, joined and stopped by Longplay itself.

One cluster belongs to one folder. Every process that uses it holds a shared lock on the folder's `users` file; the
first one starts the server, the last one to leave stops it, and a killed process leaves by dying. The server listens
on one private Unix socket and on no network at all.
"""

from db.server.embedded import EmbeddedServer, ServerStatus
from db.server.errors import EmbeddedServerError

__all__ = ["EmbeddedServer", "EmbeddedServerError", "ServerStatus"]
