"""Who may do what with an account: everybody with their own."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models import Subject, Token
from accounts.queries import same_person
from core.errors import PermissionRefused
from core.rights import Right, Who, machine, may


def check_token_owner(subject: Subject, token: Token) -> None:
    """Only the person whose token it is."""
    if not same_person(subject.pk, token.subject_id):
        raise PermissionRefused(_("Only its owner can take a token back."))


RIGHTS: tuple[Right, ...] = (
    may("save_profile", Who.SIGNED_IN, note="their own", in_closed_guild=True),
    may("claim_identity", Who.SIGNED_IN, note="with a verified address that proves it", in_closed_guild=True),
    may("erase_person", Who.SIGNED_IN, note="themselves; others by `manage.py erase_person`", in_closed_guild=True),
    may("export_person", Who.SIGNED_IN, note="their own data", in_closed_guild=True),
    may("make_token", Who.SIGNED_IN, note="for themselves, on the page", in_closed_guild=True),
    may("revoke_token", Who.OWNER, in_closed_guild=True),
    *machine(
        "start_profile",
        "free_links",
        "know_identities",
        "forget_unclaimed_identities",
        "note_token_use",
        "claim_by_addresses",
    ),
)
