"""Settings: the only reader of the environment. Every fault is reported at once, by the name an operator typed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRETS = ("DISCORD_TOKEN", "DATABASE_URL")
"""May also be given as NAME_FILE, the path of a file that holds the value."""


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
    discord_api_url: str | None = Field(None, validation_alias=AliasChoices("DISCORD_API_URL"))
    """Another address for Discord's REST API, such as a rate-limit proxy; ends in `/api/v10`."""
    database_url: SecretStr | None = Field(None, validation_alias=AliasChoices("DATABASE_URL"))
    """A PostgreSQL server; without it one is embedded in the data folder."""
    data_folder: Path = Field(Path("data"), validation_alias=AliasChoices("LONGPLAY_DATA"))
    """Where the embedded database lives."""
    log_level: str = Field("INFO", validation_alias=AliasChoices("LONGPLAY_LOG_LEVEL"))
    log_json: bool = Field(False, validation_alias=AliasChoices("LONGPLAY_LOG_JSON"))
    tick_seconds: float = Field(15.0, gt=0, le=300, validation_alias=AliasChoices("LONGPLAY_TICK_SECONDS"))
    """How often the rows are asked for deadlines that passed; the alarm for the next one rings by itself."""
    durable: bool = Field(True, validation_alias=AliasChoices("LONGPLAY_DURABLE"))
    """Off only for rehearsals and tests: the embedded database then trades a power cut for speed."""

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
            raise ValueError("use DEBUG, INFO, WARNING, ERROR or CRITICAL")
        return value.upper()

    @field_validator("discord_api_url")
    @classmethod
    def _api_address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("use an address that begins with http:// or https:// and ends in /api/v10")
        return value if value is None else value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _database_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("postgres://", "postgresql")):
            raise ValueError("use postgresql://user:password@host:5432/name")
        return value


def read_settings(environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """The settings of this process; raises `SettingsFault` with every fault at once."""
    faults: list[str] = []
    given = dict(overrides)
    present = os.environ if environment is None else environment
    for name in SECRETS:
        path = present.get(f"{name}_FILE")
        if path and not present.get(name):
            try:
                given.setdefault(name.lower(), SecretStr(Path(path).read_text().strip()))
            except OSError as error:
                faults.append(f"{name}_FILE: cannot read {path}: {error.strerror}")
    try:
        settings = Settings(**given)
    except ValidationError as error:
        faults += [f"{_variable(one['loc'])}: {_reason(one['msg'])}" for one in error.errors()]
        raise SettingsFault(faults) from None
    if faults:
        raise SettingsFault(faults)
    return settings


def _variable(place: tuple[int | str, ...]) -> str:
    name = str(place[0]) if place else "settings"
    field = Settings.model_fields.get(name)
    if field is not None and isinstance(field.validation_alias, AliasChoices):
        return str(field.validation_alias.choices[0])
    return name


def _reason(message: str) -> str:
    return message.removeprefix("Value error, ")
