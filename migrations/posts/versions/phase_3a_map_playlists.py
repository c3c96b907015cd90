"""Phase 3: playlists hold tracks, each track once, each place once."""

from __future__ import annotations

from migrations.posts import playlists, taking_in

revision = "3a"
down_revision = "2b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    playlists.hold()
    taking_in.take_in_the_rest()  # what was posted the old way since phase 2
    playlists.back_up()
    playlists.judge()
    playlists.map_to_tracks()


def downgrade() -> None:
    playlists.hold()
    playlists.map_to_posts()
