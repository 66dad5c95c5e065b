"""The throw-away PostgreSQL server ends with what started it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from postgres_server import programs

WAIT = "import os, time; print(os.environ['GIGAWATT_TEST_POSTGRES'], flush=True); time.sleep(600)"


@pytest.mark.skipif(programs() is None, reason="no PostgreSQL here")
def test_told_to_stop_it_stops_its_command_and_its_server() -> None:
    command = [sys.executable, str(Path(__file__).with_name("postgres_server.py")), sys.executable, "-c", WAIT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        place = Path(running.stdout.readline().strip().rpartition("=")[2])
        server = int((place / "data" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(server, 0)
        running.terminate()
        assert running.wait(60) == 128 + 15
        assert running.stdout.read() == ""  # the command has let go of it too
    assert not place.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)
