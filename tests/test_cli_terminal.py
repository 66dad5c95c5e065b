"""The command as a person runs it: progress on a terminal and none in a pipe, and what Ctrl-C leaves behind."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GIGAWATT = str(Path(sys.executable).with_name("gigawatt"))
LAB = str(ROOT / "examples" / "lab" / "programme.yaml")
STARGATE = str(ROOT / "examples" / "stargate" / "programme.yaml")
PATIENCE_SECONDS = 100.0
NOT_PROVEN, INTERRUPTED = 4, 130

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="terminals there are another matter")


class OnTerminal:
    """A command whose error stream is a terminal, as on a person's screen, and whose output is a pipe."""

    def __init__(self, *arguments: str) -> None:
        self._terminal, theirs = pty.openpty()
        environment = os.environ | {"TERM": "xterm", "COLUMNS": "120"}
        self._process = subprocess.Popen(
            [GIGAWATT, *arguments], stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, env=environment, text=True
        )
        os.close(theirs)
        self.told = ""

    def wait_for(self, pattern: str) -> None:
        """Read the terminal until it has shown the pattern."""
        until = time.monotonic() + PATIENCE_SECONDS
        while not re.search(pattern, self.told):
            assert time.monotonic() < until, f"never told {pattern!r}, but:\n{self.told[-2000:]}"
            assert self._read(), f"ended before it told {pattern!r}:\n{self.told[-2000:]}"

    def press_control_c(self) -> None:
        self._process.send_signal(signal.SIGINT)

    def end(self) -> tuple[int, str]:
        """Read on to the end; the exit code and what was printed."""
        while self._read():
            pass
        assert self._process.stdout is not None
        printed = self._process.stdout.read()
        self._process.stdout.close()
        return self._process.wait(PATIENCE_SECONDS), printed

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._terminal)

    def _read(self) -> bool:
        if not select.select([self._terminal], [], [], 1.0)[0]:
            return self._process.poll() is None
        try:
            part = os.read(self._terminal, 65536)
        except OSError:  # how a terminal says that nobody writes to it any more
            return False
        self.told += part.decode(errors="replace")
        return bool(part)


@pytest.fixture
def terminal() -> Iterator[list[OnTerminal]]:
    started: list[OnTerminal] = []
    yield started
    for each in started:
        each.close()


def on(terminal: list[OnTerminal], *arguments: str) -> OnTerminal:
    terminal.append(OnTerminal(*arguments))
    return terminal[-1]


def test_a_terminal_shows_progress(terminal: list[OnTerminal]) -> None:
    command = on(terminal, "plan", LAB)
    code, printed = command.end()
    assert code == 0, command.told
    assert "reading: " in command.told
    assert "\x1b[" in command.told, "a bar is drawn with control sequences"
    assert "Pay " in printed
    assert "\x1b[" not in printed, "what is printed into a pipe is plain text"


def test_quiet_shows_no_progress_on_a_terminal(terminal: list[OnTerminal]) -> None:
    command = on(terminal, "plan", LAB, "-q")
    code, printed = command.end()
    assert (code, command.told) == (0, "")
    assert "Pay " in printed


def test_a_pipe_gets_no_progress() -> None:
    done = subprocess.run([GIGAWATT, "plan", LAB], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Pay " in done.stdout


def test_control_c_before_any_plan_ends_with_130_and_one_line(terminal: list[OnTerminal], tmp_path: Path) -> None:
    command = on(terminal, "plan", STARGATE, "--gap", "0", "--budget", "120", "--out", str(tmp_path / "out"))
    command.wait_for(r"drafting: ")
    command.press_control_c()
    code, printed = command.end()
    assert (code, printed) == (INTERRUPTED, ""), command.told
    last = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\r", "", command.told).strip().splitlines()[-1]
    assert last.strip() == "interrupted before there was an answer"
    assert "Traceback" not in command.told
    assert list((tmp_path / "out").iterdir()) == []


def test_control_c_after_a_plan_was_found_keeps_and_tells_it(terminal: list[OnTerminal], tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = on(terminal, "plan", STARGATE, "--gap", "0", "--budget", "120", "--out", str(out), "--no-report")
    command.wait_for(r"solving: gap ")
    pressed = time.monotonic()
    command.press_control_c()
    code, printed = command.end()
    assert code == NOT_PROVEN, command.told
    assert time.monotonic() - pressed < 60, "it went on long after it was asked to stop"
    stages = dict.fromkeys(re.findall(r"\b(reading|drafting|solving): ", command.told))
    assert list(stages) == ["reading", "drafting", "solving"]
    assert "interrupted; the best plan found so far, at a gap of" in " ".join(printed.split())
    assert "Traceback" not in command.told
    solve = json.loads((out / "plan.json").read_text())["solve"]
    assert solve["status"].startswith("interrupted")
    assert not solve["optimal"]
    assert solve["gap"] > 0
    assert solve["violation"] < 1e-5
    assert (out / "use.parquet").stat().st_size > 0


def test_control_c_while_comparing_plans_keeps_the_plan_and_says_what_is_left_out(terminal: list[OnTerminal]) -> None:
    command = on(terminal, "plan", STARGATE, "--relax", "--budget", "300")
    command.wait_for(r"(ranges|offers): ")
    pressed = time.monotonic()
    command.press_control_c()
    code, printed = command.end()
    assert time.monotonic() - pressed < 30, "it went on long after it was asked to stop"
    assert code == 0, command.told
    assert "Note: interrupted: what was not worked out by then is left out" in " ".join(printed.split())
    assert "Traceback" not in command.told
