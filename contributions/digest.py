"""What contributions add to a digest: what was credited last week, what was returned, what waits for a reviewer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.formats import format_minutes, format_number
from core.text import one_line
from notices.digest import DigestLine, DigestReader, Found, as_columns, register_digest_source

#: More returned work than this is named by the page it leads to.
NAMED = 3
_READERS = "unnest(%(readers)s::uuid[], %(subjects)s::uuid[], %(since)s::timestamptz[], %(until)s::timestamptz[])"

_OWN = f"""
SELECT r.reader, '' AS id, '' AS title, sum(c.minutes_credited)::bigint, sum(c.points)::bigint
FROM {_READERS} AS r (reader, subject, since, until)
JOIN contributions_contribution c ON c.subject_id = r.subject AND c.source = 'logged' AND c.points IS NOT NULL
    AND c.decided_at >= r.since AND c.decided_at < r.until
GROUP BY r.reader
UNION ALL
SELECT * FROM (
    SELECT r.reader, c.id::text, t.title, NULL::bigint, NULL::bigint
    FROM {_READERS} AS r (reader, subject, since, until)
    JOIN contributions_contribution c ON c.subject_id = r.subject AND c.source = 'logged' AND c.state = 'returned'
    JOIN projects_task t ON t.id = c.task_id
    ORDER BY c.id DESC
) returned
"""  # noqa: S608  # put together from constants

# By grant only: who may review by standing alone sees it on the page, and asking here would cost a statement a person.
_REVIEWS = """
SELECT r.reader, count(DISTINCT c.id)
FROM unnest(%(readers)s::uuid[], %(subjects)s::uuid[]) AS r (reader, subject)
JOIN guilds_grant g ON g.subject_id = r.subject AND g.revoked_at IS NULL
    AND g.starts_at <= %(now)s AND (g.ends_at IS NULL OR g.ends_at > %(now)s)
JOIN contributions_contribution c ON c.guild_id = g.guild_id AND c.state IN ('submitted', 'in_review') AND c.source = 'logged'
WHERE NOT EXISTS (SELECT FROM contributions_pendingverdict v WHERE v.contribution_id = c.id)
AND NOT (c.subject_id = ANY(
    SELECT o.subject FROM unnest(%(readers)s::uuid[], %(subjects)s::uuid[]) AS o (reader, subject) WHERE o.reader = r.reader
))
GROUP BY r.reader
"""


def own_work(readers: Sequence[DigestReader], now: datetime) -> Found:
    """What was credited in the week, and what waits for an answer. One statement."""
    found: dict[UUID, list[DigestLine]] = defaultdict(list)
    for reader, contribution, title, minutes, points in _rows(_OWN, readers, now):
        if contribution:
            if sum(line.section == "waiting" for line in found[reader]) < NAMED:
                url = reverse("contributions:contribution", args=[contribution])
                found[reader].append(DigestLine("waiting", partial(_returned, title), url, _answer))
        else:
            url = reverse("contributions:points")
            found[reader].append(DigestLine("credited", partial(_credited, minutes, points), url, _see_points))
    return found


def waiting_reviews(readers: Sequence[DigestReader], now: datetime) -> Found:
    """How many pieces of work wait for a verdict in guilds where the reader was given a right. One statement."""
    url = reverse("contributions:reviews")
    return {
        reader: [DigestLine("waiting", partial(_reviews, count), url, _review, count)]
        for reader, count in _rows(_REVIEWS, readers, now)
    }


def _rows(sql: str, readers: Sequence[DigestReader], now: datetime) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {**as_columns(readers), "now": now})  # type: ignore[arg-type]
        return cursor.fetchall()


def _credited(minutes: Any, points: int) -> str:
    hours = format_minutes(minutes)
    if not points:
        return _("%(hours)s of your work were approved.") % {"hours": hours}
    return ngettext(
        "%(hours)s of your work were approved: %(points)s point.",
        "%(hours)s of your work were approved: %(points)s points.",
        points,
    ) % {"hours": hours, "points": format_number(points, signed=True)}


def _returned(title: str) -> str:
    return _("“%(task)s” came back with a question.") % {"task": one_line(title)}


def _reviews(count: int) -> str:
    return ngettext("%(n)s piece of work to review", "%(n)s pieces of work to review", count) % {
        "n": format_number(count)
    }


def _answer() -> str:
    return _("Answer the question")


def _review() -> str:
    return _("Review")


def _see_points() -> str:
    return _("See your points")


def example_lines() -> list[DigestLine]:
    """What a digest may say of work, for the gallery of mails."""
    hours, reviews = reverse("contributions:points"), reverse("contributions:reviews")
    return [
        DigestLine("credited", partial(_credited, 270, 54), hours, _see_points),
        DigestLine("waiting", partial(_returned, "Label 40 flood photos"), reverse("contributions:hours"), _answer),
        DigestLine("waiting", partial(_reviews, 3), reviews, _review, 3),
    ]


def register() -> None:
    """Add to the digest: own work first, then others'."""
    register_digest_source(own_work, place=10)
    register_digest_source(waiting_reviews, place=30)
