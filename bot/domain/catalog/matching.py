"""The verdict on what was found: one that is surely meant, or candidates to pick from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Indel

from bot.domain.catalog.credits import PART_OF_CREDIT, parse_credit
from bot.domain.catalog.distance import Candidate, album_candidate, track_candidate
from bot.domain.catalog.editions import parse_name
from bot.domain.catalog.found import FoundAlbum, FoundTrack
from bot.domain.catalog.joining import album_key, same_recording, same_work, track_key
from bot.domain.catalog.names import normalised
from bot.domain.catalog.spelling import ANOTHER_NAME, RESPACED, spelling
from bot.domain.catalog.wanted import TITLE_ALONE, Wanted, is_parted, readings_of

SURE = 0.23
"""The farthest that something may be and still be surely what is meant."""
GAP = 0.05
"""How much farther any other work has to be."""
GAP_TO_EXACT = 0.01
"""The same where the names fit to the letter, and the other work is found by reading the words in the same way."""

TELLING_WORD = 4
"""Letters from which on a word is hardly there by chance."""
AN_ARTICLE = 0.045
"""What an article costs that only one side has."""
ALIKE = 0.5
"""Share of letters that two words have in common of which one may be a slip of the other."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found, the nearest first, and which one is meant, if that is certain."""

    sure: Candidate | None
    candidates: tuple[Candidate, ...]


def rank_albums(wanted: Wanted, found: Sequence[FoundAlbum]) -> Verdict:
    """The albums by their distance from what is wanted; their order does not matter."""
    readings = readings_of(wanted)
    measured = [(album_candidate(wanted, readings, album), album) for album in found]
    measured.sort(key=lambda pair: (pair[0].distance, album_key(pair[1])))
    candidates = tuple(candidate for candidate, _ in measured)
    albums = [album for _, album in measured]
    if not _near(candidates) or _may_be_an_artist(wanted, albums):
        return Verdict(None, candidates)
    if _is_guesswork(wanted, candidates[0]) or _may_be_spelt_so(wanted, candidates[0], albums):
        return Verdict(None, candidates)
    rivals = (candidate for candidate, album in measured[1:] if not same_work(albums[0], album))
    return Verdict(_told_apart(candidates[0], rivals), candidates)


def rank_tracks(wanted: Wanted, found: Sequence[FoundTrack]) -> Verdict:
    """The tracks by their distance from what is wanted; their order does not matter."""
    readings = readings_of(wanted)
    measured = [(track_candidate(wanted, readings, track), track) for track in found]
    measured.sort(key=lambda pair: (pair[0].distance, track_key(pair[1])))
    candidates = tuple(candidate for candidate, _ in measured)
    tracks = [track for _, track in measured]
    if not _near(candidates) or _may_be_an_artist(wanted, tracks):
        return Verdict(None, candidates)
    if _is_guesswork(wanted, candidates[0]) or _may_be_spelt_so(wanted, candidates[0], tracks):
        return Verdict(None, candidates)
    rivals = (candidate for candidate, track in measured[1:] if not same_recording(tracks[0], track))
    return Verdict(_told_apart(candidates[0], rivals), candidates)


def _near(candidates: Sequence[Candidate]) -> bool:
    return bool(candidates) and candidates[0].distance <= SURE


def _told_apart(best: Candidate, rivals: Iterable[Candidate]) -> Candidate | None:
    exact = _is_exact(best) and _reading(best) != TITLE_ALONE  # others may bear the same title
    for rival in rivals:
        gap = GAP_TO_EXACT if exact and _reading(rival) == _reading(best) else GAP
        if rival.distance - best.distance < gap:
            return None
    return best


def _is_exact(candidate: Candidate) -> bool:
    """Whether its names are what was typed, to the letter."""
    return all(reason.amount <= RESPACED for reason in candidate.reasons if reason.name in ("title", "artist"))


def _is_guesswork(wanted: Wanted, nearest: Candidate) -> bool:
    """Whether nothing tells where the artist ends and the title begins, and the names are not those typed either.

    An article more or less, and one of several artists alone, are no slips. Where the words are a title alone, the
    edition has to fit too: two films of one name have a soundtrack each.
    """
    if wanted.artist.strip() or is_parted(wanted):
        return False
    limits = {"title": AN_ARTICLE, "artist": PART_OF_CREDIT}
    if _reading(nearest) == TITLE_ALONE:
        limits["edition"] = 0.0
    return any(reason.amount > limits.get(reason.name, 1.0) for reason in nearest.reasons)


def _reading(candidate: Candidate) -> float:
    """By which reading of the words it fits, told by what that costs."""
    return next((reason.amount for reason in candidate.reasons if reason.name == "reading"), 0.0)


def _may_be_an_artist(wanted: Wanted, found: Sequence[FoundAlbum] | Sequence[FoundTrack]) -> bool:
    """Whether a bare name is that of an artist of whom something was found, and the nearest is by somebody else."""
    if wanted.artist.strip():
        return False
    words = parse_name(wanted.title).whole
    self_titled = parse_name(found[0].title).core == words and words in _names_of(found[0])
    return not self_titled and any(words in _names_of(other) for other in found)


def _may_be_spelt_so(wanted: Wanted, nearest: Candidate, found: Sequence[FoundAlbum] | Sequence[FoundTrack]) -> bool:
    """Whether what the nearest spells in another way is no slip: others that were found are spelt just so."""
    if _is_exact(nearest):
        return False
    others = found[1:]
    asked, credit = parse_credit(wanted.artist), parse_credit(found[0].artist)
    apart = spelling(asked.whole, credit.whole, of_artist=True)
    if wanted.artist.strip() and RESPACED < apart < ANOTHER_NAME and asked.whole not in credit.names:
        near = {parse_credit(other.artist).whole for other in others} - {credit.whole}
        if any(spelling(asked.whole, name, of_artist=True) <= apart for name in near):
            return True
    there = _words(found[0].artist) | _words(found[0].title)
    extra = _words(parse_name(wanted.title).core) - there
    slipped = {word for word in extra if len(word) >= TELLING_WORD and any(_alike(word, other) for other in there)}
    return any(slipped & _words(other.title) for other in others)


def _words(text: str) -> set[str]:
    return set(normalised(text).split())


def _alike(word: str, other: str) -> bool:
    return Indel.normalized_similarity(word, other) > ALIKE


def _names_of(found: FoundAlbum | FoundTrack) -> tuple[str, ...]:
    credit = parse_credit(found.artist)
    return credit.whole, credit.names[0]
