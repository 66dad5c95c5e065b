"""The table of utilisation: the share of the peak that MLPerf saw, as an effect of the chip times one of the model.

    log u = base + model + chip + round + a (log bandwidth / peak) + b log2(chips of a replica, over a slow link)

and tokens per second and chip = u x peak / (2 active (in + out) / out). The two slopes carry what is known of a chip
before it is measured, so that the effect of a chip, which is drawn towards nought, has less to explain. A replica
spread over a link of less than SLOW_LINK_TB_S pays for it at every layer; only boards without NVLink do that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from gigawatt.model.language_model import LanguageModel
from gigawatt.model.things import Chip, Precision
from gigawatt.throughput.jobs import WEIGHT_BYTES, Number

SLOW_LINK_TB_S = 0.2
"""Below this a link is PCIe's."""
HELD = 1.2
"""Memory of a replica over its weights, as submissions had it at least."""
PRECISIONS = ("fp8", "fp4")
"""Those in which results were submitted."""


def spread(chip: Chip, model: LanguageModel, precision: str) -> float:
    """log2 of the chips that hold one replica where they are joined by a slow link; nought where by a fast one."""
    if chip.link_tb_s is None or float(chip.link_tb_s) >= SLOW_LINK_TB_S or not chip.memory_gb:
        return 0.0
    weights_gb = float(model.parameters) * WEIGHT_BYTES[precision] / 1e9
    return max(0.0, math.ceil(math.log2(HELD * weights_gb / (0.9 * float(chip.memory_gb)))))


def traits(chip: Chip, model: LanguageModel, precision: Precision) -> tuple[float, float]:
    """What the two slopes multiply: log of byte/s over FLOP/s (thousandths), and `spread`."""
    peak = chip.peak_flops(precision)
    assert peak is not None
    assert chip.bandwidth_tb_s is not None
    return math.log(float(chip.bandwidth_tb_s) * 1e15 / float(peak)), spread(chip, model, precision)


def covers(fitted: Mapping[str, Any], chip: str, model: str, precision: str) -> bool:
    """Whether the table has seen the chip, the model, and results in such a precision."""
    return chip in fitted["chips"] and model in fitted["models"] and precision in PRECISIONS


def flops_per_token(model: LanguageModel, tokens_in: Number, tokens_out: Number) -> Number:
    """FLOP for each token that comes out, the input's included."""
    needed: Number = 2.0 * float(model.active) * (np.asarray(tokens_in) + tokens_out) / tokens_out
    return needed


def log_utilisation(
    fitted: Mapping[str, Any], names: tuple[str, str], seen: tuple[float, float], round_name: str
) -> float:
    """log u of a chip and a model by their names, with the `traits` seen, as of a round."""
    chip, model = names
    slopes = fitted["slopes"]
    told: float = (
        fitted["base"] + fitted["models"][model] + fitted["chips"][chip] + fitted["rounds"][round_name]
        + slopes["bandwidth_over_peak"] * (seen[0] - fitted["means"]["bandwidth_over_peak"])
        + slopes["spread"] * (seen[1] - fitted["means"]["spread"])
    )  # fmt: skip
    return told


def tokens_per_s(
    fitted: Mapping[str, Any], names: tuple[str, str], things: tuple[Chip, LanguageModel], precision: Precision,
    lengths: tuple[Number, Number],
) -> Number:  # fmt: skip
    """Output tokens a second of one chip offline, with the software of the latest round."""
    chip, model = things
    seen = traits(chip, model, precision)
    share = math.exp(log_utilisation(fitted, names, seen, max(fitted["rounds"])))
    peak = float(chip.peak_flops(precision) or 0)
    rate: Number = share * peak / flops_per_token(model, *lengths)
    return rate
