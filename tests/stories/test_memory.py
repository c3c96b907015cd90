"""Memory as a member meets it: silent, private, theirs to note in, to take and to let go; and a draft that waits."""

from __future__ import annotations

import json
from datetime import timedelta

from bot.rehearsal.pilot import Album
from bot.rehearsal.stage import Stage
from tests.stories.scene import ASH, buttons, label_of, preset, told
from tests.stories.test_guide import guided, pick, say
from tests.stories.test_listening import shown


async def test_what_somebody_did_with_a_track_is_theirs_alone_to_read_to_add_to_and_to_forget(stage: Stage) -> None:
    scene, (ben, chidi, _) = await guided(stage)
    await say(ben, await pick(scene, ben, "Wax"), "The bass comes late here", "1:10")
    await ben.command("rate", score="4", favourite="Wax", hope="Rat")
    track = await ben.pick("memory track", "track", "Wax")
    card = await ben.command("memory track", track=track)
    told(card, "Your memory of Wax", "You named it your favourite", "You commented on it", "Seen by you alone")
    form = await ben.press(card, "Note something", hope="About Wax")
    noted = await ben.submit(form, {"Your note": "Ask Dana for *her* bass"})
    told(noted, "Your note", "Ask Dana for *her* bass")
    told(await ben.command("memory note", track=track, text="And the drums"), "And the drums")
    # Others have their own, whatever key they send, and hosts too.
    for other in (chidi, scene.host):
        seen = await other.command("memory track", track=track)
        assert "Dana" not in told(seen, "Nothing is remembered of it yet")
    assert await chidi.person.autocomplete(scene.channel, "memory track", "track", track="") != []
    told(await ben.command("idea add", text="Bass like in Wax", track=track), "It belongs to Wax")
    exported = await ben.command("memory export")
    told(exported, "rows in 1 file")
    public = await shown(chidi.command("track story", track=track), "The story of Wax", "guide (1 comment)")
    assert "Dana" not in public.text
    again = await ben.command("memory track", track=track)
    gone = await ben.choose(again, "Delete one of your notes", label_of(again, "And the"))
    assert "And the drums" not in told(gone, "Ask Dana")
    sure = await ben.command("memory forget", track=track)
    told(await ben.press(sure, "Forget it"), "Forgotten: 4 entries")
    told(await ben.command("memory track", track=track), "Nothing is remembered of it yet")
    assert buttons(again.message)


async def test_ideas_drafts_and_days_wait_for_their_member(stage: Stage) -> None:
    scene, (ben, *_) = await guided(stage)
    track = await ben.pick("pitch draft", "track", "Wax")
    form = await ben.command("pitch draft", name="For autumn", track=track)
    sent = await ben.submit(form, {"Your pitch": "Hear the second side", "Genre": "Slowcore", "Decade": "1990s"})
    told(sent, "For autumn is kept", "Wax")
    told(await ben.command("pitch list"), "For autumn for Wax: Hear the second side")
    again = preset(await ben.command("pitch draft", name="For autumn"))
    assert (again["pitch"], again["genre"]) == ("Hear the second side", "Slowcore")
    told(await ben.command("idea add", text="A round"), "Kept")
    told(await ben.command("idea anchor", idea="A round", track=track), "It belongs to Wax now")
    told(await ben.command("idea list"), "A round → Wax")
    told(await ben.command("idea drop", idea="a round"), "gone")
    told(await ben.command("milestone add", title="Our day", day="tomorrow"), "is no day")
    day = (stage.clock.now() + timedelta(days=9)).date().isoformat()
    told(await ben.command("milestone add", title="Our day", day=day, remind="in 2 hours"), "Our day", "in private")
    told(await ben.command("milestone list"), "Our day", day)
    await scene.wait(hours=3)
    read = [ben.person.reads(one) for one in stage.double.dms(ben.person)]
    assert any("You asked to be reminded" in one and "Our day" in one for one in read)
    told(await ben.command("milestone drop", milestone="Our day"), "gone")


async def test_a_draft_fills_the_form_when_its_album_is_nominated(stage: Stage) -> None:
    scene, (ben, *_) = await guided(stage, no_repeat_winners="off", no_repeat_weeks="0")
    track = await ben.pick("pitch draft", "track", "Wax")
    form = await ben.command("pitch draft", name="Again", track=track)
    await ben.submit(form, {"Your pitch": "Hear the second side", "Genre": "Slowcore"}, hope="is kept")
    await scene.host.command("week open", hope="Opened")
    await stage.settle()
    card = await ben.propose(Album(ASH))
    opened = preset(await ben.press(card, "Pitch it", hope="Pitch your album"))
    assert (opened["pitch"], opened["genre"], opened["track"]) == ("Hear the second side", "Slowcore", ["4. Wax"])


def test_an_export_is_cut_between_its_lines() -> None:
    from cogs.library.memory import packed

    lines = [json.dumps({"n": number, "words": "ä" * 40}, ensure_ascii=False) for number in range(50)]
    parts = list(packed(lines, 1_000))
    assert len(parts) > 2
    assert all(len(part) <= 1_000 for part in parts)
    assert b"".join(parts).decode().splitlines() == lines
    assert list(packed([], 10)) == []
