"""Months are settled whole or stay open by name; facts in any order give the same; nothing is left over the parties."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gigawatt as gw
from gigawatt.books import settled
from gigawatt.errors import GigawattError
from gigawatt.ledger.settling import Settlement
from gigawatt.model.facts import Delivered, Exercised, Facts, Metered, Reached, Reported
from gigawatt.values.span import Span

TEXT = """
programme: acme
decides: acme
horizon: {from: 2026-01, through: 2026-06}
workloads: {chat: {kind: serving, chips: 10, revenue: 3 USD/chip-hour}}
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2026-01-01, clauses: {
    rate: {kind: price, chip: h100, price: 2.10 USD/chip-hour},
    floor: {kind: commitment, amount: 10000 USD, each: term},
    share: {kind: revenue_share, payer: acme, payee: lumen, rate: 10 %, cap: 500 USD}}}
  chips: {buyer: acme, seller: volt, status: signed, from: 2026-01-01, clauses: {
    shares: {kind: warrant, exercise_price: 1 USD, vests: [{shares: 100, power: 1 MW}]}}}
"""
LATE = date(2027, 1, 1)
USE = Facts(
    use=(Metered("lumen-h100", "chat", "2026-01", "all", Decimal("1000.125")),
         Metered("lumen-h100", "chat", "2026-02", "all", Decimal(500))),
    revenue=(Reported("chat", "acme", "2026-01", 300_000), Reported("chat", "acme", "2026-02", 400_000)),
)  # fmt: skip


def programme(text: str = TEXT) -> gw.Programme:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "programme.yaml"
        path.write_text(text, encoding="utf-8")
        return gw.load(path)


ACME = programme(TEXT[: TEXT.index("  chips: {buyer")])


def lines(found: Settlement) -> list[tuple[str, str, int]]:
    return [(one.month, one.by, one.amount_minor) for one in found.postings]


def test_worked_by_hand() -> None:
    """1,000.125 h at 2.10 are 2,100.2625, so 2,100.26; 500 h are 1,050.00. A tenth of 3,000 is 300; of 4,000 it would
    be 400, and 200 are left of the cap. Six months short of 10,000 by 6,849.74."""
    found = settled(ACME, USE, "2026-06", LATE)
    assert found.months == ("2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06")
    assert sorted(lines(found)) == [
        ("2026-01", "lumen/rate", 210_026), ("2026-01", "lumen/share", 30_000),
        ("2026-02", "lumen/rate", 105_000), ("2026-02", "lumen/share", 20_000),
        ("2026-06", "lumen/floor", 684_974),
    ]  # fmt: skip


def test_a_line_tells_its_quantity_and_its_rate() -> None:
    rent = next(one for one in settled(ACME, USE, "2026-01", LATE).postings if one.by == "lumen/rate")
    assert (rent.quantity, rent.unit, rent.rate) == (Fraction("1000.125"), "chip-hour", Fraction("2.1"))


def test_a_shortfall_tells_the_days_that_it_reckons() -> None:
    short = next(one for one in settled(ACME, USE, "2026-06", LATE).postings if one.by == "lumen/floor")
    assert short.period == Span(date(2026, 1, 1), date(2026, 7, 1))


def test_a_month_that_is_not_over_is_refused_by_name() -> None:
    with pytest.raises(GigawattError, match=r"2026-03 is not over on 2026-03-31.*settle through 2026-02"):
        settled(ACME, USE, "2026-04", date(2026, 3, 31))
    assert settled(ACME, USE, "2026-03", date(2026, 4, 1)).months[-1] == "2026-03"


@pytest.mark.parametrize("through", ["2025-12", "2026-07", "soon"])
def test_a_month_outside_the_horizon_is_refused(through: str) -> None:
    with pytest.raises(GigawattError, match=r"outside the horizon|not a date"):
        settled(ACME, USE, through, LATE)


def test_a_clause_that_raises_keeps_its_month_and_all_after_it_open_and_says_why() -> None:
    facts = replace(
        USE,
        reached=(Reached("chips/shares", 1, date(2026, 1, 10)),),
        exercised=(Exercised("chips/shares", date(2026, 2, 1), Decimal(60)),
                   Exercised("chips/shares", date(2026, 4, 1), Decimal(60))),
    )  # fmt: skip
    found = settled(programme(), facts, "2026-06", LATE)
    assert (found.months, found.open_from) == (("2026-01", "2026-02", "2026-03"), "2026-04")
    assert ("2026-02", "chips/shares", 6_000) in lines(found)
    assert all(month < "2026-04" for month, *_ in lines(found))
    with pytest.raises(GigawattError, match=r"2026-04 stays open: chips/shares cannot be settled: .*have vested"):
        found.of("2026-05")
    assert found.of("2026-02") == tuple(one for one in found.postings if one.month == "2026-02")
    assert not settled(programme(), facts, "2026-03", LATE).failures


METERED = st.lists(
    st.builds(
        Metered, st.just("lumen-h100"), st.just("chat"), st.sampled_from([f"2026-0{m}" for m in range(1, 7)]),
        st.just("all"), st.decimals(0, 5000, places=3),
    ),
    max_size=12,
)  # fmt: skip


@given(METERED, st.data())
def test_facts_in_any_order_give_the_same_and_parties_sum_to_nought(use: list[Metered], data: st.DataObject) -> None:
    facts, later = replace(USE, use=tuple(use)), replace(USE, use=tuple(data.draw(st.permutations(use))))
    found = settled(ACME, facts, "2026-06", LATE)
    assert settled(ACME, later, "2026-06", LATE) == found
    party: dict[str, int] = defaultdict(int)
    for one in found.postings:
        party[one.payer] -= one.amount_minor
        party[one.payee] += one.amount_minor
    assert sum(party.values()) == 0


@given(METERED, st.integers(1, 5))
def test_what_is_settled_stays_when_later_months_are(use: list[Metered], month: int) -> None:
    through = f"2026-0{month}"
    known = tuple(one for one in use if one.month <= through)
    early = settled(ACME, replace(USE, use=known), through, LATE)
    late = settled(ACME, replace(USE, use=tuple(use)), "2026-06", LATE)
    assert lines(early) == [line for line in lines(late) if line[0] <= through]


AMENDED = """
programme: acme
decides: acme
horizon: {from: 2026-01, through: 2026-06}
workloads: {chat: {kind: serving, chips: 10}}
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2026-01-01, recorded: 2025-12-01,
    clauses: {gpus: {kind: reservation, chip: h100, chips: 10, price: 2 USD/chip-hour}},
    amendments: [{effective: CHANGES, recorded: 2026-01-15, amend: {gpus: {price: 1 USD/chip-hour, acceptance: 1 d}}}]}
"""


def test_what_is_told_under_a_clauses_name_is_of_the_version_of_its_month() -> None:
    """100 chip-hours of February at 2, and of March at 1."""
    acme = programme(AMENDED.replace("CHANGES", "2026-03-01"))
    came = tuple(Delivered("lumen/gpus", "lumen-h100", month, Decimal(100)) for month in ("2026-02", "2026-03"))
    found = settled(acme, Facts(deliveries=came), "2026-03", LATE)
    assert lines(found) == [("2026-02", "lumen/gpus", 20_000), ("2026-03", "lumen/gpus@2026-03-01", 10_000)]
    assert [found.read[one] for one in found.postings] == [frozenset({came[0]}), frozenset({came[1]})]


def test_a_month_that_two_versions_share_is_not_guessed_at() -> None:
    acme = programme(AMENDED.replace("CHANGES", "2026-03-10"))
    came = (Delivered("lumen/gpus", "lumen-h100", "2026-03", Decimal(100)),)
    told = "lumen/gpus changes in 2026-03, .*: lumen/gpus and lumen/gpus@2026-03-10"
    with pytest.raises(GigawattError, match=told):
        settled(acme, Facts(deliveries=came), "2026-03", LATE)
    parts = (Delivered("lumen/gpus@2026-03-10", "lumen-h100", "2026-03", Decimal(100)),)
    assert lines(settled(acme, Facts(deliveries=parts), "2026-03", LATE)) == [
        ("2026-03", "lumen/gpus@2026-03-10", 10_000)
    ]


def test_contracts_are_settled_as_they_were_known_on_a_day() -> None:
    """The lower price from March on was recorded on 15 January; before that 2 was known for every month."""
    acme = programme(AMENDED.replace("CHANGES", "2026-03-01"))
    facts = Facts(deliveries=(Delivered("lumen/gpus", "lumen-h100", "2026-03", Decimal(100)),))
    for known, owed in ((date(2026, 1, 14), 20_000), (date(2026, 1, 15), 10_000)):
        assert [one.amount_minor for one in settled(acme, facts, "2026-03", LATE, as_of=known).postings] == [owed]
