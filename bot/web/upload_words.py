"""The words of the upload page, for each thing that can go wrong with a file or its ticket."""

from __future__ import annotations

from bot.domain.library.errors import Code, UploadFailed, UploadRefused
from bot.web.words import Told

AGAIN = "Go back to Discord and use /demo share once more."
ANOTHER = "Choose another file; this page is still open."


def failed(error: UploadFailed) -> Told:
    """Why a file was not taken."""
    if error.code is Code.FILE_TOO_LARGE:
        if error.reason == "quota":
            return Told(413, "Full", "Your library is full: it holds 1 GB.", "Delete a track with /demo delete first.")
        return Told(413, "Too large", "That file is larger than 50MB.", f"A FLAC or an MP3 of it is smaller. {ANOTHER}")
    if error.code is Code.INVALID_FORMAT:
        if error.reason == "no_file":
            return Told(400, "No file", "There was no file in what your browser sent.", ANOTHER)
        what = f" This is {error.detail}." if error.detail else ""
        return Told(415, "No audio", f"Invalid audio format. Supported: MP3, WAV, FLAC.{what}", ANOTHER)
    if error.code is Code.NETWORK_ERROR:
        return Told(
            408, "Too slow", "Your file did not arrive within half an hour.", "Try a smaller one, such as an MP3."
        )
    return Told(503, "Not stored", "The file could not be stored.", "Nothing was kept. Try it again in a while.")


def refused(error: UploadRefused) -> Told:
    """Why a page takes no file."""
    if error.reason == "used":
        return Told(410, "Used already", "This page has taken its file, and it works once.", AGAIN)
    if error.reason == "expired":
        return Told(410, "Too late", "This page was open for half an hour, and that is over.", AGAIN)
    if error.reason == "over":
        return Told(410, "Over", "This upload is over.", AGAIN)
    return Told(404, "No such page", "This page does not belong to anything we know of.", AGAIN)
