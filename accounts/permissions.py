"""Who may do what with an account: everybody with their own."""

from __future__ import annotations

from core.rights import Right, Who, machine, may

RIGHTS: tuple[Right, ...] = (
    may("save_profile", Who.SIGNED_IN, note="their own", in_closed_guild=True),
    may("claim_identity", Who.SIGNED_IN, note="with a verified address that proves it", in_closed_guild=True),
    may("erase_person", Who.SIGNED_IN, note="themselves; others by `manage.py erase_person`", in_closed_guild=True),
    may("export_person", Who.SIGNED_IN, note="their own data", in_closed_guild=True),
    *machine("start_profile", "know_identities", "forget_unclaimed_identities"),
)
