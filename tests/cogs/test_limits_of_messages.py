"""A card that Discord would refuse is refused here, before the network."""

from __future__ import annotations

from typing import Any

import pytest

from cogs.shared.limits import TooLarge, check_message, check_modal

Json = dict[str, Any]


def text(content: str = "x") -> Json:
    return {"type": 10, "content": content}


def button(custom_id: str = "1:a:-", label: str = "x") -> Json:
    return {"type": 2, "style": 2, "label": label, "custom_id": custom_id}


def row(*parts: Json) -> Json:
    return {"type": 1, "components": list(parts)}


def select(count: int = 1, *, label: str = "x", custom_id: str = "s", most: int = 1) -> Json:
    options = [{"label": label, "value": str(place)} for place in range(count)]
    return {"type": 3, "custom_id": custom_id, "options": options, "max_values": most, "placeholder": "x"}


def field(component: Json, label: str = "x") -> Json:
    return {"type": 18, "label": label, "component": component}


def modal(*fields: Json, title: str = "x") -> Json:
    return {"title": title, "custom_id": "1f:a:-", "components": list(fields)}


@pytest.mark.parametrize(
    "components",
    [
        [],
        [text("")],
        [text("x" * 4_001)],
        [text("x" * 2_000), text("x" * 2_001)],
        [text("🎧" * 2_400)],
        [text() for _ in range(41)],
        [row(*[button(f"1:a:-:{number}") for number in range(6)])],
        [row()],
        [row(button(), select())],
        [row(button(label="x" * 81))],
        [row(button(custom_id="x" * 101))],
        [row(button()), row(button())],
        [row(select(26))],
        [row(select(0))],
        [row(select(label="x" * 101))],
        [row(select(3, most=4))],
        [{"type": 9, "components": [text()] * 4, "accessory": button()}],
        [{"type": 9, "components": [text()], "accessory": {"type": 11, "description": "x" * 1_025}}],
        [row({"type": 2, "style": 5, "label": "x", "url": "https://" + "x" * 512})],
        [{"type": 17, "id": 5, "components": [{"type": 10, "id": 5, "content": "x"}]}],
    ],
)
def test_what_discord_refuses_in_a_message_is_refused(components: list[Json]) -> None:
    with pytest.raises(TooLarge):
        check_message(components)


@pytest.mark.parametrize(
    "shown",
    [
        modal(),
        modal(*[field(select(custom_id=str(number))) for number in range(6)]),
        modal(field(select()), title="x" * 46),
        modal(field(select(), label="x" * 46)),
        modal(field(select()), field(select())),
        modal(field({"type": 4, "custom_id": "t", "value": "x" * 11, "max_length": 10})),
        modal(field({"type": 4, "custom_id": "t", "placeholder": "x" * 101})),
        modal(field({"type": 21, "custom_id": "r", "options": [{"label": "x", "value": str(n)} for n in range(11)]})),
        modal(field({"type": 21, "custom_id": "r", "options": [{"label": "x", "value": "1"}]})),
    ],
)
def test_what_discord_refuses_in_a_form_is_refused(shown: Json) -> None:
    with pytest.raises(TooLarge):
        check_modal(shown)


def test_what_fits_passes() -> None:
    check_message([{"type": 17, "id": 1, "components": [text("x" * 4_000), row(button()), row(select(25))]}])
    check_modal(modal(*[field(select(25, custom_id=str(number))) for number in range(5)], title="x" * 45))
