"""Writes the revenue of OpenAI and Microsoft by month, as facts that `gigawatt settle` reads, from what was published.

    python examples/stargate/reported.py [FOLDER]

Reads facts/published.csv beside this script; FOLDER is facts/ by default. Only periods are published, never months: how
each month is worked out stands in its row and in facts/README.md. All is in decimals: the same bytes come out anywhere.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from gigawatt.values.money import allocate

FACTS = Path(__file__).parent / "facts"
CHATGPT = Fraction(3, 4)
"""Three quarters of the revenue are ChatGPT's, as prices.csv takes it; assumed."""
LAST = "2026-10"
"""The last month that was over when this was written."""
AZURE = {"2025-01": 250, "2025-06": 480, "2025-12": 700, "2026-12": 1100}
"""Bing and the Azure OpenAI Service, million USD a month, as in workloads.yaml; carried back as it grows at first."""
HEAD = ("id", "sender", "stream", "earner", "month", "amount", "currency", "x_basis", "x_source")

Row = tuple[str, ...]


def number(month: str) -> int:
    """Months since the year nought."""
    return int(month[:4]) * 12 + int(month[5:]) - 1


def name(month: int) -> str:
    """The month of a number, as 2025-01."""
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def months(first: str, last: str) -> list[str]:
    """All months from one through another."""
    return [name(month) for month in range(number(first), number(last) + 1)]


def between(points: dict[str, Decimal], month: str) -> Decimal:
    """The value of a month, by constant growth between the points around it, or before the first as after it."""
    known = sorted(points)
    at = max(0, min(len(known) - 2, sum(one <= month for one in known) - 1))
    first, then = known[at], known[at + 1]
    share = Decimal(number(month) - number(first)) / (number(then) - number(first))
    return points[first] * (points[then] / points[first]) ** share


class Published:
    """The figures of published.csv."""

    def __init__(self) -> None:
        with (FACTS / "published.csv").open(encoding="utf-8", newline="") as file:
            self.rows = list(csv.DictReader(file))

    def amount(self, what: str, first: str, last: str) -> Decimal:
        """The one figure of a period."""
        (found,) = (
            Decimal(row["amount"])
            for row in self.rows
            if (row["what"], row["from"], row["through"]) == (what, first, last)
        )
        return found

    def run_rate(self) -> dict[str, Decimal]:
        """The annualised revenue at the end of some months."""
        return {row["from"]: Decimal(row["amount"]) for row in self.rows if row["what"] == "run rate"}


def openai(published: Published) -> list[tuple[str, int, str, str, str]]:
    """OpenAI's revenue: month, cents, sender, basis, source."""
    half = published.amount("revenue", "2025-01", "2025-06")
    rate = published.run_rate()
    audited, epoch = "audited figures as leaked, kindapeak.com 2026-06-25", "Epoch AI companies, CC BY 4.0"
    rest = published.amount("revenue", "2025-01", "2025-12") - half
    found = []
    for first, last, total, told, source in (
        ("2024-01", "2024-12", published.amount("revenue", "2024-01", "2024-12"), "the year", audited),
        ("2025-01", "2025-06", half, "the half-year", epoch),
        ("2025-07", "2025-12", rest, "the year less its first half", f"{audited}; {epoch}"),
    ):
        inside = months(first, last)
        parts = allocate(int(total * 100), [between(rate, month) for month in inside])
        basis = f"published for {told}; the month in proportion to the run rate"
        found += [(month, part, "press", basis, source) for month, part in zip(inside, parts, strict=True)]
    quarter = published.amount("revenue", "2026-01", "2026-03")
    # from the middle of the second half of 2025 to that of the quarter are four months and a half
    growth = ((quarter / 3) / (rest / 6)) ** (1 / Decimal("4.5"))
    inside, source = months("2026-01", "2026-03"), "aktiego.com, quoting The Information"
    parts = allocate(int(quarter * 100), [growth**n for n in range(3)])
    basis = f"published for the quarter; the month by growth of {(growth - 1) * 100:.2f} % a month"
    found += [(month, part, "press", basis, source) for month, part in zip(inside, parts, strict=True)]
    basis = f"assumed, not published: the growth before, {(growth - 1) * 100:.2f} % a month, carried on"
    for n, month in enumerate(months("2026-04", LAST), 1):
        found.append((month, round(parts[-1] * growth**n), "assumed", basis, "none"))
    return found


def scenario(published: Published, last: int) -> list[tuple[str, int, str, str, str]]:
    """What might come after the last month, cents: the growth that reaches the target for 2030 in that year."""
    ahead = months(name(number(LAST) + 1), "2030-12")
    target = published.amount("target for 2030", "2026-02", "2026-02") * 100
    low, high = Decimal(1), Decimal(2)
    for _ in range(80):
        growth = (low + high) / 2
        year = sum((last * growth**n for n, month in enumerate(ahead, 1) if month >= "2030-01"), Decimal(0))
        low, high = (growth, high) if year < target else (low, growth)
    basis = f"made up: growth of {(growth - 1) * 100:.2f} % a month, which earns 280 billion USD in 2030"
    found = [(month, round(last * growth**n), "scenario", basis, "none") for n, month in enumerate(ahead, 1)]
    return found


def azure(first: str, last: str) -> list[tuple[str, int, str, str, str]]:
    """Bing and the Azure OpenAI Service: month, cents, sender, basis, source."""
    points = {month: Decimal(amount) * 10**8 for month, amount in AZURE.items()}
    basis = "assumed, not published: as workloads.yaml has it"
    before = "assumed, not published: the growth of 2025-01 to 2025-06 carried back"
    return [
        (month, round(between(points, month)), "assumed", before if month < "2025-01" else basis, "none")
        for month in months(first, last)
    ]


def rows(found: Iterable[tuple[str, int, str, str, str]], streams: Sequence[tuple[str, str, Fraction]]) -> list[Row]:
    """Facts of a file: each month by its streams, which share it to the cent."""
    told = []
    for month, cents, sender, basis, source in found:
        parts = allocate(cents, [share for *_, share in streams])
        for (stream, earner, _), part in zip(streams, parts, strict=True):
            amount = f"{part // 100}.{part % 100:02d}"
            told.append((f"{month}/{stream}", sender, stream, earner, month, amount, "USD", basis, source))
    return told


def write(folder: Path) -> list[Path]:
    """Write every file; those that hold months before the reference programme's first end in -2024."""
    published = Published()
    of_openai = [("chatgpt", "openai", CHATGPT), ("api", "openai", 1 - CHATGPT)]
    of_microsoft = [("azure-openai", "microsoft", Fraction(1))]
    reported = openai(published)
    files = {
        "openai-2024": rows([one for one in reported if one[0] < "2025-01"], of_openai),
        "openai": rows([one for one in reported if one[0] >= "2025-01"], of_openai),
        "microsoft-2024": rows(azure("2024-01", "2024-12"), of_microsoft),
        "microsoft": rows(azure("2025-01", LAST), of_microsoft),
        "scenario": rows(scenario(published, reported[-1][1]), of_openai),
    }
    written = []
    for file, told in files.items():
        written.append(folder / f"{file}.csv")
        with written[-1].open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows([HEAD, *told])
    return written


if __name__ == "__main__":
    print("wrote", *write(Path(sys.argv[1]) if len(sys.argv) > 1 else FACTS))
