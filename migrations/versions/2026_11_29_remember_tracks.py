"""Remember tracks: a private log that is only added to, and ideas, drafts of pitches and milestones around tracks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "e27d40a9c816"
down_revision = "c1f7a94be205"
branch_labels = None
depends_on = None

DEEDS = (
    "deed IN ('nominated', 'pitched', 'voted', 'won', 'rated', 'favourite', 'posted', 'note_given', 'version_added',"
    " 'playlisted', 'first_listen', 'hundredth_listen', 'note')"
)
ONLY_ADDED = """
CREATE FUNCTION memory_is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an entry of the memory is never changed' USING ERRCODE = 'restrict_violation';
END
$$
"""

KEY_STAYS = """
CREATE FUNCTION key_of_track_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.id <> OLD.id THEN
        RAISE EXCEPTION 'a track keeps its key' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$
"""
"""Everything that is remembered hangs on the key."""


def _of_person(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["user_id"], ["users.id"], name=op.f(f"fk_{table}_user_id_users"), ondelete="CASCADE"
    )


def _of_track(table: str, *, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["track_id"], ["tracks.id"], name=op.f(f"fk_{table}_track_id_tracks"), ondelete=ondelete
    )


def _at(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    _log()
    _ideas()
    _drafts()
    _milestones()
    for table in ("ideas", "pitch_drafts", "timeline_events"):
        op.create_index(f"ix_{table}_track_id", table, ["track_id"], postgresql_where=sa.text("track_id IS NOT NULL"))
    op.add_column("tracks", sa.Column("origin_idea_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_tracks_origin_idea_id_ideas"), "tracks", "ideas", ["origin_idea_id"], ["id"], ondelete="SET NULL"
    )
    op.create_index(
        "ix_tracks_origin_idea_id", "tracks", ["origin_idea_id"], postgresql_where=sa.text("origin_idea_id IS NOT NULL")
    )
    op.execute(KEY_STAYS)
    op.execute(
        "CREATE TRIGGER tracks_key_stays BEFORE UPDATE OF id ON tracks"
        " FOR EACH ROW EXECUTE FUNCTION key_of_track_stays()"
    )


def _log() -> None:
    op.create_table(
        "memory_entries",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("track_id", sa.Uuid(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("deed", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), server_default="", nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        _at("happened_at"),
        sa.CheckConstraint(DEEDS, name=op.f("ck_memory_entries_deed_known")),
        sa.CheckConstraint("char_length(source_key) <= 200", name=op.f("ck_memory_entries_source_key_length")),
        sa.CheckConstraint("char_length(about) <= 300", name=op.f("ck_memory_entries_about_length")),
        sa.CheckConstraint("char_length(words) <= 2000", name=op.f("ck_memory_entries_words_length")),
        _of_person("memory_entries"),
        _of_track("memory_entries", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "track_id", "source_key", name=op.f("pk_memory_entries")),
    )
    op.create_index("ix_memory_entries_track_id", "memory_entries", ["track_id"])
    op.execute(ONLY_ADDED)
    op.execute(
        "CREATE TRIGGER memory_entries_only_added BEFORE UPDATE ON memory_entries"
        " FOR EACH ROW EXECUTE FUNCTION memory_is_only_added_to()"
    )
    op.create_table(
        "forgotten_tracks",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("track_id", sa.Uuid(), nullable=False),
        _at("forgotten_at"),
        _of_person("forgotten_tracks"),
        _of_track("forgotten_tracks", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "track_id", name=op.f("pk_forgotten_tracks")),
    )
    op.create_index("ix_forgotten_tracks_track_id", "forgotten_tracks", ["track_id"])


def _ideas() -> None:
    op.create_table(
        "ideas",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), server_default="", nullable=False),
        sa.Column("position_x", sa.Float(), nullable=True),
        sa.Column("position_y", sa.Float(), nullable=True),
        sa.Column("is_starter", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("track_id", sa.Uuid(), nullable=True),
        _at("created_at"),
        _at("updated_at"),
        sa.CheckConstraint("char_length(content) BETWEEN 1 AND 2000", name=op.f("ck_ideas_content_length")),
        sa.CheckConstraint("char_length(tag) <= 60", name=op.f("ck_ideas_tag_length")),
        _of_person("ideas"),
        _of_track("ideas", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ideas")),
    )
    op.create_index("ix_ideas_user_id", "ideas", ["user_id"])


def _drafts() -> None:
    op.create_table(
        "pitch_drafts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("pitch_type", sa.Text(), server_default="nomination", nullable=False),
        sa.Column("sections", postgresql.JSONB(), nullable=False),
        sa.Column("track_id", sa.Uuid(), nullable=True),
        _at("created_at"),
        _at("updated_at"),
        sa.CheckConstraint("char_length(btrim(name)) BETWEEN 1 AND 200", name=op.f("ck_pitch_drafts_name_length")),
        sa.CheckConstraint("pitch_type IN ('nomination')", name=op.f("ck_pitch_drafts_pitch_type_known")),
        _of_person("pitch_drafts"),
        _of_track("pitch_drafts", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pitch_drafts")),
    )
    op.create_index("ix_pitch_drafts_user_id", "pitch_drafts", ["user_id"])


def _milestones() -> None:
    op.create_table(
        "timeline_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("lane", sa.Text(), server_default="release", nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("event_date", sa.Date(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=True),
        sa.Column("tracker_campaign_id", sa.Uuid(), nullable=True),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("track_id", sa.Uuid(), nullable=True),
        _at("remind_at", nullable=True),
        _at("created_at"),
        _at("updated_at"),
        sa.CheckConstraint("char_length(btrim(title)) BETWEEN 1 AND 200", name=op.f("ck_timeline_events_title_length")),
        sa.CheckConstraint("char_length(lane) <= 60", name=op.f("ck_timeline_events_lane_length")),
        sa.CheckConstraint("char_length(description) <= 2000", name=op.f("ck_timeline_events_description_length")),
        _of_person("timeline_events"),
        _of_track("timeline_events", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timeline_events")),
    )
    op.create_index("ix_timeline_events_user_id", "timeline_events", ["user_id", "event_date"])


def downgrade() -> None:
    op.execute("DROP TRIGGER tracks_key_stays ON tracks")
    op.execute("DROP FUNCTION key_of_track_stays()")
    op.drop_index("ix_tracks_origin_idea_id", "tracks")
    op.drop_constraint(op.f("fk_tracks_origin_idea_id_ideas"), "tracks", type_="foreignkey")
    op.drop_column("tracks", "origin_idea_id")
    for table in ("timeline_events", "pitch_drafts", "ideas", "forgotten_tracks", "memory_entries"):
        op.drop_table(table)
    op.execute("DROP FUNCTION memory_is_only_added_to()")
