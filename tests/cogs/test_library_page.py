"""The page about the library says what is: its commands are there, its limits the code's, its tables the database's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import discord
import pytest
from discord import app_commands

import cogs.library
from bot.client import LongplayBot
from bot.domain.library import audio, tracks, uploads
from bot.domain.library.errors import Code
from bot.domain.library.memory import Deed
from db.tables import Base
from tests.cogs.test_commands import bot  # noqa: F401 - the client with every face

PAGE = (Path(cogs.library.__path__[0]) / "README.md").read_text(encoding="utf-8")
RELATION = re.compile(r"^    (\w+) (\S\S)--(\S\S) (\w+) : (.*)$", re.MULTILINE)
TABLE = re.compile(r"^    (\w+) \{\n(.*?)^    \}", re.MULTILINE | re.DOTALL)
ALONE = {
    "playlist": ("add", "remove", "move", "show", "share", "edit", "delete"),
    "memory": ("note", "forget", "export"),
}
"""Commands that the page names in a row, behind the first of their group."""


@pytest.mark.row("1-39")
def test_every_command_that_the_page_names_is_there(bot: LongplayBot) -> None:  # noqa: F811
    named = re.findall(r"`/([a-z]+(?: [a-z]+)*)((?: [a-z]+:[^ `]*)*)`", PAGE)
    assert len(named) >= 20
    there: dict[str, Any] = {command.qualified_name: command for command in bot.tree.walk_commands()}
    for words, options in [*named, *((f"{group} {one}", "") for group, many in ALONE.items() for one in many)]:
        assert words in there, words
        found = there[words]
        for option in re.findall(r" ([a-z]+):", options):
            assert isinstance(found, app_commands.Command)
            assert option in {each.name for each in found.parameters}, f"{words} {option}"
    assert "`/library" not in PAGE
    menus = {menu.name for menu in bot.tree.get_commands(type=discord.AppCommandType.message)}
    assert set(re.findall(r"menu \*\*([^*]+)\*\*", PAGE)) <= menus


@pytest.mark.row("1-39")
@pytest.mark.row("1-13")
def test_the_limits_and_codes_that_the_page_names_are_those_of_the_code() -> None:
    limits = {
        f"up to {audio.UPLOAD_BYTES // 2**20}MB",
        f"{audio.LONGEST_SECONDS // 60} minutes",
        f"{audio.CHANNELS} channels",
        f"{audio.RATES[0] // 1_000} to {audio.RATES[1] // 1_000} kHz",
        f"{uploads.DAILY} files a day",
        f"{uploads.QUOTA_BYTES // 2**30} GB a member",
        f"within {uploads.TICKET_LIFE.seconds // 60} minutes",
        f"up to {tracks.TITLE_LIMIT} characters",
        f"{tracks.KEPT_AFTER_DELETION.days} days later",
    }
    assert {limit for limit in limits if limit not in PAGE} == set()
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", PAGE, re.MULTILINE)) == set(Code)
    silent = PAGE.split("## Memory")[1].split("Each event")[0]
    words = {
        Deed.FIRST_LISTEN: "first and",
        Deed.HUNDREDTH_LISTEN: "hundredth listen",
        Deed.PLAYLISTED: "in a playlist",
    }
    for deed in set(Deed) - {Deed.NOTE}:
        assert words.get(deed, str(deed).replace("_", " ")) in silent, deed


@pytest.mark.row("1-39")
def test_the_tables_of_the_page_are_those_of_the_database() -> None:
    tables = Base.metadata.tables
    relations = RELATION.findall(PAGE)
    assert len(relations) > 20
    for parent, left, _, child, said in relations:
        keys = [key for key in tables[child].foreign_keys if key.column.table.name == parent]
        assert keys, f"{child} does not refer to {parent}"
        for rule in re.findall("CASCADE|SET NULL", said):
            assert rule in {key.ondelete for key in keys}, f"{child} to {parent}: {rule}"
        may_lack = any(key.parent.nullable for key in keys)
        assert (left == "|o") is may_lack or parent in ("users", "albums", "comments"), f"{parent} of {child}"
    for name, columns in TABLE.findall(PAGE):
        for column in columns.strip().splitlines():
            assert column.split()[1] in tables[name].columns, f"{name}: {column}"
