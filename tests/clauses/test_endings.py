"""Days on which a contract may be over: the plan that may choose is the best of those in which each is written out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from small import load, plan, solved

from gigawatt.app import may
from gigawatt.history.state import due, states
from gigawatt.model.verdict import Ask, Ruling
from gigawatt.planner.restating import facts_of, restated, settle
from gigawatt.values.span import Span

HEAD = """
programme: acme
decides: DECIDES
horizon: {from: 2027-01, through: 2028-06}
finance: {discount: 10 %/year}
as_of: 2026-10-01
chips: {block: {it_power: 10 kW, vendor: maker, price: 600 USD/chip, supply: 200 chips/quarter}}
sites:
  hall: {landlord: crusoe, operator: acme, energy: 50 USD/MWh, phases: {
    b1: {power: 1 MW, ready: 2027-01-16}, b2: {power: 1 MW, ready: 2027-08-15}}}
pools: {hall-block: {site: hall, chip: block, owner: acme}}
workloads:
  chat: {kind: serving, chips: {2027-01: 100, 2027-10: 180, 2028-04: 60}, unserved: 10 USD/chip-hour}
  tests: {kind: research, use: 20000 chip-hour/month, unserved: 2.50 USD/chip-hour}
contracts:
  azure: {buyer: acme, seller: azure, status: signed, from: 2026-07-01, clauses: {
    rate: {kind: price, chip: h100, price: {2026-07: 4 USD/chip-hour, 2028-01: 3 USD/chip-hour}, chips: 90}}}
  lumen: {buyer: acme, seller: lumen, STATUS, from: 2026-07-01, through: THROUGH, clauses: {CLAUSES}}
"""
KINDS = {
    "reservation": "gpus: {kind: reservation, chip: h100, chips: {2026-07: 60, 2027-08: 90}, price: 2.1 USD/chip-hour}",
    "chosen": "gpus: {kind: reservation, chip: h100, chips: {min: 16, max: 160, step: 16}, price: 2.60 USD/chip-hour}",
    "taken": "gpus: {kind: reservation, chip: h100, chips: {most: {2026-07: 60, 2027-11: 120}, take: quarterly},"
    " price: 2.20 USD/chip-hour}",
    "price": "gpus: {kind: price, chip: h100, price: 2.80 USD/chip-hour, chips: 120, for: [chat]}",
    "take_or_pay": "gpus: {kind: price, chip: h100, price: 2.90 USD/chip-hour},"
    " floor: {kind: take_or_pay, chip: h100, floor: 1200000 chip-hour/year, deficiency: 1.50 USD/chip-hour}",
    "commitment": "gpus: {kind: price, chip: h100, price: 3.20 USD/chip-hour, chips: 150},"
    " commit: {kind: commitment, amount: 4000000 USD}",
    "lease": "gpus: {kind: lease, site: hall, phases: [b1], options: [b2], rent: 90 USD/kW-month}",
    "service_level": "gpus: {kind: reservation, chip: h100, chips: 80, price: 2.10 USD/chip-hour},"
    " uptime: {kind: service_level, target: 99.9 %, credit: {99 %: 10 %, 95 %: 30 %}, claim: 30 d,"
    " expected: {2026-07: 99.5 %, 2027-03-11: 98 %, 2027-09: 90 %}}",
}
SIGNED, OFFER = "status: signed", "status: offer, sign_by: 2026-12-01"
RENEWAL = "renewal: {kind: renewal, for: 7 months, unless_notice: 60 d, times: 2}"
TERMINATION = "out: {kind: termination, notice: 45 d, option: true, fee: 40000 USD}"
FREE = "out: {kind: termination, notice: 45 d, option: true}"


def programme(clauses: str, through: date, status: str = SIGNED, decides: str = "acme") -> str:
    text = HEAD.replace("CLAUSES", clauses).replace("STATUS", status).replace("DECIDES", decides)
    return text.replace("THROUGH", str(through))


@pytest.mark.parametrize("status", [SIGNED, OFFER], ids=["signed", "offered"])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_best_of_all_ends_is_chosen_of_renewals_in_the_middle_of_a_month(kind: str, status: str) -> None:
    ends = [date(2027, 3, 14), date(2027, 10, 14), date(2028, 5, 14)]
    each = [plan(programme(KINDS[kind], end, status)).solve.objective for end in ends]
    chosen = plan(programme(f"{KINDS[kind]}, {RENEWAL}", ends[0], status))
    assert chosen.solve.objective == pytest.approx(max(each), rel=1e-7)
    best = ends[each.index(max(each))]
    assert chosen.tables["renewals"]["chosen"].to_list() == [best > ends[0], best > ends[1]]


@pytest.mark.parametrize("status", [SIGNED, OFFER], ids=["signed", "offered"])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_best_of_all_ends_is_chosen_where_it_may_be_ended_by_the_quarter(kind: str, status: str) -> None:
    """The fee of 40,000 falls in the last month, at a discount that is worked out here."""
    through = date(2027, 12, 31)
    quarters = [date(2027, 4, 1), date(2027, 7, 1), date(2027, 10, 1)]
    whole = plan(programme(KINDS[kind], through, status)).solve.objective
    found = [whole]
    for quarter in quarters:
        last = quarter - timedelta(days=1)
        middle = (last.replace(day=1) - date(2027, 1, 1)).days + last.day / 2
        short = plan(programme(KINDS[kind], last, status))
        signed = status == SIGNED or bool(short.tables["offers"]["signed"][0])
        found.append(short.solve.objective - (40_000 * 1.1 ** (-middle / 365.25) if signed else 0.0))
    chosen = plan(programme(f"{KINDS[kind]}, {TERMINATION}", through, status))
    assert chosen.solve.objective == pytest.approx(max(found), rel=1e-7)


@pytest.mark.parametrize("decides", ["acme", "[acme, lumen]", "lumen"])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_bill_of_the_day_that_is_chosen_is_the_plan_s(kind: str, decides: str) -> None:
    if (decides == "lumen" and kind in ("chosen", "taken")) or (decides != "acme" and kind == "lease"):
        pytest.skip("what others choose, or build, is another matter")
    clauses = f"{KINDS[kind]}, {RENEWAL}, {FREE}"
    text = programme(clauses, date(2027, 3, 31), decides=decides)
    if decides != "acme":
        text = text.replace(
            "pools: {", "pools: {lumen-h100: {provider: lumen, chip: h100, resource_cost: 1 USD/chip-hour},"
        )
    draft, x = solved(text)
    postings = settle(draft, facts_of(draft, x))
    frame = restated(draft, x)
    assert set(frame["fit"]) <= {"exact"}
    for row in frame.iter_rows(named=True):
        count = sum(posting.by == row["clause"] for posting in postings)
        assert abs(float(row["difference"])) <= 0.02 * (count + 1), row


LASTING = """
programme: acme
decides: acme
horizon: {from: 2027-01, through: 2028-12}
EVENTS
workloads: {chat: {kind: serving, chips: 10, unserved: 5 USD/chip-hour}}
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2026-07-01, through: 2027-06-30, clauses: {
    rate: {kind: price, chip: h100, price: 3 USD/chip-hour},
    only: {kind: exclusivity, workloads: [chat]},
    renewal: {kind: renewal, for: 6 months, unless_notice: 90 d},
    out: {kind: termination, notice: 30 d}}}
  fjord: {buyer: acme, seller: fjord, status: signed, from: 2026-07-01, clauses: {
    rate: {kind: price, chip: h100, price: 1 USD/chip-hour}}}
"""
SAID_NO = "{kind: notice, clause: lumen/renewal, by: lumen, date: 2027-03-01, recorded: 2027-03-05}"
ENDED = "{kind: notice, clause: lumen/out, by: acme, date: 2027-08-02}"


def elsewhere(on: date, *events: str, known: date | None = None) -> Ruling:
    programme = load(LASTING.replace("EVENTS", f"events: [{', '.join(events)}]"))
    ask = Ask("place", "acme", on, known, workload="chat", pool="fjord-h100", provider="fjord")
    return may(programme, ask).ruling


def test_what_a_contract_promises_lasts_as_long_as_it_does() -> None:
    """It is over on 30 June; from 3 April on, the day after the last for notice, it is known to go on to December."""
    assert elsewhere(date(2027, 6, 30)) is Ruling.DENY
    assert elsewhere(date(2027, 7, 1)) is Ruling.DENY
    assert elsewhere(date(2027, 7, 1), known=date(2027, 4, 3)) is Ruling.DENY
    assert elsewhere(date(2027, 7, 1), known=date(2027, 4, 2)) is Ruling.ALLOW
    assert elsewhere(date(2028, 6, 30)) is Ruling.DENY


def test_a_notice_ends_it_from_the_day_on_which_it_is_known() -> None:
    """Notice of 1 March, known on 5 March: over after 30 June. Notice of 2 August: over after 31 August."""
    assert elsewhere(date(2027, 7, 1), SAID_NO) is Ruling.ALLOW
    assert elsewhere(date(2027, 6, 30), SAID_NO) is Ruling.DENY
    assert elsewhere(date(2027, 8, 31), ENDED) is Ruling.DENY
    assert elsewhere(date(2027, 9, 1), ENDED) is Ruling.ALLOW


def test_how_long_it_lasts_is_told_as_known() -> None:
    programme = load(LASTING.replace("EVENTS", f"events: [{ENDED}]"))
    on = date(2027, 10, 1)
    words = {known: states(programme, on, known)[0].state for known in (date(2027, 7, 1), date(2027, 8, 2))}
    assert words == {date(2027, 7, 1): "in force", date(2027, 8, 2): "ended"}
    (last,) = [
        one for one in due(programme, Span(date(2027, 7, 1), date(2028, 1, 1)), date(2027, 9, 1))
        if one.deadline.what == "end"
    ]  # fmt: skip
    assert last.deadline.on == date(2027, 8, 31)
