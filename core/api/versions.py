"""Changing words that others change as well: what is told has a `version`, and a change may say which one it has `seen`."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.api.shapes import Shape
from core.meanwhile import words_of
from core.text import words_mark


class VersionShape(Shape):
    """A shape of words that several people may change; `version_of` are the fields of the row that can be."""

    version = serializers.CharField(
        source="words_version",
        help_text="Changes with these words. Send it as `seen` with a change, so that nobody else's is overwritten.",
    )
    version_of: tuple[str, ...] = ()

    def to_representation(self, instance: Any) -> Any:
        """The fields, with the mark of the words as they are stored."""
        instance.words_version = words_mark(words_of(instance, self.version_of))
        return super().to_representation(instance)


class SeenShape(Shape):
    """A change of words; refused when they are not as the sender read them."""

    seen = serializers.CharField(
        required=False,
        max_length=40,
        help_text="The `version` that you read. When it is not the present one, nothing is changed: 409.",
    )
