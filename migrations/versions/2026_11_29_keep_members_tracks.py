"""Members' own tracks: whose they are, their versions, the files behind them, and what is on its way into the library."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "aade1f0cc0e6"
down_revision = "7a55a2f88399"
branch_labels = None
depends_on = None

OF_ITS_OWNER = """
CREATE FUNCTION track_version_of_its_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM tracks WHERE id = NEW.track_id AND user_id = NEW.user_id) THEN
        RAISE EXCEPTION 'a version is of a track of its own member'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'fk_track_versions_track_of_its_owner';
    END IF;
    RETURN NEW;
END
$$
"""
"""A composite foreign key would need one more index over every track of the catalogue."""

TRACK_FILES = """
CREATE VIEW track_files AS
SELECT t.id, t.user_id, t.title, t.description, 'asset:' || a.sha256 AS file_url,
       greatest(1, round(a.duration_ms / 1000.0))::integer AS duration, a.size_bytes AS file_size, a.mime_type,
       t.genre, t.tags, t.is_public, t.play_count, t.created_at, t.updated_at,
       v.original_file_size, v.compression_ratio, v.compression_applied, v.source_sha256 AS file_hash
FROM tracks t
JOIN LATERAL (SELECT * FROM track_versions w WHERE w.track_id = t.id ORDER BY w.number DESC LIMIT 1) v ON true
JOIN assets a ON a.id = v.asset_id
WHERE t.kind = 'member' AND t.deleted_at IS NULL
"""
"""A track and its newest file under the names that the first design of the library gave them."""

CHECKS = {
    "member_track_has_an_owner": "(kind = 'member') = (user_id IS NOT NULL)",
    "member_track_is_dated": "kind <> 'member' OR (album_id IS NULL AND created_at IS NOT NULL AND updated_at IS NOT NULL)",
    "play_count_counts": "play_count >= 0",
    "description_length": "char_length(description) <= 2000",
    "genre_length": "char_length(genre) <= 100",
    "tags_length": "char_length(tags) <= 500",
}


def upgrade() -> None:
    """Columns of members' tracks, files, versions, uploads."""
    _tracks()
    _assets()
    _versions()
    _uploads()
    _people()
    op.execute(TRACK_FILES)


def _tracks() -> None:
    op.add_column("tracks", sa.Column("user_id", sa.Uuid(), nullable=True))
    op.add_column("tracks", sa.Column("description", sa.Text(), server_default="", nullable=False))
    op.add_column("tracks", sa.Column("genre", sa.Text(), server_default="", nullable=False))
    op.add_column("tracks", sa.Column("tags", sa.Text(), server_default="", nullable=False))
    op.add_column("tracks", sa.Column("is_public", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.add_column("tracks", sa.Column("play_count", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("tracks", sa.Column("created_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tracks", sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tracks", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tracks", sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_tracks_created_at",
        "tracks",
        [sa.literal_column("created_at DESC")],
        unique=False,
        postgresql_where=sa.text("user_id IS NOT NULL"),
    )
    op.create_index(
        "ix_tracks_deleted_at",
        "tracks",
        ["deleted_at"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_index(
        "ix_tracks_is_public",
        "tracks",
        ["user_id"],
        unique=False,
        postgresql_where=sa.text("is_public AND user_id IS NOT NULL"),
    )
    op.create_index(
        "ix_tracks_user_id", "tracks", ["user_id"], unique=False, postgresql_where=sa.text("user_id IS NOT NULL")
    )
    op.create_foreign_key(op.f("fk_tracks_user_id_users"), "tracks", "users", ["user_id"], ["id"], ondelete="CASCADE")
    for name, rule in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_tracks_{name}"), "tracks", rule)


def _assets() -> None:
    op.create_table(
        "assets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("mime_type", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("rate", sa.Integer(), nullable=False),
        sa.Column("channels", sa.SmallInteger(), nullable=False),
        sa.Column("bit_rate", sa.Integer(), nullable=False),
        sa.Column("loudness_lufs", sa.Double(), nullable=True),
        sa.Column("true_peak_db", sa.Double(), nullable=True),
        sa.Column("waveform", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("format IN ('mp3', 'wav', 'flac', 'opus')", name=op.f("ck_assets_format_known")),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_assets_sha256_is_a_hash")),
        sa.CheckConstraint("channels BETWEEN 1 AND 8", name=op.f("ck_assets_channels_range")),
        sa.CheckConstraint("duration_ms > 0", name=op.f("ck_assets_duration_lasts")),
        sa.CheckConstraint("rate BETWEEN 8000 AND 192000", name=op.f("ck_assets_rate_range")),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_assets_size_given")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assets")),
        sa.UniqueConstraint("sha256", name=op.f("uq_assets_sha256")),
    )
    op.create_index("ix_assets_created_at", "assets", ["created_at"])


def _versions() -> None:
    op.create_table(
        "track_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("track_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("source_sha256", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("original_file_size", sa.BigInteger(), nullable=False),
        sa.Column("compression_ratio", sa.Numeric(precision=4, scale=2), server_default=sa.text("1.0"), nullable=False),
        sa.Column("compression_applied", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("compression_quality", sa.Text(), server_default="", nullable=False),
        sa.Column("compression_ms", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("original_bit_rate", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("stored_bit_rate", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("source_sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_track_versions_source_is_a_hash")),
        sa.CheckConstraint("char_length(file_name) <= 255", name=op.f("ck_track_versions_file_name_length")),
        sa.CheckConstraint("char_length(note) <= 1000", name=op.f("ck_track_versions_note_length")),
        sa.CheckConstraint("compression_ratio > 0", name=op.f("ck_track_versions_ratio_positive")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_track_versions_number_counts")),
        sa.CheckConstraint("original_file_size > 0", name=op.f("ck_track_versions_original_size_given")),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], name=op.f("fk_track_versions_asset_id_assets")),
        sa.ForeignKeyConstraint(
            ["track_id"], ["tracks.id"], name=op.f("fk_track_versions_track_id_tracks"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_track_versions_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_track_versions")),
        sa.UniqueConstraint("track_id", "number", name=op.f("uq_track_versions_track_id_number")),
        sa.UniqueConstraint("user_id", "source_sha256", name="uq_track_versions_file_once_in_a_library"),
    )
    op.create_index("ix_track_versions_asset_id", "track_versions", ["asset_id"])
    op.execute(OF_ITS_OWNER)
    op.execute(
        "CREATE TRIGGER track_versions_of_its_owner BEFORE INSERT OR UPDATE OF track_id, user_id ON track_versions"
        " FOR EACH ROW EXECUTE FUNCTION track_version_of_its_owner()"
    )


def _uploads() -> None:
    op.create_table(
        "uploads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("fields", postgresql.JSONB(), nullable=False),
        sa.Column("file_name", sa.Text(), server_default="", nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("compress", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("track_id", sa.Uuid(), nullable=True),
        sa.Column("is_version", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("ticket_hash", sa.LargeBinary(), nullable=True),
        sa.Column("ticket_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("duplicate", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("restored", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("alive_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'arriving', 'working', 'done', 'failed')", name=op.f("ck_uploads_state_known")
        ),
        sa.CheckConstraint("char_length(file_name) <= 255", name=op.f("ck_uploads_file_name_length")),
        sa.CheckConstraint("char_length(note) <= 1000", name=op.f("ck_uploads_note_length")),
        sa.CheckConstraint("size_bytes >= 0", name=op.f("ck_uploads_size_counts")),
        sa.ForeignKeyConstraint(["club_id"], ["clubs.id"], name=op.f("fk_uploads_club_id_clubs"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["track_id"], ["tracks.id"], name=op.f("fk_uploads_track_id_tracks"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_uploads_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
    )
    op.create_index("ix_uploads_user_id_began_at", "uploads", ["user_id", "began_at"])
    op.create_index("uq_uploads_ticket_hash", "uploads", ["ticket_hash"], unique=True)


def _people() -> None:
    op.create_table(
        "rights_attestations",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("attested_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_rights_attestations_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "version", name=op.f("pk_rights_attestations")),
    )
    op.create_table(
        "track_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("track_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("char_length(reason) <= 1000", name=op.f("ck_track_reports_reason_length")),
        sa.ForeignKeyConstraint(
            ["club_id"], ["clubs.id"], name=op.f("fk_track_reports_club_id_clubs"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["track_id"], ["tracks.id"], name=op.f("fk_track_reports_track_id_tracks"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_track_reports_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_track_reports")),
        sa.UniqueConstraint("club_id", "track_id", "user_id", name="uq_track_reports_once_each"),
    )
    op.create_index("ix_track_reports_track_id", "track_reports", ["track_id"])


def downgrade() -> None:
    """Without members' tracks."""
    op.execute("DROP VIEW track_files")
    for name in ("track_reports", "rights_attestations", "uploads", "track_versions", "assets"):
        op.drop_table(name)
    op.execute("DROP FUNCTION track_version_of_its_owner()")
    op.execute("DELETE FROM tracks WHERE kind = 'member'")
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_tracks_{name}"), "tracks", type_="check")
    op.drop_constraint(op.f("fk_tracks_user_id_users"), "tracks", type_="foreignkey")
    for name in ("user_id", "is_public", "deleted_at", "created_at"):
        op.drop_index(f"ix_tracks_{name}", table_name="tracks")
    for name in (
        "hidden_at",
        "deleted_at",
        "updated_at",
        "created_at",
        "play_count",
        "is_public",
        "tags",
        "genre",
        "description",
        "user_id",
    ):
        op.drop_column("tracks", name)
