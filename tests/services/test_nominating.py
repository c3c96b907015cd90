from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from bot.domain.club.entries import Blurb, Standing
from bot.domain.club.rules import Pick, Rules
from bot.domain.club.week import Phase
from bot.domain.errors import (
    AlreadyNominated,
    BadYear,
    ClubNotSetUp,
    NominatedRecently,
    NominationsClosed,
    NoSuchNomination,
    NoSuchWeek,
    NotAHost,
    NotYourNomination,
    TextTooLong,
    TooManyNominations,
    WonBefore,
    WrongPhase,
)
from bot.services.catalog import Resolved, resolve_album
from bot.services.club import nominating
from bot.services.club.views import view_of
from bot.services.club.voting import cast_ballot
from db.queries import audit
from db.queries.club import nominations as queries
from tests.factories import (
    GUILD,
    NOW,
    a_caller,
    errands_of,
    make_club,
    make_member,
    make_nomination,
    make_tools,
    make_week,
    rewrite_week,
)

LATER = NOW + timedelta(hours=1)
HOST = a_caller(50, name="Host", manages=True)


@pytest.fixture
def tools(database):
    return make_tools(database)


def an_album(title="Blue Train", artist="John Coltrane", year=None) -> Resolved:
    return Resolved(None, title, artist, year)


async def nominate(tools, caller=None, album=None, *, now=LATER, **words):
    return await nominating.nominate(
        tools, caller=caller or a_caller(), now=now, album=album or an_album(), blurb=Blurb(**words)
    )


async def standings(tools, week) -> list[Standing]:
    async with tools.database.reading() as session:
        return [one.standing for one in await queries.nominations_of_week(session, week.id)]


async def test_a_nomination_stands_and_its_card_is_ordered(tools, database):
    await make_week(database, await make_club(database))
    given = await nominate(tools, pitch=" Listen. ", pitch_track="Moment's Notice", genre="Jazz", decade="57")
    nomination = given.nomination
    assert (nomination.album.shown, nomination.ordinal, nomination.standing) == (
        "Blue Train — John Coltrane",
        1,
        Standing.STANDING,
    )
    assert (nomination.pitch, nomination.decade, nomination.nominator) == ("Listen.", "1950s", "Member 1")
    assert given.view.nominations == (nomination,)
    errands = await errands_of(database)
    assert [errand.kind for errand in errands] == ["nomination", "refresh"]
    assert errands[0].payload == {"nomination": str(nomination.id)}


async def test_the_order_of_nominating_is_kept(tools, database):
    week = await make_week(database, await make_club(database))
    for number, title in enumerate(("Zebra", "Apple", "Mango"), start=1):
        await nominate(tools, a_caller(number), an_album(title))
    view = await view_of(tools, week=week.id, now=LATER)
    assert [(one.ordinal, one.album.title) for one in view.nominations] == [(1, "Zebra"), (2, "Apple"), (3, "Mango")]


async def test_a_server_without_a_club_takes_no_nominations(tools):
    with pytest.raises(ClubNotSetUp):
        await nominate(tools)


async def test_without_a_week_there_is_nothing_to_nominate_for(tools, database):
    await make_club(database)
    with pytest.raises(NoSuchWeek):
        await nominate(tools)


async def test_a_nomination_at_the_deadline_is_too_late(tools, database):
    week = await make_week(database, await make_club(database))
    closes = week.deadlines.nominations_close_at
    await nominate(tools, now=closes - timedelta(microseconds=1))
    with pytest.raises(NominationsClosed) as caught:
        await nominate(tools, a_caller(2), an_album("Other"), now=closes)
    assert caught.value.closed_at == closes


@pytest.mark.parametrize(
    ("phase", "over"),
    [(Phase.SCHEDULED, False), (Phase.POLL, True), (Phase.LISTENING, True), (Phase.CLOSED, True)],
)
async def test_outside_its_phase_a_week_takes_no_nominations(tools, database, phase, over):
    week = await make_week(database, await make_club(database), phase=phase)
    with pytest.raises(NominationsClosed) as caught:
        await nominating.nominate(tools, caller=a_caller(), now=LATER, album=an_album(), number=week.number)
    assert caught.value.label == week.label
    assert (caught.value.closed_at is not None) is over


async def test_a_cancelled_week_says_that_it_is_cancelled(tools, database):
    week = await make_week(database, await make_club(database), phase=Phase.CANCELLED)
    with pytest.raises(WrongPhase):
        await nominating.nominate(tools, caller=a_caller(), now=LATER, album=an_album(), week=week.id)


async def test_the_thread_names_the_week(tools, database):
    club = await make_club(database)
    await make_week(database, club, phase=Phase.LISTENING, thread_id=555)
    await make_week(database, club)
    with pytest.raises(NominationsClosed):
        await nominating.nominate(tools, caller=a_caller(), now=LATER, album=an_album(), where=555)
    await nominating.nominate(tools, caller=a_caller(), now=LATER, album=an_album(), where=556)


async def test_an_album_is_nominated_once_a_week_however_it_is_spelled(tools, database):
    await make_week(database, await make_club(database))
    first = await nominate(tools, a_caller(1), an_album("The Blue Train", "John Coltrane"))
    with pytest.raises(AlreadyNominated) as caught:
        await nominate(tools, a_caller(2), an_album("blue train", "JOHN  COLTRANE"))
    assert (caught.value.nomination_id, caught.value.own) == (str(first.nomination.id), False)
    with pytest.raises(AlreadyNominated) as caught:
        await nominate(tools, a_caller(1), an_album())
    assert caught.value.own


async def test_a_member_has_one_nomination_a_week(tools, database):
    await make_week(database, await make_club(database))
    await nominate(tools)
    with pytest.raises(TooManyNominations) as caught:
        await nominate(tools, album=an_album("Giant Steps"))
    assert (caught.value.limit, caught.value.albums) == (1, ("Blue Train — John Coltrane",))


async def test_the_club_may_allow_more(tools, database):
    await make_week(database, await make_club(database, rules=Rules(nominations_per_member=3)))
    for title in ("One", "Two", "Three"):
        await nominate(tools, album=an_album(title))
    with pytest.raises(TooManyNominations):
        await nominate(tools, album=an_album("Four"))


async def test_withdrawing_frees_the_album_and_the_slot(tools, database):
    week = await make_week(database, await make_club(database))
    first = (await nominate(tools)).nomination
    gone = await nominating.withdraw_nomination(tools, caller=a_caller(), now=LATER, nomination=first.id)
    assert gone.standing is Standing.WITHDRAWN
    again = (await nominate(tools)).nomination
    assert again.ordinal == 2
    assert [one.id for one in (await view_of(tools, week=week.id, now=LATER)).nominations] == [again.id]
    with pytest.raises(NoSuchNomination):
        await nominating.withdraw_nomination(tools, caller=a_caller(), now=LATER, nomination=first.id)


async def test_ten_at_once_leave_one_nomination_of_a_member(tools, database):
    week = await make_week(database, await make_club(database))
    await make_member(database)
    asked = [nominate(tools, album=an_album(f"Album {number}")) for number in range(10)]
    results = await asyncio.gather(*asked, return_exceptions=True)
    refused = [result for result in results if isinstance(result, TooManyNominations)]
    assert len(refused) == 9
    assert await standings(tools, week) == [Standing.STANDING]


async def test_ten_members_at_once_nominate_an_album_once(tools, database):
    week = await make_week(database, await make_club(database))
    asked = [nominate(tools, a_caller(number)) for number in range(10)]
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(result, AlreadyNominated) for result in results) == 9
    assert await standings(tools, week) == [Standing.STANDING]


async def test_ten_members_at_once_get_ten_places(tools, database):
    week = await make_week(database, await make_club(database))
    await asyncio.gather(*(nominate(tools, a_caller(number), an_album(f"Album {number}")) for number in range(10)))
    view = await view_of(tools, week=week.id, now=LATER)
    assert [one.ordinal for one in view.nominations] == list(range(1, 11))


async def test_the_tables_refuse_what_the_friendly_check_let_through(tools, database):
    week = await make_week(database, await make_club(database))
    first = await make_nomination(database, week, caller=a_caller(1), title="One")
    with pytest.raises(AlreadyNominated) as caught:
        await make_nomination(database, week, caller=a_caller(2), title="One")
    assert (caught.value.nomination_id, caught.value.own) == (str(first.id), False)
    with pytest.raises(TooManyNominations) as full:
        await make_nomination(database, week, caller=a_caller(1), title="Two", slot=1)
    assert full.value.albums == ("One — An Artist",)
    assert await standings(tools, week) == [Standing.STANDING]


async def test_a_past_winner_does_not_return(tools, database):
    club = await make_club(database, rules=Rules(no_repeat_weeks=0))
    won = await make_week(database, club, phase=Phase.CLOSED, album="Kind of Blue")
    await make_week(database, club)
    with pytest.raises(WonBefore) as caught:
        await nominate(tools, album=an_album("kind of blue", "an artist"))
    assert caught.value.label == won.label


async def test_the_club_may_let_winners_return(tools, database):
    club = await make_club(database, rules=Rules(no_repeat_winners=False, no_repeat_weeks=0))
    await make_week(database, club, phase=Phase.CLOSED, album="Kind of Blue")
    await make_week(database, club)
    assert (await nominate(tools, album=an_album("Kind of Blue", "An Artist"))).nomination.ordinal == 1


async def test_a_recent_nominee_rests_and_returns(tools, database):
    club = await make_club(database, rules=Rules(no_repeat_weeks=2))
    old = await make_week(database, club, phase=Phase.CLOSED, album="Winner 1")
    await make_nomination(database, old, caller=a_caller(3), title="Loser")
    await make_week(database, club, phase=Phase.CLOSED, album="Winner 2")
    # A cancelled week played nothing: neither does it count, nor does its race.
    lost = await make_week(database, club, phase=Phase.CANCELLED)
    await make_nomination(database, lost, caller=a_caller(4), title="Unheard")
    present = await make_week(database, club)
    with pytest.raises(NominatedRecently) as caught:
        await nominate(tools, album=an_album("Loser", "An Artist"))
    assert (caught.value.label, caught.value.weeks) == (old.label, 2)
    await nominate(tools, a_caller(8), an_album("Unheard", "An Artist"))
    await rewrite_week(database, present, rules=Rules(no_repeat_weeks=1))
    await nominate(tools, album=an_album("Loser", "An Artist"))


async def test_a_withdrawn_album_was_never_in_the_race(tools, database):
    club = await make_club(database)
    old = await make_week(database, club, phase=Phase.NOMINATIONS)
    taken_back = (await nominate(tools, album=an_album("Loser"))).nomination
    await nominating.withdraw_nomination(tools, caller=a_caller(), now=LATER, nomination=taken_back.id)
    winner = await make_nomination(database, old, caller=a_caller(2), title="Winner")
    await rewrite_week(database, old, phase=Phase.CLOSED, winner_id=winner.id, deciding_step="unopposed")
    await make_week(database, club)
    assert (await nominate(tools, album=an_album("Loser"))).nomination.album.title == "Loser"


async def test_another_club_has_no_say(tools, database):
    other = await make_club(database, guild_id=GUILD + 7)
    await make_week(database, other, phase=Phase.CLOSED, album="Kind of Blue")
    elsewhere = await make_week(database, other)
    await make_week(database, await make_club(database))
    await nominate(tools, album=an_album("Kind of Blue", "An Artist"))
    with pytest.raises(NoSuchWeek):
        await nominating.nominate(tools, caller=a_caller(2), now=LATER, album=an_album(), week=elsewhere.id)


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        ({"pitch": "x" * 2001}, TextTooLong),
        ({"pitch_track": "x" * 501}, TextTooLong),
        ({"genre": "x" * 101}, TextTooLong),
        ({"country": "x" * 101}, TextTooLong),
        ({"decade": "soon"}, BadYear),
    ],
)
async def test_a_refused_form_writes_nothing(tools, database, words, refusal):
    week = await make_week(database, await make_club(database))
    with pytest.raises(refusal):
        await nominate(tools, **words)
    assert await standings(tools, week) == []


async def test_characters_that_do_not_show_are_left_out(tools, database):
    await make_week(database, await make_club(database))
    nomination = (await nominate(tools, pitch="a\x00b\ud800\u202ec\nd", genre="\u200bJazz")).nomination
    assert (nomination.pitch, nomination.genre) == ("abc\nd", "Jazz")


async def test_a_pitch_of_two_thousand_characters_is_kept_whole(tools, database):
    await make_week(database, await make_club(database))
    assert len((await nominate(tools, pitch="x" * 2000)).nomination.pitch) == 2000


async def test_a_week_whose_album_the_host_picks_takes_no_nominations(tools, database):
    await make_week(database, await make_club(database), rules=Rules(pick=Pick.HOST))
    with pytest.raises(NominationsClosed):
        await nominate(tools)


async def test_the_check_before_the_form_refuses_what_nominating_would(tools, database):
    club = await make_club(database)
    await make_week(database, club, phase=Phase.CLOSED, album="Kind of Blue")
    week = await make_week(database, club)

    async def check(text, caller=None, now=LATER):
        album = await resolve_album(tools, text=text, now=now)
        return await nominating.check_can_nominate(tools, caller=caller or a_caller(), now=now, album=album)

    assert (await check("Somebody - Something New")).week.id == week.id
    with pytest.raises(WonBefore):
        await check("An Artist - Kind of Blue")
    await nominate(tools)
    with pytest.raises(AlreadyNominated):
        await check("John Coltrane - Blue Train", a_caller(2))
    with pytest.raises(TooManyNominations):
        await check("Somebody - Something New")
    with pytest.raises(NominationsClosed):
        await check("Somebody - Something New", a_caller(2), week.deadlines.nominations_close_at)


async def test_words_can_be_changed_until_the_deadline(tools, database):
    week = await make_week(database, await make_club(database))
    nomination = (await nominate(tools, pitch="Old")).nomination
    for words in ("New", "Newer"):
        edited = await nominating.edit_nomination(
            tools, caller=a_caller(), now=LATER, nomination=nomination.id, blurb=Blurb(pitch=words, genre="Jazz")
        )
    assert (edited.nomination.pitch, edited.nomination.genre, edited.nomination.edits) == ("Newer", "Jazz", 2)
    assert len({errand.ordinal for errand in await errands_of(database, "nomination_edit")}) == 2
    with pytest.raises(NominationsClosed):
        await nominating.edit_nomination(
            tools,
            caller=a_caller(),
            now=week.deadlines.nominations_close_at,
            nomination=nomination.id,
            blurb=Blurb(pitch="Too late"),
        )


async def test_only_the_nominator_changes_or_withdraws(tools, database):
    await make_week(database, await make_club(database))
    nomination = (await nominate(tools)).nomination
    with pytest.raises(NotYourNomination):
        await nominating.edit_nomination(
            tools, caller=HOST, now=LATER, nomination=nomination.id, blurb=Blurb(pitch="Mine")
        )
    with pytest.raises(NotYourNomination):
        await nominating.withdraw_nomination(tools, caller=a_caller(2), now=LATER, nomination=nomination.id)


async def test_after_the_deadline_nobody_withdraws(tools, database):
    week = await make_week(database, await make_club(database))
    nomination = (await nominate(tools)).nomination
    closes = week.deadlines.nominations_close_at
    with pytest.raises(NominationsClosed):
        await nominating.withdraw_nomination(tools, caller=a_caller(), now=closes, nomination=nomination.id)


async def test_a_second_stands_behind_a_nomination_once(tools, database):
    week = await make_week(database, await make_club(database))
    nomination = (await nominate(tools)).nomination
    for _ in range(2):
        seconded = await nominating.second(tools, caller=a_caller(2), now=LATER, nomination=nomination.id)
        assert seconded.seconds == 1
    assert (await nominating.second(tools, caller=a_caller(3), now=LATER, nomination=nomination.id)).seconds == 2
    assert len(await errands_of(database, "nomination_edit")) == 2
    with pytest.raises(AlreadyNominated):
        await nominating.second(tools, caller=a_caller(1), now=LATER, nomination=nomination.id)
    with pytest.raises(NominationsClosed):
        await nominating.second(
            tools, caller=a_caller(4), now=week.deadlines.nominations_close_at, nomination=nomination.id
        )
    with pytest.raises(NoSuchNomination):
        await nominating.second(tools, caller=a_caller(4), now=LATER, nomination=uuid4())


async def test_only_a_host_removes(tools, database):
    await make_week(database, await make_club(database, host_role_id=42))
    nomination = (await nominate(tools)).nomination
    with pytest.raises(NotAHost):
        await nominating.remove_nomination(tools, caller=a_caller(), now=LATER, nomination=nomination.id)
    by_role = a_caller(3, role_ids=frozenset({42}))
    removed = await nominating.remove_nomination(tools, caller=by_role, now=LATER, nomination=nomination.id)
    assert removed.standing is Standing.WITHDRAWN


async def test_removed_before_the_deadline_it_is_as_if_withdrawn(tools, database):
    week = await make_week(database, await make_club(database))
    nomination = (await nominate(tools)).nomination
    await nominating.remove_nomination(tools, caller=HOST, now=LATER, nomination=nomination.id, reason=" A single. ")
    assert await standings(tools, week) == [Standing.WITHDRAWN]
    async with database.reading() as session:
        deed = (await audit.latest(session, week.club_id, week.id))[0]
    assert (deed.action, deed.name, deed.details["reason"]) == ("nomination_removed", "Host", "A single.")
    assert (await nominate(tools)).nomination.ordinal == 2
    with pytest.raises(NoSuchNomination):
        await nominating.remove_nomination(tools, caller=HOST, now=LATER, nomination=nomination.id)


async def test_removed_during_the_poll_it_is_void_and_its_voters_are_told(tools, database):
    week = await make_week(database, await make_club(database), phase=Phase.POLL)
    first = await make_nomination(database, week, caller=a_caller(1), title="One")
    other = await make_nomination(database, week, caller=a_caller(2), title="Two")
    await cast_ballot(tools, caller=a_caller(3), now=LATER, choices=[first.id, other.id])
    await cast_ballot(tools, caller=a_caller(4), now=LATER, choices=[other.id])
    await cast_ballot(tools, caller=a_caller(5), now=LATER, choices=[other.id, first.id])
    removed = await nominating.remove_nomination(tools, caller=HOST, now=LATER, nomination=first.id, reason="Gone")
    assert removed.standing is Standing.VOID
    told = await errands_of(database, "dm")
    assert {errand.payload["discord_id"] for errand in told} == {a_caller(3).discord_id, a_caller(5).discord_id}
    assert {errand.payload["words"] for errand in told} == {"vote_lost"}
    view = await view_of(tools, week=week.id, now=LATER)
    assert [one.standing for one in view.nominations] == [Standing.VOID, Standing.STANDING]
    assert [one.id for one in view.standing] == [other.id]
    kinds = [errand.kind for errand in await errands_of(database)]
    assert "redraw" in kinds
    assert "nomination_edit" in kinds


async def test_once_the_winner_is_known_nothing_is_removed(tools, database):
    week = await make_week(database, await make_club(database), phase=Phase.LISTENING)
    assert week.winner_id is not None
    with pytest.raises(WrongPhase):
        await nominating.remove_nomination(tools, caller=HOST, now=LATER, nomination=week.winner_id)


async def test_a_reason_has_its_limit(tools, database):
    await make_week(database, await make_club(database))
    nomination = (await nominate(tools)).nomination
    with pytest.raises(TextTooLong):
        await nominating.remove_nomination(tools, caller=HOST, now=LATER, nomination=nomination.id, reason="x" * 501)


async def test_hidden_nominators_show_to_nobody_but_themselves(tools, database):
    await make_week(database, await make_club(database, rules=Rules(anonymous=True)))
    given = await nominate(tools)
    assert given.nomination.nominator == "Member 1"
    assert given.view.nominations[0].nominator == ""
    nomination = given.nomination.id
    seen = [
        await nominating.second(tools, caller=a_caller(2), now=LATER, nomination=nomination),
        await nominating.remove_nomination(tools, caller=HOST, now=LATER, nomination=nomination),
    ]
    assert {(one.nominator, one.nominator_discord_id) for one in seen} == {("", 0)}


async def test_only_its_nominator_gets_a_nomination_to_change_and_only_in_time(tools, database):
    week = await make_week(database, await make_club(database))
    nomination = (await nominate(tools)).nomination
    own = await nominating.own_nomination(tools, caller=a_caller(), now=LATER, nomination=nomination.id)
    assert own.id == nomination.id
    with pytest.raises(NotYourNomination):
        await nominating.own_nomination(tools, caller=a_caller(2), now=LATER, nomination=nomination.id)
    with pytest.raises(NominationsClosed):
        await nominating.own_nomination(
            tools, caller=a_caller(), now=week.deadlines.nominations_close_at, nomination=nomination.id
        )


async def test_suggestions_tell_own_nominations_apart(tools, database):
    week = await make_week(database, await make_club(database), thread_id=77)
    mine = await make_nomination(database, week, caller=a_caller(1), title="Blue Train")
    theirs = await make_nomination(database, week, caller=a_caller(2), title="Red Train")

    async def suggested(text="", **options):
        found = await nominating.nomination_suggestions(
            tools, guild_id=GUILD, text=text, discord_id=a_caller(1).discord_id, **options
        )
        return [value for _, value in found]

    assert await suggested() == [str(mine.id), str(theirs.id)]
    assert await suggested(own=True) == [str(mine.id)]
    assert await suggested(own=False, where=77) == [str(theirs.id)]
    assert await suggested("RED tr") == [str(theirs.id)]
    assert await suggested("nothing") == []
