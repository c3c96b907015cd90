"""A member's track as its picture shows it, and what its file is called in a message."""

from __future__ import annotations

import re
import unicodedata

from bot.domain.library.audio import ENDINGS
from bot.domain.library.tracks import MemberTrack, Version
from bot.domain.pictures.charts import Waveform

NAME = 40


def sketch_of(track: MemberTrack, version: Version) -> Waveform:
    """The waveform of a version."""
    facts = version.asset.facts
    return Waveform(
        title=track.title,
        artist=track.owner,
        peaks=tuple((-level / 255, level / 255) for level in facts.waveform),
        seconds=facts.duration_ms / 1_000,
        loudness=facts.loudness_lufs,
        version=f"v{version.number}",
    )


def file_name(track: MemberTrack, version: Version) -> str:
    """`kite-string-v2-0f3a91c2.mp3`: letters that every system keeps; equal names are equal files."""
    plain = unicodedata.normalize("NFKD", track.title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:NAME].strip("-") or "track"
    return f"{slug}-v{version.number}-{version.asset.sha256[:8]}.{ENDINGS[version.asset.stored]}"
