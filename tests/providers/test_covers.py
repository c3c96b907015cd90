"""Covers as hostile servers send them: each gives a named outcome, none is decoded that should not be."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncGenerator, Callable

import pytest
from PIL import Image

from bot.domain.covers import MOST_BYTES, STORED_SIDE, CoverOutcome, CoverRefused
from bot.domain.errors import Unavailable, Why
from bot.providers.covers import WebCovers, redrawn
from bot.providers.http import Http
from tests.factories.pictures import PAGE, SVG, a_picture, a_png_bomb

HEAVY = a_picture("JPEG", (2_000, 2_000)) + bytes(5 * 1024 * 1024)
"""More than 5 MB that begin as a fine JPEG."""


def answer(body: bytes, *, status: str = "200 OK", kind: str = "image/jpeg", length: int | None = None) -> bytes:
    """An answer as it goes over the wire, with whatever length it claims."""
    claimed = len(body) if length is None else length
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {claimed}\r\nConnection: close\r\n\r\n".encode()
        + body
    )


def chunked(body: bytes) -> bytes:
    """An answer that claims no length at all."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    return head + f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"


def leading_to(target: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()


@pytest.fixture
async def serve() -> AsyncGenerator[Callable[[bytes], str]]:
    """Makes addresses of this machine answer with the given bytes."""
    answers: dict[str, bytes] = {}

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await reader.readuntil(b"\r\n\r\n")
            writer.write(answers[request.split(b" ")[1].decode()])
            await writer.drain()
        except ConnectionError:  # whoever has read enough hangs up
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    def put(content: bytes) -> str:
        path = f"/{len(answers)}.jpg"
        answers[path] = content
        return f"http://127.0.0.1:{port}{path}"

    yield put
    server.close()
    await server.wait_closed()


@pytest.fixture
async def covers() -> AsyncGenerator[WebCovers]:
    http = Http(loopback=True)
    yield WebCovers(http)
    await http.close()


async def outcome_of(covers: WebCovers, url: str) -> CoverOutcome:
    """What is remembered of a cover that was not taken."""
    try:
        await covers.fetch_cover(url)
    except CoverRefused as refused:
        return refused.outcome
    except Unavailable as unavailable:
        return CoverOutcome(unavailable.why.value)
    return CoverOutcome.KEPT


@pytest.mark.parametrize(
    ("sent", "outcome"),
    [
        (answer(a_picture()), CoverOutcome.KEPT),
        (answer(a_picture("PNG"), kind="text/plain"), CoverOutcome.KEPT),
        (answer(HEAVY), CoverOutcome.GARBLED),
        (chunked(HEAVY), CoverOutcome.GARBLED),
        (answer(a_picture(), length=len(a_picture()) + 500), CoverOutcome.GARBLED),
        (answer(SVG), CoverOutcome.NOT_A_PICTURE),
        (answer(SVG, kind="image/svg+xml"), CoverOutcome.NOT_A_PICTURE),
        (answer(PAGE), CoverOutcome.NOT_A_PICTURE),
        (answer(b""), CoverOutcome.MISSING),
        (answer(a_picture(size=(900, 900))[:3_000]), CoverOutcome.BROKEN),
        (answer(a_picture("PNG", (900, 900))[:900]), CoverOutcome.BROKEN),
        (answer(a_png_bomb(30_000, 30_000)), CoverOutcome.TOO_MANY_PIXELS),
        (answer(a_png_bomb(4_000, 4_000)), CoverOutcome.BROKEN),
        (answer(a_picture(size=(10, 10))), CoverOutcome.TOO_SMALL),
        (answer(b"", status="404 Not Found"), CoverOutcome.MISSING),
        (answer(b"", status="403 Forbidden"), CoverOutcome.REFUSED),
        (answer(b"", status="429 Too Many Requests"), CoverOutcome.BUSY),
        (answer(b"", status="502 Bad Gateway"), CoverOutcome.DOWN),
        (b"this is no HTTP\r\n\r\n", CoverOutcome.GARBLED),
        (leading_to("http://10.0.0.1/cover.jpg"), CoverOutcome.REFUSED),
        (leading_to("http://169.254.169.254/latest/meta-data"), CoverOutcome.REFUSED),
        (leading_to("http://[::ffff:192.168.0.1]/cover.jpg"), CoverOutcome.REFUSED),
        (leading_to("file:///etc/passwd"), CoverOutcome.REFUSED),
        (leading_to("https://ann:secret@covers.example/a.jpg"), CoverOutcome.REFUSED),
    ],
)
async def test_every_answer_has_its_named_outcome(covers, serve, sent, outcome) -> None:
    assert await outcome_of(covers, serve(sent)) is outcome


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:image/png;base64,iVBORw0KGgo=",
        "file:///etc/passwd",
        "ftp://covers.example/a.jpg",
        "//covers.example/a.jpg",
        "https://ann:secret@covers.example/a.jpg",
        "http://10.0.0.1/a.jpg",
        "http://[fe80::1]/a.jpg",
        "https://covers.example:22/a.jpg",
        "https://",
        "",
    ],
)
async def test_addresses_that_no_cover_has_are_never_asked(covers, url) -> None:
    assert await outcome_of(covers, url) is CoverOutcome.REFUSED


async def test_five_megabytes_that_claim_to_be_one_kilobyte_are_not_read(covers, serve) -> None:
    outcome = await outcome_of(covers, serve(answer(HEAVY, length=1_000)))
    assert outcome in (CoverOutcome.GARBLED, CoverOutcome.BROKEN), "whichever is noticed first"


async def test_a_redirect_to_a_cover_is_followed(covers, serve) -> None:
    picture = await covers.fetch_cover(serve(leading_to(serve(answer(a_picture())))))
    assert (picture.cover.width, picture.cover.height) == (300, 300)


async def test_this_machine_is_not_asked_outside_of_a_rehearsal(serve) -> None:
    http = Http()
    with pytest.raises(Unavailable) as caught:
        await WebCovers(http).fetch_cover(serve(answer(a_picture())))
    await http.close()
    assert caught.value.why is Why.REFUSED


def test_what_is_kept_is_a_small_jpeg_of_the_pixels_alone() -> None:
    exif = Image.Exif()
    exif[0x010E] = "GPS 52.5 N 13.4 E"
    sent = a_picture(
        "JPEG", (3_000, 2_000), exif=exif.tobytes(), icc_profile=b"profile", comment=b"by the one who took it"
    )
    picture = redrawn(sent)
    assert (picture.cover.width, picture.cover.height) == (STORED_SIDE, 667)
    assert picture.cover.size == len(picture.content) < 200_000
    assert not any(word in picture.content for word in (b"GPS", b"profile", b"by the one"))
    assert redrawn(sent) == picture, "the same picture is the same file"
    with Image.open(io.BytesIO(picture.content)) as image:
        assert (image.format, image.mode, image.getexif()) == ("JPEG", "RGB", {})


@pytest.mark.parametrize(
    ("kind", "mode", "options"),
    [
        ("JPEG", "CMYK", {}),
        ("JPEG", "L", {}),
        ("PNG", "RGBA", {}),
        ("PNG", "LA", {}),
        ("PNG", "P", {"transparency": 0}),
        ("PNG", "1", {}),
        ("PNG", "I;16", {}),
        ("GIF", "P", {}),
        ("GIF", "P", {"save_all": True, "append_images": [Image.new("RGB", (300, 300), "red")]}),
        ("WEBP", "RGBA", {}),
        ("WEBP", "RGB", {"save_all": True, "append_images": [Image.new("RGB", (300, 300), "red")]}),
    ],
)
def test_every_mode_of_every_type_is_redrawn(kind, mode, options) -> None:
    picture = redrawn(a_picture(kind, mode=mode, **options))
    assert (picture.cover.width, picture.cover.height) == (300, 300)


def test_transparent_parts_become_white_and_pictures_stand_upright() -> None:
    clear = Image.new("RGBA", (100, 100), (255, 0, 0, 0))
    drawn = io.BytesIO()
    clear.save(drawn, "PNG")
    with Image.open(io.BytesIO(redrawn(drawn.getvalue()).content)) as image:
        assert image.getpixel((50, 50)) == (255, 255, 255)
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    lying = redrawn(a_picture("JPEG", (200, 100), exif=exif.tobytes()))
    assert (lying.cover.width, lying.cover.height) == (100, 200)


def test_the_heaviest_cover_is_heavier_than_it_may_be() -> None:
    assert len(HEAVY) > MOST_BYTES
