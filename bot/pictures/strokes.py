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
WIDE = 4_000
"""Pixels of a rectangle from which its corners alone are drawn through a mask."""
SQUARE = 2**-0.5
"""Half a side of the square in a circle, in radiuses."""
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
        "bands": pen.bands,
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
        bend = min(round(radius * self.scale), wide // 2, high // 2)
        if not (hatched or opacity < 1) and (not bend or wide * high > WIDE):
            self._plainly(box, fill, bend)
            return
        mask = _rounded(wide, high, bend)
        if hatched:
            mask = ImageChops.multiply(mask, _hatching(wide, high, self.scale))
        if opacity < 1:
            mask = mask.point([round(value * opacity) for value in range(256)])
        self.canvas.paste(fill, box, mask)

    def _plainly(self, box: tuple[int, int, int, int], fill: str, bend: int) -> None:
        """A rectangle without a mask of its whole size: only its corners have one."""
        left, top, right, bottom = box
        if not bend:
            self.canvas.paste(fill, box)
            return
        self.canvas.paste(fill, (left, top + bend, right, bottom - bend))
        self.canvas.paste(fill, (left + bend, top, right - bend, top + bend))
        self.canvas.paste(fill, (left + bend, bottom - bend, right - bend, bottom))
        circle = _circle(bend, 0.0)
        for across, x in ((0, left), (bend, right - bend)):
            for down, y in ((0, top), (bend, bottom - bend)):
                self.canvas.paste(fill, (x, y), circle.crop((across, down, across + bend, down + bend)))

    def disc(self, x: float, y: float, radius: float, fill: str) -> None:
        """A dot."""
        self._spot(x, y, radius, 0, fill)

    def ring(self, x: float, y: float, radius: float, width: float, fill: str) -> None:
        """A thin circle."""
        self._spot(x, y, radius + width / 2, width, fill)

    def _spot(self, x: float, y: float, radius: float, width: float, fill: str) -> None:
        half = max(1, round(radius * self.scale))
        left, top = round(x * self.scale) - half, round(y * self.scale) - half
        mask = _circle(half, round(width * self.scale, 2))
        if not width:
            self.canvas.paste(fill, (left, top), mask)
            return
        # What lies within a ring is empty: a square of it is left out.
        side, near = 2 * half, int(half * (1 - SQUARE)) + round(width * self.scale) + 2
        far = side - near
        for box in ((0, 0, side, near), (0, far, side, side), (0, near, near, far), (far, near, side, far)):
            self.canvas.paste(fill, (left + box[0], top + box[1]), mask.crop(box))

    def shape(self, points: Sequence[float], fill: str) -> None:
        """A polygon."""
        at = [value * self.scale for value in points]
        self.canvas.paste(fill, *self._mask([at], lambda draw, fine, _times: draw.polygon(fine, fill=255)))

    def bands(self, shapes: Sequence[Sequence[float]], fills: Sequence[str], edge: str, width: float) -> None:
        """Polygons that touch each other, and the edges between them, which hide what is rough of the fillings."""
        at = [[value * self.scale for value in points] for points in shapes]
        for points, fill in zip(at, fills, strict=True):
            self._draw.polygon(points, fill)
        wide = width * self.scale
        # One mask for all, as large as the lot: a mask is what takes the time.
        self.canvas.paste(
            edge,
            *self._mask(
                at, lambda draw, fine, times: draw.line([*fine, fine[0]], fill=255, width=round(wide * times)), wide
            ),
        )

    def _mask(
        self,
        shapes: Sequence[Sequence[float]],
        put: Callable[[ImageDraw.ImageDraw, list[tuple[float, float]], int], None],
        room: float = 0.0,
    ) -> tuple[tuple[int, int], Image.Image]:
        """Where a mask of these points stands, with so much room around them, and the mask."""
        pad = 2 + round(room)
        across, down = [x for one in shapes for x in one[::2]], [y for one in shapes for y in one[1::2]]
        left, top = int(min(across)) - pad, int(min(down)) - pad
        wide, high = int(max(across)) + pad - left, int(max(down)) + pad - top
        times = FINE_CURVE if wide < LARGE else FINE_LARGE
        mask = Image.new("L", (wide * times, high * times))
        draw = ImageDraw.Draw(mask)
        for one in shapes:
            # A pixel's number is its middle here.
            fine = [
                ((x - left) * times - 0.5, (y - top) * times - 0.5) for x, y in zip(one[::2], one[1::2], strict=True)
            ]
            put(draw, fine, times)
        return (left, top), mask.reduce(times)

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
    """A mask of a circle, or of a ring so wide, inward; a quarter of it is drawn, and turned."""
    fine = FINE if half < 100 else FINE_CURVE
    side = half * fine
    quarter = Image.new("L", (side, side))
    draw = ImageDraw.Draw(quarter)
    draw.ellipse((0, 0, 2 * side - 1, 2 * side - 1), fill=255)
    if width:
        edge = width * fine
        draw.ellipse((edge, edge, 2 * side - 1 - edge, 2 * side - 1 - edge), fill=0)
    quarter = quarter.reduce(fine)
    mask = Image.new("L", (2 * half, 2 * half))
    mask.paste(quarter)
    mask.paste(quarter.transpose(Image.Transpose.FLIP_LEFT_RIGHT), (half, 0))
    mask.paste(mask.crop((0, 0, 2 * half, half)).transpose(Image.Transpose.FLIP_TOP_BOTTOM), (0, half))
    return mask


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
