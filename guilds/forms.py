"""What people type about guilds, checked for shape; the rules stay in the services."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.languages import WRITTEN_LANGUAGES, language_name
from guilds.invitation_reading import FILE_BYTES_MOST
from guilds.models import NUMBERS, Grant, Guild, Policy, PolicyNumbers
from guilds.roles import ROLE_CHOICES
from guilds.rules import INVITATION_DAYS_MOST, INVITE_DAYS_MOST, INVITE_USES_MOST, NUMBER_MOST

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
        fields = ("name", "slug", "summary", "timezone", "language", "contact")
        widgets = {"summary": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "slug": _("Small letters, digits and hyphens, as in /guilds/river-watch/. It stays as it is."),
            "summary": _("Two or three sentences: what problems you work on, and who is better off for it."),
            "contact": _("An address, a number or a chat group that strangers may write to; everybody can see it."),
        }

    def clean_slug(self) -> str:
        """An address of a guild that is no page of its own."""
        slug: str = self.cleaned_data["slug"].lower()
        if slug in RESERVED_SLUGS:
            raise forms.ValidationError(_("This address is a page already. Choose another one."))
        if Guild.objects.filter(slug=slug).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("A guild with this address exists already. Choose another address."))
        return slug


class GuildWordsForm(GuildForm):
    """What an open guild says about itself; its address and its zone stay."""

    timezone = None  # type: ignore[assignment]

    class Meta(GuildForm.Meta):
        fields = ("name", "summary", "language", "contact")  # type: ignore[assignment]


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


class GrantIdForm(forms.Form):
    """Which right a button is about."""

    grant = forms.UUIDField(widget=forms.HiddenInput)


class ThingForm(forms.Form):
    """Which request, link or offer a button is about."""

    thing = forms.UUIDField(widget=forms.HiddenInput)


class AnswerForm(ThingForm):
    """An answer to somebody who asks to join; declining needs the reason, which the service asks for."""

    reason = forms.CharField(
        label=_("Why not?"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        help_text=_("Whoever asked reads this. Say what would help."),
    )


class AskForm(forms.Form):
    """What somebody says who asks to join."""

    words = forms.CharField(
        label=_("A word about you"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("The stewards of the guild read it: where you live, what you would like to do."),
    )


class ReasonForm(forms.Form):
    """A reason that others will read."""

    reason = forms.CharField(label=_("Why?"), max_length=600, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}))


class JoiningForm(forms.Form):
    """How people join."""

    joining = forms.ChoiceField(
        label=_("How do people join?"),
        choices=Guild.Joining.choices,
        widget=forms.RadioSelect,
        help_text=_("Links work whichever you choose."),
    )


class InviteForm(forms.Form):
    """How many a link lets in, and for how long."""

    uses = forms.IntegerField(label=_("For how many people"), min_value=1, max_value=INVITE_USES_MOST, initial=10)
    days = forms.IntegerField(label=_("For how many days"), min_value=1, max_value=INVITE_DAYS_MOST, initial=14)


class InvitationsForm(forms.Form):
    """A list of people to invite: a file, or lines that were pasted. What is in it, its reader says."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        allow_empty_file=True,
        help_text=_(
            "A CSV file with the columns email, name, language, role; only email is needed. At most 20,000 rows."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
    )
    pasted = forms.CharField(
        label=_("Or paste addresses here"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "ltr"}),
        help_text=_("One a line."),
    )
    language = forms.ChoiceField(
        label=_("Language of the mail"), help_text=_("For rows that name none that this hub speaks."), required=False
    )
    days = forms.IntegerField(
        label=_("For how many days"),
        min_value=1,
        max_value=INVITATION_DAYS_MOST,
        initial=30,
        help_text=_("After that the links end, and the addresses are deleted."),
    )

    def __init__(self, data: Any = None, files: Any = None, *, guild: Guild) -> None:
        super().__init__(data, files)
        spoken = [(code, language_name(code)) for code, _name in settings.LANGUAGES]
        self.fields["language"].choices = spoken  # type: ignore[attr-defined]
        self.fields["language"].initial = guild.language if guild.language in dict(spoken) else settings.LANGUAGE_CODE

    def clean_file(self) -> UploadedFile | None:
        """The file, if it is small enough to be looked into."""
        file: UploadedFile | None = self.cleaned_data["file"]
        if file is not None and (file.size is None or file.size > FILE_BYTES_MOST):
            raise forms.ValidationError(_("The file is larger than 4 MB. Bring it in parts."))
        return file

    def clean(self) -> dict[str, Any]:
        """One of the two ways."""
        values = self.cleaned_data
        if "file" in values and not values["file"] and not values.get("pasted", "").strip():
            raise forms.ValidationError(_("Choose a file, or paste addresses."))
        return values


class AddressForm(forms.Form):
    """Whose invitation is withdrawn."""

    email = forms.CharField(
        label=_("E-mail address"), max_length=254, widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "email"})
    )


class RolesForm(forms.Form):
    """With what kinds of help somebody wants to take part."""

    roles = forms.MultipleChoiceField(
        label=_("How would you like to help?"),
        choices=ROLE_CHOICES,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "chips"}),
    )


class HandoverForm(forms.Form):
    """Who becomes steward in one's place."""

    member = MemberField(label=_("Who takes over?"), help_text=_("They are asked; until they accept, nothing changes."))

    def __init__(self, data: Any = None, *, members: Iterable[tuple[UUID, str]] = ()) -> None:
        super().__init__(data, prefix="over")
        self.fields["member"].offer(members)  # type: ignore[attr-defined]


class PolicyForm(forms.ModelForm):
    """The numbers of a policy, to change some of them."""

    class Meta:
        model = Policy
        fields = NUMBERS

    def __init__(self, data: Any = None, *, numbers: PolicyNumbers) -> None:
        super().__init__(data, instance=None, initial={name: getattr(numbers, name) for name in NUMBERS})
        for name in NUMBERS:
            field = self.fields[name]
            if isinstance(field, forms.IntegerField):
                field.max_value = NUMBER_MOST
                field.validators.append(MaxValueValidator(NUMBER_MOST))
            field.label, field.help_text = NUMBER_LABELS.get(name, field.label), ""
        self.order_fields(NUMBER_LABELS)

    def _post_clean(self) -> None:
        """The service checks the numbers as a whole; here there is no row yet to check."""


class DraftForm(PolicyForm):
    """The draft of the next version: its reason and its numbers."""

    reason = forms.CharField(
        label=_("Why should the rules change?"),
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("Everybody reads it once the version is published. You can write it later."),
    )

    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, numbers: PolicyNumbers, reason: str = "", seen: str = "") -> None:
        super().__init__(data, numbers=numbers)
        self.initial.update(reason=reason, seen=seen)
        self.order_fields(["reason"])


class PublishForm(forms.Form):
    """The day from which a draft holds, and which draft was read."""

    effective_on = forms.DateField(
        label=_("In force from"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Today means at once. Work that was approved before keeps its points."),
    )
    thing = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, today: date, seen: str = "", thing: UUID | None = None) -> None:
        super().__init__(data, initial={"effective_on": today, "seen": seen, "thing": thing}, auto_id="publish-%s")
        self.today = today

    def clean_effective_on(self) -> date:
        """Today or later, within a year."""
        day: date = self.cleaned_data["effective_on"]
        if not self.today <= day <= self.today + A_YEAR:
            raise forms.ValidationError(_("Choose today or a day within a year."))
        return day


#: What each number is called where it is set.
NUMBER_LABELS = {
    "points_per_hour": _("Points for an hour"),
    "difficulty_xs": _("Very easy tasks count ×"),
    "difficulty_s": _("Easy tasks count ×"),
    "difficulty_m": _("Medium tasks count ×"),
    "difficulty_l": _("Hard tasks count ×"),
    "quality_1": _("Rated 1 counts ×"),
    "quality_2": _("Rated 2 counts ×"),
    "quality_3": _("Rated 3 counts ×"),
    "quality_4": _("Rated 4 counts ×"),
    "quality_5": _("Rated 5 counts ×"),
    "estimate_cap": _("At most so many times the estimate"),
    "week_full_minutes": _("Minutes of a week that count in full"),
    "week_half_minutes": _("Minutes after that which count half"),
    "open_work_minutes": _("Estimate of open work, in minutes"),
    "evidence_free_minutes": _("Minutes that need neither link nor note"),
    "review_points": _("Points for a review"),
    "review_paid_within_days": _("Days within which a review is paid"),
    "review_paid_per_week": _("Paid reviews a week, at most"),
    "review_reminder_days": _("Days until a reviewer is reminded"),
    "review_reassign_days": _("Days until another reviewer may take over"),
    "review_guild_queue_days": _("Days until the guild's stewards are told"),
    "unreviewed_limit": _("Pieces waiting that stop taking tasks"),
    "review_standing": _("Standing that lets a member review"),
    "vouch_standing": _("Standing that lets a member vouch"),
    "vote_standing": _("Standing that lets a member vote"),
    "reviewers_enough": _("Reviewers below which work is marked"),
    "verdict_undo_seconds": _("Seconds in which a verdict can be undone"),
    "review_batch_minutes": _("Minutes that are judged together, at most"),
    "review_debt_hours": _("Hours waiting for a review that stop new tasks"),
    "second_look_percent": _("Of 100 approvals, second looks by chance"),
    "newcomer_second_looks": _("First approvals of a member with a second look"),
    "reviewer_second_looks": _("First approvals by a reviewer with a second look"),
    "reviewer_share_percent": _("Percent of a quarter's points from one reviewer, at most"),
    "reviewer_share_from": _("Points of a quarter from which that is asked"),
    "appeal_days": _("Days in which a verdict can be disputed"),
    "panel_days": _("Days in which a panel decides"),
    "overturn_percent": _("Percent of overturned verdicts that end earned reviewing"),
    "claim_lease_days": _("Days that a taken task is yours"),
    "claim_reminder_days": _("Days before its end that you are reminded"),
    "vesting_days": _("Days until points can be spent"),
    "expiry_months": _("Months until points expire"),
}
