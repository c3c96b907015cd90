"""What members read of recommendations: their own list, the weekly letter, and what hosts are shown for the club."""

from __future__ import annotations

from datetime import datetime

import discord
from discord import ui

from bot.domain.taste.recommended import ForClub, ForClubList, Letters, Recommendation, Recommended, Said, Spoken, Word
from bot.domain.taste.recommending import Why
from cogs.listening.cards import ARTIST, TITLE, counted, name_of
from cogs.shared.dynamic import Action, encode_key
from cogs.shared.render import Body, Item, row, words
from cogs.shared.text import when

MORE = Action("recommended-more", anywhere=True)
"""Of an album's key; the argument of each of these: the club. Letters carry them, too."""
NOT = Action("recommended-not", anywhere=True)
HEARD = Action("recommended-heard", anywhere=True)
BACK = Action("recommended-back", anywhere=True)
PAGE = Action("recommended-page", anywhere=True)
"""Of the club; the argument: the page."""
LETTER = Action("recommended-letter", anywhere=True)
"""Of the club; the argument: `on` or `off`."""
NOMINATE = Action("recommended-nominate")
"""Of an album's key: the usual way to nominate it begins."""

NEAR_TITLE, NEAR_NAME = 40, 30
"""Characters of names in a reason: a list of the longest ones still is one message."""


def _listed(names: tuple[str, ...], limit: int) -> str:
    shown = [name_of(name, limit) for name in names]
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else "".join(shown)


def spoken_words(spoken: Spoken) -> str:
    """What speaks for an album, in words."""
    match spoken.why:
        case Why.CLUB:
            return f"The club rated it {spoken.score:.1f} ({counted(spoken.count, 'rating')})"
        case Why.CLOSE:
            more = spoken.count - len(spoken.names)
            also = f" and {counted(more, 'other')}" if more > 0 else ""
            are = "are" if spoken.count > 1 else "is"
            love = "love" if spoken.count > 1 else "loves"
            return f"{_listed(spoken.names, NEAR_NAME)}{also} {love} it and {are} close to your taste"
        case Why.NEAR:
            return f"Near {_listed(spoken.names, NEAR_TITLE)}, which you love"
        case Why.ARTIST if not spoken.count:
            return f"You like {_listed(spoken.names, NEAR_NAME)}, as you have shown or your linked account says"
        case Why.ARTIST:
            return f"You heard {_listed(spoken.names, NEAR_NAME)} {counted(spoken.count, 'time')}, but not this album"
        case Why.PICKED:
            return f"{_listed(spoken.names, NEAR_NAME)} nominated it, whose picks you rate highly"
        case Why.HEARD:
            return f"{counted(spoken.count, 'member')} of the club {'hear' if spoken.count > 1 else 'hears'} it"


def _album(one: Recommendation) -> str:
    reasons = "\n".join(f"- {spoken_words(spoken)}" for spoken in one.spoken)
    return f"**{name_of(one.title, TITLE)}** — {name_of(one.artist, ARTIST)}\n{reasons}"


def said_words(said: Said) -> str:
    """What became of a word."""
    album = f"**{name_of(said.title, TITLE)}** — {name_of(said.artist, ARTIST)}"
    if said.taken_back:
        return f"Taken back: {album} may be recommended again."
    return {
        Word.MORE: f"Noted: more like {album}.",
        Word.NOT: f"Noted: {album} is not for you. It is not recommended again, and less of its kind.",
        Word.HEARD: f"Noted: you have heard {album}. It is not recommended again.",
    }[said.word]


def recommend_card(told: Recommended, *, letter: str = "") -> Body:
    """A page of a member's list; `letter` is the club's name where it is the weekly letter."""
    club = encode_key(told.club_id)
    parts: list[Item | None] = []
    head = f"### To hear next, from {name_of(letter, TITLE)}" if letter else "### To hear next"
    if told.cold:
        head += (
            "\nLittle is known of what you hear, so this is the club's more than yours: `/link` or `/import` mends it."
        )
    if told.said is not None:
        head += f"\n{said_words(told.said)}"
        undo = None if told.said.taken_back else BACK.button("Take it back", told.said.key, club)
        parts += [ui.TextDisplay(head), row(undo)]
    else:
        parts.append(ui.TextDisplay(head))
    for one in told.albums:
        parts.append(ui.TextDisplay(_album(one)))
        parts.append(
            row(
                MORE.button("More like this", one.key, club),
                NOT.button("Not for me", one.key, club),
                HEARD.button("Heard it", one.key, club),
            )
        )
    if not told.albums:
        parts.append(ui.TextDisplay("That was all there is for now; what you and the club hear brings more."))
    if told.letters is Letters.CLOSED:
        parts.append(
            ui.TextDisplay(
                "Your weekly letter is off: Discord did not let it through. Allow private messages from this server, "
                "then switch it on again."
            )
        )
    on = told.letters is Letters.ON
    parts.append(
        row(
            PAGE.button("Previous", told.club_id, str(told.page - 1)) if told.page else None,
            PAGE.button("Next", told.club_id, str(told.page + 1)) if told.more else None,
            LETTER.button("No more letters" if on else "Write me weekly", told.club_id, "off" if on else "on"),
        )
    )
    foot = "Nothing you have heard, rated or waved away · what you press changes the next list"
    parts.append(ui.TextDisplay(f"-# {foot}{'' if letter else ' · only you see this'}"))
    return Body(*parts, framed=bool(letter))


def letter_words(due: datetime | None) -> Body:
    """That a member gets letters from now on, or none."""
    if due is None:
        return words("No more letters. `/recommend` shows the same whenever you like.")
    return words(
        f"Every Friday afternoon Longplay writes you what to hear next; the first letter comes {when(due)}. A button "
        "on it, or `/recommend letter:off`, ends it."
    )


# --- for the club ---------------------------------------------------------------------------------------------------


def for_club_card(told: ForClubList) -> Body:
    """What the club would likely love, for hosts; nobody is named, and nothing rests on one member alone."""
    parts: list[Item] = [
        ui.TextDisplay(
            "### For the club\nAlbums that nobody has nominated and the club would likely love. **Nominate** begins "
            "the usual way: you see what is understood before anything is put forward."
        )
    ]
    for one in told.albums:
        button = NOMINATE.button("Nominate", one.key, style=discord.ButtonStyle.primary)
        parts.append(ui.Section(ui.TextDisplay(_for_club(one)), accessory=button))
    parts.append(ui.TextDisplay(f"-# From {counted(told.listeners, 'member')} who show the club what they hear"))
    return Body(*parts, framed=False)


def _for_club(one: ForClub) -> str:
    reasons: list[str] = []
    if one.lovers > 1:
        has = "has" if one.unheard == 1 else "have"
        unheard = f", {one.unheard:,} {has} not heard it" if one.unheard else ""
        reasons.append(f"{one.lovers:,} members love it{unheard}")
    if one.near_to:
        reasons.append(f"Near {_listed(one.near_to, NEAR_TITLE)}, which the club rated highly")
    if one.artist_hearers > 1:
        reasons.append(f"{one.artist_hearers:,} members hear much of {name_of(one.artist, NEAR_NAME)}")
    if one.keepers:
        reasons.append(f"On the {'shelf of 1 member' if one.keepers == 1 else f'shelves of {one.keepers:,} members'}")
    listed = "\n".join(f"- {reason}" for reason in reasons)
    return f"**{name_of(one.title, TITLE)}** — {name_of(one.artist, ARTIST)}\n{listed}"
