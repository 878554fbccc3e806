"""What the API sends and takes about hours, verdicts and points."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from contributions.models import Contribution, Review
from contributions.models.contribution import Need
from contributions.rules import ENTRY_MINUTES_MOST, NEWEST_WORKED_ON, OLDEST_WORKED_ON
from contributions.services import KEPT_MOST
from core.api.fields import FlagField, WebAddressField
from core.api.held_links import LINKS_HELD
from core.api.shapes import PersonShape, Shape
from reputation.models import Reason

ENTRIES_MOST = 31


class EntryShape(Shape):
    """A stretch of time: your calendar's day, whole minutes, and the clock time it began if you want that kept."""

    worked_on = serializers.DateField()
    minutes = serializers.IntegerField(min_value=1, max_value=ENTRY_MINUTES_MOST)
    started_at = serializers.DateTimeField(required=False, allow_null=True, default=None)

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        """A day of this calendar, and a beginning on it or beside it (days begin at other hours elsewhere)."""
        day, start = values["worked_on"], values["started_at"]
        if not OLDEST_WORKED_ON <= day <= NEWEST_WORKED_ON:
            raise serializers.ValidationError({"worked_on": [_("Choose a day of this century.")]})
        if start and abs(start.date() - day) > timedelta(days=1):
            raise serializers.ValidationError({"started_at": [_("This is not the day on which you worked.")]})
        return values


class ReviewShape(Shape):
    """A verdict. Its words and its rating are for the contributor and for reviewers; members see that it was given."""

    verdict = serializers.ChoiceField(choices=Review.Verdict.choices)
    decided_at = serializers.DateTimeField()
    minutes_approved = serializers.IntegerField(allow_null=True)
    rubric = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    next_step = serializers.CharField(allow_blank=True)


class PendingShape(Shape):
    """A verdict that can still be undone by whoever gave it."""

    verdict = serializers.ChoiceField(choices=Review.Verdict.choices)
    posted_at = serializers.DateTimeField()


class HoursShape(Shape):
    """Work somebody did on a task. `need` says why it is still a draft, `need_says` the same in words."""

    id = serializers.UUIDField(source="pk")
    client_id = serializers.UUIDField(allow_null=True)
    guild = serializers.SlugField()
    project = serializers.SlugField()
    task = serializers.UUIDField()
    task_title = serializers.CharField()
    contributor = PersonShape()
    state = serializers.ChoiceField(choices=Contribution.State.choices)
    need = serializers.ChoiceField(choices=[choice for choice in Need.choices if choice[0]], allow_blank=True)
    need_says = serializers.CharField(allow_blank=True)
    source = serializers.ChoiceField(choices=Contribution.Source.choices)
    note = serializers.CharField(allow_blank=True)
    link = serializers.CharField(allow_blank=True)
    links_held = serializers.BooleanField(help_text=LINKS_HELD)
    minutes = serializers.IntegerField()
    entries = EntryShape(many=True)
    created_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    minutes_credited = serializers.DecimalField(max_digits=7, decimal_places=1, allow_null=True)
    points = serializers.IntegerField(allow_null=True)
    reviews = ReviewShape(many=True)
    pending_verdict = PendingShape(allow_null=True)


class LoggedShape(Shape):
    """Hours as they stand in a list."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=Contribution.State.choices)
    need = serializers.ChoiceField(choices=[choice for choice in Need.choices if choice[0]], allow_blank=True)
    source = serializers.ChoiceField(choices=Contribution.Source.choices)
    task = serializers.UUIDField(source="task_id")
    task_title = serializers.CharField()
    project_title = serializers.CharField()
    worked_on = serializers.DateField()
    minutes = serializers.IntegerField()
    minutes_credited = serializers.DecimalField(max_digits=7, decimal_places=1, allow_null=True)
    points = serializers.IntegerField(allow_null=True)


class _WorkWords(Shape):
    task = serializers.UUIDField()
    entries = EntryShape(many=True, allow_empty=False, max_length=ENTRIES_MOST)
    note = serializers.CharField(required=False, allow_blank=True, max_length=4000)
    link = WebAddressField(required=False, allow_blank=True, max_length=500)


class NewHoursShape(_WorkWords):
    """Work to log. `client_id` is a UUID made where it was typed: the same work under the same id is one entry for ever."""

    client_id = serializers.UUIDField()


class KeptHoursShape(Shape):
    """Entries that were kept while there was no connection; each stands for itself."""

    entries = NewHoursShape(many=True, allow_empty=False, max_length=KEPT_MOST)


class TakenShape(Shape):
    """What became of one entry: `known` was stored before, `differs` is stored with other contents, `later` is not stored.

    `refusal` says the last two and `refused` in words; `retry_after` is in seconds.
    """

    client_id = serializers.UUIDField()
    outcome = serializers.ChoiceField(choices=["stored", "known", "differs", "later", "refused"])
    contribution = serializers.UUIDField(source="contribution.pk", allow_null=True, default=None)
    state = serializers.CharField(source="contribution.state", allow_null=True, default=None)
    need = serializers.CharField(source="contribution.need", allow_blank=True, default="")
    refusal = serializers.CharField(allow_blank=True)
    retry_after = serializers.IntegerField()


class TakenListShape(Shape):
    """What became of each, in the order in which they were sent."""

    entries = TakenShape(many=True)


class HoursWordsShape(_WorkWords):
    """What changes; what isn't sent stays as it is. `entries` replaces all of them."""


class VerdictShape(Shape):
    """A verdict: an approval has a rubric of 2 to 5 and minutes, a return a reason, a rejection also a next step."""

    verdict = serializers.ChoiceField(choices=Review.Verdict.choices)
    rubric = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=5)
    minutes = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=99_999)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=4000)
    next_step = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    is_task_done = FlagField(required=False)


class VerdictsShape(Shape):
    """One verdict on several small pieces of one task; approvals are at the minutes claimed."""

    contributions = serializers.ListField(child=serializers.UUIDField(), allow_empty=False, max_length=50)
    verdict = serializers.ChoiceField(choices=Review.Verdict.choices)
    rubric = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=5)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=4000)
    next_step = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    is_task_done = FlagField(required=False)


class OutcomeShape(Shape):
    """What became of one of several: `refusal` says in words why it stays as it was; empty when the verdict was given."""

    contribution = serializers.UUIDField(source="contribution.pk")
    refusal = serializers.CharField(allow_blank=True)


class OutcomesShape(Shape):
    """What became of each."""

    outcomes = OutcomeShape(many=True)


class WaitingShape(Shape):
    """Work that waits for a review. `is_taken`: another reviewer has it."""

    id = serializers.UUIDField(source="pk")
    guild = serializers.SlugField(source="guild.slug")
    project = serializers.SlugField(source="project.slug")
    task = serializers.UUIDField(source="task_id")
    task_title = serializers.CharField(source="task.title")
    contributor_name = serializers.CharField(allow_blank=True, allow_null=True)
    note = serializers.CharField(allow_blank=True)
    link = serializers.CharField(allow_blank=True)
    links_held = serializers.BooleanField(help_text=LINKS_HELD)
    minutes = serializers.IntegerField()
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    submitted_at = serializers.DateTimeField()
    is_taken = serializers.BooleanField()


class ReviewsQuery(Shape):
    """What narrows the queue."""

    project = serializers.SlugField(required=False)


class BalanceShape(Shape):
    """What you have in one guild."""

    guild = serializers.CharField()
    rep = serializers.IntegerField()
    pts_pending = serializers.IntegerField()
    pts_available = serializers.IntegerField()
    pts_held = serializers.IntegerField()
    pts_debt = serializers.IntegerField()


class BalancesShape(Shape):
    """What you have, by guild."""

    balances = BalanceShape(many=True)


class PointLineShape(Shape):
    """One thing that moved your points: what it was, what it changed, and how that was computed.

    `says` is the sum on one line; `arithmetic` is the same for programs, as the rule of `policy_version` wrote it.
    """

    reason = serializers.ChoiceField(choices=Reason.choices)
    guild = serializers.CharField()
    contribution = serializers.UUIDField(allow_null=True)
    task_title = serializers.CharField(allow_blank=True)
    rep = serializers.IntegerField()
    pts = serializers.IntegerField()
    changes = serializers.DictField(child=serializers.IntegerField())
    balances_after = serializers.DictField(child=serializers.IntegerField())
    policy_version = serializers.IntegerField()
    says = serializers.CharField(allow_blank=True)
    arithmetic = serializers.DictField()
    effective_at = serializers.DateTimeField()
    posted_at = serializers.DateTimeField()


class LedgerLineShape(Shape):
    """One reason in one week of a guild's public ledger: how often it moved points, and how many. Nobody is named."""

    week = serializers.CharField(help_text="ISO week, such as 2026-W10.")
    reason = serializers.ChoiceField(choices=Reason.choices)
    unit = serializers.CharField()
    transfers = serializers.IntegerField()
    amount = serializers.IntegerField()


class LedgerShape(Shape):
    """Some weeks of a guild's public ledger, the newest first, with the sums of all of it. `before` leads on."""

    issued = serializers.DictField(child=serializers.IntegerField())
    held = serializers.DictField(child=serializers.IntegerField())
    lines = LedgerLineShape(many=True)
    before = serializers.DateField(allow_null=True)


class LedgerQuery(Shape):
    """Which weeks."""

    before = serializers.DateField(required=False, help_text="A Monday; only weeks before it.")
    weeks = serializers.IntegerField(required=False, min_value=1, max_value=60, default=12)
