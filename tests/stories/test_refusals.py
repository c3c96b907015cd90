"""What people do wrong: each time a clear private sentence says what to do, and nothing they typed is lost."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from bot.rehearsal.loopback import Refused
from bot.rehearsal.loopback import permissions as bits
from bot.rehearsal.loopback.components import walk
from bot.rehearsal.pilot import Album
from bot.rehearsal.stage import Stage
from tests.stories.scene import ASH, LOW, MOTH, Scene, buttons, preset, told

UNSEEN = re.compile("[\u200b\u2068\u2069]")
SPOTIFY = "https://open.spotify.com/album/2Kh43m04B1UkVcpcRa1Zug"


async def test_before_there_is_a_club_commands_say_how_to_start_one(stage: Stage) -> None:
    scene = Scene(stage)
    (ben,) = scene.arrive("Ben")
    typed: list[tuple[str, dict[str, Any]]] = [
        ("nominate", {"album": LOW}), ("vote", {}), ("vote", {"first": "Slow"}), ("rate", {"score": "4"}),
        ("scores", {}), ("week show", {}), ("week open", {}), ("week plan", {"when": "mon 19:00"}),
        ("week extend", {"by": "1h"}), ("club join", {}), ("club show", {}), ("club resume", {}),
        ("club settings", {"setting": "ranks", "value": "3"}), ("reminders", {"dm": "on"}),
        ("shelf add", {"album": LOW}), ("shelf list", {}), ("nomination withdraw", {"album": "Slow"}),
    ]  # fmt: skip
    for command, options in typed:
        told(await ben.person.slash(stage.channel, command, **options), "no club yet", "/club setup")
    told(await ben.person.slash(stage.channel, "club setup"), "Only the club's hosts", "Manage Server")


async def test_a_score_off_the_grid_is_refused_and_the_form_offers_none(stage: Stage) -> None:
    scene, (ben, _, _) = await Scene.listening(stage)
    for score in ("3.3", "0", "6", "five", "NaN", "1e1", "4.25", "-4", "9" * 400):
        text = told(await ben.person.slash(stage.channel, "rate", score=score), "is no score", "half steps")
        assert "Nothing was saved" in text
    form = await ben.press(scene.card(), "Rate the album")
    with pytest.raises(Refused):
        await ben.person.submit(form, {"Your score": "3.3"})
    assert (await scene.view()).ratings == 0
    told(await ben.command("rate", score=" 3,5 "), "Rated", "3.5")


async def test_bad_ballots_are_refused_by_command(stage: Stage) -> None:
    _, (ben, chidi, _) = await Scene.polling(stage)
    vote = ben.person.slash
    told(await vote(stage.channel, "vote", first="Slow", second="Slow"), "twice", "album of its own")
    told(await vote(stage.channel, "vote", first="Glass Harbour"), "your own nomination", "Choose another album")
    told(await vote(stage.channel, "vote", first="Slow", second="Lamp", third="Slow"), "up to 2 albums")
    told(await vote(stage.channel, "vote", first="Nothing like that"), "does not stand")
    told(await vote(stage.channel, "vote", second="Nothing", first="00000000-0000-0000-0000-000000000000"), "not stand")
    told(await chidi.command("vote", first="Lamp"), "First choice: Lamp")
    told(await chidi.person.slash(stage.channel, "vote", first="Lamp", second="Lamp"), "twice")
    told(await chidi.press(await chidi.find(stage.channel, "Your part"), "Your part"), "Voted for 1 album")


async def test_a_refused_ballot_comes_back_with_what_was_chosen(stage: Stage) -> None:
    scene, (ben, _, _) = await Scene.polling(stage)
    form = await ben.press(scene.card(), "Vote")
    twice = {"First choice": "2. Slow — Ash", "Second choice": "2. Slow — Ash"}
    refused = await ben.submit(form, twice)
    told(refused, "twice", "Your text is kept")
    again = await ben.press(refused, "Edit again", hope="Your ballot")
    assert preset(again) == {"rank0-0": ["2. Slow — Ash"], "rank1-0": ["2. Slow — Ash"]}
    told(await ben.submit(again, {"Second choice": "3. Lamp — Moth"}), "First choice: Slow", "Second choice: Lamp")


async def test_a_vote_for_oneself_is_neither_offered_nor_taken(stage: Stage) -> None:
    scene, (ben, _, _) = await Scene.polling(stage)
    own = next(one for one in (await scene.view()).nominations if one.nominator == "Ben")
    form = await ben.press(scene.card(), "Vote")
    assert "Glass Harbour" not in form.text
    assert form.modal is not None
    select = next(each for each in walk(form.modal["components"]) if "options" in each)
    select["options"].append({"label": "mine", "value": str(own.id)})
    told(await ben.submit(form, {"First choice": "mine"}), "your own nomination")
    assert (await scene.view()).ballots == 0


async def test_too_late_is_told_whichever_way_it_comes(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    ben, chidi, dana = scene.arrive("Ben", "Chidi", "Dana")
    await ben.nominate(Album(LOW))
    await chidi.nominate(Album(ASH))
    kept = await dana.propose(Album(MOTH))
    pitching = await dana.press(kept, "Pitch it")
    naming = await dana.press(scene.card(), "Nominate an album")
    await scene.advance()

    told(await dana.person.slash(stage.channel, "nominate", album=MOTH), "closed", "/shelf add")
    told(await dana.press(kept, "Nominate now"), "closed")
    late = told(await dana.submit(pitching, {"Your pitch": "It glows."}), "closed", "Your text is kept")
    assert "WEEK 001" in late
    told(await dana.submit(naming, {"Which album?": MOTH}), "closed")
    assert "Nominate an album" not in buttons(scene.panel(scene.thread, "Nominations · "))

    voting = await dana.press(scene.card(), "Vote")
    changing = await ben.press(scene.card(), "Vote")
    await ben.submit(changing, {"First choice": "2. Slow — Ash"}, hope="Slow")
    ballot = await ben.command("vote", first="Slow", hope="Slow")
    await scene.advance()
    told(await dana.submit(voting, {"First choice": "2. Slow — Ash"}), "closed", "no ballot was changed")
    told(await dana.person.slash(stage.channel, "vote", first="Slow"), "The poll of WEEK 001", "closed")
    told(await dana.person.slash(stage.channel, "vote"), "The poll of WEEK 001", "closed")
    told(await ben.press(ballot, "Change"), "closed")
    told(await ben.press(ballot, "Withdraw"), "closed")
    assert (await scene.view()).ballots == 1


async def test_the_deadline_holds_even_while_the_bot_is_late(stage: Stage) -> None:
    scene, (ben, _, _) = await Scene.polling(stage)
    voting = await ben.press(scene.card(), "Vote")
    closes = (await scene.view()).week.deadlines.poll_close_at
    stage.clock.advance(to=closes + timedelta(seconds=1))
    told(await ben.submit(voting, {"First choice": "2. Slow — Ash"}), "closed")
    assert (await scene.view()).ballots == 0


async def test_a_pitch_over_the_limit_comes_back_whole(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    (ben,) = scene.arrive("Ben")
    pitch = "Rain. " * 400
    form = await ben.press(await ben.propose(Album(LOW)), "Pitch it")
    refused = await ben.submit(form, {"Your pitch": pitch, "Genre": "slowcore"})
    told(refused, "2,399 characters", "limit is 2,000", "Shorten it by 399", "Your text is kept")
    again = await ben.press(refused, "Edit again", hope="Pitch your album")
    assert preset(again)["pitch"].strip() == pitch.strip()
    assert preset(again)["genre"] == "slowcore"
    told(await ben.submit(again, {"Your pitch": pitch[:1_990]}), "Nominated", "Glass Harbour")
    edit = await ben.command("nomination edit", album="Glass", hope="Change your nomination")
    longer = await ben.submit(edit, {"Your pitch": pitch, "Decade": "1990s"})
    told(longer, "Shorten it by 399")
    assert preset(await ben.press(longer, "Edit again"))["decade"] == "1990s"


async def test_what_a_refused_command_carried_can_be_copied(stage: Stage) -> None:
    _, (ben, chidi, _) = await Scene.listening(stage)
    review = "It rains, and @everyone stays in. ```boxed``` " * 60
    refused = await ben.person.slash(stage.channel, "rate", score="3.3", review=review)
    told(refused, "is no score")
    await stage.settle()
    told(refused, "is no score")
    given = UNSEEN.sub("", "".join(ben.person.reads(each) for each in refused.followups))
    assert given.count("What you typed, to copy:") == 2
    assert "".join(given.split()).replace("Whatyoutyped,tocopy:", "") == "".join(review.split())
    assert stage.double.state.pings == []
    short = await chidi.person.slash(stage.channel, "rate", score="3.3", review="Wet.")
    await stage.settle()
    assert short.followups == []


async def test_a_name_that_fits_several_albums_asks_for_more(stage: Stage) -> None:
    scene = await Scene.opened(stage, own_vote="on", nominations_per_member=3)
    (ben,) = scene.arrive("Ben")
    for words in ("Ash - Slow", "Ash - Slow Burn", "Oak - Leaf"):
        await ben.nominate(Album(words))
    await scene.advance()
    told(await ben.person.slash(stage.channel, "vote", first="a"), "Several nominations fit", "Slow Burn", "Leaf")
    told(await ben.command("vote", first="slow", second="burn"), "First choice: Slow — Ash", "Second choice: Slow Burn")


async def test_texts_that_do_not_fit_are_given_back(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    (ben,) = scene.arrive("Ben")
    form = await ben.press(await ben.propose(Album(LOW)), "Pitch it")
    refused = await ben.submit(form, {"Your pitch": "Mist.", "Decade": "long ago"})
    told(refused, "“long ago” is no year", "1990s")
    assert preset(await ben.press(refused, "Edit again"))["pitch"] == "Mist."
    told(await ben.person.slash(stage.channel, "nominate", album=LOW, year="soon"), "“soon” is no year")
    told(await ben.person.slash(stage.channel, "nominate", album="x" * 6_000), "limit is 500")
    told(await scene.host.command("week theme", theme="x" * 300), "theme has 300 characters", "limit is 200")
    told(await scene.host.command("week cancel", reason="x" * 600), "reason has 600 characters")
    assert (await scene.view()).week.is_open


async def test_links_that_tell_no_album_are_refused_or_asked_about(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    (ben,) = scene.arrive("Ben")
    for text in (
        "https://example.com/album/1",
        "https://",
        "   ",
        "\u200b",
        "https://open.spotify.com/artist/2Kh43m04",
    ):
        answer = await ben.person.slash(stage.channel, "nominate", album=text)
        told(answer)
        assert "Fill in a form" in buttons(answer.message), answer.text
    asked = await ben.person.slash(stage.channel, "nominate", album=SPOTIFY)
    told(asked, "The link is fine", "artist and the title")
    form = await ben.press(asked, "Fill in a form", hope="Which album is it?")
    understood = await ben.submit(form, {"Artist": "Slow Meadow", "Title": "Quarter Light", "Year": "1999"})
    told(understood, "Quarter Light — Slow Meadow (1999)", "From Spotify")
    told(await ben.press(understood, "Nominate now"), "Nominated")
    await stage.settle()
    assert SPOTIFY in scene.reads(scene.thread)


async def test_a_form_that_asks_for_the_album_gives_its_text_back(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    (ben,) = scene.arrive("Ben")
    form = await ben.press(scene.card(), "Nominate an album")
    asked = await ben.submit(form, {"Which album?": "https://example.com/nothing"})
    told(asked, "no link Longplay knows", "Artist - Album")
    pieces = await ben.press(asked, "Fill in a form")
    refused = await ben.submit(pieces, {"Artist": "Moth", "Title": "Lamp", "Year": "MCMXC", "Track list": "1. One"})
    told(refused, "is no year", "Your text is kept")
    again = preset(await ben.press(refused, "Edit again"))
    assert (again["artist"], again["title"], again["year"], again["tracks"]) == ("Moth", "Lamp", "MCMXC", "1. One")


async def test_an_album_is_nominated_once(stage: Stage) -> None:
    scene = await Scene.opened(stage, nominations_per_member=2)
    ben, chidi = scene.arrive("Ben", "Chidi")
    await ben.nominate(Album(LOW))
    own = await ben.person.slash(stage.channel, "nominate", album="low tides – GLASS HARBOUR")
    told(own, "You have nominated", "already")
    assert buttons(own.message) == ["Edit"]
    await ben.press(own, "Edit", hope="Change your nomination")
    other = await chidi.person.slash(stage.channel, "nominate", album=LOW)
    told(other, "is nominated this week already", "second it")
    assert buttons(other.message) == ["Second it"]
    told(await chidi.press(other, "Second it"), "You second Glass Harbour")
    told(await chidi.press(other, "Second it"), "You second Glass Harbour")
    await stage.settle()
    assert "seconded by 1 member" in scene.reads(scene.thread)
    told(await ben.command("nomination second", album="Glass"), "You have nominated")


async def test_two_who_pitch_the_same_album_at_once_get_one_nomination(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    ben, chidi = scene.arrive("Ben", "Chidi")
    first, second = await ben.propose(Album(LOW)), await chidi.propose(Album(LOW))
    form = await chidi.press(second, "Pitch it")
    told(await ben.press(first, "Nominate now"), "Nominated")
    refused = await chidi.submit(form, {"Your pitch": "Mine too."})
    told(refused, "is nominated this week already")
    assert buttons(refused.message) == ["Second it", "Edit again"]


async def test_nominations_are_counted_and_repeats_rest(stage: Stage) -> None:
    scene, (ben, chidi, dana) = await Scene.listening(stage)
    await scene.host.command("week open", hope="Opened")
    told(await ben.person.slash(stage.channel, "nominate", album=ASH), "won WEEK 001", "does not repeat its winners")
    told(await ben.person.slash(stage.channel, "nominate", album=MOTH), "was nominated in WEEK 001", "8 weeks")
    await ben.nominate(Album("Oak - Leaf"))
    full = await ben.person.slash(stage.channel, "nominate", album="Elm - Bark")
    told(full, "one nomination a week", "Leaf — Oak", "/nomination withdraw", "/shelf add")
    told(await ben.command("nomination withdraw", album="Leaf"), "Withdrawn: Leaf — Oak")
    told(await ben.nominate(Album("Elm - Bark")), "Nominated")
    told(await chidi.person.slash(stage.channel, "nomination withdraw", album="Bark"), "does not stand")
    told(await dana.person.slash(stage.channel, "nomination edit", album="Bark"), "does not stand")


async def test_times_in_the_past_are_refused(stage: Stage) -> None:
    scene = await Scene.founded(stage)
    host = scene.host.person
    told(await host.slash(stage.channel, "week open", closes="2020-01-01 19:00"), "has passed", "still to come")
    told(await host.slash(stage.channel, "week plan", when="yesterday"), "could not be read as a time", "wed 19:00")
    told(await host.slash(stage.channel, "week plan", when="2021-02-03"), "has passed")
    told(await host.slash(stage.channel, "club pause", until="2021-02-03"), "has passed")
    told(await host.slash(stage.channel, "club skip", date="2021-02-03"), "2021-02-03")
    await scene.host.command("week open", hope="Opened")
    told(await host.slash(stage.channel, "week extend", to="2021-02-03"), "has passed")
    told(await host.slash(stage.channel, "week extend", by="-200h"), "has passed")
    told(await host.slash(stage.channel, "week extend", by="soon"), "could not be read")
    told(await host.slash(stage.channel, "week extend", deadline="ratings close", to="+1h"), "before what it follows")
    told(await host.slash(stage.channel, "week reopen", until="+1h"), "nothing that could be taken back")
    await scene.host.command("week cancel", hope="Cancelled")
    told(await host.slash(stage.channel, "week reopen", until="2021-02-03"), "has passed")
    told(await host.slash(stage.channel, "week extend", by="1h"), "No week fits")
    told(await host.slash(stage.channel, "week extend", by="1h", week=1), "WEEK 001", "cancelled")


async def test_a_channel_the_bot_cannot_write_in_is_refused_by_exact_names(stage: Stage) -> None:
    scene = Scene(stage)
    mute = stage.double.add_channel(stage.guild, "announcements")
    stage.double.overwrite(mute, stage.double.bot_role(stage.guild), deny=bits.SEND_MESSAGES | bits.PIN_MESSAGES)
    await stage.settle()
    refused = await scene.host.command("club setup", channel=mute)
    told(refused, "announcements", "Send Messages", "Pin Messages", "try again")
    assert "View Channel" not in refused.text
    hidden = stage.double.add_channel(stage.guild, "secret")
    stage.double.overwrite(hidden, stage.double.bot_role(stage.guild), deny=bits.VIEW_CHANNEL)
    await stage.settle()
    told(await scene.host.command("club setup", channel=hidden), "View Channel")
    proposal = await scene.host.command("club setup", hope="Set up")
    stage.double.overwrite(stage.channel, stage.double.bot_role(stage.guild), deny=bits.SEND_MESSAGES_IN_THREADS)
    await stage.settle()
    told(await scene.host.press(proposal, "Save"), "Send Messages in Threads")
    told(await scene.host.command("club show"), "no club yet")


async def test_a_channel_without_threads_is_no_place_for_a_club(stage: Stage) -> None:
    scene = Scene(stage)
    voice = stage.double.add_channel(stage.guild, "lounge", 2)
    await stage.settle()
    told(await scene.host.person.slash(voice, "club setup"), "#lounge", "a text channel of this server")
    await scene.host.press(await scene.host.command("club setup"), "Save", hope="ready")
    change = scene.host.person.slash
    told(await change(stage.channel, "club settings", setting="channel", value=f"<#{voice.id}>"), "a text channel")


async def test_a_shelf_holds_an_album_once(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    ben, chidi = scene.arrive("Ben", "Chidi")
    told(await ben.command("shelf add", album=MOTH), "On your shelf: Lamp — Moth")
    told(await ben.person.slash(stage.channel, "shelf add", album=MOTH), "is on your shelf already")
    told(await chidi.command("shelf list"), "Your shelf is empty")
    told(await chidi.person.slash(stage.channel, "shelf remove", album="Lamp"), "is not on your shelf")
    value = await ben.pick("nominate", "album", "Lamp")
    told(await ben.press(await ben.command("nominate", album=value), "Nominate now"), "Nominated", "Lamp — Moth")
    told(await ben.command("shelf remove", album="Lamp"), "Off your shelf: Lamp — Moth")
    told(await ben.command("shelf list"), "Your shelf is empty")


async def test_settings_that_do_not_fit_say_what_does(stage: Stage) -> None:
    scene = await Scene.founded(stage)
    change = scene.host.person.slash
    for setting, value, words in (
        ("ranks", "9", "1 to 5"), ("ranks", "²", "1 to 5"), ("method", "coin", "points, runoff, schulze, approval"),
        ("anonymous", "maybe", "on, off"), ("layout", "three", "two, one, per_phase"), ("schedule", "later", "on, off"),
        ("timezone", "Mars/Olympus", "Europe/Berlin"), ("host_role", "the mods", "host_role"),
        ("channel", "somewhere", "channel"), ("no_repeat_weeks", "9" * 5_000, "0 to 520"),
    ):  # fmt: skip
        told(await change(stage.channel, "club settings", setting=setting, value=value), words, "Nothing was changed")
    told(await change(stage.channel, "club setup", timezone="Mars/Olympus"), "Mars/Olympus", "Europe/Berlin")
    told(await change(stage.channel, "club schedule", opens="noon-ish"), "could not be read")
    told(await change(stage.channel, "club schedule", every=0), "does not work")
    told(await change(stage.channel, "club schedule", opens="mon 19:00", poll="mon 19:10"), "at least an hour")
    told(await change(stage.channel, "club skip", date="2027-01-04"), "schedule is off")


async def test_when_two_weeks_fit_the_command_asks_which(stage: Stage) -> None:
    scene, (ben, chidi, _) = await Scene.listening(stage)
    await scene.host.command("week open", hope="Opened")
    for member, words in ((ben, "Oak - Leaf"), (chidi, "Elm - Bark")):
        await member.nominate(Album(words))
    await scene.advance(2)
    await chidi.command("vote", first="Leaf", hope="Leaf")
    await scene.advance(2)
    told(await ben.person.slash(stage.channel, "rate", score="4"), "Several weeks fit", "week:1", "week:2")
    told(await ben.person.slash(stage.channel, "rate", score="4", week=2), "Rated", "Leaf — Oak")
    album = next(each for each in scene.threads() if each["name"].startswith("Slow"))
    told(await ben.person.slash(album, "rate", score="2"), "Rated", "Slow — Ash")
    told(await ben.person.slash(stage.channel, "rate", score="4", week=77), "No week fits")
    told(await ben.person.slash(stage.channel, "week show", week=-1), "No week fits")
    told(await scene.host.person.slash(stage.channel, "week advance"), "Several weeks fit")
    told(await ben.person.slash(stage.channel, "vote", first="Leaf", week=1), "closed")
