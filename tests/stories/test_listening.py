"""What members hear, shown where the club reads it: asked for, leafed through, and kept from whom it is hidden."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from bot.domain.listening.accounts import NowPlaying
from bot.domain.listening.plays import Told
from bot.rehearsal.loopback import Answer
from bot.rehearsal.pilot import Member
from bot.rehearsal.stage import Stage
from bot.services.tools import Listening
from db.queries import people
from tests.factories.listening import MINUTES, Player, a_play, be_seen_by, hear, link
from tests.stories.scene import Scene, buttons, told

DAY = timedelta(days=1)


async def user_of(stage: Stage, member: Member) -> UUID:
    async with stage.tools.database.reading() as session:
        found = await people.user_by_discord(session, int(member.person.id))
    assert found is not None
    return found


async def shown(asked: Awaitable[Answer], *words: str) -> Answer:
    """What everybody reads in answer to a command, with all of these words in it, and nothing private beside it."""
    answer = await asked
    for _ in range(200):
        if not answer.ephemeral:
            break
        await asyncio.sleep(0.02)
    assert answer.failed is None, answer
    assert answer.kind == "message", answer
    assert not answer.ephemeral, f"only one person reads: {answer.text}"
    missing = [each for each in words if each not in answer.text]
    assert not missing, f"{missing} not in: {answer.text}"
    return answer


def week_of_plays(stage: Stage, days_ago: int, artists: dict[str, int]) -> list[Told]:
    at = stage.clock.now() - days_ago * DAY
    names = [name for name, count in artists.items() for _ in range(count)]
    return [
        a_play(at + 5 * place * MINUTES, name, f"{name} song {place % 3}", f"{name} album")
        for place, name in enumerate(names)
    ]


async def audience(stage: Stage) -> list[Member]:
    """A club a month old with three listeners."""
    scene = await Scene.founded(stage)
    members = scene.arrive("Ben", "Chidi", "Dana")
    for member in members:
        await member.command("club join", hope="in the club")
    await stage.move_to(stage.clock.now() + 28 * DAY)
    return members


async def test_members_show_what_they_hear_and_others_ask(stage: Stage) -> None:
    ben, chidi, dana = await audience(stage)
    told(await ben.command("np"), "/link")
    database = stage.tools.database
    first, second = await user_of(stage, ben), await user_of(stage, chidi)
    await hear(database, first, week_of_plays(stage, 1, {f"Artist {each:02}": 1 + each % 3 for each in range(13)}))
    await hear(database, second, week_of_plays(stage, 2, {"Artist 02": 9, "Low": 1}))

    top = await shown(
        ben.command("top artists"),
        "Ben’s top artists, last 7 days",
        "1. Artist 11 · 3 plays",
        "page 1 of 2",
        "days of UTC",
    )
    assert buttons(top.message) == ["Next"]
    refused = await chidi.press(top.message, "Next")
    told(refused, "Only who asked")
    turned = await ben.press(top.message, "Next")
    assert "page 2 of 2" in turned.text
    await shown(chidi.command("top tracks", member=ben.person, period="all"), "Ben’s top tracks, all time", "song")
    told(await ben.command("top albums", period="month", private=True), "Your top albums, last 30 days")
    told(await ben.command("top artists", period="whenever"), "no time that has begun")
    recent = await shown(chidi.command("recent", member=ben.person), "Ben’s last plays", "Artist 12")
    turned = await chidi.press(recent.message, "Next")
    assert "Artist 0" in turned.text
    await shown(ben.command("plays"), "Ben’s plays", "25 plays since", "Next milestone: 100 plays, 75 to go")
    await shown(ben.command("streak"), "Ben’s streak", "1 day", "until midnight")
    picked = await dana.pick("whoknows artist", "artist", "artist 02")
    await shown(dana.command("whoknows artist", artist=picked), "1. Chidi · 9 plays", "2. Ben · 3 plays")
    told(await dana.command("whoknows artist", artist="Nobody At All"), "Nobody here has heard")
    told(await dana.command("whoknows track"), "Name the track")
    told(await ben.command("timezone", zone="asia/tokyo"), "Asia/Tokyo")
    await shown(ben.command("top artists", period="year"), "days of Asia/Tokyo")


async def test_what_plays_now_is_told_by_the_members_own_account(stage: Stage) -> None:
    ben, chidi, _ = await audience(stage)
    database = stage.tools.database
    first = await user_of(stage, ben)
    await hear(database, first, week_of_plays(stage, 1, {"Low": 3}))
    await hear(database, await user_of(stage, chidi), week_of_plays(stage, 2, {"Low": 5}))
    await link(database, first)
    player = Player(NowPlaying("Low", "Low song 1", "Low album"))
    stage.app.client.tools = replace(stage.app.tools, listening=Listening(sources={player.source: player}))
    await shown(
        chidi.command("np", member=ben.person), "Ben is listening to", "Low song 1", "Also heard here by Chidi (2)"
    )
    player.playing = NowPlaying("Moth", "Lamp *feat.* @everyone")
    await shown(ben.command("np"), "Ben is listening to", "Never heard before")
    await shown(ben.command("whoknows artist"), "Who knows Moth", "Nobody here has heard it yet")
    player.playing = None
    await shown(ben.command("np"), "Ben last heard")
    await be_seen_by(database, first, "me")
    told(await chidi.command("np", member=ben.person), "keeps what they hear to themselves")
    told(await ben.command("np"), "You last heard")
    told(await ben.command("whoknows track"), "Who knows Low song")
    await shown(chidi.command("whoknows artist", artist="Low"), "1. Chidi · 5 plays")


async def test_the_clubs_charts_tell_the_week_and_what_moved(stage: Stage) -> None:
    ben, chidi, dana = await audience(stage)
    told(await ben.command("club charts"), "no charts yet")
    database = stage.tools.database
    first, second = await user_of(stage, ben), await user_of(stage, chidi)
    await hear(database, first, week_of_plays(stage, 12, {"Low": 4, "Moth": 2}))
    await hear(database, first, week_of_plays(stage, 5, {"Low": 2, "Moth": 3, "Ash": 1}))
    await hear(database, second, week_of_plays(stage, 4, {f"Band {each:02}": 1 for each in range(11)} | {"Moth": 1}))
    charts = await shown(dana.command("club charts"), "▲1 Moth · 4 plays", "▼1 Low · 2 plays", "NEW")
    assert buttons(charts.message) == ["Artists", "Albums", "Tracks"]
    full = await dana.press(charts.message, "Artists")
    assert "page 1 of 2" in full.text
    turned = await dana.press(full.message, "Next")
    assert "page 2 of 2" in turned.text
    earlier = await dana.choose(turned, "Another week", label_of_last(turned))
    assert "1. Low · 4 plays" in earlier.text
    assert "NEW" not in earlier.text, "the first charts have nothing to be compared with"
    told(await ben.press(earlier.message, "All three"), "Only who asked")
    await ben.command("club charts", chart="tracks", private=True, hope="Moth song")


def label_of_last(answer: Answer) -> str:
    assert answer.message is not None
    options = [part for row in answer.message["components"][0]["components"] for part in row.get("components", ())]
    return str(next(part for part in options if part.get("options"))["options"][-1]["label"])
