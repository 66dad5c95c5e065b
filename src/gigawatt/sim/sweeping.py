"""A sweep: the plan of every case of a grid, side by side on the cores there are, and resumed where it was stopped.

Each case is written to a file of its own as soon as it is known, so that a sweep that is stopped loses none. A case
that has no plan is told, and the rest goes on.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import polars as pl

from gigawatt.errors import GigawattError, OutputError
from gigawatt.model.plan import Plan
from gigawatt.model.provenance import Changes

Planned = Callable[[Changes], Plan]
"""Plans a programme with some changes; it is sent to other processes, so that it must be a function of a module."""
ANSWER = ("status", "optimal", "objective", "gap", "cash", "value_unserved", "signed", "seconds", "error")
"""The columns that a case's plan has beside what was set; `cash` is that of those who decide, undiscounted."""

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")
"""What libraries read when they begin, to know how many threads to make."""


def grid(settings: Mapping[str, Sequence[str]]) -> list[Changes]:
    """Every combination of the values of each path, the last path changing first. GigawattError where there is none."""
    if not settings or not all(settings.values()):
        lacking = next((path for path, values in settings.items() if not values), None)
        why = f"{lacking} has no values" if lacking is not None else "nothing is set"
        raise GigawattError(f"{why}, so that there are no cases; write --set workloads.chat.chips=100,200,300")
    return [
        Changes(settings=tuple(zip(settings, values, strict=True))) for values in itertools.product(*settings.values())
    ]


@dataclass(frozen=True)
class Sweep:
    """Cases of one programme, planned by `planned` and kept in `folder`.

    `identity` stands for all that a case depends on beside its changes, so that what was kept of another is not taken
    for it. `workers` is how many are planned at once.
    """

    folder: Path
    planned: Planned
    identity: str
    workers: int

    def run(self, cases: Sequence[Changes], tell: Callable[[int, int], None]) -> pl.DataFrame:
        """Plan every case that is not yet known; `tell` is called with how many are, and of how many.

        Returns a row for each case in order: what was set, then `ANSWER`. Raises OutputError where the folder cannot be
        written to.
        """
        kept = self._folder()
        known = {n: found for n, case in enumerate(cases) if (found := self._read(kept, case)) is not None}
        tell(len(known), len(cases))
        left = [n for n in range(len(cases)) if n not in known]
        for n, row in self._solved(cases, left):
            known[n] = row
            self._keep(kept, cases[n], row)
            tell(len(known), len(cases))
        table = _table(cases, [known[n] for n in range(len(cases))])
        table.write_csv(self.folder / "sweep.csv")
        table.write_parquet(self.folder / "sweep.parquet")
        return table

    def _solved(self, cases: Sequence[Changes], left: Sequence[int]) -> Iterator[tuple[int, dict[str, Any]]]:
        """Each case that is left, as it is done."""
        one, workers = partial(_case, self.planned), min(self.workers, len(left))
        if workers < 2:
            yield from ((n, one(cases[n])) for n in left)
            return
        # a process is begun anew: a solver's threads do not outlive a fork
        with _one_thread_each(), ProcessPoolExecutor(workers, get_context("spawn")) as pool:
            running = {pool.submit(one, cases[n]): n for n in left}
            try:
                for done in as_completed(running):
                    yield running[done], done.result()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _folder(self) -> Path:
        kept = self.folder / "cases"
        try:
            kept.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise OutputError(f"cannot write to {kept}: {fault.strerror}; give another --out") from fault
        return kept

    def _file(self, kept: Path, case: Changes) -> Path:
        told = json.dumps([self.identity, case.told()])
        return kept / f"{hashlib.sha256(told.encode()).hexdigest()[:20]}.json"

    def _read(self, kept: Path, case: Changes) -> dict[str, Any] | None:
        """What is known of a case; a file that was cut short counts as none."""
        try:
            row = json.loads(self._file(kept, case).read_text(encoding="utf-8"))
            return row if set(ANSWER) <= row.keys() else None
        except (OSError, ValueError, AttributeError):
            return None

    def _keep(self, kept: Path, case: Changes, row: dict[str, Any]) -> None:
        path = self._file(kept, case)
        made = path.with_suffix(f".{os.getpid()}")
        try:
            made.write_text(json.dumps({"case": case.told(), **row}), encoding="utf-8")
            made.replace(path)  # whole, or not at all
        except OSError as fault:
            raise OutputError(f"cannot write {path}: {fault.strerror}; what was planned before is kept") from fault


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Processes that are begun meanwhile keep to one thread: libraries would else take every core, each for itself."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _case(planned: Planned, case: Changes) -> dict[str, Any]:
    """The plan of one case in a row; what stands in its way where there is none."""
    try:
        plan = planned(case)
    except GigawattError as error:
        return {**dict.fromkeys(ANSWER), "status": "no plan", "optimal": False, "error": str(error)}
    offers, parties = plan.tables["offers"], plan.tables["parties"]
    return {
        "status": plan.solve.status,
        "optimal": plan.solve.optimal,
        "objective": plan.solve.objective,
        "gap": plan.solve.gap,
        "cash": float(parties.filter(pl.col("decides"))["cash"].sum()),
        "value_unserved": float(plan.tables["unserved"]["value_lost"].sum()),
        "signed": " ".join(offers.filter(pl.col("signed"))["contract"]),
        "seconds": plan.solve.seconds,
        "error": None,
    }


def _table(cases: Sequence[Changes], rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    floats = dict.fromkeys(("objective", "gap", "cash", "value_unserved", "seconds"), pl.Float64)
    types = {"optimal": pl.Boolean, **floats}
    paths = [path for path, _ in cases[0].settings]
    told = [
        {**dict(case.settings), **{name: row[name] for name in ANSWER}} for case, row in zip(cases, rows, strict=True)
    ]
    return pl.DataFrame(told, schema={name: types.get(name, pl.Utf8) for name in (*paths, *ANSWER)})
