"""The serving roofline against sums done by hand, and what must hold of it whatever the numbers are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gigawatt as gw
from gigawatt.throughput.jobs import Job, job_of
from gigawatt.throughput.replicas import READERS_WAIT_S, best, chips_needed, room
from gigawatt.throughput.roofline import Roofline, input_s, step_s, token_s, tokens_per_s, weights_touched

KNOWN = gw.predictor()
PLAIN = Roofline(
    bandwidth_share=0.8,
    peak_share=0.5,
    link_share=0.25,
    layer_s=50e-6,
    layer_s_per_doubling=10e-6,
    engines={},
    sigma=0.1,
)
DENSE = Job(
    peak_flops=1e15, bandwidth=4e12, link=1e12, memory=80e9, weight_bytes=1.0, kept_bytes=1.0, parameters=64e9,
    active=64e9, layers=50.0, hidden=8000.0, attention=400_000.0, kept_per_token=100_000.0, kv_heads=8.0, experts=1.0,
    experts_per_token=1.0, tokens_in=1000.0, tokens_out=200.0,
)  # fmt: skip
MIXTURE = replace(DENSE, active=14e9, experts=64.0, experts_per_token=4.0)

jobs = st.builds(
    replace,
    st.sampled_from([DENSE, MIXTURE]),
    tokens_in=st.floats(1, 20_000),
    tokens_out=st.floats(1, 5_000),
    bandwidth=st.floats(1e12, 3e13),
    peak_flops=st.floats(1e14, 1e16),
    memory=st.floats(4e10, 4e11),
)
batches, widths = st.floats(1, 512), st.sampled_from([1.0, 2.0, 4.0, 8.0])


def test_one_step_by_hand() -> None:
    """Ten requests on two chips, context 1000 + 200 / 2 = 1100 tokens.

    read     weights 64e9 B / 2 = 32e9; kept 10 x 100,000 x 1100 B / 2 = 0.55e9; over 0.8 x 4e12 B/s: 10.171875 ms
    compute  2 x 64e9 x 10 / (2 x 1e15 x 0.5) = 1.28 ms
    sent     8 B x 50 x 8000 x 1/2 = 1.6e6 B a token over 0.25 x 1e12 B/s = 6.4 us; ten of them 0.064 ms
    wait     50 x (50 + 10 x log2 2) us = 3 ms
    """
    assert step_s(PLAIN, DENSE, 10.0, 2.0) == pytest.approx(14.515875e-3, rel=1e-12)


def test_an_input_and_the_rate_by_hand() -> None:
    """input: 2 x 64e9 x 1000 = 1.28e14 and attention 2 x 400,000 x 1000^2 = 8e11 FLOP, over 1e15 FLOP/s: 128.8 ms,
    and sent 1000 x 6.4 us.

    A request takes 200 x 14.515875 ms + 10 x 135.2 ms = 4.255175 s, in which ten of them give 2000 tokens on two chips.
    """
    assert input_s(PLAIN, DENSE, 2.0) == pytest.approx(135.2e-3, rel=1e-12)
    assert token_s(PLAIN, DENSE, 10.0, 2.0) == pytest.approx(4.255175 / 200, rel=1e-12)
    assert tokens_per_s(PLAIN, DENSE, 10.0, 2.0) == pytest.approx(2000 / 4.255175 / 2, rel=1e-12)


def test_weights_touched_by_hand() -> None:
    """Active 14e9 of 64e9 at 4 of 64 experts: routed r with 64e9 - r (1 - 4/64) = 14e9, so r = 53.333e9.

    Two requests touch 64e9 - r x (15/16)^2 = 64e9 - 46.875e9 = 17.125e9.
    """
    assert weights_touched(MIXTURE, 1.0) == pytest.approx(14e9, rel=1e-12)
    assert weights_touched(MIXTURE, 2.0) == pytest.approx(17.125e9, rel=1e-12)
    assert weights_touched(MIXTURE, 5000.0) == pytest.approx(64e9, rel=1e-9)
    assert weights_touched(DENSE, 3.0) == 64e9


@pytest.mark.parametrize(
    ("chip", "precision", "chips"),
    [
        # 405e9 weights of 2 B are 810 GB; nine tenths of 80 GB are 72 GB: 11.25 chips, so 16.
        ("h100", "bf16", 16),
        # 405 GB over 72 GB: 5.6, so 8.
        ("h100", "fp8", 8),
        # 810 GB over 0.9 x 141 GB = 126.9 GB: 6.4, so 8.
        ("h200", "bf16", 8),
        # 405e9 x 0.5625 B = 227.8 GB over 0.9 x 186 GB = 167.4 GB: 1.4, so 2.
        ("gb200", "fp4", 2),
    ],
)
def test_chips_for_405b_by_hand(chip: str, precision: str, chips: int) -> None:
    assert KNOWN.replica(chip, "llama-3.1-405b", precision, 1000, 1000)[0] == chips


def test_requests_that_fit_by_hand() -> None:
    """405B in FP8 on 8 H100: 0.9 x 640 GB - 405 GB = 171 GB; a token keeps 2 x 8 x 128 x 126 B = 258,048 B.

    2000 tokens take 516.1 MB, so that 331 requests fit. On 16 chips each of the 8 heads is kept twice.
    """
    assert KNOWN.replica("h100", "llama-3.1-405b", "fp8", 1000, 1000) == (8, 331)
    job = job_of(KNOWN.chips["h100"], KNOWN.models["llama-3.1-405b"], "fp8", 1000.0, 1000.0)
    assert room(job, 16.0) == pytest.approx((0.9 * 1280e9 - 405e9) / (2 * 258_048 * 2000))


def test_what_does_not_fit_is_told_so() -> None:
    with pytest.raises(gw.NoEstimate, match=r"kimi-k2.5 in bf16 does not fit: .* more than 64 chips of l40s \(48 GB"):
        KNOWN.replica("l40s", "kimi-k2.5", "bf16", 9_000_000, 1000)
    with pytest.raises(gw.NoEstimate, match="does not fit"):
        KNOWN.estimate("l40s", "kimi-k2.5", "bf16", 9_000_000, 1000)


@given(jobs, batches, widths, st.floats(1.01, 10))
def test_more_of_anything_is_never_slower(job: Job, batch: float, width: float, more: float) -> None:
    rate = tokens_per_s(PLAIN, job, batch, width)
    for name in ("bandwidth", "peak_flops", "link"):
        better = replace(job, **{name: getattr(job, name) * more})
        assert tokens_per_s(PLAIN, better, batch, width) >= rate * (1 - 1e-12), name


@given(jobs, batches, widths, st.floats(1.01, 10))
def test_a_longer_context_is_never_faster(job: Job, batch: float, width: float, more: float) -> None:
    longer = replace(job, tokens_in=job.tokens_in * more)
    assert tokens_per_s(PLAIN, longer, batch, width) <= tokens_per_s(PLAIN, job, batch, width) * (1 + 1e-12)
    assert chips_needed(longer) >= chips_needed(job)


@given(jobs, st.floats(1, 256), widths)
def test_a_larger_batch_gives_more_tokens_and_makes_each_reader_wait_longer(
    job: Job, batch: float, width: float
) -> None:
    assert tokens_per_s(PLAIN, job, batch * 2, width) >= tokens_per_s(PLAIN, job, batch, width)
    assert token_s(PLAIN, job, batch * 2, width) >= token_s(PLAIN, job, batch, width)


@given(jobs)
def test_a_server_gives_no_more_than_offline_and_keeps_the_wait(job: Job) -> None:
    offline, server = best(PLAIN, job, "offline"), best(PLAIN, job, "server")
    assert server.per_second <= offline.per_second * (1 + 1e-12)
    if server.batch > 1:
        assert token_s(PLAIN, job, server.batch, server.width) <= READERS_WAIT_S


@given(jobs, st.floats(1.01, 4))
def test_more_memory_never_gives_less(job: Job, more: float) -> None:
    larger = replace(job, memory=job.memory * more)
    assert best(PLAIN, larger, "offline").per_second >= best(PLAIN, job, "offline").per_second * (1 - 1e-12)


def test_arrays_and_single_numbers_agree() -> None:
    several = replace(DENSE, tokens_in=np.array([10.0, 1000.0, 30_000.0]), tokens_out=np.array([5.0, 200.0, 900.0]))
    together = best(PLAIN, several, "server")
    for place in range(3):
        alone = best(
            PLAIN, replace(DENSE, tokens_in=several.tokens_in[place], tokens_out=several.tokens_out[place]), "server"
        )
        assert together.per_second[place] == pytest.approx(float(alone.per_second), rel=1e-12)
        assert together.batch[place] == alone.batch
