"""Members who hear the week's album: an account that tells it, and the plays as a sync takes them in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from bot.domain.ids import new_id
from bot.domain.listening.names import work_id
from bot.domain.listening.plays import Source, Told
from bot.services.listening import hearing
from bot.services.listening.taking import Taken, take_plays
from db.session import Database
from db.tables.people import LinkedAccount, Membership, User
from tests.factories.people import NOW

LENGTH = timedelta(minutes=4)


async def link_account(database: Database, user_id: UUID, *, provider: str = "lastfm", now: datetime = NOW) -> UUID:
    """An account elsewhere, as if it had been linked."""
    key = new_id(now)
    async with database.writing() as session:
        session.add(
            LinkedAccount(id=key, user_id=user_id, provider=provider, external_id=f"{provider}-{key}", linked_at=now)
        )
    return key


async def unlink_account(database: Database, user_id: UUID, now: datetime = NOW) -> None:
    """The accounts elsewhere are gone, as when they are unlinked."""
    async with database.writing() as session:
        await hearing.member_changed(session, user_id=user_id, now=now)
        gone = LinkedAccount.__table__.delete().where(  # type: ignore[attr-defined]
            LinkedAccount.user_id == user_id, LinkedAccount.provider != "discord"
        )
        await session.execute(gone)


async def set_visibility(database: Database, user_id: UUID, visibility: str) -> None:
    async with database.writing() as session:
        await session.execute(
            User.__table__.update().where(User.id == user_id).values(visibility=visibility)  # type: ignore[attr-defined]
        )


async def show_hearing(database: Database, user_id: UUID, on: bool = True) -> None:
    async with database.writing() as session:
        await session.execute(
            Membership.__table__.update()  # type: ignore[attr-defined]
            .where(Membership.user_id == user_id)
            .values(shows_hearing=on)
        )


async def play(
    database: Database, user_id: UUID, artist: str, titles: Iterable[str], *, at: datetime, now: datetime | None = None
) -> Taken:
    """One play of each title after the other, taken in as a sync does it, with the card of the week kept up."""
    plays = [
        Told(Source.LASTFM, artist, title, at + place * LENGTH, album="An Album") for place, title in enumerate(titles)
    ]
    async with database.writing() as session:
        taken = await take_plays(session, user_id=user_id, plays=plays)
        if taken.new:
            works = {work_id(artist, told.title) for told in plays}
            await hearing.plays_changed(session, works={user_id: works}, now=now or at)
        return taken
