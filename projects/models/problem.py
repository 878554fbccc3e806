"""A problem as people on the ground tell it."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round
from django.utils.translation import gettext_lazy as _

from accounts.models import Subject
from core.addresses import address
from core.ids import uuid7
from core.transitions import Transitions
from core.written import Hideable, hidden_constraints
from guilds.models import Guild
from projects.models.place import Place
from projects.rules import PROBLEM_OPEN_TO_PROJECTS, PROBLEM_TRANSITIONS


class ProblemQuerySet(models.QuerySet["Problem"]):
    """Questions asked of many problems at once."""

    def public(self) -> ProblemQuerySet:
        """Problems anybody may read: all but drafts, the rejected and what a moderator hid."""
        return self.exclude(state__in=["draft", "rejected"]).filter(hidden_at__isnull=True)

    def open_to_projects(self) -> ProblemQuerySet:
        """Problems a project may answer."""
        return self.filter(state__in=PROBLEM_OPEN_TO_PROJECTS)


class Problem(Hideable):
    """One problem statement: where, who is hurt, how it is known, in whose language."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("submitted")
        ACCEPTED = "accepted", _("accepted")
        IN_PROJECT = "in_project", _("in a project")
        PILOTING = "piloting", _("piloting")
        SOLVED = "solved", _("solved")
        PARKED = "parked", _("parked")
        DUPLICATE = "duplicate", _("duplicate")
        REJECTED = "rejected", _("rejected")

    TRANSITIONS: Transitions = PROBLEM_TRANSITIONS

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    guild = models.ForeignKey(Guild, on_delete=models.PROTECT, related_name="problems")
    slug = models.SlugField(max_length=80, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=140)
    statement = models.TextField(_("what happens, and to whom"), max_length=8000)
    affected_people = models.CharField(_("who is affected"), max_length=200, blank=True)
    affected_count = models.PositiveIntegerField(
        _("how many people, about"), null=True, blank=True, validators=[MaxValueValidator(2_000_000_000)]
    )
    evidence = models.TextField(_("how it is known"), max_length=4000, blank=True)
    place = models.CharField(_("place"), max_length=160, blank=True)
    latitude = models.DecimalField(
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )
    longitude = models.DecimalField(
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )
    # Where the map has it unless its people pinned it: what `place` was found as, by the services, whenever that changes.
    found_place = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    language = models.CharField(_("language of this text"), max_length=10, default="en")
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT, editable=False)
    author = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="problems", editable=False)
    duplicate_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="duplicates", editable=False
    )
    created_at = models.DateTimeField(editable=False)
    submitted_at = models.DateTimeField(null=True, editable=False)
    accepted_at = models.DateTimeField(null=True, editable=False)
    edited_at = models.DateTimeField(null=True, editable=False)
    # People, each once, who endorsed it or one of its duplicates: counted again under its lock whenever that changes.
    endorsed_affected = models.PositiveIntegerField(default=0, editable=False)
    endorsed_support = models.PositiveIntegerField(default=0, editable=False)

    objects = ProblemQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["state", "-created_at"], name="problem_by_state"),
            models.Index(fields=["guild", "state"], name="problem_by_guild"),
        ]
        constraints = [
            *hidden_constraints("problem", "title", "statement", "affected_people", "evidence", "place"),
            models.CheckConstraint(
                name="problem_state_known",
                condition=Q(state__in=list(PROBLEM_TRANSITIONS)),
                violation_error_message=_("That is not a state of a problem."),
            ),
            models.CheckConstraint(
                name="problem_duplicate_names_the_other",
                condition=(Q(state="duplicate") & Q(duplicate_of__isnull=False))
                | (~Q(state="duplicate") & Q(duplicate_of__isnull=True)),
                violation_error_message=_("A duplicate names the problem it repeats."),
            ),
            models.CheckConstraint(
                name="problem_not_its_own_duplicate",
                condition=Q(duplicate_of__isnull=True) | ~Q(duplicate_of=F("id")),
                violation_error_message=_("A problem can't repeat itself."),
            ),
            models.CheckConstraint(
                name="problem_accepted_has_a_date",
                condition=~Q(state__in=["accepted", "in_project", "piloting", "solved"]) | Q(accepted_at__isnull=False),
                violation_error_message=_("An accepted problem says when it was accepted."),
            ),
            models.CheckConstraint(
                name="problem_position_whole",
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                violation_error_message=_("A position has a latitude and a longitude."),
            ),
            models.CheckConstraint(
                name="problem_position_coarse",
                condition=Q(latitude=Round(F("latitude"), 2)) & Q(longitude=Round(F("longitude"), 2)),
                violation_error_message=_("A position says the place to about a kilometre, not the house."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("projects:problem", self.slug)
