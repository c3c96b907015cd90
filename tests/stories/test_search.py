"""Finding the right album: by words, links and a message's menu; picked where it is not certain, and remembered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from bot.domain.catalog import FoundTrack, Link, Service
from bot.domain.ports import AlbumSource, LinkReader
from bot.rehearsal.loopback import Answer
from bot.rehearsal.pilot import Member
from bot.rehearsal.stage import Stage
from bot.services.catalog import tracks_of
from tests.factories.held import HeldSource
from tests.factories.sources import Brief, Down, Slow, SlowPages, a_link, deezer, musicbrainz, songs
from tests.stories.scene import Scene, buttons, label_of, preset, told

PICK = "The album you mean"
SONGS = songs("Slipway", "Tar and rope", "The long pier")
GLASS = deezer(7, "Glass Harbour", "The Low Tides", 1997, tracks=SONGS, genres=("Folk",))
GLASS_GROUP = musicbrainz(7, "Glass Harbour", "The Low Tides", 1997, tracks=SONGS, country="NZ", genres=("folk",))
LAMPS = (
    deezer(21, "Lamp", "Moth", 2019, track_count=9, tracks=songs("Wick")),
    deezer(22, "Lamp", "Ines Vale", 2004, track_count=12, tracks=songs("Oil", "Wire")),
)
TRACK = "https://www.deezer.com/track/900"


def stock(stage: Stage, *sources: AlbumSource, reader: LinkReader | None = None) -> None:
    """The bot asks these sources from now on."""
    stage.app.client.tools = replace(stage.app.tools, album_sources=sources, link_reader=reader)


def shops() -> tuple[AlbumSource, ...]:
    """What a club without any key asks."""
    track = FoundTrack("Slipway", "The Low Tides", link=a_link(TRACK), album=GLASS)
    return (
        Brief(Service.MUSICBRAINZ, [GLASS_GROUP]),
        Brief(Service.DEEZER, [GLASS, *LAMPS], [track]),
    )


async def seen(member: Member, answer: Answer, ready: Callable[[str], bool]) -> str:
    """What a private message says once it says what is waited for."""
    text = ""
    for _ in range(200):
        shown = member.person.sees(answer.message)
        text = member.person.reads(shown) if shown is not None else ""
        if ready(text):
            return text
        await asyncio.sleep(0.02)
    raise AssertionError(text)


async def test_words_that_surely_mean_an_album_take_two_steps_and_fill_the_form(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    stock(stage, *shops())
    ben, chidi = scene.arrive("Ben", "Chidi")
    card = await ben.command("nominate", album="low tides - glas harbour")
    told(card, "Glass Harbour — The Low Tides (1997)", "From Deezer and MusicBrainz", "3 tracks known")
    form = await ben.press(card, "Pitch it")
    assert preset(form) == {
        "pitch": "",
        "track": [],
        "genre": "Folk",
        "decade": "1990s",
        "country": "New Zealand",
    }
    told(await ben.submit(form, {"A track to start with": "3. The long pier"}), "Nominated")
    assert len(scene.acts) == 3
    twice = await chidi.command("nominate", album="https://www.deezer.com/album/7")
    told(twice, "nominated this week already")
    await stage.settle()
    assert "The long pier" in scene.reads(scene.thread)


async def test_the_member_picks_where_several_may_be_meant_and_the_next_one_gets_it_at_once(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    stock(stage, *shops())
    ben, chidi = scene.arrive("Ben", "Chidi")
    asked = await ben.command("nominate", album="lamp")
    told(asked, "Which album is it?", "2 albums found")
    assert label_of(asked, "None of these") == "None of these: as I wrote it"
    card = await ben.person.choose(asked, PICK, label_of(asked, "Lamp — Ines Vale"))
    told(card, "Is this the album?", "Lamp — Ines Vale (2004)", "2 tracks known")
    told(await ben.press(card, "Nominate now"), "Nominated")
    assert len(scene.acts) + 1 <= 3, "the choice is one more"

    again = await chidi.command("nominate", album=" LAMP ")
    told(again, "nominated this week already", "Lamp — Ines Vale")


async def test_none_of_these_is_as_it_was_written(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    stock(stage, *shops())
    (ben,) = scene.arrive("Ben")
    asked = await ben.command("nominate", album="lamp")
    stock(stage, Brief(Service.DEEZER, LAMPS[:1]))
    card = await ben.person.choose(asked, PICK, label_of(asked, "None of these"))
    told(card, "Is this the album?", "The artist is not known")
    told(await ben.press(card, "Nominate now"), "Nominated", "lamp")
    week = await scene.view()
    assert [(one.album.title, one.album.artist) for one in week.nominations] == [("lamp", "")]


async def test_a_choice_survives_a_restart_between_the_steps(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    stock(stage, *shops())
    (ben,) = scene.arrive("Ben")
    asked = await ben.command("nominate", album="lamp")
    await stage.restart_bot()
    stock(stage, *shops())
    card = await ben.person.choose(asked, PICK, label_of(asked, "Lamp — Moth"))
    await stage.restart_bot()
    form = await ben.press(card, "Pitch it")
    assert label_of(form, "1. ") == "1. Wick"
    told(await ben.submit(form, {"Your pitch": "Bright."}), "Nominated", "Lamp — Moth (2019)")


async def test_searching_further_shows_what_comes_and_says_who_did_not_answer(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    slow = Slow(Service.LASTFM, replace(GLASS, source=Service.LASTFM, links=()), seconds=0.3)
    stock(stage, Down(Service.SPOTIFY), Brief(Service.DEEZER, [*LAMPS]), slow)
    (ben,) = scene.arrive("Ben")
    card = await ben.command("nominate", album="Moth - Lamp")
    told(card, "Lamp — Moth (2019)", "Spotify did not answer")
    further = await ben.press(card, "Search further")
    text = await seen(ben, further, lambda text: "2 albums found" in text or "1 album found" in text)
    assert "Still asking Last.fm." in text
    assert "Search further" not in buttons(ben.person.sees(further.message))
    text = await seen(ben, further, lambda text: "Still asking" not in text)
    assert "Spotify did not answer." in text
    picked = await ben.person.choose(further, PICK, label_of(further, "Lamp — Moth"))
    told(await ben.press(picked, "Nominate now"), "Nominated", "Lamp — Moth")


async def test_a_search_that_goes_on_draws_nothing_over_what_its_member_does_next(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    slow = Slow(Service.LASTFM, replace(LAMPS[1], source=Service.LASTFM), seconds=0.4)
    stock(stage, Brief(Service.DEEZER, [LAMPS[0]]), slow)
    (ben,) = scene.arrive("Ben")
    card = await ben.command("nominate", album="Moth - Lamp (2019)")
    further = await ben.press(card, "Search further")
    await seen(ben, further, lambda text: "1 album found" in text)
    picked = await ben.person.choose(further, PICK, label_of(further, "Lamp — Moth"))
    await asyncio.sleep(0.6)
    told(picked, "Is this the album?", "Lamp — Moth (2019)")


async def test_what_is_picked_in_place_of_an_album_or_a_link_is_what_is_nominated(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    stock(stage, *shops())
    (ben,) = scene.arrive("Ben")
    told(await ben.command("shelf add", album="Moth - Lamp"), "On your shelf")
    value = await ben.pick("nominate", "album", "Lamp")
    for text in (value, "https://www.deezer.com/album/21"):
        card = await ben.command("nominate", album=text)
        told(card, "Lamp — Moth (2019)")
        further = await ben.press(card, "Search further")
        await seen(ben, further, lambda text: "Which album" in text and "Still asking" not in text)
        assert "Lamp — Ines Vale (2004)" in label_of(further, "Lamp — Ines Vale")
        picked = await ben.person.choose(further, PICK, label_of(further, "Lamp — Ines Vale"))
        told(picked, "Is this the album?", "Lamp — Ines Vale (2004)")
    told(await ben.press(picked, "Nominate now"), "Nominated", "Ines Vale")
    told(await ben.command("shelf add", album="https://www.deezer.com/album/21"), "on your shelf already", "Moth")


async def test_a_search_that_is_waved_away_ends_quietly(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    stock(stage, Brief(Service.DEEZER, [LAMPS[0]]), Slow(Service.LASTFM, seconds=0.3))
    (ben,) = scene.arrive("Ben")
    further = await ben.press(await ben.command("nominate", album="Moth - Lamp"), "Search further")
    await ben.person.dismiss(further.message)
    await asyncio.sleep(0.5)
    told(await ben.command("nominate", album="Moth - Lamp"), "Lamp — Moth (2019)")


async def test_a_track_link_nominates_its_album_and_starts_with_the_track(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    stock(stage, *shops())
    (ben,) = scene.arrive("Ben")
    card = await ben.command("nominate", album=f"{TRACK}?utm_source=x&host=1")
    told(card, "Glass Harbour — The Low Tides", "Start with:", "Slipway")
    told(await ben.press(card, "Nominate now"), "Nominated")
    await stage.settle()
    assert "Slipway" in scene.reads(scene.thread)


async def test_a_short_link_is_followed_where_it_may_be_and_refused_with_a_sentence_elsewhere(stage: Stage) -> None:
    class Reader:
        async def follow(self, link: Link) -> str | None:
            return "https://www.deezer.com/album/7?utm_campaign=x"

    scene = await Scene.opened(stage)
    stock(stage, *shops())
    (ben,) = scene.arrive("Ben")
    short = "https://deezer.page.link/abcDEF1234"
    refused = await ben.command("nominate", album=short)
    told(refused, "is a short link", "paste the address of the album's page")
    form = await ben.press(refused, "Fill in a form")
    told(await ben.submit(form, {"Artist": "Moth", "Title": "Lamp", "Links": short}), "Lamp — Moth")
    stock(stage, *shops(), reader=Reader())
    told(await ben.command("nominate", album=short), "Glass Harbour — The Low Tides")


async def test_a_messages_menu_reads_words_links_and_neither(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    stock(stage, *shops())
    (ben,) = scene.arrive("Ben")

    async def menu(text: str) -> Answer:
        return await ben.menu(await ben.person.say(stage.channel, text), "Nominate this album")

    told(await menu("so good!\nhttps://www.deezer.com/album/7 <3"), "Glass Harbour — The Low Tides (1997)")
    told(await menu(f"{TRACK} has the best opener"), "Glass Harbour", "Slipway")
    told(await menu("the low tides – glass harbour"), "Glass Harbour — The Low Tides (1997)")
    told(await menu("lamp"), "Which album is it?")
    told(await menu("https://spotify.link/abc123 Moth - Lamp"), "Lamp — Moth (2019)")
    told(await menu("javascript:alert(1)"), "is no link Longplay knows")


async def test_a_page_that_is_slow_to_come_is_drawn_in_later_and_waited_for_by_whoever_nominates(stage: Stage) -> None:
    scene = await Scene.opened(stage, nominations_per_member=3)
    stock(stage, SlowPages(Service.DEEZER, [GLASS, *LAMPS]))
    ben, chidi = scene.arrive("Ben", "Chidi")

    async def waits() -> None:
        card = await ben.command("nominate", album="low tides - glass harbour")
        assert "tracks known" not in told(card, "Glass Harbour — The Low Tides (1997)")
        await seen(ben, card, lambda text: "3 tracks known" in text)
        form = await ben.press(card, "Pitch it")
        assert label_of(form, "2. ") == "2. Tar and rope"
        assert preset(form)["genre"] == "Folk"

    async def hurries() -> None:
        card = await chidi.command("nominate", album="Moth - Lamp")
        told(await chidi.press(card, "Nominate now"), "Nominated")
        await asyncio.sleep(1.0)
        assert "Nominated" in chidi.person.reads(chidi.person.sees(card.message)), "nothing is drawn over it"

    await asyncio.gather(waits(), hurries())
    (lamp,) = (await scene.view()).nominations
    assert [one.title for one in await tracks_of(stage.tools, album_id=lamp.album.id)] == ["Wick"]


async def test_a_link_alone_is_waited_for(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    stock(stage, SlowPages(Service.DEEZER, [GLASS]))
    (ben,) = scene.arrive("Ben")
    told(await ben.command("nominate", album="https://www.deezer.com/album/7"), "3 tracks known")


async def test_a_link_to_another_album_than_was_spelled_out_is_left_out(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    stock(stage, *shops())
    ben, chidi = scene.arrive("Ben", "Chidi")
    link = "https://www.deezer.com/album/7"
    card = await ben.command("nominate", album=link, title="Wick", artist="Moth")
    told(card, "Wick — Moth", "is left out")
    told(await ben.press(card, "Nominate now"), "Nominated")
    told(await chidi.command("nominate", album=link), "Glass Harbour — The Low Tides")


async def test_a_shelf_and_a_hosts_pick_ask_the_same_question(stage: Stage) -> None:
    scene = await Scene.founded(stage)
    await scene.host.command("week open", pick="host", hope="Opened")
    stock(stage, *shops())
    (ben,) = scene.arrive("Ben")
    asked = await ben.command("shelf add", album="lamp")
    told(asked, "Which album is it?")
    told(await ben.command("week pick", album="glass harbour"), "Only the club's hosts")
    pick = await scene.host.command("week pick", album="lamp", pitch="Bright.")
    told(await scene.host.person.choose(pick, PICK, label_of(pick, "Lamp — Ines Vale")), "Picked for", "Ines Vale")
    told(await ben.person.choose(asked, PICK, label_of(asked, "Lamp — Moth")), "On your shelf", "Lamp — Moth")
    told(await ben.command("shelf add", album="https://x.example/1"), "is no link Longplay knows")
    await stage.settle()
    assert "Bright." in scene.reads(scene.thread)


async def test_a_sources_text_is_shown_literally(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    loud = "**@everyone** [x](https://evil.example) \u202eabc\u200b " + "w" * 300
    odd = [deezer(number, f"{loud}{number}", "`Odd`", cover_url="javascript:alert(1)") for number in (31, 32)]
    stock(stage, HeldSource(Service.DEEZER, [*odd]))
    (ben,) = scene.arrive("Ben")
    card = await ben.command("nominate", album="https://www.deezer.com/album/31")
    told(card, "@\u200beveryone")
    assert "\u202e" not in card.text
    told(await ben.press(card, "Nominate now"), "Nominated")
    await stage.settle()
    assert stage.double.state.pings == []
