"""Every error that Gigawatt raises on purpose.

    GigawattError
    ├── ProgrammeError        the programme file, or a file of facts, has faults; carries all of them
    ├── PlanError             the file is sound, but there is no plan to give
    │   ├── Infeasible        no plan keeps every clause and limit
    │   ├── Unbounded         some choice would pay without end
    │   ├── Contradiction     clauses that cannot be kept together, of which none yields to the other
    │   └── CycleError        clauses read each other's quantities in a circle
    ├── BookError             a book is another's, damaged, full, or does not allow what was asked; it is unchanged
    └── OutputError           what was found cannot be written where it should go

Each message says who, what, why and how to mend. Whatever escapes as another type is a bug in Gigawatt.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class GigawattError(Exception):
    """The root: catch this to catch everything that Gigawatt raises on purpose."""


@dataclass(frozen=True, order=True, slots=True)
class Fault:
    """One thing wrong with a programme file, and where.

    `line` and `column` count from one; both are zero where the whole file is at fault.
    `path` is the dotted way to the value, empty where the whole file is meant.
    """

    file: str
    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.path}: {self.message}" if self.path else f"{place}: {self.message}"


class ProgrammeError(GigawattError):
    """A programme file or its facts cannot be used; `faults` holds every reason, in the order of the files."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class PlanError(GigawattError):
    """The programme is sound, but no plan can be given."""


class Infeasible(PlanError):
    """No plan keeps every clause and every limit; the message names those in conflict."""


class Unbounded(PlanError):
    """A choice would pay without end; the message names the column and the clause."""


class Contradiction(PlanError):
    """Two clauses cannot be kept together and neither overrides the other; the message quotes both."""


class CycleError(PlanError):
    """Clauses read each other's quantities in a circle, so that none can be drafted first."""


class NoEstimate(GigawattError):
    """Nobody can say what the chip delivers on the model: the message names what is missing, or what does not fit."""


class BookError(GigawattError):
    """A book is another's, damaged or full, or does not allow what was asked; what it had taken before stays."""


class Overtaken(BookError):
    """Another wrote to the book while it was settled into: what was kept stays, and settling again goes on from it."""


class OutputError(GigawattError):
    """The answer cannot be written: the folder is missing, full, or not ours to write in."""
