"""The words of refusals about matches and recommendations; `refusals` gives them to whoever is refused."""

from __future__ import annotations

from bot.domain.taste import pairs, recommended
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


def _nothing(_: recommended.NothingToRecommend) -> str:
    return (
        "There is nothing to recommend yet. Link an account with `/link` or bring your history with `/import`, and "
        "rate what the club hears with `/rate`; it also takes others in the club who show what they hear."
    )


def _nothing_for_club(_: recommended.NothingForClub) -> str:
    return (
        "Nothing is known that several members love and nobody has nominated yet. It takes members who link an account "
        "with `/link` and show the club what they hear, or albums on their shelves (`/shelf add`)."
    )


def _gone(_: recommended.RecommendationGone) -> str:
    return "What this list knew is known no more. `/recommend` makes a fresh one."


def _letter(refusal: recommended.LetterRefused) -> str:
    if refusal.on:
        return "You get the weekly letter already, on Friday afternoons. `/recommend letter:off` ends it."
    return "You get no weekly letter. `/recommend letter:on` begins it."


WORDS |= {
    recommended.NothingToRecommend: _nothing,
    recommended.NothingForClub: _nothing_for_club,
    recommended.LetterRefused: _letter,
    recommended.RecommendationGone: _gone,
    pairs.OneselfCompared: _oneself,
    pairs.BotCompared: _bot,
    pairs.OwnListeningHidden: _hidden,
    pairs.TooLittleKnown: _little,
    pairs.NobodyToCompare: _nobody,
}
