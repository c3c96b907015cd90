"""Sheets before they are printed: every text has its room, is large enough, and breaks nothing."""

from __future__ import annotations

from functools import cache
from xml.etree import ElementTree

import pytest
from PIL import ImageFont

from bot.domain.pictures.collages import read_size
from bot.domain.pictures.painting import PHONE_WIDTH, SMALLEST_TEXT, Theme
from bot.domain.pictures.saying import ALT_LIMIT, alt_of
from bot.domain.pictures.sketches import Sketch
from bot.pictures.card import short
from bot.pictures.fonts import ALL_FACES, EMOJI, SCRIPTS, covered
from bot.pictures.layout import laid_out, sheet_of
from bot.pictures.look import PALETTES
from bot.pictures.sheet import DESCENT, Sheet
from bot.pictures.writing import Run, drawable, runs
from tests.factories.sketches import (
    HOSTILE,
    a_collage,
    in_five_scripts,
    one_listen,
    sketches,
    smallest,
    ten_thousand_artists,
    with_cover,
)

ALL: dict[str, Sketch] = {
    **sketches(),
    **{f"one listen {name}": sketch for name, sketch in one_listen().items()},
    **{f"10,000 artists {name}": sketch for name, sketch in ten_thousand_artists().items()},
    **{f"five scripts {name}": sketch for name, sketch in in_five_scripts().items()},
    **{f"covered {name}": sketch for name, sketch in with_cover("c" * 64).items()},
    **{f"without its cover {name}": sketch for name, sketch in with_cover("d" * 64).items()},
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


def test_every_text_stands_on_the_sheet_within_its_room_and_large_enough() -> None:
    for name, sketch in ALL.items():
        sheet = the_sheet(sketch)
        assert sheet.width == PHONE_WIDTH
        for written in sheet.written:
            assert written.size >= SMALLEST_TEXT, (name, written)
            assert written.left >= -0.01, (name, written)
            assert written.left + written.room <= sheet.width + 0.01, (name, written)
            assert written.foot - written.size * 0.8 >= 0, (name, written)
            assert written.foot + written.size * DESCENT <= sheet.height, (name, written)


def test_every_text_is_as_narrow_as_was_measured_when_the_fonts_themselves_are_asked() -> None:
    for name, sketch in ALL.items():
        for written in the_sheet(sketch).written:
            width = sum(true_width(run, written.size) for run in runs(written.text, written.weight))
            assert width <= written.room + 0.5, (name, written, width)


def true_width(run: Run, size: float) -> float:
    """As a shaper draws it; emoji have one size in their font."""
    if run.face is EMOJI:
        return run.width * size / 1_000
    return font_of(run.face.path).getlength(run.text) * size / FONT_SIZE


FONT_SIZE = 100


@cache
def font_of(path: str) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, FONT_SIZE)


def test_no_mark_names_a_file_or_an_address_but_those_of_our_fonts() -> None:
    ours = {face.path for face in ALL_FACES}
    for name, sketch in ALL.items():
        order = laid_out(sketch, Theme.LIGHT, {"c" * 64})
        assert set(order.odd_fonts) <= ours
        for kind, *told in order.marks:
            assert kind in {"rect", "disc", "ring", "shape", "bands", "text", "odd"}, name
            if kind == "text":
                assert {file for _, file in told[-1]} <= ours, name
            if kind == "odd":
                for element in ElementTree.fromstring(told[-1]).iter():
                    assert element.tag in {"text", "tspan"}, name
                    assert not any(key.endswith("href") for key in element.attrib), name


def test_only_lines_that_turn_or_hold_emoji_are_odd() -> None:
    def odd_of(sketch: Sketch) -> int:
        return sum(kind == "odd" for kind, *_ in laid_out(sketch, Theme.DARK).marks)

    told = sketches()
    assert {name: odd_of(sketch) for name, sketch in told.items()} == dict.fromkeys(told, 0)
    assert odd_of(sketches("日本 Кино Ωδή ไทย")["clock"]) == 0
    assert odd_of(sketches("فيروز live")["clock"]) == 1
    assert odd_of(sketches("Ada 🎧")["clock"]) == 1


def test_every_picture_is_said_in_words_that_fit() -> None:
    for name, sketch in ALL.items():
        said = alt_of(sketch)
        assert said.strip(), name
        assert len(said) <= ALT_LIMIT, name
        assert "\x00" not in said, name


def test_the_words_say_the_figures() -> None:
    told = sketches()
    assert "Mean 3.82, median 4 from 17 ratings, most often 4, spread 0.81" in alt_of(told["recap"])
    assert alt_of(told["waveform"]).endswith("3:37, -14.2 LUFS.")
    assert alt_of(a_collage(2, 2)).startswith("4 albums heard most by Ada, last 7 days: #1 Music Has")
    assert "87 of 100" in alt_of(told["comparison"])


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", Theme)
def test_text_stands_out_from_its_ground(theme: Theme) -> None:
    palette = PALETTES[theme]
    for ground in (palette.ground, palette.panel):
        for ink in (palette.ink, palette.muted):
            assert contrast(ink, ground) >= 4.5
    assert contrast(palette.accent, palette.ground) >= 4.5
    assert contrast(palette.other, palette.ground) >= 4.5


def test_what_no_font_has_is_left_out_and_names_without_a_letter_are_told_by_their_place() -> None:
    assert drawable("A𒀀B") == "AB"
    assert drawable("𒀀𒁀", "#3") == "#3"
    assert covered() == dict.fromkeys(SCRIPTS, True)


def test_emoji_of_several_characters_are_simple_beside_writing_from_right_to_left() -> None:
    assert drawable("👩🏽‍🎤 · 🇩🇪 · שירים") == "👩 · DE · שירים"
    assert drawable("Low 👩🏽‍🎤 🇩🇪 · x") == "Low 👩🏽‍🎤🇩🇪 · x"


@pytest.mark.parametrize(
    ("number", "told"), [(9_999, "9,999"), (10_000, "10k"), (999_499, "999k"), (1_250_000, "1.2M")]
)
def test_numbers_in_small_places_are_short_and_never_cut(number: int, told: str) -> None:
    assert short(number) == told


@pytest.mark.parametrize(("text", "size"), [("3x3", (3, 3)), ("4 5", (4, 5)), ("5", (5, 5)), (" 10×2 ", (10, 2))])
def test_sizes_are_read_as_people_write_them(text: str, size: tuple[int, int]) -> None:
    assert read_size(text) == size


@pytest.mark.parametrize("text", ["", "1x1", "11x2", "3x", "three", "3x3x3"])
def test_what_is_no_size_is_none(text: str) -> None:
    assert read_size(text) is None
