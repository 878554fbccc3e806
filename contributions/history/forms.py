"""What maintainers send about imported history: a file, and whose sessions to accept."""

from __future__ import annotations

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from contributions.history.reading import FILE_BYTES_MOST


class UploadForm(forms.Form):
    """One history file of at most 10 MB; its lines are checked by the service."""

    file = forms.FileField(
        label=_("History file"),
        help_text=_("JSON lines, one commit a line, plain or packed with gzip; at most 10 MB."),
        widget=forms.FileInput(attrs={"accept": ".jsonl,.gz,.json,application/gzip"}),
    )

    def clean_file(self) -> UploadedFile:
        """The file, if it is small enough to be looked into."""
        file: UploadedFile = self.cleaned_data["file"]
        if file.size is None or file.size > FILE_BYTES_MOST:
            raise forms.ValidationError(_("The file is larger than 10 MB. Pack it with gzip, or bring it in parts."))
        return file


class AcceptForm(forms.Form):
    """Whose sessions to accept; empty: everybody's."""

    subject = forms.UUIDField(required=False, widget=forms.HiddenInput)
