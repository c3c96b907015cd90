"""Phase 2: a track for every audio that a member posted, and each post presents it."""

from __future__ import annotations

from migrations.posts import taking_in

revision = "2b"
down_revision = "2a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    taking_in.take_in_batches()
    taking_in.take_in_the_rest()


def downgrade() -> None:
    """Nothing to undo: 2a gives back every post, however many had been taken in."""
