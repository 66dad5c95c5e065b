"""What an export wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Exported:
    """The files of an export, with how many entries or rows each holds, and what was left out and why."""

    files: Mapping[Path, int]
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Entries by the reason for which they are in no file."""
