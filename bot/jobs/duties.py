"""What is done for each task of the queue. A new kind of work is a name in `bot.domain.tasks` and a line here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from bot.domain.tasks import (
    BACKFILL_ACCOUNT,
    COPY_DEMO,
    EXPORT_PLAYLIST,
    IMPORT_LISTENS,
    KEEP_UPLOAD,
    LEARN_MUSIC,
    MATCH_CLUB,
    READ_PRIORS,
    REFRESH_TASTE,
    SEEK_COVERS,
    SYNC_ACCOUNTS,
    Task,
)
from bot.services.library import copies, exporting, keeping
from bot.services.listening import attachments, syncing
from bot.services.pictures import seeking
from bot.services.taste import judging, learning, priors, refreshing
from bot.services.tools import Tools

Duty: TypeAlias = Callable[..., Awaitable[object]]
"""Called with the tools and the task's arguments by name. It may be called again after it was broken off anywhere."""


def duties() -> Mapping[Task, Duty]:
    """Every task and what is done for it."""
    return {
        SYNC_ACCOUNTS: syncing.read_accounts,
        BACKFILL_ACCOUNT: syncing.read_accounts,
        IMPORT_LISTENS: attachments.work,
        REFRESH_TASTE: refreshing.refresh,
        KEEP_UPLOAD: keeping.work,
        COPY_DEMO: copies.work,
        SEEK_COVERS: seeking.seek,
        MATCH_CLUB: judging.judge_club,
        LEARN_MUSIC: learning.learn,
        READ_PRIORS: priors.read,
        EXPORT_PLAYLIST: exporting.work,
    }


def bound(duty: Duty, tools: Tools) -> Callable[..., Awaitable[None]]:
    """The duty with its tools in its hands."""

    async def perform(**args: Any) -> None:
        await duty(tools, **args)

    return perform
