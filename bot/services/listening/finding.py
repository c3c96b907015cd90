"""Which artist, album or track is meant: picked from what the club has heard, typed, or what plays now."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID

from bot.domain.catalog.names import normalised
from bot.domain.club.week import HEARING
from bot.domain.listening.accounts import NowPlaying
from bot.domain.listening.charts import Kind, Subject
from bot.domain.listening.names import artist_id, heard_album_id, title_key, work_id
from bot.domain.listening.periods import EVER
from bot.domain.listening.refusals import NotHeardHere, SubjectNeeded
from bot.domain.people import Caller
from bot.services import people
from bot.services.listening.playing import playing_now
from bot.services.listening.watching import CLUB
from bot.services.tools import Tools
from db.queries.club import nominations, weeks
from db.queries.listening import reading, search
from db.session import Reading

OFFERED = 25
BETWEEN = re.compile(r"\s+[-–—―]+\s+|\s+by\s+", re.IGNORECASE)
LONGEST = 600


def value_of(subject: Subject) -> str:
    """What stands behind an offer, for `find_subject`."""
    return f"{subject.kind}:{subject.id}"


def spoken(subject: Subject) -> str:
    """How it is called in one line."""
    return f"{subject.title} — {subject.artist}" if subject.artist else subject.title


async def subject_suggestions(
    tools: Tools, *, kind: Kind, text: str, guild_id: int, discord_id: int
) -> list[tuple[str, str]]:
    """What the club has heard, for autocomplete: how each is called, and the value that `find_subject` understands."""
    async with tools.database.looking() as connection:
        club_id, user_id = await search.club_and_user(connection, guild_id, discord_id)
        if club_id is None:
            return []
        found = await search.offered(connection, kind, club_id, user_id, _typed(kind, text), limit=OFFERED)
    return [(spoken(subject), value_of(subject)) for subject in found]


async def find_subject(tools: Tools, *, caller: Caller, kind: Kind, text: str) -> Subject:
    """What is meant by a value that was offered, or by names that were typed.

    Raises `NotHeardHere` where nobody whom the caller may see has heard anything of that name.
    """
    text = text[:LONGEST]
    async with tools.database.reading() as session:
        club = await people.club_here(session, caller.guild_id)
        asker = await reading.person_of(session, club.id, caller.discord_id)
        viewer = asker.user_id if asker is not None else None
        for subject in await search.named(session, kind, _keys(kind, text)):
            if await search.heard_here(session, club.id, viewer, subject):
                return subject
    begun = [] if _picked(kind, text) else [_typed(kind, text), title_key(text)]
    async with tools.database.looking() as connection:
        for typed in filter(None, dict.fromkeys(begun)):
            for subject in await search.offered(connection, kind, club.id, viewer, typed, limit=1):
                return subject
    raise NotHeardHere(kind, text)


async def subject_at_hand(tools: Tools, *, caller: Caller, kind: Kind, now: datetime) -> tuple[Subject, bool]:
    """What is meant when nothing is named: what the caller hears now, else the week's album, else what they heard last.

    With it, whether everybody may read it: of whoever hides what they hear, nobody learns what they hear now. Raises
    `SubjectNeeded` where there is none of these.
    """
    async with tools.database.reading() as session:
        club = await people.club_here(session, caller.guild_id)
        asker = await reading.person_of(session, club.id, caller.discord_id)
    heard = None
    if asker is not None:
        heard, _ = await playing_now(tools, user_id=asker.user_id, now=now)
    playing = None if heard is None else subjects_of(heard).get(kind)
    is_open = asker is not None and asker.visibility == CLUB
    async with tools.database.reading() as session:
        if playing is not None:
            return (await search.named(session, kind, [playing.id]) or [playing])[0], is_open
        of_week = None if kind is Kind.TRACK else await _of_week(session, club.id, kind)
        if of_week is not None:
            return of_week, True
        last = None if asker is None else await _last_heard(session, asker.user_id, kind)
    if last is None:
        raise SubjectNeeded(kind)
    return last, is_open


def subjects_of(heard: NowPlaying) -> dict[Kind, Subject]:
    """Artist, track and, where it is told, album of what plays."""
    found = {
        Kind.ARTIST: Subject(Kind.ARTIST, artist_id(heard.artist), heard.artist),
        Kind.TRACK: Subject(Kind.TRACK, work_id(heard.artist, heard.title), heard.title, heard.artist),
    }
    if heard.album:
        found[Kind.ALBUM] = Subject(Kind.ALBUM, heard_album_id(heard.artist, heard.album), heard.album, heard.artist)
    return found


async def _of_week(session: Reading, club_id: UUID, kind: Kind) -> Subject | None:
    """The album that the club hears this week, or its artist."""
    week = await weeks.newest_in(session, club_id, HEARING)
    if week is None or week.winner_id is None:
        return None
    winner = await nominations.nomination(session, club_id, week.winner_id)
    if winner is None:
        return None
    title, artist = winner.album.title, winner.album.artist
    if kind is Kind.ARTIST:
        return Subject(kind, artist_id(artist), artist) if artist else None
    return Subject(kind, heard_album_id(artist, title), title, artist)


async def _last_heard(session: Reading, user_id: UUID, kind: Kind) -> Subject | None:
    for played in await reading.plays_of(session, user_id, EVER, limit=1):
        return {Kind.ARTIST: played.artist, Kind.ALBUM: played.album, Kind.TRACK: played.track}[kind]
    return None


def _typed(kind: Kind, text: str) -> str:
    """The beginning of a key that is looked for: of the names, the title's."""
    if kind is Kind.ARTIST:
        return normalised(text)
    first, *_ = BETWEEN.split(text[:LONGEST], maxsplit=1)
    return normalised(first)


def _picked(kind: Kind, text: str) -> UUID | None:
    head, _, key = text.strip().partition(":")
    try:
        return UUID(key) if head == kind else None
    except ValueError:
        return None


def _keys(kind: Kind, text: str) -> list[UUID]:
    """The keys that a text may mean: one that was picked, or those of the names in either order."""
    picked = _picked(kind, text)
    if picked is not None:
        return [picked]
    if kind is Kind.ARTIST:
        return [artist_id(text)] if normalised(text) else []
    keys: list[UUID] = []
    key_of = heard_album_id if kind is Kind.ALBUM else work_id
    for between in BETWEEN.finditer(text):
        before, after = text[: between.start()], text[between.end() :]
        if title_key(before) and title_key(after):
            keys += [key_of(after, before), key_of(before, after)]
    return keys[:12]
