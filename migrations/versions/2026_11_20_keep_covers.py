"""Keep covers: pictures of albums, each once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "5d3f2c7e1a43"
down_revision = "4c2e1b6d0f32"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "covers",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_covers_sha256_is_a_hash")),
        sa.CheckConstraint("media_type IN ('image/jpeg')", name=op.f("ck_covers_media_type_known")),
        sa.CheckConstraint("width > 0 AND height > 0 AND size > 0", name=op.f("ck_covers_is_a_picture")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_covers")),
    )
    op.create_index("ix_covers_used_at", "covers", ["used_at"])
    op.create_table(
        "album_covers",
        sa.Column("album_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("source_url", sa.Text(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.CheckConstraint("char_length(source_url) <= 2048", name=op.f("ck_album_covers_source_url_length")),
        sa.CheckConstraint("char_length(outcome) <= 50", name=op.f("ck_album_covers_outcome_length")),
        sa.CheckConstraint("sha256 IS NULL OR outcome = 'kept'", name=op.f("ck_album_covers_only_kept_is_there")),
        sa.ForeignKeyConstraint(
            ["album_id"], ["albums.id"], name=op.f("fk_album_covers_album_id_albums"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["sha256"], ["covers.sha256"], name=op.f("fk_album_covers_sha256_covers"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("album_id", name=op.f("pk_album_covers")),
    )
    op.create_index(op.f("ix_album_covers_sha256"), "album_covers", ["sha256"])


def downgrade() -> None:
    """Drop them; the files stay where they lie."""
    op.drop_table("album_covers")
    op.drop_table("covers")
