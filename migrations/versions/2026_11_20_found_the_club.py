"""Found the club: people, catalogue, clubs and their weeks, the outbox, the audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "023c6d5b7c16"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "albums",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("artist", sa.Text(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=True),
        sa.Column("identity_key", sa.Text(), nullable=False),
        sa.Column("title_key", sa.Text(), nullable=False),
        sa.Column("artist_key", sa.Text(), nullable=False),
        sa.Column("cover_url", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("char_length(artist) <= 500", name=op.f("ck_albums_artist_length")),
        sa.CheckConstraint("char_length(title) <= 500", name=op.f("ck_albums_title_length")),
        sa.CheckConstraint("char_length(title) > 0", name=op.f("ck_albums_title_given")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_albums")),
        sa.UniqueConstraint("identity_key", name=op.f("uq_albums_identity_key")),
    )
    op.create_index(
        "ix_albums_artist_key",
        "albums",
        ["artist_key"],
        unique=False,
        postgresql_ops={"artist_key": "text_pattern_ops"},
    )
    op.create_index(
        "ix_albums_title_key", "albums", ["title_key"], unique=False, postgresql_ops={"title_key": "text_pattern_ops"}
    )
    op.create_table(
        "clubs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("rules", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("schedule", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("host_role_id", sa.BigInteger(), nullable=True),
        sa.Column("reminder_role_id", sa.BigInteger(), nullable=True),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clubs")),
        sa.UniqueConstraint("guild_id", name=op.f("uq_clubs_guild_id")),
    )
    op.create_table(
        "command_syncs",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_command_syncs")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=True),
        sa.Column("legacy_user_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("legacy_user_id", name=op.f("uq_users_legacy_user_id")),
    )
    op.create_table(
        "album_links",
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("album_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["album_id"], ["albums.id"], name=op.f("fk_album_links_album_id_albums"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("service", "external_id", name=op.f("pk_album_links")),
    )
    op.create_index(op.f("ix_album_links_album_id"), "album_links", ["album_id"], unique=False)
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("week_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column(
            "details", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["club_id"], ["clubs.id"], name=op.f("fk_audit_log_club_id_clubs"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_audit_log_user_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_index("ix_audit_log_club_id_at", "audit_log", ["club_id", "at"], unique=False)
    op.create_table(
        "compatibilities",
        sa.Column("user_a", sa.Uuid(), nullable=False),
        sa.Column("user_b", sa.Uuid(), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.Column(
            "reasons", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_compatibilities_score_range")),
        sa.CheckConstraint("user_a < user_b", name=op.f("ck_compatibilities_ordered_pair")),
        sa.ForeignKeyConstraint(
            ["user_a"], ["users.id"], name=op.f("fk_compatibilities_user_a_users"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_b"], ["users.id"], name=op.f("fk_compatibilities_user_b_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_a", "user_b", name=op.f("pk_compatibilities")),
    )
    op.create_index(op.f("ix_compatibilities_user_b"), "compatibilities", ["user_b"], unique=False)
    op.create_table(
        "follows",
        sa.Column("follower_id", sa.Uuid(), nullable=False),
        sa.Column("followee_id", sa.Uuid(), nullable=False),
        sa.Column("followed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("follower_id <> followee_id", name=op.f("ck_follows_not_oneself")),
        sa.ForeignKeyConstraint(
            ["followee_id"], ["users.id"], name=op.f("fk_follows_followee_id_users"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["follower_id"], ["users.id"], name=op.f("fk_follows_follower_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("follower_id", "followee_id", name=op.f("pk_follows")),
    )
    op.create_index(op.f("ix_follows_followee_id"), "follows", ["followee_id"], unique=False)
    op.create_table(
        "form_drafts",
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["club_id"], ["clubs.id"], name=op.f("fk_form_drafts_club_id_clubs"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_form_drafts_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("club_id", "id", name=op.f("pk_form_drafts")),
    )
    op.create_table(
        "linked_accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("external_name", sa.Text(), nullable=True),
        sa.Column("access_token", sa.LargeBinary(), nullable=True),
        sa.Column("refresh_token", sa.LargeBinary(), nullable=True),
        sa.Column("token_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "provider IN ('discord', 'spotify', 'lastfm', 'listenbrainz')",
            name=op.f("ck_linked_accounts_provider_known"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_linked_accounts_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_linked_accounts")),
    )
    op.create_index(
        "uq_linked_accounts_provider_external_id", "linked_accounts", ["provider", "external_id"], unique=True
    )
    op.create_index("uq_linked_accounts_user_id_provider", "linked_accounts", ["user_id", "provider"], unique=True)
    op.create_table(
        "memberships",
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dm_reminders", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["club_id"], ["clubs.id"], name=op.f("fk_memberships_club_id_clubs"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_memberships_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("club_id", "user_id", name=op.f("pk_memberships")),
    )
    op.create_index(op.f("ix_memberships_user_id"), "memberships", ["user_id"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("week_id", sa.Uuid(), nullable=True),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_epoch", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("holder", sa.Integer(), nullable=True),
        sa.Column("discord_id", sa.BigInteger(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'sending', 'unknown', 'done', 'skipped', 'dead')", name=op.f("ck_outbox_state_known")
        ),
        sa.ForeignKeyConstraint(["club_id"], ["clubs.id"], name=op.f("fk_outbox_club_id_clubs"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_lane_seq_unfinished",
        "outbox",
        ["lane", "seq"],
        unique=False,
        postgresql_where=sa.text("state IN ('pending', 'sending', 'unknown')"),
    )
    op.create_index("uq_outbox_key", "outbox", ["key"], unique=True)
    op.create_index(
        "uq_outbox_one_refresh_waiting",
        "outbox",
        ["week_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'refresh' AND state = 'pending' AND attempts = 0"),
    )
    op.create_table(
        "shelf_items",
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("album_id", sa.Uuid(), nullable=False),
        sa.Column("shelved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["album_id"], ["albums.id"], name=op.f("fk_shelf_items_album_id_albums")),
        sa.ForeignKeyConstraint(
            ["club_id"], ["clubs.id"], name=op.f("fk_shelf_items_club_id_clubs"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_shelf_items_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("club_id", "user_id", "album_id", name=op.f("pk_shelf_items")),
    )
    op.create_table(
        "skipped_dates",
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("skipped_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["club_id"], ["clubs.id"], name=op.f("fk_skipped_dates_club_id_clubs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("club_id", "on", name=op.f("pk_skipped_dates")),
    )
    op.create_table(
        "tracks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("album_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.CheckConstraint("char_length(title) <= 500", name=op.f("ck_tracks_title_length")),
        sa.ForeignKeyConstraint(
            ["album_id"], ["albums.id"], name=op.f("fk_tracks_album_id_albums"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracks")),
        sa.UniqueConstraint("album_id", "id", name=op.f("uq_tracks_album_id_id")),
        sa.UniqueConstraint("album_id", "position", name=op.f("uq_tracks_album_id_position")),
    )
    op.create_table(
        "weeks",
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="album", nullable=False),
        sa.Column("theme", sa.Text(), server_default="", nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("rules", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("from_template", sa.Boolean(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("nominations_close_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("poll_close_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("discussion_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ratings_close_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_transition_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("phase_began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("nominations_extended", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("poll_extended", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("winner_id", sa.Uuid(), nullable=True),
        sa.Column("deciding_step", sa.Text(), nullable=True),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("cancelled_from", sa.Text(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("reopened", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("nominations_thread_id", sa.BigInteger(), nullable=True),
        sa.Column("poll_thread_id", sa.BigInteger(), nullable=True),
        sa.Column("listening_thread_id", sa.BigInteger(), nullable=True),
        sa.Column("ratings_thread_id", sa.BigInteger(), nullable=True),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(phase = 'cancelled') = (cancel_reason IS NOT NULL)", name=op.f("ck_weeks_cancelled_with_reason")
        ),
        sa.CheckConstraint(
            "cancelled_from IN ('scheduled', 'nominations', 'poll', 'listening', 'ratings', 'closed', 'cancelled')",
            name=op.f("ck_weeks_cancelled_from_known"),
        ),
        sa.CheckConstraint(
            "deciding_step IN ('points', 'firsts', 'head_to_head', 'draw', 'method', 'unopposed', 'host')",
            name=op.f("ck_weeks_deciding_step_known"),
        ),
        sa.CheckConstraint("kind IN ('album')", name=op.f("ck_weeks_kind_known")),
        sa.CheckConstraint(
            "phase IN ('scheduled', 'nominations', 'poll', 'listening', 'ratings', 'closed', 'cancelled')",
            name=op.f("ck_weeks_phase_known"),
        ),
        sa.CheckConstraint(
            "phase NOT IN ('listening', 'ratings', 'closed') OR winner_id IS NOT NULL",
            name=op.f("ck_weeks_announced_with_winner"),
        ),
        sa.CheckConstraint("(winner_id IS NULL) = (deciding_step IS NULL)", name=op.f("ck_weeks_winner_with_step")),
        sa.CheckConstraint("char_length(theme) <= 200", name=op.f("ck_weeks_theme_length")),
        sa.CheckConstraint(
            "opens_at <= nominations_close_at AND nominations_close_at <= poll_close_at AND poll_close_at <= discussion_at AND discussion_at <= ratings_close_at",
            name=op.f("ck_weeks_deadlines_in_order"),
        ),
        sa.ForeignKeyConstraint(["club_id"], ["clubs.id"], name=op.f("fk_weeks_club_id_clubs"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("club_id", "id", name=op.f("pk_weeks")),
        sa.UniqueConstraint("club_id", "number", name=op.f("uq_weeks_club_id_number")),
    )
    op.create_index(
        "ix_weeks_next_transition_at",
        "weeks",
        ["next_transition_at"],
        unique=False,
        postgresql_where=sa.text("next_transition_at IS NOT NULL"),
    )
    op.create_index("ix_weeks_id", "weeks", ["id"], unique=False)
    op.create_index(
        "uq_weeks_one_being_chosen",
        "weeks",
        ["club_id", "kind"],
        unique=True,
        postgresql_where=sa.text("phase IN ('nominations', 'poll')"),
    )
    op.create_table(
        "ballots",
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("week_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("cast_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["club_id", "week_id"],
            ["weeks.club_id", "weeks.id"],
            name=op.f("fk_ballots_club_id_week_id_weeks"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_ballots_user_id_users")),
        sa.PrimaryKeyConstraint("club_id", "week_id", "user_id", name=op.f("pk_ballots")),
    )
    op.create_table(
        "hearings",
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("week_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["club_id", "week_id"],
            ["weeks.club_id", "weeks.id"],
            name=op.f("fk_hearings_club_id_week_id_weeks"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_hearings_user_id_users")),
        sa.PrimaryKeyConstraint("club_id", "week_id", "user_id", name=op.f("pk_hearings")),
    )
    op.create_table(
        "nominations",
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("week_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("album_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.SmallInteger(), nullable=False),
        sa.Column("slot", sa.SmallInteger(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("pitch", sa.Text(), server_default="", nullable=False),
        sa.Column("pitch_track", sa.Text(), server_default="", nullable=False),
        sa.Column("genre", sa.Text(), server_default="", nullable=False),
        sa.Column("decade", sa.Text(), server_default="", nullable=False),
        sa.Column("country", sa.Text(), server_default="", nullable=False),
        sa.Column("host_pick", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("edits", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("nominated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("standing IN ('standing', 'withdrawn', 'void')", name=op.f("ck_nominations_standing_known")),
        sa.CheckConstraint("char_length(country) <= 100", name=op.f("ck_nominations_country_length")),
        sa.CheckConstraint("char_length(decade) <= 20", name=op.f("ck_nominations_decade_length")),
        sa.CheckConstraint("char_length(genre) <= 100", name=op.f("ck_nominations_genre_length")),
        sa.CheckConstraint("char_length(pitch) <= 2000", name=op.f("ck_nominations_pitch_length")),
        sa.CheckConstraint("char_length(pitch_track) <= 500", name=op.f("ck_nominations_pitch_track_length")),
        sa.CheckConstraint("slot >= 1", name=op.f("ck_nominations_slot_counts_from_one")),
        sa.ForeignKeyConstraint(["album_id"], ["albums.id"], name=op.f("fk_nominations_album_id_albums")),
        sa.ForeignKeyConstraint(
            ["club_id", "week_id"],
            ["weeks.club_id", "weeks.id"],
            name=op.f("fk_nominations_club_id_week_id_weeks"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_nominations_user_id_users")),
        sa.PrimaryKeyConstraint("club_id", "id", name=op.f("pk_nominations")),
        sa.UniqueConstraint("club_id", "id", "week_id", name=op.f("uq_nominations_club_id_id_week_id")),
        sa.UniqueConstraint("club_id", "week_id", "ordinal", name=op.f("uq_nominations_club_id_week_id_ordinal")),
    )
    op.create_index("ix_nominations_club_id_album_id", "nominations", ["club_id", "album_id"], unique=False)
    op.create_index(
        "uq_nominations_album_once_a_week",
        "nominations",
        ["club_id", "week_id", "album_id"],
        unique=True,
        postgresql_where=sa.text("standing <> 'withdrawn'"),
    )
    op.create_index(
        "uq_nominations_slot_of_member",
        "nominations",
        ["club_id", "week_id", "user_id", "slot"],
        unique=True,
        postgresql_where=sa.text("standing <> 'withdrawn'"),
    )
    op.create_table(
        "panels",
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("week_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("drawn", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["club_id", "week_id"],
            ["weeks.club_id", "weeks.id"],
            name=op.f("fk_panels_club_id_week_id_weeks"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("club_id", "week_id", "kind", "ordinal", name=op.f("pk_panels")),
    )
    op.create_index("ix_panels_message_id", "panels", ["message_id"], unique=False)
    op.create_table(
        "ratings",
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("week_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("album_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Numeric(precision=2, scale=1), nullable=False),
        sa.Column("favourite", sa.Text(), server_default="", nullable=False),
        sa.Column("favourite_track_id", sa.Uuid(), nullable=True),
        sa.Column("review", sa.Text(), server_default="", nullable=False),
        sa.Column("official", sa.Boolean(), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("char_length(favourite) <= 500", name=op.f("ck_ratings_favourite_length")),
        sa.CheckConstraint("char_length(review) <= 2000", name=op.f("ck_ratings_review_length")),
        sa.CheckConstraint(
            "score BETWEEN 1 AND 5 AND score * 2 = trunc(score * 2)", name=op.f("ck_ratings_score_in_half_steps")
        ),
        sa.ForeignKeyConstraint(
            ["album_id", "favourite_track_id"],
            ["tracks.album_id", "tracks.id"],
            name="fk_ratings_favourite_on_the_album",
        ),
        sa.ForeignKeyConstraint(["album_id"], ["albums.id"], name=op.f("fk_ratings_album_id_albums")),
        sa.ForeignKeyConstraint(
            ["club_id", "week_id"],
            ["weeks.club_id", "weeks.id"],
            name=op.f("fk_ratings_club_id_week_id_weeks"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_ratings_user_id_users")),
        sa.PrimaryKeyConstraint("club_id", "week_id", "user_id", name=op.f("pk_ratings")),
    )
    op.create_table(
        "seconds",
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("nomination_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("seconded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["club_id", "nomination_id"],
            ["nominations.club_id", "nominations.id"],
            name=op.f("fk_seconds_club_id_nomination_id_nominations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_seconds_user_id_users")),
        sa.PrimaryKeyConstraint("club_id", "nomination_id", "user_id", name=op.f("pk_seconds")),
    )
    op.create_table(
        "votes",
        sa.Column("club_id", sa.Uuid(), nullable=False),
        sa.Column("week_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("nomination_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("rank BETWEEN 1 AND 50", name=op.f("ck_votes_rank_range")),
        sa.ForeignKeyConstraint(
            ["club_id", "nomination_id", "week_id"],
            ["nominations.club_id", "nominations.id", "nominations.week_id"],
            name="fk_votes_nomination_of_this_week",
        ),
        sa.ForeignKeyConstraint(
            ["club_id", "week_id", "user_id"],
            ["ballots.club_id", "ballots.week_id", "ballots.user_id"],
            name=op.f("fk_votes_club_id_week_id_user_id_ballots"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("club_id", "week_id", "user_id", "rank", name=op.f("pk_votes")),
        sa.UniqueConstraint("club_id", "nomination_id", "user_id", name="uq_votes_one_rank_per_nomination"),
    )
    # Weeks and nominations name each other: the winner's key comes once both tables stand.
    op.create_foreign_key(
        "fk_weeks_winner_of_this_week",
        "weeks",
        "nominations",
        ["club_id", "winner_id", "id"],
        ["club_id", "id", "week_id"],
    )


def downgrade() -> None:
    op.drop_constraint("fk_weeks_winner_of_this_week", "weeks", type_="foreignkey")
    op.drop_table("votes")
    op.drop_table("seconds")
    op.drop_table("ratings")
    op.drop_index("ix_panels_message_id", table_name="panels")
    op.drop_table("panels")
    op.drop_index(
        "uq_nominations_slot_of_member", table_name="nominations", postgresql_where=sa.text("standing <> 'withdrawn'")
    )
    op.drop_index(
        "uq_nominations_album_once_a_week",
        table_name="nominations",
        postgresql_where=sa.text("standing <> 'withdrawn'"),
    )
    op.drop_index("ix_nominations_club_id_album_id", table_name="nominations")
    op.drop_table("nominations")
    op.drop_table("hearings")
    op.drop_table("ballots")
    op.drop_index("ix_weeks_id", table_name="weeks")
    op.drop_index(
        "uq_weeks_one_being_chosen", table_name="weeks", postgresql_where=sa.text("phase IN ('nominations', 'poll')")
    )
    op.drop_index(
        "ix_weeks_next_transition_at", table_name="weeks", postgresql_where=sa.text("next_transition_at IS NOT NULL")
    )
    op.drop_table("weeks")
    op.drop_table("tracks")
    op.drop_table("skipped_dates")
    op.drop_table("shelf_items")
    op.drop_index(
        "uq_outbox_one_refresh_waiting",
        table_name="outbox",
        postgresql_where=sa.text("kind = 'refresh' AND state = 'pending' AND attempts = 0"),
    )
    op.drop_index("uq_outbox_key", table_name="outbox")
    op.drop_index(
        "ix_outbox_lane_seq_unfinished",
        table_name="outbox",
        postgresql_where=sa.text("state IN ('pending', 'sending', 'unknown')"),
    )
    op.drop_table("outbox")
    op.drop_index(op.f("ix_memberships_user_id"), table_name="memberships")
    op.drop_table("memberships")
    op.drop_index("uq_linked_accounts_user_id_provider", table_name="linked_accounts")
    op.drop_index("uq_linked_accounts_provider_external_id", table_name="linked_accounts")
    op.drop_table("linked_accounts")
    op.drop_table("form_drafts")
    op.drop_index(op.f("ix_follows_followee_id"), table_name="follows")
    op.drop_table("follows")
    op.drop_index(op.f("ix_compatibilities_user_b"), table_name="compatibilities")
    op.drop_table("compatibilities")
    op.drop_index("ix_audit_log_club_id_at", table_name="audit_log")
    op.drop_table("audit_log")
    op.drop_index(op.f("ix_album_links_album_id"), table_name="album_links")
    op.drop_table("album_links")
    op.drop_table("users")
    op.drop_table("command_syncs")
    op.drop_table("clubs")
    op.drop_index("ix_albums_title_key", table_name="albums", postgresql_ops={"title_key": "text_pattern_ops"})
    op.drop_index("ix_albums_artist_key", table_name="albums", postgresql_ops={"artist_key": "text_pattern_ops"})
    op.drop_table("albums")
