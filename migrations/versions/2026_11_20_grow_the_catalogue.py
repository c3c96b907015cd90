"""Grow the catalogue: kinds, genres, aliases, merges, ids of tracks, the search for names."""

from __future__ import annotations

revision = "3b1d0a5c9e21"
down_revision = "023c6d5b7c16"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
