"""What log lines have in common: the interaction, errand or week that they were written for, whoever writes them."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from structlog.contextvars import bind_contextvars, bound_contextvars


@contextmanager
def belonging(**to: object) -> Generator[None]:
    """Every line logged inside, by us or by a library, says what it belongs to; what is None is left out."""
    with bound_contextvars(**_named(to)):
        yield


def belongs(**to: object) -> None:
    """The same for the rest of the task that says it."""
    bind_contextvars(**_named(to))


def _named(to: dict[str, object]) -> dict[str, str]:
    return {name: str(each) for name, each in to.items() if each is not None}
