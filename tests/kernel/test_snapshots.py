"""Many days at once: the arrays give what looking up one clause on one day gives."""

from __future__ import annotations

from datetime import date

import gigawatt as gw
from gigawatt.history.snapshots import NONE, Snapshots
from gigawatt.history.versions import history_of
from gigawatt.values.span import add_months
from tests.kernel.test_history import TABLE, load

MORE = """      - {effective: 2026-06-01, recorded: 2026-05-01, end: [api], through: 2031-06-30}
      - {effective: 2026-09-01, recorded: 2026-08-01, new: {api2: {kind: exclusivity, workloads: [api]}}}
"""


def test_a_snapshot_of_any_day_as_known_on_any_is_what_is_in_force() -> None:
    history = history_of(load(TABLE + MORE))
    snapshots = Snapshots(history)
    days = [add_months(date(2024, 12, 15), n) for n in range(90)]
    for known in [date(2025, 1, 1), date(2025, 11, 1), date(2026, 1, 1), date(2026, 8, 1), date(2031, 1, 1), None]:
        found = snapshots.over(days, known)
        for d, day in enumerate(days):
            for n, key in enumerate(snapshots.keys):
                version = None if found[d, n] == NONE else snapshots.versions[found[d, n]]
                assert version == history.in_force(*key, day, known or day), (key, day, known)


def test_a_frame_has_a_row_for_each_clause_in_force_on_each_day() -> None:
    frame = gw.clauses_over(load(TABLE + MORE), [date(2025, 6, 1), date(2026, 7, 1)], known=date(2026, 7, 1))
    assert frame.select("day", "clause", "version").rows() == [
        (date(2025, 6, 1), "rate", "original"),
        (date(2025, 6, 1), "share", "original"),
        (date(2025, 6, 1), "api", "original"),
        (date(2026, 7, 1), "rate", "original"),
        (date(2026, 7, 1), "share", "2026-01-01"),
    ]
