"""The verbs of moderation: report, hide, dismiss, show again, appeal, settle an appeal.

Every verb locks the row it is about and then its case (docs/locking.md), so that ten reports open one case and ten
decisions are one. The words themselves are taken and given back by `core.written`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import lock_person
from core.errors import DomainError, TransitionRefused
from core.events import record_event
from core.idempotency import forget_answers_about
from core.limits import check_limit
from core.models import StateChange
from core.transitions import change_state, note_state
from core.written import ERASED, Concern, find_written, give_words_back, lock_written, take_words, written_as
from moderation.models import Case, Report
from moderation.permissions import (
    NothingThere,
    check_can_decide,
    check_can_report,
    check_can_settle,
    check_is_author,
    is_for_hub,
)
from moderation.rules import LIVE, appeal_until


class HiddenAlready(TransitionRefused):
    """What is hidden needs no further report."""

    code = "hidden_already"


class ReasonMissing(DomainError):
    """A decision without a reason helps nobody."""

    code = "reason_missing"


class AppealTooLate(DomainError):
    """The days of the appeal are over."""

    code = "appeal_too_late"


@transaction.atomic
def report_writing(*, kind: str, object_id: UUID, by: Subject, concern: str, now: datetime, words: str = "") -> Report:
    """Tell the moderators that something is wrong with what somebody wrote; told twice it is one report.

    Reports on one thing gather in one case. Raises NothingThere (404), OwnWords, HiddenAlready, LimitReached.
    """
    ids = lock_person(by.pk)
    if find_written(kind, object_id) is None:
        raise NothingThere(_("There is nothing here that you could report."))
    row = lock_written(kind, object_id)
    check_can_report(by, row, now)
    if concern not in Concern.values:
        raise DomainError(_("Say what is wrong with it."))
    case = Case.objects.filter(kind=kind, object_id=object_id, state__in=LIVE).first()
    known = case and case.reports.filter(reporter_id__in=ids).first()
    if known:
        return known
    if row.hidden_at or (case and case.state != Case.State.WAITING):
        raise HiddenAlready(_("A moderator hid this already."))
    check_limit("report", by.pk, now=now)
    case = case or _open(row, now)
    return Report.objects.create(case=case, reporter=by, concern=concern, words=words.strip(), reported_at=now)


def _open(row: Any, now: datetime) -> Case:
    entry = written_as(row)
    case = Case.objects.create(
        kind=entry.kind,
        object_id=row.pk,
        guild_id=entry.guild(row),
        author_id=entry.author_id(row),
        title=entry.title(row),
        for_hub=is_for_hub(row, now),
        opened_at=now,
    )
    note_state(case, "", actor=None, now=now)
    _event("case.opened", case, by=None, now=now)  # who reported is for moderators alone, and the log is for everybody
    return case


@transaction.atomic
def hide_writing(*, case: Case, by: Subject, concern: str, reason: str, now: datetime) -> Case:
    """Take the words from every page, for one kind of reason and with a reason that their author reads."""
    row, case = _locked(case, by)
    check_can_decide(by, case, now)
    if concern not in Concern.values:
        raise DomainError(_("Say for which kind of reason."))
    reason = _given(reason)
    _check_step(case, Case.State.HIDDEN)
    case.kept_words = take_words(row, concern=concern, now=now)
    case.concern, case.decided_by, case.decided_at = concern, by, now
    return _move(case, Case.State.HIDDEN, by=by, now=now, reason=reason)


@transaction.atomic
def dismiss_case(*, case: Case, by: Subject, reason: str, now: datetime) -> Case:
    """Leave the words as they are, with a reason that the reporters read."""
    _row, case = _locked(case, by)
    check_can_decide(by, case, now)
    reason = _given(reason)
    _check_step(case, Case.State.DISMISSED)
    case.decided_by, case.decided_at = by, now
    return _move(case, Case.State.DISMISSED, by=by, now=now, reason=reason)


@transaction.atomic
def show_writing(*, case: Case, by: Subject, reason: str, now: datetime) -> Case:
    """Show hidden words again without an appeal, with a reason."""
    row, case = _locked(case, by)
    check_can_decide(by, case, now)
    reason = _given(reason)
    _check_step(case, Case.State.SHOWN)
    return _give_back(row, case, Case.State.SHOWN, by=by, now=now, reason=reason)


@transaction.atomic
def appeal_case(*, case: Case, by: Subject, words: str, now: datetime) -> Case:
    """Ask that somebody else looks at it again: the author, once, within the days of an appeal. Raises AppealTooLate."""
    _row, case = _locked(case, by)
    check_is_author(by, case)
    if not words.strip():
        raise ReasonMissing(_("Say why your words should be shown again."))
    if case.appealed_at is not None:
        raise TransitionRefused(_("You appealed already. There is one appeal."))
    _check_step(case, Case.State.APPEALED)
    if case.decided_at is not None and now > appeal_until(case.decided_at):
        raise AppealTooLate(_("The days in which you could appeal are over. A steward can still show it again."))
    check_limit("appeal", by.pk, now=now)
    case.appealed_at = now
    return _move(case, Case.State.APPEALED, by=by, now=now, reason=words.strip())


@transaction.atomic
def settle_appeal(*, case: Case, by: Subject, is_upheld: bool, reason: str, now: datetime) -> Case:
    """Decide an appeal with a reason: the words stay hidden (upheld), or return."""
    row, case = _locked(case, by)
    check_can_settle(by, case, now)
    reason = _given(reason)
    to = Case.State.UPHELD if is_upheld else Case.State.OVERTURNED
    _check_step(case, to)
    if not is_upheld:
        return _give_back(row, case, to, by=by, now=now, reason=reason)
    case.settled_by, case.settled_at = by, now
    return _move(case, to, by=by, now=now, reason=reason)


@transaction.atomic
def forget_case_words(*, kind: str, object_id: UUID) -> None:
    """Delete what cases about one thing say of its words: they were taken back for good. The caller holds the thing's lock.

    What was reported and decided stays, with its times and people. What they said about it may repeat it, so it goes too.
    """
    cases = list(Case.objects.select_for_update(no_key=True, of=("self",)).filter(kind=kind, object_id=object_id))
    if cases:
        forget_words_of(Case.objects.filter(pk__in=[case.pk for case in cases]))
    forget_answers_about(things=[object_id, *(case.pk for case in cases)])


def forget_words_of(cases: QuerySet[Case]) -> None:
    """Delete the kept words and the title of cases, and whatever somebody wrote in them."""
    Report.objects.filter(case__in=cases).exclude(words="").update(words="")
    steps = StateChange.objects.filter(object_kind="case", object_id__in=cases.values("pk"))
    steps.exclude(reason="").update(reason=ERASED)
    cases.filter(kept_words__isnull=False).update(kept_words={})
    cases.update(title=ERASED)


def _locked(case: Case, by: Subject) -> tuple[Any, Case]:
    """The person, the row the case is about, and the case, each as it is under its lock."""
    lock_person(by.pk)
    row = lock_written(case.kind, case.object_id)
    rows = Case.objects.select_for_update(no_key=True, of=("self",))
    return row, rows.get(pk=case.pk)


def _given(reason: str) -> str:
    if not reason.strip():
        raise ReasonMissing(_("Please say why, in a sentence that the people concerned will read."))
    return reason.strip()


def _check_step(case: Case, to: str) -> None:
    """Refuse before anything is written what `change_state` would refuse after."""
    if to not in Case.TRANSITIONS[case.state]:
        raise TransitionRefused(
            _("This case is “%(state)s” by now. Reload the page to see it as it is.")
            % {"state": case.get_state_display()}
        )


def _give_back(row: Any, case: Case, to: str, *, by: Subject, now: datetime, reason: str) -> Case:
    give_words_back(row, case.kept_words or {})
    case.kept_words, case.settled_by, case.settled_at = None, by, now
    return _move(case, to, by=by, now=now, reason=reason)


def _move(case: Case, to: str, *, by: Subject, now: datetime, reason: str) -> Case:
    also = ["concern", "kept_words", "decided_by", "decided_at", "appealed_at", "settled_by", "settled_at"]
    change_state(case, to, actor=by.pk, now=now, reason=reason, also=also)
    _event(f"case.{to}", case, by=by.pk, now=now)
    return case


def _event(kind: str, case: Case, *, by: UUID | None, now: datetime) -> None:
    record_event(
        kind,
        now=now,
        actor=by,
        guild=case.guild_id,
        object_kind="case",
        object_id=case.pk,
        data={"written": case.kind, "subject": case.author_id} if by else {"written": case.kind},
    )
