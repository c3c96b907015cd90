"""Settings are what a host types, within bounds, and survive being stored by any version."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.club.rules import BOUNDS, Layout, Pick, Rules, change_rule
from bot.domain.errors import SettingRefused
from bot.domain.tally import Method

rules = st.builds(
    Rules,
    pick=st.sampled_from(Pick),
    method=st.sampled_from(Method),
    layout=st.sampled_from(Layout),
    **{name: st.integers(low, high) for name, (low, high) in BOUNDS.items()},
    **{name: st.booleans() for name in ("anonymous", "own_vote", "blind_ratings", "event", "lock_threads")},
)


def test_a_new_club_has_the_defaults_of_the_specification():
    assert Rules() == Rules(
        pick=Pick.VOTE,
        method=Method.POINTS,
        ranks=2,
        nominations_per_member=1,
        no_repeat_winners=True,
        no_repeat_weeks=8,
        anonymous=False,
        own_vote=False,
        blind_ratings=True,
        layout=Layout.TWO,
        event=True,
        lock_threads=False,
    )


@given(rules)
def test_rules_survive_being_stored(kept):
    assert Rules.from_dict(json.loads(json.dumps(kept.to_dict()))) == kept


def test_rules_of_another_version_are_read_as_far_as_they_go():
    assert Rules.from_dict({"ranks": 4, "from_the_future": "x"}) == Rules(ranks=4)
    assert Rules.from_dict({}) == Rules()


@pytest.mark.parametrize(
    ("name", "text", "changed"),
    [
        ("pick", "host", {"pick": Pick.HOST}),
        ("method", " Schulze ", {"method": Method.SCHULZE}),
        ("layout", "per_phase", {"layout": Layout.PER_PHASE}),
        ("ranks", "5", {"ranks": 5}),
        ("ranks", " 1 ", {"ranks": 1}),
        ("nominations_per_member", "25", {"nominations_per_member": 25}),
        ("no_repeat_weeks", "0", {"no_repeat_weeks": 0}),
        ("anonymous", "ON", {"anonymous": True}),
        ("anonymous", "yes", {"anonymous": True}),
        ("event", "off", {"event": False}),
        ("no_repeat_winners", "no", {"no_repeat_winners": False}),
    ],
)
def test_a_setting_is_changed_by_what_a_host_types(name, text, changed):
    assert change_rule(Rules(), name, text) == replace(Rules(), **changed)


@pytest.mark.parametrize(
    ("name", "text", "reason", "allowed"),
    [
        ("colour", "blue", "unknown", ""),
        ("to_dict", "on", "unknown", ""),
        ("anonymous", "perhaps", "switch", "on, off"),
        ("anonymous", "", "switch", "on, off"),
        ("pick", "coin", "choice", "vote, host"),
        ("layout", "three", "choice", "two, one, per_phase"),
        ("ranks", "0", "range", "1 to 5"),
        ("ranks", "6", "range", "1 to 5"),
        ("ranks", "-1", "range", "1 to 5"),
        ("ranks", "2.5", "range", "1 to 5"),
        ("ranks", "two", "range", "1 to 5"),
        ("nominations_per_member", "26", "range", "1 to 25"),
        ("no_repeat_weeks", "521", "range", "0 to 520"),
        ("no_repeat_weeks", "9" * 5_000, "range", "0 to 520"),
    ],
)
def test_a_setting_out_of_its_bounds_is_refused_with_what_is_allowed(name, text, reason, allowed):
    with pytest.raises(SettingRefused) as caught:
        change_rule(Rules(), name, text)
    assert (caught.value.name, caught.value.value) == (name, text)
    assert (caught.value.reason, caught.value.allowed) == (reason, allowed)


@pytest.mark.parametrize("field", [field.name for field in fields(Rules)])
def test_every_setting_can_be_changed_and_changed_back(field):
    values = {"pick": "host", "method": "approval", "layout": "one", "guide": "tracks", **dict.fromkeys(BOUNDS, "3")}
    start = getattr(Rules(), field)
    typed = values.get(field, "off" if start is True else "on")
    changed = change_rule(Rules(), field, typed)
    assert getattr(changed, field) != start
    back = {True: "on", False: "off"}[start] if isinstance(start, bool) else str(start)
    assert change_rule(changed, field, back) == Rules()
