"""The tutorial: its package is written as the page has it, found by its entry point, and passes its own tests."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "own-clause.md"
BLOCK = re.compile(r"^```\w+ (?:no-run )?file=(?P<name>\S+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
FILES = {found["name"]: found["text"] for found in BLOCK.finditer(PAGE.read_text(encoding="utf-8"))}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package laid out, with the metadata that an installer writes of its entry points."""
    folder = tmp_path_factory.mktemp("own")
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / "own_clauses" / "__init__.py").touch()
    project = tomllib.loads(FILES["pyproject.toml"])["project"]
    metadata = folder / "own_clauses-0.1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    groups = (
        f"[{group}]\n" + "".join(f"{name} = {target}\n" for name, target in entries.items())
        for group, entries in project["entry-points"].items()
    )
    (metadata / "entry_points.txt").write_text("".join(groups))
    return folder


def run(package: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A Python beside the package, so that it is found as if it were installed."""
    return subprocess.run([sys.executable, *words], cwd=package, capture_output=True, text=True, check=False)


def test_the_clause_has_fewer_than_sixty_lines() -> None:
    assert len(FILES["own_clauses/maintenance.py"].splitlines()) < 60


def test_its_own_tests_pass(package: Path) -> None:
    done = run(package, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_maintenance.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout


def test_every_command_knows_the_kind(package: Path) -> None:
    assert run(package, "-m", "gigawatt", "check", "programme.yaml").returncode == 0
    assert '"maintenance"' in run(package, "-m", "gigawatt", "schema").stdout
    words = ("may", "programme.yaml", "--by", "acme", "--place", "chat", "--in", "lumen-h100", "--on")
    assert run(package, "-m", "gigawatt", *words, "2027-02-14").stdout.startswith("DENY")
    assert run(package, "-m", "gigawatt", *words, "2027-02-15").stdout.startswith("ALLOW")


def test_a_kind_that_is_not_installed_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "programme.yaml").write_text(FILES["programme.yaml"], encoding="utf-8")
    done = run(tmp_path, "-m", "gigawatt", "check", "programme.yaml")
    assert done.returncode == 1
    assert "unknown kind 'maintenance'" in done.stderr
