"""A member goes, and with them their tracks, the versions of those, and the files that nobody else has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.services.library import keeping, showing
from bot.services.tools import Tools
from db.queries.library import sharing, tracks, uploads, versions
from db.session import Writing


@dataclass(frozen=True, slots=True)
class Music:
    """What lies outside the tables and goes with its member."""

    hashes: tuple[str, ...]
    uploads: tuple[UUID, ...]


async def gather(session: Writing, user_id: UUID, now: datetime) -> Music:
    """What a member's files are, while the tables still say so; messages that show their tracks are drawn again."""
    own = await tracks.all_of(session, user_id)
    await showing.track_changed(session, own, now)
    for club_id, post_id in await sharing.posts_by(session, user_id):
        await showing.draw_again(session, club_id=club_id, post_id=post_id, now=now)
    return Music(tuple(await versions.assets_of(session, user_id)), tuple(await uploads.all_of(session, user_id)))


async def forget_assets(session: Writing, music: Music) -> None:
    """The rows of files that no version holds any more go in the transaction in which the versions went."""
    for sha256 in sorted(music.hashes):
        await versions.hold_hash(session, sha256)
        await versions.drop_unreferenced(session, sha256)


async def remove_files(tools: Tools, music: Music) -> None:
    """The files themselves, after the commit; what a process leaves that ends here is swept."""
    for sha256 in music.hashes:
        await keeping.drop(tools, sha256)
    if tools.library.inbox is not None:
        for key in music.uploads:
            await tools.library.inbox.remove(key)
