"""Fields that several shapes share, with the same limits as the forms of the pages."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django.core.validators import URLValidator
from django.db.models import BooleanField
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.api.shapes import Shape
from core.languages import WRITTEN_LANGUAGES


class LanguageField(serializers.ChoiceField):
    """Which language some words are in."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=WRITTEN_LANGUAGES, **kwargs)


class WebAddressField(serializers.CharField):
    """A whole web address that people will press: http and https alone."""

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)
        words = _("Write a whole web address, like https://example.org/work.")
        self.validators.append(URLValidator(["http", "https"], message=words))


class FlagField(serializers.BooleanField):
    """Yes or no in a body: true or false, and not 1, "yes" or "" (which DRF takes for one or the other)."""

    def to_internal_value(self, data: Any) -> bool:
        """The same value. Raises ValidationError for anything that is no boolean."""
        if data is True or data is False:
            return bool(data)
        return self.fail("invalid", input=data)  # type: ignore[no-any-return]


class AddressFlagField(serializers.BooleanField):
    """Yes or no in an address, where everything is text: the words true and false."""

    def to_internal_value(self, data: Any) -> bool:
        """What the word means. Raises ValidationError for any other."""
        if data not in ("true", "false"):
            self.fail("invalid", input=data)
        return bool(data == "true")


class ZoneField(serializers.CharField):
    """A time zone by its name in the tz database."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        """The name, if this machine knows such a zone."""
        name = str(super().to_internal_value(data))
        if name not in available_timezones():
            raise serializers.ValidationError(_("There is no such time zone."))
        return name


class ModelShape(Shape, serializers.ModelSerializer):
    """A shape whose limits are those of a model's columns. Uniqueness is the service's to refuse."""

    serializer_field_mapping = {**serializers.ModelSerializer.serializer_field_mapping, BooleanField: FlagField}

    def build_standard_field(self, field_name: str, model_field: Any) -> Any:
        """The field without the validators that ask the database."""
        made, kwargs = super().build_standard_field(field_name, model_field)
        asks = [v for v in kwargs.get("validators", []) if hasattr(v, "queryset")]
        if asks:
            kwargs["validators"] = [v for v in kwargs["validators"] if v not in asks]
        return made, kwargs
