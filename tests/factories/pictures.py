"""Pictures for tests: good ones of every type, and what hostile senders make of them."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image


def a_picture(kind: str = "JPEG", size: tuple[int, int] = (300, 300), *, mode: str = "RGB", **options: object) -> bytes:
    """A picture of one type, with a gradient, so that it is no solid block."""
    image = Image.linear_gradient("L").resize(size).convert(mode)
    drawn = io.BytesIO()
    image.save(drawn, kind, **options)
    return drawn.getvalue()


def a_png_bomb(width: int, height: int) -> bytes:
    """A PNG of some kilobytes whose pixels would fill all memory."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


SVG = b"""<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="300" height="300">
<script>alert(1)</script><image href="file:///etc/passwd"/></svg>"""
PAGE = b"<!DOCTYPE html><html><title>Not found</title></html>"
