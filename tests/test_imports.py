"""Which way imports point: the contracts in pyproject.toml hold, and the rules that they cannot say hold too."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "gigawatt"
LINTER = Path(sys.executable).with_name("lint-imports")


def contracts() -> list[dict]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]


def top_level_imports(path: Path) -> list[tuple[str, int]]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        if isinstance(node, ast.Import):
            found += [(alias.name.split(".")[0], node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.append((node.module.split(".")[0], node.lineno))
    return found


def test_import_contracts_hold() -> None:
    result = subprocess.run([LINTER, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_make_lint_leaves_no_cache_of_imports_behind() -> None:
    calls = [line for line in (ROOT / "Makefile").read_text().splitlines() if "/lint-imports" in line]
    assert calls
    assert [line for line in calls if "--no-cache" not in line] == []


def test_every_room_of_the_house_has_its_floor() -> None:
    """A room that design names and nobody has built yet stands in brackets; one that is built does not."""
    layers = next(contract["layers"] for contract in contracts() if contract["id"] == "rooms")
    named = [name.strip() for layer in layers for name in layer.replace(":", "|").split("|")]
    built = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    waiting = {name.strip("()") for name in named if name.startswith("(")}
    floors = {name for name in named if not name.startswith("(")}
    assert floors == built - {"__init__"}
    assert not waiting & built, f"{sorted(waiting & built)} are built: take the brackets off in pyproject.toml"


@pytest.mark.parametrize("path", sorted((PACKAGE / "values").glob("*.py")), ids=lambda path: path.name)
def test_values_import_the_standard_library_only(path: Path) -> None:
    allowed = sys.stdlib_module_names | {"gigawatt"}
    strangers = [f"{path.name}:{line}: {name}" for name, line in top_level_imports(path) if name not in allowed]
    assert not strangers


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, gigawatt; print(*sorted({'numpy','polars','pydantic','highspy','altair'} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.split() == []


def test_exported_names_are_there_once_each() -> None:
    import gigawatt

    assert len(gigawatt.__all__) == len(set(gigawatt.__all__))
    assert [name for name in gigawatt.__all__ if not hasattr(gigawatt, name)] == []
    assert set(gigawatt.__all__) <= set(dir(gigawatt))
