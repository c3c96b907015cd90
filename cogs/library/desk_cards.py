"""Values to messages of the Demo Desk: uploads on their way, a member's library, a track, and what everybody reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import discord
from discord import ui

from bot.domain.library.audio import Stored
from bot.domain.library.sharing import PostPage, Reach, SharedPost
from bot.domain.library.tracks import KEPT_AFTER_DELETION, MemberTrack, Version
from bot.domain.library.uploads import UNDER_WAY, Upload, UploadPage, UploadState
from bot.domain.pictures.painting import Painted
from cogs.club import actions as club_actions
from cogs.club.cards import phrases
from cogs.club.cards.phrases import counted
from cogs.shared.dynamic import Action
from cogs.shared.library_refusals import failure_words
from cogs.shared.render import Body, Enclosed, Gallery, Sound, beside_cover, link, row, rows, words
from cogs.shared.text import block, label, plain, short_when

POST_IT = Action("demo-post")
"""Of a track: opens the form to post it here; `publish` makes a private one public with it."""
LISTEN = Action("demo-listen")
"""Of a track: hands its sound to whoever pressed."""
PLAYLIST_IT = Action("demo-playlist")
KEEP_IT = Action("demo-keep")
"""Of a track: nothing more shall happen to it now."""
PICK = Action("demo-pick")
"""Of no row: a track of the member's library is chosen."""
EDIT = Action("demo-edit")
MAKE_PUBLIC = Action("demo-public")
MAKE_PRIVATE = Action("demo-private")
DELETE = Action("demo-delete")
"""Of a track: asks; the argument `yes` does it."""
RESTORE = Action("demo-restore")
REPORT = Action("demo-report")
"""Of a post."""
CLEAR = Action("demo-clear")
"""Of a reported track: a host lets it be heard again, or (`keep`) leaves it hidden."""

KINDS = {Stored.MP3: "MP3", Stored.WAV: "WAV", Stored.FLAC: "FLAC", Stored.OPUS: "Opus"}
TITLE = 200
CAPTION = 1_200
SAID = 200


def facts_words(version: Version) -> str:
    """`3:45 · FLAC, 44.1 kHz, stereo · −13.5 LUFS, −1.2 dBTP`."""
    facts = version.asset.facts
    channels = {1: "mono", 2: "stereo"}.get(facts.channels, f"{facts.channels} channels")
    loud = f"{facts.loudness_lufs:.1f} LUFS".replace("-", "−") if facts.loudness_lufs is not None else "silent"
    peak = f", {facts.true_peak_db:.1f} dBTP".replace("-", "−") if facts.true_peak_db is not None else ""
    kind = f"{KINDS[version.asset.stored]}, {facts.rate / 1_000:g} kHz, {channels}"
    return f"{phrases.duration(facts.duration_ms)} · {kind} · {loud}{peak}"


def size_words(size: int) -> str:
    """`4.2 MB`."""
    return f"{size / 1_000_000:.1f} MB" if size >= 100_000 else f"{max(1, size // 1_000)} kB"


def _title(track: MemberTrack) -> str:
    return phrases.literal(track.title, TITLE, TITLE + 60)


# --- uploads --------------------------------------------------------------------------------------------------------


def upload_card(one: Upload, track: MemberTrack | None, now: datetime, picture: Painted | None = None) -> Body:
    """How an upload stands; once it is done, what may become of the track."""
    name = plain(one.file_name, 80) or "the file"
    if one.state is UploadState.FAILED:
        return words(f"**{name}** is not in your library. {failure_words(one.code, one.reason, one.detail)}")
    if one.state is UploadState.WAITING:
        return words("The upload page is open. This card goes on by itself once your file is here.")
    if one.state in UNDER_WAY or track is None:
        if one.cut_off(now):
            return words(f"**{name}** shows no sign of life any more. Send it again: nothing is kept twice.")
        return words(f"Listening to **{name}** to its end: {size_words(one.size)}. You may close this card.")
    return choice_card(track, _came(one, track), picture)


def _came(one: Upload, track: MemberTrack) -> str:
    title = f"**{_title(track)}**"
    if one.restored:
        return f"{title} was deleted, and is back in your library with this file."
    if one.duplicate:
        return f"This file is already in your library: it is {title}."
    if one.is_version and track.current is not None:
        return f"Version {track.current.number} of {title} is in your library."
    return f"{title} is in your library{'' if track.public else ', for you alone'}."


def page_card(page: UploadPage, too_large: bool) -> Body:
    """The way to the upload page."""
    why = "That file is more than Discord takes. " if too_large else ""
    text = (
        f"{why}Send it on this page of ours: MP3, WAV or FLAC, up to 50MB. The page takes one file, once, and closes "
        f"{short_when(page.ends_at)}. It is yours alone: pass it to nobody."
    )
    return words(text, row(link("Open the upload page", page.address)))


def choice_card(track: MemberTrack, first: str, picture: Painted | None) -> Body:
    """A track that has just come in, and the three things that may become of it."""
    lines = [first]
    if track.current is not None:
        compression = track.current.compression
        lines.append(facts_words(track.current))
        if compression.applied:
            saved = f"{size_words(compression.original_size)} became {size_words(compression.stored_size)}"
            lines.append(f"-# {saved}, {compression.ratio:g} to 1, as {KINDS[track.current.asset.stored]} to stream.")
    buttons = row(
        _post_button(track),
        PLAYLIST_IT.button("Add to a playlist", track.id),
        KEEP_IT.button("Library only", track.id),
    )
    return words("\n".join(lines), Gallery(picture) if picture is not None else None, buttons)


def _post_button(track: MemberTrack) -> ui.Item[Any]:
    if track.public:
        return POST_IT.button("Post it here", track.id, style=discord.ButtonStyle.primary)
    return POST_IT.button("Make it public and post it", track.id, "publish", style=discord.ButtonStyle.primary)


# --- a library ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Maker:
    """Whose library it is, as everybody sees them."""

    name: str
    bio: str
    avatar_url: str


def library_card(
    tracks: Sequence[MemberTrack], deleted: Sequence[MemberTrack], *, maker: Maker, own: bool, now: datetime
) -> Body:
    """A member's tracks, newest first, one of which may be chosen."""
    whose = "Your library" if own else f"Tracks by {plain(maker.name, 60)}"
    head = f"### {whose}\n{block(maker.bio, 500, lines=10)}" if maker.bio else f"### {whose}"
    face = beside_cover(head, maker.avatar_url, f"The picture of {maker.name}")
    if not tracks and not deleted:
        none = "`/demo share` with an MP3, WAV or FLAC puts a track in." if own else "Nothing public is in it."
        return Body(face, ui.TextDisplay(f"Nothing is in it yet. {none}" if own else none), framed=False)
    lines = [phrases.listing(lambda width: [_listed(track, width) for track in tracks], 2_200)] if tracks else []
    parts: list[ui.Item[Any] | None] = []
    if tracks:
        options = [discord.SelectOption(label=label(track.title, 100), value=str(track.id)) for track in tracks[:25]]
        parts.append(PICK.select(options, placeholder="Show a track"))
    if deleted:
        lines.append("Deleted, and to be brought back until they go for good:")
        for track in deleted[:5]:
            ends = (track.deleted_at or now) + KEPT_AFTER_DELETION
            lines.append(f"- {phrases.literal(track.title, 60, 80)}, until {short_when(ends)}")
        parts += rows(*(RESTORE.button(f"Bring back {track.title}", track.id) for track in deleted[:5]))
    return Body(face, ui.TextDisplay("\n".join(lines)), *parts, framed=False)


def _listed(track: MemberTrack, width: int) -> str:
    length = f" ({phrases.duration(track.current.asset.facts.duration_ms)})" if track.current is not None else ""
    number = f" · v{track.current.number}" if track.current is not None and track.current.number > 1 else ""
    private = "" if track.public else " · private"
    hidden = " · reported" if track.hidden_at is not None else " · in a demo week" if track.veiled else ""
    return f"- {phrases.literal(track.title, width, width + 12)}{length}{number}{private}{hidden}"


def track_card(
    track: MemberTrack, versions: Sequence[Version], *, own: bool, picture: Painted | None, said: str = ""
) -> Body:
    """A track with its facts; its owner's buttons where it is theirs."""
    lines = [said] if said else []
    lines += [f"### {_title(track)}", *_track_lines(track, versions, own=own)]
    first = row(
        LISTEN.button("Listen", track.id), _post_button(track), PLAYLIST_IT.button("Add to a playlist", track.id)
    )
    change = (
        MAKE_PRIVATE.button("Make it private", track.id)
        if track.public
        else MAKE_PUBLIC.button("Make it public", track.id)
    )
    second = row(
        EDIT.button("Edit", track.id), change, DELETE.button("Delete", track.id, style=discord.ButtonStyle.danger)
    )
    gallery = Gallery(picture) if picture is not None else None
    return words("\n".join(lines), gallery, first, second if own else None)


def _track_lines(track: MemberTrack, versions: Sequence[Version], *, own: bool) -> Iterator[str]:
    yield f"By {phrases.person_words(track.owner)}{'' if track.public else ' · private'}"
    if track.current is not None:
        yield facts_words(track.current)
    told = [plain(text, 120) for text in (track.genre, track.tags) if text]
    if told:
        yield " · ".join(told)
    if track.description:
        yield block(track.description, 600, lines=10)
    for version in versions[:6]:
        note = f": {plain(version.note, 120)}" if version.note else ""
        yield f"- v{version.number}, {short_when(version.delivered_at)}{note}"
    if own:
        counts = [counted(track.post_count, "post"), counted(track.playlist_count, "playlist")]
        yield f"-# {counted(track.play_count, 'play')}, {', '.join(counts)}"
    if own and track.hidden_at is not None:
        yield "It was reported, so others do not reach it until a host has looked at it."
    if own and track.veiled:
        yield "It is in the race of a demo week that hides who made what: until the result others find it there alone."


def delete_card(track: MemberTrack) -> Body:
    """What deleting a track means."""
    what = [
        counted(track.post_count, "post keeps its place, without it", "posts keep their place, without it"),
        counted(track.playlist_count, "playlist loses it", "playlists lose it"),
    ]
    text = (
        f"Delete **{_title(track)}** with all its versions? {what[0]}; {what[1]}; your memory of it is out of sight. "
        f"For {KEPT_AFTER_DELETION.days} days `/demo library` brings it all back; then it is gone for good."
    )
    button = DELETE.button("Delete it", track.id, "yes", style=discord.ButtonStyle.danger)
    return words(text, row(button, KEEP_IT.button("Keep it", track.id)))


# --- what everybody reads -------------------------------------------------------------------------------------------


def shared_message(post: SharedPost, picture: Painted | None = None, sound: Sound | None = None) -> Body:
    """The message of a posted track; of one that is out of reach its place alone."""
    track = post.track
    if track is None:
        return Body(ui.TextDisplay("\n".join(_left(post))), silent=True)
    lines = [f"### {_title(track)}", f"By {phrases.person_words(track.owner)}{_posted_by(post)}"]
    if post.caption:
        lines.append(block(post.caption, CAPTION, lines=20))
    after: list[str] = []
    if track.current is not None:
        number = f"v{track.current.number} · " if track.current.number > 1 else ""
        after.append(f"-# {number}{facts_words(track.current)}")
    for comment in post.latest:
        moment = f" at {phrases.duration(comment.position_ms)}" if comment.position_ms is not None else ""
        after.append(f"**{phrases.person_words(comment.name)}**{moment}:\n{block(comment.content, SAID, lines=4)}")
    likes = f"Like ({post.post.likes:,})" if post.post.likes else "Like"
    comments = post.post.comments
    buttons = row(
        club_actions.LIKE.button(likes, post.post.id),
        club_actions.COMMENT.button("Comment", post.post.id),
        club_actions.COMMENTS.button(f"Comments ({comments:,})", post.post.id) if comments else None,
        PLAYLIST_IT.button("Add to playlist", track.id),
        REPORT.button("Report", post.post.id),
    )
    enclosed = Enclosed(sound) if sound is not None else None
    listen = row(LISTEN.button("Listen", track.id)) if sound is None else None
    gallery = Gallery(picture) if picture is not None else None
    return Body(
        ui.TextDisplay("\n".join(lines)),
        gallery,
        enclosed,
        ui.TextDisplay("\n".join(after)) if after else None,
        buttons,
        listen,
        silent=True,
    )


def _posted_by(post: SharedPost) -> str:
    assert post.track is not None, "within reach"
    return "" if post.by == post.track.owner else f" · posted by {phrases.person_words(post.by)}"


def _left(post: SharedPost) -> Iterator[str]:
    """What a post shows whose track is out of reach."""
    who = phrases.person_words(post.by)
    if post.reach is Reach.VEILED:
        yield "*A track that is in the race of a demo week. It is here again with the result.*"
        return
    if post.reach is Reach.REMOVED:
        yield f"*A track that {who} posted was deleted.*"
        if post.post.talked_about:
            kept = f"{counted(post.post.likes, 'like')}, {counted(post.post.comments, 'comment')}"
            yield f"-# {kept} stay with its place."
    elif post.reach is Reach.HIDDEN:
        yield f"*A track that {who} posted was reported, and waits for a host to look at it.*"
    else:
        yield f"*A track that {who} posted is private now.*"


def posts_card(page: PostPage) -> Body:
    """A page of what members posted."""
    if not page.posts:
        return words(
            "Nobody has posted a track here yet. `/demo share` begins." if page.page == 1 else "No more posts."
        )
    lines = ["### Posted tracks"]
    for post in page.posts:
        where = f"https://discord.com/channels/{post.guild_id}/{post.channel_id}/{post.post.message_id}"
        place = f" · [message](<{where}>)" if post.post.message_id else ""
        if post.track is None:
            lines.append(f"- *a track that is out of reach*, posted by {phrases.person_words(post.by)}{place}")
            continue
        title = phrases.literal(post.track.title, 80, 100)
        likes = f" · {counted(post.post.likes, 'like')}" if post.post.likes else ""
        lines.append(f"- **{title}** by {phrases.person_words(post.track.owner)}{likes}{place}")
    if page.has_more:
        lines.append(f"-# `/demo posts page:{page.page + 1}` shows older ones.")
    return words("\n".join(lines))


def reports_card(reported: Sequence[tuple[Any, str, str]]) -> Body:
    """What hosts are to look at."""
    if not reported:
        return words("No reported track waits for a host.")
    lines = ["### Reported tracks", "Nobody but their owners reaches them until you have looked."]
    parts: list[ui.Item[Any] | None] = []
    for key, title, reason in reported[:8]:
        said = f": {plain(reason, 160)}" if reason else ""
        lines.append(f"- **{phrases.literal(title, 80, 100)}**{said}")
        parts.append(
            row(
                CLEAR.button(label(f"Show {title} again", 80), key),
                CLEAR.button("Leave it hidden", key, "keep", style=discord.ButtonStyle.danger),
            )
        )
    return words("\n".join(lines), *parts)
