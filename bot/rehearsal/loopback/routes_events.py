"""REST: scheduled events of a guild."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.rehearsal.loopback import access, limits, payloads
from bot.rehearsal.loopback import permissions as bits
from bot.rehearsal.loopback.errors import error, found, judged
from bot.rehearsal.loopback.routes_guilds import guild_of
from bot.rehearsal.loopback.routing import Ask, Reply, route
from bot.rehearsal.loopback.state import Entity, Guild, Json

if TYPE_CHECKING:
    from bot.rehearsal.loopback.server import LoopbackDiscord

_EVENTS = "/guilds/{guild_id}/scheduled-events"
_EVENT = _EVENTS + "/{guild_scheduled_event_id}"

SCHEDULED, ACTIVE, COMPLETED, CANCELED = 1, 2, 3, 4
_EXTERNAL = 3
_OPEN_MAX = 100
_NEXT = {SCHEDULED: {ACTIVE, CANCELED}, ACTIVE: {COMPLETED}}


@route("GET", _EVENTS)
def list_events(double: LoopbackDiscord, ask: Ask) -> Reply:
    """List the events that are not over."""
    double.tick()
    return 200, list(guild_of(double, ask).events.values())


@route("POST", _EVENTS)
def create_event(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Create an event; nothing here makes a repeated request harmless."""
    guild = guild_of(double, ask)
    access.demand_in_guild(double.state, guild, double.bot_id, bits.CREATE_EVENTS)
    judged(limits.check_event(ask.body, double.state.now()))
    if len(guild.events) >= _OPEN_MAX:
        raise error(30038)
    creator = dict(double.state.users[double.bot_id])
    event = payloads.scheduled_event(double.state.snowflake(), guild.id, creator, ask.body)
    guild.events[event.id] = event
    _tell(double, guild, event, "CREATE")
    return 200, event


def _event(double: LoopbackDiscord, ask: Ask) -> tuple[Guild, Entity]:
    double.tick()
    guild = guild_of(double, ask)
    key = ask["guild_scheduled_event_id"]
    if key in guild.past_events:
        return guild, guild.past_events[key]
    return guild, found(guild.events.get(key), 10070)


@route("GET", _EVENT)
def get_event(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Give one event."""
    guild, event = _event(double, ask)
    if event.id in guild.past_events:
        raise error(10070)
    return 200, event


@route("PATCH", _EVENT)
def edit_event(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Change an event, or start, end or cancel it; one that is over answers 180000."""
    guild, event = _event(double, ask)
    if event.id in guild.past_events:
        raise error(180000)
    needed = bits.CREATE_EVENTS if event["creator_id"] == double.bot_id else bits.MANAGE_EVENTS
    access.demand_in_guild(double.state, guild, double.bot_id, needed)
    judged(limits.check_event(ask.body, double.state.now(), edit=True))
    status = ask.body.get("status")
    if status is not None and status != event["status"] and status not in _NEXT.get(event["status"], ()):
        raise error(180000)
    for key in ("name", "description", "scheduled_start_time", "scheduled_end_time", "entity_metadata"):
        if key in ask.body:
            event[key] = ask.body[key]
    if status is not None:
        set_status(double, guild, event, status)
    else:
        _tell(double, guild, event, "UPDATE")
    return 200, event


@route("DELETE", _EVENT)
def delete_event(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Delete an event."""
    guild, event = _event(double, ask)
    needed = bits.CREATE_EVENTS if event["creator_id"] == double.bot_id else bits.MANAGE_EVENTS
    access.demand_in_guild(double.state, guild, double.bot_id, needed)
    guild.events.pop(event.id, None)
    guild.past_events.pop(event.id, None)
    _tell(double, guild, event, "DELETE")
    return 204, None


@route("GET", _EVENT + "/users")
def list_event_users(double: LoopbackDiscord, ask: Ask) -> Reply:
    """List who is interested in an event."""
    guild, event = _event(double, ask)
    users = guild.event_users.get(event.id, [])
    return 200, [
        {
            "guild_scheduled_event_id": event.id, "guild_scheduled_event_exception_id": None, "response": 1,
            "user_id": each, "user": double.state.users[each],
        }
        for each in users
    ]  # fmt: skip


def set_status(double: LoopbackDiscord, guild: Guild, event: Entity, status: int) -> None:
    """Move an event on; a completed or cancelled one leaves the list."""
    event["status"] = status
    if status in (COMPLETED, CANCELED):
        guild.events.pop(event.id, None)
        guild.past_events[event.id] = event
    _tell(double, guild, event, "UPDATE")


def follow_clock(double: LoopbackDiscord, guild: Guild) -> None:
    """Start and end external events when their time has come, as Discord does by itself."""
    now = double.state.now()
    for event in [each for each in guild.events.values() if each["entity_type"] == _EXTERNAL]:
        if event["status"] == SCHEDULED and datetime.fromisoformat(event["scheduled_start_time"]) <= now:
            set_status(double, guild, event, ACTIVE)
        if event["status"] == ACTIVE and datetime.fromisoformat(event["scheduled_end_time"]) <= now:
            set_status(double, guild, event, COMPLETED)


def _tell(double: LoopbackDiscord, guild: Guild, event: Entity, what: str) -> None:
    data: Json = payloads.event_for_gateway(event)
    double.publish(f"GUILD_SCHEDULED_EVENT_{what}", data, guild=guild)
