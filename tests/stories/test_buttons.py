"""Buttons, menus and forms of any age: pressed late, twice, at once, or from a message nobody draws any more."""

from __future__ import annotations

import asyncio

from bot.rehearsal.loopback.components import walk
from bot.rehearsal.pilot import Album
from bot.rehearsal.stage import Stage
from cogs.club import actions
from tests.stories.scene import ASH, LOW, MOTH, Scene, buttons, forge, preset, told

SPOTIFY = "https://open.spotify.com/album/2Kh43m04B1UkVcpcRa1Zug"


async def test_everything_on_screen_works_after_a_restart(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    ben, chidi, dana = scene.arrive("Ben", "Chidi", "Dana")
    card = scene.card()
    naming = await ben.press(card, "Nominate an album")
    understood = await chidi.propose(Album(ASH))
    pitching = await dana.press(await dana.propose(Album(MOTH)), "Pitch it")
    summary = await scene.host.command("week summary", hope="Summary")
    await stage.restart_bot()

    told(await ben.press(await ben.submit(naming, {"Which album?": LOW}), "Nominate now"), "Nominated")
    told(await chidi.press(understood, "Nominate now"), "Nominated")
    told(await dana.submit(pitching, {"Your pitch": "It glows."}), "Nominated")
    told(await ben.press(card, "Your part"), "Nominated Glass Harbour")
    told(await scene.host.press(summary, "Close nominations now"), "The poll is open")
    await stage.settle()

    voting = await ben.press(card, "Vote")
    await stage.restart_bot()
    ballot = await ben.submit(voting, {"First choice": "3. Lamp — Moth"})
    told(ballot, "First choice: Lamp")
    await stage.restart_bot()
    told(await ben.press(ballot, "Withdraw"), "withdrawn")
    assert (await scene.view()).ballots == 0


async def test_a_refused_form_is_given_back_after_a_restart_too(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    (ben,) = scene.arrive("Ben")
    form = await ben.press(await ben.propose(Album(LOW)), "Pitch it")
    refused = await ben.submit(form, {"Your pitch": "x" * 2_001})
    await stage.restart_bot()
    again = await ben.press(refused, "Edit again", hope="Pitch your album")
    assert preset(again)["pitch"] == "x" * 2_001
    await scene.wait(hours=25)
    told(await ben.press(refused, "Edit again"), "The kept text is gone", "Start again")
    gone = await ben.submit(again, {"Your pitch": "A pitch that took a while to write, and is not lost. " * 2})
    told(gone, "The kept text is gone")
    await stage.settle()
    assert "What you typed, to copy:" in ben.person.reads(gone.followups[-1])
    assert "took a while to write" in ben.person.reads(gone.followups[-1])


async def test_panels_lose_their_buttons_when_their_phase_ends(stage: Stage) -> None:
    scene, (ben, *_) = await Scene.polling(stage)
    choosing = scene.threads()[0]
    assert buttons(scene.panel(choosing, "Nominations · ")) == []
    assert buttons(scene.panel(choosing, "Poll · ")) == ["Vote", "Your part"]
    assert buttons(scene.card()) == ["Vote", "Your part"]
    await ben.command("vote", first="Slow")
    await scene.advance()
    assert buttons(scene.panel(choosing, "Poll · ")) == []
    await scene.advance()
    album = scene.thread
    assert "Rate the album" in buttons(scene.panel(album, "Discussion"))
    await scene.advance()
    own = [*stage.double.channel_messages(choosing), *stage.double.channel_messages(album)]
    left = {label for message in [*own, *stage.double.channel_messages(stage.channel)] for label in buttons(message)}
    assert left <= {"Pairwise table", "Listen"}
    assert stage.double.pins(stage.channel) == []
    winner = scene.panel(stage.channel, "How it was chosen")
    told(await ben.press(winner, "Pairwise table"), "Slow against")


async def test_a_button_that_comes_too_late_says_what_to_do(stage: Stage) -> None:
    scene, (ben, chidi, _) = await Scene.listening(stage)
    week = (await scene.view()).week
    card = scene.card()
    for action, words in (
        (actions.NOMINATE, "Nominations of WEEK 001"),
        (actions.VOTE, "The poll of WEEK 001"),
        (actions.SAVE_BALLOT, "The poll of WEEK 001"),
        (actions.WITHDRAW_BALLOT, "The poll of WEEK 001"),
    ):
        told(await ben.press(card, forge(stage, card, action.custom_id(week.id))), words, "closed")
    form = await ben.press(card, forge(stage, card, actions.RATE.custom_id(week.id)), hope="Rate the album")
    rated = await chidi.command("rate", score="4", hope="Rated")
    await scene.host.command("week cancel", reason="A mistake.")
    await stage.settle()
    told(await ben.submit(form, {"Your score": "2.0"}), "no album to rate")
    told(await chidi.press(rated, "Change"), "no album to rate")
    told(await chidi.press(rated, "Scores"), "no album to rate")
    told(await chidi.press(rated, forge(stage, rated.message, actions.HEARD.custom_id(week.id))), "no album to rate")


async def test_ids_of_other_versions_and_nonsense_are_answered(stage: Stage) -> None:
    scene, (ben, *_) = await Scene.polling(stage)
    week = (await scene.view()).week.id
    kept = await ben.command("shelf add", album="Oak - Leaf")
    told(kept, "On your shelf")
    card = scene.card()
    before = await scene.view()
    for custom_id in (
        "0:vote:whatever", "2:vote:aaaaaaaaaaaaaaaaaaaaaaaaaa", "1:no-such-thing:-", "1:vote:-",
        "1:pitch-track:-:zz",
        actions.CHOOSE_RANK.custom_id(week, "9.0.1-2"), actions.CHOOSE_RANK.custom_id(week, "x"),
        actions.PAGE_BALLOT.custom_id(week, "x.y"), actions.SAVE_BALLOT.custom_id(week, "no"),
        actions.ADVANCE.custom_id(week, "sideways"), actions.SAVE_CLUB.custom_id(None, "nonsense"),
        actions.SETUP_ZONE.custom_id(None, "nonsense"),
    ):  # fmt: skip
        answer = await ben.press(card, forge(stage, card, custom_id))
        told(answer, "panel" if "version" in answer.text else "ended", "/week show")
    for action in (actions.PITCH, actions.NOMINATE_NOW, actions.NOT_IT, actions.FILL_IN, actions.TRACK_PAGE):
        told(await ben.press(card, forge(stage, card, action.custom_id(week))), "gone", "Start again")
    told(await ben.press(card, forge(stage, card, "1:vote:aaaaaaaaaaaaaaaaaaaaaaaaaa")), "No week fits")
    told(await ben.press(card, forge(stage, card, "1:second:aaaaaaaaaaaaaaaaaaaaaaaaaa")), "does not stand")
    assert await scene.view() == before


async def test_forged_choices_of_a_form_are_refused(stage: Stage) -> None:
    scene, (ben, *_) = await Scene.polling(stage)
    for value, words in (("mine", "another version"), ("00000000-0000-0000-0000-000000000000", "does not stand")):
        form = await ben.press(scene.card(), "Vote")
        assert form.modal is not None
        select = next(each for each in walk(form.modal["components"]) if "options" in each)
        select["options"].append({"label": "forged", "value": value})
        told(await ben.submit(form, {"First choice": "forged"}), words)
    form = await ben.press(scene.card(), "Vote")
    assert form.modal is not None
    form.modal["custom_id"] = form.modal["custom_id"].replace("1f:", "7f:")
    told(await ben.submit(form, {"First choice": "2. Slow — Ash"}), "another version")
    assert (await scene.view()).ballots == 0


async def test_ten_ballots_at_once_leave_one(stage: Stage) -> None:
    scene, (ben, *_) = await Scene.polling(stage)
    forms = [await ben.press(scene.card(), "Vote") for _ in range(10)]
    choices = ["2. Slow — Ash", "3. Lamp — Moth"]
    answers = await asyncio.gather(
        *(ben.submit(form, {"First choice": choices[place % 2]}) for place, form in enumerate(forms))
    )
    for answer in answers:
        told(answer, "First choice")
    await scene.wait(seconds=3)
    assert (await scene.view()).ballots == 1
    assert "1 ballot from" in scene.reads(stage.channel)
    told(await ben.press(scene.card(), "Your part"), "Voted for 1 album")


async def test_ten_clicks_on_nominate_make_one_nomination(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    (ben,) = scene.arrive("Ben")
    kept = await ben.propose(Album(LOW))
    answers = await asyncio.gather(*(ben.person.press(kept, "Nominate now") for _ in range(5)))
    assert all("went wrong" not in answer.text for answer in answers)
    await stage.settle()
    assert len((await scene.view()).nominations) == 1
    assert scene.reads(scene.thread).count("Nomination 1 of") == 1


async def test_a_message_menu_nominates(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    ben, chidi, dana = scene.arrive("Ben", "Chidi", "Dana")
    menu = "Nominate this album"
    message = await dana.person.say(stage.channel, f"you *must* hear this\nSlow Meadow - Quarter Light {SPOTIFY}")
    understood = await ben.menu(message, menu)
    told(understood, "Is this the album?", "Quarter Light — Slow Meadow", "From Spotify")
    told(await ben.press(understood, "Nominate now"), "Nominated")
    bare = await dana.person.say(stage.channel, SPOTIFY.replace("Zug", "Zuh"))
    asked = await chidi.menu(bare, menu)
    told(asked, "its title cannot be read")
    form = await chidi.press(asked, "Fill in a form")
    understood = await chidi.submit(form, {"Artist": "Low Tides", "Title": "Glass Harbour"})
    told(await chidi.press(understood, "Nominate now"), "Glass Harbour")
    for silent in (await dana.person.say(stage.channel, "\u200b!"), scene.card()):
        answer = await dana.menu(silent, menu)
        told(answer)
    await stage.settle()
    assert [one.nominator for one in (await scene.view()).nominations] == ["Ben", "Chidi"]


async def test_not_it_lets_a_member_say_what_they_meant(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    (ben,) = scene.arrive("Ben")
    card = await ben.propose(Album("Moth - Lamp"))
    form = await ben.press(card, "Not it?", hope="Which album is it?")
    tracks = "\n".join(f"{place}. Song {place} 3:{place:02}" for place in range(1, 31))
    told(
        await ben.submit(form, {
            "Artist": "Lamp", "Title": "Moth", "Year": "2003",
            "Links": f"{SPOTIFY}\nhttps://covers.example/moth.png", "Track list": tracks,
        }),
        "Moth — Lamp (2003)", "30 tracks known",
    )  # fmt: skip
    refined = stage.double.private_answers(ben.person.user)[-1]
    assert "Cover of Moth by Lamp" in ben.person.reads(refined)
    await ben.press(refined, "Later tracks")
    select = "The track to start with (26–30 of 30)"
    assert select in ben.person.reads(refined)
    await ben.person.choose(refined, select, "27. Song 27")
    assert "Start with: Song 27" in ben.person.reads(refined)
    form = await ben.press(refined, "Pitch it", hope="Pitch your album")
    assert preset(form)["pitch_track"] == "Song 27"
    assert preset(form)["decade"] == "2000s"
    told(await ben.submit(form, {"Your pitch": "Mothy.", "Country": "Japan"}), "Nominated")
    await stage.settle()
    shown = scene.reads(scene.thread)
    assert "Start with: Song 27" in shown
    assert "2000s · Japan" in shown
    assert "[picture" not in shown, "public cards show covers that the bot keeps; this one has no way to the web"
