"""The environment is read once, and every fault is said at once by the name an operator typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.config import Settings, SettingsFault, read_settings
from bot.domain.secret_keys import new_key
from bot.logs import STRUCK, strike


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.validation_alias.choices[0]), raising=False)  # type: ignore[union-attr]
    monkeypatch.chdir(tmp_path)


def test_nothing_is_needed_to_read_the_settings() -> None:
    settings = read_settings()
    assert settings.discord_token is None
    assert settings.data_folder == Path("data")


def test_every_fault_is_reported_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGPLAY_TICK_SECONDS", "0")
    monkeypatch.setenv("LONGPLAY_LOG_LEVEL", "loud")
    monkeypatch.setenv("DATABASE_URL", "mysql://nope")
    monkeypatch.setenv("DISCORD_TOKEN_FILE", "/does/not/exist")
    with pytest.raises(SettingsFault) as caught:
        read_settings()
    named = {fault.split(":")[0] for fault in caught.value.faults}
    assert named == {"LONGPLAY_TICK_SECONDS", "LONGPLAY_LOG_LEVEL", "DATABASE_URL", "DISCORD_TOKEN_FILE"}


def test_a_secret_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("a.b.c\n")
    monkeypatch.setenv("DISCORD_TOKEN_FILE", str(tmp_path / "token"))
    assert read_settings().discord_token == SecretStr("a.b.c")


def test_secrets_do_not_show_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "very.secret.token")
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:hidden@host/db")
    shown = repr(read_settings())
    assert "very.secret" not in shown
    assert "hidden" not in shown


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ("PATCH /webhooks/123456/aW50ZXJhY3Rpb246abc/messages/@original", "aW50ZXJhY3Rpb246abc"),
        ("POST https://discord.com/api/v10/interactions/42/aW50ZXJhY3Rpb24/callback", "aW50ZXJhY3Rpb24"),
        ("connecting to postgresql+asyncpg://club:pa55@db.example/longplay", "pa55"),
        ("Authorization: Bot " + "x" * 24 + "." + "y" * 6 + "." + "z" * 38, "z" * 38),
    ],
)
def test_secrets_are_struck_out_of_log_lines(line: str, secret: str) -> None:
    assert secret not in strike(line)
    assert STRUCK in strike(line)


def test_keys_of_sources_are_secrets_and_may_stand_in_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("of-spotify\n")
    monkeypatch.setenv("SPOTIFY_CLIENT_ID", "an-id")
    monkeypatch.setenv("SPOTIFY_CLIENT_SECRET_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("LASTFM_API_KEY", " of-lastfm ")
    (tmp_path / "other").write_text("that-signs\n")
    monkeypatch.setenv("LASTFM_API_SECRET_FILE", str(tmp_path / "other"))
    monkeypatch.setenv("LASTFM_AUTH_KEY", "that-members-see")
    settings = read_settings()
    assert settings.spotify_client_secret == SecretStr("of-spotify")
    assert set(settings.secrets()) == {"of-spotify", "of-lastfm", "that-signs", "that-members-see"}
    assert "that-signs" not in repr(settings)
    assert "of-spotify" not in repr(settings)
    assert "of-lastfm" not in repr(settings)


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("all", {"musicbrainz", "deezer", "spotify", "lastfm"}),
        (" Deezer, musicbrainz ", {"deezer", "musicbrainz"}),
        ("none", set()),
    ],
)
def test_sources_are_chosen_by_name(monkeypatch: pytest.MonkeyPatch, given: str, asked: set[str]) -> None:
    monkeypatch.setenv("LONGPLAY_SOURCES", given)
    assert read_settings().asked_sources == asked


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("http://localhost:8910", "no longer send anybody back to localhost"),
        ("https://localhost", "no longer send anybody back to localhost"),
        ("http://club.example", "use https"),
        ("http://192.168.0.4:8910", "use https"),
        ("http://127.0.0.2", "use https"),
        ("club.example", "use an address like"),
        ("ftp://club.example", "use an address like"),
        ("https://club.example/?a=b", "use an address like"),
        ("https://me:pa55@club.example", "use an address like"),
        ("https://club.example:port", "use an address like"),
        ("https://", "use an address like"),
    ],
)
def test_browsers_come_back_by_https_or_to_this_very_machine(
    monkeypatch: pytest.MonkeyPatch, given: str, words: str
) -> None:
    monkeypatch.setenv("LONGPLAY_WEB_ADDRESS", given)
    with pytest.raises(SettingsFault) as caught:
        read_settings()
    (fault,) = caught.value.faults
    assert fault.startswith("LONGPLAY_WEB_ADDRESS: ")
    assert words in fault
    assert "pa55" not in fault


@pytest.mark.parametrize(
    ("given", "kept", "port"),
    [
        ("https://club.example/", "https://club.example", 8910),
        ("https://club.example:8443/longplay/", "https://club.example:8443/longplay", 8910),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000", 9000),
        ("http://[::1]:9001/", "http://[::1]:9001", 9001),
        ("", "", 8910),
    ],
)
def test_the_pages_have_an_address_and_a_port(
    monkeypatch: pytest.MonkeyPatch, given: str, kept: str, port: int
) -> None:
    monkeypatch.setenv("LONGPLAY_WEB_ADDRESS", given)
    settings = read_settings()
    assert (settings.web_address, settings.listens_on) == (kept, port)
    monkeypatch.setenv("LONGPLAY_WEB_PORT", "7000")
    assert read_settings().listens_on == 7000


def test_keys_of_the_vault_are_read_and_known_as_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first, second = new_key(), new_key()
    (tmp_path / "keys").write_text(f"{first.text}\n{second.text}\n")
    monkeypatch.setenv("LONGPLAY_SECRET_KEYS_FILE", str(tmp_path / "keys"))
    settings = read_settings()
    assert settings.vault_keys == (first, second)
    assert {first.text, second.text} <= set(settings.secrets())
    monkeypatch.setenv("LONGPLAY_SECRET_KEYS", f"{first.text},half-a-key")
    with pytest.raises(SettingsFault, match="LONGPLAY_SECRET_KEYS: a key is 32 random bytes") as caught:
        read_settings()
    assert first.text not in str(caught.value)


def test_a_source_that_nobody_knows_and_a_key_of_two_words_are_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGPLAY_SOURCES", "deezer,napster")
    monkeypatch.setenv("LASTFM_API_KEY", "two words")
    with pytest.raises(SettingsFault) as caught:
        read_settings()
    assert [fault.split(":")[0] for fault in caught.value.faults] == ["LONGPLAY_SOURCES", "LASTFM_API_KEY"]
    assert "napster" in caught.value.faults[0]


@pytest.mark.parametrize(
    ("given", "own"), [("", ()), ("0", (0,)), ("2, 0", (0, 2)), ("0-3", (0, 1, 2, 3)), ("5,0-1,1", (0, 1, 5))]
)
def test_a_process_has_some_of_the_shards(monkeypatch: pytest.MonkeyPatch, given: str, own: tuple[int, ...]) -> None:
    monkeypatch.setenv("LONGPLAY_SHARDS", "6")
    monkeypatch.setenv("LONGPLAY_SHARD_IDS", given)
    assert read_settings().own_shards == own


@pytest.mark.parametrize(
    ("given", "of", "told"),
    [
        ("one", "2", "numbers"),
        ("3-1", "4", "numbers"),
        ("0-99999999", "4", "numbers"),
        ("2", "2", "1"),
        ("0", "", "needs"),
    ],
)
def test_shards_that_are_not_there_are_a_fault(monkeypatch: pytest.MonkeyPatch, given: str, of: str, told: str) -> None:
    monkeypatch.setenv("LONGPLAY_SHARDS", of)
    monkeypatch.setenv("LONGPLAY_SHARD_IDS", given)
    with pytest.raises(SettingsFault, match="LONGPLAY_SHARD_IDS") as caught:
        read_settings()
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("address", "given", "rate"),
    [("", "", 45), ("http://127.0.0.1:3000/api/v10", "", 0), ("http://127.0.0.1:3000/api/v10", "30", 30), ("", "0", 0)],
)
def test_discords_rate_is_kept_unless_something_else_keeps_it(
    monkeypatch: pytest.MonkeyPatch, address: str, given: str, rate: int
) -> None:
    monkeypatch.setenv("DISCORD_API_URL", address)
    monkeypatch.setenv("LONGPLAY_DISCORD_RATE", given)
    assert read_settings().asks_discord == rate
