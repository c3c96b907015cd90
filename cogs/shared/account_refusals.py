"""The words of refusals about linked accounts; `refusals` gives them to whoever is refused."""

from __future__ import annotations

from bot.domain.listening import accounts, linking
from bot.domain.listening.accounts import Standing
from bot.domain.listening.plays import Source
from cogs.shared.refusals import WORDS, shown

SERVICES = {Source.LASTFM: "Last.fm", Source.SPOTIFY: "Spotify", Source.LISTENBRAINZ: "ListenBrainz"}
PRIVACY_PAGES = {Source.LASTFM: "<https://www.last.fm/settings/privacy>"}


def service(source: Source | None) -> str:
    """A service as it calls itself."""
    return SERVICES.get(source, str(source)) if source is not None else "the service"


def standing_words(source: Source, standing: Standing, name: str = "") -> str:
    """How an account stands, and what mends it."""
    there = service(source)
    account = f"{there} account **{shown(name, 60)}**" if name else f"{there} account"
    return {
        Standing.WELL: f"Your {account} can be read.",
        Standing.PRIVATE: (
            f"Your {account} hides what it plays. Log in by `/link {source}` so that Longplay may read it all the "
            f"same, or show it to everybody{_at(PRIVACY_PAGES.get(source))}."
        ),
        Standing.GONE: f"There is no {account} (any more). Look at the spelling and use `/link {source}` once more.",
        Standing.REVOKED: (
            f"{there} no longer lets Longplay read your account. `/link {source}` mends that; nothing read is lost."
        ),
        Standing.ENDED: (
            f"{there} lets nobody read an account for longer than half a year, and yours is over. `/link {source}` "
            "begins the next one; nothing read is lost."
        ),
        Standing.NOT_ALLOWED: (
            f"{there} lets only a few accounts into this club's app, and your {account} is not on its list. Ask "
            f"whoever runs the bot to add you under User Management, then use `/link {source}` again. Last.fm works "
            "for everybody."
        ),
    }[standing]


def _at(page: str | None) -> str:
    return f" at {page}" if page else ""


def _account_refused(refusal: accounts.AccountRefused) -> str:
    if refusal.standing is Standing.REVOKED and refusal.source is Source.LISTENBRAINZ:
        return (
            "ListenBrainz does not know this token (any more). Copy the one from <https://listenbrainz.org/settings/> "
            "and use `/link listenbrainz` once more."
        )
    if refusal.standing is Standing.GONE and refusal.name:
        return (
            f"{service(refusal.source)} knows nobody called “{shown(refusal.name, 80)}”. Look at the spelling in your "
            "profile's address and try again."
        )
    return standing_words(refusal.source, refusal.standing, refusal.name)


def _grant_too_small(refusal: accounts.GrantTooSmall) -> str:
    return (
        f"{service(refusal.source)} let Longplay in, but not to what you play. Use `/link {refusal.source}` once more "
        "and leave every box ticked."
    )


def _link_refused(refusal: linking.LinkRefused) -> str:
    there = service(refusal.source)
    name = f" **{shown(refusal.name, 80)}**" if refusal.name else ""
    if refusal.reason == "taken" and refusal.source is Source.LASTFM:
        return (
            f"The {there} account{name} is linked by another member already. If it is yours, choose **Log in at "
            "Last.fm** under `/link lastfm`: whoever proves an account theirs gets it."
        )
    return {
        "taken": (
            f"The {there} account{name} is linked by another member already. An account belongs to one member: unlink "
            "it there first."
        ),
        "other_linked": (
            f"You have linked another {there} account already:{name or ' one'}. Use `/unlink` first; you can keep what "
            "was heard."
        ),
        "no_name": (
            f"“{shown(refusal.name, 80)}” is no name of a {there} account. Type it as in your profile's address."
        ),
        "no_token": f"That is no token of {there}: it is one word. Copy it from your settings there and try again.",
        "no_web": (
            f"{there} sends you back to a page of the bot, and this one serves none. Whoever runs it can set "
            "`LONGPLAY_WEB_ADDRESS`."
        ),
        "no_vault": (
            "Longplay has no key to seal tokens with right now, so it takes none. Tell whoever runs it: `longplay "
            "doctor` says what is missing."
        ),
    }.get(refusal.reason) or (
        f"{there} accounts cannot be linked here: whoever runs the bot has set up no key for it. `/link` shows what "
        "else there is."
    )


def _no_such_account(refusal: linking.NoSuchAccount) -> str:
    if refusal.source is not None:
        there = service(refusal.source)
        return (
            f"You have linked no {there} account. `/link {refusal.source}` links one, `/accounts` shows what there is."
        )
    return "That account is no longer linked. `/accounts` shows those that are, `/link` links one."


def _ticket_refused(_: linking.TicketRefused) -> str:
    return "That way to the service is closed. Use `/link` once more, and go on within ten minutes."


WORDS |= {
    accounts.AccountRefused: _account_refused,
    accounts.AccessStale: _account_refused,
    accounts.GrantTooSmall: _grant_too_small,
    linking.LinkRefused: _link_refused,
    linking.NoSuchAccount: _no_such_account,
    linking.TicketRefused: _ticket_refused,
}
