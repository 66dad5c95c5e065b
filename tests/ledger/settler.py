"""Settles into books, each time in a process forked from one that has everything imported, so that it starts at once.

Its argument is a programme's file. A line of JSON on standard input is one settlement: `place`, `files`, `through`; and
where it is to be killed, so many seconds `after_s` it began to `read` or to `keep`. The answer is its exit status,
minus the signal where one ended it, and how many seconds passed since. Batches are of three, so that a small settlement
is many transactions.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gigawatt.model.programme import Programme

BATCH, TODAY = 3, date(2030, 1, 1)


def settle(keeping: int, programme: Programme, place: str, files: list[str], through: str) -> None:
    """One settlement, as the command does it; the pipe is closed once all is read and is to be kept."""
    from gigawatt.books import open_book, read_facts, settled, settled_into

    book = open_book(place, programme)
    gathered = read_facts(programme, *files, book=book)
    found = settled(programme, gathered.facts, through, TODAY)
    os.close(keeping)
    settled_into(book, programme, gathered, found)
    book.close()


def forked(programme: Programme, after_s: float | None, since: str, **asked: Any) -> tuple[int, float]:
    """Settle in a process, and kill it where that is asked; its status, and how long it kept at it."""
    reading, keeping = os.pipe()
    child = os.fork()
    if not child:
        try:
            settle(keeping, programme, **asked)
        except Exception:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    os.close(keeping)
    if since == "keep":
        os.read(reading, 1)  # until the other end is closed
    began = time.perf_counter()
    if after_s is not None:
        time.sleep(after_s)
        os.kill(child, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.close(reading)
    return status, time.perf_counter() - began


def main() -> None:
    """Settle what is asked for, one after another."""
    import psycopg

    import gigawatt as gw
    import gigawatt.books
    import gigawatt.file.fact_gathering
    import gigawatt.ledger.keeping as keeping
    import gigawatt.store.postgres
    import gigawatt.store.sqlite

    assert psycopg
    assert gigawatt.books
    assert gigawatt.file.fact_gathering
    assert gigawatt.store.postgres
    assert gigawatt.store.sqlite
    keeping._AT_ONCE = BATCH
    programme = gw.load(sys.argv[1])
    for line in sys.stdin:
        print(json.dumps(forked(programme, **json.loads(line))), flush=True)


class Settler:
    """The asking side."""

    def __init__(self, programme: Path) -> None:
        command = [sys.executable, str(Path(__file__)), str(programme)]
        # Small tables gain nothing from threads, which would be started anew in every process.
        environment = {**os.environ, "POLARS_MAX_THREADS": "1"}
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def settle(
        self, place: str, files: list[Path], through: str, after_s: float | None = None, since: str = "keep"
    ) -> tuple[int, float]:
        """Settle, whole or killed: the exit status, and the seconds since it began to read or to keep."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        asked = {"place": place, "files": list(map(str, files)), "through": through}
        self.process.stdin.write(json.dumps({**asked, "after_s": after_s, "since": since}) + "\n")
        self.process.stdin.flush()
        status, seconds = json.loads(self.process.stdout.readline())
        return status, seconds


@contextmanager
def settler(programme: Path) -> Iterator[Settler]:
    """A settler that ends with its test."""
    made = Settler(programme)
    with made.process:
        yield made


if __name__ == "__main__":
    main()
