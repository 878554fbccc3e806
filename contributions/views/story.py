"""What happened to a piece of work, in order: handed in, taken, returned with words, handed in again with other hours."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contributions.models import Contribution, Review
from core.formats import format_minutes
from core.models import Event
from core.timeline import Step, timeline

_VERDICTS = frozenset({"approved", "returned", "rejected"})
_STEPS = {
    ">draft": gettext_lazy("Logged"),
    "draft": gettext_lazy("Taken up again"),
    "submitted": gettext_lazy("Handed in"),
    "returned>submitted": gettext_lazy("Handed in again"),
    "in_review>submitted": gettext_lazy("Put back into the queue"),
    "in_review": gettext_lazy("Taken for review"),
    "returned>in_review": gettext_lazy("Handed in again, to the same reviewer"),
    "withdrawn": gettext_lazy("Withdrawn"),
    "vested": gettext_lazy("Points became available"),
    "challenged": gettext_lazy("The verdict was disputed"),
    "upheld": gettext_lazy("The panel let the verdict stand"),
    "reversed": gettext_lazy("Taken back"),
}


def story_of(work: Contribution, reviews: list[Review], *, reads_details: bool, is_own: bool = False) -> list[Step]:
    """Every step, verdicts with their words (`reads_details`; members of the guild read no words).

    To the person whose work it is (`is_own`) their own steps are theirs, with or without a name.

    What came back and was handed in again says the hours of both times, so that a change shows.
    """
    names = {work.subject_id: _("You") if is_own else name_of(work.subject)}
    if work.reviewer:
        names[work.reviewer_id] = name_of(work.reviewer)
    names |= {review.reviewer_id: name_of(review.reviewer) for review in reviews if review.reviewer}
    plain = [row for row in work.history if row["to"] not in _VERDICTS]
    steps = timeline(plain, _STEPS, names=names, with_reasons=False)
    if any(review.verdict == Review.Verdict.RETURNED for review in reviews):
        steps = _with_hours(work, steps)
    for review in reviews:
        words = "\n\n".join(filter(None, [review.reason, review.next_step])) if reads_details else ""
        who = names.get(review.reviewer_id, "") if review.reviewer_id else str(review.get_basis_display())
        hidden_for = review.hidden_for if reads_details else ""
        told = _verdict(review, reads_details)
        steps.append(Step(review.decided_at, told, who, words, review.pk, kind="review", hidden_for=hidden_for))
    return sorted(steps, key=lambda step: step.at)


def _with_hours(work: Contribution, steps: list[Step]) -> list[Step]:
    """Each handing in with what was claimed by it, when that differs. One statement."""
    handed_in = Event.objects.filter(object_id=work.pk, kind="contribution.submitted").order_by("id")
    minutes = {at: data.get("minutes", 0) for at, data in handed_in.values_list("occurred_at", "data")}
    if len(set(minutes.values())) < 2:
        return steps
    return [
        replace(step, what=_("%(what)s: %(hours)s") % {"what": step.what, "hours": format_minutes(minutes[step.at])})
        if step.at in minutes
        else step
        for step in steps
    ]


def name_of(subject: Any) -> str:
    """The name a person chose, for members' eyes; empty when they gave none."""
    profile = getattr(subject, "profile", None)
    return profile.display_name if profile else ""


def _verdict(review: Review, reads_details: bool) -> str:
    if review.verdict == Review.Verdict.RETURNED:
        return _("Returned with a question")
    if review.verdict == Review.Verdict.REJECTED:
        return _("Not accepted")
    approved = {"hours": format_minutes(review.minutes_approved or 0), "rubric": review.rubric}
    if reads_details:
        return _("Approved %(hours)s, rubric %(rubric)s of 5") % approved
    return _("Approved %(hours)s") % approved
