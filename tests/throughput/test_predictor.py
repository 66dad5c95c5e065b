"""Which method answers, what each answer carries, and what is said to a question that cannot be answered."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

import gigawatt as gw
from gigawatt.model.language_model import LanguageModel
from gigawatt.model.things import Chip
from gigawatt.throughput import measured, scaling, training
from gigawatt.throughput.predictor import Predictor
from gigawatt.throughput.records import BENCHMARKS, fitted, points, results, runs

KNOWN = gw.predictor()
NEW_CHIP = Chip(bf16_flops="5e15 FLOP/s", fp8_flops="1e16 FLOP/s", memory_gb="400 GB", bandwidth_tb_s="16 TB/s")
NEW_MODEL = LanguageModel(parameters="30e9", layers="48", hidden="6144", heads="48", kv_heads="8", head_dim="128")


def with_more(**chips: Chip) -> Predictor:
    return Predictor(
        {**KNOWN.chips, **chips}, {**KNOWN.models, "new": NEW_MODEL, "shapeless": LanguageModel(parameters="30e9")}
    )


@pytest.mark.parametrize(
    ("asked", "method"),
    [
        (("gb200", "llama-3.1-405b", "fp4", 9400, 680, "offline"), "measured"),
        (("gb200", "llama-3.1-405b", "fp4", 9400, 680, "server"), "measured"),
        (("b200", "deepseek-r1", "fp8", 8192, 1024, "offline"), "measured"),
        (("gh200", "llama-3.1-8b", "fp8", 778, 73, "offline"), "utilisation"),
        (("mi325x", "llama-3.1-405b", "fp8", 9400, 680, "server"), "utilisation"),
        (("gb200", "llama-3.1-405b", "fp4", 2000, 680, "offline"), "roofline"),
        (("tpu-v6e", "llama-3.1-8b", "bf16", 778, 73, "offline"), "roofline"),
    ],
)
def test_the_first_method_that_can_answer_does(asked: tuple, method: str) -> None:
    answer = KNOWN.estimate(*asked)
    assert answer.method == method
    assert answer.per_second > 0
    assert answer.sigma > 0
    assert answer.source
    assert answer.least < answer.per_second < answer.most


def test_a_measured_cell_is_the_published_one_with_its_round_and_id() -> None:
    """GB200, Llama 3.1 405B, Offline, v5.1: of three results the best has 855.82 tokens a second on 4 chips."""
    answer = KNOWN.estimate("gb200", "llama-3.1-405b", "fp4", 9400, 680)
    assert answer.per_second == pytest.approx(855.82 / 4)
    assert answer.source.startswith("MLPerf Inference v5.1, closed, 5.1-0074 (Nebius, 4 chips)")
    assert answer.sigma == fitted()["noise"]["sigma"]


def test_the_later_round_goes_before_the_earlier_though_it_be_less() -> None:
    """H200, Llama 2 70B: 4487.88 in v4.1, 4414.59 in v5.1."""
    answer = KNOWN.estimate("h200", "llama-2-70b", "fp8", 294, 294)
    assert answer.per_second == pytest.approx(4414.5875)
    assert "v5.1" in answer.source


def test_a_point_of_serving_by_hand() -> None:
    """128 requests at once, 1024 tokens after 0.5 s and 1023 x 0.02 s, on 4 chips: 128 x 1024 / 20.96 / 4."""
    point = replace(points()[0], batch=128, tokens_out=1024.0, first_token_s=0.5, token_s=0.02, width=4)
    assert point.per_chip == pytest.approx(128 * 1024 / 20.96 / 4)


def test_a_server_takes_only_points_that_keep_the_readers_wait() -> None:
    key = ("h200", "qwen3.5-397b-a17b", "fp8")
    waits = [one.token_s for one in points() if (one.chip, one.model, one.precision) == key]
    assert max(waits) > 0
    for scenario, several in ((each[3], cells) for each, cells in measured.cells().items() if each[:3] == key):
        for cell in several:
            line = int(cell.source.split("line ")[1].split(" ")[0])
            point = next(one for one in points() if one.row == line)
            assert scenario == "offline" or point.token_s <= 0.1


def test_lengths_of_a_tenth_more_are_the_same_and_of_a_fifth_are_not() -> None:
    assert KNOWN.estimate("gb200", "llama-3.1-405b", "fp4", 10_300, 680).method == "measured"
    assert KNOWN.estimate("gb200", "llama-3.1-405b", "fp4", 11_300, 680).method == "utilisation"
    assert KNOWN.estimate("gb200", "llama-3.1-405b", "fp4", 9400, 900).method == "roofline"


def test_the_table_of_utilisation_by_hand() -> None:
    """exp of the sum of effects, times the peak, over 2 x 405e9 x (9400 + 680) / 680 FLOP a token."""
    table, chip = fitted()["utilisation"], KNOWN.chips["mi325x"]
    seen = math.log(6.0 * 1e15 / 2.6e15) - table["means"]["bandwidth_over_peak"]
    log_u = (
        table["base"] + table["models"]["llama-3.1-405b"] + table["chips"]["mi325x"] + table["rounds"]["v5.1"]
        + table["slopes"]["bandwidth_over_peak"] * seen - table["slopes"]["spread"] * table["means"]["spread"]
    )  # fmt: skip
    assert chip.fp8_flops == Decimal("2.6e15")
    flops = 2 * 405e9 * (9400 + 680) / 680
    answer = KNOWN.estimate("mi325x", "llama-3.1-405b", "fp8", 9400, 680)
    assert answer.per_second == pytest.approx(math.exp(log_u) * 2.6e15 / flops, rel=1e-9)
    server = KNOWN.estimate("mi325x", "llama-3.1-405b", "fp8", 9400, 680, "server")
    assert server.per_second == pytest.approx(answer.per_second * fitted()["server"]["factors"]["llama-3.1-405b"])
    assert server.sigma > answer.sigma


def test_a_known_chip_is_scaled_where_the_model_has_no_shape() -> None:
    known = Predictor(
        {**KNOWN.chips, "twice": Chip(fp8_flops="3.958e15 FLOP/s", bandwidth_tb_s="6.7 TB/s")}, KNOWN.models
    )
    answer = known.estimate("twice", "llama-2-70b", "fp8", 294, 294)
    assert answer.method == "scaled"
    other = answer.source.split(" from ")[1].split(":")[0]
    cell = measured.cells()[other, "llama-2-70b", "fp8" if other != "b200" else "fp4", "offline"][0]
    chip = known.chips[other]
    weight = fitted()["scaling"]["weight"]
    peak = 3.958e15 / float(chip.fp8_flops if other != "b200" else chip.fp4_flops)
    bandwidth = 6.7 / float(chip.bandwidth_tb_s)
    assert answer.per_second == pytest.approx(cell.per_second * peak**weight * bandwidth ** (1 - weight))
    assert scaling.scaled(1.0, cell, (math.log(2), 0.0)) == pytest.approx(2 * cell.per_second)


def test_a_chip_and_a_model_of_ones_own() -> None:
    answer = with_more(mine=NEW_CHIP).estimate("mine", "new", "fp8", 2000, 500, "server")
    assert answer.method == "roofline"
    assert answer.chips == 1
    assert answer.batch


def test_training_by_hand() -> None:
    """H100 in v5.0, 8,192 chips are four doublings of 512."""
    found = fitted()["training"]
    share = found["at_512"]["h100 v5.0"] * math.exp(-4 * found["loss_per_doubling"])
    answer = KNOWN.training("h100", "llama-3.1-405b", 8192)
    assert answer.per_second == pytest.approx(share * 989.4e12)
    assert answer.method == "training"
    run = next(one for one in runs() if one.chip == "h100" and one.chips == 8192)
    assert training.mfu_of(run, 405e9, 989.4e12) == pytest.approx(share, rel=0.05)
    # 6 x 405e9 x 1536 x 8192 tokens in 5.182 s on 8192 chips.
    assert training.mfu_of(run, 405e9, 989.4e12) == pytest.approx(
        6 * 405e9 * 1536 * 8192 / (5.182 * 8192 * 989.4e12), rel=1e-12
    )


def test_training_elsewhere_is_less_sure() -> None:
    known, other = KNOWN.training("gb200", "llama-3.1-405b", 512), KNOWN.training("mi300x", "llama-3.1-405b", 512)
    small = KNOWN.training("gb200", "llama-3.1-8b", 512)
    assert other.sigma > 5 * known.sigma
    assert small.sigma > 5 * known.sigma
    assert small.per_second < known.per_second
    assert "no mi300x is among them" in other.source


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (("gb20", "llama-3.1-405b", "fp4", 9400, 680), "there is no chip 'gb20'; did you mean 'gb200'?"),
        (("gb200", "llama-405b", "fp4", 9400, 680), "there is no model 'llama-405b'; did you mean 'llama-3.1-405b'?"),
        (("gb200", "llama-3.1-405b", "fp5", 9400, 680), "there is no precision 'fp5'; did you mean"),
        (
            ("gb200", "llama-3.1-405b", "fp4", 9400, 680, "sever"),
            "there is no scenario 'sever'; did you mean 'server'?",
        ),
        (("gb200", "llama-3.1-405b", "fp4", 0, 680), "lengths of 0 tokens in"),
        (("gb200", "llama-3.1-405b", "fp4", 9400, 0), "lengths of 0 tokens out"),
        (("gb200", "llama-3.1-405b", "fp4", -5, 680), "lengths of -5 tokens in"),
        (("gb200", "llama-3.1-405b", "fp4", math.nan, 680), "lengths of nan tokens in"),
        (("h100", "llama-3.1-405b", "fp4", 9400, 680), "h100 has no fp4: it has bf16 and fp8"),
        (("jalapeno", "llama-3.1-405b", "fp8", 9400, 680), "jalapeno has no fp8: it states no peak at all"),
        (("maia-100", "llama-3.1-405b", "bf16", 9400, 680), "maia-100 states no bandwidth to its memory"),
        (("h100", "shapeless", "bf16", 9400, 680), "shapeless states no shape (give layers, hidden, heads"),
        (("bare", "new", "bf16", 9400, 680), "bare states no memory (give `memory` under chips.bare)"),
        (("l40s", "kimi-k2.5", "bf16", 9_000_000, 680), "kimi-k2.5 in bf16 does not fit"),
    ],
)
def test_what_cannot_be_answered_says_what_is_missing(asked: tuple, words: str) -> None:
    known = with_more(bare=Chip(bf16_flops="1e15 FLOP/s", bandwidth_tb_s="3 TB/s"))
    with pytest.raises(gw.NoEstimate) as error:
        known.estimate(*asked)
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (("h101", "llama-3.1-405b", 512), "did you mean"),
        (("h100", "llama", 512), "there is no model 'llama'"),
        (("h100", "llama-3.1-405b", 0), "a run on 0 chips"),
        (("vr200", "llama-3.1-405b", 512), "vr200 states no bf16 peak"),
    ],
)
def test_a_run_that_cannot_be_told_of(asked: tuple, words: str) -> None:
    with pytest.raises(gw.NoEstimate, match=words):
        KNOWN.training(*asked)


def test_many_at_once_are_as_one_by_one() -> None:
    rng = np.random.default_rng(7)
    chips = np.array(["gb200", "h100", "mi325x"])[rng.integers(0, 3, 60)]
    models = np.array(["llama-3.1-405b", "deepseek-r1", "qwen3-32b"])[rng.integers(0, 3, 60)]
    lengths = rng.choice([778.0, 9400.0, 3000.0], 60), rng.choice([73.0, 680.0, 400.0], 60)
    found = KNOWN.predict(chips, models, "fp8", *lengths, "server")
    for place in range(60):
        one = KNOWN.estimate(
            str(chips[place]), str(models[place]), "fp8", lengths[0][place], lengths[1][place], "server"
        )
        assert found.per_second[place] == pytest.approx(one.per_second)
        assert (found.method[place], found.sigma[place]) == (one.method, one.sigma)
        assert found.reasons[found.reason[place]] == (one.method, one.source)


def test_every_record_names_a_chip_and_a_model_of_the_catalogue() -> None:
    for one in (*results(), *points(), *runs()):
        assert one.chip in KNOWN.chips
        assert one.model in KNOWN.models
    assert {one.model for one in results()} == set(BENCHMARKS)
    assert all(one.id and one.round and one.submitter for one in results())


def test_drift_is_stated_apart_and_has_its_range() -> None:
    """GB300, DeepSeek-R1, Server: 8064 after 2907 tokens a second and chip."""
    drift = KNOWN.drift
    assert KNOWN.estimate("gb200", "llama-3.1-405b", "fp4", 9400, 680).drift == drift["a_year"]
    assert KNOWN.training("gb200", "llama-3.1-405b", 512).drift == drift["a_year"]
    assert drift["least"] < 1.0 < drift["a_year"] < drift["most"]
    assert drift["most"] == pytest.approx(8064 / 2907, abs=1e-4)
    h100 = [
        one
        for one in drift["seen"]
        if (one["chip"], one["model"], one["scenario"]) == ("h100", "llama-2-70b", "offline")
    ]
    # 3902.46875 after 3066.0375.
    assert h100[0]["gain_percent"] == pytest.approx(27.3, abs=0.05)
