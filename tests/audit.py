"""`python -m tests.audit`: is any locked dependency known to be vulnerable, or withdrawn by its makers?

uv asks the OSV database about every version in the lock file. What it finds fails; where the database cannot be
reached, as on a machine without a network, that is said loudly and the gate goes on: the rest of it needs none.
LONGPLAY_AUDIT_URL names another server that speaks the same.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FOUND, CLEAN, BROKEN = 1, 0, 2
AWAY = re.compile(
    r"error sending request|error resolving DNS|HTTP status server error|Too Many Requests|timed? ?out"
    r"|client error \(Connect\)",
    re.IGNORECASE,
)
"""How uv says that the database did not answer; whatever else it says is a fault of the audit itself."""
BANNER = "!" * 100


def audited(url: str | None = None) -> tuple[int, str]:
    """The exit code of the gate's step, and what to say."""
    command = ["sh", str(ROOT / ".ci" / "uv"), "audit", "--frozen", "--output-format", "json"]
    command += ["--preview-features", "audit-command,json-output"]
    if url is not None:
        command += ["--service-url", url]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    return judged(ended.returncode, ended.stdout, ended.stderr)


def judged(code: int, out: str, err: str) -> tuple[int, str]:
    """What an audit came to: dependencies without a known fault, with one, nobody to ask, or no audit at all."""
    try:
        report: dict[str, Any] = json.loads(out)
        summary, found = report["summary"], [*report["vulnerabilities"], *report["adverse_statuses"]]
        packages = int(summary["audited_packages"])
    except (ValueError, KeyError, TypeError):
        if AWAY.search(err):
            return (
                CLEAN,
                f"{BANNER}\nDEPENDENCIES WERE NOT AUDITED: the database cannot be reached.\n{err.strip()}\n{BANNER}",
            )
        return BROKEN, f"The audit itself failed ({code}):\n{err.strip()}\n{out[:500]}"
    if found:
        return FOUND, "\n".join([*map(_line, found), f"{len(found)} found in {packages} dependencies."])
    if code or not packages:
        return BROKEN, f"The audit found nothing and still failed ({code}):\n{err.strip()}"
    return CLEAN, f"{packages} dependencies, none of them known to be vulnerable."


def _line(one: dict[str, Any]) -> str:
    dependency = one.get("dependency", one)
    fixed = ", ".join(one.get("fix_versions") or []) or "no release yet"
    name = f"{dependency.get('name')} {dependency.get('version')}"
    said = one.get("summary") or one.get("reason") or one.get("status") or "no word about it"
    return f"{name}: {one.get('id', 'withdrawn')} ({', '.join(one.get('aliases') or [])}): {said}; mended in {fixed}"


if __name__ == "__main__":
    code, words = audited(os.environ.get("LONGPLAY_AUDIT_URL"))
    print(words, file=sys.stderr if code or BANNER in words else sys.stdout)
    sys.exit(code)
