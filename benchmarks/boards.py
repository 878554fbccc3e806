"""What boards and points pages cost in a large ledger, statement by statement, beside a look-up by primary key in the same run.

    python benchmarks/boards.py                 # ten million entries of 100,000 people; exit code 1 while a "must" is missed
    python benchmarks/boards.py --size 1M       # what `make verify` runs

The ledger is that of benchmarks/ledger.py, seeded and made through SQL and COPY; its weeks are counted and its boards' steps are
made by guildhub itself. pgbench sends the statements of the pages, word for word, for other people and guilds each time, the way
Django sends them: as text. Every figure is measured between two runs of the look-up. See docs/performance.md.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import statistics
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.ledger import SIZES
from benchmarks.ledger_server import Server, say, serving

if TYPE_CHECKING:
    from benchmarks.ledger_load import Size

SEED = 20261124
#: A page may wait so long for one statement, in milliseconds.
P99 = 5.0
_NUMBERS = (
    "\\set who random(0, {people} - 1)\n\\set subject {first} + :who\n\\set other {first} + 1 + :who % {guilds}\n"
)


@dataclass
class Line:
    """One statement: its text for pgbench, and how many look-ups it may cost."""

    name: str
    sql: str
    must: float | None = None
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)


def main() -> int:
    """Make the ledger, measure, print the table."""
    options = _options()
    with serving(on_disk=not options.memory, is_kept=options.keep, name="boards") as server:
        from benchmarks.ledger_load import Size, database_of

        size = Size(SIZES[options.size])
        name = database_of(server, size)
        _prepare(server, name, size)
        return int(_measure(server, name, size, options) and not options.tell)


def _prepare(server: Server, name: str, size: Size) -> None:
    """What stands beside the ledger: names, scores whose steps are made, counted weeks. Made once."""
    from django.db import connection
    from django.utils import timezone

    from accounts.models import Profile
    from benchmarks.ledger_load import FIRST, GUILD, SUBJECT
    from benchmarks.rows import Rows
    from contributions.models import BoardChange, Score
    from contributions.services.boards import make_steps
    from reputation.models import LedgerCount
    from reputation.services import count_weeks

    connection.close()
    connection.settings_dict["NAME"] = name
    with server.cursor(name) as cursor:
        cursor.execute("SELECT last_value FROM reputation_transfer_number_seq")
        [last] = cursor.fetchone()
        if LedgerCount.objects.get().counted == last:
            return
        dice = random.Random(SEED)
        hot = f"{GUILD}{FIRST}"
        profiles, scores = Rows(Profile), Rows(Score)
        for number in range(size.people):
            subject = f"{SUBJECT}{FIRST + number}"
            profiles.add(subject_id=subject, display_name=f"Person {number}", handle=f"person-{number}")
            points = int(10 * dice.paretovariate(1.1))
            for period, kind in (("all", ""), ("2026-11", ""), ("all", "code")):
                scores.add(guild_id=hot, period=period, kind=kind, subject_id=subject, points=points)
        say("Writing names and scores.")
        cursor.execute("DELETE FROM contributions_score")
        cursor.execute("DELETE FROM accounts_profile")
        profiles.write(cursor)
        scores.write(cursor)
        cursor.execute("UPDATE guilds_guild SET has_boards = true WHERE id = %s", [hot])
        BoardChange.objects.get_or_create(guild_id=hot, defaults={"changed_at": timezone.now()})
        say("Making steps, counting weeks.")
        make_steps(now=timezone.now())
        count_weeks()
        while count_weeks():
            pass
        connection.close()
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


def _lines(size: Size) -> tuple[Line, list[Line]]:
    from benchmarks.ledger_load import FIRST, GUILD, SUBJECT
    from contributions.queries.boards import AROUND, RANK, TOP
    from contributions.queries.points import _EARNED
    from reputation.models import LedgerCount, LedgerWeek
    from reputation.queries import NEWEST
    from reputation.queries.public_ledger import _TOTALS, _WEEKS

    counted = LedgerCount.objects.get().counted
    hot, me, other = f"'{GUILD}{FIRST}'::uuid", f"('{SUBJECT}' || :subject)", f"('{GUILD}' || :other)::uuid"
    board = {"guild": hot, "period": "'all'", "kind": "''"}
    ledger = {
        "counted": str(counted),
        "ever": f"'{LedgerWeek.EVER}'::date",
        "before": "'9999-12-31'::date",
        "weeks": "13",
    }
    mine = {"subjects": f"ARRAY[{me}]", "before": str(NEWEST), "limit": "52", "lines": "26", "guild": "NULL"}

    def said(sql: str, values: dict[str, str]) -> str:
        filled = re.sub(r"%\((\w+)\)s", lambda found: values[found[1]], sql).replace("%%", "%")
        return _NUMBERS.format(people=size.people, first=FIRST, guilds=200) + filled.strip().rstrip(";") + ";\n"

    look_up = said("SELECT id, created_at FROM accounts_subject WHERE id = %(me)s::uuid", {"me": me})
    points = "(SELECT points FROM contributions_score WHERE guild_id = {guild} AND period = {period} AND kind = {kind}"
    points = points.format(**board) + f" AND subject_id = {me}::uuid)"
    return Line("look-up by primary key", look_up), [
        Line("board, top 100", said(TOP, board | {"limit": "100", "start": "0"}), 2),
        Line("my rank", said(RANK, board | {"subject": f"{me}::uuid"}), 5),
        Line("around me", said(AROUND, board | {"subject": f"{me}::uuid", "points": points, "each": "2"})),
        Line("my points, newest 25 events", said(_EARNED, mine)),
        Line("a guild's ledger, 12 weeks", said(_WEEKS, ledger | {"guild": hot})),
        Line("a guild's totals", said(_TOTALS, ledger | {"guild": hot})),
        Line("another guild's ledger", said(_WEEKS, ledger | {"guild": other})),
    ]


def _measure(server: Server, name: str, size: Size, options: argparse.Namespace) -> bool:
    yardstick, lines = _lines(size)
    for line in (yardstick, *lines):
        _run(server, name, line, 1)
    for _round in range(options.rounds):
        before = _run(server, name, yardstick, options.seconds)
        for line in lines:
            p50 = _run(server, name, line, options.seconds)
            after = _run(server, name, yardstick, options.seconds)
            line.ratios.append(p50 / ((before + after) / 2))
            before = after
    print(
        f"\n{size.name} entries, {size.people:,} people; one client, statements as text; load {os.getloadavg()[0]:.1f};"
        f" {options.rounds} rounds of {options.seconds:g} s\n"
    )
    print(f"{'':32}{'p50 ms':>9}{'p99 ms':>9}{'look-ups':>10}{'must':>7}")
    is_missed = False
    for line in (yardstick, *lines):
        p50, p99 = statistics.median(line.p50), statistics.median(line.p99)
        ratio = statistics.median(line.ratios) if line.ratios else 1.0
        is_slow = p99 >= P99 or (line.must is not None and ratio > line.must)
        is_missed |= is_slow
        print(
            f"{line.name:32}{p50:>9.3f}{p99:>9.3f}{ratio:>10.2f}{line.must or '':>7}  {'MISSED' if is_slow else 'ok'}"
        )
    print(f"Every p99 must be below {P99:g} ms.", flush=True)
    return is_missed


def _run(server: Server, name: str, line: Line, seconds: float) -> float:
    """Run one statement for so long; notes its p50 and p99 in milliseconds and returns the p50."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "script.sql"
        script.write_text(line.sql)
        words = ["-c", "1", "-T", str(max(1, round(seconds))), "-l", "--log-prefix", f"{folder}/log", "-f", str(script)]
        server.pgbench(name, *words, login=server.app)
        [log] = Path(folder).glob("log*")
        taken = sorted(int(text.split()[2]) / 1000 for text in log.read_text().splitlines())
    line.p50.append(taken[len(taken) // 2])
    line.p99.append(taken[len(taken) * 99 // 100])
    return line.p50[-1]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="10M")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--memory", action="store_true", help="the data on memory instead of a disk")
    parser.add_argument("--keep", action="store_true", help="keep server and ledger for the next run")
    parser.add_argument("--tell", action="store_true", help="print the table and end well whatever it says")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
