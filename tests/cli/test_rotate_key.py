"""`longplay rotate-key`: another key, while a bot runs, and nothing is ever lost."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import SecretStr

from bot.cli.keys import rotate
from bot.config import Settings
from bot.domain.listening.plays import Source
from bot.domain.secret_keys import SecretKey, new_key, read_keys
from bot.providers.vault import FILE_NAME, KeyFile, SecretVault
from bot.services.accounts import access_of
from bot.services.accounts.resealing import count_sealed, reseal_all
from bot.services.people import join
from bot.services.tools import Tools
from db.session import Database
from tests.cli.process import Shell
from tests.factories.accounts import FakeGranter, a_grant, keep_account, listening_tools, renewed
from tests.factories.club import make_club
from tests.factories.people import NOW, a_caller

PEOPLE = 12


class Killed(Exception):  # noqa: N818
    """The process ends here."""


async def accounts_of(tools: Tools) -> list[UUID]:
    await make_club(tools.database)
    return [
        await keep_account(
            tools,
            (await join(tools, caller=a_caller(number), now=NOW)).user_id,
            granted=a_grant(f"member-{number}", token=f"access-{number}", refresh=f"refresh-{number}"),
        )
        for number in range(PEOPLE)
    ]


async def all_open(database: Database, vault: SecretVault, accounts: Sequence[UUID]) -> bool:
    tools = listening_tools(database, vault=vault)
    got = [(await access_of(tools, account, NOW)).token for account in accounts]
    return got == [f"access-{number}" for number in range(PEOPLE)]


def settings_of(database: Database, folder: Path, keys: str | None = None) -> Settings:
    return Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue] - nothing of whoever runs the tests
        database_url=SecretStr(database.url),
        data_folder=folder,
        secret_keys=SecretStr(keys) if keys else None,
    )


def in_file(folder: Path) -> tuple[SecretKey, ...]:
    return read_keys((folder / "data" / FILE_NAME).read_text())


async def test_a_key_file_is_rotated_and_the_old_key_goes_when_nothing_needs_it(
    bare: Shell, database: Database, database_url: str, tmp_path: Path
) -> None:
    bare.settings["DATABASE_URL"] = database_url
    running = SecretVault(file=KeyFile(tmp_path / "data"))
    accounts = await accounts_of(listening_tools(database, vault=running))
    (old,) = in_file(tmp_path)

    rotated = await bare.run("rotate-key")
    assert rotated.code == 0, rotated.said
    assert f"{2 * PEOPLE} values were sealed anew" in rotated.out
    fresh, kept = in_file(tmp_path)
    assert kept == old
    assert stat.S_IMODE((tmp_path / "data" / FILE_NAME).stat().st_mode) == 0o600
    assert not any(key.text in rotated.said for key in (fresh, old))
    assert await all_open(database, running, accounts), "a bot that runs follows"
    assert await all_open(database, SecretVault([fresh]), accounts)

    assert await rotate(settings_of(database, tmp_path / "data"), forget_old=True) == 0
    assert in_file(tmp_path) == (fresh,)
    assert await all_open(database, running, accounts)


async def test_an_old_key_is_not_forgotten_while_something_needs_it(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = KeyFile(tmp_path)
    vault = SecretVault(file=file)
    accounts = await accounts_of(listening_tools(database, vault=vault))
    vault.put_new_in_front()
    assert await rotate(settings_of(database, tmp_path), forget_old=True) == 1
    assert "still need an older key" in capsys.readouterr().err
    assert len(file.read()) == 2
    assert await rotate(settings_of(database, tmp_path)) == 0
    assert "left from a rotation that was cut off" in capsys.readouterr().out
    assert len(file.read()) == 2, "it goes on under the key that was made before"
    assert await all_open(database, vault, accounts)


async def test_with_a_wrong_key_nothing_is_changed(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    right, wrong = new_key(), new_key()
    accounts = await accounts_of(listening_tools(database, vault=SecretVault([right])))
    for keys in (wrong.text, None):
        assert await rotate(settings_of(database, tmp_path, keys)) == 1
        assert f"{2 * PEOPLE} sealed values open with none of the keys" in capsys.readouterr().err
    assert await all_open(database, SecretVault([right]), accounts)


async def test_keys_of_the_environment_are_rotated_by_putting_one_in_front(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, fresh = new_key(), new_key()
    accounts = await accounts_of(listening_tools(database, vault=SecretVault([old])))
    assert await rotate(settings_of(database, tmp_path, old.text)) == 1
    assert "put a new one in front" in capsys.readouterr().err
    assert await rotate(settings_of(database, tmp_path, f"{fresh.text},{old.text}")) == 0
    assert "may be taken out of LONGPLAY_SECRET_KEYS" in capsys.readouterr().out
    assert await all_open(database, SecretVault([fresh]), accounts)
    assert not KeyFile(tmp_path).read(), "no file of keys where they are given"


@pytest.mark.parametrize("commits", [0, 1, 5, PEOPLE - 1])
async def test_a_death_in_the_middle_leaves_everything_openable(database: Database, commits: int) -> None:
    old, fresh = new_key(), new_key()
    accounts = await accounts_of(listening_tools(database, vault=SecretVault([old])))
    left = [commits]

    def watch(moment: str) -> None:
        if moment == "before commit":
            if not left[0]:
                raise Killed
            left[0] -= 1

    ring = SecretVault([fresh, old])
    dying = Database.connect(database.url, watch=watch)
    try:
        with pytest.raises(Killed):
            await reseal_all(listening_tools(dying, vault=ring), ring)
    finally:
        await dying.close()
    tools = listening_tools(database, vault=ring)
    found = await count_sealed(tools, ring)
    assert (found.fresh, found.old, found.broken) == (2 * commits, 2 * (PEOPLE - commits), 0)
    assert await all_open(database, ring, accounts)
    assert await reseal_all(tools, ring) == 2 * (PEOPLE - commits)
    assert await all_open(database, SecretVault([fresh]), accounts)
    assert await reseal_all(tools, ring) == 0


async def test_a_bot_that_renews_meanwhile_loses_no_token(database: Database, tmp_path: Path) -> None:
    file = KeyFile(tmp_path)
    running = SecretVault(file=file)
    later = NOW + timedelta(hours=2)
    granter = FakeGranter(Source.SPOTIFY, takes=0.01)
    for number in range(PEOPLE):
        granter.renewals[f"refresh-{number}"] = renewed(
            a_grant(), token=f"later-{number}", refresh=f"other-{number}", now=later
        )
    bot = listening_tools(database, granters=(granter,), vault=running)
    accounts = await accounts_of(bot)
    rotating = SecretVault(file=file)
    rotating.put_new_in_front()
    got, _ = await asyncio.gather(
        asyncio.gather(*(access_of(bot, account, later) for account in accounts)), reseal_all(bot, rotating)
    )
    assert [each.token for each in got] == [f"later-{number}" for number in range(PEOPLE)]
    await reseal_all(bot, rotating)
    assert rotating.forget_old() == 1
    fresh = listening_tools(database, vault=SecretVault(file=KeyFile(tmp_path)))
    assert [(await access_of(fresh, each, later)).token for each in accounts] == [each.token for each in got]
