"""What can go wrong with the embedded servers, in a sentence that says how to mend it."""

from __future__ import annotations


class EmbeddedServerError(Exception):
    """PostgreSQL or Redis could not be started; the message says what to do."""
