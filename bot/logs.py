"""Logs: one shape for ours and the libraries', with every secret struck out before a line is written."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any

import structlog

STRUCK = "[struck out]"
SECRETS = re.compile(
    r"[MNO][\w-]{23,27}\.[\w-]{6,7}\.[\w-]{27,}"  # a bot's token
    r"|(?<=/interactions/)\d+/[^/\s'\"]+"  # interaction and webhook tokens stand in addresses
    r"|(?<=/webhooks/)\d+/[^/\s'\"?]+"
    r"|(?<=['\"]token['\"]: ['\"])[^'\"]+"  # … and in what the gateway sends
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"  # user and password of a database address
    r"|(?<=Bot )[\w.-]{20,}"
    r"|(?<=Bearer )[\w.~+/-]{10,}"
)
TALKATIVE = ("discord", "apscheduler", "alembic", "procrastinate", "psycopg")
"""Libraries that say at INFO what an operator may want to see at our DEBUG. At their own DEBUG they would write what
members send, private ballots included, so that level stays shut."""
SILENT = ("sqlalchemy", "aiohttp", "asyncio")
"""At INFO SQLAlchemy writes every statement with its values."""


def strike(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without tokens and passwords: those that are known, and whatever looks like one."""
    for secret in secrets:
        text = text.replace(secret, STRUCK)
    return SECRETS.sub(STRUCK, text)


def start_logging(level: str = "INFO", *, as_json: bool = False, secrets: Iterable[str] = ()) -> None:
    """Write every log line of this process to standard error, as text for people or as JSON for machines."""
    known = tuple(secrets)

    def strike_all(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        for key, value in event.items():
            if key not in ("level", "timestamp") and not isinstance(value, (int, float, bool, type(None))):
                event[key] = strike(str(value), known)
        return event

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
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, strike_all, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    ours = logging.getLevelName(level)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.INFO if ours <= logging.DEBUG else max(logging.WARNING, ours))
    for name in SILENT:
        logging.getLogger(name).setLevel(max(logging.WARNING, ours))
