"""What members make of the album: scores, favourites, reviews, and who has heard it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from bot.domain.catalog import normalised, visible
from bot.domain.club.entries import REVIEW_LIMIT, TITLE_LIMIT, Nomination, Rating, Track, read_score
from bot.domain.club.views import RatingForm, WeekView
from bot.domain.club.week import HEARING, Club, Phase, Week
from bot.domain.errors import Missing, NoSuchWeek, NothingToRate, PanelOutdated, TextTooLong, WhichWeek, WrongPhase
from bot.domain.outbox import Draft, Kind
from bot.domain.people import Caller
from bot.services import outbox, people
from bot.services.club.finding import Lock, week_for
from bot.services.club.views import week_view
from bot.services.collisions import once_more
from bot.services.library import memory
from bot.services.listening import hearing
from bot.services.listening.hearing import Listened
from bot.services.tools import Tools
from db.queries import catalog, matching
from db.queries.club import nominations, ratings
from db.queries.taste import days as taste
from db.queries.taste import states as tastes
from db.session import Reading

RATEABLE = (*HEARING, Phase.CLOSED)


@dataclass(frozen=True, slots=True)
class Rated:
    """A rating as it stands now."""

    rating: Rating
    view: WeekView
    replaced: bool
    late: bool
    """Given after the official ratings froze: it counts in the catch-up lane alone."""


@dataclass(frozen=True, slots=True)
class Heard:
    """That a member has heard the album; `first` unless they said so before."""

    view: WeekView
    first: bool


async def rating_form(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    where: int | None = None,
    number: int | None = None,
    week: UUID | None = None,
) -> RatingForm:
    """What the caller rates, and their rating so far. Raises `NothingToRate`, `WhichWeek`, and `WrongPhase` when their
    official rating is frozen.
    """
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now)
        found = await _rateable(session, club, where=where, number=number, week=week)
        present = await ratings.rating_of(session, found.id, member.user_id)
        late = is_late(found, now)
        _refuse_frozen(found, present, late)
        return RatingForm(await week_view(session, found.id, now), present, late)


@once_more
async def rate(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    score: str | Decimal,
    favourite: str = "",
    favourite_id: UUID | None = None,
    review: str = "",
    where: int | None = None,
    number: int | None = None,
    week: UUID | None = None,
) -> Rated:
    """A member rates a week's album; rating again replaces.

    A favourite is a track of the list, or typed: then it is matched to the list by its title, else kept as typed.
    Raises `BadScore`, `TextTooLong`, `NothingToRate`, `WhichWeek`, `PanelOutdated` for a track that is no longer on the
    list, and `WrongPhase` where an official rating is frozen.
    """
    given, favourite, review = read_score(score), visible(favourite).strip(), visible(review).strip()
    for name, text, limit in (("favourite", favourite, TITLE_LIMIT), ("review", review, REVIEW_LIMIT)):
        if len(text) > limit:
            raise TextTooLong(name, limit, len(text))
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now)
        found = await _rateable(session, club, where=where, number=number, week=week, lock="share")
        present = await ratings.rating_of(session, found.id, member.user_id)
        late = is_late(found, now)
        _refuse_frozen(found, present, late)
        winner = await _winner(session, found)
        # A demo is one track: there is none to name before the others.
        track = (
            None
            if found.is_demo
            else _favourite(await catalog.tracks_of(session, winner.album.id), favourite, favourite_id)
        )
        rating = Rating(
            member.user_id,
            member.shown_name,
            given,
            favourite=track.title if track else favourite,
            favourite_id=track.id if track else None,
            review=review,
            official=not late,
        )
        await tastes.mark_rated(session, found.id, member.user_id, now.astimezone(UTC).date())
        broken = await ratings.save_rating(
            session,
            rating,
            club_id=club.id,
            week_id=found.id,
            album_id=None if winner.of_track else winner.album.id,
            now=now,
        )
        if broken == ratings.FOREIGN_FAVOURITE:
            raise PanelOutdated("tracks")
        await taste.mark(session, member.user_id)
        await matching.changed(session, member.user_id)
        # Whoever rates it has heard it, some day.
        known = {"club_id": club.id, "week_id": found.id, "user_id": member.user_id}
        if await ratings.add_hearing(session, **known, now=now, said=False):
            await hearing.said_so(session, found, now)
        await memory.rated(session, found, winner, member, track, now)
        if present is None or present.official != rating.official:  # the counts on the card change
            await outbox.record(session, found, [Draft(Kind.REFRESH)], now)
        return Rated(rating, await week_view(session, found.id, now), replaced=present is not None, late=late)


@once_more
async def mark_heard(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    where: int | None = None,
    number: int | None = None,
    week: UUID | None = None,
) -> Heard:
    """A member says they have heard the album; saying so twice changes nothing. Raises `NothingToRate`, `WhichWeek`."""
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now)
        found = await _rateable(session, club, where=where, number=number, week=week, lock="share")
        first = await ratings.add_hearing(session, club_id=club.id, week_id=found.id, user_id=member.user_id, now=now)
        if first:
            await outbox.record(session, found, [Draft(Kind.REFRESH)], now)
            await hearing.said_so(session, found, now)
        return Heard(await week_view(session, found.id, now), first)


async def scores_for(
    tools: Tools,
    *,
    caller: Caller,
    now: datetime,
    where: int | None = None,
    number: int | None = None,
    week: UUID | None = None,
) -> list[Rating]:
    """Every rating of a week, official and late, in the order they were given.

    In a blind club only those who have rated see them before the close: others are told that theirs is missing
    (`Missing`). Raises `NothingToRate`, `WhichWeek`.
    """
    async with tools.database.writing() as session:
        club, member = await people.present(session, caller, now, takes_part=False)
        found = await _rateable(session, club, where=where, number=number, week=week)
        given = await ratings.ratings_of_week(session, found.id)
        blind = found.rules.blind_ratings and found.phase is not Phase.CLOSED
        if blind and all(rating.user_id != member.user_id for rating in given):
            raise Missing(("your_rating",))
        known = await hearing.listened_of(session, found, given, now)
        return [_marked(one, known.get(one.user_id)) for one in given]


def _marked(rating: Rating, known: Listened | None) -> Rating:
    """The rating with whether it comes from listening, where its author shows that."""
    return replace(rating, listened=known.heard) if known is not None and known.shows else rating


def is_late(week: Week, now: datetime) -> bool:
    """Whether a rating given now comes after the official ones froze, be it that the week has not moved on yet."""
    return week.phase is Phase.CLOSED or now >= week.deadlines.ratings_close_at


def _refuse_frozen(week: Week, present: Rating | None, late: bool) -> None:
    """A late rating never takes the place of an official one: the club's figures are settled."""
    if late and present is not None and present.official:
        raise WrongPhase(week.label, Phase.CLOSED, HEARING)


async def _rateable(
    session: Reading,
    club: Club,
    *,
    where: int | None,
    number: int | None,
    week: UUID | None,
    lock: Lock = "none",
) -> Week:
    """The week that is meant: any with a winner when it is named, else the only one that is open to ratings.

    Where none is open, a closed one is meant; the caller says which, unless there is but one.
    """
    try:
        return await week_for(session, club, where=where, number=number, week=week, phases=HEARING, lock=lock)
    except NoSuchWeek:
        if week is not None or number is not None:
            raise
        try:
            return await week_for(session, club, phases=(Phase.CLOSED,), lock=lock)
        except NoSuchWeek:
            raise NothingToRate from None
        except WhichWeek as several:
            raise WhichWeek(several.choices[::-1]) from None
    except WrongPhase as wrong:
        try:
            return await week_for(session, club, where=where, number=number, week=week, phases=RATEABLE, lock=lock)
        except WrongPhase:
            raise NothingToRate(wrong.label) from None


async def _winner(session: Reading, week: Week) -> Nomination:
    assert week.winner_id is not None, "listening begins with a winner"
    found = await nominations.nomination(session, week.club_id, week.winner_id)
    assert found is not None, "nominations are never deleted"
    return found


def _favourite(tracks: tuple[Track, ...], text: str, track_id: UUID | None) -> Track | None:
    """The track of the list that is meant; None when none is named, or the text is no title of the list."""
    if track_id is not None:
        chosen = next((track for track in tracks if track.id == track_id), None)
        if chosen is None and not text:
            raise PanelOutdated("tracks")
        if chosen is not None:
            return chosen
    wanted = normalised(text)
    return next((track for track in tracks if wanted and normalised(track.title) == wanted), None)
