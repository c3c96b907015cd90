"""Cards of the choosing thread: the invitation to nominate, one card for each nomination, the ballot."""

from __future__ import annotations

from typing import Any

from discord import ui

from bot.domain.club.entries import PITCH_LIMIT, Nomination, Standing
from bot.domain.club.rules import Pick
from bot.domain.club.views import WeekView
from bot.domain.club.week import Phase, Week
from bot.domain.tally import Method
from cogs.club.cards import phrases
from cogs.club.cards.phrases import counted
from cogs.club.cards.week import phase_buttons
from cogs.shared.render import Body, Enclosed, Sound, beside_cover, link, row, rows
from cogs.shared.text import plain, when

PITCH_BYTES = 6_000
"""A pitch of 2,000 characters fits in any script; one of emoji alone is cut."""


def nominations_panel(view: WeekView) -> Body:
    """The first message of the choosing thread: how to nominate, and until when."""
    week = view.week
    if week.rules.pick is Pick.HOST:
        said = "pick this week's album" if week.phase is Phase.NOMINATIONS else "have picked this week's album"
        text = f"The hosts {said}. Keep yours for another week with `/shelf add`."
        return Body(ui.TextDisplay(f"{phrases.heading(week, 'The pick')}\n{text}"))
    lines = [phrases.heading(week, "Nominations")]
    what = phrases.thing(week)
    if week.phase is not Phase.NOMINATIONS:
        lines.append(f"Nominations are closed; {counted(len(view.standing), what)} stood.")
        return Body(ui.TextDisplay("\n".join(lines)))
    if week.is_demo:
        return Body(ui.TextDisplay("\n".join([*lines, *_demo_lines(week)])), *rows(*phase_buttons(view)))
    each = counted(week.rules.nominations_per_member, "album")
    lines += [
        f"Nominate {each} until {when(week.deadlines.nominations_close_at)}.",
        "Press the button, type `/nominate`, or use *Apps → Nominate this album* on any message with a link. "
        "A link, or artist and title, is all that is needed.",
    ]
    if week.rules.anonymous:
        lines.append("Who nominated what stays hidden until the poll closes.")
    return Body(ui.TextDisplay("\n".join(lines)), *rows(*phase_buttons(view)))


def _demo_lines(week: Week) -> list[str]:
    """How a demo week takes nominations."""
    each = counted(week.rules.nominations_per_member, "track")
    lines = [
        f"A demo week: put {each} of your own forward until {when(week.deadlines.nominations_close_at)}.",
        "Press the button, or type `/nomination demo`. The track has to be in your library.",
    ]
    if week.rules.anonymous:
        lines.append("Who made which track is told with the result; until then its file carries no name.")
    return lines


def nomination_card(view: WeekView, nomination: Nomination, sound: Sound | None = None) -> Body:
    """One nomination for everybody: album, cover, pitch, of a demo its sound; withdrawn or removed ones say so."""
    album = nomination.album
    head = [phrases.album_headline(album)]
    if nomination.standing is Standing.WITHDRAWN:
        head.append("*Withdrawn by its nominator.*")
    elif nomination.standing is Standing.VOID:
        head.append("*Removed by a host. Votes for it count for nothing; who gave one may vote again.*")
    head.append(f"Nomination {nomination.ordinal} of {view.week.label} · {phrases.nominators(nomination)}")
    if phrases.tags(nomination):
        head.append(phrases.tags(nomination))
    parts: list[ui.Item[Any] | None] = [
        beside_cover("\n".join(head), view.covers.get(album.id), phrases.cover_alt(album))
    ]
    if nomination.standing is Standing.STANDING:
        if nomination.pitch:
            parts.append(ui.TextDisplay(phrases.pitch_block(nomination.pitch, PITCH_LIMIT, PITCH_BYTES)))
        if nomination.pitch_track:
            parts.append(ui.TextDisplay(f"**Start with:** {plain(nomination.pitch_track, 200, hard=260)}"))
        if sound is not None:
            parts.append(Enclosed(sound, f"Nomination {nomination.ordinal}"))
        elif nomination.track_id is not None:
            parts.append(ui.TextDisplay("-# To be heard here in a moment."))
        if album.url:
            parts.append(row(link("Listen", album.url)))
    return Body(*parts)


def poll_panel(view: WeekView) -> Body:
    """The ballot's public side: the albums, how the vote works, turnout; never a count."""
    week = view.week
    head = [phrases.heading(week, "Poll")]
    albums = phrases.listing(lambda width: [_ballot_line(view, one, width) for one in view.nominations], 2_600)
    if week.phase is not Phase.POLL:
        head.append(f"The poll is closed: {phrases.turnout(view)}.")
        return Body(ui.TextDisplay("\n".join(head)), ui.TextDisplay(albums or f"No {phrases.thing(week)}s."))
    head += [method_words(view), f"The poll closes {when(week.deadlines.poll_close_at)}."]
    if not week.rules.own_vote:
        head.append("Your own nomination is not on your ballot.")
    return Body(
        ui.TextDisplay("\n".join(head)),
        ui.TextDisplay(albums or f"No {phrases.thing(week)}s."),
        ui.TextDisplay("Counts stay hidden until the close; the week's card shows how many have voted."),
        *rows(*phase_buttons(view)),
    )


def _ballot_line(view: WeekView, nomination: Nomination, width: int) -> str:
    name = phrases.album_words(nomination.album, width)
    if nomination.standing is not Standing.STANDING:
        return f"{nomination.ordinal}. ~~{name}~~ removed"
    named = nomination.nominator and not nomination.of_track and width > 36  # of a demo the maker stands beside it
    by = f" · {phrases.person_words(nomination.nominator)}" if named else ""
    return f"{nomination.ordinal}. {name}{by}"


def method_words(view: WeekView) -> str:
    """How a ballot counts in this week."""
    ranks, what = view.week.rules.ranks, phrases.thing(view.week)
    if view.week.rules.method is Method.APPROVAL:
        return f"Vote for every {what} you would gladly hear; the one most members vote for wins. You can change it."
    how = {
        Method.POINTS: "Points: "
        + ", ".join(f"{phrases.RANK_WORDS[place].lower()} {ranks - place}" for place in range(ranks))
        + ".",
        Method.RUNOFF: "Counted as an instant runoff: the last is eliminated until one has a majority.",
        Method.SCHULZE: f"Counted by Schulze's method: every {what} is compared with every other.",
    }[view.week.rules.method]
    least = f"one {what}" if ranks == 1 else f"up to {ranks} {what}s, best first"
    return f"Vote for {least}. {how} Only you see your ballot, and you can change it."


def withdrawn_card(view: WeekView, number: int) -> Body:
    """What is left of a nomination that was taken back."""
    return Body(ui.TextDisplay(f"Nomination {number} of {view.week.label} was withdrawn."))
