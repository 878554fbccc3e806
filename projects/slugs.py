"""Addresses of problems and projects, made from titles in any script."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.text import slugify

from core.ids import uuid7

#: Addresses that are pages themselves: /problems/new/, /problems/map/.
RESERVED = frozenset({"new", "map"})


def free_slug(model: type[Model], title: str, fallback: str) -> str:
    """An address that no row of `model` has: from the title where it has Latin letters, else from `fallback`."""
    base = slugify(title)[:60].strip("-") or fallback
    taken = base in RESERVED or model._default_manager.filter(slug=base).exists()
    return f"{base}-{uuid7().hex[-8:]}" if taken or base == fallback else base


def save_under_free_slug(thing: Any, fallback: str) -> None:
    """Insert `thing` under an address made from its title, also when somebody takes that address in the same moment."""
    thing.slug = free_slug(type(thing), thing.title, fallback)
    try:
        with transaction.atomic():
            thing.save(force_insert=True)
    except IntegrityError:
        if not type(thing)._default_manager.filter(slug=thing.slug).exists():
            raise
        thing.slug = f"{thing.slug[:60]}-{uuid7().hex[-8:]}"
        thing.save(force_insert=True)
