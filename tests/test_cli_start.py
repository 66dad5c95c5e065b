"""The command answers `--help` and `--version` without loading what only a plan needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("altair", "highspy", "numpy", "pandas", "polars", "pydantic", "scipy", "vl_convert", "yaml")

# Run as the command runs, in a fresh interpreter, then say on the last line which heavy libraries came along.
PROBE = """
import sys
from gigawatt.cli import main
sys.argv = ["gigawatt", *{arguments!r}]
try:
    main()
except SystemExit as stop:
    status = stop.code
else:
    status = 0
print()
print("loaded", *(name for name in {heavy!r} if name in sys.modules))
sys.exit(status)
"""


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["plan", "--help"]], ids=" ".join)
def test_loads_nothing_heavy_for(arguments: list[str]) -> None:
    # The command-line library itself may use pydantic to turn arguments into their types.
    heavy = tuple(name for name in HEAVY if name != "pydantic" or len(arguments) == 1)
    code = PROBE.format(arguments=arguments, heavy=heavy)
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    *shown, last = result.stdout.strip().splitlines()
    assert "".join(shown).strip(), "the command said nothing"
    assert last.split() == ["loaded"]


def test_version_is_the_one_of_the_package() -> None:
    from importlib.metadata import version

    code = "import sys; sys.argv = ['gigawatt', '--version']; from gigawatt.cli import main; main()"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert version("gigawatt") in result.stdout
