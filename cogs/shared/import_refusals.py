"""The words of refusals about files of listening histories; `refusals` gives them to whoever is refused."""

from __future__ import annotations

from bot.domain.listening.imports import ImportRefused, ListenFileRefused
from cogs.shared.refusals import WORDS, shown

TAKEN = (
    "Longplay reads Spotify's account data and extended streaming history (also as the zip that Spotify sends), "
    "Last.fm histories as CSV or JSON, and exports of ListenBrainz, Maloja and Koito."
)
AGAIN = "Download the export once more and send that file as it is."


def file_words(reason: str, detail: str = "") -> str:
    """Why a file is not taken, and what to do; for the command line too."""
    name = f"“{shown(detail, 80)}”" if detail else "one of its files"
    return {
        "empty": "There is nothing in this file. Look whether the export was finished when you downloaded it.",
        "encoding": "This text is not written in UTF-8. Save it with the encoding UTF-8 and send it again.",
        "no_history": f"This is no listening history that Longplay knows. {TAKEN}",
        "no_times": (
            "This table has artists and titles, but no times that can be read. Export it with the time of each play, "
            "like `20 Nov 2020 09:35` or `2020-11-20 09:35`."
        ),
        "no_header": (
            "Nobody can know which column of this table is the artist and which the title. Add a first line that names "
            "the columns, like `artist,album,track,time`, and send it again."
        ),
        "unreadable": f"This file is damaged and cannot be read. {AGAIN}",
        "locked": "This archive wants a password. Unpack it and send the files inside.",
        "nested": "There is an archive inside this archive. Unpack it and send the files inside.",
        "many": f"This archive holds more than {shown(detail, 10)} files. Send the files of your history alone.",
        "unpacked": (
            f"Unpacked, this archive is larger than {shown(detail, 20)}. Unpack it and send its files one by one, or "
            "ask your host to import it on the command line."
        ),
        "packed": f"{name} is packed so tightly that it cannot be an export. {AGAIN}",
        "paths": f"{name} would lead out of the archive, as no export does. {AGAIN}",
        "gone": "The file is no longer here. Send it again: what was imported already is not counted twice.",
        "cut_off": "The import was cut off. Send the file again: what was imported already is not counted twice.",
        "broken": "The import broke off. Send the file again: what was imported already is not counted twice.",
    }.get(reason, f"This file cannot be read. {TAKEN}")


def import_words(reason: str, detail: str = "") -> str:
    """Why an import does not begin or go on, and what to do."""
    return {
        "large": (
            f"That file is larger than {shown(detail, 20)}, which is all that is taken here. Send its parts one by "
            "one, or ask whoever runs Longplay: `longplay import listens` takes a file of any size."
        ),
        "running": (
            "Another import of yours is under way. `/import` without a file shows how far it is; send this file when "
            "it is done."
        ),
        "zone": (
            f"“{shown(detail, 60)}” is no time zone. Pick one from the list that shows as you type, like "
            "`Europe/Berlin`."
        ),
        "none": f"You have imported nothing yet. Attach a file to `/import`. {TAKEN}",
        "download": "Discord does not hand out that file (any more). Attach it to `/import` once again.",
    }.get(reason, "This import is over. `/import` with the file begins anew; nothing is ever counted twice.")


def _file_refused(refusal: ListenFileRefused) -> str:
    return file_words(refusal.reason, refusal.detail)


def _import_refused(refusal: ImportRefused) -> str:
    return import_words(refusal.reason, refusal.detail)


WORDS |= {ListenFileRefused: _file_refused, ImportRefused: _import_refused}
