"""Answers of Last.fm as pylast's own tests have recorded them, read from their YAML without a library for it."""

from __future__ import annotations

import re
from pathlib import Path

CASSETTES = Path(__file__).resolve().parents[3] / "shared" / "data" / "api" / "pylast_cassettes"

PAIR = re.compile(
    r"^    body: (?P<asked>.*?)\n    headers:.*?^  response:\n    body:\n      string: (?P<said>.*?)\n    headers:",
    re.MULTILINE | re.DOTALL,
)
ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)


def recorded(name: str, asked: str) -> bytes:
    """The body that was said to a request with this form."""
    text = next(CASSETTES.glob(f"*/{name}.yaml")).read_text(encoding="utf-8")
    for pair in PAIR.finditer(text):
        if pair["asked"] == asked:
            return _scalar(pair["said"]).encode()
    raise LookupError(f"{asked} is not in {name}")


def _scalar(text: str) -> str:
    """A quoted scalar over several lines, folded as YAML folds it."""
    if text.startswith("'"):
        return _folded(text[1:-1]).replace("''", "'")
    joined = re.sub(r"\\\n\s*", "", text[1:-1])  # an escaped line break is none
    return ESCAPE.sub(_unescaped, _folded(joined))


def _unescaped(found: re.Match[str]) -> str:
    code = found[1]
    return chr(int(code[1:], 16)) if len(code) > 1 else {"n": "\n", "t": "\t", "r": "\r"}.get(code, code)


def _folded(text: str) -> str:
    """A line break becomes a space, each empty line one break."""
    return re.sub(r"[ \t]*\n((?:[ \t]*\n)*)[ \t]*", lambda found: "\n" * found[1].count("\n") or " ", text)
