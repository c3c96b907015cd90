"""One cluster's life: made, launched, shut down and looked at. Everything here blocks; call it in a thread."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

from db.server import binaries
from db.server.errors import EmbeddedServerError
from db.server.home import SOCKET_NAME

if TYPE_CHECKING:
    from pathlib import Path

    from db.server.home import Home

ROLE = "longplay"
INITDB_SECONDS = 120
STOP_SECONDS = 60
LOG_BYTES = 2_000_000  # the log starts anew, keeping one predecessor, at the first launch after this size
# Small on purpose: one bot and its workers. Errors stay out of the log, since their details hold what members wrote;
# the program that asked gets them anyway.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "jit": "off",
    "io_method": "sync",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "min_wal_size": "32MB",
    "max_wal_size": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "log",
    "log_checkpoints": "off",
}
THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "240"}
"""Not durable; several rehearsals side by side have several processes each."""


def exists(home: Home) -> bool:
    """Whether the cluster was made."""
    return (home.cluster / "PG_VERSION").exists()


def initialise(home: Home, *, durable: bool) -> None:
    """Make the cluster unless it is there: UTF-8, sorted by code point alike on every system, only its own socket.

    Raises EmbeddedServerError for a cluster of another major version.
    """
    if exists(home):
        made_by = (home.cluster / "PG_VERSION").read_text(encoding="utf-8").strip()
        if made_by != binaries.MAJOR:
            raise EmbeddedServerError(
                f"{home.cluster} was made by PostgreSQL {made_by}; dump it there and restore it with {binaries.MAJOR}"
            )
        return
    account = binaries.named_account(home.account) if os.geteuid() == 0 else home.account
    draft = home.folder / "cluster-draft"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    _give(draft, account.uid, account.gid)
    finished = binaries.run(
        binaries.programs_for(home) / "initdb",
        f"--pgdata={draft.name}",
        f"--username={ROLE}",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--locale=C",
        "--encoding=UTF8",
        "--auth-local=trust",  # the socket's folder lets nobody else in
        "--auth-host=reject",
        "--no-instructions",
        *([] if durable else ["--no-sync"]),
        home=home,
        seconds=INITDB_SECONDS,
        account=account,
    )
    if finished.code != 0:
        raise EmbeddedServerError(f"initdb in {home.folder} failed: {finished.said.strip()}")
    for path in [draft, *draft.rglob("*")]:
        _give(path, home.account.uid, home.account.gid)
    draft.rename(home.cluster)


def launch(home: Home, *, durable: bool, seconds: int) -> bool:
    """Start the server and wait until it is ready; true means: not yet, processes of a killed server still hold it.

    Raises EmbeddedServerError with the end of the log for every other failure.
    """
    _forget_reused_pid(home)
    _write_settings(home, durable=durable)
    start_of_log = _open_log(home)
    try:
        finished = binaries.run(
            binaries.programs_for(home) / "pg_ctl",
            "start",
            f"--pgdata={home.cluster.name}",
            f"--log={home.log.name}",
            "--wait",
            f"--timeout={seconds}",
            home=home,
            seconds=seconds + 10,
        )
    except subprocess.TimeoutExpired:
        raise EmbeddedServerError(f"the server in {home.folder} did not start within {seconds} s") from None
    if finished.code == 0:
        return False
    with home.log.open("rb") as log:
        log.seek(start_of_log)
        said = log.read().decode("utf-8", "replace")
    if "pre-existing shared memory block" in said:
        return True
    raise EmbeddedServerError(f"the server in {home.folder} did not start: {finished.said.strip()}\n{said[-2000:]}")


def shut_down(home: Home) -> None:
    """Stop the server if it runs: sessions are ended, everything written is kept."""
    if postmaster(home) is None:
        return
    program = binaries.programs_for(home) / "pg_ctl"
    for mode in ("fast", "immediate"):
        finished = binaries.run(
            program,
            "stop",
            f"--pgdata={home.cluster.name}",
            f"--mode={mode}",
            "--wait",
            f"--timeout={STOP_SECONDS}",
            home=home,
            seconds=STOP_SECONDS + 10,
        )
        if finished.code == 0 or postmaster(home) is None:
            return
    raise EmbeddedServerError(f"the server in {home.folder} does not stop: {finished.said.strip()}")


def postmaster(home: Home) -> int | None:
    """The process id of this cluster's running server.

    The number in the pid file may belong to another process by now, or to one that is dead and not yet collected; the
    server's working directory is its cluster, which tells them apart.
    """
    pid = _written_pid(home.cluster / "postmaster.pid")
    return pid if pid is not None and _serves(pid, home.cluster) else None


def listens(home: Home) -> bool:
    """Whether anything accepts connections on the cluster's socket."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(home.sockets / SOCKET_NAME))
        except OSError:
            return False
    return True


def data_bytes(home: Home) -> int:
    """The size of the cluster's files in bytes; files that vanish meanwhile count nothing."""
    total = 0
    for folder, _, names in os.walk(home.cluster):
        for name in names:
            try:
                total += os.lstat(os.path.join(folder, name)).st_size
            except FileNotFoundError:
                continue
    return total


def _written_pid(path: Path) -> int | None:
    try:
        return int(path.read_text(encoding="utf-8", errors="replace").split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _serves(pid: int, cluster: Path) -> bool:
    if sys.platform == "linux":
        try:
            return os.path.samefile(f"/proc/{pid}/cwd", cluster)
        except (FileNotFoundError, PermissionError):
            return False
    listed = subprocess.run(["ps", "-p", str(pid), "-o", "stat=,comm="], check=False, capture_output=True, text=True)
    state, _, program = listed.stdout.strip().partition(" ")
    return program.strip().endswith("postgres") and not state.startswith("Z")


def _forget_reused_pid(home: Home) -> None:
    """Remove pid files whose number now belongs to a stranger: the server would take the stranger for itself.

    A number that belongs to nobody is left to the server, which also looks for orphaned sessions before it goes on.
    """
    for path in (home.cluster / "postmaster.pid", home.sockets / f"{SOCKET_NAME}.lock"):
        pid = _written_pid(path)
        if pid is not None and _exists(pid) and not _serves(pid, home.cluster):
            path.unlink(missing_ok=True)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _write_settings(home: Home, *, durable: bool) -> None:
    """Write the whole postgresql.conf; what an operator sets by ALTER SYSTEM still has the last word."""
    settings = SETTINGS | ({} if durable else THROWAWAY) | {"unix_socket_directories": str(home.sockets)}
    lines = ["# Written at each start by Longplay. Use ALTER SYSTEM for settings of your own."]
    lines += [f"{name} = '{value}'" for name, value in settings.items()]
    path = home.cluster / "postgresql.conf"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _open_log(home: Home) -> int:
    """Make the log for the server's account and say where in it, in bytes, the coming start begins."""
    if home.log.exists() and home.log.stat().st_size > LOG_BYTES:
        home.log.replace(home.log.with_suffix(".log.1"))
    if not home.log.exists():
        home.log.touch(mode=0o600)
        _give(home.log, home.account.uid, home.account.gid)
    return home.log.stat().st_size


def _give(path: Path, uid: int, gid: int) -> None:
    if os.geteuid() == 0:
        os.chown(path, uid, gid, follow_symlinks=False)
