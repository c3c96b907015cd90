"""What a painter's process does: an order becomes the bytes of a picture. The drawing libraries are used here alone."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import cache

import resvg_py

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from PIL import Image

QUALITY = 86
MOST_SIDE = 6_000
"""A larger picture would end the process in the library, not in an exception."""
MOST_PIXELS = 30_000_000
DECODERS = ("JPEG", "PNG", "WEBP", "GIF")
VIVID = 3.0
"""How much more a colourful part of a cover says of it than a grey one."""
FALLBACK = "Inter"
VEIL, VEILED, FADES = "#0b0c0f", 0.8, 0.3
"""What covers are darkened with, how much, and in which part of it that begins; white on it has 7 to 1."""


def printed(
    *,
    svg: str,
    fonts: Sequence[str],
    width: int,
    height: int,
    ground: str,
    places: Sequence[Sequence[Any]],
    covers: Mapping[str, bytes],
) -> tuple[dict[str, Any], bytes]:
    """The facts and the bytes of a picture.

    A drawing alone is a PNG, one with covers a JPEG. Covers that cannot be read are told as `unreadable`, and no
    picture is made: who laid it out puts their names there.
    """
    if not (0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE):
        raise ValueError(f"no picture is {width}×{height}")
    if not places:
        drawn = _rendered(svg, fonts)
        return {"content_type": "image/png", "width": width, "height": height, "accent": None}, drawn
    return _with_covers(svg, fonts, (width, height), ground, places, covers)


def _rendered(svg: str, fonts: Sequence[str]) -> bytes:
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg, font_files=list(fonts), skip_system_fonts=True, font_family=FALLBACK, languages=["en"]
        )
    )


def _with_covers(
    svg: str,
    fonts: Sequence[str],
    size: tuple[int, int],
    ground: str,
    places: Sequence[Sequence[Any]],
    covers: Mapping[str, bytes],
) -> tuple[dict[str, Any], bytes]:
    from PIL import Image

    canvas = Image.new("RGB", size, ground)
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
    if unreadable:
        return {"unreadable": unreadable}, b""
    with Image.open(io.BytesIO(_rendered(svg, fonts)), formats=("PNG",)) as over:
        canvas.paste(over, (0, 0), over)
    told = io.BytesIO()
    canvas.save(told, "JPEG", quality=QUALITY)
    return {"content_type": "image/jpeg", "width": size[0], "height": size[1], "accent": accent}, told.getvalue()


def _tile(content: bytes, side: int) -> Image.Image:
    """A cover as a square, cut in its middle; raises whatever a decoder does."""
    from PIL import Image, ImageOps

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
    from PIL import Image

    full = round(255 * VEILED)
    column = Image.new("L", (1, high))
    column.putdata([min(full, round(full * place / (FADES * high))) for place in range(high)])
    return column.resize((side, high))


@cache
def _rounded(side: int, radius: int) -> Image.Image:
    """A mask with round corners, smooth at its edges."""
    from PIL import Image, ImageDraw

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
