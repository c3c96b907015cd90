"""Pictures of members' tracks: drawn where there is a painter, and never waited for in vain."""

from __future__ import annotations

from bot.domain.library.drawing import sketch_of
from bot.domain.library.tracks import MemberTrack
from bot.domain.pictures.painting import Painted, PictureRefused
from bot.services.tools import Tools


async def waveform_of(tools: Tools, track: MemberTrack) -> Painted | None:
    """The newest version of a track as its sound looks; None where it cannot be drawn now."""
    if tools.painter is None or track.current is None:
        return None
    try:
        return await tools.painter.paint(sketch_of(track, track.current))
    except PictureRefused:
        return None
