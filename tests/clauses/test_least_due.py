"""What falls due by year if nothing is used: one contract for each kind that makes anything due, reckoned by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest

import gigawatt as gw
from gigawatt.clauses import all_kinds
from gigawatt.model.clause import Clause
from gigawatt.model.commitments import Commitments, Obligation
from gigawatt.model.facts import Delivered, Facts, HandedOver, Notice, Ordered, Spent
from tests.programmes import load_text

YEAR_END = date(2026, 12, 31)
LAB = """
programme: acme
decides: acme
horizon: {from: 2027-01, through: 2027-12}
sites: {hall: {landlord: volt, phases: {a: {power: 10 MW, ready: 2027-04-01}, b: {power: 5 MW, ready: 2027-07-01}}}}
pools: {own: {site: hall, chip: h100, owner: acme}}
workloads: {chat: {kind: serving, chips: 10, revenue: 3 USD/chip-hour}}
contracts:
  deal: {buyer: acme, seller: volt, status: signed, from: 2027-01-01, through: 2028-12-31, clauses: {CLAUSES}}
"""


def deal(clauses: str, *, text: str = LAB) -> gw.Programme:
    return load_text(text.replace("CLAUSES", clauses))


def due(
    clauses: str, facts: Facts | None = None, as_of: date = YEAR_END, *, payer: str = "acme"
) -> dict[tuple[str, int], int]:
    """What the payer owes at least, by what it is for and year, minor units."""
    found = gw.commitments(deal(clauses), facts, as_of=as_of)
    return {(one.what, one.year): one.amount_minor for one in found.minimum if one.payer == payer}


def owed(clauses: str, facts: Facts | None = None, as_of: date = YEAR_END) -> Obligation:
    """What the first that pays owes."""
    return told(clauses, facts, as_of).agreements[0].obligations[0]


def told(clauses: str, facts: Facts | None = None, as_of: date = YEAR_END) -> Commitments:
    return gw.commitments(deal(clauses), facts, as_of=as_of)


FIRM = "chips: {kind: reservation, chip: h100, chips: 10, price: 2 USD/chip-hour}"


def test_a_reservation_goes_on_past_the_horizon() -> None:
    """10 chips at 2.00 for 8,760 hours are 175,200; for the 8,784 of the leap year after the horizon 175,680."""
    assert due(FIRM) == {("fee", 2027): 17_520_000, ("fee", 2028): 17_568_000}
    assert owed(FIRM).most_minor == 17_520_000 + 17_568_000


def test_a_reservation_in_lots_that_are_not_delivered_is_due_from_the_days_of_their_delivery() -> None:
    """10 chips from 1 January, 10 more due on 1 July: 10 x 2 x 8,760 + 10 x 2 x 24 x 184 = 175,200 + 88,320. As of
    31 August, with the first lot alone on record, the second comes the day after: 20 x 2 x 24 x 122 = 117,120 are to
    come in 2027."""
    lots = """chips: {kind: reservation, chip: h100, chips: {2027-01: 10, 2027-07: 20}, price: 2 USD/chip-hour,
      longstop: 180 d}"""
    assert due(lots)["fee", 2027] == 26_352_000
    came = Facts(handed_over=(HandedOver("deal/chips", "2027-01-01", date(2027, 1, 1), date(2027, 1, 1)),))
    late = told(lots, came, date(2027, 8, 31))
    assert [one.amount_minor for one in late.minimum if one.year == 2027] == [11_712_000]
    assert late.agreements[0].delivered_chips == 10
    assert late.agreements[0].chips == 20
    assert due(lots, None, date(2027, 8, 31))["fee", 2027] == 11_712_000


def test_of_chips_to_choose_from_the_least_is_due_and_the_most_bounds_it() -> None:
    """From 4 to 10 chips: 4 x 2 x 8,760 = 70,080 and 4 x 2 x 8,784 = 70,272; six more bound it at 350,880."""
    choice = "chips: {kind: reservation, chip: h100, chips: {min: 4, max: 10}, price: 2 USD/chip-hour}"
    assert due(choice) == {("fee", 2027): 7_008_000, ("fee", 2028): 7_027_200}
    assert owed(choice).most_minor == 35_088_000
    assert "chips: chips that the buyer may take" in told(choice).agreements[0].remarks


def test_an_option_to_take_more_and_longer_is_no_part_of_the_least() -> None:
    """5 chips more at the same price, 15 x 2 x 17,544 h = 526,320; and six months more, 15 x 2 x 24 x 181 = 130,320."""
    more = """chips: {kind: reservation, chip: h100, chips: 10, price: 2 USD/chip-hour,
      enlarge: {most: 5, by: 2027-06-30}, extend: {for: 6 months, notice: 90 d}}"""
    assert owed(more).least_minor == 35_088_000
    assert owed(more).most_minor == 52_632_000 + 13_032_000


def test_a_lease_is_due_from_the_days_on_which_its_phases_are_ready() -> None:
    """10 MW at 1,000 from 1 April: nine months of 10,000, then twelve. The option on 5 MW from 1 July is no part of
    it, and bounds it at 18 months of 5,000 more."""
    lease = "hall: {kind: lease, site: hall, phases: [a], options: [b], rent: 1000 USD/MW-month}"
    assert due(lease) == {("rent", 2027): 9_000_000, ("rent", 2028): 12_000_000}
    assert owed(lease).most_minor == 21_000_000 + 9_000_000
    assert told(lease).agreements[0].power_mw == 15


def test_a_take_or_pay_is_due_at_the_price_of_its_deficiency_at_each_years_end() -> None:
    """100 chip-hours short at 1.50 each contract year."""
    floor = """rate: {kind: price, chip: h100, price: 2 USD/chip-hour},
      floor: {kind: take_or_pay, chip: h100, floor: 100 chip-hour/year, deficiency: 1.50 USD/chip-hour}"""
    assert due(floor) == {("deficiency", 2027): 15_000, ("deficiency", 2028): 15_000}
    assert owed(floor).most_minor is None


def test_of_a_commitment_what_its_fees_do_not_burn_is_due() -> None:
    """200,000 each year, of which the fees of 2027 burn 175,200 and those of 2028 175,680."""
    commit = f"{FIRM}, commit: {{kind: commitment, amount: 200000 USD, each: contract year}}"
    found = due(commit)
    assert found["shortfall", 2027] == 2_480_000
    assert found["shortfall", 2028] == 2_432_000
    assert sum(found.values()) == 40_000_000


def test_of_a_share_of_revenue_the_guarantee_is_due() -> None:
    """50,000 for each contract year, whatever is earned; a cap without one bounds it, and makes nothing due."""
    guaranteed = "share: {kind: revenue_share, payer: acme, payee: volt, rate: 10 %, guarantee: 50000 USD}"
    assert due(guaranteed) == {("guarantee", 2027): 5_000_000, ("guarantee", 2028): 5_000_000}
    assert owed(guaranteed).most_minor is None
    capped = owed("share: {kind: revenue_share, payer: acme, payee: volt, rate: 10 %, cap: 700 USD, paid: 100 USD}")
    assert (capped.least_minor, capped.most_minor) == (0, 60_000)


def test_of_a_purchase_the_least_of_each_quarter_is_due_its_deposit_before() -> None:
    """2 chips a quarter at 30,000, a tenth six months before: of the eight quarters of 2027 and 2028, in 2027 the rest
    of four (4 x 54,000) and the deposits of six, the first two of which are due at once (6 x 6,000); in 2028 the rest
    of four and the deposits of the last two."""
    buy = """chips: {kind: purchase, chip: h100, price: 30000 USD/chip, least: 2 chips/quarter, most: 5 chips/quarter,
      deposit: 10 %, lead_time: 6 months}"""
    assert due(buy) == {("chips", 2027): 25_200_000, ("chips", 2028): 22_800_000}
    assert owed(buy).most_minor == 5 * 8 * 3_000_000


def test_of_a_purchase_what_is_ordered_is_due_and_what_is_overdue_at_once() -> None:
    """As of 30 June: 3 chips were ordered in the first quarter and none in the second, so that 2 are overdue in July,
    with the 2 of that quarter; and 5 for October are on order. (4 + 5) x 30,000 in 2027, 4 x 2 x 30,000 in 2028."""
    buy = "chips: {kind: purchase, chip: h100, price: 30000 USD/chip, least: 2 chips/quarter, most: 5 chips/quarter}"
    orders = (("2027-01", 3), ("2027-10", 5))
    facts = Facts(orders=tuple(Ordered("deal/chips", "h100", month, chips) for month, chips in orders))  # type: ignore[arg-type]
    assert due(buy, facts, date(2027, 6, 30)) == {("chips", 2027): 27_000_000, ("chips", 2028): 24_000_000}
    assert told(buy, facts, date(2027, 6, 30)).agreements[0].delivered_chips == 3


def test_of_money_paid_ahead_what_is_drawn_is_taken_off_the_fees() -> None:
    """40,000 in March, drawn on the fees of 14,880 in March, 14,400 in April, and 10,720 of those of May."""
    ahead = f"{FIRM}, ahead: {{kind: prepayment, paid: {{2027-03-01: 40000 USD}}}}"
    found = due(ahead)
    assert (found["prepayment", 2027], found["drawn from prepayment", 2027]) == (4_000_000, -4_000_000)


def test_capital_is_due_on_notice_alone_and_stands_apart() -> None:
    """200 of two tranches, of which 50 were drawn for what was spent in the first quarter."""
    funds = """fund: {kind: capital_commitment, investor: volt, recipient: acme, tranches: [{amount: 100 USD},
      {amount: 100 USD, from: 2028-01-01}]}"""
    facts = Facts(capex=(Spent("hall", "acme", "2027-02", 5_000),))
    found = owed(funds, facts, date(2027, 3, 31))
    assert (found.payer, found.payee, found.due_minor) == ("volt", "acme", 5_000)
    assert (found.to_come_minor, found.on_notice_minor, found.most_minor) == (0, 15_000, 20_000)


def test_a_licence_fee_is_due_by_its_months_and_a_single_one_on_its_day() -> None:
    licence = """tools: {kind: ip_rights, licensee: acme, licensor: volt, subject: tools, fee: 12000 USD/year,
      once: {amount: 500 USD, due: 2028-02-15}}"""
    found = due(licence)
    assert sum(amount for (_, year), amount in found.items() if year == 2027) == 1_200_000
    assert sum(amount for (_, year), amount in found.items() if year == 2028) == 1_250_000


def test_rent_of_what_is_used_makes_nothing_due_and_is_bounded_by_the_chips_offered() -> None:
    """10 chips at 2.00 over 17,544 hours."""
    assert due("rate: {kind: price, chip: h100, price: 2 USD/chip-hour}") == {}
    assert owed("rate: {kind: price, chip: h100, chips: 10, price: 2 USD/chip-hour}").most_minor == 35_088_000


def test_energy_has_no_bound_and_nothing_of_it_is_due() -> None:
    energy = """rate: {kind: price, chip: h100, chips: 10, price: 2 USD/chip-hour},
      power: {kind: pass_through, price: 50 USD/MWh}"""
    assert (due(energy), owed(energy).most_minor) == ({}, None)
    assert "power: energy as it is metered" in told(energy).agreements[0].remarks


def test_the_price_of_shares_is_no_part_of_the_least() -> None:
    shares = (
        "w: {kind: warrant, issuer: volt, holder: acme, exercise_price: 1 USD, vests: [{shares: 100, power: 1 MW}]}"
    )
    assert (due(shares), owed(shares).most_minor) == ({}, 10_000)


@pytest.mark.parametrize(
    ("fee", "expected"),
    [
        # over after 30 days from 1 January 2027: 10 x 2 x 24 x 30 = 14,400, and the fee
        ("500 USD", {("fee", 2027): 1_440_000, ("termination fee", 2027): 50_000}),
        # a fee above all that is left of the term is not paid: the contract goes on
        ("900000 USD", {("fee", 2027): 17_520_000, ("fee", 2028): 17_568_000}),
    ],
)
def test_who_pays_ends_what_it_may_end_where_that_costs_it_less(fee: str, expected: dict[tuple[str, int], int]) -> None:
    """A contract that may be ended binds no further, unless ending it costs more than going on (ASC 440-10-50-2)."""
    ends = f"{FIRM}, exit: {{kind: termination, notice: 30 d, fee: {fee}}}"
    assert due(ends) == expected
    remarks = told(ends).agreements[0].remarks
    assert "exit: acme may end it by notice" in remarks
    assert owed(ends).most_minor == 35_088_000


def test_what_the_other_side_may_end_is_due_all_the_same() -> None:
    ends = f"{FIRM}, exit: {{kind: termination, notice: 30 d, by: volt}}"
    assert sum(due(ends).values()) == 35_088_000
    assert "exit: volt may end it by notice" in told(ends).agreements[0].remarks


def test_a_ground_that_is_not_there_ends_nothing() -> None:
    ends = f"{FIRM}, exit: {{kind: termination, ground: breach, notice: 30 d}}"
    assert sum(due(ends).values()) == 35_088_000


RENEWED = LAB.replace("2028-12-31", "2027-06-30").replace("through: 2027-12}", "through: 2028-12}")


@pytest.mark.parametrize(
    ("as_of", "notices", "through"),
    [
        (date(2027, 3, 31), (), date(2027, 6, 30)),  # acme can still say no, by 2 April
        (date(2027, 4, 30), (), date(2028, 6, 30)),  # it did not
        (date(2027, 4, 30), (Notice("deal/renewal", "acme", date(2027, 2, 1)),), date(2027, 6, 30)),
    ],
)
def test_a_renewal_is_due_once_nobody_can_stop_it(as_of: date, notices: tuple[Notice, ...], through: date) -> None:
    """10 chips at 2.00 are 480 a day."""
    text = f"{FIRM}, renewal: {{kind: renewal, for: 12 months, unless_notice: 90 d, by: acme}}"
    found = gw.commitments(deal(text, text=RENEWED), Facts(notices=notices), as_of=as_of)
    assert sum(one.amount_minor for one in found.minimum) == 48_000 * (through - as_of).days


def test_a_renewal_that_the_other_side_may_have_is_told_and_not_guessed() -> None:
    text = f"{FIRM}, renewal: {{kind: renewal, for: 12 months, unless_notice: 90 d, by: volt}}"
    found = gw.commitments(deal(text, text=RENEWED), as_of=date(2027, 3, 31))
    assert sum(one.amount_minor for one in found.minimum) == 48_000 * 91
    assert "renewal: goes on after 2027-06-30 unless volt gives notice by 2027-04-02" in found.agreements[0].remarks


def test_a_contract_without_a_last_day_is_counted_to_the_horizons_end_and_says_so() -> None:
    found = gw.commitments(deal(FIRM, text=LAB.replace(", through: 2028-12-31", "")), as_of=YEAR_END)
    assert [(one.year, one.amount_minor) for one in found.minimum] == [(2027, 17_520_000)]
    assert found.agreements[0].remarks[0] == "no last day is stated; counted through 2027-12-31, the horizon's end"


def metered(*chips: int, clause: str = "deal/chips", part: str = "") -> Facts:
    """Chips that stood in the first months of 2027."""
    days = (31, 28, 31, 30, 31, 30)
    return Facts(
        deliveries=tuple(
            Delivered(clause, "volt-h100", f"2027-{n:02d}", Decimal(24 * days[n - 1] * each), part=part)
            for n, each in enumerate(chips, 1)
        )
    )


def test_what_was_taken_of_an_option_is_kept_and_due_to_the_end() -> None:
    """6 chips in March are kept: 6 x 2 x 24 for the 275 days left of 2027 and the 366 of 2028."""
    takes = "chips: {kind: reservation, chip: h100, chips: {most: 10, take: quarterly}, price: 2 USD/chip-hour}"
    assert due(takes) == {}
    assert due(takes, metered(4, 5, 6), date(2027, 3, 31)) == {
        ("fee", 2027): 6 * 48 * 275 * 100, ("fee", 2028): 6 * 48 * 366 * 100
    }  # fmt: skip
    # a month later, whose meter has not been read
    assert due(takes, metered(4, 5, 6), date(2027, 4, 30))["fee", 2027] == 6 * 48 * 245 * 100


def test_an_extension_on_record_is_due_past_the_contracts_last_day() -> None:
    """10 chips for 2029 and 2030: 480 a day for 365 days each."""
    longer = """chips: {kind: reservation, chip: h100, chips: 10, price: 2 USD/chip-hour,
      extend: {for: 24 months, notice: 90 d}}"""
    facts = Facts(handed_over=(HandedOver("deal/chips", "extended", date(2026, 12, 1), None, None, Decimal(10)),))
    assert [due(longer, facts)["fee", year] for year in (2029, 2030)] == [10 * 48 * 365 * 100] * 2


def test_where_deliveries_are_metered_alone_nobody_owes_damages_for_their_days() -> None:
    lots = """chips: {kind: reservation, chip: h100, chips: {2027-01: 10, 2027-02: 20}, price: 2 USD/chip-hour,
      damages: {per_day: 5 USD/chip}}"""
    alone = told(lots, metered(10, 10, 20), date(2027, 3, 31)).agreements[0].obligations
    assert {one.payer for one in alone} == {"acme"}
    none = Facts(handed_over=(HandedOver("deal/chips", "2027-01-01", date(2027, 1, 1), date(2027, 1, 1)),))
    late = told(lots, none, date(2027, 3, 31)).agreements[0].obligations
    # the second lot, due on 1 February, comes on 1 April: 10 chips x 59 days x 5
    assert [one.due_minor for one in late if one.payer == "volt"] == [295_000]


def test_a_contract_that_is_signed_later_is_not_there() -> None:
    signed = LAB.replace("from: 2027-01-01,", "from: 2027-01-01, signed: 2027-02-01,")
    assert gw.commitments(deal(FIRM, text=signed), as_of=YEAR_END).agreements == ()
    assert len(gw.commitments(deal(FIRM, text=signed), as_of=date(2027, 2, 1)).agreements) == 1


@pytest.mark.parametrize(
    "clause",
    [
        "extra: {kind: service_level, target: 99.5 %, credit: {99 %: 10 %}}",
        "extra: {kind: mfn}",
        "extra: {kind: first_refusal, holder: volt, respond_within: 30 d, match: true}",
    ],
)
def test_what_only_gives_back_takes_nothing_off_the_least(clause: str) -> None:
    found = told(f"{FIRM}, {clause}")
    assert found.agreements[0].obligations[0].least_minor == 35_088_000
    assert any(remark.startswith("extra: ") for remark in found.agreements[0].remarks)


def test_every_kind_that_makes_amounts_due_is_reckoned_here() -> None:
    """Add an example by hand for a kind that is missing."""
    here = Path(__file__).read_text(encoding="utf-8")
    posting = [kind.model_fields["kind"] for kind in all_kinds() if kind.post is not Clause.post]
    names = [name for field in posting for name in get_args(field.annotation)]
    assert len(names) > 10
    assert [name for name in names if f"kind: {name}," not in here and f"kind: {name}}}" not in here] == []


def test_what_was_ended_for_not_having_come_is_due_no_more() -> None:
    """The second 10 chips were ended: 10 x 2 x 24 x 306 from March on."""
    lots = """chips: {kind: reservation, chip: h100, chips: {2027-01: 10, 2027-02: 20}, price: 2 USD/chip-hour,
      longstop: 14 d}"""
    came = HandedOver("deal/chips", "2027-01-01", date(2027, 1, 1), date(2027, 1, 1))
    ended = HandedOver("deal/chips", "2027-02-01", None, ended=date(2027, 2, 16))
    assert due(lots, Facts(handed_over=(came, ended)), date(2027, 2, 28))["fee", 2027] == 10 * 48 * 306 * 100


def test_a_cap_that_is_amended_bounds_once() -> None:
    """700, and from July 900: what may still be paid is 900 in all."""
    share = "share: {kind: revenue_share, payer: acme, payee: volt, rate: 10 %, cap: 700 USD}"
    amended = LAB.replace("{CLAUSES}}", "{CLAUSES}, amendments: [{effective: 2027-07-01, recorded: 2026-11-01, "
                          "amend: {share: {cap: 900 USD}}}]}")  # fmt: skip
    found = gw.commitments(deal(share, text=amended), as_of=YEAR_END).agreements[0].obligations[0]
    assert (found.least_minor, found.most_minor) == (0, 90_000)
