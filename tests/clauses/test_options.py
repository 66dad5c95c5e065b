"""Options by hand: to extend a term, and to enlarge what is held or let."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from small import chip_hours, load, money, paid, plan, solved
from test_postings import amounts, book_of, rounding

import gigawatt as gw
from gigawatt.errors import PlanError, ProgrammeError
from gigawatt.model.facts import Facts, HandedOver
from gigawatt.planner.restating import facts_of, restated, settle

SIGNED, OFFER = "status: signed", "status: offer, sign_by: 2026-06-01"


def programme(clause: str, status: str = SIGNED, *, chips: str = "100", worth: str = "10") -> str:
    """A contract of lumen's to the middle of May 2027, in a plan from January to September."""
    return f"""
programme: acme
decides: acme
as_of: 2026-06-01
horizon: {{from: 2027-01, through: 2027-09}}
finance: {{discount: 0 %/year}}
workloads:
  chat: {{kind: serving, chips: {chips}, unserved: {worth} USD/chip-hour}}
contracts:
  lumen: {{buyer: acme, seller: lumen, {status}, from: 2026-07-01, through: 2027-05-15, clauses: {{
    gpus: {{kind: reservation, chip: h100, {clause}}}}}}}
"""


def exact(text: str) -> None:
    """The bill of the plan's own quantities is what it costs."""
    draft, x = solved(text)
    postings = settle(draft, facts_of(draft, x))
    for row in restated(draft, x).iter_rows(named=True):
        assert row["fit"] == "exact"
        assert abs(row["difference"]) <= rounding(postings, row["clause"]), row


WORDS = "chips: 80, price: 2 USD/chip-hour, extend: {for: 3 months, notice: 90 d, price: 3 USD/chip-hour}"


@pytest.mark.parametrize("status", [SIGNED, OFFER])
def test_an_extension_worked_by_hand(status: str) -> None:
    """The words: "Customer may extend the term, which ends on 15 May 2027, once by three months by notice of 90 days,
    at 3.00 per GPU and hour."

    To 15 August. May 80 x 15 x 24 x 2 + 80 x 16 x 24 x 3 = 57,600 + 92,160; June 80 x 720 x 3 = 172,800; July 178,560;
    August 80 x 15 x 24 x 3 = 86,400; nothing in September.
    """
    answer = plan(programme(WORDS, status))
    fee = paid(answer, "lumen/gpus")
    assert [fee[f"2027-0{m}"] for m in (4, 5, 6, 7, 8)] == [115_200, 149_760, 172_800, 178_560, 86_400]
    assert "2027-09" not in fee
    assert chip_hours(answer, "lumen-h100")["2027-08"] == 80 * 15 * 24
    exact(programme(WORDS, status))


def test_an_extension_is_told_among_what_is_to_be_decided() -> None:
    """80 x 2,208 hours from 16 May to 15 August at 3.00 save 10.00 each: 1,236,480. Notice is due by 15 February."""
    answer = plan(programme(WORDS))
    told = answer.tables["renewals"].select("clause", "what", "chosen", "last_day", "silent", "better_by").row(0)
    assert told[:5] == ("lumen/gpus", "extend", True, date(2027, 2, 15), False)
    assert told[5] == pytest.approx(1_236_480)
    assert "extend lumen" in gw.summary(answer)
    assert "give notice" in gw.summary(answer)


def test_an_extension_too_dear_is_not_used() -> None:
    answer = plan(programme(WORDS, worth="2.50"))
    assert max(paid(answer, "lumen/gpus")) == "2027-05"
    assert paid(answer, "lumen/gpus")["2027-05"] == 57_600


def test_an_offer_that_is_refused_is_not_extended() -> None:
    """The extension alone would pay, 80 chips at 3.00 for 10.00; but the term before it costs more than that."""
    assert paid(plan(programme(WORDS.replace("price: 2 USD", "price: 40 USD"), OFFER)), "lumen/gpus") == {}


@pytest.mark.parametrize(("as_of", "open_"), [("2027-02-15", True), ("2027-02-16", False)])
def test_an_extension_is_open_until_its_notice_is_due(as_of: str, open_: bool) -> None:
    """90 days before 16 May, the first day after the term, is 15 February."""
    answer = plan(programme(WORDS).replace("as_of: 2026-06-01", f"as_of: {as_of}"))
    assert ("2027-06" in paid(answer, "lumen/gpus")) == open_


def test_without_a_price_of_its_own_an_extension_costs_what_the_clause_costs_then() -> None:
    words = WORDS.replace(", price: 3 USD/chip-hour", "").replace(
        "price: 2 USD/chip-hour", "price: {2026-07: 2 USD/chip-hour, 2027-06: 1 USD/chip-hour}"
    )
    fee = paid(plan(programme(words)), "lumen/gpus")
    assert (fee["2027-05"], fee["2027-06"]) == (80 * 744 * 2, 80 * 720)


@pytest.mark.parametrize("status", [SIGNED, OFFER])
def test_what_the_plan_chose_goes_on_as_far_as_it_was_chosen(status: str) -> None:
    """60 chips and more in steps of 10; 85 are wanted at 5.00, so 80 at 2.00, and at 4.00 for three months more."""
    words = WORDS.replace("chips: 80", "chips: {min: 60, max: 100, step: 10}").replace("3 USD", "4 USD")
    text = programme(words, status, chips="85", worth="5")
    fee = paid(plan(text), "lumen/gpus")
    assert (fee["2027-04"], fee["2027-06"]) == (80 * 720 * 2, 80 * 720 * 4)
    exact(text)


def test_what_was_taken_goes_on_too() -> None:
    words = WORDS.replace("chips: 80", "chips: {most: 90, take: quarterly}")
    text = programme(words, chips="{2027-01: 20, 2027-04: 70}")
    fee = paid(plan(text), "lumen/gpus")
    assert (fee["2027-03"], fee["2027-06"]) == (20 * 744 * 2, 70 * 720 * 3)
    exact(text)


LATE = "delivered: {2027-05: 2027-05-14}, longstop: 7 d, extend: {for: 3 months}"


def test_what_was_ended_for_coming_late_does_not_go_on() -> None:
    """50 more chips come six days late and are waited for, as is their extension; a day later they could be ended."""
    words = f"chips: {{2026-07: 30, 2027-05: 80}}, price: 2 USD/chip-hour, {LATE}"
    fee = paid(plan(programme(words)), "lumen/gpus")
    assert fee["2027-06"] == 80 * 720 * 2
    ended = programme(words, worth="1").replace(
        "2 USD/chip-hour", "{2026-07: 2 USD/chip-hour, 2027-06: 0.50 USD/chip-hour}"
    )
    assert paid(plan(ended), "lumen/gpus")["2027-06"] == 80 * 720 / 2
    exact(ended)
    dear = programme(words, worth="1")
    fee = paid(plan(dear), "lumen/gpus")
    assert (fee["2027-04"], fee["2027-05"], max(fee)) == (30 * 720 * 2, 30 * 360 * 2, "2027-05")
    exact(dear)


def test_what_is_extended_is_no_spend_of_the_term_before_and_a_deposit_is_none_at_all() -> None:
    """Fees to 15 May: 80 x 3,240 hours x 2.00 = 518,400 of the 600,000 to spend; the rest is due in its last month."""
    commit = "commit: {kind: commitment, amount: 600000 USD, each: term, from: 2027-01-01}"
    text = programme(WORDS + ", deposit: {amount: 70000 USD, paid: 2027-02-01}}, " + commit.removesuffix("}"))
    assert paid(plan(text), "lumen/commit") == money(m2027_05=81_600)
    exact(text)


MORE = "chips: 40, price: 2 USD/chip-hour, enlarge: {most: 50, by: 2027-04-01, price: 3 USD/chip-hour}"


@pytest.mark.parametrize("status", [SIGNED, OFFER])
def test_an_enlargement_worked_by_hand(status: str) -> None:
    """The words: "Until 1 April Customer may order up to 50 further GPUs for the rest of the term, at 3.00."

    Wanted 40, from April 100: 50 more from 1 April. April 40 x 720 x 2 + 50 x 720 x 3 = 165,600, May to the 15th half.
    """
    text = programme(MORE, status, chips="{2027-01: 40, 2027-04: 100}")
    fee = paid(plan(text), "lumen/gpus")
    assert fee == money(m2027_01=59_520, m2027_02=53_760, m2027_03=59_520, m2027_04=165_600, m2027_05=82_800)
    exact(text)


def test_an_enlargement_is_over_after_its_day() -> None:
    """A day earlier and the chips must be taken in January to be there in April: 50 x 3 x 2,160 hours for nothing."""
    head = {"chips": "{2027-01: 40, 2027-04: 100}"}
    early = MORE.replace("2027-04-01", "2027-03-31")
    assert paid(plan(programme(early, **head)), "lumen/gpus")["2027-01"] == 40 * 744 * 2 + 50 * 744 * 3
    assert paid(plan(programme(early, worth="4", **head)), "lumen/gpus")["2027-04"] == 40 * 720 * 2
    over = MORE.replace("2027-04-01", "2026-12-31")
    assert paid(plan(programme(over, **head)), "lumen/gpus")["2027-04"] == 40 * 720 * 2


def test_an_enlargement_is_extended_with_the_rest() -> None:
    text = programme(MORE + ", extend: {for: 3 months}")
    assert paid(plan(text), "lumen/gpus")["2027-06"] == 90 * 720 * 2
    exact(text)


def test_an_extension_and_an_enlargement_by_the_days_on_record() -> None:
    """40 chips of the contract's, 10 more from 1 April, and 50 in the extension: June 50 x 720 x 2."""
    clause, book = book_of(programme(MORE + ", acceptance: 1 d, extend: {for: 3 months}"), "lumen/gpus")
    months = {f"{month.start:%Y-%m}": month.start for month in book.months}
    facts = Facts(
        handed_over=(
            HandedOver("lumen/gpus", "2026-07-01", book.contract.from_),
            HandedOver("lumen/gpus", "enlarged", months["2027-04"], units=Decimal(10)),
            HandedOver("lumen/gpus", "extended", months["2027-05"].replace(day=16), units=Decimal(50)),
        )
    )
    found: dict[str, int] = defaultdict(int)
    for month, minor in amounts(clause.post(book, facts)):
        found[month] += minor
    assert found["2027-04"] == (40 * 720 * 2 + 10 * 720 * 3) * 100
    assert found["2027-05"] == (40 * 360 * 2 + 10 * 360 * 3 + 50 * 384 * 2) * 100
    assert (found["2027-06"], found["2027-08"]) == (50 * 720 * 2 * 100, 50 * 360 * 2 * 100)


LEASE = """
programme: acme
decides: acme
horizon: {from: 2027-01, through: 2027-09}
finance: {discount: 0 %/year}
chips: {block: {it_power: 10 kW, vendor: maker, price: 1 USD/chip}}
sites:
  hall:
    landlord: crusoe
    operator: acme
    phases:
      b1: {power: 1 MW, ready: 2026-01-16}
      b2: {power: 2 MW, ready: 2027-02-15}
      b3: {power: 1 MW, ready: 2027-05-01, until: 2027-08-16}
pools: {hall-block: {site: hall, chip: block, owner: acme}}
workloads:
  chat: {kind: serving, chips: WANTED, unserved: 100 USD/chip-hour}
contracts:
  hall-lease: {buyer: acme, seller: crusoe, STATUS, from: 2026-01-01, through: 2027-06-30, clauses: {
    premises: {kind: lease, site: hall, rent: 100 USD/kW-month, TERMS}}}
"""


def lease(terms: str, status: str = SIGNED, wanted: str = "300") -> str:
    return LEASE.replace("STATUS", status).replace("TERMS", terms).replace("WANTED", wanted)


@pytest.mark.parametrize("status", [SIGNED, OFFER])
def test_a_lease_extended_worked_by_hand(status: str) -> None:
    """The words: "Tenant may extend by four months at a rent of 120." b1 stands; b2, an option, was taken in the first
    quarter; b3 ends on 15 August.

    June 4 x 100,000; July 4 x 120,000; August 3 x 120,000 + 120,000 x 15/31 = 418,064.52; September 360,000.
    """
    terms = "phases: [b1, b3], options: [b2], extend: {for: 4 months, rent: 120 USD/kW-month}"
    text = lease(terms, status, "500")
    rent = paid(plan(text), "hall-lease/premises")
    assert [rent[f"2027-0{m}"] for m in (6, 7, 8, 9)] == [400_000, 480_000, Decimal("418064.52"), 360_000]
    exact(text)


def test_an_option_that_was_not_taken_is_not_extended() -> None:
    terms = "phases: [b1], options: [b2], extend: {for: 4 months, rent: 120 USD/kW-month}"
    assert paid(plan(lease(terms, wanted="100")), "hall-lease/premises")["2027-07"] == 120_000
    exact(lease(terms, wanted="100"))


@pytest.mark.parametrize(("by", "from_"), [("2027-04-01", "2027-04"), ("2027-03-31", "2027-02"), ("2026-12-31", None)])
def test_a_lease_enlarged_by_a_day_worked_by_hand(by: str, from_: str | None) -> None:
    """The words: "Until 1 April Tenant may take Building 2, at a rent of 150." Needed from April on. A day sooner, and
    it must be taken in the first quarter, to serve from 15 February: 2 x 150,000 x 14/28 = 150,000."""
    terms = f"phases: [b1], enlarge: {{phases: [b2], by: {by}, rent: 150 USD/kW-month}}"
    text = lease(terms, wanted="{2027-01: 100, 2027-04: 300}")
    rent = paid(plan(text), "hall-lease/premises")
    more = {month: amount - 100_000 for month, amount in rent.items() if amount > 100_000}
    assert (min(more) if more else None) == from_
    assert set(more.values()) - {Decimal(150_000)} <= {Decimal(300_000)}
    exact(text)


def test_a_phase_may_be_taken_before_it_is_ready() -> None:
    """b2 is ready on 15 February; said on 2 January, it comes when it is ready."""
    terms = "phases: [b1], enlarge: {phases: [b2], by: 2027-01-02}"
    assert paid(plan(lease(terms)), "hall-lease/premises")["2027-02"] == 200_000


@pytest.mark.parametrize("option", ["extend: {for: 3 months}", "enlarge: {most: 50, by: 2027-04-01}"])
def test_options_of_one_who_does_not_decide_are_no_choice_of_the_plan(option: str) -> None:
    text = programme(f"chips: 10, price: 2 USD/chip-hour, {option}").replace("decides: acme", "decides: lumen")
    text += "pools: {lumen-h100: {provider: lumen, chip: h100, resource_cost: 1 USD/chip-hour}}\n"
    with pytest.raises(PlanError, match=f"whether it uses `{option.split(':')[0]}` is no choice of the plan"):
        plan(text)


@pytest.mark.parametrize(
    ("clause", "says"),
    [
        ("chips: {most: 20, take: quarterly}, enlarge: {most: 5, by: 2027-04}", "raise `most` instead"),
        ("chips: 20, extend: {for: 3 months, price: {2027-06: 1 USD/chip-hour}}", "has no value on 2027-05-16"),
        ("chips: 20, extend: {notice: 3 months}", "`for` is missing"),
    ],
)
def test_bad_options_are_told(clause: str, says: str) -> None:
    with pytest.raises(ProgrammeError) as error:
        load(programme(f"{clause}, price: 2 USD/chip-hour"))
    assert says in str(error.value)


def test_bad_options_of_a_lease_are_told() -> None:
    for terms, says in (
        ("phases: [b1], enlarge: {phases: [b1], by: 2027-04}", "b1 can be had anyhow"),
        ("phases: [b1], enlarge: {phases: [b4], by: 2027-04}", "there is no phase 'b4'"),
        ("phases: [b1], enlarge: {phases: [], by: 2027-04}", "is empty"),
    ):
        with pytest.raises(ProgrammeError) as error:
            load(lease(terms))
        assert says in str(error.value)
