"""Fits everything and writes src/gigawatt/throughput/fitted.json, with the errors on what was left out: make fit

Beside it, in fits/unseen.csv, goes every prediction of what was left out.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from fits import factors, roofline, training, unseen, utilisation
from fits.collect import PLACE
from fits.errors import distribution, sigma_of


def fitted() -> dict[str, Any]:
    """All that ships, fitted to the tables as they are."""
    known = catalogue()
    _, on_results = unseen.roofline_on_results(known)
    return {
        "about": "made by `make fit` from the tables beside it; errors are percent of what was measured",
        "noise": factors.noise(),
        "server": factors.server(),
        "drift": factors.drift(),
        "utilisation": utilisation.fit(utilisation.cells_of(*known)),
        "roofline": {
            "dense": roofline.fit(roofline.served(*known, dense=True)),
            "mixture": roofline.fit(roofline.served(*known, dense=False)),
            "sigma": round(sigma_of(on_results), 4),
            "errors": {"MLPerf Offline, never fitted to": distribution(on_results)},
        },
        "scaling": factors.scaling(known[0]),
        "training": training.fit(*known),
    }


def catalogue() -> tuple[dict[str, Any], dict[str, Any]]:
    """The chips and the models of the catalogue."""
    from gigawatt.clauses import all_kinds
    from gigawatt.file.catalogue import things
    from gigawatt.model.programme import programme_type

    shipped = things(programme_type(all_kinds()))
    return dict(shipped.chips), dict(shipped.models)


def main() -> None:
    """Write the file and print the errors."""
    found = fitted()
    (PLACE / "fitted.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    write_unseen(Path(__file__).with_name("unseen.csv"))
    for name, part in (*found.items(), *found["roofline"].items()):
        for what, errors in part.get("errors", {}).items() if isinstance(part, dict) else ():
            shown = ", ".join(f"{key} {value:g}" for key, value in errors.items())
            print(f"{name}, {what}: {shown}")


def write_unseen(path: Path) -> None:
    """Write what was predicted for everything that was left out, beside what was measured."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("method", "chip", "model", "left_out", "measured", "predicted"))
        for *names, measured, predicted in unseen.rows(catalogue()):
            writer.writerow((*names, f"{measured:.5g}", f"{predicted:.5g}"))


if __name__ == "__main__":
    main()
