"""The tables judge: whatever code forgets, a row that breaks a rule of the club is not stored."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, func, insert, inspect, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.domain.club.week import Phase
from bot.services.listening import club_counters
from db.session import violated
from db.tables.catalog import Album, AlbumLink, Track
from db.tables.club import Ballot, Nomination, Rating, Vote, Week
from db.tables.matching import Compatibility
from db.tables.people import Follow, LinkedAccount, Membership, User
from tests.factories import NOW, a_caller, make_club, make_member, make_nomination, make_week

DAY = timedelta(days=1)


async def columns(database, table):
    async with database.engine.connect() as connection:
        found = await connection.run_sync(lambda sync: inspect(sync).get_columns(table))
    return {column["name"]: str(column["type"]) for column in found}


async def store(database, table, *rows, **values):
    async with database.writing() as session:
        for row in rows or (values,):
            await session.execute(insert(table).values(**row))


async def refused(database, table, **values):
    """The constraint that a row breaks."""
    with pytest.raises(IntegrityError) as caught:
        await store(database, table, **values)
    return violated(caught.value)


async def change_refused(database, statement):
    """The constraint that a change breaks."""

    async def change():
        async with database.writing() as session:
            await session.execute(statement)

    with pytest.raises(IntegrityError) as caught:
        await change()
    return violated(caught.value)


async def count(database, table):
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(table))


async def some_users(database, number=2):
    ids = sorted(uuid4() for _ in range(number))
    await store(database, User, *({"id": one, "display_name": "Ann", "created_at": NOW} for one in ids))
    return ids


async def a_race(database, *, albums=2):
    """A poll, its nominations, and a member who has a ballot without votes."""
    club = await make_club(database)
    week = await make_week(database, club, phase=Phase.POLL)
    race = [
        await make_nomination(database, week, caller=a_caller(number), title=f"Album {number}")
        for number in range(1, albums + 1)
    ]
    voter = await make_member(database, a_caller(9))
    key = {"club_id": club.id, "week_id": week.id, "user_id": voter.user_id}
    await store(database, Ballot, **key, cast_at=NOW)
    return race, key


# --- people and catalogue -------------------------------------------------------------------------------------------


@pytest.mark.row("4-01")
async def test_a_user_has_a_key_of_ours_a_name_and_perhaps_a_handle_and_a_legacy_key(database):
    found = await columns(database, "users")
    assert found["id"] == "UUID"
    assert {"display_name", "handle", "legacy_user_id", "created_at"} <= found.keys()
    user = {"display_name": "Ann", "created_at": NOW}
    await store(database, User, id=uuid4(), handle="ann", legacy_user_id="u1", **user)
    await store(database, User, id=uuid4(), handle="ann", **user)  # services reuse their handles
    assert await refused(database, User, id=uuid4(), legacy_user_id="u1", **user) == "uq_users_legacy_user_id"


@pytest.mark.row("4-02")
async def test_an_identity_elsewhere_belongs_to_one_user_and_a_user_has_one_per_service(database):
    ann, ben = await some_users(database)

    def linked(user, external_id, provider="lastfm"):
        return {
            "id": uuid4(),
            "user_id": user,
            "provider": provider,
            "external_id": external_id,
            "linked_at": NOW,
            "access_token": b"sealed",
        }

    await store(database, LinkedAccount, linked(ann, "ann"), linked(ann, "ann", "spotify"), linked(ben, "ben"))
    twice = "uq_linked_accounts_provider_external_id"
    assert await refused(database, LinkedAccount, **linked(ben, "ann", "spotify")) == twice
    assert await refused(database, LinkedAccount, **linked(ann, "ann2")) == "uq_linked_accounts_user_id_provider"
    unknown = await refused(database, LinkedAccount, **linked(ben, "x", "myspace"))
    assert unknown == "ck_linked_accounts_provider_known"


@pytest.mark.row("4-01")
async def test_a_user_who_is_deleted_takes_identities_and_memberships_along(database):
    await make_club(database)
    member = await make_member(database)
    with pytest.raises(IntegrityError, match="fk_club_listeners_club_id_user_id_memberships"):
        async with database.writing() as session:
            await session.execute(delete(User).where(User.id == member.user_id))
    async with database.writing() as session:
        await club_counters.member_goes(session, user_id=member.user_id)
        await session.execute(delete(User).where(User.id == member.user_id))
    assert [await count(database, table) for table in (LinkedAccount, Membership)] == [0, 0]


@pytest.mark.row("4-03")
async def test_albums_and_tracks_have_keys_of_ours_and_one_identity(database):
    album = {"artist": "An Artist", "title_key": "x", "artist_key": "an artist", "created_at": NOW}
    first, second = uuid4(), uuid4()
    await store(database, Album, id=first, title="X", identity_key="a", **album)
    await store(database, Album, id=second, title="X", identity_key="b", **album)
    assert await refused(database, Album, id=uuid4(), title="Y", identity_key="a", **album) == "uq_albums_identity_key"
    assert await refused(database, Album, id=uuid4(), title="", identity_key="c", **album) == "ck_albums_title_given"
    long = await refused(database, Album, id=uuid4(), title="x" * 501, identity_key="c", **album)
    assert long == "ck_albums_title_length"
    link = {"service": "spotify", "external_id": "1", "url": "https://example.org"}
    await store(database, AlbumLink, album_id=first, **link)
    assert await refused(database, AlbumLink, album_id=second, **link) == "pk_album_links"
    await store(database, Track, id=uuid4(), album_id=first, position=1, title="One")
    twice = await refused(database, Track, id=uuid4(), album_id=first, position=1, title="Two")
    assert twice == "uq_tracks_album_id_position"


# --- weeks ----------------------------------------------------------------------------------------------------------


@pytest.mark.row("4-04")
async def test_a_week_has_its_schedule_and_four_threads(database):
    found = await columns(database, "weeks")
    deadlines = ("opens_at", "nominations_close_at", "poll_close_at", "discussion_at", "ratings_close_at")
    assert {found[name] for name in deadlines} == {"TIMESTAMP"}
    threads = [f"{role}_thread_id" for role in ("nominations", "poll", "listening", "ratings")]
    assert {found[name] for name in threads} == {"BIGINT"}


@pytest.mark.row("4-04")
@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"phase": "asleep"}, "ck_weeks_phase_known"),
        ({"kind": "party"}, "ck_weeks_kind_known"),
        ({"theme": "x" * 201}, "ck_weeks_theme_length"),
        ({"poll_close_at": NOW - 90 * DAY}, "ck_weeks_deadlines_in_order"),
        ({"ratings_close_at": NOW - 90 * DAY}, "ck_weeks_deadlines_in_order"),
        ({"phase": "cancelled"}, "ck_weeks_cancelled_with_reason"),
        ({"cancel_reason": "holidays"}, "ck_weeks_cancelled_with_reason"),
        ({"phase": "listening"}, "ck_weeks_announced_with_winner"),
        ({"deciding_step": "points"}, "ck_weeks_winner_with_step"),
        ({"winner_id": uuid4()}, "ck_weeks_winner_with_step"),
        ({"winner_id": uuid4(), "deciding_step": "luck"}, "ck_weeks_deciding_step_known"),
        ({"winner_id": uuid4(), "deciding_step": "draw"}, "fk_weeks_winner_of_this_week"),
    ],
)
async def test_a_week_that_contradicts_itself_is_refused(database, changes, constraint):
    week = await make_week(database, await make_club(database), phase=Phase.POLL)
    assert await change_refused(database, update(Week).where(Week.id == week.id).values(**changes)) == constraint


@pytest.mark.row("4-04")
async def test_one_week_of_a_club_is_chosen_at_a_time_and_numbers_differ(database):
    club = await make_club(database)
    await make_week(database, club, phase=Phase.NOMINATIONS)
    waiting = await make_week(database, club, phase=Phase.SCHEDULED)
    this = update(Week).where(Week.id == waiting.id)
    assert await change_refused(database, this.values(phase="poll")) == "uq_weeks_one_being_chosen"
    assert await change_refused(database, this.values(number=1)) == "uq_weeks_club_id_number"
    other = await make_club(database, guild_id=2)
    await make_week(database, other, phase=Phase.POLL, number=1)


@pytest.mark.row("4-04")
async def test_a_winner_is_a_nomination_of_that_week(database):
    club = await make_club(database)
    closed = await make_week(database, club, phase=Phase.CLOSED)
    week = await make_week(database, club, phase=Phase.POLL)
    foreign = {"winner_id": closed.winner_id, "deciding_step": "points"}
    broken = await change_refused(database, update(Week).where(Week.id == week.id).values(**foreign))
    assert broken == "fk_weeks_winner_of_this_week"


# --- nominations ----------------------------------------------------------------------------------------------------


def a_nomination(week, member, album_id, **values):
    return {
        "club_id": week.club_id,
        "id": uuid4(),
        "week_id": week.id,
        "user_id": member.user_id,
        "album_id": album_id,
        "ordinal": 9,
        "slot": 1,
        "standing": "standing",
        "nominated_at": NOW,
        **values,
    }


@pytest.mark.row("4-05")
async def test_a_nomination_ties_a_member_and_an_album_to_a_week_with_pitch_and_tags(database):
    found = await columns(database, "nominations")
    assert {"pitch", "pitch_track", "genre", "decade", "country", "standing", "ordinal"} <= found.keys()
    week = await make_week(database, await make_club(database))
    first = await make_nomination(database, week, caller=a_caller(1), title="One")
    second = await make_nomination(database, week, caller=a_caller(2), title="Two")
    ann, ben = [await make_member(database, a_caller(number)) for number in (1, 2)]
    third = await make_member(database, a_caller(3))
    unused = await _another_album(database)
    cases = {
        "uq_nominations_album_once_a_week": a_nomination(week, third, first.album.id),
        "uq_nominations_slot_of_member": a_nomination(week, ann, uuid4()),
        "uq_nominations_club_id_week_id_ordinal": a_nomination(week, third, uuid4(), ordinal=2),
        "ck_nominations_slot_counts_from_one": a_nomination(week, third, uuid4(), slot=0),
        "ck_nominations_standing_known": a_nomination(week, third, uuid4(), standing="lying"),
        "ck_nominations_pitch_length": a_nomination(week, third, uuid4(), pitch="x" * 2_001),
        "fk_nominations_album_id_albums": a_nomination(week, third, uuid4()),
        "fk_nominations_club_id_week_id_weeks": a_nomination(week, third, first.album.id, week_id=uuid4()),
        "fk_nominations_user_id_users": a_nomination(week, third, unused, user_id=uuid4()),
    }
    for constraint, row in cases.items():
        assert await refused(database, Nomination, **row) == constraint
    taken_back = update(Nomination).where(Nomination.id == second.id).values(standing="withdrawn")
    async with database.writing() as session:
        await session.execute(taken_back)
    await store(database, Nomination, **a_nomination(week, ben, second.album.id, ordinal=3))


async def _another_album(database) -> UUID:
    album_id = uuid4()
    keys = {"identity_key": str(album_id), "title_key": "z", "artist_key": "z"}
    await store(database, Album, id=album_id, title="Z", artist="Z", created_at=NOW, **keys)
    return album_id


# --- votes ----------------------------------------------------------------------------------------------------------


@pytest.mark.row("4-06")
async def test_a_member_has_one_vote_per_rank_each_for_a_nomination(database):
    (one, two), key = await a_race(database)
    await store(database, Vote, **key, rank=1, nomination_id=one.id)
    assert await refused(database, Vote, **key, rank=1, nomination_id=two.id) == "pk_votes"
    nowhere = await refused(database, Vote, **key, rank=2, nomination_id=uuid4())
    assert nowhere == "fk_votes_nomination_of_this_week"
    await store(database, Vote, **key, rank=2, nomination_id=two.id)
    assert await count(database, Vote) == 2


@pytest.mark.row("4-06")
async def test_votes_stand_on_a_ballot_and_go_with_it(database):
    (one, _), key = await a_race(database)
    without = {**key, "user_id": (await make_member(database, a_caller(8))).user_id}
    broken = await refused(database, Vote, **without, rank=1, nomination_id=one.id)
    assert broken == "fk_votes_club_id_week_id_user_id_ballots"
    await store(database, Vote, **key, rank=1, nomination_id=one.id)
    async with database.writing() as session:
        await session.execute(delete(Ballot))
    assert await count(database, Vote) == 0
    assert await refused(database, Ballot, **{**key, "week_id": uuid4()}, cast_at=NOW) == (
        "fk_ballots_club_id_week_id_weeks"
    )


@pytest.mark.row("4-16")
async def test_one_nomination_cannot_hold_two_ranks_of_a_ballot(database):
    (one, _), key = await a_race(database)
    await store(database, Vote, **key, rank=1, nomination_id=one.id)
    twice = await refused(database, Vote, **key, rank=2, nomination_id=one.id)
    assert twice == "uq_votes_one_rank_per_nomination"


@pytest.mark.row("4-18")
async def test_ranks_count_from_one_and_a_vote_is_for_a_nomination_of_its_week(database):
    (one, _), key = await a_race(database)
    for rank in (0, -1, 51):
        assert await refused(database, Vote, **key, rank=rank, nomination_id=one.id) == "ck_votes_rank_range"
    other = await make_week(database, await make_club(database, guild_id=2), phase=Phase.POLL)
    foreign = await make_nomination(database, other, caller=a_caller(1, guild_id=2), title="Elsewhere")
    broken = await refused(database, Vote, **key, rank=1, nomination_id=foreign.id)
    assert broken == "fk_votes_nomination_of_this_week"


@pytest.mark.row("4-18")
async def test_a_vote_is_not_for_another_week_of_the_same_club(database):
    club = await make_club(database)
    closed = await make_week(database, club, phase=Phase.CLOSED)
    poll = await make_week(database, club, phase=Phase.POLL)
    voter = await make_member(database, a_caller(9))
    key = {"club_id": club.id, "week_id": poll.id, "user_id": voter.user_id}
    await store(database, Ballot, **key, cast_at=NOW)
    broken = await refused(database, Vote, **key, rank=1, nomination_id=closed.winner_id)
    assert broken == "fk_votes_nomination_of_this_week"


# --- ratings --------------------------------------------------------------------------------------------------------


async def a_rating(database):
    """A rating that could be stored, of an album with one track."""
    week = await make_week(database, await make_club(database), phase=Phase.RATINGS)
    member = await make_member(database)
    async with database.reading() as session:
        album_id = await session.scalar(select(Nomination.album_id).where(Nomination.id == week.winner_id))
    return {
        "club_id": week.club_id,
        "week_id": week.id,
        "user_id": member.user_id,
        "album_id": album_id,
        "score": 4,
        "official": True,
        "rated_at": NOW,
    }


@pytest.mark.row("4-07")
async def test_a_member_rates_a_week_once_with_album_favourite_and_review(database):
    rating = await a_rating(database)
    track_id = uuid4()
    await store(database, Track, id=track_id, album_id=rating["album_id"], position=1, title="One")
    await store(database, Rating, **rating, favourite="One", favourite_track_id=track_id, review="Good.")
    assert await refused(database, Rating, **rating) == "pk_ratings"
    assert await refused(database, Rating, **{**rating, "week_id": uuid4()}) == "fk_ratings_club_id_week_id_weeks"


@pytest.mark.row("4-07")
async def test_a_rating_is_of_an_album_and_its_favourite_is_a_track_of_it(database):
    rating = await a_rating(database)
    track_id = uuid4()
    await store(database, Track, id=track_id, album_id=await _another_album(database), position=1, title="Foreign")
    broken = await refused(database, Rating, **rating, favourite_track_id=track_id)
    assert broken == "fk_ratings_favourite_on_the_album"
    assert await refused(database, Rating, **{**rating, "album_id": uuid4()}) == "fk_ratings_album_id_albums"
    assert await refused(database, Rating, **rating, review="x" * 2_001) == "ck_ratings_review_length"


@pytest.mark.row("4-18")
@pytest.mark.parametrize("score", ["0.5", "0", "5.5", "3.3", "-1", "4.9"])
async def test_a_score_off_the_grid_is_refused(database, score):
    rating = await a_rating(database)
    assert await refused(database, Rating, **{**rating, "score": score}) == "ck_ratings_score_in_half_steps"


@pytest.mark.row("4-18")
async def test_every_half_step_from_one_to_five_is_a_score(database):
    rating = await a_rating(database)
    await store(database, Rating, **rating)
    for half in range(2, 11):
        async with database.writing() as session:
            await session.execute(update(Rating).values(score=half / 2))
    with pytest.raises(DBAPIError):  # more digits than the column has are no score either
        await store(database, Rating, **{**rating, "score": 100})


# --- taste ----------------------------------------------------------------------------------------------------------


@pytest.mark.row("4-12")
@pytest.mark.row("4-17")
async def test_a_pair_of_tastes_is_stored_once_a_club_in_one_order(database):
    clubs = [await make_club(database), await make_club(database, guild_id=77)]
    for guild_id in (clubs[0].guild_id, 77):
        ann, ben = sorted(
            [(await make_member(database, a_caller(number, guild_id=guild_id))).user_id for number in (1, 2)]
        )
    parts = {"closeness": -3.0, "shared": 0.1, "genres": 0.5, "agreement": 0.0, "rated": 0, "whole": True}
    pair = {"club_id": clubs[0].id, "score": 50, "computed_at": NOW, **parts}
    await store(database, Compatibility, user_a=ann, user_b=ben, **pair)
    await store(database, Compatibility, user_a=ann, user_b=ben, **{**pair, "club_id": clubs[1].id, "score": 60})
    assert await refused(database, Compatibility, user_a=ann, user_b=ben, **pair) == "pk_compatibilities"
    reverse = await refused(database, Compatibility, user_a=ben, user_b=ann, **pair)
    assert reverse == "ck_compatibilities_ordered_pair"
    alone = await refused(database, Compatibility, user_a=ann, user_b=ann, **pair)
    assert alone == "ck_compatibilities_ordered_pair"
    stranger = await refused(database, Compatibility, user_a=ann, user_b=UUID(int=2**128 - 1), **pair)
    assert stranger == "fk_compatibilities_b_memberships"


@pytest.mark.row("4-18")
async def test_nobody_follows_themselves(database):
    ann, ben = await some_users(database)
    await store(database, Follow, follower_id=ann, followee_id=ben, followed_at=NOW)
    assert await refused(database, Follow, follower_id=ann, followee_id=ben, followed_at=NOW) == "pk_follows"
    oneself = await refused(database, Follow, follower_id=ann, followee_id=ann, followed_at=NOW)
    assert oneself == "ck_follows_not_oneself"
