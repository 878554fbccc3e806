"""The shapes of what is sent and answered; their names are the names in the schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers


class Shape(serializers.Serializer):
    """One object of the API. A field that it doesn't know is refused: a slip in a name would otherwise be lost in silence."""

    def to_internal_value(self, data: Any) -> Any:
        """The checked values. Raises ValidationError also for unknown fields."""
        if isinstance(data, Mapping):
            unknown = [name for name in data if name not in self.fields or self.fields[name].read_only]
            if unknown:
                words = _("There is no such field here.")
                raise serializers.ValidationError(
                    {name: [serializers.ErrorDetail(words, "unknown")] for name in unknown}
                )
        return super().to_internal_value(data)


class PersonShape(Shape):
    """Somebody, as the reader may know them: on what everybody sees a person is "a contributor" and has no name."""

    name = serializers.CharField(allow_blank=True, help_text="Empty: gave none, or not yours to see.")
    is_you = serializers.BooleanField()


_pages: dict[type[Shape], type[Shape]] = {}


def page_of(item: type[Shape]) -> type[Shape]:
    """The shape of one page of a list; one for each shape, because the schema names it once."""
    if item in _pages:
        return _pages[item]
    name = item.__name__.removesuffix("Shape")
    fields = {
        "__doc__": f"Some of a list, and the address of the next ones (null: these were the last).\n\nItems: {name}.",
        "items": item(many=True),
        "next": serializers.CharField(allow_null=True),
    }
    _pages[item] = type(f"{name}PageShape", (Shape,), fields)
    return _pages[item]
