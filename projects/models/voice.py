"""What people who live with a problem said about it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Subject
from core.ids import uuid7
from core.written import Hideable, hidden_constraints
from projects.models.problem import Problem


class Voice(Hideable):
    """What one affected person said, written down by a member who talked to them and holds their consent.

    Nobody quoted has a name, a number or an account here: a role and a place say who speaks. A withdrawn voice keeps its
    row, so that readers see that there was one, and loses its words.
    """

    class Consent(models.TextChoices):
        SPOKEN = "spoken", _("they said yes")
        WRITTEN = "written", _("they said yes in writing")
        GUARDIAN = "guardian", _("a parent or guardian said yes")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="voices", editable=False)
    words = models.TextField(_("what they said"), max_length=2000)
    language = models.CharField(_("language of these words"), max_length=10, default="en")
    translation = models.TextField(_("the same in other words"), max_length=2000, blank=True)
    translation_language = models.CharField(_("language of the translation"), max_length=10, default="en")
    role = models.CharField(_("who they are there"), max_length=80)
    place = models.CharField(_("place"), max_length=160, blank=True)
    consent = models.CharField(_("how they agreed"), max_length=8, choices=Consent.choices)
    consented_on = models.DateField(_("day on which they agreed"))
    is_public = models.BooleanField(_("they agreed that everybody may read it"), default=False)
    author = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(editable=False)
    withdrawn_by = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        indexes = [models.Index(fields=["problem", "-created_at"], name="voice_by_problem")]
        constraints = [
            *hidden_constraints("voice", "words", "translation", "role", "place"),
            models.CheckConstraint(
                name="voice_consent_known",
                condition=Q(consent__in=["spoken", "written", "guardian"]),
                violation_error_message=_("A voice says how its person agreed."),
            ),
            models.CheckConstraint(
                name="voice_withdrawn_by_somebody",
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                violation_error_message=_("A withdrawn voice says who withdrew it and when."),
            ),
            models.CheckConstraint(
                name="voice_has_words_until_withdrawn",
                condition=(Q(withdrawn_at__isnull=True) & ~Q(words="") & ~Q(role=""))
                | Q(withdrawn_at__isnull=False, words="", translation="", role="", place=""),
                violation_error_message=_("A voice has words and a role; a withdrawn one has none left."),
            ),
        ]

    def __str__(self) -> str:
        return f"voice {self.pk} on {self.problem_id}"

    def get_absolute_url(self) -> str:
        return f"{reverse('projects:voices', args=[self.problem.slug])}#voice-{self.pk}"
