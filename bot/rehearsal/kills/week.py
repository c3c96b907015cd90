"""The week that is played again and again: small, with one of everything that leaves something behind."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import UTC, datetime, time, timedelta

from bot.rehearsal.kills.stage import ProcessStage
from bot.rehearsal.loopback.components import walk
from bot.rehearsal.pilot import Album, Member, Surprised

MONDAY = 0
OPENS = time(19, 5)
TRACKS = "Made of Metal 0:30\nClearing 4:53\nCall Across Rooms 2:58"
NOMINATIONS_TAKE = timedelta(days=2, hours=1)


def first_monday(after: datetime) -> datetime:
    """The Monday evening on which the week begins; at least a day after the given instant."""
    day = (after + timedelta(days=1)).astimezone(UTC).date()
    day += timedelta(days=(MONDAY - day.weekday()) % 7)
    return datetime.combine(day, OPENS, UTC)


class ClubWeek:
    """A host and four members, from the club's set-up to the week's close."""

    def __init__(self, stage: ProcessStage) -> None:
        self.stage = stage
        self.role = stage.double.add_role(stage.guild, "Listeners")
        self.host = Member(stage.owner(), stage.channel)
        self.ada, self.ben, self.cleo, self.dan = (
            Member(stage.arrives(name.lower(), name, roles=[self.role]), stage.channel)
            for name in ("Ada", "Ben", "Cleo", "Dan")
        )

    async def play(self) -> None:
        """The whole week; raises `Surprised` when somebody is not answered as they should be."""
        await self._open()
        await self._nominate()
        await self._move_deadline()
        await self.stage.pass_deadline()  # a reminder on the way, then the poll opens
        await self.stage.pass_deadline()  # nobody has voted: it is extended once, and the hosts are told
        await self._vote()
        await self._remove()
        await self.stage.pass_deadline()  # the winner
        await self._heard()
        await self._guide()
        await self.stage.pass_deadline()  # the discussion
        await self._rate()
        await self.stage.run_out()

    async def _open(self) -> None:
        proposed = await self.host.command("club setup", hope="Set up", reminder_role=self.role)
        await self._did(self.host.press(proposed, "Save", hope="The club is ready"), "The club is saved")
        tracks = self.host.command("club settings", setting="guide", value="tracks", hope="Saved")
        await self._did(tracks)
        await self._did(self.host.command("week open", theme="Night music", hope="Opened"), "still being chosen")
        await self._did(self.dan.command("reminders", dm="on", hope="private message"))

    async def _nominate(self) -> None:
        already = "have nominated"
        ruins = Album("Grouper - Ruins", pitch="A piano, frogs and rain.")
        await self._did(self.ada.nominate(ruins), already)
        await self._did(self.ben.nominate(Album("Burial - Untrue")), already)
        await self._did(self.cleo.nominate(Album("Low - Double Negative")), already)
        await self._did(self.dan.nominate(Album("Sade - Diamond Life")), already)
        form = await self.ben.command("nomination edit", album="Untrue", hope="Your pitch")
        await self._did(self.ben.submit(form, {"Your pitch": "For the night bus."}, hope="Changed"))
        withdrawn = self.cleo.command("nomination withdraw", album="Double Negative", hope="Withdrawn")
        await self._did(withdrawn, "does not stand")

    async def _move_deadline(self) -> None:
        """A host names the time, so that saying it twice moves it once."""
        to = self.stage.starts_at + NOMINATIONS_TAKE
        await self._did(self.host.command("week extend", to=f"{to:%Y-%m-%d %H:%M}", hope="Moved"))

    async def _vote(self) -> None:
        card = await self.dan.find(self.stage.channel, "Vote")
        ruins, untrue, diamond = "1. ", "2. ", "4. "
        await self._did(self.cleo.vote(card, diamond, untrue))
        await self._did(self.dan.vote(card, untrue))
        await self._did(self.dan.vote(card, ruins))
        await self._did(self.ada.vote(card, untrue))
        await self._did(self.ben.vote(card, ruins))

    async def _remove(self) -> None:
        """A host takes an album out of the race; who voted for it is told and votes again."""
        removed = self.host.command("nomination remove", album="Diamond Life", reason="a reissue", hope="Removed")
        await self._did(removed, "does not stand")
        card = await self.cleo.find(self.stage.channel, "Vote")
        await self._did(self.cleo.vote(card, "1. ", "2. "))

    async def _heard(self) -> None:
        card = await self.cleo.find(self.stage.channel, "I've heard it")
        await self._did(self.cleo.press(card, "I've heard it", hope="you have heard it"), "counts once")

    async def _guide(self) -> None:
        """The album's tracks are told, each gets its message, and one of them is liked."""
        thread = self.stage.double.threads(self.stage.guild)[-1]
        card = await self.ben.find(thread, "Add the track list")
        form = await self.ben.press(card, "Add the track list", hope="Track list")
        told = self.ben.submit(form, {"Track list": TRACKS}, hope="3 tracks noted")
        await self._did(told, "has its track list already")
        message = await self.cleo.find(thread, "Like")
        # Its label counts, so whoever presses it again after a death knows it by its place alone.
        button = next(each["custom_id"] for each in walk(message["components"]) if each.get("label") == "Like")
        await self._did(self.cleo.press(message, button, hope="You like"))

    async def _rate(self) -> None:
        card = await self.cleo.find(self.stage.channel, "Rate the album")
        await self._did(self.cleo.rate(card, "4.5", favourite="Clearing", review="It rained all week."))
        await self._did(self.dan.command("rate", score="2.5", hope="Rat"))

    async def _did(self, act: Awaitable[object], already: str | None = None) -> None:
        """Do something and let the bot finish with it.

        Who hears that they did it before has done it: the answer to the first time was lost with the bot.
        """
        try:
            await act
        except Surprised as surprise:
            if already is None or already not in str(surprise):
                raise
        await self.stage.settle()
