"""Conditions of database constraints that Django's `Q` has no words for."""

from __future__ import annotations

from django.db.models import BooleanField, Func


class OnlyNumbers(Func):
    """Whether a JSON column is one object whose values are numbers, so that no word of anybody gets in."""

    template = (
        "(jsonb_typeof(%(expressions)s) = 'object' AND NOT"
        " jsonb_path_exists(%(expressions)s, '$.* ? (@.type() <> \"number\")'))"
    )
    output_field = BooleanField()
