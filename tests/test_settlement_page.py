"""docs/settlement.md holds what a settlement gives, and the reported facts come from what was published alone."""

from __future__ import annotations

import csv
import runpy
from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

import gigawatt as gw
from gigawatt.books import read_facts, settled
from gigawatt.model.posting import Posting
from tests.programmes import EXAMPLES

ROOT = Path(__file__).resolve().parent.parent
STARGATE = EXAMPLES / "stargate"
FACTS = STARGATE / "facts"
MADE = ("openai-2024", "openai", "microsoft-2024", "microsoft", "scenario")
CAPPED = "openai-microsoft/share@2026-04-27"
CAP = 38 * 10**11


def rows_of(name: str) -> list[dict[str, str]]:
    with (FACTS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def share() -> tuple[Posting, ...]:
    programme = gw.load(STARGATE / "share.yaml")
    facts = read_facts(programme, *(str(FACTS / f"{name}.csv") for name in MADE)).facts
    return settled(programme, facts, "2030-12", today=date(2031, 1, 1)).postings


def revenue(*names: str) -> dict[str, int]:
    """Cents by month."""
    found: dict[str, int] = defaultdict(int)
    for name in names:
        for row in rows_of(name):
            found[row["month"]] += int(Decimal(row["amount"]) * 100)
    return found


def test_the_page_holds_what_the_code_gives() -> None:
    script: dict[str, Any] = runpy.run_path(str(ROOT / "docs" / "settlement.py"))
    text = script["PAGE"].read_text(encoding="utf-8")
    assert script["page"](text) == text, "write it again: python docs/settlement.py"


def test_the_page_states_the_published_payments_as_they_were_published() -> None:
    text = (ROOT / "docs" / "settlement.md").read_text(encoding="utf-8")
    net = [row for row in rows_of("published") if row["what"] == "net share received"]
    assert [(row["from"], row["through"], Decimal(row["amount"])) for row in net] == [
        ("2024-01", "2024-12", Decimal("493800000")),
        ("2025-01", "2025-09", Decimal("865800000")),
    ]
    assert "493.8 million USD in 2024, 865.8 million in the first nine months of 2025" in text


def test_the_share_of_2024_worked_example(share: tuple[Posting, ...]) -> None:
    """A fifth of 3.7 billion is 740 million; months are rounded to the cent, so that a year is within six of it."""
    total = sum(one.amount_minor for one in share if one.by == "openai-microsoft/share" and one.month < "2025-01")
    assert abs(total - 74_000_000_000) <= 6


def test_the_cap_is_met_in_order_and_nothing_is_posted_after(share: tuple[Posting, ...]) -> None:
    earned = revenue("openai", "scenario")
    posted = [(one.month, one.amount_minor) for one in share if one.by == CAPPED]
    months = [month for month in sorted(earned) if month >= "2026-04"]
    assert [month for month, _ in posted] == months[: len(posted)]
    assert posted[0] == ("2026-04", round(Fraction(earned["2026-04"], 5) * Fraction(4, 30)))
    for month, amount in posted[1:-1]:
        assert amount == round(Fraction(earned[month], 5))
    before = sum(amount for _, amount in posted[:-1])
    last, rest = posted[-1]
    assert rest == CAP - before < Fraction(earned[last], 5)
    assert last < months[-1]


def test_the_share_alone_has_the_clauses_of_the_reference_programme() -> None:
    told = []
    for file in ("share.yaml", "settlement.yaml"):
        clauses = gw.known_on(gw.load(STARGATE / file)).contracts["openai-microsoft"].clauses
        told.append({
            name: clause.model_dump(exclude={"cite", "source", "assumed", "note"})
            for name, clause in clauses.items() if clause.kind == "revenue_share"
        })  # fmt: skip
    assert sorted(told[0]) == ["reverse", "share", "share@2026-04-27"]
    assert told[0] == told[1]


def test_the_programme_that_is_settled_is_the_one_that_is_planned_but_for_what_is_known() -> None:
    planned, settling = (yaml.safe_load((STARGATE / f).read_text()) for f in ("programme.yaml", "settlement.yaml"))
    assert planned.pop("as_of") == date(2025, 1, 31)
    assert (planned.pop("title"), settling.pop("title")) == (
        "Stargate, as seen in January 2025",
        "Stargate, as settled",
    )
    assert planned == settling


def test_the_reported_facts_are_what_their_script_writes(tmp_path: Path) -> None:
    written = runpy.run_path(str(STARGATE / "reported.py"))["write"](tmp_path)
    assert [path.stem for path in written] == list(MADE)
    for path in written:
        assert path.read_bytes() == (FACTS / path.name).read_bytes(), "run python examples/stargate/reported.py"


def test_published_periods_are_met_to_the_cent() -> None:
    earned = revenue("openai-2024", "openai")
    told = [row for row in rows_of("published") if row["what"] == "revenue"]
    assert len(told) == 4
    for row in told:
        total = sum(cents for month, cents in earned.items() if row["from"] <= month <= row["through"])
        assert total == int(Decimal(row["amount"]) * 100), row
    year = sum(cents for month, cents in revenue("scenario").items() if month >= "2030-01")
    assert abs(year - 28_000_000_000_000) < 100


def test_what_is_not_published_says_so_in_its_row() -> None:
    assert {row["sender"] for row in rows_of("openai-2024")} == {"press"}
    assert all(row["source"] and row["licence"] for row in rows_of("published"))
    assert {row["sender"]: row["x_basis"].split(",")[0].split(":")[0] for row in rows_of("scenario")} == {
        "scenario": "made up"
    }
    for row in (*rows_of("openai"), *rows_of("microsoft"), *rows_of("microsoft-2024")):
        press = row["stream"] != "azure-openai" and row["month"] <= "2026-03"
        assert row["sender"] == ("press" if press else "assumed")
        assert row["x_basis"].startswith("published for" if press else "assumed, not published")
        assert (row["x_source"] == "none") != press


def test_what_microsoft_earns_is_assumed_as_the_programme_assumes_it() -> None:
    points = runpy.run_path(str(STARGATE / "reported.py"))["AZURE"]
    stated = dict(gw.load(STARGATE / "programme.yaml").revenues["azure-openai"].amount_per_month.points)
    assert {month: stated[date.fromisoformat(f"{month}-01")] for month in points} == {
        month: amount * 10**6 for month, amount in points.items()
    }
