"""The page on the announcement: what it names is there, its commands are known, and the file says what it quotes.

What a solve answers is not checked here, since it takes minutes and moves with the gap; only what stands in the file.
"""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import typer

import gigawatt as gw
from gigawatt.app import known_on
from gigawatt.cli import app
from gigawatt.model.plan import TABLES

ROOT = Path(__file__).resolve().parent.parent
STARGATE = ROOT / "examples" / "stargate"
PAGE = (STARGATE / "announcement.md").read_text(encoding="utf-8")
COUNTS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
COMMAND: Any = typer.main.get_command(app)


@cache
def stargate() -> gw.Programme:
    return gw.load(STARGATE / "programme.yaml")


def clause(name: str) -> Any:
    """A clause as the plan has it: by the versions that were known as of its day."""
    contract, _, key = name.partition("/")
    return known_on(stargate()).contracts[contract].clauses[key]


def asked(name: str) -> str:
    """The first price of a clause, as the page writes it: two decimals."""
    return f"{clause(name).price_per_chip_hour.points[0][1]:.2f}"


def rows(title: str) -> list[list[str]]:
    """The cells of the table under a heading, without its head."""
    body = PAGE.split(f"\n## {title}\n\n")[1].split("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in body.splitlines()[2:]]


RUNS, IDLE = rows("What runs"), rows("What is in the file and changes no plan")


def in_code(cells: list[str]) -> list[str]:
    return re.findall(r"`([^`]+)`", " ".join(cells))


def known() -> set[str]:
    """All that a name on the page may stand for: commands, tables, and what the programme calls its things."""
    programme = stargate()
    sections = (programme.parties, programme.sites, programme.pools, programme.workloads, programme.revenues)
    names = set(chain(programme.chips, programme.indicators, programme.contracts, *sections))
    clauses = {f"{name}/{key}" for name, each in programme.contracts.items() for _, key, _ in each.every_clause()}
    patterns = {"parties.*.duties", "openai-microsoft.through", "openai-microsoft/*"}
    return names | clauses | patterns | set(TABLES) | set(COMMAND.commands)


def test_the_tables_of_the_page_are_read() -> None:
    assert len(RUNS) >= 10
    assert len(IDLE) >= 3
    assert all(len(row) == 4 for row in RUNS)


@pytest.mark.parametrize("row", RUNS, ids=lambda row: row[0][:40])
def test_what_is_to_be_run_is_a_command_and_what_is_to_be_read_a_table(row: list[str]) -> None:
    told = row[2]
    tables = re.findall(r"tables? `([^`]+)`", told)
    assert [name for name in tables if name not in TABLES] == []
    commands = [name for name in in_code([told]) if name in COMMAND.commands]
    assert tables or commands or "cash" in told or re.search(r"\]\(\S+\)", told)


@pytest.mark.parametrize("line", re.findall(r"^\$ (.+)$", PAGE, re.MULTILINE))
def test_each_line_to_type_is_one_that_runs(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its words are taken as the command takes them; nothing is planned."""
    monkeypatch.chdir(ROOT)
    program, *words = shlex.split(line)
    if program == "python":
        assert Path(words[0]).is_file()
        return
    assert program == "gigawatt"
    with COMMAND.commands[words[0]].make_context(words[0], words[1:]) as context:
        assert Path(context.params["file"]).is_file()


@pytest.mark.parametrize("name", sorted({name for name in in_code(list(chain(*RUNS, *IDLE))) if ": " not in name}))
def test_what_stands_in_code_is_a_name_or_a_line_of_the_file(name: str) -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(STARGATE.rglob("*.yaml")))
    assert name in known() or name in text


def share(value: Any) -> str:
    """A share that holds throughout, as `20 %`."""
    (point,) = value.points
    return f"{100 * point[1]:.0f} %"


def of_capital() -> str:
    tranches = clause("stargate-capital/capital").tranches
    return f"`stargate-capital/capital` with its {COUNTS[len(tranches)]} tranches"


def of_money() -> str:
    amounts = [tranche.amount / 10**9 for tranche in clause("stargate-capital/capital").tranches]
    return f"{sum(amounts):.0f} billion USD of AI infrastructure in the United States, {amounts[0]:.0f} billion at once"


def of_first_refusal() -> str:
    first = clause("openai-microsoft/first-call")
    assert "own_build" in first.except_
    partial = "true" if first.partial else "false"
    return f"`openai-microsoft/first-call` (`trigger: {first.trigger}`, `partial: {partial}`, own building excepted)"


def of_waiting() -> str:
    first = clause("openai-microsoft/first-call")
    return f"up to {first.respond_within.days} days for Microsoft to answer, {first.tail.days} to sign elsewhere"


def of_the_term() -> str:
    end = known_on(stargate()).contracts["openai-microsoft"].until
    assert end == stargate().horizon.until
    return f"through {end - timedelta(days=1)}, the last day of the horizon"


def of_the_share() -> str:
    paid = clause("openai-microsoft/share")
    return f"`openai-microsoft/share` ({share(paid.rate)} of {' and '.join(f'`{name}`' for name in paid.streams)})"


def of_the_share_back() -> str:
    paid = clause("openai-microsoft/reverse")
    (stream,) = paid.streams
    return f"`openai-microsoft/reverse` ({share(paid.rate)} of the stream `{stream}`)"


def of_the_api() -> str:
    exclusive = clause("openai-microsoft/api-on-azure")
    assert exclusive.holder == "microsoft"
    closed = ", ".join(f"`{name}`" for name in exclusive.workloads)
    return f"`openai-microsoft/api-on-azure`: closes Use of {closed} on every other"


def test_the_line_that_is_to_be_added_to_the_first_refusal_can_be(tmp_path: Path) -> None:
    (line,) = re.findall(r"again with `(through: \S+)` added to the clause", PAGE)
    shutil.copytree(STARGATE, tmp_path / "stargate")
    path = tmp_path / "stargate" / "contracts" / "openai-microsoft.yaml"
    text = path.read_text(encoding="utf-8")
    kind = "            kind: first_refusal\n"
    assert text.count(kind) == 1
    path.write_text(text.replace(kind, f"{kind}            {line}\n"), encoding="utf-8")
    changed = known_on(gw.load(tmp_path / "stargate" / "programme.yaml"))
    ended = changed.contracts["openai-microsoft"].clauses["first-call"].until
    assert ended is not None
    assert ended < stargate().horizon.until


QUOTED: dict[str, Callable[[], str]] = {
    "sites": lambda: f"{COUNTS[len(stargate().sites)]} sites in sites.yaml",
    "capital": of_capital,
    "money": of_money,
    "first refusal": of_first_refusal,
    "days to answer and to sign": of_waiting,
    "the hall of 2027": lambda: f"that hall of {stargate().sites['shackelford'].phases['b1'].power_mw:f}",
    "the contract's end": of_the_term,
    "the API": of_the_api,
    "the share": of_the_share,
    "the share back": of_the_share_back,
    "own chips": lambda: f"`available: {stargate().chips['jalapeno'].available}`",
    "jobs": lambda: f"at {stargate().indicators['jobs'].amount:f} a MW",
    "mgx-equity": lambda: f"contract `mgx-equity`, `status: {stargate().contracts['mgx-equity'].status}`",
    "nvidia-letter": lambda: f"contract `nvidia-letter`, `status: {stargate().contracts['nvidia-letter'].status}`",
}
"""What the page says of the file, with the figures as the file has them."""


@pytest.mark.parametrize("what", QUOTED)
def test_a_figure_of_the_file_is_quoted_as_the_file_has_it(what: str) -> None:
    assert QUOTED[what]() in PAGE


@pytest.mark.parametrize(
    ("offer", "quoted"),
    [
        ("aws-november/gb300", r"`aws-november` [^`]* where (\S+) are asked"),
        ("coreweave-september/gb300", r"`coreweave-september` [^`]* and not ([\d.]+)"),
        ("aws-trainium/trainium3", r"`aws-trainium` [^`]* and not ([\d.]+)"),
    ],
)
def test_a_price_that_is_asked_is_quoted_as_the_file_has_it(offer: str, quoted: str) -> None:
    """What it would be worth is the solve's."""
    assert re.findall(quoted, PAGE) == [asked(offer)]


def test_the_terms_of_2025_have_no_end_before_the_contracts() -> None:
    for name in ("first-call", "api-on-azure", "share", "reverse"):
        assert clause(f"openai-microsoft/{name}").until in (None, stargate().horizon.until)


def test_arm_is_a_party_without_a_contract_of_its_own() -> None:
    assert "arm" in stargate().parties
    assert "arm" not in {side for each in stargate().contracts.values() for side in (each.buyer, each.seller)}
