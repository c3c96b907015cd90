"""What can be wrong with the embedded server, said to an operator."""

from __future__ import annotations


class EmbeddedServerError(RuntimeError):
    """The embedded server cannot run here; the message says why and what to do."""
