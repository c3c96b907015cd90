"""The words of our pages: what is read, and each thing that can go wrong, with what to do."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.errors import Refusal, Unavailable
from bot.domain.listening.accounts import AccountRefused, GrantTooSmall, Standing
from bot.domain.listening.linking import LinkRefused, TicketRefused
from bot.domain.listening.plays import Source
from bot.services.accounts.keeping import Linked

SERVICES = {Source.LASTFM: "Last.fm", Source.SPOTIFY: "Spotify", Source.LISTENBRAINZ: "ListenBrainz"}
AGAIN = "Go back to Discord and use /link once more."

READS = {
    Source.LASTFM: (
        "Your scrobbles: which tracks you played, and when, from the first one on.",
        "What is playing now, when somebody asks for it with /np.",
        "Once a day what you played most of all and your tags: they stand for your taste while few plays are known.",
        "Your name there, to know whose account it is.",
    ),
    Source.SPOTIFY: (
        "The tracks you played last, and when: Spotify tells the last fifty, which are read every half hour.",
        "What is playing now, when somebody asks for it with /np.",
        "Once a day the artists and tracks it says you like: they stand for your taste while few plays are known.",
        "Your account's id and name, to know whose account it is.",
    ),
}
NEVER = {
    Source.LASTFM: "It never scrobbles, loves or changes anything there. /unlink ends it at any time.",
    Source.SPOTIFY: (
        "It never plays, saves or changes anything there, and sees no mail address and no payment. Spotify lets it "
        "read for six months at most; /unlink ends it at any time."
    ),
}

DOES = {
    Source.SPOTIFY: (
        "Make a private playlist in your account for each that you export, and bring it up to date when you ask.",
        "See which playlists are there, to find that one again.",
    ),
}
"""What is done besides, where a member wants it at that moment."""
NEVER_MORE = {
    Source.SPOTIFY: (
        "It never plays or saves anything there, changes no other playlist, and sees no mail address and no payment. "
        "Spotify lets it do so for six months at most; /unlink ends it at any time."
    ),
}
NEXT = {
    False: "You can close this page. /accounts on Discord shows how far Longplay has read, /unlink ends it.",
    True: "You can close this page. Back on Discord, press Export now.",
}
"""What to do once an account is linked, where more was wanted than that or not."""


def lacking(linked: Linked) -> str:
    """What to do where an account was linked, and more was wanted that its member did not grant."""
    if not linked.lacks:
        return ""
    there = service(linked.source)
    return (
        f"But {there} was not told that Longplay may make playlists, so none is exported. Press Export now on Discord "
        "to be asked again."
    )


@dataclass(frozen=True, slots=True)
class Told:
    """What a page says of something that did not go well."""

    status: int
    title: str
    sentence: str
    advice: str


def service(source: Source | None) -> str:
    """A service as it calls itself."""
    return SERVICES.get(source, "The service") if source is not None else "The service"


def told(error: Refusal | Unavailable) -> Told:
    """The one clear sentence for each no, and what to do."""
    if isinstance(error, TicketRefused):
        return _ticket(error)
    if isinstance(error, LinkRefused):
        return _link(error)
    if isinstance(error, AccountRefused):
        return _account(error)
    if isinstance(error, Unavailable) and error.source != "vault":
        name = service(Source(error.source)) if error.source in list(Source) else "The service"
        return Told(
            503,
            "Not linked yet",
            f"{name} is not answering right now.",
            "Nothing was linked. Go back to Discord in a few minutes and use /link once more.",
        )
    return Told(
        503,
        "Not linked yet",
        "Longplay cannot open its own keys right now.",
        "Nothing was linked. Tell whoever runs the bot: longplay doctor says what is missing.",
    )


def _ticket(error: TicketRefused) -> Told:
    name = service(error.source)
    return {
        "expired": Told(410, "Too late", "This way was open for ten minutes, and they are over.", AGAIN),
        "used": Told(
            410,
            "Used already",
            "This page was used before, and it works once.",
            "Nothing has changed now. /accounts on Discord shows whether your account is linked.",
        ),
        "other_browser": Told(
            403,
            "Another browser",
            "This way was begun in another browser, so it ends there.",
            "Go on where you began, or use /link on Discord once more and stay in one browser. If you did not begin "
            "it, close this page: nothing was linked.",
        ),
        "no_cookie": Told(
            403,
            "No cookie",
            "Your browser did not keep the one cookie that says it is you.",
            "Allow cookies for this page, then use /link on Discord once more and stay in one browser.",
        ),
        "denied": Told(
            200,
            "Not linked",
            f"You said no at {name}, so nothing was linked.",
            "That is fine. Should you change your mind: /link on Discord begins anew.",
        ),
        "failed": Told(
            502,
            "Not linked",
            f"{name} sent you back with an error, so nothing was linked.",
            "Go back to Discord and use /link once more. If it stays so, tell whoever runs the bot: the app at "
            f"{name} may be set up wrongly.",
        ),
    }.get(error.reason) or Told(404, "No such way", "This page does not belong to anything we know of.", AGAIN)


def _link(error: LinkRefused) -> Told:
    name = service(error.source)
    if error.reason == "taken":
        return Told(
            409,
            "Somebody else's",
            f"This {name} account is linked by another member already.",
            "An account belongs to one member. If it is yours, unlink it where it is linked, or log in there with "
            "another account and use /link once more.",
        )
    if error.reason == "other_linked":
        return Told(
            409,
            "One at a time",
            f"You have linked another {name} account already: {error.name}.",
            "Use /unlink on Discord first, then /link. You can keep what was heard.",
        )
    return Told(
        503,
        "Not possible here",
        f"{name} accounts cannot be linked here right now.",
        "Tell whoever runs the bot: longplay doctor says what is missing.",
    )


def _account(error: AccountRefused) -> Told:
    name = service(error.source)
    if isinstance(error, GrantTooSmall):
        return Told(
            403,
            "Too little",
            f"{name} let us in, but not to what you play.",
            "Nothing was linked. Use /link on Discord once more and leave every box ticked.",
        )
    if error.standing is Standing.NOT_ALLOWED:
        return Told(
            403,
            "Not on the list",
            f"{name} lets only a few accounts into this club's app, and yours is not on its list yet.",
            "Ask whoever runs the bot to add the mail address of your account in the developer dashboard under User "
            "Management, then use /link once more. Last.fm works for everybody.",
        )
    return Told(
        403,
        "Not linked",
        f"{name} did not take the answer that your browser brought back.",
        "Nothing was linked. " + AGAIN,
    )
