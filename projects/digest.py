"""What projects add to a digest: tasks whose time ends in the week that begins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.formats import exact_day
from core.text import one_line
from notices.digest import DigestLine, DigestReader, Found, register_digest_source
from projects.models import Task


def ending_claims(readers: Sequence[DigestReader], now: datetime) -> Found:
    """One line for each task the reader has taken and whose time ends within seven days. One statement."""
    whose = {subject_id: reader.subject_id for reader in readers for subject_id in reader.ids}
    ending = Task.objects.filter(
        claimed_by_id__in=list(whose),
        state="claimed",
        lease_ends_at__gt=now,
        lease_ends_at__lte=now + timedelta(days=7),
    )
    rows = ending.order_by("lease_ends_at", "pk").values_list("pk", "title", "claimed_by_id", "lease_ends_at")
    found: dict[UUID, list[DigestLine]] = defaultdict(list)
    for pk, title, person, ends in rows:
        url = reverse("projects:task", args=[pk])
        if person is None or ends is None:
            continue
        found[whose[person]].append(DigestLine("waiting", partial(_ending, title, ends), url, _open))
    return found


def _ending(title: str, ends: datetime) -> str:
    return _("Your time for “%(task)s” ends on %(day)s.") % {
        "task": one_line(title),
        "day": exact_day(timezone.localtime(ends).date()),
    }


def _open() -> str:
    return _("Open the task")


def example_lines() -> list[DigestLine]:
    """What a digest may say of taken tasks, for the gallery of mails."""
    ends = timezone.now() + timedelta(days=3)
    return [
        DigestLine("waiting", partial(_ending, "Write the labelling guide", ends), reverse("projects:problems"), _open)
    ]


def register() -> None:
    """Add to the digest, after returned work."""
    register_digest_source(ending_claims, place=20)
