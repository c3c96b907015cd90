"""Read counters: what a member heard most of all time is told by the key's own index, without the scattered rows."""

from __future__ import annotations

from alembic import op

revision = "7c0b178f9bd4"
down_revision = "cef8b04dd5f8"
branch_labels = None
depends_on = None

KINDS = ("artist", "album", "track")


def upgrade() -> None:
    """Keys of counters carry what is counted."""
    for kind in KINDS:
        op.execute(
            f"ALTER TABLE {kind}_plays DROP CONSTRAINT pk_{kind}_plays,"
            f" ADD CONSTRAINT pk_{kind}_plays PRIMARY KEY (user_id, {kind}_id) INCLUDE (plays, last_at)"
        )


def downgrade() -> None:
    """Keys alone again."""
    for kind in KINDS:
        op.execute(
            f"ALTER TABLE {kind}_plays DROP CONSTRAINT pk_{kind}_plays,"
            f" ADD CONSTRAINT pk_{kind}_plays PRIMARY KEY (user_id, {kind}_id)"
        )
