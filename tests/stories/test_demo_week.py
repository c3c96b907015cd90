"""A whole demo week: members put their own tracks forward, vote for what they hear, and learn who made it."""

from __future__ import annotations

from bot.domain.people import Caller
from bot.rehearsal.pilot import Member
from bot.rehearsal.stage import Stage
from bot.services import people
from tests.factories.library import make_track
from tests.stories.scene import Scene, buttons, preset, told
from tests.stories.test_listening import shown


async def made(stage: Stage, member: Member, title: str) -> None:
    """A track of a member stands in their library."""
    caller = Caller(int(stage.guild.id), int(member.person.id), member.name)
    joined = await people.join(stage.tools, caller=caller, now=stage.clock.now())
    await make_track(stage.tools.database, joined.user_id, title, now=stage.clock.now())


async def test_a_demo_week_goes_from_its_opening_to_its_recap(stage: Stage) -> None:
    scene = await Scene.founded(stage)
    ben, chidi, dana = scene.arrive("Benedikt", "Chidi", "Dana")
    for member, title in ((ben, "Kite string"), (chidi, "Wax")):
        await made(stage, member, title)
    await scene.host.command("week open", kind="demo", theme="Endings", hope="Opened")
    await stage.settle()
    card = scene.card()
    assert "Demo week: tracks that members made" in scene.host.person.reads(card)
    assert "Who made which track is told with the result" in scene.reads(scene.thread)
    told(await dana.press(card, "Nominate a track"), "no track in your library yet")
    chosen = await ben.press(card, "Nominate a track", hope="Which of your tracks")
    form = await ben.choose(chosen, "Your tracks", "Kite string", hope="Nominate Kite string")
    sent = await ben.submit(form, {"What should we listen for?": "The last minute", "Genre": "Folk"}, hope="Nominated")
    assert preset(await ben.press(sent, "Edit"))["pitch"] == "The last minute"
    key = await chidi.pick("pitch draft", "track", "Wax")
    draft = await chidi.command("pitch draft", name="For a demo week", track=key)
    await chidi.submit(draft, {"Your pitch": "The brushes", "Genre": "Jazz"}, hope="is kept")
    form = await chidi.command("nomination demo", track="wax", hope="Nominate Wax")
    assert (preset(form)["pitch"], preset(form)["genre"]) == ("The brushes", "Jazz")
    await chidi.submit(form, {"What should we listen for?": "The drums"}, hope="Nominated")
    told(await dana.command("nominate", album="Low - Double Negative"), "/nomination demo")
    await stage.settle()
    read = scene.reads(scene.thread)
    assert "Kite string" in read
    assert "Nominated by a member" in read
    assert "Benedikt" not in read + scene.reads(scene.channel)
    await scene.advance()
    ballot = await dana.command("vote", first="Wax", hope="Wax")
    assert "Chidi" not in ballot.text
    await ben.command("vote", first="Wax", hope="Wax")
    await chidi.command("vote", first="Kite string", hope="Kite string")
    assert "Benedikt" not in scene.reads(scene.thread) + scene.reads(scene.channel)
    await scene.advance()
    winner = scene.panel(scene.channel, "Winner")
    assert "Wax — Chidi" in scene.host.person.reads(winner)
    assert "Nominated by Chidi" in scene.host.person.reads(winner)
    assert scene.thread["name"].startswith("Wax — Chidi")
    guide = scene.panel(scene.thread, "Listening guide")
    assert "1. Wax (1:23)" in scene.host.person.reads(guide)
    assert "Who has heard it" not in scene.reads(scene.thread)
    kept = await dana.menu(guide, "Add to playlist", hope="Wax")
    assert "A new playlist" in buttons(kept.message)
    rate = await dana.press(scene.card(), "Rate the track", hope="Rate the track")
    assert "favourite" not in preset(rate)
    score = next(one for one in preset(rate) if one == "score")
    await dana.submit(rate, {"Your score": "4.5", "Review": "That ending"}, hope="4.5")
    assert score
    await scene.advance()
    await scene.advance()
    recap = scene.host.person.reads(scene.panel(scene.thread, "Recap"))
    assert "4.5 on average from 1 rating" in recap
    assert "That ending" in recap
    told(await scene.host.command("week show"), "Wax — Chidi")
    await shown(dana.command("track story", track="Wax"), "Put forward in a demo week by Chidi")
