"""Every refusal has words that say what happened and what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

import cogs.club
import cogs.library
import cogs.listening
import cogs.people
import cogs.taste  # noqa: F401 - each puts its words and buttons in place
from bot.domain import errors, post_errors, privacy_errors
from bot.domain.errors import Refusal
from bot.domain.library import errors as library
from bot.domain.library import memory
from bot.domain.library.demos import DemoRefused
from bot.domain.library.exporting import ExportRefused
from bot.domain.listening import accounts, imports, linking, refusals
from bot.domain.listening.charts import Kind
from bot.domain.pictures import painting
from bot.domain.taste import blending, pairs, recommended
from bot.domain.taste.following import FollowRefused
from cogs.shared.refusals import OFFERS, WORDS, refusal_body, refusal_words
from tests.cogs.examples import TEXTS, filled

AT = datetime(2026, 11, 25, 19, tzinfo=UTC)
LABEL = "WEEK 003 [2026-11-23]"


def every_refusal(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for refusal in kind.__subclasses__():
        yield refusal
        yield from every_refusal(refusal)


def samples(text: str) -> list[Refusal]:
    """Each refusal, filled with what members may have typed."""
    return [
        errors.ClubNotSetUp(),
        errors.NotAHost(),
        errors.MissingPermissions(1, ("View Channel", "Pin Messages")),
        *(errors.SettingRefused(text, text, reason, "1 to 5") for reason in ("unknown", "range", "choice", "switch")),
        *(errors.ScheduleRefused("discussion", reason) for reason in ("order", "overlap", "weeks_later", "clock", "?")),
        errors.NoSuchWeek(),
        errors.WhichWeek(((3, LABEL), (4, LABEL))),
        errors.WrongPhase(LABEL, "closed", ("poll",)),
        errors.WrongPhase(LABEL, "poll", ("host_pick",)),
        errors.SlotTaken(LABEL, AT),
        errors.SlotTaken(LABEL, None),
        errors.PastTime(AT),
        errors.OutOfOrder("poll_close_at", AT, AT),
        errors.NothingToReopen(),
        errors.TooSoon(AT),
        errors.NominationsClosed(LABEL, AT),
        errors.NominationsClosed(LABEL, None),
        errors.AlreadyNominated("00000000-0000-0000-0000-000000000001", text, own=True),
        errors.AlreadyNominated("00000000-0000-0000-0000-000000000001", text, own=False),
        errors.TooManyNominations(1, (text,) * 9),
        errors.WonBefore(text, LABEL),
        errors.NominatedRecently(text, LABEL, 8),
        errors.TextTooLong("pitch", 2_000, 2_345),
        errors.TextTooLong("track list", 200, 201),
        *(
            errors.AlbumNeeded(reason, text)
            for reason in ("empty", "unknown_link", "untitled_link", "short_link", "not_an_album", "bad_cover", "?")
        ),
        errors.AlbumNeeded("untitled_link", text, ("Deezer", "MusicBrainz")),
        errors.NoSuchNomination(),
        errors.WhichNomination((text,) * 12),
        errors.NotYourNomination(),
        errors.BadYear(text),
        errors.PollClosed(LABEL, AT),
        errors.PollClosed(LABEL, None),
        errors.EmptyBallot(),
        errors.SameChoiceTwice(text),
        errors.OwnNomination(text),
        errors.TooManyChoices(2),
        errors.TooManyChoices(1),
        errors.BadScore(text),
        *(post_errors.PostClosed(reason) for reason in ("track_removed", "ended", "private", "unknown")),
        *(post_errors.CommentRefused(reason) for reason in ("empty", "gone", "not_yours")),
        post_errors.BadPosition(text, 213_000),
        post_errors.BadPosition(text, None),
        *(
            post_errors.PlaylistRefused(reason, text)
            for reason in (
                *("unknown", "not_yours", "no_track", "held", "no_place", "no_name", "no_access", "which", "no_post"),
                *("full", "many", "private", "empty", "shared", "not_made", "?"),
            )
        ),
        post_errors.TracksKnown(),
        *(
            memory.MemoryRefused(reason, text)
            for reason in (
                *("empty", "nothing", "no_idea", "no_draft", "no_milestone", "which", "many", "no_name", "day", "past"),
                "?",
            )
        ),
        memory.MemoryRefused("no_idea"),
        *(privacy_errors.ListeningHidden(visibility) for visibility in ("followers", "me")),
        *(privacy_errors.NotConfirmed(typed, "DELETE") for typed in ("", text)),
        privacy_errors.NothingKept(),
        refusals.PeriodNotUnderstood(text),
        refusals.NothingHeard(),
        refusals.NothingHeard(text),
        refusals.HearingHidden(text),
        *(refusals.NotHeardHere(kind, text) for kind in Kind),
        *(refusals.SubjectNeeded(kind) for kind in Kind),
        refusals.NoChart(),
        refusals.NoChart(date(2026, 11, 16)),
        refusals.NotYourList(),
        *(
            imports.ListenFileRefused(reason, text)
            for reason in (
                *("empty", "encoding", "no_history", "no_times", "no_header", "unreadable", "locked", "nested", "many"),
                *("unpacked", "packed", "paths", "gone", "cut_off", "broken", "?"),
            )
        ),
        imports.ListenFileRefused("paths"),
        *(imports.ImportRefused(each, text) for each in ("large", "running", "zone", "over", "none", "download")),
        errors.NothingToRate(),
        errors.NothingToRate(LABEL),
        errors.PartyIsOn(LABEL),
        errors.PartyIsOn(LABEL, AT),
        *(errors.PartyRefused(reason) for reason in ("none", "no_winner", "no_tracks", "paused", "moved_on", "over")),
        errors.PartyRefused("no_winner", LABEL),
        errors.PartyRefused("too_late", LABEL, AT),
        *(errors.PanelOutdated(reason) for reason in ("version", "ended", "tracks")),
        errors.DraftGone(),
        errors.ShelfRefused("held", text),
        errors.ShelfRefused("absent", ""),
        *(errors.DateRefused(date(2026, 12, 28), reason) for reason in ("past", "weekday", "no_schedule", "?")),
        errors.NotInCatalogue(text),
        errors.NotInCatalogue(text, several=True),
        errors.NotInCatalogue(""),
        *(errors.MergeRefused(reason, text, LABEL) for reason in ("same", "elsewhere", "both", "single", "foreign")),
        errors.TimeNotUnderstood(text),
        errors.TimeInThePast(text, AT),
        errors.Missing(("title",)),
        errors.Missing(("your_rating",)),
        *of_accounts(text),
        *of_follows(text),
        *of_pictures(text),
        *of_pairs(text),
        *(DemoRefused(reason, text) for reason in DEMO_REASONS),
        *of_tracks(text),
    ]


def of_accounts(text: str) -> Iterator[Refusal]:
    for source in accounts.LINKABLE:
        for standing in accounts.Standing:
            yield accounts.AccountRefused(source, standing, text)
            yield accounts.AccountRefused(source, standing)
        yield accounts.AccessStale(source, accounts.Standing.REVOKED, text)
        yield accounts.GrantTooSmall(source, accounts.Standing.REVOKED, text, ("scope",))
        for reason in ("taken", "other_linked", "no_name", "no_token", "no_web", "no_vault", "not_offered", "?"):
            yield linking.LinkRefused(source, reason, text)
        yield linking.NoSuchAccount(source)
        yield linking.TicketRefused("expired", source)
    yield linking.NoSuchAccount()


def of_tracks(text: str) -> Iterator[Refusal]:
    for code in library.Code:
        for reason in (
            "limit",
            "quota",
            "other",
            "empty",
            "truncated",
            "long",
            "channels",
            "rate",
            "slow",
            "download",
            "",
        ):
            yield library.UploadFailed(code, reason, text)
    yield library.UploadFailed(library.Code.INVALID_FORMAT, "other")
    for reason in ("running", "none", "no_page", "attach", "used", "expired", "unknown", "over"):
        yield library.UploadRefused(reason)
    yield library.UploadRefused("daily", AT, 20)
    told = (
        "unknown",
        "not_yours",
        "no_title",
        "not_attested",
        "hidden",
        "veiled",
        "deleted",
        "none",
        "which",
        "large",
        "lost",
    )
    for reason in told:
        yield library.TrackRefused(reason, text)
    yield library.TrackRefused("unknown")


DEMO_REASONS = ("takes_tracks", "takes_albums", "no_tracks", "unknown", "hidden", "played", "no_audio")


def of_pictures(text: str) -> Iterator[Refusal]:
    yield from (painting.PictureRefused(why) for why in painting.Unpainted)
    yield from (painting.TooFewForPicture(1, 9, kind) for kind in ("album", "artist", "play", "genre"))
    yield painting.PictureSize(text, 2, 10)


def of_pairs(text: str) -> Iterator[Refusal]:
    yield pairs.OneselfCompared()
    yield pairs.BotCompared(text)
    yield pairs.OwnListeningHidden()
    yield pairs.TooLittleKnown(text)
    yield pairs.TooLittleKnown()
    yield pairs.NobodyToCompare()
    yield blending.NothingToBlend()
    yield blending.NothingToBlend(text)
    yield recommended.NothingToRecommend()
    yield recommended.NothingForClub()
    yield recommended.RecommendationGone()
    yield recommended.LetterRefused(on=True)
    yield recommended.LetterRefused(on=False)
    for reason in ("empty", "moment", "?"):
        yield ExportRefused(reason, text)


def of_follows(text: str) -> Iterator[Refusal]:
    for reason in ("oneself", "bot", "not_here", "hidden", "barred", "many"):
        yield FollowRefused(reason, text)
    for reason in ("not_followed", "no_request", "no_follower", "not_barred"):
        yield FollowRefused(reason)


def test_every_refusal_is_worded() -> None:
    assert [kind.__name__ for kind in every_refusal() if kind not in WORDS] == []
    assert {type(refusal) for refusal in samples("x")} == set(every_refusal()), "a refusal without an example here"


@pytest.mark.parametrize("unit", TEXTS.values(), ids=TEXTS)
def test_words_are_short_literal_and_sendable(unit: str) -> None:
    for refusal in samples(filled(unit, 600)):
        words = refusal_words(refusal)
        assert 20 < len(words) <= 1_800, type(refusal).__name__
        assert "@everyone" not in words
        assert refusal_body(refusal, more="Your text is kept for a day.").view()


def test_words_say_the_numbers_that_matter() -> None:
    assert "2,345" in refusal_words(errors.TextTooLong("pitch", 2_000, 2_345))
    assert "2,000" in refusal_words(errors.TextTooLong("pitch", 2_000, 2_345))
    assert "half steps" in refusal_words(errors.BadScore("3.3"))
    assert f"<t:{int(AT.timestamp())}:F>" in refusal_words(errors.PollClosed(LABEL, AT))
    assert "**Pin Messages**" in refusal_words(errors.MissingPermissions(1, ("Pin Messages",)))


def test_whoever_was_slower_is_offered_to_second() -> None:
    def buttons(own: bool) -> list[str]:
        key = "00000000-0000-0000-0000-000000000001"
        offered: list[Any] = list(OFFERS[errors.AlreadyNominated](errors.AlreadyNominated(key, "Hex", own)))
        return [one.to_component_dict()["label"] for one in offered]

    assert buttons(own=False) == ["Second it"]
    assert buttons(own=True) == ["Edit"]
