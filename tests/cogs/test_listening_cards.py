"""Cards of what was heard: sendable whatever things are called, readable without a picture, pinging nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.club.rules import Rules
from bot.domain.club.week import Club
from bot.domain.ids import new_id
from bot.domain.listening.charts import Chart, ChartLine, Kind, Line, Subject
from bot.domain.listening.names import work_id
from bot.domain.listening.periods import EVER, read_period, week_of
from bot.domain.listening.seen import (
    Count,
    Knower,
    Knowers,
    OwnCounts,
    Person,
    Played,
    Playing,
    Recent,
    Shown,
    Streaks,
    Top,
    Totals,
)
from bot.domain.listening.streaks import Run
from bot.services.listening.charts import Charts
from cogs.listening import cards
from cogs.shared.render import Body
from tests.cogs.examples import TEXTS, filled

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 11, 16)
BEN, CHIDI = new_id(NOW), new_id(NOW)


def words_of(body: Body) -> str:
    view = body.view()
    return "\n".join(str(part["content"]) for part in walk(view.to_components()) if part["type"] == 10)


def walk(parts):
    for part in parts:
        yield part
        yield from walk(part.get("components", ()))


def shown(name="Ben", *, own=False) -> Shown:
    person = Person(BEN, name, "club", None, here=True)
    return Shown(new_id(NOW), person, BERLIN, own=own, everyone=True, viewer=BEN if own else CHIDI)


def song(title="Days Like These", artist="Low") -> Subject:
    return Subject(Kind.TRACK, work_id(artist, title), title, artist)


def artist(name="Low") -> Subject:
    return Subject(Kind.ARTIST, work_id(name, name), name)


def album(title="Hey What", by="Low") -> Subject:
    return Subject(Kind.ALBUM, work_id(by, title), title, by)


def a_top(text="Low", *, rows=10, kind=Kind.ARTIST, page=0) -> Top:
    lines = tuple(Line(Subject(kind, work_id(text, str(row)), text, text), 1_234, row) for row in range(1, rows + 1))
    return Top(shown(text), kind, read_period("week", BERLIN, NOW), lines, 96, 41_234, page)


def a_chart(kind: Kind, text: str, rows: int) -> Chart:
    lines = tuple(ChartLine(Subject(kind, work_id(text, str(row)), text, text), 99, row, None) for row in range(rows))
    return Chart(kind, MONDAY, lines, 1_000, 500)


def charts_of(text="Low", rows=5, weeks=(MONDAY, MONDAY - timedelta(weeks=1))) -> Charts:
    club = Club(new_id(NOW), 1, text, 2, "Europe/Berlin", Rules())
    found = tuple(a_chart(kind, text, rows) for kind in Kind)
    return Charts(club, week_of(MONDAY, BERLIN), MONDAY, running=False, charts=found, weeks=weeks)


def a_playing(text="Low", *, at=None, others=None, own=None, public=True) -> Playing:
    own = own or OwnCounts()
    return Playing(shown(text, own=True), public, song(text, text), artist(text), album(text), at, own, others)


def some_knowers(text="Ben", *, count=10, own=None, subject=None) -> Knowers:
    listed = tuple(Knower(new_id(NOW), text, 12, place) for place in range(1, count + 1))
    return Knowers(subject or song(text, text), listed, own, max(count, 14) if count else 0, 400 if count else 0)


def totals(**changes) -> Totals:
    told = Totals(
        shown(),
        12_345,
        date(2019, 11, 14),
        NOW,
        Played(NOW, song(), artist()),
        {Kind.ARTIST: 1, Kind.ALBUM: 20, Kind.TRACK: 3_000},
        7,
        900,
        4.81,
        30.0,
        15_000,
        date(2027, 2, 20),
    )
    return replace(told, **changes)


@pytest.mark.parametrize("unit", TEXTS.values(), ids=TEXTS)
def test_every_card_can_be_sent_whatever_things_are_called(unit):
    text = filled(unit, 500)
    run = Run(MONDAY, MONDAY + timedelta(days=3))
    plays = tuple(Played(NOW, song(text, text), artist(text), album(text, text)) for _ in range(10))
    every = [
        cards.top_card(a_top(text), public=True, size=10),
        cards.recent_card(Recent(shown(text), plays, NOW), public=True),
        cards.playing_card(a_playing(text, others=some_knowers(text))),
        cards.totals_card(totals(shown=shown(text), first=plays[0]), public=True),
        cards.streak_card(Streaks(shown(text), run, run, ((artist(text), Count(9)),), True), public=True),
        cards.knowers_card(some_knowers(text), size=10),
        cards.charts_card(charts_of(text), size=10),
    ]
    for body in every:
        words = words_of(body)
        assert "@everyone" not in words
        assert not body.mentions.to_dict()["parse"]
        assert len(words) <= 3_900


def test_a_place_is_no_list_that_discord_would_number_anew():
    words = words_of(cards.top_card(a_top(), public=True, size=10))
    assert words.splitlines()[0] == "### Low’s top artists, last 7 days"
    assert words.splitlines()[1] == "**1.** **Low** — Low · 1,234 plays"
    assert words.splitlines()[-1] == "-# 41,234 plays of 96 artists · page 1 of 10 · days of Europe/Berlin"


def test_names_end_in_an_apostrophe_as_people_write_them():
    assert words_of(cards.recent_card(Recent(shown("Inés"), (), NOW), public=True)).startswith("### Inés’ last plays")
    own = Recent(shown("Inés", own=True), (), NOW)
    assert words_of(cards.recent_card(own, public=False)).startswith("### Your last plays")
    assert words_of(cards.recent_card(own, public=True)).startswith("### Inés’ last plays"), "others read the name"


def test_an_empty_period_says_so_and_why_albums_may_be_missing():
    empty = Top(shown(), Kind.ALBUM, EVER, (), 0, 0)
    assert "do not tell albums" in words_of(cards.top_card(empty, public=True, size=10))
    none = replace(empty, kind=Kind.TRACK)
    assert words_of(cards.top_card(none, public=True, size=10)).splitlines()[1:] == [
        "Nothing was heard then, as far as Longplay knows."
    ]


def test_the_playing_card_tells_the_first_time_and_who_else_knows_it():
    words = words_of(cards.playing_card(a_playing()))
    assert "### Low is listening to\n**Low** — Low\nfrom *Low*" in words
    assert "Never heard before" in words
    assert "Nobody else here" in words
    again = a_playing(own=OwnCounts(track=2, artist=40, album=1), at=NOW, others=some_knowers(count=6), public=False)
    words = words_of(cards.playing_card(again))
    assert words.startswith("### You last heard, <t:")
    assert "this track twice, the album’s tracks once, the artist 40 times" in words
    assert "Also heard here by Ben (12), Ben (12), Ben (12), Ben (12), Ben (12) and 9 more." in words
    by_artist = some_knowers(count=1, subject=artist())
    assert "this track; Low is known to Ben (12)" in words_of(cards.playing_card(a_playing(others=by_artist)))
    silent = replace(a_playing(at=NOW), unheard=("lastfm", "spotify"))
    assert "Last.fm and Spotify did not tell" in words_of(cards.playing_card(silent))


def test_totals_and_streaks_are_sentences():
    words = words_of(cards.totals_card(totals(), public=True))
    assert "**12,345 plays** since 14 November 2019, 4.8 a day." in words
    assert "Among them 1 artist, 20 albums and 3,000 tracks." in words
    assert "15,000 plays, 2,655 to go; at the pace of the last 30 days around 20 February 2027." in words
    far = words_of(cards.totals_card(totals(milestone_on=None), public=True))
    assert far.splitlines()[-2] == "Next milestone: 15,000 plays, 2,655 to go."
    week = Run(MONDAY, MONDAY + timedelta(days=6))
    going = Streaks(shown(), week, week, ((song(), Count(3)), (album(), Count(5))), heard_today=False)
    words = words_of(cards.streak_card(going, public=True))
    assert "**7 days in a row**, since 16 November 2026. Nothing was heard today yet" in words
    assert "It is the longest so far." in words
    assert "The last 3 plays are all of **Days Like These**." in words
    assert "The last 5 plays are all from **Hey What**." in words
    ended = words_of(cards.streak_card(replace(going, days=None, in_a_row=()), public=True))
    assert "No streak of days right now" in ended
    assert "7 days, 16 November 2026 to 22 November 2026" in ended


def test_the_askers_place_is_told_where_the_page_does_not_show_it():
    own = Knower(BEN, "Ben", 1, 14)
    assert "Ben asked: place 14 of 14." in words_of(cards.knowers_card(some_knowers(own=own), size=10))
    found = some_knowers(count=2)
    assert "asked" not in words_of(cards.knowers_card(replace(found, own=found.listed[0]), size=10))
    assert "Nobody here has heard it yet" in words_of(cards.knowers_card(some_knowers(count=0), size=10))


def test_charts_say_what_moved_in_signs_that_stand_alone():
    told = charts_of(rows=1)
    line = told.charts[0].lines[0]
    moved = {None: "NEW", 5: "▲2", 3: "=", 1: "▼2"}
    for before, sign in moved.items():
        chart = replace(told.charts[0], lines=(replace(line, rank=3, before=before),))
        words = words_of(cards.charts_card(replace(told, charts=(chart,)), size=10))
        assert f"**3.** {sign} **Low** — Low · 99 plays" in words
    first = words_of(cards.charts_card(replace(told, weeks=(MONDAY,)), size=10))
    assert "NEW" not in first, "the first week there is has nothing to be compared with"
    assert "this week so far" in words_of(cards.charts_card(replace(told, running=True), size=10))


@pytest.mark.parametrize(
    ("monday", "words"),
    [
        (date(2026, 11, 16), "16 to 22 November 2026"),
        (date(2026, 11, 30), "30 November to 6 December 2026"),
        (date(2026, 12, 28), "28 December 2026 to 3 January 2027"),
    ],
)
def test_a_week_is_told_by_its_first_and_last_day(monday, words):
    assert cards.week_words(monday) == words
