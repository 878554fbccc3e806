"""The verb that changes what somebody said about themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Subject
from accounts.queries import lock_person
from core.languages import WRITTEN_LANGUAGES
from guilds.rules import ROLES
from matching.models import Availability
from matching.rules import LANGUAGES_MOST, in_order


@transaction.atomic
def save_availability(*, by: Subject, now: datetime, **answers: Any) -> Availability:
    """Keep what somebody answered: any of kinds, place, languages, minutes_a_week (None or empty takes an answer back).

    What isn't given stays as it was; with nothing given it is kept that they were asked. Twice is once. No event is
    recorded: it is nobody's business but theirs. Raises Django's ValidationError for what no form lets through.
    """
    lock_person(by.pk)
    row = Availability.objects.filter(subject=by).first() or Availability(subject=by)
    for name, value in answers.items():
        setattr(row, name, value)
    row.kinds = list(in_order(row.kinds, ROLES, most=len(ROLES)))
    row.languages = list(in_order(row.languages, dict(WRITTEN_LANGUAGES), most=LANGUAGES_MOST))
    row.place = row.place.strip()
    row.answered_at = now
    row.full_clean(exclude=["subject"])
    row.save()
    return row
