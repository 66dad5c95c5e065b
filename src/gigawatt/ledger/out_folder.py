"""The files of an export: written beside their names, and named once they are whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from gigawatt.errors import OutputError

_LINES = 4096


def file_name(name: str, ending: str) -> str:
    """A name that every file system takes."""
    return f"{re.sub(r'[^A-Za-z0-9._-]', '-', name)}{ending}"


@contextmanager
def written(folder: Path) -> Iterator[None]:
    """A folder that is there, and errors of writing in it as sentences."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as fault:
        raise OutputError(
            f"cannot write the export to {folder}: {fault.strerror or fault}; give another --out"
        ) from fault


def write(path: Path, pieces: Iterable[str]) -> Path:
    """Write a text in pieces. What was there before stays until all of it is written."""
    partial, pieces = path.with_name(path.name + ".partial"), iter(pieces)
    try:
        with partial.open("w", encoding="utf-8", newline="\n") as file:
            while some := list(islice(pieces, _LINES)):
                file.write("".join(some))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path
