"""Logs: one shape for ours and the libraries', with every secret struck out before a line is written."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

STRUCK = "[struck out]"
SECRETS = re.compile(
    r"[MNO][\w-]{23,27}\.[\w-]{6,7}\.[\w-]{27,}"  # a bot's token
    r"|(?<=/interactions/)\d+/[^/\s'\"]+"  # interaction and webhook tokens stand in addresses
    r"|(?<=/webhooks/)\d+/[^/\s'\"?]+"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"  # user and password of a database address
    r"|(?<=Bot )[\w.-]{20,}"
    r"|(?<=Bearer )[\w.~+/-]{10,}"
)


def strike(text: str) -> str:
    """The text without tokens and passwords."""
    return SECRETS.sub(STRUCK, text)


def _strike_all(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = strike(value)
        elif key not in ("level", "timestamp") and not isinstance(value, (int, float, bool, type(None))):
            event[key] = strike(str(value))
    return event


def start_logging(level: str = "INFO", *, as_json: bool = False) -> None:
    """Write every log line of this process to standard error, as text for people or as JSON for machines."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _strike_all, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for loud in ("discord", "apscheduler", "alembic", "sqlalchemy", "aiohttp"):
        logging.getLogger(loud).setLevel(max(logging.WARNING, logging.getLevelName(level)))
