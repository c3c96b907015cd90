"""Queue heavy work: Procrastinate's own tables and functions."""

from __future__ import annotations

revision = "9b7d6a1c5e87"
down_revision = "8a6c5f0b4d76"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
