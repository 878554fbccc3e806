"""Addresses of problems and projects, made from titles in any script."""

from __future__ import annotations

from django.db.models import Model
from django.utils.text import slugify

from core.ids import uuid7

#: Addresses that are pages themselves: /problems/new/.
RESERVED = frozenset({"new"})


def free_slug(model: type[Model], title: str, fallback: str) -> str:
    """An address that no row of `model` has: from the title where it has Latin letters, else from `fallback`."""
    base = slugify(title)[:60].strip("-") or fallback
    taken = base in RESERVED or model._default_manager.filter(slug=base).exists()
    return f"{base}-{uuid7().hex[-8:]}" if taken or base == fallback else base
