"""The throw-away PostgreSQL server ends with what started it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from postgres_server import programs

WAIT = "import os, time; print(os.environ['GIGAWATT_TEST_POSTGRES'], flush=True); time.sleep(600)"


def runs(process: int) -> bool:
    """Whether a process is there, and has not merely not been waited for."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(programs() is None or not Path("/proc").is_dir(), reason="no PostgreSQL here, or no /proc")
def test_told_to_stop_it_stops_its_command_and_its_server() -> None:
    command = [sys.executable, str(Path(__file__).with_name("postgres_server.py")), sys.executable, "-c", WAIT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        place = Path(running.stdout.readline().strip().rpartition("=")[2])
        server = int((place / "data" / "postmaster.pid").read_text().splitlines()[0])
        assert runs(server)
        running.terminate()
        assert running.wait(60) == 128 + 15
        assert running.stdout.read() == ""  # the command has let go of it too
    assert not place.exists()
    until = time.monotonic() + 10
    while runs(server) and time.monotonic() < until:
        time.sleep(0.05)
    assert not runs(server)
