"""Settings: the only reader of the environment. Every fault is reported at once, by the name an operator typed."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.domain.secret_keys import KeyFault, SecretKey, read_keys

SOURCES = ("musicbrainz", "deezer", "spotify", "lastfm")
"""Names of the sources of albums."""
HTTP = ("https", "http")
WEB_PORT = 8910
MOST_SHARDS = 10_000
DISCORD_RATE = 45
"""Of the 50 requests a second that Discord takes of a token, those that answer people apart."""


class SettingsFault(Exception):  # noqa: N818 - the field's word
    """The environment does not make sense; one line per fault, each with what to do."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Settings(BaseSettings):
    """What an operator can set; each field is an environment variable, also read from `.env`."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", populate_by_name=True, env_ignore_empty=True)

    discord_token: SecretStr | None = Field(None, validation_alias=AliasChoices("DISCORD_TOKEN"))
    """The bot's token from Discord's developer portal; `longplay run` needs nothing else."""
    discord_token_file: SecretStr | None = Field(None, validation_alias=AliasChoices("DISCORD_TOKEN_FILE"))
    """What stands in the file that was named; it counts where `discord_token` is not given."""
    discord_api_url: str | None = Field(None, validation_alias=AliasChoices("DISCORD_API_URL"))
    """Another address for Discord's REST API, such as a rate-limit proxy; ends in `/api/v10`."""
    discord_rate: int | None = Field(None, ge=0, le=10_000, validation_alias=AliasChoices("LONGPLAY_DISCORD_RATE"))
    """How many requests a second all processes of the token make of Discord; 0 where something else keeps count."""
    shards: int | None = Field(None, ge=1, le=MOST_SHARDS, validation_alias=AliasChoices("LONGPLAY_SHARDS"))
    """How many shards all processes of the token have together; Discord says it where this process has all of them."""
    shard_ids: str = Field("", validation_alias=AliasChoices("LONGPLAY_SHARD_IDS"))
    """Which of them this process has: numbers from 0 with commas between, `0-3` for several; all where it is empty."""
    database_url: SecretStr | None = Field(None, validation_alias=AliasChoices("DATABASE_URL"))
    """A PostgreSQL server; without it one is embedded in the data folder."""
    database_url_file: SecretStr | None = Field(None, validation_alias=AliasChoices("DATABASE_URL_FILE"))
    """What stands in the file that was named; it counts where `database_url` is not given."""
    data_folder: Path = Field(Path("data"), validation_alias=AliasChoices("LONGPLAY_DATA"))
    """Where the embedded database lives."""
    log_level: str = Field("INFO", validation_alias=AliasChoices("LONGPLAY_LOG_LEVEL"))
    log_json: bool = Field(False, validation_alias=AliasChoices("LONGPLAY_LOG_JSON"))
    tick_seconds: float = Field(15.0, gt=0, le=300, validation_alias=AliasChoices("LONGPLAY_TICK_SECONDS"))
    """How often the rows are asked for deadlines that passed; the alarm for the next one rings by itself."""
    contact: str = Field("", max_length=200, validation_alias=AliasChoices("LONGPLAY_CONTACT"))
    """A mail or web address by which a service's operator reaches whoever runs this bot; it is sent with each call."""
    sources: str = Field("all", validation_alias=AliasChoices("LONGPLAY_SOURCES"))
    """Which sources of albums are asked: `all`, `none`, or their names with commas between."""
    spotify_client_id: str = Field("", validation_alias=AliasChoices("SPOTIFY_CLIENT_ID"))
    spotify_client_secret: SecretStr | None = Field(None, validation_alias=AliasChoices("SPOTIFY_CLIENT_SECRET"))
    """With the id above: an app of Spotify's developer dashboard. Without both, Spotify is not asked."""
    spotify_client_secret_file: SecretStr | None = Field(
        None, validation_alias=AliasChoices("SPOTIFY_CLIENT_SECRET_FILE")
    )
    """What stands in the file that was named; it counts where `spotify_client_secret` is not given."""
    lastfm_api_key: SecretStr | None = Field(None, validation_alias=AliasChoices("LASTFM_API_KEY"))
    """A key of last.fm/api; without one, Last.fm is not asked."""
    lastfm_api_key_file: SecretStr | None = Field(None, validation_alias=AliasChoices("LASTFM_API_KEY_FILE"))
    """What stands in the file that was named; it counts where `lastfm_api_key` is not given."""
    lastfm_api_secret: SecretStr | None = Field(None, validation_alias=AliasChoices("LASTFM_API_SECRET"))
    """The secret of the key, or of the one below: with it members link accounts by Last.fm's own page."""
    lastfm_api_secret_file: SecretStr | None = Field(None, validation_alias=AliasChoices("LASTFM_API_SECRET_FILE"))
    """What stands in the file that was named; it counts where `lastfm_api_secret` is not given."""
    lastfm_auth_key: SecretStr | None = Field(None, validation_alias=AliasChoices("LASTFM_AUTH_KEY"))
    """A second key for that page, whose address shows it; the secret is then this one's."""
    secret_keys: SecretStr | None = Field(
        None, validation_alias=AliasChoices("LONGPLAY_SECRET_KEYS", "LONGPLAY_SECRET_KEY")
    )
    """Keys that seal members' tokens, with commas between: the first seals, all open. Without any, a file of them is
    made in the data folder."""
    secret_keys_file: SecretStr | None = Field(
        None, validation_alias=AliasChoices("LONGPLAY_SECRET_KEYS_FILE", "LONGPLAY_SECRET_KEY_FILE")
    )
    """What stands in the file that was named; it counts where `secret_keys` is not given."""
    web_address: str = Field("", validation_alias=AliasChoices("LONGPLAY_WEB_ADDRESS"))
    """Where members' browsers find our pages; without it none are served."""
    web_host: str = Field("127.0.0.1", validation_alias=AliasChoices("LONGPLAY_WEB_HOST"))
    """The address of this machine that the pages are served on."""
    web_port: int | None = Field(None, ge=0, le=65_535, validation_alias=AliasChoices("LONGPLAY_WEB_PORT"))
    """The port they are served on; 0 is any that is free."""
    status_host: str = Field("127.0.0.1", validation_alias=AliasChoices("LONGPLAY_STATUS_HOST"))
    """The address of this machine that the status is served on."""
    status_port: int | None = Field(None, ge=0, le=65_535, validation_alias=AliasChoices("LONGPLAY_STATUS_PORT"))
    """The port of `/health`, `/ready` and `/metrics`; without one they are not served. 0 is any that is free."""
    works: bool = Field(True, validation_alias=AliasChoices("LONGPLAY_WORKS"))
    """Whether `longplay run` also does the heavy work; off where `longplay worker` does it elsewhere."""
    durable: bool = Field(True, validation_alias=AliasChoices("LONGPLAY_DURABLE"))
    """Off only for rehearsals and tests: the embedded database then trades a power cut for speed."""

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
            raise ValueError("use DEBUG, INFO, WARNING, ERROR or CRITICAL")
        return value.upper()

    @field_validator("shard_ids")
    @classmethod
    def _some_shards(cls, value: str) -> str:
        numbers = _numbers(value)
        if numbers is None:
            raise ValueError("use numbers from 0 with commas between, or a range such as 0-3")
        return ",".join(map(str, numbers))

    @field_validator("sources")
    @classmethod
    def _known_sources(cls, value: str) -> str:
        names = {name.strip().lower() for name in value.split(",") if name.strip()}
        if unknown := names - {*SOURCES, "all", "none"}:
            raise ValueError(f"{', '.join(sorted(unknown))}: use all, none, or names of {', '.join(SOURCES)}")
        return ",".join(sorted(names))

    @field_validator(
        "discord_token_file",
        "database_url_file",
        "spotify_client_secret_file",
        "lastfm_api_key_file",
        "lastfm_api_secret_file",
        "secret_keys_file",
        mode="before",
    )
    @classmethod
    def _content(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return Path(value).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no text"
            raise ValueError(f"cannot read {value}: {reason}") from None

    @field_validator("discord_token", "discord_token_file")
    @classmethod
    def _one_word(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        token = value.get_secret_value().strip()
        if not token or len(token.split()) > 1:
            raise ValueError("a token is one word, as the developer portal shows it after Bot → Reset Token")
        return SecretStr(token)

    @field_validator(
        "spotify_client_secret",
        "spotify_client_secret_file",
        "lastfm_api_key",
        "lastfm_api_key_file",
        "lastfm_api_secret",
        "lastfm_api_secret_file",
        "lastfm_auth_key",
    )
    @classmethod
    def _one_key(cls, value: SecretStr | None) -> SecretStr | None:
        key = value.get_secret_value().strip() if value is not None else ""
        if len(key.split()) > 1:
            raise ValueError("a key is one word")
        return SecretStr(key) if key else None

    @field_validator("secret_keys", "secret_keys_file")
    @classmethod
    def _some_keys(cls, value: SecretStr | None) -> SecretStr | None:
        try:
            return value if value is not None and read_keys(value.get_secret_value()) else None
        except KeyFault as fault:
            raise ValueError(str(fault)) from None

    @field_validator("web_address")
    @classmethod
    def _browser_address(cls, value: str) -> str:
        return _web_address(value)

    @field_validator("discord_api_url")
    @classmethod
    def _api_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname:
            raise ValueError("use an address that begins with http:// or https:// and ends in /api/v10")
        return value.rstrip("/")

    @field_validator("database_url", "database_url_file")
    @classmethod
    def _database_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _is_postgres(value.get_secret_value()):
            raise ValueError("use postgresql://user:password@host:5432/name")
        return value

    @property
    def asked_sources(self) -> frozenset[str]:
        """The names of the sources of albums that may be asked; those that need a key are asked only with it."""
        names = frozenset(self.sources.split(","))
        return frozenset(SOURCES) if "all" in names else names & frozenset(SOURCES)

    @model_validator(mode="after")
    def _shards_there_are(self) -> Settings:
        if self.shard_ids and self.shards is None:
            raise ValueError("LONGPLAY_SHARD_IDS needs LONGPLAY_SHARDS: how many shards there are in all")
        if self.own_shards and self.shards is not None and max(self.own_shards) >= self.shards:
            raise ValueError(f"LONGPLAY_SHARD_IDS: of {self.shards} shards the last has the number {self.shards - 1}")
        return self

    @property
    def own_shards(self) -> tuple[int, ...]:
        """The shards of this process; empty for all."""
        return _numbers(self.shard_ids) or ()

    @property
    def asks_discord(self) -> int:
        """The requests of a second that all processes share; 0 where the address given for Discord keeps count."""
        if self.discord_rate is not None:
            return self.discord_rate
        return DISCORD_RATE if self.discord_api_url is None else 0

    @property
    def listens_on(self) -> int:
        """The port that pages are served on: the one given, else that of an address of this machine."""
        if self.web_port is not None:
            return self.web_port
        address = urlsplit(self.web_address)
        return (address.port if address.scheme == "http" else None) or WEB_PORT

    @property
    def vault_keys(self) -> tuple[SecretKey, ...]:
        """The keys that were given to seal and open with."""
        return read_keys(self.secret_keys.get_secret_value()) if self.secret_keys is not None else ()

    def secrets(self) -> tuple[str, ...]:
        """Every text of these settings that no log line may hold, whatever its form."""
        given = [self.discord_token.get_secret_value()] if self.discord_token is not None else []
        if self.database_url is not None:
            address = urlsplit(self.database_url.get_secret_value())
            password = address.password or ""
            given += [password, unquote(password), *parse_qs(address.query).get("password", [])]
        keys = (self.spotify_client_secret, self.lastfm_api_key, self.lastfm_api_secret, self.lastfm_auth_key)
        given += [key.get_secret_value() for key in keys if key is not None]
        given += self.secret_keys.get_secret_value().replace(",", " ").split() if self.secret_keys is not None else []
        return tuple(secret for secret in given if secret)


def read_settings(**overrides: Any) -> Settings:
    """The settings of this process; raises `SettingsFault` with every fault at once."""
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        raise SettingsFault([f"{_variable(one['loc'])}: {_reason(one['msg'])}" for one in error.errors()]) from None
    return settings.model_copy(
        update={
            "discord_token": settings.discord_token or settings.discord_token_file,
            "database_url": settings.database_url or settings.database_url_file,
            "spotify_client_secret": settings.spotify_client_secret or settings.spotify_client_secret_file,
            "lastfm_api_key": settings.lastfm_api_key or settings.lastfm_api_key_file,
            "lastfm_api_secret": settings.lastfm_api_secret or settings.lastfm_api_secret_file,
            "secret_keys": settings.secret_keys or settings.secret_keys_file,
        }
    )


def _web_address(value: str) -> str:
    """An address that services send browsers back to: by https, or on this very machine by a literal address."""
    try:
        parsed = urlsplit(value.strip())
        host, port = parsed.hostname, parsed.port
    except ValueError:
        host, port, parsed = None, None, urlsplit("")
    if not value.strip():
        return ""
    if not host or port == 0 or parsed.query or parsed.fragment or parsed.username or parsed.scheme not in HTTP:
        raise ValueError("use an address like https://club.example, or http://127.0.0.1:8910 on your own machine")
    if host == "localhost" or host.endswith(".localhost"):
        raise ValueError(
            "services no longer send anybody back to localhost: use http://127.0.0.1 with the port, and the same at "
            "the service"
        )
    if parsed.scheme == "http" and host not in ("127.0.0.1", "::1"):
        raise ValueError(
            "use https: plain http is for this machine alone (http://127.0.0.1:8910 or http://[::1]:8910), because "
            "tokens travel there"
        )
    return value.strip().rstrip("/")


def _numbers(text: str) -> tuple[int, ...] | None:
    """Numbers and ranges with commas between, in order; None for what is neither."""
    found: set[int] = set()
    for part in (piece.strip() for piece in text.split(",") if piece.strip()):
        first, dash, last = part.partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()) or len(part) > 11:
            return None
        end = int(last or first)
        if end < int(first) or end > MOST_SHARDS:
            return None
        found.update(range(int(first), end + 1))
    return tuple(sorted(found))


def _is_postgres(address: str) -> bool:
    try:
        parsed = urlsplit(address)
        return parsed.scheme.partition("+")[0] in ("postgres", "postgresql") and parsed.port != 0
    except ValueError:  # a port that is no number
        return False


def _variable(place: tuple[int | str, ...]) -> str:
    name = str(place[0]) if place else "settings"
    field = Settings.model_fields.get(name)
    if field is not None and isinstance(field.validation_alias, AliasChoices):
        return str(field.validation_alias.choices[0])
    return name


def _reason(message: str) -> str:
    return message.removeprefix("Value error, ")
