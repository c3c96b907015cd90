"""The shapes of Discord's objects: every key the documentation lists, so that no parser ever misses one."""

from __future__ import annotations

from typing import Any

from bot.rehearsal.loopback.state import (
    FORUM,
    PRIVATE_THREAD,
    VOICE,
    Entity,
    Guild,
    Json,
    Message,
    State,
)


def user(user_id: str, name: str, *, display: str | None = None, bot: bool = False) -> Entity:
    """Shape a user."""
    return Entity(
        id=user_id, username=name, discriminator="1234" if bot else "0", global_name=display, avatar=None,
        avatar_decoration_data=None, collectibles=None, display_name_styles=None, primary_guild=None, clan=None,
        public_flags=0, flags=0, banner=None, banner_color=None, accent_color=None, bot=bot, system=False,
    )  # fmt: skip


def own_user(fields: Json) -> Json:
    """Shape the user as it sees itself at `/users/@me` and in READY."""
    return {**fields, "mfa_enabled": False, "locale": "en-US", "verified": True, "email": None}


def role(role_id: str, name: str, *, permissions: int = 0, position: int = 1, mentionable: bool = False) -> Entity:
    """Shape a role; the role of everyone has the id of its guild and position 0."""
    return Entity(
        id=role_id, name=name, description=None, permissions=str(permissions), position=position, color=0,
        colors={"primary_color": 0, "secondary_color": None, "tertiary_color": None}, hoist=False, managed=False,
        mentionable=mentionable, icon=None, unicode_emoji=None, flags=0,
    )  # fmt: skip


def member(of: Json, joined_at: str, roles: list[str]) -> Json:
    """Shape a guild member."""
    return {
        "user": of, "nick": None, "avatar": None, "banner": None, "avatar_decoration_data": None,
        "collectibles": None, "display_name_styles": None, "roles": roles, "joined_at": joined_at,
        "premium_since": None, "pending": False, "mute": False, "deaf": False,
        "communication_disabled_until": None, "flags": 0,
    }  # fmt: skip


def channel(channel_id: str, guild_id: str, name: str, kind: int, position: int, overwrites: list[Json]) -> Entity:
    """Shape a guild channel that is not a thread."""
    shaped = Entity(
        id=channel_id, type=kind, guild_id=guild_id, name=name, position=position, permission_overwrites=overwrites,
        nsfw=False, parent_id=None, flags=0, topic=None, rate_limit_per_user=0, last_message_id=None,
    )  # fmt: skip
    if kind == FORUM:
        shaped.update(
            available_tags=[], default_reaction_emoji=None, default_sort_order=None, default_forum_layout=0,
            default_thread_rate_limit_per_user=0,
        )  # fmt: skip
    if kind == VOICE:
        shaped.update(bitrate=64_000, user_limit=0, rtc_region=None, video_quality_mode=1)
    return shaped


def thread(thread_id: str, parent: Json, name: str, owner_id: str, kind: int, at: str, *, archive_after: int) -> Entity:
    """Shape a thread; `archive_after` in minutes."""
    meta: Json = {
        "archived": False, "archive_timestamp": at, "auto_archive_duration": archive_after, "locked": False,
        "create_timestamp": at,
    }  # fmt: skip
    if kind == PRIVATE_THREAD:
        meta["invitable"] = True
    return Entity(
        id=thread_id, type=kind, guild_id=parent["guild_id"], parent_id=parent["id"], owner_id=owner_id, name=name,
        last_message_id=None, flags=0, rate_limit_per_user=0, message_count=0, member_count=0, total_message_sent=0,
        applied_tags=[], thread_metadata=meta,
    )  # fmt: skip


def dm_channel(channel_id: str, recipient: Json) -> Entity:
    """Shape a direct message channel as the bot sees it."""
    return Entity(id=channel_id, type=1, flags=0, last_message_id=None, recipients=[recipient])


def guild(guild_id: str, name: str, owner_id: str) -> Guild:
    """Shape a guild."""
    return Guild(
        {
            "id": guild_id, "name": name, "icon": None, "description": None, "home_header": None, "splash": None,
            "discovery_splash": None, "features": [], "banner": None, "owner_id": owner_id, "application_id": None,
            "region": "us-west", "afk_channel_id": None, "afk_timeout": 300, "system_channel_id": None,
            "system_channel_flags": 0, "widget_enabled": False, "widget_channel_id": None, "verification_level": 0,
            "default_message_notifications": 1, "mfa_level": 0, "explicit_content_filter": 0, "max_presences": None,
            "max_members": 500000, "max_stage_video_channel_users": 50, "max_video_channel_users": 25,
            "vanity_url_code": None, "premium_tier": 0, "premium_subscription_count": 0, "preferred_locale": "en-US",
            "rules_channel_id": None, "safety_alerts_channel_id": None, "public_updates_channel_id": None,
            "premium_progress_bar_enabled": False, "nsfw": False, "nsfw_level": 0, "emojis": [], "stickers": [],
            "incidents_data": None, "latest_onboarding_question_id": None, "hub_type": None,
        }
    )  # fmt: skip


def guild_reply(of: Guild) -> Json:
    """Shape a guild as REST answers it."""
    count = len(of.members)
    return {
        **of,
        "roles": list(of.roles.values()),
        "approximate_member_count": count,
        "approximate_presence_count": count,
    }


def guild_create(state: State, of: Guild, *, everybody: bool) -> Json:
    """Shape GUILD_CREATE; without the members intent (`everybody` false) only the bot's own member is in it."""
    members = [each for key, each in of.members.items() if everybody or key == state.bot_id]
    return {
        **of, "roles": list(of.roles.values()), "joined_at": of.bot_joined, "large": len(of.members) > 250,
        "unavailable": False, "member_count": len(of.members), "voice_states": [], "members": members,
        "channels": state.guild_channels(of.id), "threads": active_threads(state, of), "presences": [],
        "stage_instances": [], "guild_scheduled_events": [event_for_gateway(each) for each in of.events.values()],
        "soundboard_sounds": [],
    }  # fmt: skip


def active_threads(state: State, of: Guild) -> list[Json]:
    """List the open threads of a guild as the bot sees them."""
    open_ones = (each for each in state.threads(of.id) if not each["thread_metadata"]["archived"])
    return [thread_for(state, each, state.bot_id) for each in open_ones]


def thread_for(state: State, of: Entity, user_id: str) -> Json:
    """Shape a thread as one user sees it: with that user's own membership, when there is one."""
    mine = state.thread_members.get(of.id, {}).get(user_id)
    return {**of, "member": mine} if mine else dict(of)


def thread_member(thread_id: str, user_id: str, at: str) -> Json:
    """Shape a membership in a thread."""
    return {"id": thread_id, "user_id": user_id, "join_timestamp": at, "flags": 0}


def event_for_gateway(of: Json) -> Json:
    """Shape a scheduled event for the gateway, which leaves two keys of the REST form out."""
    return {key: value for key, value in of.items() if key not in ("sku_ids", "guild_scheduled_event_exceptions")}


def reaction_emoji(emoji: str) -> Json:
    """Shape an emoji: a plain one by its character, an uploaded one given as `name:id`."""
    name, _, emoji_id = emoji.rpartition(":")
    return {"id": emoji_id, "name": name} if name and emoji_id.isdigit() else {"id": None, "name": emoji}


def message_for(of: Message, user_id: str, *, blank: bool = False) -> Json:
    """Shape a message as one user sees it; a `blank` one hides what an app without Message Content may not read."""
    shaped = dict(of)
    if of.reactions:
        shaped["reactions"] = [
            {
                "emoji": reaction_emoji(emoji), "count": len(users),
                "count_details": {"burst": 0, "normal": len(users)},
                "burst_colors": [], "me_burst": False, "burst_me": False, "burst_count": 0, "me": user_id in users,
            }
            for emoji, users in of.reactions.items()
        ]  # fmt: skip
    if blank:
        shaped.update(content="", embeds=[], attachments=[], components=[])
        shaped.pop("poll", None)
        shaped.pop("referenced_message", None)
    return shaped


def attachment(file_id: str, filename: str, size: int, url: str, content_type: str, description: str | None) -> Json:
    """Shape an attachment of a message."""
    shaped: Json = {
        "id": file_id, "filename": filename, "size": size, "url": url, "proxy_url": url, "content_type": content_type,
    }  # fmt: skip
    if description is not None:
        shaped["description"] = description
    return shaped


def scheduled_event(event_id: str, guild_id: str, creator: Json, body: Json) -> Entity:
    """Shape a scheduled event from the request that creates it."""
    return Entity(
        id=event_id, guild_id=guild_id, name=body["name"], description=body.get("description"),
        channel_id=_text(body.get("channel_id")), creator_id=creator["id"], creator=creator, image=None,
        scheduled_start_time=body["scheduled_start_time"], scheduled_end_time=body.get("scheduled_end_time"),
        status=1, entity_type=body["entity_type"], entity_id=None, recurrence_rule=None, user_count=0,
        privacy_level=2, sku_ids=[], guild_scheduled_event_exceptions=[],
        entity_metadata=body.get("entity_metadata"),
    )  # fmt: skip


def application(application_id: str, name: str, owner: Json, guilds: int) -> Json:
    """Shape the bot's own application."""
    return {
        "id": application_id, "name": name, "icon": None, "description": "", "type": None, "summary": "",
        "bot_public": False, "bot_require_code_grant": False, "verify_key": "0" * 64, "flags": 0, "flags_new": "0",
        "max_participants": None, "owner": owner, "team": None, "redirect_uris": [],
        "interactions_endpoint_url": None, "role_connections_verification_url": None,
        "approximate_guild_count": guilds, "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0, "explicit_content_filter": 0, "is_monetized": False,
        "is_discoverable": False, "storefront_available": False, "event_webhooks_status": 1,
        "eligible_oauth2_scopes": [], "tags": [], "integration_types_config": {"0": {}},
    }  # fmt: skip


def command(command_id: str, application_id: str, body: Json, guild_id: str | None) -> Entity:
    """Shape an application command from the request that registers it."""
    shaped = Entity(
        id=command_id, application_id=application_id, version=command_id, type=body.get("type", 1), name=body["name"],
        name_localizations=body.get("name_localizations"), description=body.get("description", ""),
        description_localizations=body.get("description_localizations"), options=body.get("options", []),
        default_member_permissions=_text(body.get("default_member_permissions")),
        dm_permission=body.get("dm_permission", True), nsfw=body.get("nsfw", False), contexts=body.get("contexts"),
        integration_types=body.get("integration_types") or [0],
    )  # fmt: skip
    if guild_id is not None:
        shaped["guild_id"] = guild_id
    return shaped


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
