"""Discord's published description, held against sound payloads and against payloads broken on purpose."""

from __future__ import annotations

import copy
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.rehearsal.loopback.schemas import UNDESCRIBED, Schemas
from bot.rehearsal.loopback.schemas.documents import Document, events, requests, responses

DATA = Path(__file__).parents[2] / ".." / "shared" / "data" / "discord"
MESSAGES = "/channels/{channel_id}/messages"
CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"
STAMP = "2026-11-23T19:00:00+00:00"
Json = dict[str, Any]

USER: Json = {
    "id": "1", "username": "ada", "discriminator": "0", "global_name": "Ada", "avatar": None, "public_flags": 0,
    "avatar_decoration_data": None, "collectibles": None, "primary_guild": None, "flags": 0, "banner": None,
    "accent_color": None, "bot": False, "system": False,
}  # fmt: skip
BUTTON: Json = {"type": 2, "id": 4, "style": 1, "label": "Vote", "custom_id": "1:vote", "disabled": False}
MESSAGE: Json = {
    "id": "30", "channel_id": "20", "type": 0, "content": "", "author": USER, "mentions": [], "mention_roles": [],
    "attachments": [], "embeds": [], "timestamp": STAMP, "edited_timestamp": None, "flags": 1 << 15 | 4,
    "pinned": False, "mention_everyone": False, "tts": False,
    "components": [
        {"type": 17, "id": 1, "accent_color": 0xFF8800, "spoiler": False, "components": [
            {"type": 10, "id": 2, "content": "# Week 3"},
            {"type": 1, "id": 3, "components": [BUTTON]},
            {"type": 12, "id": 5, "items": [{"media": {
                "id": "9", "url": "https://cdn.example/a.png", "proxy_url": "https://cdn.example/a.png", "width": 1,
                "height": 1, "content_type": "image/png"}, "spoiler": False}]},
        ]},
    ],
}  # fmt: skip
REQUIRED_OF_A_MESSAGE = {
    "id", "channel_id", "type", "content", "author", "mentions", "mention_roles", "attachments", "embeds", "timestamp",
    "edited_timestamp", "flags", "components", "pinned", "mention_everyone", "tts",
}  # fmt: skip
# The types of the gateway leave open whether a message has flags and components.
REQUIRED_OF_AN_EVENT = REQUIRED_OF_A_MESSAGE - {"flags", "components"}
REQUEST: Json = {
    "content": None, "flags": 1 << 15, "nonce": "n", "enforce_nonce": True, "tts": False,
    "allowed_mentions": {"parse": [], "roles": ["5"]},
    "components": [
        {"type": 17, "components": [
            {"type": 9, "components": [{"type": 10, "content": "Blue"}], "accessory": BUTTON},
            {"type": 1, "components": [
                {"type": 3, "custom_id": "1:rank", "options": [{"label": str(n), "value": str(n)} for n in range(10)]},
            ]},
            {"type": 1, "components": [dict(BUTTON, id=10 + n, custom_id=f"1:{n}") for n in range(5)]},
        ]},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def schemas() -> Schemas:
    loaded = Schemas.load(DATA)
    if loaded is None:
        pytest.skip("Discord's published description is not at hand")
    return loaded


@pytest.fixture(scope="module")
def documents(schemas: Schemas) -> dict[str, Document]:
    openapi, gateway = (DATA / "openapi.json").read_bytes(), (DATA / "gateway-dispatch.schema.json").read_bytes()
    return {"requests": requests(openapi), "responses": responses(openapi), "events": events(gateway)}


def places(payload: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Walk the paths of every value inside a payload."""
    pairs: list[tuple[Any, Any]] = []
    if isinstance(payload, dict):
        pairs = list(payload.items())
    elif isinstance(payload, list):
        pairs = list(enumerate(payload))
    for key, value in pairs:
        yield (*path, key)
        yield from places(value, (*path, key))


def changed(payload: Any, path: tuple[Any, ...], value: Any = ..., *, rename: str | None = None) -> Any:
    """Copy a payload with the value at a path replaced, renamed, or taken away."""
    payload = copy.deepcopy(payload)
    holder = payload
    for step in path[:-1]:
        holder = holder[step]
    old = holder.pop(path[-1]) if value is ... else None
    if rename is not None:
        holder[rename] = old
    elif value is not ...:
        holder[path[-1]] = value
    return payload


def test_without_the_files_there_is_nothing_to_check_with(tmp_path: Path):
    assert Schemas.load(tmp_path) is None


# Sound payloads.


def test_a_sound_request_answer_and_event_pass(schemas: Schemas):
    assert schemas.request("POST", MESSAGES, REQUEST) == []
    assert schemas.response("POST", MESSAGES, 200, MESSAGE) == []
    assert schemas.dispatch("MESSAGE_CREATE", {**MESSAGE, "guild_id": "2"}) == []


def test_a_route_may_name_its_parameters_as_it_likes(schemas: Schemas):
    assert schemas.template_for("/channels/{}/messages") == MESSAGES
    assert schemas.template_for("/webhooks/{app}/{token}/messages/@original") == (
        "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
    )
    assert schemas.template_for("/clubs/{}") is None
    assert schemas.request("POST", "/channels/{c}/messages", REQUEST) == []


def test_what_the_service_takes_beyond_its_description_is_let_through(schemas: Schemas):
    edit = "/channels/{}/messages/{}"
    assert schemas.request("PATCH", edit, {"tts": False, "attachments": [{"id": 0, "filename": "a.png"}]}) == []
    assert schemas.request("POST", "/users/@me/channels", {"recipient_id": 1}) == []
    assert schemas.request("POST", "/guilds/{}/roles", {"name": "Listeners", "permissions": "0"}) == []
    assert schemas.request("PUT", "/channels/{}/permissions/{}", {"id": 1, "type": 0, "allow": "1024"}) == []
    assert schemas.request("POST", "/guilds/{}/roles", {"permissions": "many"}) != []
    assert schemas.response("POST", "/users/@me/channels", 200, {"id": 1, "type": 1, "flags": 0, "recipients": []})


def test_the_flags_of_an_event_are_a_sum_of_bits(schemas: Schemas):
    assert schemas.dispatch("MESSAGE_CREATE", {**MESSAGE, "flags": 64 | 128}) == []
    assert schemas.dispatch("MESSAGE_CREATE", {**MESSAGE, "flags": "64"}) == [
        "MESSAGE_CREATE: flags: '64' is not of type 'integer'"
    ]
    assert schemas.dispatch("MESSAGE_CREATE", {**MESSAGE, "type": 64}), "a kind of message is no sum"


def test_a_resumed_event_carries_an_object_whatever_the_types_say(schemas: Schemas):
    assert schemas.dispatch("RESUMED", {"_trace": []}) == []
    assert schemas.dispatch("RESUMED", None) == ["RESUMED: data is not an object"]


def test_a_refusal_has_the_described_tree_of_errors(schemas: Schemas):
    errors = {"content": {"_errors": [{"code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 2000 or fewer"}]}}
    refusal: Json = {"code": 50035, "message": "Invalid Form Body", "errors": errors}
    assert schemas.response("POST", MESSAGES, 400, refusal) == []
    assert schemas.response("POST", MESSAGES, 400, {**refusal, "errors": ["content"]}) != []
    assert schemas.response("POST", MESSAGES, 429, {"message": "slow down", "retry_after": 0.5, "global": False}) == []


# Broken payloads.


def test_every_required_key_of_an_answered_message_is_missed(schemas: Schemas):
    missed = {key for key in MESSAGE if schemas.response("POST", MESSAGES, 200, changed(MESSAGE, (key,)))}
    assert missed == REQUIRED_OF_A_MESSAGE


def test_every_required_key_of_a_message_event_is_missed(schemas: Schemas):
    missed = {key for key in MESSAGE if schemas.dispatch("MESSAGE_CREATE", changed(MESSAGE, (key,)))}
    assert missed == REQUIRED_OF_AN_EVENT


@pytest.mark.parametrize("kind", ["request", "response", "dispatch"])
def test_a_value_of_the_wrong_kind_is_found_wherever_it_stands(schemas: Schemas, kind: str):
    check = {
        "request": lambda payload: schemas.request("POST", MESSAGES, payload),
        "response": lambda payload: schemas.response("POST", MESSAGES, 200, payload),
        "dispatch": lambda payload: schemas.dispatch("MESSAGE_CREATE", payload),
    }[kind]
    sound = REQUEST if kind == "request" else MESSAGE
    unnoticed = [path for path in places(sound) if not check(changed(sound, path, {"wrong": ["kind"]}))]
    assert unnoticed == []


@pytest.mark.parametrize("kind", ["request", "response", "dispatch"])
def test_a_misspelt_key_is_found_wherever_it_stands(schemas: Schemas, kind: str):
    sound: Json = REQUEST if kind == "request" else MESSAGE
    for path in places(sound):
        if not isinstance(path[-1], str):
            continue
        payload = changed(sound, path, rename=path[-1] + "x")
        if kind == "request":
            found = schemas.request("POST", MESSAGES, payload)
        elif kind == "response":
            found = schemas.response("POST", MESSAGES, 200, payload)
        else:
            found = schemas.dispatch("MESSAGE_CREATE", payload)
        assert any(f"'{path[-1]}x'" in fault or f"'{path[-1]}'" in fault for fault in found), path


def test_a_fault_deep_in_a_union_is_told_at_its_place(schemas: Schemas):
    inner = ("components", 0, "components", 2, "components", 1)
    long = changed(REQUEST, (*inner, "label"), "x" * 81)
    assert schemas.request("POST", MESSAGES, long) == [
        f"POST {MESSAGES}: request components[0].components[2].components[1].label: '{'x' * 81}' is too long"
    ]
    nameless = changed(REQUEST, (*inner, "style"))
    assert schemas.request("POST", MESSAGES, nameless) == [
        f"POST {MESSAGES}: request components[0].components[2].components[1]: 'style' is a required property"
    ]


def test_every_fault_is_told_and_a_long_one_is_cut(schemas: Schemas):
    payload = {**REQUEST, "nonce": [1], "conten": "x", "tts": "no", "content": "x" * 4001}
    found = schemas.request("POST", MESSAGES, payload)
    assert len(found) == 4
    assert max(map(len, found)) < 300


@pytest.mark.parametrize(
    ("method", "template", "body", "said"),
    [
        ("POST", "/clubs/{}", {}, "Discord describes no such route"),
        ("POST", "/channels/{}/messages/{}", {}, "Discord describes no such route"),
        ("PUT", "/channels/{}/messages/pins/{}", {"pin": True}, "takes no body"),
        ("POST", MESSAGES, None, "needs a body"),
    ],
)
def test_a_request_to_the_wrong_place_or_without_its_body_is_a_violation(
    schemas: Schemas, method: str, template: str, body: Any, said: str
):
    assert [fault.rpartition(": ")[2] for fault in schemas.request(method, template, body)] == [said]


def test_the_library_s_few_undescribed_routes_are_let_through(schemas: Schemas, documents: dict[str, Document]):
    assert len(UNDESCRIBED) == 11
    paths = documents["responses"].contents["paths"]
    for method, template in UNDESCRIBED:
        described = schemas.template_for(template)
        assert described is None or method.lower() not in paths[described], "what is described needs no exception"
        assert schemas.request(method, template, {"a": 1}) == []


def test_an_undescribed_status_is_a_violation_unless_the_service_itself_fails(schemas: Schemas):
    assert schemas.response("POST", MESSAGES, 201, MESSAGE) == [
        f"POST {MESSAGES}: answer 201 is not described, only 200, 429, 4XX"
    ]
    assert schemas.response("POST", MESSAGES, 502, None) == []
    assert schemas.response("PUT", "/channels/{}/messages/pins/{}", 204, None) == []
    assert schemas.response("PUT", "/channels/{}/messages/pins/{}", 204, {"x": 1}) != []


def test_an_event_that_does_not_exist_is_a_violation(schemas: Schemas):
    assert schemas.dispatch("WEEK_OPENED", {}) == ["WEEK_OPENED: Discord describes no such event"]


@pytest.mark.parametrize(
    ("body", "sound"),
    [
        ({"type": 4, "data": {"content": "Done", "flags": 64}}, True),
        ({"type": 4, "data": {"content": "Done", "flag": 64}}, False),
        ({"type": 5, "data": {"flags": 64}}, True),
        ({"type": 7, "data": {"content": "Done", "tts": False}}, True),
        ({"type": 8, "data": {"choices": [{"name": "Blue", "value": "1"}]}}, True),
        ({"type": 8, "data": {"choices": [{"name": "Blue"}]}}, False),
        ({"type": 9, "data": {"title": "Rate", "custom_id": "m", "components": [
            {"type": 18, "label": "Score", "component": {"type": 21, "custom_id": "r", "options": [
                {"label": "4.0", "value": "4"}, {"label": "4.5", "value": "5"}]}}]}}, True),
        ({"type": 9, "data": {"title": "Rate", "custom_id": "m", "components": [
            {"type": 18, "label": "Score", "component": {"type": 2, "style": 1, "custom_id": "b"}}]}}, False),
    ],
)  # fmt: skip
def test_the_first_answer_to_an_interaction_is_checked_by_its_kind(schemas: Schemas, body: Json, sound: bool):
    assert (schemas.request("POST", CALLBACK, body) == []) is sound


# The compiled checks against the reference implementation.


def test_every_described_route_and_event_can_be_checked(schemas: Schemas, documents: dict[str, Document]):
    checked = 0
    for path, operations in documents["responses"].contents["paths"].items():
        for method, operation in operations.items():
            if not isinstance(operation, dict) or "responses" not in operation:
                continue
            schemas.request(method.upper(), path, {})
            for status in operation["responses"]:
                schemas.response(method.upper(), path, int(status.replace("X", "0")), {})
            checked += 1
    assert checked == 242
    names = [
        definition["properties"]["t"]["const"]
        for definition in documents["events"].contents["definitions"].values()
        if "const" in definition.get("properties", {}).get("t", {})
    ]
    assert len(names) == 79
    assert all("no such event" not in fault for name in names for fault in schemas.dispatch(name, {}))


def broken(payload: Any, chance: random.Random) -> Any:
    """Break a payload in one to three places."""
    odd = [None, True, 0, 1, 2.0, -1, 1.5, "", "x", "x" * 5000, "2026", STAMP, [], [1, 1], {}, {"type": 2}, 2**40]
    for _ in range(chance.randint(1, 3)):
        path = chance.choice(list(places(payload)) or [()])
        if path:
            act = chance.randrange(3)
            if act == 2 and isinstance(path[-1], str):
                payload = changed(payload, path, rename="odd")
            else:
                payload = changed(payload, path, chance.choice(odd) if act else ...)
    return payload


@pytest.mark.parametrize(
    ("document", "pointer", "sound"),
    [
        ("requests", "/components/schemas/MessageCreateRequest", REQUEST),
        ("responses", "/components/schemas/MessageResponse", MESSAGE),
        ("events", "/definitions/GatewayMessageCreateDispatchData", MESSAGE),
    ],
)
def test_the_compiled_checks_agree_with_the_reference_implementation(
    documents: dict[str, Document], document: str, pointer: str, sound: Json
):
    chance = random.Random(document)
    verdicts = {True: 0, False: 0}
    for _ in range(40):
        payload = broken(sound, chance)
        fits = documents[document].fits(pointer, payload)
        verdicts[fits] += 1
        assert fits == (documents[document].reasons(pointer, payload) == []), payload
    assert min(verdicts.values()) > 0, "a check that always says the same proves nothing"


def test_a_typical_request_is_checked_within_a_millisecond(schemas: Schemas):
    schemas.request("POST", MESSAGES, REQUEST)
    spans: list[float] = []
    for _ in range(50):
        started = time.perf_counter()
        schemas.request("POST", MESSAGES, REQUEST)
        spans.append(time.perf_counter() - started)
    assert min(spans) < 0.001
