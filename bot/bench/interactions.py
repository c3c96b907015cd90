"""`longplay bench interactions`: ballots that people submit, beside two plain clients that answer the same crowd.

The crowd and its Discord are this process; who answers is another one. All take their turns on the same people, so that
what disturbs the machine disturbs all.
"""

# asyncpg ships no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import cycle
from typing import Any

import asyncpg
from rich.console import Console
from rich.table import Table

from bot.bench.answering import PRESSED, ROW, Answerer, Place, longplay, plain
from bot.bench.catalogue import Spread
from bot.bench.crowd import Act, Crowd, Turn, Voter
from bot.bench.outcome import Outcome, mark, print_json, progress_bars
from bot.bench.own_server import own_server
from bot.bench.polls import Polling, open_polls, settle_people
from bot.domain.clock import SystemClock
from bot.rehearsal.loopback import LoopbackDiscord, posting
from bot.rehearsal.loopback.components import BUTTON, button_names, walk
from bot.rehearsal.loopback.gateway import Session
from bot.rehearsal.loopback.state import Message
from db.address import asyncpg_url, driver_url

SEED = 20_261_129
HAND_GOAL = 0.6
"""Of the ballots that a plain client casts by hand."""
BARE_GOAL = 0.25
"""Of the presses for which a plain client writes one row."""
P99_GOAL_MS = 100.0
"""At half the most ballots a second."""
VOTE = "Vote"
WAYS = ("bare", "by_hand", "ours")


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator asks for."""

    clubs: int = 6
    members: int = 25
    """Of each club."""
    nominations: int = 8
    """In each poll; those who made them vote too."""
    hands: int = 32
    """People who act at once."""
    seconds: float = 4.0
    """Of each turn."""
    turns: int = 3
    """Of each way of answering."""
    json: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """What one way of answering came to."""

    per_second: float
    processor_ms: float
    """Of its own process, for one answer."""
    answers: int
    at_half: Spread
    """From the dispatch to the response's arrival, at half as many a second."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured."""

    clubs: int
    members: int
    cores: int
    bare: Way
    by_hand: Way
    ours: Way

    @property
    def of_hand(self) -> float:
        """Our ballots a second over those by hand."""
        return round(self.ours.per_second / self.by_hand.per_second, 3)

    @property
    def of_bare(self) -> float:
        """Our ballots a second over bare presses."""
        return round(self.ours.per_second / self.bare.per_second, 3)

    @property
    def reached(self) -> bool:
        """Whether every goal is reached."""
        return all(one.met for one in self.outcomes())

    def outcomes(self) -> list[Outcome]:
        """In the shape of all benches."""
        ours, hand, bare = self.ours, self.by_hand, self.bare
        return [
            Outcome(
                "interactions",
                "ballots, beside those by hand",
                ours.per_second,
                "a second",
                f"{HAND_GOAL:g} of the floor",
                self.of_hand >= HAND_GOAL,
                hand.per_second,
            ),
            Outcome(
                "interactions",
                "ballots, beside bare presses",
                ours.per_second,
                "a second",
                f"{BARE_GOAL:g} of the floor",
                self.of_bare >= BARE_GOAL,
                bare.per_second,
            ),
            Outcome(
                "interactions",
                "an answer at half the rate, p99",
                ours.at_half.p99,
                "ms",
                f"< {P99_GOAL_MS:g}",
                ours.at_half.p99 < P99_GOAL_MS,
                hand.at_half.p99,
            ),
        ]


@dataclass(slots=True)
class Rival:
    """One way of answering, while it is measured."""

    answerer: Answerer
    session: Session
    acts: Sequence[Iterator[Act]]
    """Of each hand: what it does."""
    turns: list[Turn] = field(default_factory=list[Turn])
    stream: Turn = field(default_factory=Turn)

    @property
    def rate(self) -> float:
        """Answers a second, of all turns together."""
        return sum(len(turn.took) for turn in self.turns) / sum(turn.seconds for turn in self.turns)

    def anybody(self) -> Iterator[Act]:
        """What the hands do, one after the other."""
        return (next(own) for own in cycle(self.acts))

    def way(self) -> Way:
        """What it came to."""
        answers = sum(len(turn.took) for turn in self.turns)
        processor = sum(turn.processor for turn in self.turns)
        return Way(round(self.rate, 1), round(1000 * processor / answers, 3), answers, Spread.of(self.stream.took))


async def bench(options: Options) -> int:
    """Measure, print the figures; the exit code."""
    figures = await measure(options)
    if options.json:
        goals = {"of_hand": HAND_GOAL, "of_bare": BARE_GOAL, "p99_ms": P99_GOAL_MS, "reached": figures.reached}
        print_json({**asdict(figures), "of_hand": figures.of_hand, "of_bare": figures.of_bare, "goal": goals})
    else:
        _show(figures)
    return 0


async def measure(options: Options) -> Figures:
    """Open polls in databases of their own, and have the crowd vote."""
    async with own_server() as url:
        double = LoopbackDiscord(SystemClock().now)
        clubs = settle_people(double, options.clubs, options.members)
        await open_polls(url, clubs, options.nominations)
        floor_url = await _copied(url)
        await double.start()
        try:
            return await _beside(double, clubs, url, floor_url, options)
        finally:
            await double.stop()


async def _copied(url: str) -> str:
    """A second database with the same polls, for those who do it by hand."""
    floor_url = asyncpg_url(url).set(database="floor").render_as_string(hide_password=False)
    elsewhere = asyncpg_url(url).set(database="postgres").render_as_string(hide_password=False)
    connection: Any = await asyncpg.connect(driver_url(elsewhere))
    await connection.execute(f'CREATE DATABASE floor TEMPLATE "{asyncpg_url(url).database}"')
    await connection.close()
    connection = await asyncpg.connect(driver_url(floor_url))
    await connection.execute(ROW)
    await connection.close()
    return floor_url


async def _beside(
    double: LoopbackDiscord, clubs: Sequence[Polling], url: str, floor_url: str, options: Options
) -> Figures:
    crowd = Crowd(double, SEED)
    started: list[Answerer] = []
    try:
        sessions: list[Session] = []
        for name, work, database in (("ours", longplay, url), ("a plain client", plain, floor_url)):
            double.gateway.sessions = {}  # so that the new one is the only one
            started.append(Answerer(name, work, Place(double.api_url, double.token, database)))
            await started[-1].ready()
            sessions += double.gateway.sessions.values()
        crowd.listen(sessions[0])
        voters = [voter for club in clubs for voter in await _voters(double, club)]
        ballots = [[_ballot(crowd, voter) for voter in voters[hand :: options.hands]] for hand in range(options.hands)]
        presses = _presses(crowd, clubs, options.hands)
        rivals = {
            "bare": Rival(started[1], sessions[1], [cycle(own) for own in presses]),
            "by_hand": Rival(started[1], sessions[1], [cycle(own) for own in ballots if own]),
            "ours": Rival(started[0], sessions[0], [cycle(own) for own in ballots if own]),
        }
        await _take_turns(crowd, rivals, options)
        ways = {name: rival.way() for name, rival in rivals.items()}
        return Figures(options.clubs, options.members, os.cpu_count() or 1, **ways)
    finally:
        for answerer in started:
            await answerer.stop()


async def _take_turns(crowd: Crowd, rivals: dict[str, Rival], options: Options) -> None:
    gc.collect()
    gc.freeze()
    with progress_bars() as bars:
        task = bars.add_task("turns", total=len(WAYS) * (options.turns + 2))
        for turn in range(-1, options.turns):  # the first one only warms up
            for name in WAYS if turn % 2 else reversed(WAYS):
                taken = await _taken(crowd, rivals[name], options.seconds)
                if turn >= 0:
                    rivals[name].turns.append(taken)
                bars.advance(task)
        for rival in rivals.values():
            crowd.listen(rival.session)
            rival.stream = await crowd.stream(rival.anybody(), rival.rate / 2, options.seconds)
            bars.advance(task)


async def _taken(crowd: Crowd, rival: Rival, seconds: float) -> Turn:
    crowd.listen(rival.session)
    before = rival.answerer.processor()
    turn = await crowd.rush(rival.acts, seconds)
    turn.processor = rival.answerer.processor() - before
    return turn


# --- what people do -------------------------------------------------------------------------------------------------


async def _voters(double: LoopbackDiscord, club: Polling) -> list[Voter]:
    """The members of a club, with their ballots; the form is opened once, by somebody without an album."""
    channel, panel = _panel(double, club)
    form = await double.person(club.people[-1], club.guild).press(panel, VOTE)
    assert form.modal is not None, f"a ballot was hoped for: {form}"
    labels = [(top["id"], top["component"]) for top in form.modal["components"]]
    parts = tuple((label, select["id"], str(select["custom_id"])) for label, select in labels)
    options = [str(one["value"]) for one in labels[0][1]["options"]]
    return [
        Voter(
            person.id,
            channel,
            panel,
            str(form.modal["custom_id"]),
            parts,
            # Nobody votes for their own.
            [one for place, one in enumerate(options) if place != number],
        )
        for number, person in enumerate(club.people)
    ]


def _panel(double: LoopbackDiscord, club: Polling) -> tuple[Any, Message]:
    """The message with the button to vote, and where it stands."""
    for channel in [club.channel, *double.threads(club.guild)]:
        for message in double.state.messages.get(channel.id, {}).values():
            if any(VOTE in button_names(one) for one in walk(message["components"]) if one["type"] == BUTTON):
                return double.state.channels[channel.id], message
    raise LookupError(f"{club.guild['name']} has no poll")


def _ballot(crowd: Crowd, voter: Voter) -> Act:
    return lambda: crowd.vote(voter)


def _presses(crowd: Crowd, clubs: Sequence[Polling], hands: int) -> list[list[Act]]:
    """What a crowd does that presses one button, for as many hands."""
    double = crowd.double
    acts: list[Act] = []
    for club in clubs:
        row = {"type": 1, "components": [{"type": 2, "style": 2, "label": "Press", "custom_id": PRESSED}]}
        author = dict(double.state.users[double.bot_id])
        message = posting.post(double, club.channel, author, {"components": [row]})
        acts += [_press(crowd, club, person.id, message) for person in club.people]
    return [own for own in (acts[hand::hands] for hand in range(hands)) if own]


def _press(crowd: Crowd, club: Polling, user_id: str, message: Message) -> Act:
    return lambda: crowd.press(user_id, club.channel, message, PRESSED)


def _show(figures: Figures) -> None:
    table = Table(
        title=f"{figures.clubs * figures.members:,} members of {figures.clubs} clubs vote, {figures.cores} cores",
        title_justify="left",
    )
    for heading in ("", "a second", "processor ms", "p50 at half", "p99 at half"):
        table.add_column(heading, justify="right" if heading else "left")
    rows = (
        ("floor: a bare press, one row", figures.bare),
        ("floor: a ballot by hand", figures.by_hand),
        ("ballots", figures.ours),
    )
    for label, way in rows:
        table.add_row(
            label,
            f"{way.per_second:,.0f}",
            f"{way.processor_ms:.2f}",
            f"{way.at_half.p50:.1f} ms",
            f"{way.at_half.p99:.1f} ms",
        )
    console = Console()
    console.print(table)
    of_hand, of_bare, p99 = (mark(one.met) for one in figures.outcomes())
    console.print(
        f"{figures.of_hand:g} of the ballots by hand (goal {HAND_GOAL:g}): {of_hand};"
        f" {figures.of_bare:g} of the bare presses (goal {BARE_GOAL:g}): {of_bare}."
    )
    console.print(f"p99 {figures.ours.at_half.p99:.1f} ms at half the rate (goal {P99_GOAL_MS:g}): {p99}.")
    console.print(
        "Half: answers from the event's dispatch to the response's arrival, at half of each one's own rate. Processor:"
        " of the process that answers, which busy neighbours change less than they do the rates."
    )
