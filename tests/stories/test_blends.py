"""Playlists of taste as members make them: a blend of two, and winners to catch up with."""

from __future__ import annotations

from bot.domain.listening.plays import Told
from bot.rehearsal.pilot import Member
from bot.rehearsal.stage import Stage
from tests.factories.listening import MINUTES, a_play, hear
from tests.stories.scene import Scene, buttons, told
from tests.stories.test_listening import DAY, user_of


def plays_of(stage: Stage, counts: dict[str, int], start: int = 0) -> list[Told]:
    """Each of these tracks, as `artist/title`, heard so often a month ago."""
    heard = [name.split("/") for name, count in counts.items() for _ in range(count)]
    at = stage.clock.now() - 30 * DAY
    return [a_play(at + (start + 5 * place) * MINUTES, *names) for place, names in enumerate(heard)]


async def hears(stage: Stage, member: Member, counts: dict[str, int], start: int = 0) -> None:
    await hear(stage.tools.database, await user_of(stage, member), plays_of(stage, counts, start))


async def test_two_members_blend_what_they_love_and_catch_up_with_what_the_club_heard(stage: Stage) -> None:
    scene, (ben, chidi, dana) = await Scene.listening(stage)
    for member in (ben, chidi, dana):
        await member.command("club join")
    told(await ben.command("blend", member=chidi.person), "Too little is known of what you hear for a blend")
    await hears(stage, ben, {"Low/*Sunflower*": 9, "Hex/Rust": 5})
    told(await ben.command("blend", member=chidi.person), "Too little is known of what Chidi hears")
    await hears(stage, chidi, {"Low/*Sunflower*": 4, "Moth/Lamp": 7})
    made = await ben.command("blend", member=chidi.person)
    told(made, "Blend: Ben and Chidi", "1 track you both love, 1 that Chidi loves and you have not heard")
    told(made, "1. *Sunflower* — Low", "2. Lamp — Moth", "3. Rust — Hex")
    assert buttons(made.message) == ["To Spotify", "Links", "Make it anew"]
    await hears(stage, chidi, {"Kora/Dew": 3}, start=9_000)
    told(await ben.press(made, "Make it anew"), "2 that Chidi loves", "Dew — Kora")
    read = await chidi.command("playlist show", playlist="Blend: Ben and Chidi")
    told(read, "by Ben · 4 tracks", "Dew — Kora")
    assert buttons(read.message) == ["To Spotify", "Links"], "it is Ben's to make anew"
    await chidi.command("privacy visibility", who="me")
    told(await ben.press(made, "Make it anew"), "no such playlist here")
    told(await ben.command("blend", member=chidi.person), "keeps")

    caught = await dana.command("catchup")
    told(caught, "You missed, without a known track list: Ash — Slow")
    told(await scene.host.command("catchup"), "You missed")


async def test_whoever_asks_for_something_costly_again_and_again_is_asked_to_wait(stage: Stage) -> None:
    _, (ben, chidi, _) = await Scene.listening(stage)
    for _ in range(5):
        told(await ben.command("catchup"), "You missed")
    refused = await ben.command("catchup")
    told(refused, "That was often in a short time. It works again in")
    assert refused.ephemeral
    told(await chidi.command("catchup"), "You missed")
