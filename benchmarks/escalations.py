"""Benchmarks of escalations: delivery under failures, throughput, latency while Slack hangs, and a large database.

    python benchmarks/escalations.py chaos [--runs 200] [--stores sqlite,postgresql] [--levels workers,app]
                                           [--concurrency 5] [--minutes 0]
    python benchmarks/escalations.py throughput [--seconds 10] [--rounds 3]
    python benchmarks/escalations.py hang [--seconds 30] [--rounds 2]
    python benchmarks/escalations.py ledger [--count 1000000] [--samples 500]

Each prints a Markdown table and writes benchmarks/results/escalations_NAME.json. `chaos` exits with status 1 if an
escalation was lost or posted twice. With `--minutes` it begins no further run after so many minutes at each level and
store.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results"
sys.path.insert(0, str(ROOT))  # the chaos runs are a library of the tests


def main() -> None:
    """Run the benchmark that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    command(
        commands,
        "chaos",
        chaos,
        {"runs": 200, "stores": "sqlite,postgresql", "levels": "workers,app", "concurrency": 5, "minutes": 0.0},
    )
    command(commands, "throughput", throughput, {"seconds": 10.0, "rounds": 3})
    command(commands, "hang", hang, {"seconds": 30.0, "rounds": 2})
    command(commands, "ledger", ledger, {"count": 1_000_000, "samples": 500})
    options = parser.parse_args()
    sys.exit(options.run(options))


def command(commands: Any, name: str, run: Callable[[argparse.Namespace], int], options: Mapping[str, Any]) -> None:
    """Add a sub-command with its options and their defaults."""
    subparser = commands.add_parser(name)
    subparser.set_defaults(run=run)
    for option, default in options.items():
        subparser.add_argument(f"--{option}", type=type(default), default=default, help=f"default: {default}")


def chaos(options: argparse.Namespace) -> int:
    """Check that nothing is lost or duplicated, however often everything is killed and the database stops."""
    from escalations_chaos import run

    levels, stores = options.levels.split(","), options.stores.split(",")
    found: dict[str, Any] = {}
    for level, store in itertools.product(levels, stores):
        found[f"{level} on {store}"] = run(level, store, options.runs, options.concurrency, options.minutes or math.inf)
        write_result("chaos", {"runs": options.runs, **found})
    columns = ("runs", "kills", "outages", "acknowledged", "messages", "lost", "duplicated")
    table(
        ["killed", *columns, "runs with a violation", "unfinished runs"],
        [
            [name, *(f"{one[column]:,}" for column in columns)]
            + [str(len(one[kind]) or "none") for kind in ("violations", "unfinished")]
            for name, one in found.items()
        ],
    )
    for name, one in found.items():
        for seed, why in {**one["violations"], **one["unfinished"]}.items():
            print(f"\n{name}, seed {seed}: {why}")
    return int(any(one["violations"] or one["unfinished"] for one in found.values()))


def throughput(options: argparse.Namespace) -> int:
    """Measure acknowledged submissions per second, compared with a bare Bolt app."""
    import escalations_load

    results = escalations_load.throughput(options.seconds, options.rounds)
    bare = [one.rate for one in results["bare Bolt"]]
    summary = {
        name: {
            "acknowledged_per_second": statistics.median(one.rate for one in rounds),
            **percentiles([latency for one in rounds for latency in one.latencies]),
            "ratio": statistics.median(one.rate / baseline for one, baseline in zip(rounds, bare, strict=True)),
        }
        for name, rounds in results.items()
    }
    table(
        ["server", "submissions/s (median of rounds)", "p50 ms", "p99 ms", "ratio to bare Bolt (median of rounds)"],
        [
            [name, f"{one['acknowledged_per_second']:,.0f}", f"{one['p50_ms']:.1f}", f"{one['p99_ms']:.1f}",
             f"{one['ratio']:.2f}"]
            for name, one in summary.items()
        ],
    )  # fmt: skip
    write_result("throughput", {"rounds": options.rounds, "seconds": options.seconds, **summary})
    return 0


def hang(options: argparse.Namespace) -> int:
    """Measure acknowledgement latency while Slack's API hangs, compared with while it answers."""
    import escalations_load

    results = escalations_load.hang(options.seconds, options.rounds)
    summary = {
        kind: {state: {**percentiles(one), "requests": len(one)} for state, one in states.items()}
        for kind, states in results["latencies"].items()
    }
    table(
        ["acknowledgement", "Slack's API", "requests", "p50 ms", "p99 ms"],
        [
            [kind, state, f"{one['requests']:,}", f"{one['p50_ms']:.1f}", f"{one['p99_ms']:.1f}"]
            for kind, states in summary.items()
            for state, one in states.items()
        ],
    )
    print(f"\nCalls of Slack's API: {results['slack_calls']}")
    about = {"rounds": options.rounds, "seconds": options.seconds, "slack_calls": results["slack_calls"]}
    write_result("hang", {**about, **summary})
    return 0


def ledger(options: argparse.Namespace) -> int:
    """Measure query latency with very many stored escalations."""
    from escalations_ledger import TARGET_MS, measure

    with tempfile.TemporaryDirectory() as folder:
        results = measure(Path(folder), options.count, options.samples)
    queries = {name: percentiles(latencies) for name, latencies in results.pop("latencies").items()}
    table(
        ["SQLite", "p50 ms", "p99 ms", f"target {TARGET_MS:g} ms"],
        [
            [name, f"{at['p50_ms']:.2f}", f"{at['p99_ms']:.2f}", "met" if at["p99_ms"] <= TARGET_MS else "missed"]
            for name, at in queries.items()
        ],
    )
    size = f"{results['file_mb']:,.0f} MB, read through the system's cache"
    print(f"\n{options.count:,} escalations, {size}, filled in {results['filled_in_seconds']:.0f} s")
    write_result("ledger", {"escalations": options.count, "samples": options.samples, **results, "questions": queries})
    return 0


def percentiles(latencies: Sequence[float]) -> dict[str, float]:
    """Return p50 and p99 of latencies in milliseconds."""
    ordered = sorted(latencies)
    return {"p50_ms": ordered[len(ordered) // 2], "p99_ms": ordered[int(len(ordered) * 0.99)]}


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a Markdown table."""
    print(f"| {' | '.join(head)} |\n|{' --- |' * len(head)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")


def write_result(name: str, result: Mapping[str, Any]) -> None:
    """Write the result as JSON, with the load of the machine."""
    machine = {"cores": os.cpu_count(), "load_average_at_the_end": [round(load, 1) for load in os.getloadavg()]}
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps({"benchmark": name, **result, "machine": machine}, indent=2, default=str)
    (RESULTS / f"escalations_{name}.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
