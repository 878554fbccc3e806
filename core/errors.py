"""The failures a person can do something about, told in words for that person."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied


class DomainError(Exception):
    """An expected refusal. `message` is shown to the person as it stands; `code` is for programs.

    `status` is what the API answers with: 422 where something else must be sent, 409 where the thing is in another
    state than the sender believed, 403 for a missing right, 429 for too much at once.
    """

    code = "refused"
    status = 422

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = str(message)


class PermissionRefused(DomainError, PermissionDenied):
    """The person may not do this; the message says what would help. Django answers it with 403 and the sentence."""

    code = "not_permitted"
    status = 403


class TransitionRefused(DomainError):
    """The thing is not in a state from which this step can be taken."""

    code = "wrong_state"
    status = 409
