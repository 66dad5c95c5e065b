"""A plan as a notebook shows it: the summary and two pictures, that need no script and no network."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import polars as pl
import pytest

from gigawatt.model.plan import Plan
from gigawatt.report.notebook import notebook
from tests import plans

SVG = re.compile(r"<svg.*?</svg>", re.DOTALL)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return plans.whole_plan(tmp_path_factory.mktemp("whole"))


def words(svg: str) -> list[str]:
    """The texts of a picture in their order."""
    texts = ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    return [text.text or "" for text in texts]


def test_the_summary_comes_first_and_then_capacity_and_cash(whole: Plan) -> None:
    shown = notebook(whole)
    assert shown.startswith("<pre")
    titles = re.findall(r"<figcaption>(.*?)</figcaption>", shown)
    assert titles == ["Capacity and demand, by provider", "Cash, by party"]
    capacity, cash = SVG.findall(shown)
    assert {"Acme", "Lumen Cloud", "demand, busiest hours", "8 MW"} <= set(words(capacity))
    assert {"Lumen Cloud", "customers", "−150 m"} <= set(words(cash))


def test_large_sums_are_written_as_in_the_report(whole: Plan) -> None:
    cash = whole.tables["cash"].with_columns(pl.col("amount") * 1000)
    *_, picture = SVG.findall(notebook(replace(whole, tables={**whole.tables, "cash": cash})))
    assert "−150 bn" in words(picture)


def test_nothing_in_it_runs_or_is_fetched_and_names_are_never_html(whole: Plan) -> None:
    party = {**whole.programme.parties, "lumen": whole.programme.parties["lumen"].model_copy(update={"name": "<b>&"})}
    shown = notebook(replace(whole, programme=whole.programme.model_copy(update={"parties": party})))
    assert "&lt;b&gt;&amp;" in shown
    assert not re.search(r"<script|<b>|<image|<style|\bon\w+=|javascript:", shown)
    assert set(re.findall(r"https?://[^\s\"'<>]+", shown)) == {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }


def test_what_a_plan_does_not_hold_is_not_drawn(tmp_path: Path) -> None:
    shown = notebook(plans.poor_plan(tmp_path))
    assert shown.startswith("<pre")
    assert "<figure" not in shown
