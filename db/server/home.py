"""Where a cluster lives and which account of the operating system it runs as.

PostgreSQL refuses to run as root. As root the server therefore runs as an unprivileged user id of its own, and a
cluster whose folder that id could not reach (below `/root`, say) is placed where it can; no foreign folder's mode is
changed. A note in the folder that was asked for keeps the place, so that it holds when modes change later.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import re
import shutil
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from db.server.errors import EmbeddedServerError

SYSTEM_FOLDER = Path("/var/lib/longplay")
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 99  # bytes; the kernel's limit is 108 on Linux and 104 on macOS, closing zero included
UNUSED_IDS = range(60_918, 61_184)  # systemd's list of user ids calls 60578–61183 unused; no account is made
MEMORY = Path("/dev/shm")  # Linux
ROOM_BYTES = 2_000_000_000  # the write-ahead log and the databases of a test run, several times over
_NO_PROGRAMS = getattr(os, "ST_NOEXEC", 0)  # as root the programs are copied beside the data
_PLAIN = re.compile(r"[\w/.+@=~-]+")  # a socket folder no connection string and no list of folders splits

_MISREAD = re.compile(r'["$`\\\n]')  # initdb and pg_ctl put paths between double quotes into a shell's command line


@dataclass(frozen=True, slots=True)
class Account:
    """The user and group id that the server's processes have."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Home:
    """The place of one cluster: `asked` is the folder that was asked for, `folder` the one that holds the cluster."""

    asked: Path
    folder: Path
    account: Account

    @property
    def cluster(self) -> Path:
        """PostgreSQL's data directory."""
        return self.folder / "cluster"

    @property
    def lock(self) -> Path:
        """Locked by whoever starts or stops the server."""
        return self.folder / "lock"

    @property
    def users(self) -> Path:
        """Locked, shared, by every process that uses the server."""
        return self.folder / "users"

    @property
    def log(self) -> Path:
        """What the server writes to its standard output."""
        return self.folder / "server.log"

    @property
    def note(self) -> Path:
        """Says in the folder that was asked for where the cluster is instead."""
        return self.asked / "elsewhere"

    @property
    def sockets(self) -> Path:
        """The private folder of the server's socket: beside the data, or a short one when that path is too long."""
        beside = self.folder / "socket"
        if _socket_fits(beside):
            return beside
        # Not TMPDIR first: processes of one cluster may differ in it.
        for candidate in _below(f"longplay-socket-{_key(self.folder)}", "/tmp", "/var/tmp", tempfile.gettempdir()):
            if _socket_fits(candidate) and _reachable(candidate, self.account.uid):
                return candidate
        raise EmbeddedServerError("no temporary folder has a path short enough for a socket; set TMPDIR to /tmp")


def find(asked: Path, *, durable: bool) -> Home:
    """Say where the cluster of a folder lives, or would live; nothing is made."""
    asked = Path(os.path.realpath(asked))
    if _MISREAD.search(str(asked)):
        raise EmbeddedServerError(
            f"PostgreSQL's programs misread {asked}; choose a folder without \" $ ` \\ in its path"
        )
    if os.geteuid() != 0:
        return Home(asked, asked, Account(os.geteuid(), os.getegid()))
    folder = _noted(asked)
    if folder is not None:
        return Home(asked, folder, _account(folder))
    account = _account(asked)
    if (asked / "cluster").exists() or _reachable(asked, account.uid):
        return Home(asked, asked, account)
    name = f"longplay-{_key(asked)}"
    candidates = (
        [SYSTEM_FOLDER / name] if durable else [*_below(name, tempfile.gettempdir(), "/tmp"), SYSTEM_FOLDER / name]
    )
    for candidate in candidates:
        if _reachable(candidate, account.uid):
            return Home(asked, candidate, account)
    raise EmbeddedServerError(f"user id {account.uid} can reach neither {asked} nor {SYSTEM_FOLDER}; set DATABASE_URL")


def throwaway_folder(name: str, *, room: int = ROOM_BYTES) -> Path:
    """A folder, not made yet, for a cluster nobody keeps: in memory where that has `room` bytes, else a temporary one.

    Making a database is making 300 files, which memory does in a tenth of the time.
    """
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK):
        memory = os.statvfs(MEMORY)
        if memory.f_bavail * memory.f_frsize >= room and not memory.f_flag & _NO_PROGRAMS:
            return MEMORY / name
    return Path(os.path.realpath(tempfile.gettempdir())) / name


def prepare(home: Home) -> None:
    """Make the folders of a cluster, private to this process's user and the server's account.

    Raises EmbeddedServerError where this process may not, or where a stranger was first.
    """
    try:
        _prepare(home)
    except OSError as error:
        raise EmbeddedServerError(f"cannot make {home.folder}: {error}; choose another folder") from error


def _prepare(home: Home) -> None:
    as_root = os.geteuid() == 0
    ours = Account(os.geteuid(), os.getegid())
    if home.folder != home.asked:
        _make(home.asked, ours, 0o700)
        _write_note(home)
    # Others may pass through, not look: the server's account has to reach the three things that are its own.
    _make(home.folder, ours, 0o711 if as_root else 0o700)
    if home.folder != home.asked:
        _refuse_stranger(home.folder, ours)
    _make(home.sockets, home.account, 0o700)
    _refuse_stranger(home.sockets, home.account)


def _make(folder: Path, owner: Account, mode: int) -> None:
    """Make one folder with its missing parents, whatever the umask; one that exists stays as it is."""
    for parent in reversed([parent for parent in folder.parents if not parent.exists()]):
        parent.mkdir(exist_ok=True)
        parent.chmod(0o755)
    if folder.exists():
        return
    # It appears with its owner and mode: another process may be looking for the same place right now.
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name[:20]}-", dir=folder.parent))
    if os.geteuid() == 0:
        os.chown(draft, owner.uid, owner.gid)
    draft.chmod(mode)
    try:
        draft.rename(folder)
    except OSError:  # that process was first
        draft.rmdir()


def _refuse_stranger(folder: Path, owner: Account) -> None:
    """Refuse a folder somebody else made first: its name in the temporary folder can be foreseen."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner.uid or found.st_mode & 0o022:
        raise EmbeddedServerError(f"{folder} is not a private folder of user id {owner.uid}; delete it")


def _write_note(home: Home) -> None:
    if _noted(home.asked) is None:
        draft = home.note.with_suffix(f".{os.getpid()}")
        draft.write_text(f"{home.folder}\n", encoding="utf-8")
        draft.replace(home.note)


def _noted(asked: Path) -> Path | None:
    try:
        return Path((asked / "elsewhere").read_text(encoding="utf-8").strip())
    except (FileNotFoundError, NotADirectoryError):
        return None


def _account(folder: Path) -> Account:
    """As root: the owner of the cluster, or for a new one the first user id no account has."""
    owner = _owner(folder / "cluster")
    if owner is not None and owner != 0:
        return Account(owner, (folder / "cluster").stat().st_gid)
    for uid in UNUSED_IDS:
        try:
            pwd.getpwuid(uid)
        except KeyError:
            return Account(uid, uid)
    raise EmbeddedServerError(f"every user id from {UNUSED_IDS.start} to {UNUSED_IDS.stop - 1} has an account")


def _owner(path: Path) -> int | None:
    try:
        return path.stat().st_uid
    except (FileNotFoundError, NotADirectoryError):
        return None


def _reachable(folder: Path, uid: int) -> bool:
    """Whether a user id outside every group may pass through a folder and all above; missing ones will allow it."""
    for step in [folder, *folder.parents]:
        try:
            found = step.stat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        if not found.st_mode & (stat.S_IXUSR if found.st_uid == uid else stat.S_IXOTH):
            return False
    return True


def _socket_fits(folder: Path) -> bool:
    path = str(folder / SOCKET_NAME)
    return len(os.fsencode(path)) <= LONGEST_SOCKET_PATH and _PLAIN.fullmatch(path) is not None


def _below(name: str, *bases: str) -> list[Path]:
    return [Path(os.path.realpath(base)) / name for base in bases]


def _key(folder: Path) -> str:
    return hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]


def delete(home: Home) -> None:
    """Delete a cluster with everything beside it that the server made; other files in its folder stay."""
    shutil.rmtree(home.sockets, ignore_errors=True)
    for name in ("cluster", "cluster-draft"):
        shutil.rmtree(home.folder / name, ignore_errors=True)
    for copy in home.folder.glob("postgresql-*"):
        shutil.rmtree(copy, ignore_errors=True)
    for path in (home.log, home.log.with_suffix(".log.1"), home.users, home.lock, home.note):
        path.unlink(missing_ok=True)
    for folder in {home.folder, home.asked}:
        with suppress(OSError):  # not empty: somebody else keeps files there
            folder.rmdir()
