"""Members' accounts at services that tell what they hear: linked, opened, mended, told of, unlinked."""

from bot.services.accounts.access import access_of
from bot.services.accounts.standing import set_standing

__all__ = ["access_of", "set_standing"]
