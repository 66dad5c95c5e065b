"""A plan as a notebook shows it: the summary, in colour."""

from __future__ import annotations

import io

from rich.console import Console

from gigawatt.model.plan import Plan
from gigawatt.report.summary import print_summary

FRAME = '<pre style="font-family: ui-monospace, monospace; line-height: 1.35; overflow-x: auto">{code}</pre>'


def notebook(plan: Plan) -> str:
    """The summary of a plan as a piece of HTML; names from the programme are escaped."""
    console = Console(record=True, file=io.StringIO(), width=100, force_terminal=True, color_system="truecolor")
    print_summary(plan, console)
    return console.export_html(inline_styles=True, code_format=FRAME)
