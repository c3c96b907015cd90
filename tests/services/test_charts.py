"""The club's charts of a week: counted, placed, moved since the week before, and of the right members."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.listening.charts import Kind
from bot.domain.listening.refusals import NoChart, PeriodNotUnderstood
from bot.services import people
from bot.services.listening import charts
from tests.factories import GUILD, NOW, a_caller, make_club, make_tools
from tests.factories.listening import MINUTES, a_play, be_seen_by, hear, make_listener

BEN, CHIDI, DANA = (a_caller(number, name=name) for number, name in enumerate(("Ben", "Chidi", "Dana"), 1))
THIS, LAST, BEFORE = date(2026, 11, 23), date(2026, 11, 16), date(2026, 11, 9)
"""Mondays; it is the evening of the first one."""


def in_week(monday: date, counts: dict[str, int], start: int = 0):
    """So many plays of each artist, on the Tuesday of that week."""
    at = datetime(monday.year, monday.month, monday.day, 12, tzinfo=UTC) + timedelta(days=1)
    names = [name for name, count in counts.items() for _ in range(count)]
    return [
        a_play(at + (start + 5 * place) * MINUTES, name, f"Song of {name}", f"Album of {name}")
        for place, name in enumerate(names)
    ]


@pytest.fixture
def tools(database):
    return make_tools(database)


@pytest.fixture
async def club(database):
    return await make_club(database)


async def shown(tools, **asked):
    told = await charts.club_charts(tools, caller=BEN, now=NOW, **asked)
    return told, [(line.subject.title, line.plays, line.rank, line.moved) for line in told.charts[0].lines]


async def test_the_last_whole_week_is_told_with_what_moved(tools, database, club):
    await make_listener(
        database,
        BEN,
        [*in_week(BEFORE, {"Low": 3, "Moth": 2, "Gone": 1}), *in_week(LAST, {"Moth": 4, "Low": 2, "New": 1})],
    )
    await make_listener(database, CHIDI, in_week(LAST, {"Low": 1, "Ash": 3}))
    told, artists = await shown(tools)
    assert (told.monday, told.running, told.weeks) == (LAST, False, (LAST, BEFORE))
    assert sorted(artists, key=lambda line: (line[2], line[0])) == [
        ("Moth", 4, 1, 1),
        ("Ash", 3, 2, None),
        ("Low", 3, 2, -1),
        ("New", 1, 4, None),
    ]
    assert [chart.kind for chart in told.charts] == list(Kind)
    for kind in Kind:
        full = (await shown(tools, kind=kind))[0].charts[0]
        assert (full.kind, full.plays, full.subjects) == (kind, 11, 4)
    assert told.charts[0].plays == 11
    first, lines = await shown(tools, week="2026-11-11")
    assert first.monday == BEFORE, "any day of the week names it"
    assert {line[3] for line in lines} == {None}, "nothing was heard before"


async def test_a_club_in_its_first_week_sees_that_one_so_far(tools, database, club):
    with pytest.raises(NoChart):
        await charts.club_charts(tools, caller=BEN, now=NOW)
    await make_listener(database, BEN, [a_play(NOW - 10 * MINUTES, "Low", "Days")])
    told, lines = await shown(tools)
    assert (told.monday, told.running) == (THIS, True)
    assert lines == [("Low", 1, 1, None)]
    for week in ("2026-11-02", BEFORE, "last week", "2027-01-01"):
        with pytest.raises(NoChart):
            await charts.club_charts(tools, caller=BEN, now=NOW, week=week)
    for nonsense in ("soon", "the day after", "October"):
        with pytest.raises(PeriodNotUnderstood):
            await charts.club_charts(tools, caller=BEN, now=NOW, week=nonsense)
    assert await charts.weeks_for(tools, guild_id=GUILD, now=NOW) == [THIS]


async def test_a_week_begins_on_monday_in_the_clubs_zone(tools, database, club):
    sunday_night = datetime(2026, 11, 22, 22, 59, tzinfo=UTC)
    await make_listener(
        database, BEN, [a_play(sunday_night, "Low", "Late"), a_play(sunday_night + 2 * MINUTES, "Moth", "Early")]
    )
    _, last = await shown(tools, week="last week")
    _, this = await shown(tools, week="this week")
    assert [line[0] for line in (*last, *this)] == ["Low", "Moth"]


async def test_who_left_or_hides_is_in_no_chart(tools, database, club):
    await make_listener(database, BEN, in_week(LAST, {"Low": 1}))
    chidi = await make_listener(database, CHIDI, in_week(LAST, {"Low": 1, "Ash": 1}))
    dana = await make_listener(database, DANA, in_week(LAST, {"Low": 1, "Moth": 1}))
    assert (await shown(tools))[1][0] == ("Low", 3, 1, None)
    await be_seen_by(database, chidi.user_id, "followers")
    await people.leave(tools, caller=DANA, now=NOW)
    assert (await shown(tools))[1] == [("Low", 1, 1, None)]
    await be_seen_by(database, chidi.user_id, "club")
    await people.join(tools, caller=DANA, now=NOW)
    assert (await shown(tools))[1][0][1] == 3
    assert dana.user_id != chidi.user_id


async def test_what_was_heard_before_joining_is_not_the_clubs(tools, database, club):
    tuesday = datetime(2026, 11, 17, 12, tzinfo=UTC)
    late = await make_listener(database, CHIDI, joined=tuesday + timedelta(hours=1))
    await hear(database, late.user_id, [a_play(tuesday, "Low", "A"), a_play(tuesday + timedelta(hours=2), "Ash", "B")])
    await make_listener(database, BEN, in_week(LAST, {"Low": 2}))
    assert (await shown(tools))[1] == [("Low", 2, 1, None), ("Ash", 1, 2, None)]


async def test_pages_of_one_kind_go_on_where_the_one_before_ended(tools, database, club):
    counts = {f"Artist {each:02}": 1 + (each < 5) for each in range(23)}
    await make_listener(database, BEN, in_week(LAST, counts))
    pages = [await shown(tools, kind=Kind.TRACK, page=page) for page in range(4)]
    assert [len(lines) for _, lines in pages] == [10, 10, 3, 0]
    assert len({line[0] for _, lines in pages for line in lines}) == 23
    assert {line[2] for line in pages[1][1]} == {6}, "a shared place goes over the pages"
    assert pages[0][0].kind is Kind.TRACK
    assert pages[0][0].charts[0].subjects == 23
