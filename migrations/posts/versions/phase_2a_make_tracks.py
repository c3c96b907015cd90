"""Phase 2: a track for every audio that a member posted, and each post presents it."""

from __future__ import annotations

from migrations.posts import aside, taking_in

revision = "2a"
down_revision = "1c"
branch_labels = None
depends_on = None


def upgrade() -> None:
    taking_in.judge_posts_without_audio()
    aside.bring_back_tracks()
    taking_in.take_in_batches()
    taking_in.take_in_the_rest()


def downgrade() -> None:
    aside.give_back_posts()
