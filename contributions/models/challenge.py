"""A verdict that somebody disputes, and the panel that decides on it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Subject
from contributions.models.contribution import Contribution
from contributions.models.review import Review
from contributions.rules import CHALLENGE_TRANSITIONS
from core.addresses import address
from core.ids import uuid7
from core.transitions import Transitions
from core.written import Hideable, hidden_constraints
from guilds.models import Guild


class Challenge(Hideable):
    """One verdict disputed, once: by whose work it is (an appeal) or by another reviewer of the guild.

    Three are drawn by lot from those without a tie to the case. The lot follows from `seed`, which is published before
    the draw and comes from the first root of the public log that covers the challenge itself (`seed_size` leaves): whoever
    has seed and names can draw again. What they decide is final.
    """

    class Kind(models.TextChoices):
        APPEAL = "appeal", _("an appeal")
        CHALLENGE = "challenge", _("a challenge")

    class State(models.TextChoices):
        OPENED = "opened", _("opened")
        SEEDED = "seeded", _("the lot is published")
        DRAWN = "drawn", _("with the panel")
        UPHELD = "upheld", _("the verdict stands")
        OVERTURNED = "overturned", _("the verdict was overturned")

    class Panel(models.TextChoices):
        GUILD = "guild", _("reviewers of the guild")
        HUB = "hub", _("stewards of the hub")

    TRANSITIONS: Transitions = CHALLENGE_TRANSITIONS

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    guild = models.ForeignKey(Guild, on_delete=models.PROTECT, related_name="challenges", db_index=False)
    contribution = models.OneToOneField(Contribution, on_delete=models.PROTECT, related_name="challenge")
    review = models.OneToOneField(Review, on_delete=models.PROTECT, related_name="challenge")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    raised_by = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="challenges_raised")
    reason = models.TextField(_("why"), max_length=4000)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPENED)
    panel = models.CharField(max_length=5, choices=Panel.choices, blank=True, default="")
    opened_at = models.DateTimeField()
    seed = models.CharField(max_length=64, blank=True, default="")
    seed_size = models.BigIntegerField(null=True)
    seeded_at = models.DateTimeField(null=True)
    drawn_at = models.DateTimeField(null=True)
    seats_wanted = models.PositiveSmallIntegerField(null=True, help_text="How many decide.")
    due_at = models.DateTimeField(null=True, help_text="When whoever has not voted is replaced.")
    decided_at = models.DateTimeField(null=True)
    points_before = models.PositiveIntegerField(null=True)
    minutes_before = models.PositiveIntegerField(null=True, help_text="Minutes approved by the disputed verdict.")
    new_review = models.OneToOneField(Review, on_delete=models.PROTECT, null=True, related_name="decided_by")

    class Meta:
        indexes = [models.Index(fields=["guild", "state"], name="challenge_of_guild")]
        constraints = [
            models.CheckConstraint(
                name="challenge_state_known",
                condition=Q(state__in=list(CHALLENGE_TRANSITIONS)),
                violation_error_message=_("That is not a state of a challenge."),
            ),
            models.CheckConstraint(
                name="challenge_kind_known",
                condition=Q(kind__in=["appeal", "challenge"]),
                violation_error_message=_("A verdict is appealed against or challenged."),
            ),
            models.CheckConstraint(
                name="challenge_says_why",
                condition=~Q(reason=""),
                violation_error_message=_("Say what is wrong with the verdict."),
            ),
            models.CheckConstraint(
                name="challenge_seed_before_the_draw",
                condition=Q(state="opened", seed="", seed_size__isnull=True, seeded_at__isnull=True)
                | (~Q(state="opened") & ~Q(seed="") & Q(seed_size__isnull=False, seeded_at__isnull=False)),
                violation_error_message=_("The lot is published before anybody is drawn."),
            ),
            models.CheckConstraint(
                name="challenge_drawn_after_its_seed",
                condition=Q(drawn_at__isnull=True, state__in=["opened", "seeded"])
                | Q(drawn_at__gt=F("seeded_at"), state__in=["drawn", "upheld", "overturned"]),
                violation_error_message=_("A panel is drawn after its lot was published."),
            ),
            models.CheckConstraint(
                name="challenge_decided_at_its_end",
                condition=Q(decided_at__isnull=False, state__in=["upheld", "overturned"])
                | Q(decided_at__isnull=True, state__in=["opened", "seeded", "drawn"]),
                violation_error_message=_("A challenge that ended says when."),
            ),
            models.CheckConstraint(
                name="challenge_overturned_by_a_review",
                condition=Q(state="overturned", new_review__isnull=False)
                | (~Q(state="overturned") & Q(new_review__isnull=True)),
                violation_error_message=_("A verdict is overturned by another one."),
            ),
            *hidden_constraints("challenge", "reason"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} about {self.contribution_id}"

    def get_absolute_url(self) -> str:
        return address("contributions:challenge", self.pk)


class PanelSeat(Hideable):
    """One member of a panel, in the order of the lot, and what they said. Nobody sits on a case of their own."""

    class State(models.TextChoices):
        ASKED = "asked", _("asked")
        VOTED = "voted", _("voted")
        DECLINED = "declined", _("declined")
        REPLACED = "replaced", _("replaced, because the days were over")

    class Vote(models.TextChoices):
        NONE = "", ""
        UPHOLD = "uphold", _("the verdict stands")
        OVERTURN = "overturn", _("another verdict")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="seats")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="panel_seats")
    place = models.PositiveSmallIntegerField(help_text="Its place in the lot, from 1.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    vote = models.CharField(max_length=10, choices=Vote.choices, blank=True, default="")
    rubric = models.PositiveSmallIntegerField(null=True)
    minutes = models.PositiveIntegerField(null=True)
    reason = models.TextField(_("why"), max_length=4000, blank=True)
    next_step = models.TextField(_("what could be done next"), max_length=2000, blank=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["challenge", "subject"], name="panel_seat_once"),
            models.UniqueConstraint(fields=["challenge", "place"], name="panel_place_once"),
            models.CheckConstraint(
                name="panel_seat_state_known",
                condition=Q(state__in=["asked", "voted", "declined", "replaced"]),
                violation_error_message=_("That is not a state of a seat."),
            ),
            models.CheckConstraint(
                name="panel_vote_has_reasons",
                condition=(Q(state="voted", vote__in=["uphold", "overturn"], answered_at__isnull=False) & ~Q(reason=""))
                | (~Q(state="voted") & Q(vote="", minutes__isnull=True, rubric__isnull=True)),
                violation_error_message=_("A vote comes with written reasons."),
            ),
            models.CheckConstraint(
                name="panel_vote_is_a_verdict",
                condition=~Q(vote="overturn")
                | Q(rubric__range=(2, 5), minutes__gte=1)
                | (Q(minutes=0, rubric__isnull=True) & ~Q(next_step="")),
                violation_error_message=_("Another verdict has a rubric and minutes, or none and a next step."),
            ),
            *hidden_constraints("panel_seat", "reason", "next_step"),
        ]

    def __str__(self) -> str:
        return f"seat {self.place} of {self.challenge_id}"
