"""The words of every refusal: what happened, and what to do next. Nobody else words one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

from bot.domain import errors
from bot.domain.errors import Refusal
from cogs.shared.render import Body, Item, rows, words
from cogs.shared.text import plain, short_when, when

R = TypeVar("R", bound=Refusal)
Words = Callable[[Any], str]

WORDS: dict[type[Refusal], Words] = {}
OFFERS: dict[type[Refusal], Callable[[Any], Sequence[Item]]] = {}
"""Buttons beside the words; the area that knows what can be done puts them here."""
SHOWN = 200
"""Characters of a member's own words that a refusal repeats."""

PHASES = {
    "scheduled": "not open yet",
    "nominations": "taking nominations",
    "poll": "being voted on",
    "listening": "being listened to",
    "ratings": "being rated",
    "closed": "closed",
    "cancelled": "cancelled",
    "host_pick": "one whose album the hosts pick",
}
DEADLINES = {
    "opens_at": "the opening",
    "nominations_close_at": "the close of nominations",
    "poll_close_at": "the close of the poll",
    "discussion_at": "the discussion",
    "ratings_close_at": "the close of ratings",
}
SLOTS = {
    "every": "every how many weeks",
    "anchor": "the first week",
    "opens": "the opening",
    "nominations_close": "the close of nominations",
    "poll_close": "the close of the poll",
    "discussion": "the discussion",
    "ratings_close": "the close of ratings",
}


def refusal_words(refusal: Refusal) -> str:
    """One or two sentences for the person who was refused."""
    return WORDS[type(refusal)](refusal)


def refusal_body(refusal: Refusal, *buttons: Item, more: str = "") -> Body:
    """The words, with the buttons an area offers for this refusal and any others."""
    offer = OFFERS.get(type(refusal))
    text = f"{refusal_words(refusal)}\n{more}" if more else refusal_words(refusal)
    return words(text, *rows(*(offer(refusal) if offer else ()), *buttons))


def _words(kind: type[R]) -> Callable[[Callable[[R], str]], Callable[[R], str]]:
    def register(function: Callable[[R], str]) -> Callable[[R], str]:
        WORDS[kind] = cast("Words", function)
        return function

    return register


def shown(text: str, limit: int = SHOWN) -> str:
    """A member's own words inside a sentence, literally."""
    return plain(text, limit) or "that"


# --- the club -------------------------------------------------------------------------------------------------------


@_words(errors.ClubNotSetUp)
def _(_: errors.ClubNotSetUp) -> str:
    return "This server has no club yet. Someone with Manage Server starts one with `/club setup`."


@_words(errors.NotAHost)
def _(_: errors.NotAHost) -> str:
    return (
        "Only the club's hosts can do that: people with its host role or with Manage Server. Ask one of them; "
        "`/club show` names the role."
    )


@_words(errors.MissingPermissions)
def _(refusal: errors.MissingPermissions) -> str:
    names = ", ".join(f"**{name}**" for name in refusal.names)
    return (
        f"Longplay lacks permissions in <#{refusal.channel_id}>: {names}. Give them to its role in that channel's "
        "settings under Permissions, then try again."
    )


@_words(errors.SettingRefused)
def _(refusal: errors.SettingRefused) -> str:
    if refusal.reason == "unknown" and not refusal.allowed:
        return f"There is no setting called “{shown(refusal.name)}”. `/club show` lists them all."
    allowed = f" Allowed: {plain(refusal.allowed, 500)}." if refusal.allowed else ""
    return f"“{shown(refusal.value)}” does not fit the setting **{shown(refusal.name)}**.{allowed} Nothing was changed."


@_words(errors.ScheduleRefused)
def _(refusal: errors.ScheduleRefused) -> str:
    name = SLOTS.get(refusal.field, shown(refusal.field))
    why = {
        "order": f"{name} must come at least an hour after the moment before it",
        "overlap": "the next week would open before the poll of this one has closed",
        "weeks_later": f"{name} lies too many weeks away",
    }.get(refusal.reason, f"{name} could not be read")
    return f"This schedule does not work: {why}. Nothing was changed; correct it and save again."


# --- weeks ----------------------------------------------------------------------------------------------------------


@_words(errors.NoSuchWeek)
def _(_: errors.NoSuchWeek) -> str:
    return "No week fits that. `/week show` shows the present one; a host opens a new one with `/week open`."


@_words(errors.WhichWeek)
def _(refusal: errors.WhichWeek) -> str:
    listed = "\n".join(f"- `week:{number}` {label}" for number, label in refusal.choices[:10])
    return f"Several weeks fit. Use the command in the week's thread, or say which one with its option:\n{listed}"


@_words(errors.WrongPhase)
def _(refusal: errors.WrongPhase) -> str:
    present = PHASES.get(refusal.phase, refusal.phase)
    wanted = " or ".join(PHASES.get(phase, phase) for phase in refusal.wanted[:3])
    rest = f" This works while a week is {wanted}." if 0 < len(refusal.wanted) <= 3 else ""
    return f"{refusal.label} is {present}.{rest} `/week show` says what can be done now."


@_words(errors.SlotTaken)
def _(refusal: errors.SlotTaken) -> str:
    until = f" It is chosen until {when(refusal.until)}." if refusal.until else ""
    return (
        f"{refusal.label} is still being chosen, and a club chooses one album at a time.{until} "
        "Wait for it, bring it forward with `/week advance`, or cancel it with `/week cancel`."
    )


@_words(errors.PastTime)
def _(refusal: errors.PastTime) -> str:
    return f"{when(refusal.at)} has passed. Give a time that is still to come."


@_words(errors.OutOfOrder)
def _(refusal: errors.OutOfOrder) -> str:
    name = DEADLINES.get(refusal.name, refusal.name)
    return (
        f"That would put {name} at {when(refusal.at)}, before what it follows at {when(refusal.after)}. "
        "Give a later time, or move the earlier one first."
    )


@_words(errors.NothingToReopen)
def _(_: errors.NothingToReopen) -> str:
    return "This week has nothing that could be taken back. `/week summary` shows where it stands."


@_words(errors.TooSoon)
def _(refusal: errors.TooSoon) -> str:
    return f"That was done several times just now. It works again {short_when(refusal.at)}."


# --- nominations ----------------------------------------------------------------------------------------------------


@_words(errors.NominationsClosed)
def _(refusal: errors.NominationsClosed) -> str:
    closed = f" closed {when(refusal.closed_at)}" if refusal.closed_at else " are not open"
    return f"Nominations of {refusal.label}{closed}. Keep the album for a later week with `/shelf add`."


@_words(errors.AlreadyNominated)
def _(refusal: errors.AlreadyNominated) -> str:
    if refusal.own:
        return f"You have nominated **{shown(refusal.album)}** this week already. `/nomination edit` changes its pitch."
    return (
        f"**{shown(refusal.album)}** is nominated this week already. You can second it instead, so that everyone "
        "sees it has more than one friend, or nominate another album."
    )


@_words(errors.TooManyNominations)
def _(refusal: errors.TooManyNominations) -> str:
    albums = ", ".join(f"**{shown(album, 100)}**" for album in refusal.albums[:5])
    one = "one nomination" if refusal.limit == 1 else f"{refusal.limit} nominations"
    return (
        f"This club gives each member {one} a week, and yours is used: {albums}. Withdraw it with "
        "`/nomination withdraw` to nominate another album, or keep this one with `/shelf add`."
    )


@_words(errors.WonBefore)
def _(refusal: errors.WonBefore) -> str:
    return (
        f"**{shown(refusal.album)}** won {refusal.label}, and this club does not repeat its winners. "
        "Nominate another album."
    )


@_words(errors.NominatedRecently)
def _(refusal: errors.NominatedRecently) -> str:
    return (
        f"**{shown(refusal.album)}** was nominated in {refusal.label}; here an album rests for "
        f"{refusal.weeks} weeks before it may come back. Nominate another album, or keep this one with `/shelf add`."
    )


@_words(errors.TextTooLong)
def _(refusal: errors.TextTooLong) -> str:
    name = plain(refusal.name.replace("_", " "), 40)
    if name == "track list":
        return f"The track list has {refusal.length:,} lines, the limit is {refusal.limit:,}. Shorten it and send it."
    return (
        f"The {name} has {refusal.length:,} characters, the limit is {refusal.limit:,}. Shorten it by "
        f"{refusal.length - refusal.limit:,} and send it again."
    )


@_words(errors.AlbumNeeded)
def _(refusal: errors.AlbumNeeded) -> str:
    text = shown(refusal.text)
    unheard = f" {' and '.join(refusal.unheard)} did not answer just now." if refusal.unheard else ""
    told = {
        "empty": "No album was named. Type `Artist - Album`, or paste a link to the album.",
        "unknown_link": (
            f"{text} is no link Longplay knows. Links from Spotify, Apple Music, Deezer, YouTube, Bandcamp, "
            "MusicBrainz and Last.fm work; otherwise type `Artist - Album`."
        ),
        "untitled_link": (
            "The link is fine, but its title cannot be read from it. Give the artist and the title as well."
        ),
        "bad_cover": f"{text} cannot be used as a cover. Give an address that begins with `https://`, or leave it out.",
        "short_link": (
            f"{text} is a short link, and where it leads cannot be read here. Open it and paste the address of the "
            "album's page, or type `Artist - Album`."
        ),
        "not_an_album": f"{text} leads to something that is no album. Paste the link of the album itself.",
    }
    default = "No album could be read from that. Type `Artist - Album`, or paste a link to the album."
    return told.get(refusal.reason, default) + unheard


@_words(errors.NoSuchNomination)
def _(_: errors.NoSuchNomination) -> str:
    return "That nomination does not stand (any more). Choose one from the list that the command offers."


@_words(errors.WhichNomination)
def _(refusal: errors.WhichNomination) -> str:
    albums = "\n".join(f"- {shown(album, 80)}" for album in refusal.albums[:8])
    return f"Several nominations fit. Choose one from the list that the command offers, or type more of it:\n{albums}"


@_words(errors.NotYourNomination)
def _(_: errors.NotYourNomination) -> str:
    return (
        "Only the member who nominated an album can change or withdraw it. A host removes one with "
        "`/nomination remove`."
    )


@_words(errors.BadYear)
def _(refusal: errors.BadYear) -> str:
    return f"“{shown(refusal.text)}” is no year an album can have. Write it like `1997`, or a decade like `1990s`."


# --- ballots --------------------------------------------------------------------------------------------------------


@_words(errors.PollClosed)
def _(refusal: errors.PollClosed) -> str:
    closed = f" closed {when(refusal.closed_at)}" if refusal.closed_at else " is not open"
    return f"The poll of {refusal.label}{closed}; no ballot was changed. `/week show` shows where it stands."


@_words(errors.EmptyBallot)
def _(_: errors.EmptyBallot) -> str:
    return "A ballot needs a first choice. Choose at least one album and save again."


@_words(errors.SameChoiceTwice)
def _(refusal: errors.SameChoiceTwice) -> str:
    return f"**{shown(refusal.album)}** stands on the ballot twice. Give every rank an album of its own."


@_words(errors.OwnNomination)
def _(refusal: errors.OwnNomination) -> str:
    album = shown(refusal.album)
    return f"**{album}** is your own nomination, and in this club nobody votes for their own. Choose another album."


@_words(errors.TooManyChoices)
def _(refusal: errors.TooManyChoices) -> str:
    one = "one album" if refusal.ranks == 1 else f"up to {refusal.ranks} albums, one on each rank"
    return f"A ballot of this club names {one}. Leave out what is too many and save again."


# --- ratings --------------------------------------------------------------------------------------------------------


@_words(errors.BadScore)
def _(refusal: errors.BadScore) -> str:
    return (
        f"“{shown(refusal.text, 40)}” is no score. Scores go from 1.0 to 5.0 in half steps: 1, 1.5, 2 … 4.5, 5. "
        "Nothing was saved."
    )


@_words(errors.NothingToRate)
def _(refusal: errors.NothingToRate) -> str:
    if refusal.label:
        return f"{refusal.label} has no album to rate yet. Rating opens with the winner."
    return "There is no album to rate yet. Rating opens when a week has its winner."


# --- people ---------------------------------------------------------------------------------------------------------


@_words(errors.PanelOutdated)
def _(refusal: errors.PanelOutdated) -> str:
    if refusal.reason == "version":
        return "This panel is from another version of Longplay. `/week show` gives you the present one."
    if refusal.reason == "tracks":
        return "The track list has changed since the form was opened. Open it again; nothing was saved."
    return "What this button was for has ended. `/week show` says what can be done now."


@_words(errors.DraftGone)
def _(_: errors.DraftGone) -> str:
    return "The kept text is gone: it was used, or a day has passed. Start again with the command."


@_words(errors.ShelfRefused)
def _(refusal: errors.ShelfRefused) -> str:
    album = f"**{shown(refusal.album)}**" if refusal.album else "That album"
    if refusal.reason == "held":
        return f"{album} is on your shelf already. `/shelf list` shows it."
    return f"{album} is not on your shelf. `/shelf list` shows what is."


@_words(errors.DateRefused)
def _(refusal: errors.DateRefused) -> str:
    why = {
        "past": "has passed",
        "weekday": "is no day on which a week would open",
        "no_schedule": "cannot be skipped, because the schedule is off",
        "already": "is skipped already",
    }.get(refusal.reason, "does not fit")
    return f"{refusal.on.isoformat()} {why}. `/club show` shows the next openings."


@_words(errors.NotInCatalogue)
def _(refusal: errors.NotInCatalogue) -> str:
    what = "may mean several albums." if refusal.several else "is no album of the catalogue; `/nominate` adds new ones."
    return f"“{shown(refusal.text, 100)}” {what} Pick one from the list that shows as you type."


@_words(errors.MergeRefused)
def _(refusal: errors.MergeRefused) -> str:
    album, week = f"**{shown(refusal.album)}**", f"**{shown(refusal.week) or 'one week'}**"
    return {
        "same": f"{album} is both of them. Name two different albums: the one to give up, and the one to keep.",
        "elsewhere": f"Another club uses {album}, so it cannot be given up here. Merge the other way round.",
        "both": f"Both are nominated in {week}: one must be withdrawn first, with `/nomination withdraw` in time.",
        "single": f"Nothing was merged into {album}, so there is nothing to take apart. Name the album that was kept.",
        "foreign": f"This club never nominated or shelved {album}. A host of a club that uses it can take it apart.",
    }[refusal.reason]


@_words(errors.TimeNotUnderstood)
def _(refusal: errors.TimeNotUnderstood) -> str:
    return (
        f"“{shown(refusal.text, 100)}” could not be read as a time. Write `2026-11-25 19:00`, `wed 19:00`, "
        "`tomorrow 19:00`, `in 3 days` or `+24h`; times are in the club's time zone."
    )


@_words(errors.TimeInThePast)
def _(refusal: errors.TimeInThePast) -> str:
    text = shown(refusal.text, 100)
    return f"“{text}” means {when(refusal.instant)}, which has passed. Give a time that is still to come."


@_words(errors.Missing)
def _(refusal: errors.Missing) -> str:
    if refusal.names == ("your_rating",):
        return "The club's scores show once you have rated the album yourself. Rate it with `/rate` or the button."
    names = ", ".join(plain(name.replace("_", " "), 40) for name in refusal.names) or "something"
    return f"Still missing: {names}. Fill it in and send again."
