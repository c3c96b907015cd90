"""What a week has left behind, on Discord and in the database, in words that are equal for every run that went alike.

Ids become names, deadlines become the names of deadlines, and every other instant is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from bot.rehearsal.loopback import LoopbackDiscord
from bot.rehearsal.loopback.components import walk
from bot.rehearsal.loopback.render import message_text
from bot.rehearsal.stage import Stage
from bot.services import records

Row = Mapping[str, Any]
Rows = Mapping[str, Sequence[Row]]

DEADLINES = ("opens_at", "nominations_close_at", "poll_close_at", "discussion_at", "ratings_close_at")
DISCORD = "discord"
STAMP = re.compile(r"<t:(\d+)(?::\w)?>")
SNOWFLAKE = re.compile(r"(?<!\d)\d{17,20}(?!\d)")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)")
COALESCED = frozenset({"refresh", "redraw", "guide_refresh", "hearing_refresh"})
"""Errands that draw what is there: how many there were depends on how fast each was."""
PRIVATE = frozenset({"form_drafts", "command_syncs", "provider_limits", "leases", "acted_presses"})
"""Tables that are no part of the week: refused forms kept for their author, what Discord was told of commands, how
often a service may be asked, which process does what, which presses were acted on (who saw one fail presses again)."""
DERIVED = ("taste_", "match_bases", "club_matchings", "compatibilities", "artists", "heard_albums")
"""How the names of tables begin that are worked out of the others, by tasks of their own."""
LOOSE = {
    "club_albums": frozenset({"search_keys"}),
    "memory_entries": frozenset({"source_key"}),
    "outbox": frozenset({"id", "seq", "key", "lane", "attempts", "lease_epoch", "holder"}),
    "panels": frozenset({"drawn"}),
    "sync_accounts": frozenset({"claim", "epoch", "failures", "why"}),
}
"""Columns that say how a row came about, or that differ with the run's ids."""


async def snapshot(stage: Stage) -> list[str]:
    """Every thread, card and row of a stage, one line for each thing that could differ."""
    rows = await records.everything(stage.tools)
    names = _Names(stage.double, stage.guild, rows)
    return [*discord_lines(stage.double, stage.guild, names), *database_lines(rows, names)]


class _Names:
    """Names for ids and instants."""

    def __init__(self, double: LoopbackDiscord, guild: Any, rows: Rows) -> None:
        self._double = double
        self._stamps = {
            int(week[name].timestamp()): f"week {week['number']} {name}" for week in rows["weeks"] for name in DEADLINES
        }
        self._keys: dict[Any, str] = {}
        self._name_rows(rows)
        self._name_places(guild)

    def _name_rows(self, rows: Rows) -> None:
        for club in rows["clubs"]:
            self._keys[club["id"]] = "the club"
        for account in rows["linked_accounts"]:
            if account["provider"] == DISCORD:
                self._keys[account["user_id"]] = self._double.name_of("user", account["external_id"])
        numbers: dict[UUID, int] = {}
        for week in rows["weeks"]:
            numbers[week["id"]] = week["number"]
            self._keys[week["id"]] = f"week {week['number']}"
        for nomination in rows["nominations"]:
            self._keys[nomination["id"]] = f"nomination {numbers[nomination['week_id']]}.{nomination['ordinal']}"
        for post in rows["posts"]:
            self._keys[post["id"]] = f"post {numbers[post['week_id']]}.{post['ordinal']}"
        for album in rows["albums"]:
            self._keys[album["id"]] = f"album {album['title']}"
        for track in rows["tracks"]:
            self._keys[track["id"]] = f"track {track['title']}"

    def _name_places(self, guild: Any) -> None:
        double = self._double
        places = [*double.state.guild_channels(str(guild["id"])), *double.threads(guild)]
        for place in places:
            self._name_place(place, f"#{place['name']}")
        for event in double.events(guild, past=True):
            self._keys[int(event["id"])] = f"event {event['name']}"
        for user in double.state.users.values():
            self._keys[int(user.id)] = double.name_of("user", user.id)
            if double.dms(user):
                self._name_place(double.dm_channel(user), f"@{double.name_of('user', user.id)}")
        for role in double.state.guilds[str(guild["id"])].roles.values():
            self._keys[int(role.id)] = f"role {role['name']}"
        self._keys[int(guild["id"])] = "the server"

    def _name_place(self, place: Any, name: str) -> None:
        self._keys[int(place["id"])] = name
        for number, message in enumerate(self._double.channel_messages(place), start=1):
            # A thread has the id of the message it grew from; the thread's name says more.
            self._keys.setdefault(int(message["id"]), f"message {number} of {name}")

    def of(self, value: Any) -> Any:
        """A value with every id in it named, instants left out."""
        if isinstance(value, (datetime, bytes)):  # what is sealed is sealed anew each time
            return "·"
        if isinstance(value, UUID):
            return self._keys.get(value, "·")
        if isinstance(value, dict):
            # The seed of a draw is made from ids.
            named = {self.of(key): self.of(inner) for key, inner in value.items() if key != "seed"}
            return {key: named[key] for key in sorted(named)}
        if isinstance(value, (list, tuple)):
            return [self.of(inner) for inner in value]
        if isinstance(value, str):
            return self._of_text(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return self._keys.get(value, value)
        return value

    def _of_text(self, text: str) -> str:
        try:
            return self._keys.get(UUID(text), text)
        except ValueError:
            return self.shown(text)

    def stamps(self, text: str) -> str:
        """A text with the names of deadlines for their instants."""
        return STAMP.sub(lambda found: f"‹{self._stamps.get(int(found[1]), 'a moment')}›", text)

    def shown(self, text: str) -> str:
        """The same with names for the ids in it, and other instants left out."""
        text = INSTANT.sub("·", self.stamps(text))
        return SNOWFLAKE.sub(lambda found: self._keys.get(int(found[0]), found[0]), text)


def discord_lines(double: LoopbackDiscord, guild: Any, names: _Names) -> list[str]:
    """What members see: channels and threads with their messages, pins, events, private messages, pings."""
    lines: list[str] = []
    for channel in double.state.guild_channels(str(guild["id"])):
        lines += _place_lines(double, names, f"#{channel['name']}", double.channel_messages(channel))
        lines += [f"#{channel['name']} pins {names.of(pin['id'])}" for pin in double.pins(channel)]
    for thread in double.threads(guild):
        state = [word for word in ("archived", "locked") if thread["thread_metadata"][word]]
        place = f"thread {thread['name']} of {names.of(thread['parent_id'])}"
        lines.append(f"{place}: {', '.join(state) or 'open'}")
        lines += _place_lines(double, names, place, double.channel_messages(thread))
        lines += [f"{place} pins {names.of(pin['id'])}" for pin in double.pins(thread)]
    for event in double.events(guild, past=True):
        place, text = event["entity_metadata"]["location"], event["description"] or ""
        lines.append(names.shown(f"event {event['name']} at {place}, status {event['status']}: {text!r}"))
    for user in double.state.users.values():
        name = double.name_of("user", user.id)
        lines += _place_lines(double, names, f"private to {name}", double.dms(user))
        # What comes first of a private message and one in a thread is nobody's promise.
        lines += sorted(
            f"ping of {name} via {ping.via} in {names.of(ping.channel_id)}, silent: {ping.silent}"
            for ping in double.pings(user)
        )
    return lines


def _place_lines(
    double: LoopbackDiscord, names: _Names, place: str, messages: Iterable[Mapping[str, Any]]
) -> list[str]:
    lines: list[str] = []
    for number, message in enumerate(messages, start=1):
        author = double.name_of("user", message["author"]["id"])
        shown = names.shown(message_text(_with_text(message, names.stamps), double.name_of))
        lines += [f"{place} {number} {author}: {line}" for line in shown.split("\n")]
        for part in walk(message.get("components") or []):
            if "custom_id" in part:
                # 1:<action>:<key>: the action is the same in every run.
                action = part["custom_id"].split(":")[1]
                lines.append(f"{place} {number} offers {action}{' (disabled)' if part.get('disabled') else ''}")
    return lines


def _with_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _with_text(inner, change) for key, inner in value.items()}
    if isinstance(value, list):
        return [_with_text(inner, change) for inner in value]
    return value


def database_lines(rows: Rows, names: _Names) -> list[str]:
    """What is stored: every row of the tables that belong to the week, ids and instants named or left out."""
    lines: list[str] = []
    for table, found in sorted(rows.items()):
        if table in PRIVATE or table.startswith(DERIVED):
            continue
        kept = [row for row in found if not (table == "outbox" and _by_chance(row))]
        loose = LOOSE.get(table, frozenset())
        lines += sorted(f"{table}: {_row_text(row, loose, names)}" for row in kept)
    return lines


def _by_chance(errand: Row) -> bool:
    """Whether an errand is no part of the week: a redraw may stand for several, and nobody saw what was skipped."""
    warning = errand["kind"] == "host_note" and errand["payload"].get("words") == "stuck"
    return errand["kind"] in COALESCED or (warning and errand["state"] == "skipped")


def _row_text(row: Row, loose: frozenset[str], names: _Names) -> str:
    return ", ".join(
        f"{column}={names.of(value)}"
        for column, value in row.items()
        if column not in loose and not isinstance(value, datetime) and value is not None
    )
