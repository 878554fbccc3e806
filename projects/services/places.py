"""Bringing the names of places, and finding problems on the map by them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from projects.models import Place, Problem
from projects.queries.places import find_place

_BATCH = 2000


def store_places(places: Iterable[Place]) -> int:
    """Store places, or store them anew; says how many. A place that is gone from the list stays: problems may lie there."""
    count, batch = 0, []
    for place in places:
        batch.append(place)
        if len(batch) == _BATCH:
            count += _store(batch)
            batch = []
    return count + _store(batch)


def _store(batch: list[Place]) -> int:
    fields = ["name", "names", "within", "latitude", "longitude", "population"]
    Place.objects.bulk_create(batch, update_conflicts=True, unique_fields=["id"], update_fields=fields)
    return len(batch)


def locate_problems() -> tuple[int, int]:
    """Look every problem's place up again: (found, problems with a place). Each row under its own lock."""
    found = looked = 0
    for pk in list(Problem.objects.exclude(place="").order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            problem = Problem.objects.select_for_update(no_key=True).filter(pk=pk).first()
            if problem is None:
                continue
            problem.found_place = find_place(problem.place)
            problem.save(update_fields=["found_place"])
        looked += 1
        found += problem.found_place is not None
    return found, looked
