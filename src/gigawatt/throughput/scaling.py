"""A known chip scaled: the nearest chip on which the model was measured, by the ratio of peaks and of bandwidths.

    rate = measured x (peak / peak there)^w x (bandwidth / bandwidth there)^(1 - w)

It needs nothing of the model but that somebody measured it, and nothing of the chip but two figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from gigawatt.model.things import Chip, Precision
from gigawatt.throughput.measured import Cell, cells


def distance(chip: Chip, precision: Precision, known: Chip, in_precision: Precision) -> tuple[float, float]:
    """log of peak over peak and of bandwidth over bandwidth; infinite where a figure is missing."""
    peaks = chip.peak_flops(precision), known.peak_flops(in_precision)
    bandwidths = chip.bandwidth_tb_s, known.bandwidth_tb_s
    if None in peaks or None in bandwidths:
        return math.inf, math.inf
    return math.log(float(peaks[0] or 0) / float(peaks[1] or 1)), math.log(
        float(bandwidths[0] or 0) / float(bandwidths[1] or 1)
    )


def scaled(weight: float, cell: Cell, off: tuple[float, float]) -> float:
    """Tokens a second of one chip, from a cell on a chip that is `off` by so much in peak and bandwidth."""
    return cell.per_second * math.exp(weight * off[0] + (1.0 - weight) * off[1])


def known_cells(
    chip: Chip, name: str, model: str, precision: Precision, scenario: str, chips: Mapping[str, Chip]
) -> Iterator[tuple[Cell, str, tuple[float, float]]]:
    """Cells of the model on other chips with the name of each and how far it is off, the nearest first."""
    found = []
    for (other, of_model, in_precision, in_scenario), several in cells().items():
        if of_model != model or in_scenario != scenario or other == name or other not in chips:
            continue
        if in_precision not in ("bf16", "fp8", "fp4"):
            continue
        off = distance(chip, precision, chips[other], in_precision)  # type: ignore[arg-type]
        if math.isfinite(off[0]):
            found += [(cell, other, off) for cell in several]
    yield from sorted(found, key=lambda each: abs(each[2][0]) + abs(each[2][1]))
