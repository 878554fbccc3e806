"""How an address leads to what is below it without importing that before somebody asks."""

from __future__ import annotations

from typing import Any

from django.urls import URLResolver
from django.urls.resolvers import RoutePattern


class LazyRoutes(URLResolver):
    """`include()` whose module is imported by the first request below it.

    The framework of the API costs a cold process about 0.2 s and some 15 MB; a page needs neither.
    """

    def __init__(self, route: str, module: str, app_name: str) -> None:
        super().__init__(RoutePattern(route), module, app_name=app_name, namespace=app_name)

    def _populate(self) -> None:
        """The root asks for names to reverse; those below stand under the namespace and are read when one is wanted."""

    def check(self) -> Any:
        """Django's checks would import it; the tests look at every address."""
        return []
