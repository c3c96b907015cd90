"""A member who has left a row in every place there is, so that no place is forgotten when they ask for it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from bot.domain.club.rules import Rules
from bot.domain.club.week import Club, Phase, Week
from bot.domain.ids import new_id
from bot.domain.listening.plays import Source, Told
from bot.domain.outbox import Draft, Kind
from bot.domain.people import Caller, Member
from bot.domain.tasks import IMPORT_LISTENS
from bot.services import outbox
from bot.services.club import rating
from bot.services.listening.taking import take_plays
from bot.services.tools import Tools
from db.queries import queue
from db.queries.club import nominations
from db.tables.base import Base
from db.tables.catalog import AlbumMerge
from db.tables.club import Ballot, FormDraft, Hearing, Second, ShelfItem, Vote
from db.tables.exports import PlaylistExport
from db.tables.follows import FollowBlock, FollowRequest
from db.tables.imports import ListenImport
from db.tables.library import RightsAttestation, TrackReport, Upload
from db.tables.linking import LinkAttempt
from db.tables.matching import (
    Compatibility,
    RecommendationLetter,
    RecommendationWord,
    UserRecommendation,
)
from db.tables.memory import ForgottenTrack, Idea, MemoryEntry, PitchDraft, TimelineEvent
from db.tables.outbox import AuditEntry
from db.tables.parties import Party, PartyMember
from db.tables.people import Follow, LinkedAccount, Membership
from db.tables.posts import Comment, Playlist, PlaylistShare, PlaylistTrack, Post, PostLike
from db.tables.syncing import StagedPage, SyncAccount
from tests.factories.club import make_nomination, make_week
from tests.factories.library import make_track
from tests.factories.people import NOW, a_caller, make_member
from tests.factories.taste import have_taste

DAY = timedelta(days=1)
SECRET = b"sealed-and-never-handed-out"
HOSTILE = '=HYPERLINK("http://evil.example";"Artist")'


@dataclass(frozen=True)
class Life:
    """Who it is, who stands beside them, and the weeks they took part in."""

    member: Member
    caller: Caller
    other: Member
    closed: Week
    polling: Week
    nominating: Week
    accounts: tuple[UUID, ...]


async def a_whole_life(tools: Tools, club: Club, *, number: int = 1, plays: int = 3) -> Life:
    """A closed week that another's album won, one being voted on, one of another kind of place each."""
    database = tools.database
    caller, beside = a_caller(number), a_caller(number + 40, name="Somebody Else")
    member, other = await make_member(database, caller), await make_member(database, beside)
    closed = await make_week(database, club, phase=Phase.CLOSED, rules=Rules(blind_ratings=False), album="The Winner")
    polling = await make_week(database, club, phase=Phase.POLL)
    nominating = await make_week(database, club, phase=Phase.CANCELLED)
    await _give(tools, caller, member, other, closed, polling)
    accounts = await _listen(tools, club, member, plays)
    await _belong(tools, club, caller, member, other, closed)
    await _make_music(tools, club, member, other)
    return Life(member, caller, other, closed, polling, nominating, accounts)


async def _give(tools: Tools, caller: Caller, member: Member, other: Member, closed: Week, polling: Week) -> None:
    """Nominations, ballots, ratings."""
    database, club_id, user_id = tools.database, member.club_id, member.user_id
    own = await make_nomination(database, polling, caller=caller, title="Mine")
    past = await make_nomination(database, closed, caller=caller, title="Mine Before")
    theirs = await make_nomination(database, polling, caller=a_caller(90), title="Theirs")
    async with database.writing() as session:
        winner = await nominations.nomination(session, club_id, closed.winner_id)  # type: ignore[arg-type]
        assert winner is not None
        session.add_all(
            [
                Second(club_id=club_id, nomination_id=theirs.id, user_id=user_id, seconded_at=NOW),
                *(
                    Ballot(club_id=club_id, week_id=week.id, user_id=voter, cast_at=NOW)
                    for week, voter in ((closed, user_id), (closed, other.user_id), (polling, user_id))
                ),
                Hearing(club_id=club_id, week_id=closed.id, user_id=user_id, heard_at=NOW),
            ]
        )
        await session.flush()
        session.add_all(
            [
                Vote(club_id=club_id, week_id=week.id, user_id=voter, rank=1, nomination_id=nomination)
                for week, voter, nomination in (
                    (closed, user_id, winner.id),
                    (closed, other.user_id, past.id),
                    (polling, user_id, theirs.id),
                )
            ]
        )
        await session.execute(
            text("UPDATE nominations SET pitch = 'My own words', pitch_track = 'One' WHERE user_id = :user"),
            {"user": user_id},
        )
    assert own.user_id == user_id
    for who, score in ((caller, "5"), (a_caller(41, name="Somebody Else"), "2")):
        await rating.rate(tools, caller=who, now=NOW, week=closed.id, score=score, review="My own words")


async def _listen(tools: Tools, club: Club, member: Member, plays: int) -> tuple[UUID, ...]:
    """Accounts, plays told by two sources, an import, a walk to a service."""
    accounts = (new_id(NOW), new_id(NOW))
    async with tools.database.writing() as session:
        for key, provider in zip(accounts, ("lastfm", "spotify"), strict=True):
            session.add(
                LinkedAccount(
                    id=key,
                    user_id=member.user_id,
                    provider=provider,
                    external_id=f"my-{provider}-name",
                    external_name=f"my-{provider}-name",
                    linked_at=NOW,
                    access_token=SECRET,
                    refresh_token=SECRET,
                )
            )
        await session.flush()
        session.add(SyncAccount(account_id=accounts[0], next_due_at=NOW, newest_due_at=NOW))
        await session.flush()
        session.add(StagedPage(account_id=accounts[0], page=1, plays=json.dumps([["Artist", "x" * 20_000]])))
        session.add(
            ListenImport(
                id=(key := new_id(NOW)),
                user_id=member.user_id,
                sha256="0" * 64,
                kinds="lastfm",
                name="mine.csv",
                zone="UTC",
                state="running",
                began_at=NOW,
                alive_at=NOW,
            )
        )
        session.add(
            LinkAttempt(
                id=new_id(NOW),
                user_id=member.user_id,
                provider="spotify",
                pressed_id=5,
                ticket_hash=SECRET,
                began_at=NOW,
                ends_at=NOW + DAY,
                outcome="open",
            )
        )
        await queue.defer(session, IMPORT_LISTENS, {"import_id": str(key)}, lock=f"import:{member.user_id}")
    for start in range(0, plays, 2_000):
        async with tools.database.writing() as session:
            told = [
                Told(Source.LASTFM, HOSTILE, f"@Song {place % 500}", NOW + place * timedelta(minutes=5), album="+Album")
                for place in range(start, min(start + 2_000, plays))
            ]
            await take_plays(session, user_id=member.user_id, plays=told)
    async with tools.database.writing() as session:
        twin = Told(Source.SPOTIFY, HOSTILE, "@Song 0", NOW + timedelta(seconds=1), album="+Album")
        await take_plays(session, user_id=member.user_id, plays=[twin])
    return accounts


async def _belong(tools: Tools, club: Club, caller: Caller, member: Member, other: Member, closed: Week) -> None:
    """Everything else: follows, talk, parties, plans, deeds, messages that wait."""
    user_id, other_id = member.user_id, other.user_id
    post, party, mine, answer, playlist = (new_id(NOW) for _ in range(5))
    third = await make_member(tools.database, a_caller(70))
    album = await make_nomination(tools.database, closed, caller=a_caller(91), title="Kept")
    merged = await make_nomination(tools.database, closed, caller=a_caller(92), title="Merged")
    async with tools.database.writing() as session:
        track = await session.scalar(text("SELECT id FROM tracks LIMIT 1"))
        # Of a pair the smaller key comes first: one pair for each side.
        first, last = UUID(int=1), UUID(int=2**128 - 1)
        for key in (first, last):
            await session.execute(
                text("INSERT INTO users (id, display_name, created_at) VALUES (:id, 'Beside', :now)"),
                {"id": key, "now": NOW},
            )
            session.add(
                Membership(
                    club_id=club.id, user_id=key, display_name="Beside", joined_at=NOW, active_at=NOW, seen_at=NOW
                )
            )
        await session.flush()
        of_club = {"club_id": club.id}
        said = {"user_id": user_id, "content": "My own words", "created_at": NOW}
        made = {"created_at": NOW, "updated_at": NOW}
        close = {"score": 50, "closeness": -3.0, "shared": 0.1, "genres": 0.5, "agreement": 0.0, "rated": 0}
        close |= {"whole": True, "computed_at": NOW}
        recommended = {"album_key": UUID(int=7), "title": "Recommended", "artist": "Somebody"}
        pair = {"kept_id": album.album.id, "merged_id": merged.album.id}
        session.add_all(
            [
                Follow(follower_id=user_id, followee_id=other_id, followed_at=NOW),
                Follow(follower_id=other_id, followee_id=user_id, followed_at=NOW),
                FollowRequest(follower_id=user_id, followee_id=third.user_id, asked_at=NOW),
                FollowRequest(follower_id=third.user_id, followee_id=user_id, asked_at=NOW),
                FollowBlock(user_id=user_id, blocked_user_id=last, blocked_at=NOW),
                FollowBlock(user_id=first, blocked_user_id=user_id, blocked_at=NOW),
                Compatibility(**of_club, user_a=user_id, user_b=last, **close),
                Compatibility(**of_club, user_a=first, user_b=user_id, **close),
                UserRecommendation(
                    **of_club, user_id=user_id, place=1, score=1.0, basis="x", computed_at=NOW, **recommended
                ),
                RecommendationWord(user_id=user_id, word="not", said_at=NOW, **recommended),
                RecommendationLetter(**of_club, user_id=user_id, asked_at=NOW),
                ShelfItem(**of_club, user_id=user_id, album_id=album.album.id, shelved_at=NOW),
                FormDraft(**of_club, id=new_id(NOW), user_id=user_id, form="rating", fields={}, kept_at=NOW),
                Playlist(**of_club, id=playlist, user_id=user_id, name="Mine", **made),
                Playlist(
                    **of_club,
                    id=new_id(NOW),
                    user_id=other_id,
                    with_user_id=user_id,
                    made_of="blend",
                    name="Theirs",
                    **made,
                ),
                Post(**of_club, id=post, user_id=user_id, content="My own words", post_type="text", **made),
                AuditEntry(id=new_id(NOW), **of_club, user_id=user_id, action="opened", at=NOW),
                AlbumMerge(id=new_id(NOW), **pair, user_id=user_id, moved={}, merged_at=NOW),
                Party(
                    **of_club,
                    id=party,
                    week_id=closed.id,
                    number=1,
                    user_id=user_id,
                    state="over",
                    starts_at=NOW,
                    position=1,
                    anchor_at=NOW,
                    paused_for=timedelta(),
                    reason="",
                    ended_at=NOW,
                    run=1,
                    created_at=NOW,
                ),
            ]
        )
        await session.flush()
        session.add_all(
            [
                PlaylistTrack(
                    **of_club, id=new_id(NOW), playlist_id=playlist, track_id=track, position=0, added_at=NOW
                ),
                PlaylistExport(
                    **of_club,
                    playlist_id=playlist,
                    user_id=user_id,
                    provider="spotify",
                    state="done",
                    asked_at=NOW,
                    alive_at=NOW,
                ),
                PlaylistShare(
                    **of_club, id=new_id(NOW), playlist_id=playlist, user_id=user_id, channel_id=1, shared_at=NOW
                ),
                *_remembered(user_id, track),
                PartyMember(**of_club, party_id=party, user_id=user_id, joined_at=NOW),
                PartyMember(**of_club, party_id=party, user_id=third.user_id, joined_at=NOW),
                PostLike(**of_club, post_id=post, user_id=user_id, created_at=NOW),
                Comment(**of_club, id=mine, post_id=post, **said),
            ]
        )
        await session.flush()
        session.add_all(
            [
                Comment(
                    **of_club, id=answer, post_id=post, user_id=other_id, parent_id=mine, content="Yes", created_at=NOW
                ),
                Comment(
                    **of_club, id=new_id(NOW), post_id=post, user_id=user_id, content="My own words", created_at=NOW
                ),
            ]
        )
        draft = Draft(Kind.DM, payload={"words": "reminder", "discord_id": str(caller.discord_id)})
        await outbox.record_dm(session, closed, draft, key="x", discord_id=caller.discord_id, now=NOW)
    await have_taste(tools, user_id)


def _remembered(user_id: UUID, track: UUID) -> list[Base]:
    """What they remember of a track, and what they plan around it."""
    dated = {"created_at": NOW, "updated_at": NOW}
    own = {"user_id": user_id, "track_id": track}
    return [
        MemoryEntry(**own, source_key="note:x", deed="note", words="My own words", happened_at=NOW),
        ForgottenTrack(**own, forgotten_at=NOW - DAY),
        Idea(**own, id=new_id(NOW), content="My own words", **dated),
        PitchDraft(**own, id=new_id(NOW), name="Mine", sections={"pitch": "My own words"}, **dated),
        TimelineEvent(**own, id=new_id(NOW), title="Mine", event_date=NOW.date(), tags=["mine"], **dated),
    ]


async def _make_music(tools: Tools, club: Club, member: Member, other: Member) -> None:
    """A track of their own, a file on its way, what they vouched for, and what they reported."""
    await make_track(tools.database, member.user_id, "My own tune")
    theirs = await make_track(tools.database, other.user_id, "Somebody's tune")
    async with tools.database.writing() as session:
        key = {"id": new_id(NOW), "club_id": club.id, "user_id": member.user_id}
        upload = {"state": "waiting", "fields": {"title": "Next"}, "ticket_hash": SECRET}
        session.add_all(
            [
                Upload(**key, **upload, began_at=NOW, alive_at=NOW),
                RightsAttestation(user_id=member.user_id, version=1, attested_at=NOW),
                TrackReport(**key, track_id=theirs, reason="Mine, not theirs", reported_at=NOW),
            ]
        )
