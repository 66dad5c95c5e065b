"""A chip, a model and lengths as the numbers that the formulas take; scalars and arrays alike, all broadcast."""

from __future__ import annotations

from dataclasses import dataclass

from gigawatt.model.calendar import Floats
from gigawatt.model.language_model import LanguageModel
from gigawatt.model.things import Chip, Precision

Number = float | Floats

WEIGHT_BYTES: dict[str, float] = {"bf16": 2.0, "fp8": 1.0, "fp4": 0.5625, "w4a16": 0.5625}
"""Bytes of one weight; of four-bit ones with a scale of eight bits for each sixteen."""

KEPT_BYTES: dict[str, float] = {"bf16": 2.0, "fp8": 1.0, "fp4": 1.0, "w4a16": 1.0}
"""Bytes of one number kept of a token: keys and values are in eight bits where the weights are in no more."""

SLOWEST_LINK = 0.128e12
"""Byte/s between chips that state no `link`: PCIe 5.0 with sixteen lanes, both ways together."""


@dataclass(frozen=True)
class Job:
    """One model on one chip with requests of given lengths; each number a scalar or an array that broadcasts.

    `peak_flops` FLOP/s dense at the precision, `bandwidth` and `link` byte/s, `memory` bytes, all of one chip;
    `weight_bytes` and `kept_bytes` bytes of one number; `attention` = heads x head_dim x layers that attend;
    `kept_per_token` numbers; `tokens_in`, `tokens_out` tokens of one request.
    """

    peak_flops: Number
    bandwidth: Number
    link: Number
    memory: Number
    weight_bytes: Number
    kept_bytes: Number
    parameters: Number
    active: Number
    layers: Number
    hidden: Number
    attention: Number
    kept_per_token: Number
    kv_heads: Number
    experts: Number
    experts_per_token: Number
    tokens_in: Number
    tokens_out: Number


def job_of(chip: Chip, model: LanguageModel, precision: Precision | str, tokens_in: Number, tokens_out: Number) -> Job:
    """The job of a chip that states all it needs and of a model that is described; asserts both."""
    peak = chip.bf16_flops if precision == "w4a16" else chip.peak_flops(precision)  # type: ignore[arg-type]
    assert peak is not None
    assert chip.bandwidth_tb_s is not None
    assert chip.memory_gb is not None
    assert model.is_described
    number = {name: float(value) for name, value in model if value is not None and name in _SHAPE}
    return Job(
        peak_flops=float(peak),
        bandwidth=float(chip.bandwidth_tb_s) * 1e12,
        link=float(chip.link_tb_s) * 1e12 if chip.link_tb_s else SLOWEST_LINK,
        memory=float(chip.memory_gb) * 1e9,
        weight_bytes=WEIGHT_BYTES[precision],
        kept_bytes=KEPT_BYTES[precision],
        parameters=number["parameters"],
        active=number["active"],
        layers=number["layers"],
        hidden=number["hidden"],
        attention=number["heads"] * number["head_dim"] * number["attention_layers"],
        kept_per_token=float(model.kept_per_token or 0),
        kv_heads=number["kv_heads"],
        experts=number["experts"],
        experts_per_token=number["experts_per_token"],
        tokens_in=tokens_in,
        tokens_out=tokens_out,
    )


_SHAPE = frozenset(
    {"parameters", "active", "layers", "hidden", "heads", "kv_heads", "head_dim", "attention_layers", "experts",
     "experts_per_token"}
)  # fmt: skip
