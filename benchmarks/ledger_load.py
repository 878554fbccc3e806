"""A ledger of any size, made by SQL in rounds: each round adds one approval to everybody's accounts, chained as the ledger chains.

Half of the approvals are of one hot guild in which everybody is, half of `GUILDS` others. All of its points pend.
"""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.ledger_server import Server, say

GUILDS = 200
#: Ids end with decimals, because pgbench can write no other numbers. The hot guild is number 0.
FIRST = 100_000_000_000
SUBJECT, GUILD = "01900000-0000-7000-8000-", "01900000-0000-7000-9000-"
POINTS = 23


@dataclass(frozen=True)
class Size:
    """How many entries the ledger has before anything is measured, and of how many people."""

    entries: int

    @property
    def people(self) -> int:
        """Between a thousand and a hundred thousand."""
        return min(100_000, max(1_000, self.entries // 40))

    @property
    def approvals(self) -> int:
        """Each has two transfers, which have two entries each."""
        return self.entries // 4

    @property
    def name(self) -> str:
        """As people say it."""
        thousands = self.entries // 1000
        return f"{thousands // 1000}M" if thousands >= 1000 else f"{thousands}k"


def arithmetic() -> dict[str, Any]:
    """What the ledger keeps of an ordinary approval, made by the point rule itself."""
    from datetime import date

    from reputation.rules import PointPolicy, credit_contribution

    award = credit_contribution(
        [(date(2026, 11, 20), 120)],
        approved_minutes=120, estimate_minutes=120, already_counted=0, is_open_work=False,
        difficulty="S", rubric=4, weeks={}, policy=PointPolicy(),
    )  # fmt: skip
    return award.arithmetic | {"points": POINTS}


def database_of(server: Server, size: Size, *, prefix: str = "ledger_") -> str:
    """The database with a ledger of this size, made once per schema; other schemas' are dropped."""
    name, unfinished = f"{prefix}{size.entries}_{_key()}", f"{prefix}unfinished"
    with server.cursor("postgres") as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname ~ '^ledger_[0-9u]'")
        names = {row[0] for row in cursor.fetchall()}
        for other in names:
            if not other.endswith(_key()):
                cursor.execute(f'DROP DATABASE IF EXISTS "{other}" WITH (FORCE)')
    if name not in names:
        _make(server, unfinished, size)
        with server.cursor("postgres") as cursor:
            cursor.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{name}"')
    return name


def copy_of(server: Server, name: str) -> str:
    """A fresh copy, so that what is measured begins at the size that it says."""
    from guildhub.embedded.servers import APP, OWNER

    with server.cursor("postgres") as cursor:
        cursor.execute('DROP DATABASE IF EXISTS "ledger_run" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "ledger_run" TEMPLATE "{name}" STRATEGY FILE_COPY')
        cursor.execute(f'GRANT CONNECT ON DATABASE "ledger_run" TO {OWNER}, {APP}')
    return "ledger_run"


def _make(server: Server, name: str, size: Size) -> None:
    from django.core.management import call_command
    from django.db import connection

    from guildhub import embedded

    with server.cursor("postgres") as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    embedded.prepare_database(server.superuser_url, name)
    connection.close()
    usual, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], name
    try:
        call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
        fill(server, name, size)
        if size.entries <= 100_000:
            call_command("verify_ledger", verbosity=0)
        with server.cursor(name) as cursor:
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("CHECKPOINT")
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


def fill(server: Server, name: str, size: Size) -> None:
    """Guilds, people, and their approvals in rounds over two connections."""
    from accounts.models import Subject
    from benchmarks.rows import Rows
    from guilds.models import Guild

    at = datetime(2026, 1, 1, tzinfo=UTC)
    guilds, subjects = Rows(Guild), Rows(Subject)
    for number in range(GUILDS + 1):
        guilds.add(
            id=f"{GUILD}{FIRST + number}", slug=f"guild-{number}", name=f"Guild {number}", state="open", created_at=at
        )
    for number in range(size.people):
        subjects.add(id=f"{SUBJECT}{FIRST + number}", created_at=at)
    pairs = size.people * 2
    with server.cursor(name) as cursor:
        guilds.write(cursor)
        subjects.write(cursor)
        cursor.execute(
            _PAIRS, {"guilds": GUILDS, "people": size.people, "first": FIRST, "guild": GUILD, "subject": SUBJECT}
        )
    said = json.dumps(arithmetic())

    def add(part: int, first: int, last: int) -> None:
        with server.cursor(name) as cursor:
            cursor.execute(
                "SET session_replication_role = replica; SET synchronous_commit = off; SET work_mem = '256MB'"
            )
            values = {"base": first - part * pairs, "first": part * pairs, "last": last - part * pairs, "said": said}
            cursor.execute(_ROUND, values | {"points": POINTS})

    with ThreadPoolExecutor(2) as pool:
        for part, first in enumerate(range(0, size.approvals, pairs)):
            last = min(first + pairs, size.approvals)
            middle = (first + last) // 2
            list(pool.map(lambda ends, part=part: add(part, *ends), [(first, middle), (middle, last)]))
            say(f"{size.name}: {last * 4:,} of {size.entries:,} entries")
    with server.cursor(name) as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(_ACCOUNTS)
        cursor.execute("DROP TABLE bench_pair")


#: Each row: one person in one guild, whose REP and PTS accounts grow together.
_PAIRS = """
CREATE UNLOGGED TABLE bench_pair AS
SELECT n, g.id AS guild, s.id AS subject,
    reputation_account_id(g.id, NULL, 'issuance', 'REP') AS rep_from,
    reputation_account_id(g.id, NULL, 'issuance', 'PTS') AS pts_from,
    reputation_account_id(g.id, s.id, 'rep', 'REP') AS rep_to,
    reputation_account_id(g.id, s.id, 'pts_pending', 'PTS') AS pts_to,
    0::bigint AS version, NULL::bytea AS rep_hash, NULL::bytea AS pts_hash
FROM generate_series(0, %(people)s * 2 - 1) AS n
CROSS JOIN LATERAL (SELECT (%(subject)s || (%(first)s + n / 2))::uuid AS id) s
CROSS JOIN LATERAL (
    SELECT (%(guild)s || (%(first)s + CASE n %% 2 WHEN 0 THEN 0 ELSE 1 + (n / 2) %% %(guilds)s END))::uuid AS id) g;
ALTER TABLE bench_pair ADD PRIMARY KEY (n);
ANALYZE bench_pair;
"""

_ROUND = """
WITH asked AS (
    SELECT p.*, u.unit, u.sequence, u.kind, u.from_id, u.to_id, u.last_hash,
        (SELECT at FROM (SELECT timestamptz '2026-01-01' + (%(first)s + n) * interval '1 second') AS moment (at)) AS at,
        ('01940000-0000-7000-8000-' || lpad(to_hex((%(first)s + n) * 2 + u.sequence), 12, '0'))::uuid AS id,
        ('01940000-0000-7000-a000-' || lpad(to_hex(%(first)s + n), 12, '0'))::uuid AS source
    FROM bench_pair p CROSS JOIN LATERAL (VALUES
        ('REP', 0, 'rep', p.rep_from, p.rep_to, p.rep_hash), ('PTS', 1, 'pts_pending', p.pts_from, p.pts_to, p.pts_hash)
    ) AS u (unit, sequence, kind, from_id, to_id, last_hash)
    WHERE p.n >= %(base)s AND p.n < %(last)s
), said AS (
    SELECT a.*, 'contribution_approved:deed:' || a.source || ':' || a.sequence AS key, ROW(
        a.id, 'contribution_approved', 'deed', a.source, a.sequence,
        'contribution_approved:deed:' || a.source || ':' || a.sequence, a.guild, a.unit, %(points)s, 1,
        %(said)s::jsonb, a.at, a.at, NULL, 'issuance', NULL, a.kind, a.subject
    )::reputation_said AS s FROM asked a
), content AS (
    SELECT said.*, reputation_content_hash(s) AS content FROM said
), hashed AS MATERIALIZED (
    SELECT c.*, reputation_entry_hash(
        last_hash, to_id, content, %(points)s, (version + 1) * %(points)s, version + 1) AS hash FROM content c
), transfers AS (
    INSERT INTO reputation_transfer (id, idempotency_key, reason, source_kind, source_id, sequence, guild_id, unit, amount,
        policy_version, arithmetic, effective_at, posted_at, reverses_id, content_hash, source_account_id,
        target_account_id, target_balance, target_version, target_hash)
    SELECT id, key, 'contribution_approved', 'deed', source, sequence, guild, unit, %(points)s, 1, %(said)s::jsonb,
        at, at, NULL, content, from_id, to_id, (version + 1) * %(points)s, version + 1, hash
    FROM hashed ORDER BY id
), pending AS (
    INSERT INTO reputation_pendingpoints (transfer_id, account_id, amount, vests_on, held_for)
    SELECT id, to_id, %(points)s, '2026-12-01', '' FROM hashed WHERE unit = 'PTS' ORDER BY id
)
UPDATE bench_pair p SET version = p.version + 1, rep_hash = h.rep, pts_hash = h.pts
FROM (
    SELECT n, (array_agg(hash) FILTER (WHERE unit = 'REP'))[1] AS rep, (array_agg(hash) FILTER (WHERE unit = 'PTS'))[1] AS pts
    FROM hashed GROUP BY n
) h WHERE h.n = p.n
"""

_ACCOUNTS = f"""
INSERT INTO reputation_account (id, guild_id, subject_id, kind, unit, balance, version, last_hash)
SELECT rep_to, guild, subject, 'rep', 'REP', version * {POINTS}, version, rep_hash FROM bench_pair WHERE version > 0
UNION ALL SELECT pts_to, guild, subject, 'pts_pending', 'PTS', version * {POINTS}, version, pts_hash FROM bench_pair
WHERE version > 0
UNION ALL SELECT DISTINCT rep_from, guild, NULL::uuid, 'issuance', 'REP', 0, 0, NULL::bytea FROM bench_pair WHERE version > 0
UNION ALL SELECT DISTINCT pts_from, guild, NULL::uuid, 'issuance', 'PTS', 0, 0, NULL::bytea FROM bench_pair WHERE version > 0
"""


def _key() -> str:
    """Changes with the schema and with this file."""
    from django.apps import apps

    digest = hashlib.sha256()
    migrations = [p for app in apps.get_app_configs() for p in Path(app.path).glob("migrations/**/*.*")]
    for path in sorted({*migrations, Path(__file__)}):
        if path.suffix in (".py", ".sql"):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:10]
