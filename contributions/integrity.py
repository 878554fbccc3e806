"""What contributions can prove of the ledger: `verify_ledger` runs these checks with its own.

Each check yields one sentence per finding, naming the row.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.utils import timezone

from contributions.queries.boards import board_differences
from core.models import Delivery
from core.registries import register_integrity_check
from guilds.models import Guild

_APPROVALS = """
    WITH posted AS (
        SELECT t.source_id,
               sum(t.amount) FILTER (WHERE t.unit = 'REP') AS rep,
               sum(t.amount) FILTER (WHERE t.unit = 'PTS') AS pts,
               count(*) AS transfers
        FROM reputation_transfer t
        WHERE t.source_kind = 'contribution'
            AND t.reason IN ('contribution_approved', 'contribution_corrected', 'history_imported')
            AND NOT EXISTS (SELECT FROM reputation_transfer r WHERE r.reverses_id = t.id)
        GROUP BY t.source_id
    )
    SELECT c.id, p.source_id, c.state, c.points, c.source, p.rep, p.pts, p.transfers
    FROM contributions_contribution c
    FULL JOIN posted p ON p.source_id = c.id
    WHERE (c.id IS NULL)
       OR ((c.points IS NULL OR c.points = 0 OR c.state = 'reversed') AND p.source_id IS NOT NULL)
       OR (c.points > 0 AND c.state <> 'reversed' AND (coalesce(p.rep, 0) <> c.points
            OR coalesce(p.pts, 0) <> CASE c.source WHEN 'imported' THEN 0 ELSE c.points END
            OR coalesce(p.transfers, 0) <> CASE c.source WHEN 'imported' THEN 1 ELSE 2 END))
"""


def approvals_have_their_transfers() -> Iterator[str]:
    """Every credited contribution has exactly its transfers, and no transfer stands without its contribution."""
    with connection.cursor() as cursor:
        cursor.execute(_APPROVALS)
        for work, source, state, points, kind, rep, pts, transfers in cursor.fetchall():
            if work is None:
                yield f"reputation_transfer of contribution {source}: there is no such contribution."
            elif points is None or state == "reversed":
                yield f"contribution {work} is {state} and not credited, but {transfers} transfer(s) name it."
            else:
                wanted = f"{points} REP" + ("" if kind == "imported" else f" and {points} PTS")
                yield (
                    f"contribution {work} ({kind}) was credited {points} points and should have {wanted}; "
                    f"the ledger has {rep or 0} REP and {pts or 0} PTS in {transfers or 0} transfer(s)."
                )


_REVIEWS = """
    WITH posted AS (
        SELECT t.source_id,
               sum(t.amount) FILTER (WHERE t.unit = 'REP') AS rep,
               sum(t.amount) FILTER (WHERE t.unit = 'PTS') AS pts
        FROM reputation_transfer t
        WHERE t.source_kind = 'review' AND t.reason = 'review_paid'
            AND NOT EXISTS (SELECT FROM reputation_transfer r WHERE r.reverses_id = t.id)
        GROUP BY t.source_id
    )
    SELECT coalesce(r.id, p.source_id), r.points_paid, p.rep, p.pts
    FROM (
        SELECT id, CASE WHEN overturned_at IS NULL THEN points_paid ELSE 0 END AS points_paid FROM contributions_review
    ) r FULL JOIN posted p ON p.source_id = r.id
    WHERE r.id IS NULL OR r.points_paid <> coalesce(p.rep, 0) OR r.points_paid <> coalesce(p.pts, 0)
"""


def reviews_have_their_pay() -> Iterator[str]:
    """Every review was paid what it says, in REP and as many PTS."""
    with connection.cursor() as cursor:
        cursor.execute(_REVIEWS)
        for review, paid, rep, pts in cursor.fetchall():
            if paid is None:
                yield f"reputation_transfer of review {review}: there is no such review."
            else:
                yield f"review {review} says it paid {paid}; the ledger has {rep or 0} REP and {pts or 0} PTS."


_CREDITS = """
    SELECT c.id, c.state, count(r.id)
    FROM contributions_contribution c
    LEFT JOIN contributions_review r ON r.contribution_id = c.id AND r.verdict = 'approved' AND r.overturned_at IS NULL
    WHERE c.points IS NOT NULL GROUP BY c.id, c.state HAVING count(r.id) <> CASE c.state WHEN 'reversed' THEN 0 ELSE 1 END
    UNION ALL
    SELECT c.id, c.state, 1
    FROM contributions_review r JOIN contributions_contribution c ON c.id = r.contribution_id
    WHERE r.verdict = 'approved' AND r.overturned_at IS NULL AND c.points IS NULL
"""


def credits_have_their_review() -> Iterator[str]:
    """Credited work has exactly one approving review, and an approving review credited its work."""
    with connection.cursor() as cursor:
        cursor.execute(_CREDITS)
        for work, state, reviews in cursor.fetchall():
            yield f"contribution {work} is {state} with {reviews} approving review(s); credit and approval go together."


_WEEKS = """
    WITH person AS (
        SELECT s.id, coalesce(l.primary_id, s.id) AS root
        FROM accounts_subject s LEFT JOIN accounts_subjectlink l ON l.alias_id = s.id
    ), counted AS (
        SELECT p.root, c.guild_id, sum(c.minutes_counted) AS minutes
        FROM contributions_contribution c JOIN person p ON p.id = c.subject_id
        WHERE c.minutes_counted > 0 GROUP BY 1, 2
    ), taken AS (
        SELECT p.root, w.guild_id, sum(w.full_minutes + w.half_minutes) AS minutes
        FROM contributions_week w JOIN person p ON p.id = w.subject_id GROUP BY 1, 2
    )
    SELECT coalesce(c.root, t.root), coalesce(c.guild_id, t.guild_id), c.minutes, t.minutes
    FROM counted c FULL JOIN taken t ON t.root = c.root AND t.guild_id = c.guild_id
    WHERE coalesce(c.minutes, 0) <> coalesce(t.minutes, 0)
"""


def weeks_hold_what_was_counted() -> Iterator[str]:
    """The weeks' bands hold exactly the minutes that approvals counted, per person and guild."""
    with connection.cursor() as cursor:
        cursor.execute(_WEEKS)
        for subject, guild, counted, taken in cursor.fetchall():
            yield (
                f"weeks of subject {subject} in guild {guild} hold {taken or 0} minutes; "
                f"their contributions counted {counted or 0}."
            )


_DAYS = """
    WITH counted AS (
        SELECT subject_id, worked_on, sum(minutes) AS minutes
        FROM contributions_timeentry WHERE counts GROUP BY 1, 2
    )
    SELECT coalesce(d.subject_id, c.subject_id), coalesce(d.worked_on, c.worked_on), d.minutes, c.minutes
    FROM contributions_workday d FULL JOIN counted c ON c.subject_id = d.subject_id AND c.worked_on = d.worked_on
    WHERE coalesce(d.minutes, 0) <> coalesce(c.minutes, 0)
"""


def days_hold_what_counts() -> Iterator[str]:
    """WorkDay agrees with the time entries that count."""
    with connection.cursor() as cursor:
        cursor.execute(_DAYS)
        for subject, day, kept, real in cursor.fetchall():
            yield f"work day {day} of subject {subject} holds {kept or 0} minutes; the entries that count hold {real or 0}."


_SESSIONS = """
    SELECT s.id, c.id
    FROM contributions_importedsession s
    FULL JOIN (SELECT * FROM contributions_contribution WHERE source = 'imported') c ON c.id = s.contribution_id
    LEFT JOIN LATERAL (
        SELECT sum(minutes) AS minutes, bool_or(counts) AS counts, min(worked_on) AS worked_on, count(*) AS entries
        FROM contributions_timeentry WHERE contribution_id = c.id
    ) e ON true
    LEFT JOIN contributions_review r ON r.contribution_id = c.id AND r.verdict = 'approved' AND r.overturned_at IS NULL
    WHERE (s.acceptance_id IS NOT NULL OR c.id IS NOT NULL) AND (
        s.id IS NULL OR c.id IS NULL OR s.subject_id <> c.subject_id OR s.project_id <> c.project_id
        OR r.basis IS DISTINCT FROM 'imported' OR r.minutes_approved IS DISTINCT FROM s.minutes
        OR (e.entries, e.minutes, e.counts, e.worked_on) IS DISTINCT FROM (1, s.minutes, false, s.worked_on)
    )
"""


def accepted_sessions_have_their_contribution() -> Iterator[str]:
    """Every accepted session of imported history has exactly its contribution, and no imported work lacks its session."""
    with connection.cursor() as cursor:
        cursor.execute(_SESSIONS)
        for session, work in cursor.fetchall():
            if session is None:
                yield f"imported contribution {work} comes from no accepted session."
            elif work is None:
                yield f"imported session {session} was accepted and has no contribution."
            else:
                yield f"imported session {session} and contribution {work} differ in person, project, day, minutes or review."


_PENDING = """
    SELECT v.contribution_id, c.state
    FROM contributions_pendingverdict v JOIN contributions_contribution c ON c.id = v.contribution_id
    WHERE c.state <> 'in_review' OR c.reviewer_id IS DISTINCT FROM v.reviewer_id
"""


def pending_verdicts_wait_on_their_work() -> Iterator[str]:
    """A verdict that is not posted yet stands on work in review, in its reviewer's hands."""
    with connection.cursor() as cursor:
        cursor.execute(_PENDING)
        for work, state in cursor.fetchall():
            yield f"contribution {work} is {state} and a verdict on it waits to be posted by somebody who does not have it."


def boards_say_what_the_ledger_says() -> Iterator[str]:
    """Every score that is kept is what the ledger says; nothing is compared while events wait to be taken in."""
    if Delivery.objects.filter(consumer="contributions.keep_boards").exists():
        return
    for guild in Guild.objects.filter(has_boards=True):
        yield from board_differences(guild, timezone.now())


def register() -> None:
    """Add the checks to `verify_ledger`."""
    for check in (
        approvals_have_their_transfers,
        reviews_have_their_pay,
        credits_have_their_review,
        weeks_hold_what_was_counted,
        days_hold_what_counts,
        accepted_sessions_have_their_contribution,
        pending_verdicts_wait_on_their_work,
        boards_say_what_the_ledger_says,
    ):
        register_integrity_check("ledger", f"contributions.{check.__name__}", check)
