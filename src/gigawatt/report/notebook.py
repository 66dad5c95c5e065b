"""A plan as a notebook shows it: the summary, in colour, and two pictures under it."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator
from html import escape
from typing import Any

from rich.console import Console

from gigawatt.model.plan import Plan
from gigawatt.report import pictures
from gigawatt.report.aggregates import Aggregates
from gigawatt.report.charts import Figure, Paint
from gigawatt.report.summary import print_summary

FRAME = '<pre style="font-family: ui-monospace, monospace; line-height: 1.35; overflow-x: auto">{code}</pre>'
PICTURE = '<figure style="margin: 1em 0"><figcaption>{title}</figcaption>{svg}</figure>'
STILL = {
    "width": 720,
    "height": 240,
    "background": "white",
    "config": {"line": {"color": "black"}, "tick": {"color": "black"}, "axis": {"titleFontWeight": 500}},
}
_IN_MW = "abs(datum.value) >= 1000 ? format(datum.value / 1000, ',~g') + ' GW' : format(datum.value, ',~g') + ' MW'"
_SHORT = "replace(replace(replace(replace(format(datum.value, '~s'), 'k', ' k'), 'M', ' m'), 'G', ' bn'), 'T', ' tn')"
LABELS = {"power": _IN_MW, "count": _SHORT, "money": _SHORT}
"""How a still picture writes the figures that a page writes by a script of its own: Vega expressions."""


def notebook(plan: Plan) -> str:
    """The summary of a plan and two pictures as a piece of HTML; names from the programme are escaped.

    The pictures are drawn here, as SVG: they ask for no script and no network, and stay in a notebook that is saved.
    """
    console = Console(record=True, file=io.StringIO(), width=100, force_terminal=True, color_system="truecolor")
    print_summary(plan, console)
    told = console.export_html(inline_styles=True, code_format=FRAME)
    return told + "".join(_picture(figure) for figure in _figures(plan))


def _figures(plan: Plan) -> Iterator[Figure]:
    """Capacity against demand by provider, and cash by party; the first view of each, where there is one."""
    sums = Aggregates(plan)
    paint: pictures.Paints = defaultdict(Paint)
    for figure in (pictures.capacity_figure(sums, paint), pictures.cash_figure(plan, sums, paint)):
        if figure is not None:
            yield figure


def _picture(figure: Figure) -> str:
    import vl_convert

    view = figure.views[0]
    svg = vl_convert.vegalite_to_svg({**_still(view.spec), **STILL})
    return PICTURE.format(title=escape(f"{figure.title}, {view.label}"), svg=svg)


def _still(part: Any) -> Any:
    """A specification, or a part of one, without what only a page can do: its own figures, tips and choices."""
    if isinstance(part, list):
        return [_still(each) for each in part]
    if not isinstance(part, dict):
        return part
    kept = {key: _still(value) for key, value in part.items() if key not in ("tooltip", "params", "formatType")}
    if part.get("formatType") in LABELS:
        kept["labelExpr"] = LABELS[part["formatType"]]
    if isinstance(part.get("opacity"), dict):
        kept.pop("opacity")
    return kept
