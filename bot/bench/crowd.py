"""A crowd on a loopback Discord: it acts without a pause, or at a rate that nobody's slowness changes."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from bot.rehearsal.loopback import LoopbackDiscord
from bot.rehearsal.loopback.gateway import Session
from bot.rehearsal.loopback.interactions import COMPONENT, MODAL_SUBMIT, Interaction
from bot.rehearsal.loopback.state import Entity, Json, Message

Act = Callable[[], Interaction]
"""Somebody does something that is to be answered."""

PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Voter:
    """Somebody with a ballot to fill in."""

    user_id: str
    channel: Entity
    panel: Message
    """The message whose button opens the ballot."""
    form_id: str
    """The custom id of the form that it opens."""
    parts: tuple[tuple[int, int, str], ...]
    """Of each rank: the ids of its label and its select, and the select's custom id."""
    options: Sequence[str]
    """What may be chosen."""


@dataclass(slots=True)
class Turn:
    """What came of one turn: how long each answer took, from the dispatch to the response's arrival, and the whole."""

    seconds: float = 0.0
    processor: float = 0.0
    """Seconds of the process that answered."""
    took: list[float] = field(default_factory=list[float])

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.took) / self.seconds if self.seconds else 0.0


class Crowd:
    """People on a loopback Discord, and whose turn it is to answer them: only that session gets what they do."""

    def __init__(self, double: LoopbackDiscord, seed: int) -> None:
        self.double = double
        self.chance = random.Random(seed)

    def listen(self, session: Session) -> None:
        """From now on this session alone is told."""
        self.double.gateway.sessions = {session.id: session}

    def press(self, user_id: str, channel: Entity, message: Message, custom_id: str) -> Interaction:
        """Press a button."""
        data = {"component_type": 2, "custom_id": custom_id, "id": 2}
        return self.double.interactions.begin(COMPONENT, user_id, channel, data, source=message)

    def vote(self, voter: Voter) -> Interaction:
        """Send a ballot with any choices."""
        chosen = self.chance.sample(voter.options, len(voter.parts))
        components = [
            {
                "type": 18,
                "id": label,
                "component": {"type": 3, "id": select, "custom_id": name, "values": [choice]},
            }
            for (label, select, name), choice in zip(voter.parts, chosen, strict=True)
        ]
        data: Json = {"custom_id": voter.form_id, "components": components, "resolved": {}}
        begin = self.double.interactions.begin
        return begin(MODAL_SUBMIT, voter.user_id, voter.channel, data, source=voter.panel)

    async def rush(self, acts: Sequence[Iterator[Act]], seconds: float) -> Turn:
        """Each hand acts again as soon as it was answered, for so long."""
        turn = Turn()
        began = time.perf_counter()

        async def hand(own: Iterator[Act]) -> None:
            while time.perf_counter() - began < seconds:
                turn.took.append(await self._answered(next(own)))

        await asyncio.gather(*(hand(own) for own in acts))
        turn.seconds = time.perf_counter() - began
        return turn

    async def stream(self, acts: Iterator[Act], rate: float, seconds: float) -> Turn:
        """So many acts a second at times of their own (exponential gaps), answered or not."""
        turn = Turn()
        began = at = time.perf_counter()
        under_way: list[asyncio.Task[float]] = []
        while at - began < seconds:
            ahead = at - time.perf_counter()
            if ahead > 0:
                await asyncio.sleep(ahead)
            under_way.append(asyncio.create_task(self._answered(next(acts))))
            at += self.chance.expovariate(rate)
        turn.took = await asyncio.gather(*under_way)
        turn.seconds = time.perf_counter() - began
        return turn

    async def _answered(self, act: Act) -> float:
        """Seconds until the answer that a person reads has arrived; a promise of one is none."""
        began = time.perf_counter()
        one = act()
        async with asyncio.timeout(PATIENCE):
            while not one.settled:
                await one.news.wait()
                one.news.clear()
        took = time.perf_counter() - began
        # A crowd of thousands is forgotten as it is answered, or the loopback would slow down by its memory.
        self.double.interactions.forget(one)
        self.double.calls.clear()
        return took
