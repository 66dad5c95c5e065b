"""The FOCUS validator on our files, where the Python at hand can run it; what it finds is known, and why."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from traded import traded

from gigawatt.books import export_book

KNOWN = json.loads(Path(__file__).with_name("focus_known_failures.json").read_text())["rules"]
COMPOSITE = re.compile(r"failed child rules")


def validator() -> tuple[Path, Path]:
    """The validator's program and the folder from which it finds its rules; a test without it skips and says why."""
    if sys.version_info < (3, 12):
        pytest.skip("the FOCUS validator for 1.2 (focus-validator 2) needs Python 3.12 or later")
    try:
        folder = Path(str(distribution("focus-validator").locate_file("")))
    except PackageNotFoundError:
        pytest.skip("the FOCUS validator is not here: pip install 'focus-validator>=2.2'")
    return Path(sys.executable).with_name("focus-validator"), folder


def failures(told: str) -> dict[str, str]:
    """The rules that the validator finds broken, with its words; those left out that only sum up others."""
    found = re.findall(r"^\S+ (\S+): FAIL  \(violations=\d+, msg=(.*)\)$", told, re.MULTILINE)
    return {rule: words for rule, words in found if not COMPOSITE.search(words)}


def test_the_validators_report_is_read_as_it_is_written() -> None:
    told = """
✅ BilledCost-C-001-M: PASS
❌ EffectiveCost-C-000-M: FAIL  (violations=1, msg=EffectiveCost-C-000-M: AND failed - failed child rules: [...])
❌ EffectiveCost-C-005-C: FAIL  (violations=1, msg=EffectiveCost MUST equal '0'., 3.1ms)
"""
    assert failures(told) == {"EffectiveCost-C-005-C": "EffectiveCost MUST equal '0'., 3.1ms"}


def test_the_validator_finds_nothing_but_what_is_known(tmp_path: Path) -> None:
    program, folder = validator()
    book = traded(tmp_path / "book.db")
    file = next(path for path in export_book(book, "focus", tmp_path, party="acme").files if "-1.2-" in path.name)
    words = ["--data-file", str(file), "--validate-version", "1.2.0.1", "--block-download"]
    words += ["--focus-dataset", "CostAndUsage", "--applicability-criteria", "ALL"]
    done = subprocess.run([program, *words], cwd=folder, capture_output=True, text=True, env={**os.environ})
    assert "=== Validation Results ===" in done.stdout, done.stderr
    found = failures(done.stdout)
    assert set(found) == set(KNOWN), found
