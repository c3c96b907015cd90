"""The club sees the listening: a card in the album's thread that grows with what members hear."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from bot.rehearsal.pilot import Member
from bot.rehearsal.stage import Stage
from bot.services import records
from bot.services.listening import hearing
from tests.factories.hearing import link_account, play, set_visibility
from tests.stories.scene import Scene, told
from tests.stories.test_guide import guided

TITLES = ["Kite string", "Ash and rain", "The quiet stair", "Wax", "Home, late"]
CARD = "Who has heard it"
DRAWN = hearing.PLAYS_AFTER.total_seconds() + 1
SAID = hearing.WORDS_AFTER.total_seconds() + 1
FINISHED = "has heard the whole album"


class Listeners:
    """People with accounts elsewhere, whose plays are taken in as a sync does it."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.stage = scene, scene.stage

    async def key(self, member: Member) -> UUID:
        accounts = (await records.everything(self.stage.tools))["linked_accounts"]
        return next(row["user_id"] for row in accounts if row["external_id"] == str(member.person.id))

    async def link(self, *members: Member) -> None:
        for member in members:
            await link_account(self.stage.tools.database, await self.key(member))

    async def hears(self, member: Member, *titles: str, ago: timedelta = timedelta(hours=1)) -> None:
        now = self.stage.clock.now()
        await play(self.stage.tools.database, await self.key(member), "Ash", titles, at=now - ago, now=now)
        self.stage.app.client.delivery.kick()  # type: ignore[union-attr]

    def card(self) -> str:
        """What everybody reads."""
        return self.scene.host.person.reads(self.message())

    def message(self) -> Any:
        return self.scene.panel(self.scene.thread, CARD)

    def edits(self) -> int:
        message_id = str(self.message()["id"])
        return sum(call.method == "PATCH" and call.path.endswith(message_id) for call in self.stage.double.calls)


async def heard(stage: Stage) -> tuple[Scene, Listeners, list[Member]]:
    """An album of five tracks that three people hear, half a day after it won."""
    scene, people = await guided(stage)
    for member in people:
        await member.command("club join")
    listeners = Listeners(scene)
    await listeners.link(*people)
    await scene.wait(hours=12)
    return scene, listeners, people


async def test_the_card_grows_with_what_is_heard_and_is_edited_once_for_all(stage: Stage) -> None:
    scene, listeners, (ben, chidi, dana) = await heard(stage)
    assert "Nobody shows their listening here yet" in listeners.card()
    for member in (ben, chidi):
        told(await member.press(listeners.message(), "Show my listening"), "The card names you")
    await scene.wait(seconds=SAID)
    assert "Ben: 0 of 5 tracks" in listeners.card()
    await listeners.hears(chidi, *TITLES[:3], ago=timedelta(days=300))
    before = listeners.edits()
    for title in TITLES[:4]:
        await listeners.hears(ben, title)
    await listeners.hears(chidi, *TITLES)
    await listeners.hears(dana, *TITLES)
    await scene.wait(seconds=DRAWN)
    text = listeners.card()
    assert "Chidi: 5 of 5 tracks ✓, heard before" in text
    assert "Ben: 4 of 5 tracks, first listen" in text
    assert text.index("Chidi") < text.index("Ben")
    assert "Dana" not in text
    assert listeners.edits() == before + 1
    # The same plays told again change nothing, and what changes nothing on the card is not sent.
    await listeners.hears(ben, *TITLES[:1], ago=timedelta(hours=1, minutes=-9))
    await scene.wait(seconds=DRAWN)
    assert listeners.edits() == before + 1
    summary = told(await scene.host.command("week summary"), "2 heard it all, 1 half or more, 0 less, 1 not known")
    assert "Dana" not in summary.split("Lately")[0]
    told(await chidi.press(listeners.message(), "Hide mine"), "You are taken off the card")
    await stage.settle()
    assert "Chidi" not in listeners.card()
    await scene.wait(days=14)  # discussion, ratings, close
    text = listeners.card()
    assert "Ben" not in text
    assert "0 of the 1 member who showed it heard it all" in text


async def test_hidden_members_are_told_how_to_be_seen(stage: Stage) -> None:
    scene, listeners, (ben, chidi, _) = await heard(stage)
    told(await ben.press(listeners.message(), "Show my listening"), "The card names you")
    await set_visibility(stage.tools.database, await listeners.key(chidi), "me")
    told(await chidi.press(listeners.message(), "Show my listening"), "you alone", "/privacy visibility")
    await listeners.hears(ben, *TITLES)
    await listeners.hears(chidi, *TITLES)
    await scene.wait(seconds=DRAWN)
    assert "Ben: 5 of 5" in listeners.card()
    await ben.command("club leave")
    await stage.settle()
    assert "Nobody shows their listening here yet" in listeners.card()
    told(await chidi.press(listeners.message(), "Hide mine"), "You were not on the card")


async def test_a_crash_between_the_plays_and_the_edit_costs_neither_the_edit_nor_the_moment(stage: Stage) -> None:
    scene, listeners, people = await heard(stage)
    for member in people:
        await member.press(listeners.message(), "Show my listening", hope="The card names you")
    await scene.wait(seconds=SAID)
    for member in people[:2]:
        await listeners.hears(member, *TITLES)
    await scene.wait(seconds=DRAWN)
    assert FINISHED not in scene.reads(scene.thread)
    await listeners.hears(people[2], *TITLES[:4])
    await people[2].press(listeners.message(), "I've heard it", hope="Noted")
    await stage.kill_bot()
    await stage.start_bot()
    await scene.wait(seconds=DRAWN)
    assert "Dana: 4 of 5 tracks, first listen, has heard it" in listeners.card()
    assert scene.reads(scene.thread).count(FINISHED) == 1
    await people[0].press(listeners.message(), "Hide mine", hope="taken off")
    await people[0].press(listeners.message(), "Show my listening", hope="The card names you")
    await scene.wait(seconds=SAID)
    await scene.advance()
    assert scene.reads(scene.thread).count(FINISHED) == 1
