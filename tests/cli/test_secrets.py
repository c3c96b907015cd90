"""What is secret is known by value and by its look, wherever it was read from."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Generator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.config import Settings, SettingsFault, read_settings
from bot.logs import SILENT, STRUCK, TALKATIVE, start_logging, strike
from bot.services.correlation import belonging
from cogs.shared.boundary import guarded


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.validation_alias.choices[0]), raising=False)  # type: ignore[union-attr]
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def _logging_as_it_was() -> Generator[None]:
    loggers = [logging.getLogger(name) for name in (None, *TALKATIVE, *SILENT)]
    handlers, levels = loggers[0].handlers, [each.level for each in loggers]
    yield
    loggers[0].handlers = handlers
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


def test_a_password_is_known_in_every_form_it_may_be_written_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", " own.kind.of-token ")
    monkeypatch.setenv("DATABASE_URL", "postgresql://club:p%40ss@db/club?password=other")
    assert set(read_settings().secrets()) == {"own.kind.of-token", "p%40ss", "p@ss", "other"}


def test_secrets_of_files_named_in_the_env_file_are_read_and_known(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("own.kind.of-token\n")
    (tmp_path / "url").write_text("postgresql://club:hidden-pa55@db/club\n")
    (tmp_path / ".env").write_text("DISCORD_TOKEN_FILE=token\nDATABASE_URL_FILE=url\n")
    assert read_settings().secrets() == ("own.kind.of-token", "hidden-pa55", "hidden-pa55")


def test_what_stands_in_a_file_is_judged_like_what_is_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "url").write_text("postgresql://club:hidden-pa55@db:five/club")
    monkeypatch.setenv("DISCORD_TOKEN_FILE", "empty")
    monkeypatch.setenv("DATABASE_URL_FILE", "url")
    with pytest.raises(SettingsFault) as caught:
        read_settings()
    assert {fault.partition(":")[0] for fault in caught.value.faults} == {"DISCORD_TOKEN_FILE", "DATABASE_URL_FILE"}
    assert "hidden-pa55" not in str(caught.value)


def test_a_secret_of_no_known_look_is_struck_out_by_its_value() -> None:
    assert strike("reset to own.kind.of-token now", ["own.kind.of-token"]) == f"reset to {STRUCK} now"


def test_a_token_in_a_gateway_event_is_struck_out() -> None:
    assert "aW50ZXJh" not in strike("{'t': 'INTERACTION_CREATE', 'd': {'token': 'aW50ZXJhY3Rpb24'}}")


@pytest.mark.usefixtures("_logging_as_it_was")
def test_an_error_is_logged_without_the_secrets_it_holds(capsys: pytest.CaptureFixture[str]) -> None:
    start_logging("DEBUG", as_json=True, secrets=["hidden-pa55"])
    try:
        raise RuntimeError("cannot log in with hidden-pa55")
    except RuntimeError:
        logging.getLogger("bot").exception("%s failed", "hidden-pa55")
    line = json.loads(capsys.readouterr().err)
    assert line["event"] == f"{STRUCK} failed"
    assert line["level"] == "error"
    assert f"RuntimeError: cannot log in with {STRUCK}" in line["exception"]
    assert "hidden-pa55" not in str(line)


@pytest.mark.usefixtures("_logging_as_it_was")
def test_no_library_may_write_what_members_send() -> None:
    start_logging("DEBUG")
    assert not logging.getLogger("discord.gateway").isEnabledFor(logging.DEBUG)
    assert not logging.getLogger("sqlalchemy.engine").isEnabledFor(logging.INFO)
    assert logging.getLogger("discord.client").isEnabledFor(logging.INFO)
    assert logging.getLogger("bot").isEnabledFor(logging.DEBUG)


@pytest.mark.usefixtures("_logging_as_it_was")
async def test_lines_of_one_interaction_and_of_one_week_are_found_by_it(capsys: pytest.CaptureFixture[str]) -> None:
    start_logging("INFO", as_json=True)

    async def pressed(number: int) -> None:
        async with guarded(cast("Any", SimpleNamespace(id=number)), "button vote"):
            await asyncio.sleep(0)
            logging.getLogger("bot.anything").info("a ballot")
            with belonging(week=f"week-{number}", errand=None):
                logging.getLogger("discord.http").warning("of a library, in the middle")

    await asyncio.gather(pressed(1), pressed(2))
    logging.getLogger("bot.anything").info("of nobody")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    kept = [{name: line[name] for name in ("event", "interaction", "use", "week") if name in line} for line in lines]
    for number in ("1", "2"):
        whose = {"interaction": number, "use": "button vote"}
        assert {"event": "a ballot", **whose} in kept
        assert {"event": "of a library, in the middle", **whose, "week": f"week-{number}"} in kept
    assert kept[-1] == {"event": "of nobody"}
    assert len(kept) == 5
