"""Cards for hosts: setting a club up, its settings, and what a week needs from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import discord
from discord import ui

from bot.domain.calendar import Resolved, Schedule, Slot
from bot.domain.club.rules import Rules
from bot.domain.club.week import Club, Week
from bot.services.club.setup import SetUp
from bot.services.club.views import HostSummary
from cogs.club import actions
from cogs.club.cards import phrases
from cogs.club.cards.week import cancel_words
from cogs.shared.render import Body, row, rows
from cogs.shared.text import plain, when

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SLOT_WORDS = (
    ("opens", "opens"),
    ("nominations_close", "poll"),
    ("poll_close", "listening"),
    ("discussion", "discussion"),
    ("ratings_close", "ratings close"),
)
COMMON_ZONES = (
    "UTC",
    "Europe/London",
    "Europe/Lisbon",
    "Europe/Berlin",
    "Europe/Paris",
    "Europe/Madrid",
    "Europe/Warsaw",
    "Europe/Helsinki",
    "Europe/Athens",
    "Europe/Istanbul",
    "Europe/Moscow",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Toronto",
    "America/Sao_Paulo",
    "America/Mexico_City",
    "Asia/Kolkata",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Asia/Seoul",
    "Australia/Sydney",
    "Pacific/Auckland",
    "Africa/Johannesburg",
)
SETTING_WORDS: Mapping[str, str] = {
    "pick": "How the album comes about: vote or host",
    "method": "How ballots count: points, runoff, schulze, approval",
    "ranks": "Choices on a ballot, 1 to 5",
    "nominations_per_member": "Nominations each member has a week",
    "no_repeat_winners": "Past winners may not return",
    "no_repeat_weeks": "Weeks before a nominated album may return; 0 for at once",
    "anonymous": "Nominators stay hidden until the poll closes",
    "own_vote": "Members may vote for their own nomination",
    "blind_ratings": "Scores show only to those who have rated",
    "layout": "Threads of a week: two, one, per_phase",
    "guide": "The album's tracks in its thread: card, tracks, off",
    "event": "A Discord event for the discussion",
    "lock_threads": "Threads are locked when the week closes",
    "timezone": "The club's time zone, like Europe/Berlin",
    "channel": "The club's channel",
    "host_role": "The role of the club's hosts, or off",
    "reminder_role": "The opt-in role that reminders mention, or off",
    "schedule": "Weeks open by themselves: on or off",
}
"""Every setting with what it does; the order of the list members see."""
DEED_WORDS: Mapping[str, str] = {
    "opened": "Nominations opened",
    "poll_opened": "The poll opened",
    "nominations_extended": "Nominations got a day more",
    "poll_extended": "The poll got a day more",
    "won": "The winner was announced",
    "discussion": "The discussion began",
    "closed": "The week closed",
    "cancelled": "Cancelled",
    "reopened": "Reopened",
    "moved": "A deadline moved",
    "planned": "Planned",
    "theme_set": "The theme was set",
    "resynced": "Drawn again",
    "nomination_removed": "A nomination was removed",
}


def schedule_words(schedule: Schedule | None, zone: str) -> str:
    """The template in a line or two."""
    if schedule is None:
        return "off; hosts open weeks with `/week open`"
    every = "every week" if schedule.every == 1 else f"every {schedule.every} weeks"
    slots = "; ".join(f"{words} {slot_words(getattr(schedule, name))}" for name, words in SLOT_WORDS)
    return f"{every} ({plain(zone, 60)}): {slots}"


def slot_words(slot: Slot) -> str:
    """`Wednesday 20:00`, `next Wednesday 20:00`."""
    later = {0: "", 1: "next "}.get(slot.weeks_later, f"{slot.weeks_later} weeks later on ")
    return f"{later}{DAYS[slot.weekday]} {slot.clock:%H:%M}"


def opening_words(opening: Resolved | None) -> str:
    """When the template opens the next week, and whether a clock change moved it."""
    if opening is None:
        return ""
    moved = {
        "gap": " The clocks jump over the usual time that day, so it opens a little later.",
        "fold": " That time comes twice that day; the first one counts.",
    }.get(opening.kind, "")
    return f"The next week opens {when(opening.instant)}.{moved}"


def proposal_card(
    *, channel_id: int, zone: str, host_role_id: int | None, reminder_role_id: int | None, argument: str, new: bool
) -> Body:
    """What `/club setup` would save, before it does."""
    lines = [
        "### Set up the listening club" if new else "### Change the listening club",
        f"- Channel: <#{channel_id}>; the permissions there are all right.",
        f"- Time zone: {plain(zone, 60)}",
        f"- Hosts: everyone with Manage Server{f', and <@&{host_role_id}>' if host_role_id else ''}",
        f"- Reminders mention: {f'<@&{reminder_role_id}>' if reminder_role_id else 'nobody'}",
        "Choose another time zone below, or run the command again with other options. Nothing is saved yet.",
    ]
    zones = COMMON_ZONES if zone in COMMON_ZONES else (zone, *COMMON_ZONES[:24])
    options = [discord.SelectOption(label=name, value=name, default=name == zone) for name in zones]
    return Body(
        ui.TextDisplay("\n".join(lines)),
        actions.SETUP_ZONE.select(options, None, argument, placeholder="Time zone"),
        row(actions.SAVE_CLUB.button("Save", None, argument, style=discord.ButtonStyle.primary)),
    )


def set_up_card(done: SetUp) -> Body:
    """The club is saved: what it does next."""
    club = done.club
    lines = [
        f"### {'The club is ready' if done.created else 'The club is saved'}",
        f"It lives in <#{club.channel_id}>, in the time of {plain(club.zone, 60)}.",
        f"Weekly schedule: {schedule_words(club.schedule, club.zone)}.",
    ]
    if done.next_opening is not None:
        lines.append(opening_words(done.next_opening))
    lines.append("`/week open` opens a week now, `/club settings` changes the rules, `/help hosts` says more.")
    buttons: list[ui.Item[Any] | None] = [
        actions.OPEN_WEEK.button("Open a week now", None, style=discord.ButtonStyle.primary),
        actions.SCHEDULE_ON.button("Turn the weekly schedule on") if club.schedule is None else None,
    ]
    return Body(ui.TextDisplay("\n".join(lines)), *rows(*buttons))


def club_card(club: Club, *, opening: Resolved | None, setting: str | None = None) -> Body:
    """The club with all its settings; the changed one first."""
    lines = [f"### {plain(club.name, 80) or 'The club'}"]
    if setting is not None and setting in SETTING_WORDS:
        lines.append(f"Saved: **{setting}** is now {setting_value(club, setting)}.")
        if setting in {field.name for field in fields(Rules)}:
            lines.append("Open weeks keep the rules they began with.")
    if club.trouble:
        lines.append(f"**Trouble:** {club.trouble[:600]}")
    if club.paused_until is not None:
        lines.append(f"Paused until {when(club.paused_until)}.")
    if opening is not None:
        lines.append(opening_words(opening))
    lines += [f"- **{name}**: {setting_value(club, name)}. {words}." for name, words in SETTING_WORDS.items()]
    return Body(ui.TextDisplay("\n".join(lines)))


def setting_value(club: Club, name: str) -> str:
    """A setting's present value, as a host would type it."""
    if name == "timezone":
        return plain(club.zone, 60)
    if name == "channel":
        return f"<#{club.channel_id}>"
    if name in ("host_role", "reminder_role"):
        role = club.host_role_id if name == "host_role" else club.reminder_role_id
        return f"<@&{role}>" if role else "off"
    if name == "schedule":
        return schedule_words(club.schedule, club.zone)
    value = getattr(club.rules, name)
    return ("on" if value else "off") if isinstance(value, bool) else plain(str(value), 40)


def week_done_card(week: Week, what: str) -> Body:
    """A host's command went through: what is so now."""
    lines = [f"### {what} · {week.label}"]
    if week.theme:
        lines.append(f"**Theme:** {plain(week.theme, 200, hard=300)}")
    lines.append(f"{phrases.phase_words(week)}.")
    lines += phrases.deadline_lines(week)
    return Body(ui.TextDisplay("\n".join(lines)))


def summary_card(summary: HostSummary) -> Body:
    """What a host needs to know of a week: turnout as counts, what is stuck, who did what."""
    view, week = summary.view, summary.view.week
    standing, void = len(view.standing), len(view.nominations) - len(view.standing)
    lines = [
        f"### Summary · {week.label}",
        f"{phrases.phase_words(week)}{f': {cancel_words(view)}' if week.cancel_reason else ''}.",
        *phrases.deadline_lines(week),
        f"- Nominations: {standing}{f', {void} removed' if void else ''}",
        f"- Ballots: {phrases.turnout(view)}",
        f"- Heard: {view.heard}, rated: {view.ratings}, late: {view.late}",
        *_heard(summary),
    ]
    stuck = summary.unsettled
    lines.append(f"- Still to be shown on Discord: {stuck.due + stuck.waiting}, given up: {stuck.dead}")
    if view.club.trouble:
        lines.append(f"**Trouble:** {view.club.trouble[:600]}")
    for kind, error in summary.troubles[:5]:
        lines.append(f"- Could not be shown: {kind.replace('_', ' ')} ({plain(error, 120)})")
    if stuck.dead:
        lines.append("`/week resync` tries what was given up again.")
    parts: list[ui.Item[Any]] = [ui.TextDisplay("\n".join(lines))]
    if summary.deeds:
        parts.append(ui.TextDisplay("\n".join(["**Lately**", *_deeds(summary)])))
    if week.is_open:
        parts += rows(actions.ADVANCE.button(advance_label(week), week.id, str(week.phase)))
    return Body(*parts)


def _heard(summary: HostSummary) -> list[str]:
    """How much of the album the active members have heard; counts alone, whoever shows their listening or not."""
    if summary.turnout is None:
        return []
    told = summary.turnout
    listened = "" if summary.view.listened is None else f" {phrases.listened_words(summary.view)}"
    return [
        f"- Of the active members: {told.all} heard it all, {told.half} half or more, {told.less} less, "
        f"{told.unknown} not known.{listened}"
    ]


def _deeds(summary: HostSummary) -> Sequence[str]:
    lines: list[str] = []
    for deed in summary.deeds[:8]:
        what = DEED_WORDS.get(deed.action, deed.action.replace("_", " "))
        by = f", by {phrases.person_words(deed.name)}" if deed.name else ""
        lines.append(f"- <t:{int(deed.at.timestamp())}:f> {what}{by}")
    return lines


def advance_label(week: Week) -> str:
    """What ending the present phase means."""
    return {
        "scheduled": "Open it now",
        "nominations": "Close nominations now",
        "poll": "Close the poll now",
        "listening": "Begin the discussion now",
        "ratings": "Close the week now",
    }.get(str(week.phase), "Go on")
