"""What a person decides about a mail that may or may not have arrived."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Subject
from core.errors import DomainError
from notices.models import Mail
from notices.permissions import check_can_decide_mails


class NotInDoubt(DomainError):
    """Somebody decided before, or it is known by now."""

    code = "not_in_doubt"


@transaction.atomic
def resend_mail(*, mail_id: UUID, by: Subject, now: datetime) -> None:
    """Send a mail that may have arrived once more, knowing that its reader may get it twice. Raises NotInDoubt."""
    mail = _in_doubt(mail_id, by)
    mail.state, mail.why, mail.ended_at, mail.due_at = Mail.State.PLANNED, "", None, now
    _decide(mail, by, now)


@transaction.atomic
def leave_mail(*, mail_id: UUID, by: Subject, now: datetime) -> None:
    """Leave a mail that may have arrived as it is: it is in doubt for good, and nobody is asked again. Raises NotInDoubt."""
    _decide(_in_doubt(mail_id, by), by, now)


def _in_doubt(mail_id: UUID, by: Subject) -> Mail:
    check_can_decide_mails(by)
    in_doubt = Mail.objects.filter(pk=mail_id, state=Mail.State.UNKNOWN, decided_at__isnull=True)
    mail = in_doubt.select_for_update().first()
    if mail is None:
        raise NotInDoubt(_("This mail is not in doubt any more: somebody was quicker."))
    return mail


def _decide(mail: Mail, by: Subject, now: datetime) -> None:
    mail.decided_at, mail.decided_by = now, by
    mail.save()
