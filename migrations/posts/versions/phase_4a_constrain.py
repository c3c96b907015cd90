"""Phase 4: the database judges what is written from now on; the old columns are marked as such."""

from __future__ import annotations

from alembic import op

from migrations.posts import taking_in
from migrations.posts.running import CannotGoOn, ask, examples

revision = "4a"
down_revision = "3b"
branch_labels = None
depends_on = None

CHECKS = {
    "posts": {
        # As first designed, deleting a posted track would break the check that its post must have one: a post whose
        # track was removed says when.
        "audio_posts_must_have_track": "CASE post_type WHEN 'audio' THEN track_id IS NOT NULL"
        " OR track_removed_at IS NOT NULL ELSE track_id IS NULL END",
    },
    "tracks": {
        "track_title_not_empty": "title IS NOT NULL AND length(trim(title)) > 0",
        "track_title_max_length": "length(title) <= 255",
        "track_file_url_not_empty": "file_url IS NOT NULL AND length(trim(file_url)) > 0",
        "track_duration_positive": "duration IS NULL OR duration > 0",
        "track_file_size_positive": "file_size IS NULL OR file_size > 0",
    },
}

DEPRECATED = {
    "audio_url": "file_url",
    "audio_filename": "title",
    "audio_duration": "duration",
    "audio_file_size": "file_size",
    "audio_mime_type": "mime_type",
}


def upgrade() -> None:
    op.execute("LOCK TABLE posts IN SHARE ROW EXCLUSIVE MODE")
    taking_in.take_in_the_rest()
    for rule in CHECKS["tracks"].values():
        wrong = ask(f"SELECT count(*) FROM tracks WHERE NOT ({rule})")
        if wrong:
            raise CannotGoOn(
                f"{wrong} tracks that were there before break the rule ({rule}), for instance "
                f"{examples(f'SELECT id FROM tracks WHERE NOT ({rule}) ORDER BY id')}. Put them right and go on."
            )
    op.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table, checks in CHECKS.items():
        for name, rule in checks.items():
            op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({rule}) NOT VALID")
    for old, new in DEPRECATED.items():
        op.execute(f"COMMENT ON COLUMN posts.{old} IS 'DEPRECATED: Use track.{new} via track_id'")


def downgrade() -> None:
    for old in DEPRECATED:
        op.execute(f"COMMENT ON COLUMN posts.{old} IS NULL")
    for table, checks in CHECKS.items():
        for name in checks:
            op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
