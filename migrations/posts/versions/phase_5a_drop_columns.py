"""Phase 5, after confirmation: posts lose the columns of audio; a backup keeps what stood in them."""

from __future__ import annotations

from alembic import op

from migrations.posts.running import CannotGoOn, ask, do, this_run

revision = "5a"
down_revision = "4c"
branch_labels = None
depends_on = None

COLUMNS = {
    "audio_url": "text",
    "audio_filename": "text",
    "audio_duration": "integer",
    "audio_file_size": "integer",
    "audio_mime_type": "text",
}
LIST = ", ".join(COLUMNS)


def upgrade() -> None:
    run = this_run()
    if not run.confirm_drop:
        raise CannotGoOn(
            "Phase 5 drops the columns audio_*. Once every program reads tracks, say so: --confirm-drop. "
            "A backup is made, so that the way back stays open."
        )
    op.execute("LOCK TABLE posts IN ACCESS EXCLUSIVE MODE")
    left = ask("SELECT count(*) FROM posts WHERE post_type = 'audio' AND track_id IS NULL AND track_removed_at IS NULL")
    if left:
        raise CannotGoOn(f"{left} audio posts have no track: nothing was dropped.")
    typed = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    do("DROP TABLE IF EXISTS posts_audio_backup")
    do(f"CREATE TABLE posts_audio_backup (post_id uuid PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE, {typed})")
    kept = do(f"INSERT INTO posts_audio_backup SELECT id, {LIST} FROM posts WHERE num_nonnulls({LIST}) > 0")
    run.tell("posts whose audio columns are kept in the backup", kept)
    op.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for name in COLUMNS:
        op.execute(f"ALTER TABLE posts DROP COLUMN {name}")


def downgrade() -> None:
    for name, kind in COLUMNS.items():
        op.execute(f"ALTER TABLE posts ADD COLUMN IF NOT EXISTS {name} {kind}")
    values = ", ".join(f"{name} = b.{name}" for name in COLUMNS)
    # A track that was deleted since stays deleted.
    restored = do(
        f"UPDATE posts p SET {values} FROM posts_audio_backup b WHERE b.post_id = p.id AND"
        " (p.track_removed_at IS NULL OR EXISTS (SELECT FROM migration_tombstones t WHERE t.post_id = p.id))"
    )
    this_run().tell("posts whose audio columns came back", restored)
    op.execute("DROP TABLE posts_audio_backup")
    for old, new in zip(COLUMNS, ("file_url", "title", "duration", "file_size", "mime_type"), strict=True):
        op.execute(f"COMMENT ON COLUMN posts.{old} IS 'DEPRECATED: Use track.{new} via track_id'")
