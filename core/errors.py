"""The failures a person can do something about, told in words for that person."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied


class DomainError(Exception):
    """An expected refusal. `message` is shown to the person as it stands; `code` is for programs."""

    code = "refused"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = str(message)


class PermissionRefused(DomainError, PermissionDenied):
    """The person may not do this; the message says what would help. Django answers it with 403 and the sentence."""

    code = "not_permitted"


class TransitionRefused(DomainError):
    """The thing is not in a state from which this step can be taken."""

    code = "wrong_state"
