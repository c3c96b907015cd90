"""The auditor: holds Discord against the database, and both against the season that nobody disturbed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.rehearsal.kills.stage import ProcessStage
from bot.services import queue, records

Rows = Mapping[str, Sequence[Mapping[str, Any]]]

THREADS = ("nominations_thread_id", "poll_thread_id", "listening_thread_id", "ratings_thread_id")
NO_MESSAGE = frozenset({"pin", "unpin", "thread"})
"""Errands that note a message or a thread which they have not posted."""
SETTLED = frozenset({"done", "skipped"})
LOST_CONNECTIONS = (
    "ConnectionDoesNotExistError",
    "connection was closed in the middle of operation",
    "connection is closed",
    "terminating connection due to administrator command",
    "AdminShutdownError",
    "AdminShutdown",
    "ConnectionResetError",
    "the connection is lost",
    "another operation (2) is in progress",
    "server closed the connection unexpectedly",
    "DatabaseAway",
    "Collided",
    "CannotConnectNow",
    "the database system is starting up",
    "too many clients already",
    "PoolTimeout",
    "ConnectorException",
    "broken off as ordered",
)
"""What the drivers say of a database that is away, and we after them."""


async def audit(stage: ProcessStage) -> list[str]:
    """What does not fit together in the end, by the stage alone; a sentence each, none when all is well."""
    rows = await records.everything(stage.tools)
    given_up = await queue.given_up(stage.tools)
    return [
        *([f"{given_up} tasks of the queue were given up"] if given_up else []),
        *_errands(rows),
        *_messages(stage, rows),
        *_threads(stage, rows),
    ]


def unlike(lines: Sequence[str], undisturbed: Sequence[str]) -> list[str]:
    """What a season has left behind otherwise than the undisturbed one, line by line."""
    return list(difflib.unified_diff(undisturbed, lines, "undisturbed", "disturbed", lineterm="", n=0))


def unexpected(errors: Iterable[str], *, cut: bool) -> list[str]:
    """The logged errors that nothing explains; where PostgreSQL was kept from its work (`cut`), its absence does."""
    return [error for error in errors if not (cut and any(words in error for words in LOST_CONNECTIONS))]


def _errands(rows: Rows) -> list[str]:
    """Every errand is over, and none of them by giving up."""
    return [
        f"errand {errand['kind']} {errand['ordinal']} is {errand['state']}: {errand['last_error']}"
        for errand in rows["outbox"]
        if errand["state"] not in SETTLED
    ]


def _messages(stage: ProcessStage, rows: Rows) -> list[str]:
    """Each message of ours is known to an errand, and each panel stands where it is said to."""
    double, faults = stage.double, list[str]()
    places = [*double.state.guild_channels(stage.guild.id), *double.threads(stage.guild)]
    shown = {
        int(message["id"]): (place, message)
        for place in places
        for message in double.channel_messages(place)
        if message["author"]["id"] == double.bot_id and message["components"]
    }
    for user in double.state.users.values():
        shown.update({int(each["id"]): (user, each) for each in double.dms(user)})
    told = {errand["discord_id"] for errand in rows["outbox"] if errand["kind"] not in NO_MESSAGE}
    faults += [
        f"nobody knows of message {key} in {place['id']}" for key, (place, _) in shown.items() if key not in told
    ]
    faults += [
        f"panel {panel['kind']} {panel['ordinal']} is not on Discord"
        for panel in rows["panels"]
        if panel["message_id"] not in shown
    ]
    return faults


def _threads(stage: ProcessStage, rows: Rows) -> list[str]:
    """Each thread and each event belongs to a week."""
    threads = {row[column] for row in rows["weeks"] for column in THREADS}
    events = {row["event_id"] for row in rows["weeks"]}
    stray = [each["name"] for each in stage.double.threads(stage.guild) if int(each["id"]) not in threads]
    more = [each["name"] for each in stage.double.events(stage.guild) if int(each["id"]) not in events]
    return [f"no week knows of {name!r}" for name in (*stray, *more)]
