"""How often somebody may be wrong at the door, by account; counted in Postgres, so that it holds with Redis down.

The account is known by a keyed hash of what was typed as its address: an address that nobody has is counted, and refused, like
any other, so that the refusal says nothing of who is a member.
"""

from __future__ import annotations

from math import ceil
from uuid import UUID

from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import ngettext

from core.errors import DomainError
from core.limits import LimitReached, check_limit


class TooManyTries(DomainError):
    """This account's codes or passwords were tried too often; the sentence says when there is room again."""

    code = "too_many_tries"
    status = 429


def count_try(address: str) -> None:
    """Count one typed code or password, right or wrong; raises TooManyTries."""
    digest = salted_hmac("accounts.door.limits", address.strip().lower(), algorithm="sha256").digest()
    try:
        check_limit("door", UUID(bytes=digest[:16]), now=timezone.now())
    except LimitReached as reached:
        minutes = ceil(reached.retry_after / 60)
        raise TooManyTries(
            ngettext(
                "Too many codes or passwords were tried for this account. Try again in %(n)s minute, or use a passkey.",
                "Too many codes or passwords were tried for this account. Try again in %(n)s minutes, or use a passkey.",
                minutes,
            )
            % {"n": minutes}
        ) from reached
