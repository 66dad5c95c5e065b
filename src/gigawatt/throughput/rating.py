"""Gives the workloads that name a model their rates on every chip that a pool of the programme holds."""

from __future__ import annotations

from gigawatt.errors import NoEstimate
from gigawatt.model.programme import Programme
from gigawatt.model.rates import Estimate
from gigawatt.model.workload import Serving, Workload
from gigawatt.throughput.predictor import Predictor


def rated(programme: Programme) -> Programme:
    """The programme with estimates on its workloads; a chip that gets none has the reason in its place."""
    predictor = Predictor(programme.chips, programme.models)
    used = tuple(dict.fromkeys(pool.chip for pool in programme.pools.values() if pool.chip in programme.chips))
    workloads = {
        name: workload if workload.is_rated else _rated(predictor, workload, used)
        for name, workload in programme.workloads.items()
    }
    return programme.model_copy(update={"workloads": workloads})


def _rated(predictor: Predictor, workload: Workload, used: tuple[str, ...]) -> Workload:
    found: dict[str, Estimate] = {}
    missing: dict[str, str] = {}
    for chip in used:
        try:
            found[chip] = _estimate(predictor, workload, chip)
        except NoEstimate as fault:
            missing[chip] = str(fault)
    return workload.with_estimates(found, missing)


def _estimate(predictor: Predictor, workload: Workload, chip: str) -> Estimate:
    assert workload.model is not None
    if isinstance(workload, Serving):
        assert workload.lengths is not None
        lengths = float(workload.lengths.tokens_in), float(workload.lengths.tokens_out)
        return predictor.estimate(chip, workload.model, workload.precision, *lengths, workload.scenario)
    most = float(getattr(workload, "most_chips", None) or 0)
    return predictor.training(chip, workload.model, most)
