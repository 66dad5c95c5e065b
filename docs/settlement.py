"""Writes the tables and the picture of `docs/settlement.md`, from a settlement: `python docs/settlement.py`.

What stands between `<!-- name -->` and `<!-- end -->` in the page is made; all else is written by hand. The share is
settled from the facts in examples/stargate/facts alone; the table of contracts from Use that is made up from a relaxed
plan, with a fixed seed, which takes some ten seconds.
"""

from __future__ import annotations

import csv
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import gigawatt as gw
from gigawatt.books import metered, plan_of_signed, read_facts, settled, write_metered
from gigawatt.model.facts import Facts
from gigawatt.model.posting import Posting

PAGE = Path(__file__).with_name("settlement.md")
PICTURE = Path(__file__).with_name("settlement-cap.svg")
STARGATE = Path(__file__).parent.parent / "examples" / "stargate"
SEED, LAST = 2025, "2026-10"
SHARE, BACK, CAPPED = "openai-microsoft/share", "openai-microsoft/reverse", "openai-microsoft/share@2026-04-27"
CAP = Decimal("38e9")
MILLION, BILLION = Decimal(10**6), Decimal(10**9)
OVER = date(2031, 1, 1)
"""A day on which every month of the scenario is over."""


def published() -> dict[tuple[str, str], Decimal]:
    """What Microsoft received net, USD, by the first and last month of each period."""
    with (STARGATE / "facts" / "published.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["what"] == "net share received"]
    return {(row["from"], row["through"]): Decimal(row["amount"]) for row in rows}


def facts_in(*names: str) -> list[str]:
    """Files of the folder facts/."""
    return [str(STARGATE / "facts" / f"{name}.csv") for name in names]


@cache
def share() -> tuple[Facts, tuple[Posting, ...]]:
    """Revenue as reported and assumed, with the scenario behind it; and what the share's clauses post for it."""
    programme = gw.load(STARGATE / "share.yaml")
    files = facts_in("openai-2024", "openai", "microsoft-2024", "microsoft", "scenario")
    facts = read_facts(programme, *files).facts
    return facts, settled(programme, facts, "2030-12", today=OVER).postings


@cache
def programme_settled() -> tuple[Posting, ...]:
    """What every clause of the reference programme posts: Use made up from a plan, revenue as reported and assumed."""
    programme = gw.load(STARGATE / "settlement.yaml")
    made = metered(programme, plan_of_signed(programme, relax=True), seed=SEED, through=LAST)
    with tempfile.TemporaryDirectory() as folder:
        files = write_metered(made, folder)
        told = [f"{kind}={path}" for kind, path in files.items() if kind != "revenue"]
        facts = read_facts(programme, *told, *facts_in("openai", "microsoft")).facts
    return settled(programme, facts, LAST, today=OVER).postings


def owed(postings: Iterable[Posting], clauses: Sequence[str], first: str, last: str) -> Decimal:
    """What some clauses post from one month through another, USD."""
    return usd(one.amount_minor for one in postings if one.by in clauses and first <= one.month <= last)


def earned(facts: Facts, earner: str, first: str, last: str) -> Decimal:
    """Revenue from one month through another, USD."""
    return usd(one.amount_minor for one in facts.revenue if one.earner == earner and first <= one.month <= last)


def usd(cents: Iterable[int]) -> Decimal:
    """The sum of amounts in cents, in dollars."""
    return Decimal(sum(cents)) / 100


def table(head: Sequence[str], rows: Iterable[Sequence[str]], words: int = 1) -> str:
    """A Markdown table; so many columns of words, and numbers to the right."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * words + "---:|" * (len(head) - words)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def millions(amount: Decimal) -> str:
    """Millions with one decimal."""
    return f"{amount / MILLION:,.1f}"


def beside_the_published() -> str:
    """The share by its clauses beside what was published, for the two periods."""
    facts, postings = share()
    columns = []
    for (first, last), net in published().items():
        ours, theirs = earned(facts, "openai", first, last), earned(facts, "microsoft", first, last)
        paid, back = owed(postings, (SHARE, CAPPED), first, last), owed(postings, (BACK,), first, last)
        columns.append((
            millions(ours), millions(paid), millions(theirs), millions(back), millions(paid - back), millions(net),
            millions(paid - back - net), f"{(paid - back - net) / net * 100:+.1f} %",
            millions((paid - net) * 5), f"{net / ours * 100:.1f} %", millions(net * 5), a_quarter_later(first, last),
        ))  # fmt: skip
    names = (
        "OpenAI's revenue, as reported by period", "**share, 20 % of it: OpenAI owes Microsoft**",
        "Bing and Azure OpenAI, assumed", "**share back, 20 % of it: Microsoft owes OpenAI**",
        "**net, by the clauses**", "**net, as published**", "difference", "of what was published",
        "Bing and Azure OpenAI, were the net as published", "rate on OpenAI's revenue, did nothing come back",
        "OpenAI's revenue, did nothing come back at 20 %", "net, by the clauses, were it paid a quarter later",
    )  # fmt: skip
    head = ("million USD", "2024", "2025-01 through 2025-09")
    return table(head, ((name, *(column[n] for column in columns)) for n, name in enumerate(names)))


def a_quarter_later(first: str, last: str) -> str:
    """The net share of the months a quarter before some, by the clauses; a dash where nothing is told of those."""
    _, postings = share()
    before = [f"{int(m[:4]) - (m[5:] < '04')}-{(int(m[5:]) - 4) % 12 + 1:02d}" for m in (first, last)]
    if before[0] < "2024-01":
        return "-"
    return millions(owed(postings, (SHARE, CAPPED), *before) - owed(postings, (BACK,), *before))


def by_contract() -> str:
    """What each contract comes to in each year, by who owes whom."""
    sums: dict[tuple[str, str, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for one in programme_settled():
        what = "share of revenue" if one.by in (SHARE, BACK, CAPPED) else one.by.split("/")[0]
        sums[what, one.payer, one.payee][one.month[:4]] += Decimal(one.amount_minor) / 100
    ordered = sorted(sums.items(), key=lambda item: -sum(item[1].values()))
    return table(
        ("billion USD", "owes", "whom", "2025", "2026, ten months"),
        (
            (what, payer, payee, *(f"{amounts[year] / BILLION:.2f}" for year in ("2025", "2026")))
            for (what, payer, payee), amounts in ordered
        ),
        words=3,
    )


def to_microsoft() -> str:
    """What OpenAI owes Microsoft in 2025, beside what is said to have been paid."""
    postings = programme_settled()
    owes = usd(
        one.amount_minor * (1 if one.payer == "openai" else -1)
        for one in postings
        if {one.payer, one.payee} == {"openai", "microsoft"} and one.month[:4] == "2025"
    )
    with (STARGATE / "facts.csv").open(encoding="utf-8", newline="") as file:
        (paid,) = (row["value"] for row in csv.DictReader(file) if row["item"] == "to microsoft")
    return (
        f"Of 2025 OpenAI so owes Microsoft {owes / BILLION:.1f} billion USD, the share back taken off; {paid} are said "
        "to have been paid, the share among them."
    )


def kinds_of_months() -> dict[str, str]:
    """Who told the revenue of OpenAI in each month: press, assumed, scenario."""
    found = {}
    for file in facts_in("openai-2024", "openai", "scenario"):
        for line in Path(file).read_text(encoding="utf-8").splitlines()[1:]:
            month, sender = line.split("/")[0], line.split(",")[1]
            found[month] = sender
    return found


def under_the_cap() -> list[tuple[str, str, Decimal, Decimal, Decimal]]:
    """By quarter from the cap on: its name, whose revenue it is, the share without a cap, what is posted, the total."""
    facts, postings = share()
    told, total, rows = kinds_of_months(), Decimal(0), []
    quarters: dict[str, list[str]] = defaultdict(list)
    for month in sorted(told):
        if month >= "2026-04":
            quarters[f"{month[:4]} Q{(int(month[5:]) + 2) // 3}"].append(month)
    for quarter, months in quarters.items():
        # of April 2026 the four days from the 27th on
        uncapped = sum(
            (
                earned(facts, "openai", month, month) / 5 * (Decimal(4) / 30 if month == "2026-04" else 1)
                for month in months
            ),
            Decimal(0),
        )
        posted = owed(postings, (CAPPED,), months[0], months[-1])
        total += posted
        words = {"press": "published", "assumed": "assumed", "scenario": "made up"}
        rows.append((quarter, " and ".join(dict.fromkeys(words[told[one]] for one in months)), uncapped, posted, total))
    return rows


def cap() -> str:
    """The quarters up to the cap and three behind it."""
    rows = under_the_cap()
    met = next(n for n, row in enumerate(rows) if row[4] == CAP)
    return table(
        ("quarter, million USD", "revenue is", "20 % of it", "posted", "posted since 2026-04-27"),
        ((quarter, told, *map(millions, amounts)) for quarter, told, *amounts in rows[: met + 4]),
        words=2,
    )


def cap_in_words() -> str:
    """When the cap is met, and what is posted then."""
    _, postings = share()
    capped = [one for one in postings if one.by == CAPPED]
    total = sum(one.amount_minor for one in capped)
    so_far = owed(postings, (CAPPED,), "2026-04", LAST)
    return (
        f"Through {LAST} it comes to {millions(so_far)} million USD, {so_far / CAP * 100:.1f} % of the cap. In the "
        f"scenario the last\nposting is of {capped[-1].month}, {usd([capped[-1].amount_minor]):,.2f} USD, and all of "
        f"them add up to {usd([total]):,.2f}."
    )


TABLES: dict[str, Callable[[], str]] = {
    "contracts": by_contract, "to microsoft": to_microsoft, "share": beside_the_published, "cap in words": cap_in_words,
    "cap": cap,
}  # fmt: skip


def page(text: str) -> str:
    """The page with its tables made anew."""
    for name, make in TABLES.items():
        pattern = rf"(<!-- {name} -->\n).*?(<!-- end -->)"
        text, count = re.subn(pattern, lambda found, make=make: f"{found[1]}\n{make()}\n\n{found[2]}", text, flags=re.S)
        assert count == 1, f"{PAGE} has {count} places for {name!r}"
    return text


def draw(path: Path) -> None:
    """What is owed by quarter, and in all, up to the cap."""
    import altair as alt
    import vl_convert

    rows = [
        {"quarter": quarter, "revenue is": told, "posted": float(posted / BILLION), "total": float(total / BILLION)}
        for quarter, told, _, posted, total in under_the_cap()
        if quarter < "2030"
    ]
    axis = alt.X("quarter:N", sort=None, title=None, axis=alt.Axis(labelAngle=-60))
    data = alt.Data(values=rows)
    colour = alt.Color("revenue is:N", sort=None, scale=alt.Scale(range=["#4477aa", "#88a8c8", "#bbbbbb"]))
    bars = alt.Chart(data).mark_bar().encode(x=axis, y=alt.Y("posted:Q", title="billion USD"), color=colour)
    line = (
        alt.Chart(data)
        .mark_line(color="#333333", point=alt.OverlayMarkDef(color="#333333"))
        .encode(x=axis, y="total:Q")
    )
    rule = alt.Chart(alt.Data(values=[{"cap": float(CAP / BILLION)}])).mark_rule(strokeDash=[6, 4], color="#aa3377")
    words = alt.Chart(alt.Data(values=[{"cap": float(CAP / BILLION), "words": "cap of 38 billion, as reported"}]))
    words = words.mark_text(align="left", dy=-7, x=4, color="#aa3377").encode(y="cap:Q", text="words:N")
    spec = alt.layer(bars, line, rule.encode(y="cap:Q"), words).properties(
        width=600,
        height=260,
        title="Share of revenue owed to Microsoft by quarter (bars) and since 27 April 2026 (line)",
    )
    path.write_text(vl_convert.vegalite_to_svg(spec.to_dict()), encoding="utf-8")


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    draw(PICTURE)
    print(f"wrote {PAGE} and {PICTURE}", file=sys.stderr)
