"""Whatever people write is shown literally, cut to fit, and calls nobody: in every card, thread name and event."""

from __future__ import annotations

import re

from bot.rehearsal.pilot import Album, Member
from bot.rehearsal.stage import Stage
from tests.stories.scene import Scene, buttons, label_of, told

UNSEEN = re.compile(r"[\u200b\u2068\u2069]")
"""What is put between letters so that Discord finds no mention and a right-to-left text turns nothing around it."""
MARKUP = "**Loud** _soft_ ~~gone~~ ||spoiler|| `code` [here](https://evil.example) # big"
CALLS = "@everyone @here <@&{role}> <@{user}> <@!{user}> <#{channel}> </vote:1> <:x:1> <t:0:R>"
RTL = "\u202eשלום עולם\u202c مرحبا"
ZALGO = "Z\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307algo"


def calls(stage: Stage, user: str) -> str:
    """A text that would ping everybody there is."""
    role = next(each for each in stage.guild.roles.values() if each["name"] == "Everybody")
    return CALLS.format(role=role.id, user=user, channel=stage.channel.id)


def everything(scene: Scene) -> str:
    """All that everybody reads, as it looks."""
    places = [scene.channel, *scene.threads()]
    return UNSEEN.sub("", "\n".join(scene.reads(place) for place in places))


async def test_hostile_texts_run_through_a_whole_week_literally(stage: Stage) -> None:
    role = stage.double.add_role(stage.guild, "Everybody", mentionable=True)
    scene = await Scene.founded(stage)
    ben, chidi, dana = scene.arrive(f"B*e*n {RTL}", "@everyone `Chidi`", "# <@1> Dana", roles=[role])
    shout = calls(stage, dana.person.id)
    await scene.host.command("week open", theme=f"{MARKUP} {shout}"[:190], hope="Opened")
    await ben.nominate(Album(f"{MARKUP} - {shout}", pitch=f"> {MARKUP}\n# {shout}\n-# {RTL}\nhttps://evil.example/x"))
    form = await chidi.press(await chidi.propose(Album(f"{RTL} - {ZALGO}")), "Pitch it")
    fields = {"A track to start with": shout, "Genre": "*[g](http://e.example)*", "Country": "@here", "Decade": "80s"}
    await chidi.submit(form, {"Your pitch": "x\u200by", **fields}, hope="Nominated")
    await scene.advance()
    ballot = await dana.press(scene.card(), "Vote")
    assert label_of(ballot, "1. ").startswith(f"1. {shout}"[:40])
    await dana.submit(ballot, {"First choice": label_of(ballot, "1. ")}, hope="Your ballot")
    await scene.advance()
    await ben.command("rate", score="1", favourite=shout, review=f"{MARKUP}\n{shout}", hope="Rated")
    await chidi.command("rate", score="5", favourite=MARKUP, review=RTL, hope="Rated")
    told(await ben.command("scores"), "1.0")
    await scene.advance()
    await scene.host.command("week reopen", until="+1h", hope="Reopened")
    await scene.host.command("week cancel", reason=f"{MARKUP} {shout}", hope="Cancelled")
    await stage.settle()

    shown = everything(scene)
    for literal in (MARKUP[:40], "@everyone @here", f"<@&{role.id}> <@{dana.person.id}>", "[here](https://evil.exam",
                    "@everyone `Chidi`", "*[g](http://e.example)*", "שלום עולם"):  # fmt: skip
        assert literal in shown, literal
    assert "B*e*n" in shown
    assert "\u202e" not in shown
    assert stage.double.state.pings == []
    names = [each["name"] for each in scene.threads()]
    assert all(len(name) <= 100 for name in names)
    assert names[-1].startswith("**Loud**") or names[-1].startswith("@everyone")
    assert names[-1].endswith(" · week 1")


async def test_very_long_titles_are_taken_and_cut(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    ben, chidi, dana = scene.arrive("Ben", "Chidi", "Dana")
    long = " ".join(["interminable"] * 24)[:300]
    await ben.nominate(Album(f"{long} - {long[::-1]}", pitch="*" * 2_000))
    form = await chidi.press(scene.card(), "Nominate an album")
    await chidi.press(await chidi.submit(form, {"Which album?": "X - " + "w" * 500}), "Nominate now", hope="Nominated")
    told(await dana.person.slash(stage.channel, "nominate", album="X - " + "w" * 501), "title has 501 characters")
    told(await dana.nominate(Album("Moth - Lamp", pitch="🦋" * 2_000)), "Nominated")
    await scene.advance()
    shown = everything(scene)
    assert long[:100] in shown
    assert long[::-1][:200] in shown
    assert "w" * 200 in shown
    assert "…" in shown
    await dana.vote(scene.card(), "1. ", "2. ")
    await scene.advance()
    assert scene.thread["name"].endswith("… · week 1")
    assert len(scene.thread["name"]) == 100
    (event,) = stage.double.events(stage.guild)
    assert len(event["name"]) <= 100
    assert event["name"].endswith("week 1")
    told(await dana.press(scene.panel(stage.channel, "How it was chosen"), "Pairwise table"), "elbanimretni")
    (view, stored) = (await scene.view()), long
    assert view.winner is not None
    assert view.winner.album.artist == stored


async def test_forty_five_long_nominations_fit_poll_and_ballot(stage: Stage) -> None:
    scene = await Scene.opened(stage, ranks=5, nominations_per_member=15, no_repeat_weeks=0, anonymous="on")
    crowd = scene.arrive("Ana " * 8, "**Bo**" * 5, "Cy @everyone")
    for number in range(45):
        await crowd[number % 3].nominate(Album(f"Artist {number:02} {'ä' * 150} - Title {number:02} {'*' * 270}"))
    (dana,) = scene.arrive("Dana")
    await scene.advance()
    poll = scene.panel(scene.thread, "Poll · ")
    text = dana.person.reads(poll)
    assert all(f"\n{number}. Title {number - 1:02}" in text for number in range(1, 46)), text
    await _vote_on_the_panel(dana, poll)
    assert (await scene.view()).ballots == 1
    told(await crowd[0].press(scene.card(), "Your part"), "Title 00", "Title 42")
    await scene.host.command("nomination remove", album="Title 17", hope="Removed")
    await scene.advance()
    assert "How it was chosen" in scene.reads(stage.channel)
    told(await dana.press(scene.panel(stage.channel, "How it was chosen"), "Pairwise table"), "Title")
    assert all(f"Title {number:02}" in scene.reads(scene.threads()[0]) for number in range(45))
    assert stage.double.state.pings == []


async def _vote_on_the_panel(dana: Member, poll: object) -> None:
    """Five ranks over two pages; what was chosen on one page stays while another is read."""
    panel = await dana.press(poll, "Vote", hope="Page 1 of 2")
    assert panel.ephemeral
    assert buttons(panel.message) == ["Later albums", "Save"]
    told(await dana.press(panel, "Save"), "A ballot needs a first choice")
    await dana.person.choose(panel, "First choice", label_of(panel, "3. "))
    await dana.press(panel, "Later albums", hope="Page 2 of 2")
    await dana.person.choose(panel, "Second choice", label_of(panel, "45. "))
    await dana.person.choose(panel, "Fifth choice", label_of(panel, "30. "))
    told(panel, "First choice: Title 02", "Second choice: Title 44", "Third choice: –", "Fifth choice: Title 29")
    told(await dana.press(panel, "Save"), "First choice: Title 02", "Second choice: Title 44", "Third choice: Title 29")


async def test_nothing_visible_is_no_album_and_no_word(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    (ben,) = scene.arrive("\u200b\u200d")
    told(await ben.person.slash(stage.channel, "nominate", album="\u200b\u2060\u202e"), "No album was named")
    form = await ben.press(await ben.propose(Album("Moth\u200b - La\x00mp\u202e")), "Pitch it")
    told(await ben.submit(form, {"Your pitch": "\u200b\x00 ok", "Genre": "\u2060"}), "Lamp — Moth")
    await stage.settle()
    assert "Lamp — Moth" in everything(scene)
    assert "ok" in everything(scene)


async def test_a_servers_name_is_a_name(stage: Stage) -> None:
    stage.guild["name"] = "**@everyone** <@1> " + "x" * 70
    await stage.restart_bot()
    scene = await Scene.opened(stage)
    (ben,) = scene.arrive("Ben")
    told(await ben.command("club show"), "**@\u200beveryone**")
    await ben.command("reminders", dm="on", hope="private message")
    await scene.wait(days=2)
    (words,) = [ben.person.reads(each) for each in stage.double.dms(ben.person.user)]
    assert words.startswith("**@\u200beveryone** <@\u200b1>")
    assert [ping.via for ping in stage.double.state.pings] == ["dm"]
