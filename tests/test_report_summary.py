"""The answer in the terminal: what it says of plans written by hand, and of one that is solved."""

from __future__ import annotations

import io
import os
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

import gigawatt as gw
from gigawatt.model.plan import Plan
from gigawatt.model.provenance import Origin
from gigawatt.report import decisions, digest
from gigawatt.report.summary import print_summary, summary
from tests import plans
from tests.dust import with_dust

GOLDEN = Path(__file__).parent / "golden" / "report"
LAB = Path(__file__).parent.parent / "examples" / "lab" / "programme.yaml"


@pytest.fixture
def whole(tmp_path: Path) -> Plan:
    return plans.whole_plan(tmp_path)


def test_the_summary_reads_as_its_golden_file(whole: Plan) -> None:
    path, text = GOLDEN / "summary.txt", summary(whole)
    if os.environ.get("GOLDEN") == "update":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_it_says_who_is_paid_what_and_between_which_bounds(whole: Plan) -> None:
    text = summary(whole)
    assert "Pay 213 m USD   receive 25.9 m (customers 25.9 m)" in text
    assert "lumen   3.24 m  3.00 m to 3.50 m in plans as good" in text


SAME = "plans as good: those with these signings and builds"


def test_it_says_among_which_plans_the_bounds_hold(whole: Plan) -> None:
    lines = [line.strip() for line in summary(whole).splitlines()]
    assert lines.index(SAME) == 1 + next(i for i, line in enumerate(lines) if line.startswith("lumen  "))


@pytest.mark.parametrize("change", [{"relaxed": True}, {"integers": 0}])
def test_where_no_whole_choice_is_held_it_does_not_say_so(whole: Plan, change: dict[str, object]) -> None:
    assert SAME not in summary(replace(whole, solve=replace(whole.solve, **change)))


def test_where_no_range_is_told_nothing_is_said_of_it(whole: Plan) -> None:
    parties = whole.tables["parties"].with_columns(least=pl.col("cash"), most=pl.col("cash"))
    assert SAME not in summary(replace(whole, tables={**whole.tables, "parties": parties}))


def test_what_is_less_than_half_a_cent_or_a_millionth_of_a_chip_has_no_row(whole: Plan) -> None:
    assert summary(with_dust(whole)) == summary(whole)


def test_what_can_be_paid_in_the_smallest_coin_has_one(whole: Plan) -> None:
    cash = digest.table(whole, "cash")
    cent = cash.head(1).with_columns(pl.lit("coin").alias("to"), amount=pl.lit(0.01))
    totals = digest.party_totals(replace(whole, tables={**whole.tables, "cash": pl.concat([cash, cent])}))
    assert "coin" in {total.party for total in totals}
    assert digest.least_money(whole) == 0.005


def test_one_month_one_chip_and_one_figure_are_told_in_the_singular(tmp_path: Path) -> None:
    plan = plans.whole_plan(tmp_path)
    horizon = plan.programme.horizon.model_copy(update={"until": plan.programme.horizon.months[1].start})
    (figure,) = plan.programme.assumptions()[:1]
    programme = plan.programme.model_copy(update={"horizon": horizon})
    programme = programme.with_origin(Origin(assumptions=(figure,)))
    take = plan.tables["take"].with_columns(chips=pl.lit(1.0))
    text = summary(replace(plan, programme=programme, tables={**plan.tables, "take": take}))
    assert "Jan 2027 – Jan 2027, 1 month  " in text
    assert re.search(r"have lumen-1/block +1 chip  ", text)
    assert "1 figure: hall.phases.b.capex" in text


def test_it_says_what_not_to_sign_by_when_and_at_what_price_it_would_pay(whole: Plan) -> None:
    lines = summary(whole).splitlines()
    place = next(i for i, line in enumerate(lines) if "do not sign fjord-offer" in line)
    assert "signing costs 64,800 more" in lines[place]
    assert lines[place].endswith("2026-12-15")
    told = " ".join(line.split("2026-12-15")[0].strip() for line in lines[place : place + 2])
    assert "worth signing at 1.84 or less (asked: 2.30 USD/chip-h)" in told


def test_it_says_what_an_offer_saves_that_is_to_be_signed(whole: Plan) -> None:
    offers = whole.tables["offers"].with_columns(
        signed=pl.lit(True), better_by=pl.lit(2_128_763.0), walk_away_price=3.56
    )
    text = summary(replace(whole, tables={**whole.tables, "offers": offers}))
    assert "saves 2,128,763" in text
    assert "worth signing up to 3.56 (asked: 2.30" in text


def test_a_choice_worse_than_the_other_is_told_as_a_close_call(whole: Plan) -> None:
    offers = whole.tables["offers"].with_columns(better_by=pl.lit(10.0))
    (choice,) = decisions.choices(replace(whole, tables={**whole.tables, "offers": offers}))
    assert choice.worth == "a close call: 10 the other way, see the note"


def test_an_offer_without_a_unit_price_turns_at_a_share_of_its_prices(whole: Plan) -> None:
    offers = whole.tables["offers"].with_columns(
        walk_away_price=pl.lit(None), asked_price=pl.lit(None), unit=pl.lit(None)
    )
    (choice,) = decisions.choices(replace(whole, tables={**whole.tables, "offers": offers}))
    assert decisions.turning(choice) == "worth signing at 80 % of its prices or less"


def test_a_note_that_many_offers_share_is_said_once(whole: Plan) -> None:
    one = whole.tables["offers"].with_columns(note=pl.lit("the budget was spent"), better_by=pl.lit(None))
    many = pl.concat([one.with_columns(contract=pl.lit(f"offer-{n}")) for n in range(5)])
    text = summary(replace(whole, tables={**whole.tables, "offers": many}))
    assert text.count("the budget was spent") == 1
    assert "of 5 offers: the budget was spent" in text


def test_it_counts_what_it_leaves_out(whole: Plan) -> None:
    rows = whole.tables["take"]
    many = pl.concat([rows.with_columns(commitment=pl.lit(f"deal-{n}/block"), new=pl.lit(True)) for n in range(30)])
    text = summary(replace(whole, tables={**whole.tables, "take": many}))
    shown = [line for line in text.splitlines() if line.strip().startswith(("take ", "build ", "buy ", "have "))]
    assert len(shown) == 12
    assert "and 20 more, in the tables build and take" in text


def test_phases_taken_under_one_lease_are_one_line(whole: Plan) -> None:
    rows = whole.tables["take"].with_columns(new=pl.lit(True))
    two = pl.concat([rows.with_columns(commitment=pl.lit(f"lease/premises {phase}")) for phase in ("b1", "b2")])
    items = digest.take_items(replace(whole, tables={**whole.tables, "take": two}))
    assert [(item.thing, item.power_mw) for item in items] == [("lease/premises b1, b2", 2.0)]


@pytest.mark.parametrize("width", [80, 96, 120])
def test_no_line_is_longer_than_asked(whole: Plan, width: int) -> None:
    longest = max(len(line) for line in summary(whole, width=width).splitlines())
    assert longest <= width


def test_a_plan_with_nothing_in_it_is_told_without_empty_headings(tmp_path: Path) -> None:
    text = summary(plans.poor_plan(tmp_path))
    assert "Pay 0 USD" in text
    assert "Unserved: nothing is asked for" in text
    assert not [word for word in ("DECIDE", "BUILD", "WHY", " nan ") if word in text]


def test_what_is_not_proven_best_is_said_with_its_gap(whole: Plan) -> None:
    solve = replace(
        whole.solve, status="the budget was spent", optimal=False, gap=0.021, notes=("walk-away prices are missing",)
    )
    text = summary(replace(whole, solve=solve))
    assert "the budget was spent, gap 2.1 %" in text
    assert "Note: walk-away prices are missing" in text


def test_colours_change_no_word(whole: Plan) -> None:
    console = Console(file=io.StringIO(), width=96, force_terminal=True, color_system="truecolor", legacy_windows=False)
    print_summary(whole, console)
    coloured = console.file.getvalue()  # type: ignore[attr-defined]
    assert "\x1b[" in coloured
    plain = Console(file=io.StringIO(), width=96, color_system=None, legacy_windows=False)
    print_summary(whole, plain)
    told = plain.file.getvalue()  # type: ignore[attr-defined]
    assert [line.rstrip() for line in told.rstrip().splitlines()] == summary(whole).rstrip().splitlines()


def test_text_of_the_programme_is_not_read_as_markup(tmp_path: Path) -> None:
    plan = plans.whole_plan(tmp_path)
    cash = plan.tables["cash"].with_columns(by=pl.lit("[red]deal[/red]/fee"))
    assert "[red]deal[/red]/fee" in summary(replace(plan, tables={**plan.tables, "cash": cash}))


def test_totals_agree_with_the_cash_table_of_a_solved_plan() -> None:
    plan = gw.plan(gw.load(LAB))
    cash = plan.cash(of="lab")
    totals = digest.party_totals(plan)
    assert sum(total.paid for total in totals) == pytest.approx(-float(sum(cash["amount"], Decimal(0))))
    assert {total.party for total in totals} == (set(cash["from"]) | set(cash["to"])) - {"lab"}
    assert sum(cause.share for cause in digest.causes(plan)) == pytest.approx(1.0)
