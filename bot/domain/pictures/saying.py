"""Every picture in words: the text that screen readers read, and lines that stand beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import singledispatch

from bot.domain.catalog import visible
from bot.domain.pictures.charts import (
    WEEKDAYS,
    Bar,
    Calendar,
    Clock,
    Comparison,
    GenreSpread,
    Recap,
    TasteCard,
    Waveform,
)
from bot.domain.pictures.collages import Collage, Tile
from bot.domain.pictures.sketches import Sketch

ALT_LIMIT = 1_024
NAME = 80
FEW = 3


def alt_of(sketch: Sketch) -> str:
    """The picture in one paragraph of at most 1,024 characters, its most important part first."""
    return _cut(" ".join(lines_of(sketch)), ALT_LIMIT)


def lines_of(sketch: Sketch) -> tuple[str, ...]:
    """The picture in sentences, each a line; names in it are as they were told, on one line and cut."""
    return tuple(line for line in _lines(sketch) if line)


@singledispatch
def _lines(sketch: Sketch) -> Sequence[str]:
    raise TypeError(f"nobody can say {type(sketch).__name__}")


@_lines.register
def _(sketch: Collage) -> Sequence[str]:
    head = f"{_count(len(sketch.tiles), sketch.kind)} heard most by {_name(sketch.name)}, {sketch.period}:"
    return [head, *(f"#{place} {tile_words(tile)}." for place, tile in enumerate(sketch.tiles, start=1))]


def tile_words(tile: Tile) -> str:
    """`Title by Artist`."""
    return f"{_name(tile.title)} by {_name(tile.artist)}" if tile.artist else _name(tile.title)


@_lines.register
def _(sketch: TasteCard) -> Sequence[str]:
    genres = _all(f"{_name(bar.name)} {_percent(bar.share)}" for bar in sketch.genres[:FEW])
    decades = _all(f"{_name(bar.name)} {_percent(bar.share)}" for bar in _strongest(sketch.decades))
    countries = _all(f"{_name(bar.name)} {_percent(bar.share)}" for bar in sketch.countries[:FEW])
    numbers = _all(
        f"{what} {value} of 100"
        for what, value in (
            ("novelty", sketch.novelty),
            ("loyalty", sketch.loyalty),
            ("obscurity", sketch.obscurity),
        )
        if value is not None
    )
    return [
        f"What {_name(sketch.name)} loves, {sketch.period}, from {_count(sketch.plays, 'play')}.",
        *map(_sentence, sketch.cautions),
        f"Artists: {_all(map(_name, sketch.artists[:FEW]))}." if sketch.artists else "",
        f"Genres: {genres}." if genres else "",
        f"Decades: {decades}." if decades else "",
        f"Countries: {countries}." if countries else "",
        _busiest(sketch.hours),
        f"{numbers[0].upper()}{numbers[1:]}." if numbers else "",
    ]


@_lines.register
def _(sketch: Comparison) -> Sequence[str]:
    verdict = f", {sketch.verdict}" if sketch.verdict else ""
    shared = _all(f"{_name(one.name)} ({one.left} and {one.right})" for one in sketch.artists[:5])
    return [
        f"{_name(sketch.left)} and {_name(sketch.right)}: {sketch.score} of 100{verdict}.",
        *map(_sentence, sketch.cautions),
        *(_sentence(reason) for reason in sketch.reasons[:FEW]),
        f"Plays of each: {shared}." if shared else "",
        _missed(sketch.right, sketch.left, sketch.right_loves),
        _missed(sketch.left, sketch.right, sketch.left_loves),
    ]


@_lines.register
def _(sketch: Recap) -> Sequence[str]:
    most = max(sketch.counts)
    often = [f"{1 + place / 2:g}" for place, count in enumerate(sketch.counts) if count == most]
    lines = [f"{sketch.label}: {_name(sketch.title)}{f' by {_name(sketch.artist)}' if sketch.artist else ''}."]
    if not most:
        return [*lines, "Nobody rated it."]
    lines.append(
        f"Mean {sketch.mean.normalize():f}, median {sketch.median.normalize():f} from "
        f"{_count(sketch.ratings, 'rating')}, most often {_all(often)}, spread {sketch.spread.normalize():f}."
    )
    if sketch.rank is not None:
        lines.append(f"Place {sketch.rank} of {_count(sketch.weeks, 'album')} of the club.")
    if sketch.favourites:
        lines.append(f"Favourite tracks: {_all(f'{_name(one)} ({count})' for one, count in sketch.favourites[:FEW])}.")
    return lines


@_lines.register
def _(sketch: Clock) -> Sequence[str]:
    lines = [f"When {_name(sketch.name)} listens, {sketch.period}, from {_count(sketch.plays, 'play')}."]
    if sketch.plays:
        ordered = sorted(range(len(sketch.hours)), key=lambda hour: (-sketch.hours[hour], hour))
        lines.append(
            f"Most at {_all(f'{hour:02}:00 ({sketch.hours[hour]})' for hour in ordered[:FEW] if sketch.hours[hour])}."
        )
        silent = sum(not plays for plays in sketch.hours)
        lines.append(f"{_count(silent, 'hour')} of the day without a play." if silent else "")
    return lines


@_lines.register
def _(sketch: Calendar) -> Sequence[str]:
    heard = sum(bool(plays) for plays in sketch.days)
    lines = [
        f"Days on which {_name(sketch.name)} listened, {sketch.period}: {heard} of {len(sketch.days)}, "
        f"{_count(sketch.plays, 'play')}."
    ]
    if sketch.plays:
        best = max(range(len(sketch.days)), key=lambda place: sketch.days[place])
        lines.append(f"Most on {sketch.first + timedelta(days=best):%Y-%m-%d}: {_count(sketch.days[best], 'play')}.")
        weekdays = [0] * 7
        for place, plays in enumerate(sketch.days):
            weekdays[(sketch.first.weekday() + place) % 7] += plays
        lines.append(f"The busiest weekday is {WEEKDAYS[weekdays.index(max(weekdays))]}.")
    return lines


@_lines.register
def _(sketch: GenreSpread) -> Sequence[str]:
    lines = [f"Genres that {_name(sketch.name)} hears, {sketch.period}."]
    for title, shares in sketch.bands:
        heard = [share for share in shares if share]
        if heard:
            top = max(range(len(shares)), key=lambda place: shares[place])
            last = f", now {_percent(shares[-1])}" if shares[-1] else ""
            lines.append(f"{_name(title)}: most in {sketch.moments[top]} with {_percent(shares[top])}{last}.")
    return lines


@_lines.register
def _(sketch: Waveform) -> Sequence[str]:
    minutes, seconds = divmod(round(sketch.seconds), 60)
    version = f", {_name(sketch.version)}" if sketch.version else ""
    by = f" by {_name(sketch.artist)}" if sketch.artist else ""
    loudness = f", {sketch.loudness:.1f} LUFS" if sketch.loudness is not None else ""
    return [f"Waveform of {_name(sketch.title)}{by}{version}: {minutes}:{seconds:02}{loudness}."]


def _missed(lover: str, other: str, loved: Sequence[str]) -> str:
    names = _all(map(_name, loved[:FEW]))
    return f"{_name(lover)} loves and {_name(other)} has not heard {names}." if loved else ""


def _strongest(bars: Sequence[Bar]) -> list[Bar]:
    return sorted(bars, key=lambda bar: -bar.share)[:FEW]


def _busiest(hours: Sequence[Sequence[float]]) -> str:
    cells = [(plays, day, hour) for day, row in enumerate(hours) for hour, plays in enumerate(row) if plays]
    if not cells:
        return ""
    _, day, hour = max(cells, key=lambda cell: (cell[0], -cell[1], -cell[2]))
    return f"Listens most on {WEEKDAYS[day]} at {hour:02}:00."


def _name(text: str) -> str:
    return _cut(" ".join(visible(text).split()), NAME) or "—"


def _sentence(text: str) -> str:
    said = _cut(" ".join(visible(text).split()), 160)
    return said if said.endswith((".", "!", "?", "…")) else f"{said}."


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def _all(words: Iterable[str]) -> str:
    listed = list(words)
    return " and ".join([", ".join(listed[:-1]), listed[-1]] if len(listed) > 1 else listed)
