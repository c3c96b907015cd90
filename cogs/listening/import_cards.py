"""Values to private cards: how an import stands, what it would do, and what it did."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import discord

from bot.domain.listening.imports import UNFINISHED, FileKind, Import, ImportReport, ImportState, RefusedRow, Unfit
from cogs.club.cards.phrases import counted
from cogs.shared.dynamic import Action
from cogs.shared.import_refusals import file_words
from cogs.shared.render import Body, row, sized, words
from cogs.shared.text import plain

IMPORT = Action("import-listens")
"""Of an import that was looked at: read it in."""
CANCEL = Action("import-cancel")

KINDS = {
    FileKind.SPOTIFY_ACCOUNT: "Spotify account data",
    FileKind.SPOTIFY_EXTENDED: "Spotify extended streaming history",
    FileKind.LASTFM_CSV: "table of scrobbles",
    FileKind.LASTFM_PAGES: "Last.fm history",
    FileKind.LISTENBRAINZ: "ListenBrainz export",
    FileKind.MALOJA: "Maloja export",
    FileKind.KOITO: "Koito export",
}
REFUSED = {
    Unfit.UNDATED: ("row without a time", "rows without a time"),
    Unfit.BAD_TIME: ("row whose time cannot be read", "rows whose time cannot be read"),
    Unfit.EPOCH: ("row dated 1970", "rows dated 1970"),
    Unfit.TOO_OLD: ("row dated before 2002", "rows dated before 2002"),
    Unfit.FUTURE: ("row dated in the future", "rows dated in the future"),
    Unfit.NAMELESS: ("row without artist or title", "rows without artist or title"),
    Unfit.NO_TRACK: ("row that no longer says what it was", "rows that no longer say what they were"),
    Unfit.EPISODE: ("podcast episode", "podcast episodes"),
    Unfit.AUDIOBOOK: ("audiobook chapter", "audiobook chapters"),
    Unfit.PRIVATE: ("play of a private session", "plays of private sessions"),
    Unfit.BAD_LENGTH: ("row with an impossible length", "rows with an impossible length"),
    Unfit.ENCODING: ("row that is not UTF-8", "rows that are not UTF-8"),
    Unfit.UNREADABLE: ("row that cannot be read", "rows that cannot be read"),
    Unfit.BROKEN_OFF: ("place where the file breaks off", "places where files break off"),
}
SAMPLE_BYTES, REFUSED_BYTES = 1_200, 1_500


def import_card(one: Import, now: datetime) -> Body:
    """How an import stands."""
    name = plain(one.name, 80) or "the file"
    report = one.report
    if one.state in UNFINISHED:
        return words("\n".join(_under_way(one, name, now)))
    if one.state is ImportState.FAILED:
        kept = [f"Until then: {_came(report)}."] if report.new and one.reason in ("cut_off", "broken", "gone") else []
        return words("\n".join([f"**{name}** was not imported. {file_words(one.reason)}", *kept]))
    if one.state is ImportState.CANCELLED:
        return words(f"Cancelled: nothing of **{name}** was imported.")
    if one.state is ImportState.DONE:
        return words("\n".join([f"### Imported: {name}", *_report_lines(report)]))
    useful = report.new + report.twins + report.near > 0
    end = "Shall it be imported?" if useful else "There is nothing in it that is not known already."
    buttons = row(
        IMPORT.button("Import", one.id, style=discord.ButtonStyle.success) if useful else None,
        CANCEL.button("Cancel", one.id),
    )
    lines = [f"### {name}", *_report_lines(report, would=True), *_sample_lines(report), end]
    return words("\n".join(lines), buttons)


def _under_way(one: Import, name: str, now: datetime) -> Iterator[str]:
    share = f"{one.share:.0%}"
    if one.state is ImportState.LOOKING:
        yield f"Looking at **{name}**, {_kinds(one.report)}: {share}. Nothing is written yet."
    else:
        yield f"Importing **{name}**: {share}, {_came(one.report)} so far."
    if one.cut_off(now):
        yield "It has shown no sign of life for a while. Send the file again: nothing is counted twice."
    else:
        yield "You may close this; `/import` without a file shows how far it is."


def _report_lines(report: ImportReport, *, would: bool = False) -> Iterator[str]:
    span = ""
    if report.first_at is not None and report.last_at is not None:
        span = f", from <t:{int(report.first_at.timestamp())}:D> to <t:{int(report.last_at.timestamp())}:D>"
    yield f"A {_kinds(report)} of {counted(report.read, 'row')}{span}."
    yield f"- **{counted(report.new, 'new play')}**" + (" to import" if would else "") + _skips(report)
    if report.known:
        yield f"- {report.known:,} known already"
    if report.twins:
        yield f"- {report.twins:,} that another source has told already: both are noted at the one play"
    if report.near:
        yield f"- {report.near:,} told twice within two seconds: one play each"
    if report.refusals:
        yield sized(lambda width: "\n".join(_refused_lines(report, width)), 60, REFUSED_BYTES)
    if report.ignored:
        yield f"- {counted(len(report.ignored), 'file')} of the archive left aside, being no history"


def _skips(report: ImportReport) -> str:
    return f", {report.skips:,} of them skipped after a moment: kept, not counted" if report.skips else ""


def _refused_lines(report: ImportReport, width: int) -> Iterator[str]:
    for why, number in sorted(report.refused.items(), key=lambda each: -each[1]):
        one, many = REFUSED[why]
        shown = ", ".join(_place(example, width) for example in report.examples_of(why) if example.line)
        more = ", …" if number > len(report.examples_of(why)) else ""
        yield f"- {counted(number, one, many)} left out" + (f": {shown}{more}" if shown and width > 1 else "")


def _place(example: RefusedRow, width: int) -> str:
    """`line 3 (Artist – Title)`, with the file inside an archive."""
    place = f"line {example.line:,}"
    if example.place:
        place += f" of {plain(example.place.rpartition('/')[2], 40)}"
    return f"{place} ({plain(example.what, width)})" if example.what and width > 10 else place


def _sample_lines(report: ImportReport) -> Iterator[str]:
    if not report.samples:
        return
    yield "The first plays, by your own clock:"
    yield sized(
        lambda width: "\n".join(
            f"- <t:{int(one.at.timestamp())}:f> {plain(f'{one.artist} – {one.title}', width)}" for one in report.samples
        ),
        100,
        SAMPLE_BYTES,
    )
    if report.local:
        yield (
            f"The file names no time zone; its times are read as **{plain(report.zone, 60)}**. If these plays are some "
            "hours off, cancel and send it again with `zone:` (programs that ask Last.fm often write UTC)."
        )


def _came(report: ImportReport) -> str:
    return f"{counted(report.read, 'row')}, {report.new:,} new"


def _kinds(report: ImportReport) -> str:
    return " and ".join(KINDS[kind] for kind in report.kinds) or "history"
