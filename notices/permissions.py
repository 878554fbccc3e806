"""Who may do what with an inbox and its mails: everybody with their own; mails in doubt are the hub stewards'."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models import Subject, User
from core.errors import PermissionRefused
from core.rights import Right, Who, machine, may


def check_can_decide_mails(subject: Subject) -> None:
    """Stewards of the hub look after its mail."""
    if not User.objects.filter(subject=subject, is_staff=True, is_active=True).exists():
        raise PermissionRefused(_("Only a steward of the hub decides about mails."))


RIGHTS: tuple[Right, ...] = (
    may("mark_inbox_read", Who.SIGNED_IN, note="their own", in_closed_guild=True),
    may("save_mail_choices", Who.SIGNED_IN, note="their own", in_closed_guild=True),
    may("resend_mail", Who.HUB_STEWARD, note="a mail of which nobody knows whether it arrived", in_closed_guild=True),
    may("leave_mail", Who.HUB_STEWARD, note="a mail of which nobody knows whether it arrived", in_closed_guild=True),
    *machine("stop_digest", "plan_digests", "send_mails", "forget_old_mails"),
)
