"""Plays of members, taken in as sources tell them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update

from bot.domain.ids import new_id
from bot.domain.listening.accounts import Access, HistoryPage, NowPlaying, Profile
from bot.domain.listening.plays import Source, Told
from bot.domain.people import Caller, Member
from bot.services.listening.club_counters import member_changed
from bot.services.listening.taking import take_plays
from db.session import Database
from db.tables.people import Follow, LinkedAccount, User
from tests.factories.people import NOW, make_member

MINUTES = timedelta(minutes=1)


def a_play(at: datetime, artist: str, title: str, album: str = "", *, source: Source = Source.LASTFM) -> Told:
    return Told(source=source, artist=artist, title=title, started_at=at, album=album)


async def hear(database: Database, user_id: UUID, plays: Iterable[Told]) -> None:
    """The member's source tells of these."""
    async with database.writing() as session:
        await take_plays(session, user_id=user_id, plays=list(plays))


async def make_listener(
    database: Database, caller: Caller, plays: Iterable[Told] = (), *, joined: datetime = NOW - timedelta(days=400)
) -> Member:
    """A member who joined long ago and has heard this."""
    member = await make_member(database, caller, now=joined)
    told = list(plays)
    if told:
        await hear(database, member.user_id, told)
    return member


async def be_seen_by(database: Database, user_id: UUID, visibility: str) -> None:
    """The member chooses who sees what they hear."""
    async with database.writing() as session:
        await session.execute(update(User).where(User.id == user_id).values(visibility=visibility))
        await member_changed(session, user_id=user_id)


async def follow(database: Database, follower: UUID, followee: UUID) -> None:
    async with database.writing() as session:
        session.add(Follow(follower_id=follower, followee_id=followee, followed_at=NOW))


async def link(database: Database, user_id: UUID, source: Source = Source.LASTFM) -> None:
    """The member has an account that is read by its name."""
    async with database.writing() as session:
        session.add(
            LinkedAccount(
                id=new_id(NOW),
                user_id=user_id,
                provider=str(source),
                external_id=f"{user_id}",
                external_name="somebody",
                linked_at=NOW,
            )
        )


class Player:
    """A `ListenSource` that tells what plays: something, silence, or an error; after a while where it is told so."""

    def __init__(self, playing: NowPlaying | Exception | None, source: Source = Source.LASTFM) -> None:
        self.source = source
        self.playing = playing
        self.asked: list[Access] = []

    async def fetch_profile(self, access: Access) -> Profile:
        return Profile(access.external_id, access.name)

    async def fetch_history(
        self, access: Access, *, since: datetime | None, until: datetime, cursor: str = "", newest: bool = False
    ) -> HistoryPage:
        return HistoryPage(())

    async def fetch_now_playing(self, access: Access) -> NowPlaying | None:
        self.asked.append(access)
        if isinstance(self.playing, Exception):
            raise self.playing
        return self.playing
