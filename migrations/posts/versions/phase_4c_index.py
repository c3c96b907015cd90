"""Phase 4: what a library of tracks is read by."""

from __future__ import annotations

from migrations.posts.running import build_index, drop_index

revision = "4c"
down_revision = "4b"
branch_labels = None
depends_on = None

INDEXES = {
    "idx_tracks_user_id": "tracks (user_id)",
    "idx_tracks_created_at": "tracks (created_at DESC)",
    "idx_tracks_is_public": "tracks (is_public) WHERE is_public = true",
}


def upgrade() -> None:
    for name, on in INDEXES.items():
        build_index(name, on)


def downgrade() -> None:
    for name in INDEXES:
        drop_index(name)
