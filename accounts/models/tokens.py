"""Personal tokens: how a person's own programs speak for them."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.people import Subject
from core.ids import uuid7

#: The longest a token can live.
LONGEST_LIFE = timedelta(days=366)


class Token(models.Model):
    """One key that a person made for a program of theirs. It may do less than they may, never more.

    Only its SHA-256 is kept: the token itself is 32 random bytes, so nobody can try them all, and it was shown once.
    """

    class Scope(models.TextChoices):
        READ = "read", _("Read what I can read")
        HOURS = "hours:write", _("Log, change and hand in my hours")
        REVIEWS = "reviews:write", _("Review others' work")
        PROJECTS = "projects:write", _("Problems, projects and tasks")
        GUILDS = "guilds:write", _("Join, leave and look after guilds")
        MODERATION = "moderation:write", _("Report, hide and appeal")
        ACCOUNT = "account:write", _("Change my profile and inbox")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="tokens", editable=False)
    name = models.CharField(_("name"), max_length=60)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    prefix = models.CharField(max_length=8, editable=False, help_text="How the token begins, to tell it from others.")
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope.choices), verbose_name=_("what it may do"))
    created_at = models.DateTimeField(editable=False)
    expires_at = models.DateTimeField()
    last_used_on = models.DateField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "name"], condition=Q(revoked_at__isnull=True), name="token_name_once"
            ),
            models.CheckConstraint(
                name="token_holds_a_hash",
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"),
                violation_error_message=_("Of a token only its hash is kept."),
            ),
            models.CheckConstraint(
                name="token_scopes_known",
                condition=Q(scopes__len__gt=0)
                & Q(
                    scopes__contained_by=[
                        "read", "hours:write", "reviews:write", "projects:write", "guilds:write", "moderation:write",
                        "account:write",
                    ]
                ),
                violation_error_message=_("A token may do something, and nothing but what is listed."),
            ),
            models.CheckConstraint(
                name="token_ends_within_a_year",
                condition=Q(expires_at__gt=F("created_at"), expires_at__lte=F("created_at") + LONGEST_LIFE),
                violation_error_message=_("A token ends, within a year."),
            ),
            models.CheckConstraint(
                name="token_revoked_after_it_was_made",
                condition=Q(revoked_at__isnull=True) | Q(revoked_at__gte=F("created_at")),
                violation_error_message=_("A token is revoked after it was made."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.prefix}… of {self.subject_id}"
