"""Phase 4: the checks are looked at row by row, while the tables are in use."""

from __future__ import annotations

from alembic import op

revision = "4b"
down_revision = "4a"
branch_labels = None
depends_on = None

CHECKS = {
    "posts": ("audio_posts_must_have_track",),
    "tracks": (
        "track_title_not_empty",
        "track_title_max_length",
        "track_file_url_not_empty",
        "track_duration_positive",
        "track_file_size_positive",
    ),
}


def upgrade() -> None:
    for table, checks in CHECKS.items():
        for name in checks:
            op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")


def downgrade() -> None:
    """Nothing to undo: 4a drops the checks."""
