"""The inbox's own reactions: accounts stand below it and can't tell anybody anything themselves."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils import timezone

from accounts.models import Token
from core.models import Event
from core.registries import subscribe
from notices.services import News, notify


def tell_of_tokens(events: Sequence[Event]) -> None:
    """One line to the owner of each new token: if it wasn't them, they can take it back. Twice is once."""
    tokens = Token.objects.in_bulk([event.object_id for event in events])
    notify(
        [
            News(
                subject_id=token.subject_id,
                kind="token_made",
                event_id=event.pk,
                url=reverse("accounts:tokens"),
                happened_at=event.occurred_at,
            )
            for event in events
            if (token := tokens.get(event.object_id))
        ],
        now=timezone.now(),
    )


def register() -> None:
    """Subscribe to the kind above."""
    subscribe("notices.tell_of_tokens", tell_of_tokens, ["token.made"])
