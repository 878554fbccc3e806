"""What a request costs the web server's processor, as a multiple of a bare Django view on the same server.

    python benchmarks/web.py               # the table; exit code 1 when a figure is over its limit
    python benchmarks/web.py --rounds 3 --only points

CPU time (utime + stime) and not wall time: a machine that does other things meanwhile doesn't change it much. The rounds of
pages and yardstick alternate, so what does change it changes both. See docs/performance.md.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

if TYPE_CHECKING:
    from benchmarks.server import Memory, Server
    from benchmarks.visitors import Page

BARE_REPEATS = 3000
COLD_STARTS = 5
COLD_START_LIMIT = 1.5
MEMORY_LIMIT = 300


@dataclass
class Line:
    """What was seen of one page."""

    page: Page
    milliseconds: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    size: float = 0
    statements: int = 0


def main() -> int:
    """Make the world if need be, measure, print the table."""
    options = _options()
    environment = _be_in_production()
    import django

    from benchmarks.database import Size, database_of_run, drop

    django.setup()
    from guildhub.management.commands.prepare import Command

    size = Size(people=options.people, contributions=options.contributions)
    run = database_of_run(size)
    Command()._collect_static()
    try:
        return _measure(options, environment)
    finally:
        from django.db import connections

        connections.close_all()
        drop(run)


def _measure(options: argparse.Namespace, environment: dict[str, str]) -> int:
    from benchmarks.server import serving
    from benchmarks.visitors import SITE, pages

    lines = [Line(page) for page in pages() if options.only in page.name]
    for line in lines:
        line.statements = _statements(line.page)
    starts = [] if options.only else [_cold_start(environment) for _start in range(COLD_STARTS)]
    with ExitStack() as stack:
        bare, _seconds = stack.enter_context(serving("benchmarks.bare:application", {}, path="/", host=SITE))
        real, _seconds = stack.enter_context(
            serving("guildhub.wsgi:application", environment, path="/healthz", host=SITE)
        )
        yardstick = _rounds(options.rounds, bare, real, lines)
        memory = real.memory()
    failed = _report(lines, yardstick, starts, memory) if lines else 0
    return 0 if options.tell else failed


def _rounds(rounds: int, bare: Server, real: Server, lines: list[Line]) -> list[float]:
    """Yardstick, pages, yardstick: each page is divided by the mean of the two yardsticks round it."""
    from benchmarks.load import Request, send

    def cost(server: Server, requests: list[Request]) -> tuple[float, float]:
        before = server.cpu_seconds()
        size = send(server.port, requests)
        return (server.cpu_seconds() - before) / len(requests) * 1000, size / len(requests)

    nothing = [Request("/", {"Host": "bare"})] * BARE_REPEATS
    cost(bare, nothing)
    for line in lines:
        line.size = cost(real, line.page.some(max(40, line.page.repeats // 4)))[1]
    found = []
    for number in range(rounds):
        _say(f"Round {number + 1} of {rounds}.")
        for line in lines:
            unit, _size = cost(bare, nothing[: BARE_REPEATS // 2])
            spent, line.size = cost(real, line.page.some(line.page.repeats))
            again, _size = cost(bare, nothing[: BARE_REPEATS // 2])
            found.append((unit + again) / 2)
            line.milliseconds.append(spent)
            line.ratios.append(spent / found[-1])
    return found


def _statements(page: Page) -> int:
    """SQL statements of one request, when the process is warm."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    for request in page.some(3):
        headers = {
            name: value for name, value in request.headers.items() if name not in ("Content-Type", "Accept-Encoding")
        }
        verb = Client().post if request.body else Client().get
        told = {"data": request.body, "content_type": "application/x-www-form-urlencoded"} if request.body else {}
        with CaptureQueriesContext(connection) as statements:
            answer = verb(request.path, headers=headers, secure=True, **told)
        if answer.status_code not in (200, 302):
            raise SystemExit(f"{request.path} was answered with {answer.status_code}.")
    return len(statements)


def _cold_start(environment: dict[str, str]) -> float:
    """Seconds from the start of the process to its first page."""
    from benchmarks.server import serving
    from benchmarks.visitors import SITE

    with serving("guildhub.wsgi:application", environment, path="/", host=SITE) as (_server, seconds):
        return seconds


def _report(lines: list[Line], yardstick: list[float], starts: list[float], memory: Memory) -> int:
    unit = statistics.median(yardstick)
    print(f"\nCPU of the web server per request; the bare Django view takes {unit:.3f} ms (= 1.0).\n")
    print(f"{'':26}{'figure':>8}{'limit':>7}{'':6}{'spread':>14}{'ms':>8}{'SQL':>6}{'KB':>7}")
    failed = False
    for line in lines:
        figure = statistics.median(line.ratios)
        failed |= line.page.limit is not None and figure > line.page.limit
        spread = f"{min(line.ratios):.1f}-{max(line.ratios):.1f}"
        print(
            f"{line.page.name:26}{figure:>8.1f}{line.page.limit or '':>7}{_verdict(figure, line.page.limit):6}"
            f"{spread:>14}{statistics.median(line.milliseconds):>8.2f}{line.statements:>6}{line.size / 1024:>7.1f}"
        )
    if starts:
        start = statistics.median(starts)
        failed |= start > COLD_START_LIMIT
        print(f"{'cold start (s)':26}{start:>8.2f}{COLD_START_LIMIT:>7}{_verdict(start, COLD_START_LIMIT):6}", end="")
        print(f"{min(starts):>9.2f}-{max(starts):.2f}")
    failed |= memory.pss > MEMORY_LIMIT
    print(
        f"{'two workers, PSS (MB)':26}{memory.pss:>8.0f}{MEMORY_LIMIT:>7}{_verdict(memory.pss, MEMORY_LIMIT):6}", end=""
    )
    print(f"  RSS {memory.rss:.0f}")
    return int(failed)


def _verdict(figure: float, limit: float | None) -> str:
    return "" if limit is None else "  ok" if figure <= limit else "  FAIL"


def _be_in_production() -> dict[str, str]:
    """Settings of a real guild, on the embedded servers' database of this run and a Redis of its own."""
    from guildhub import embedded
    from guildhub.embedded.more_redis import join_redis

    servers = embedded.connect()
    environment = {
        "GUILDHUB_ENV_FILE": "",
        "DATABASE_URL": servers.database_url.replace("/guildhub?", "/bench_web_run?"),
        "MIGRATE_DATABASE_URL": servers.migrate_database_url.replace("/guildhub?", "/bench_web_run?"),
        "REDIS_URL": join_redis("redis-for-benchmarks"),
        "SECRET_KEY": "a key of the benchmark, which nobody outside reaches, ever",
        "ALLOWED_HOSTS": "guild.example.org",
        "EMAIL_URL": "smtp://localhost:25",
        "STATE_DIR": str(_state_dir(servers.state)),
        "DJANGO_SETTINGS_MODULE": "guildhub.settings",
    }
    for name in ("DEBUG", "BIND", "PORT", "BROKER_URL", "ALL_LANGUAGES"):
        os.environ.pop(name, None)
    os.environ.update(environment)
    return environment


def _state_dir(state: Path) -> Path:
    found = state / "benchmarks"
    found.mkdir(mode=0o700, exist_ok=True)
    return found


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--tell", action="store_true", help="print the table and end well whatever it says")
    parser.add_argument("--only", default="", help="measure only pages whose name holds this")
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--contributions", type=int, default=100_000)
    return parser.parse_args()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
