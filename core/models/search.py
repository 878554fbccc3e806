"""What can be searched: the words of each thing that everybody may find, and every word that occurs in them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class SearchDocument(models.Model):
    """The words of one thing as they are looked for (core/search/text.py), the title's heavier than the rest.

    Written by triggers of the apps whose thing it is, in the transaction that changes the thing, and only while everybody
    may see it. No text: what a reader is shown comes from the thing itself.
    """

    class Kind(models.TextChoices):
        PROBLEM = "problem", _("Problem")
        PROJECT = "project", _("Project")
        TASK = "task", _("Task")
        PERSON = "person", _("Person")

    object_id = models.UUIDField(primary_key=True, editable=False)
    kind = models.CharField(max_length=8, choices=Kind.choices, editable=False)
    words = SearchVectorField(editable=False)

    class Meta:
        indexes = [GinIndex(fields=["words"], name="search_by_word")]
        constraints = [
            models.CheckConstraint(
                name="search_kind_known",
                condition=Q(kind__in=["problem", "project", "task", "person"]),
                violation_error_message=_("That kind of thing is not searched."),
            )
        ]

    def __str__(self) -> str:
        return f"words of {self.kind} {self.object_id}"


class SearchWord(models.Model):
    """A word that occurs in some document: what a mistyped word may have meant.

    Not unique on purpose: two transactions that bring the same new word don't wait for each other.
    """

    id = models.BigAutoField(primary_key=True)
    word = models.TextField(editable=False)
    near = ArrayField(models.TextField(), editable=False, help_text="The word, and itself without each of its letters.")

    class Meta:
        indexes = [
            models.Index(fields=["word"], name="search_word"),
            GinIndex(fields=["near"], name="search_word_near"),
            GinIndex(OpClass(F("word"), name="gin_trgm_ops"), name="search_word_alike"),
        ]

    def __str__(self) -> str:
        return self.word
