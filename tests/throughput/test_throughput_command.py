"""`gigawatt throughput`: what it prints, its JSON, its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gigawatt.cli import app

ASKED = [
    "throughput",
    "--chip",
    "gb200",
    "--model",
    "llama-3.1-405b",
    "--precision",
    "fp4",
    "--in",
    "9400",
    "--out",
    "680",
]
OWN = """
programme: own
decides: acme
horizon: {from: 2027-01, through: 2027-06}
chips: {x1: {fp8: 2e15 FLOP/s, memory: 128 GB, bandwidth: 5 TB/s}}
models: {tiny: {parameters: 3e9, layers: 28, hidden: 3072, heads: 24, kv_heads: 8, head_dim: 128}}
contracts: {c: {buyer: acme, seller: s, status: signed, clauses: {r: {kind: price, chip: x1, price: 1 USD/chip-hour}}}}
"""


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, list(arguments))
    return done.exit_code, done.stdout, done.stderr


def test_it_tells_the_figure_its_method_source_and_band() -> None:
    code, out, _ = run(*ASKED)
    assert code == 0
    assert "214 token/s a chip   (202 to 227 in nine of ten)" in out
    assert "method   measured, sigma 0.036" in out
    assert "MLPerf Inference v5.1, closed, 5.1-0074 (Nebius, 4 chips)" in out
    assert "one replica needs 2 chips" in out
    assert "drift    not counted" in out


def test_json_has_the_same() -> None:
    code, out, _ = run(*ASKED, "--scenario", "server", "--json")
    assert code == 0
    found = json.loads(out)
    assert found["method"] == "measured"
    assert found["per_second"] == pytest.approx(161.31, abs=0.01)
    assert (found["unit"], found["scenario"], found["chips_needed"]) == ("token/s", "server", 2)
    assert found["least"] < found["per_second"] < found["most"]
    assert found["drift"]["a_year"] > 1


def test_a_run() -> None:
    code, out, _ = run("throughput", "--chip", "h100", "--model", "llama-3.1-405b", "--training", "8192")
    assert code == 0
    assert "74.4% of the dense bf16 peak on 8,192 chips" in out


def test_the_roofline_says_on_how_many_chips() -> None:
    code, out, _ = run(*[word if word != "gb200" else "mi355x" for word in ASKED])
    assert code == 0
    assert "method   roofline" in out
    assert "served   on 2 chips a replica" in out


def test_chips_and_models_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(OWN)
    code, out, err = run(
        "throughput",
        "--file",
        str(path),
        "--chip",
        "x1",
        "--model",
        "tiny",
        "--precision",
        "fp8",
        "--in",
        "900",
        "--out",
        "90",
    )
    assert code == 0, err
    assert "method   roofline" in out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--chip", "gb20", "--model", "llama-3.1-405b", "--in", "1", "--out", "1"], 1, "did you mean 'gb200'?"),
        (["--chip", "gb200", "--model", "llama-3.1-405b", "--in", "1"], 2, "give --out, the tokens of one request"),
        (["--chip", "gb200", "--model", "llama-3.1-405b"], 2, "give --in and --out"),
        (["--chip", "gb200", "--model", "llama-3.1-405b", "--in", "0", "--out", "1"], 1, "lengths of 0 tokens in"),
        (["--chip", "h100", "--model", "llama-3.1-405b", "--precision", "fp4", "--in", "9", "--out", "1"], 1, "no fp4"),
        (["--chip", "maia-100", "--model", "llama-3.1-8b", "--in", "9", "--out", "1"], 1, "states no bandwidth"),
        (["--chip", "l40s", "--model", "kimi-k2.5", "--in", "9e6", "--out", "1"], 1, "does not fit"),
        (["--chip", "h100", "--model", "llama-3.1-405b", "--training", "0"], 1, "a run on 0 chips"),
        (["--model", "llama-3.1-405b", "--in", "1", "--out", "1"], 2, "--chip"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(arguments: list[str], code: int, words: str) -> None:
    given, out, err = run("throughput", *arguments)
    assert given == code
    assert words in err
    assert "Traceback" not in out + err
