"""One guild's numbers, in versions that never change, and the draft of the next one."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Subject
from core.ids import uuid7
from core.transitions import Transitions
from core.written import Hideable, hidden_constraints
from guilds.models.guild import Guild
from guilds.rules import DRAFT_TRANSITIONS


def _minutes(default: int, help_text: str) -> models.PositiveIntegerField:
    return models.PositiveIntegerField(default=default, help_text=help_text)


def _factor(default: str) -> models.DecimalField:
    return models.DecimalField(
        max_digits=4,
        decimal_places=2,
        default=Decimal(default),
        validators=[MinValueValidator(Decimal("0")), MaxValueValidator(Decimal("5"))],
    )


class PolicyNumbers(models.Model):
    """The numbers by which a guild's work counts: a version has them, and so has a draft of the next one."""

    points_per_hour = models.PositiveIntegerField(default=10)
    difficulty_xs = _factor("0.80")
    difficulty_s = _factor("1.00")
    difficulty_m = _factor("1.25")
    difficulty_l = _factor("1.50")
    quality_1 = _factor("0.00")
    quality_2 = _factor("0.50")
    quality_3 = _factor("1.00")
    quality_4 = _factor("1.15")
    quality_5 = _factor("1.30")
    estimate_cap = _factor("1.50")
    week_full_minutes = _minutes(600, "unweighted minutes a week that count in full")
    week_half_minutes = _minutes(600, "the next minutes of that week, which count half")
    open_work_minutes = _minutes(60, "estimate of open work, per contribution")
    evidence_free_minutes = _minutes(60, "longest contribution that needs neither link nor note")
    review_points = models.PositiveIntegerField(default=2)
    review_paid_within_days = models.PositiveIntegerField(default=7)
    review_paid_per_week = models.PositiveIntegerField(default=10)
    review_reminder_days = models.PositiveIntegerField(default=5)
    review_reassign_days = models.PositiveIntegerField(default=7)
    review_guild_queue_days = models.PositiveIntegerField(default=14)
    unreviewed_limit = models.PositiveIntegerField(
        default=5, help_text="unreviewed contributions that stop claiming tasks"
    )
    review_standing = models.PositiveIntegerField(default=400, help_text="standing that lets a member review")
    vouch_standing = models.PositiveIntegerField(default=150, help_text="standing that lets a member vouch")
    vote_standing = models.PositiveIntegerField(default=50, help_text="standing that lets a member vote")
    reviewers_enough = models.PositiveIntegerField(
        default=3, help_text="fewer reviewers than this mark the guild's work as low assurance"
    )
    verdict_undo_seconds = models.PositiveIntegerField(
        default=60, help_text="a verdict is posted so long after it was given, and can be undone until then"
    )
    review_batch_minutes = _minutes(60, "claimed minutes of one task that are judged together at most")
    review_debt_hours = models.PositiveIntegerField(
        default=20, help_text="hours of work waiting for a review that stop a project from publishing tasks"
    )
    second_look_percent = models.PositiveSmallIntegerField(
        default=10,
        validators=[MaxValueValidator(100)],
        help_text="of a hundred approvals, how many a second reviewer looks at, by chance",
    )
    newcomer_second_looks = models.PositiveIntegerField(
        default=5, help_text="first approvals of a member that a second reviewer looks at"
    )
    reviewer_second_looks = models.PositiveIntegerField(
        default=10, help_text="first approvals of a reviewer that another one looks at"
    )
    reviewer_share_percent = models.PositiveSmallIntegerField(
        default=40,
        validators=[MaxValueValidator(100)],
        help_text="of the points of somebody's quarter, how much one reviewer gives before a second one looks",
    )
    reviewer_share_from = models.PositiveIntegerField(
        default=100, help_text="points of a quarter below which nobody asks who gave them"
    )
    appeal_days = models.PositiveIntegerField(default=14, help_text="days in which a verdict can be disputed")
    panel_days = models.PositiveIntegerField(default=10, help_text="days in which a panel decides")
    overturn_percent = models.PositiveSmallIntegerField(
        default=10,
        validators=[MaxValueValidator(100)],
        help_text="of a reviewer's verdicts, how many overturned ones end earned reviewing and panels",
    )
    claim_lease_days = models.PositiveIntegerField(default=14)
    claim_reminder_days = models.PositiveIntegerField(
        default=3, help_text="days before a claim ends that its person is reminded"
    )
    vesting_days = models.PositiveIntegerField(default=7)
    expiry_months = models.PositiveIntegerField(default=24)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_percents_of_a_hundred",
                condition=Q(second_look_percent__lte=100, reviewer_share_percent__lte=100, overturn_percent__lte=100),
                violation_error_message=_("A share is at most 100 of a hundred."),
            ),
            models.CheckConstraint(
                name="%(class)s_week_within_twenty_hours",
                condition=Q(week_full_minutes__lte=1200)
                & Q(week_half_minutes__lte=1200 - models.F("week_full_minutes")),
                violation_error_message=_("At most 20 hours of a week can count."),
            ),
        ]


#: Every number of a policy, by name.
NUMBERS = tuple(field.name for field in PolicyNumbers._meta.local_fields)


class Policy(PolicyNumbers):
    """One version of a guild's numbers, in force from `effective_at` until the next version. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    guild = models.ForeignKey(Guild, on_delete=models.PROTECT, related_name="policies")
    version = models.PositiveIntegerField()
    effective_at = models.DateTimeField()
    published_by = models.UUIDField(null=True, editable=False)
    published_at = models.DateTimeField(
        null=True, editable=False, help_text="Empty for versions from before this was written down."
    )

    class Meta:
        verbose_name_plural = "policies"
        get_latest_by = "version"
        constraints = [
            models.UniqueConstraint(fields=["guild", "version"], name="policy_version_once"),
            models.CheckConstraint(
                name="policy_version_from_one",
                condition=Q(version__gte=1),
                violation_error_message=_("Policy versions count from 1."),
            ),
            *PolicyNumbers.Meta.constraints,
        ]

    def __str__(self) -> str:
        return f"policy {self.version} of {self.guild_id}"


class PolicyDraft(PolicyNumbers, Hideable):
    """What a guild's stewards think of making its next version, and why. At most one is open; closed, it stands."""

    class State(models.TextChoices):
        OPEN = "open", _("draft")
        PUBLISHED = "published", _("published")
        DISCARDED = "discarded", _("discarded")

    TRANSITIONS: Transitions = DRAFT_TRANSITIONS

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    guild = models.ForeignKey(Guild, on_delete=models.PROTECT, related_name="policy_drafts")
    based_on = models.PositiveIntegerField(
        help_text="the latest version when it was saved; it may follow only that one"
    )
    reason = models.CharField(_("why"), max_length=600, blank=True)
    worded_by = models.ForeignKey(
        Subject, on_delete=models.PROTECT, null=True, related_name="+", help_text="who wrote the reason"
    )
    made_by = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    saved_by = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    closed_by = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    policy = models.OneToOneField(Policy, on_delete=models.PROTECT, null=True, related_name="draft")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["guild"], condition=Q(state="open"), name="policy_draft_one_open"),
            models.CheckConstraint(
                name="policy_draft_closed_by_somebody",
                condition=Q(state="open", closed_at__isnull=True, closed_by__isnull=True)
                | Q(state__in=["published", "discarded"], closed_at__isnull=False, closed_by__isnull=False),
                violation_error_message=_("A draft is open, or somebody published or discarded it at a time."),
            ),
            models.CheckConstraint(
                name="policy_draft_published_as_a_version",
                condition=Q(state="published", policy__isnull=False) | (~Q(state="published") & Q(policy__isnull=True)),
                violation_error_message=_("A published draft became a version, and only that."),
            ),
            models.CheckConstraint(
                name="policy_draft_published_with_a_reason",
                condition=~Q(state="published") | ~Q(reason=""),
                violation_error_message=_("Say why."),
            ),
            *PolicyNumbers.Meta.constraints,
            *hidden_constraints("policy_draft", "reason"),
        ]

    def __str__(self) -> str:
        return f"draft of a policy of {self.guild_id}"
