"""A member asks what to hear next, answers, is written a letter, and a host turns a suggestion into a nomination."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.domain.listening.names import heard_album_id
from bot.domain.taste.recommended import next_letter
from bot.rehearsal.loopback.components import BUTTON, walk
from bot.rehearsal.stage import Stage
from bot.services.taste import letters
from cogs.taste import recommend_cards as cards
from tests.factories.listening import MINUTES, a_play, hear
from tests.stories.scene import Scene, buttons, forge, told
from tests.stories.test_listening import DAY, user_of

COMMON = {"Everybody": 12, "Rarity": 20}


async def an_audience(stage: Stage):
    """A club whose members have heard this and that for a month."""
    scene = await Scene.opened(stage)
    people = scene.arrive("Ben", "Chidi", "Dana")
    heard = ({**COMMON, "Low": 15}, {**COMMON, "Moth": 25}, {"Everybody": 30, "Moth": 12, "Hex": 20})
    for member, counts in zip(people, heard, strict=True):
        await member.command("club join", hope="in the club")
        names = [name for name, count in counts.items() for _ in range(count)]
        at = stage.clock.now() - 30 * DAY
        plays = [
            a_play(at + 5 * place * MINUTES, name, f"{name} {place % 5}", f"{name} album")
            for place, name in enumerate(names)
        ]
        await hear(stage.tools.database, await user_of(stage, member), plays)
    return scene, people


def nth(shown, label: str, place: int = 0) -> str:
    """The id of one of several buttons of the same name, in the order of the albums."""
    message = getattr(shown, "message", shown)
    found = [each for each in walk(message["components"]) if each["type"] == BUTTON and each.get("label") == label]
    return str(found[place]["custom_id"])


async def test_a_member_is_recommended_answers_and_gets_a_letter(stage: Stage) -> None:
    scene, (ben, _, dana) = await an_audience(stage)
    asked = await ben.command("recommend")
    told(asked, "To hear next", "Moth album — Moth", "Chidi", "close to your taste", "Hex album", "only you see this")
    await stage.restart_bot()
    noted = await ben.press(asked, nth(asked, "Not for me"))
    assert "Noted: Moth album — Moth is not for you" in noted.text
    assert noted.text.count("Moth album") == 1, "it is listed no more"
    assert buttons(noted.message)[0] == "Take it back"
    back = await ben.press(noted, "Take it back")
    assert "Taken back" in back.text
    assert back.text.count("Moth album") == 2
    more = await ben.press(back, nth(back, "More like this"))
    assert "Noted: more like" in more.text
    forged = forge(stage, more.message, cards.NOT.custom_id(heard_album_id("Nobody", "Nothing"), "a" * 26))
    told(await ben.press(more, forged), "/recommend makes a fresh one")

    told(await ben.command("club suggestions"), "hosts")

    suggested = await scene.host.command("club suggestions")
    told(suggested, "For the club", "Moth album — Moth", "2 members love it, 1 has not heard it")
    understood = await scene.host.press(suggested, nth(suggested, "Nominate"))
    told(understood, "album")
    nominated = await scene.host.press(understood, "Nominate now")
    assert "Nominated" in nominated.text or "nominat" in nominated.text
    await stage.settle()

    on = told(await ben.command("recommend", letter="on"), "Every Friday afternoon", "Friday")
    assert "ends it" in on
    told(await ben.command("recommend", letter="on"), "You get the weekly letter already")
    told(await dana.command("recommend", letter="on"), "Every Friday afternoon")
    stage.double.close_dms(dana.person.user)
    await stage.move_to(next_letter(stage.clock.now(), ZoneInfo("UTC")) + timedelta(hours=2))
    await letters.write_due(stage.tools, now=stage.clock.now())
    await letters.write_due(stage.tools, now=stage.clock.now())
    await stage.settle()
    (letter,) = stage.double.dms(ben.person.user)
    assert "To hear next, from" in ben.person.reads(letter)
    assert "Hex album" in ben.person.reads(letter)
    answered = await ben.press(letter, nth(letter, "Heard it"))
    assert "you have heard" in answered.text
    told(await ben.press(answered, "No more letters"), "No more letters")
    assert stage.double.dms(dana.person.user) == []
    told(await dana.command("recommend"), "Your weekly letter is off", "Write me weekly")
    assert "is off" not in told(await dana.command("recommend"), "To hear next")
    told(await dana.command("recommend", letter="off"), "You get no weekly letter")
