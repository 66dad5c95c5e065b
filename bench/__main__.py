"""Run benchmarks by name (all of them without one) and print a table, or JSON; exits 1 where a limit is broken."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from dataclasses import asdict

from bench import book, build_lp, contracts, exports, facts, prediction, reference, sweep, worth
from bench.registry import REGISTRY, Benchmark, Figure

assert book
assert build_lp
assert contracts
assert exports
assert facts
assert prediction
assert reference
assert sweep
assert worth


def main() -> int:
    """The command `python -m bench`."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="of " + ", ".join(REGISTRY))
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--list", action="store_true", help="say what there is, and measure nothing")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in REGISTRY]
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(REGISTRY)}")
    chosen = [REGISTRY[name] for name in options.names or REGISTRY]
    if options.list:
        for each in chosen:
            print(f"{each.name:12} {each.about}")
        return 0
    results = [(each, _run(each, quiet=options.json)) for each in chosen]
    if options.json:
        print(json.dumps(_document(results), indent=2))
    return 0 if all(figure.holds for _, figures in results for figure in figures) else 1


def _run(each: Benchmark, *, quiet: bool) -> list[Figure]:
    figures = []
    if not quiet:
        print(f"{each.name}: {each.about}")
    for figure in each.run():
        figures.append(figure)
        if not quiet:
            limit = f"{figure.limit:16}{'' if figure.holds else '  OVER'}" if figure.limit else ""
            line = f"  {figure.name:44}{figure.value:12.3f} {figure.unit:8}{limit}  {figure.note}"
            print(line.rstrip(), flush=True)
    return figures


def _document(results: list[tuple[Benchmark, list[Figure]]]) -> dict[str, object]:
    return {
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "benchmarks": {
            each.name: [asdict(figure) | {"holds": figure.holds} for figure in figures] for each, figures in results
        },
    }


if __name__ == "__main__":
    sys.exit(main())
