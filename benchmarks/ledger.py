"""How many transfers a second the ledger posts, as a multiple of pgbench's TPC-B-like script on the same server in the same run.

    python benchmarks/ledger.py                        # 10k, 1M and 10M entries; exit code 1 while a "must" is missed
    python benchmarks/ledger.py --size 10k --quick     # what `make verify` runs
    python benchmarks/ledger.py --disk                 # the data on a disk instead of memory; for information

The server is the benchmark's own, with PostgreSQL's own settings as guildhub starts it (fsync and synchronous_commit on for both
sides), its data on memory. Every figure is measured between two runs of the yardstick with as many clients, and divided by
their mean; printed is the median of the rounds, with the least and the most. See docs/performance.md.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.ledger_server import TPCB, Server, say, serving

if TYPE_CHECKING:
    from benchmarks.ledger_load import Size

SIZES = {"10k": 10_000, "1M": 1_000_000, "10M": 10_000_000}
MANY = 8


@dataclass
class Line:
    """One figure: what is measured, with how many clients, and what it must reach as a ratio."""

    name: str
    clients: int
    measure: Callable[[], float]
    must: float | None = None
    stretch: float | None = None
    rates: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)

    @property
    def figure(self) -> float:
        return statistics.median(self.ratios)


def main() -> int:
    """Make the ledgers, measure, print the tables."""
    options = _options()
    wanted = [options.size] if options.size else list(SIZES)
    with serving(on_disk=options.disk, is_kept=options.keep) as server:
        from benchmarks.ledger_load import Size, database_of

        say(f"Load of the machine before: {os.getloadavg()[0]:.1f}")
        server.warm_up(4 if options.quick else 20)
        bases = {name: database_of(server, Size(SIZES[name])) for name in wanted}
        _tell_settings(server, on_disk=options.disk)
        is_missed = False
        for name in wanted:
            # The bars are those of a small ledger; what size costs has a bar of its own, below.
            is_missed |= _measure(server, Size(SIZES[name]), bases[name], options, has_bars=name == wanted[0])
        if len(wanted) > 1:
            is_missed |= _compare(server, bases, options)
    say(f"Load of the machine after: {os.getloadavg()[0]:.1f}")
    return int(is_missed and not options.tell and not options.disk)


def _lines(server: Server, size: Size, name: str, seconds: float) -> list[Line]:
    from benchmarks import ledger_clients as clients

    def sql(*, count: int, is_hot: bool, is_pair: bool = False) -> Callable[[], float]:
        return lambda: (
            clients.sql_rate(server, name, size, is_hot=is_hot, clients=count, seconds=seconds, is_pair=is_pair)
            * (1 + is_pair)
        )

    def django(job: clients.Job, *, count: int, is_hot: bool = True) -> Callable[[], float]:
        return lambda: clients.rate(name, size, job, clients=count, seconds=seconds, is_hot=is_hot)

    return [
        Line("post_transfers, one hot guild", MANY, sql(count=MANY, is_hot=True), 1.2, 1.6),
        Line("post_transfers, many guilds", MANY, sql(count=MANY, is_hot=False)),
        Line("post_transfers, REP and PTS in one call", MANY, sql(count=MANY, is_hot=True, is_pair=True)),
        Line("services.transfer, one hot guild", MANY, django(clients.SERVICE, count=MANY), 0.45, 0.6),
        Line("services.transfer, many guilds", MANY, django(clients.SERVICE, count=MANY, is_hot=False)),
        Line("services.transfer inside a transaction", MANY, django(clients.INSIDE, count=MANY), 0.25, 0.36),
        Line("post_transfers, batches of 1,000", MANY, django(clients.SQL_BATCH, count=MANY)),
        Line("services.transfer, batches of 1,000", MANY, django(clients.SERVICE_BATCH, count=MANY)),
        Line("post_transfers, one hot guild", 1, sql(count=1, is_hot=True)),
        Line("post_transfers, many guilds", 1, sql(count=1, is_hot=False)),
        Line("services.transfer, one hot guild", 1, django(clients.SERVICE, count=1)),
        Line("services.transfer, many guilds", 1, django(clients.SERVICE, count=1, is_hot=False)),
        Line("services.transfer inside a transaction", 1, django(clients.INSIDE, count=1)),
        Line("post_transfers, batches of 1,000", 1, django(clients.SQL_BATCH, count=1), 5, 8),
        Line("services.transfer, batches of 1,000", 1, django(clients.SERVICE_BATCH, count=1)),
    ]


def _measure(server: Server, size: Size, base: str, options: argparse.Namespace, *, has_bars: bool) -> bool:
    from benchmarks.ledger_load import copy_of

    # A copy of a large one takes longer than it is worth: what a run adds is little to it.
    is_small = size.entries <= 100_000
    lines = _lines(server, size, copy_of(server, base) if is_small else base, options.seconds)
    hot_to_spread: list[float] = []
    yardstick: dict[int, list[float]] = {1: [], MANY: []}
    loads = []
    rounds = options.rounds if has_bars else options.larger_rounds
    for number in range(rounds):
        say(f"{size.name}: round {number + 1} of {rounds}")
        if is_small:
            copy_of(server, base)
        for count in (MANY, 1):
            before = server.rate(TPCB, clients=count, seconds=options.seconds)
            for line in [line for line in lines if line.clients == count]:
                rate = line.measure()
                after = server.rate(TPCB, clients=count, seconds=options.seconds)
                line.rates.append(rate)
                line.ratios.append(rate / ((before + after) / 2))
                yardstick[count].append(after)
                before = after
        hot_to_spread.append(lines[0].ratios[-1] / lines[1].ratios[-1])
        loads.append(os.getloadavg()[0])
    tpcb = {count: statistics.median(rates) for count, rates in yardstick.items()}
    print(
        f"\n{size.name} entries, {size.people:,} people; TPC-B-like {tpcb[MANY]:,.0f}/s with {MANY} clients, {tpcb[1]:,.0f}/s"
        f" with 1; load {min(loads):.1f} to {max(loads):.1f}; {rounds} rounds of {options.seconds:g} s\n"
    )
    print(f"{'':42}{'clients':>8}{'per s':>9}{'ratio':>8}{'must':>7}{'stretch':>9}{'':8}{'spread':>14}")
    is_missed = False
    for line in lines:
        must, stretch = (line.must, line.stretch) if has_bars else (None, None)
        is_missed |= _row(line.name, str(line.clients), statistics.median(line.rates), line.ratios, must, stretch)
    bars = (0.9, 1.1) if has_bars else (None, None)
    return is_missed | _row("one hot guild / many guilds", str(MANY), None, hot_to_spread, *bars)


def _compare(server: Server, bases: dict[str, str], options: argparse.Namespace) -> bool:
    """The largest ledger and the smallest, one after the other, in fresh copies of the small one."""
    from benchmarks import ledger_clients as clients
    from benchmarks.ledger_load import Size, copy_of

    small, *_between, large = bases
    ratios: list[float] = []
    for _round in range(options.rounds):
        rates = []
        for size, name in ((small, copy_of(server, bases[small])), (large, bases[large])):
            rates.append(
                clients.sql_rate(server, name, Size(SIZES[size]), is_hot=True, clients=MANY, seconds=options.seconds)
            )
        ratios.append(rates[1] / rates[0])
    print()
    has_bar = (small, large) == ("10k", "10M")
    return _row(f"posting at {large} / at {small}", str(MANY), None, ratios, *((0.7, 0.9) if has_bar else (None, None)))


def _row(
    name: str, clients: str, rate: float | None, ratios: list[float], must: float | None, stretch: float | None
) -> bool:
    figure = statistics.median(ratios)
    is_missed = must is not None and figure < must
    word = "" if must is None else "MISSED" if is_missed else "stretch" if stretch and figure >= stretch else "ok"
    print(
        f"{name:42}{clients:>8}{f'{rate:,.0f}' if rate else '':>9}{figure:>8.2f}{must or '':>7}{stretch or '':>9}  {word:8}"
        f"{f'{min(ratios):.2f}-{max(ratios):.2f}':>12}",
        flush=True,
    )
    return is_missed


def _tell_settings(server: Server, *, on_disk: bool) -> None:
    settings = ", ".join(f"{name} {value}" for name, value in sorted(server.settings().items()))
    print(f"Data on {'a disk: for information' if on_disk else 'memory'}. Both sides: {settings}.")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, help="this size only; otherwise all three, and what size costs")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--larger-rounds", type=int, default=0, help="of the sizes after the first; as many unless said"
    )
    parser.add_argument("--seconds", type=float, default=0, help="of each measurement; 4, or 1 with --quick")
    parser.add_argument("--quick", action="store_true", help="short measurements")
    parser.add_argument("--disk", action="store_true", help="the data where the other servers keep theirs")
    parser.add_argument("--keep", action="store_true", help="keep server and ledgers for the next run")
    parser.add_argument("--tell", action="store_true", help="print the tables and end well whatever they say")
    options = parser.parse_args()
    options.larger_rounds = options.larger_rounds or options.rounds
    options.seconds = options.seconds or (1 if options.quick else 4)
    return options


if __name__ == "__main__":
    sys.exit(main())
