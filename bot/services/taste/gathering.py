"""What a club loves, gathered for recommendations: what its members hear, how it rated, and what it put forward.

Only what whoever asks may know goes in: plays of members whom the club sees, ratings of weeks that are closed, and
what is their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from bot.domain.listening.names import artist_id, heard_album_id, work_id
from bot.domain.taste.priors import Liked, unpacked
from bot.domain.taste.recommending import Album, Asked, Tastes, closeness_weight, counts_as_heard, lately, love_of
from db.queries import matching
from db.queries.taste import priors
from db.queries.taste import recommending as queries
from db.queries.taste.recommending import Listener, Names, PutForward
from db.session import Reading

NEIGHBOURS = 60
"""Members whose albums are looked at, the closest first."""
ALBUMS_OF_EACH = 300
LEAST_PLAYS = 3
"""An album that somebody heard less is not what they love."""
PRIOR_PLAYS, PRIOR_FADES = 30.0, 300
"""What a service says a member likes most counts as so many plays, less with every play, and nothing in the end."""
COLD_CLOSENESS = 0.2
"""Of whoever nothing is known, everybody is equally far away."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Albums of the catalogue by the keys of their names: a club's albums and its members' plays become one."""

    keys: Mapping[UUID, UUID]
    """Album of the catalogue to key."""
    names: Mapping[UUID, Names]
    """Key to names."""

    def key(self, album_id: UUID) -> UUID | None:
        """The key of an album; None for one that is no album of the catalogue any more."""
        return self.keys.get(album_id)


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that a list is made from."""

    tastes: Tastes
    names: Mapping[UUID, Names]
    people: Mapping[UUID, Listener]
    put_forward: Mapping[UUID, PutForward]
    """Key to how the album was nominated, the latest time."""
    asked: Asked | None = None
    own_plays: Mapping[UUID, float] = field(default_factory=dict[UUID, float])
    """Artist to plays, of whoever asks."""
    cold: bool = False


async def gathered_for(session: Reading, club_id: UUID, user_id: UUID, now: datetime) -> Gathered:
    """What a list for one member is made from."""
    await matching.take_part(session)
    people = await queries.listeners(session, club_id, user_id, NEIGHBOURS)
    loved = await queries.loved(session, [one.user_id for one in people], least=LEAST_PLAYS, limit=ALBUMS_OF_EACH)
    own = await queries.own_albums(session, user_id)
    artists = await queries.own_artists(session, user_id, now)
    ratings = await queries.ratings(session, club_id, user_id)
    forward = await queries.put_forward(session, club_id, user_id)
    kept = await queries.shelved(session, club_id)
    shelved = [album for keeper, album in kept if keeper == user_id]
    albums = {album for _, album, _ in ratings} | {one.album_id for one in forward} | {album for _, album in kept}
    catalogue = await _catalogue(session, albums)
    names = dict(await queries.heard_names(session, _albums_of(loved.values())))
    names |= catalogue.names

    scores = _means((catalogue.key(album), score) for rater, album, score in ratings if rater == user_id)
    known = set(own) | set(scores) | _keys(catalogue, shelved)
    known |= _keys(catalogue, (one.album_id for one in forward if not one.settled or one.heard))
    known |= _keys(catalogue, (one.album_id for one in forward if one.user_id == user_id))
    known |= await _heard_by_tracks(session, user_id, catalogue, names)
    liked = [unpacked(values) for values in (await priors.told(session, user_id)).values()]
    known |= {heard_album_id(artist, title) for told in liked for artist, title, _ in told.albums}
    words = {key: word for key, word, _, _ in await queries.words_of(session, user_id)}
    known |= set(words)
    closeness = {one.user_id: closeness_weight(one.score) for one in people if one.score is not None}
    cold = not any(closeness.values())
    if cold:
        closeness = {one.user_id: COLD_CLOSENESS for one in people}
    own_loves = {key: love_of(plays, scores.get(key)) for key, plays in own.items()}
    own_loves |= {key: love_of(0, score) for key, score in scores.items() if key not in own}
    asked = Asked(
        user_id,
        own_loves,
        _with_prior(lately(artists), liked, sum(plays for _, plays, _ in artists)),
        closeness,
        known,
        more=[key for key, word in words.items() if word == "more"],
        against=[key for key, word in words.items() if word == "not"],
        scores=scores,
    )
    others = [(rater, album, score) for rater, album, score in ratings if rater != user_id]
    return Gathered(
        _tastes(loved, names, catalogue, others, forward),
        names,
        {one.user_id: one for one in people},
        _latest(catalogue, forward),
        asked,
        {artist: float(plays) for artist, plays, _ in artists},
        cold and not own and not scores and not liked,
    )


async def gathered_of_club(session: Reading, club_id: UUID, most: int) -> tuple[Gathered, dict[UUID, int]]:
    """What a list for a whole club is made from, and by how many each album is kept on a shelf."""
    await matching.take_part(session)
    people = await queries.listeners(session, club_id, club_id, most)
    loved = await queries.loved(session, [one.user_id for one in people], least=LEAST_PLAYS, limit=ALBUMS_OF_EACH)
    ratings = await queries.ratings(session, club_id, None)
    forward = await queries.put_forward(session, club_id, None)
    shelved = await queries.shelved(session, club_id)
    albums = {album for _, album, _ in ratings} | {one.album_id for one in forward} | {album for _, album in shelved}
    catalogue = await _catalogue(session, albums)
    names = dict(await queries.heard_names(session, _albums_of(loved.values())))
    names |= catalogue.names
    kept: dict[UUID, int] = {}
    for _, album in shelved:
        key = catalogue.key(album)
        if key is not None:
            kept[key] = kept.get(key, 0) + 1
    gathered = Gathered(
        _tastes(loved, names, catalogue, ratings, forward, also=kept),
        names,
        {one.user_id: one for one in people},
        _latest(catalogue, forward),
    )
    return gathered, kept


def _with_prior(heard: dict[UUID, float], liked: Sequence[Liked], plays: int) -> dict[UUID, float]:
    """Artists by plays, with those that services say a member likes while little was heard."""
    fades = max(0.0, 1 - plays / PRIOR_FADES)
    for told in liked:
        top = max((weight for _, weight in told.artists), default=0.0)
        for name, weight in told.artists:
            if top > 0 and fades > 0:
                key = artist_id(name)
                heard[key] = heard.get(key, 0.0) + PRIOR_PLAYS * fades * weight / top
    return heard


def _albums_of(loved: Iterable[Mapping[UUID, int]]) -> list[UUID]:
    return sorted({album for own in loved for album in own})


async def _catalogue(session: Reading, albums: Iterable[UUID]) -> Catalogue:
    found = await queries.catalogue_names(session, sorted(albums))
    keys: dict[UUID, UUID] = {}
    names: dict[UUID, Names] = {}
    for album, (title, artist) in found.items():
        keys[album] = heard_album_id(artist, title)
        names.setdefault(keys[album], Names(title, artist_id(artist), artist))
    return Catalogue(keys, names)


def _keys(catalogue: Catalogue, albums: Iterable[UUID]) -> set[UUID]:
    return {key for album in albums if (key := catalogue.key(album)) is not None}


def _means(scored: Iterable[tuple[UUID | None, float]]) -> dict[UUID, float]:
    """An album that somebody rated in two weeks has the mean of both."""
    given: dict[UUID, list[float]] = {}
    for key, score in scored:
        if key is not None:
            given.setdefault(key, []).append(score)
    return {key: sum(each) / len(each) for key, each in given.items()}


async def _heard_by_tracks(
    session: Reading, user_id: UUID, catalogue: Catalogue, names: Mapping[UUID, Names]
) -> set[UUID]:
    """Albums of the catalogue whose tracks a member heard, by whatever album, or none, they were told."""
    works: dict[UUID, set[UUID]] = {}
    for album, artist, title in await queries.listed_tracks(session, sorted(catalogue.keys)):
        key = catalogue.keys[album]
        works.setdefault(key, set()).add(work_id(artist or names[key].artist, title))
    heard = await queries.heard_works(session, user_id, sorted({work for each in works.values() for work in each}))
    return {key for key, each in works.items() if counts_as_heard(len(each & heard), len(each))}


def _tastes(
    loved: Mapping[UUID, Mapping[UUID, int]],
    names: Mapping[UUID, Names],
    catalogue: Catalogue,
    ratings: Sequence[tuple[UUID, UUID, float]],
    forward: Sequence[PutForward],
    *,
    also: Iterable[UUID] = (),
) -> Tastes:
    """Plays and ratings of others as one: whoever rated an album loves it by their score, else by their plays."""
    scores: dict[UUID, list[float]] = {}
    for _, album, score in ratings:
        key = catalogue.key(album)
        if key is not None:
            scores.setdefault(key, []).append(score)
    loves = {
        person: {key: love_of(plays) for key, plays in own.items() if key in names} for person, own in loved.items()
    }
    for rater, album, score in ratings:
        key = catalogue.key(album)
        # Who hides what they hear is no neighbour of anybody: of them only the club's mean tells.
        if key is not None and rater in loves:
            loves[rater][key] = love_of(loved[rater].get(key, 0), score)
    nominators = {
        key: one.user_id
        for one in reversed(forward)
        if one.settled and (key := catalogue.key(one.album_id)) is not None
    }
    keys = {key for own in loves.values() for key in own} | scores.keys() | nominators.keys() | set(also)
    albums = tuple(Album(key, names[key].artist_id) for key in sorted(keys) if key in names)
    return Tastes(albums, loves, scores, nominators)


def _latest(catalogue: Catalogue, forward: Sequence[PutForward]) -> dict[UUID, PutForward]:
    found: dict[UUID, PutForward] = {}
    for one in forward:
        key = catalogue.key(one.album_id)
        if key is not None:
            found.setdefault(key, one)
    return found
