"""What the services of a process work with: who is asked in the world, and what keeps bytes on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.config import Settings
from bot.domain.catalog import Service
from bot.domain.clock import Clock
from bot.pictures.kept import KeptPictures
from bot.pictures.painter import PooledPainter
from bot.providers.audio import ChildEars
from bot.providers.exports.luggage import AttachmentFolder
from bot.providers.exports.reader import ExportFiles
from bot.providers.files import FileStore
from bot.providers.sources import Keys, Sources, World
from bot.providers.uploads import UploadFolder
from bot.providers.vault import KeyFile, SecretVault
from bot.services.discord_turns import DiscordTurns
from bot.services.manners import SharedManners
from bot.services.tools import Covers, Library, Listening, Tools
from db.session import Database

if TYPE_CHECKING:
    from pydantic import SecretStr

TURN_CONNECTIONS = 2


class Equipment:
    """Builds the tools, and closes what they opened. Without a `world` nobody but Discord is asked."""

    def __init__(self, settings: Settings, clock: Clock, world: World | None) -> None:
        self._settings = settings
        self._clock = clock
        self._world = world
        self._sources: Sources | None = None
        self._painter: PooledPainter | None = None
        self._turns: Database | None = None
        """Connections for turns with services alone: whoever waits for one may hold another in a transaction."""
        self.vault = SecretVault(settings.vault_keys, file=KeyFile(settings.data_folder))

    def tools(self, database: Database) -> Tools:
        """The tools, with the services of the world where there is one."""
        settings = self._settings
        if self._world is None:
            return Tools(database, self._clock, listening=Listening(vault=self.vault, files=ExportFiles()))
        turns = self._turning(database)
        asked = [Service(name) for name in settings.asked_sources]
        self._sources = sources = Sources(
            self._world,
            SharedManners(turns, self._clock),
            self._clock,
            keys=_keys(settings),
            asked=asked,
            contact=settings.contact,
        )
        kept = Covers(sources.covers, FileStore(settings.data_folder / "covers"))
        luggage = AttachmentFolder(settings.data_folder / "imports", sources.http)
        listening = Listening(
            sources.listens,
            sources.granters,
            self.vault,
            settings.web_address,
            ExportFiles(),
            luggage,
            tastes=sources.tastes,
            keepers=sources.keepers,
        )
        self._painter = PooledPainter(kept.store, KeptPictures(settings.data_folder / "pictures"))
        folder = settings.data_folder
        library = Library(UploadFolder(folder / "uploads", sources.http), ChildEars(), FileStore(folder / "assets"))
        return Tools(
            database,
            self._clock,
            sources.albums,
            sources.links,
            kept,
            listening,
            self._painter,
            library,
            fact_sources=sources.facts,
        )

    def discord_turns(self, database: Database) -> DiscordTurns | None:
        """Turns with Discord; none where somebody else keeps its rate, or nobody needs to."""
        rate = self._settings.asks_discord
        return DiscordTurns(SharedManners(self._turning(database), self._clock), self._clock, rate) if rate else None

    def _turning(self, database: Database) -> Database:
        self._turns = self._turns or Database.connect(database.url, pool_size=TURN_CONNECTIONS)
        return self._turns

    async def prepare(self) -> None:
        """Have a painter's process wait for the first picture; it loads nothing that draws before."""
        if self._painter is not None:
            await self._painter.prepare()

    async def close(self) -> None:
        """Leave the services of the world, and end the painters."""
        if self._painter is not None:
            await self._painter.close()
        if self._sources is not None:
            await self._sources.close()
        if self._turns is not None:
            await self._turns.close()


def _keys(settings: Settings) -> Keys:
    def shown(secret: SecretStr | None) -> str:
        return secret.get_secret_value() if secret is not None else ""

    return Keys(
        settings.spotify_client_id,
        shown(settings.spotify_client_secret),
        shown(settings.lastfm_api_key),
        lastfm_secret=shown(settings.lastfm_api_secret),
        lastfm_auth=shown(settings.lastfm_auth_key),
    )
