"""Keys of the vault as an operator keeps them: 32 random bytes, in base64."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass, field

KEY_BYTES = 32
ID_BYTES = 4


class KeyFault(Exception):  # noqa: N818 - the operator's word
    """A text that is no key, or a file of keys that cannot be used; says what to do."""


@dataclass(frozen=True, slots=True)
class SecretKey:
    """A key of the vault; its id tells it from others and gives nothing of it away."""

    raw: bytes = field(repr=False)

    @property
    def id(self) -> bytes:
        """Stands in front of everything it seals."""
        return hashlib.sha256(b"longplay key id" + self.raw).digest()[:ID_BYTES]

    @property
    def text(self) -> str:
        """As an operator keeps it."""
        return base64.urlsafe_b64encode(self.raw).decode()


def new_key() -> SecretKey:
    """A key that nobody had before."""
    return SecretKey(secrets.token_bytes(KEY_BYTES))


def read_keys(text: str) -> tuple[SecretKey, ...]:
    """The keys of a text, by commas, spaces or lines; raises `KeyFault` for what is none."""
    return tuple(dict.fromkeys(_read_key(word) for word in text.replace(",", " ").split()))


def _read_key(word: str) -> SecretKey:
    bare = word.rstrip("=").replace("+", "-").replace("/", "_")
    try:
        raw = base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != KEY_BYTES:
        raise KeyFault(f"a key is {KEY_BYTES} random bytes in base64; `longplay rotate-key --new` prints one")
    return SecretKey(raw)
