"""The vault: secrets sealed with AES-256-GCM under keys that can be changed.

A sealed value is `version, key id, nonce, ciphertext`; version, key id and the place it is kept in are authenticated
with it, so that it opens in no other row and no other field. The first key of the ring seals, every key opens.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.domain.listening.accounts import SealBroken
from bot.domain.secret_keys import ID_BYTES, KeyFault, SecretKey, new_key, read_keys

VERSION = b"\x01"
NONCE_BYTES = 12
HEAD_BYTES = len(VERSION) + ID_BYTES
FILE_NAME = "secret.keys"


class KeyFile:
    """The keys of the data folder, one a line, the one that seals first; made once, readable by its owner alone."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME

    def read(self) -> tuple[SecretKey, ...]:
        """The keys; none where there is no file. Raises `KeyFault`."""
        try:
            found = read_keys(self.path.read_text(encoding="ascii"))
        except FileNotFoundError:
            return ()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no text"
            raise KeyFault(f"{self.path} cannot be read: {reason}") from None
        except KeyFault as fault:
            raise KeyFault(f"{self.path} holds a line that is no key: {fault}") from None
        if not found:
            raise KeyFault(f"{self.path} is empty: put the keys back from a backup, or delete it and link anew")
        return found

    def ensure(self) -> tuple[SecretKey, ...]:
        """The keys, made where there are none; of two processes that make them at once one does."""
        if found := self.read():
            return found
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._draft((new_key(),))
        try:
            with suppress(FileExistsError):
                os.link(draft, self.path)
        finally:
            draft.unlink()
        return self.read()

    def write(self, keys: Sequence[SecretKey]) -> None:
        """Put these keys in the place of the ones that are there; whole or not at all."""
        os.replace(self._draft(keys), self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def stamp(self) -> tuple[int, int] | None:
        """Another one whenever the file was written again."""
        try:
            stat = self.path.stat()
        except OSError:
            return None
        return stat.st_ino, stat.st_mtime_ns

    def _draft(self, keys: Sequence[SecretKey]) -> Path:
        draft = self.path.with_name(f"{FILE_NAME}.{secrets.token_hex(4)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write("".join(f"{key.text}\n" for key in keys))
            file.flush()
            os.fsync(file.fileno())
        return draft


class SecretVault:
    """Seals and opens with the keys it is given, or with those of a file, which it reads again when it changed."""

    def __init__(self, keys: Sequence[SecretKey] = (), *, file: KeyFile | None = None) -> None:
        if not keys and file is None:
            raise ValueError("a vault needs a key")
        self._given = tuple(keys)
        self._file = None if keys else file
        self._stamp: tuple[int, int] | None = None
        self._ring: dict[bytes, SecretKey] = {key.id: key for key in keys}

    def seal(self, secret: str, *, place: str) -> bytes:
        """The secret, sealed under the first key. Raises `KeyFault`."""
        key = next(iter(self._keys(makes=True).values()))
        head = VERSION + key.id
        nonce = secrets.token_bytes(NONCE_BYTES)
        return head + nonce + AESGCM(key.raw).encrypt(nonce, secret.encode(), head + place.encode())

    def open(self, sealed: bytes, *, place: str) -> str:
        """The secret. Raises `SealBroken` for a wrong key, another place, or changed bytes; `KeyFault`."""
        head, rest = sealed[:HEAD_BYTES], sealed[HEAD_BYTES:]
        if len(rest) <= NONCE_BYTES or not head.startswith(VERSION):
            raise SealBroken("this was not sealed by this vault")
        key = self._keys().get(head[len(VERSION) :])
        if key is None:
            raise SealBroken("the key it was sealed with is not among the keys of this vault")
        try:
            return AESGCM(key.raw).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], head + place.encode()).decode()
        except (InvalidTag, UnicodeDecodeError):
            raise SealBroken("it was changed, or sealed for another place") from None

    def is_fresh(self, sealed: bytes) -> bool:
        """Whether it is sealed with the key that seals now."""
        first = next(iter(self._keys().values()), None)
        return first is not None and sealed[:HEAD_BYTES] == VERSION + first.id

    @property
    def given(self) -> bool:
        """Whether the keys were given; else they lie in a file."""
        return self._file is None

    @property
    def place(self) -> str:
        """Where the keys lie; empty where they were given."""
        return str(self._file.path) if self._file is not None else ""

    @property
    def first_id(self) -> str:
        """The id of the key that seals."""
        return next((key.id.hex() for key in self._keys().values()), "none")

    def put_new_in_front(self) -> None:
        """Another key seals from now on, here and in every process on the same file. Raises `KeyFault`."""
        if self._file is None:
            raise KeyFault(
                "everything lies under the first key of LONGPLAY_SECRET_KEYS already; put a new one in front of it "
                "(`longplay rotate-key --new` prints one), restart what runs, and come back"
            )
        self._file.write((new_key(), *self._file.ensure()))

    def forget_old(self) -> int:
        """Only the first key is kept; how many are gone. Raises `KeyFault` where the keys were given."""
        if self._file is None:
            raise KeyFault("keys that were given are taken out of LONGPLAY_SECRET_KEYS by whoever gave them")
        keys = self._file.read()
        if len(keys) > 1:
            self._file.write(keys[:1])
        return max(0, len(keys) - 1)

    def secrets(self) -> tuple[str, ...]:
        """What no log may hold."""
        return tuple(key.text for key in self._ring.values())

    def prepare(self) -> None:
        """Make the keys where there are none yet. Raises `KeyFault`, `OSError`."""
        self._keys(makes=True)

    def _keys(self, *, makes: bool = False) -> dict[bytes, SecretKey]:
        """The ring by id, the sealing key first; what was read stays when its file is gone."""
        if self._file is None:
            return self._ring
        stamp = self._file.stamp()
        if (stamp is not None and stamp != self._stamp) or not self._ring:
            keys = self._file.ensure() if makes else self._file.read()
            self._ring = {key.id: key for key in keys}
            self._stamp = stamp
        return self._ring
