"""Posts and tracks are parted in five phases and come together again: one old platform on its way, seen after each."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import migrations.posts
from db.separation import runner
from db.separation.example import LONG_NAME
from db.separation.runner import PhaseReport, Status
from migrations.posts.running import CannotGoOn, Run
from tests.factories import NOW
from tests.factories.old_platform import (
    Rows,
    Schema,
    an_old_platform,
    back,
    connected,
    forward,
    rows_in,
    schema_of,
)
from tests.postgres import TestServer

pytestmark = pytest.mark.xdist_group("separation")

POSTS = int(os.environ.get("SEPARATION_POSTS", "300"))
"""100,000 take some minutes on a small machine."""
AUDIO = ("audio_url", "audio_filename", "audio_duration", "audio_file_size", "audio_mime_type")
KEPT = ("profiles", "playlists", "post_likes", "comments")


@dataclass
class Journey:
    """One old platform on its way forward, back, and forward again."""

    refusals: list[str] = field(default_factory=list)
    dry: list[PhaseReport] = field(default_factory=list)
    after_dry: Rows = field(default_factory=dict)
    real: list[PhaseReport] = field(default_factory=list)
    rows: list[Rows] = field(default_factory=list)
    """After each phase; first the old shape."""
    schemas: list[Schema] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    back: list[PhaseReport] = field(default_factory=list)
    rows_back: list[Rows] = field(default_factory=list)
    """After each phase undone; first with all five done."""
    schema_back: Schema | None = None
    again: list[PhaseReport] = field(default_factory=list)
    rows_again: Rows = field(default_factory=dict)
    idle: list[PhaseReport] = field(default_factory=list)


async def refused(journey: Journey, url: str, to: int) -> None:
    with pytest.raises(CannotGoOn) as caught:
        await runner.forward(url, Run(NOW), to)
    journey.refusals.append(str(caught.value))


@pytest.fixture(scope="module")
async def journey(test_server: TestServer) -> AsyncGenerator[Journey]:
    name = await test_server.create()
    url = test_server.url_of(name)
    went = Journey()
    await an_old_platform(url, POSTS)
    went.rows.append(await rows_in(url))
    went.schemas.append(await schema_of(url))
    went.dry = await forward(url, 5, dry=True, confirm_drop=True)
    went.after_dry = await rows_in(url)
    for phase in range(1, 6):
        if phase in (2, 5):
            await refused(went, url, phase)
        went.real += await forward(url, phase, confirm_drop=True, batch=100)
        went.rows.append(await rows_in(url))
        went.schemas.append(await schema_of(url))
        went.statuses.append(await runner.status(url))
    went.idle = await forward(url, 5)
    for phase in range(4, -1, -1):
        went.back += await back(url, phase)
        went.rows_back.append(await rows_in(url))
    went.schema_back = await schema_of(url)
    went.again = await forward(url, 5, confirm_drop=True)
    went.rows_again = await rows_in(url)
    yield went
    await test_server.drop(name)


def by_id(rows: Rows, table: str) -> dict[object, dict[str, Any]]:
    return {row["id"]: row for row in rows[table]}


def said_in(rows: Rows) -> dict[object, tuple[Any, ...]]:
    """What every post says, and by whom."""
    return {post["id"]: (post["user_id"], post["content"], post["post_type"]) for post in rows["posts"]}


# --- forward --------------------------------------------------------------------------------------------------------


@pytest.mark.row("1-30")
def test_phase_1_only_adds(journey: Journey) -> None:
    before, after = journey.rows[0], journey.rows[1]
    for table in before:
        old = [{name: row[name] for name in before[table][0]} for row in after[table]]
        assert sorted(old, key=repr) == before[table]
    schema = journey.schemas[1]
    assert schema.columns["posts", "track_id"] == "YES"
    assert schema.constraints["posts_track_id_fkey"] == (
        True,
        "FOREIGN KEY (track_id) REFERENCES tracks(id) ON DELETE SET NULL",
    )
    assert "idx_posts_track_id" in schema.indexes
    assert {("tracks", "file_size"), ("tracks", "mime_type")} <= set(schema.columns)


@pytest.mark.row("1-54")
def test_the_log_and_the_backup_are_made_in_phase_1_and_validation_has_revisions_of_its_own(journey: Journey) -> None:
    assert {"migration_log", "playlist_tracks_backup"} <= journey.schemas[1].tables
    for path in (Path(migrations.posts.__path__[0]) / "versions").glob("*.py"):
        assert not re.search(r"NOT VALID(?s:.)*VALIDATE CONSTRAINT", path.read_text()), path


@pytest.mark.row("1-31")
def test_phase_2_gives_every_audio_post_a_track_of_its_own_facts(journey: Journey) -> None:
    old, new = by_id(journey.rows[0], "posts"), by_id(journey.rows[2], "posts")
    tracks = by_id(journey.rows[2], "tracks")
    uploaded = by_id(journey.rows[0], "tracks")
    assert len(old) == len(new) == POSTS
    named = set()
    for post in sorted(new.values(), key=lambda post: (post["created_at"], str(post["id"]))):
        url = (post["audio_url"] or "").strip()
        if post["post_type"] == "text" or not url:
            assert post["track_id"] is None
            assert (post["track_removed_at"] is not None) == (post["post_type"] == "audio")
            continue
        track = tracks[post["track_id"]]
        assert (track["user_id"], track["file_url"]) == (post["user_id"], url)
        if track["id"] in uploaded or track["id"] in named:
            continue
        named.add(track["id"])  # the oldest post of it is what it is named by
        assert track["description"] == post["content"]
        assert (track["created_at"], track["updated_at"]) == (post["created_at"], post["updated_at"])
        assert track["is_public"] is True
    assert all({name: new[key][name] for name in post} == post for key, post in old.items())


@pytest.mark.row("1-52")
def test_one_member_s_audio_is_one_track_and_two_members_have_two(journey: Journey) -> None:
    tracks = Counter((row["user_id"], row["file_url"]) for row in journey.rows[2]["tracks"])
    assert max(tracks.values()) == 1
    posted = {
        (row["user_id"], row["audio_url"].strip())
        for row in journey.rows[0]["posts"]
        if row["post_type"] == "audio" and (row["audio_url"] or "").strip()
    }
    assert posted <= set(tracks)
    owners = Counter(url for _, url in posted)
    assert max(owners.values()) > 1, "the example has an address of two members"
    again = Counter(row["track_id"] for row in journey.rows[2]["posts"] if row["track_id"] is not None)
    assert max(again.values()) > 2, "and one that a member posted several times"


@pytest.mark.row("1-53")
def test_names_and_lengths_that_no_track_may_have_are_put_right(journey: Journey) -> None:
    tracks = by_id(journey.rows[2], "tracks")
    seen = Counter[str]()
    uploaded = by_id(journey.rows[0], "tracks")
    for post in sorted(journey.rows[2]["posts"], key=lambda post: (post["created_at"], str(post["id"]))):
        track = tracks.get(post["track_id"])
        if track is None or track["id"] in uploaded:
            continue
        uploaded[track["id"]] = track  # a later post of it names nothing
        name = (post["audio_filename"] or "").strip()
        if not name:
            seen["nameless"] += 1
            assert track["title"] == f"Audio Track - {post['created_at']:%Y-%m-%d}"
        elif name == LONG_NAME.strip():
            seen["long"] += 1
            assert track["title"] == LONG_NAME[:255].rstrip()
        length = post["audio_duration"]
        seen["no length"] += length is None or length <= 0
        assert track["duration"] == (length if length and length > 0 else None)
    assert min(seen[kind] for kind in ("nameless", "long", "no length")) > 0
    assert all(0 < len(row["title"].strip()) <= 255 for row in tracks.values())


def test_a_track_that_was_uploaded_before_is_kept_as_it_is_private_or_not(journey: Journey) -> None:
    before, after = journey.rows[1]["tracks"], by_id(journey.rows[2], "tracks")
    assert {row["is_public"] for row in before} == {True, False}
    assert all(after[row["id"]] == row for row in before)


@pytest.mark.row("1-32")
@pytest.mark.row("1-52")
def test_phase_3_maps_playlists_to_tracks_each_once_in_the_order_they_had(journey: Journey) -> None:
    posts = by_id(journey.rows[2], "posts")
    held: dict[object, list[dict]] = {}
    for row in sorted(journey.rows[2]["playlist_tracks"], key=lambda row: (row["position"], str(row["id"]))):
        held.setdefault(row["playlist_id"], []).append(row)
    now: dict[object, list[dict]] = {}
    for row in sorted(journey.rows[3]["playlist_tracks"], key=lambda row: row["position"]):
        now.setdefault(row["playlist_id"], []).append(row)
    merged = 0
    for playlist, entries in held.items():
        wanted = dict.fromkeys(posts[row["track_id"]]["track_id"] for row in entries)
        wanted.pop(None, None)
        merged += len(entries) - len(wanted)
        assert [row["track_id"] for row in now.get(playlist, [])] == list(wanted)
        assert [row["position"] for row in now.get(playlist, [])] == list(range(len(wanted)))
    assert merged > 4
    assert journey.schemas[3].constraints["playlist_tracks_track_id_fkey"] == (
        True,
        "FOREIGN KEY (track_id) REFERENCES tracks(id) ON DELETE CASCADE",
    )


@pytest.mark.row("1-51")
def test_the_uniques_of_playlists_are_declared(journey: Journey) -> None:
    constraints = journey.schemas[3].constraints
    assert constraints["playlist_tracks_playlist_id_track_id_key"][1] == "UNIQUE (playlist_id, track_id)"
    assert constraints["playlist_tracks_playlist_id_position_key"][1] == (
        'UNIQUE (playlist_id, "position") DEFERRABLE INITIALLY DEFERRED'
    )


@pytest.mark.row("1-33")
def test_phase_4_constrains_marks_and_indexes(journey: Journey) -> None:
    schema = journey.schemas[4]
    assert schema.constraints["audio_posts_must_have_track"][0] is True
    assert all(
        schema.constraints[f"track_{name}"][0]
        for name in ("title_not_empty", "title_max_length", "file_url_not_empty", "duration_positive",
                     "file_size_positive")
    )  # fmt: skip
    assert schema.comments["audio_url"] == "DEPRECATED: Use track.file_url via track_id"
    assert all((schema.comments[name] or "").startswith("DEPRECATED: Use track.") for name in AUDIO)
    assert {"idx_tracks_user_id", "idx_tracks_created_at", "idx_tracks_is_public"} <= schema.indexes
    assert journey.rows[4] == journey.rows[3]


@pytest.mark.row("1-34")
def test_phase_5_drops_the_columns_and_only_after_confirmation(journey: Journey) -> None:
    assert "--confirm-drop" in journey.refusals[1]
    assert {name for table, name in journey.schemas[4].columns if table == "posts"} >= set(AUDIO)
    assert not {name for table, name in journey.schemas[5].columns if table == "posts"} & set(AUDIO)


def test_posts_without_audio_are_for_the_operator_to_decide(journey: Journey) -> None:
    homeless = [
        row for row in journey.rows[0]["posts"] if row["post_type"] == "audio" and not (row["audio_url"] or "").strip()
    ]
    assert f"{len(homeless)} audio posts have no address of any audio" in journey.refusals[0]
    assert "--set-aside" in journey.refusals[0]
    assert any(str(row["id"]) in journey.refusals[0] for row in homeless)


def test_a_dry_run_tells_exactly_what_the_real_one_does_and_changes_nothing(journey: Journey) -> None:
    assert journey.after_dry == journey.rows[0]
    assert [report.facts for report in journey.dry] == [report.facts for report in journey.real]
    assert [report.phase for report in journey.dry] == [1, 2, 3, 4, 5]


@pytest.mark.row("1-36")
def test_every_phase_counts_before_and_after_and_its_queries_hold(journey: Journey) -> None:
    for report in (*journey.real, *journey.back, *journey.again):
        assert report.holds, [finding for finding in report.findings if not finding.holds]
    answers = {finding.question: finding.answer for finding in journey.real[-1].findings}
    assert answers["orphaned audio posts"] == answers["playlist entries of no track"] == 0
    assert answers["unreferenced tracks (those of libraries)"] == 1
    made = journey.real[1].told["tracks made"]
    assert journey.real[1].after["tracks"] == journey.real[1].before["tracks"] + made
    log = journey.statuses[-1].log
    assert [entry["migration_name"][:3] for entry in log] == ["001", "002", "003", "004", "005"]
    assert all(entry["finished_at"] for entry in log)
    assert log[1]["counts_after"]["tracks"] == len(journey.rows[2]["tracks"])


def test_the_status_says_how_far_it_is(journey: Journey) -> None:
    assert [status.phase for status in journey.statuses] == [1, 2, 3, 4, 5]
    assert all(status.begun is None for status in journey.statuses)
    assert journey.idle == [], "what is done is not done again"


# --- back -----------------------------------------------------------------------------------------------------------


@pytest.mark.row("1-35")
def test_every_phase_back_is_what_was_before_it(journey: Journey) -> None:
    for phase in range(4, -1, -1):
        there, now = journey.rows[phase], journey.rows_back[4 - phase]
        for table in there:
            assert now[table] == there[table], (phase, table)
    assert [report.phase for report in journey.back] == [5, 4, 3, 2, 1]


@pytest.mark.row("1-35")
def test_all_the_way_back_the_schema_is_the_old_one(journey: Journey) -> None:
    before, after = journey.schemas[0], journey.schema_back
    assert after is not None
    ours = ("migration_log", "migrate_posts_version", "tracks_aside", "posts_links_aside")
    assert {key: value for key, value in after.columns.items() if key[0] not in ours} == before.columns
    assert {name for name in after.constraints if not name.startswith(ours)} == set(before.constraints)
    assert {name for name in after.indexes if not name.startswith(ours)} == before.indexes
    assert after.comments == before.comments


@pytest.mark.row("1-25")
def test_sound_talk_and_accounts_are_left_as_they_are(journey: Journey) -> None:
    urls = {post["audio_url"].strip() for post in journey.rows[0]["posts"] if (post["audio_url"] or "").strip()}
    own = {track["file_url"] for track in journey.rows[0]["tracks"]}
    for rows in (*journey.rows[1:], *journey.rows_back, journey.rows_again):
        for table in ("profiles", "post_likes", "comments"):
            assert rows[table] == journey.rows[0][table], table
        assert {track["file_url"] for track in rows["tracks"]} <= urls | own, "no file is stored anew or elsewhere"
        assert said_in(rows) == said_in(journey.rows[0])


@pytest.mark.row("1-38")
def test_forward_again_is_what_it_was_ids_and_all(journey: Journey) -> None:
    assert journey.rows_again == journey.rows[5]
    for table in KEPT:
        assert journey.rows_again[table] == journey.rows[0][table]


# --- what the verification is worth ---------------------------------------------------------------------------------


@pytest.mark.row("1-36")
async def test_the_verification_sees_what_is_broken(empty_database_url: str) -> None:
    url = empty_database_url
    await an_old_platform(url, 60)
    assert await runner.verify(url) == []
    await forward(url, 2)
    assert all(finding.holds for finding in await runner.verify(url))
    async with connected(url) as connection:
        await connection.execute("ALTER TABLE posts DISABLE TRIGGER stamp_removed_track")
        await connection.execute("UPDATE posts SET track_id = NULL WHERE post_type = 'audio'")
    wrong = {finding.question for finding in await runner.verify(url) if not finding.holds}
    assert wrong == {"orphaned audio posts"}


@pytest.mark.row("1-50")
@pytest.mark.row("1-51")
async def test_what_members_do_afterwards_is_judged_by_the_database(empty_database_url: str) -> None:
    url = empty_database_url
    await an_old_platform(url, 60)
    await forward(url, 4)
    async with connected(url) as connection:
        row = await connection.fetchrow("SELECT track_id, playlist_id FROM playlist_tracks LIMIT 1")
        assert row is not None
        track, playlist = row["track_id"], row["playlist_id"]
        for words, refusal in (
            ("INSERT INTO playlist_tracks (id, playlist_id, track_id, position)"
             f" VALUES (gen_random_uuid(), '{playlist}', '{track}', 99)", "playlist_id_track_id_key"),
            ("INSERT INTO posts (id, user_id, post_type)"
             " SELECT gen_random_uuid(), id, 'audio' FROM profiles LIMIT 1", "audio_posts_must_have_track"),
            (f"UPDATE tracks SET title = ' ' WHERE id = '{track}'", "track_title_not_empty"),
        ):  # fmt: skip
            with pytest.raises(Exception, match=refusal):
                await connection.execute(words)
        posts = await connection.fetch("SELECT id FROM posts WHERE track_id = $1", track)
        await connection.execute("DELETE FROM tracks WHERE id = $1", track)
        stamped = await connection.fetch(
            "SELECT track_removed_at FROM posts WHERE id = ANY($1::uuid[])", [row["id"] for row in posts]
        )
        assert posts
        assert all(row["track_removed_at"] is not None for row in stamped)
        assert await connection.fetchval("SELECT count(*) FROM playlist_tracks WHERE track_id = $1", track) == 0
    assert all(finding.holds for finding in await runner.verify(url))
