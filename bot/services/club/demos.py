"""Demo weeks: members nominate tracks that they made; the ballot, the result and the ratings are those of any week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain.club.entries import Album, Blurb
from bot.domain.club.views import WeekView
from bot.domain.club.week import Club, Phase, Week, WeekKind
from bot.domain.library.demos import DemoRefused
from bot.domain.library.tracks import ATTESTATION, MemberTrack
from bot.domain.outbox import Draft, Kind
from bot.domain.people import Caller, Member
from bot.services import outbox, people
from bot.services.club import nominating
from bot.services.club.boxes import open_box
from bot.services.club.nominating import Nominated
from bot.services.club.views import week_view
from bot.services.library import copies, memory, showing
from bot.services.tools import Tools
from db.queries import people as people_queries
from db.queries.club import nominations
from db.queries.library import tracks as queries
from db.session import Reading, Writing

SUGGESTIONS = 25
MOST = 1_000


@dataclass(frozen=True, slots=True)
class DemoForm:
    """A track that the caller may put forward now, and the week that takes it."""

    view: WeekView
    track: MemberTrack
    attested: bool
    """They have said before that they may share what they share."""


async def own_tracks(tools: Tools, *, caller: Caller, text: str = "") -> Sequence[tuple[UUID, str]]:
    """The caller's tracks that a demo week takes, newest first: key and title."""
    async with tools.database.reading() as session:
        user_id = await people_queries.user_by_discord(session, caller.discord_id)
        found = [] if user_id is None else await queries.called(session, user_id, text.strip(), SUGGESTIONS)
        return [(key, title) for key, title, _ in found]


async def the_track(tools: Tools, *, caller: Caller, text: str) -> UUID:
    """The caller's own track that is meant: a choice of what was offered, or its title or a part that one alone has.

    Raises `DemoRefused` (`no_tracks`, `unknown`).
    """
    async with tools.database.reading() as session:
        user_id = await people_queries.user_by_discord(session, caller.discord_id)
        own = [] if user_id is None else await queries.called(session, user_id, "", MOST)
    if not own:
        raise DemoRefused("no_tracks")
    wanted = " ".join(text.split()).casefold()
    found = [key for key, title, _ in own if wanted in (str(key), title.casefold())]
    found = found or [key for key, title, _ in own if wanted and wanted in title.casefold()]
    if len(found) != 1:
        raise DemoRefused("unknown")
    return found[0]


async def demo_form(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    track: UUID,
    where: int | None = None,
    number: int | None = None,
    week: UUID | None = None,
) -> DemoForm:
    """Whether the caller could put this track forward now, before they write their pitch; raises what `nominate` would.

    Raises `DemoRefused`, `NominationsClosed`, `AlreadyNominated`, `TooManyNominations`.
    """
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now)
        found = await _open(session, club, now, where=where, number=number, week=week)
        made = await _own(session, member, track)
        await _judge(session, found, member, made)
        attested = await queries.has_attested(session, member.user_id, ATTESTATION)
        return DemoForm(await week_view(session, found.id, now), made, attested)


async def nominate_track(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    track: UUID,
    blurb: Blurb | None = None,
    week: UUID | None = None,
    where: int | None = None,
) -> Nominated:
    """A member puts a track of their own forward, public or private, and says by it that they may share it.

    The club hears it; a private one stays closed everywhere else. Raises `DemoRefused`, `NominationsClosed`,
    `AlreadyNominated`, `TooManyNominations`, `TextTooLong`.
    """
    words = nominating.read_blurb(blurb or Blurb())
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now)
        found = await _open(session, club, now, where=where, week=week, holds=True)
        made = await _own(session, member, track, lock=True)
        slot = await _judge(session, found, member, made)
        version = made.current
        if version is None:
            raise DemoRefused("no_audio", made.title)
        if not await queries.has_attested(session, member.user_id, ATTESTATION):
            await queries.attest(session, member.user_id, ATTESTATION, now)
        nomination = await nominations.add_nomination(
            session,
            club_id=club.id,
            week_id=found.id,
            user_id=member.user_id,
            album=_subject(made),
            slot=slot,
            blurb=words,
            host_pick=False,
            now=now,
            of_track=True,
            version_id=version.id,
        )
        await copies.wanted(session, version, now)
        if found.rules.anonymous:
            await showing.track_changed(session, [track], now)
        card = Draft(Kind.NOMINATION, ordinal=nomination.ordinal, payload={"nomination": str(nomination.id)})
        await outbox.record(session, found, [card, Draft(Kind.REFRESH)], now)
        await memory.nominated(session, found, nomination, now)
        return Nominated(await week_view(session, found.id, now), nomination)


def _subject(track: MemberTrack) -> Album:
    return Album(track.id, track.title, "")


async def _open(
    session: Reading,
    club: Club,
    now: datetime,
    *,
    where: int | None = None,
    number: int | None = None,
    week: UUID | None = None,
    holds: bool = False,
) -> Week:
    return await open_box(
        session,
        club,
        Phase.NOMINATIONS,
        where=where,
        number=number,
        week=week,
        now=now,
        kind=WeekKind.DEMO,
        lock="update" if holds else "none",
    )


async def _own(session: Writing, member: Member, track: UUID, *, lock: bool = False) -> MemberTrack:
    """The caller's own track, not deleted and not reported; another's is as unknown as none."""
    found = await queries.track(session, member.club_id, track, lock=lock)
    if found is None or found.user_id != member.user_id or found.deleted_at is not None:
        raise DemoRefused("unknown")
    if found.hidden_at is not None:
        raise DemoRefused("hidden", found.title)
    return found


async def _judge(session: Reading, week: Week, member: Member, track: MemberTrack) -> int:
    """The lowest free slot of the member; raises what speaks against the nomination."""
    slot = await nominating.free_slot(session, week, member, _subject(track))
    since = await nominations.week_of_track(
        session, week.club_id, track.id, before=week.number, weeks=week.rules.no_repeat_weeks
    )
    if since is not None:
        raise DemoRefused("played", track.title)
    return slot
