"""How an album wins: by every method a club can choose, by the draw, by the hosts; and how the card explains it."""

from __future__ import annotations

import re
from hashlib import sha256

import pytest

from bot.rehearsal.pilot import Album, Member
from bot.rehearsal.stage import Stage
from tests.stories.scene import ASH, LOW, MOTH, Scene, buttons, label_of, preset, told

BALLOTS = (("Slow",), ("Lamp",), ("Glass", "Slow"), ("Slow", "Lamp"), ("Lamp", "Glass"))
"""What five people vote for, best first: the two that lead in first places are level."""


async def vote_all(scene: Scene, voters: list[Member]) -> None:
    for member, choices in zip(voters, BALLOTS, strict=True):
        ranks = dict(zip(("first", "second"), choices, strict=False))
        told(await member.command("vote", **ranks), "Your ballot")


@pytest.mark.parametrize(
    ("method", "how", "reason"),
    [
        ("points", "Points: first choice 2, second choice 1", "Head-to-head decides: Slow wins 1 of 1 duels"),
        ("runoff", "instant runoff", "The runoff decides: Slow wins after 2 rounds with 3 ballots"),
        ("schulze", "every album is compared", "Schulze decides: along the strongest paths no album beats Slow"),
    ],
)
async def test_a_ranked_method_decides_and_is_explained(stage: Stage, method: str, how: str, reason: str) -> None:
    scene, (ben, chidi, dana) = await Scene.polling(stage, method=method)
    eve, finn = scene.arrive("Eve", "Finn")
    assert how in scene.reads(scene.thread)
    await vote_all(scene, [ben, chidi, dana, eve, finn])
    assert "Slow" not in scene.reads(stage.channel), "no count before the close"
    await scene.advance()
    shown = scene.reads(stage.channel)
    assert "Winner · WEEK 001" in shown
    assert "Slow — Ash" in shown
    assert reason in shown
    assert "5 ballots from" in shown
    table = told(await eve.press(scene.panel(stage.channel, "How it was chosen"), "Pairwise table"), "Slow against")
    assert "3:2 Lamp" in table


async def test_approval_takes_any_number_and_counts_votes(stage: Stage) -> None:
    scene, (ben, chidi, dana) = await Scene.polling(stage, method="approval", own_vote="on")
    panel = scene.panel(scene.thread, "Poll · ")
    form = await ben.press(panel, "Vote", hope="Albums you would gladly hear")
    every = [label_of(form, f"{number}. ") for number in (1, 2, 3)]
    told(await ben.submit(form, {"Albums you would gladly hear": every}), "Glass Harbour", "Slow", "Lamp")
    told(await chidi.command("vote", first="Lamp", second="Slow"), "Lamp — Moth")
    told(await dana.command("vote", first="Lamp"), "Lamp — Moth")
    again = await ben.press(panel, "Vote", hope="Your ballot")
    assert preset(again) == {"rank0-0": every}
    await scene.advance()
    assert "Approval decides: Lamp has 3 votes" in scene.reads(stage.channel)
    assert "2. Slow: 2 votes" in scene.reads(stage.channel)


async def test_one_ballot_names_up_to_five(stage: Stage) -> None:
    scene, (ben, *_) = await Scene.polling(stage, ranks=5, own_vote="on")
    told(await ben.command("vote", first="Lamp", second="Slow", third="Glass"), "Third choice: Glass Harbour")
    await scene.advance()
    assert "Points decide: Lamp has 5 points" in scene.reads(stage.channel)


async def test_a_tie_goes_down_the_ladder_to_a_draw_that_anybody_can_repeat(stage: Stage) -> None:
    scene, (ben, chidi, _) = await Scene.polling(stage)
    await ben.command("vote", first="Slow", hope="Slow")
    await chidi.command("vote", first="Glass", hope="Glass")
    await scene.advance()
    shown = scene.reads(stage.channel)
    for words in ("Points: ", "tie with 2 points", "First places: still level", "Head-to-head: still level"):
        assert words in shown
    found = re.search(r"the nominations' numbers \((?P<numbers>[\d, ]+)\) and the seed (?P<seed>[0-9a-f]{64})", shown)
    assert found is not None, shown
    numbers = found["numbers"].split(", ")
    drawn = min(numbers, key=lambda number: sha256(f"{found['seed']}:{number}".encode()).hexdigest())
    assert sorted(numbers) == ["1", "2"]
    title = {"1": "Glass Harbour", "2": "Slow"}[drawn]
    assert f"The draw decides between Glass Harbour and Slow: {title}" in shown
    assert (await scene.view()).week.deciding_step == "draw"
    assert scene.thread["name"].startswith(title)


async def test_one_changed_ballot_is_told_where_it_would_have_flipped_the_result(stage: Stage) -> None:
    scene, (ben, chidi, dana) = await Scene.polling(stage)
    for member, choice in ((ben, "Slow"), (chidi, "Lamp"), (dana, "Slow")):
        await member.command("vote", first=choice)
    await scene.advance()
    assert "One changed ballot would have made" in scene.reads(stage.channel)


async def test_one_nomination_wins_unopposed_and_said_plainly(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    (ben,) = scene.arrive("Ben")
    await ben.nominate(Album(LOW))
    await scene.wait(days=2, hours=8)
    assert "It was the only nomination left, so it wins unopposed" in scene.reads(stage.channel)
    assert (await scene.view()).week.deciding_step == "unopposed"
    told(await ben.person.slash(stage.channel, "vote"), "The poll of WEEK 001", "closed")
    assert buttons(scene.panel(stage.channel, "unopposed")) == ["Rate the album", "I've heard it"]


async def test_nobody_nominates_extends_once_then_skips(stage: Stage) -> None:
    scene = await Scene.opened(stage)
    (ben,) = scene.arrive("Ben")
    told(await ben.command("shelf add", album=MOTH), "On your shelf: Lamp — Moth")
    before = (await scene.view()).week.deadlines.nominations_close_at
    await stage.move_to(before)
    shown = scene.reads(scene.thread)
    assert "Nobody has nominated an album yet, so nominations stay open for a day more" in shown
    assert "For the hosts: No album was nominated" in shown
    assert "/shelf list" in shown
    told(await scene.host.command("shelf list", club=True), "Lamp — Moth: 1 member")
    await scene.wait(days=1)
    assert "so this week is skipped" in scene.reads(stage.channel)
    assert (await scene.view()).week.cancel_reason == "no_nominations"
    told(await scene.host.command("week reopen", until="+1d"), "Reopened", "Nominations are open")
    told(await ben.nominate(Album(MOTH)), "Nominated")
    await stage.settle()
    assert "Nominations are open (reopened)" in scene.reads(stage.channel)


async def test_nobody_votes_extends_once_then_draws(stage: Stage) -> None:
    scene, _ = await Scene.polling(stage)
    await stage.move_to((await scene.view()).week.deadlines.poll_close_at)
    assert "Nobody has voted yet, so the poll stays open for a day more" in scene.reads(scene.thread)
    await scene.wait(days=1)
    assert "Nobody voted, so every step was level" in scene.reads(stage.channel)
    assert (await scene.view()).week.deciding_step == "draw"


async def test_the_hosts_pick_a_week_that_is_open(stage: Stage) -> None:
    scene = await Scene.founded(stage, anonymous="on")
    (ben,) = scene.arrive("Ben")
    await scene.host.command("week open", pick="host", hope="Opened")
    await stage.settle()
    assert "The hosts pick the album" in scene.reads(stage.channel)
    assert "Nominate an album" not in buttons(scene.card())
    told(await ben.person.slash(stage.channel, "nominate", album=LOW), "not open", "/shelf add")
    told(await ben.person.slash(stage.channel, "week pick", album=LOW), "Only the club's hosts")
    told(await scene.host.person.slash(stage.channel, "week pick", album=LOW, pitch="x" * 2_001), "Shorten it by 1")
    told(await scene.host.person.slash(stage.channel, "week pick", album="https://example.com/x"), "no link Longplay")
    told(await scene.host.command("week pick", album=LOW, pitch="Hear this."), "Picked for WEEK 001", "Glass Harbour")
    await stage.settle()
    shown = scene.reads(stage.channel)
    assert "The hosts picked this album" in shown
    assert "Hear this." in shown
    assert "Nominated by" not in shown
    assert "who nominated what" not in shown + scene.reads(scene.threads()[0])
    told(await scene.host.person.slash(stage.channel, "week pick", album=ASH), "No week fits")


async def test_a_week_that_no_host_picks_for_says_so(stage: Stage) -> None:
    scene = await Scene.founded(stage, pick="host")
    await scene.host.command("week open", hope="Opened")
    await stage.settle()
    await stage.move_to((await scene.view()).week.deadlines.nominations_close_at)
    shown = scene.reads(scene.thread)
    assert "The hosts have not picked an album yet" in shown
    assert "The pick is due" in shown
    assert "/week pick" in shown
    assert "ominat" not in shown + scene.reads(stage.channel)
    await scene.wait(days=1)
    assert "No album was picked, so this week is skipped" in scene.reads(stage.channel)


async def test_settings_of_a_club_do_not_change_a_week_that_runs(stage: Stage) -> None:
    scene, (ben, *_) = await Scene.polling(stage)
    told(await scene.host.command("club settings", setting="method", value="approval"), "Open weeks keep the rules")
    form = await ben.press(scene.card(), "Vote")
    assert list(preset(form)) == ["rank0-0", "rank1-0"]
