"""Who may run the club: the host role or Manage Server, asked at every command, every button and every form."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.rehearsal.loopback import permissions as bits
from bot.rehearsal.loopback.components import interactive
from bot.rehearsal.pilot import Album, Member
from bot.rehearsal.stage import Stage
from cogs.club import actions
from cogs.club.parts.hosts import to_base36
from tests.stories.scene import ASH, LOW, MOTH, Scene, buttons, forge, told

HOSTS_ONLY: list[tuple[str, dict[str, Any]]] = [
    ("week open", {}), ("week plan", {"when": "+2d"}), ("week advance", {}), ("week extend", {"by": "1h"}),
    ("week cancel", {"reason": "no"}), ("week reopen", {"until": "+1h"}), ("week resync", {}), ("week summary", {}),
    ("week pick", {"album": LOW}), ("week theme", {"theme": "mine"}), ("club setup", {}),
    ("club settings", {"setting": "ranks", "value": "5"}), ("club settings", {"setting": "channel", "value": "#x"}),
    ("club schedule", {}), ("club pause", {"until": "+2d"}), ("club resume", {}), ("club skip", {"date": "2027-01-04"}),
    ("nomination remove", {"album": "Glass"}), ("shelf list", {"club": True}),
]  # fmt: skip
NO_HOST = "Only the club's hosts can do that"


async def with_roles(stage: Stage) -> tuple[Scene, Member, Member, list[Member]]:
    """A poll in a club with a host role: the scene, who has that role, who has Manage Server, three members."""
    hosts = stage.double.add_role(stage.guild, "Hosts")
    staff = stage.double.add_role(stage.guild, "Staff", bits.MANAGE_GUILD)
    scene, people = await Scene.polling(stage, host_role=f"<@&{hosts.id}>")
    (hannah,), (mona,) = scene.arrive("Hannah", roles=[hosts]), scene.arrive("Mona", roles=[staff])
    return scene, hannah, mona, people


async def test_a_member_may_use_no_host_command(stage: Stage) -> None:
    scene, _, _, (ben, *_) = await with_roles(stage)
    before = await scene.view()
    for command, options in HOSTS_ONLY:
        told(await ben.person.slash(stage.channel, command, **options), NO_HOST, "Ask one of them")
    assert await scene.view() == before
    assert "Hosts" in told(await ben.command("club show"), "host_role")


async def test_the_host_role_and_manage_server_may(stage: Stage) -> None:
    scene, hannah, mona, _ = await with_roles(stage)
    for host in (hannah, mona):
        told(await host.command("week theme", theme=f"{host.name}'s"), "Theme set", f"{host.name}'s")
        told(await host.command("week extend", by="2h"), "Moved")
        told(await host.command("week summary"), "Ballots: 0 ballots", "by Hannah")
        told(await host.command("week plan", when="+20d"), "Planned")
        told(await host.command("club settings", setting="ranks", value="3"), "ranks is now 3")
        told(await host.command("shelf list", club=True), "No member keeps an album")
    told(await hannah.command("nomination remove", album="Lamp", reason="A joke."), "Removed: Lamp — Moth")
    told(await mona.command("club setup"), "Change the listening club")
    await stage.settle()
    assert "3. Lamp — Moth removed" in scene.reads(scene.thread)
    stage.double.set_roles(stage.guild, hannah.person.user, [])
    told(await hannah.person.slash(stage.channel, "week theme", theme="again"), NO_HOST)


async def test_close_early_is_offered_once_and_only_hosts_can_press_it(stage: Stage) -> None:
    scene, hannah, mona, (ben, chidi, dana) = await with_roles(stage)
    for member, choice in ((ben, "Slow"), (chidi, "Lamp"), (dana, "Slow")):
        await member.command("vote", first=choice)
    await ben.command("vote", first="Lamp")
    await stage.settle()
    text = scene.reads(scene.thread)
    assert text.count("Everyone who nominated has voted") == 1
    assert "Lamp: " not in text
    note = scene.panel(scene.thread, "Everyone who nominated has voted")
    assert stage.double.pings(hannah.person.user) == []
    told(await ben.press(note, "Close the poll now"), NO_HOST)
    assert (await scene.view()).week.phase == "poll"
    told(await hannah.press(note, "Close the poll now"), "Done", "Listening")
    late = await mona.press(note, "Close the poll now")
    told(late, "being listened to")
    await stage.settle()
    assert (await scene.view()).week.phase == "listening"
    assert buttons(scene.panel(scene.threads()[0], "Everyone who nominated had voted before the poll closed")) == []


async def test_a_forged_button_of_a_host_is_refused(stage: Stage) -> None:
    scene, _, _, (ben, *_) = await with_roles(stage)
    week = (await scene.view()).week
    before = await scene.view()
    card = scene.card()
    for custom_id in (
        actions.ADVANCE.custom_id(week.id, "poll"),
        actions.OPEN_WEEK.custom_id(),
        actions.SCHEDULE_ON.custom_id(),
        actions.SAVE_CLUB.custom_id(None, "1a.0.0.UTC"),
        actions.SAVE_CLUB.custom_id(None, f"{to_base36(int(stage.channel.id))}.0.0.UTC"),
    ):
        forge(stage, card, custom_id)
        answer = await ben.press(card, custom_id)
        assert "Only the club's hosts" in answer.text, answer
    assert await scene.view() == before
    assert "Weekly schedule" not in (await ben.command("club show")).text


async def test_nobody_changes_what_belongs_to_another(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    ben, chidi = scene.arrive("Ben", "Chidi")
    kept = await ben.propose(Album(LOW))
    draft = _ids(kept.message)[0]
    await ben.press(kept, "Nominate now")
    proposal = await chidi.propose(Album(ASH))
    nomination = (await scene.view()).nominations[0]
    card = scene.card()
    for custom_id, words in (
        (actions.WITHDRAW_NOMINATION.custom_id(nomination.id), "Only the member who nominated"),
        (actions.EDIT_NOMINATION.custom_id(nomination.id), "Only the member who nominated"),
        (draft, "is gone"),
    ):
        forge(stage, card, custom_id)
        told(await chidi.press(card, custom_id), words)
    edit = await ben.command("nomination edit", album="Glass", hope="Change your nomination")
    theirs = await chidi.press(proposal, "Pitch it", hope="Pitch your album")
    assert edit.modal is not None
    assert theirs.modal is not None
    theirs.modal["custom_id"] = edit.modal["custom_id"]
    told(await chidi.submit(theirs, {"Your pitch": "Mine now."}), "Only the member who nominated")
    assert (await scene.view()).nominations == (nomination,)


async def test_another_servers_week_is_out_of_reach(stage: Stage) -> None:
    scene, (ben, *_) = await Scene.polling(stage)
    theirs = (await scene.view()).week
    before = await scene.view()
    guild = stage.double.add_guild("Elsewhere")
    room = stage.double.add_channel(guild, "albums")
    user = stage.double.add_user("mallory", "Mallory")
    stage.double.join(guild, user, [stage.double.add_role(guild, "Boss", bits.ADMINISTRATOR)])
    mallory = Member(stage.double.person(user, guild), room)
    await stage.settle()
    await mallory.press(await mallory.command("club setup"), "Save", hope="ready")
    await mallory.command("week open", hope="Opened")
    await stage.settle()
    card = stage.double.pins(room)[-1]
    for action in (actions.NOMINATE, actions.VOTE, actions.RATE, actions.HEARD, actions.SCORES, actions.YOUR_PART,
                   actions.SAVE_BALLOT, actions.WITHDRAW_BALLOT):  # fmt: skip
        forge(stage, card, action.custom_id(theirs.id))
        told(await mallory.press(card, action.custom_id(theirs.id)), "No week fits")
    forge(stage, card, actions.PAIRWISE.custom_id(theirs.id))
    told(await mallory.press(card, actions.PAIRWISE.custom_id(theirs.id)), "No week fits")
    forge(stage, card, actions.ADVANCE.custom_id(theirs.id, "poll"))
    told(await mallory.press(card, actions.ADVANCE.custom_id(theirs.id, "poll")), "No week fits")
    nomination = before.nominations[0].id
    told(await mallory.person.slash(room, "nomination remove", album=str(nomination)), "does not stand")
    told(await mallory.person.slash(room, "nomination second", album=str(nomination)), "does not stand")
    refused = await mallory.person.slash(room, "club settings", setting="channel", value=f"<#{stage.channel.id}>")
    told(refused, "a text channel of this server")
    thread = scene.thread
    told(await mallory.person.slash(room, "club settings", setting="channel", value=str(thread.id)), "of this server")
    assert await scene.view() == before
    assert "Elsewhere" not in scene.reads(stage.channel)
    told(await ben.command("week show"), "The poll is open")


async def test_everyone_is_no_role_for_hosts_or_reminders(stage: Stage) -> None:
    scene = await Scene.founded(stage)
    everyone = stage.guild.roles[stage.guild.id]
    told(await scene.host.command("club setup", host_role=everyone), "host_role", "a role of this server")
    mention = f"<@&{everyone.id}>"
    told(await scene.host.command("club settings", setting="reminder_role", value=mention), "a role of this server")
    told(await scene.host.command("club settings", setting="host_role", value="99"), "a role of this server")
    told(await scene.host.command("club settings", setting="host_role", value="off"), "host_role is now off")


async def test_two_hosts_at_once_open_one_week(stage: Stage) -> None:
    scene, hannah, mona, _ = await with_roles(stage)
    await scene.host.command("week cancel", hope="Cancelled")
    answers = await asyncio.gather(
        *(host.person.slash(stage.channel, "week open") for host in (hannah, mona, scene.host))
    )
    texts = sorted(told(answer).split("\n")[0] for answer in answers)
    assert texts[0].startswith("Opened · WEEK 002")
    assert all("WEEK 002" in text and "is still being chosen" in text for text in texts[1:])
    await stage.settle()
    assert len(stage.double.pins(stage.channel)) == 1


async def test_what_hosts_do_is_in_the_summary(stage: Stage) -> None:
    scene = await Scene.opened(stage, theme="Rain")
    for member, words in zip(scene.arrive("Ben", "Chidi"), (LOW, MOTH), strict=True):
        await member.nominate(Album(words))
    await scene.host.command("week theme", theme="Snow", hope="Snow")
    await scene.host.command("week extend", by="3h", hope="Moved")
    summary = told(await scene.host.command("week summary"), "Nominations: 2", "given up: 0")
    assert f"The theme was set, by {scene.host.name}" in summary
    assert f"A deadline moved, by {scene.host.name}" in summary
    done = told(await scene.host.press(await scene.host.command("week summary"), "Close nominations now"), "Done")
    assert "The poll is open" in done
    await stage.settle()
    assert "Theme: Snow" in scene.reads(stage.channel)
    told(await scene.host.command("week cancel", reason="Snowed *in* @everyone"), "Cancelled")
    await stage.settle()
    assert "A host cancelled this week: Snowed *in*" in scene.reads(stage.channel)


def _ids(message: Any) -> list[str]:
    return [each["custom_id"] for each in interactive(message["components"]) if "custom_id" in each]
