"""Weeks that do not go straight: pauses, skipped dates, moved deadlines, weeks cancelled, reopened, drawn again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.rehearsal.loopback import posting
from bot.rehearsal.pilot import Album
from bot.rehearsal.stage import Stage
from tests.stories.scene import ASH, LOW, Scene, buttons, told


async def test_a_pause_keeps_the_time_that_was_left(stage: Stage) -> None:
    scene, (ben, *_) = await Scene.polling(stage)
    left = (await scene.view()).week.deadlines.poll_close_at - stage.clock.now()
    told(await scene.host.command("club pause", until="in 10 days"), "The club pauses", "/club resume")
    await stage.settle()
    await scene.wait(days=9)
    assert (await scene.view()).week.phase == "poll"
    told(await ben.command("vote", first="Slow"), "Slow")
    told(await scene.host.command("club resume"), "The club goes on")
    await stage.settle()
    now_left = (await scene.view()).week.deadlines.poll_close_at - stage.clock.now()
    assert abs(now_left - left) < timedelta(minutes=2)
    assert "The hosts have moved a deadline" in scene.reads(scene.thread)


async def test_a_schedule_opens_weeks_by_itself_and_skips_a_date(stage: Stage) -> None:
    scene = await Scene.founded(stage)
    refused = await scene.host.person.slash(stage.channel, "club skip", date="2031-01-01")
    told(refused, "schedule is off")
    ready = await scene.host.press(await scene.host.command("club setup"), "Save", hope="saved")
    told(await scene.host.press(ready, "Turn the weekly schedule on"), "every week", "The next week opens")
    first = (await scene.view()).week.deadlines.opens_at
    skipped = told(await scene.host.command("club skip", date=first.date().isoformat()), "No week opens on")
    assert "The next week opens" in skipped
    opens = (await scene.view()).week.deadlines.opens_at
    assert opens - first == timedelta(weeks=1)
    told(await scene.host.person.slash(stage.channel, "club skip", date="2031-01-01"), "no day on which")
    await stage.move_to(opens)
    assert "Nominations are open" in scene.reads(stage.channel)
    assert stage.double.pins(stage.channel) != []
    told(await scene.host.person.slash(stage.channel, "week open"), "is still being chosen", "one album at a time")
    assert "WEEK 001" in told(await scene.host.command("week show"), "Nominations are open")
    told(await scene.host.command("week show", week=2), "Planned")


async def test_moved_deadlines_are_told_in_the_thread(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    before = (await scene.view()).week.deadlines
    told(await scene.host.command("week extend", by="1 day"), "Moved", "Nominations close")
    after = (await scene.view()).week.deadlines
    assert after.nominations_close_at - before.nominations_close_at == timedelta(days=1)
    assert after.ratings_close_at - before.ratings_close_at == timedelta(days=1)
    told(await scene.host.command("week extend", by="-5h", deadline="the discussion"), "Moved")
    last = (await scene.view()).week.deadlines
    assert after.discussion_at - last.discussion_at == timedelta(hours=5)
    assert last.nominations_close_at == after.nominations_close_at
    await stage.settle()
    notices = scene.reads(scene.thread).split("The hosts have moved a deadline. From now on:")
    assert len(notices) == 3
    assert "Discussion: " in notices[-1]


async def test_a_cancelled_week_is_reopened_where_it_was(stage: Stage) -> None:
    scene, (ben, *_) = await Scene.polling(stage)
    told(await ben.command("vote", first="Slow"), "Slow")
    told(await scene.host.command("week cancel", reason="Holidays."), "Cancelled")
    await stage.settle()
    assert "A host cancelled this week: Holidays." in scene.reads(stage.channel)
    assert stage.double.pins(stage.channel) == []
    told(await ben.person.slash(stage.channel, "vote", first="Slow", week=1), "WEEK 001", "cancelled")
    told(await scene.host.command("week reopen", until="+2d"), "Reopened", "The poll is open")
    await stage.settle()
    assert buttons(scene.card()) == ["Vote", "Your part"]
    assert "The poll is open (reopened)" in scene.reads(stage.channel)
    assert "Ballots and ratings stay" in scene.reads(scene.thread)
    assert len(scene.threads()) == 1
    told(await ben.press(scene.card(), "Your part"), "Voted for 1 album")


async def test_a_closed_week_is_reopened_for_ratings(stage: Stage) -> None:
    scene, (ben, chidi, _) = await Scene.listening(stage)
    told(await ben.command("rate", score="4"), "Rated")
    await scene.advance()
    await scene.advance()
    assert "The club's score: 4 from 1 rating" in scene.reads(stage.channel)
    told(await scene.host.command("week reopen", until="+1d"), "Reopened", "Discussion and ratings")
    await stage.settle()
    told(await chidi.command("rate", score="2"), "Rated", "You can change it until")
    await scene.advance()
    assert "The club's score: 3 from 2 ratings" in scene.reads(stage.channel)
    recaps = [each for each in stage.double.channel_messages(scene.thread) if "Recap" in scene.host.person.reads(each)]
    assert "3 on average from 2 ratings" in scene.host.person.reads(recaps[-1])


async def test_a_later_week_holds_the_slot_that_reopening_would_need(stage: Stage) -> None:
    scene, _ = await Scene.listening(stage)
    await scene.host.command("week open", hope="Opened")
    await stage.settle()
    told(await scene.host.person.slash(stage.channel, "week reopen", until="+1d", week=1), "WEEK 002", "being chosen")
    assert (await scene.view(1)).week.phase == "listening"


async def test_what_was_deleted_by_hand_comes_back_with_a_resync(stage: Stage) -> None:
    scene, (ben, *_) = await Scene.polling(stage)
    card, poll = scene.card(), scene.panel(scene.thread, "Poll · ")
    for message in (card, poll):
        _deleted_by_a_moderator(stage, message)
    told(await scene.host.command("week resync"), "drawn again")
    await stage.settle()
    assert "The poll is open" in scene.reads(stage.channel)
    vote = scene.panel(scene.thread, "Poll · ")
    await ben.vote(vote, "2. ")
    await scene.wait(seconds=3)
    assert "1 ballot from" in scene.reads(stage.channel)
    answers = [await scene.host.person.slash(stage.channel, "week resync") for _ in range(3)]
    told(answers[-1], "several times just now")


async def test_a_role_the_bot_may_not_hand_out_is_told_by_exact_name(stage: Stage) -> None:
    role = stage.double.add_role(stage.guild, "Listeners")
    role["position"] = 1_000
    scene = await Scene.founded(stage, reminder_role=f"<@&{role.id}>")
    (ben,) = scene.arrive("Ben")
    told(await ben.command("reminders", role="on"), "may not hand out @Listeners", "Manage Roles", "above that one")
    stage.double.delete_role(stage.guild, role)
    told(await ben.command("reminders", role="on"), "The reminder role is gone", "/club settings")
    await scene.host.command("club settings", setting="reminder_role", value="off")
    told(await ben.command("reminders", role="on", dm="off"), "no reminder role", "No more private messages")


async def test_reminders_ask_by_role_and_by_message_and_never_at_night(stage: Stage) -> None:
    role = stage.double.add_role(stage.guild, "Listeners")
    scene = await Scene.founded(stage, reminder_role=f"<@&{role.id}>", timezone="Europe/Berlin")
    ben, chidi, dana = scene.arrive("Ben", "Chidi", "Dana")
    told(await ben.command("reminders"), "dm:on", "role:on", "Listeners")
    told(await ben.command("reminders", role="on"), "You now have @Listeners")
    told(await chidi.command("reminders", dm="on"), "private message before a deadline")
    told(await dana.command("reminders", dm="on"), "private message")
    stage.double.close_dms(dana.person.user)
    await scene.host.command("week open", hope="Opened")
    for member, words in ((ben, LOW), (dana, ASH)):
        await member.nominate(Album(words))
    await stage.run_out()
    pings = stage.double.pings(ben.person.user)
    assert {ping.via for ping in pings} == {"role"}
    assert 1 <= len(pings) <= 3
    zone = (await scene.view()).club.timezone
    hours = [ping.at.astimezone(zone).hour for ping in stage.double.state.pings]
    assert all(8 <= hour < 22 for hour in hours), hours
    words = [chidi.person.reads(each) for each in stage.double.dms(chidi.person.user)]
    assert "which album should the club hear?" in words[0]
    assert "/reminders on the server turns it off" in words[0]
    assert stage.double.dms(dana.person.user) == []
    told(await ben.command("reminders", role="off"), "no longer have @Listeners")
    told(await chidi.command("reminders", dm="off"), "No more private messages")


def _deleted_by_a_moderator(stage: Stage, message: Any) -> None:
    found = stage.double.state.any_message(message["id"])
    assert found is not None
    posting.delete(stage.double, found)
