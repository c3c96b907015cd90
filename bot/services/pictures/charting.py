"""Collages of what somebody heard most: which tiles, with which covers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain.listening.charts import Kind, Line
from bot.domain.listening.periods import Period, read_period
from bot.domain.listening.refusals import NothingHeard
from bot.domain.listening.seen import Shown
from bot.domain.people import Caller
from bot.domain.pictures.collages import LARGEST, SMALLEST, Collage, Tile, read_size, wanted_tiles
from bot.domain.pictures.painting import PictureSize, TooFewForPicture
from bot.services.listening.watching import Whose, shown_of
from bot.services.pictures.seeking import covers_for
from bot.services.tools import Tools
from db.queries.listening import patterns
from db.queries.listening import reading as queries


@dataclass(frozen=True, slots=True)
class Charted:
    """A collage, and whose it is."""

    shown: Shown
    period: Period
    collage: Collage
    skipped: int = 0
    """How many were left out because nobody has their cover."""

    @property
    def missing(self) -> int:
        """Tiles that have no cover."""
        return sum(tile.cover is None for tile in self.collage.tiles)


async def chart(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    kind: Kind = Kind.ALBUM,
    size: str = "3x3",
    period: str = "week",
    titles: bool = True,
    skip: bool = False,
    whose: Whose | None = None,
) -> Charted:
    """What somebody heard most in a period, as many as the collage has places.

    `skip` leaves out what has no cover, and takes what was heard less instead. Raises `PictureSize`,
    `PeriodNotUnderstood`, `NothingHeard`, `HearingHidden`, `TooFewForPicture`.
    """
    sides = read_size(size)
    if sides is None:
        raise PictureSize(size, SMALLEST, LARGEST)
    columns, rows = sides
    async with tools.database.reading() as session:
        shown = await shown_of(session, caller, whose)
        asked = read_period(period, shown.zone, now)
        user_id = shown.person.user_id
        limit = wanted_tiles(columns, rows, skipping=skip)
        lines, subjects, _ = await queries.top(session, user_id, kind, asked, limit=limit, offset=0)
        if not lines and not await queries.plays_of(session, user_id, Period("", ""), limit=1):
            raise NothingHeard("" if shown.own else shown.person.name)
        if subjects < columns * rows:
            raise TooFewForPicture(subjects, columns * rows, str(kind))
        pictured = {line.subject.id: line.subject for line in lines}
        if kind is Kind.ARTIST:
            pictured = await patterns.albums_of_artists(session, user_id, asked, list(pictured))
    found = await covers_for(tools, albums=list(pictured.values()), now=now)
    covers = {key: found[album.id] for key, album in pictured.items() if album.id in found}
    tiles = [_tile(line, covers) for line in lines]
    bare = sum(tile.cover is None for tile in tiles)
    if skip:
        tiles = [tile for tile in tiles if tile.cover is not None]
        if len(tiles) < columns * rows:
            raise TooFewForPicture(len(tiles), columns * rows, str(kind), covered=True)
    tiles = tiles[: columns * rows]
    named = "artist" if kind is Kind.ARTIST else "album"
    collage = Collage(shown.person.name, asked.words, named, columns, rows, tuple(tiles), titles)
    return Charted(shown, asked, collage, bare if skip else 0)


def _tile(line: Line, covers: dict[UUID, str]) -> Tile:
    return Tile(line.subject.title, line.subject.artist, line.plays, covers.get(line.subject.id))
