"""REST: threads from messages, threads without, forum posts, their members and lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.rehearsal.loopback import access, limits, payloads, posting
from bot.rehearsal.loopback import permissions as bits
from bot.rehearsal.loopback.errors import ApiError, error, found, judged
from bot.rehearsal.loopback.routes_messages import channel_of, demand_sending, message_of
from bot.rehearsal.loopback.routing import Ask, Reply, route
from bot.rehearsal.loopback.state import (
    FORUM,
    HAS_THREAD,
    PRIVATE_THREAD,
    PUBLIC_THREAD,
    THREADS,
    Entity,
    Guild,
    Json,
    iso,
)

if TYPE_CHECKING:
    from bot.rehearsal.loopback.server import LoopbackDiscord

_THREADS = "/channels/{channel_id}/threads"
_MEMBERS = "/channels/{channel_id}/thread-members"

THREAD_CREATED = 18
_APPLIED_TAGS = 5


@route("POST", "/channels/{channel_id}/messages/{message_id}/threads")
def thread_from_message(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Open a thread from a message: its id is the message's id, so a second try answers 160004."""
    state = double.state
    channel = channel_of(double, ask, bits.CREATE_PUBLIC_THREADS)
    message = message_of(double, ask, channel)
    if channel["type"] in THREADS:
        raise error(50024)
    if message["flags"] & HAS_THREAD:
        raise error(160004)
    judged(limits.check_thread(ask.body))
    thread = _open(double, channel, ask.body, PUBLIC_THREAD, thread_id=message.id)
    message["flags"] |= HAS_THREAD
    starter: Json = {"message_reference": {"channel_id": channel.id, "message_id": message.id}}
    posting.post(
        double, thread, message["author"], starter, kind=posting.THREAD_STARTER,
        extra={"referenced_message": payloads.message_for(message, double.bot_id)},
    )  # fmt: skip
    message["thread"] = thread
    posting.announce(double, "MESSAGE_UPDATE", channel, message)
    return 201, payloads.thread_for(state, thread, double.bot_id)


@route("POST", _THREADS)
def thread_without_message(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Open a thread that stands alone, or a post in a forum."""
    channel = channel_of(double, ask)
    if channel["type"] == FORUM:
        return _forum_post(double, channel, ask)
    kind = int(ask.body.get("type", PRIVATE_THREAD))
    needed = bits.CREATE_PRIVATE_THREADS if kind == PRIVATE_THREAD else bits.CREATE_PUBLIC_THREADS
    access.demand(double.state, channel, double.bot_id, needed)
    judged(limits.check_thread(ask.body))
    thread = _open(double, channel, ask.body, kind)
    if kind == PUBLIC_THREAD:
        note: Json = {"content": thread["name"]}
        reference = {"message_reference": {"type": 0, "channel_id": thread.id, "guild_id": thread["guild_id"]}}
        posting.post(
            double, channel, dict(double.state.users[double.bot_id]), note, kind=THREAD_CREATED, extra=reference
        )
    return 201, payloads.thread_for(double.state, thread, double.bot_id)


def _forum_post(double: LoopbackDiscord, forum: Entity, ask: Ask) -> Reply:
    state = double.state
    access.demand(state, forum, double.bot_id, bits.SEND_MESSAGES)
    judged(limits.check_thread(ask.body))
    message_body: Json = ask.body["message"]
    posting.judge(message_body, ask.files)
    tags = [str(each) for each in ask.body.get("applied_tags") or []]
    known = {each["id"] for each in forum["available_tags"]}
    if len(tags) > _APPLIED_TAGS or not known.issuperset(tags):
        raise ApiError(400, 50035, "Invalid Form Body")
    # Bit 4 of a forum's flags: every post needs a tag.
    if not tags and forum["flags"] & 1 << 4:
        raise error(40067)
    thread = _open(double, forum, ask.body, PUBLIC_THREAD, tags=tags)
    demand_sending(double, thread, ask)
    message = posting.post(
        double, thread, dict(state.users[double.bot_id]), message_body, ask.files, message_id=thread.id
    )
    return 201, {**payloads.thread_for(state, thread, double.bot_id), "message": posting.bot_view(double, message)}


def _open(
    double: LoopbackDiscord,
    parent: Entity,
    body: Json,
    kind: int,
    *,
    thread_id: str | None = None,
    tags: list[str] | None = None,
) -> Entity:
    state = double.state
    thread = payloads.thread(
        thread_id or state.snowflake(), parent, body["name"], double.bot_id, kind, state.stamp(),
        archive_after=body.get("auto_archive_duration") or parent.get("default_auto_archive_duration") or 4320,
    )  # fmt: skip
    thread["applied_tags"] = tags or []
    thread["rate_limit_per_user"] = body.get("rate_limit_per_user") or 0
    state.channels[thread.id] = thread
    state.thread_members[thread.id] = {double.bot_id: payloads.thread_member(thread.id, double.bot_id, state.stamp())}
    thread["member_count"] = 1
    created = {**payloads.thread_for(state, thread, double.bot_id), "newly_created": True}
    double.publish("THREAD_CREATE", created, channel=thread)
    return thread


def edit_thread(double: LoopbackDiscord, thread: Entity, body: Json) -> None:
    """Rename, archive, re-open, lock or retag a thread by the rules of archived and locked threads."""
    state, bot_id = double.state, double.bot_id
    meta = thread["thread_metadata"]
    manages = access.may(state, thread, bot_id, bits.MANAGE_THREADS)
    # Whoever may write in an archived thread may also open it again.
    reopens = (
        set(body) == {"archived"}
        and not body["archived"]
        and access.may(state, thread, bot_id, access.sending_bit(thread))
    )
    if not manages and not reopens and (thread["owner_id"] != bot_id or "locked" in body):
        raise error(50013)
    if meta["locked"] and not manages:
        raise error(160005)
    if meta["archived"] and body.get("archived") is not False:
        raise error(50083)
    for key in ("name", "rate_limit_per_user", "flags"):
        if body.get(key) is not None:
            thread[key] = body[key]
    if "applied_tags" in body:
        thread["applied_tags"] = [str(each) for each in body["applied_tags"]]
    changed = {key: body[key] for key in ("archived", "locked", "auto_archive_duration", "invitable") if key in body}
    if changed.get("archived", meta["archived"]) != meta["archived"]:
        changed["archive_timestamp"] = state.stamp()
    thread["thread_metadata"] = {**meta, **changed}
    double.publish("THREAD_UPDATE", payloads.thread_for(state, thread, bot_id), channel=thread)


@route("GET", "/guilds/{guild_id}/threads/active")
def list_active(double: LoopbackDiscord, ask: Ask) -> Reply:
    """List the open threads of a guild, newest first."""
    guild = found(double.state.guilds.get(ask["guild_id"]), 10004)
    double.tick()
    return 200, _listing(double, _visible(double, guild, archived=False))


@route("GET", _THREADS + "/archived/public")
def list_archived(double: LoopbackDiscord, ask: Ask) -> Reply:
    """List the archived public threads of a channel, the last archived first."""
    return _archived(double, ask, PUBLIC_THREAD)


@route("GET", _THREADS + "/archived/private")
def list_archived_private(double: LoopbackDiscord, ask: Ask) -> Reply:
    """List the archived private threads of a channel, the last archived first."""
    return _archived(double, ask, PRIVATE_THREAD)


@route("GET", "/channels/{channel_id}/users/@me/threads/archived/private")
def list_archived_joined(double: LoopbackDiscord, ask: Ask) -> Reply:
    """List the archived private threads of a channel that the bot is in."""
    return _archived(double, ask, PRIVATE_THREAD)


def _archived(double: LoopbackDiscord, ask: Ask, kind: int) -> Reply:
    channel = channel_of(double, ask, bits.READ_MESSAGE_HISTORY)
    double.tick()
    held = [each for each in double.state.threads(parent_id=channel.id) if each["thread_metadata"]["archived"]]
    held = [each for each in held if each["type"] == kind and _sees(double, each)]
    held.sort(key=lambda each: each["thread_metadata"]["archive_timestamp"], reverse=True)
    if "before" in ask.query:
        held = [each for each in held if each["thread_metadata"]["archive_timestamp"] < ask.query["before"]]
    limit = int(ask.query.get("limit", 50))
    return 200, {**_listing(double, held[:limit]), "has_more": len(held) > limit}


def _visible(double: LoopbackDiscord, guild: Guild, *, archived: bool) -> list[Entity]:
    threads = (each for each in double.state.threads(guild.id) if each["thread_metadata"]["archived"] is archived)
    return sorted((each for each in threads if _sees(double, each)), key=lambda each: int(each.id), reverse=True)


def _sees(double: LoopbackDiscord, thread: Entity) -> bool:
    return access.visible_to(double.state, thread, double.bot_id)


def _listing(double: LoopbackDiscord, threads: list[Entity]) -> Json:
    state = double.state
    mine = (state.thread_members.get(each.id, {}).get(double.bot_id) for each in threads)
    return {
        "threads": [payloads.thread_for(state, each, double.bot_id) for each in threads],
        "members": [each for each in mine if each is not None],
        "has_more": False,
    }


# Members of a thread


@route("GET", _MEMBERS)
def list_members(double: LoopbackDiscord, ask: Ask) -> Reply:
    """List who is in a thread."""
    thread = channel_of(double, ask)
    return 200, list(double.state.thread_members.get(thread.id, {}).values())


@route("GET", _MEMBERS + "/{user_id}")
def get_member(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Give one membership of a thread."""
    thread = channel_of(double, ask)
    return 200, found(double.state.thread_members.get(thread.id, {}).get(ask["user_id"]), 10007)


@route("PUT", _MEMBERS + "/@me")
def join_thread(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Join a thread as the bot."""
    return _move(double, ask, double.bot_id, inside=True)


@route("PUT", _MEMBERS + "/{user_id}")
def add_member(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Add a member to a thread."""
    return _move(double, ask, ask["user_id"], inside=True)


@route("DELETE", _MEMBERS + "/@me")
def leave_thread(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Leave a thread as the bot."""
    return _move(double, ask, double.bot_id, inside=False)


@route("DELETE", _MEMBERS + "/{user_id}")
def remove_member(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Remove a member from a thread."""
    channel_of(double, ask, bits.MANAGE_THREADS)
    return _move(double, ask, ask["user_id"], inside=False)


def _move(double: LoopbackDiscord, ask: Ask, user_id: str, *, inside: bool) -> Reply:
    state = double.state
    thread = channel_of(double, ask)
    access.demand_open(state, thread, double.bot_id)
    guild = state.guilds[thread["guild_id"]]
    found(guild.members.get(user_id), 10007)
    held = state.thread_members.setdefault(thread.id, {})
    if inside == (user_id in held):
        return 204, None
    if inside:
        held[user_id] = payloads.thread_member(thread.id, user_id, iso(state.now()))
    else:
        del held[user_id]
    thread["member_count"] = len(held)
    event: Json = {"id": thread.id, "guild_id": guild.id, "member_count": len(held)}
    if inside:
        added = {**held[user_id], "member": guild.members[user_id]}
        event["added_members"] = [added]
    else:
        event["removed_member_ids"] = [user_id]
    double.publish("THREAD_MEMBERS_UPDATE", event, channel=thread, about=user_id)
    return 204, None
