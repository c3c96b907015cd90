"""Members follow each other on Discord: feeds that only they read, askings, and removals."""

from __future__ import annotations

from bot.rehearsal.stage import Stage
from tests.factories.listening import a_play, hear
from tests.stories.scene import Scene, buttons, told
from tests.stories.test_listening import DAY, MINUTES, user_of


async def test_a_member_follows_and_reads_a_quiet_feed(stage: Stage) -> None:
    scene, (ben, chidi, dana) = await Scene.listening(stage)
    told(await chidi.command("feed"), "You follow nobody in this club")
    told(await chidi.command("follow", member=chidi.person), "Nobody follows themselves")
    (stranger,) = scene.arrive("Sam")
    told(await chidi.command("follow", member=stranger.person), "Sam is not in the club")
    followed = await chidi.command("follow", member=ben.person)
    told(followed, "You follow Ben now", "to you alone")
    told(await chidi.command("follow", member=ben.person), "You follow Ben already")
    told(await dana.command("follow", member=chidi.person), "You follow Chidi now")

    told(await chidi.press(followed, "Feed"), "Quiet: nothing in the last 30 days")
    await ben.command("rate", score="4.5", hope="4.5")
    database = stage.tools.database
    at = stage.clock.now() - DAY
    plays = [a_play(at + 4 * place * MINUTES, "Old", f"Song {place}") for place in range(100)]
    await hear(database, await user_of(stage, ben), plays)
    await stage.move_to(stage.clock.now() + 6 * MINUTES)
    text = told(await chidi.command("feed"), "Your feed", "Ben reached 100 plays", "You follow 1 member here")
    assert "rated" not in text, "a blind week keeps its secret"
    await chidi.command("rate", score="2", hope="2")
    told(await chidi.command("feed"), "Ben rated", "Slow", "4.5")
    text = told(await dana.command("feed"), "Your feed")
    assert "rated" not in text

    told(
        await chidi.command("following"), "Whom you follow", "Ben", "Who follows you", "Dana", "Everybody in your clubs"
    )
    told(await ben.command("privacy visibility", who="me"), "you alone")
    told(await chidi.command("feed"), "You follow nobody in this club whom you may see")
    told(await dana.command("follow", member=ben.person), "keeps what they hear to themselves")
    told(await chidi.press(followed, "Unfollow"), "You no longer follow them")
    told(await chidi.command("unfollow", member=ben.person), "You do not follow Ben")


async def test_followers_are_asked_for_and_removed_by_whom_they_follow(stage: Stage) -> None:
    scene = await Scene.founded(stage)
    ben, chidi, dana = scene.arrive("Ben", "Chidi", "Dana")
    for member in (ben, chidi, dana):
        await member.command("club join", hope="in the club")
    told(await ben.command("privacy visibility", who="followers"), "whoever follows you")
    asked = await chidi.command("follow", member=ben.person)
    told(asked, "you have asked first")
    told(await dana.command("follow", member=ben.person), "you have asked first")
    feed = await ben.command("feed")
    told(feed, "2 members ask to follow you")
    requests = await ben.press(feed, "Answer")
    told(requests, "Dana asks to follow you", "Chidi asks to follow you", "whoever comes new asks you first")
    lists = await ben.press(requests, "Let Dana")
    assert "Dana" in lists.text
    assert "asks to follow" in lists.text
    lists = await ben.press(lists, "Not Chidi")
    assert "asks to follow" not in lists.text
    told(await chidi.press(asked, "Take it back"), "You do not follow")

    lists = await ben.choose(lists, "Remove a follower…", "Dana")
    assert "You do not let follow you: Dana" in lists.text
    told(await dana.command("follow", member=ben.person), "does not want to be followed by you")
    lists = await ben.choose(lists, "Let somebody follow you again…", "Dana")
    assert "do not let" not in lists.text
    told(await dana.command("follow", member=ben.person), "you have asked first")
    assert "Let Dana" in buttons((await ben.command("following")).message)
