"""Phase 2 begins: what no track can be made of is for the operator; what an earlier way back put aside comes again.

A revision of its own, so that a run that is cut off among the batches of 2b can be gone on with and taken back.
"""

from __future__ import annotations

from migrations.posts import aside, taking_in

revision = "2a"
down_revision = "1c"
branch_labels = None
depends_on = None


def upgrade() -> None:
    taking_in.judge_posts_without_audio()
    aside.bring_back_tracks()


def downgrade() -> None:
    aside.give_back_posts()
