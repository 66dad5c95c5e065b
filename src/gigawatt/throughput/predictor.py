"""What a chip delivers on a model: the measured cell, else utilisation, else the roofline, else a known chip scaled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gigawatt.errors import NoEstimate
from gigawatt.model.calendar import Floats, Ints
from gigawatt.model.language_model import LanguageModel
from gigawatt.model.rates import Estimate, Method, Scenario
from gigawatt.model.things import Chip, Precision
from gigawatt.throughput import measured, replicas, scaling, training, utilisation
from gigawatt.throughput.jobs import Job, job_of
from gigawatt.throughput.records import BENCHMARKS, fitted
from gigawatt.throughput.roofline import Roofline
from gigawatt.values.ids import listed, unknown

PRECISIONS: tuple[Precision, ...] = ("bf16", "fp8", "fp4")
NEAR = float(np.log(1.25))
"""Lengths within a quarter of a benchmark's are near enough for its utilisation; beyond, the roofline knows more."""


@dataclass(frozen=True)
class Predictions:
    """Many answers, arrays of one shape: output tokens a second of one chip, sigma, chips of a replica, batch.

    `reason` points into `reasons`: the method and source of each. Noughts in `chips` and `batch` where not said.
    """

    per_second: Floats
    sigma: Floats
    chips: Floats
    batch: Floats
    reason: Ints
    reasons: tuple[tuple[Method, str], ...]

    @property
    def method(self) -> npt.NDArray[np.str_]:
        """The method of each."""
        return np.array([method for method, _ in self.reasons])[self.reason]


class Predictor:
    """Answers about the chips and models that it is given; see `gigawatt.predictor`."""

    def __init__(self, chips: Mapping[str, Chip], models: Mapping[str, LanguageModel]) -> None:
        self.chips = chips
        self.models = models
        found = fitted()
        self.table: Mapping[str, Any] = found["utilisation"]
        self.scale: Mapping[str, Any] = found["scaling"]
        self.runs: Mapping[str, Any] = found["training"]
        self.noise: Mapping[str, float] = found["noise"]
        self.server: Mapping[str, Any] = found["server"]
        self.drift: Mapping[str, Any] = found["drift"]
        # Wider than that of a step: here the roofline also chooses the width and the batch.
        self.whole_sigma: float = found["roofline"]["sigma"]
        self.rooflines = {name: Roofline.of(found["roofline"][name]) for name in ("dense", "mixture")}

    def estimate(
        self, chip: str, model: str, precision: Precision, tokens_in: float, tokens_out: float,
        scenario: Scenario = "offline",
    ) -> Estimate:  # fmt: skip
        """What one chip delivers on one model. Raises NoEstimate, as `predict` does."""
        found = self.predict(chip, model, precision, tokens_in, tokens_out, scenario)
        method, source = found.reasons[int(found.reason[0])]
        return Estimate(
            chip, model, float(found.per_second[0]), method, source, float(found.sigma[0]), precision, scenario,
            int(found.chips[0]) or None, int(found.batch[0]) or None, drift=self.drift["a_year"],
        )  # fmt: skip

    def predict(
        self,
        chip: str | Sequence[str],
        model: str | Sequence[str],
        precision: Precision | Sequence[str],
        tokens_in: npt.ArrayLike,
        tokens_out: npt.ArrayLike,
        scenario: Scenario | Sequence[str] = "offline",
    ) -> Predictions:
        """Output tokens a second of one chip, for arrays of names and lengths that broadcast to one shape (n,).

        Raises NoEstimate for a name that nothing has (with the nearest), lengths not above nought, a precision or a
        bandwidth that the chip lacks, and a model that does not fit.
        """
        names = [np.atleast_1d(np.asarray(each)) for each in (chip, model, precision, scenario)]
        lengths = [np.atleast_1d(np.asarray(each, dtype=np.float64)) for each in (tokens_in, tokens_out)]
        for what, each in zip(("in", "out"), lengths, strict=True):
            if not (np.isfinite(each) & (each > 0)).all():
                raise NoEstimate(f"lengths of {each.min():g} tokens {what}; a request has at least one each way")
        codes, keys = _grouped(names)
        shape = np.broadcast_shapes(codes.shape, *(each.shape for each in lengths))
        codes = np.broadcast_to(codes, shape).ravel()
        t_in, t_out = (np.broadcast_to(each, shape).ravel() for each in lengths)
        answer = _Answer.empty(codes.size)
        order = np.argsort(codes, kind="stable")
        bounds = np.searchsorted(codes[order], np.arange(len(keys) + 1))
        for place, key in enumerate(keys):
            rows = order[bounds[place] : bounds[place + 1]]
            self._group(answer, rows, key, t_in[rows], t_out[rows])
        return answer.told()

    def replica(
        self, chip: str, model: str, precision: Precision, tokens_in: float, tokens_out: float
    ) -> tuple[int, int]:
        """Chips that one replica needs, and requests that it then holds at once. NoEstimate where it does not fit."""
        job = self._job(chip, model, precision, np.array([tokens_in]), np.array([tokens_out]))
        needed = replicas.chips_needed(job)
        self._refuse_unfit(needed, chip, model, precision)
        return int(needed[0]), int(np.atleast_1d(replicas.room(job, float(needed[0])))[0])

    def training(self, chip: str, model: str, chips: float) -> Estimate:
        """FLOP/s of one chip in a run on so many, counting 6 x parameters for each token. NoEstimate without a peak."""
        thing = self._chip(chip)
        self._model(model)
        if thing.bf16_flops is None:
            raise NoEstimate(
                f"{chip} states no bf16 peak, of which a run would reach a share; give `bf16` under chips.{chip}"
            )
        if not chips > 0:
            raise NoEstimate(f"a run on {chips:g} chips; give at least one")
        share, sigma, source = training.mfu(self.runs, chip, chips, float(self._model(model).parameters))
        note = f"{share:.1%} of the dense bf16 peak on {chips:,.0f} chips"
        return Estimate(
            chip,
            model,
            share * float(thing.bf16_flops),
            "training",
            source,
            sigma,
            "bf16",
            note=note,
            drift=self.drift["a_year"],
        )

    def _group(self, answer: _Answer, rows: Ints, key: tuple[str, str, str, str], t_in: Floats, t_out: Floats) -> None:
        """Answer the rows of one chip, model, precision and scenario."""
        chip, model, precision, scenario = self._checked(key)
        for method in (self._measured, self._by_table, self._by_roofline, self._by_scale):
            left = np.isnan(answer.per_second[rows])
            if not left.any():
                return
            method(answer, rows[left], (chip, model, precision, scenario), t_in[left], t_out[left])
        if np.isnan(answer.per_second[rows]).any():
            raise NoEstimate(self._why_not(chip, model, precision))

    def _checked(self, key: tuple[str, str, str, str]) -> tuple[str, str, Precision, Scenario]:
        chip, model, precision, scenario = key
        thing = self._chip(chip)
        self._model(model)
        if scenario not in ("offline", "server"):
            raise NoEstimate(unknown("scenario", scenario, ("offline", "server")))
        if precision not in PRECISIONS:
            raise NoEstimate(unknown("precision", precision, PRECISIONS))
        if thing.peak_flops(precision) is None:
            has = [each for each in PRECISIONS if thing.peak_flops(each) is not None]
            rest = f"it has {listed(has)}" if has else "it states no peak at all"
            raise NoEstimate(f"{chip} has no {precision}: {rest}; give the peak under chips.{chip} if it does")
        if thing.bandwidth_tb_s is None:
            raise NoEstimate(
                f"{chip} states no bandwidth to its memory; give `bandwidth` under chips.{chip}, as 8 TB/s"
            )
        return chip, model, precision, scenario  # type: ignore[return-value]

    def _chip(self, name: str) -> Chip:
        if name not in self.chips:
            raise NoEstimate(unknown("chip", name, self.chips))
        return self.chips[name]

    def _model(self, name: str) -> LanguageModel:
        if name not in self.models:
            raise NoEstimate(unknown("model", name, self.models))
        return self.models[name]

    def _job(self, chip: str, model: str, precision: Precision, t_in: Floats, t_out: Floats) -> Job:
        self._checked((chip, model, precision, "offline"))
        if not self.models[model].is_described or self.chips[chip].memory_gb is None:
            raise NoEstimate(self._why_not(chip, model, precision))
        return job_of(self.chips[chip], self.models[model], precision, t_in, t_out)

    def _measured(self, answer: _Answer, rows: Ints, key: measured.Key, t_in: Floats, t_out: Floats) -> None:
        for cell in measured.cells().get(key, ()):
            same = measured.matches(cell, t_in, t_out) & np.isnan(answer.per_second[rows])
            if same.any():
                at = answer.because("measured", cell.source)
                sigma = self.noise["sigma" if cell.chips is None else "points_sigma"]
                answer.fill(rows[same], at, cell.per_second, sigma, cell.chips or 0, cell.batch or 0)

    def _by_table(
        self, answer: _Answer, rows: Ints, key: tuple[str, str, Precision, Scenario], t_in: Floats, t_out: Floats
    ) -> None:
        chip, model, precision, scenario = key
        if model not in BENCHMARKS or not utilisation.covers(self.table, chip, model, precision):
            return
        usual = BENCHMARKS[model]
        off = np.abs(np.log(t_in / usual.tokens_in)), np.abs(np.log(t_out / usual.tokens_out))
        near = (off[0] <= NEAR) & (off[1] <= NEAR)
        things = (self.chips[chip], self.models[model])
        rate = utilisation.tokens_per_s(self.table, (chip, model), things, precision, (t_in[near], t_out[near]))
        words, sigma = "table of utilisation, fitted to MLPerf Inference v4.1 and v5.1, offline", self.table["sigma"]
        if scenario == "server":
            factor = self.server["factors"][model]
            rate, sigma = rate * factor, float(np.hypot(sigma, self.server["sigma"]))
            words += f", times {factor:.2f} for a server"
        answer.fill(rows[near], answer.because("utilisation", words), rate, sigma)

    def _by_roofline(
        self, answer: _Answer, rows: Ints, key: tuple[str, str, Precision, Scenario], t_in: Floats, t_out: Floats
    ) -> None:
        chip, model, precision, scenario = key
        if not self.models[model].is_described or self.chips[chip].memory_gb is None:
            return
        job = job_of(self.chips[chip], self.models[model], precision, t_in, t_out)
        self._refuse_unfit(replicas.chips_needed(job), chip, model, precision)
        kind = "dense" if self.models[model].is_dense else "mixture"
        served = replicas.best(self.rooflines[kind], job, scenario)
        words = f"serving roofline ({kind}), fitted to the points of ai-dynamo/aiconfigurator @095f58a5"
        at = answer.because("roofline", words)
        answer.fill(rows, at, served.per_second, self.whole_sigma, served.width, served.batch)

    def _by_scale(
        self, answer: _Answer, rows: Ints, key: tuple[str, str, Precision, Scenario], t_in: Floats, t_out: Floats
    ) -> None:
        chip, model, precision, scenario = key
        thing = self.chips[chip]
        for cell, other, off in scaling.known_cells(thing, chip, model, precision, scenario, self.chips):
            same = measured.matches(cell, t_in, t_out) & np.isnan(answer.per_second[rows])
            if same.any():
                at = answer.because("scaled", f"scaled by peak and bandwidth from {other}: {cell.source}")
                answer.fill(rows[same], at, scaling.scaled(self.scale["weight"], cell, off), self.scale["sigma"])

    def _refuse_unfit(self, needed: Floats, chip: str, model: str, precision: str) -> None:
        if np.isinf(needed).any():
            most = replicas.WIDTHS[-1]
            memory = float(self.chips[chip].memory_gb or 0)
            raise NoEstimate(
                f"{model} in {precision} does not fit: with one such request it needs more than {most} chips of "
                f"{chip} ({memory:g} GB each, of which {replicas.USABLE:.0%} is usable); take a chip with more memory, "
                "a lower precision or shorter requests"
            )

    def _why_not(self, chip: str, model: str, precision: str) -> str:
        missing = []
        if self.chips[chip].memory_gb is None:
            missing.append(f"{chip} states no memory (give `memory` under chips.{chip})")
        if not self.models[model].is_described:
            missing.append(
                f"{model} states no shape (give layers, hidden, heads, kv_heads, head_dim under models.{model})"
            )
        return (
            f"nobody measured {model} in {precision} with such lengths on {chip} or a chip like it, and "
            + " and ".join(missing)
        )


@dataclass
class _Answer:
    """Answers on their way: not a number where there is none yet."""

    per_second: Floats
    sigma: Floats
    chips: Floats
    batch: Floats
    reason: Ints
    reasons: dict[tuple[Method, str], int]

    @classmethod
    def empty(cls, count: int) -> _Answer:
        none = np.full(count, np.nan)
        return cls(none, none.copy(), np.zeros(count), np.zeros(count), np.zeros(count, dtype=np.int64), {})

    def because(self, method: Method, source: str) -> int:
        return self.reasons.setdefault((method, source), len(self.reasons))

    def fill(
        self, rows: Ints, reason: int, per_second: npt.ArrayLike, sigma: float, chips: npt.ArrayLike = 0.0,
        batch: npt.ArrayLike = 0.0,
    ) -> None:  # fmt: skip
        self.reason[rows] = reason
        self.sigma[rows] = sigma
        self.per_second[rows], self.chips[rows], self.batch[rows] = per_second, chips, batch

    def told(self) -> Predictions:
        return Predictions(self.per_second, self.sigma, self.chips, self.batch, self.reason, tuple(self.reasons))


def _grouped(names: list[npt.NDArray[Any]]) -> tuple[Ints, list[tuple[str, str, str, str]]]:
    """Which combination of names each row has, and the combinations that occur, in a steady order."""
    shape = np.broadcast_shapes(*(each.shape for each in names))
    code = np.zeros(shape, dtype=np.int64)
    words = []
    for each in names:
        known, inverse = np.unique(each, return_inverse=True)
        code = code * len(known) + np.broadcast_to(inverse.reshape(each.shape), shape)
        words.append([str(word) for word in known])
    kinds, place = np.unique(code, return_inverse=True)
    return place.reshape(shape), [_named(int(kind), words) for kind in kinds]


def _named(kind: int, words: list[list[str]]) -> tuple[str, str, str, str]:
    parts = []
    for known in reversed(words):
        kind, at = divmod(kind, len(known))
        parts.append(known[at])
    scenario, precision, model, chip = parts
    return chip, model, precision, scenario
