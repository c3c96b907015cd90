"""Every `AlbumSource` that the contract suite tries.

Each stands here twice: against answers kept as files, and against the rehearsal's loopback provider. Another one is
added by its cases, in a module of its own beside this one.
"""

from __future__ import annotations

from tests.contracts.cases import Case
from tests.contracts.deezer import DEEZER
from tests.contracts.lastfm import LASTFM
from tests.contracts.musicbrainz import MUSICBRAINZ
from tests.contracts.spotify import SPOTIFY

CASES: list[Case] = [*MUSICBRAINZ, *DEEZER, *SPOTIFY, *LASTFM]
