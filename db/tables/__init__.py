"""Tables by area. Rows never leave `db`: queries turn them into frozen values."""

from db.tables import (
    catalog,
    club,
    covers,
    follows,
    imports,
    library,
    linking,
    listening,
    matching,
    memory,
    outbox,
    parties,
    people,
    posts,
    providers,
    syncing,
    taste,
)
from db.tables.base import Base

__all__ = [
    "Base",
    "catalog",
    "club",
    "covers",
    "follows",
    "imports",
    "library",
    "linking",
    "listening",
    "matching",
    "memory",
    "outbox",
    "parties",
    "people",
    "posts",
    "providers",
    "syncing",
    "taste",
]
