"""What Discord must show is shown once, whatever happens on the way to it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.rehearsal.loopback import Fault
from bot.rehearsal.loopback import permissions as bits
from bot.rehearsal.pilot import Album
from bot.rehearsal.stage import Stage
from bot.services import outbox
from bot.services.club import setup
from tests.stories.scene import LOW, Scene, buttons, told

MESSAGES = "/channels/*/messages"


def cards(scene: Scene, words: str = "Nominations are open") -> list[Any]:
    person = scene.host.person
    found = scene.stage.double.channel_messages(scene.channel)
    return [message for message in found if words in person.reads(message)]


async def opened_despite(stage: Stage, *faults: Fault) -> Scene:
    """A club whose week opens while Discord misbehaves."""
    scene = await Scene.founded(stage)
    for fault in faults:
        stage.double.faults.add(fault)
    await scene.host.command("week open", hope="Opened")
    await stage.settle()
    await scene.wait(seconds=20)
    assert stage.double.faults.unread == [], "a fault that met nothing"
    return scene


def shown_once(scene: Scene) -> None:
    assert len(cards(scene)) == 1
    assert len(scene.threads()) == 1
    assert scene.reads(scene.thread).count("Nominate 1 album") == 1
    assert len(scene.stage.double.pins(scene.channel)) == 1


@pytest.mark.parametrize("kind", ["reset_before", "reset_after", "status_after", "status"])
@pytest.mark.parametrize("pattern", [MESSAGES, "/channels/*/messages/*/threads"], ids=["message", "thread"])
async def test_an_answer_that_is_lost_makes_nothing_twice(stage: Stage, kind: Any, pattern: str) -> None:
    shown_once(await opened_despite(stage, Fault("POST", pattern, kind=kind, status=503)))


async def until_idle(stage: Stage) -> None:
    """Whatever can be performed now is performed; what has to wait is put off."""
    delivery = stage.app.client.delivery
    assert delivery is not None
    await delivery.idle()


async def test_a_message_is_found_again_when_discord_has_forgotten_its_nonce(stage: Stage) -> None:
    scene = await Scene.founded(stage)
    stage.double.faults.add(Fault("POST", MESSAGES, kind="reset_after"))
    await scene.host.command("week open", hope="Opened")
    await until_idle(stage)
    assert len(cards(scene)) == 1
    assert scene.threads() == [], "nobody knows yet that the card is there"
    stage.clock.advance(by=timedelta(minutes=30))
    await stage.settle()
    shown_once(scene)


async def test_a_long_rate_limit_is_waited_out_by_the_outbox(stage: Stage) -> None:
    scene = await Scene.founded(stage)
    stage.double.faults.add(Fault("POST", MESSAGES, kind="429", retry_after=90.0))
    await scene.host.command("week open", hope="Opened")
    await until_idle(stage)
    assert cards(scene) == []
    stage.clock.advance(by=timedelta(minutes=2))
    await stage.settle()
    shown_once(scene)


async def test_an_event_is_made_once_though_its_answer_is_lost(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    (ben,) = scene.arrive("Ben")
    await ben.nominate(Album(LOW))
    stage.double.faults.add(Fault("POST", "/guilds/*/scheduled-events", kind="reset_after"))
    await scene.advance()
    await scene.wait(seconds=20)
    assert len(stage.double.events(stage.guild)) == 1
    assert (await scene.view()).week.event_id is not None


async def test_a_moved_discussion_moves_its_event(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    (ben,) = scene.arrive("Ben")
    await ben.nominate(Album(LOW))
    await scene.advance()
    before = stage.double.events(stage.guild)[0]["scheduled_start_time"]
    await scene.host.command("week extend", by="24h", hope="Moved")
    await stage.settle()
    (event,) = stage.double.events(stage.guild)
    assert event["scheduled_start_time"] > before


async def test_missing_permissions_are_named_once_and_resync_catches_up(stage: Stage, mishaps: list[str]) -> None:
    scene = await Scene.founded(stage)
    stage.double.overwrite(
        scene.channel, stage.double.bot_role(stage.guild), deny=bits.CREATE_PUBLIC_THREADS | bits.PIN_MESSAGES
    )
    await scene.host.command("week open", hope="Opened")
    await stage.settle()
    club = await setup.club_of(stage.tools, guild_id=int(stage.guild.id))
    assert club.trouble is not None
    assert "**Create Public Threads**" in club.trouble
    assert "**Pin Messages**" in club.trouble
    assert scene.reads(scene.channel).count("Create Public Threads") == 1, "hosts are told once"
    assert "Nominate 1 album" in scene.reads(scene.channel), "the week goes on in the channel"
    told(await scene.host.command("week summary"), "Create Public Threads", "given up: 2")
    stage.double.overwrite(scene.channel, stage.double.bot_role(stage.guild))
    told(await scene.host.command("week resync"), "2 messages that had failed")
    await stage.settle()
    assert len(scene.threads()) == 1
    assert len(stage.double.pins(scene.channel)) == 1
    assert (await setup.club_of(stage.tools, guild_id=int(stage.guild.id))).trouble is None


async def test_a_deleted_card_comes_back_with_the_next_change(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    await stage.app.client.http.delete_message(int(scene.channel.id), int(scene.card()["id"]))
    (ben,) = scene.arrive("Ben")
    await ben.nominate(Album(LOW))
    await stage.settle()
    (card,) = cards(scene)
    assert "1 album nominated" in scene.host.person.reads(card)
    assert "Nominate an album" in buttons(card)


async def test_a_deleted_thread_does_not_stop_the_week(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    stage.double.delete_channel(scene.thread)
    (ben,) = scene.arrive("Ben")
    await ben.nominate(Album(LOW))
    await stage.settle()
    assert "Glass Harbour" in scene.reads(scene.channel)
    await scene.advance()
    assert "Winner" in scene.reads(scene.channel)


async def test_a_thread_that_fell_asleep_is_woken_for_what_changes(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    (ben,) = scene.arrive("Ben")
    await ben.nominate(Album(LOW))
    await stage.settle()
    stage.double.set_thread(scene.thread, archived=True)
    form = await ben.command("nomination edit", album="Glass")
    await ben.person.submit(form, {"pitch": "It grows."})
    await stage.settle()
    assert "It grows." in scene.reads(scene.thread)


async def test_a_closed_door_turns_private_reminders_off_and_nothing_fails(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    (ben,) = scene.arrive("Ben")
    await ben.command("reminders", dm="on", hope="private message")
    stage.double.close_dms(ben.person)
    await scene.wait(days=1, hours=12)
    unsettled = await outbox.unsettled(stage.tools, now=stage.clock.now())
    assert unsettled.dead == 0
    assert stage.double.dms(ben.person) == []


async def test_a_reminder_reaches_whoever_asked_and_has_something_left(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    ben, chidi = scene.arrive("Ben", "Chidi")
    for member in (ben, chidi):
        await member.command("reminders", dm="on", hope="private message")
    await ben.nominate(Album(LOW))
    await scene.wait(days=1, hours=12)
    assert stage.double.dms(ben.person) == []
    assert len(stage.double.dms(chidi.person)) == 1


async def test_an_equal_card_is_not_sent_again(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    (ben,) = scene.arrive("Ben")
    await ben.nominate(Album(LOW))
    await stage.settle()
    edits = [call for call in stage.double.calls if call.method == "PATCH" and "/messages/" in call.path]
    told(await scene.host.command("week theme", theme=""), "Theme set")
    await stage.settle()
    later = [call for call in stage.double.calls if call.method == "PATCH" and "/messages/" in call.path]
    channel_edits = [call for call in later[len(edits) :] if scene.channel.id in call.path]
    assert channel_edits == []


async def test_a_revoked_token_stops_every_call(stage: Stage, mishaps: list[str]) -> None:
    scene = await Scene.founded(stage)
    stage.double.faults.add(Fault("POST", MESSAGES, kind="status", status=401))
    await scene.host.command("week open", hope="Opened")
    await until_idle(stage)
    assert stage.app.client.delivery is not None
    assert stage.app.client.delivery.halted
    assert any("refuses the token" in line for line in mishaps)
    mishaps.clear()


CALLBACK = "/interactions/*/*/callback"
ANSWER = "/webhooks/*/*/messages/@original"


@pytest.mark.parametrize("kind", ["reset_before", "reset_after", "status_after"])
@pytest.mark.parametrize("pattern", [CALLBACK, ANSWER], ids=["promise", "answer"])
async def test_a_lost_answer_to_a_person_is_sent_again(stage: Stage, kind: Any, pattern: str) -> None:
    scene = await Scene.opened(stage)
    (ben,) = scene.arrive("Ben")
    stage.double.faults.add(Fault("*", pattern, kind=kind, status=502))
    told(await ben.command("nominate", album=LOW), "Is this the album?")
    assert stage.double.faults.unread == []


async def test_a_person_is_told_when_discord_takes_no_answer(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    (ben,) = scene.arrive("Ben")
    stage.double.faults.add(Fault("PATCH", ANSWER, kind="no_via"))
    told(await ben.command("nominate", album=LOW), "Discord did not take Longplay's answer")
