"""Makes the shipped tables from the files as their publishers have them: python -m fits.collect FOLDER

The folder holds the two summary_results.json of mlcommons/inference_results_v4.1 and v5.1 (as `inference_v4.1.json`,
`inference_v5.1.json`, gzipped or not) and silicon_sample.csv of ai-dynamo/aiconfigurator. `training.csv` was read out
of the logs that each of its rows names, and `drift.csv` is copied from what each of its rows names.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

PLACE = Path(__file__).resolve().parent.parent / "src" / "gigawatt" / "throughput"
MODELS = {
    "llama2-70b-99": "llama-2-70b", "mixtral-8x7b": "mixtral-8x7b", "llama3.1-405b": "llama-3.1-405b",
    "llama3.1-8b": "llama-3.1-8b", "deepseek-r1": "deepseek-r1",
}  # fmt: skip
# The first that is found in the accelerator's name decides.
CHIPS = {
    "GB300": "gb300", "GB200": "gb200", "GH200": "gh200", "H200-NVL": "h200-nvl", "H100-NVL": "h100-nvl",
    "H100-PCIe": "h100-pcie", "H200-SXM": "h200", "H100-SXM": "h100", "B200-SXM": "b200", "L40S": "l40s",
    "RTX PRO 6000": "rtx-pro-6000", "MI300X": "mi300x", "MI325X": "mi325x",
}  # fmt: skip
SERVED = {
    "Llama-3.1-70B": "llama-3.1-70b", "Llama-3.1-8B": "llama-3.1-8b", "Qwen3-32B": "qwen3-32b",
    "DeepSeek": "deepseek-r1", "MiniMax-M2.5": "minimax-m2.5", "gpt-oss-120b": "gpt-oss-120b",
    "Qwen3.5-397B": "qwen3.5-397b-a17b", "Kimi-K2.5": "kimi-k2.5", "Qwen3-235B": "qwen3-235b-a22b", "GLM-5": "glm-5",
}  # fmt: skip
DENSE = ("llama-3.1-70b", "llama-3.1-8b", "qwen3-32b")
HOPPER = ("h100", "h200")


def inference(folder: Path) -> Iterator[dict[str, Any]]:
    """Offline and Server results of the closed division, in tokens a second, on one kind of chip of the catalogue."""
    for round_name in ("v4.1", "v5.1"):
        path = next(folder.glob(f"inference_{round_name}.json*"))
        text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for entry in json.loads(text):
            model, chip = MODELS.get(entry["Model"]), one_chip(entry["Accelerator"])
            wanted = entry["Category"] == "closed" and "datacenter" in entry["Suite"] and model and chip
            if not wanted or entry["Performance_Units"] != "Tokens/s" or entry["Scenario"] not in ("Offline", "Server"):
                continue
            yield {
                "round": round_name, "id": entry["ID"], "submitter": entry["Submitter"], "chip": chip, "model": model,
                "scenario": entry["Scenario"].lower(), "precision": precision_of(entry),
                "chips": int(entry["a#"]) * int(entry["Nodes"]), "tokens_per_s": entry["Performance_Result"],
            }  # fmt: skip


def one_chip(accelerator: str) -> str | None:
    """The chip of a system that has one kind of them; None of mixed systems and of chips that nobody asked about."""
    if ", " in accelerator or "Virtualized" in accelerator:
        return None
    return next((chip for name, chip in CHIPS.items() if name in accelerator), None)


def precision_of(entry: Mapping[str, Any]) -> str:
    """The least precise of the types of weights that a submission names: what most of its arithmetic is in.

    Many of v4.1 name the type that the weights are stored in, fp16; their engines ran them in FP4 on Blackwell and in
    FP8 on what came before.
    """
    names = str(entry["weight_data_types"]).lower()
    if names == "fp16" and entry["version"] == "v4.1":
        names = "fp4" if "B200" in entry["Accelerator"] else "fp8"
    return "fp4" if "fp4" in names else "fp8" if "fp8" in names else "bf16"


def serving(folder: Path) -> Iterator[dict[str, Any]]:
    """Points whose chips can be told: aggregated serving on 1, 2, 4 or 8 chips in one group.

    Left out are points with data-parallel attention and those whose stated concurrency is not the batch, because the
    number of replicas, or of chips in one, cannot be told there.
    """
    with (folder / "silicon_sample.csv").open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            model = next(name for key, name in SERVED.items() if key in row["model_path"])
            said = re.search(r"silicon_concurrency=(\d+)", row["silicon_data_source"])
            width, groups = whole(row["tp_size"]), max(1, whole(row["attention_dp_size"]))
            experts_over = max(1, whole(row["moe_tp_size"])) * max(1, whole(row["moe_ep_size"]))
            plain = row["mode"] == "agg" and groups == 1 and width in (1, 2, 4, 8)
            if not plain or said is None or int(said[1]) != whole(row["batch_size"]):
                continue
            if model not in DENSE and experts_over != width:
                continue
            chip = row["system"].removesuffix("_sxm")
            yield {
                "row": number, "chip": chip, "model": model, "precision": arithmetic(row["precision"], chip),
                "engine": row["backend"], "tokens_in": row["isl"], "tokens_out": row["osl"], "batch": row["batch_size"],
                "width": width, "first_token_s": f"{float(row['silicon_ttft_ms']) / 1e3:.6g}",
                "token_s": f"{float(row['silicon_tpot_ms']) / 1e3:.6g}",
            }  # fmt: skip


def arithmetic(precision: str, chip: str) -> str:
    """The precision of weights and arithmetic; four-bit weights on chips without FP4 are multiplied in bf16."""
    if precision == "int4" or (precision == "fp4" and chip in HOPPER):
        return "w4a16"
    return precision or "bf16"


def whole(text: str) -> int:
    """A number, nought where there is none."""
    return int(text) if text else 0


def write(name: str, rows: list[dict[str, Any]]) -> None:
    """Write one table beside the code that reads it."""
    with (PLACE / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{name}: {len(rows)} rows")


if __name__ == "__main__":
    source = Path(sys.argv[1])
    write("inference.csv", list(inference(source)))
    write("serving.csv", list(serving(source)))
