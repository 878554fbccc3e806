"""The nightly look for patterns: what it finds waits for a steward. Nothing is taken from anybody by it."""

from __future__ import annotations

import logging
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import linked_people, lock_person
from contributions.models import IntegrityCase
from contributions.permissions import check_can_close
from contributions.queries.patterns import approvals_of, joined_of, published_of
from contributions.rules_patterns import Finding, bursts, inflated_tasks, long_hours, one_reviewer, pairs, rings
from core.errors import DomainError
from core.events import new_event, record_events
from core.models import StateChange
from core.transitions import change_state
from guilds.models import Guild
from guilds.queries import current_policy
from reputation.services import revoke_wrong_vouches

logger = logging.getLogger(__name__)

#: So many times another's: hours above their peers' median, a task above others of its kind.
FAR_ABOVE = 2.5
#: What a steward acts on here says that people are not who they were vouched to be; the other patterns are about hours.
ABOUT_WHO_IS_WHO = (IntegrityCase.Kind.PAIR, IntegrityCase.Kind.RING, IntegrityCase.Kind.BURST)
#: A finding that was closed comes back when it grew to so much of what it was, in percent.
GREW_TO = 150


class WordsMissing(DomainError):
    """Closing a case without a word helps nobody."""

    code = "words_missing"


def look_for_patterns(*, now: datetime) -> int:
    """Look at every open guild; returns how many new cases there are. A guild in which something goes wrong stops no other."""
    new = 0
    for guild in Guild.objects.filter(state=Guild.State.OPEN).order_by("pk"):
        try:
            new += look_at_guild(guild=guild, now=now)
        except Exception:
            logger.exception("Guild %s could not be looked at for patterns; the next run tries again.", guild.pk)
    return new


@transaction.atomic
def look_at_guild(*, guild: Guild, now: datetime) -> int:
    """The same for one guild: five reads, and a row for each finding that is new. Twice finds nothing new."""
    guild = Guild.objects.select_for_update(no_key=True).get(pk=guild.pk)
    found = {_hash(finding): finding for finding in findings_of(guild, now)}
    rows = IntegrityCase.objects.filter(guild=guild, fingerprint__in=found).order_by("found_at")
    latest = {row.fingerprint: row for row in rows}
    new = []
    for fingerprint, finding in found.items():
        known = latest.get(fingerprint)
        if known is not None and known.state == IntegrityCase.State.WAITING:
            known.evidence, known.weight, known.seen_at = dict(finding.evidence), finding.weight, now
            known.save(update_fields=["evidence", "weight", "seen_at"])
        elif known is None or finding.weight * 100 >= known.weight * GREW_TO:
            new.append(_case(guild, finding, fingerprint, now))
    IntegrityCase.objects.bulk_create(new)
    StateChange.objects.bulk_create(
        StateChange(object_kind="integritycase", object_id=case.pk, from_state="", to_state="waiting", changed_at=now)
        for case in new
    )
    events = [
        new_event(
            "integrity.found", now=now, actor=None, guild=guild.pk, object_kind="integrity_case", object_id=case.pk,
            data={"pattern": case.kind, "people": len(case.subjects)},
        )
        for case in new
    ]  # fmt: skip
    if events:
        record_events(events, now=now)
    return len(new)


def findings_of(guild: Guild, now: datetime) -> list[Finding]:
    """What the rules find in a guild today. In one with too few reviewers, that few people judge everybody is no finding:
    its work carries the mark of low assurance."""
    policy = current_policy(guild.pk, now)
    approvals = approvals_of(guild, now)
    found = [
        *long_hours(approvals, times=FAR_ABOVE),
        *inflated_tasks(published_of(guild, now, policy), times=FAR_ABOVE),
    ]
    if not guild.is_low_assurance:
        found += one_reviewer(
            approvals, share_percent=policy.reviewer_share_percent, points_least=policy.reviewer_share_from
        )
        found += [*pairs(approvals), *rings(approvals), *bursts(joined_of(guild, now), approvals)]
    return found


@transaction.atomic
def close_integrity_case(*, case: IntegrityCase, by: Subject, outcome: str, words: str, now: datetime) -> IntegrityCase:
    """Say what came of it: `dismissed` or `acted`, with words for the other stewards. The same twice is once.

    What acting means (a challenge, a word with somebody, a right taken back) is done where it belongs. Acting on people who
    seem not to be several costs those who vouched for them the right to vouch for 90 days. Raises
    PermissionRefused, also for whoever the case is about, WordsMissing, TransitionRefused.
    """
    ids = lock_person(by.pk)
    case = IntegrityCase.objects.select_for_update(no_key=True, of=("self",)).select_related("guild").get(pk=case.pk)
    people = {one for linked in linked_people(set(case.subjects)).values() for one in linked}
    check_can_close(by, case, people, now, ids=ids)
    if outcome not in (IntegrityCase.State.DISMISSED, IntegrityCase.State.ACTED) or not words.strip():
        raise WordsMissing(_("Say what you found, in a sentence that the other stewards understand."))
    if case.state == outcome and case.closed_by_id in ids:
        return case
    case.closed_at, case.closed_by, case.words = now, by, words.strip()[:2000]
    told = new_event(
        "integrity.closed", now=now, actor=by.pk, guild=case.guild_id, object_kind="integrity_case", object_id=case.pk,
        data={"pattern": case.kind, "outcome": outcome},
    )  # fmt: skip
    change_state(case, outcome, actor=by.pk, now=now, also=["closed_at", "closed_by", "words"], telling=[told])
    if outcome == IntegrityCase.State.ACTED and case.kind in ABOUT_WHO_IS_WHO:
        revoke_wrong_vouches(guild=case.guild, subjects=people, now=now)
    return case


def _hash(finding: Finding) -> str:
    return sha256(finding.fingerprint.encode()).hexdigest()


def _case(guild: Guild, finding: Finding, fingerprint: str, now: datetime) -> IntegrityCase:
    about: UUID | None = finding.about
    return IntegrityCase(
        guild=guild,
        kind=finding.kind,
        fingerprint=fingerprint,
        subjects=list(finding.subjects),
        about=about,
        evidence=dict(finding.evidence),
        weight=finding.weight,
        found_at=now,
        seen_at=now,
    )
