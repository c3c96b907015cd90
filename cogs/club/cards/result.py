"""How an album won, in words: the announcement, the ladder step by step, and every album against every other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import discord
from discord import ui

from bot.domain.club.entries import Nomination
from bot.domain.club.views import WeekView
from bot.domain.club.week import HEARING, Phase
from bot.domain.tally import Method, Reason, Step, Tally, explain, standings
from cogs.club import actions
from cogs.club.cards import phrases
from cogs.club.cards.phrases import counted, figure
from cogs.shared.render import Body, beside_cover, link, rows, sized
from cogs.shared.text import when

NAME = 60
"""Characters of an album's title inside a sentence about the count."""
PLACES = 8
"""Albums shown with their figures; the pairwise table has the others."""


def winner_card(view: WeekView) -> Body:
    """The announcement: album, cover, pitch, why it won, and what comes now."""
    week, winner = view.week, view.winner
    if winner is None or not week.announced:
        return Body(ui.TextDisplay(f"{phrases.heading(week, 'Result')}\nThe result was taken back; the vote goes on."))
    album = winner.album
    head = f"{phrases.heading(week, 'Winner')}\n{phrases.album_headline(album)}\n{phrases.nominators(winner)}"
    parts: list[ui.Item[Any] | None] = [beside_cover(head, view.covers.get(album.id), phrases.cover_alt(album))]
    if winner.pitch:
        parts.append(ui.TextDisplay(phrases.pitch_block(winner.pitch, 600, 2_000)))
    parts.append(ui.TextDisplay(sized(lambda width: result_words(view, width), NAME, 2_000)))
    if week.phase is Phase.LISTENING:
        until = when(week.deadlines.discussion_at)
        parts.append(ui.TextDisplay(f"Listen until {until}; then the club talks about it."))
    parts += rows(*link_buttons(view)[:5])
    if week.phase in HEARING:
        parts += rows(
            actions.RATE.button(f"Rate the {phrases.thing(week)}", week.id, style=discord.ButtonStyle.primary),
            actions.HEARD.button("I've heard it", week.id),
            _pairwise_button(view),
        )
    elif view.tally is not None:
        parts += rows(_pairwise_button(view))
    return Body(*parts)


def _pairwise_button(view: WeekView) -> ui.Item[Any] | None:
    enough = view.tally is not None and len(view.tally.choices) > 1
    return actions.PAIRWISE.button("Pairwise table", view.week.id) if enough else None


def link_buttons(view: WeekView) -> list[ui.Item[Any]]:
    """A button for every service the album is known at."""
    found = [link(phrases.service_label(service), url) for service, url in view.links]
    if not found and view.winner is not None and view.winner.album.url:
        found = [link("Listen", view.winner.album.url)]
    return [button for button in found if button is not None]


def result_words(view: WeekView, width: int = NAME) -> str:
    """Why the winner won: figures, the deciding step, and whether one ballot would have changed it."""
    step = view.week.deciding_step
    if step == Step.HOST:
        return "### How it was chosen\nThe hosts picked this album."
    if step == Step.UNOPPOSED or view.tally is None or len(view.tally.choices) < 2:
        return "### How it was chosen\nIt was the only nomination left, so it wins unopposed."
    tally = view.tally
    names = Names(view.nominations, width)
    lines = ["### How it was chosen", f"{phrases.turnout(view)}.", *_places(tally, names)]
    if not tally.ballots:
        lines.append("Nobody voted, so every step was level.")
    lines += [_reason_words(tally, reason, names) for reason in explain(tally)]
    if tally.drawn:
        lines.append(_draw_words(tally, names))
    if tally.flip is not None:
        lines.append(f"One changed ballot would have made {names[tally.flip.to_winner]} win.")
    return "\n".join(lines)


class Names:
    """Titles of nominations by the ids the tally uses."""

    def __init__(self, nominations: Iterable[Nomination], width: int) -> None:
        self._found: Mapping[str, Nomination] = {str(one.id): one for one in nominations}
        self._width = width

    def __getitem__(self, choice: str) -> str:
        return phrases.title_words(self._found[choice].album, self._width) if choice in self._found else "one of them"

    def number(self, choice: str) -> int:
        """The nomination's number in the week."""
        return self._found[choice].ordinal if choice in self._found else 0

    def all(self, choices: Iterable[str], most: int = 6) -> str:
        """Several titles in a sentence."""
        listed = list(choices)
        shown = [self[choice] for choice in listed[:most]]
        if len(listed) > most:
            shown.append(f"{len(listed) - most} more")
        return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _places(tally: Tally, names: Names) -> list[str]:
    """The best albums with points and first places; approvals where the club votes so."""
    lines: list[str] = []
    ordered = standings(tally)
    for place, choice in enumerate(ordered[:PLACES], start=1):
        if tally.method is Method.APPROVAL:
            figures = counted(tally.approvals[choice], "vote")
        else:
            firsts = counted(tally.firsts[choice], "first place")
            figures = f"{counted(tally.points[choice], 'point')}, {firsts}"
        lines.append(f"{place}. {names[choice]}: {figures}")
    if len(ordered) > PLACES:
        lines.append(f"… and {len(ordered) - PLACES:,} more.")
    return lines


def _reason_words(tally: Tally, reason: Reason, names: Names) -> str:
    """One rung of the ladder in a sentence, with the figures it compared."""
    figures = reason.figures
    best = max((figures[choice] for choice in reason.after), default=0)
    winners = names.all(reason.after)
    level = len(reason.after) > 1
    if reason.step is Step.POINTS:
        points = counted(int(best), "point")
        return f"**Points:** {winners} tie with {points}." if level else f"**Points decide:** {winners} has {points}."
    if reason.step is Step.FIRSTS:
        firsts = counted(int(best), "first place")
        if level:
            return f"**First places:** still level, {winners} have {firsts} each."
        return f"**First places decide:** {winners} has most among the tied, {firsts}."
    if reason.step is Step.HEAD_TO_HEAD:
        wins = f"{figure(best)} of {len(reason.before) - 1}"
        if level:
            return f"**Head-to-head:** still level, {winners} win {wins} duels among the tied each."
        return f"**Head-to-head decides:** {winners} wins {wins} duels among the tied."
    if reason.step is Step.DRAW:
        return f"**The draw decides** between {names.all(reason.before)}: {winners}."
    return _method_words(tally, winners, int(best), level)


def _method_words(tally: Tally, winners: str, best: int, level: bool) -> str:
    """What a method other than points says."""
    if tally.method is Method.APPROVAL:
        votes = counted(best, "vote")
        return (
            f"**Approval:** {winners} tie with {votes}." if level else f"**Approval decides:** {winners} has {votes}."
        )
    if tally.method is Method.RUNOFF:
        rounds = counted(len(tally.rounds), "round")
        lost = f", {counted(tally.exhausted, 'ballot')} without a choice left" if tally.exhausted else ""
        end = f"after {rounds} with {counted(best, 'ballot')}{lost}"
        return f"**Runoff:** {winners} end level {end}." if level else f"**The runoff decides:** {winners} wins {end}."
    if level:
        return f"**Schulze:** {winners} are level along the strongest paths."
    return f"**Schulze decides:** along the strongest paths no album beats {winners}."


def _draw_words(tally: Tally, names: Names) -> str:
    """How anybody can repeat the draw."""
    tied = next((rung.before for rung in reversed(tally.rungs) if rung.step is Step.DRAW), tally.choices)
    numbers = ", ".join(str(names.number(choice)) for choice in tied[:12])
    return (
        f"-# To repeat the draw: of `seed:number` the lowest SHA-256 is drawn, with the nominations' numbers "
        f"({numbers}) and the seed `{tally.seed}`"
    )


def pairwise_card(view: WeekView) -> Body:
    """Every album against every other, best first, as a list that a screen reader can follow."""
    tally = view.tally
    if tally is None or len(tally.choices) < 2:
        return Body(ui.TextDisplay(f"{phrases.heading(view.week, 'Pairwise')}\nThere was nothing to compare."))
    ordered = standings(tally)

    def lines(width: int) -> list[str]:
        names = Names(view.nominations, width)
        titles = [names[choice] for choice in ordered]
        return [_duels(tally, ordered, titles, place) for place in range(len(ordered))]

    head = (
        f"{phrases.heading(view.week, 'Pairwise')}\nHow many ballots prefer one album to another; what a ballot leaves "
        "off counts below everything it names."
    )
    return Body(ui.TextDisplay(head), ui.TextDisplay(phrases.listing(lines, 3_000)))


def _duels(tally: Tally, ordered: Sequence[str], titles: Sequence[str], place: int) -> str:
    """One album against all that stand behind it."""
    one = ordered[place]
    duels = [
        f"{tally.pairwise[one, other]}:{tally.pairwise[other, one]} {title}"
        for other, title in zip(ordered[place + 1 :], titles[place + 1 :], strict=True)
    ]
    return f"- **{titles[place]}** against {', '.join(duels)}" if duels else f"- **{titles[place]}** is last."
