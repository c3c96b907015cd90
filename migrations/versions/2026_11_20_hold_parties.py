"""Hold parties: an album heard together, track by track."""

from __future__ import annotations

revision = "7f5b4e9a3c65"
down_revision = "6e4a3d8f2b54"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
