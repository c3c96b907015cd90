"""A stage on which the bot is a process of its own: it may die at any moment, and somebody starts it again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from bot.app.life import earliest
from bot.domain.outbox import LEASE
from bot.rehearsal.kills.child import Orders
from bot.rehearsal.kills.clock import LeadingClock
from bot.rehearsal.kills.points import Point, effect_name
from bot.rehearsal.kills.process import BotProcess, DidNotStart
from bot.rehearsal.loopback import Answer, Call, Person
from bot.rehearsal.loopback.errors import Cut
from bot.rehearsal.loopback.schemas import Schemas
from bot.rehearsal.loopback.state import NONCE_WINDOW
from bot.rehearsal.providers import LoopbackProviders, world_on
from bot.rehearsal.stage import PATIENCE, Stage
from bot.services import outbox, queue
from bot.services.club import party_course, phases
from bot.services.tools import Tools
from db.session import Database

LONG = NONCE_WINDOW + 2 * LEASE
"""So long is a bot away that was killed after a step: its leases have ended, Discord remembers none of its nonces."""
SHORT = timedelta(seconds=1)
"""So long is one away that was killed before a step: its leases still run, as when a supervisor starts it at once."""
STARTS = 8
"""So often a bot may die at its start of something else than the points to kill at."""
BETWEEN_STARTS = 0.5
"""Seconds, as a supervisor waits too: a PostgreSQL that takes nobody new for a moment is no reason to give up."""
REHEARSES = "rehearsal"
"""What our own connections are called at the server."""
WORK_LOOKS = 0.1
"""Seconds between two looks whether a task is still under way."""
ROUNDS = 20
"""So often a bot may be told to settle until nothing is due; two wait for each other's errands."""


class ProcessStage(Stage):
    """The bots are processes; `kills` says where they die, one death for each point.

    The steps of a point are counted anew in every bot's life. Whoever plays on this stage may go on as if nothing had
    happened: a bot that died is started again after a while (`away`, unless the side of its death says), and people do
    again what was not answered.
    """

    def __init__(
        self,
        database_url: str,
        *,
        schemas: Schemas | None = None,
        starts_at: datetime,
        kills: Collection[Point] = (),
        bots: int = 1,
        workers: int = 0,
        away: timedelta | None = None,
        clock: LeadingClock | None = None,
        providers: LoopbackProviders | None = None,
    ) -> None:
        clock = clock or LeadingClock(starts_at)
        super().__init__(database_url, schemas=schemas, clock=clock, owner="Hana", providers=providers)
        self._ahead = clock.ahead
        self.starts_at = starts_at
        self.double.on_effect = self._effect
        self.remaining = set(kills)
        """The points at which nobody has died yet."""
        self.bots: list[BotProcess] = []
        """Every bot so far, dead ones included."""
        self.workers: list[BotProcess] = []
        """Every process so far that only does heavy work, dead ones included."""
        self.effects: list[str] = []
        """The steps of Discord effects, in order."""
        self.deaths = 0
        self._last: Point | None = None
        self._wanted = bots
        self._wanted_workers = workers
        self._away = away
        self._counts: dict[str, int] = {}
        self._numbers: dict[int, int] = {}
        self._database = Database.connect(database_url, pool_size=2, name=REHEARSES)
        self._starting = asyncio.Lock()

    async def __aenter__(self) -> ProcessStage:
        await super().__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            await asyncio.gather(*(bot.stop() for bot in (*self.living, *self.workers) if bot.alive))
        finally:
            self.double.on_effect = None
            await self._strike()
            await self._database.close()

    @property
    def tools(self) -> Tools:
        """What the services work with, to read what the bots have stored."""
        return Tools(self._database, self.clock)

    @property
    def living(self) -> list[BotProcess]:
        """The bots that have not died."""
        return [bot for bot in self.bots if bot.alive]

    @property
    def working(self) -> list[BotProcess]:
        """The workers that have not died."""
        return [worker for worker in self.workers if worker.alive]

    @property
    def errors(self) -> list[str]:
        """What any bot or worker has logged as an error."""
        return [error for bot in (*self.bots, *self.workers) for error in bot.errors]

    # The bot

    async def start_bot(self) -> None:
        """Start as many bots as are wanted and wait until they serve; one that is killed at its start is replaced."""
        for _ in range(STARTS + len(self.remaining)):
            missing = self._wanted - len(self.living)
            without = self._wanted_workers - len(self.working)
            if not missing and without <= 0:
                self.ready_at.append(self.clock.now())
                return
            started = [await self._begin() for _ in range(missing)]
            started += [await self._begin_worker() for _ in range(without)]
            if not all([await bot.until_ready() for bot in started]):
                self._come_back()
                await asyncio.sleep(BETWEEN_STARTS)
        raise DidNotStart(f"too many bots in a row have died; they told: {self.errors}")

    async def join(self, *, revisions: str = "", **outfit: Any) -> BotProcess:
        """One bot more: of another release, by the folder of its migrations, or with settings of its own."""
        bot = await self._begin(revisions=revisions, **outfit)
        if not await bot.until_ready():
            raise DidNotStart(bot.ended)
        self._wanted += 1
        return bot

    async def leave(self, bot: BotProcess) -> None:
        """A bot stops in order and is not replaced."""
        self._wanted -= 1
        await bot.stop()

    async def hire(self) -> BotProcess:
        """A process that works off the queue, without Discord."""
        worker = await self._begin_worker()
        await worker.until_ready()
        return worker

    async def restart_bot(self) -> None:
        """Stop every bot in order and start others on the same database and the same Discord."""
        await asyncio.gather(*(bot.stop() for bot in self.living))
        await self.start_bot()

    async def kill_bots(self) -> None:
        """SIGKILL for every bot."""
        await asyncio.gather(*(bot.kill() for bot in self.living))

    async def kill_bot(self) -> None:
        """SIGKILL, as a crash ends it; start others with `start_bot`."""
        await self.kill_bots()

    async def revive(self) -> None:
        """When a bot or a worker has died, let it be away for a while and start another."""
        async with self._starting:
            if len(self.living) < self._wanted or len(self.working) < self._wanted_workers:
                self._come_back()
                await self.start_bot()

    def _orders(self, *, works: bool = False, revisions: str = "", **outfit: Any) -> Orders:
        return Orders(
            self.double.token,
            self.double.api_url,
            self._database_url,
            frozenset(self.remaining),
            world_on(self.providers) if self.providers is not None else None,
            {**self._outfit(), **outfit},
            works,
            revisions,
        )

    async def _begin(self, *, revisions: str = "", **outfit: Any) -> BotProcess:
        self._counts.clear()
        bot = BotProcess(self._orders(revisions=revisions, **outfit), self._ahead, buried=self._mourn)
        self.bots.append(bot)
        await bot.start()
        return bot

    async def _begin_worker(self) -> BotProcess:
        worker = BotProcess(self._orders(works=True), self._ahead, buried=self._mourn)
        self.workers.append(worker)
        await worker.start()
        return worker

    def _mourn(self, bot: BotProcess) -> None:
        """Once a bot is dead, nobody waits for its answers any more."""
        if bot.killed_at is not None:
            self._die_at(bot.killed_at)
        self.deaths += not bot.dismissed
        if not self.living:
            self.double.give_up()

    def _die_at(self, point: Point) -> None:
        self.remaining.discard(point)
        self._last = point

    def _come_back(self) -> None:
        usual = SHORT if self._last is not None and self._last.moment == "before" else LONG
        self.clock.advance(by=self._away or usual)

    async def _effect(self, call: Call, moment: str) -> None:
        """Count an effect; at a point to kill at, the bot dies and the connection with it."""
        step = effect_name(call.method, call.route, call.body)
        if moment == "before":
            self.effects.append(step)
            self._counts[step] = self._counts.get(step, 0) + 1
            self._numbers[id(call)] = self._counts[step]
        at = Point("effect", "before" if moment == "before" else "after", step, self._numbers[id(call)])
        if at in self.remaining:
            self._die_at(at)
            # Of several the first that was started dies; whose request it was, only they know.
            for bot in self.living[:1]:
                await bot.kill()
            raise Cut

    # Time

    async def settle(self) -> None:
        """Wait until the bot has nothing to do now, and was started again if it had died. Raises `TimeoutError`."""
        for _ in range(ROUNDS + len(self.remaining)):
            await self.revive()
            await asyncio.gather(*(bot.settle() for bot in self.living))
            await self._worked_off()
            await self.double.quiet(PATIENCE, settle=0.01)
            complete = len(self.living) == self._wanted and len(self.working) >= self._wanted_workers
            if complete and await self._nothing_due():
                return
        raise TimeoutError("something stays due, however often the bot does what is due")

    async def pass_deadline(self) -> None:
        """Let time pass until just after the next deadline of a week; reminders on the way are met when due."""
        await self.settle()
        due = await phases.next_due(self.tools, now=self.clock.now())
        if due is not None:
            await self.move_to(due)

    async def _worked_off(self) -> None:
        """Wait until no task is under way, as long as somebody lives who could perform one."""
        ends = asyncio.get_running_loop().time() + PATIENCE
        while self.living and await queue.at_work(self.tools):
            await asyncio.sleep(WORK_LOOKS)
            await asyncio.gather(*(bot.settle() for bot in self.living))
            if asyncio.get_running_loop().time() > ends:
                raise TimeoutError("a task is under way and does not end")

    async def _nothing_due(self) -> bool:
        now = self.clock.now()
        due = earliest(await phases.next_due(self.tools, now=now), await party_course.next_due(self.tools, now=now))
        return (due is None or due > now) and not await outbox.at_work(self.tools, now=now)

    # People

    def arrives(self, name: str, display: str | None = None, *, roles: Iterable[Any] = ()) -> Person:
        """A new person on the server, who does again what was not answered."""
        person = super().arrives(name, display, roles=roles)
        return Stubborn(self, person)

    def owner(self) -> Person:
        """The person the server belongs to."""
        return Stubborn(self, super().owner())


class Stubborn(Person):
    """A person who does the same again when "The application did not respond", as people do."""

    def __init__(self, stage: ProcessStage, person: Person) -> None:
        super().__init__(stage.double, person.user, person.guild)
        self._stage = stage

    async def slash(self, where: Any, command: str, /, **given: Any) -> Answer:
        """As any person, until it is answered."""
        return await self._until_answered(lambda: super(Stubborn, self).slash(where, command, **given))

    async def press(self, message: Any, button: str, **more: Any) -> Answer:
        """As any person, until it is answered."""
        return await self._until_answered(lambda: super(Stubborn, self).press(message, button, **more))

    async def choose(self, message: Any, select: str, values: Any, **more: Any) -> Answer:
        """As any person, until it is answered."""
        return await self._until_answered(lambda: super(Stubborn, self).choose(message, select, values, **more))

    async def submit(self, form: Any, given: Any, **more: Any) -> Answer:
        """As any person, until it is answered: the form stays open when it was not."""
        return await self._until_answered(lambda: super(Stubborn, self).submit(form, given, **more))

    async def menu(self, message: Any, name: str, **more: Any) -> Answer:
        """As any person, until it is answered."""
        return await self._until_answered(lambda: super(Stubborn, self).menu(message, name, **more))

    async def _until_answered(self, act: Callable[[], Awaitable[Answer]]) -> Answer:
        await self._stage.revive()
        answer = await act()
        while answer.failed is not None and not self._stage.living:
            await self._stage.revive()
            answer = await act()
        return answer
