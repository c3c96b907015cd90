"""A person is forgotten, verified by a recount over every table."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from uuid import UUID

from bot.domain.outbox import drafts_again
from bot.domain.people import Caller
from bot.domain.privacy import CONFIRMS, Choice, Erased, Group, Person
from bot.domain.privacy_errors import NotConfirmed, NothingKept
from bot.services import outbox
from bot.services.library import leaving
from bot.services.listening import club_counters, hearing
from bot.services.taste import making
from bot.services.tools import Tools
from db.queries import outbox as outbox_queries
from db.queries.club import weeks
from db.queries.privacy import erasing, reading
from db.session import Writing


class NotForgotten(Exception):  # noqa: N818 - it says what happened
    """Rows of a person were left; nothing was deleted, so that nobody is told otherwise."""


async def delete_person(tools: Tools, *, caller: Caller, now: datetime, choice: Choice, typed: str) -> Erased:
    """Forget the caller, on every server; what they gave their clubs stays nameless or goes, as they choose.

    Their key is nobody's afterwards: what was about to be written about them has nobody to be written to. Whoever comes
    back is a new person. Raises `NotConfirmed`, `NothingKept`.
    """
    if typed.strip().upper() != CONFIRMS:
        raise NotConfirmed(typed.strip(), CONFIRMS)
    async with tools.database.writing() as session:
        person = await erasing.person_behind(session, caller.discord_id)
        if person is None or not await erasing.hold(session, person):
            raise NothingKept
        files = await erasing.imports_of(session, person)
        music = await leaving.gather(session, person.user_id, now)
        shown = await erasing.weeks_showing(session, person)
        await hearing.member_changed(session, user_id=person.user_id, now=now)
        await making.blends_go(session, person.user_id, now)
        gone, nameless = await _forget(session, person, choice, now)
        await leaving.forget_assets(session, music)
        left = await reading.recount(session, person)
        if left.total:
            raise NotForgotten(", ".join(left.left))
        await _draw_again(session, shown, now)
    await _remove_files(tools, files)
    await leaving.remove_files(tools, music)
    async with tools.database.reading() as session:
        return Erased(choice, gone, nameless, await reading.recount(session, person))


async def _forget(
    session: Writing, person: Person, choice: Choice, now: datetime
) -> tuple[Counter[Group], Counter[Group]]:
    await club_counters.member_goes(session, user_id=person.user_id)
    taken = await erasing.take_back(session, person, now) if choice is Choice.GO else Counter[Group]()
    nameless = await erasing.make_nameless(session, person, now)
    return taken + await erasing.erase(session, person), nameless


async def _draw_again(session: Writing, shown: list[UUID], now: datetime) -> None:
    """Messages that name the person, or show what went, are drawn again; those that stay the same are not sent."""
    for week_id in shown:
        week = await weeks.week(session, week_id)
        assert week is not None, "weeks with nominations are never deleted"
        panels = await outbox_queries.panels_of(session, week_id)
        if panels:
            await outbox.record(session, week, drafts_again(panels, now, force=False), now)


async def _remove_files(tools: Tools, files: list[UUID]) -> None:
    """Histories that were handed over and not dealt with yet."""
    if tools.listening.luggage is not None:
        for key in files:
            await tools.listening.luggage.remove(key)
