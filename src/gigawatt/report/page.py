"""The report: one HTML file with every picture, table, source and assumption of a plan, that needs no network."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from gigawatt.errors import OutputError
from gigawatt.report import decisions, digest, figures, pictures, tables
from gigawatt.report.tables import Markup

if TYPE_CHECKING:
    from gigawatt.model.plan import Plan
    from gigawatt.report.charts import Figure, View


@dataclass(frozen=True)
class Section:
    """A part of the report: its id, its title, and what stands in it, as HTML."""

    key: str
    title: str
    parts: tuple[Markup, ...]


def write_report(plan: Plan, path: Path) -> None:
    """Write the report of a plan to `path`. Raises OutputError where that cannot be done."""
    text = render(plan)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as fault:
        raise OutputError(
            f"cannot write the report to {path}: {fault.strerror or fault}; give another --out"
        ) from fault


def render(plan: Plan) -> str:
    """The report as text."""
    found = pictures.all_figures(plan)
    sections = list(_sections(plan, found))
    specs = {
        f"{figure.key}-{i}": {"description": view.description, **view.spec}
        for figure in found.values()
        for i, view in enumerate(figure.views)
    }
    title = plan.programme.title or plan.programme.programme
    contents = "".join(f'<li><a href="#{each.key}">{escape(each.title)}</a></li>' for each in sections)
    body = "".join(_section(each) for each in sections)
    return "\n".join(
        (
            '<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{escape(title)}: the plan</title>",
            f"<style>\n{_asset('style.css')}</style>\n</head>\n<body>",
            '<a class="skip" href="#main">Skip to the answer</a>',
            f'<nav aria-label="Contents"><p class="brand">gigawatt</p><ul>{contents}</ul>{_theme_button()}</nav>',
            f'<main id="main">{_header(plan)}{body}{_footer(plan)}</main>',
            f'<script type="application/json" id="specs">{_as_json(specs)}</script>',
            f"<script>{_vega()}</script>",
            f"<script>\n{_asset('page.js')}</script>\n</body>\n</html>\n",
        )
    )


def _asset(name: str) -> str:
    return files("gigawatt.report").joinpath(name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _vega() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script that may stand inside a page."""
    import altair
    import vl_convert

    spoken = ".".join(altair.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    known = spoken in vl_convert.get_vegalite_versions()
    bundle: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", spoken if known else None)
    # in a function of its own, so that its one-letter names stay out of the page's
    inside = bundle.replace("</script", r"<\/script").replace("<!--", r"<\!--")
    return f"(function(){{{inside}\n}})();"


def _as_json(value: object) -> str:
    """JSON that may stand inside a script element whatever the texts in it are."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return (
        text.replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )


def _theme_button() -> str:
    return '<button type="button" id="theme" aria-pressed="false">Dark</button>'


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


def _sections(plan: Plan, found: dict[str, Figure]) -> Iterator[Section]:
    """All sections for which there is something to say."""
    choices = [each for each in (tables.offers_table(plan), tables.renewals_table(plan)) if each is not None]
    if choices:
        yield Section("decide", "What to sign", tuple(choices))
    for key, figure in found.items():
        yield Section(key, figure.title, (_figure(figure),))
        if key == "capacity":
            yield from _build_and_why(plan)
    if "capacity" not in found:
        yield from _build_and_why(plan)
    contracts = [tables.contracts_table(plan, binding=flag) for flag in (True, False)]
    told = tuple(part for part in contracts if part is not None)
    if told:
        yield Section("contracts", "Contracts and clauses", told)
    assumed = plan.programme.assumptions()
    if assumed:
        text = f"{_counted(len(assumed))} assumed: nobody knows better, or the file leaves them to a default."
        table = tables.provenance_table(assumed, "Assumptions", sources=False)
        yield Section("assumed", "Assumptions", (Markup(f"<p>{text}</p>"), _searched(table, "assumptions")))
    sourced = [record for record in plan.programme.provenance if record.source]
    if sourced:
        table = tables.provenance_table(sourced, "Sources", sources=True)
        yield Section(
            "sources", "Sources", (Markup(f"<p>{_counted(len(sourced))} sourced.</p>"), _searched(table, "sources"))
        )
    yield Section("solved", "How it was found", (_solved(plan),))


def _build_and_why(plan: Plan) -> Iterator[Section]:
    """What to do, and the clauses and shortages that it comes from."""
    items, before = tables.items_table(plan), tables.contracted_table(plan)
    parts = [part for part in (items, _folded("Capacity contracted for before", before) if before else None) if part]
    if parts:
        yield Section("build", "What to build and take", tuple(parts))
    why = _why(plan)
    if why:
        yield Section("why", "Why", (why,))


def _counted(count: int) -> str:
    return f"{figures.counted(count, 'figures')} {'are' if count != 1 else 'is'}"


def _section(section: Section) -> str:
    parts = "".join(section.parts)
    title = f'<h2 id="{section.key}-title">{escape(section.title)}</h2>'
    return f'<section id="{section.key}" aria-labelledby="{section.key}-title">{title}{parts}</section>'


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


def _figure(figure: Figure) -> Markup:
    """The tabs of a figure, a place for each picture, and its table for those who want figures or cannot see."""
    several = len(figure.views) > 1
    tabs = "".join(
        f'<button type="button" role="tab" id="tab-{figure.key}-{i}" aria-controls="view-{figure.key}-{i}" '
        f'aria-selected="{"false" if i else "true"}"{" tabindex=-1" if i else ""}>{escape(view.label)}</button>'
        for i, view in enumerate(figure.views)
    )
    bar = f'<div class="tabs" role="tablist" aria-label="{escape(figure.title)}">{tabs}</div>' if several else ""
    return Markup(bar + "".join(_view(figure, i, view, several) for i, view in enumerate(figure.views)))


def _view(figure: Figure, number: int, view: View, several: bool) -> str:
    key = f"{figure.key}-{number}"
    role = f' role="tabpanel" aria-labelledby="tab-{key}"' if several else ""
    caption = f"<figcaption>{escape(view.caption)}</figcaption>" if view.caption else ""
    table = tables.words_table(view.words, f"{figure.title}, {view.label}")
    return (
        f'<div class="view" id="view-{key}"{role}{" hidden" if number else ""}><figure>'
        f'<div class="chart" data-spec="{key}"></div>{caption}</figure>'
        f"<details><summary>As a table</summary>{table}</details></div>"
    )


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
    path = Path(plan.programme.path).name
    made = f"Made by gigawatt {version('gigawatt')}" + (f" from {escape(path)}" if path else "")
    return f"<footer><p>{made}, as known on {plan.programme.as_of}. It opens no connection to anywhere.</p></footer>"
