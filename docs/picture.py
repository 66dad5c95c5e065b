"""Photographs the top of a report for the README: python docs/picture.py out/stargate/report.html docs/report.png

Needs Chromium (or Chrome) on the path, or where CHROMIUM says. Nothing else of Gigawatt is needed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def browser() -> str | None:
    """The program that photographs: what CHROMIUM names, else the first that is installed."""
    return os.environ.get("CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), None)


def photograph(report: Path, picture: Path, *, width: int, height: int, scale: float = 1.0) -> None:
    """Write the top of a report as PNG. RuntimeError where there is no browser, or it takes no picture."""
    program = browser()
    if program is None:
        raise RuntimeError("no Chromium was found; install it, or name its program in CHROMIUM")
    with tempfile.TemporaryDirectory() as profile:
        flags = [
            "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--virtual-time-budget=10000",
            f"--user-data-dir={profile}", f"--window-size={width},{height}", f"--force-device-scale-factor={scale}",
            f"--screenshot={picture.resolve()}", report.resolve().as_uri(),
        ]  # fmt: skip
        done = subprocess.run([program, *flags], capture_output=True, text=True, timeout=120)
    if done.returncode or not picture.is_file():
        raise RuntimeError(f"{program} took no picture of {report}: {done.stderr.strip()[-400:]}")


def main() -> int:
    """Read the command line; returns the exit code."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    asked.add_argument("report", type=Path)
    asked.add_argument("picture", type=Path)
    asked.add_argument("--width", type=int, default=1400)
    asked.add_argument("--height", type=int, default=1480)
    asked.add_argument("--scale", type=float, default=1.0, help="pixels a CSS pixel")
    given = asked.parse_args()
    if not given.report.is_file():
        print(f"{given.report} is not there; make it with: make demo", file=sys.stderr)
        return 2
    try:
        photograph(given.report, given.picture, width=given.width, height=given.height, scale=given.scale)
    except RuntimeError as fault:
        print(fault, file=sys.stderr)
        return 1
    print(f"wrote {given.picture}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
