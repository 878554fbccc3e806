"""People an imported history speaks of, and how somebody proves to be one of them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.people import Subject
from core.ids import uuid7


class ImportedIdentity(models.Model):
    """One author as a repository names them: a name and the hash of an e-mail, behind a Subject without a User.

    Two people who commit with one shared address are two identities; neither can be claimed by that address
    alone (see `accounts.queries.claimable_identities`).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject = models.OneToOneField(Subject, on_delete=models.PROTECT, related_name="imported_identity")
    name = models.CharField(max_length=200, blank=True)
    name_key = models.CharField(max_length=200, help_text="The name, trimmed and case-folded.")
    email_hash = models.CharField(
        max_length=16, help_text="First 16 hex digits of SHA-256 of the trimmed lower-case e-mail."
    )

    class Meta:
        verbose_name_plural = "imported identities"
        constraints = [
            models.UniqueConstraint(fields=["email_hash", "name_key"], name="imported_identity_once"),
            models.CheckConstraint(
                name="imported_identity_hash_shape",
                condition=Q(email_hash__regex=r"^([0-9a-f]{16}|erased)$"),
                violation_error_message=_("An e-mail hash is 16 hex digits."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.subject_id)


class SubjectLink(models.Model):
    """An alias Subject that was proved to be the same person as a primary one. Nothing is rewritten."""

    alias = models.OneToOneField(Subject, on_delete=models.PROTECT, primary_key=True, related_name="primary_link")
    primary = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="alias_links")
    linked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="subject_link_two_people",
                condition=~Q(alias=F("primary")),
                violation_error_message=_("A person can't be linked to themselves."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.alias_id} = {self.primary_id}"
