"""What is shipped beside the code says what the code does: settings, container, guides."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import AliasChoices

from bot.config import Settings

ROOT = Path(__file__).parents[2]
GUIDES = ("OPERATING.md", "SECURITY.md")
NAMED = re.compile(r"`((?:tests|bot|cogs|db|migrations)/[\w/.]+\.(?:py|md))(?:::(\w+))?`")


def names_of_settings() -> set[str]:
    """The name of each setting that an operator types, without the other spellings of the keys."""
    aliases = [field.validation_alias for field in Settings.model_fields.values()]
    return {str(each.choices[0]) for each in aliases if isinstance(each, AliasChoices)}


def names_in(text: str) -> list[str]:
    return re.findall(r"^#?([A-Z][A-Z0-9_]+)=", text, re.MULTILINE)


def test_the_example_lists_exactly_the_settings() -> None:
    listed = names_in((ROOT / ".env.example").read_text(encoding="utf-8"))
    assert len(listed) == len(set(listed))
    assert set(listed) == names_of_settings()


def test_the_example_is_a_file_of_settings_that_reads(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each line in use as it stands, but for files that are not there."""
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    used = [re.sub(r"^#(?=[A-Z_]+=)", "", line) for line in lines if "_FILE=" not in line]
    example = tmp_path / ".env"
    example.write_text("\n".join(used), encoding="utf-8")
    for name in names_of_settings():
        monkeypatch.delenv(name, raising=False)
    settings = Settings(_env_file=example)  # pyright: ignore[reportCallIssue]
    assert settings.tick_seconds == Settings.model_fields["tick_seconds"].default
    assert settings.works is settings.durable is True
    assert settings.discord_token is None


def test_the_container_is_not_root_and_writes_to_its_volume_alone() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    final = lines[max(number for number, line in enumerate(lines) if line.startswith("FROM")) :]
    assert "USER 10001" in final
    assert final.index("USER 10001") < final.index('ENTRYPOINT ["longplay"]')
    assert "VOLUME /data" in final
    assert any("LONGPLAY_DATA=/data" in line for line in final)
    compose = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    for words in ("read_only: true", "cap_drop: [ALL]", "no-new-privileges:true", "postgres:18"):
        assert words in compose
    assert set(re.findall(r"^ {6}(LONGPLAY_\w+|DISCORD_\w+):", compose, re.MULTILINE)) <= names_of_settings()


def test_the_image_gets_what_the_code_needs_and_no_more() -> None:
    copied = re.findall(r"^COPY (\w+) \1$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert copied == ["bot", "cogs", "db", "migrations"]
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert let_in == {*copied, "pyproject.toml", "uv.lock", "README.md"}


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_names_tests_and_files_that_are_there(guide: str) -> None:
    text = (ROOT / guide).read_text(encoding="utf-8")
    named = NAMED.findall(text)
    for path, test in named:
        assert (ROOT / path).exists(), path
        assert not test or f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"), f"{path}::{test}"


def test_every_line_of_the_threat_model_has_its_test() -> None:
    lines = (ROOT / "SECURITY.md").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ") and not line.startswith(("| threat", "|---"))]
    assert len(rows) > 20
    assert [row for row in rows if not NAMED.search(row.split("|")[-2])] == []


def test_the_operator_s_guide_types_commands_and_options_that_exist() -> None:
    from typer.main import get_command

    from bot.cli import app

    commands = get_command(app).commands  # type: ignore[attr-defined]
    text = (ROOT / "OPERATING.md").read_text(encoding="utf-8")
    typed = re.findall(r"longplay ([a-z][a-z-]+)((?: (?:--)?[\w./:=-]+)*)", text)
    assert {"run", "doctor", "backup", "restore", "migrate", "move-database", "worker"} <= {name for name, _ in typed}
    for name, rest in typed:
        assert name in commands, name
        known = {option for each in commands[name].params for option in each.opts}
        assert set(re.findall(r"--[a-z-]+", rest)) <= known, f"{name}{rest}"
