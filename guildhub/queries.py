"""Reads over all apps: the numbers of the front page and where they come from, and what waits for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection


@dataclass(frozen=True)
class GuildNumbers:
    """What one guild's people did. A person is counted once, whatever identities they claimed."""

    slug: str
    name: str
    minutes_checked: int
    people: int
    minutes_imported: int
    points: int


@dataclass(frozen=True)
class HubNumbers:
    """The same for the whole hub; somebody in two guilds is one of `people`."""

    minutes_checked: int
    people: int
    problems_worked_on: int


# Work counts from its approval until it is reversed. Imported history is kept apart: its minutes are estimated.
_WORK = """
FROM contributions_review r
JOIN contributions_contribution c ON c.id = r.contribution_id
LEFT JOIN accounts_subjectlink l ON l.alias_id = c.subject_id
WHERE r.verdict = 'approved' AND r.overturned_at IS NULL AND c.state IN ('approved', 'vested', 'challenged', 'upheld')
"""
_PERSON = "coalesce(l.primary_id, c.subject_id)"

_HUB = f"""
SELECT coalesce(sum(r.minutes_approved), 0)::bigint, count(DISTINCT {_PERSON}),
    (SELECT count(*) FROM projects_problem p JOIN guilds_guild g ON g.id = p.guild_id
     WHERE p.state = 'in_project' AND g.state <> 'proposed')
{_WORK} AND r.basis <> 'imported'
"""

_BY_GUILD = f"""
WITH work AS (
    SELECT c.guild_id,
        coalesce(sum(r.minutes_approved) FILTER (WHERE r.basis <> 'imported'), 0)::bigint AS checked,
        count(DISTINCT {_PERSON}) FILTER (WHERE r.basis <> 'imported') AS people,
        coalesce(sum(r.minutes_approved) FILTER (WHERE r.basis = 'imported'), 0)::bigint AS imported
    {_WORK}
    GROUP BY c.guild_id
), issued AS (
    SELECT a.guild_id, -sum(e.amount)::bigint AS points
    FROM reputation_entry e JOIN reputation_account a ON a.id = e.account_id
    WHERE a.kind = 'issuance' AND a.unit = 'REP' GROUP BY a.guild_id
)
SELECT g.id, g.slug, g.name, coalesce(w.checked, 0), coalesce(w.people, 0), coalesce(w.imported, 0), coalesce(i.points, 0)
FROM guilds_guild g LEFT JOIN work w ON w.guild_id = g.id LEFT JOIN issued i ON i.guild_id = g.id
WHERE g.state <> 'proposed' ORDER BY 4 DESC, 3
"""


def hub_numbers() -> HubNumbers:
    """The front page's three numbers. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_HUB)
        row = cursor.fetchone()
    assert row is not None
    return HubNumbers(*row)


def numbers_by_guild() -> dict[UUID, GuildNumbers]:
    """Every guild's numbers, the one with most hours first. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_GUILD)
        return {row[0]: GuildNumbers(*row[1:]) for row in cursor.fetchall()}


@dataclass(frozen=True)
class Waiting:
    """One queue that waits for a person: what kind of thing, in which guild (and project), how many, since when."""

    kind: str
    guild_slug: str
    guild_name: str
    project_slug: str
    project_title: str
    count: int
    oldest_at: datetime | None


_WAITING = """
SELECT w.kind, coalesce(g.slug, ''), coalesce(g.name, ''), coalesce(p.slug, ''), coalesce(p.title, ''), w.n::int, w.oldest FROM (
    SELECT 'guild' AS kind, id AS guild_id, NULL::uuid AS project_id, 1 AS n, created_at AS oldest
    FROM guilds_guild WHERE state = 'proposed' AND declined_at IS NULL
    UNION ALL
    SELECT 'steward', id, NULL, 1, created_at FROM guilds_guild g WHERE state = 'open' AND NOT EXISTS (
        SELECT FROM guilds_grant r WHERE r.guild_id = g.id AND r.right = 'steward' AND r.revoked_at IS NULL
        AND r.starts_at <= now() AND (r.ends_at IS NULL OR r.ends_at > now())
    )
    UNION ALL
    SELECT 'joining', guild_id, NULL, count(*), min(asked_at)
    FROM guilds_joinrequest WHERE answer = '' GROUP BY guild_id
    UNION ALL
    SELECT 'closing', guild_id, NULL, 1, proposed_at FROM guilds_closing WHERE answer = ''
    UNION ALL
    SELECT 'invitations', guild_id, NULL, count(*), min(seen_at) FROM guilds_invitationlist
    WHERE (state = 'sending' AND seen_at < now() - interval '10 minutes') OR (state = 'paused' AND trouble <> '')
    GROUP BY guild_id
    UNION ALL
    SELECT 'mail_in_doubt', NULL, NULL, count(*), min(ended_at) FROM notices_mail
    WHERE state = 'unknown' AND decided_at IS NULL HAVING count(*) > 0
    UNION ALL
    SELECT 'mail_late', NULL, NULL, count(*), min(due_at) FROM notices_mail
    WHERE state = 'planned' AND due_at < now() - interval '1 hour' HAVING count(*) > 0
    UNION ALL
    SELECT 'problem', guild_id, NULL, count(*), min(submitted_at)
    FROM projects_problem WHERE state = 'submitted' GROUP BY guild_id
    UNION ALL
    SELECT 'review', guild_id, project_id, count(*), min(submitted_at)
    FROM contributions_contribution c WHERE state IN ('submitted', 'in_review')
    AND NOT EXISTS (SELECT FROM contributions_pendingverdict v WHERE v.contribution_id = c.id)
    GROUP BY guild_id, project_id
    UNION ALL
    -- Posted by a sweep every few seconds: one that is ten minutes late means that the scheduler or the worker stands still.
    SELECT 'verdict_late', c.guild_id, c.project_id, count(*), min(v.effective_at)
    FROM contributions_pendingverdict v JOIN contributions_contribution c ON c.id = v.contribution_id
    WHERE v.effective_at < now() - interval '10 minutes' GROUP BY c.guild_id, c.project_id
    UNION ALL
    SELECT 'second_look', guild_id, NULL, count(*), min(asked_at)
    FROM contributions_secondlook WHERE outcome = 'waiting' GROUP BY guild_id
    UNION ALL
    SELECT 'integrity', guild_id, NULL, count(*), min(found_at)
    FROM contributions_integritycase WHERE state = 'waiting' GROUP BY guild_id
    UNION ALL
    -- A panel is drawn within minutes: one that is an hour late has nobody who could decide, or the worker stands still.
    SELECT 'panel_late', guild_id, NULL, count(*), min(opened_at)
    FROM contributions_challenge WHERE state IN ('opened', 'seeded') AND opened_at < now() - interval '1 hour' GROUP BY guild_id
    UNION ALL
    -- Counting is seen each few seconds: one that is ten minutes silent means that the worker stands still.
    SELECT CASE WHEN s.state = 'failed' THEN 'simulation_failed' ELSE 'simulation_late' END, d.guild_id, NULL, count(*),
        min(s.asked_at)
    FROM contributions_policysimulation s JOIN guilds_policydraft d ON d.id = s.draft_id
    WHERE d.state = 'open' AND (s.state = 'failed'
        OR (s.state IN ('waiting', 'counting') AND s.seen_at < now() - interval '10 minutes'))
    GROUP BY 1, d.guild_id
    UNION ALL
    SELECT 'vesting_late', a.guild_id, NULL, count(*), min(w.vests_on)::timestamptz
    FROM reputation_pendingpoints w JOIN reputation_account a ON a.id = w.account_id
    WHERE w.held_for = '' AND w.vests_on < current_date - 2 GROUP BY a.guild_id
    UNION ALL
    SELECT 'history', p.guild_id, s.project_id, count(*), min(i.finished_at)
    FROM contributions_importedsession s JOIN projects_project p ON p.id = s.project_id
    LEFT JOIN LATERAL (
        SELECT max(finished_at) AS finished_at FROM contributions_historyimport i WHERE i.project_id = s.project_id
    ) i ON true
    WHERE s.acceptance_id IS NULL GROUP BY p.guild_id, s.project_id
    UNION ALL
    SELECT 'history_failed', p.guild_id, i.project_id, count(*), min(i.created_at)
    FROM contributions_historyimport i JOIN projects_project p ON p.id = i.project_id
    WHERE i.state = 'failed' GROUP BY p.guild_id, i.project_id
    UNION ALL
    SELECT CASE WHEN state = 'appealed' THEN 'appeal' ELSE 'case' END, guild_id, NULL, count(*),
        min(coalesce(appealed_at, opened_at))
    FROM moderation_case WHERE state IN ('waiting', 'appealed') AND (%(guilds)s::uuid[] IS NULL OR NOT for_hub)
    GROUP BY 1, guild_id
) w LEFT JOIN guilds_guild g ON g.id = w.guild_id LEFT JOIN projects_project p ON p.id = w.project_id
WHERE %(guilds)s::uuid[] IS NULL OR w.guild_id = ANY(%(guilds)s::uuid[])
ORDER BY w.oldest NULLS LAST LIMIT 100
"""


def waiting_for_people(guild_ids: Sequence[UUID] | None) -> list[Waiting]:
    """What waits for a person in these guilds (None: in all of them), the oldest first. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, {"guilds": guild_ids and [str(i) for i in guild_ids]})
        return [Waiting(*row) for row in cursor.fetchall()]
