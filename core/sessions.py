"""Django's cached database sessions, for which a cookie that can't be a key is no session instead of an error page."""

from __future__ import annotations

from django.contrib.sessions.backends.cached_db import SessionStore as CachedSessionStore


class SessionStore(CachedSessionStore):
    """Keys are small letters and digits; what else a cookie may hold (a zero character, say) no database is asked for."""

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key and key.isascii() and key.isalnum() and len(key) >= 8)
