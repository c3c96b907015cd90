"""The whole command tree: every word of it explained, within Discord's limits, and safe to offer everybody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest
from discord import app_commands

from bot.client import FACES, LongplayBot
from bot.services.tools import Tools
from cogs.help.topics import TOPICS
from tests.permissions import COSTLY

Json = dict[str, Any]


@pytest.fixture
async def bot() -> Any:
    """A client with every face but the one that delivers; it never connects."""
    tools = Tools(cast("Any", SimpleNamespace(bell=None)), cast("Any", None))
    client = LongplayBot(tools, faces=[face for face in FACES if face != "cogs.delivery"])
    await client.setup_hook()
    yield client
    await client.close()


def every_command(bot: LongplayBot) -> Iterator[app_commands.Command[Any, ..., Any]]:
    for command in bot.tree.walk_commands():
        if isinstance(command, app_commands.Command):
            yield command


def test_what_is_costly_is_not_done_again_and_again(bot: LongplayBot) -> None:
    rested = {
        command.qualified_name
        for command in every_command(bot)
        if any("cooldown" in check.__qualname__ for check in command.checks)
    }
    assert rested == COSTLY


def payloads(bot: LongplayBot) -> list[Json]:
    return [command.to_dict(bot.tree) for command in bot.tree.get_commands(type=discord.AppCommandType.chat_input)]


def test_every_command_and_option_is_explained(bot: LongplayBot) -> None:
    for command in every_command(bot):
        assert len(command.description) > 10, command.qualified_name
        assert command.description[-1] == "." or ":" in command.description, command.qualified_name
        for option in command.parameters:
            assert len(str(option.description)) > 5, f"{command.qualified_name} {option.name}"


def test_commands_stay_within_discords_limits(bot: LongplayBot) -> None:
    for payload in payloads(bot):
        texts = json.dumps(payload, default=str)
        assert len(payload["description"]) <= 100
        assert len(texts) < 8_000, payload["name"]
        for option in walk(payload):
            assert 1 <= len(option["description"]) <= 100, option
            assert len(option.get("options", [])) <= 25
            for choice in option.get("choices", []):
                assert 1 <= len(choice["name"]) <= 100


def walk(payload: Json) -> Iterator[Json]:
    for option in payload.get("options", []):
        yield option
        yield from walk(option)


def test_commands_live_on_servers_and_carry_no_default_permission(bot: LongplayBot) -> None:
    for command in bot.tree.get_commands():
        payload = command.to_dict(bot.tree)
        assert payload.get("contexts") == [0] or payload.get("dm_permission") is False, payload["name"]
        assert payload.get("default_member_permissions") is None, payload["name"]


def test_texts_take_more_than_the_club_allows_so_that_refusals_can_be_sentences(bot: LongplayBot) -> None:
    for payload in payloads(bot):
        for option in walk(payload):
            if option["type"] == 3:
                assert "max_length" not in option, f"{payload['name']} {option['name']}"


def test_the_commands_of_the_club_are_all_there(bot: LongplayBot) -> None:
    names = {command.qualified_name for command in every_command(bot)}
    groups = {
        "nomination": "edit withdraw second remove",
        "shelf": "add list remove",
        "week": "show open plan advance extend cancel reopen resync summary pick theme",
        "party": "start pause resume skip stop",
        "club": "setup settings schedule join leave pause resume skip show",
    }
    wanted = {"nominate", "vote", "rate", "scores", "reminders", "help"}
    wanted |= {f"{group} {name}" for group, members in groups.items() for name in members.split()}
    assert wanted <= names
    menus = bot.tree.get_commands(type=discord.AppCommandType.message)
    assert {menu.name for menu in menus} >= {"Nominate this album", "Add to playlist"}


def test_the_client_asks_for_the_guilds_intent_alone(bot: LongplayBot) -> None:
    assert bot.intents.value == 1
    assert bot.allowed_mentions is not None
    assert bot.allowed_mentions.to_dict()["parse"] == []


def test_help_speaks_of_no_command_that_is_not_there(bot: LongplayBot) -> None:
    names = {command.qualified_name for command in every_command(bot)}
    groups = {name.split()[0] for name in names}
    for title, text in TOPICS.values():
        assert len(text) < 1_800, title
        for quoted in text.split("`")[1::2]:
            if quoted.startswith("/"):
                words = quoted[1:].split(":")[0].split()
                name = " ".join(words[:2]) if words[0] in groups and " ".join(words[:2]) in names else words[0]
                assert name in names or words[0] in groups, quoted


async def test_a_second_client_in_the_process_finds_every_face(bot: LongplayBot) -> None:
    tools = Tools(cast("Any", SimpleNamespace(bell=None)), cast("Any", None))
    again = LongplayBot(tools, faces=[face for face in FACES if face != "cogs.delivery"])
    await again.setup_hook()
    assert [one.name for one in again.tree.get_commands()] == [one.name for one in bot.tree.get_commands()]
    await again.close()
