"""A listening party of twelve tracks, with a pause, a skip and two crashes, played by people's clicks and by time."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.domain.party import Outcome, Party, State
from bot.rehearsal.pilot import Member
from bot.rehearsal.stage import Stage
from bot.services import records
from bot.services.club import party_course

TRACKS = """1. Tide table 3:12
2. Nine fathoms 4:05
3. The long quay 2:58
4. Salt on glass 3:40
5. Harbour light 5:21
6. Slack water 0:47
7. A line of buoys 3:33
8. Undertow 4:16
9. Cold bright sound 2:44
10. Rope and resin 3:59
11. What the gulls said 3:05
12. Sea level 6:30"""
PLACES = list(range(1, 13))
HEADING = re.compile(r"^(\d+)\. .+\nTrack \1 of", re.MULTILINE)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
GATHER, HOLD = 10 * MINUTE, 7 * MINUTE
AWAY = 3 * SECOND
"""So long no bot is there when one has died: a supervisor starts another at once."""
HELD, SKIPPED, DIED_IN, DIED_AFTER = 2, 4, 6, 8
"""Positions: paused for a while, skipped, on when the bot dies, ends while no bot is there."""
ON_TIME = 2 * SECOND
"""A track is on time so soon after its moment, or after a bot was there again."""


class PartyScene:
    """Twelve tracks in an album's thread; `facts` are the sentences that must be true in the end."""

    def __init__(
        self,
        stage: Stage,
        host: Member,
        guests: Sequence[Member],
        thread: Any,
        *,
        show: Callable[[], None] = lambda: None,
        aside: Callable[[str], None] = lambda _text: None,
    ) -> None:
        self.stage = stage
        self.facts: list[tuple[str, bool]] = []
        self._host = host
        self._guests = guests
        self._thread = thread
        self._show = show
        self._aside = aside

    async def play(self) -> Party:
        """Play it to its recap; raises `Surprised` when somebody is not answered as they should be."""
        await self._gather()
        await self._until(HELD)
        await self._hold()
        await self._until(SKIPPED)
        await self._host.press(await self._message("Next"), "Next", hope=f"track {SKIPPED + 1} of")
        await self._until(DIED_IN)
        await self._wait(20 * SECOND)
        await self._die("the bot is killed in the middle of a track, and started again", by=AWAY)
        await self._until(DIED_AFTER)
        await self._die("the bot is killed, and not there when the track ends", after=True)
        while (party := await self.party()).is_running:
            await self.stage.move_to(party.ends_at)
        self._show()
        recap = await self._message("I've heard it")
        await self._guests[0].press(recap, "I've heard it", hope="ou have heard it")
        await self.stage.settle()
        self._judge(party)
        return party

    async def party(self) -> Party:
        """The last party, as it is stored."""
        rows = (await records.everything(self.stage.tools))["parties"]
        last = max(rows, key=lambda row: row["created_at"])
        return (await party_course.party_of(self.stage.tools, party=last["id"])).party

    def posted(self) -> list[tuple[int, datetime]]:
        """Position and instant of every track's message, in the order of posting."""
        found: list[tuple[int, datetime]] = []
        for message in self.stage.double.channel_messages(self._thread):
            heading = HEADING.search(self._host.person.reads(message))
            if heading is not None:
                found.append((int(heading[1]), datetime.fromisoformat(message["timestamp"])))
        return found

    # Scenes

    async def _gather(self) -> None:
        """The album's tracks are not known, so a host adds them; then the lobby fills."""
        refused = await self._host.command("party start", where=self._thread, hope="track list is not known")
        form = await self._host.press(refused, "Add the track list", hope="rack")
        await self._host.submit(form, {"Track list": TRACKS}, hope="12 tracks")
        begins = self.stage.clock.now() + GATHER
        at = f"<t:{int(begins.timestamp())}:F>"
        await self._host.command("party start", where=self._thread, at=at, hope="The party begins")
        await self.stage.settle()
        card = await self._message("Join")
        for guest in self._guests:
            await guest.press(card, "Join", hope="You are at the party")
        await self._guests[0].press(card, "Stop", hope="Only the club's hosts")
        await self.stage.settle()
        self._show()

    async def _hold(self) -> None:
        await self._wait(MINUTE)
        await self._host.command("party pause", where=self._thread, hope="Paused")
        await self._wait(HOLD)
        await self._host.press(await self._message("Resume"), "Resume", hope=f"track {HELD} of")

    async def _die(self, told: str, *, by: timedelta = timedelta(0), after: bool = False) -> None:
        """The bot dies, and another one comes: so much later, or just after the track has ended."""
        ends_at = (await self.party()).ends_at
        await self.stage.kill_bot()
        self._aside(told)
        if after:
            self.stage.clock.advance(to=ends_at + AWAY)
        else:
            self.stage.clock.advance(by=by)
        await self.stage.start_bot()
        await self.stage.settle()

    # Inside

    def _judge(self, party: Party) -> None:
        posted = self.posted()
        self._fact("each of the twelve tracks was posted once, in order", [place for place, _ in posted] == PLACES)
        late = [place for place, at in posted if not self._in_time(party, place, at)]
        self._fact("each of them on time", not late)
        skipped = [turn.position for turn in party.turns if turn.outcome is Outcome.SKIPPED]
        self._fact("one track was skipped and no other missed", skipped == [SKIPPED] and _whole(party))

    def _in_time(self, party: Party, place: int, at: datetime) -> bool:
        began = party.turns[place - 1].began_at
        if began is None:
            return False
        # Where no bot was there, the moment is when the next one was.
        moments = [began, *(ready for ready in self.stage.ready_at if began <= ready < began + MINUTE)]
        return began - SECOND < at <= max(moments) + ON_TIME

    async def _until(self, position: int) -> None:
        """Let time pass until a track is on."""
        while (party := await self.party()).position < position:
            await self.stage.move_to(party.ends_at)
        self._show()

    async def _wait(self, length: timedelta) -> None:
        await self.stage.move_to(self.stage.clock.now() + length)
        self._show()

    async def _message(self, button: str) -> Any:
        """The newest message of the thread with that button."""
        return await self._host.find(self._thread, button)

    def _fact(self, sentence: str, holds: bool) -> None:
        self.facts.append((sentence, holds))


def _whole(party: Party) -> bool:
    return party.state is State.OVER and all(turn.outcome is not Outcome.MISSED for turn in party.turns)
