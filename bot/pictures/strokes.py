"""Marks become pixels: flat shapes with smooth edges, and lines of text, each at its place on the canvas.

Only text that changes its direction or holds emoji is shaped by the library that draws SVG: it is slower by ten times,
for a picture of its whole size by more.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageFont
from PIL.ImageFont import Layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FALLBACK = "Inter"
FINE, FINE_CURVE, FINE_LARGE = 4, 3, 2
"""How many times as large small shapes, long curves and wide bands are drawn, for smooth edges."""
LARGE = 400
"""Pixels across a wide band."""
LABEL = 5
TALLEST = 4_000
"""Pixels of one sheet of odd lines."""


def drawn(canvas: Image.Image, marks: Sequence[Sequence[Any]], scale: float, odd_fonts: Sequence[str]) -> None:
    """Draw the marks, in their order."""
    pen = Pen(canvas, scale)
    pen.odd = _odd([told for kind, *told in marks if kind == "odd"], scale, odd_fonts)
    kinds: dict[str, Callable[..., None]] = {
        "rect": pen.rect,
        "disc": pen.disc,
        "ring": pen.ring,
        "shape": pen.shape,
        "text": pen.text,
        "odd": pen.odd_line,
    }
    for kind, *told in marks:
        kinds[kind](*told)


class Pen:
    """Draws on a canvas in the pixels of a phone."""

    def __init__(self, canvas: Image.Image, scale: float) -> None:
        self.canvas = canvas
        self.scale = scale
        self.odd: list[Image.Image] = []
        self._draw = ImageDraw.Draw(canvas)

    def rect(
        self, x: float, y: float, width: float, height: float, fill: str, radius: float, opacity: float, hatched: bool
    ) -> None:
        """A rectangle on whole pixels; what is equally large in the layout is so here."""
        wide, high = max(1, round(width * self.scale)), max(1, round(height * self.scale))
        left, top = round(x * self.scale), round(y * self.scale)
        box = (left, top, left + wide, top + high)
        if not (radius or hatched or opacity < 1):
            self.canvas.paste(fill, box)
            return
        mask = _rounded(wide, high, min(round(radius * self.scale), wide // 2, high // 2))
        if hatched:
            mask = ImageChops.multiply(mask, _hatching(wide, high, self.scale))
        if opacity < 1:
            mask = mask.point([round(value * opacity) for value in range(256)])
        self.canvas.paste(fill, box, mask)

    def disc(self, x: float, y: float, radius: float, fill: str) -> None:
        """A dot."""
        self._spot(x, y, radius, 0, fill)

    def ring(self, x: float, y: float, radius: float, width: float, fill: str) -> None:
        """A thin circle."""
        self._spot(x, y, radius + width / 2, width, fill)

    def _spot(self, x: float, y: float, radius: float, width: float, fill: str) -> None:
        half = max(1, round(radius * self.scale))
        left, top = round(x * self.scale) - half, round(y * self.scale) - half
        self.canvas.paste(fill, (left, top), _circle(half, round(width * self.scale, 2)))

    def shape(self, points: Sequence[float], fill: str, edge: str, width: float) -> None:
        """A polygon, and its edge where it has one."""
        at = [value * self.scale for value in points]
        pad = 2 + round(width * self.scale)
        left, top = int(min(at[::2])) - pad, int(min(at[1::2])) - pad
        wide, high = int(max(at[::2])) + pad - left, int(max(at[1::2])) + pad - top
        times = FINE_CURVE if wide < LARGE else FINE_LARGE
        # A pixel's number is its middle here.
        fine = [((x - left) * times - 0.5, (y - top) * times - 0.5) for x, y in zip(at[::2], at[1::2], strict=True)]
        mask = Image.new("L", (wide * times, high * times))
        draw = ImageDraw.Draw(mask)
        if edge:
            # What is rough of the filling lies below it.
            self._draw.polygon(at, fill)
            draw.line([*fine, fine[0]], fill=255, width=round(width * self.scale * times))
        else:
            draw.polygon(fine, fill=255)
        self.canvas.paste(edge or fill, (left, top), mask.reduce(times))

    def text(
        self, x: float, foot: float, size: float, fill: str, anchor: str, pieces: Sequence[tuple[str, str]]
    ) -> None:
        """A line of text from left to right, each piece in its font."""
        fonts = [_font(file, size * self.scale, shaped=not _is_label(piece)) for piece, file in pieces]
        at, y = x * self.scale, foot * self.scale
        if len(pieces) == 1:
            self._draw.text(
                (at, y), pieces[0][0], fill, fonts[0], anchor={"start": "ls", "middle": "ms"}.get(anchor, "rs")
            )
            return
        widths = [font.getlength(piece) for font, (piece, _) in zip(fonts, pieces, strict=True)]
        at -= sum(widths) * {"start": 0.0, "middle": 0.5}.get(anchor, 1.0)
        for font, (piece, _), wide in zip(fonts, pieces, widths, strict=True):
            self._draw.text((at, y), piece, fill, font, anchor="ls")
            at += wide

    def odd_line(self, x: float, y: float, _width: float, _height: float, _text: str) -> None:
        """The next of the lines that were shaped before."""
        line = self.odd.pop(0)
        self.canvas.paste(line, (round(x * self.scale), round(y * self.scale)), line)


@lru_cache(maxsize=64)
def _font(file: str, size: float, *, shaped: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(file, size, layout_engine=Layout.RAQM if shaped else Layout.BASIC)


def _is_label(piece: str) -> bool:
    """Whether a text is a few plain letters and digits: beginning to shape it would take longer than drawing it."""
    return len(piece) <= LABEL and piece.isascii() and all(char.isalnum() or char in " %." for char in piece)


@cache
def _circle(half: int, width: float) -> Image.Image:
    """A mask of a circle, or of a ring so wide, inward."""
    fine = FINE if half < 100 else FINE_CURVE
    side = 2 * half * fine
    mask = Image.new("L", (side, side))
    draw = ImageDraw.Draw(mask)
    draw.ellipse((0, 0, side - 1, side - 1), fill=255)
    if width:
        edge = width * fine
        draw.ellipse((edge, edge, side - 1 - edge, side - 1 - edge), fill=0)
    return mask.reduce(fine)


@lru_cache(maxsize=256)
def _rounded(wide: int, high: int, radius: int) -> Image.Image:
    """A mask with round corners."""
    mask = Image.new("L", (wide, high), 255)
    if radius:
        circle = _circle(radius, 0.0)
        for left, right in ((0, 0), (radius, wide - radius)):
            for top, bottom in ((0, 0), (radius, high - radius)):
                mask.paste(circle.crop((left, top, left + radius, top + radius)), (right, bottom))
    return mask


@lru_cache(maxsize=64)
def _hatching(wide: int, high: int, scale: float) -> Image.Image:
    """Slanted lines, as wide as what lies between them."""
    step = 4 * scale * 2**0.5 * FINE
    mask = Image.new("L", (wide * FINE, high * FINE))
    draw = ImageDraw.Draw(mask)
    at = -high * FINE
    while at < wide * FINE:
        draw.polygon(
            ((at, 0), (at + step / 2, 0), (at + step / 2 + high * FINE, high * FINE), (at + high * FINE, high * FINE)),
            fill=255,
        )
        at += step
    return mask.reduce(FINE)


def _odd(lines: Sequence[Sequence[Any]], scale: float, fonts: Sequence[str]) -> list[Image.Image]:
    """Lines that only the other library shapes, drawn below each other on as few sheets as hold them."""
    found: list[Image.Image] = []
    sheet: list[tuple[float, float, str]] = []
    for _, _, width, height, text in lines:
        if sheet and (sum(high for _, high, _ in sheet) + height) * scale > TALLEST:
            found += _shaped(sheet, scale, fonts)
            sheet = []
        sheet.append((width, height, text))
    return [*found, *_shaped(sheet, scale, fonts)] if sheet else found


def _shaped(lines: Iterable[tuple[float, float, str]], scale: float, fonts: Sequence[str]) -> list[Image.Image]:
    # A drawing without such a line, which most are, does not wait for it.
    import resvg_py

    boxes: list[tuple[int, int, int]] = []
    body: list[str] = []
    top = 0
    for width, height, text in lines:
        wide, high = max(1, round(width * scale)), max(1, round(height * scale))
        body.append(f'<g transform="translate(0 {top}) scale({scale})">{text}</g>')
        boxes.append((top, wide, high))
        top += high
    wide = max(width for _, width, _ in boxes)
    png = resvg_py.svg_to_bytes(
        svg_string=f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{top}" xml:space="preserve">'
        f"{''.join(body)}</svg>",
        font_files=list(fonts),
        skip_system_fonts=True,
        font_family=FALLBACK,
        languages=["en"],
    )
    with Image.open(io.BytesIO(bytes(png)), formats=("PNG",)) as sheet:
        return [sheet.crop((0, top, width, top + high)) for top, width, high in boxes]
