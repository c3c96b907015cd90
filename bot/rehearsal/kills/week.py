"""The week that is played again and again: small, with one of everything that leaves something behind."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from bot.rehearsal.kills.stage import ProcessStage
from bot.rehearsal.loopback import Answer, Person

MONDAY = 0
OPENS = time(19, 5)


class WentWrong(Exception):  # noqa: N818 - it says what happened
    """A person was not answered as they should have been."""


def first_monday(after: datetime) -> datetime:
    """The Monday evening on which the week begins; at least a day after the given instant."""
    day = (after + timedelta(days=1)).astimezone(UTC).date()
    day += timedelta(days=(MONDAY - day.weekday()) % 7)
    return datetime.combine(day, OPENS, UTC)


class ClubWeek:
    """A host and four members, from the club's set-up to the week's close.

    Whoever hears that they did something already has done it: the answer to the first time was lost with the bot.
    """

    def __init__(self, stage: ProcessStage) -> None:
        self.stage = stage
        self.role = stage.double.add_role(stage.guild, "Listeners")
        self.host = stage.owner()
        self.ada, self.ben, self.cleo, self.dan = (
            stage.arrives(name.lower(), name, roles=[self.role]) for name in ("Ada", "Ben", "Cleo", "Dan")
        )

    async def play(self) -> None:
        """The whole week; raises `WentWrong`."""
        await self._open()
        await self._nominate()
        await self.stage.pass_deadline()  # a reminder on the way, then the poll opens
        await self.stage.pass_deadline()  # nobody has voted: it is extended once, and the hosts are told
        await self._vote()
        await self.stage.pass_deadline()  # the winner
        await self._listen()
        await self.stage.pass_deadline()  # the discussion
        await self._rate()
        await self.stage.run_out()

    async def _open(self) -> None:
        proposed = await self.host.slash(self.stage.channel, "club setup", reminder_role=self.role)
        told(await self.host.press(proposed, "Save"), "The club is ready", "The club is saved")
        told(
            await self.host.slash(self.stage.channel, "week open", theme="Night music"), "Opened", "still being chosen"
        )
        await self.stage.settle()
        told(await self.dan.slash(self.stage.channel, "reminders", dm="on"), "private message")

    async def _nominate(self) -> None:
        again = "have nominated"
        step = await self.ada.slash(self.stage.channel, "nominate", album="Grouper - Ruins", year="2014")
        told(step, "Is this the album?")
        form = await self.ada.press(step, "Pitch it")
        told(await self.ada.submit(form, {"Your pitch": "A piano, frogs and rain."}), "Nominated", again)
        await self.stage.settle()
        for person, album in ((self.ben, "Burial - Untrue"), (self.cleo, "Low - Double Negative")):
            step = await person.slash(self.stage.channel, "nominate", album=album)
            told(await person.press(step, "Nominate now"), "Nominated", again)
            await self.stage.settle()
        form = await self.ben.slash(self.stage.channel, "nomination edit", album="Untrue")
        told(await self.ben.submit(form, {"Your pitch": "For the night bus."}), "Changed")
        await self.stage.settle()
        gone = await self.cleo.slash(self.stage.channel, "nomination withdraw", album="Double Negative")
        told(gone, "Withdrawn", "does not stand")
        await self.stage.settle()

    async def _vote(self) -> None:
        await self._cast(self.cleo, "Ruins", "Untrue")
        await self._cast(self.dan, "Untrue")
        await self._cast(self.dan, "Ruins")
        await self._cast(self.ada, "Untrue")
        await self._cast(self.ben, "Ruins")

    async def _cast(self, person: Person, first: str, second: str | None = None) -> None:
        """Vote by the button on the week's card."""
        form = await person.press(self._offering("Vote"), "Vote")
        chosen = {"First choice": [self._option(form, first)]}
        if second is not None:
            chosen["Second choice"] = [self._option(form, second)]
        told(await person.submit(form, chosen), "Your ballot")
        await self.stage.settle()

    @staticmethod
    def _option(form: Answer, title: str) -> str:
        """The option a person reads the title in."""
        modal = form.modal or {}
        for label in modal.get("components", ()):
            for option in label["component"].get("options", ()):
                if title in option["label"]:
                    return str(option["label"])
        raise WentWrong(f"{title} cannot be voted for: {form}")

    async def _listen(self) -> None:
        told(await self.cleo.press(self._offering("I've heard it"), "I've heard it"), "have heard it", "once")
        await self.stage.settle()

    async def _rate(self) -> None:
        form = await self.cleo.press(self._offering("Rate the album"), "Rate the album")
        given = {"Your score": "4.5", "Favourite track": "Clearing", "Review": "It rained all week."}
        told(await self.cleo.submit(form, given), "Rated", "Rating changed")
        told(await self.dan.slash(self.stage.channel, "rate", score="2.5"), "Rated", "Rating changed")
        await self.stage.settle()

    def _offering(self, button: str) -> Any:
        """The message in the club's channel that has the button."""
        found = self.stage.double.channel_messages(self.stage.channel)
        for message in found:
            for row in message["components"][0].get("components", ()):
                if any(part.get("label") == button for part in row.get("components", ())):
                    return message
        raise WentWrong(f"nothing in the channel offers {button!r}")


def told(answer: Answer, *expected: str) -> Answer:
    """An answer in which one of the expected words stands; raises `WentWrong`."""
    if not any(words in answer.text for words in expected):
        raise WentWrong(f"expected one of {expected}, got {answer}")
    return answer
