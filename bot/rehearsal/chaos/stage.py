"""A stage on which a plan of troubles is carried out, and people who go on all the same."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.rehearsal.chaos.plan import Plan, Stroke
from bot.rehearsal.kills.clock import LeadingClock
from bot.rehearsal.kills.points import effect_name
from bot.rehearsal.kills.stage import REHEARSES, ProcessStage, Stubborn
from bot.rehearsal.loopback import Answer, Call, Person
from bot.rehearsal.loopback.schemas import Schemas
from bot.rehearsal.providers import Elsewhere, LoopbackProviders, shops_with
from bot.services import outbox, queue
from db.server.copies import cut_connections
from db.server.doorway import Doorway
from db.server.troubles import break_statements, unbroken

PATIENCE = 15.0
"""Real seconds until a person gives a promised answer up."""
READING = 0.6
"""Real seconds that somebody reads an answer for before they go on, where that could make a difference."""
TRIES = 10
"""So often somebody does the same again."""
RETRIES = 40
"""So often errands may be waited for that have been tried in vain; each has eight tries."""
LAST_TASKS = 90.0
"""Real seconds within which tasks that failed are tried again, as their pauses are real."""
PAUSE = 0.3
"""Real seconds between two of them."""
SERVICE = "A service that Longplay asks is not answering right now"
MINUTE = timedelta(minutes=1)
"""So long people wait who are told to try again in a minute; a service that is left alone is not asked before."""
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

    def __init__(self, database_url: str, plan: Plan, *, starts_at: datetime, schemas: Schemas | None = None) -> None:
        clock = LeadingClock(starts_at)
        self.elsewhere = Elsewhere(clock.now)
        super().__init__(
            database_url,
            schemas=schemas,
            starts_at=starts_at,
            kills=plan.kills,
            bots=plan.bots,
            workers=plan.workers,
            clock=clock,
            providers=LoopbackProviders(shops_with(self.elsewhere)),
        )
        # The bots come to the database through a doorway that closes when the plan says so; we do not.
        self._direct_url = database_url
        self._doorway = Doorway(database_url)
        self.moves_to(self._doorway.url)
        self._breaks = plan.breaks
        self.double.patience = PATIENCE
        self._strokes = list(plan.strokes)
        self._so_far: dict[str, int] = {}
        assert self.providers is not None
        for failure in plan.failures:
            self.providers.add_fault(replace(failure))
        self._faults = [self.double.faults.add(replace(fault)) for fault in plan.faults]
        self.double.gateway.weather = [replace(each) for each in plan.weather]

    async def __aenter__(self) -> ChaosStage:
        await break_statements(self._direct_url, self._breaks)
        await self._doorway.__aenter__()
        try:
            await super().__aenter__()
        except BaseException:
            await self._doorway.__aexit__()
            raise
        return self

    async def __aexit__(self, *error: object) -> None:
        try:
            await super().__aexit__(*error)
        finally:
            await self._doorway.__aexit__()

    @property
    def resets(self) -> int:
        """How many connections to Discord were reset so far."""
        return sum(fault.met for fault in self._faults if fault.kind.startswith("reset"))

    def _outfit(self) -> dict[str, Any]:
        """Keys that the services take, and a folder; nobody logs in, so that no pages are served."""
        assert self._folder is not None, "entered"
        return {"data_folder": Path(self._folder.name), "lastfm_api_key": SecretStr("no-key-of-anybody")}

    async def unmet(self) -> int:
        """How many troubles of the plan have met nothing."""
        waiting = len(self.double.faults.unread) + len(self.double.gateway.weather)
        away = sum(fault.met < fault.times for fault in self.providers.faults) if self.providers is not None else 0
        return (
            waiting + len(self._strokes) + len(self.remaining) + away + await unbroken(self._direct_url, self._breaks)
        )

    async def _effect(self, call: Call, moment: str) -> None:
        """What befalls the machine, then what befalls the bot."""
        if moment == "before":
            step = effect_name(call.method, call.route, call.body)
            nth = self._so_far[step] = self._so_far.get(step, 0) + 1
            for stroke in [each for each in self._strokes if (each.step, each.nth) == (step, nth)]:
                self._strokes.remove(stroke)
                await self._strike_with(stroke)
        await super()._effect(call, moment)

    async def _strike_with(self, stroke: Stroke) -> None:
        match stroke.what:
            case "clock":
                self.clock.advance(by=JUMP)
            case "worker":
                for worker in self.working[:1]:
                    await worker.kill()
            case "mute":
                self._doorway.mute_for(stroke.seconds)
            case "full":
                await self._doorway.close_for(stroke.seconds, "full")
            case "database":
                await cut_connections(self._direct_url, spared=REHEARSES)
            case "away":
                await cut_connections(self._direct_url, spared=REHEARSES)
                await self._doorway.close_for(stroke.seconds, "away")

    async def run_out(self) -> None:
        """Also until no task waits in the queue, not even for another try."""
        await super().run_out()
        async with asyncio.timeout(LAST_TASKS):
            while await queue.at_work(self.tools, later=True):
                await asyncio.sleep(PAUSE)
                await self.settle()

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

    def __init__(self, stage: ChaosStage, person: Person) -> None:
        super().__init__(stage, person)
        self._chaos = stage

    async def _until_answered(self, act: Callable[[], Awaitable[Answer]]) -> Answer:
        answer = await self._read(act)
        for _ in range(TRIES):
            silent = answer.failed is not None or answer.kind == "none"
            if not silent and not any(words in answer.text for words in NO_ANSWER):
                break
            await asyncio.sleep(PAUSE)
            if SERVICE in answer.text:
                self._chaos.clock.advance(by=MINUTE)
            answer = await self._read(act)
        return answer

    async def _read(self, act: Callable[[], Awaitable[Answer]]) -> Answer:
        """Do it and read the answer; one whose connection was lost is sent again, perhaps with other words."""
        resets = self._chaos.resets
        answer = await super()._until_answered(act)
        if self._chaos.resets > resets:
            await asyncio.sleep(READING)
        return answer
