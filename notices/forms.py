"""What a person wants to hear of, as a form."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from notices.topics import TOPICS


class ChoicesForm(forms.Form):
    """The digest, and a tick for each topic that can be muted."""

    wants_digest = forms.BooleanField(
        label=_("A mail on Mondays at 8 in the morning, by my time zone"),
        required=False,
        help_text=_("What was credited to you and what waits for you. When there is nothing to say, no mail comes."),
    )
    muted = forms.MultipleChoiceField(
        label=_("Mute"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=lambda: [(topic.name, topic.label) for topic in TOPICS if topic.is_mutable],
        help_text=_(
            "Muted notices still go into your inbox, marked as read. They are not counted as new and never mailed."
        ),
    )
