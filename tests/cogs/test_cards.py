"""Every card stays within Discord's limits, whatever members have written, and shows what it is for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from bot.domain.calendar import Resolved, Schedule
from bot.domain.catalog import FoundAlbum, Link, LinkKind, Service
from bot.domain.club.entries import Album, Standing
from bot.domain.club.rules import Layout, Pick, Rules
from bot.domain.club.views import WeekView, YourPart
from bot.domain.club.week import Phase, Skip
from bot.domain.covers import Picture
from bot.domain.tally import Ballot, Method, tally
from bot.services.catalog import Choice
from bot.services.catalog import Resolved as ResolvedAlbum
from bot.services.club.rating import Rated
from bot.services.club.setup import SetUp
from bot.services.club.shelf import Shelved
from cogs.club.cards import album, album_step, choosing, hosts, notices, phrases, private, result, shelf
from cogs.club.cards.week import week_card
from cogs.shared.limits import walk
from cogs.shared.render import Body, beside_cover
from tests.cogs.examples import CLUB, COVER, NOW, TEXTS, filled, nomination, ratings_of, view

PUBLIC: dict[str, Callable[[WeekView], Body]] = {
    "week": week_card,
    "nominations": choosing.nominations_panel,
    "nomination": lambda shown: choosing.nomination_card(shown, shown.nominations[0]),
    "withdrawn": lambda shown: choosing.withdrawn_card(shown, 3),
    "poll": choosing.poll_panel,
    "winner": result.winner_card,
    "pairwise": result.pairwise_card,
    "album": album.album_panel,
    "discussion": album.discussion_card,
    "recap": album.recap_card,
    **{
        f"notice {words}": (lambda shown, words=words: notices.notice_card(shown, {"words": words}))
        for words in ("nominations_extended", "poll_extended", "moved", "reopened", "cancelled", "nominators", "other")
    },
    **{
        f"note {words}": (lambda shown, words=words: notices.host_note_card(shown, {"words": words}))
        for words in ("close_early", "nominations_extended", "poll_extended", "cancelled", "other")
    },
    "reminder": lambda shown: notices.reminder_card(shown, NOW, 99),
    "dm reminder": lambda shown: notices.dm_card(shown, {"words": "reminder"}),
    "dm vote lost": lambda shown: notices.dm_card(shown, {"words": "vote_lost", "nomination": str(UUID(int=1))}),
}


def text_of(body: Body) -> str:
    """Everything a reader finds on a message, labels included."""
    return "\n".join(
        str(component[name])
        for component in walk(body.view().to_components())
        for name in ("content", "label", "placeholder", "description")
        if component.get(name)
    )


def labels(body: Body) -> list[str]:
    return [part["label"] for part in walk(body.view().to_components()) if part["type"] == 2 and "custom_id" in part]


@pytest.mark.parametrize("unit", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("phase", Phase)
def test_public_cards_fit_with_forty_five_nominations_of_the_longest_texts(unit: str, phase: Phase) -> None:
    shown = view(phase, unit=unit, size=500, count=45)
    for name, draw in PUBLIC.items():
        body = draw(shown)
        assert body.view().to_components(), name
        assert body.digest == draw(shown).digest, f"{name} is not drawn alike twice"


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("count", [1, 2, 9])
def test_public_cards_fit_small_weeks_too(phase: Phase, count: int) -> None:
    for draw in PUBLIC.values():
        draw(view(phase, count=count)).view()


@pytest.mark.parametrize("unit", TEXTS.values(), ids=TEXTS)
def test_private_cards_fit_at_the_longest_texts(unit: str) -> None:
    for phase in (Phase.NOMINATIONS, Phase.POLL, Phase.RATINGS):
        shown = view(phase, unit=unit, size=500, count=45)
        ratings = ratings_of(unit, 500)
        part = YourPart(shown, shown.nominations[:25], shown.nominations, shown.nominations[:5], ratings[0], True)
        approval = view(phase, unit=unit, size=500, count=45, method=Method.APPROVAL)
        resolved = ResolvedAlbum(
            None,
            filled(unit, 500),
            filled(unit, 500),
            1997,
            Link(Service.SPOTIFY, LinkKind.ALBUM, "x", "https://x.org"),
        )
        told = FoundAlbum(Service.DEEZER, filled(unit, 500), filled(unit, 500), 1997, track_count=1)
        choices = [Choice(told, filled(unit, 500))] * 9 + [Choice(FoundAlbum(Service.DEEZER, "x", ""))]
        for body in (
            private.your_part_card(part),
            private.your_part_card(YourPart(shown)),
            private.ballot_card(shown.week, shown.nominations[:5]),
            private.ballot_card(approval.week, approval.nominations),
            private.rated_card(Rated(ratings[0], shown, replaced=True, late=False)),
            private.rated_card(Rated(ratings[0], shown, replaced=False, late=True)),
            private.scores_card(shown, ratings),
            private.scores_card(shown, []),
            album_step.understood_card(
                shown, resolved, UUID(int=5), tracks=[filled(unit, 500)] * 60, pitch_track=filled(unit, 500), page=1
            ),
            album_step.understood_card(
                shown, replace(resolved, unheard=(filled(unit, 50),) * 4), UUID(int=5), tracks=[], further=True
            ),
            album_step.choice_card(choices, UUID(int=5), wish=filled(unit, 1_000), unheard=("Deezer", "Last.fm")),
            album_step.choice_card(choices[:1], UUID(int=5), wish="", waiting=("Deezer",), further=False),
            album_step.choice_card([], UUID(int=5), wish=filled(unit, 3), waiting=("Deezer",)),
            album_step.choice_card([], UUID(int=5), wish="x"),
            album_step.nominated_card(shown.nominations[0]),
            shelf.shelf_card([one.album for one in shown.nominations]),
            shelf.club_shelf_card([Shelved(one.album, 3) for one in shown.nominations]),
        ):
            assert body.view().to_components()


@pytest.mark.parametrize("kind", ["ok", "gap", "fold"])
def test_host_cards_say_when_the_next_week_opens(kind: Any) -> None:
    club = replace(CLUB, schedule=Schedule(), host_role_id=5, reminder_role_id=6, trouble="t" * 900)
    opening = Resolved(NOW, kind)
    shown = text_of(hosts.set_up_card(SetUp(club, True, opening)))
    assert f"<t:{int(NOW.timestamp())}:F>" in shown
    assert ("clocks jump" in shown, "comes twice" in shown) == (kind == "gap", kind == "fold")
    for setting in (None, *hosts.SETTING_WORDS):
        assert hosts.club_card(club, opening=opening, setting=setting).view()
    assert hosts.club_card(replace(CLUB, paused_until=NOW), opening=None).view()


@pytest.mark.parametrize("method", Method)
def test_the_result_says_how_the_album_won(method: Method) -> None:
    shown = view(Phase.LISTENING, count=5, method=method)
    assert "### How it was chosen" in text_of(result.winner_card(shown))


def elected(*ballots: tuple[str, ...], method: Method = Method.POINTS) -> str:
    """The result's words of a vote over three albums A, B and C with these ballots."""
    names = {"A": 1, "B": 2, "C": 3}
    listed = tuple(
        replace(nomination(number), album=Album(UUID(int=number), name, "")) for name, number in names.items()
    )
    counted = tally(
        method,
        [str(one.id) for one in listed],
        [Ballot.ranked(*(str(UUID(int=names[choice])) for choice in ballot)) for ballot in ballots],
        ranks=2,
        seed="5eed",
        keys={str(one.id): str(one.ordinal) for one in listed},
    )
    shown = view(Phase.LISTENING, count=3)
    week = replace(shown.week, deciding_step=str(counted.deciding_step))
    return result.result_words(replace(shown, week=week, nominations=listed, tally=counted, ballots=len(ballots)))


def test_every_step_of_the_ladder_is_put_into_words() -> None:
    points = elected(("A", "B"), ("A", "C"))
    assert "**Points decide:** A has 4 points." in points
    firsts = elected(("A", "B"), ("A",), ("B", "C"), ("C", "B"))
    assert "A and B tie with 4 points" in firsts
    assert "**First places decide:** A has most among the tied, 2 first places." in firsts
    drawn = elected(("A", "B"), ("B", "A"))
    assert "**The draw decides** between A and B" in drawn
    assert "seed `5eed`" in drawn
    assert "(1, 2)" in drawn, "the numbers that the draw goes by"


def test_nobody_having_voted_is_said() -> None:
    assert "Nobody voted, so every step was level." in elected()


def test_one_ballot_that_would_have_flipped_it_is_told_without_telling_whose() -> None:
    words = elected(("A", "B"), ("A",), ("B",))
    assert "One changed ballot would have made B win." in words


@pytest.mark.parametrize(("step", "words"), [("unopposed", "wins unopposed"), ("host", "The hosts picked")])
def test_a_week_without_a_count_says_why(step: str, words: str) -> None:
    shown = view(Phase.LISTENING, count=1)
    assert words in result.result_words(replace(shown, week=replace(shown.week, deciding_step=step), tally=None))


@pytest.mark.parametrize(
    ("phase", "expected"),
    [
        (Phase.SCHEDULED, []),
        (Phase.NOMINATIONS, ["Nominate an album", "Your part"]),
        (Phase.POLL, ["Vote", "Your part"]),
        (Phase.LISTENING, ["Rate the album", "I've heard it", "Scores", "Your part"]),
        (Phase.RATINGS, ["Rate the album", "I've heard it", "Scores", "Your part"]),
        (Phase.CLOSED, []),
        (Phase.CANCELLED, []),
    ],
)
def test_the_week_card_carries_the_buttons_of_its_phase_alone(phase: Phase, expected: list[str]) -> None:
    assert labels(week_card(view(phase))) == expected


def test_panels_lose_their_buttons_with_their_phase() -> None:
    for draw, phase in (
        (choosing.nominations_panel, Phase.NOMINATIONS),
        (choosing.poll_panel, Phase.POLL),
        (album.album_panel, Phase.LISTENING),
        (album.discussion_card, Phase.RATINGS),
        (result.winner_card, Phase.LISTENING),
    ):
        assert "Your part" in labels(draw(view(phase))) or "Rate the album" in labels(draw(view(phase)))
        assert not set(labels(draw(view(Phase.CANCELLED)))) - {"Pairwise table"}
    assert labels(result.winner_card(view(Phase.CLOSED))) == ["Pairwise table"]


def test_a_week_the_hosts_pick_offers_no_nomination() -> None:
    rules = Rules(pick=Pick.HOST)
    assert labels(week_card(view(Phase.NOMINATIONS, rules=rules))) == []
    assert "The hosts pick" in text_of(choosing.nominations_panel(view(Phase.NOMINATIONS, rules=rules)))


def test_the_open_poll_shows_no_count() -> None:
    shown = view(Phase.POLL, count=3)
    for body in (week_card(shown), choosing.poll_panel(shown)):
        assert "point" not in text_of(body).replace("Points: first choice 2, second choice 1", "")


def test_hidden_nominators_are_not_named() -> None:
    shown = view(Phase.POLL, count=3)
    hidden = replace(
        shown, nominations=tuple(replace(one, nominator="", nominator_discord_id=0) for one in shown.nominations)
    )
    assert "Nominated by a member" in text_of(choosing.nomination_card(hidden, hidden.nominations[0]))
    assert " · Album" not in text_of(choosing.poll_panel(hidden))


def test_a_removed_nomination_says_so_everywhere() -> None:
    shown = view(Phase.POLL, count=3)
    void = replace(shown.nominations[1], standing=Standing.VOID)
    shown = replace(shown, nominations=(shown.nominations[0], void, shown.nominations[2]))
    assert "~~" in text_of(choosing.poll_panel(shown))
    assert "Removed by a host" in text_of(choosing.nomination_card(shown, void))


def test_members_words_ping_nobody_and_make_no_markup() -> None:
    shown = view(Phase.NOMINATIONS, unit="@everyone **bold** # x ", size=200)
    body = choosing.nomination_card(shown, shown.nominations[0])
    shown_text = "\n".join(part["content"] for part in walk(body.view().to_components()) if "content" in part)
    assert "@everyone" not in shown_text
    assert "**bold**" not in shown_text
    assert not body.mentions.everyone


def test_a_reminder_pings_its_role_and_nobody_else() -> None:
    assert notices.reminder_card(view(Phase.POLL), NOW, 99).mentions.to_dict()["roles"] == [99]
    assert not notices.reminder_card(view(Phase.POLL), NOW, None).roles


@pytest.mark.parametrize("reason", [*Skip, "holidays, see you *soon*"])
def test_a_cancelled_week_says_why(reason: str) -> None:
    shown = view(Phase.CANCELLED)
    shown = replace(shown, week=replace(shown.week, cancel_reason=str(reason)))
    words = text_of(week_card(shown))
    assert "Cancelled" in words
    assert "skipped" in words or "cancelled this week" in words


def test_thread_names_begin_with_the_album_and_keep_the_week() -> None:
    shown = view(Phase.LISTENING)
    long = Album(UUID(int=1), "T" * 500, "A" * 500)
    name = phrases.album_thread_name(shown.week, long)
    assert len(name) <= 100
    assert name.startswith("TTT")
    assert name.endswith("· week 3")
    assert phrases.album_thread_name(shown.week, Album(UUID(int=1), "Hex", "Bark Psychosis")) == (
        "Hex — Bark Psychosis · week 3"
    )
    assert len(phrases.choosing_thread_name(replace(shown.week, theme="t" * 200))) <= 100


@pytest.mark.parametrize("unit", TEXTS.values(), ids=TEXTS)
def test_the_event_fits_discord(unit: str) -> None:
    name, text = notices.event_words(view(Phase.LISTENING, unit=unit, size=500))
    assert 1 <= len(name) <= 100
    assert 1 <= len(text) <= 1_000
    assert len(notices.event_place(2**63, 2**63)) <= 100


def test_the_recap_says_its_figures_in_words() -> None:
    words = text_of(album.recap_card(view(Phase.CLOSED)))
    assert "on average from 12 ratings" in words
    assert "median" in words
    assert "Most divided" in words
    assert "the club's average of 3.5" in words
    nobody = replace(view(Phase.CLOSED), summary=None)
    assert "Nobody rated it in time" in text_of(album.recap_card(nobody))


def test_times_are_shown_in_the_readers_own_zone() -> None:
    closes = int((NOW + timedelta(days=2)).timestamp())
    words = text_of(week_card(view(Phase.POLL)))
    assert f"<t:{closes}:F> (<t:{closes}:R>)" in words


def thumbnail_of(body: Body) -> Mapping[str, Any] | None:
    return next((part for part in walk(body.view().to_components()) if part["type"] == 11), None)


def test_covers_are_uploaded_and_carry_alternative_text() -> None:
    body = choosing.nomination_card(view(), nomination(1))
    thumbnail = thumbnail_of(body)
    assert thumbnail is not None
    assert thumbnail["description"].startswith("Cover of Album ")
    assert thumbnail["media"]["url"] == f"attachment://{COVER.name}"
    for _ in range(2):  # a file is read by the request that sends it; the next one needs its own
        (file,) = body.files()
        assert (file.filename, file.description, file.fp.read()) == (
            COVER.name,
            thumbnail["description"],
            COVER.content,
        )
    assert body.files(without={COVER.name}) == []


def test_a_card_says_the_same_without_its_cover_and_shows_no_address_of_anybody_else() -> None:
    with_cover = choosing.nomination_card(view(), nomination(1))
    without = choosing.nomination_card(replace(view(), covers={}), nomination(1))
    assert thumbnail_of(without) is None
    assert (without.files(), without.pictures) == ([], {})
    assert text_of(without) == text_of(with_cover.bare()) != text_of(with_cover)
    assert with_cover.bare().digest == without.digest != with_cover.digest


def test_another_cover_is_another_message() -> None:
    other = replace(view(), covers={nomination(1).album.id: Picture.of(b"other pixels", 640, 640)})
    assert choosing.nomination_card(other, nomination(1)).digest != (
        choosing.nomination_card(view(), nomination(1)).digest
    )


def test_a_private_card_may_show_an_address() -> None:
    shown = thumbnail_of(Body(beside_cover("text", "https://i.scdn.co/x", "Cover of it")))
    assert shown is not None
    assert shown["media"]["url"] == "https://i.scdn.co/x"
    for address in (None, "", "http://i.scdn.co/x", "javascript:alert(1)", "https://" + "x" * 2_000):
        assert thumbnail_of(Body(beside_cover("text", address, "Cover of it"))) is None


def test_a_marker_is_the_containers_id_and_changes_no_digest() -> None:
    body, again = week_card(view()), week_card(view())
    assert body.view(1234).to_components()[0]["id"] == 1234
    assert body.digest == again.digest


def test_layouts_are_all_drawn() -> None:
    for layout in Layout:
        for draw in PUBLIC.values():
            draw(view(Phase.LISTENING, rules=Rules(layout=layout))).view()
