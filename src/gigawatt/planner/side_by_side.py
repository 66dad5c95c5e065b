"""Independent solves shared between two threads: the solver lets go of the interpreter while it works."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

WORKERS = 2

Item = TypeVar("Item")


def side_by_side(items: Sequence[Item], work: Callable[[Sequence[Item]], None]) -> None:
    """Call `work` on each worker's part of the items at once; the first error of any is raised."""
    with ThreadPoolExecutor(WORKERS) as pool:
        parts = [items[worker::WORKERS] for worker in range(WORKERS)]
        for done in [pool.submit(work, part) for part in parts if part]:
            done.result()
