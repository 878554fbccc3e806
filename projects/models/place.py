"""Places that have a name on the map, as GeoNames lists them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class Place(models.Model):
    """One town of GeoNames (CC BY 4.0), brought by `manage.py load_places`; a hub without any still works.

    The position is coarse on purpose (two digits, about a kilometre): it says which town, never which house.
    """

    id = models.PositiveIntegerField(primary_key=True, help_text="Its number in GeoNames.")
    name = models.CharField(max_length=200)
    names = ArrayField(
        models.TextField(), help_text="Every name of it in any script, as `rules.place_key` writes them."
    )
    within = ArrayField(
        models.TextField(), help_text="Its country's name and code, likewise; only to tell namesakes apart."
    )
    latitude = models.DecimalField(max_digits=4, decimal_places=2)
    longitude = models.DecimalField(max_digits=5, decimal_places=2)
    population = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [GinIndex(fields=["names"], name="place_by_name")]

    def __str__(self) -> str:
        return self.name
