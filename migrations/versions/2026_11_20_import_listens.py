"""Import files of listening history."""

from __future__ import annotations

revision = "ceaf9d4f81ba"
down_revision = "bd9f8c3e70a9"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
