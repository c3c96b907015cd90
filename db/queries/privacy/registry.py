"""Every place where a row is a person's, and what becomes of it; a table that is not named here fails a test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, FromClause, Text, cast, column, func, or_, select, table
from sqlalchemy.dialects.postgresql import JSONB

from bot.domain.privacy import Fate, Group, Person
from db.tables import (
    club,
    exports,
    imports,
    library,
    linking,
    listening,
    matching,
    memory,
    outbox,
    parties,
    people,
    posts,
    syncing,
    taste,
)
from db.tables.catalog import AlbumMerge, Track
from db.tables.follows import FollowBlock, FollowRequest

Where = Callable[[Person], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Place:
    """A column by which rows of a table belong to a person."""

    table: FromClause
    column: str
    fate: Fate
    group: Group
    where: Where
    withheld: tuple[str, ...] = ()
    """Columns that an export names without their values: secrets, and what is another person's."""

    @property
    def name(self) -> str:
        """`table.column`."""
        return f"{self.table.description}.{self.column}"


def _place(column: Any, fate: Fate, group: Group, *, withheld: tuple[str, ...] = ()) -> Place:
    """A column that holds the person's key."""
    return Place(
        column.class_.__table__, column.key, fate, group, lambda person: column == person.user_id, withheld=withheld
    )


JOBS = table(
    "procrastinate_jobs",
    column("id", BigInteger()),
    column("status", Text()),
    column("lock", Text()),
    column("queueing_lock", Text()),
    column("args", JSONB()),
    column("task_name", Text()),
)
"""The queue's own table: a lock may name a person. Work on accounts and imports names those, and finds them gone."""


def _jobs(person: Person) -> ColumnElement[bool]:
    key = str(person.user_id)
    return or_(*(cast(JOBS.c[name], Text()).contains(key) for name in ("lock", "queueing_lock", "args")))


def _accounts(person: Person) -> Any:
    return select(people.LinkedAccount.id).where(people.LinkedAccount.user_id == person.user_id)


def _playlists(person: Person) -> ColumnElement[bool]:
    own = posts.Playlist
    held = select(own.id).where(own.user_id == person.user_id, own.club_id == posts.PlaylistTrack.club_id)
    return posts.PlaylistTrack.playlist_id.in_(held)


def _messages(person: Person) -> ColumnElement[bool]:
    row = outbox.Errand
    return or_(
        row.lane == f"dm:{person.discord_id}",
        row.payload["discord_id"].astext == str(person.discord_id),
    )


GONE, CHOICE, NAMELESS = Fate
_ACCOUNT = ("access_token", "refresh_token")

PLACES: tuple[Place, ...] = (
    # What hangs on something else of the person goes before it; the person goes last.
    Place(JOBS, "lock", GONE, Group.MESSAGES, _jobs),
    Place(outbox.Errand.__table__, "lane", GONE, Group.MESSAGES, _messages),
    _place(listening.ListenTwin.user_id, GONE, Group.PLAYS),
    _place(listening.Listen.user_id, GONE, Group.PLAYS),
    _place(listening.ArtistPlays.user_id, GONE, Group.COUNTS),
    _place(listening.AlbumPlays.user_id, GONE, Group.COUNTS),
    _place(listening.TrackPlays.user_id, GONE, Group.COUNTS),
    _place(listening.ClubListener.user_id, GONE, Group.COUNTS),
    _place(taste.TasteStaleDay.user_id, GONE, Group.TASTE),
    _place(taste.TasteStaleSubject.user_id, GONE, Group.TASTE),
    _place(taste.TasteDay.user_id, GONE, Group.TASTE),
    _place(taste.TasteWeight.user_id, GONE, Group.TASTE),
    _place(taste.TasteShare.user_id, GONE, Group.TASTE),
    _place(taste.TasteProfile.user_id, GONE, Group.TASTE),
    _place(taste.TastePrior.user_id, GONE, Group.TASTE),
    _place(taste.TasteState.user_id, GONE, Group.TASTE),
    _place(imports.ListenImport.user_id, GONE, Group.IMPORTS),
    _place(linking.LinkAttempt.user_id, GONE, Group.ACCOUNTS),
    Place(
        syncing.StagedPage.__table__,
        "account_id",
        GONE,
        Group.ACCOUNTS,
        lambda person: syncing.StagedPage.account_id.in_(_accounts(person)),
    ),
    Place(
        syncing.SyncAccount.__table__,
        "account_id",
        GONE,
        Group.ACCOUNTS,
        lambda person: syncing.SyncAccount.account_id.in_(_accounts(person)),
    ),
    _place(people.LinkedAccount.user_id, GONE, Group.ACCOUNTS, withheld=_ACCOUNT),
    _place(people.Follow.follower_id, GONE, Group.FOLLOWS),
    _place(people.Follow.followee_id, GONE, Group.FOLLOWS, withheld=("follower_id",)),
    _place(FollowRequest.follower_id, GONE, Group.FOLLOWS),
    _place(FollowRequest.followee_id, GONE, Group.FOLLOWS, withheld=("follower_id",)),
    _place(FollowBlock.user_id, GONE, Group.FOLLOWS),
    _place(FollowBlock.blocked_user_id, GONE, Group.FOLLOWS, withheld=("user_id",)),
    _place(matching.Compatibility.user_a, GONE, Group.TASTE, withheld=("user_b", "version_b", "reasons")),
    _place(matching.Compatibility.user_b, GONE, Group.TASTE, withheld=("user_a", "version_a", "reasons")),
    _place(matching.MatchBasis.user_id, GONE, Group.TASTE),
    _place(matching.UserRecommendation.user_id, GONE, Group.TASTE),
    _place(matching.RecommendationWord.user_id, GONE, Group.TASTE),
    _place(matching.RecommendationLetter.user_id, GONE, Group.TASTE),
    _place(club.Hearing.user_id, GONE, Group.HEARD),
    _place(club.ShelfItem.user_id, GONE, Group.PLANS),
    _place(club.FormDraft.user_id, GONE, Group.PLANS),
    Place(posts.PlaylistTrack.__table__, "playlist_id", GONE, Group.PLANS, _playlists),
    _place(posts.PlaylistShare.user_id, GONE, Group.PLANS),
    _place(exports.PlaylistExport.user_id, GONE, Group.PLANS),
    _place(posts.Playlist.user_id, GONE, Group.PLANS),
    # A blend with somebody tells what they love; whose it is and what is in it is another's.
    _place(posts.Playlist.with_user_id, GONE, Group.PLANS, withheld=("user_id", "name", "description")),
    _place(library.TrackReport.user_id, GONE, Group.TRACKS),
    _place(library.Upload.user_id, GONE, Group.TRACKS, withheld=("ticket_hash",)),
    _place(library.TrackVersion.user_id, GONE, Group.TRACKS),
    _place(Track.user_id, GONE, Group.TRACKS),
    _place(library.RightsAttestation.user_id, GONE, Group.TRACKS),
    _place(memory.MemoryEntry.user_id, GONE, Group.MEMORY),
    _place(memory.ForgottenTrack.user_id, GONE, Group.MEMORY),
    _place(memory.Idea.user_id, GONE, Group.MEMORY),
    _place(memory.PitchDraft.user_id, GONE, Group.MEMORY),
    _place(memory.TimelineEvent.user_id, GONE, Group.MEMORY),
    # What was given to the club.
    _place(club.Second.user_id, CHOICE, Group.NOMINATIONS),
    _place(club.Nomination.user_id, CHOICE, Group.NOMINATIONS),
    _place(club.Ballot.user_id, CHOICE, Group.BALLOTS),
    _place(club.Vote.user_id, CHOICE, Group.BALLOTS),
    _place(club.Rating.user_id, CHOICE, Group.RATINGS),
    _place(posts.PostLike.user_id, CHOICE, Group.TALK),
    _place(posts.Comment.user_id, CHOICE, Group.TALK),
    _place(posts.Post.user_id, CHOICE, Group.TALK),
    _place(parties.PartyMember.user_id, CHOICE, Group.PARTIES),
    _place(parties.Party.user_id, NAMELESS, Group.PARTIES),
    _place(outbox.AuditEntry.user_id, NAMELESS, Group.HOSTING),
    _place(AlbumMerge.user_id, NAMELESS, Group.HOSTING),
    _place(people.Membership.user_id, GONE, Group.CLUBS),
    _place(people.User.id, GONE, Group.PERSON),
)
"""In the order in which rows are deleted."""

NOBODYS: dict[str, str] = {
    "albums": "the catalogue",
    "assets": "files by their content; one goes with the last version that holds it",
    "demo_copies": "what a club hears of a version; they go with it",
    "album_links": "the catalogue",
    "album_aliases": "words under which a server, not a person, picked an album",
    "album_covers": "pictures",
    "covers": "pictures",
    "heard_covers": "pictures",
    "club_albums": "what a club nominated",
    "name_words": "words of names",
    "track_links": "the catalogue",
    "artists": "names of music, told by whomever",
    "heard_albums": "names of music, told by whomever",
    "taste_subjects": "how far music is known",
    "taste_told": "what services tell of music",
    "taste_traits": "genres, countries and decades of music",
    "track_features": "how music sounds",
    "clubs": "settings of a club",
    "weeks": "a club's weeks",
    "skipped_dates": "a club's calendar",
    "club_matchings": "how a whole club's pairs are judged",
    "club_plays": "counts of a whole club; a person is counted out of them",
    "panels": "our messages",
    "party_turns": "tracks of a party",
    "command_syncs": "what Discord was told of commands",
    "provider_limits": "how services are asked",
    "leases": "which process does what",
    "schema_steps": "how the tables came about",
    "acted_presses": "numbers of interactions, for an hour",
}
"""Tables that hold nothing by which a person is found, and what they hold instead."""


def is_left(place: Place) -> Any:
    """A count of the rows of a place, to be given a condition."""
    return select(func.count()).select_from(place.table)


FOREIGN_KEYS = {"users.id", "linked_accounts.id", "memberships.user_id", "sync_accounts.account_id", "ballots.user_id"}
"""What a column that refers to a person refers to."""
