"""A stage on which a plan of troubles is carried out, and people who go on all the same."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.rehearsal.chaos.plan import Plan
from bot.rehearsal.kills.points import effect_name
from bot.rehearsal.kills.stage import REHEARSES, ProcessStage, Stubborn
from bot.rehearsal.loopback import Answer, Call, Person
from bot.rehearsal.loopback.schemas import Schemas
from bot.services import outbox
from db.server.copies import cut_connections

PATIENCE = 15.0
"""Real seconds until a person gives a promised answer up."""
TRIES = 10
"""So often somebody does the same again."""
RETRIES = 40
"""So often errands may be waited for that have been tried in vain; each has eight tries."""
JUMP = timedelta(minutes=20)
NO_ANSWER = (
    "Something went wrong on Longplay's side",
    "is not answering right now",
    "Discord did not take Longplay's answer",
)
"""Answers after which people do the same again."""


class ChaosStage(ProcessStage):
    """The bots are processes, and everything goes wrong that a plan says.

    Whoever plays on this stage may go on as if nothing had happened.
    """

    def __init__(
        self, database_url: str, plan: Plan, *, starts_at: datetime, schemas: Schemas | None = None, bots: int = 1
    ) -> None:
        super().__init__(database_url, schemas=schemas, starts_at=starts_at, kills=plan.kills, bots=bots)
        self.double.patience = PATIENCE
        self._strokes = list(plan.strokes)
        self._so_far: dict[str, int] = {}
        for fault in plan.faults:
            self.double.faults.add(replace(fault))
        self.double.gateway.weather = [replace(each) for each in plan.weather]

    async def __aenter__(self) -> ChaosStage:
        await super().__aenter__()
        return self

    @property
    def unmet(self) -> int:
        """How many troubles of the plan have met nothing."""
        waiting = len(self.double.faults.unread) + len(self.double.gateway.weather)
        return waiting + len(self._strokes) + len(self.remaining)

    async def _effect(self, call: Call, moment: str) -> None:
        """What befalls the machine, then what befalls the bot."""
        if moment == "before":
            step = effect_name(call.method, call.route, call.body)
            nth = self._so_far[step] = self._so_far.get(step, 0) + 1
            for stroke in [each for each in self._strokes if (each.step, each.nth) == (step, nth)]:
                self._strokes.remove(stroke)
                if stroke.what == "clock":
                    self.clock.advance(by=JUMP)
                else:
                    await cut_connections(self._database_url, spared=REHEARSES)
        await super()._effect(call, moment)

    async def settle(self) -> None:
        """Wait until the bot has nothing to do, not even again; raises `TimeoutError` when that never comes."""
        for _ in range(RETRIES):
            await super().settle()
            again = await outbox.next_retry_at(self.tools)
            if again is None:
                return
            self._reach(again)
        raise TimeoutError("an errand is tried again and again")

    def arrives(self, name: str, display: str | None = None, *, roles: Iterable[Any] = ()) -> Person:
        """A new person on the server, who does again what came to nothing."""
        return Unwavering(self, super().arrives(name, display, roles=roles))

    def owner(self) -> Person:
        """The person the server belongs to."""
        return Unwavering(self, super().owner())


class Unwavering(Stubborn):
    """A person who does the same again until it is answered, whether or not the bot has died of it."""

    async def _until_answered(self, act: Callable[[], Awaitable[Answer]]) -> Answer:
        answer = await super()._until_answered(act)
        for _ in range(TRIES):
            silent = answer.failed is not None or answer.kind == "none"
            if not silent and not any(words in answer.text for words in NO_ANSWER):
                break
            await asyncio.sleep(0.1)
            answer = await super()._until_answered(act)
        return answer
