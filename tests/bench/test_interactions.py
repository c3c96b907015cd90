"""The bench of interactions, small: a crowd votes and is answered; how fast, is asked of the full size alone."""

from __future__ import annotations

import json

from bot.bench.catalogue import Spread
from bot.bench.interactions import Figures, Options, Way, bench


async def test_a_small_crowd_is_answered_by_the_bot_and_by_plain_clients(capsys):
    assert await bench(Options(1, members=4, nominations=3, hands=2, seconds=0.3, turns=1, json=True)) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["clubs"], told["members"]) == (1, 4)
    for way in ("bare", "by_hand", "ours"):
        assert told[way]["answers"] > 0
        assert told[way]["per_second"] > 0
        assert told[way]["processor_ms"] > 0
        assert 0 < told[way]["at_half"]["p50"] <= told[way]["at_half"]["p99"]
    assert told["of_hand"] == round(told["ours"]["per_second"] / told["by_hand"]["per_second"], 3)
    assert set(told["goal"]) == {"of_hand", "of_bare", "p99_ms", "reached"}


def test_every_goal_must_be_reached():
    def figures(ours: float, p99: float = 20) -> Figures:
        quick = Spread(5, 10, 20)
        ways = (Way(1_000, 1, 9, quick), Way(400, 2, 9, quick), Way(ours, 3, 9, Spread(5, 10, p99)))
        return Figures(1, 4, 2, *ways)

    assert figures(251).reached
    assert not figures(239).reached, "0.6 of the ballots by hand"
    assert not figures(251, p99=100).reached
    slow = Figures(1, 4, 2, Way(1_100, 1, 9, Spread(5, 10, 20)), figures(251).by_hand, figures(251).ours)
    assert not slow.reached, "0.25 of the bare presses"
