"""Private cards for one member: ballot, rating, scores, and what is left to do in a week."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from bot.domain.club.entries import Contender, Nomination, Rating
from bot.domain.club.views import WeekView, YourPart
from bot.domain.club.week import HEARING, Phase, Week
from bot.domain.tally import Method
from bot.services.club.rating import Rated
from cogs.club import actions
from cogs.club.cards import phrases
from cogs.club.cards.album_step import own_nomination_row
from cogs.club.cards.phrases import counted, figure
from cogs.shared.render import Body, row, rows
from cogs.shared.text import block, plain, when


def ballot_lines(chosen: Sequence[Nomination | Contender], method: Method, width: int) -> list[str]:
    """A ballot, best first."""
    if method is Method.APPROVAL:
        return [f"- {phrases.album_words(one.album, width)}" for one in chosen]
    ranks = phrases.RANK_WORDS
    return [f"- {ranks[place]}: {phrases.album_words(one.album, width)}" for place, one in enumerate(chosen[:5])]


def ballot_card(week: Week, chosen: Sequence[Nomination | Contender]) -> Body:
    """A ballot as it is stored, with the ways to change it."""
    lines = phrases.listing(lambda width: ballot_lines(chosen, week.rules.method, width), 3_000)
    text = (
        f"### Your ballot · {week.label}\n{lines}\nOnly you see this. You can change it until the poll closes "
        f"{when(week.deadlines.poll_close_at)}."
    )
    return Body(
        ui.TextDisplay(text),
        row(
            actions.VOTE.button("Change", week.id, style=discord.ButtonStyle.primary),
            actions.WITHDRAW_BALLOT.button("Withdraw", week.id),
        ),
    )


def rated_card(rated: Rated) -> Body:
    """A rating as it is stored."""
    view, rating = rated.view, rated.rating
    lines = [f"### {'Rating changed' if rated.replaced else 'Rated'} · {view.week.label}", *rating_lines(view, rating)]
    if rated.late:
        lines.append("It came after the close: it stands beside the official average, not in it.")
    else:
        lines.append(f"You can change it until {when(view.week.deadlines.ratings_close_at)}.")
    again = actions.RATE.button("Change", view.week.id)
    return Body(ui.TextDisplay("\n".join(lines)), row(again, actions.SCORES.button("Scores", view.week.id)))


def rating_lines(view: WeekView, rating: Rating) -> list[str]:
    """Score, favourite and review of one member."""
    album = f"{phrases.album_words(view.winner.album, 120)}: " if view.winner else ""
    lines = [f"{album}**{rating.score:.1f}**"]
    if rating.favourite:
        lines.append(f"Favourite track: {plain(rating.favourite, 200, hard=300)}")
    if rating.review:
        lines.append(phrases.pitch_block(rating.review, 1_000, 3_000))
    return lines


def scores_card(view: WeekView, ratings: Sequence[Rating]) -> Body:
    """The club's scores so far, for somebody who may see them."""
    official = [rating for rating in ratings if rating.official]
    late = [rating for rating in ratings if not rating.official]
    head = [f"### Scores · {view.week.label}"]
    if view.winner is not None:
        head.append(phrases.album_words(view.winner.album, 160))
    if not ratings:
        head.append("Nobody has rated it yet.")
    if official:
        mean = sum((rating.score for rating in official), official[0].score * 0) / len(official)
        head.append(f"**{figure(round(mean, 2))}** on average from {counted(len(official), 'rating')}.")
    if late:
        head.append(f"{counted(len(late), 'late rating')} beside it.")

    def lines(width: int) -> list[str]:
        return [_score_line(rating, width) for rating in [*official, *late]]

    parts: list[ui.Item[Any]] = [ui.TextDisplay("\n".join(head))]
    if ratings:
        parts.append(ui.TextDisplay(phrases.listing(lines, 3_000)))
    return Body(*parts)


def _score_line(rating: Rating, width: int) -> str:
    review = ""
    if rating.review and width > 45:
        review = f"\n{block(rating.review, width * 2, hard=width * 3, lines=2)}"
    favourite = f", favourite {plain(rating.favourite, width, hard=width + 12)}" if rating.favourite else ""
    late = " (late)" if not rating.official else ""
    mark = {True: " (listened)", False: " (from memory)", None: ""}[rating.listened]
    return f"- **{rating.score:.1f}** {phrases.person_words(rating.name)}{late}{mark}{favourite}{review}"


def your_part_card(part: YourPart) -> Body:
    """What this member has done in the week, and what is left, with the button for it."""
    view, week = part.view, part.view.week
    left, buttons = _left(part)

    def lines(width: int) -> list[str]:
        done = _done(part, width)
        return [
            f"### Your part · {week.label}",
            *(["**Done**", *done] if done else ["Nothing done yet."]),
            *(["**Left**", *left] if left else ["Nothing is left for you to do."]),
        ]

    text = phrases.listing(lines, 3_600)
    own = part.nominations[-1] if part.nominations and week.phase is Phase.NOMINATIONS else None
    return Body(
        ui.TextDisplay(text), *rows(*buttons), own_nomination_row(own) if own else None, _scores_row(view, part)
    )


def _scores_row(view: WeekView, part: YourPart) -> ui.ActionRow[Any] | None:
    return row(actions.SCORES.button("Scores", view.week.id)) if part.rating is not None else None


def _done(part: YourPart, width: int) -> list[str]:
    week = part.view.week
    lines = [f"- Nominated {phrases.album_words(one.album, width)}" for one in part.nominations]
    lines += [f"- Seconded {phrases.album_words(one.album, width)}" for one in part.seconds]
    if part.ballot is not None:
        lines.append(f"- Voted for {counted(len(part.ballot), phrases.thing(part.view.week))}:")
        lines += [f"  {line}" for line in ballot_lines(part.ballot, week.rules.method, width)]
    if part.heard:
        lines.append("- Heard it")
    if part.rating is not None:
        lines.append(f"- Rated it {part.rating.score:.1f}")
    return lines


def _left(part: YourPart) -> tuple[list[str], list[ui.Item[Any]]]:
    week = part.view.week
    primary = discord.ButtonStyle.primary
    if week.phase is Phase.NOMINATIONS and week.rules.pick == "vote":
        free = week.rules.nominations_per_member - len(part.nominations)
        if free > 0:
            line = f"- Nominate {counted(free, phrases.thing(week))} until {when(week.deadlines.nominations_close_at)}"
            return [line], [actions.NOMINATE.button(phrases.nominate_words(week), week.id, style=primary)]
    if week.phase is Phase.POLL:
        button = actions.VOTE.button("Change your ballot" if part.ballot else "Vote", week.id, style=primary)
        if part.ballot:
            return [], [button]
        return [f"- Vote until {when(week.deadlines.poll_close_at)}"], [button]
    if week.phase in HEARING:
        return _left_listening(part)
    return [], []


def _left_listening(part: YourPart) -> tuple[list[str], list[ui.Item[Any]]]:
    week = part.view.week
    lines: list[str] = []
    buttons: list[ui.Item[Any]] = []
    if not part.heard:
        lines.append(f"- Hear the {phrases.thing(week)}; the club talks {when(week.deadlines.discussion_at)}")
        buttons.append(actions.HEARD.button("I've heard it", week.id))
    if part.rating is None:
        lines.append(f"- Rate it until {when(week.deadlines.ratings_close_at)}")
    verb = f"Rate the {phrases.thing(week)}" if part.rating is None else "Change your rating"
    buttons.insert(0, actions.RATE.button(verb, week.id, style=discord.ButtonStyle.primary))
    return lines, buttons
