"""A sheet to draw on: shapes and texts in the pixels of a phone, and what each text was given as its room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from bot.pictures import writing
from bot.pictures.look import LINE, REGULAR, Palette

Anchor = Literal["start", "middle", "end"]
ASCENT, DESCENT = 0.78, 0.24
"""Of a line of text above and below its foot, in its size."""
TALL, DEEP = 1.3, 0.7
"""The same of any script, with its marks."""
Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Written:
    """A text as it was drawn, with the room it was given."""

    text: str
    size: float
    weight: int
    left: float
    foot: float
    room: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cover stands, in pixels of the picture; it fills the place."""

    cover: str
    left: int
    top: int
    side: int
    radius: int = 0
    veil: int = 0
    """Of its foot so much is darkened, for text to stand on."""


Mark: TypeAlias = tuple[Any, ...]
"""A shape or a line of text: its kind, then what `bot.pictures.strokes.Pen` is told, in the pixels of a phone."""


@dataclass(frozen=True, slots=True)
class Order:
    """Everything that a painter's process needs to know."""

    marks: tuple[Mark, ...]
    scale: float
    width: int
    height: int
    ground: str
    places: tuple[Place, ...] = ()
    """Covers below the marks."""
    odd_fonts: tuple[str, ...] = ()
    """Of lines that change their direction or hold emoji."""


def number(value: float) -> str:
    """A number as a drawing has it, short."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


@dataclass
class Sheet:
    """What is drawn so far."""

    palette: Palette
    width: float
    scale: float
    height: float = 0.0
    written: list[Written] = field(default_factory=list[Written])
    places: list[Place] = field(default_factory=list[Place])
    _marks: list[Mark] = field(default_factory=list[Mark])
    _odd_fonts: set[str] = field(default_factory=set[str])

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: str,
        *,
        radius: float = 0.0,
        opacity: float = 1.0,
        hatched: bool = False,
    ) -> None:
        """A rectangle; a hatched one is slanted lines, for what must differ from a full one without its colour."""
        if width > 0 and height > 0:
            self._marks.append(
                ("rect", x, y, width, height, fill, min(radius, width / 2, height / 2), opacity, hatched)
            )

    def circle(self, x: float, y: float, radius: float, fill: str) -> None:
        """A dot."""
        self._marks.append(("disc", x, y, radius, fill))

    def ring(self, x: float, y: float, radius: float, fill: str, *, width: float) -> None:
        """A thin circle."""
        self._marks.append(("ring", x, y, radius, width, fill))

    def across(self, x: float, y: float, length: float, colour: str) -> None:
        """A thin line from left to right."""
        self.rect(x, y - 0.5, length, 1, colour)

    def down(
        self, x: float, y: float, length: float, colour: str, *, width: float = 1.0, dash: float = 0.0, gap: float = 0.0
    ) -> None:
        """A thin line from top to bottom, or the dashes of one."""
        at = y
        while at < y + length:
            high = min(dash or length, y + length - at)
            self.rect(x - width / 2, at, width, high, colour, radius=width / 2)
            at += high + gap

    def shape(self, points: Sequence[Point], fill: str) -> None:
        """A polygon."""
        self._marks.append(("shape", _flat(points), fill))

    def bands(self, shapes: Sequence[Sequence[Point]], fills: Sequence[str], *, edge: str, width: float) -> None:
        """Polygons that touch each other, with edges of another colour."""
        if shapes:
            self._marks.append(("bands", tuple(map(_flat, shapes)), tuple(fills), edge, width))

    def text(
        self,
        x: float,
        foot: float,
        text: str,
        size: float,
        *,
        room: float,
        fill: str = "",
        weight: int = REGULAR,
        anchor: Anchor = "start",
        instead: str = "",
    ) -> float:
        """A line of text, cut to its room; how wide it became."""
        shown = writing.fitted(writing.drawable(text, instead, weight=weight), room, size, weight)
        if not shown:
            return 0.0
        self._put(x, foot, shown, size, room, fill or self.palette.ink, weight, anchor)
        return writing.width_of(shown, size, weight)

    def texts(
        self,
        x: float,
        foot: float,
        text: str,
        size: float,
        *,
        room: float,
        lines: int,
        fill: str = "",
        weight: int = REGULAR,
        anchor: Anchor = "start",
        instead: str = "",
    ) -> float:
        """Several lines at most; the foot of the last one."""
        shown = writing.wrapped(writing.drawable(text, instead, weight=weight), room, size, weight, lines=lines)
        for place, line in enumerate(shown):
            self._put(x, foot + place * size * LINE, line, size, room, fill or self.palette.ink, weight, anchor)
        return foot + max(0, len(shown) - 1) * size * LINE

    def _put(
        self, x: float, foot: float, text: str, size: float, room: float, fill: str, weight: int, anchor: Anchor
    ) -> None:
        left = x - {"start": 0.0, "middle": room / 2, "end": room}[anchor]
        self.written.append(Written(text, size, weight, left, foot, room))
        pieces = list(writing.runs(text, weight))
        if not writing.odd(pieces):
            told = tuple((writing.only_drawn(one), one.face.path) for one in pieces)
            self._marks.append(("text", x, foot, size, fill, anchor, told))
            return
        markup, fonts = writing.markup(pieces)
        self._odd_fonts |= fonts
        turned = f' text-anchor="{anchor}"' if anchor != "start" else ""
        heavy = f' font-weight="{weight}"' if weight != REGULAR else ""
        line = (
            f'<text x="{number(x - left)}" y="{number(size * TALL)}" font-size="{number(size)}" fill="{fill}"'
            f"{heavy}{turned}>{markup}</text>"
        )
        self._marks.append(("odd", left, foot - size * TALL, room, size * (TALL + DEEP), line))

    def cover(self, sha256: str, x: float, y: float, side: float, *, radius: float = 0.0, veil: float = 0.0) -> None:
        """A cover below everything drawn."""
        left, top, right, bottom = (round(edge * self.scale) for edge in (x, y, x + side, y + side))
        large = max(right - left, bottom - top)
        self.places.append(Place(sha256, left, top, large, round(radius * self.scale), round(veil * self.scale)))

    def order(self) -> Order:
        """The finished sheet."""
        width, height = round(self.width * self.scale), round(self.height * self.scale)
        fonts = tuple(sorted(self._odd_fonts))
        return Order(tuple(self._marks), self.scale, width, height, self.palette.ground, tuple(self.places), fonts)


def _flat(points: Sequence[Point]) -> tuple[float, ...]:
    return tuple(round(value, 2) for point in points for value in point)


def evenly(values: Iterable[float]) -> list[float]:
    """The values as parts of the largest; all zero where there is none."""
    listed = list(values)
    most = max(listed, default=0.0)
    return [value / most if most else 0.0 for value in listed]
