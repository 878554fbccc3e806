"""Who a request to the API speaks for: the person whose token it carries, and nobody else. Cookies count for nothing."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import Token, User
from accounts.queries import find_token
from accounts.services import note_token_use


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer gh_…`. A request without the header is nobody's; one with a bad token is refused."""

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        """The person and their token; one statement, and one more the first time on a day."""
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        kind, _space, text = header.partition(" ")
        now = timezone.now()
        token = find_token(text.strip(), now=now) if kind.lower() == "bearer" else None
        if token is None:
            raise AuthenticationFailed(
                _(
                    "This token is not valid: it ended, was taken back, or was never made. Make one at /settings/tokens/."
                )
            )
        note_token_use(token=token, now=now)
        return token.subject.user, token

    def authenticate_header(self, request: Request) -> Any:
        """What to send, as 401 says it."""
        return 'Bearer realm="guildhub"'
