"""The limits of Discord that no schema knows: each is met at its edge and broken one step beyond."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.rehearsal.loopback.limits import (
    LimitError,
    check_callback,
    check_channel,
    check_choices,
    check_commands,
    check_event,
    check_files,
    check_message,
    check_modal,
    check_thread,
)

V2 = 1 << 15
NOW = datetime(2026, 11, 23, 19, tzinfo=UTC)
Json = dict[str, Any]


def button(custom_id: str = "b", **changes: Any) -> Json:
    return {"type": 2, "style": 1, "label": "Vote", "custom_id": custom_id, **changes}


def row(*components: Json) -> Json:
    return {"type": 1, "components": list(components)}


def text(content: str = "words") -> Json:
    return {"type": 10, "content": content}


def options(count: int) -> list[Json]:
    return [{"label": f"Option {n}", "value": str(n)} for n in range(count)]


def select(**changes: Any) -> Json:
    return {"type": 3, "custom_id": "s", "options": options(3), **changes}


def section(*, texts: int = 1, accessory: Json | None = None) -> Json:
    return {"type": 9, "components": [text() for _ in range(texts)], "accessory": accessory or button()}


def gallery(count: int, **changes: Any) -> Json:
    return {
        "type": 12,
        "items": [{"media": {"url": "https://pictures.example/a.png"}, **changes} for _ in range(count)],
    }


def layout(*components: Json, **changes: Any) -> Json:
    return {"flags": V2, "components": list(components), **changes}


def faults(error: LimitError | None) -> set[str]:
    """Give every fault of a refusal as `path: code`, and an accepted body as the empty set."""
    found: set[str] = set()

    def walk(node: Any, path: tuple[str, ...]) -> None:
        for key, value in node.items():
            if key == "_errors":
                found.update(f"{'.'.join(path)}: {fault['code']}" for fault in value)
            else:
                walk(value, (*path, key))

    if error is not None:
        walk(error.errors, ())
        return found or {f"{error.status} {error.code}"}
    return found


ACCEPTED: dict[str, Json] = {
    "2,000 characters": {"content": "x" * 2000},
    "five rows of five buttons": {
        "components": [row(*(button(f"{line}.{place}") for place in range(5))) for line in range(5)]
    },
    "embeds of 6,000 characters in all": {"embeds": [{"description": "x" * 3000}, {"description": "y" * 3000}]},
    "a link button": {"components": [row({"type": 2, "style": 5, "label": "Listen", "url": "https://a.example/"})]},
    "a select of 25 options": {"components": [row(select(options=options(25)))]},
    "forty components": layout(*(text() for _ in range(40))),
    "4,000 characters of text": layout(text("x" * 2500), text("y" * 1500)),
    "a full section": layout(section(texts=3)),
    "ten pictures": layout(gallery(10, description="x" * 1024)),
    "an uploaded picture": layout(
        gallery(1, media={"url": "attachment://cover.png"}), attachments=[{"id": 0, "filename": "cover.png"}]
    ),
    "a container": layout({"type": 17, "accent_color": 0xFFFFFF, "components": [text(), row(button())]}),
    "unasked ids of zero": layout({**text(), "id": 0}, {**text(), "id": 0}),
    "a nonce of 25": {"content": "x", "nonce": "n" * 25, "enforce_nonce": True},
    "named users beside parsed roles": {
        "content": "x", "allowed_mentions": {"parse": ["roles"], "users": ["1"], "replied_user": False}
    },
    "cleared old fields beside version 2": layout(text(), content=None, embeds=[]),
    "a forward": {"message_reference": {"type": 1, "message_id": "1", "channel_id": "2"}},
}  # fmt: skip


@pytest.mark.parametrize("body", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_a_message_at_the_edge_of_a_limit_is_accepted(body: Json):
    assert check_message(body) is None


REFUSED: dict[str, tuple[Json, str]] = {
    "2,001 characters": ({"content": "x" * 2001}, "content: BASE_TYPE_MAX_LENGTH"),
    "nothing": ({}, "400 50006"),
    "spaces alone": ({"content": " \n"}, "400 50006"),
    "six rows": (
        {"components": [row(button(str(n))) for n in range(6)]},
        "components: BASE_TYPE_MAX_LENGTH",
    ),
    "six buttons in a row": (
        {"components": [row(*(button(str(n)) for n in range(6)))]},
        "components.0.components: BASE_TYPE_BAD_LENGTH",
    ),
    "a select beside a button": (
        {"components": [row(select(), button())]},
        "components.0.components: COMPONENT_LAYOUT_WIDTH_EXCEEDED",
    ),
    "a text input in a message": (
        {"components": [row({"type": 4, "custom_id": "t", "style": 1, "label": "x"})]},
        "components.0.components.0.type: UNION_TYPE_CHOICES",
    ),
    "6,001 characters of embeds": (
        {"embeds": [{"description": "x" * 3000}, {"footer": {"text": "y" * 2000}, "title": "z" * 256,
                    "fields": [{"name": "n" * 45, "value": "v" * 700}]}]},
        "embeds: MAX_EMBED_SIZE_EXCEEDED",
    ),
    "eleven embeds": ({"embeds": [{"title": "x"}] * 11}, "embeds: BASE_TYPE_MAX_LENGTH"),
    "an embed title of 257": ({"embeds": [{"title": "x" * 257}]}, "embeds.0.title: BASE_TYPE_MAX_LENGTH"),
    "an embed field without a value": (
        {"embeds": [{"fields": [{"name": "x", "value": ""}]}]},
        "embeds.0.fields.0.value: BASE_TYPE_REQUIRED",
    ),
    "layout components without the flag": ({"components": [text()]}, "components.0.type: UNION_TYPE_CHOICES"),
    "content beside version 2": (
        layout(text(), content="x"),
        "content: MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
    ),
    "an embed beside version 2": (
        layout(text(), embeds=[{"title": "x"}]),
        "embeds: MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
    ),
    "a poll beside version 2": (
        layout(text(), poll={"question": {"text": "?"}, "answers": [{"poll_media": {"text": "a"}}]}),
        "poll: MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
    ),
    "stickers beside version 2": (
        layout(text(), sticker_ids=["1"]),
        "sticker_ids: MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
    ),
    "version 2 without components": (layout(), "400 50006"),
    "forty-one components, nested ones counted": (
        layout({"type": 17, "components": [section(accessory=button(str(n))) for n in range(13)]}, text()),
        "components: COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
    ),
    "4,001 characters of text": (
        layout(text("x" * 2500), text("y" * 1501)),
        "components: COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
    ),
    "more bytes than the service survives": (layout(text("字" * 3387)), "500 0"),
    "a custom_id twice": (
        layout(row(button("same")), section(accessory=button("same"))),
        "components.1.accessory.custom_id: COMPONENT_CUSTOM_ID_DUPLICATED",
    ),
    "a component id twice": (
        layout({**text(), "id": 7}, {**text(), "id": 7}),
        "components.1.id: COMPONENT_ID_DUPLICATED",
    ),
    "a component id beyond 32 bits": (layout({**text(), "id": 2**31}), "components.0.id: NUMBER_TYPE_MAX"),
    "four texts in a section": (layout(section(texts=4)), "components.0.components: BASE_TYPE_BAD_LENGTH"),
    "a section without accessory": (
        layout({"type": 9, "components": [text()]}),
        "components.0.accessory: BASE_TYPE_REQUIRED",
    ),
    "a container in a container": (
        layout({"type": 17, "components": [{"type": 17, "components": [text()]}]}),
        "components.0.components.0.type: UNION_TYPE_CHOICES",
    ),
    "eleven pictures": (layout(gallery(11)), "components.0.items: BASE_TYPE_BAD_LENGTH"),
    "alt text of 1,025": (
        layout(gallery(1, description="x" * 1025)),
        "components.0.items.0.description: BASE_TYPE_BAD_LENGTH",
    ),
    "a picture that was not uploaded": (
        layout(gallery(1, media={"url": "attachment://cover.png"})),
        "components: UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
    ),
    "a label of 81": (
        {"components": [row(button(label="x" * 81))]},
        "components.0.components.0.label: BASE_TYPE_MAX_LENGTH",
    ),
    "a button without label or emoji": (
        {"components": [row(button(label=None))]},
        "components.0.components.0.label: BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED",
    ),
    "a custom_id of 101": (
        {"components": [row(button("x" * 101))]},
        "components.0.components.0.custom_id: BASE_TYPE_BAD_LENGTH",
    ),
    "a link of 513": (
        {"components": [row({"type": 2, "style": 5, "label": "x", "url": "https://a.example/".ljust(513, "x")})]},
        "components.0.components.0.url: BASE_TYPE_BAD_LENGTH",
    ),
    "a link that acts": (
        {"components": [row({"type": 2, "style": 5, "label": "x", "url": "https://a.example/", "custom_id": "b"})]},
        "components.0.components.0.custom_id: BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
    ),
    "26 options": (
        {"components": [row(select(options=options(26)))]},
        "components.0.components.0.options: BASE_TYPE_BAD_LENGTH",
    ),
    "no options": (
        {"components": [row(select(options=[]))]},
        "components.0.components.0.options: BASE_TYPE_BAD_LENGTH",
    ),
    "fewer options than may be chosen": (
        {"components": [row(select(max_values=4))]},
        "components.0.components.0.options: BASE_TYPE_BAD_LENGTH",
    ),
    "an option value twice": (
        {"components": [row(select(options=options(1) * 2))]},
        "components.0.components.0.options.1.value: SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
    ),
    "an option label of 101": (
        {"components": [row(select(options=[{"label": "x" * 101, "value": "v"}]))]},
        "components.0.components.0.options.0.label: BASE_TYPE_BAD_LENGTH",
    ),
    "a minimum above the maximum": (
        {"components": [row(select(min_values=2, max_values=1))]},
        "components.0.components.0.min_values: BASE_TYPE_MIN_EXCEEDS_MAX",
    ),
    "a nonce of 26": ({"content": "x", "nonce": "n" * 26}, "nonce: BASE_TYPE_MAX_LENGTH"),
    "users both parsed and named": (
        {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
        "allowed_mentions: MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
    ),
    "101 named users": (
        {"content": "x", "allowed_mentions": {"users": [str(n) for n in range(101)]}},
        "allowed_mentions.users: BASE_TYPE_MAX_LENGTH",
    ),
    "a poll answer of 56": (
        {"poll": {"question": {"text": "?"}, "answers": [{"poll_media": {"text": "x" * 56}}]}},
        "poll.answers.0.poll_media.text: BASE_TYPE_BAD_LENGTH",
    ),
    "a poll of one and a half hours": (
        {"poll": {"question": {"text": "?"}, "answers": [{"poll_media": {"text": "x"}}], "duration": 1.5}},
        "poll.duration: NUMBER_TYPE_COERCE",
    ),
    "a text where a list belongs": ({"content": "x", "components": "row"}, "components: LIST_TYPE_CONVERT"),
    "a text where an object belongs": ({"components": ["row"]}, "components.0: MODEL_TYPE_CONVERT"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "fault"), REFUSED.values(), ids=REFUSED.keys())
def test_a_message_beyond_a_limit_is_refused_at_the_place_of_its_fault(body: Json, fault: str):
    assert fault in faults(check_message(body))


def test_every_fault_of_a_form_is_told_at_once():
    body = {"content": "x" * 2001, "nonce": "n" * 26}
    assert faults(check_message(body)) == {"content: BASE_TYPE_MAX_LENGTH", "nonce: BASE_TYPE_MAX_LENGTH"}


def test_the_body_of_a_refusal_is_the_json_that_discord_sends():
    error = check_message({"content": "x" * 2001})
    assert error is not None
    fault = {"code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 2000 or fewer in length."}
    assert (error.status, error.body) == (
        400,
        {"code": 50035, "message": "Invalid Form Body", "errors": {"content": {"_errors": [fault]}}},
    )


def test_the_version_2_flag_can_be_added_by_an_edit_and_never_removed():
    assert check_message(layout(text()), edit=True) is None
    assert check_message({"components": [text()]}, v2_already=True, edit=True) is None
    removed = check_message({"components": [text()], "flags": 0}, v2_already=True, edit=True)
    assert faults(removed) == {"flags: MESSAGE_FLAGS_CANNOT_REMOVE_COMPONENTS_V2"}


def test_a_version_2_message_takes_no_content_by_an_edit():
    assert faults(check_message({"content": "x"}, v2_already=True, edit=True)) == {
        "content: MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
    }


def test_an_edit_may_leave_everything_as_it_is_but_not_take_everything_away():
    assert check_message({"components": []}, edit=True) is None
    everything = {"content": "", "embeds": [], "components": [], "attachments": []}
    assert faults(check_message(everything, edit=True)) == {"400 50006"}
    assert faults(check_message({"components": []}, v2_already=True, edit=True)) == {"400 50006"}


def test_an_edit_that_keeps_a_file_by_its_id_may_show_it():
    shown = layout(gallery(1, media={"url": "attachment://cover.png"}), attachments=[{"id": "9"}])
    assert check_message(shown, v2_already=True, edit=True) is None
    assert faults(check_message(shown)), "a new message keeps no file"


def test_files_are_limited_one_by_one_together_and_in_number():
    megabyte = 2**20
    assert check_files([10 * megabyte, 10 * megabyte, 5 * megabyte]) is None
    assert faults(check_files([10 * megabyte + 1])) == {"413 40005"}
    assert faults(check_files([9 * megabyte] * 3)) == {"413 40005"}
    assert faults(check_files([1] * 11)) == {"413 40005"}


def test_a_deferred_answer_carries_no_flag_but_ephemeral():
    assert check_callback({"type": 5, "data": {"flags": 64}}) is None
    assert check_callback({"type": 5}) is None
    assert faults(check_callback({"type": 5, "data": {"flags": 64 | V2}})) == {"data.flags: MESSAGE_FLAGS_INVALID"}


def test_a_first_answer_is_judged_by_what_it_carries():
    assert faults(check_callback({"type": 4, "data": {}})) == {"400 50006"}
    assert check_callback({"type": 7, "data": {}}) is None
    assert check_callback({"type": 6}) is None
    assert faults(check_callback({"type": 8, "data": {"choices": [{"name": "", "value": "x"}]}}))
    assert "title: BASE_TYPE_REQUIRED" in faults(check_callback({"type": 9, "data": {}}))
    assert faults(check_callback({"type": 99})) == {"type: BASE_TYPE_CHOICES"}


# Forms.


def label(component: Json, **changes: Any) -> Json:
    return {"type": 18, "label": "Score", "component": component, **changes}


def text_input(**changes: Any) -> Json:
    return {"type": 4, "custom_id": "t", "style": 1, **changes}


def modal(*items: Json, **changes: Any) -> Json:
    return {"title": "Rate the album", "custom_id": "m", "components": list(items), **changes}


def radio(count: int, kind: int = 21) -> Json:
    return {"type": kind, "custom_id": "r", "options": options(count)}


MODALS: dict[str, tuple[Json, str]] = {
    "a title of 46": (modal(text(), title="x" * 46), "title: BASE_TYPE_BAD_LENGTH"),
    "no items": (modal(), "components: BASE_TYPE_BAD_LENGTH"),
    "six items": (modal(*(text() for _ in range(6))), "components: BASE_TYPE_BAD_LENGTH"),
    "a button": (modal(row(button())), "components.0.components.0.type: UNION_TYPE_CHOICES"),
    "a button under a label": (modal(label(button())), "components.0.component.type: UNION_TYPE_CHOICES"),
    "a label of 46": (modal(label(text_input(), label="x" * 46)), "components.0.label: BASE_TYPE_BAD_LENGTH"),
    "a description of 101": (
        modal(label(text_input(), description="x" * 101)),
        "components.0.description: BASE_TYPE_BAD_LENGTH",
    ),
    "one radio option": (modal(label(radio(1))), "components.0.component.options: BASE_TYPE_BAD_LENGTH"),
    "eleven radio options": (modal(label(radio(11))), "components.0.component.options: BASE_TYPE_BAD_LENGTH"),
    "eleven checkboxes": (modal(label(radio(11, 22))), "components.0.component.options: BASE_TYPE_BAD_LENGTH"),
    "a required single checkbox": (
        modal(label({"type": 23, "custom_id": "c", "required": True})),
        "components.0.component.required: CHECKBOX_CANNOT_BE_REQUIRED",
    ),
    "a value of 4,001": (
        modal(label(text_input(value="x" * 4001))),
        "components.0.component.value: BASE_TYPE_MAX_LENGTH",
    ),
    "a value above its own maximum": (
        modal(label(text_input(value="x" * 11, max_length=10))),
        "components.0.component.value: BASE_TYPE_MAX_LENGTH",
    ),
    "a placeholder of 101": (
        modal(label(text_input(placeholder="x" * 101))),
        "components.0.component.placeholder: BASE_TYPE_MAX_LENGTH",
    ),
    "a minimum above the maximum": (
        modal(label(text_input(min_length=5, max_length=4))),
        "components.0.component.min_length: BASE_TYPE_MIN_EXCEEDS_MAX",
    ),
    "a custom_id twice": (
        modal(label(text_input()), label(text_input())),
        "components.1.component.custom_id: COMPONENT_CUSTOM_ID_DUPLICATED",
    ),
    "a disabled select": (
        modal(label(select(disabled=True))),
        "components.0.component.disabled: COMPONENT_DISABLED_IN_MODAL",
    ),
    "eleven files": (
        modal(label({"type": 19, "custom_id": "f", "max_values": 11})),
        "components.0.component.max_values: NUMBER_TYPE_MAX",
    ),
    "an old row without a label": (modal(row(text_input())), "components.0.components.0.label: BASE_TYPE_REQUIRED"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "fault"), MODALS.values(), ids=MODALS.keys())
def test_a_form_beyond_a_limit_is_refused_at_the_place_of_its_fault(data: Json, fault: str):
    assert fault in faults(check_modal(data))


def test_a_form_at_the_edge_of_every_limit_is_accepted():
    full = modal(
        text("x" * 4000),
        label(radio(10), label="x" * 45, description="y" * 100),
        label({**radio(10, 22), "custom_id": "g", "min_values": 0, "max_values": 10}),
        label({"type": 19, "custom_id": "f", "min_values": 0, "max_values": 10}),
        label(text_input(value="x" * 10, max_length=10, min_length=10, placeholder="p" * 100)),
        title="x" * 45,
    )
    assert check_modal(full) is None
    assert check_modal(modal(row(text_input(label="x")), label({"type": 23, "custom_id": "c"}))) is None


# Commands.


def command(name: str = "week", **changes: Any) -> Json:
    return {"type": 1, "name": name, "description": "x", **changes}


def option(name: str = "theme", kind: int = 3, **changes: Any) -> Json:
    return {"type": kind, "name": name, "description": "x", **changes}


def test_a_set_of_commands_at_the_edge_of_every_limit_is_accepted():
    nested = [option(f"sub-{n}", 1, options=[option(required=True), option("b")]) for n in range(25)]
    commands = [command(f"c{n}", description="x" * 100) for n in range(99)]
    commands += [{"type": 3, "name": f"Nominate {n}"} for n in range(15)]
    commands += [command(options=[option("group", 2, options=nested), option("alone", 1)])]
    assert check_commands(commands) is None
    assert check_commands([command("ड़ी-ü_1", default_member_permissions="32")]) is None


COMMANDS: dict[str, tuple[list[Json], str]] = {
    "a capital": ([command("Week")], "0.name: APPLICATION_COMMAND_INVALID_NAME"),
    "a space": ([command("open week")], "0.name: APPLICATION_COMMAND_INVALID_NAME"),
    "a name of 33": ([command("x" * 33)], "0.name: BASE_TYPE_BAD_LENGTH"),
    "a localised capital": (
        [command(name_localizations={"de": "Woche"})],
        "0.name_localizations.de: APPLICATION_COMMAND_INVALID_NAME",
    ),
    "no description": ([command(description="")], "0.description: BASE_TYPE_REQUIRED"),
    "a description of 101": ([command(description="x" * 101)], "0.description: BASE_TYPE_BAD_LENGTH"),
    "a name twice": ([command(), command()], "1.name: APPLICATION_COMMANDS_DUPLICATE_NAME"),
    "26 options": ([command(options=[option(f"o{n}") for n in range(26)])], "0.options: BASE_TYPE_MAX_LENGTH"),
    "an option name twice": (
        [command(options=[option(), option()])],
        "0.options.1.name: APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATED",
    ),
    "a required option after an optional one": (
        [command(options=[option("a"), option("b", required=True)])],
        "0.options.1.required: APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
    ),
    "26 choices": (
        [command(options=[option(choices=[{"name": f"c{n}", "value": "v"} for n in range(26)])])],
        "0.options.0.choices: BASE_TYPE_MAX_LENGTH",
    ),
    "choices beside autocomplete": (
        [command(options=[option(choices=[{"name": "c", "value": "v"}], autocomplete=True)])],
        "0.options.0.autocomplete: APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES",
    ),
    "a subcommand beside a value": (
        [command(options=[option("sub", 1), option()])],
        "0.options: APPLICATION_COMMAND_OPTIONS_TYPE_MIXED",
    ),
    "a group in a group": (
        [command(options=[option("g", 2, options=[option("h", 2)])])],
        "0.options.0.options: APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
    ),
    "a menu with a description": (
        [{"type": 3, "name": "Nominate this album", "description": "x"}],
        "0.description: APPLICATION_COMMAND_CONTEXT_MENU_FIELD",
    ),
    "101 commands": ([command(f"c{n}") for n in range(101)], "400 30032"),
    "16 message menus": ([{"type": 3, "name": f"Menu {n}"} for n in range(16)], "400 30032"),
    "more than 8,000 characters": (
        [command(options=[option(f"o{n}", choices=[{"name": "n" * 90 + str(m), "value": "v" * 90 + str(m)}
                                                   for m in range(25)]) for n in range(2)])],
        "0: APPLICATION_COMMAND_TOO_LARGE",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("commands", "fault"), COMMANDS.values(), ids=COMMANDS.keys())
def test_a_command_beyond_a_limit_is_refused_at_the_place_of_its_fault(commands: list[Json], fault: str):
    assert fault in faults(check_commands(commands))


def test_an_autocomplete_answer_holds_25_choices_of_100_characters():
    assert check_choices([{"name": "x" * 100, "value": "v" * 100}] * 25) is None
    assert faults(check_choices([{"name": "x", "value": "v"}] * 26)) == {"data.choices: BASE_TYPE_MAX_LENGTH"}
    assert faults(check_choices([{"name": "x" * 101, "value": 1}])) == {"data.choices.0.name: BASE_TYPE_BAD_LENGTH"}


# Threads, channels, events.


def test_a_thread_has_a_name_a_known_archive_time_and_at_most_five_tags():
    assert check_thread({"name": "x" * 100, "auto_archive_duration": 10080, "applied_tags": ["1"] * 5}) is None
    assert faults(check_thread({"name": "x" * 101})) == {"name: BASE_TYPE_BAD_LENGTH"}
    assert faults(check_thread({})) == {"name: BASE_TYPE_REQUIRED"}
    assert check_thread({"archived": True}, edit=True) is None
    assert faults(check_thread({"name": ""}, edit=True)) == {"name: BASE_TYPE_REQUIRED"}
    assert faults(check_thread({"name": "x", "auto_archive_duration": 61})) == {
        "auto_archive_duration: BASE_TYPE_CHOICES"
    }
    assert faults(check_thread({"name": "x", "applied_tags": ["1"] * 6})) == {"applied_tags: BASE_TYPE_MAX_LENGTH"}


def test_a_forum_may_have_a_longer_topic_and_twenty_tags_with_names_of_twenty():
    assert check_channel({"name": "x", "type": 15, "topic": "x" * 4096}) is None
    assert faults(check_channel({"name": "x", "type": 0, "topic": "x" * 1025})) == {"topic: BASE_TYPE_MAX_LENGTH"}
    assert faults(check_channel({"topic": "x" * 1025}, kind=0, edit=True)) == {"topic: BASE_TYPE_MAX_LENGTH"}
    assert faults(check_channel({"name": "x", "available_tags": [{"name": "x" * 21}]})) == {
        "available_tags.0.name: BASE_TYPE_BAD_LENGTH"
    }
    assert faults(check_channel({"name": "x", "available_tags": [{"name": "a"}, {"name": "a"}]})) == {"400 40061"}
    assert faults(check_channel({"name": "x", "rate_limit_per_user": 21601})) == {
        "rate_limit_per_user: NUMBER_TYPE_MAX"
    }


def event(**changes: Any) -> Json:
    return {
        "name": "x" * 100,
        "description": "x" * 1000,
        "privacy_level": 2,
        "entity_type": 3,
        "entity_metadata": {"location": "x" * 100},
        "scheduled_start_time": (NOW + timedelta(seconds=1)).isoformat(),
        "scheduled_end_time": (NOW + timedelta(hours=1)).isoformat(),
    } | changes


def test_an_event_lies_in_the_future_and_ends_after_its_start():
    assert check_event(event(), NOW) is None
    assert faults(check_event(event(scheduled_start_time=NOW.isoformat()), NOW)) == {
        "scheduled_start_time: GUILD_SCHEDULED_EVENT_SCHEDULE_PAST"
    }
    assert faults(check_event(event(scheduled_end_time=NOW.isoformat()), NOW)) == {
        "scheduled_end_time: GUILD_SCHEDULED_EVENT_INVALID_END"
    }
    assert faults(check_event(event(scheduled_start_time="tomorrow"), NOW)) == {
        "scheduled_start_time: DATETIME_TYPE_PARSE"
    }


def test_an_external_event_needs_an_end_and_a_location_and_no_channel():
    bare = event(scheduled_end_time=None, entity_metadata=None, channel_id="5")
    assert faults(check_event(bare, NOW)) == {
        "scheduled_end_time: BASE_TYPE_REQUIRED",
        "entity_metadata: BASE_TYPE_REQUIRED",
        "channel_id: GUILD_SCHEDULED_EVENT_EXTERNAL_CHANNEL",
    }
    far = event(entity_metadata={"location": "x" * 101}, name="x" * 101)
    assert faults(check_event(far, NOW)) == {
        "entity_metadata.location: BASE_TYPE_BAD_LENGTH",
        "name: BASE_TYPE_BAD_LENGTH",
    }


def test_an_event_in_a_voice_channel_names_the_channel():
    assert faults(check_event(event(entity_type=2), NOW)) == {"channel_id: BASE_TYPE_REQUIRED"}


def test_an_edit_of_an_event_may_name_its_status_alone():
    assert check_event({"status": 4}, NOW, edit=True) is None
