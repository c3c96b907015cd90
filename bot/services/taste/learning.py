"""What music is, learnt in the background: services are asked about what members hear most, a few at a time.

Whoever asks has claimed what they ask about, so that of two processes each asks about other artists. What comes is kept
as it was told, in one transaction with what is derived of it and with who has to be told; whatever ends an asking in
its middle leaves a claim that runs out, and nothing is lost.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.errors import Unavailable
from bot.domain.ports import FactSource
from bot.domain.tasks import LEARN_MUSIC
from bot.domain.taste.asking import LEASE, Claimed, ToldAt, next_ask, to_ask
from bot.domain.taste.facts import FACTS_VERSION, Of, Subject, Teller, Told, traits_of
from bot.services.tools import Tools
from db.queries import providers, queue
from db.queries.taste import asking as queries
from db.queries.taste import facts
from db.session import Reading, Writing

log = logging.getLogger(__name__)

ARTISTS, ALBUMS = 14, 6
"""How many of each are claimed at once: half a minute's work, where a source is asked once a second."""
DERIVED_AT_ONCE = 200


class Overtaken(Exception):  # noqa: N818 - what happened
    """Somebody else has claimed it since."""


async def wake(tools: Tools, *, now: datetime) -> bool:
    """Put an asking into the queue where something is due and somebody may be asked; whether one waits there now."""
    if not tools.fact_sources:
        return False
    async with tools.database.reading() as session:
        blocked = await _blocked(session, now)
        if all(one.teller in blocked for one in tools.fact_sources) or not await queries.any_due(session, now):
            return False
    async with tools.database.writing() as session:
        name = LEARN_MUSIC.name
        # Behind whatever somebody waits for.
        asked = await queue.defer(session, LEARN_MUSIC, {}, lock=name, queueing_lock=name, priority=-1)
        return asked is not None


async def learn(tools: Tools) -> int:
    """The task: claim some artists and albums, ask about them, and see whether more are due; how many it were."""
    now = tools.clock.now()
    async with tools.database.reading() as session:
        blocked = await _blocked(session, now)
    if all(one.teller in blocked for one in tools.fact_sources):
        return 0
    async with tools.database.writing() as session:
        claims = await queries.claim(session, now=now, until=now + LEASE, artists=ARTISTS, albums=ALBUMS)
    learnt = await _learn_all(tools, claims, blocked)
    await wake(tools, now=tools.clock.now())
    return learnt


@dataclass(frozen=True, slots=True)
class Learnt:
    """How far the artists that members hear are known."""

    heard: int
    described: int
    waiting: int
    """Nobody was asked about them yet."""


async def how_far(tools: Tools) -> Learnt:
    """How far learning has come."""
    async with tools.database.reading() as session:
        return Learnt(*await queries.how_far(session))


async def sweep(tools: Tools, *, now: datetime) -> None:
    """Once an hour: what the club's catalogue knows, sources that are new here, and a mapping that is another one."""
    await note_catalogue(tools, now=now)
    await derive_anew(tools)
    async with tools.database.writing() as session:
        for source in tools.fact_sources:
            await queries.ask_new(session, source.teller, now + LEASE)


# --- asking ---------------------------------------------------------------------------------------------------------


async def _blocked(session: Reading, now: datetime) -> dict[Teller, datetime | None]:
    """The sources that are left alone at this moment, and until when."""
    standings = await providers.standings(session)
    return {
        teller: until
        for teller in Teller
        if (one := standings.get(teller.value)) and (until := one.blocked_until) is not None and until > now
    }


async def _learn_all(tools: Tools, claims: Sequence[Claimed], blocked: Mapping[Teller, datetime | None]) -> int:
    """Ask about one after another; a source that fails is asked no more this time, what is left then is given back."""
    sources = {one.teller: one for one in tools.fact_sources if one.teller not in blocked}
    failed = dict(blocked)
    learnt = 0
    for place, claimed in enumerate(claims):
        if not sources:
            async with tools.database.writing() as session:
                await queries.give_back(session, claims[place:], tools.clock.now())
            break
        now = tools.clock.now()
        async with tools.database.writing() as session:
            held = await queries.extend(session, claimed, now + LEASE)
        if held is None:
            continue
        told, troubles = await _ask(sources, held, now)
        for teller, trouble in troubles.items():
            sources.pop(teller)
            failed[teller] = trouble.until if isinstance(trouble, Unavailable) else None
        try:
            await _keep(tools, held, told, failed, counts=bool(troubles))
        except Overtaken:
            log.info("facts of %s %s were asked for by somebody else meanwhile", held.subject.of, held.subject.id)
            continue
        learnt += 1
    return learnt


async def _ask(
    sources: Mapping[Teller, FactSource], claimed: Claimed, now: datetime
) -> tuple[list[Told], dict[Teller, Exception]]:
    """What the sources tell whose turn it is, and which of them failed."""
    tellers = to_ask(claimed.told, sources, now)
    if not claimed.artist or claimed.is_nobody:
        return [Told(teller, found=False) for teller in tellers], {}
    of, names = claimed.subject.of, claimed.plain_names
    answers = await asyncio.gather(
        *(sources[teller].fetch_facts(of, *names) for teller in tellers),
        return_exceptions=True,
    )
    told: list[Told] = []
    troubles: dict[Teller, Exception] = {}
    for teller, answer in zip(tellers, answers, strict=True):
        match answer:
            case Told():
                told.append(answer)
            case Unavailable():
                log.info("facts of %s wait: %s %s %s", claimed.artist, teller, answer.why, answer.detail)
                troubles[teller] = answer
            case Exception():
                log.error("facts of %s could not be asked of %s", claimed.artist, teller, exc_info=answer)
                troubles[teller] = answer
            case _:
                raise answer
    return told, troubles


async def _keep(
    tools: Tools, claimed: Claimed, told: Sequence[Told], failed: Mapping[Teller, datetime | None], *, counts: bool
) -> None:
    """Keep what was told, what is made of it, and when somebody is asked again. Raises `Overtaken`."""
    now = tools.clock.now()
    tellers = [source.teller for source in tools.fact_sources]
    known = {**claimed.told, **{one.teller: ToldAt(now, one.found) for one in told}}
    owed = {teller: until for teller, until in failed.items() if teller in to_ask(known, tellers, now)}
    failures = claimed.failures + 1 if counts else 0
    due = next_ask(known, tellers, now, failed=owed, failures=failures, chance=random.random())
    async with tools.database.writing() as session:
        await _write(session, claimed.subject, told, now)
        if not await queries.settle(session, claimed, due_at=due, failures=failures):
            raise Overtaken


async def _write(session: Writing, subject: Subject, told: Collection[Told], now: datetime) -> None:
    """What sources tell of an artist or album, in place of what they told before; traits follow."""
    known = await facts.hold_subject(session, subject)
    for one in told:
        await facts.keep_told(session, subject, one, now)
    fresh = {one.teller for one in told}
    everything = [*(one for one in known.told if one.teller not in fresh), *told]
    await facts.keep_traits(session, subject, known, traits_of(subject.of, everything), version=FACTS_VERSION)


# --- without asking -------------------------------------------------------------------------------------------------


async def note_catalogue(tools: Tools, *, now: datetime) -> int:
    """Write down what the catalogue knows of albums that were nominated or rated; of how many that was news."""
    async with tools.database.reading() as session:
        news = await queries.told_by_catalogue(session)
    for key, (artist, title, told) in sorted(news.items()):
        async with tools.database.writing() as session:
            await queries.add_names(session, [], [(artist, title)])
        async with tools.database.writing() as session:
            await _write(session, Subject(Of.ALBUM, key), [told], now)
    return len(news)


async def derive_anew(tools: Tools) -> int:
    """Derive again what another mapping derived, from what was told; nobody is asked. How many that were."""
    done, after = 0, None
    while True:
        async with tools.database.reading() as session:
            some = await queries.outdated(session, version=FACTS_VERSION, after=after, most=DERIVED_AT_ONCE)
        if not some:
            return done
        for subject in some:
            async with tools.database.writing() as session:
                known = await facts.hold_subject(session, subject)
                traits = traits_of(subject.of, known.told)
                await facts.keep_traits(session, subject, known, traits, version=FACTS_VERSION)
        done, after = done + len(some), some[-1]
