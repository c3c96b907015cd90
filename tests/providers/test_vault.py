"""The vault opens what it sealed, where it was sealed, with a key it has, and nothing else."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.listening.accounts import SealBroken
from bot.domain.secret_keys import KeyFault, new_key, read_keys
from bot.providers.vault import FILE_NAME, KeyFile, SecretVault

HERE = "linked_accounts/1/access_token"
ELSEWHERE = "linked_accounts/2/access_token"
KEY = new_key()


@given(st.text(max_size=300))
def test_what_was_sealed_opens_in_its_place(secret: str) -> None:
    vault = SecretVault([KEY])
    sealed = vault.seal(secret, place=HERE)
    assert vault.open(sealed, place=HERE) == secret
    assert vault.seal(secret, place=HERE) != sealed, "equal secrets look alike"


def test_another_rows_ciphertext_does_not_open() -> None:
    vault = SecretVault([KEY])
    with pytest.raises(SealBroken):
        vault.open(vault.seal("a-token", place=ELSEWHERE), place=HERE)


def test_a_wrong_key_opens_nothing_and_the_error_says_nothing_of_it() -> None:
    sealed = SecretVault([KEY]).seal("a-token", place=HERE)
    with pytest.raises(SealBroken, match="not among the keys") as caught:
        SecretVault([new_key()]).open(sealed, place=HERE)
    assert "a-token" not in str(caught.value)
    assert KEY.text not in repr(KEY)


def test_every_flipped_bit_is_seen() -> None:
    vault = SecretVault([KEY])
    sealed = vault.seal("a-token", place=HERE)
    for bit in range(len(sealed) * 8):
        flipped = bytearray(sealed)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(SealBroken):
            vault.open(bytes(flipped), place=HERE)


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"plain text of somebody", b"\x01" * 17, b"\x01" * 40])
def test_what_was_never_sealed_does_not_open(sealed: bytes) -> None:
    with pytest.raises(SealBroken):
        SecretVault([KEY]).open(sealed, place=HERE)


def test_the_first_key_seals_and_every_key_opens() -> None:
    other = new_key()
    old = SecretVault([KEY]).seal("a-token", place=HERE)
    ring = SecretVault([other, KEY])
    fresh = ring.seal("a-token", place=HERE)
    assert ring.open(old, place=HERE) == ring.open(fresh, place=HERE) == "a-token"
    assert ring.is_fresh(fresh)
    assert not ring.is_fresh(old)
    with pytest.raises(SealBroken):
        SecretVault([other]).open(old, place=HERE)


def test_a_key_of_the_environment_is_32_bytes_of_base64() -> None:
    assert read_keys(f"{KEY.text}, {KEY.text.rstrip('=')}\n") == (KEY,)
    for wrong in ("short", KEY.text[:-4], "é" * 44, f"{KEY.text}{KEY.text}"):
        with pytest.raises(KeyFault, match="32 random bytes"):
            read_keys(wrong)


def test_a_file_of_keys_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "data")
    first = SecretVault(file=file)
    sealed = first.seal("a-token", place=HERE)
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert SecretVault(file=KeyFile(tmp_path / "data")).open(sealed, place=HERE) == "a-token"
    assert [each.name for each in file.path.parent.iterdir()] == [FILE_NAME], "nothing half written lies about"


def test_opening_makes_no_key(tmp_path: Path) -> None:
    with pytest.raises(SealBroken):
        SecretVault(file=KeyFile(tmp_path)).open(b"\x01" * 40, place=HERE)
    assert not list(tmp_path.iterdir())


def test_a_running_vault_follows_its_file(tmp_path: Path) -> None:
    file = KeyFile(tmp_path)
    running = SecretVault(file=file)
    old = running.seal("a-token", place=HERE)
    file.write([new_key(), *file.read()])
    assert not running.is_fresh(old)
    fresh = running.seal("b-token", place=HERE)
    assert running.is_fresh(fresh)
    assert running.open(old, place=HERE) == "a-token"
    file.path.unlink()
    assert running.open(fresh, place=HERE) == "b-token", "what was read stays when its file is gone"


@pytest.mark.parametrize("content", ["", "no key at all\n", "\x00\xff"])
def test_a_spoilt_file_of_keys_is_told_and_left_alone(tmp_path: Path, content: str) -> None:
    file = KeyFile(tmp_path)
    file.path.write_bytes(content.encode("latin-1"))
    with pytest.raises(KeyFault, match=FILE_NAME):
        SecretVault(file=file).seal("a-token", place=HERE)
    assert file.path.read_bytes() == content.encode("latin-1")


def test_of_processes_that_make_the_file_at_once_all_have_the_same_key(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from bot.providers.vault import KeyFile, SecretVault; "
        "sys.stdin.readline(); "
        "print(SecretVault(file=KeyFile(Path(sys.argv[1]))).seal('a-token', place='here').hex())"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    made = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    for process in made:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    sealed = [process.communicate(timeout=20)[0].strip() for process in made]
    vault = SecretVault(file=KeyFile(tmp_path))
    assert [vault.open(bytes.fromhex(each), place="here") for each in sealed] == ["a-token"] * 3
