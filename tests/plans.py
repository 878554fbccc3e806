"""How many rows a statement reads, as PostgreSQL counts them: what must not grow with a table is asserted in rows."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection


def rows_read(sql: str, values: Any) -> int:
    """Run the statement under EXPLAIN ANALYZE; the sum of what its scans of tables and indexes read."""
    with connection.cursor() as cursor:
        # A test's few rows are otherwise read whole, because that is cheaper for few.
        for way in ("seqscan", "bitmapscan", "hashjoin", "mergejoin"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + sql, values)
        found = cursor.fetchone()[0]
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]

    def walk(node: dict[str, Any]) -> int:
        inner = sum(walk(one) for one in node.get("Plans", []))
        own = 0
        if "Scan" in node["Node Type"] and "Subquery" not in node["Node Type"] and "CTE" not in node["Node Type"]:
            removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
            own = (node["Actual Rows"] + removed) * node["Actual Loops"]
        return int(own + inner)

    return walk(plan)
