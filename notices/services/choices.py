"""What a person wants to hear of, said on their settings or by the one press in a mail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import lock_person
from core.errors import DomainError
from notices.models import Mail, MailChoices
from notices.topics import MUTABLE

#: What a mail's link is signed for; it does this one thing and never ends, because mails are kept for years.
_SALT = "notices.stop_digest"


class WrongStop(DomainError):
    """The link was cut short on the way, or made by somebody else."""

    code = "wrong_stop"
    status = 404


class NotMutable(DomainError):
    """There is no such topic, or it is too important to be muted."""

    code = "not_mutable"


@transaction.atomic
def save_mail_choices(
    *, by: Subject, now: datetime, wants_digest: bool | None = None, muted: Iterable[str] | None = None
) -> MailChoices:
    """Change what a person hears of; what isn't said stays. Raises NotMutable."""
    lock_person(by.pk)
    choices, _made = MailChoices.objects.get_or_create(subject_id=by.pk, defaults={"changed_at": now})
    if wants_digest is not None:
        choices.wants_digest = wants_digest
    if muted is not None:
        choices.muted = sorted(set(muted))
        if not set(choices.muted) <= set(MUTABLE):
            raise NotMutable(_("That can't be muted."))
    choices.changed_at = now
    choices.save()
    _drop_planned(by.pk, choices, now)
    return choices


@transaction.atomic
def stop_digest(*, token: str, now: datetime) -> None:
    """No weekly mail for the person in the link; twice is once. Raises WrongStop. An erased person's link says nothing else."""
    subject_id = subject_of(token)
    subject = Subject.objects.filter(pk=subject_id, erased_at__isnull=True).first()
    if subject is not None:
        save_mail_choices(by=subject, now=now, wants_digest=False)


def stop_token(subject_id: UUID) -> str:
    """What the link in a person's mail carries: their random id, signed."""
    return signing.Signer(salt=_SALT).sign(subject_id.hex)


def subject_of(token: str) -> UUID:
    """Whose mail a link stops. Raises WrongStop."""
    try:
        return UUID(signing.Signer(salt=_SALT).unsign(token))
    except (signing.BadSignature, ValueError) as error:
        raise WrongStop(
            _("This link is not whole. Open it from the mail again, or sign in and go to Settings.")
        ) from error


def _drop_planned(subject_id: UUID, choices: MailChoices, now: datetime) -> None:
    """A digest that is planned and not begun is not sent any more."""
    if not choices.wants_digest:
        planned = Mail.objects.filter(subject_id=subject_id, kind="digest", state=Mail.State.PLANNED)
        planned.update(state=Mail.State.SKIPPED, why=Mail.Why.UNSUBSCRIBED, ended_at=now)
