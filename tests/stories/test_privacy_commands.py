"""A member sees what is kept of them, takes it with them, and is forgotten."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from bot.rehearsal.pilot import Member
from bot.rehearsal.stage import Stage
from bot.services import records
from tests.factories.hearing import link_account
from tests.stories.scene import Scene, buttons, told
from tests.stories.test_guide import guided
from tests.stories.test_hearing import CARD, DRAWN, TITLES, Listeners


def public(scene: Scene) -> str:
    return "\n".join(scene.reads(place) for place in (scene.channel, *scene.threads()))


def private_files(stage: Stage, member: Member) -> list[tuple[str, bytes]]:
    """What was uploaded for one person alone: name and content."""
    mine = [each for each in stage.double.state.private.values() if each.only_for == str(member.person.id)]
    ids = [str(file["id"]) for message in mine for file in message["attachments"]]
    return [(stage.double.state.files[key].filename, stage.double.state.files[key].content) for key in ids]


async def mentions(stage: Stage, *words: str) -> list[str]:
    """Tables with a row that names one of the words."""
    found = await records.everything(stage.tools)
    return [table for table, rows in found.items() if any(word in str(row) for row in rows for word in words)]


async def confirm(member: Member, choice: str, word: str = "delete") -> Any:
    before = await member.command("privacy delete", hope="Delete everything about you")
    form = await member.press(before, choice, hope="Type DELETE")
    return await member.submit(form, {"Type DELETE to confirm": word})


async def rated(stage: Stage) -> tuple[Scene, Listeners, list[Member]]:
    """A closed week that Ben's album won; everybody rated it, and Ben has shown what he hears."""
    scene, people = await guided(stage)
    ben = people[0]
    listeners = Listeners(scene)
    for member, score in zip(people, ("5", "2", "2"), strict=True):
        await member.command("rate", score=score, review=f"What {member.name} says.", hope="Rated")
    await link_account(stage.tools.database, await listeners.key(ben))
    await ben.press(listeners.message(), "Show my listening", hope="names you")
    await scene.wait(hours=12)
    await listeners.hears(ben, *TITLES)
    await scene.wait(seconds=DRAWN)
    assert "Ben: 5 of 5" in listeners.card()
    return scene, listeners, people


async def test_everything_is_told_and_handed_over_in_private(stage: Stage) -> None:
    scene, _, (ben, chidi, _) = await rated(stage)
    shown = await ben.command("privacy show")
    told(shown, "What Longplay keeps of you", "Last.fm", "5 plays", "1 rating", "shown to your clubs")
    assert {"Hand it to me", "Delete it"} <= set(buttons(shown.message))
    told(await ben.press(shown, "Hand it to me"), "Everything that is kept of you", "in 1 part")
    await stage.settle()
    ((name, content),) = private_files(stage, ben)
    assert name.endswith("-1.zip")
    assert len(stage.double.state.files) == 1, "nobody else was given a file"
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert json.loads(archive.read("manifest.json"))["rows"]["listen_events.csv"] == 5
    (rating,) = [json.loads(line) for line in archive.read("ratings.jsonl").decode().splitlines()]
    assert rating["review"] == "What Ben says."
    assert "Chidi" not in "".join(archive.read(name).decode() for name in archive.namelist())
    told(await chidi.command("privacy visibility", who="me"), "now shown to you alone")
    told(await chidi.command("privacy visibility", who="me"), "already shown to you alone")
    newcomer = scene.arrive("Eve")[0]
    told(await newcomer.command("privacy show"), "Nothing is kept of you")
    told(await newcomer.command("privacy export"), "Nothing is kept of you")


async def test_who_hides_is_taken_off_the_card_at_once(stage: Stage) -> None:
    _, listeners, (ben, _, _) = await rated(stage)
    told(await ben.command("privacy visibility", who="followers"), "whoever follows you")
    await stage.settle()
    assert "Ben" not in listeners.card()
    told(await ben.command("privacy visibility", who="club"), "shown to your clubs")
    await stage.settle()
    assert "Ben: 5 of 5" in listeners.card()


async def test_who_is_deleted_leaves_a_club_that_still_adds_up(stage: Stage) -> None:
    scene, _, (ben, chidi, dana) = await rated(stage)
    await scene.advance()
    await scene.advance()
    assert "3 on average from 3 ratings" in public(scene)
    key = str(await Listeners(scene).key(ben))
    told(
        await confirm(ben, "Delete, what I gave stays nameless", "nope"),
        "only DELETE confirms it",
        "Nothing was deleted",
    )
    told(await confirm(ben, "Delete, what I gave stays nameless"), "You are forgotten", "Verified: 0 rows left")
    await stage.settle()
    assert await mentions(stage, key, str(ben.person.id), "Ben'") == []
    text = public(scene)
    assert "3 on average from 3 ratings" in text
    assert "former member" in text
    assert "Nominated by Ben" not in text
    assert CARD in text
    told(await chidi.command("scores", week=1), "5.0 former member")
    told(await dana.command("week show", week=1), "The club's score")
    told(await ben.command("privacy show"), "Nothing is kept of you")
    await ben.command("club join")
    assert "former member" in told(await chidi.command("scores", week=1), "2.0 Chidi")


async def test_who_takes_what_they_gave_changes_the_averages_and_nothing_else(stage: Stage) -> None:
    scene, _, (ben, chidi, _) = await rated(stage)
    await scene.advance()
    await scene.advance()
    told(await confirm(ben, "Delete that too"), "You are forgotten", "1 rating", "Verified: 0 rows left")
    await stage.settle()
    text = public(scene)
    assert "2 on average from 2 ratings" in text
    assert "What Ben says" not in text
    told(await chidi.command("album", album="Slow"), "former member")
