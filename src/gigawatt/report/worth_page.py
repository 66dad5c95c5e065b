"""What clauses are worth, as a report of its own: the tornado, the table, bargains, margins and what no plan sees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

import altair as alt

from gigawatt.errors import OutputError
from gigawatt.model.worth import DECIDERS, Worth
from gigawatt.report import charts, figures, shell, tables
from gigawatt.report.charts import COLOURS, Figure, Spec, View, Words
from gigawatt.report.tables import Markup
from gigawatt.report.worth_words import (
    NOT_TOLD,
    bargain,
    direct,
    heading,
    interval,
    is_shared,
    is_silent,
    marginal,
    ordered,
    share,
    signed,
    silent_in,
)

MOST_BARS = 16
MOST_PARTIES = 6
MOST_MARGINS = 3
IN_WORDS = "replace(replace(format(datum.value, '~s'), 'G', ' bn'), 'M', ' m')"
"""How an axis tells money where no page writes it."""
GAIN, LOSS = COLOURS[0], COLOURS[7]


def write_report(worth: Worth, path: Path, file: str) -> None:
    """Write the report of what clauses are worth; `file` names the programme's. Raises OutputError."""
    shell.write(render(worth, file), path)


def write_picture(worth: Worth, path: Path) -> None:
    """Write the tornado of those who decide as a picture (SVG). Raises OutputError."""
    import vl_convert

    spec = tornado(_bars(worth, DECIDERS), worth.currency, plain=True)
    spec |= {"width": 560, "title": f"Worth to {worth.name_of(DECIDERS)}, as known on {worth.as_of}"}
    try:
        path.write_text(vl_convert.vegalite_to_svg(spec), encoding="utf-8")
    except OSError as fault:
        raise OutputError(f"cannot write {path}: {fault.strerror}; give another --out") from fault


def render(worth: Worth, file: str) -> str:
    """The report as text."""
    figure = tornados(worth)
    sections = list(_sections(worth, figure))
    return shell.document(
        f"{worth.title}: what clauses are worth",
        _header(worth),
        sections,
        [figure] if figure.views else [],
        shell.footer(Path(file).name, f"as known on {worth.as_of}"),
    )


def tornados(worth: Worth) -> Figure:
    """A tornado for those who decide, and one for each party that some clause concerns."""
    weight: dict[str, float] = {}
    for each in worth.clauses:
        for one in each.parties:
            weight[one.party] = max(weight.get(one.party, 0.0), abs(one.estimate))
    parties = sorted((party for party in weight if party != DECIDERS), key=lambda each: -weight[each])
    views = [_view(worth, party) for party in (DECIDERS, *parties[:MOST_PARTIES]) if weight.get(party)]
    return Figure("tornado", "What each clause is worth", tuple(views))


def _view(worth: Worth, party: str) -> View:
    bars: list[dict[str, Any]] = _bars(worth, party)
    largest = max((abs(bar["estimate"]) for bar in bars), default=0.0)
    rows = tuple(
        (bar["clause"], figures.money(bar["estimate"], largest), f"{figures.money(bar['least'], largest)} to "
         f"{figures.money(bar['most'], largest)}") for bar in bars
    )  # fmt: skip
    told = f"; most by {bars[0]['clause']}, {signed(bars[0]['estimate'])} {worth.currency}" if bars else ""
    who = worth.name_of(party)
    return View(
        who,
        f"Bars of what each clause is worth to {who}, discounted{told}.",
        tornado(bars, worth.currency),
        Words(("clause", f"worth, {worth.currency}", "between"), rows),
        "With the clause, less without it, both planned anew. Lines are the intervals within which it lies.",
    )


def _bars(worth: Worth, party: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for each in worth.clauses:
        for one in each.parties:
            if one.party == party and (one.estimate or one.interval.least or one.interval.most):
                least, most = one.interval.least, one.interval.most
                found.append({"clause": each.clause, "estimate": one.estimate, "least": least, "most": most})
    return sorted(found, key=lambda bar: -abs(bar["estimate"]))[:MOST_BARS]


def tornado(bars: Sequence[dict[str, Any]], currency: str, *, plain: bool = False) -> Spec:
    """Bars from nought, the longest first, each with the line of its interval: clause, estimate, least, most.

    `plain` where it is drawn outside a page, which knows how money is written.
    """
    data = charts.data_of(bars)
    written: dict[str, Any] = {"format": "~s"} if plain else {"formatType": "money", "format": ""}
    axis = alt.Axis(tickCount=6, labelExpr=IN_WORDS) if plain else alt.Axis(tickCount=6, **written)
    tips = [alt.Tooltip("clause:N"), *(alt.Tooltip(f"{name}:Q", **written) for name in ("estimate", "least", "most"))]
    y = alt.Y(
        "clause:N",
        sort=[bar["clause"] for bar in bars],
        title=None,
        axis=alt.Axis(labelLimit=260, ticks=False, domain=False),
    )
    title = f"worth, {currency}, discounted"
    bar = (
        alt.Chart(data)
        .mark_bar(height=14, cornerRadius=2)
        .encode(
            x=alt.X("estimate:Q", title=title, axis=axis),
            y=y,
            color=alt.condition("datum.estimate < 0", alt.value(LOSS), alt.value(GAIN)),
            tooltip=tips,
        )
    )
    line = (
        alt.Chart(data)
        .mark_rule(strokeWidth=2, color=charts.GREY)
        .encode(x=alt.X("least:Q", title=title, axis=axis), x2="most:Q", y=y, tooltip=tips)
    )
    return charts.spec_of(alt.layer(bar, line), height=max(80, 28 * len(bars)))


def _header(worth: Worth) -> str:
    who = ", ".join(worth.decides)
    notes = "" if worth.solved.whole else '<p class="notice">Relaxed: whole phases and offers taken in fractions.</p>'
    return (
        f"<header><h1>{escape(worth.title)}</h1><p class='lead'>What clauses are worth, with "
        f"<strong>{escape(who)}</strong> deciding, in {escape(worth.currency)}, discounted.</p>"
        f"<p>{escape(heading(worth))}.</p>{notes}</header>"
    )


def _sections(worth: Worth, figure: Figure) -> Iterator[shell.Section]:
    if figure.views:
        yield shell.Section("tornado", figure.title, (shell.shown(figure),))
    yield shell.Section("worth", "Clause by clause", (_table(worth), *_silent(worth)))
    bargains = [bargain(worth, each.clause, each.bargain) for each in ordered(worth) if each.bargain is not None]
    if bargains:
        yield shell.Section("bargains", "Where there is a deal", (_listed(bargains),))
    margins = _margins(worth)
    if margins is not None:
        yield shell.Section("margin", "At the margin", (margins,))
    yield shell.Section("trust", "What no plan sees", (_listed(_unseen(worth)),))


def _table(worth: Worth) -> Markup:
    headers = ["clause", "worth to", "between", "relaxed", "paid under it", *(["share"] if is_shared(worth) else [])]
    rows = []
    for each in ordered(worth):
        if not each.parties or is_silent(each):
            continue
        for n, one in enumerate(each.parties):
            first, who = tables.whole(each.clause) if n == 0 else "", worth.name_of(one.party)
            cells = [first, who, interval(one), signed(one.relaxed), direct(one), share(each, one)]
            rows.append(cells[: len(headers)])
        for other in each.others:
            cells = ["", f"{other.party} (no party to it)", "in this plan", signed(other.amount), "", ""]
            rows.append(cells[: len(headers)])
    return tables.table(headers, rows, caption="Worth by clause and party", figures_from=2)


def _silent(worth: Worth) -> Iterator[Markup]:
    names = silent_in(worth)
    if names:
        yield Markup(f"<p>Worth nothing to anybody in this plan: {escape(', '.join(names))}.</p>")
    yield Markup(f"<p class='quiet'>{escape(NOT_TOLD)}</p>")


def _margins(worth: Worth) -> Markup | None:
    rows = [
        (tables.whole(each.clause) if n == 0 else "", marginal(one))
        for each in ordered(worth)
        for n, one in enumerate(each.marginal[:MOST_MARGINS])
    ]
    if not rows:
        return None
    caption = (
        "What one unit more of a limit, in every period in which it binds, is worth to those who decide: by the duals"
    )
    return tables.table(("clause", "one more"), rows, caption=caption)


def _unseen(worth: Worth) -> Iterator[str]:
    for each in worth.clauses:
        stated = [one for one in each.parties if one.unseen is not None]
        for one in stated:
            amount = f"{signed(one.unseen or 0.0)} {worth.currency}"
            yield f"{each.clause}: the file states {amount} to {worth.name_of(one.party)}"
        if each.blind and not stated:
            yield f"{each.clause}: {each.blind}; nothing is stated"
    if worth.shares:
        yield f"Shares of the clauses together ({worth.shares}) are of relaxed plans, and add up."
    yield from (f"{each.clause}: {each.note}" for each in worth.clauses if each.note)


def _listed(sentences: Sequence[str] | Iterator[str]) -> Markup:
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return Markup(f"<ul>{items}</ul>" if items else "<p>Nothing is stated.</p>")
