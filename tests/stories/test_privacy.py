"""What nobody is told: who voted for what, who nominated while that is hidden, scores before one's own."""

from __future__ import annotations

from datetime import timedelta

from bot.rehearsal.loopback import Answer
from bot.rehearsal.pilot import Album, Member
from bot.rehearsal.stage import Stage
from tests.stories.scene import ASH, LOW, MOTH, Scene, label_of, told


def public(scene: Scene) -> str:
    """All that everybody reads."""
    return "\n".join(scene.reads(place) for place in (scene.channel, *scene.threads()))


async def offered(member: Member, command: str, option: str) -> str:
    """What an option offers, in a line each."""
    shown = await member.person.autocomplete(member.where, command, option, **{option: ""})
    return "\n".join(each["name"] for each in shown)


def options(form: Answer) -> str:
    """Everything that stands in a form, its options too."""
    return str(form.modal)


async def test_nominators_stay_hidden_until_the_poll_closes(stage: Stage) -> None:
    scene = await Scene.opened(stage, anonymous="on")
    ben, chidi, dana = scene.arrive("Ben", "Chidi", "Dana")
    for member, words in ((ben, LOW), (chidi, ASH)):
        await member.nominate(Album(words))
    other = await dana.person.slash(stage.channel, "nominate", album=LOW)
    told(await dana.press(other, "Second it"), "You second")
    await stage.settle()
    seen = [
        public(scene),
        other.text,
        await offered(dana, "nomination second", "album"),
        await offered(dana, "vote", "first"),
        told(await scene.host.command("week summary"), "Nominations: 2"),
        told(await scene.host.command("week show"), "2 albums nominated"),
    ]
    removed = await scene.host.command("nomination remove", album="Slow", hope="Removed")
    told(await chidi.nominate(Album(MOTH)), "Nominated")
    await scene.advance()
    form = await dana.press(scene.card(), "Vote")
    seen += [removed.text, options(form), public(scene), (await scene.host.command("week summary")).text]
    for text in seen:
        assert "Ben" not in text
        assert "Chidi" not in text
    told(await ben.press(scene.card(), "Your part"), "Nominated Glass Harbour")
    told(await dana.submit(form, {"First choice": label_of(form, "1. ")}), "Glass Harbour")
    await scene.advance()
    shown = scene.reads(scene.threads()[0])
    assert "here is who nominated what" in shown
    assert "Glass Harbour — Low Tides: Ben" in shown
    assert "Lamp — Moth: Chidi" in shown
    assert "Nominated by Ben" in scene.reads(stage.channel)


async def test_ballots_are_shown_to_nobody(stage: Stage) -> None:
    scene, (ben, chidi, _) = await Scene.polling(stage)
    told(await ben.command("vote", first="Lamp"), "Lamp")
    await scene.wait(seconds=3)
    assert "1 ballot from" in public(scene)
    summary = told(await scene.host.command("week summary"), "Ballots: 1 ballot")
    assert "Ben" not in summary
    assert "Voted" not in told(await chidi.press(scene.card(), "Your part"))
    stage.double.calls.clear()
    await scene.advance()
    written = [str(call.body) for call in stage.double.calls if call.method in ("POST", "PATCH")]
    assert not any("Ben" in body and "Lamp" in body and "vot" in body.split("Ben")[-1][:40] for body in written)
    assert "Points decide: Lamp has 2 points" in public(scene)


async def test_scores_show_only_to_those_who_have_rated(stage: Stage) -> None:
    scene, (ben, chidi, _) = await Scene.listening(stage)
    told(await ben.command("rate", score="4.5", review="Slow and good."), "Rated")
    await stage.settle()
    assert "4.5" not in public(scene)
    assert "1 has rated it" in public(scene)
    for answer in (
        await chidi.person.slash(stage.channel, "scores"),
        await chidi.press(scene.card(), "Scores"),
        await scene.host.press(scene.card(), "Scores"),
    ):
        assert "4.5" not in told(answer, "once you have rated the album yourself")
    assert "4.5" not in told(await scene.host.command("week summary"), "rated: 1")
    part = told(await ben.press(scene.card(), "Your part"), "Heard it", "Rated it 4.5")
    assert "Left" not in part
    rated = await chidi.command("rate", score="2", hope="Rated")
    told(await chidi.press(rated, "Scores"), "4.5 Ben", "2.0 Chidi", "3.25 on average", "Slow and good.")
    told(await chidi.command("rate", score="3"), "Rating changed")
    await scene.advance()
    await scene.advance()
    told(await scene.host.command("scores", week=1), "4.5 Ben", "3.0 Chidi")
    assert "3.75 on average from 2 ratings" in public(scene)


async def test_late_ratings_stand_beside_the_official_ones(stage: Stage) -> None:
    scene, (ben, chidi, _) = await Scene.listening(stage)
    told(await ben.command("rate", score="4"), "Rated")
    await scene.advance()
    await scene.advance()
    told(await chidi.command("rate", score="1"), "Rated", "beside the official average")
    told(await ben.person.slash(stage.channel, "rate", score="1", week=1), "WEEK 001", "is closed")
    told(await chidi.command("rate", score="2", week=1), "Rating changed", "beside")
    await stage.settle()
    shown = public(scene)
    assert "4 on average from 1 rating" in shown
    assert "1 late rating beside it" in shown


async def test_who_leaves_the_server_becomes_a_former_member(stage: Stage) -> None:
    scene, (ben, chidi, dana) = await Scene.listening(stage)
    told(await ben.command("rate", score="4", review="Bye."), "Rated")
    told(await chidi.command("rate", score="3"), "Rated")
    turnout = (await scene.view()).turnout_of
    stage.double.leave(stage.guild, ben.person.user)
    stage.clock.advance(by=timedelta(days=2))
    await stage.app.upkeep()
    assert (await scene.view()).turnout_of == turnout - 1
    told(await scene.host.command("week resync"), "drawn again")
    await stage.settle()
    assert "Nominated by former member" in scene.reads(scene.threads()[0])
    told(await chidi.command("scores"), "4.0 former member")
    stage.double.join(stage.guild, ben.person.user)
    told(await ben.command("club join"), "You are in the club")
    told(await dana.command("rate", score="2"), "Rated")
    told(await dana.command("scores"), "4.0 Ben")


async def test_leaving_the_club_takes_a_name_off_its_lists(stage: Stage) -> None:
    scene, (ben, _, dana) = await Scene.polling(stage)
    told(await dana.command("reminders", dm="on"), "private message")
    turnout = (await scene.view()).turnout_of
    told(await dana.command("club leave"), "no longer count in its turnout")
    assert (await scene.view()).turnout_of == turnout - 1
    form = await ben.press(scene.card(), "Vote")
    assert "Nominated by former member" in options(form)
    told(await dana.press(scene.card(), "Your part"), "Nominated Lamp")
    assert (await scene.view()).turnout_of == turnout - 1
    told(await dana.command("vote", first="Slow"), "Slow")
    assert (await scene.view()).turnout_of == turnout


async def test_who_removed_album_is_voted_for_is_told_alone(stage: Stage) -> None:
    scene, (ben, chidi, dana) = await Scene.polling(stage)
    told(await ben.command("vote", first="Lamp", second="Slow"), "Lamp")
    told(await chidi.command("vote", first="Glass"), "Glass")
    told(await scene.host.command("nomination remove", album="Lamp"), "Removed: Lamp")
    await stage.settle()
    (words,) = [ben.person.reads(each) for each in stage.double.dms(ben.person.user)]
    assert "a host removed Lamp — Moth, which your ballot named" in words
    assert "vote again" in words
    assert stage.double.dms(chidi.person.user) == []
    assert stage.double.dms(dana.person.user) == []
    told(await ben.command("vote", first="Slow"), "First choice: Slow")
    assert "3. Lamp — Moth removed" in public(scene)
    assert "Removed by a host" in public(scene)
    told(await scene.host.person.slash(stage.channel, "nomination remove", album="Lamp"), "does not stand")
