"""Export playlists: what was asked of members at a service, and lists in their accounts there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "d81f50e6a7c4"
down_revision = "e1c6a94d730b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Walks to a service may ask for more than linking takes."""
    op.add_column("link_attempts", sa.Column("wanted", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "playlist_exports",
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("playlist_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), server_default="", nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("total", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("looked", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("found", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("missing", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("hitch", sa.Text(), server_default="", nullable=False),
        sa.Column("until", sa.DateTime(timezone=True)),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("alive_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("provider IN ('spotify')", name=op.f("ck_playlist_exports_provider_known")),
        sa.CheckConstraint(
            "state IN ('waiting', 'working', 'done', 'failed')", name=op.f("ck_playlist_exports_state_known")
        ),
        sa.CheckConstraint("looked BETWEEN 0 AND total", name=op.f("ck_playlist_exports_looked_counts")),
        sa.CheckConstraint("(state = 'failed') = (hitch <> '')", name=op.f("ck_playlist_exports_failed_for_a_reason")),
        sa.ForeignKeyConstraint(
            ["club_id", "playlist_id"],
            ["playlists.club_id", "playlists.id"],
            name=op.f("fk_playlist_exports_club_id_playlist_id_playlists"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_playlist_exports_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("club_id", "playlist_id", "user_id", "provider", name=op.f("pk_playlist_exports")),
    )
    op.create_index("ix_playlist_exports_user_id", "playlist_exports", ["user_id"])


def downgrade() -> None:
    """Lists at services stay there; which of ours they are stands in their description."""
    op.drop_table("playlist_exports")
    op.drop_column("link_attempts", "wanted")
