"""Phase 3: the playlists' foreign key is looked at row by row, while the table is in use."""

from __future__ import annotations

from alembic import op

revision = "3b"
down_revision = "3a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET CONSTRAINTS ALL IMMEDIATE")
    op.execute("ALTER TABLE playlist_tracks VALIDATE CONSTRAINT playlist_tracks_track_id_fkey")


def downgrade() -> None:
    """Nothing to undo: 3a drops the constraint."""
