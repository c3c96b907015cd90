"""Where a process is killed: before or after its n-th commit or Discord effect of one kind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal, cast

Thing = Literal["commit", "effect"]
Moment = Literal["before", "after"]

_POINT = re.compile(r"(commit|effect):(before|after):([^:\s]+):([1-9]\d*)")
_ANSWERS = {4: "message", 5: "promise", 6: "promise-of-change", 7: "change", 8: "choices", 9: "form"}
"""What the first answer to an interaction is, by Discord's number."""


class NotAPoint(ValueError):  # noqa: N818 - it says what is wrong
    """A text does not name a place to kill at."""


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """One place to kill at; as text `commit:before:settle.card:1`.

    A place is named by what happens there and how often that happened before, so that it stays the same place when
    something else goes a little differently.
    """

    thing: Thing
    moment: Moment
    step: str
    nth: int

    def __str__(self) -> str:
        return f"{self.thing}:{self.moment}:{self.step}:{self.nth}"

    @classmethod
    def read(cls, text: str) -> Point:
        """A point from its text; raises `NotAPoint`."""
        match = _POINT.fullmatch(text)
        if match is None:
            raise NotAPoint(f"{text!r} is no point; one looks like commit:before:settle.card:1")
        thing, moment, step, nth = match.groups()
        return cls(cast("Thing", thing), cast("Moment", moment), step, int(nth))


def effect_name(method: str, route: str, body: Any) -> str:
    """A name for a Discord effect: its verb and the fixed parts of its route (`post-channels-messages`)."""
    words = [part for part in route.split("/") if part and not part.startswith("{")]
    if words[-1:] == ["callback"] and isinstance(body, dict):
        kind: Any = cast("dict[str, Any]", body).get("type")
        words.append(_ANSWERS.get(kind, str(kind)))
    return "-".join([method.lower(), *words])


def points_of(thing: Thing, steps: list[str]) -> list[Point]:
    """Both sides of every step of a run, in the order in which they happened."""
    seen: dict[str, int] = {}
    points: list[Point] = []
    for step in steps:
        seen[step] = seen.get(step, 0) + 1
        points += [Point(thing, "before", step, seen[step]), Point(thing, "after", step, seen[step])]
    return points
