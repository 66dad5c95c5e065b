"""The report: one HTML file with every picture, table, source and assumption of a plan, that needs no network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from gigawatt.report import decisions, digest, figures, pictures, shell, tables
from gigawatt.report.tables import Markup

if TYPE_CHECKING:
    from gigawatt.model.plan import Plan
    from gigawatt.report.charts import Figure


def write_report(plan: Plan, path: Path) -> None:
    """Write the report of a plan to `path`. Raises OutputError where that cannot be done."""
    shell.write(render(plan), path)


def render(plan: Plan) -> str:
    """The report as text."""
    found = pictures.all_figures(plan)
    sections = list(_sections(plan, found))
    title = plan.programme.title or plan.programme.programme
    return shell.document(f"{title}: the plan", _header(plan), sections, found.values(), _footer(plan))


def _header(plan: Plan) -> str:
    programme, solve = plan.programme, plan.solve
    months = programme.horizon.months
    ends = f"{figures.month(f'{months[0].start:%Y-%m}')} to {figures.month(f'{months[-1].start:%Y-%m}')}"
    names = digest.names_of(programme)
    who = ", ".join(names.get(party, party) for party in programme.decides)
    gap = "" if solve.gap != solve.gap else f", gap {figures.percent(digest.gap(plan))}"
    kind = "good" if solve.optimal else "warn"
    status = f"{solve.status}{gap}" if "gap" not in solve.status and "%" not in solve.status else solve.status
    notes = "".join(f'<p class="notice">{escape(note)}</p>' for note in solve.notes)
    what_if = programme.changes.told()
    if what_if:
        notes = f'<p class="notice">What if: {escape(", ".join(what_if))}</p>{notes}'
    relaxed = '<p class="notice">Relaxed: whole phases and offers are taken in fractions.</p>' if solve.relaxed else ""
    return (
        f"<header><h1>{escape(programme.title or programme.programme)}</h1>"
        f'<p class="lead">The plan of <strong>{escape(who)}</strong> for {ends}, '
        f"{figures.counted(len(months), 'months')}, in {escape(programme.currency)} "
        f"{tables.badge(status, kind)}</p>{relaxed}{notes}{_cards(plan)}</header>"
    )


def _cards(plan: Plan) -> str:
    """The answer in a few figures."""
    totals = digest.party_totals(plan)
    paid = [t for t in totals if t.paid > 0]
    received = [t for t in totals if t.paid < 0]
    currency = plan.programme.currency
    whole, back = sum(t.paid for t in paid), -sum(t.paid for t in received)
    cards = [("Paid to others", figures.money(whole, back), f"{currency}, to {_most(paid, plan, 'to')}")]
    if received:
        cards.append(
            (
                "Received",
                figures.money(back, whole),
                f"{currency}, from {_most(received[::-1], plan, 'from')}",
            )
        )
    asked = digest.missing(plan)
    lost = sum(each.value_lost for each in asked)
    short = [each.workload for each in asked if each.is_short]
    cards.append(
        (
            "Unserved",
            figures.money(lost) if short else "nothing",
            f"{currency} lost, {_list(short)}" if short else "all demand is met",
        )
    )
    cards += [*_capacity_card(plan), *_offer_card(plan)]
    count = len(plan.programme.assumptions())
    if count:
        cards.append(("Assumed", f"{count:,}", "figures, listed below" if count > 1 else "figure, listed below"))
    items = "".join(
        f'<div class="card"><dt>{escape(name)}</dt><dd>{escape(value)}</dd><dd class="quiet">{escape(aside)}</dd></div>'
        for name, value, aside in cards
    )
    return f'<dl class="cards">{items}</dl>'


def _most(totals: Sequence[digest.PartyTotal], plan: Plan, word: str) -> str:
    """The largest of several parties."""
    if not totals:
        return "nobody"
    names = digest.names_of(plan.programme)
    first = names.get(totals[0].party, totals[0].party)
    return first if len(totals) == 1 else f"{len(totals)} parties, most {word} {first}"


def _list(names: Sequence[str], most: int = 3) -> str:
    told = ", ".join(names[:most])
    return f"{told} and {len(names) - most} more" if len(names) > most else told


def _capacity_card(plan: Plan) -> Iterator[tuple[str, str, str]]:
    frame = digest.table(plan, "capacity").group_by("month").agg(pl.col("it_power_mw", "chips").sum()).sort("month")
    if not frame.height:
        return
    top = frame.sort("it_power_mw", "chips").row(-1, named=True)
    power, chips = figures.power(top["it_power_mw"]), figures.chips(top["chips"])
    when = figures.month(top["month"])
    yield (
        "Most capacity",
        power if top["it_power_mw"] else chips,
        f"of IT power, {chips}, {when}" if top["it_power_mw"] else when,
    )


def _offer_card(plan: Plan) -> Iterator[tuple[str, str, str]]:
    choices = decisions.choices(plan)
    if choices:
        signed = [choice for choice in choices if choice.signed]
        first = min((choice.sign_by for choice in signed if choice.sign_by), default="")
        yield (
            "Offers to sign",
            f"{len(signed)} of {len(choices)}",
            f"the first by {figures.long_day(first)}" if first else "",
        )


def _sections(plan: Plan, found: dict[str, Figure]) -> Iterator[shell.Section]:
    """All sections for which there is something to say."""
    choices = [each for each in (tables.offers_table(plan), tables.renewals_table(plan)) if each is not None]
    if choices:
        yield shell.Section("decide", "What to sign", tuple(choices))
    for key, figure in found.items():
        yield shell.Section(key, figure.title, (shell.shown(figure),))
        if key == "capacity":
            yield from _build_and_why(plan)
    if "capacity" not in found:
        yield from _build_and_why(plan)
    contracts = [tables.contracts_table(plan, binding=flag) for flag in (True, False)]
    told = tuple(part for part in contracts if part is not None)
    if told:
        yield shell.Section("contracts", "Contracts and clauses", told)
    assumed = plan.programme.assumptions()
    if assumed:
        text = f"{_counted(len(assumed))} assumed: nobody knows better, or the file leaves them to a default."
        table = tables.provenance_table(assumed, "Assumptions", sources=False)
        yield shell.Section("assumed", "Assumptions", (Markup(f"<p>{text}</p>"), _searched(table, "assumptions")))
    sourced = [record for record in plan.programme.provenance if record.source]
    if sourced:
        table = tables.provenance_table(sourced, "Sources", sources=True)
        yield shell.Section(
            "sources", "Sources", (Markup(f"<p>{_counted(len(sourced))} sourced.</p>"), _searched(table, "sources"))
        )
    yield shell.Section("solved", "How it was found", (_solved(plan),))


def _build_and_why(plan: Plan) -> Iterator[shell.Section]:
    """What to do, and the clauses and shortages that it comes from."""
    items, before = tables.items_table(plan), tables.contracted_table(plan)
    parts = [part for part in (items, _folded("Capacity contracted for before", before) if before else None) if part]
    if parts:
        yield shell.Section("build", "What to build and take", tuple(parts))
    why = _why(plan)
    if why:
        yield shell.Section("why", "Why", (why,))


def _counted(count: int) -> str:
    return f"{figures.counted(count, 'figures')} {'are' if count != 1 else 'is'}"


def _why(plan: Plan) -> Markup:
    """What costs most and what is short, in sentences."""
    currency = plan.programme.currency
    lines = [
        f"<li><strong>{escape(cause.by)}</strong> ({escape(cause.what)}, to {escape(cause.to)}) costs "
        f"{figures.money(cause.paid)} {escape(currency)}, {figures.percent(cause.share)} of all that is paid</li>"
        for cause in digest.causes(plan)[:6]
    ]
    for short, others in decisions.dearest(digest.shortages(plan), 6):
        also = f", and at {figures.counted(others, 'other places')}" if others else ""
        lines.append(
            f"<li><strong>{escape(decisions.one_more(short))}</strong> would be worth up to "
            f"{escape(figures.price(short.highest, short.unit))} ({decisions.between(short)}{also})</li>"
        )
    return Markup(f'<ul class="why">{"".join(lines)}</ul>' if lines else "")


def _folded(title: str, part: Markup) -> Markup:
    return Markup(f"<details><summary>{escape(title)}</summary>{part}</details>")


def _searched(table: Markup, what: str) -> Markup:
    """A table whose rows a reader can narrow by typing."""
    return Markup(
        f'<div class="searched"><label>Search the {what} <input type="search" autocomplete="off"></label>'
        f'<span class="count quiet" aria-live="polite"></span>{table}</div>'
    )


def _beside_the_bill(plan: Plan) -> Iterator[tuple[str, str]]:
    """The cash worked out again by the clauses themselves, and what was paid for and lies beyond the horizon."""
    currency, bill = plan.programme.currency, digest.bill(plan)
    if bill is not None:
        total, most = bill
        told = f"{figures.exact(total)} {currency} billed by the clauses for the plan's quantities"
        yield "worked out again", f"{told}; no clause differs from its planned cost by more than {figures.exact(most)}"
    beyond = sum(digest.table(plan, "beyond")["amount"].drop_nulls())
    if abs(beyond) >= 0.5:
        yield (
            "beyond the horizon",
            f"{figures.exact(beyond, 0)} {currency} of what is paid serves later, or comes back then (present value)",
        )


_SIZE = ("columns", "rows", "nonzeros", "integers")


def _solved(plan: Plan) -> Markup:
    """The solver's own account."""
    solve, currency = plan.solve, plan.programme.currency
    discount = f"{float(plan.programme.finance.discount_per_year) * 100:.3g} %/year"

    def told(value: float) -> str:
        return "–" if value != value else f"{figures.exact(value, 0)} {currency}"

    rows = [
        ("status", solve.status),
        (
            "value, discounted",
            f"{told(solve.objective)} (revenue less cost and less what is unserved; capital as annuities)",
        ),
        ("best possible", told(solve.bound)),
        ("gap", "–" if solve.gap != solve.gap else f"{100 * digest.gap(plan):.3g} %"),
        ("largest violation", f"{solve.violation:.2g} in solver units"),
        ("discount rate", discount),
        (
            "size",
            ", ".join(figures.counted(getattr(solve, name), name) for name in _SIZE),
        ),
        ("time", f"{solve.seconds:.1f} s"),
        *_beside_the_bill(plan),
        (
            "among equal plans",
            "existing contracts and own pools first, then file order"
            if solve.canonical
            else "not settled: another plan may be as good",
        ),
    ]
    return tables.table(("", ""), rows, caption="How the plan was found", kind="facts")


def _footer(plan: Plan) -> str:
    return shell.footer(Path(plan.programme.path).name, f"as known on {plan.programme.as_of}")
