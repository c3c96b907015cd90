from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from db.server import EmbeddedServer, EmbeddedServerError
from db.server.binaries import installation
from db.server.home import find, throwaway_folder

pytestmark = pytest.mark.xdist_group("embedded server")  # they share one cluster, one after the other

ROOT = Path(__file__).parents[2]
NOBODY = 65534
AS_ROOT = os.geteuid() == 0
USER_OF_THE_SERVER = """
import asyncio, os, sys
from pathlib import Path
import asyncpg, asyncpg.protocol, concurrent.futures.thread, encodings.idna, importlib.util, pwd
from db.server import EmbeddedServer
folder, durable, uid = Path(sys.argv[1]), sys.argv[2] == "durable", int(sys.argv[3])
if uid:
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)
async def main():
    server = EmbeddedServer(folder, durable=durable)
    print(await server.start(), flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await server.stop()
asyncio.run(main())
"""


def fresh_folder() -> Path:
    """A folder, not made yet, that every user id may reach."""
    return throwaway_folder(f"longplay-server-{uuid4().hex[:8]}")


def test_a_cluster_that_memory_has_no_room_for_stands_on_a_disk():
    assert throwaway_folder("longplay-large", room=10**18) == Path(
        os.path.realpath(tempfile.gettempdir()), "longplay-large"
    )


@pytest.fixture(scope="module")
async def shared():
    folder = fresh_folder()
    yield folder
    await EmbeddedServer(folder).discard()


@pytest.fixture
async def folder(shared):
    """A cluster made by an earlier test of this file, if any; stopped before and after."""
    yield shared
    server = EmbeddedServer(shared)
    await server.start()  # joins what a test left running, so that leaving stops it
    await server.stop()
    assert server.status().state == "stopped"


@pytest.fixture
async def new_folder():
    folder = fresh_folder()
    yield folder
    assert await EmbeddedServer(folder, durable=False).discard()


def nobody_can(*command: str) -> bool:
    """Whether a command succeeds under an account without privileges."""
    return subprocess.run(command, user=NOBODY, group=NOBODY, extra_groups=[], capture_output=True).returncode == 0


@contextmanager
def a_stranger(uid: int):
    """A process that is no server, of the server's own user: PostgreSQL overlooks those it may not signal."""
    with subprocess.Popen(["sleep", "60"], user=uid if AS_ROOT else None) as process:
        yield process
        process.kill()


def owner_of(path: str) -> int:
    return os.stat(path).st_uid


def exists(path: Path) -> bool:
    return path.exists()


def mode_of(path: Path) -> int:
    return path.stat().st_mode


def groups_of(pid: int | None) -> list[str]:
    """The supplementary groups of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(line.split()[1:] for line in status.splitlines() if line.startswith("Groups:"))


async def ask(url: str, question: str):
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


@asynccontextmanager
async def another_process(folder: Path, *, durable: bool = True, uid: int = 0):
    """A process that uses the server until it is told to leave or killed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        USER_OF_THE_SERVER,
        folder,
        "durable" if durable else "throwaway",
        str(uid),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def url_from(process) -> str:
    return (await asyncio.wait_for(process.stdout.readline(), 60)).decode().strip()


async def test_a_server_starts_answers_and_stops(folder):
    server = EmbeddedServer(folder)
    url = await server.start()
    assert (await ask(url, "SELECT version()")).startswith("PostgreSQL 18")
    assert await ask(url, "SELECT current_database()") == "longplay"
    assert await ask(url, "SELECT datcollate || datlocale FROM pg_database WHERE datname = 'longplay'") == "CC.UTF-8"
    status = server.status()
    assert status.state == "running"
    assert status.pid is not None
    assert status.data_bytes > 10_000_000
    assert status.version.startswith("18.")
    await server.stop()
    assert server.status().state == "stopped"


async def test_it_listens_on_no_network_and_lets_no_other_user_in(folder):
    server = EmbeddedServer(folder)
    url = await server.start()
    assert await ask(url, "SHOW listen_addresses") == ""
    sockets = Path(await ask(url, "SHOW unix_socket_directories"))
    assert mode_of(sockets) & 0o077 == 0
    assert not AS_ROOT or not nobody_can("ls", str(sockets))
    await server.stop()


async def test_a_second_user_joins_quickly_and_the_last_to_leave_stops_it(folder):
    first, second = EmbeddedServer(folder), EmbeddedServer(folder)
    url = await first.start()
    pid = first.status().pid
    begun = time.perf_counter()
    assert await second.start() == url
    assert time.perf_counter() - begun < 0.1
    await first.stop()
    assert second.status().pid == pid
    await second.stop()
    assert second.status().state == "stopped"


async def test_starting_and_stopping_twice_changes_nothing(folder):
    server, other = EmbeddedServer(folder), EmbeddedServer(folder)
    await other.start()
    assert await server.start() == await server.start()
    await server.stop()
    await server.stop()
    assert other.status().state == "running"
    await other.stop()
    assert other.status().state == "stopped"


async def test_a_server_is_shared_between_processes(folder):
    async with another_process(folder) as process:
        url = await url_from(process)
        server = EmbeddedServer(folder)
        assert await server.start() == url
        await process.communicate(b"leave\n")
        assert await ask(url, "SELECT 1") == 1
        await server.stop()
    assert server.status().state == "stopped"


async def test_processes_that_start_at_once_make_one_server(new_folder):
    servers = [EmbeddedServer(new_folder, durable=False) for _ in range(2)]
    async with another_process(new_folder, durable=False) as process:
        urls = await asyncio.gather(url_from(process), *(server.start() for server in servers))
        assert len(set(urls)) == 1
    for server in servers:
        await server.stop()
    assert servers[0].status().state == "stopped"


async def test_a_killed_process_does_not_keep_the_server_up(folder):
    async with another_process(folder) as process:
        url = await url_from(process)
        pid = EmbeddedServer(folder).status().pid
        process.kill()
        await process.wait()
    assert await ask(url, "SELECT 1") == 1
    heir = EmbeddedServer(folder)
    await heir.start()
    assert heir.status().pid == pid
    await heir.stop()
    assert heir.status().state == "stopped"


async def test_what_was_committed_survives_a_killed_server(folder):
    server = EmbeddedServer(folder)
    url = await server.start()
    await ask(url, "CREATE TABLE IF NOT EXISTS kept AS SELECT 'committed' AS word")
    pid = server.status().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    again = EmbeddedServer(folder)
    assert await ask(await again.start(), "SELECT word FROM kept") == "committed"
    assert again.status().pid != pid
    await server.stop()
    await again.stop()


async def test_a_pid_file_whose_number_belongs_to_a_stranger_is_seen_through(folder):
    server = EmbeddedServer(folder)
    await server.start()
    place = find(folder, durable=True)
    files = {
        path: path.read_text() for path in (place.cluster / "postmaster.pid", place.sockets / ".s.PGSQL.5432.lock")
    }
    pid = server.status().pid
    assert pid is not None
    await server.stop()
    with a_stranger(place.account.uid) as stranger:
        for path, written in files.items():
            path.write_text(written.replace(str(pid), str(stranger.pid), 1))
        assert server.status().state == "stopped"
        url = await server.start()
        assert await ask(url, "SELECT 1") == 1
        await server.stop()
        assert stranger.poll() is None


async def test_a_start_that_is_cancelled_leaves_nothing_running(folder):
    server = EmbeddedServer(folder)
    for seconds in (0.0, 0.02, 0.08):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(server.start(), seconds)
        assert server.status().state in {"absent", "stopped"}


async def test_a_cluster_half_made_by_a_killed_process_is_made_again(new_folder):
    (find(new_folder, durable=False).folder / "cluster-draft" / "base").mkdir(parents=True)
    server = EmbeddedServer(new_folder, durable=False)
    assert await ask(await server.start(), "SHOW fsync") == "off"
    await server.stop()


@pytest.mark.parametrize("name", ["long-" * 30, "it's my, 'ü' 100%: folder"], ids=["long", "odd"])
async def test_a_path_no_socket_could_have_works(name):
    outer = fresh_folder()
    server = EmbeddedServer(outer / name, durable=False)
    url = await server.start()
    sockets = Path(await ask(url, "SHOW unix_socket_directories"))
    assert len(os.fsencode(sockets)) < 90
    assert await ask(url, "SHOW data_directory") == str(outer / name / "cluster")
    assert await server.discard()
    assert not exists(sockets)
    shutil.rmtree(outer)


@pytest.mark.skipif(not AS_ROOT, reason="only root reaches folders closed to everybody else")
async def test_below_a_folder_closed_to_the_servers_user_it_lives_elsewhere_and_opens_nothing(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    before = {path: path.stat().st_mode for path in [closed, *closed.parents]}
    server = EmbeddedServer(closed / "postgres", durable=False)
    url = await server.start()
    lives = server.status().folder
    assert not lives.is_relative_to(tmp_path)
    assert (closed / "postgres" / "elsewhere").read_text().strip() == str(lives)
    assert await ask(url, "SELECT 1") == 1
    assert {path: path.stat().st_mode for path in before} == before
    closed.chmod(0o755)  # a mode that changes later does not lose the cluster
    assert EmbeddedServer(closed / "postgres", durable=False).status().folder == lives
    assert await server.discard()
    assert not lives.exists()
    assert not (closed / "postgres").exists()


@pytest.mark.skipif(not AS_ROOT, reason="only root can become the server's user")
async def test_as_root_the_server_runs_as_an_unprivileged_user_that_owns_no_program(folder):
    server = EmbeddedServer(folder)
    await server.start()
    pid = server.status().pid
    assert owner_of(f"/proc/{pid}") not in {0, NOBODY}
    assert owner_of(f"/proc/{pid}/exe") == 0
    assert groups_of(pid) == []
    await server.stop()


@pytest.mark.skipif(not AS_ROOT, reason="the other tests already run without root")
async def test_a_user_without_privileges_runs_it_too_and_root_joins_as_that_user():
    folder = fresh_folder()
    folder.mkdir()
    os.chown(folder, NOBODY, NOBODY)
    if not nobody_can("test", "-x", str(installation() / "bin" / "postgres")):
        pytest.skip("the wheel is in a folder that only root may read")
    async with another_process(folder, durable=False, uid=NOBODY) as process:
        url = await url_from(process)
        assert url
        joined = EmbeddedServer(folder, durable=False)
        assert await joined.start() == url
        await process.communicate(b"leave\n")
        assert process.returncode == 0
        assert joined.status().state == "running"
        await joined.stop()
        assert joined.status().state == "stopped"
    restarted = EmbeddedServer(folder, durable=False)
    await restarted.start()
    assert owner_of(f"/proc/{restarted.status().pid}") == NOBODY
    await restarted.stop()
    async with another_process(folder, durable=False, uid=NOBODY) as process:
        assert await url_from(process) == url
    assert await EmbeddedServer(folder, durable=False).discard()


async def test_a_throwaway_cluster_is_deleted_by_its_last_user_and_by_no_other(new_folder):
    first, second = EmbeddedServer(new_folder, durable=False), EmbeddedServer(new_folder, durable=False)
    await first.start()
    await second.start()
    (new_folder / "mine.txt").write_text("kept")
    assert not await first.discard()
    assert second.status().state == "running"
    assert await second.discard()
    assert [path.name for path in new_folder.iterdir()] == ["mine.txt"]
    assert second.status().state == "absent"
    (new_folder / "mine.txt").unlink()


async def test_a_cluster_of_another_major_version_is_refused_in_words(folder):
    server = EmbeddedServer(folder)
    await server.start()
    await server.stop()
    written = find(folder, durable=True).cluster / "PG_VERSION"
    written.write_text("17\n")
    with pytest.raises(EmbeddedServerError, match="made by PostgreSQL 17; dump it there"):
        await server.start()
    written.write_text("18\n")


async def test_a_path_that_postgresqls_own_shell_commands_would_misread_is_refused(tmp_path):
    with pytest.raises(EmbeddedServerError, match="choose a folder without"):
        await EmbeddedServer(tmp_path / "costs $5").start()
    assert list(tmp_path.iterdir()) == []


async def test_a_folder_that_cannot_be_made_is_refused_in_words(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(EmbeddedServerError, match="choose another folder"):
        await EmbeddedServer(tmp_path / "file" / "postgres").start()


async def test_a_server_that_cannot_start_says_why_from_its_log(folder):
    server = EmbeddedServer(folder)
    await server.start()
    await server.stop()
    control = find(folder, durable=True).cluster / "global" / "pg_control"
    control.rename(control.with_suffix(".away"))
    with pytest.raises(EmbeddedServerError, match="could not find the database system"):
        await server.start()
    control.with_suffix(".away").rename(control)


@pytest.mark.skipif(not AS_ROOT, reason="only root can prepare another user's folder")
async def test_a_socket_folder_made_by_a_stranger_is_refused():
    folder = fresh_folder()
    folder.mkdir()
    (folder / "socket").mkdir(mode=0o777)
    os.chown(folder / "socket", NOBODY, NOBODY)
    with pytest.raises(EmbeddedServerError, match="not a private folder"):
        await EmbeddedServer(folder, durable=False).start()
    shutil.rmtree(folder)
