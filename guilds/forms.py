"""What people type about guilds, checked for shape; the rules stay in the services."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.languages import WRITTEN_LANGUAGES
from guilds.models import Grant, Guild

#: Addresses that are pages themselves.
RESERVED_SLUGS = frozenset({"new"})
A_YEAR = timedelta(days=365)
LONGEST_GRANT = 10 * A_YEAR


@cache
def zone_choices() -> list[tuple[str, str]]:
    """Time zones people live in, without the aliases and the abstract ones."""
    regions = (
        "Africa/",
        "America/",
        "Antarctica/",
        "Asia/",
        "Atlantic/",
        "Australia/",
        "Europe/",
        "Indian/",
        "Pacific/",
    )
    names = sorted(name for name in available_timezones() if name.startswith(regions))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]


class GuildForm(forms.ModelForm):
    """A guild that somebody proposes."""

    timezone = forms.ChoiceField(
        label=_("Time zone"),
        initial="UTC",
        help_text=_("Deadlines end at midnight in this zone."),
        choices=zone_choices,
    )
    language = forms.ChoiceField(label=_("Language of these words"), choices=WRITTEN_LANGUAGES, initial="en")

    class Meta:
        model = Guild
        fields = ("name", "slug", "summary", "timezone", "language")
        widgets = {"summary": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "slug": _("Small letters, digits and hyphens, as in /guilds/river-watch/. It stays as it is."),
            "summary": _("Two or three sentences: what problems you work on, and who is better off for it."),
        }

    def clean_slug(self) -> str:
        """An address of a guild that is no page of its own."""
        slug: str = self.cleaned_data["slug"].lower()
        if slug in RESERVED_SLUGS:
            raise forms.ValidationError(_("This address is a page already. Choose another one."))
        if Guild.objects.filter(slug=slug).exists():
            raise forms.ValidationError(_("A guild with this address exists already. Choose another address."))
        return slug


class MemberField(forms.ChoiceField):
    """One member of a guild; `offer` fills the list, the value is their subject id."""

    def offer(self, members: Iterable[tuple[UUID, str]]) -> None:
        """List members as (subject id, name)."""
        self.choices = [("", _("Choose a member")), *((str(pk), f"\u2068{name}\u2069") for pk, name in members)]

    def clean(self, value: Any) -> UUID:
        """The member's subject id."""
        return UUID(super().clean(value))


class GrantForm(forms.Form):
    """A right for a member, until a day."""

    member = MemberField(label=_("Member"))
    right = forms.ChoiceField(
        label=_("Right"),
        choices=Grant.Right.choices,
        widget=forms.RadioSelect(attrs={"class": "chips"}),
        help_text=_(
            "Reviewers judge work. Maintainers also decide on problems and publish tasks. Stewards also give rights."
        ),
    )
    until = forms.DateField(
        label=_("Until the end of"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: until a steward takes it back."),
    )

    def __init__(self, data: Any = None, *, guild: Guild, members: Iterable[tuple[UUID, str]] = ()) -> None:
        super().__init__(data)
        self.guild = guild
        self.fields["member"].offer(members)  # type: ignore[attr-defined]
        self.fields["until"].initial = timezone.localdate() + A_YEAR

    def ends_at(self) -> datetime | None:
        """The first midnight after the chosen day, in the guild's zone; call it after `is_valid`."""
        day: date | None = self.cleaned_data["until"]
        return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(self.guild.timezone)) if day else None

    def clean_until(self) -> date | None:
        """A day that a calendar still has a morning after."""
        day: date | None = self.cleaned_data["until"]
        if day and day > timezone.localdate() + LONGEST_GRANT:
            raise forms.ValidationError(_("Choose a day within the next ten years, or leave it empty."))
        return day

    def clean(self) -> dict[str, Any]:
        """Add `ends_at` to the values."""
        values = self.cleaned_data
        if "until" in values:
            values["ends_at"] = self.ends_at()
        return values


class OpenForm(forms.Form):
    """Who becomes the first steward of a proposed guild."""

    member = MemberField(
        label=_("First steward"),
        help_text=_("They can give rights to others. It can't be you: two people open a guild."),
    )

    def __init__(self, data: Any = None, *, members: Iterable[tuple[UUID, str]] = ()) -> None:
        super().__init__(data)
        self.fields["member"].offer(members)  # type: ignore[attr-defined]


class RevokeForm(forms.Form):
    """Which right is taken back."""

    grant = forms.UUIDField(widget=forms.HiddenInput)
