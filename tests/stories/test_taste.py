"""Members look at their taste and compare it: pictures with their words; who hides shows nothing."""

from __future__ import annotations

from bot.pictures.painter import PooledPainter
from bot.rehearsal.stage import Stage
from tests.factories.listening import be_seen_by, hear
from tests.stories.scene import buttons, told
from tests.stories.test_listening import audience, shown, user_of, week_of_plays
from tests.stories.test_pictures import Broken, painter, picture  # noqa: F401 - the fixture

MANY = {f"Artist {place:02}": 4 + place for place in range(12)}


async def test_a_taste_is_a_picture_in_words_too_and_shows_any_time_by_its_buttons(
    stage: Stage,
    painter: PooledPainter,  # noqa: F811
) -> None:
    ben, chidi, dana = await audience(stage)
    told(await ben.command("taste"), "nothing you have heard yet")
    database = stage.tools.database
    first, second = await user_of(stage, ben), await user_of(stage, chidi)
    await hear(database, first, week_of_plays(stage, 20, MANY))
    await hear(database, second, week_of_plays(stage, 2, {"Low": 3}))

    seen = await shown(chidi.command("taste", member=ben.person), "Ben’s taste, last 365 days", "Artist 11 (15)")
    drawn = picture(seen.message)
    assert drawn["filename"].startswith("taste-")
    assert "Genres are not known yet" in drawn["description"]
    assert buttons(seen.message) == ["Week", "Month", "Quarter", "Year", "All time"]
    told(await dana.press(seen.message, "Month"), "Only who asked")
    month = await chidi.press(seen.message, "Month")
    assert "Ben’s taste, last 30 days" in month.text
    assert "Novelty 100" in month.text
    assert picture(month.message)["filename"] != drawn["filename"]
    told(await chidi.press(month.message, "Week"), "Nothing was heard in that time")

    few = await ben.command("taste", member=chidi.person, private=True)
    told(few, "Incomplete: 3 plays of 1 artist. It takes 50 plays of 10 artists", "Low (3)")
    assert "Loyalty" not in few.text
    await be_seen_by(database, first, "me")
    told(await chidi.press(month.message, "Year"), "keeps what they hear")
    told(await chidi.command("taste", member=ben.person), "keeps what they hear")
    told(await ben.command("taste"), "Your taste")


async def test_two_members_are_compared_with_a_picture_whose_words_stay(
    stage: Stage,
    painter: PooledPainter,  # noqa: F811
) -> None:
    ben, chidi, dana = await audience(stage)
    database = stage.tools.database
    for member, loved in ((ben, "Rarity"), (chidi, "Rarity"), (dana, "Moth")):
        await hear(database, await user_of(stage, member), week_of_plays(stage, 9, {**MANY, loved: 30}))
    seen = await shown(ben.command("compare", member=chidi.person), "Ben and Chidi", "of 100", "Rarity", "30 and 30")
    drawn = picture(seen.message)
    assert drawn["filename"].startswith("comparison-")
    assert "Both hear Rarity" in drawn["description"]
    turned = await ben.press(seen.message, "Next")
    assert "page 2 of 2" in turned.text
    assert turned.message is not None
    assert turned.message["attachments"] == []
    back = await ben.press(turned.message, "Previous")
    assert picture(back.message)["filename"] == drawn["filename"]
    await shown(ben.command("neighbours"), "Whose taste is close to Ben’s", "1. Chidi", "2. Dana")
    object.__setattr__(stage.tools, "painter", Broken())
    seen = await shown(
        ben.command("compare", member=dana.person, look="light"), "Many pictures are being drawn", "Moth"
    )
    assert seen.message is not None
    assert seen.message["attachments"] == []
