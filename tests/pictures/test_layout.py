"""Sheets before they are printed: every text has its room, is large enough, and breaks nothing."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from bot.domain.pictures.painting import PHONE_WIDTH, SMALLEST_TEXT, Theme
from bot.domain.pictures.saying import ALT_LIMIT, alt_of
from bot.domain.pictures.sketches import Sketch
from bot.pictures.layout import laid_out, sheet_of
from bot.pictures.sheet import DESCENT, Sheet
from tests.factories.sketches import HOSTILE, a_collage, sketches, smallest

ALL: dict[str, Sketch] = {
    **sketches(),
    **{f"small {name}": sketch for name, sketch in smallest().items()},
    **{
        f"hostile {place} {name}": one
        for place, text in enumerate(HOSTILE)
        for name, one in sketches(text, text).items()
    },
    **{f"{side} by {side}": a_collage(side, side) for side in range(2, 11)},
    **{f"{side} by {side} covered": a_collage(side, side, covers=("c" * 64,)) for side in range(2, 11)},
}


def the_sheet(sketch: Sketch, theme: Theme = Theme.DARK) -> Sheet:
    return sheet_of(sketch, theme, {"c" * 64})


@pytest.mark.parametrize("name", ALL)
def test_every_text_stands_on_the_sheet_within_its_room_and_large_enough(name: str) -> None:
    sheet = the_sheet(ALL[name])
    assert sheet.width == PHONE_WIDTH
    for written in sheet.written:
        assert written.size >= SMALLEST_TEXT, written
        assert written.left >= -0.01, written
        assert written.left + written.room <= sheet.width + 0.01, written
        assert written.foot - written.size * 0.8 >= 0, written
        assert written.foot + written.size * DESCENT <= sheet.height, written


@pytest.mark.parametrize("name", ALL)
def test_every_sheet_is_a_drawing_that_names_no_file_and_no_address(name: str) -> None:
    for theme in Theme:
        drawing = ElementTree.fromstring(laid_out(ALL[name], theme, {"c" * 64}).svg)
        for element in drawing.iter():
            assert element.tag.rpartition("}")[2] in {
                "svg",
                "defs",
                "pattern",
                "rect",
                "circle",
                "line",
                "path",
                "text",
                "tspan",
            }
            assert not any(key.endswith("href") for key in element.attrib)


@pytest.mark.parametrize("name", ALL)
def test_every_picture_is_said_in_words_that_fit(name: str) -> None:
    said = alt_of(ALL[name])
    assert said.strip()
    assert len(said) <= ALT_LIMIT
    assert "\x00" not in said
