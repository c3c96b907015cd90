"""What a painter's process does: an order becomes the bytes of a picture. The drawing libraries are used here alone."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Mapping, Sequence
from functools import cache

from PIL import Image, ImageDraw

from bot.pictures.strokes import drawn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

QUALITY = 86
MOST_SIDE = 6_000
"""A larger picture would end the process in the library, not in an exception."""
MOST_PIXELS = 30_000_000
DECODERS = ("JPEG", "PNG", "WEBP", "GIF")
VIVID = 3.0
"""How much more a colourful part of a cover says of it than a grey one."""
PALETTE, MOST_SHADES = 256, 1_500
"""Colours that a picture has at most, or else, where it has more than so many, all of them."""
QUICKLY = 2
"""Of nine; more takes long and saves little."""
VEIL, VEILED, FADES = "#0b0c0f", 0.8, 0.3
"""What covers are darkened with, how much, and in which part of it that begins; white on it has 7 to 1."""


def printed(
    *,
    marks: Sequence[Sequence[Any]],
    scale: float,
    width: int,
    height: int,
    ground: str,
    places: Sequence[Sequence[Any]],
    odd_fonts: Sequence[str],
    covers: Mapping[str, bytes],
) -> tuple[dict[str, Any], bytes]:
    """The facts and the bytes of a picture.

    A drawing alone is a PNG, one with covers a JPEG. Covers that cannot be read are told as `unreadable`, and no
    picture is made: who laid it out puts their names there.
    """
    if not (0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE):
        raise ValueError(f"no picture is {width}×{height}")
    canvas = Image.new("RGB", (width, height), ground)
    accent, unreadable = _covered(canvas, places, covers)
    if unreadable:
        return {"unreadable": unreadable}, b""
    drawn(canvas, marks, scale, odd_fonts)
    facts = {"width": width, "height": height, "accent": accent}
    if places:
        told = io.BytesIO()
        canvas.save(told, "JPEG", quality=QUALITY)
        return {**facts, "content_type": "image/jpeg"}, told.getvalue()
    return {**facts, "content_type": "image/png"}, _packed(_numbered(canvas))


def _packed(picture: Image.Image) -> bytes:
    """A PNG: a head, the colours where they are numbered, the rows one after another.

    Pillow writes it too, but loads every common format to do so, which is a third of the first picture's time.
    """
    numbered = picture.mode == "P"
    row = picture.width * (1 if numbered else 3)
    pixels = picture.tobytes()
    rows = b"".join(b"\0" + pixels[place : place + row] for place in range(0, len(pixels), row))
    parts = {b"IHDR": struct.pack(">IIBBBBB", *picture.size, 8, 3 if numbered else 2, 0, 0, 0)}
    if numbered:
        parts[b"PLTE"] = bytes(picture.getpalette() or ())
    parts |= {b"IDAT": zlib.compress(rows, QUICKLY), b"IEND": b""}
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in parts.items()
    )


def _numbered(canvas: Image.Image) -> Image.Image:
    """The picture in its own most frequent colours, a byte a pixel: half the size, and quicker to pack.

    What is left out are a few shades of an edge. One with emoji in it has too many to do without.
    """
    counted = canvas.getcolors(MOST_SHADES)
    if counted is None:
        return canvas
    # Pillow looks for the nearest colour of each cell of four by four by four, from its lowest corner. Asked for the
    # corners themselves it finds each one's own; what it then is called is the cell's most frequent colour.
    kept: dict[tuple[int, ...], tuple[int, ...]] = {}
    for _, shade in sorted(counted, key=lambda one: -one[0]):
        if isinstance(shade, tuple) and len(kept) < PALETTE:
            kept.setdefault(tuple(value & ~3 for value in shade), shade)
    corners = Image.new("P", (1, 1))
    corners.putpalette([value for corner in kept for value in corner])
    numbered = canvas.quantize(palette=corners, dither=Image.Dither.NONE)
    numbered.putpalette([value for shade in kept.values() for value in shade])
    return numbered


def _covered(
    canvas: Image.Image, places: Sequence[Sequence[Any]], covers: Mapping[str, bytes]
) -> tuple[int | None, list[str]]:
    """Put the covers in their places; the first one's colour, and which cannot be read."""
    unreadable: list[str] = []
    accent: int | None = None
    for cover, left, top, side, radius, veil in places:
        try:
            tile = _tile(covers[cover], side)
        except Exception:  # noqa: BLE001 - a decoder stumbles in as many ways as there are damaged files
            unreadable.append(cover)
            continue
        accent = _accent(tile) if accent is None else accent
        canvas.paste(tile, (left, top), _rounded(side, radius) if radius else None)
        if veil:
            canvas.paste(VEIL, (left, top + side - veil, left + side, top + side), _veil(side, veil))
    return accent, unreadable


def _tile(content: bytes, side: int) -> Image.Image:
    """A cover as a square, cut in its middle; raises whatever a decoder does."""
    from PIL import ImageOps  # a chart begins without it

    with Image.open(io.BytesIO(content), formats=DECODERS) as opened:
        if opened.width * opened.height > MOST_PIXELS or min(opened.size) < 8:
            raise ValueError("no cover")
        opened.draft("RGB", (side, side))  # its decoder halves it on the way, as often as that is enough
        upright = ImageOps.exif_transpose(opened)
        if upright.mode != "RGB":
            clear = upright.convert("RGBA")
            upright = Image.new("RGBA", clear.size, "white")
            upright.alpha_composite(clear)
            upright = upright.convert("RGB")
        return ImageOps.fit(upright, (side, side), Image.Resampling.BICUBIC)


@cache
def _veil(side: int, high: int) -> Image.Image:
    """A mask that fades in from the top."""
    full = round(255 * VEILED)
    column = Image.new("L", (1, high))
    column.putdata([min(full, round(full * place / (FADES * high))) for place in range(high)])
    return column.resize((side, high))


@cache
def _rounded(side: int, radius: int) -> Image.Image:
    """A mask with round corners, smooth at its edges."""
    mask = Image.new("L", (2 * side, 2 * side), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, 2 * side - 1, 2 * side - 1), 2 * radius, fill=255)
    return mask.resize((side, side))


def _accent(tile: Image.Image) -> int:
    """The colour that a cover is remembered by: large and vivid parts count most."""
    small = tile.resize((32, 32)).quantize(colors=12).convert("RGB")
    best, found = -1.0, 0x808080
    for share, colour in small.getcolors(1_024) or []:
        red, green, blue = colour if isinstance(colour, tuple) else (128, 128, 128)
        chroma = (max(red, green, blue) - min(red, green, blue)) / 255
        if (score := share * (1 + VIVID * chroma)) > best:
            best, found = score, red << 16 | green << 8 | blue
    return found
