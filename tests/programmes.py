"""Small programmes for tests, as text and as what the reader makes of it."""

from __future__ import annotations

import textwrap
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory

import gigawatt as gw

EXAMPLES = Path(__file__).parent.parent / "examples"
KEPT = TemporaryDirectory()
"""Where the files lie that a change reads again."""


def load_text(text: str) -> gw.Programme:
    """Read a programme from text."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "programme.yaml"
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return gw.load(path)


def kept_text(text: str) -> gw.Programme:
    """Read a programme from text in a file of its own that stays, so that a change can read it again."""
    with NamedTemporaryFile("w", dir=KEPT.name, suffix=".yaml", delete=False, encoding="utf-8") as file:
        file.write(textwrap.dedent(text))
    return gw.load(file.name)
