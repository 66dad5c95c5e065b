"""What Beancount and hledger make of an exported file: whether they find it sound, and its balances by account."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest

Balances = dict[str, Decimal]
UTF_8 = {**os.environ, "LC_ALL": "C.UTF-8"}


def bean_check(path: Path) -> str:
    """What `bean-check` says; nothing where the file is sound."""
    pytest.importorskip("beancount", reason="Beancount is not here: pip install 'gigawatt[check]'")
    program = Path(sys.executable).with_name("bean-check")
    done = subprocess.run([program, "--no-cache", path], capture_output=True, text=True)
    assert (done.returncode != 0) == bool(done.stderr), done
    return done.stderr


def beancount_balances(path: Path) -> Balances:
    """Balances by the account of the book that an account says it is."""
    pytest.importorskip("beancount")
    from beancount import loader
    from beancount.core import data

    entries, errors, _ = loader.load_file(str(path))
    assert errors == []
    of = {one.account: one.meta["book-1"] for one in entries if isinstance(one, data.Open)}
    sums: Balances = defaultdict(Decimal)
    for one in entries:
        if isinstance(one, data.Transaction):
            for posting in one.postings:
                sums[of[posting.account]] += posting.units.number
    return dict(sums)


def hledger(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run hledger."""
    if shutil.which("hledger") is None:
        pytest.skip("hledger is not here: apt-get install hledger")
    return subprocess.run(["hledger", *words], capture_output=True, text=True, encoding="utf-8", env=UTF_8)


def hledger_check(path: Path) -> str:
    """What `hledger check --strict` says; nothing where the journal is sound."""
    done = hledger("check", "--strict", "-f", path)
    assert (done.returncode != 0) == bool(done.stderr), done
    return done.stderr


def hledger_balances(path: Path) -> Balances:
    """Balances by account."""
    done = hledger("balance", "-f", path, "--flat", "--no-total", "--empty", "-O", "csv")
    assert done.returncode == 0, done.stderr
    rows = list(csv.reader(StringIO(done.stdout)))[1:]
    return {name: Decimal(amount.split(" ")[0]) for name, amount in rows}
