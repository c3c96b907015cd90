"""What members read of their accounts elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from discord import ButtonStyle, ui

from bot.domain.errors import Why
from bot.domain.listening.accounts import Standing
from bot.domain.listening.linking import END_NOTICES, Account, Offer
from bot.domain.listening.plays import Source
from bot.services.accounts.keeping import Linked
from bot.services.accounts.linking import Ticket
from bot.services.accounts.notices import Notice
from bot.services.accounts.overview import Overview, Shown
from bot.services.accounts.standing import WORTHLESS
from bot.services.accounts.unlinking import Unlinked
from bot.services.listening.backfill import Progress
from cogs.shared.account_refusals import service, standing_words
from cogs.shared.dynamic import Action
from cogs.shared.render import Body, Item, link, rows, words
from cogs.shared.text import plain, short_when, when

LINK_AGAIN = Action("account-link", anywhere=True)
BY_NAME = Action("account-name", anywhere=True)
BY_TOKEN = Action("account-token", anywhere=True)
UNLINK = Action("account-unlink", anywhere=True)
UNLINK_SURELY = Action("account-unlink-surely", anywhere=True)
WRITE_AGAIN = Action("account-write", anywhere=True)
READ_NOW = Action("account-read", anywhere=True)

NAME_SHOWN = 60
SETTINGS = {
    Source.LASTFM: "<https://www.last.fm/settings/applications>",
    Source.SPOTIFY: "<https://www.spotify.com/account/apps/>",
    Source.LISTENBRAINZ: "<https://listenbrainz.org/settings/>",
}
"""Where members take back at the service what they granted."""
WHY = {
    Why.BUSY: " The service asked for patience.",
    Why.DOWN: " The service did not answer.",
    Why.SLOW: " The service did not answer in time.",
    Why.GARBLED: " The service answered what nobody can read.",
    Why.REFUSED: " The service does not let this bot in; whoever runs it can mend that.",
    "fault": " Something went wrong on Longplay's side.",
}
"""What kept an account from being read the last time."""
READS = {
    Source.LASTFM: (
        "It reads your scrobbles, from the first one on, your tags, and what plays now. It never changes anything."
    ),
    Source.SPOTIFY: (
        "It reads what you played last, what plays now and what it says you like, for six months at most. It never "
        "changes anything. Spotify tells the last fifty plays only: your older ones come with `/import` from an export "
        "of your data."
    ),
    Source.LISTENBRAINZ: "It reads your listens, from the first one on, and what plays now. It never changes anything.",
}


def named(account: Account | Linked | Unlinked) -> str:
    """An account in a sentence."""
    return f"{service(account.source)} account **{plain(account.name, NAME_SHOWN)}**"


def link_card(source: Source, offers: Sequence[Offer], ticket: Ticket | None) -> Body:
    """How an account is linked: the ways there are here."""
    there = service(source)
    text = f"### Link {there}\n{READS[source]}"
    buttons: list[Item | None] = []
    if ticket is not None:
        buttons.append(link(f"Log in at {there}", ticket.address))
        text += (
            f"\n**Log in at {there}** opens a page of Longplay that leads there and back; it is for you alone and open "
            f"until {short_when(ticket.ends_at)}."
        )
    if Offer.NAME in offers:
        buttons.append(BY_NAME.button("Only my name", argument=str(source)))
        text += (
            "\n**Only my name** is enough where your profile is public; it proves nothing, and reads only what all see."
        )
    if Offer.TOKEN in offers:
        buttons.append(BY_TOKEN.button("Give my token", argument=str(source), style=ButtonStyle.primary))
        text += f"\nThe token stands in your settings: {SETTINGS[source]}."
    return words(text, *rows(*buttons))


def linked_card(linked: Linked) -> Body:
    """An account was linked."""
    lines = [f"Your {named(linked)} is linked{' again' if linked.again else ''}."]
    if linked.plays is not None:
        lines.append(f"There are {linked.plays:,} plays to read; `/accounts` shows how far Longplay has come.")
    if not linked.proven:
        lines.append("-# By its name alone: whoever logs in there proves it theirs and gets it.")
    if linked.ends_at is not None:
        lines.append(f"It ends by itself on {when(linked.ends_at)}; you will be told before.")
    return words("\n".join(lines))


def accounts_card(overview: Overview, now: datetime) -> Body:
    """A member's accounts, each with how it stands and what can be done."""
    if not overview.accounts:
        text = (
            "You have linked no account. `/link lastfm`, `/link spotify` or `/link listenbrainz` lets Longplay know "
            "what you listen to; `/import` reads an export of your data."
        )
        return words(text)
    items: list[Item] = []
    for shown in overview.accounts:
        items += [ui.TextDisplay(account_words(shown, now)), *rows(*_buttons(shown.account, now))]
    if overview.dms_closed_at is not None:
        text = (
            f"-# Private messages do not reach you since {short_when(overview.dms_closed_at)}: trouble with an account "
            "is shown here only."
        )
        items += [ui.TextDisplay(text), *rows(WRITE_AGAIN.button("Write to me again"))]
    return Body(*items)


def account_words(shown: Shown, now: datetime) -> str:
    """One account, as its owner reads it."""
    account = shown.account
    how = "logged in" if account.proven and account.sealed else "by its name"
    head = f"### {service(account.source)}: {plain(account.name, NAME_SHOWN)}"
    lines = [head, f"Linked {short_when(account.linked_at)}, {how}."]
    if account.standing is not Standing.WELL:
        since = f" (since {short_when(account.standing_at)})" if account.standing_at else ""
        lines.append(f"**Needs you**{since}: {standing_words(account.source, account.standing, account.name)}")
    elif account.consent_ends_at is not None:
        lines.append(f"Ends by itself on {when(account.consent_ends_at)}; linking again before begins anew.")
    lines += _progress(shown.progress, account, now)
    return "\n".join(lines)


def _progress(progress: Progress | None, account: Account, now: datetime) -> list[str]:
    """How far an account is read, and when it is read next."""
    if progress is None:
        return ["Not read yet; that begins in a moment."] if account.standing is Standing.WELL else []
    lines = [f"Last read {short_when(progress.synced_at)}." if progress.synced_at else "Not read yet."]
    if progress.under_way:
        lines[0] += " Being read right now."
    elif account.standing is Standing.WELL:
        soon = progress.next_due_at <= now
        why = WHY.get(progress.why.rpartition(" ")[2], "")
        lines[0] += f"{why} Next try {'in a moment' if soon else short_when(progress.next_due_at)}."
    if progress.done and account.source is Source.SPOTIFY:
        lines.append("What Spotify still tells is read, its last fifty plays each time; older ones come by `/import`.")
    elif progress.done:
        lines.append("The whole history is read, and what is new comes by itself.")
    elif progress.total:
        share = min(99, progress.read * 100 // progress.total)
        lines.append(f"History: {progress.read:,} of about {progress.total:,} plays, {share} %.")
    elif progress.read:
        lines.append(f"History: {progress.read:,} plays so far.")
    return lines


def _buttons(account: Account, now: datetime) -> list[Item]:
    ends = account.consent_ends_at is not None and account.consent_ends_at - now <= END_NOTICES[0]
    mends = account.standing is not Standing.WELL or ends
    shown: list[Item] = [] if account.standing in WORTHLESS else [READ_NOW.button("Read now", account.id)]
    if mends:
        shown.append(LINK_AGAIN.button("Mend it", argument=str(account.source), style=ButtonStyle.primary))
    shown.append(UNLINK.button("Unlink", account.id))
    return shown


def unlink_card(account: Account) -> Body:
    """Whether to keep what an account told."""
    text = (
        f"Unlink your {named(account)}? Longplay forgets its key to it at once.\n"
        "**Keep the listens** leaves what was heard in your numbers and the club's. **Delete them** forgets all that "
        "this account told; what another account or a file told as well stays."
    )
    keep = UNLINK_SURELY.button("Keep the listens", account.id, "keep", style=ButtonStyle.primary)
    delete = UNLINK_SURELY.button("Delete them", account.id, "delete", style=ButtonStyle.danger)
    return words(text, *rows(keep, delete))


def unlinked_words(unlinked: Unlinked) -> Body:
    """An account was unlinked."""
    kept = "What was heard stays." if unlinked.keeps else "What it told is deleted."
    text = f"Your {named(unlinked)} is no longer linked. {kept}"
    if unlinked.granted:
        there, page = service(unlinked.source), SETTINGS[unlinked.source]
        text += f"\n{there} still lists what you granted; you can take it back at {page}."
    return words(text)


def notice_card(notice: Notice) -> Body:
    """A private message to the owner of an account, with the button that mends it."""
    source = Source(notice.source)
    name = plain(notice.name, NAME_SHOWN)
    if notice.words == "taken_over":
        text = (
            f"Your {service(source)} account **{name}** was linked by its name alone; somebody has now logged in there "
            "and proven it theirs, so it is no longer yours here. What was heard stays. If it is your account, log in "
            "too."
        )
    elif notice.words == "ending":
        assert notice.ends_at is not None, "it ends"
        text = (
            f"{service(source)} lets Longplay read your account **{name}** until {when(notice.ends_at)}, "
            f"{short_when(notice.ends_at)}. Linking it again before then goes on without a gap."
        )
    else:
        text = standing_words(source, notice.standing, notice.name)
    again = LINK_AGAIN.button("Link it again", argument=str(source), style=ButtonStyle.primary)
    footer = "-# You are told once. `/accounts` on the server shows how your accounts stand."
    return Body(ui.TextDisplay(f"{text}\n{footer}"), *rows(again))
