"""The words of titles: what tells an edition, another version, a number, and what tells nothing."""

from __future__ import annotations

import re


def _word_set(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _counted(words: str) -> dict[str, str]:
    return {word: str(value) for value, word in enumerate(words.split(), start=1)}


SMALL_WORDS = _word_set(
    "the a an and of in on to for at by is it der die das und le la les el los las de du da des y et"
)
"""Words that people leave out, add or mistype without meaning another name."""
GENERIC_TITLES = _word_set("intro outro interlude skit prelude untitled intermission reprise introduction epilogue")
"""Titles of tracks that an artist gives again and again …"""
GENERIC_ALBUMS = frozenset(
    (
        "greatest hits",
        "best of",
        "very best of",
        "hits",
        "collection",
        "essential",
        "anthology",
        "singles",
        "christmas",
        "christmas album",
        "live",
        "unplugged",
        "acoustic",
        "demos",
        "remixes",
        "instrumentals",
        "ep",
        "untitled",
        "b sides",
    )
)
"""… and titles of albums."""
SELF_TITLED = frozenset(("self titled", "selftitled", "self titled album", "s t", "eponymous"))
"""How people write that an album is called as its artist."""

SAME_WORK = {
    "deluxe": "deluxe",
    "expanded": "expanded",
    "anniversary": "anniversary",
    "remaster": "remastered",
    "remastered": "remastered",
    "remasters": "remastered",
    "remastering": "remastered",
    "mono": "mono",
    "stereo": "stereo",
    "reissue": "reissue",
    "reissued": "reissue",
    "bonus": "bonus",
    "explicit": "explicit",
    "clean": "clean",
    "edition": "edition",
    "ep": "ep",
    "lp": "album",
    "album": "album",
    "single": "single",
    "version": "version",
    "edit": "edit",
    "mix": "mix",
}
"""Words that tell an edition of the same work; one of them has to be there."""
BESIDE = _word_set(
    "super special limited extended collectors collector legacy digital digitally original re master "
    "mastered track tracks international us uk u s k japan japanese european american tour complete "
    "definitive ultimate platinum gold premium standard exclusive hd the main radio and with "
    "video videos dvd plus new hi res bit cd disc vinyl fan import release rerelease studio recording "
    "itunes spotify amazon edicion edizione"
)
"""Words that may stand beside them."""
PLAIN_MIX = _word_set("original radio main album mono stereo")
"""What kind of mix is the song itself."""
ELSEWHERE = _word_set("us uk u s k japan japanese european american")
"""Where a version was made for, maybe sung in another language."""
NEW_RECORDING = _word_set("new tour video videos dvd studio recording")
"""What a version is called that may be recorded anew."""
ORDINAL = re.compile(r"^\d{1,3}(?:st|nd|rd|th)$")
COUNTED = re.compile(r"^(?:(?:18|19|20)\d\d|\d{1,3}(?:st|nd|rd|th)|24|16|96|192)$")
"""The year of a remaster, the count of an anniversary, bits and kilohertz."""

OTHER_RECORD = {
    "live": "live",
    "vivo": "live",
    "unplugged": "live",
    "concert": "live",
    "acoustic": "acoustic",
    "akustik": "acoustic",
    "acustico": "acoustic",
    "stripped": "acoustic",
    "instrumental": "instrumental",
    "instrumentals": "instrumental",
    "karaoke": "karaoke",
    "tribute": "tribute",
    "cover": "cover",
    "covers": "cover",
    "remix": "remix",
    "remixes": "remixes",
    "remixed": "remix",
    "rmx": "remix",
    "rework": "remix",
    "reworked": "remix",
    "bootleg": "remix",
    "mashup": "remix",
    "flip": "remix",
    "vip": "remix",
    "dub": "dub",
    "demo": "demo",
    "demos": "demo",
    "cappella": "a cappella",
    "acapella": "a cappella",
    "piano": "piano",
    "orchestral": "orchestral",
    "reimagined": "reimagined",
    "revisited": "reimagined",
    "reprise": "reprise",
    "sped": "sped up",
    "slowed": "slowed",
    "nightcore": "sped up",
    "lofi": "lofi",
    "commentary": "commentary",
    "mixed": "mixed",
    "extended": "extended",
    "mix": "mix",
    "edit": "edit",
    "version": "version",
}
"""Words that make another record of the same songs."""
AT_END = _word_set(
    "live acoustic instrumental instrumentals karaoke unplugged remix remixes deluxe expanded remaster "
    "remastered anniversary edition reissue ep"
)
"""Words that tell an edition or a version also without brackets, at the end of a name."""
BEGINNING = _word_set("super special limited legacy collectors")
"""Words that may stand before them."""
MEANINGLESS = _word_set("the a an at in on from of version edition and by re recorded recording session sessions")

ROMAN = _counted("i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx")
NUMBER_WORDS = _counted("one two three four five six seven eight nine ten eleven twelve")
DROPPED_BEFORE_NUMBER = _word_set("volume part no nr number")
NUMBERED = DROPPED_BEFORE_NUMBER | _word_set("chapter book act season episode series side disc phase level")
LONG_FORMS = {"vol": "volume", "vols": "volume", "volumes": "volume", "pt": "part", "pts": "part", "parts": "part"}
