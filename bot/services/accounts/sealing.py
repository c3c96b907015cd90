"""Where sealed secrets lie, and what it means that one does not open."""

from __future__ import annotations

import logging
from uuid import UUID

from bot.domain.errors import Unavailable, Why
from bot.domain.listening.accounts import SealBroken
from bot.domain.ports import Vault
from bot.services.tools import Tools

log = logging.getLogger(__name__)

ACCESS = "access_token"
REFRESH = "refresh_token"


def place_of(account_id: UUID, field: str) -> str:
    """The one place where a secret of an account opens."""
    return f"linked_accounts/{account_id}/{field}"


def place_of_verifier(attempt_id: UUID) -> str:
    """The one place where the verifier of a walk to a service opens."""
    return f"link_attempts/{attempt_id}/verifier"


def vault_of(tools: Tools) -> Vault:
    """The vault; raises `Unavailable` where there is none, which only an operator can mend."""
    if tools.listening.vault is None:
        raise Unavailable("vault", Why.REFUSED, detail="there is no key to open tokens with")
    return tools.listening.vault


def opened(tools: Tools, sealed: bytes, place: str) -> str:
    """The secret. Raises `Unavailable` where it does not open: the row stays as it is until the key is back."""
    try:
        return vault_of(tools).open(sealed, place=place)
    except SealBroken as broken:
        log.error("%s does not open: %s; longplay doctor says more", place, broken)
        raise Unavailable("vault", Why.REFUSED, detail=f"a sealed token does not open: {broken}") from None
