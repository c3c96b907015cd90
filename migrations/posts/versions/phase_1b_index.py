"""Phase 1: what the posts' tracks, and a track's bytes, are found by."""

from __future__ import annotations

from migrations.posts.running import build_index, drop_index

revision = "1b"
down_revision = "1a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    build_index("idx_posts_track_id", "posts (track_id)")
    # Addresses may be longer than an index takes.
    build_index("idx_tracks_user_id_file_url", "tracks (user_id, md5(file_url))")


def downgrade() -> None:
    drop_index("idx_tracks_user_id_file_url")
    drop_index("idx_posts_track_id")
