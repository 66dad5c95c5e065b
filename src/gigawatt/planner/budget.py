"""How long a plan may take, on how many cores, and whether Ctrl-C has ended it early: what is found by then is kept."""

from __future__ import annotations

import threading
import time


class Budget:
    """Seconds from now on, shared by all that works on one plan, on so many `cores`; `stop` is set where somebody wants
    no more."""

    def __init__(self, seconds: float, cores: int = 2) -> None:
        self._until = time.monotonic() + seconds
        self.cores = cores
        self.stop = threading.Event()

    @property
    def left(self) -> float:
        """Seconds left; nought once they are spent, or once it was stopped."""
        return 0.0 if self.stop.is_set() else max(0.0, self._until - time.monotonic())

    @property
    def why_over(self) -> str:
        """Why no more is worked out, as the beginning of a sentence."""
        return "interrupted" if self.stop.is_set() else "the budget was spent"
