"""One thin week, from nothing to the recap."""

from __future__ import annotations

from datetime import timedelta

from bot.rehearsal.pilot import Album, Member
from bot.rehearsal.stage import Stage
from bot.services.club import views


async def test_a_club_lives_through_one_week(stage: Stage) -> None:
    host = Member(stage.owner(), stage.channel)
    members = [Member(stage.arrives(name.lower(), name), stage.channel) for name in ("Ben", "Chidi", "Dana")]

    setup = await host.command("club setup", hope="Set up the listening club")
    await host.press(setup, "Save", hope="club")
    await host.command("week open", theme="Rain", hope="Opened")
    await stage.settle()

    for member, words in zip(members, ("Low Tides - Glass Harbour", "Ash - Slow", "Moth - Lamp"), strict=True):
        await member.nominate(Album(words))
    await stage.settle()
    thread = stage.double.threads(stage.guild)[0]
    numbers = await host.numbers(thread)
    assert sorted(numbers.values()) == [1, 2, 3]

    await host.command("week advance", hope="Done")
    await stage.settle()
    panel = await host.find(thread, "Vote")
    ben, chidi, dana = members
    await ben.vote(panel, "2. ", "3. ")
    await chidi.vote(panel, "3. ", "1. ")
    await dana.vote(panel, "2. ")
    await stage.move_to(stage.clock.now() + timedelta(days=4))

    album_thread = stage.double.threads(stage.guild)[-1]
    assert album_thread["name"] == "Slow — Ash · week 1"
    card = await host.find(stage.channel, "Rate the album")
    await ben.rate(card, "3.5", favourite="Rain", review="wet")
    await chidi.rate(card, "5.0")
    await stage.run_out()

    caller_week = stage.double.channel_messages(stage.channel)
    assert caller_week
    async with stage.tools.database.reading() as session:
        from db.queries.club import clubs, weeks

        club = await clubs.club_of_guild(session, int(stage.guild.id))
        assert club is not None
        week = (await weeks.latest_weeks(session, club.id, 1))[0]
    view = await views.view_of(stage.tools, week=week.id, now=stage.clock.now())
    assert view.week.phase == "closed"
    assert view.summary is not None
    assert view.summary.count == 2
    assert view.tally is not None
    assert view.winner is not None
    assert view.winner.album.title == "Slow"
