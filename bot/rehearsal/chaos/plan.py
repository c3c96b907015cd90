"""What goes wrong in a season: drawn from a seed alone, so that the same seed always brings the same troubles.

A trouble has its place at the n-th time that a step happens, as a point to kill at has. It stays the same place when
something else goes a little differently.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Literal, cast

from bot.rehearsal.chaos.services import Failure, failure_of, failure_words
from bot.rehearsal.kills.points import Moment, Point, Thing
from bot.rehearsal.loopback.faults import Fault, Kind
from bot.rehearsal.loopback.gateway import Trouble, Weather
from db.server.troubles import BROKEN, Break

MESSAGES = "/channels/{channel_id}/messages"
CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"
ANSWER = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"

REQUESTS: dict[tuple[str, str], int] = {
    ("POST", MESSAGES): 28,
    ("PATCH", MESSAGES + "/{message_id}"): 36,
    ("POST", MESSAGES + "/{message_id}/threads"): 2,
    ("PUT", "/channels/{channel_id}/messages/pins/{message_id}"): 1,
    ("DELETE", "/channels/{channel_id}/messages/pins/{message_id}"): 1,
    ("POST", "/guilds/{guild_id}/scheduled-events"): 1,
    ("GET", "/guilds/{guild_id}/scheduled-events"): 1,
    ("POST", "/users/@me/channels"): 2,
    ("PATCH", "/channels/{channel_id}"): 2,
    ("GET", MESSAGES): 2,
    ("PUT", "/applications/{application_id}/commands"): 1,
    ("GET", "/gateway/bot"): 1,
}
"""What a week asks of Discord for everybody to see, and at least how often."""
ANSWERS: dict[tuple[str, str], int] = {("POST", CALLBACK): 36, ("PATCH", ANSWER): 26}
"""What it answers to single people."""

EVENTS: dict[str, int] = {"INTERACTION_CREATE": 38, "THREAD_CREATE": 2, "THREAD_UPDATE": 2, "CHANNEL_PINS_UPDATE": 2}
"""What it is told by the gateway."""

COMMITS: dict[str, int] = {
    "claim": 60, "settle.redraw": 12, "settle.refresh": 12, "settle.nomination": 4, "settle.track_post": 3,
    "settle.thread": 2, "settle.dm": 2, "settle.winner": 1, "settle.event": 1, "settle.recap": 1, "settle.card": 1,
    "settle.guide_refresh": 3, "nominate": 4, "cast_ballot": 6, "advance_due": 5, "remind.reminder": 3, "rate": 2,
    "open_week": 1, "tell_tracks": 1, "mark_heard": 1, "like": 1,
}  # fmt: skip
EFFECTS: dict[str, int] = {
    "post-channels-messages": 24, "patch-channels-messages": 30, "post-channels-messages-threads": 2,
    "post-guilds-scheduled-events": 1, "put-channels-messages-pins": 1, "patch-channels": 2,
    "post-interactions-callback-promise": 20, "post-interactions-callback-form": 8,
    "patch-webhooks-messages-@original": 24,
}  # fmt: skip

WRITTEN: dict[str, int] = {
    "outbox": 120, "weeks": 8, "nominations": 4, "ballots": 5, "ratings": 2, "panels": 20, "listen_events": 3,
    "audit_log": 10, "sync_accounts": 6,
}  # fmt: skip
"""Tables, and at least how often a season writes to them."""
SERVER_ERRORS = (500, 502, 504)
TURN_AWAY: tuple[Kind, ...] = ("429", "status", "status_after", "reset_before", "reset_after", "no_via")
LONG_LIMIT = 45.0
"""Longer than the library waits by itself: the outbox has to."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """Something that happens to the machine at the n-th Discord effect of one kind."""

    what: Literal["database", "clock", "away", "full", "mute", "worker"]
    """All connections to PostgreSQL are cut; the clock jumps ahead; PostgreSQL restarts, takes no new connections, or
    is not heard for a while; a worker is killed."""
    step: str
    nth: int
    seconds: float = 0.0

    def __str__(self) -> str:
        words = {
            "database": "PostgreSQL cuts every connection",
            "clock": "the clock jumps",
            "away": f"PostgreSQL restarts and is away for {self.seconds} s",
            "full": f"PostgreSQL refuses new connections for {self.seconds} s",
            "mute": f"PostgreSQL is not heard for {self.seconds} s",
            "worker": "a worker is killed",
        }[self.what]
        return f"{words} at {self.step} {self.nth}"


@dataclass(frozen=True, slots=True)
class Plan:
    """All troubles of one season."""

    seed: int
    faults: tuple[Fault, ...] = ()
    weather: tuple[Weather, ...] = ()
    kills: tuple[Point, ...] = ()
    strokes: tuple[Stroke, ...] = ()
    failures: tuple[Failure, ...] = ()
    """What goes wrong with the services that are asked."""
    breaks: tuple[Break, ...] = ()
    """Which statements PostgreSQL breaks off."""
    bots: int = 1
    workers: int = 0
    """Processes beside the bots that only do heavy work."""
    words: tuple[str, ...] = field(default=())
    """One line for each trouble, as a person reads it."""


def plan_of(seed: int) -> Plan:
    """The season of a seed."""
    # Not for secrets: what is wanted is that it can be repeated.
    draw = Random(seed)
    faults = tuple(_fault(draw) for _ in range(draw.randint(4, 9)))
    weather = tuple(_weather(draw) for _ in range(draw.randint(1, 4)))
    kills = tuple(dict.fromkeys(_kill(draw) for _ in range(draw.randint(0, 3))))
    strokes = tuple(_stroke(draw) for _ in range(draw.randint(0, 2)))
    # Drawn apart from what Discord does: that stays the same when a service or a way to fail comes in addition.
    draw = Random(f"elsewhere {seed}")
    failures = tuple(failure_of(draw) for _ in range(draw.randint(1, 4)))
    breaks = tuple(dict.fromkeys(_break(draw) for _ in range(draw.randint(0, 3))))
    bots, workers = draw.choice((1, 1, 2)), draw.choice((0, 1))
    strokes += tuple(_absence(draw) for _ in range(draw.choice((0, 0, 1))))
    strokes += tuple(_end(draw) for _ in range(workers))
    words = (
        *([f"{bots} bots, {workers} workers"] if bots + workers > 1 else []),
        *(_said(fault) for fault in faults),
        *(f"{each.trouble} at {each.event} {each.nth}" for each in weather),
        *(f"killed at {point}" for point in kills),
        *map(str, strokes),
        *map(failure_words, failures),
        *map(str, breaks),
    )
    return Plan(seed, faults, weather, kills, strokes, failures, breaks, bots, workers, words)


def _fault(draw: Random) -> Fault:
    to_people = draw.random() < 0.35
    asked = ANSWERS if to_people else REQUESTS
    (method, pattern), often = draw.choices(list(asked.items()), list(asked.values()))[0]
    kind = draw.choice(TURN_AWAY)
    # A person waits three seconds: what answers them is rate limited for moments only.
    longest = 0.4 if to_people else draw.choice((0.3, LONG_LIMIT))
    return Fault(
        method,
        pattern,
        count=1 if kind != "429" else draw.randint(1, 2),
        kind=kind,
        status=draw.choice(SERVER_ERRORS),
        retry_after=longest if longest == LONG_LIMIT else round(draw.uniform(0.05, longest), 2),
        scope=draw.choice(("user", "shared", "global")) if longest != LONG_LIMIT else "user",
        says_when=draw.random() < 0.7,
        after=draw.randrange(often),
    )


def _said(fault: Fault) -> str:
    what = {
        "429": f"429 ({fault.scope}, {fault.retry_after} s{'' if fault.says_when else ', no Retry-After'})",
        "status": f"{fault.status}",
        "status_after": f"{fault.status} after acting",
        "reset_before": "connection reset before acting",
        "reset_after": "connection reset after acting",
        "no_via": "429 of the door keeper",
    }.get(fault.kind, fault.kind)
    return f"{what} × {fault.count} at {fault.method} {fault.pattern} {fault.after + 1}"


def _weather(draw: Random) -> Weather:
    event, often = draw.choices(list(EVENTS.items()), [24, 1, 1, 1])[0]
    # A new session costs the library five seconds and the event; the others cost moments.
    troubles: tuple[Trouble, ...] = ("lost", "late", "twice", "cut", "cut", "reconnect", "reconnect", "invalid")
    return Weather(event, draw.randint(1, often), draw.choice(troubles))


def _kill(draw: Random) -> Point:
    thing = draw.choice(("commit", "effect"))
    steps = COMMITS if thing == "commit" else EFFECTS
    step, often = draw.choice(list(steps.items()))
    # Steps are counted anew in every life of the bot: early ones happen for certain.
    nth = draw.randint(1, max(1, often // 2))
    return Point(cast("Thing", thing), cast("Moment", draw.choice(("before", "after"))), step, nth)


def _stroke(draw: Random) -> Stroke:
    step, often = draw.choice(list(EFFECTS.items()))
    return Stroke("database" if draw.random() < 0.75 else "clock", step, draw.randint(1, often))


def _absence(draw: Random) -> Stroke:
    step, often = draw.choice(list(EFFECTS.items()))
    what: Literal["away", "full", "mute"] = draw.choice(("away", "away", "full", "mute"))
    return Stroke(what, step, draw.randint(1, often), round(draw.uniform(0.5, 4.0), 1))


def _end(draw: Random) -> Stroke:
    step = draw.choice(("post-channels-messages", "patch-channels-messages"))
    return Stroke("worker", step, draw.randint(1, EFFECTS[step]))


def _break(draw: Random) -> Break:
    (table, often), error = draw.choice(list(WRITTEN.items())), draw.choice(tuple(BROKEN))
    return Break(table, draw.randint(1, often), error)
