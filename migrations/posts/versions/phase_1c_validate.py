"""Phase 1: the posts' foreign key is looked at row by row, while the table is in use."""

from __future__ import annotations

from alembic import op

revision = "1c"
down_revision = "1b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE posts VALIDATE CONSTRAINT posts_track_id_fkey")


def downgrade() -> None:
    """Nothing to undo: 1a drops the constraint."""
