"""`commitment`, worked by hand: spend over a contract year or a term; what is not burned down is paid."""

from __future__ import annotations

from decimal import Decimal

import pytest
from small import between, chip_hours, load, money, paid, plan, solved

import gigawatt as gw
from gigawatt.model.facts import Facts
from gigawatt.model.verdict import ClauseView
from gigawatt.planner.restating import restated

HEAD = """
programme: acme
decides: acme
horizon: {from: 2027-01, through: 2027-06}
finance: {discount: 0 %/year}
workloads:
  chat: {kind: serving, chips: 100, unserved: 10 USD/chip-hour}
"""
SIGNED, OFFER = "status: signed", "status: offer, sign_by: 2026-06-01"
RATE = "rate: {kind: price, chip: h100, price: 4 USD/chip-hour}"


def contract(
    commit: str, dates: str = "from: 2026-07-01, through: 2028-06-30", status: str = SIGNED, clauses: str = RATE
) -> str:
    return (
        "contracts:\n"
        f"  azure: {{buyer: acme, seller: azure, {status}, {dates}, clauses: {{{clauses},"
        f"commit: {{kind: commitment, {commit}}}}}}}\n"
    )


@pytest.mark.parametrize("status", [SIGNED, OFFER])
def test_commitment_worked_example(status: str) -> None:
    """The words: "Customer commits to spend 3,000,000 in each year from 1 July. What it has not spent by 30 June is
    invoiced then." By 31 December 1,140,000 had been spent.

    100 chips at 4.00 for 4,344 h: 1,737,600. Short 3,000,000 - 1,140,000 - 1,737,600 = 122,400, in June.
    """
    answer = plan(HEAD + contract("amount: 3e6 USD, burned: {2026-12-31: 1140000 USD}", status=status))
    assert sum(paid(answer, "azure/rate").values()) == 1_737_600
    assert paid(answer, "azure/commit") == money(m2027_06=122_400)
    assert between(answer, "azure/commit") == {("acme", "azure", "shortfall")}


def test_where_nothing_is_stated_the_year_that_the_horizon_cuts_has_its_part() -> None:
    """181 of 365 days of 4,000,000: 1,983,561.64 less 1,737,600 = 245,961.64."""
    assert paid(plan(HEAD + contract("amount: 4e6 USD")), "azure/commit") == money(m2027_06="245961.64")


def test_a_term_is_one_period_that_the_horizon_may_cut() -> None:
    """July 2026 to June 2028 has 731 days, of which 181 are planned: 8,000,000 x 181/731 = 1,980,848.15, less
    1,737,600. With 1,500,000 burned before, 365 days count: 3,994,528.04 - 1,500,000 - 1,737,600 = 756,928.04."""
    term = "amount: 8e6 USD, each: term"
    assert paid(plan(HEAD + contract(term)), "azure/commit") == money(m2027_06="243248.15")
    burned = f"{term}, burned: {{2026-12-31: 1500000 USD}}"
    assert paid(plan(HEAD + contract(burned)), "azure/commit") == money(m2027_06="756928.04")


def test_what_must_be_spent_anyhow_is_spent_before_what_is_cheaper_elsewhere() -> None:
    """Another asks 1.00. 800,000 are due to azure: 200,000 chip-hours there, and the other 234,400 at 1.00."""
    other = (
        "  lumen: {buyer: acme, seller: lumen, status: signed, from: 2027-01-01,"
        " clauses: {rate: {kind: price, chip: h100, price: 1 USD/chip-hour}}}\n"
    )
    commit = "amount: 2e6 USD, burned: {2026-12-31: 1200000 USD}"
    answer = plan(HEAD + contract(commit, "from: 2026-07-01, through: 2027-06-30") + other)
    assert sum(chip_hours(answer, "azure-h100").values()) == 200_000
    assert sum(chip_hours(answer, "lumen-h100").values()) == 234_400
    assert paid(answer, "azure/commit") == {}


TWO = f"{RATE}, held: {{kind: reservation, chip: h200, chips: 10, price: 5 USD/chip-hour}}"


@pytest.mark.parametrize(("counted", "short"), [("", 45_200), ("[held]", 1_782_800), ("[rate]", 262_400)])
def test_only_the_clauses_that_are_named_count(counted: str, short: int) -> None:
    """10 chips held at 5.00 cost 217,200. Rent at 4.00 for all 100 is 1,737,600, and where it counts it costs nothing
    to rent them all, since what is not spent is due anyhow. Of 2,000,000 that leaves 45,200, 1,782,800 or 262,400."""
    named = f", clauses: {counted}" if counted else ""
    commit = f"amount: 2e6 USD, burned: {{2026-12-31: 0 USD}}{named}"
    answer = plan(HEAD + contract(commit, "from: 2026-07-01, through: 2027-06-30", clauses=TWO))
    assert paid(answer, "azure/commit") == money(m2027_06=short)


def test_a_deficiency_counts_as_spend() -> None:
    """The floor of 500,000 chip-hours leaves 65,600 short at 1.00; with 1,737,600 of rent, 1,803,200 of 2,000,000."""
    floor = (
        "floor: {kind: take_or_pay, floor: 2000000 chip-hour/year, deficiency: 1 USD/chip-hour,"
        " taken: {2026-12-31: 1500000 chip-hour}}"
    )
    commit = "amount: 2e6 USD, burned: {2026-12-31: 0 USD}"
    answer = plan(HEAD + contract(commit, "from: 2026-07-01, through: 2027-06-30", clauses=f"{RATE}, {floor}"))
    assert paid(answer, "azure/floor") == money(m2027_06=65_600)
    assert paid(answer, "azure/commit") == money(m2027_06=196_800)


CARRY = "amount: 2e6 USD, carry_forward: {most: 25 %, expires: YEARS y CARRIED}"
THREE = HEAD.replace("through: 2027-06", "through: 2029-12")


def carrying(chips: str, years: int = 1, carried: str = "", status: str = SIGNED) -> str:
    commit = CARRY.replace("YEARS", str(years)).replace("CARRIED", carried)
    return THREE.replace("chips: 100", f"chips: {chips}") + contract(commit, "from: 2027-01-01", status=status)


@pytest.mark.parametrize("status", [SIGNED, OFFER])
def test_commitment_worked_example_of_carrying_forward(status: str) -> None:
    """The words, of a cloud's addendum on spend commitments (AWS Private Pricing Addendum of 11 December 2020, exhibit
    10.01 to a registration of 2021, its table and section on a shortfall), with a right that buyers ask for: "For each
    contract year you commit to fees of 2,000,000. Fees above that count toward the next year, up to a quarter of its
    commitment. What is short is invoiced at the year's end."

    2027: 100 chips at 4.00 for 8,760 h are 3,504,000, 1,504,000 above. 2028: 40 chips, 1,405,440, short 594,560, less
    500,000: 94,560. 2029: 1,401,600; what 2027 spent has lapsed: 598,400.
    """
    answer = plan(carrying("{2027-01: 100, 2028-01: 40}", status=status))
    assert paid(answer, "azure/commit") == money(m2028_12=94_560, m2029_12=598_400)


def test_spend_carried_for_two_years_counts_until_it_is_used_up() -> None:
    """1,504,000 above in 2027: 500,000 count in 2028 and 500,000 in 2029, which leaves 98,400. Where 100,000 of 2026
    count first, in 2028, there is more than enough all the same."""
    assert paid(plan(carrying("{2027-01: 100, 2028-01: 40}", 2)), "azure/commit") == money(
        m2028_12=94_560, m2029_12=98_400
    )
    more = ", carried: {2026-12: 100000 USD}"
    answer = plan(carrying("{2027-01: 100, 2028-01: 40}", 2, more))
    assert paid(answer, "azure/commit") == money(m2028_12=94_560, m2029_12=98_400)


def test_spend_carried_from_before_the_horizon_counts() -> None:
    """50 chips spend 1,752,000 in 2027: 248,000 short, of which 200,000 are carried. 2028 is short 243,200."""
    answer = plan(carrying("50", 1, ", carried: {2026-12: 200000 USD}").replace("through: 2029-12", "through: 2028-12"))
    assert paid(answer, "azure/commit") == money(m2027_12=48_000, m2028_12=243_200)


def test_what_was_spent_above_the_amount_before_the_horizon_is_carried() -> None:
    """2,300,000 were burned by December, and 5 chips at 4.00 spend 86,880 more in the year to June: 386,880 above. Then
    184 of 366 days: 1,005,464.48 less 88,320 less a quarter of it carried, 251,366.12: 665,778.36."""
    text = carrying("5").replace("from: 2027-01-01", "from: 2026-07-01").replace("through: 2029-12", "through: 2027-12")
    burned = text.replace("amount: 2e6 USD", "amount: 2e6 USD, burned: {2026-12-31: 2300000 USD}")
    assert paid(plan(burned), "azure/commit") == money(m2027_12="665778.36")


OTHER = (
    "  more: {buyer: acme, seller: azure, status: signed, from: 2027-04-01, clauses: {"
    "blocks: {kind: reservation, chip: b200, chips: 10, price: 6 USD/chip-hour}}}\n"
)


def test_commitment_worked_example_of_what_is_eligible() -> None:
    """The same addendum's list of fees that count: those for use, and those under agreements that it names. 100 chips
    at 4.00 are 1,737,600 of rent; 10 held at 5.00 are 217,200, and count if fees do; under another order 10 more at
    6.00 from April are 131,040, and count if it is named. Chips that are held serve first, so that 90 or 80 are rented,
    but for what is due anyhow: renting costs nothing while it is below the commitment of 2,500,000."""
    dates = "from: 2026-07-01, through: 2027-06-30"
    commit = "amount: 2.5e6 USD, burned: {2026-12-31: 0 USD}"
    for terms, counted in (
        ("", 1_737_600 + 217_200),
        (", also: [more/blocks]", 1_737_600 + 217_200 + 131_040),
        (", also: [more/blocks], what: rent", 1_737_600),
        (", also: [more/blocks], clauses: [held]", 217_200 + 131_040),
    ):
        answer = plan(HEAD + contract(commit + terms, dates, clauses=TWO) + OTHER)
        spent = 1_737_600 if "[held]" not in terms else sum(paid(answer, "azure/rate").values())
        assert sum(paid(answer, "azure/rate").values()) == spent
        assert paid(answer, "azure/commit") == money(m2027_06=2_500_000 - counted)


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ("also: [more]", "'more' names no clause of another contract; write contract/clause"),
        ("also: [more/block]", "there is no clause 'more/block'; did you mean 'more/blocks'"),
        ("also: [third/rate]", r"also\[0\]: third/rate is owed to lumen, and only what is spent with azure"),
        ("each: term, carry_forward: {most: 1 %, expires: 1 y}", "carry_forward: a term has no later year to carry to"),
        ("carry_forward: {most: 1 %, expires: 13 months}", "13 months is no whole number of years"),
    ],
)
def test_terms_that_cannot_be_are_refused(terms: str, message: str) -> None:
    third = OTHER.replace("more:", "third:").replace("azure", "lumen").replace("blocks", "rate")
    with pytest.raises(gw.ProgrammeError, match=message):
        load(HEAD + contract(f"amount: 1e6 USD, {terms}") + OTHER + third)


def test_a_sort_of_payment_that_nobody_makes_due_cannot_count() -> None:
    text = HEAD + contract("amount: 1e6 USD, what: [rents]", clauses=TWO)
    with pytest.raises(gw.PlanError, match=r"azure/commit counts what is due as 'rents', .* but rent, fee; name some"):
        plan(text)


def test_a_deficiency_counts_in_the_year_for_which_it_is_due() -> None:
    """The year to 10 April 2028 takes nothing: 590,000 x 0.53 = 312,700 are due on its last day, in a month of which
    two thirds are the next year's. They count in the first: 750,000 - 312,700 = 437,300. Of the second are 265 of 365
    days planned: 590,000 x 265/365 x 0.53 = 227,028.77 count toward 750,000 x 265/365 = 544,520.55."""
    head = HEAD.replace("from: 2027-01, through: 2027-06", "from: 2027-04, through: 2028-12")
    floor = "floor: {kind: take_or_pay, floor: 590000 chip-hour/year, deficiency: 0.53 USD/chip-hour}"
    text = head + contract("amount: 750000 USD", "from: 2027-04-11", clauses=f"{RATE}, {floor}")
    idle = text.replace("chips: 100", "chips: 0")
    draft, x = solved(idle)
    for row in restated(draft, x).iter_rows(named=True):
        assert abs(row["difference"]) <= Decimal("0.02"), row
    answer = plan(idle)
    assert paid(answer, "azure/floor") == money(m2028_04=312_700, m2028_12="227028.77")
    assert paid(answer, "azure/commit") == money(m2028_04=437_300, m2028_12="317491.78")


def test_the_end_of_each_contract_year_is_a_deadline_with_what_is_at_stake() -> None:
    programme = load(
        carrying("50", 1, ", carried: {2026-12: 200000 USD}").replace("through: 2029-12", "through: 2028-06")
    )
    signed = programme.contracts["azure"]
    view = ClauseView(programme, signed, "azure", "commit", signed.span, Facts())
    found = [(str(one.on), one.what, one.amount) for one in signed.clauses["commit"].deadlines(view)]
    assert found[0] == ("2027-12-31", "floor", 2_000_000)
    assert ("2027-12-31", "expiry", 200_000) in found


def test_nothing_is_due_once_more_was_burned_than_committed() -> None:
    assert paid(plan(HEAD + contract("amount: 1e6 USD, burned: {2026-12-31: 2e6 USD}")), "azure/commit") == {}


def test_an_offer_is_refused_with_its_commitment() -> None:
    """Renting at 4.00 saves 6.00 an hour, 2,606,400; 20,000,000 x 181/365 is 9,917,808.22, of which 1,737,600 is
    rent."""
    answer = plan(HEAD + contract("amount: 20e6 USD", status=OFFER))
    assert answer.tables["offers"]["signed"].to_list() == [False]
    assert paid(answer, "azure/commit") == {}


SELLING = """
programme: azure
decides: azure
horizon: {from: 2027-01, through: 2027-12}
finance: {discount: 0 %/year}
chips: {block: {it_power: 2 kW}}
sites: {hall: {landlord: azure, operator: azure, phases: {b1: {power: 1 MW, ready: 2026-01-01, built: true}}}}
pools: {hall-block: {site: hall, chip: block, owner: azure, existing: 100}}
workloads: {chat: {kind: serving, owner: acme, chips: 100}}
contracts:
  acme:
    buyer: acme
    seller: azure
    status: signed
    from: 2026-01-01
    clauses:
      rate: {kind: price, pool: hall-block, price: 1 USD/chip-hour}
      commit: {kind: commitment, amount: AMOUNT USD}
"""


@pytest.mark.parametrize("amount", [1_000_000, 400_000])
def test_a_seller_that_decides_gets_the_commitment_or_the_spend_and_never_both(amount: int) -> None:
    """It may withhold chips, and gets its amount all the same; it cannot get a shortfall on top of the spend."""
    answer = plan(SELLING.replace("AMOUNT", str(amount)))
    spend, short = (sum(paid(answer, f"acme/{name}").values()) for name in ("rate", "commit"))
    assert spend + short == max(amount, 876_000)
    assert short == max(0, amount - spend)
