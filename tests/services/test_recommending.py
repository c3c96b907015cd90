"""Recommendations of a club on a real database: lists with reasons, words that change them, letters, and the club's."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from bot.domain.catalog import TrackLine
from bot.domain.club.week import Phase
from bot.domain.errors import NotAHost
from bot.domain.listening.names import heard_album_id
from bot.domain.taste.priors import Liked, packed
from bot.domain.taste.recommended import (
    LetterRefused,
    Letters,
    NothingForClub,
    NothingToRecommend,
    RecommendationGone,
    Word,
)
from bot.domain.taste.recommending import Why
from bot.services import outbox, people
from bot.services.catalog import Resolved, keep_album
from bot.services.club import rating, shelf
from bot.services.taste import for_club, letters, recommending
from db.queries import catalog
from db.tables.matching import RecommendationLetter, RecommendationWord, UserRecommendation
from db.tables.people import User
from db.tables.taste import TastePrior
from tests.factories import NOW, a_caller, errands_of, make_club, make_nomination, make_tools, make_week
from tests.factories.club import rewrite_week
from tests.factories.listening import MINUTES, a_play, be_seen_by, hear, make_listener

BEN, CHIDI, DANA, EVE = (a_caller(number, name=name) for number, name in enumerate(("Ben", "Chidi", "Dana", "Eve"), 1))
HOST = a_caller(9, name="Host", manages=True)
LONG_AGO = NOW - timedelta(days=60)
WEEK = timedelta(days=7)


def plays(counts, start=0):
    """Artist to how often, all on one album of theirs, or (artist, album) where there are several."""
    names = [
        name if isinstance(name, tuple) else (name, f"{name} album") for name in counts for _ in range(counts[name])
    ]
    return [
        a_play(LONG_AGO + (start + 5 * place) * MINUTES, artist, f"{artist} {place % 5}", album)
        for place, (artist, album) in enumerate(names)
    ]


@pytest.fixture
def tools(database):
    return make_tools(database)


@pytest.fixture
async def club(database):
    return await make_club(database)


@pytest.fixture
async def audience(database, club):
    """Ben and Chidi love a rarity; Chidi loves Moth, too, and a second album of theirs; Dana hears other things."""
    common = {"Everybody": 30}
    return [
        await make_listener(database, BEN, plays({"Rarity": 20, **common, "Low": 15})),
        await make_listener(
            database, CHIDI, plays({"Rarity": 40, **common, "Moth": 25, ("Rarity", "Later"): 12, "Kora": 3})
        ),
        await make_listener(database, DANA, plays({**common, "Hex": 20, "Slow": 12})),
    ]


def titles(told):
    return [one.title for one in told.albums]


def reasons(told, title):
    (one,) = [each for each in told.albums if each.title == title]
    return {spoken.why: spoken for spoken in one.spoken}


async def say(tools, club, caller, title, word, artist):
    return await recommending.say(
        tools,
        club_id=club.id,
        discord_id=caller.discord_id,
        now=NOW,
        album=heard_album_id(artist, title),
        word=word,
    )


@pytest.mark.row("4-13")
async def test_a_member_is_recommended_what_close_members_love_and_artists_they_know(tools, club, audience):
    told = await recommending.recommend(tools, caller=BEN, now=NOW)
    assert titles(told)[:2] == ["Later", "Moth album"]
    assert not {"Rarity album", "Everybody album", "Low album"} & set(titles(told)), "heard already"
    later, moth = reasons(told, "Later"), reasons(told, "Moth album")
    assert (later[Why.ARTIST].names, later[Why.ARTIST].count) == (("Rarity",), 20)
    assert moth[Why.CLOSE].names == ("Chidi",)
    assert not told.cold
    assert told.letters is Letters.OFF
    assert titles(await recommending.recommend(tools, caller=BEN, now=NOW)) == titles(told), "the same again"
    async with tools.database.reading() as session:
        kept = list(await session.scalars(select(UserRecommendation).order_by(UserRecommendation.place)))
    assert [one.title for one in kept][: len(told.albums)] == titles(told)
    assert str(audience[1].user_id) not in str([one.reasons for one in kept]), "nobody else stands in kept reasons"


async def test_whoever_hides_is_in_no_list_and_no_reason(tools, database, club, audience):
    await recommending.recommend(tools, caller=BEN, now=NOW)
    await be_seen_by(database, audience[1].user_id, "me")
    told = await recommending.recommend(tools, caller=BEN, now=NOW)
    assert not {"Later", "Moth album"} & set(titles(told))
    assert "Chidi" not in repr(told)
    await be_seen_by(database, audience[1].user_id, "followers")
    assert "Chidi" not in repr(await recommending.recommend(tools, caller=BEN, now=NOW))
    # They themselves are still recommended something, from what others show.
    assert "Low album" in titles(await recommending.recommend(tools, caller=CHIDI, now=NOW))


async def test_words_change_the_next_list_and_can_be_taken_back(tools, database, club, audience):
    first = await recommending.recommend(tools, caller=BEN, now=NOW)
    told = await say(tools, club, BEN, "Moth album", Word.NOT, "Moth")
    assert "Moth album" not in titles(told)
    assert told.said is not None
    assert (told.said.title, told.said.word) == ("Moth album", Word.NOT)
    told = await say(tools, club, BEN, "Later", Word.HEARD, "Rarity")
    assert "Later" not in titles(told)
    back = await recommending.take_back(
        tools, club_id=club.id, discord_id=BEN.discord_id, now=NOW, album=heard_album_id("Moth", "Moth album")
    )
    assert "Moth album" in titles(back)
    await say(tools, club, BEN, "Slow album", Word.MORE, "Slow")
    told = await recommending.recommend(tools, caller=BEN, now=NOW)
    assert "Slow album" not in titles(told)
    assert titles(told).index("Hex album") < titles(told).index("Kora album"), "who loves Slow loves Hex"
    assert Why.NEAR in reasons(told, "Hex album")
    assert titles(first) != titles(told)
    async with database.reading() as session:
        said = {one.title: one.word for one in await session.scalars(select(RecommendationWord))}
    assert said == {"Later": "heard", "Slow album": "more"}


async def test_two_presses_at_once_are_one_word_and_one_list(tools, database, club, audience):
    await recommending.recommend(tools, caller=BEN, now=NOW)
    told = await asyncio.gather(
        *(say(tools, club, BEN, "Moth album", word, "Moth") for word in (Word.NOT, Word.HEARD, Word.NOT))
    )
    assert all("Moth album" not in titles(one) for one in told)
    async with database.reading() as session:
        assert len(list(await session.scalars(select(RecommendationWord)))) == 1
        kept = list(await session.scalars(select(UserRecommendation)))
    assert sorted(one.place for one in kept) == list(range(1, len(kept) + 1))


async def test_words_are_refused_for_what_nobody_knows_and_from_who_has_left(tools, club, audience):
    with pytest.raises(RecommendationGone):
        await recommending.say(tools, club_id=club.id, discord_id=BEN.discord_id, now=NOW, album=uuid4(), word=Word.NOT)
    with pytest.raises(RecommendationGone):
        await recommending.take_back(tools, club_id=club.id, discord_id=BEN.discord_id, now=NOW, album=uuid4())
    await people.leave(tools, caller=BEN, now=NOW)
    with pytest.raises(RecommendationGone):
        await say(tools, club, BEN, "Moth album", Word.NOT, "Moth")
    with pytest.raises(RecommendationGone):
        await recommending.page_of(tools, club_id=club.id, discord_id=BEN.discord_id, now=NOW, page=0)


@pytest.fixture
async def past_weeks(tools, database, club):
    """Two closed weeks: one album all loved, nominated by 99, and one whose ratings are still blind."""
    for number, (phase, album, score) in enumerate(((Phase.CLOSED, "Loved", "5"), (Phase.RATINGS, "Blind", "5")), 1):
        week = await make_week(database, club, phase=Phase.RATINGS, number=number, album=album)
        for caller in (CHIDI, DANA):
            await people.join(tools, caller=caller, now=NOW)
            await rating.rate(tools, caller=caller, now=NOW, week=week.id, score=score)
        if phase is Phase.CLOSED:
            await rewrite_week(database, week, phase=Phase.CLOSED)


async def test_a_newcomer_gets_the_clubs_favourites_and_blind_weeks_keep_their_secret(tools, club, past_weeks):
    told = await recommending.recommend(tools, caller=EVE, now=NOW)
    assert told.cold
    assert titles(told) == ["Loved"], "a week that is not over recommends nothing"
    spoken = reasons(told, "Loved")[Why.CLUB]
    assert (spoken.count, spoken.score) == (2, 5.0)
    with pytest.raises(NothingToRecommend):
        await recommending.recommend(tools, caller=CHIDI, now=NOW)  # they rated it


async def test_what_was_rated_kept_or_heard_by_its_tracks_is_known(tools, database, club, audience, past_weeks):
    assert "Loved" in titles(await recommending.recommend(tools, caller=BEN, now=NOW))
    await shelf.shelve(tools, caller=BEN, now=NOW, album=Resolved(None, "Loved", "An Artist", None))
    assert "Loved" not in titles(await recommending.recommend(tools, caller=BEN, now=NOW))
    week = await make_week(database, club, number=10)
    await make_nomination(database, week, caller=DANA, title="Moth album", artist="Moth")
    told = await recommending.recommend(tools, caller=BEN, now=NOW)
    assert "Moth album" not in titles(told), "what is being chosen from speaks for itself"
    tracks = tuple(TrackLine(place, f"Later {place}", None) for place in range(1, 7))
    async with database.writing() as session:
        album = await keep_album(session, Resolved(None, "Later", "Rarity", None), NOW)
        await catalog.replace_tracks(session, album.id, tracks, NOW)
    await shelf.shelve(tools, caller=DANA, now=NOW, album=Resolved(album, "Later", "Rarity", None))
    # Told without an album, as some exports are: its tracks make it known all the same.
    unnamed = [a_play(LONG_AGO - place * MINUTES, "Rarity", f"Later {place}") for place in range(1, 4)]
    await hear(database, audience[0].user_id, unnamed[:2])
    assert "Later" in titles(await recommending.recommend(tools, caller=BEN, now=NOW))
    await hear(database, audience[0].user_id, unnamed[2:])
    assert "Later" not in titles(await recommending.recommend(tools, caller=BEN, now=NOW))


async def test_what_a_service_says_they_like_stands_in_while_little_was_heard(tools, database, club, audience):
    eve = await make_listener(database, EVE)
    liked = Liked(artists=(("Hex", 3.0), ("Moth", 1.0)), albums=(("Moth", "Moth album", 1.0),))
    async with database.writing() as session:
        session.add(TastePrior(user_id=eve.user_id, source="spotify", told=packed(liked), told_at=NOW, due_at=NOW))
    told = await recommending.recommend(tools, caller=EVE, now=NOW)
    assert titles(told)[0] == "Hex album"
    assert reasons(told, "Hex album")[Why.ARTIST].count == 0
    assert "Moth album" not in titles(told), "they have it there"
    assert not told.cold


async def test_with_nobody_and_nothing_it_says_so(tools, club):
    with pytest.raises(NothingToRecommend):
        await recommending.recommend(tools, caller=BEN, now=NOW)


# --- letters --------------------------------------------------------------------------------------------------------


async def letters_of(database):
    async with database.reading() as session:
        return list(await session.scalars(select(RecommendationLetter)))


async def test_a_letter_is_written_once_a_week_however_many_look(tools, database, club, audience):
    due = await letters.want_letter(tools, caller=BEN, now=NOW)
    assert due.isoformat() == "2026-11-27T16:00:00+01:00", "Friday afternoon where the club lives"
    with pytest.raises(LetterRefused) as refused:
        await letters.want_letter(tools, caller=BEN, now=NOW)
    assert refused.value.on
    assert await letters.write_due(tools, now=due - MINUTES) == 0
    assert sorted(await asyncio.gather(*(letters.write_due(tools, now=due) for _ in range(4)))) == [0, 0, 0, 1]
    assert await letters.write_due(tools, now=due + timedelta(hours=5)) == 0
    (errand,) = await errands_of(database)
    assert (errand.kind, errand.lane) == ("letter_dm", f"dm:{BEN.discord_id}")
    (claimed,) = await outbox.claim(tools, now=due)
    letter = await letters.letter_of(tools, claimed, now=due)
    assert letter is not None
    assert (letter.discord_id, letter.club_name) == (BEN.discord_id, "A club")
    assert titles(letter.told)[:2] == ["Later", "Moth album"]
    assert letter.told.letters is Letters.ON
    await outbox.settle(tools, claimed, now=due, discord_id=1)
    assert await letters.write_due(tools, now=due + WEEK) == 1
    assert len(await errands_of(database)) == 2


@pytest.mark.parametrize("moment", ["before commit", "after commit"])
async def test_a_kill_while_letters_are_written_loses_none_and_doubles_none(tools, database, club, audience, moment):
    class Killed(BaseException):
        pass

    def kill(at):
        if at == moment:
            raise Killed

    due = await letters.want_letter(tools, caller=BEN, now=NOW)
    database._watch = kill
    with pytest.raises(Killed):
        await letters.write_due(tools, now=due)
    database._watch = None
    assert await letters.write_due(tools, now=due) == (1 if moment == "before commit" else 0)
    assert len(await errands_of(database)) == 1
    assert [row.next_at for row in await letters_of(database)] == [due + WEEK]


async def test_a_letter_nobody_could_write_in_time_is_passed_over_and_the_next_comes(tools, database, club, audience):
    due = await letters.want_letter(tools, caller=BEN, now=NOW)
    assert await letters.write_due(tools, now=due + timedelta(days=5)) == 0
    (row,) = await letters_of(database)
    assert row.next_at == due + WEEK
    assert row.last_on is None
    assert await letters.write_due(tools, now=due + WEEK) == 1
    (claimed,) = await outbox.claim(tools, now=due + WEEK)
    assert await letters.letter_of(tools, claimed, now=due + WEEK + timedelta(days=4)) is None, "too late to be sent"
    await letters.want_no_letter(tools, caller=BEN, now=NOW)
    assert await letters.letter_of(tools, claimed, now=due + WEEK) is None, "wanted no more"
    with pytest.raises(LetterRefused) as refused:
        await letters.want_no_letter(tools, caller=BEN, now=NOW)
    assert not refused.value.on


async def test_a_closed_door_ends_letters_and_is_told_once(tools, database, club, audience):
    due = await letters.want_letter(tools, caller=BEN, now=NOW)
    assert await letters.write_due(tools, now=due) == 1
    await letters.closed(tools, discord_id=BEN.discord_id, now=due)
    assert await letters.write_due(tools, now=due + WEEK) == 0
    assert (await recommending.recommend(tools, caller=BEN, now=NOW)).letters is Letters.CLOSED
    assert (await recommending.recommend(tools, caller=BEN, now=NOW)).letters is Letters.OFF
    async with database.writing() as session:
        await session.execute(update(User).values(dms_closed_at=NOW))
    turned = await letters.turn(tools, club_id=club.id, discord_id=BEN.discord_id, now=NOW, on=True)
    assert turned == due
    again = await letters.turn(tools, club_id=club.id, discord_id=BEN.discord_id, now=NOW, on=True)
    assert again == due, "pressed twice it is the same"
    async with database.reading() as session:
        assert await session.scalar(select(User.dms_closed_at).where(User.id == audience[0].user_id)) is None
    assert await letters.turn(tools, club_id=club.id, discord_id=BEN.discord_id, now=NOW, on=False) is None
    assert await letters_of(database) == []


async def test_who_leaves_gets_no_letter(tools, database, club, audience):
    due = await letters.want_letter(tools, caller=BEN, now=NOW)
    await people.leave(tools, caller=BEN, now=NOW)
    assert await letters.write_due(tools, now=due) == 0
    assert await letters_of(database) == []


async def test_a_letter_with_nothing_to_say_is_not_sent(tools, database, club):
    due = await letters.want_letter(tools, caller=EVE, now=NOW)
    assert await letters.write_due(tools, now=due) == 1
    (claimed,) = await outbox.claim(tools, now=due)
    assert await letters.letter_of(tools, claimed, now=due) is None


# --- for the club ---------------------------------------------------------------------------------------------------


async def test_hosts_see_what_several_love_and_nobody_nominated(tools, database, club, audience):
    await hear(database, audience[2].user_id, plays({"Moth": 20}, start=4_000))
    told = await for_club.suggestions_for_club(tools, caller=HOST, now=NOW)
    first = {one.title: one for one in told.albums}
    assert {"Moth album", "Everybody album", "Rarity album"} <= set(first)
    assert "Low album" not in first, "one member's plays are nobody's business"
    assert (first["Moth album"].lovers, first["Moth album"].unheard) == (2, 1)
    assert first["Moth album"].artist_hearers == 2
    assert not {"Ben", "Chidi", "Dana"} & set(repr(told).replace("'", " ").split())
    assert await for_club.suggested(tools, album=first["Moth album"].key) == ("Moth album", "Moth")
    week = await make_week(database, club)
    await make_nomination(database, week, title="Moth album", artist="Moth")
    await shelf.shelve(tools, caller=DANA, now=NOW, album=Resolved(None, "Kept", "Keeper", None))
    told = await for_club.suggestions_for_club(tools, caller=HOST, now=NOW)
    listed = {one.title: one for one in told.albums}
    assert "Moth album" not in listed
    assert listed["Kept"].keepers == 1
    await be_seen_by(database, audience[1].user_id, "me")
    told = await for_club.suggestions_for_club(tools, caller=HOST, now=NOW)
    assert "Rarity album" not in {one.title for one in told.albums}


async def test_the_clubs_suggestions_are_the_hosts_and_say_when_there_are_none(tools, club):
    with pytest.raises(NotAHost):
        await for_club.suggestions_for_club(tools, caller=BEN, now=NOW)
    with pytest.raises(NothingForClub):
        await for_club.suggestions_for_club(tools, caller=HOST, now=NOW)
    with pytest.raises(RecommendationGone):
        await for_club.suggested(tools, album=UUID(int=1))
