"""A form whose button was pressed twice makes one thing, not two."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Model

from accounts.models import Subject
from accounts.queries import lock_person

Written = TypeVar("Written", bound=Model)

#: Long enough for a lost answer on a slow line; the same words an hour later are meant.
SAME_WITHIN = timedelta(minutes=10)


def sent_before(model: type[Written], *, by: Subject, now: datetime, **words: Any) -> Written | None:
    """The row that the same person made of the same words just before, or None. Locks the person.

    Turned down: a token in the form. A page the browser kept would send its old token with new words.
    """
    lock_person(by.pk)
    rows = model._default_manager.filter(author=by, created_at__gt=now - SAME_WITHIN, created_at__lte=now)
    return rows.filter(**words).order_by("created_at").first()
