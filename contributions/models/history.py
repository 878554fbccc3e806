"""A project's imported history: what was brought, its commits, and the sessions of work they were grouped into."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Subject
from contributions.models.contribution import Contribution
from contributions.rules import ENTRY_MINUTES_MOST, HISTORY_ACCEPTANCE_TRANSITIONS, HISTORY_IMPORT_TRANSITIONS
from core.ids import uuid7
from core.transitions import Transitions
from projects.models import Project
from projects.models.task import ROLE_CHOICES


class HistoryImport(models.Model):
    """One history that somebody brought: a file kept until it is read, or a repository read on the spot."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("uploaded")
        RUNNING = "running", _("being read")
        READ = "read", _("read")
        FAILED = "failed", _("not read")
        DISCARDED = "discarded", _("thrown away")
        TAKEN_BACK = "taken_back", _("taken back")

    TRANSITIONS: Transitions = HISTORY_IMPORT_TRANSITIONS

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="history_imports")
    brought_by = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="history_imports")
    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADED)
    file_name = models.CharField(max_length=200, blank=True)
    data = models.BinaryField(null=True, help_text="The file as it arrived; gone once it is read or thrown away.")
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of the commits' names: the same history again.")
    summary = models.JSONField(default=dict, help_text="Counts of the whole history, as `HistorySummary`.")
    done = models.PositiveIntegerField(default=0, help_text="Commits looked at so far.")
    total = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="Last sign of life while it is being read.")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["project", "-id"], name="history_import_of_project")]
        constraints = [
            models.CheckConstraint(
                name="history_import_state_known",
                condition=Q(state__in=list(HISTORY_IMPORT_TRANSITIONS)),
                violation_error_message=_("That is not a state of an import."),
            ),
            models.CheckConstraint(
                name="history_import_finished_has_a_date",
                condition=Q(state__in=["uploaded", "running"]) | Q(finished_at__isnull=False),
                violation_error_message=_("A finished import says when."),
            ),
            models.CheckConstraint(
                name="history_import_keeps_no_file_after",
                condition=Q(state__in=["uploaded", "running", "failed"]) | Q(data__isnull=True),
                violation_error_message=_("The file goes when it has been read."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} history of {self.project_id}"

    def get_absolute_url(self) -> str:
        return reverse("contributions:history_import", args=[self.project.slug, self.pk])


class HistoryAcceptance(models.Model):
    """One maintainer's decision to accept proposed sessions in bulk (of one person, or all), and how far it got."""

    class State(models.TextChoices):
        RUNNING = "running", _("being credited")
        DONE = "done", _("credited")
        FAILED = "failed", _("stopped")

    TRANSITIONS: Transitions = HISTORY_ACCEPTANCE_TRANSITIONS

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="history_acceptances")
    accepted_by = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="history_acceptances")
    subject = models.ForeignKey(
        Subject,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Whose sessions; empty: everybody's.",
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    done = models.PositiveIntegerField(default=0, help_text="Sessions credited so far.")
    total = models.PositiveIntegerField(default=0)
    points = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="Last sign of life while it is running.")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(state="running"),
                name="history_acceptance_one_at_a_time",
                violation_error_message=_("Sessions of this project are being accepted already."),
            ),
            models.CheckConstraint(
                name="history_acceptance_state_known",
                condition=Q(state__in=list(HISTORY_ACCEPTANCE_TRANSITIONS)),
                violation_error_message=_("That is not a state of an acceptance."),
            ),
            models.CheckConstraint(
                name="history_acceptance_finished_has_a_date",
                condition=Q(state="running", finished_at__isnull=True)
                | (~Q(state="running") & Q(finished_at__isnull=False)),
                violation_error_message=_("A finished acceptance says when."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.done} of {self.total} sessions of {self.project_id}"


class ImportedCommit(models.Model):
    """One commit of a project's history. Who made it stands in `CommitShare`, so this row names nobody."""

    class SetAside(models.TextChoices):
        NO = "", ""
        MERGE = "merge", _("a merge: it brings together what was committed before")
        BOT = "bot", _("made by a program")
        DATE = "date", _("dated before 2000 or in the future")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="imported_commits")
    history_import = models.ForeignKey(HistoryImport, on_delete=models.PROTECT, related_name="commits")
    sha = models.CharField(max_length=64)
    authored_at = models.DateTimeField()
    authored_on = models.DateField(help_text="The author's own calendar date.")
    set_aside = models.CharField(max_length=5, choices=SetAside.choices, default=SetAside.NO, blank=True)
    insertions = models.PositiveIntegerField(default=0)
    deletions = models.PositiveIntegerField(default=0)
    files = models.PositiveIntegerField(default=0)
    document_files = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "sha"], name="imported_commit_once"),
            models.CheckConstraint(
                name="imported_commit_sha_shape",
                condition=Q(sha__regex=r"^[0-9a-f]{40}([0-9a-f]{24})?$"),
                violation_error_message=_("A commit's name is 40 or 64 hex digits."),
            ),
            models.CheckConstraint(
                name="imported_commit_set_aside_known",
                condition=Q(set_aside__in=["", "merge", "bot", "date"]),
                violation_error_message=_("A commit is set aside as a merge, a program's, or misdated."),
            ),
        ]

    def __str__(self) -> str:
        return self.sha[:10]


class ImportedSession(models.Model):
    """One session of work of one person, grouped from commits, with *estimated* minutes; proposed until accepted.

    Its key is project, person and first commit. An accepted session never changes (a trigger refuses it).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="imported_sessions")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="imported_sessions")
    first_sha = models.CharField(max_length=64)
    started_at = models.DateTimeField(null=True, help_text="The first commit less the lead-in; empty once erased.")
    first_commit_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    worked_on = models.DateField()
    minutes = models.PositiveSmallIntegerField()
    commits = models.PositiveIntegerField()
    role = models.CharField(max_length=12, choices=ROLE_CHOICES)
    acceptance = models.ForeignKey(HistoryAcceptance, on_delete=models.PROTECT, null=True, related_name="sessions")
    contribution = models.OneToOneField(
        Contribution, on_delete=models.PROTECT, null=True, related_name="imported_session"
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["project", "first_commit_at", "id"],
                name="imported_session_proposed",
                condition=Q(acceptance__isnull=True),
            ),
            models.Index(fields=["subject"], name="imported_session_of_subject"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["project", "subject", "first_sha"], name="imported_session_once"),
            models.CheckConstraint(
                name="imported_session_accepted_whole",
                condition=Q(acceptance__isnull=True, contribution__isnull=True)
                | Q(acceptance__isnull=False, contribution__isnull=False),
                violation_error_message=_("An accepted session, and no other, has its contribution."),
            ),
            models.CheckConstraint(
                name="imported_session_fits_a_day",
                condition=Q(minutes__range=(1, ENTRY_MINUTES_MOST), commits__gte=1),
                violation_error_message=_("A session takes between one minute and 16 hours."),
            ),
            models.CheckConstraint(
                name="imported_session_times_agree",
                condition=Q(
                    # A comparison with NULL is no refusal in SQL, so each is said to be there.
                    started_at__isnull=False,
                    first_commit_at__isnull=False,
                    ended_at__isnull=False,
                    started_at__lte=F("first_commit_at"),
                    ended_at__gte=F("first_commit_at"),
                )
                | Q(
                    started_at__isnull=True,
                    first_commit_at__isnull=True,
                    ended_at__isnull=True,
                    first_sha__startswith="erased:",
                ),
                violation_error_message=_("A session starts before its first commit and ends with its last."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.minutes} min (estimated) on {self.worked_on}"


class CommitShare(models.Model):
    """One person's part in one commit, as its author or a co-author, and the session it is counted in.

    Without a session its time lies inside an accepted one and was credited there.
    """

    id = models.BigAutoField(primary_key=True)
    commit = models.ForeignKey(ImportedCommit, on_delete=models.CASCADE, related_name="shares")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="commit_shares")
    is_author = models.BooleanField()
    session = models.ForeignKey(ImportedSession, on_delete=models.PROTECT, null=True, related_name="shares")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["commit", "subject"], name="commit_share_once")]

    def __str__(self) -> str:
        return f"{self.subject_id} in {self.commit_id}"
