"""A channel is deleted or closed in the middle of a week: hosts hear it once, the week goes on, and comes back."""

from __future__ import annotations

from bot.domain.club.week import Phase
from bot.rehearsal.loopback import permissions as bits
from bot.rehearsal.pilot import Album
from bot.rehearsal.stage import Stage
from bot.services import outbox
from bot.services.club import setup
from tests.stories.scene import LOW, Scene, told


async def trouble_of(stage: Stage) -> str | None:
    return (await setup.club_of(stage.tools, guild_id=int(stage.guild.id))).trouble


async def test_a_deleted_channel_is_told_and_the_week_comes_back_in_another(stage: Stage, mishaps: list[str]) -> None:
    scene = await Scene.opened(stage)
    ben, chidi = scene.arrive("Ben", "Chidi")
    await ben.nominate(Album(LOW))
    await chidi.nominate(Album("Ash - Slow"))
    await stage.settle()
    other = stage.double.add_channel(stage.guild, "general")
    stage.guild["system_channel_id"] = str(other.id)
    stage.double.delete_channel(scene.channel)
    scene.channel = scene.host.where = ben.where = chidi.where = other

    await scene.advance()
    assert (await scene.view()).week.phase is Phase.POLL, "the week goes on"
    assert "channel is gone" in (await trouble_of(stage) or "")
    told(await scene.host.command("week summary"), "channel is gone")
    await ben.command("vote", first="Slow", hope="Slow")

    proposal = await scene.host.command("club setup", hope="Change the listening club", channel=other)
    await scene.host.press(proposal, "Save", hope="saved")
    await scene.host.command("week resync", hope="drawn again")
    await stage.settle()
    assert "Vote" in scene.reads(other)
    assert await trouble_of(stage) is None

    await stage.run_out()
    view = await scene.view(1)
    assert view.week.phase is Phase.CLOSED
    assert view.winner is not None
    assert "Winner ·" in scene.reads(other)
    left = await outbox.unsettled(stage.tools, now=stage.clock.now())
    assert (left.due, left.waiting) == (0, 0)
    mishaps.clear()


async def test_a_closed_channel_is_told_by_exact_names_and_opening_it_is_enough(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    (ben,) = scene.arrive("Ben")
    await ben.nominate(Album(LOW))
    await stage.settle()
    role = stage.double.bot_role(stage.guild)
    stage.double.overwrite(scene.channel, role, deny=bits.SEND_MESSAGES)
    await scene.advance()
    assert (await scene.view()).week.phase is Phase.LISTENING
    assert "**Send Messages**" in (await trouble_of(stage) or "")
    told(await scene.host.command("week summary"), "lacks permissions", "Send Messages")
    stage.double.overwrite(scene.channel, role)
    await scene.host.command("week resync", hope="will be tried again")
    await stage.settle()
    assert scene.reads(scene.channel).count("Winner ·") == 1
    assert len(scene.threads()) == 2
    assert await trouble_of(stage) is None
