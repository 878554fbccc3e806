"""Looking over the words of the search: what two transactions at once left behind."""

from __future__ import annotations

from django.db import connection


def tidy_search() -> tuple[int, int]:
    """Forget words that no document holds, or that stand twice, and bring those that lack; returns how many of each."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT forgotten, brought FROM core_search_tidy()")
        forgotten, brought = cursor.fetchone()
    return forgotten, brought
