"""The separation is cut off anywhere, tried twice at once, held up, lived with: nothing is lost, nothing twice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import pytest

from db.separation import runner, transition
from db.separation.runner import AnotherRuns, InUse, NotTheOldShape
from db.session import Database, DatabaseUnfit
from migrations.posts.running import CannotGoOn
from tests.factories import NOW
from tests.factories.old_platform import an_old_platform, back, connected, forward, rows_in

pytestmark = pytest.mark.xdist_group("separation")

POSTS = 60


class Gone(RuntimeError):  # noqa: N818 - a process
    """The process is gone."""


def cut_at(number: int) -> tuple[Callable[[str], None], list[str]]:
    """A watch that ends everything at a step."""
    passed: list[str] = []

    def watch(step: str) -> None:
        passed.append(step)
        if len(passed) == number:
            raise Gone(step)

    return watch, passed


def without_ids(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[tuple[Any, ...]]]:
    """Rows with each track told by its owner and address: ids are drawn anew by every run."""
    names = {row["id"]: (row["user_id"], row["file_url"]) for row in rows["tracks"]}
    return {
        table: sorted(
            (
                tuple(
                    names.get(value, value) if key in ("id", "track_id") else value
                    for key, value in row.items()
                    if key != "track_removed_at"
                )
                for row in held
            ),
            key=repr,
        )
        for table, held in rows.items()
    }


@pytest.mark.row("1-31")
async def test_a_run_that_is_cut_off_anywhere_is_gone_on_with(empty_database_url: str) -> None:
    url = empty_database_url
    await an_old_platform(url, POSTS)
    wanted_watch, steps = cut_at(0)
    await forward(url, 4, watch=wanted_watch, batch=15)
    wanted = without_ids(await rows_in(url))
    await start_over(url)
    old = await rows_in(url)
    assert steps.count("a batch") > 3
    for number, step in enumerate(steps, start=1):
        with pytest.raises(Gone):
            await forward(url, 4, watch=cut_at(number)[0], batch=15)
        assert (await runner.status(url)).begun == (2 if step == "a batch" else 1 if number <= 2 else 4)
        with suppress(Gone):  # and what goes on is cut off again
            await forward(url, 4, watch=cut_at(1)[0], batch=15)
        await forward(url, 4, batch=15)
        assert without_ids(await rows_in(url)) == wanted, (number, step)
        assert all(entry["finished_at"] for entry in (await runner.status(url)).log)
        await start_over(url)
        assert await rows_in(url) == old


async def start_over(url: str) -> None:
    """All the way back, and as if it had never gone forward."""
    await back(url)
    async with connected(url) as connection:
        await connection.execute("DROP TABLE tracks_aside, posts_links_aside, migration_log, migrate_posts_version")


@pytest.mark.row("1-35")
async def test_a_run_that_is_cut_off_can_be_taken_back_instead(empty_database_url: str) -> None:
    url = empty_database_url
    await an_old_platform(url, POSTS)
    old = await rows_in(url)
    for number in (1, 3, 5):
        with pytest.raises(Gone):
            await forward(url, 2, watch=cut_at(number)[0], batch=15)
        await back(url)
        assert await rows_in(url) == old
    assert all(entry["finished_at"] for entry in (await runner.status(url)).log)


async def test_an_index_that_was_left_half_built_is_built_anew(empty_database_url: str) -> None:
    url = empty_database_url
    await an_old_platform(url, POSTS)
    watch, _ = cut_at(1)
    with pytest.raises(Gone):
        await forward(url, 1, watch=watch)
    async with connected(url) as connection:
        assert not await connection.fetchval(
            "SELECT convalidated FROM pg_constraint WHERE conname = 'posts_track_id_fkey'"
        )
        await connection.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'idx_posts_track_id'::regclass"
        )
    await forward(url, 1)
    async with connected(url) as connection:
        assert await connection.fetchval("SELECT bool_and(indisvalid) FROM pg_index")
    await back(url)


async def test_two_runs_at_once_are_one(empty_database_url: str) -> None:
    url = empty_database_url
    await an_old_platform(url, POSTS)
    async with connected(url) as connection:
        await connection.execute("SELECT pg_advisory_lock($1)", runner.ADVISORY_LOCK)
        with pytest.raises(AnotherRuns):
            await forward(url, 1)
    assert [report.phase for report in await forward(url, 1)] == [1]


async def test_a_table_in_use_is_a_sentence_and_the_step_is_undone(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = empty_database_url
    await an_old_platform(url, POSTS)
    monkeypatch.setitem(runner.SETTINGS, "lock_timeout", "50ms")
    async with connected(url) as connection:
        async with connection.transaction():
            await connection.execute("LOCK TABLE posts IN ACCESS SHARE MODE")
            with pytest.raises(InUse, match="run it again"):
                await forward(url, 4)
    assert (await runner.status(url)).phase == 0


@pytest.mark.row("1-32")
async def test_an_entry_that_points_at_no_audio_stops_phase_3_and_nothing_of_it_is_done(
    empty_database_url: str,
) -> None:
    url = empty_database_url
    await an_old_platform(url, POSTS)
    async with connected(url) as connection:
        await connection.execute("DELETE FROM posts WHERE post_type = 'audio' AND coalesce(btrim(audio_url), '') = ''")
    before = await rows_in(url)
    with pytest.raises(CannotGoOn, match="1 entries of playlists point at posts without a track"):
        await forward(url, 4, set_aside=False)
    assert (await runner.status(url)).phase == 2
    assert (await rows_in(url))["playlist_tracks"] == before["playlist_tracks"]


async def test_another_database_is_refused(database: Database, empty_database_url: str) -> None:
    with pytest.raises(NotTheOldShape, match="Longplay's own"):
        await runner.status(database.url)
    with pytest.raises(NotTheOldShape, match="no table profiles"):
        await runner.status(empty_database_url)
    await an_old_platform(empty_database_url, 30)
    with pytest.raises(DatabaseUnfit, match="empty database only"):
        await an_old_platform(empty_database_url, 30)


# --- meanwhile ------------------------------------------------------------------------------------------------------


async def one(url: str, query: str, *values: Any) -> Any:
    async with connected(url) as connection:
        return await connection.fetchval(query, *values)


async def in_transition(url: str, use: Callable[[Any], Awaitable[Any]]) -> Any:
    """One use of the platform, committed."""
    database = Database.connect(url)
    try:
        async with database.engine.begin() as connection:
            return await use(connection)
    finally:
        await database.close()


@pytest.mark.row("1-35")
@pytest.mark.row("1-57")
async def test_what_members_did_meanwhile_survives_the_way_back_and_forward(empty_database_url: str) -> None:
    url = empty_database_url
    await an_old_platform(url, POSTS)
    await forward(url, 5, confirm_drop=True)
    owner = await one(url, "SELECT user_id FROM tracks JOIN migration_tracks ON track_id = id ORDER BY id LIMIT 1")
    listed, hidden, deleted = (row for row in await _tracks(url, owner) if row is not None)
    new, secret = uuid4(), uuid4()
    async with connected(url) as connection:
        await connection.execute("UPDATE tracks SET title = 'Renamed', play_count = 99 WHERE id = $1", listed)
        await connection.execute("UPDATE tracks SET is_public = false WHERE id = $1", hidden)
        await connection.execute("DELETE FROM tracks WHERE id = $1", deleted)
        for track, public in ((new, True), (secret, False)):
            await connection.execute(
                "INSERT INTO tracks (id, user_id, title, file_url, is_public, file_size)"
                " VALUES ($1, $2, 'New', $3, $4, 7)",
                track, owner, f"https://storage.example/{track}.mp3", public,
            )  # fmt: skip
    for track in (new, secret):
        await in_transition(
            url, lambda it, track=track: transition.create_audio_post(it, user=owner, track=track, now=NOW)
        )
    library, playlist = uuid4(), await one(url, "SELECT playlist_id FROM playlist_tracks ORDER BY id LIMIT 1")
    async with connected(url) as connection:
        await connection.execute(
            "INSERT INTO tracks (id, user_id, title, file_url) VALUES ($1, $2, 'No post', 'x')", library, owner
        )
        for track in (new, library):
            await connection.execute(
                "INSERT INTO playlist_tracks (id, playlist_id, track_id, position) SELECT gen_random_uuid(), $1, $2,"
                " max(position) + 1 FROM playlist_tracks WHERE playlist_id = $1", playlist, track,
            )  # fmt: skip
    there = await rows_in(url)
    await back(url)

    old = await rows_in(url)
    posts = {row["audio_url"]: row for row in old["posts"]}
    assert posts[f"https://storage.example/{new}.mp3"]["audio_filename"] == "New"
    assert f"https://storage.example/{secret}.mp3" not in posts, "what is private is in no public post"
    addresses = {row["id"]: row["file_url"] for row in there["tracks"]}
    assert not [row for row in old["posts"] if row["user_id"] == owner and row["audio_url"] == addresses[hidden]]
    assert len(old["posts"]) == len(there["posts"])
    assert len([row for row in old["playlist_tracks"] if row["playlist_id"] == playlist]) >= 1

    await forward(url, 5, confirm_drop=True)
    again = await rows_in(url)
    assert again["tracks"] == there["tracks"]
    assert {(row["id"], row["track_id"]) for row in again["posts"]} == {
        (row["id"], row["track_id"]) for row in there["posts"]
    }
    assert {(row["playlist_id"], row["track_id"]) for row in again["playlist_tracks"]} == {
        (row["playlist_id"], row["track_id"]) for row in there["playlist_tracks"]
    }
    assert all(finding.holds for finding in await runner.verify(url))


async def _tracks(url: str, owner: UUID) -> list[UUID]:
    """Three of a member's tracks, each made by phase 2."""
    async with connected(url) as connection:
        rows = await connection.fetch(
            "SELECT id FROM tracks JOIN migration_tracks ON track_id = id WHERE user_id = $1 ORDER BY id LIMIT 3", owner
        )
    return [row["id"] for row in rows]


# --- both interfaces, in every phase --------------------------------------------------------------------------------


@pytest.mark.row("1-37")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_old_and_new_calls_work_in_every_phase(empty_database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    url = empty_database_url
    await an_old_platform(url, POSTS)
    owner = await one(url, "SELECT id FROM profiles ORDER BY id LIMIT 1")
    playlist = uuid4()
    async with connected(url) as connection:
        await connection.execute("INSERT INTO playlists (id, user_id, name) VALUES ($1, $2, 'Mine')", playlist, owner)
    posted: list[UUID] = []
    for phase in range(6):
        if phase:
            await forward(url, phase, confirm_drop=True)

        async def post_and_keep(connection: Any, phase: int = phase) -> UUID:
            made = await transition.create_audio_post_legacy(
                connection, user=owner, url=f"https://storage.example/{phase}.mp3", now=NOW,
                duration=0 if phase else 61, description=" New one " if phase % 2 else "", filename="f.mp3",
            )  # fmt: skip
            key = UUID(made.row["id"])
            assert await transition.add_to_playlist(connection, playlist=playlist, post=key, now=NOW) == phase
            return key

        posted.append(await in_transition(url, post_and_keep))
        with pytest.raises(transition.TrackHeld, match="Track already in playlist"):
            await in_transition(
                url, lambda it: transition.add_to_playlist(it, playlist=playlist, post=posted[-1], now=NOW)
            )
        for number, post in enumerate(posted):
            facts = await in_transition(url, lambda it, post=post: transition.post_facts(it, post))
            heard = transition.audio_of(facts, None)
            assert heard is not None
            assert heard.url == f"https://storage.example/{number}.mp3", (phase, number)
            wanted = "f.mp3" if facts.track is None or number == 0 else "New one" if number % 2 else "Audio Track"
            assert heard.filename == wanted, (phase, number)
            assert heard.duration == (None if number else 61)
    assert await one(url, "SELECT count(*) FROM playlist_tracks WHERE playlist_id = $1", playlist) == 6
    assert "deprecated: createAudioPost" in caplog.text
    assert "deprecated: audio columns of a post" in caplog.text
    await back(url)
    for number, post in enumerate(posted):
        assert await one(url, "SELECT audio_url FROM posts WHERE id = $1", post) == (
            f"https://storage.example/{number}.mp3"
        )


def facts(track: dict[str, Any] | None = None, **row: Any) -> transition.PostFacts:
    return transition.PostFacts({"id": str(uuid4()), "post_type": "audio", **row}, track)


@pytest.mark.row("1-37")
def test_the_reader_takes_the_new_structure_first_then_the_old_one_then_defaults() -> None:
    track = {"file_url": "new", "title": "Song", "duration": 61, "is_public": True, "user_id": "u"}
    both = facts(track, audio_url="old", audio_filename="old.mp3")
    assert transition.audio_of(both, None) == transition.Audio("new", "Song", 61)
    with pytest.warns(DeprecationWarning, match="audio columns"):
        assert transition.audio_of(facts(audio_url="old", audio_filename="old.mp3", audio_duration=0), None) == (
            transition.Audio("old", "old.mp3")
        )
    with pytest.warns(DeprecationWarning, match="audio columns"):
        assert transition.audio_of(facts(), None) == transition.Audio("", "Audio Track")
    assert transition.audio_of(facts(post_type="text"), None) is None


@pytest.mark.row("1-20")
@pytest.mark.row("1-37")
def test_the_reader_does_not_fall_back_to_what_was_hidden_or_deleted() -> None:
    owner = uuid4()
    private = {"file_url": "new", "title": "Song", "is_public": False, "user_id": str(owner)}
    assert transition.audio_of(facts(private, audio_url="old"), uuid4()) is None
    assert transition.audio_of(facts(private, audio_url="old"), owner) == transition.Audio("new", "Song")
    assert transition.audio_of(facts(audio_url="old", track_removed_at="2026-11-29"), owner) is None


@pytest.mark.row("1-16")
async def test_an_audio_post_presents_a_track_that_exists_and_may_be_used(empty_database_url: str) -> None:
    url = empty_database_url
    await an_old_platform(url, 30)
    await forward(url, 4)
    private = "SELECT {} FROM tracks WHERE NOT is_public ORDER BY id LIMIT 1"
    track, owner = await one(url, private.format("id")), await one(url, private.format("user_id"))
    other = await one(url, "SELECT id FROM profiles WHERE id <> $1 LIMIT 1", owner)

    def posting(user: UUID, track: UUID) -> Callable[[Any], Awaitable[Any]]:
        return lambda it: transition.create_audio_post(it, user=user, track=track, caption="  Hear this  ", now=NOW)

    with pytest.raises(transition.TrackNotFound, match="Track not found"):
        await in_transition(url, posting(owner, uuid4()))
    with pytest.raises(transition.TrackDenied, match="permission"):
        await in_transition(url, posting(other, track))
    made = await in_transition(url, posting(owner, track))
    assert (made.row["content"], made.row["track_id"], made.track["id"]) == ("Hear this", str(track), str(track))
