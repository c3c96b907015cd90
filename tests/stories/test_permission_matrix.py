"""Every command, button and form by every role: who may not is told so in private, and nothing of others is touched."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from discord import AppCommandOptionType, app_commands

from bot.rehearsal.kills.snapshot import DERIVED
from bot.rehearsal.loopback import Answer
from bot.rehearsal.loopback.interactions import MODAL_SUBMIT
from bot.rehearsal.pilot import Album, Member
from bot.rehearsal.stage import Stage
from bot.services import records
from cogs.club.parts.hosts import to_base36
from cogs.shared.dynamic import Action, encode_key
from cogs.shared.modal import Form
from tests.permissions import ACTIONS, COMMANDS, FORMS, MENUS, Who
from tests.stories.scene import ASH, LOW, WRONG, Scene, forge

HOSTS_ONLY = "Only the club's hosts"
NO_KEY = "00000000-0000-0000-0000-000000000000"
TYPED = {"when": "in 3 days", "until": "in 3 days", "date": "2030-01-07"}
"""What is read before anybody asks who typed it; elsewhere the key of no row."""
MINE = frozenset(
    {"users", "identities", "discord_identities", "memberships", "form_drafts", "audit_log", "user_settings"}
)
"""Tables in which a person may leave a trace of having been there."""


def commands_of(stage: Stage) -> Iterator[app_commands.Command[Any, ..., Any]]:
    for command in stage.app.client.tree.walk_commands():
        if isinstance(command, app_commands.Command):
            yield command


def words_for(command: app_commands.Command[Any, ..., Any], somebody: Any) -> dict[str, Any]:
    """What must be typed, with nothing in it that means anything."""
    given: dict[str, Any] = {}
    for option in command.parameters:
        if option.required:
            typed = option.choices[0].value if option.choices else TYPED.get(option.display_name, NO_KEY)
            given[option.display_name] = somebody if option.type is AppCommandOptionType.user else typed
    return given


def unanswered(answer: Answer) -> str:
    """What is wrong with an answer to somebody who tries what comes into their mind."""
    if answer.failed is not None:
        return answer.failed
    if WRONG in answer.text:
        return answer.text
    if answer.kind == "message" and not answer.ephemeral:
        return f"everybody reads {answer.text!r}"
    return ""


@pytest.fixture
async def scene(stage: Stage) -> Scene:
    """A club whose week takes nominations, and has one."""
    scene = await Scene.opened(stage)
    (ben,) = scene.arrive("Ben")
    await ben.nominate(Album(LOW))
    await stage.settle()
    stage.double.first_answer = stage.double.patience = 30.0
    return scene


async def test_the_matrix_names_whatever_there_is(stage: Stage) -> None:
    assert {command.qualified_name for command in commands_of(stage)} == set(COMMANDS)
    menus = {each.name for each in stage.app.client.tree.get_commands() if isinstance(each, app_commands.ContextMenu)}
    assert menus == set(MENUS)
    assert set(Action.declared) == set(ACTIONS)
    assert set(Form.declared) == set(FORMS)


async def test_every_command_by_a_member_and_by_a_host(scene: Scene) -> None:
    role = scene.stage.double.add_role(scene.stage.guild, "Hosts")
    proposed = await scene.host.command("club setup", hope="Nothing is saved yet", host_role=role)
    await scene.host.press(proposed, "Save", hope="saved")
    (eve,) = scene.arrive("Eve")
    (hal,) = scene.arrive("Hal", roles=[role])
    faults: list[str] = []
    for command in commands_of(scene.stage):
        name = command.qualified_name
        barred = COMMANDS[name] is Who.HOSTS
        for person in (eve, hal) if barred else (eve,):
            answer = await person.person.slash(scene.channel, name, **words_for(command, hal.person.user))
            told = unanswered(answer)
            if not told and (HOSTS_ONLY in answer.text) is not (barred and person is eve):
                told = f"{person.name} reads {answer.text!r}"
            if told:
                faults.append(f"/{name}: {told}")
    assert faults == []


async def elsewhere(scene: Scene) -> dict[str, list[uuid.UUID]]:
    """Another server's club with a week and a nomination: the keys of its rows, by table."""
    stage = scene.stage
    before = await records.everything(stage.tools)
    known = {row["id"] for rows in before.values() for row in rows if "id" in row}
    guild = stage.double.add_guild("Another Room")
    channel = stage.double.add_channel(guild, "albums")
    host = Member(stage.double.person(guild["owner_id"], guild), channel)
    await host.press(await host.command("club setup", hope="Set up"), "Save", hope="ready")
    await host.command("week open", hope="Opened")
    await stage.settle()
    await host.nominate(Album(ASH))
    await stage.settle()
    after = await records.everything(stage.tools)
    return {
        table: [row["id"] for row in rows if isinstance(row.get("id"), uuid.UUID) and row["id"] not in known]
        for table, rows in after.items()
    }


async def kept(stage: Stage) -> dict[str, list[str]]:
    """What is stored, but for traces of whoever was there and what is worked out of the rest in the background."""
    rows = await records.everything(stage.tools)
    return {
        table: sorted(map(str, found))
        for table, found in rows.items()
        if table not in MINE and not table.startswith(DERIVED)
    }


async def test_forged_ids_and_those_of_another_server_move_nothing(scene: Scene) -> None:
    stage = scene.stage
    foreign = await elsewhere(scene)
    keys = [None, foreign["weeks"][0], foreign["nominations"][0]]
    (eve,) = scene.arrive("Eve")
    await eve.command("club join")
    card, faults = scene.card(), list[str]()
    pressed = await eve.press(card, "Your part")
    before = await kept(stage)
    for action in Action.declared.values():
        for key in keys:
            custom_id = forge(stage, card, action.custom_id(key))
            pressed = await eve.person.press(card, custom_id)
            told = unanswered(pressed)
            if told:
                faults.append(f"{custom_id}: {told}")
    channel, source = stage.double.state.channels[scene.channel.id], stage.double.state.any_message(card["id"])
    cause = pressed.interaction
    for name in Form.declared:
        for key in keys[:2]:
            custom_id = f"1f:{name}:{encode_key(key) if key else '-'}"
            data = {"custom_id": custom_id, "components": [], "resolved": {}}
            begun = stage.double.interactions.begin(
                MODAL_SUBMIT, eve.person.id, channel, data, source=source, cause=cause
            )
            told = unanswered(await eve.person._answer(begun, None))
            if told:
                faults.append(f"{custom_id}: {told}")
    assert faults == []
    assert await kept(stage) == before


async def test_a_member_presses_no_button_of_the_hosts(scene: Scene) -> None:
    stage = scene.stage
    (week,) = (await records.everything(stage.tools))["weeks"]
    (eve,) = scene.arrive("Eve")
    card = scene.card()
    saves = f"{to_base36(int(scene.channel.id))}.0.0.Europe/Berlin"
    presses = {
        "advance": (week["id"], "nominations"), "club-save": (None, saves), "demo-clear": (uuid.uuid4(), "keep"),
        "schedule-on": (None, ""), "week-open": (None, ""),
    }  # fmt: skip
    # Those of a party are pressed in its own story.
    assert presses.keys() == {name for name, who in ACTIONS.items() if who is Who.HOSTS and "party" not in name}
    for name, (key, argument) in presses.items():
        custom_id = forge(stage, card, Action.declared[name].custom_id(key, argument))
        answer = await eve.person.press(card, custom_id)
        assert unanswered(answer) == "", name
        assert HOSTS_ONLY in answer.text, f"{name}: {answer.text}"
