"""The words of refusals about matches and recommendations; `refusals` gives them to whoever is refused."""

from __future__ import annotations

from bot.domain.taste import pairs
from cogs.shared.refusals import WORDS, shown

NAME = 60


def _oneself(_: pairs.OneselfCompared) -> str:
    return "You are as close to yourself as anybody can be. Name somebody else, or see `/neighbours`."


def _bot(refusal: pairs.BotCompared) -> str:
    return f"**{shown(refusal.name, NAME)}** is a bot and hears nothing. Name a member of the club."


def _hidden(_: pairs.OwnListeningHidden) -> str:
    return (
        "You keep what you hear from the club, so you are matched with nobody, and nobody with you. "
        "`/privacy visibility who:club` lets the club see it."
    )


def _little(refusal: pairs.TooLittleKnown) -> str:
    if refusal.name:
        return (
            f"Too little is known of what **{shown(refusal.name, NAME)}** hears in this club to compare you: it takes "
            "30 plays of three artists, or three albums that you both rated."
        )
    return (
        "Too little is known of what you hear: it takes 30 plays of three artists. Link an account with `/link`, or "
        "bring your history with `/import`; three albums that you rated as others did do, too."
    )


def _nobody(_: pairs.NobodyToCompare) -> str:
    return (
        "Nobody else in this club shows enough of what they hear to be compared with. As soon as others link an "
        "account with `/link`, or rate the same albums, they show here."
    )


WORDS |= {
    pairs.OneselfCompared: _oneself,
    pairs.BotCompared: _bot,
    pairs.OwnListeningHidden: _hidden,
    pairs.TooLittleKnown: _little,
    pairs.NobodyToCompare: _nobody,
}
