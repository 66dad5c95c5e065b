"""The files of an export: written beside their names, and named once they are whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path

from gigawatt.errors import OutputError

_PIECES = 4096


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


def write(paths: Sequence[Path], pieces: Iterable[Sequence[str]]) -> int:
    """Write texts side by side, each time a piece of each; how many pieces there were.

    What was there before stays until all is written.
    """
    partial, count = [path.with_name(path.name + ".partial") for path in paths], 0
    try:
        with ExitStack() as opened:
            files = [opened.enter_context(path.open("w", encoding="utf-8", newline="\n")) for path in partial]
            remaining = iter(pieces)
            while some := list(islice(remaining, _PIECES)):
                count += len(some)
                for file, texts in zip(files, zip(*some, strict=True), strict=True):
                    file.write("".join(texts))
        for path, whole in zip(partial, paths, strict=True):
            path.replace(whole)
    finally:
        for path in partial:
            path.unlink(missing_ok=True)
    return count
