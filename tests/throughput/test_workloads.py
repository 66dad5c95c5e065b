"""Workloads that name a model: their rates, how a plan tells of them, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

import gigawatt as gw
from gigawatt.app import rated
from tests.programmes import load_text

HEAD = """
programme: acme
decides: acme
horizon: {from: 2027-01, through: 2027-02}
"""
CONTRACTS = """
contracts:
  lumen:
    buyer: acme
    seller: lumen
    status: signed
    clauses:
      gb200: {kind: price, chip: gb200, price: 3 USD/chip-hour, chips: 4000}
      mi355x: {kind: price, chip: mi355x, price: 2 USD/chip-hour, chips: 4000}
"""
CHAT = """
workloads:
  chat:
    {kind: serving, tokens: 1e10 token/day, model: llama-3.1-405b, lengths: {in: 9400, out: 680}, precision: fp4,
     unserved: 90 USD/Mtoken}
"""
RUN = """
workloads:
  run: {kind: training, flop: 1e24 FLOP, model: llama-3.1-405b, most: 2048, unserved: 1e-16 USD/FLOP}
"""


def refused(text: str) -> list[str]:
    with pytest.raises(gw.ProgrammeError) as error:
        load_text(text)
    return [f"{fault.path}: {fault.message}" for fault in error.value.faults]


@pytest.fixture(scope="module")
def plan() -> gw.Plan:
    return gw.plan(load_text(HEAD + CHAT + CONTRACTS))


def test_a_workload_is_rated_on_each_chip_by_the_predictor() -> None:
    chat = load_text(HEAD + CHAT + CONTRACTS).workloads["chat"]
    known = gw.predictor()
    for chip in ("gb200", "mi355x"):
        answer = known.estimate(chip, "llama-3.1-405b", "fp4", 9400, 680, "server")
        assert chat.estimates[chip] == answer
        assert float(chat.rates[chip]) == pytest.approx(answer.per_second * 3600, rel=1e-5)


def test_offline_and_tokens_counted_both_ways() -> None:
    """Of 10,080 tokens 680 come out: counted all, a chip does 10,080 / 680 times as many."""
    both = CHAT.replace("out: 680}", "out: 680, counted: all}, scenario: offline")
    chat = load_text(HEAD + both + CONTRACTS).workloads["chat"]
    answer = gw.predictor().estimate("gb200", "llama-3.1-405b", "fp4", 9400, 680, "offline")
    assert float(chat.rates["gb200"]) == pytest.approx(answer.per_second * 3600 * 10_080 / 680, rel=1e-5)


def test_a_stated_rate_wins() -> None:
    stated = CHAT.replace("precision: fp4", "precision: fp4, rates: {gb200: 500 token/s}")
    programme = load_text(HEAD + stated + CONTRACTS)
    chat = programme.workloads["chat"]
    assert chat.rates["gb200"] == 500 * 3600
    assert set(chat.estimates) == {"mi355x"}
    rows = {row["chip"]: row for row in gw.plan(programme).rates.iter_rows(named=True)}
    assert (rows["gb200"]["method"], rows["mi355x"]["method"]) == ("stated", "roofline")


def test_the_plan_tells_each_rate_with_method_source_and_sigma(plan: gw.Plan) -> None:
    rows = {row["chip"]: row for row in plan.rates.iter_rows(named=True)}
    assert rows["gb200"]["method"] == "measured"
    assert rows["gb200"]["rate"] == pytest.approx(161.31, abs=0.01)
    assert rows["gb200"]["unit"] == "token/s"
    assert "MLPerf Inference v5.1, closed, 5.1-0071" in rows["gb200"]["source"]
    assert rows["mi355x"]["method"] == "roofline"
    assert rows["mi355x"]["sigma"] > rows["gb200"]["sigma"] > 0


def test_so_do_its_json_its_assumptions_and_its_report(plan: gw.Plan, tmp_path: Path) -> None:
    told = json.loads(json.dumps(plan.as_dict(), default=str))["tables"]["rates"]
    assert {row["method"] for row in told} == {"measured", "roofline"}
    records = {record.path: record for record in plan.programme.provenance}
    assert records["workloads.chat.rates.gb200"].value_text == "161.3 token/s"
    assert records["workloads.chat.rates.gb200"].note == "measured, sigma 0.036; a year's drift of +16% not counted"
    assumed = [record.path for record in plan.programme.assumptions()]
    assert "workloads.chat.rates.mi355x" in assumed
    assert "workloads.chat.rates.gb200" not in assumed
    gw.write_report(plan, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert "5.1-0071" in page
    assert "serving roofline (dense)" in page


def test_the_plan_needs_as_many_chips_as_the_rate_says(plan: gw.Plan) -> None:
    """1e10 tokens a day; MI355X, the cheaper by the token, first."""
    rate = {row["chip"]: row["rate"] for row in plan.rates.iter_rows(named=True)}
    used = plan.use.filter(pl.col("month") == "2027-01").group_by("pool").agg(pl.col("chips").mean())
    chips = dict(used.iter_rows())
    served = chips.get("lumen-mi355x", 0) * rate["mi355x"] + chips.get("lumen-gb200", 0) * rate["gb200"]
    assert served == pytest.approx(1e10 / 86_400, rel=1e-6)


def test_a_run_takes_the_share_of_the_peak_that_its_size_reaches() -> None:
    programme = load_text(HEAD + RUN + CONTRACTS)
    answer = gw.predictor().training("gb200", "llama-3.1-405b", 2048)
    assert float(programme.workloads["run"].rates["gb200"]) == pytest.approx(answer.per_second * 3600, rel=1e-5)
    assert "workloads.run.mfu" not in [record.path for record in programme.assumptions()]
    rows = {row["chip"]: row for row in gw.plan(programme).rates.iter_rows(named=True)}
    assert (rows["gb200"]["method"], rows["gb200"]["unit"]) == ("training", "FLOP/s")


def test_every_other_rate_is_told_too() -> None:
    plain = """
    workloads:
      chips: {kind: serving, chips: 10, unserved: 9 USD/chip-hour}
      flop: {kind: training, flop: 1e22 FLOP, unserved: 1e-16 USD/FLOP}
    """
    rows = gw.plan(load_text(HEAD + plain.replace("\n    ", "\n") + CONTRACTS)).rates
    assert dict(rows.select("workload", "method").unique().iter_rows()) == {"chips": "assumed", "flop": "assumed"}
    assert set(rows["unit"]) == {"chips", "FLOP/s"}


def test_models_and_chips_of_the_file_extend_the_catalogue() -> None:
    own = """
models: {ours: {parameters: 20e9, layers: 40, hidden: 5120, heads: 40, kv_heads: 8, head_dim: 128}}
chips: {mi355x: {bandwidth: 16 TB/s}}
"""
    text = HEAD + own + CHAT.replace("llama-3.1-405b", "ours") + CONTRACTS
    chat = load_text(text).workloads["chat"]
    slower = load_text(text.replace("16 TB/s", "8 TB/s")).workloads["chat"]
    assert chat.estimates["mi355x"].method == "roofline"
    assert chat.estimates["mi355x"].per_second > slower.estimates["mi355x"].per_second


def test_a_programme_changed_in_python_is_rated_when_it_is_planned() -> None:
    programme = load_text(HEAD + CHAT + CONTRACTS)
    bare = programme.workloads["chat"].model_copy(update={"given_rates": {}})
    bare._estimates, bare._unrated = {}, {}
    again = rated(programme.model_copy(update={"workloads": {"chat": bare}}))
    assert again.workloads["chat"].rates == programme.workloads["chat"].rates
    assert rated(again) is again


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("llama-3.1-405b", "llama-405b", "workloads.chat.model: there is no model 'llama-405b'; did you mean"),
        (
            "{in: 9400, out: 680}",
            "{in: 0, out: 680}",
            "workloads.chat.lengths.in: 0 tokens; a request has at least one",
        ),
        ("lengths: {in: 9400, out: 680}, ", "", "workloads.chat.model: a model needs the `lengths` of its requests"),
        ("model: llama-3.1-405b, ", "", "workloads.chat.lengths: is of use only beside a `model`"),
        ("precision: fp4", "precision: fp4, scenario: sever", "workloads.chat.scenario: "),
        ("tokens: 1e10 token/day", "chips: 5", "workloads.chat.model: a model is served in tokens"),
        ("out: 680}", "out: 680, counted: both}", "workloads.chat.lengths.counted: "),
    ],
)
def test_a_serving_workload_that_makes_no_sense(old: str, new: str, words: str) -> None:
    text = HEAD + CHAT.replace(old, new)
    if "chips" in new:
        text = text.replace("90 USD/Mtoken", "9 USD/chip-hour")
    assert any(told.startswith(words) for told in refused(text + CONTRACTS))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("most: 2048, ", "", "workloads.run.model: the share of the peak depends on the chips of the run; give `most`"),
        (
            "most: 2048",
            "most: 2048, precision: fp8",
            "workloads.run.precision: a run of a `model` is in the precision of",
        ),
        ("most: 2048", "most: 2048, mfu: 40 %", "workloads.run.model: says twice what share of the peak is reached"),
        (
            "flop: 1e24 FLOP",
            "chips: 8",
            "workloads.run.model: the share of the peak that a run reaches is of use for `flop`",
        ),
    ],
)
def test_a_run_that_makes_no_sense(old: str, new: str, words: str) -> None:
    text = HEAD + RUN.replace(old, new).replace(
        "1e-16 USD/FLOP", "1 USD/chip-hour" if "chips" in new else "1e-16 USD/FLOP"
    )
    assert any(told.startswith(words) for told in refused(text + CONTRACTS))


def test_where_no_chip_can_run_it_each_says_why() -> None:
    text = HEAD + CHAT + CONTRACTS.replace("chip: gb200", "chip: h100").replace("chip: mi355x", "chip: maia-100")
    told = refused(text)
    assert len(told) == 1
    assert "lumen-h100: h100 has no fp4: it has bf16 and fp8" in told[0]
    assert "lumen-maia-100: maia-100 has no fp4" in told[0]


def test_a_model_that_fits_on_no_chip_is_told_so() -> None:
    text = HEAD + CHAT.replace("in: 9400", "in: 90000000").replace("fp4", "bf16") + CONTRACTS
    assert "llama-3.1-405b in bf16 does not fit" in refused(text)[0]


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ("{parameters: 0}", "models.ours.parameters: 0 where a number above nought is due"),
        ("{parameters: 5e9, active: 9e9, experts: 4}", "models.ours.active: "),
        ("{parameters: 5e9, active: 1e9}", "models.ours.active: fewer parameters are active than there are"),
        ("{parameters: 5e9, experts: 4, experts_per_token: 8}", "models.ours.experts_per_token: "),
        ("{layers: 5}", "models.ours.parameters: `parameters` is missing"),
        ("{parameters: 5e9, head: 4}", "models.ours.head: unknown key 'head'"),
    ],
)
def test_a_model_that_makes_no_sense(own: str, words: str) -> None:
    told = refused(HEAD + f"models: {{ours: {own}}}\n" + CHAT + CONTRACTS)
    assert any(each.startswith(words) for each in told), told
