"""Playlists as members make them: from a message's menu, by command, shown to everybody, and kept to oneself."""

from __future__ import annotations

from bot.domain.people import Caller
from bot.rehearsal.stage import Stage
from bot.services import playlists
from tests.stories.scene import buttons, told
from tests.stories.test_guide import GUIDE, guided, stored


async def test_a_track_of_the_guide_goes_into_a_playlist_that_is_shared_and_follows_its_changes(stage: Stage) -> None:
    scene, (ben, chidi, _) = await guided(stage)
    card = scene.panel(scene.thread, GUIDE)
    which = await ben.menu(card, "Add to playlist", hope="5 tracks. Which one")
    into = await ben.choose(which, "Which track?", "The quiet stair", hope="goes into")
    assert buttons(into.message) == ["A new playlist"]
    form = await ben.press(into, "A new playlist", hope="A new playlist")
    told(await ben.submit(form, {"Its name": "Late *hours*"}), "number 1 in Late *hours*")
    track = await ben.pick("playlist add", "track", "Ash and rain")
    told(await ben.command("playlist add", playlist="late *hours*", track=track, place=1), "number 1 of 2")
    told(await ben.command("playlist add", playlist="Late *hours*", track=track), "in this playlist already")
    told(await ben.command("playlist share", playlist="Late *hours*"), "posted here in a moment")
    await stage.settle()
    shown = scene.panel(scene.channel, "Late")
    text = scene.host.person.reads(shown)
    assert "by Ben · 2 tracks · 9:41" in text
    assert text.index("1. Ash and rain") < text.index("2. The quiet stair")
    told(await ben.command("playlist remove", playlist="Late *hours*", track="1"), "1 track now")
    await scene.wait(seconds=6)
    assert "Ash and rain" not in scene.host.person.reads(scene.panel(scene.channel, "Late"))
    told(await chidi.command("playlist show", playlist="Late *hours*"), "The quiet stair")
    told(await chidi.command("playlist remove", playlist="Late *hours*", track="1"), "Only its owner")
    told(await ben.command("playlist edit", playlist="Late *hours*", private=True), "private")
    await scene.wait(seconds=6)
    message = next(
        one for one in stage.double.channel_messages(scene.channel) if "keeps it private" in ben.person.reads(one)
    )
    assert "quiet stair" not in scene.reads(scene.channel).split("### A playlist")[-1]
    assert message is not None
    told(await chidi.command("playlist show", playlist="Late *hours*"), "no such playlist here")
    told(await ben.command("playlist show"), "Late", "private", "Winners of the club")
    told(await ben.menu(scene.card(), "Add to playlist"), "presents no track")
    told(await ben.command("playlist delete", playlist="Late *hours*"), "is gone")


async def test_a_long_playlist_is_read_page_by_page(stage: Stage) -> None:
    lines = "\n".join(f"{place}. Movement {place} 1:00" for place in range(1, 34))
    scene, (ben, chidi, _) = await guided(stage, lines)
    told(await ben.command("playlist create", name="All of it"), "is made")
    which = await ben.menu(scene.panel(scene.thread, GUIDE), "Add to playlist", hope="33 tracks")
    later = await ben.press(which, "Later tracks")
    into = await ben.choose(later, "Which track?", "Movement 33", hope="goes into")
    told(await ben.choose(into, "Into which playlist?", "All of it"), "Movement 33 is number 1 in")
    owner = Caller(int(stage.guild.id), int(ben.person.id), ben.name)
    (listed,) = await playlists.own_playlists(stage.tools, caller=owner, now=stage.clock.now())
    for post in (await stored(scene))[:17]:
        await playlists.add_track(stage.tools, caller=owner, now=stage.clock.now(), playlist=listed.id, post=post.id)
    told(await ben.command("playlist share", playlist="All of it"), "in a moment")
    await stage.settle()
    page = await chidi.press(scene.panel(scene.channel, "All of it"), "Show me the whole list", hope="Page 1 of 2")
    told(await chidi.press(page, "Next"), "Page 2 of 2", "18. Movement 17")
