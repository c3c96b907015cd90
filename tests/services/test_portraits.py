"""A member's taste as others see it: in their own zone, of whom they let see it, and never more sure than it may be."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.listening.names import artist_id, heard_album_id
from bot.domain.listening.refusals import HearingHidden, NothingHeard
from bot.domain.pictures.painting import TooFewForPicture
from bot.domain.taste.facts import Of
from bot.domain.taste.portrait import cautions, obscurity_of, picture_of
from bot.domain.taste.profile import with_prior
from bot.domain.taste.scopes import Scope
from bot.services.listening.watching import Whose, set_zone
from bot.services.taste import portraying
from cogs.taste.taste_cards import taste_card
from tests.factories import NOW, a_caller, make_club, make_tools
from tests.factories.listening import MINUTES, a_play, be_seen_by, follow, hear, make_listener
from tests.factories.taste import describe

BEN, CHIDI, DANA, EVE = (a_caller(number, name=name) for number, name in enumerate(("Ben", "Chidi", "Dana", "Eve"), 1))
DAY = timedelta(days=1)


def plays(counts, days_ago=3, start=0):
    names = [name for name, count in counts.items() for _ in range(count)]
    return [
        a_play(NOW - days_ago * DAY + (start + 3 * place) * MINUTES, name, f"Song {place}", f"{name} album")
        for place, name in enumerate(names)
    ]


@pytest.fixture
def tools(database):
    return make_tools(database)


@pytest.fixture
async def club(database):
    return await make_club(database)


@pytest.mark.row("4-10")
async def test_a_taste_says_what_was_heard_where_it_is_from_and_when(tools, database, club):
    loved = {f"Artist {place}": 6 for place in range(12)}
    ben = await make_listener(database, BEN, plays({**loved, "Low": 28}))
    for other, counts in ((CHIDI, {"Low": 1}), (DANA, {"Low": 2, "Artist 1": 1}), (EVE, {"Moth": 4})):
        await make_listener(database, other, plays(counts))
    await hear(database, ben.user_id, plays({"Low": 5}, days_ago=300))
    await describe(database, Of.ARTIST, artist_id("Low"), [("slowcore", 80), ("rock", 20)], country="US")
    await describe(database, Of.ALBUM, heard_album_id("Low", "Low album"), year=1994)
    seen = await portraying.portray(tools, caller=CHIDI, now=NOW, scope=Scope.MONTH, whose=Whose(BEN.discord_id, "Ben"))
    card = picture_of(seen)
    assert (card.name, card.period, card.plays) == ("Ben", "last 30 days", 100)
    assert card.artists[0] == "Low"
    assert card.genres[0].name == "slowcore"
    assert [bar.name for bar in card.countries] == ["United States"]
    assert [bar.name for bar in card.decades] == ["1990s"]
    assert card.novelty == 72, "Low was heard before, everybody else is new"
    assert card.loyalty == 28 + 9 * 6
    # Low is known to two of three others, Artist 1 to one, the eleven others to nobody.
    assert card.obscurity == round(100 - (28 * 2 + 6 * 1) / 3)
    assert seen.others == 3
    assert sum(map(sum, card.hours)) == pytest.approx(1)
    assert card.cautions == ("Genres are known of 28 % of what was heard so far.",)
    assert picture_of(await portraying.portray(tools, caller=BEN, now=NOW, scope=Scope.ALL)).novelty is None


async def test_an_artist_who_was_only_rated_is_told_as_that_and_one_without_a_name_not_at_all(tools, database, club):
    await make_listener(database, BEN, plays({"Low": 3}))
    seen = await portraying.portray(tools, caller=BEN, now=NOW)
    (low,) = seen.profile.top
    rated, nameless = replace(low, name="Moth", plays=0), replace(low, name="", plays=0)
    seen = replace(seen, profile=replace(seen.profile, top=(nameless, low, rated)))
    card = picture_of(seen)
    assert card.artists == ("Low", "Moth")
    words = str(taste_card(seen, card, None, public=False).view().to_components())
    assert "**Artists:** Low (3), Moth (rated)" in words


async def test_hours_are_those_of_the_members_own_zone(tools, database, club):
    at = NOW.replace(hour=22, minute=0) - 3 * DAY
    await make_listener(database, BEN, [a_play(at, "Low", "Song")])
    await set_zone(tools, caller=BEN, now=NOW, zone="Asia/Tokyo")
    card = picture_of(await portraying.portray(tools, caller=BEN, now=NOW))
    local = at + timedelta(hours=9)
    assert card.hours[local.weekday()][7] == 1
    assert card.zone == "Asia/Tokyo"


async def test_of_whom_little_is_known_it_says_so_and_gives_no_figures(tools, database, club):
    ben = await make_listener(database, BEN, plays({"Low": 40, "Moth": 9}, days_ago=500))
    with pytest.raises(TooFewForPicture):
        await portraying.portray(tools, caller=BEN, now=NOW, scope=Scope.YEAR)
    seen = await portraying.portray(tools, caller=BEN, now=NOW)
    assert seen.profile.scope is Scope.ALL, "the year is empty, and none was named"
    card = picture_of(seen)
    assert card.cautions[0] == ("Incomplete: 49 plays of 2 artists. It takes 50 plays of 10 artists to say more.")
    assert (card.novelty, card.loyalty, card.obscurity) == (None, None, None)
    await hear(database, ben.user_id, plays({f"Artist {place}": 5 for place in range(10)}))
    later = await portraying.portray(tools, caller=BEN, now=NOW)
    assert later.profile.plays == 50, "what was heard a moment ago is in it"
    assert not any(one.startswith("Incomplete") for one in cautions(later))


async def test_whoever_hides_what_they_hear_shows_it_to_nobody_else(tools, database, club):
    ben = await make_listener(database, BEN, plays({"Low": 3}))
    chidi = await make_listener(database, CHIDI)
    with pytest.raises(NothingHeard):
        await portraying.portray(tools, caller=CHIDI, now=NOW)
    await be_seen_by(database, ben.user_id, "followers")
    with pytest.raises(HearingHidden):
        await portraying.portray(tools, caller=CHIDI, now=NOW, whose=Whose(BEN.discord_id, "Ben"))
    await follow(database, chidi.user_id, ben.user_id)
    followed = await portraying.portray(tools, caller=CHIDI, now=NOW, whose=Whose(BEN.discord_id, "Ben"))
    assert not followed.shown.public(None), "what followers may see is not for everybody"
    await be_seen_by(database, ben.user_id, "me")
    with pytest.raises(HearingHidden):
        await portraying.portray(tools, caller=CHIDI, now=NOW, whose=Whose(BEN.discord_id, "Ben"))
    own = await portraying.portray(tools, caller=BEN, now=NOW)
    assert own.profile.plays == 3
    assert not own.shown.public(None)


async def test_before_anything_was_heard_it_is_said_whose_word_the_genres_are(tools, database, club):
    await make_listener(database, BEN, plays({"Low": 1}))
    seen = await portraying.portray(tools, caller=BEN, now=NOW)
    liked = with_prior(seen.profile, {"jazz": 3.0, "dub": 1.0}, ["lastfm", "spotify"])
    card = picture_of(replace(seen, profile=liked))
    assert [(bar.name, bar.share) for bar in card.genres] == [("jazz", 0.75), ("dub", 0.25)]
    assert card.cautions[1] == ("100 % of the genres is what Last.fm and Spotify say so far; it fades as plays arrive.")


def test_obscurity_goes_by_how_few_know_what_weighs():
    assert obscurity_of([(1.0, 0)], 2) is None, "too few others"
    assert obscurity_of([], 9) is None
    assert obscurity_of([(3.0, 4), (1.0, 0)], 4) == pytest.approx(0.25)
    assert obscurity_of([(1.0, 7)], 4) == 0, "one joined between two questions"
