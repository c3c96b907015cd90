"""The labelled set: what people type, what is meant by it, and how often the matching finds just that.

`python -m tests.domain.labelled` asks the whole set and prints the misses; `--tuning` asks the half of the artists by
which the matching was tuned, `--each N` takes N queries of each kind, `--seed N` makes other slips and queries and
withholds other records, `--withheld N` withholds that many per cent of them.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from zlib import crc32

from bot.domain.catalog import (
    FoundAlbum,
    FoundTrack,
    Service,
    Verdict,
    Wanted,
    join,
    rank_albums,
    rank_tracks,
    understand,
    words_for_search,
)
from tests.domain.noise import NOISES, alone, artist_typed
from tests.domain.records import (
    OTHER,
    SEVERAL,
    VARIOUS,
    Holdings,
    Record,
    heard,
    is_right,
    looks_alike,
    plain,
    read_holdings,
    record_of,
    work_title,
)
from tests.factories.held import HeldSource

SEED = 20_261_120
EACH = 120
BEGINNING = 5
"""Letters that titles have in common which are compared for being one in two spellings."""
WITHHELD = 12
"""Per cent of the records that the source is not given."""
GONE_NOISES = ("artist - title", "title by artist", "lower case, nothing between", "slips", "edition added", "guests")
OTHER_RECORDS = (" (Live)", " Live at the Apollo", " (Karaoke Version)", " (Remixes)", " (Instrumental)", " - Acoustic",
                 " 2", ", Vol. 7", " (A Tribute)", " II")  # fmt: skip

Found = FoundAlbum | FoundTrack


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked; `record` is what is meant, None when the source does not hold it and only `unsure` is right."""

    of: str
    kind: str
    text: str
    record: Record | None
    wanted: Wanted | None = None
    """Where fields are told rather than text."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A query with the verdict on it: `right`, `unsure` or `wrong`."""

    query: Query
    verdict: Verdict
    outcome: str


def tunes(found: Found) -> bool:
    """Whether its artist is in the half by which the matching was tuned; compilations are halved by their titles."""
    name = found.title if found.artist == VARIOUS else found.artist.split(", ")[0]
    return crc32(plain(name).encode()) % 2 == 0


def is_withheld(found: Found, seed: int = SEED, share: int = WITHHELD) -> bool:
    """Whether the source is not given this record."""
    record = record_of(found.title, found.artist)
    salt = "" if seed == SEED else f"{seed}\t"
    return crc32(f"{salt}{record.artist}\t{record.title}".encode()) // 7 % 100 < share


def build(
    each: int, *, tuning: bool, holdings: Holdings | None = None, seed: int = SEED, withheld: int = WITHHELD
) -> tuple[HeldSource, list[Query]]:
    """A source with a part withheld and the queries to ask it, the same on every run; at most `each` of each kind."""
    holdings = holdings or read_holdings()
    gone = {id(found) for found in (*holdings.albums, *holdings.tracks) if is_withheld(found, seed, withheld)}
    source = HeldSource(
        Service.SPOTIFY,
        [album for album in holdings.albums if id(album) not in gone],
        [track for track in holdings.tracks if id(track) not in gone],
    )
    queries: list[Query] = []
    for of, held, everything in (
        ("album", source.albums, holdings.albums),
        ("track", source.tracks, holdings.tracks),
    ):
        chance = random.Random(f"{seed} {of} {tuning}")
        kinds = Kinds(of, held, [found for found in everything if id(found) in gone], tuning, chance)
        for queries_of_kind in kinds.all():
            queries.extend(first for first, _ in zip(queries_of_kind, range(each), strict=False))
    return source, queries


class Kinds:
    """The kinds of queries about what a source holds, and about what it does not."""

    def __init__(
        self, of: str, held: Sequence[Found], gone: Sequence[Found], tuning: bool, chance: random.Random
    ) -> None:
        self._of = of
        self._chance = chance
        self._by_title: dict[str, list[Found]] = defaultdict(list)
        self._by_artist: dict[str, list[Found]] = defaultdict(list)
        self._beginnings: dict[str, set[str]] = defaultdict(set)
        self._titles_of: dict[str, set[str]] = defaultdict(set)
        for found in held:
            self._by_title[work_title(found.title)].append(found)
            self._beginnings[work_title(found.title)[:BEGINNING]].add(work_title(found.title))
            self._by_artist[plain(found.artist)].append(found)
            for artist in found.artist.split(", "):
                self._titles_of[record_of("", artist).artist].add(work_title(found.title))
        self._letters = {
            plain(words)
            for found in held
            for artist in (found.artist, *SEVERAL.split(found.artist))
            for words in (artist + found.title, found.title + artist)
        }
        self._letters |= {plain(found.title) for found in held if " - " in found.title}
        self._artists = {plain(found.artist) for found in held}
        self._held = [found for found in held if tunes(found) == tuning and self._can_be_meant(found)]
        self._gone = [found for found in gone if tunes(found) == tuning and self._speaks(found)]

    def all(self) -> Iterator[Iterator[Query]]:
        """Each kind's queries, without end but that of the data."""
        for kind in NOISES:
            yield self._noisy(kind)
        yield from (self._told(), self._dated(), self._alone(), self._heard())
        for kind in GONE_NOISES:
            yield self._not_held(kind)
        yield from (self._not_held_alone(), self._not_held_told(), self._other_records(), self._other_artists())
        yield self._artist_alone()

    def _speaks(self, found: Found) -> bool:
        return any(char.isalnum() for char in found.title) and len(plain(found.artist)) > 0 and len(found.title) < 120

    def _can_be_meant(self, found: Found) -> bool:
        """Whether the name means one record: not one of several albums that a band called by its own name."""
        if not self._speaks(found):
            return False
        if isinstance(found, FoundTrack) or plain(found.title) != plain(found.artist):
            return True
        same = (other for other in self._by_title[work_title(found.title)] if other.artist == found.artist)
        years = [other.year for other in same if isinstance(other, FoundAlbum) and other.year]
        return max(years, default=0) - min(years, default=0) <= 1

    def _holds(self, title: str, artist: str) -> bool:
        """Whether a record is held under any of its artists, or may be under another spelling."""
        record = record_of(title, artist)
        titles = self._titles_of[record.artist]
        if plain(artist + title) in self._letters:
            return True  # the same letters, parted elsewhere
        if looks_alike(record.title, titles) or record.artist + record.title in titles:
            return True
        same_title = self._by_title[record.title]
        if looks_alike(record.artist, (record_of("", other.artist).artist for other in same_title)):
            return True
        if any(plain(other.title) == record.artist for other in self._by_artist[record.title]):
            return True  # the other way round
        records = [record_of(title, name) for name in (artist, *artist.split(", "))]
        return any(is_right(record, other) for record in records for other in self._by_title[records[0].title])

    def _shuffled(self, found: Sequence[Found]) -> list[Found]:
        return self._chance.sample(found, len(found))

    def _query(self, kind: str, text: str, found: Found | None) -> Query:
        return Query(self._of, kind, text, record_of(found.title, found.artist) if found else None)

    def _noisy(self, kind: str) -> Iterator[Query]:
        for found in self._shuffled(self._held):
            text = NOISES[kind](found.title, artist_typed(found.artist, self._chance), self._chance)
            if text:
                yield self._query(kind, text, found)

    def _told(self) -> Iterator[Query]:
        for found in self._shuffled(self._held):
            wanted = Wanted(found.title, artist_typed(found.artist, self._chance))
            if isinstance(found, FoundTrack):
                wanted = replace(wanted, album=found.album.title if found.album else "", duration_ms=found.duration_ms)
            query = self._query("fields", f"{wanted.artist} | {wanted.title} | {wanted.album}", found)
            yield replace(query, wanted=wanted)

    def _dated(self) -> Iterator[Query]:
        for found in self._shuffled(self._held):
            if isinstance(found, FoundAlbum) and found.year:
                yield self._query("with the year", f"{found.artist} - {found.title} ({found.year})", found)

    def _alone(self) -> Iterator[Query]:
        for found in self._shuffled(self._held):
            title = work_title(found.title)
            records = {record_of(other.title, other.artist) for other in self._by_title[title]}
            if len(records) == 1 and title not in self._artists and " - " not in found.title:
                yield self._query("title alone", alone(found.title, found.artist, self._chance), found)

    def _heard(self) -> Iterator[Query]:
        """The spellings of histories and submissions for what another source holds."""
        mine = {id(found) for found in self._held}
        seen: set[tuple[str, str]] = set()
        for artist, album, track in heard():
            title = album if self._of == "album" else track
            if (artist, title) in seen or not title:
                continue
            seen.add((artist, title))
            record = record_of(title, artist)
            held = [other for other in self._by_title[record.title] if id(other) in mine and is_right(record, other)]
            if held and all((other.artist, other.title) != (artist, title) for other in held):
                yield Query(self._of, "as histories spell it", f"{artist} - {title}", record)

    def _not_held(self, kind: str) -> Iterator[Query]:
        for found in self._shuffled(self._gone):
            artist = artist_typed(found.artist, self._chance)
            text = NOISES[kind](found.title, artist, self._chance)
            if text and not self._holds(found.title, found.artist):
                yield self._query(f"not held: {kind}", text, None)

    def _not_held_told(self) -> Iterator[Query]:
        for found in self._shuffled(self._gone):
            if not self._holds(found.title, found.artist):
                query = self._query("not held: fields", f"{found.artist} | {found.title}", None)
                yield replace(query, wanted=Wanted(found.title, found.artist))

    def _not_held_alone(self) -> Iterator[Query]:
        for found in self._shuffled(self._gone):
            title = work_title(found.title)
            alike = looks_alike(title, self._beginnings[title[:BEGINNING]])
            named = plain(found.title) in self._artists or plain(found.title) in self._letters
            if not alike and not named and not self._holds(found.title, found.artist):
                yield self._query("not held: title alone", found.title, None)

    def _other_records(self) -> Iterator[Query]:
        for found in self._shuffled(self._held):
            words = self._chance.choice(OTHER_RECORDS)
            title = found.title + words
            record = record_of(found.title, found.artist)
            has_one = any(
                plain(words)[:4] in other for other in self._titles_of[record.artist] if record.title in other
            )
            if not has_one and not OTHER.search(found.title) and not self._holds(title, found.artist):
                yield self._query("not held: another record", f"{found.artist} - {title}", None)

    def _other_artists(self) -> Iterator[Query]:
        for found in self._shuffled(self._held):
            other = self._chance.choice(self._held).artist
            if not self._holds(found.title, other):
                yield self._query("not held: another artist", f"{other} - {found.title}", None)

    def _artist_alone(self) -> Iterator[Query]:
        for found in self._shuffled(self._held):
            if work_title(found.artist) not in self._by_title and plain(found.artist) not in self._by_title:
                yield self._query("not held: artist alone", found.artist, None)


def ask(source: HeldSource, query: Query) -> Answer:
    """A query asked as the club asks: the searches one after another until it is certain what is meant."""
    wanted = query.wanted
    if wanted is None:
        understood = understand(query.text)
        wanted = Wanted(understood.title, understood.artist, understood.year, understood.words)
    verdict = Verdict(None, ())
    albums: list[FoundAlbum] = []
    tracks: list[FoundTrack] = []
    for words in words_for_search(wanted):
        if query.of == "album":
            albums.extend(album for album in source.albums_for(words) if album not in albums)
            verdict = rank_albums(wanted, join(albums))
        else:
            tracks.extend(track for track in source.tracks_for(words) if track not in tracks)
            verdict = rank_tracks(wanted, tracks)
        if verdict.sure:
            break
    return Answer(query, verdict, outcome_of(query, verdict))


def outcome_of(query: Query, verdict: Verdict) -> str:
    """`right` only when the verdict is sure of the record that is meant, or unsure of what the source does not hold."""
    if verdict.sure is None:
        return "unsure" if query.record else "right"
    return "right" if query.record and is_right(query.record, verdict.sure.found) else "wrong"


def ask_all(source: HeldSource, queries: Iterable[Query]) -> list[Answer]:
    return [ask(source, query) for query in queries]


def share_right(answers: Sequence[Answer], of: str, *, held: bool) -> float:
    """The part of the queries of one sort that were answered right."""
    mine = [answer for answer in answers if answer.query.of == of and (answer.query.record is not None) == held]
    return sum(answer.outcome == "right" for answer in mine) / len(mine)


def report(answers: Sequence[Answer]) -> Iterator[str]:
    """The misses, then a line for each kind and the sums."""
    for answer in answers:
        if answer.outcome != "right":
            best = answer.verdict.candidates[:2]
            near = "; ".join(
                f"{one.found.artist} - {one.found.title} {one.distance:.2f} "
                f"[{', '.join(f'{reason.name} {reason.amount:.2f}' for reason in one.reasons)}]"
                for one in best
            )
            query = answer.query
            yield f"{answer.outcome:7}{query.of:6}{query.kind:32}{query.text!r} → {near or 'nothing'}"
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for answer in answers:
        counts[answer.query.of, answer.query.kind][answer.outcome] += 1
    for (of, kind), outcomes in counts.items():
        total = outcomes.total()
        yield (
            f"{of:6}{kind:46}{total:6} asked {outcomes['right']:6} right {outcomes['unsure']:5} unsure "
            f"{outcomes['wrong']:4} wrong {100 * outcomes['right'] / total:7.2f} %"
        )
    for of in ("album", "track"):
        for held in (True, False):
            share = 100 * share_right(answers, of, held=held)
            yield f"{of} {'held' if held else 'not held'}: {share:.2f} % right"
    yield f"{sum(answer.outcome == 'wrong' for answer in answers)} wrong of {len(answers)}"


def main() -> None:
    """Ask the set and print what came of it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--each", type=int, default=EACH)
    options.add_argument("--tuning", action="store_true")
    options.add_argument("--seed", type=int, default=SEED)
    options.add_argument("--withheld", type=int, default=WITHHELD)
    chosen = options.parse_args()
    source, queries = build(chosen.each, tuning=chosen.tuning, seed=chosen.seed, withheld=chosen.withheld)
    for line in report(ask_all(source, queries)):
        print(line)


if __name__ == "__main__":
    main()
