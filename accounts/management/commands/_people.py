"""Finding the person a command is about."""

from __future__ import annotations

from uuid import UUID

from django.core.management.base import CommandError

from accounts.models import Profile, Subject, User


def find_subject(text: str) -> UUID:
    """The Subject behind an e-mail address, a handle or a subject id; CommandError when there is none."""
    if "@" in text:
        found = User.objects.filter(email__iexact=text.strip()).values_list("subject_id", flat=True).first()
    else:
        try:
            found = Subject.objects.filter(pk=UUID(text)).values_list("pk", flat=True).first()
        except ValueError:
            found = Profile.objects.filter(handle=text).values_list("subject_id", flat=True).first()
    if found is None:
        raise CommandError(f"Nobody is known as {text!r}. Give an e-mail address, a handle or a subject id.")
    return found
