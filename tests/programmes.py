"""Small programmes for tests, as text and as what the reader makes of it."""

from __future__ import annotations

import textwrap
from pathlib import Path
from tempfile import TemporaryDirectory

import gigawatt as gw

EXAMPLES = Path(__file__).parent.parent / "examples"


def load_text(text: str) -> gw.Programme:
    """Read a programme from text."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "programme.yaml"
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return gw.load(path)
