"""The words of refusals about members' tracks and their files; `refusals` gives them to whoever is refused."""

from __future__ import annotations

from bot.domain.library.errors import Code, TrackRefused, UploadFailed, UploadRefused
from cogs.shared.refusals import WORDS, shown
from cogs.shared.text import short_when

FORMATS = "Invalid audio format. Supported: MP3, WAV, FLAC."
ADVICE = "Export it anew, best as FLAC or MP3, and send that."


def failure_words(code: str, reason: str = "", detail: str = "") -> str:
    """Why an upload came to nothing, and what to do."""
    if code == Code.FILE_TOO_LARGE:
        if reason == "quota":
            return "Your library is full: it holds 1 GB. Delete a track with `/demo delete`, then send this file again."
        return "That file is larger than 50MB, which is the limit. A FLAC or an MP3 of it is smaller; send that."
    if code == Code.INVALID_FORMAT:
        return f"{FORMATS} {_invalid(reason, detail)}"
    if code == Code.STORAGE_FAILED:
        return "The file could not be stored, in three tries. Nothing was kept: send it again in a while."
    if code == Code.DATABASE_FAILED:
        if reason == "gone":
            return "The track that this was a version of is gone. Nothing was kept: share the file with `/demo share`."
        return "The file was heard and could not be noted, so nothing of it was kept. Send it again in a minute."
    if reason == "download":
        return "Discord does not hand out that file (any more). Attach it to the command once again."
    if reason == "cut_off":
        return "The upload was cut off. Nothing was kept: send the file again."
    return "Something unexpected happened to that upload. Nothing was kept: send the file again."


def _invalid(reason: str, detail: str) -> str:
    if reason == "other":
        return (
            f"This is {shown(detail, 40)}. {ADVICE}" if detail else f"This is none of them, whatever its name. {ADVICE}"
        )
    return {
        "empty": "There is no sound in this file. " + ADVICE,
        "truncated": "This one ends before it says it does: it was cut off on its way. Send the whole file.",
        "long": "This one plays for more than 20 minutes; share it in parts.",
        "channels": "This one has more than eight channels. Mix it down to stereo and send that.",
        "rate": "Its sampling rate is not between 8 and 192 kHz. " + ADVICE,
        "slow": "It took too long to hear it to its end. " + ADVICE,
    }.get(reason, "This one is damaged and cannot be heard to its end. " + ADVICE)


def _upload_failed(refusal: UploadFailed) -> str:
    return failure_words(refusal.code, refusal.reason, refusal.detail)


def _upload_refused(refusal: UploadRefused) -> str:
    if refusal.reason == "daily" and refusal.at is not None:
        return f"You have uploaded {refusal.limit} files within a day. The next one may come {short_when(refusal.at)}."
    return {
        "running": "Another upload of yours is under way. Wait until its card says it is done, then send this one.",
        "none": "You have uploaded nothing yet. Attach an MP3, WAV or FLAC to `/demo share`.",
        "no_page": (
            "Attach the file to the command: whoever runs this bot serves no pages for larger files. A FLAC or an MP3 "
            "is smaller than a WAV."
        ),
        "attach": "Attach the file to the command: an MP3, WAV or FLAC.",
        "used": "That upload page was used already, and it works once. `/demo share` gives you another.",
        "expired": "That upload page is closed. `/demo share` gives you another.",
    }.get(refusal.reason, "That upload is over. `/demo share` begins another.")


def _track_refused(refusal: TrackRefused) -> str:
    title = f"**{shown(refusal.title, 120)}**" if refusal.title else "That track"
    return {
        "unknown": "There is no such track here, or it is private. Choose one from the list that shows as you type.",
        "not_yours": f"{title} is somebody else's; only its owner changes it.",
        "no_title": "A track needs a title. Give it one of up to 255 characters.",
        "not_attested": (
            f"Before {title} is posted, say that you may share it: you made it, or whoever did lets you. Answer the "
            "question in the form, and it is asked no more."
        ),
        "veiled": (
            f"{title} is in the race of a demo week in which nobody is told who made what. Post it once the result is "
            "out: until then a post would give you away."
        ),
        "deleted": f"{title} was deleted. `/demo library` brings it back within a week.",
        "none": "There is no track in your library yet. `/demo share` with an MP3, WAV or FLAC puts one in.",
        "which": f"Several of your tracks fit “{shown(refusal.title, 80)}”. Choose one from the list as you type.",
        "large": f"{title} is too large to be sent through Discord here. Its owner can share a smaller copy of it.",
        "lost": f"The file of {title} is not there. Its owner can upload it again.",
    }.get(refusal.reason, f"{title} cannot be reached right now.")


WORDS |= {UploadFailed: _upload_failed, UploadRefused: _upload_refused, TrackRefused: _track_refused}
