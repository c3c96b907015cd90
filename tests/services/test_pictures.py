"""What pictures show: the right plays and covers, in the member's own zone, and of nobody who hides what they hear."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from bot.domain.catalog import Service
from bot.domain.covers import CoverOutcome, CoverRefused, Picture
from bot.domain.errors import Unavailable, Why
from bot.domain.listening.charts import Kind, Subject
from bot.domain.listening.names import heard_album_id
from bot.domain.listening.refusals import HearingHidden, NothingHeard, PeriodNotUnderstood
from bot.domain.pictures.charts import Calendar, Clock
from bot.domain.pictures.painting import PictureRefused, PictureSize, TooFewForPicture
from bot.providers.files import FileStore
from bot.services.listening.watching import Whose, set_zone
from bot.services.pictures import charting, painting, patterns, seeking
from bot.services.pictures.patterns import Pattern, spread
from bot.services.tools import Covers
from db.queries import catalog as albums
from tests.factories import NOW, a_caller, make_club, make_tools
from tests.factories.held import HeldSource
from tests.factories.listening import MINUTES, a_play, be_seen_by, make_listener
from tests.factories.sketches import sketches
from tests.factories.sources import deezer

BEN, CHIDI = a_caller(1, name="Ben"), a_caller(2, name="Chidi")
DAY = timedelta(days=1)
TITLES = ("Blue", "Red", "Green", "Gold")


class Gallery:
    """A world of covers: every address ends in a picture of its own, but for those that are told otherwise."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.slow: set[str] = set()
        self.gone: set[str] = set()

    async def fetch_cover(self, url: str) -> Picture:
        self.asked.append(url)
        if url in self.slow:
            await asyncio.sleep(30)
        if url in self.gone:
            raise CoverRefused(CoverOutcome.BROKEN)
        return Picture.of(f"picture at {url}".encode(), 300, 300)


class Counting(HeldSource):
    """Counts what it is asked."""

    def __init__(self, *found: object) -> None:
        super().__init__(Service.DEEZER, found)  # type: ignore[arg-type]
        self.questions = 0
        self.down = False

    async def search_albums(self, words: str, *, limit: int = 10):
        self.questions += 1
        if self.down:
            raise Unavailable("Deezer", Why.DOWN)
        return await super().search_albums(words, limit=limit)


@pytest.fixture
def gallery():
    return Gallery()


@pytest.fixture
def source():
    found = [deezer(n, title, "Low", cover_url=f"https://c.example/{title}") for n, title in enumerate(TITLES[:3], 1)]
    return Counting(*found)


@pytest.fixture
def tools(database, gallery, source, tmp_path):
    covers = Covers(gallery, FileStore(tmp_path / "covers"))
    return replace(make_tools(database), covers=covers, album_sources=(source,))


@pytest.fixture
async def club(database):
    return await make_club(database)


def plays(days_ago: int = 1, artist: str = "Low"):
    """Four albums, the first heard most."""
    at = NOW - days_ago * DAY
    heard = [title for place, title in enumerate(TITLES) for _ in range(6 - place)]
    return [a_play(at + 4 * place * MINUTES, artist, f"{title} song", title) for place, title in enumerate(heard)]


async def tasks_of(database) -> list[str]:
    async with database.reading() as session:
        return list(await session.scalars(text("SELECT task_name FROM procrastinate_jobs WHERE status = 'todo'")))


async def test_a_collage_has_the_albums_heard_most_and_the_covers_that_a_service_names(tools, club, gallery, source):
    await make_listener(tools.database, BEN, plays())
    charted = await charting.chart(tools, caller=BEN, now=NOW, size="2x2")
    tiles = charted.collage.tiles
    assert [(tile.title, tile.artist, tile.plays) for tile in tiles] == [
        ("Blue", "Low", 6),
        ("Red", "Low", 5),
        ("Green", "Low", 4),
        ("Gold", "Low", 3),
    ]
    assert [tile.cover is not None for tile in tiles] == [True, True, True, False]
    assert charted.missing == 1
    assert sorted(gallery.asked) == [f"https://c.example/{title}" for title in ("Blue", "Green", "Red")]
    again = await charting.chart(tools, caller=BEN, now=NOW + DAY / 2, size="2x2")
    assert again.collage.tiles == tiles
    assert (source.questions, len(gallery.asked)) == (4, 3), "found and not found are both remembered"
    await charting.chart(tools, caller=BEN, now=NOW + 2 * DAY, size="2x2")
    assert source.questions == 5, "what was not found is looked for again after a day"


async def test_what_the_catalogue_knows_is_asked_of_no_service(tools, club, gallery, source):
    await make_listener(tools.database, BEN, plays())
    async with tools.database.writing() as session:
        for title in TITLES:
            url = f"https://own.example/{title}"
            await albums.add_album(session, title=title, artist="Low", year=None, cover_url=url, now=NOW)
    charted = await charting.chart(tools, caller=BEN, now=NOW, size="2x2")
    assert charted.missing == 0
    assert source.questions == 0


async def test_a_slow_cover_holds_nobody_up_and_is_left_for_later(tools, club, gallery, source):
    await make_listener(tools.database, BEN, plays())
    gallery.slow.add("https://c.example/Blue")
    gallery.gone.add("https://c.example/Red")
    subjects = [Subject(Kind.ALBUM, heard_album_id("Low", title), title, "Low") for title in TITLES]
    found = await seeking.covers_for(tools, albums=subjects, now=NOW, within=1.0)
    assert set(found) == {subjects[2].id}
    assert await tasks_of(tools.database) == ["seek_covers"]
    gallery.slow.clear()
    assert await seeking.seek(tools, albums=[str(subjects[0].id), str(subjects[1].id)]) == 1
    assert subjects[0].id in await seeking.covers_for(tools, albums=subjects, now=NOW)


async def test_a_service_that_is_down_is_asked_again_soon_and_another_artists_album_is_not_taken(tools, club, source):
    await make_listener(tools.database, BEN, [*plays(artist="Lowly")])
    source.down = True
    charted = await charting.chart(tools, caller=BEN, now=NOW, size="2x2")
    assert charted.missing == 4
    source.down = False
    charted = await charting.chart(tools, caller=BEN, now=NOW + timedelta(minutes=16), size="2x2")
    assert source.questions == 8
    assert charted.missing == 4, "the albums found are by Low, not by Lowly"


async def test_too_few_bad_sizes_and_strangers_are_refused(tools, club):
    with pytest.raises(NothingHeard):
        await charting.chart(tools, caller=BEN, now=NOW)
    await make_listener(tools.database, BEN, plays())
    with pytest.raises(TooFewForPicture) as few:
        await charting.chart(tools, caller=BEN, now=NOW, size="3x3")
    assert (few.value.found, few.value.needed, few.value.kind) == (4, 9, "album")
    with pytest.raises(TooFewForPicture) as few:
        await charting.chart(tools, caller=BEN, now=NOW, size="2x2", skip=True)
    assert (few.value.found, few.value.covered) == (3, True)
    with pytest.raises(PictureSize):
        await charting.chart(tools, caller=BEN, now=NOW, size="huge")
    with pytest.raises(PeriodNotUnderstood):
        await charting.chart(tools, caller=BEN, now=NOW, size="2x2", period="whenever")
    with pytest.raises(PictureRefused):
        await painting.paint(tools, sketch=sketches()["clock"])


async def test_artists_stand_by_their_album_heard_most(tools, club):
    heard = [one for artist in ("Low", "Moth", "Ash", "Elk") for one in plays(artist=artist)]
    await make_listener(tools.database, BEN, heard)
    charted = await charting.chart(tools, caller=BEN, now=NOW, size="2x2", kind=Kind.ARTIST)
    covered = {tile.title for tile in charted.collage.tiles if tile.cover is not None}
    assert {tile.title for tile in charted.collage.tiles} == {"Low", "Moth", "Ash", "Elk"}
    assert covered == {"Low"}


async def test_who_hides_what_they_hear_is_in_no_picture_of_others(tools, club):
    ben = await make_listener(tools.database, BEN, plays())
    await make_listener(tools.database, CHIDI, plays())
    whose = Whose(BEN.discord_id, "Ben")
    assert (await charting.chart(tools, caller=CHIDI, now=NOW, size="2x2", whose=whose)).collage.name == "Ben"
    await be_seen_by(tools.database, ben.user_id, "me")
    with pytest.raises(HearingHidden):
        await charting.chart(tools, caller=CHIDI, now=NOW, size="2x2", whose=whose)
    with pytest.raises(HearingHidden):
        await patterns.pattern(tools, caller=CHIDI, now=NOW, what=Pattern.CLOCK, whose=whose)


async def test_clock_and_calendar_have_the_members_own_hours_and_days(tools, club):
    late = NOW.replace(hour=22, minute=30) - DAY
    heard = [a_play(late + place * MINUTES, "Low", f"Song {place}") for place in (0, 5)]
    await make_listener(tools.database, BEN, heard)
    found = await patterns.pattern(tools, caller=BEN, now=NOW, what=Pattern.CLOCK)
    assert isinstance(found.sketch, Clock)
    assert found.sketch.hours[23] == found.sketch.plays == 2, "the club is in Berlin"
    await set_zone(tools, caller=BEN, now=NOW, zone="Asia/Tokyo")
    found = await patterns.pattern(tools, caller=BEN, now=NOW, what=Pattern.CLOCK)
    assert isinstance(found.sketch, Clock)
    assert (found.sketch.hours[7], found.sketch.zone) == (2, "Asia/Tokyo")
    found = await patterns.pattern(tools, caller=BEN, now=NOW, what=Pattern.CALENDAR, period="week")
    assert isinstance(found.sketch, Calendar)
    assert len(found.sketch.days) == 7
    there = (late.date() + DAY - found.sketch.first).days
    assert found.sketch.days[there] == 2 == found.sketch.plays
    with pytest.raises(TooFewForPicture) as few:
        await patterns.pattern(tools, caller=BEN, now=NOW, what=Pattern.GENRES)
    assert few.value.kind == "genre", "nobody has told genres yet"
    with pytest.raises(TooFewForPicture):
        await patterns.pattern(tools, caller=BEN, now=NOW, what=Pattern.CLOCK, period="2020")


async def test_genres_over_time_are_those_of_the_artists_heard(tools, club):
    await make_listener(tools.database, BEN, [*plays(3), *plays(40, "Moth")])
    async with tools.database.writing() as session:
        await session.execute(
            text(
                "INSERT INTO taste_subjects (kind, subject_id, plays, rev, version, failures)"
                " SELECT 'artist', id, 1, 1, 1, 0 FROM artists ON CONFLICT (kind, subject_id) DO UPDATE SET rev = 1"
            )
        )
        await session.execute(
            text(
                "INSERT INTO taste_traits (kind, subject_id, rev, fact, value, share)"
                " SELECT 'artist', id, 1, 'genre', CASE name WHEN 'Low' THEN 'slowcore' ELSE 'jazz' END, 1000"
                " FROM artists"
            )
        )
    found = await patterns.pattern(tools, caller=BEN, now=NOW, what=Pattern.GENRES, period="year")
    bands = dict(found.sketch.bands)  # type: ignore[union-attr]
    assert set(bands) == {"slowcore", "jazz"}
    assert bands["slowcore"][-1] == pytest.approx(1.0)
    assert bands["jazz"][0] == pytest.approx(1.0)


def test_a_spread_of_many_genres_keeps_the_strongest_and_a_silent_month_is_silent():
    told = [(date(2026, month, 1), f"genre {place}", 100 - place) for month in (1, 3) for place in range(9)]
    found = spread("Ada", "2026", told, monthly=True)
    assert found.moments == ("Jan 2026", "Feb 2026", "Mar 2026")
    assert [name for name, _ in found.bands] == [*(f"genre {place}" for place in range(5)), patterns.OTHERS]
    for moment, total in zip(range(3), (1.0, 0.0, 1.0), strict=True):
        assert sum(shares[moment] for _, shares in found.bands) == pytest.approx(total)
