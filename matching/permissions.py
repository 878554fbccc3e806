"""Who may say what somebody can do: everybody for themselves, and nobody reads it but they."""

from __future__ import annotations

from core.rights import Right, Who, may

RIGHTS: tuple[Right, ...] = (may("save_availability", Who.SIGNED_IN, note="their own", in_closed_guild=True),)
