"""Phase 2: audio that stands in posts becomes tracks, in batches that may be cut off anywhere."""

from __future__ import annotations

from migrations.posts.running import CannotGoOn, ask, do, each_by_itself, examples, rows, this_run

URL = "nullif(btrim(p.audio_url), '')"
WAITING = "p.post_type = 'audio' AND p.track_id IS NULL AND p.track_removed_at IS NULL"
TITLE_LIMIT = 255

# What the checks on tracks would refuse is put right here: names without a visible character, too long ones, times and
# sizes of nothing.
NAME = r"nullif(regexp_replace(p.audio_filename, '^\s+|\s+$', '', 'g'), '')"
TITLE = f"""coalesce(
    regexp_replace(left({NAME}, {TITLE_LIMIT}), '\\s+$', ''),
    'Audio Track - ' || to_char(p.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')
)"""

BATCH = f"""
WITH waiting AS (
    SELECT p.id, p.user_id, {URL} AS url, {TITLE} AS title, p.content, p.created_at, p.updated_at,
        CASE WHEN p.audio_duration > 0 THEN p.audio_duration END AS duration,
        CASE WHEN p.audio_file_size > 0 THEN p.audio_file_size END AS file_size,
        nullif(btrim(p.audio_mime_type), '') AS mime_type,
        {NAME} IS NULL AS nameless, length({NAME}) > {TITLE_LIMIT} AS too_long,
        p.audio_duration <= 0 AS no_length
    FROM posts p
    WHERE {WAITING} AND {URL} IS NOT NULL
    ORDER BY p.created_at, p.id
    LIMIT :batch
    FOR UPDATE
), known AS (
    SELECT DISTINCT ON (t.user_id, t.file_url) t.id, t.user_id, t.file_url
    FROM tracks t
    JOIN waiting w ON w.user_id = t.user_id AND md5(w.url) = md5(t.file_url) AND w.url = t.file_url
    ORDER BY t.user_id, t.file_url, t.created_at, t.id
), first AS (
    SELECT DISTINCT ON (w.user_id, w.url) w.*
    FROM waiting w
    WHERE NOT EXISTS (SELECT FROM known k WHERE k.user_id = w.user_id AND k.file_url = w.url)
    ORDER BY w.user_id, w.url, w.created_at, w.id
), made AS (
    INSERT INTO tracks (
        id, user_id, title, description, file_url, duration, file_size, mime_type, is_public, created_at, updated_at
    )
    SELECT gen_random_uuid(), user_id, title, content, url, duration, file_size, mime_type, true, created_at, updated_at
    FROM first
    RETURNING id, user_id, file_url
), noted AS (
    INSERT INTO migration_tracks SELECT id FROM made
), linked AS (
    UPDATE posts p
    SET track_id = coalesce(m.id, k.id)
    FROM waiting w
    LEFT JOIN made m ON m.user_id = w.user_id AND m.file_url = w.url
    LEFT JOIN known k ON k.user_id = w.user_id AND k.file_url = w.url
    WHERE p.id = w.id
    RETURNING p.id
)
SELECT
    (SELECT count(*) FROM linked) AS linked,
    (SELECT count(*) FROM made) AS made,
    (SELECT count(*) FROM first WHERE nameless) AS nameless,
    (SELECT count(*) FROM first WHERE too_long) AS too_long,
    (SELECT count(*) FROM first WHERE no_length) AS no_length
"""
"""One statement, so one batch is done or not. A track is one audio of one member: of two posts with the same address
the older names it."""

TOLD = {
    "linked": "posts given their track",
    "made": "tracks made",
    "nameless": "tracks named by their day",
    "too_long": "titles cut to 255 characters",
    "no_length": "lengths of zero or less left out",
}


def judge_posts_without_audio() -> None:
    """Nothing can be made of a post without an address: the operator says what becomes of it, before it happens."""
    left = f"FROM posts p WHERE {WAITING} AND {URL} IS NULL"
    if ask("SELECT to_regclass('posts_links_aside') IS NOT NULL"):
        left += " AND NOT EXISTS (SELECT FROM posts_links_aside l WHERE l.post_id = p.id)"
    number = ask(f"SELECT count(*) {left}")
    if number and not this_run().set_aside:
        raise CannotGoOn(
            f"{number} audio posts have no address of any audio, for instance "
            f"{examples(f'SELECT p.id {left} ORDER BY p.created_at, p.id')}. Give them one, or let them stay as posts "
            "whose track is gone, with everything that hangs on them: --set-aside."
        )


def take_in_batches() -> None:
    """Batches, each committed by itself, until no post waits."""
    run = this_run()
    with each_by_itself():
        while _take_in_one():
            run.passed("a batch")


def take_in_the_rest() -> None:
    """What was posted the old way since: within the transaction of the step that needs it."""
    while _take_in_one():
        pass
    _judge_orphans()


def _take_in_one() -> bool:
    run = this_run()
    (counted,) = rows(BATCH, batch=run.batch)
    for name, what in TOLD.items():
        run.tell(what, getattr(counted, name))
    return counted.linked > 0


def _judge_orphans() -> None:
    """Every audio post presents a track now, or is a tombstone."""
    run = this_run()
    judge_posts_without_audio()
    if run.set_aside:
        do(f"INSERT INTO migration_tombstones SELECT p.id FROM posts p WHERE {WAITING} ON CONFLICT DO NOTHING")
        gone = do(f"UPDATE posts p SET track_removed_at = :now WHERE {WAITING}", now=run.now)
        run.tell("posts without audio that became tombstones", gone)
    orphans = ask(f"SELECT count(*) FROM posts p WHERE {WAITING}")
    if orphans:
        raise CannotGoOn(f"{orphans} audio posts are still without a track: nothing of this step was done.")
