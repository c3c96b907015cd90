"""Members with a taste, and what is known of the music they hear."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from bot.domain.taste.facts import FACTS_VERSION, Of, Subject, Teller, Told, traits_of
from bot.domain.taste.priors import Liked, artists_of, packed
from bot.services.taste import refreshing
from bot.services.tools import Tools
from db.queries.taste import days, facts
from db.session import Database
from db.tables.taste import TastePrior, TasteStaleDay, TasteStaleSubject
from tests.factories.people import NOW


async def work_off(tools: Tools, user_id: UUID, now: datetime = NOW) -> None:
    """Bring a member's profile up to date."""
    while await refreshing.refresh_piece(tools, user_id=user_id, now=now):
        pass


async def describe(
    database: Database, of: Of, key: UUID, tags: Iterable[tuple[str, float]] = (), *, country: str = "", year: int = 0
) -> bool:
    """Last.fm tells what an artist or album is; whether that changed anything."""
    async with database.writing() as session:
        subject = Subject(of, key)
        known = await facts.hold_subject(session, subject)
        told = Told(Teller.LASTFM, tuple(tags), country, year or None)
        await facts.keep_told(session, subject, told, NOW)
        others = [one for one in known.told if one.teller is not told.teller]
        return await facts.keep_traits(session, subject, known, traits_of(of, [*others, told]), version=FACTS_VERSION)


async def like(database: Database, user_id: UUID, artist: str, tag: str) -> None:
    """Last.fm says that a member likes an artist and gave a tag."""
    liked = Liked(((artist, 3.0),), tags=((tag, 1.0),))
    async with database.writing() as session:
        row = {"told": packed(liked), "artists": list(artists_of([liked])), "told_at": NOW, "due_at": NOW}
        await session.merge(TastePrior(user_id=user_id, source="lastfm", why="", **row))
        await session.flush()
        await days.mark(session, user_id)


async def have_taste(tools: Tools, user_id: UUID) -> None:
    """A member has a row wherever taste is kept, and something that is stale."""
    await refreshing.refresh_piece(tools, user_id=user_id, now=NOW)
    async with tools.database.writing() as session:
        session.add_all(
            [
                TasteStaleDay(user_id=user_id, day=date(2020, 1, 1)),
                TasteStaleSubject(user_id=user_id, kind="artist", subject_id=UUID(int=1)),
                TastePrior(user_id=user_id, source="lastfm", told={"artists": [["Low", 3]]}, told_at=NOW, due_at=NOW),
            ]
        )
