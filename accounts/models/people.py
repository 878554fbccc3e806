"""A person three ways: the login (User), the random id the domain knows (Subject), the words they chose (Profile)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ids import uuid7
from core.written import Hideable, hidden_constraints


class Subject(models.Model):
    """A person as the domain tables know them: a random UUID and nothing else.

    Erasing a person leaves the Subject, so every sum and hash stays; `erased_at` says that nobody is behind it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    erased_at = models.DateTimeField(null=True, editable=False)
    links_free_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="Since when links in their words can be followed: their first approval or right.",
    )

    def __str__(self) -> str:
        return str(self.id)


class UserManager(BaseUserManager["User"]):
    """Makes users together with their Subject."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A user with a new Subject; without a password they log in by mailed code only."""
        user = self.model(email=self.normalize_email(email).strip().lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A user who may use the admin site."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        """Log in whatever the case of the e-mail."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A login: an e-mail address and the Subject behind it. Domain tables never point here."""

    email = models.EmailField(_("e-mail"), unique=True)
    subject = models.OneToOneField(Subject, on_delete=models.PROTECT, related_name="user")
    is_staff = models.BooleanField(_("hub steward"), default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="user_email_lower_case",
                condition=Q(email=models.functions.Lower("email")),
                violation_error_message=_("An e-mail address is stored in lower case."),
            )
        ]

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        self.email = self.email.strip().lower()

    def save(self, *args: Any, **kwargs: Any) -> None:
        # A login without a Subject cannot exist; allauth builds users its own way, so it is made here.
        if self.subject_id is None:
            self.subject = Subject.objects.create()
        self.email = self.email.strip().lower()
        super().save(*args, **kwargs)


class Profile(Hideable):
    """What one person chose to tell about themselves, and what of it everybody may see. Goes when they are erased."""

    class Section(models.TextChoices):
        ABOUT = "about", _("My words about myself, and my links")
        GUILDS = "guilds", _("My guilds, and the kinds of help I offer there")
        HOURS = "hours", _("My approved hours, by kind of help and year")
        REPUTATION = "reputation", _("My reputation in each guild")
        PROJECTS = "projects", _("The projects I worked on")

    subject = models.OneToOneField(Subject, on_delete=models.CASCADE, primary_key=True, related_name="profile")
    display_name = models.CharField(_("name"), max_length=80, blank=True)
    handle = models.CharField(
        _("handle"),
        max_length=30,
        unique=True,
        null=True,
        blank=True,
        validators=[RegexValidator(r"^[a-z0-9][a-z0-9-]{1,29}$", _("Small letters, digits and hyphens, two or more."))],
    )
    timezone = models.CharField(_("time zone"), max_length=40, default="UTC")
    language = models.CharField(_("language"), max_length=10, blank=True)
    is_name_public = models.BooleanField(_("show my name on public pages"), default=False)
    about = models.TextField(_("about me"), max_length=2000, blank=True)
    links = ArrayField(
        models.URLField(max_length=300, validators=[URLValidator(["http", "https"])]),
        verbose_name=_("links"),
        default=list,
        blank=True,
        size=5,
    )
    public_sections = ArrayField(
        models.CharField(max_length=12, choices=Section.choices),
        verbose_name=_("what everybody may see"),
        default=list,
        blank=True,
    )
    may_be_indexed = models.BooleanField(_("let search engines list my page"), default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="profile_sections_known",
                condition=Q(public_sections__contained_by=["about", "guilds", "hours", "projects", "reputation"]),
                violation_error_message=_("That is not a part of a person's page."),
            ),
            models.CheckConstraint(
                name="profile_links_five",
                condition=Q(links__len__lte=5),
                violation_error_message=_("At most five links."),
            ),
            models.CheckConstraint(
                name="profile_handle_plain",
                condition=Q(handle__isnull=True) | Q(handle__regex=r"^[a-z0-9][a-z0-9-]{1,29}$"),
                violation_error_message=_("Small letters, digits and hyphens, two or more."),
            ),
            *hidden_constraints("profile", "display_name", "about", lists=["links"]),
        ]

    def __str__(self) -> str:
        return self.display_name or str(self.subject_id)

    def get_absolute_url(self) -> str:
        return reverse("accounts:settings")

    @property
    def is_public(self) -> bool:
        """Whether anything of the person's page is shown to everybody."""
        return bool(self.handle and (self.is_name_public or self.public_sections))


class Tombstone(models.Model):
    """One author or handle that must not come back: a keyed hash, and the random id it belonged to. Holds no name.

    An author is the hash of an erased person's address as histories name it, so that new commits of theirs name nobody.
    A handle rests after it was given up (until `until`; for good when its person was erased), so that links to one
    person's page never lead to another's.
    """

    class Kind(models.TextChoices):
        AUTHOR = "author", _("author of a history")
        HANDLE = "handle", _("handle")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=6, choices=Kind.choices)
    digest = models.CharField(max_length=64)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="tombstones")
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "digest"], name="tombstone_once"),
            models.CheckConstraint(
                name="tombstone_kind_known",
                condition=Q(kind__in=["author", "handle"]),
                violation_error_message=_("A tombstone is of an author or of a handle."),
            ),
            models.CheckConstraint(
                name="tombstone_holds_a_hash",
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"),
                violation_error_message=_("A tombstone holds 64 hex digits and no name."),
            ),
            models.CheckConstraint(
                name="tombstone_author_for_good",
                condition=Q(kind="handle") | Q(until__isnull=True),
                violation_error_message=_("Only a handle comes free again."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject_id}"
