"""Buttons, selects and forms: every id comes back to the one function that answers it."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any
from uuid import UUID, uuid4

import pytest
from discord import ui

from bot.client import FACES
from bot.domain.club.entries import SCORES, Track
from bot.domain.club.rules import Rules
from bot.domain.club.views import BallotForm, RatingForm
from bot.domain.club.week import Phase
from bot.domain.errors import PanelOutdated, TooManyChoices
from bot.domain.tally import Method
from cogs.club import actions
from cogs.club.cards.week import week_card
from cogs.club.parts import album, ballot, nomination, rating
from cogs.club.parts.hosts import Proposal
from cogs.shared.dynamic import ANY_VERSION, TEMPLATE, Action, OutdatedPart, Part, decode_key, encode_key
from cogs.shared.limits import OPTIONS, check_modal, walk
from cogs.shared.modal import PATTERN, Form, Submit, read_fields, text_field
from tests.cogs.examples import TEXTS, filled, view

for face in FACES:
    import_module(face)  # each declares and answers its own

ACTIONS = list(Action.declared.values())


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
@pytest.mark.parametrize("argument", ["", "0", "12.3-0-45", "Europe/Berlin", "a" * 40])
@pytest.mark.parametrize("key", [None, UUID(int=0), UUID(int=2**128 - 1)], ids=["none", "low", "high"])
def test_every_id_round_trips(action: Action, argument: str, key: UUID | None) -> None:
    button = action.button("Label", key, argument)
    custom_id = button.to_component_dict()["custom_id"] if isinstance(button, Part) else ""
    assert len(custom_id) <= 100
    match = re.fullmatch(TEMPLATE, custom_id)
    assert match is not None
    assert match["action"] == action.name
    assert (None if match["key"] == "-" else decode_key(match["key"])) == key
    assert (match["argument"] or "") == argument
    assert not re.fullmatch(ANY_VERSION, custom_id), "one press, one answer"
    assert not PATTERN.fullmatch(custom_id)


def test_every_declared_action_is_answered_and_every_form_received() -> None:
    assert [action.name for action in ACTIONS if action.answer is None] == []
    forms = Form.declared.values()
    assert [form.name for form in forms if form.receive is None or (form.fill is None and not form.secret)] == []
    assert [form.name for form in forms if form.secret and form.fill is not None] == [], "a secret is kept"


def test_keys_come_back_whole() -> None:
    for _ in range(50):
        key = uuid4()
        assert len(encode_key(key)) == 26
        assert decode_key(encode_key(key)) == key


@pytest.mark.parametrize("custom_id", ["2:vote:-", "0:anything", "17:x:y:z"])
def test_panels_of_another_version_have_an_answer_of_their_own(custom_id: str) -> None:
    assert re.fullmatch(ANY_VERSION, custom_id)
    assert not re.fullmatch(TEMPLATE, custom_id)
    assert OutdatedPart(ui.Button(custom_id=custom_id, label="x"))


def test_an_action_is_declared_and_answered_once() -> None:
    with pytest.raises(ValueError, match="a name of its own"):
        Action("vote")
    with pytest.raises(ValueError, match="answered twice"):
        actions.VOTE.answers(actions.VOTE.answer)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="does not fit"):
        actions.VOTE.custom_id(None, "a:b")


def test_a_proposal_travels_in_an_id() -> None:
    for zone in ("UTC", "America/Argentina/ComodRivadavia", "Etc/GMT+12"):
        proposal = Proposal(2**63 - 1, zone, 2**63 - 1, None)
        assert Proposal.read(proposal.write()) == proposal
        assert len(actions.SAVE_CLUB.custom_id(None, proposal.write())) <= 100
    with pytest.raises(PanelOutdated):
        Proposal.read("nonsense")


# --- forms ----------------------------------------------------------------------------------------------------------


def test_a_form_carries_what_it_is_about() -> None:
    modal = album.album_form(UUID(int=7), "Low")
    match = PATTERN.fullmatch(modal.custom_id)
    assert match is not None
    assert decode_key(match["key"]) == UUID(int=7)
    assert Form.declared[match["form"]] is album.ALBUM_FORM


async def test_a_form_is_finished_before_it_is_shown() -> None:
    assert album.album_form(UUID(int=7)).is_finished(), "so the library does not keep it"


def ballot_of(
    count: int, ranks: int, *, method: Method = Method.POINTS, unit: str = "Album ", chosen: int = 0
) -> BallotForm:
    shown = view(Phase.POLL, unit=unit, size=500, count=count, rules=Rules(ranks=ranks), method=method)
    return BallotForm(shown, shown.standing, tuple(one.id for one in shown.standing[:chosen]))


@pytest.mark.parametrize("unit", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize(("count", "ranks"), [(1, 2), (5, 5), (25, 5), (26, 2), (45, 2), (50, 2), (100, 1)])
def test_the_ballots_form_fits_discord(unit: str, count: int, ranks: int) -> None:
    form = ballot_of(count, ranks, unit=unit, chosen=ranks)
    assert ballot.fits_form(form)
    modal = ballot.ballot_form(form).to_dict()
    check_modal(modal)
    offered = [option["value"] for field in walk(modal["components"]) for option in field.get("options", [])]
    assert len(offered) == count * ranks
    assert sum(option["default"] for field in walk(modal["components"]) for option in field.get("options", [])) == min(
        ranks, count
    )


@pytest.mark.parametrize("count", [1, 26, 125])
def test_approval_takes_any_number_in_one_form(count: int) -> None:
    form = ballot_of(count, 2, method=Method.APPROVAL)
    assert ballot.fits_form(form)
    selects = [field for field in walk(ballot.ballot_form(form).to_dict()["components"]) if "options" in field]
    assert sum(select["max_values"] for select in selects) == count


@pytest.mark.parametrize("unit", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize(("count", "ranks"), [(45, 3), (45, 5), (126, 1)])
def test_more_than_a_form_holds_turns_pages(unit: str, count: int, ranks: int) -> None:
    form = ballot_of(count, ranks, unit=unit)
    assert not ballot.fits_form(form)
    seen: set[str] = set()
    for page in range(len(ballot.pages_of(form))):
        components = ballot.ballot_panel(form, [1] * ranks, page).view().to_components()
        seen |= {option["value"] for part in walk(components) for option in part.get("options", [])}
    assert seen == {str(one.ordinal) for one in form.options}


def test_the_panels_state_comes_back() -> None:
    assert ballot.read_state(ballot.write_state(2, [3, 0, 45]), 3) == (2, [3, 0, 45])
    assert ballot.read_state("0.", 2) == (0, [0, 0])
    for nonsense in ("", "x.1", "1.a-b"):
        with pytest.raises(PanelOutdated):
            ballot.read_state(nonsense, 2)


def test_the_larger_of_two_selects_of_a_rank_gives_way_to_the_new_choice() -> None:
    form = ballot_of(45, 2, chosen=2)
    old, new, other = form.options[0].id, form.options[30].id, form.options[31].id

    def sent(*first: UUID) -> Submit:
        return Submit(None, None, "", {"rank0-0": str(first[0]), "rank0-1": "\n".join(map(str, first[1:]))})  # type: ignore[arg-type]

    assert ballot.chosen_in(sent(old, new), form) == [new]
    assert ballot.chosen_in(sent(old), form) == [old]
    with pytest.raises(TooManyChoices):
        ballot.chosen_in(sent(new, other), form)


@pytest.mark.parametrize("count", [0, 1, 25, 26, 75, 76, 200])
@pytest.mark.parametrize("unit", ["x", TEXTS["emoji"]])
def test_the_rating_form_fits_whatever_the_track_list(count: int, unit: str) -> None:
    shown = view(Phase.LISTENING)
    tracks = tuple(Track(UUID(int=place + 1), place + 1, filled(unit, 500)) for place in range(count))
    form = RatingForm(type(shown)(shown.club, shown.week, tracks=tracks))
    modal = rating.rating_form(form).to_dict()
    check_modal(modal)
    fields = list(walk(modal["components"]))
    chosen_from_list = sum(len(field["options"]) for field in fields if field["type"] == 3)
    assert chosen_from_list == (count if count <= OPTIONS * 3 else 0)
    radio = next(field for field in fields if field["type"] == 21)
    assert [option["value"] for option in radio["options"]] == [f"{score:.1f}" for score in SCORES]
    assert radio["required"]


@pytest.mark.parametrize("count", [0, 3, 25, 26])
def test_the_pitch_form_fits_and_asks_for_the_track_as_the_list_allows(count: int) -> None:
    tracks = [filled("T", 500)] * count
    blurb = nomination.Blurb("p" * 4_000, "track", "genre", "1990s", "country")
    modal = nomination.pitch_form(UUID(int=1), blurb, tracks).to_dict()
    check_modal(modal)
    kinds = [field["type"] for field in walk(modal["components"]) if "custom_id" in field]
    assert kinds.count(3) == (1 if 0 < count <= 25 else 0)


def test_a_pitch_too_long_for_discords_field_is_cut_in_the_form_alone() -> None:
    field: Any = text_field("pitch", "Your pitch", value="x" * 9_000).to_component_dict()["component"]
    assert len(field["value"]) == field["max_length"] == 4_000


def test_the_form_for_an_album_piece_by_piece_reads_links_in_any_order() -> None:
    spotify = "https://open.spotify.com/album/2wKTe44d2uVgIGVGtmh0HD"
    cover = "https://example.org/cover.JPG"
    for text in (f"{spotify}\n{cover}", f"{cover} {spotify}"):
        assert album.split_links(text) == (spotify, cover)
    assert album.split_links(cover) == ("", cover)
    assert album.split_links("") == ("", "")
    assert album.split_links("https://own.example/album") == ("https://own.example/album", "")


def test_fields_come_back_from_every_kind_of_component() -> None:
    sent = [
        {"type": 18, "component": {"type": 4, "custom_id": "text", "value": "typed"}},
        {"type": 18, "component": {"type": 3, "custom_id": "chosen", "values": ["a", "b"]}},
        {"type": 18, "component": {"type": 21, "custom_id": "radio", "value": "4.5"}},
        {"type": 18, "component": {"type": 21, "custom_id": "open", "value": None}},
        {"type": 1, "components": [{"type": 4, "custom_id": "old", "value": "row"}]},
        {"type": 10, "content": "words"},
    ]
    assert read_fields(sent) == {"text": "typed", "chosen": "a\nb", "radio": "4.5", "open": "", "old": "row"}


def test_selects_say_whether_they_are_required() -> None:
    for form in (ballot_of(5, 2), ballot_of(45, 2)):
        for field in walk(ballot.ballot_form(form).to_dict()["components"]):
            if field["type"] == 3:
                assert "required" in field
                assert field["min_values"] == (1 if field["required"] else 0)


async def test_views_are_finished_before_they_are_sent() -> None:
    assert week_card(view()).view().is_finished(), "so the library stores none of them"
