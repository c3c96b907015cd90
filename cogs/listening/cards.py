"""From what was heard to cards: every one is words alone, so that a screen reader and a phone show all of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from discord import ui

from bot.domain.listening.charts import ChartLine, Kind, Line, Subject
from bot.domain.listening.periods import spoken_day
from bot.domain.listening.seen import Knower, Knowers, Playing, Recent, Shown, Streaks, Top, Totals
from bot.domain.listening.streaks import Run
from bot.services.listening.charts import Charts
from cogs.shared.render import Body, Item
from cogs.shared.text import label, plain, short_when

TITLE, ARTIST, PERSON = 60, 40, 40
"""Characters of names in a line; a phone shows two or three lines of it."""
PLURALS = {Kind.ARTIST: "artists", Kind.ALBUM: "albums", Kind.TRACK: "tracks"}
SERVICES = {"lastfm": "Last.fm", "spotify": "Spotify", "listenbrainz": "ListenBrainz"}
NEW = "NEW"


def counted(number: int, thing: str) -> str:
    """`1 play`, `1,234 plays`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def name_of(text: str, limit: int) -> str:
    """A name, literally and cut, never empty."""
    return plain(text[: 6 * limit + 40], limit, hard=limit + limit // 2) or "—"


def title_of(subject: Subject) -> str:
    """`**Title** — Artist`, literally and cut."""
    artist = f" — {name_of(subject.artist, ARTIST)}" if subject.artist else ""
    return f"**{name_of(subject.title, TITLE)}**{artist}"


def person_of(shown: Shown, public: bool) -> str:
    """Whose it is, at the beginning of a heading: `Your` to themselves alone, else the name."""
    if shown.own and not public:
        return "Your"
    name = name_of(shown.person.name, PERSON)
    return f"{name}’" if name.endswith(("s", "S")) else f"{name}’s"


def _card(lines: Sequence[str], *parts: Item | None) -> Body:
    return Body(ui.TextDisplay("\n".join(filter(None, lines))), *parts)


def _foot(*words: str) -> str:
    told = " · ".join(filter(None, words))
    return f"-# {told}" if told else ""


def _page(page: int, size: int, of: int) -> str:
    last = max(1, -(-of // size))
    return f"page {page + 1} of {last}" if last > 1 else ""


# --- one member -----------------------------------------------------------------------------------------------------


def top_card(top: Top, *, public: bool, size: int, turns: Item | None = None) -> Body:
    """What a member heard most in a period."""
    lines = [f"### {person_of(top.shown, public)} top {PLURALS[top.kind]}, {top.period.words}"]
    if not top.subjects and not top.lines:
        lines.append(
            "Nothing was heard then, as far as Longplay knows."
            if top.kind is not Kind.ALBUM
            else "No album was heard then, as far as Longplay knows; some services do not tell albums."
        )
    lines += [f"**{line.rank}.** {_top_line(line)}" for line in top.lines]
    totals = f"{counted(top.plays, 'play')} of {counted(top.subjects, str(top.kind))}" if top.subjects else ""
    zone = f"days of {top.shown.zone.key}" if top.period.since is not None else ""
    lines.append(_foot(totals, _page(top.page, size, top.subjects), zone))
    return _card(lines, turns)


def _top_line(line: Line) -> str:
    return f"{title_of(line.subject)} · {counted(line.plays, 'play')}"


def recent_card(recent: Recent, *, public: bool, turns: Item | None = None) -> Body:
    """A member's last plays."""
    lines = [f"### {person_of(recent.shown, public)} last plays"]
    lines += [f"{title_of(played.track)} · {short_when(played.at)}" for played in recent.plays]
    if not recent.plays:
        lines.append("Nothing further back, as far as Longplay knows.")
    return _card(lines, turns)


def playing_card(playing: Playing) -> Body:
    """What a member hears now, or heard last."""
    shown = playing.shown
    who = "You" if shown.own and not playing.public else name_of(shown.person.name, PERSON)
    if playing.at is None:
        heading = f"### {who} {'are' if who == 'You' else 'is'} listening to"
    else:
        heading = f"### {who} last heard, {short_when(playing.at)}"
    album = f"\nfrom *{name_of(playing.album.title, TITLE)}*" if playing.album is not None else ""
    lines = [heading, f"{title_of(playing.track)}{album}", _own_words(playing), *_others_words(playing)]
    if playing.unheard:
        names = " and ".join(SERVICES.get(source, source) for source in playing.unheard)
        lines.append(f"-# {names} did not tell what plays right now.")
    return _card(lines)


def _own_words(playing: Playing) -> str:
    own = playing.own
    if not own.artist:
        return "Never heard before, and nothing else by this artist."
    if not own.track:
        return f"This track for the first time; the artist {_times(own.artist)} before."
    parts = [f"this track {_times(own.track)}"]
    if playing.album is not None and own.album:
        parts.append(f"the album’s tracks {_times(own.album)}")
    words = f"{', '.join([*parts, f'the artist {_times(own.artist)}'])}."
    return f"Heard so far: {words}"


def _times(number: int) -> str:
    return "once" if number == 1 else "twice" if number == 2 else f"{number:,} times"


def _others_words(playing: Playing) -> list[str]:
    found = playing.others
    artist = name_of(playing.artist.title, ARTIST)
    if found is None:
        return [f"Nobody else here has heard {artist} yet."]
    others = [knower for knower in found.listed if knower != found.own][:5]
    more = found.members - (found.own is not None) - len(others)
    names = [f"{name_of(knower.name, PERSON)} ({knower.plays:,})" for knower in others]
    told = ", ".join(names) + (f" and {more:,} more" if more else "")
    if found.subject.kind is Kind.TRACK:
        return [f"Also heard here by {told}."]
    return [f"Nobody else here has heard this track; {artist} is known to {told}."]


def totals_card(told: Totals, *, public: bool) -> Body:
    """How much a member has heard in all."""
    lines = [
        f"### {person_of(told.shown, public)} plays",
        f"**{counted(told.plays, 'play')}** since {spoken_day(told.since)}, {_rate(told.pace)} a day.",
    ]
    if told.first is not None:
        lines.append(f"It began with {title_of(told.first.track)}.")
    kinds = [counted(told.different[kind], str(kind)) for kind in Kind]
    lines.append(f"Among them {', '.join(kinds[:-1])} and {kinds[-1]}.")
    lines.append(f"Today {told.today:,}; in the last 30 days {told.last_days:,}, {_rate(told.pace_now)} a day.")
    ahead = f"Next milestone: {told.milestone:,} plays, {told.milestone - told.plays:,} to go"
    if told.milestone_on is not None:
        lines.append(f"{ahead}; at the pace of the last 30 days around {spoken_day(told.milestone_on)}.")
    else:
        lines.append(f"{ahead}.")
    lines.append(_foot(f"days of {told.shown.zone.key}"))
    return _card(lines)


def _rate(number: float) -> str:
    return f"{number:,.0f}" if number >= 10 else f"{number:.1f}"


def streak_card(told: Streaks, *, public: bool) -> Body:
    """What a member has going."""
    lines = [f"### {person_of(told.shown, public)} streak"]
    if told.days is not None:
        today = "" if told.heard_today else " Nothing was heard today yet: it lives until midnight."
        days = f"{told.days.days:,} days in a row" if told.days.days > 1 else "1 day"
        lines.append(f"**{days}**, since {spoken_day(told.days.first)}.{today}")
    else:
        lines.append("No streak of days right now: a play today begins one.")
    if told.longest is not None and told.longest != told.days:
        lines.append(f"The longest so far: {counted(told.longest.days, 'day')}, {_run(told.longest)}.")
    elif told.longest is not None and told.longest.days > 1:
        lines.append("It is the longest so far.")
    lines += [f"The last {counted(count.plays, 'play')} are all {_of(subject)}." for subject, count in told.in_a_row]
    lines.append(_foot(f"days of {told.shown.zone.key}"))
    return _card(lines)


def _run(run: Run) -> str:
    return spoken_day(run.first) if run.days == 1 else f"{spoken_day(run.first)} to {spoken_day(run.last)}"


def _of(subject: Subject) -> str:
    words = {Kind.ARTIST: "by", Kind.ALBUM: "from", Kind.TRACK: "of"}[subject.kind]
    return f"{words} **{name_of(subject.title, TITLE)}**"


# --- the club -------------------------------------------------------------------------------------------------------


def knowers_card(found: Knowers, *, size: int, turns: Item | None = None) -> Body:
    """Who in the club has heard something."""
    lines = [f"### Who knows {title_of(found.subject).replace('**', '')}"]
    if not found.members:
        lines.append("Nobody here has heard it yet, as far as Longplay knows.")
        return _card(lines)
    lines += [f"**{knower.rank}.** {_knower(knower)}" for knower in found.listed]
    lines.append(_your_place(found))
    totals = f"{counted(found.members, 'member')}, {counted(found.plays, 'play')} in all"
    lines.append(_foot(totals, _page(found.page, size, found.members)))
    return _card(lines, turns)


def _knower(knower: Knower) -> str:
    return f"{name_of(knower.name, PERSON)} · {counted(knower.plays, 'play')}"


def _your_place(found: Knowers) -> str:
    if found.own is None or found.own in found.listed:
        return ""
    return f"{name_of(found.own.name, PERSON)} asked: place {found.own.rank} of {found.members}."


def charts_card(told: Charts, *, size: int, parts: Sequence[Item] = ()) -> Body:
    """What the club heard most in a week."""
    compared = told.monday - timedelta(weeks=1) in told.weeks
    lines = [f"### {name_of(told.club.name, PERSON)}’s charts, {week_words(told.monday)}"]
    for chart in told.charts:
        lines.append(f"**{PLURALS[chart.kind].title()}**")
        lines += [_chart_line(line, compared) for line in chart.lines] or ["Nothing on this page."]
    first = told.charts[0]
    totals, page = counted(first.plays, "play"), ""
    if told.kind is not None:
        totals += f" of {counted(first.subjects, str(first.kind))}"
        page = _page(first.page, size, first.subjects)
    running = "this week so far" if told.running else ""
    moved = "▲ ▼ = since the week before" if compared else ""
    lines.append(_foot(running, totals, moved, page, f"weeks of {told.club.zone}"))
    return _card(lines, *parts)


def _chart_line(line: ChartLine, compared: bool) -> str:
    return (
        f"**{line.rank}.** {_moved(line) if compared else ''}{title_of(line.subject)} · {counted(line.plays, 'play')}"
    )


def _moved(line: ChartLine) -> str:
    if line.moved is None:
        return f"{NEW} "
    if line.moved == 0:
        return "= "
    return f"▲{line.moved} " if line.moved > 0 else f"▼{-line.moved} "


def week_words(monday: date) -> str:
    """`16 to 22 November 2026`."""
    sunday = monday + timedelta(days=6)
    begin = spoken_day(monday)
    if monday.year == sunday.year:
        begin = begin.removesuffix(f" {monday.year}")
    if monday.month == sunday.month:
        begin = str(monday.day)
    return f"{begin} to {spoken_day(sunday)}"


def week_label(monday: date, running: bool) -> str:
    """A week in a list to choose from."""
    return label(f"{week_words(monday)}{', so far' if running else ''}", 100)
