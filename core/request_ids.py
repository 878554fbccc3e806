"""Which request this process works for: one id, from the web through jobs into events and log lines.

An id is 32 hex digits. A proxy in front may have given the request one (X-Request-ID); anything else that a header
holds is not believed. It says nothing about the person, and no public page or log leaf shows it.
"""

from __future__ import annotations

import os
import re
from contextvars import ContextVar, Token

#: What the header is called, as WSGI spells it.
HEADER = "HTTP_X_REQUEST_ID"
_SHAPE = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_current: ContextVar[str] = ContextVar("request_id", default="")


def new_request_id() -> str:
    """A random id."""
    return os.urandom(16).hex()


def read_request_id(given: object) -> str:
    """The id that somebody gave, as 32 small hex digits; empty when it is none."""
    if not isinstance(given, str) or not _SHAPE.fullmatch(given):
        return ""
    return given.replace("-", "").lower()


def current_request_id() -> str:
    """The id of the request that is worked for; empty outside of one."""
    return _current.get()


def begin(request_id: str) -> Token[str]:
    """Work for that request until `end` gets the returned token."""
    return _current.set(request_id)


def end(token: Token[str]) -> None:
    """Go back to what was worked for before."""
    _current.reset(token)
