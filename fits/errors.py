"""How wrong: a distribution of errors told whole, from the logarithms of predicted over measured."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
ONE_SIGMA = 0.6827
"""The share of a normal distribution within one standard deviation of its middle."""


def sigma_of(log_errors: npt.ArrayLike) -> float:
    """The half-width that held as many errors as one sigma of a normal holds: steady against a few wild ones."""
    return float(np.quantile(np.abs(np.asarray(log_errors)), ONE_SIGMA))


def distribution(log_errors: npt.ArrayLike) -> dict[str, Any]:
    """Errors as percent of what was measured: median, mean, quantiles, the worst; what 2 sigma held; the bias."""
    log_errors = np.asarray(log_errors)
    percent = np.abs(np.expm1(log_errors)) * 100.0
    sigma = sigma_of(log_errors)
    quantiles = {f"p{share}": round(float(np.quantile(percent, share / 100)), 2) for share in (25, 75, 90)}
    return {
        "count": len(percent),
        "median": round(float(np.median(percent)), 2),
        "mean": round(float(percent.mean()), 2),
        **quantiles,
        "worst": round(float(percent.max()), 1),
        "bias": round(float(np.expm1(np.median(log_errors)) * 100.0), 2),
        "sigma": round(sigma, 4),
        "within_two_sigma": round(float(np.mean(np.abs(log_errors) <= 2.0 * sigma)), 3),
    }
