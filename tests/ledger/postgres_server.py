"""A throw-away PostgreSQL server, and a fresh schema on it for each book.

`python tests/ledger/postgres_server.py COMMAND ...` starts one, runs it with the URL in GIGAWATT_TEST_POSTGRES,
and stops it. Without PostgreSQL on the machine the command runs all the same, and its tests skip.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path


def schema_of(url: str) -> str:
    """The URL of a new schema."""
    import psycopg

    name = f"book_{uuid.uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"create schema {name}")
    return f"{url}&options=-csearch_path%3D{name}"


def programs() -> Path | None:
    """The folder of the newest server's programs, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    at_hand = shutil.which("initdb")
    return found[-1].parent if found else Path(at_hand).parent if at_hand else None


def run(command: list[str]) -> int:
    """Run a command beside a server; its exit status."""
    folder = programs()
    if folder is None:
        print("No PostgreSQL here: the tests of books in PostgreSQL will skip.", flush=True)
        return subprocess.run(command, check=False).returncode
    signal.signal(signal.SIGTERM, _stop)  # else it would end here, and the server go on
    as_other = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o777)
        data = f"{place}/data"

        def server(program: str, *words: str) -> None:
            subprocess.run([*as_other, str(folder / program), *words], check=True, cwd=place, stdout=subprocess.DEVNULL)

        options = f"-c listen_addresses='' -c unix_socket_directories={place} -c max_connections=50"
        try:
            try:
                server("initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C")
                server("pg_ctl", "-D", data, "-w", "-l", f"{place}/log", "-o", options, "start")
            except (OSError, subprocess.CalledProcessError) as error:
                print(f"PostgreSQL did not start ({error}): the tests of books in it will skip.", flush=True)
                return _finished(command, dict(os.environ))
            return _finished(
                command, {**os.environ, "GIGAWATT_TEST_POSTGRES": f"postgresql://postgres@/postgres?host={place}"}
            )
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            stop = [*as_other, str(folder / "pg_ctl"), "-D", data, "-m", "immediate", "stop"]
            subprocess.run(stop, check=False, cwd=place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _finished(command: list[str], environment: dict[str, str]) -> int:
    """Run a command to its end; where we are told to stop, so is it."""
    with subprocess.Popen(command, env=environment) as child:
        try:
            return child.wait()
        except SystemExit:
            child.terminate()
            raise


def _stop(number: int, _: object) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
