"""REST: first answers to interactions, and the webhook routes for the messages that follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.rehearsal.loopback import limits, payloads, posting
from bot.rehearsal.loopback.errors import bad_form, error, judged
from bot.rehearsal.loopback.interactions import (
    AUTOCOMPLETE,
    CHOICES,
    COMMAND,
    COMPONENT,
    DEFER_MESSAGE,
    DEFER_UPDATE,
    MESSAGE,
    MODAL,
    MODAL_SUBMIT,
    UPDATE,
    Interaction,
    is_ephemeral,
)
from bot.rehearsal.loopback.routing import Ask, Reply, route
from bot.rehearsal.loopback.state import COMPONENTS_V2, EPHEMERAL, LOADING, Json, Message

if TYPE_CHECKING:
    from bot.rehearsal.loopback.server import LoopbackDiscord

_CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"
_FOLLOW = "/webhooks/{webhook_id}/{webhook_token}"


@route("POST", _CALLBACK, open=True)
def answer(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Take the first answer to an interaction."""
    one = double.interactions.for_callback(ask["interaction_id"], ask["interaction_token"])
    kind: int = ask.body["type"]
    data: Json = ask.body.get("data") or {}
    _demand_fitting(one, kind)
    was_v2 = bool(kind == UPDATE and one.source and one.source["flags"] & COMPONENTS_V2)
    judged(limits.check_callback(ask.body, v2_already=was_v2, has_files=len(ask.files)))
    judged(limits.check_files([len(each.content) for each in ask.files]))
    if kind == MESSAGE:
        one.ephemeral = is_ephemeral(data.get("flags"))
        one.original = _say(double, one, data, ask, ephemeral=one.ephemeral)
        one.settled = True
    elif kind == DEFER_MESSAGE:
        one.ephemeral = is_ephemeral(data.get("flags"))
        one.original = _say(double, one, {}, ask, ephemeral=one.ephemeral, flags=LOADING)
    elif kind in (DEFER_UPDATE, UPDATE):
        one.original = one.source
        if kind == UPDATE and one.source is not None:
            posting.edit(double, one.source, data, ask.files)
            one.settled = True
    elif kind == CHOICES:
        one.choices = data["choices"]
    elif kind == MODAL:
        one.modal = double.form(data)
    double.interactions.mark(one, kind)
    return 200, _callback_reply(double, one, kind)


def _demand_fitting(one: Interaction, kind: int) -> None:
    fits = {
        COMMAND: (MESSAGE, DEFER_MESSAGE, MODAL),
        COMPONENT: (MESSAGE, DEFER_MESSAGE, DEFER_UPDATE, UPDATE, MODAL),
        AUTOCOMPLETE: (CHOICES,),
        # A form may change the message it was opened from, and cannot open another form.
        MODAL_SUBMIT: (MESSAGE, DEFER_MESSAGE, *((DEFER_UPDATE, UPDATE) if one.source else ())),
    }[one.kind]
    if kind not in fits:
        raise bad_form("type", f"Value must be one of {fits}.", code="BASE_TYPE_CHOICES")


def _say(
    double: LoopbackDiscord, one: Interaction, body: Json, ask: Ask, *, ephemeral: bool, flags: int = 0
) -> Message:
    state = double.state
    extra: Json = {
        "application_id": double.application_id, "webhook_id": double.application_id,
        "interaction_metadata": double.interactions.metadata(one),
    }  # fmt: skip
    return posting.post(
        double,
        state.channels[one.channel_id],
        dict(state.users[double.bot_id]),
        body,
        ask.files,
        kind=20 if one.kind == COMMAND else 0,
        only_for=one.user_id if ephemeral else None,
        flags=flags | (EPHEMERAL if ephemeral else 0),
        extra=extra,
    )


def _callback_reply(double: LoopbackDiscord, one: Interaction, kind: int) -> Json:
    inner: Json = {"id": one.id, "type": one.kind, "channel_id": one.channel_id}
    if one.guild_id:
        inner["guild_id"] = one.guild_id
    reply: Json = {"interaction": inner}
    if one.original is not None:
        inner["response_message_id"] = one.original.id
        inner["response_message_loading"] = bool(one.original["flags"] & LOADING)
        inner["response_message_ephemeral"] = one.original.only_for is not None
    if kind in (MESSAGE, UPDATE) and one.original is not None:
        reply["resource"] = {"type": kind, "message": payloads.message_for(one.original, double.bot_id)}
    return reply


@route("POST", _FOLLOW, open=True)
def follow_up(double: LoopbackDiscord, ask: Ask) -> Reply:
    """Post a follow-up; the first one after a deferred answer becomes that answer."""
    one = double.interactions.for_webhook(ask["webhook_id"], ask["webhook_token"])
    original = one.original
    posting.judge(ask.body, ask.files)
    if original is not None and original["flags"] & LOADING and not original.deleted:
        # Its visibility is that of the defer, whatever the follow-up says.
        message = posting.edit(double, original, ask.body, ask.files)
    else:
        message = _say(double, one, ask.body, ask, ephemeral=is_ephemeral(ask.body.get("flags")))
        one.followups.append(message)
    one.settled = True
    one.tell()
    if ask.query.get("wait") in ("1", "true"):
        return 200, payloads.message_for(message, double.bot_id)
    return 204, None


def _message_of(double: LoopbackDiscord, ask: Ask) -> tuple[Interaction, Message]:
    one = double.interactions.for_webhook(ask["webhook_id"], ask["webhook_token"])
    wanted = ask.args.get("message_id")
    candidates = [one.original] if wanted is None else [one.original, *one.followups]
    for message in candidates:
        if message is not None and not message.deleted and wanted in (None, message.id):
            return one, message
    raise error(10008)


def _show(double: LoopbackDiscord, ask: Ask) -> Reply:
    return 200, payloads.message_for(_message_of(double, ask)[1], double.bot_id)


def _edit(double: LoopbackDiscord, ask: Ask) -> Reply:
    one, message = _message_of(double, ask)
    posting.judge(ask.body, ask.files, message=message)
    posting.edit(double, message, ask.body, ask.files)
    one.settled = True
    one.tell()
    return 200, payloads.message_for(message, double.bot_id)


def _delete(double: LoopbackDiscord, ask: Ask) -> Reply:
    one, message = _message_of(double, ask)
    posting.delete(double, message)
    one.settled = True
    one.tell()
    return 204, None


for _template in (f"{_FOLLOW}/messages/@original", f"{_FOLLOW}/messages/{{message_id}}"):
    route("GET", _template, open=True)(_show)
    route("PATCH", _template, open=True)(_edit)
    route("DELETE", _template, open=True)(_delete)
