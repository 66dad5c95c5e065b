"""The serving roofline: how long one step of a batch takes, from what is read, computed, sent and waited for.

A step gives each of `batch` requests one token on `width` chips:

    step = (weights touched + kept numbers read) / (share of bandwidth) + 2 active batch / (share of peak)
           + sent between chips / (share of link) + layers (wait + wait per doubling x log2 width)

A request of `tokens_in` and `tokens_out` is computed once for its input and then takes part in `tokens_out` steps; the
inputs of the others are computed in between, so that one request takes tokens_out x step + batch x input seconds, and

    tokens per second and chip = batch x tokens_out / (tokens_out x step + batch x input) / width

The form is the roofline of Williams, Waterman and Patterson (2009) with its two roofs added rather than the higher one
taken. Of a mixture of experts a batch touches the shared weights and, of N routed ones, N (1 - (1 - k/E)^batch): each
request picks k of E experts as if by chance. Five numbers are fitted, for dense models and for mixtures apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gigawatt.throughput.jobs import Job, Number


@dataclass(frozen=True)
class Roofline:
    """What is fitted. Shares of what a chip states; seconds of a layer in a step; `engines` are factors by engine."""

    bandwidth_share: Number
    peak_share: Number
    link_share: Number
    layer_s: Number
    layer_s_per_doubling: Number
    engines: Mapping[str, float]
    sigma: float

    @classmethod
    def of(cls, fitted: Mapping[str, Any]) -> Roofline:
        """One as `fitted.json` has it."""
        return cls(**fitted["parameters"], engines=fitted["engines"], sigma=fitted["sigma"])


def weights_touched(job: Job, batch: Number) -> Number:
    """Weights that a step of `batch` requests reads, over all chips of the replica: N(1 - (1 - k/E)^batch), and the
    shared ones.

    Of the stated parameters so many are routed that one token passes through the stated active ones.
    """
    share = np.minimum(np.asarray(job.experts_per_token) / job.experts, 1.0)
    routed = np.where(
        share < 1.0, (job.parameters - np.asarray(job.active)) / np.where(share < 1.0, 1.0 - share, 1.0), 0.0
    )
    touched: Number = job.parameters - routed * (1.0 - share) ** np.asarray(batch)
    return touched


def step_s(fit: Roofline, job: Job, batch: Number, width: Number) -> Number:
    """Seconds of one step that gives each of `batch` requests a token, on `width` chips, halfway through the output."""
    context = job.tokens_in + np.asarray(job.tokens_out) / 2.0
    # A chip keeps whole heads: with more chips than heads each head is kept, and read, more than once.
    parts = np.minimum(width, job.kv_heads)
    read = (
        weights_touched(job, batch) * job.weight_bytes / width
        + batch * job.kept_per_token * context * job.kept_bytes / parts
    )
    compute = 2.0 * job.active * batch / (width * job.peak_flops * fit.peak_share)
    wait = job.layers * (fit.layer_s + fit.layer_s_per_doubling * np.log2(width))
    step: Number = read / (job.bandwidth * fit.bandwidth_share) + compute + batch * sent_s(fit, job, width) + wait
    return step


def input_s(fit: Roofline, job: Job, width: Number) -> Number:
    """Seconds in which the input of one request is computed, on `width` chips: weights and causal attention."""
    flops = 2.0 * job.active * job.tokens_in + 2.0 * job.attention * np.asarray(job.tokens_in) ** 2
    compute = flops / (width * job.peak_flops * fit.peak_share)
    taken: Number = compute + job.tokens_in * sent_s(fit, job, width)
    return taken


def sent_s(fit: Roofline, job: Job, width: Number) -> Number:
    """Seconds that one token's exchange between `width` chips takes: two sums over all chips in each layer, in bf16."""
    each_way = 8.0 * job.layers * job.hidden * (width - 1.0) / width
    sent: Number = each_way / (job.link * fit.link_share)
    return sent


def token_s(fit: Roofline, job: Job, batch: Number, width: Number) -> Number:
    """Seconds that a reader waits from one token to the next, while the inputs of others are computed in between."""
    waited: Number = step_s(fit, job, batch, width) + batch * input_s(fit, job, width) / np.asarray(job.tokens_out)
    return waited


def tokens_per_s(fit: Roofline, job: Job, batch: Number, width: Number) -> Number:
    """Output tokens a second of one chip."""
    rate: Number = batch / token_s(fit, job, batch, width) / width
    return rate
