"""What a listening party shows: its card, a message for each track as it begins, short notes, the recap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import discord
from discord import ui

from bot.domain.club.views import WeekView
from bot.domain.club.week import HEARING
from bot.domain.party import USUAL_LENGTH, Outcome, Party, PartyMember, PartyView, Reason, State, Turn
from cogs.club import actions
from cogs.club.cards import phrases
from cogs.club.cards.phrases import counted
from cogs.shared.render import Body, link, rows, sized
from cogs.shared.text import when

TITLE = 160
NAMES = 24
"""So many people are named; the others are counted."""
NAMED = 900
"""Bytes of their names together."""
LISTED = 600
"""Characters of a list of tracks inside a sentence."""

ENDINGS = {
    Reason.HOST: "A host has ended the party.",
    Reason.FORGOTTEN: "Nobody ended the pause, so the party ended.",
    Reason.WEEK: "The week is over, and its party with it.",
    Reason.CLUB: "The club pauses, so the party ended.",
}
CALLED_OFF = {
    Reason.HOST: "A host has called the party off.",
    Reason.WEEK: "The week is over, so its party is called off.",
    Reason.CLUB: "The club pauses, so the party is called off.",
}
AWAY = "Longplay was away for a while, so the party waits."


# --- the card -------------------------------------------------------------------------------------------------------


def party_card(week: WeekView, view: PartyView) -> Body:
    """The party's card: what is on or when it begins, who is there, and the buttons for both."""
    lines = [phrases.heading(week.week, "Listening party"), *_album_line(week), *_state_lines(view.party)]
    if view.party.is_running:
        lines.append(f"**Here:** {names_words(view.there)}.")
    return Body(ui.TextDisplay("\n".join(lines)), *rows(*card_buttons(view.party)))


def _album_line(week: WeekView) -> list[str]:
    return [phrases.album_words(week.winner.album)] if week.winner is not None else []


def _state_lines(party: Party) -> list[str]:
    if party.state is State.LOBBY:
        how = "Have the album ready in your own player, and press play when a track is posted."
        return [f"**It begins {when(party.starts_at)}.**", *_length_lines(party), how]
    if party.state is State.PLAYING and party.present is not None:
        return [f"**Now:** {_place(party)}, {_until(party)}.", *_length_lines(party)]
    if party.state is State.PAUSED:
        return [_paused_words(party)]
    if party.state is State.OVER:
        return ["The party is over."]
    return [ENDINGS.get(party.reason, "The party is over.") if party.position else _called_off(party)]


def _length_lines(party: Party) -> list[str]:
    """How long it all is, and what is done about tracks whose length nobody knows."""
    lines = [f"{counted(len(party.turns), 'track')}, {_clock(party.length)}."]
    unknown = [turn for turn in party.turns if not turn.is_measured]
    usual = _clock(USUAL_LENGTH)
    if unknown and len(unknown) == len(party.turns):
        lines.append(f"No track has a known length, so each is given {usual}; hosts go on earlier with **Next**.")
    elif unknown:
        lengths = "The length of 1 track is" if len(unknown) == 1 else f"The lengths of {len(unknown)} tracks are"
        lines.append(f"{lengths} not known; {usual} are given, and hosts go on earlier with **Next**.")
    return lines


def _paused_words(party: Party) -> str:
    turn = party.present
    if party.reason is Reason.AWAY:
        next_up = f" Track {party.position + 1} comes next." if party.position < len(party.turns) else ""
        return f"**Paused.** {AWAY}{next_up} Hosts go on with **Resume**."
    heard = _clock(party.heard(party.paused_at or party.anchor_at))
    return f"**Paused** at {heard} in {_place(party)}." if turn is not None else "**Paused.**"


def _place(party: Party) -> str:
    turn = party.present
    return f"track {party.position} of {len(party.turns)}, {title_words(turn)}" if turn is not None else "the lobby"


def _until(party: Party) -> str:
    return f"until {_moment(party.ends_at)}"


def card_buttons(party: Party) -> list[ui.Item[Any]]:
    """What people can do with the party; hosts' buttons ask who presses."""
    if not party.is_running:
        return []
    return [
        actions.JOIN_PARTY.button("Join", party.id, style=discord.ButtonStyle.primary),
        actions.LEAVE_PARTY.button("Leave", party.id),
        *host_buttons(party),
    ]


def host_buttons(party: Party) -> list[ui.Item[Any]]:
    """What hosts can do with the party as it stands."""
    stop = actions.STOP_PARTY.button("Stop", party.id, style=discord.ButtonStyle.danger)
    if party.state is State.LOBBY:
        return [actions.BEGIN_PARTY.button("Start now", party.id), stop]
    go_on = actions.SKIP_TRACK.button("Next", party.id, str(party.position))
    if party.state is State.PLAYING:
        return [actions.PAUSE_PARTY.button("Pause", party.id), go_on, stop]
    resume = actions.RESUME_PARTY.button("Resume", party.id)
    return [resume, stop] if party.reason is Reason.AWAY else [resume, go_on, stop]


# --- the tracks -----------------------------------------------------------------------------------------------------


def track_card(week: WeekView, view: PartyView, position: int) -> Body:
    """A track as it begins, with its countdown and buttons; once it is over it keeps what it was."""
    party = view.party
    turn = party.turns[position - 1]
    lines: list[str] = []
    missed = party.missed_before(position)
    if missed:
        lines.append(f"While Longplay was away, these went by: {_titles(missed)}.")
    lines.append(f"## {turn.position}. {phrases.literal(turn.title, TITLE, TITLE + TITLE // 4)}")
    if turn.artist:
        lines.append(phrases.literal(turn.artist, TITLE, TITLE + TITLE // 4))
    length = _clock(turn.length) if turn.is_measured else f"length unknown, {_clock(turn.length)} given"
    lines.append(f"Track {position} of {len(party.turns)}, {length}{_track_state(party, turn)}")
    links = [link(phrases.service_label(service), url) for service, url in view.links.get(position, ())]
    on = turn.outcome is Outcome.PLAYING and party.is_running
    buttons = [actions.JOIN_PARTY.button("Join", party.id), *host_buttons(party)] if on else []
    return Body(
        ui.TextDisplay("\n".join(lines)),
        *rows(*links[:5]),
        *rows(*buttons),
        *rows(*_talk(week, view, position)),
        silent=True,
    )


def _talk(week: WeekView, view: PartyView, position: int) -> list[ui.Item[Any]]:
    """What one can say about a track, as long as the week takes it."""
    post = view.posts.get(position)
    if post is None or week.week.phase not in HEARING:
        return []
    return [actions.LIKE.button("Like", post.id), actions.COMMENT.button("Comment", post.id)]


def _track_state(party: Party, turn: Turn) -> str:
    if turn.outcome is Outcome.SKIPPED:
        return ". Skipped."
    if turn.outcome is Outcome.CUT:
        return ". The party ended here."
    if turn.outcome is not Outcome.PLAYING:
        return "."
    if party.state is State.PAUSED:
        return f". {_paused_words(party)}"
    return f", **{_until(party)}**."


def title_words(turn: Turn, limit: int = 80) -> str:
    """A track inside a sentence."""
    return f"**{phrases.literal(turn.title, limit, limit + limit // 4)}**"


def _titles(turns: Sequence[Turn]) -> str:
    return _listed(
        lambda width: [f"{turn.position}. {phrases.literal(turn.title, width, width + 12)}" for turn in turns]
    )


def _listed(draw: Callable[[int], Sequence[str]]) -> str:
    """Names in one line, as wide as fits; what does not fit is counted."""
    return phrases.listing(draw, LISTED).replace("\n… and", " and").replace("\n", ", ")


# --- notes and the recap --------------------------------------------------------------------------------------------


def note_card(week: WeekView, view: PartyView, words: str) -> Body:
    """What the hosts, or everybody, need to hear of the party."""
    role = week.club.host_role_id
    if words == "away":
        greeting = f"For the hosts (<@&{role}>): " if role else "For the hosts: "
        return Body(ui.TextDisplay(f"{greeting}{AWAY} Press **Resume** on its card, or type `/party resume`."))
    return Body(ui.TextDisplay(f"{phrases.heading(week.week, 'Listening party')}\n{_called_off(view.party)}"))


def _called_off(party: Party) -> str:
    return CALLED_OFF.get(party.reason, "The party is called off.")


def recap_card(week: WeekView, view: PartyView) -> Body:
    """What the party was: how long, what was heard, who was there; and what one can do now."""
    party = view.party
    lines = [phrases.heading(week.week, "The party's recap"), *_album_line(week)]
    if party.state is State.STOPPED:
        lines.append(ENDINGS.get(party.reason, "The party is over."))
    lines.append(_together(party))
    for words, outcome in (("Skipped", Outcome.SKIPPED), ("Went by unannounced", Outcome.MISSED)):
        turns = [turn for turn in party.turns if turn.outcome is outcome]
        if turns:
            lines.append(f"**{words}:** {_titles(turns)}.")
    lines.append(f"**Here to the end:** {names_words(view.there)}.")
    gone = [member for member in view.members if member.left_at is not None]
    if gone:
        lines.append(f"**Also came:** {names_words(gone)}.")
    open_now = week.week.phase in HEARING
    if open_now and party.state is State.OVER:
        lines.append("Were you there for all of it? **I've heard it** notes that for you.")
    buttons = [
        actions.RATE.button("Rate the album", week.week.id, style=discord.ButtonStyle.primary),
        actions.HEARD.button("I've heard it", week.week.id),
    ]
    return Body(ui.TextDisplay("\n".join(lines)), *rows(*(buttons if open_now else ())))


def _together(party: Party) -> str:
    began = next((turn.began_at for turn in party.turns if turn.began_at is not None), party.starts_at)
    length = (party.ended_at or began) - began
    paused = f", {_clock(party.paused_for)} of it in pauses" if party.paused_for else ""
    heard = [turn for turn in party.turns if turn.outcome in (Outcome.PLAYED, Outcome.CUT)]
    return f"{_clock(length)} together{paused}; {len(heard)} of {counted(len(party.turns), 'track')} heard."


# --- words ----------------------------------------------------------------------------------------------------------


def names_words(members: Sequence[PartyMember]) -> str:
    """Who it is, in the order of their coming; many are counted."""
    if not members:
        return "nobody yet"
    named = members if len(members) <= NAMES else members[: NAMES - 1]

    def draw(width: int) -> str:
        words = [phrases.literal(member.name, width, width + width // 2) for member in named]
        if len(members) > len(named):
            words.append(counted(len(members) - len(named), "other"))
        return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"

    return sized(draw, phrases.PERSON, NAMED)


def _clock(length: timedelta) -> str:
    return phrases.duration(round(length / timedelta(milliseconds=1)))


def _moment(instant: datetime) -> str:
    """A moment to the second, and how far away it is."""
    stamp = int(instant.timestamp())
    return f"<t:{stamp}:T> (<t:{stamp}:R>)"
