"""Places of a block by what they are of, apart from the period: `hall`, in 2027-01 and 2027-02."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from gigawatt.model.calendar import Ints
from gigawatt.model.draft import Block

Period = str
"""A month (`2027-01`) or a quarter (`2027Q1`); empty where there is none."""
PERIOD = re.compile(r"\d{4}(-\d{2}|Q[1-4])")


def labelled(block: Block, places: Ints) -> Iterator[tuple[str, Ints, tuple[Period, ...]]]:
    """Some places of a block, together where they differ by their period or slice alone.

    Yields what they are of, the places, and the period of each. A slice is the last name of a block by month and slice.
    """
    groups: dict[str, tuple[list[int], list[Period]]] = defaultdict(lambda: ([], []))
    for place in places.tolist():
        what, period = named(block, place)
        groups[what][0].append(place)
        groups[what][1].append(period)
    for what, (found, periods) in groups.items():
        yield what, np.array(found, dtype=np.int64), tuple(periods)


def named(block: Block, place: int) -> tuple[str, Period]:
    """What a place is of, and its period; what follows a period is its slice."""
    label = block.label(place)
    inside = re.search(r"\[([^\[\]]*)\]", label.removeprefix(block.name))  # a row may be named after a column
    names = inside.group(1).split(",") if inside else []
    for position, name in enumerate(names):
        if PERIOD.fullmatch(name):
            return " ".join(names[:position]), name
    return " ".join(names), ""
