"""What a program costs: CPU seconds, wall seconds and peak memory, each time in a fresh process.

On Linux a child's peak memory starts from what its parent held when it was forked. So the program is started by a
launcher, a bare interpreter that holds next to nothing, however large the process that measures has grown.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# ru_maxrss is in kilobytes on Linux and in bytes on macOS.
LAUNCHER = """
import json, os, subprocess, sys, time
with open(sys.argv[1], "w") as output:
    began = time.perf_counter()
    child = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    _, status, used = os.wait4(child.pid, 0)
    wall_s = time.perf_counter() - began
peak_mb = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
status = os.waitstatus_to_exitcode(status)
print(json.dumps({"cpu_s": used.ru_utime + used.ru_stime, "wall_s": wall_s, "peak_mb": peak_mb, "status": status}))
"""


@dataclass(frozen=True)
class Cost:
    """CPU and wall seconds, peak resident memory in MB (1e6 bytes), the exit status and what the program wrote."""

    cpu_s: float
    wall_s: float
    peak_mb: float
    status: int
    output: str


def measure(arguments: Sequence[str], *, accept: frozenset[int] = frozenset({0})) -> Cost:
    """Run a program from the repository's root and say what it cost; RuntimeError where its status is not accepted."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "output"
        command = [sys.executable, "-I", "-S", "-c", LAUNCHER, str(output), *arguments]
        told = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True).stdout
        cost = Cost(**json.loads(told), output=output.read_text(errors="replace"))
    if cost.status not in accept:
        raise RuntimeError(f"`{' '.join(arguments)}` ended with {cost.status}:\n{cost.output[-2000:]}")
    return cost


def best_of(times: int, arguments: Sequence[str]) -> Cost:
    """The run with the least CPU time: what the program needs when nothing gets in its way."""
    return min((measure(arguments) for _ in range(times)), key=lambda cost: cost.cpu_s)


def program(*arguments: str) -> list[str]:
    """Our own command, as a user starts it."""
    return [str(Path(sys.executable).with_name("gigawatt")), *arguments]


def python(*arguments: str) -> list[str]:
    """This interpreter."""
    return [sys.executable, *arguments]
