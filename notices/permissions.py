"""Who may do what with an inbox: everybody with their own."""

from __future__ import annotations

from core.rights import Right, Who, may

RIGHTS: tuple[Right, ...] = (may("mark_inbox_read", Who.SIGNED_IN, note="their own", in_closed_guild=True),)
