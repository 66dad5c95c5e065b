"""The benchmarks by name. To add one: decorate a function that yields figures, and import it in `bench.__main__`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured number; `most` or `least`, where given, is what it is held to."""

    name: str
    value: float
    unit: str
    most: float | None = None
    least: float | None = None
    note: str = ""

    @property
    def holds(self) -> bool:
        """Whether the number keeps its limit; one without a limit does."""
        return (self.most is None or self.value <= self.most) and (self.least is None or self.value >= self.least)

    @property
    def limit(self) -> str:
        """The limit in words, empty where there is none."""
        if self.most is not None:
            return f"at most {self.most:g}"
        return f"at least {self.least:g}" if self.least is not None else ""


@dataclass(frozen=True)
class Benchmark:
    """What is measured, in a sentence, and the function that measures it."""

    name: str
    about: str
    run: Callable[[], Iterable[Figure]]


REGISTRY: dict[str, Benchmark] = {}


def benchmark(name: str) -> Callable[[Callable[[], Iterable[Figure]]], Callable[[], Iterable[Figure]]]:
    """Register a function under a name; the first line of its docstring says what it measures."""

    def register(run: Callable[[], Iterable[Figure]]) -> Callable[[], Iterable[Figure]]:
        if name in REGISTRY:
            raise ValueError(f"two benchmarks are called {name}")
        if not run.__doc__:
            raise ValueError(f"the benchmark {name} has no docstring; say in its first line what it measures")
        REGISTRY[name] = Benchmark(name, run.__doc__.strip().splitlines()[0], run)
        return run

    return register
