"""Training: the share of the peak that a run reaches (MFU), at 512 chips and its loss with every doubling of them.

    log MFU = base of chip and round - loss x log2(chips / 512) - loss by size x log(405e9 / parameters)

FLOP are 6 x parameters x tokens, the peak is that of dense bf16 whatever precision the run was in: a run in FP4 may
reach more than one. Fitted to the steps in the logs of MLPerf Training, Llama 3.1 405B, 256 to 8,192 chips; the loss by
size to those of Llama 3.1 8B, two sizes in all, and counted for smaller models only.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from gigawatt.throughput.records import RETRIEVED, Run

AT_CHIPS = 512
PARAMETERS = 405e9


def mfu_of(run: Run, parameters: float, peak_flops: float) -> float:
    """The share of the peak that a run reached: 6 x parameters x tokens of a step over what its chips could do."""
    flops = 6.0 * parameters * run.sequences * run.length
    return flops / (run.step_s * run.chips * peak_flops)


def latest(fitted: Mapping[str, Any], chip: str) -> str | None:
    """The latest round in which a chip ran; None where it never did."""
    rounds = [name.partition(" ")[2] for name in fitted["at_512"] if name.partition(" ")[0] == chip]
    return max(rounds, default=None)


def mfu(fitted: Mapping[str, Any], chip: str, chips: float, parameters: float) -> tuple[float, float, str]:
    """MFU of a run, its sigma, and where it comes from; of a chip that never ran the mean over those that did."""
    lost = fitted["loss_per_doubling"] * math.log2(chips / AT_CHIPS)
    smaller = max(0.0, math.log(PARAMETERS / parameters))
    lost += fitted["loss_per_e_smaller"] * smaller
    words = "MLPerf Training, Llama 3.1 405B, 256 to 8,192 chips"
    round_name = latest(fitted, chip)
    if round_name is None:
        share, sigma = fitted["mean_at_512"], fitted["mean_sigma"]
        words += f", the mean over chips in {fitted['mean_round']} since no {chip} is among them"
    else:
        group = f"{chip} {round_name}"
        # A single run cannot be left out of its own group, so the worst error of the others stands for it.
        share, sigma = fitted["at_512"][group], fitted["alone_sigma" if group in fitted["alone"] else "sigma"]
        words += f", {chip} in {round_name}, in the submission's own precision"
    if parameters != PARAMETERS:
        sigma = math.hypot(sigma, fitted["smaller_sigma"])
        words += ", with a loss for the size from Llama 3.1 8B" if smaller else ", as if it were that model"
    return share * math.exp(-lost), sigma, f"{words}; retrieved {RETRIEVED}; over the dense bf16 peak"
