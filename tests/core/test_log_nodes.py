"""Proofs from stored nodes: right at every size, bounded in rows, and the nodes mended when they are wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core.log_integrity import every_node_is_right
from core.log_nodes import (
    NoSuchProof,
    grow_nodes,
    prove_consistency,
    prove_inclusion,
    rebuild_nodes,
    root_at,
    tile,
)
from core.merkle import Frontier
from core.merkle_proofs import is_consistent, is_included
from core.models import LogNode
from tests.core.happenings import behind_the_guards

#: A proof over any log reads at most so many rows: the leaves beside one block of 64 at each end, and two nodes a level.
ROWS_MOST = 2 * 63 + 2 * 40


def fill(count: int) -> list[bytes]:
    """A log of so many leaves without events, put there behind the guards; returns the leaves."""
    with behind_the_guards() as cursor:
        cursor.execute(
            "INSERT INTO core_logentry (seq, event_id, leaf_hash)"
            " SELECT n, gen_random_uuid(), sha256(n::text::bytea) FROM generate_series(0, %s) AS n",
            [count - 1],
        )
        cursor.execute("SELECT leaf_hash FROM core_logentry ORDER BY seq")
        return [bytes(leaf) for (leaf,) in cursor.fetchall()]


def rows_read(queries: list[dict[str, str]]) -> int:
    """How many rows PostgreSQL looks at for these statements, as EXPLAIN counts them."""
    total = 0

    def walk(node: dict[str, Any]) -> int:
        inner = [walk(child) for child in node.get("Plans", [])]
        own = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        return int(own + sum(inner)) if "Scan" in node["Node Type"] else sum(inner)

    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query['sql']}")
            [(plan,)] = cursor.fetchall()
            total += walk((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])
    return total


def test_every_proof_over_a_growing_log_is_right(transactional_db: None) -> None:
    leaves = fill(700)
    sizes = [1, 2, 63, 64, 65, 127, 128, 129, 200, 256, 321, 511, 512, 513, 700]
    roots = {size: Frontier().grown(leaves[:size]).root() for size in sizes}
    for size in sizes:
        grow_nodes(size)  # as each checkpoint does
        assert root_at(size) == roots[size]
        for seq in {0, size // 3, size // 2, size - 1}:
            path = prove_inclusion(seq=seq, size=size).hashes
            assert is_included(seq=seq, size=size, leaf=leaves[seq], path=path, root=roots[size])
        for first in (each for each in sizes if each <= size):
            steps = prove_consistency(first=first, second=size).hashes
            assert is_consistent(first=first, second=size, first_root=roots[first], second_root=roots[size], path=steps)
    assert grow_nodes(700) == 0
    assert LogNode.objects.count() == 10 + 5 + 2 + 1
    assert list(every_node_is_right()) == []


def test_a_proof_over_a_long_log_reads_a_bounded_number_of_rows(transactional_db: None) -> None:
    check_rows(fill(20_063))


@pytest.mark.slow
def test_a_proof_over_a_million_leaves_reads_a_bounded_number_of_rows(transactional_db: None) -> None:
    check_rows(fill(1_000_063))


def check_rows(leaves: list[bytes]) -> None:
    size = len(leaves)
    grow_nodes(size)
    assert LogNode.objects.count() < size / 31
    with behind_the_guards() as cursor:
        cursor.execute("ANALYZE core_logentry, core_lognode")
    root = Frontier().grown(leaves).root()
    for act in (
        lambda: prove_inclusion(seq=0, size=size),
        lambda: prove_inclusion(seq=size - 40, size=size),
        lambda: prove_inclusion(seq=size // 3, size=size),
        lambda: prove_consistency(first=size // 2 - 1, second=size),
        lambda: prove_consistency(first=31, second=size),
    ):
        with CaptureQueriesContext(connection) as queries:
            act()
        assert len(queries) <= 2
        assert 0 < rows_read(queries.captured_queries) <= ROWS_MOST
    with CaptureQueriesContext(connection) as queries:
        assert root_at(size) == root
    assert rows_read(queries.captured_queries) <= ROWS_MOST


def test_tiles_are_hashes_side_by_side(transactional_db: None) -> None:
    leaves = fill(600)
    grow_nodes(600)
    assert tile(level=0, place=1) == b"".join(leaves[256:512])
    assert tile(level=0, place=2, width=88) == b"".join(leaves[512:])
    assert tile(level=1, place=0, width=2) == b"".join(
        Frontier().grown(leaves[start : start + 256]).root() for start in (0, 256)
    )
    for level, place, width in ((0, 2, 89), (1, 0, 3), (1, 0, 256), (2, 0, 1), (0, 10**17, 1), (7, 10**15, 1)):
        with pytest.raises(NoSuchProof):
            tile(level=level, place=place, width=width)


def test_what_is_not_there_is_not_proved(transactional_db: None) -> None:
    fill(5)
    for seq, size in ((5, 5), (0, 6), (-1, 5)):
        with pytest.raises(NoSuchProof):
            prove_inclusion(seq=seq, size=size)
    for first, second in ((0, 5), (6, 5), (5, 6), (3, 9)):
        with pytest.raises(NoSuchProof):
            prove_consistency(first=first, second=second)


def test_a_wrong_or_missing_node_is_named_and_mended(transactional_db: None, tmp_path: Path) -> None:
    fill(300)
    grow_nodes(300)
    with pytest.raises(DatabaseError), transaction.atomic():
        LogNode.objects.update(hash=bytes(32))
    with behind_the_guards() as cursor:
        cursor.execute("UPDATE core_lognode SET hash = sha256('x') WHERE number = 63")
        cursor.execute("DELETE FROM core_lognode WHERE number = 127")
    assert [finding.split(":")[0] for finding in every_node_is_right()] == ["core_lognode 63", "core_lognode 127"]
    with behind_the_guards() as cursor:
        cursor.execute("INSERT INTO core_logroot VALUES (300, sha256('x'), '[]', now())")
    call_command("rebuild_log_nodes", verbosity=0)
    assert list(every_node_is_right()) == []
    assert rebuild_nodes(300) == LogNode.objects.count() == 4 + 2 + 1
