"""Asks aiconfigurator for the MLPerf Offline cells that it covers: python fits/with_aiconfigurator.py CSV

To be run in an environment of its own with `aiconfigurator` 0.12.0 installed; nothing else of Gigawatt uses it. It
searches 8 chips for the most tokens a second whatever a reader waits, on TensorRT-LLM, with weights and cache in FP8,
or weights in NVFP4; the better of its aggregated and its disaggregated answer is taken. Llama 2 70B is asked for as
Llama 3.1 70B, which has the same shape. Where it has no data (AMD, GH200, boards of the NVL kind, H100 PCIe) there is
no row.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import logging
import sys
import tempfile
from importlib import import_module
from importlib.resources import files
from pathlib import Path

SHAPES = {
    "llama-2-70b": ("meta-llama--Meta-Llama-3.1-70B", 294, 294),
    "llama-3.1-405b": ("meta-llama--Meta-Llama-3.1-405B", 9400, 680),
    "llama-3.1-8b": ("meta-llama--Meta-Llama-3.1-8B", 778, 73),
    "mixtral-8x7b": ("mistralai--Mixtral-8x7B-v0.1", 380, 145),
    "deepseek-r1": ("deepseek-ai--DeepSeek-R1", 800, 3880),
}
CELLS = {
    ("h100", "h100_sxm", "FP8"): ("llama-2-70b", "llama-3.1-405b", "llama-3.1-8b", "mixtral-8x7b"),
    ("h200", "h200_sxm", "FP8"): ("llama-2-70b", "llama-3.1-405b", "llama-3.1-8b", "mixtral-8x7b"),
    ("b200", "b200_sxm", "NVFP4"): ("llama-2-70b", "llama-3.1-405b", "llama-3.1-8b", "deepseek-r1"),
    ("gb200", "gb200", "NVFP4"): ("llama-2-70b", "llama-3.1-405b", "deepseek-r1"),
    ("gb300", "gb300", "NVFP4"): ("llama-3.1-405b", "deepseek-r1"),
    ("h100-pcie", "h100_pcie", "FP8"): ("llama-2-70b",),
    ("l40s", "l40s", "FP8"): ("llama-2-70b", "llama-3.1-8b"),
    ("rtx-pro-6000", "rtx_pro_6000_server", "NVFP4"): ("llama-2-70b", "llama-3.1-8b"),
    ("rtx-pro-6000", "rtx_pro_6000_server", "FP8"): ("mixtral-8x7b",),
}


def asked(model: str, system: str, quantisation: str) -> float | None:
    """Output tokens a second and chip of its best answer; None where it has none."""
    default = import_module("aiconfigurator.cli.api").cli_default
    shape, tokens_in, tokens_out = SHAPES[model]
    config = files("aiconfigurator_core").joinpath(f"model_configs/{shape}_config.json").read_text()
    told = {"quant_algo": quantisation, "kv_cache_quant_algo": "FP8", "group_size": 16}
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        Path(folder, "config.json").write_text(config)
        quantised = {"producer": {"name": "modelopt", "version": "0.23.0"}, "quantization": told}
        Path(folder, "hf_quant_config.json").write_text(json.dumps(quantised))
        try:
            found = default(folder, 8, system, isl=tokens_in, osl=tokens_out, ttft=1e6, tpot=1e5)
        except SystemExit:
            return None
    rates = [float(frame["tokens/s/gpu"].max()) for frame in found.best_configs.values() if len(frame)]
    return max(rates, default=None)


def main(path: Path) -> None:
    """Write one row for each cell that it covers."""
    logging.disable(logging.CRITICAL)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("chip", "model", "precision", "tokens_per_s"))
        for (chip, system, quantisation), models in CELLS.items():
            for model in models:
                rate = asked(model, system, quantisation)
                if rate is not None:
                    writer.writerow((chip, model, "fp4" if quantisation == "NVFP4" else "fp8", f"{rate:.2f}"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
