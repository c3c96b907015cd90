"""Who may use which command, button, select and form: the one table, held against what is really there."""

from __future__ import annotations

from enum import StrEnum


class Who(StrEnum):
    """Whom something is for."""

    ANYBODY = "whoever is on the server"
    HOSTS = "the club's hosts"
    OWNER = "whoever the row belongs to; for others it is not there"


def _table(**rows: str) -> dict[str, Who]:
    return {name.strip(): Who[who.upper()] for who, names in rows.items() for name in names.split(",") if name.strip()}


COMMANDS = _table(
    anybody="""
        nominate, nomination demo, nomination edit, nomination withdraw, nomination second, shelf add, shelf list,
        shelf remove, vote, rate, scores, week show, club join, club leave, club show, club charts, reminders, album,
        link lastfm, link spotify, link listenbrainz, np, recent, plays, streak, timezone, top artists, top albums,
        top tracks, whoknows artist, whoknows album, whoknows track, import, demo share, demo show, playlist create,
        playlist show, track story, follow, unfollow, following, feed, compare, neighbours, chart, picture, help,
        blend, catchup, demo about, recommend, taste, playlist export,
        playlist links
    """,
    hosts="""
        nomination remove, week open, week plan, week advance, week extend, week cancel, week reopen, week resync,
        week summary, week pick, week theme, party start, party pause, party resume, party skip, party stop,
        club setup, club settings, club schedule, club pause, club resume, club skip, catalogue merge, catalogue split,
        demo reports, club suggestions
    """,
    owner="""
        accounts, unlink, privacy show, privacy visibility, privacy export, privacy delete, demo version, demo library,
        demo edit, demo post, demo private, demo public, demo delete, demo posts, playlist add, playlist remove,
        playlist move, playlist share, playlist edit, playlist delete, memory track, memory note, memory forget,
        memory export, idea add, idea list, idea anchor, idea drop, pitch draft, pitch list, pitch drop, milestone add,
        milestone list, milestone drop
    """,
)
"""Slash commands by their whole name."""

COSTLY = frozenset(
    {
        "blend",
        "catchup",
        "chart",
        "club suggestions",
        "compare",
        "demo share",
        "import",
        "memory export",
        "neighbours",
        "picture",
        "playlist export",
        "privacy export",
        "recommend",
        "taste",
    }
)
"""Commands that draw, read much, ask a service at length or take a file: nobody has them done again and again."""

MENUS = _table(anybody="Nominate this album, Add to playlist")
"""Entries of a message's menu."""

ACTIONS = _table(
    anybody="""
        account-link, charts-page, charts-week, choose-album, choose-demo, comment, comments, compare-page, demo-listen,
        demo-report, edit-again, fill-in, heard, hearing-hide, hearing-show, knowers-page, like, neighbours-page,
        nominate, nominate-now, not-it, pairwise, party-join, party-leave, pitch-it, pitch-track, playlist-into,
        playlist-more, playlist-new, playlist-page, playlist-which, rate, recent-page, reply, scores, search-further,
        second, setup-zone, tell-tracks, top-page, track, track-page, tracks, vote, your-part, chart-edit, feed-open,
        playlist-anew, playlist-export, playlist-links,
        recommended-back, recommended-heard, recommended-letter, recommended-more, recommended-nominate,
        recommended-not, recommended-page, taste-scope
    """,
    hosts="""
        advance, club-save, demo-clear, party-begin, party-next, party-pause, party-resume, party-stop, schedule-on,
        week-open
    """,
    owner="""
        account-name, account-read, account-token, account-unlink, account-unlink-surely, account-write, ballot-choose,
        ballot-page, ballot-save, ballot-withdraw, delete-comment, demo-delete, demo-edit, demo-keep, demo-pick,
        demo-playlist, demo-post, demo-private, demo-public, demo-restore, edit-nomination, feed-page, follow-accept,
        follow-decline, follow-end, follow-let-again, follow-let-go, follow-lists, follow-remove, import-cancel,
        import-listens, memory-drop, memory-forget, memory-note, memory-page, privacy-delete, privacy-erase,
        privacy-export, withdraw-nomination
    """,
)
"""Buttons and selects by the action in their id."""

FORMS = _table(
    anybody="""
        album, album-pieces, ballot, chart, comment, demo-pitch, demo-report, new-playlist, pitch, rating, track-list
    """,
    owner="""
        account-name, account-token, demo-edit, demo-post, memory-note, nomination-edit, pitch-draft, privacy-erase
    """,
)
"""Forms by the name in their id."""
