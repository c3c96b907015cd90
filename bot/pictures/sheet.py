"""A sheet to draw on: shapes and texts in the pixels of a phone, and what each text was given as its room."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from bot.pictures import writing
from bot.pictures.look import LINE, REGULAR, Palette

Anchor = Literal["start", "middle", "end"]
ASCENT, DESCENT = 0.78, 0.24
"""Of a line of text above and below its foot, in its size."""


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


@dataclass(frozen=True, slots=True)
class Order:
    """Everything that a painter's process needs to know."""

    svg: str
    fonts: tuple[str, ...]
    width: int
    height: int
    ground: str
    places: tuple[Place, ...] = ()
    """Covers below the drawing, which is then transparent elsewhere."""


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
    _parts: list[str] = field(default_factory=list[str])
    _defs: list[str] = field(default_factory=list[str])
    _fonts: set[str] = field(default_factory=set[str])

    def rect(
        self, x: float, y: float, width: float, height: float, fill: str, *, radius: float = 0.0, opacity: float = 1.0
    ) -> None:
        """A rectangle."""
        if width <= 0 or height <= 0:
            return
        round_ = f' rx="{number(min(radius, width / 2, height / 2))}"' if radius else ""
        clear = f' fill-opacity="{number(opacity)}"' if opacity < 1 else ""
        self._parts.append(
            f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}"'
            f'{round_} fill="{fill}"{clear}/>'
        )

    def circle(self, x: float, y: float, radius: float, fill: str) -> None:
        """A dot."""
        self._parts.append(f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}" fill="{fill}"/>')

    def line(
        self, x1: float, y1: float, x2: float, y2: float, colour: str, *, width: float = 1.0, dash: str = ""
    ) -> None:
        """A straight line."""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self._parts.append(
            f'<line x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}" stroke="{colour}"'
            f' stroke-width="{number(width)}" stroke-linecap="round"{dashed}/>'
        )

    def path(self, steps: str, fill: str, *, stroke: str = "", width: float = 0.0, opacity: float = 1.0) -> None:
        """A shape of steps in the language of SVG paths."""
        edge = f' stroke="{stroke}" stroke-width="{number(width)}" stroke-linejoin="round"' if stroke else ""
        clear = f' fill-opacity="{number(opacity)}"' if opacity < 1 else ""
        self._parts.append(f'<path d="{steps}" fill="{fill}"{clear}{edge}/>')

    def hatch(self, colour: str) -> str:
        """A filling of slanted lines, for what must differ from a full one without its colour."""
        name = f"hatch{len(self._defs)}"
        self._defs.append(
            f'<pattern id="{name}" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
            f'<rect width="2" height="4" fill="{colour}"/></pattern>'
        )
        return f"url(#{name})"

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
        told, fonts = writing.markup(text, weight)
        self._fonts |= fonts
        left = x - {"start": 0.0, "middle": room / 2, "end": room}[anchor]
        self.written.append(Written(text, size, weight, left, foot, room))
        turned = f' text-anchor="{anchor}"' if anchor != "start" else ""
        heavy = f' font-weight="{weight}"' if weight != REGULAR else ""
        self._parts.append(
            f'<text x="{number(x)}" y="{number(foot)}" font-size="{number(size)}" fill="{fill}"'
            f"{heavy}{turned}>{told}</text>"
        )

    def cover(self, sha256: str, x: float, y: float, side: float, *, radius: float = 0.0, veil: float = 0.0) -> None:
        """A cover below everything drawn."""
        left, top, right, bottom = (round(edge * self.scale) for edge in (x, y, x + side, y + side))
        large = max(right - left, bottom - top)
        self.places.append(Place(sha256, left, top, large, round(radius * self.scale), round(veil * self.scale)))

    def order(self) -> Order:
        """The finished sheet."""
        width, height = round(self.width * self.scale), round(self.height * self.scale)
        ground = [] if self.places else [f'<rect width="100%" height="100%" fill="{self.palette.ground}"/>']
        svg = "".join(
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" xml:space="preserve"',
                f' viewBox="0 0 {number(width / self.scale)} {number(height / self.scale)}">',
                f"<defs>{''.join(self._defs)}</defs>" if self._defs else "",
                *ground,
                *self._parts,
                "</svg>",
            )
        )
        return Order(svg, tuple(sorted(self._fonts)), width, height, self.palette.ground, tuple(self.places))


def evenly(values: Iterable[float]) -> list[float]:
    """The values as parts of the largest; all zero where there is none."""
    listed = list(values)
    most = max(listed, default=0.0)
    return [value / most if most else 0.0 for value in listed]
