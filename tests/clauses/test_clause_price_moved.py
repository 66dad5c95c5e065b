"""`price` moved by years, by an index and by an exchange rate, worked by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import load, money, paid, plan, solved
from test_postings import amounts, book_of

import gigawatt as gw
from gigawatt.model.facts import Facts, Metered
from gigawatt.planner.restating import restated
from gigawatt.promises.pricing import Escalator, Index, Moved
from gigawatt.values.series import Series
from gigawatt.values.span import Span

HEAD = """
programme: acme
decides: acme
horizon: {from: 2027-01, through: THROUGH}
finance: {discount: 0 %/year}
workloads: {chat: {kind: serving, chips: 100, unserved: 10 USD/chip-hour}}
contracts:
  lumen: {buyer: acme, seller: lumen, STATUS, from: 2025-07-01, through: 2030-06-30, clauses: {
    gpus: {kind: price, chip: h100, TERMS}}}
"""
SIGNED, OFFER = "status: signed", "status: offer, sign_by: 2027-01-01"


def text(terms: str, through: str = "2027-03", status: str = SIGNED) -> str:
    return HEAD.replace("TERMS", terms).replace("THROUGH", through).replace("STATUS", status)


@pytest.mark.parametrize("status", [SIGNED, OFFER])
def test_price_escalated_worked_example(status: str) -> None:
    """The words: "The rate is 2.00, and rises by 3 per cent on each anniversary of 16 February 2025."

    Two rises until 15 February 2027, 2.00 x 1.03 = 2.06 since 2026; from the 16th 2.06 x 1.03 = 2.1218. January:
    74,400 x 2.06 = 153,264. February: 36,000 x 2.06 + 31,200 x 2.1218 = 74,160 + 66,200.16. March: 157,861.92.
    """
    terms = "price: 2 USD/chip-hour, escalator: {rate: 3 %/year, from: 2025-02-16}"
    answer = plan(text(terms, status=status))
    assert paid(answer, "lumen/gpus") == money(m2027_01=153_264, m2027_02="140360.16", m2027_03="157861.92")


def test_an_escalator_that_does_not_compound_rises_on_the_first_price() -> None:
    """2.00 + 2 x 0.06 = 2.12 in March."""
    terms = "price: 2 USD/chip-hour, escalator: {rate: 3 %/year, from: 2025-02-16, compound: false}"
    assert paid(plan(text(terms)), "lumen/gpus")["2027-03"] == 74_400 * Decimal("2.12")


def test_an_index_moves_the_price_by_its_level_over_that_of_its_base_date() -> None:
    """The words: "adjusted by the index against its level for December 2026": 312.5, then 315 from 15 February.

    January 74,400 x 2.00; February 14 days at 2.00 and 14 at 2.00 x 315 / 312.5 = 2.016: 67,200 + 67,737.60.
    """
    terms = "price: 2 USD/chip-hour, index: {name: CPI-U, base: 2026-12, values: {2026-12: 312.5, 2027-02-15: 315}}"
    assert paid(plan(text(terms, "2027-02")), "lumen/gpus") == money(m2027_01=148_800, m2027_02="134937.60")


def test_a_price_in_another_currency_is_paid_at_the_rate_of_the_day() -> None:
    """1.80 EUR at 1.10 USD are 1.98 in January; at 1.15 from 15 February, 2.07: 33,600 x 1.98 + 33,600 x 2.07."""
    terms = "currency: {code: EUR, rate: {2026-01: 1.10, 2027-02-15: 1.15}}, price: 1.80 EUR/chip-hour"
    assert paid(plan(text(terms, "2027-02")), "lumen/gpus") == money(m2027_01=147_312, m2027_02=136_080)


def test_all_that_moves_a_price_moves_each_band_of_it() -> None:
    """1.00 EUR from 100,000 chip-hours a year, as 2.00 EUR below: x 1.05 since July 2026, x 1.10 USD. 74,400 in
    January and 25,600 of February's 67,200 at 2.31, 41,600 at 1.155."""
    bands = "bands: [{at_least: 100000 chip-hour, price: 1 EUR/chip-hour}], taken: {2026-12-31: 0 chip-hour}"
    moved = "escalator: {rate: 5 %/year, from: 2025-07-01}, currency: {code: EUR, rate: 1.10}"
    answer = plan(text(f"price: 2 EUR/chip-hour, {bands}, {moved}", "2027-02"))
    assert paid(answer, "lumen/gpus") == money(m2027_01=171_864, m2027_02=59_136 + 48_048)


def test_the_bill_is_exact_where_a_price_has_no_end() -> None:
    """2.00 x 100 / 300 a chip-hour: 3 chip-hours are 2.00, and half a cent is rounded to the even one."""
    terms = "price: 2 USD/chip-hour, index: {base: 2026-12, values: {2026-12: 300, 2027-01: 100}}"
    clause, book = book_of(text(terms), "lumen/gpus")
    meter = [("2027-01", "3"), ("2027-02", "0.0075"), ("2027-03", "0.0225")]
    facts = Facts(use=tuple(Metered("lumen-h100", "chat", month, "all", Decimal(hours)) for month, hours in meter))
    assert amounts(clause.post(book, facts)) == [("2027-01", 200), ("2027-03", 2)]


def test_an_offer_is_told_at_what_its_price_comes_to() -> None:
    """2.00 EUR x 1.05 x 1.10 = 2.31 USD is asked; the work is worth 10, so that up to 4.33 times that it is signed."""
    moved = "escalator: {rate: 5 %/year, from: 2025-07-01}, currency: {code: EUR, rate: 1.10}"
    answer = plan(text(f"price: 2 EUR/chip-hour, {moved}", status=OFFER))
    row = answer.tables["offers"].row(0, named=True)
    assert (row["asked_price"], row["unit"]) == (pytest.approx(2.31), "USD/chip-hour")
    assert row["walk_away_price"] == pytest.approx(10.0, rel=1e-5)


@pytest.mark.parametrize(
    "terms",
    [
        "price: {interpolate: linear, 2026-12: 2 USD/chip-hour, 2027-12: 3 USD/chip-hour}",
        "price: {value: 2 USD/chip-hour, growth: 1 %/month}",
    ],
)
def test_plan_and_bill_agree_on_prices_that_move_by_themselves_as_well(terms: str) -> None:
    draft, x = solved(text(f"{terms}, escalator: {{rate: 7 %/year, from: 2026-02-10}}"))
    assert abs(restated(draft, x)["difference"][0]) <= Decimal("0.03")


@given(st.dates(date(2020, 1, 1), date(2024, 12, 31)), st.integers(0, 3000), st.integers(0, 20))
def test_a_year_has_passed_on_each_anniversary_and_not_the_day_before(start: date, later: int, per_cent: int) -> None:
    escalator = Escalator(rate=Decimal(per_cent) / 100, from_=start)
    day = date.fromordinal(start.toordinal() + later)
    months = (day.year - start.year) * 12 + day.month - start.month - (day.day < start.day)
    ends_early = start.day == 29 and start.month == 2 and day.month == 2 and day.day == 28 and day.year % 4 != 0
    years = (months + ends_early) // 12
    assert escalator.factor(day) == (1 + Fraction(per_cent, 100)) ** years


@given(st.integers(0, 400), st.integers(1, 31), st.integers(0, 60))
def test_a_month_s_mean_is_that_of_its_days(start: int, days: int, step: int) -> None:
    """The mean by spans is the mean by days, whatever moves inside."""
    first = date(2026, 1, 1).toordinal() + start
    levels = Series(((date(2025, 1, 1), Decimal(100)), (date.fromordinal(first + step), Decimal(107))))
    stated = Series(((date(2025, 1, 1), Decimal(2)), (date.fromordinal(first + 9), Decimal(3))))
    moved = Moved(
        stated, (Escalator(rate=Decimal("0.03"), from_=date(2025, 1, 15)), Index(base=date(2025, 2, 1), values=levels))
    )
    part = Span(date.fromordinal(first), date.fromordinal(first + days))
    by_day = [moved.mean(Span(day, date.fromordinal(day.toordinal() + 1))) for day in each_day(part)]
    assert moved.mean(part) == sum(by_day, Fraction(0)) / days


def each_day(span: Span) -> list[date]:
    return [date.fromordinal(ordinal) for ordinal in range(span.start.toordinal(), span.until.toordinal())]


FAULTS = {
    "price: 2 EUR/chip-hour": "2 EUR/chip-hour where USD/chip-hour is due; the file has one currency",
    "price: 2 USD/chip-hour, currency: {code: EUR, rate: 1.1}": "2 USD/chip-hour where EUR/chip-hour is due",
    "price: 2 EUR/chip-hour, currency: {code: EUX, rate: 1.1}": "'EUX' is no currency known here",
    "price: 2 USD/chip-hour, currency: {code: USD, rate: 1}": "USD is the programme's own currency",
    "price: 2 EUR/chip-hour, currency: {code: EUR, rate: 0}": "0 is not above 0",
    "price: 2 EUR/chip-hour, currency: {code: EUR, rate: {2027-02: 1.1}}": (
        "currency.rate: has no value on 2027-01-01, when it is first needed; its first is for 2027-02-01"
    ),
    "price: 2 EUR/chip-hour, currency: {code: EUR, rate: {interpolate: linear, 2027-01: 1.1, 2027-02: 1.2}}": (
        "an exchange rate moves in steps"
    ),
    "price: 2 USD/chip-hour, index: {base: 2026-06, values: {2026-12: 300}}": (
        "has no level on its base date 2026-06-01; the first is for 2026-12-01"
    ),
    "price: 2 USD/chip-hour, index: {base: 2027-02, values: {2027-02: 300}}": (
        "index.values: has no value on 2027-01-01, when it is first needed"
    ),
    "price: 2 USD/chip-hour, escalator: {rate: 1 %/month, from: 2026-01}": "1 %/month where a share a year",
    "price: 2 USD/chip-hour, escalator: {rate: 3 %/year}": "`from` is missing",
}


@pytest.mark.parametrize("terms", FAULTS)
def test_what_cannot_move_a_price_is_refused_once_and_where_it_stands(terms: str) -> None:
    with pytest.raises(gw.ProgrammeError) as refused:
        load(text(terms))
    assert FAULTS[terms] in str(refused.value)
    assert len(refused.value.faults) == 1
