"""`price` by volume, worked by hand: bands of a contract year or a month, each hour at its own, or all at the last."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small import between, chip_hours, load, money, paid, plan, solved
from test_postings import amounts, book_of

import gigawatt as gw
from gigawatt.model.draft import Draft
from gigawatt.model.facts import Facts, Metered
from gigawatt.planner.restating import facts_of, restated, settle

HEAD = """
programme: acme
decides: acme
horizon: {from: 2027-01, through: THROUGH}
finance: {discount: DISCOUNT %/year}
workloads: {chat: {kind: serving, chips: 100, unserved: UNSERVED USD/chip-hour}}
contracts:
  lumen: {buyer: acme, seller: lumen, STATUS, FROM, clauses: {
    gpus: {kind: price, chip: h100, price: 2 USD/chip-hour, BANDS}, MORE}}
"""
SIGNED, OFFER = "status: signed", "status: offer, sign_by: 2026-12-15"
CHEAPER = "bands: [{at_least: 300000 chip-hour, price: 1.50 USD/chip-hour}]"


def text(bands: str, **terms: str) -> str:
    filled = HEAD.replace("BANDS", bands)
    given_or_usual = {
        "THROUGH": "2027-06",
        "DISCOUNT": "0",
        "UNSERVED": "10",
        "STATUS": SIGNED,
        "FROM": "from: 2027-01-01, through: 2028-12-31",
        "MORE": "",
        **{name.upper(): value for name, value in terms.items()},
    }
    for name, value in given_or_usual.items():
        filled = filled.replace(name, value)
    return filled


def binaries(draft: Draft) -> int:
    return sum(block.size for block in draft.column_blocks if block.integer and block.by == "lumen/gpus")


@pytest.mark.parametrize("status", [SIGNED, OFFER])
def test_price_by_volume_worked_example(status: str) -> None:
    """The words: "The rate is 2.00. In each contract year, GPU-hours from the 300,000th on are charged at 1.50."

    100 chips all the time: January 74,400 chip-hours, February 67,200, March 74,400, April 72,000: 288,000, all at
    2.00. May: 12,000 more at 2.00 = 24,000, and 62,400 at 1.50 = 93,600; June 72,000 x 1.50 = 108,000.
    """
    answer = plan(text(CHEAPER, status=status))
    assert paid(answer, "lumen/gpus") == money(
        m2027_01=148_800, m2027_02=134_400, m2027_03=148_800, m2027_04=144_000, m2027_05=117_600, m2027_06=108_000
    )
    assert between(answer, "lumen/gpus") == {("acme", "lumen", "rent")}


def test_the_bill_reckons_the_same_from_a_meter() -> None:
    """299,999.5 chip-hours by April, then 1 in May: half at 2.00, half at 1.50; the rest of the year at 1.50."""
    clause, book = book_of(text(CHEAPER), "lumen/gpus")
    meter = [("2027-04", "299999.5"), ("2027-05", "1"), ("2027-06", "10")]
    facts = Facts(use=tuple(Metered("lumen-h100", "chat", month, "all", Decimal(hours)) for month, hours in meter))
    assert amounts(clause.post(book, facts)) == [("2027-04", 59_999_900), ("2027-05", 175), ("2027-06", 1_500)]


def test_all_units_are_invoiced_at_the_first_price_and_trued_up_when_the_year_ends() -> None:
    """876,000 chip-hours in the year, from 600,000 all at 1.50: each month at 2.00, and 438,000 back in December."""
    bands = "tiers: all_units, bands: [{at_least: 600000 chip-hour, price: 1.50 USD/chip-hour}]"
    answer = plan(text(bands, through="2027-12"))
    due = paid(answer, "lumen/gpus")
    assert due["2027-11"] == 144_000
    assert due["2027-12"] == 148_800 - 438_000
    assert ("acme", "lumen", "volume true-up") in between(answer, "lumen/gpus")
    below = plan(text(bands.replace("600000", "876001"), through="2027-12"))
    assert sum(paid(below, "lumen/gpus").values()) == 1_752_000


def test_all_that_can_be_had_reaches_a_threshold_that_is_just_that() -> None:
    """100 chips in use for the whole year are 876,000 chip-hours, and the rebate is for 876,000 or more."""
    bands = "tiers: all_units, bands: [{at_least: 876000 chip-hour, price: 1.50 USD/chip-hour}]"
    assert sum(paid(plan(text(bands, through="2027-12")), "lumen/gpus").values()) == 1_314_000


def test_by_the_month_every_month_begins_at_nought_and_a_part_of_one_has_its_part_of_a_band() -> None:
    """From 16 January: 38,400 chip-hours; of the month's 50,000 it has 16/31 = 25,806.45 at 2.00 = 51,612.90, and
    12,593.55 at 1.50 = 18,890.32: 70,503.23. February: 100,000 + 17,200 x 1.50 = 125,800; March 100,000 + 36,600."""
    bands = "each: month, bands: [{at_least: 50000 chip-hour, price: 1.50 USD/chip-hour}]"
    answer = plan(text(bands, through="2027-03", FROM="from: 2027-01-16"))
    assert paid(answer, "lumen/gpus") == money(m2027_01="70503.23", m2027_02=125_800, m2027_03=136_600)
    every = plan(text(f"tiers: all_units, {bands}", through="2027-03", FROM="from: 2027-01-16"))
    assert paid(every, "lumen/gpus") == money(m2027_01=57_600, m2027_02=100_800, m2027_03=111_600)


def test_what_was_taken_before_counts_toward_the_year_that_the_horizon_cuts() -> None:
    """Year from July: 200,000 taken by December, so 100,000 are left at 2.00: 74,400 in January, 25,600 in February."""
    year = {"FROM": "from: 2026-07-01, through: 2028-06-30", "through": "2027-03"}
    taken = plan(text(f"{CHEAPER}, taken: {{2026-12-31: 200000 chip-hour}}", **year))
    assert paid(taken, "lumen/gpus") == money(m2027_01=148_800, m2027_02=51_200 + 62_400, m2027_03=111_600)
    more = plan(text(f"{CHEAPER}, taken: {{2026-12-31: 300000 chip-hour}}", **year))
    assert paid(more, "lumen/gpus") == money(m2027_01=111_600, m2027_02=100_800, m2027_03=111_600)


def test_where_nothing_is_stated_the_rest_of_the_year_has_its_part_of_the_band() -> None:
    """181 of 365 days are left of the year from July: 300,000 x 181/365 = 148,767.12 at 2.00, and 67,232.88 at 1.50."""
    answer = plan(text(CHEAPER, FROM="from: 2026-07-01, through: 2028-06-30", through="2027-03"))
    assert sum(paid(answer, "lumen/gpus").values()) == Decimal("297534.25") + Decimal("100849.31")


def test_all_units_pay_for_what_was_taken_before_as_well() -> None:
    """200,000 by December and 434,400 here are above 600,000: 0.50 back on each of them, 317,200, in June."""
    bands = "tiers: all_units, bands: [{at_least: 600000 chip-hour, price: 1.50 USD/chip-hour}]"
    answer = plan(
        text(f"{bands}, taken: {{2026-12-31: 200000 chip-hour}}", FROM="from: 2026-07-01, through: 2028-06-30")
    )
    assert paid(answer, "lumen/gpus")["2027-06"] == 144_000 - 317_200
    reached = plan(
        text(f"{bands}, taken: {{2026-12-31: 700000 chip-hour}}", FROM="from: 2026-07-01, through: 2028-06-30")
    )
    assert paid(reached, "lumen/gpus")["2027-06"] == 144_000 - (700_000 + 434_400) // 2


def test_an_anniversary_inside_a_month_splits_its_volume_by_days() -> None:
    """Years from 16 March. The one before it has 74 of its 365 days here: 100,000 x 74/365 = 20,273.97 at 2.00, the
    rest of 177,600 at 1.50; the one after has 100,000 at 2.00 from 16 March: 38,400 then, 61,600 of April's 72,000."""
    bands = CHEAPER.replace("300000", "100000")
    due = paid(plan(text(bands, FROM="from: 2026-03-16, through: 2029-03-15", through="2027-04")), "lumen/gpus")
    assert due["2027-01"] == Decimal("121736.99")
    assert due["2027-03"] == 36_000 * Decimal("1.50") + 76_800
    assert due["2027-04"] == 123_200 + 15_600


@pytest.mark.parametrize(("worth", "taken"), [("1.90", 434_400), ("1.70", 0)])
def test_a_plan_goes_through_a_dear_band_only_for_what_is_cheap_enough_beyond_it(worth: str, taken: int) -> None:
    """300,000 at 2.00 lose 0.10 each at a worth of 1.90, and 134,400 at 1.50 gain 0.40: 53,760 less 30,000. At 1.70
    they lose 90,000 and gain 26,880."""
    answer = plan(text(CHEAPER, unserved=worth))
    assert sum(chip_hours(answer, "lumen-h100").values()) == taken


def test_a_plan_takes_a_little_more_where_all_of_it_is_then_cheaper() -> None:
    """Worth 1.60, 216,000 chip-hours at 2.00 lose. From 200,000 on all are 1.50: taken, and 0.10 gained on each."""
    bands = "tiers: all_units, each: contract year, bands: [{at_least: 200000 chip-hour, price: 1.50 USD/chip-hour}]"
    year = "from: 2027-01-01, through: 2027-03-31"
    answer = plan(text(bands, unserved="1.60", through="2027-03", FROM=year))
    assert sum(chip_hours(answer, "lumen-h100").values()) == 216_000
    # a threshold for the whole year has its part for the 90 days: 246,575, which cannot be had
    dear = plan(text(bands.replace("200000", "1000000"), unserved="1.60", through="2027-03", FROM=year))
    assert chip_hours(dear, "lumen-h100") == {}


@pytest.mark.parametrize(
    ("bands", "terms", "needed"),
    [
        ("300000 chip-hour, price: 2.50", {"DISCOUNT": "8"}, 0),
        ("300000 chip-hour, price: 2.50", {"DISCOUNT": "0"}, 2),
        ("300000 chip-hour, price: 1.50", {"DISCOUNT": "8"}, 2),
        ("500000 chip-hour, price: 1.50", {"DISCOUNT": "8"}, 0),
        ("300000 chip-hour, price: 2.50", {"DISCOUNT": "8", "MORE": "c: {kind: commitment, amount: 900000 USD}"}, 2),
    ],
    ids=[
        "dearer, sooner is worse",
        "dearer, sooner or later alike",
        "cheaper",
        "out of reach",
        "dearer, but it counts",
    ],
)
def test_binaries_are_there_only_where_who_decides_would_tell_it_otherwise(
    bands: str, terms: dict[str, str], needed: int
) -> None:
    draft, x = solved(text(f"bands: [{{at_least: {bands} USD/chip-hour}}]", **terms))
    assert binaries(draft) == needed
    for row in restated(draft, x).iter_rows(named=True):
        assert abs(row["difference"]) <= Decimal("0.12"), row


def test_an_offer_by_volume_is_refused_and_costs_nothing() -> None:
    for tiers in ("marginal", "all_units"):
        answer = plan(text(f"tiers: {tiers}, {CHEAPER}", status=OFFER, unserved="1.20"))
        assert answer.tables["offers"]["signed"].to_list() == [False]
        assert paid(answer, "lumen/gpus") == {}


def test_a_commitment_counts_what_is_due_by_volume() -> None:
    """801,600 are due, by the worked example; the year has 181 of 365 days, so 2,000,000 x 181/365 - 801,600."""
    more = "yearly: {kind: commitment, amount: 2000000 USD}"
    assert sum(paid(plan(text(CHEAPER, more=more)), "lumen/yearly").values()) == Decimal("190180.82")


SELLING = """
programme: lumen
decides: DECIDES
horizon: {from: 2027-01, through: 2027-05}
finance: {discount: RATE %/year}
chips: {block: {it_power: 2 kW}}
sites: {hall: {landlord: lumen, operator: lumen, phases: {b1: {power: 1 MW, ready: 2026-01-01, built: true}}}}
pools: {hall-block: {site: hall, chip: block, owner: lumen, existing: 100}}
workloads: {chat: {kind: serving, owner: acme, chips: 90, revenue: WORTH USD/chip-hour}}
contracts:
  acme: {buyer: acme, seller: lumen, STATUS, from: 2026-11-11, clauses: {
    rate: {kind: price, pool: hall-block, price: 4 USD/chip-hour, tiers: TIERS, each: EACH, bands: [
      {at_least: FIRST chip-hour, price: {2026-11: ONE USD/chip-hour, 2027-03: THEN USD/chip-hour}},
      {at_least: SECOND chip-hour, price: TWO USD/chip-hour}]}}}
"""
few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


@few
@given(
    decides=st.sampled_from(["[acme]", "[lumen]", "[acme, lumen]"]),
    rate=st.sampled_from([0, 8]),
    status=st.sampled_from([SIGNED, "status: offer, sign_by: 2027-01-01"]),
    tiers=st.sampled_from(["marginal", "all_units"]),
    each=st.sampled_from(["contract year", "month"]),
    worth=st.integers(0, 7),
    first=st.integers(1, 60_000),
    width=st.integers(1, 60_000),
    one=st.integers(1, 7),
    then=st.integers(1, 7),
    two=st.integers(1, 7),
)
def test_what_is_due_by_volume_is_the_contract_s_whoever_decides(
    decides: str, status: str, tiers: str, each: str, first: int, width: int, **terms: int
) -> None:
    """Each month and in all, to the cent: dearer or cheaper with volume, payer or payee or both deciding."""
    years = 12 if each == "contract year" else 1
    filled = SELLING.replace("DECIDES", decides).replace("STATUS", status).replace("TIERS", tiers).replace("EACH", each)
    filled = filled.replace("FIRST", str(first * years)).replace("SECOND", str((first + width) * years))
    for name, value in terms.items():
        filled = filled.replace(name.upper(), str(value))
    draft, x = solved(filled)
    postings = settle(draft, facts_of(draft, x))
    for row in restated(draft, x).iter_rows(named=True):
        assert row["fit"] == "exact"
        assert abs(row["difference"]) <= Decimal("0.05") * (len(postings) + 1), (row, filled)


@pytest.mark.parametrize(("decides", "fit"), [("acme", "below"), ("lumen", "above"), ("[acme, lumen]", "none")])
def test_in_fractions_a_price_by_volume_errs_toward_who_decides(decides: str, fit: str) -> None:
    terms = {"RATE": "8", "STATUS": SIGNED, "EACH": "contract year", "WORTH": "7", "FIRST": "200000"}
    terms |= {"SECOND": "400000", "ONE": "3", "THEN": "3", "TWO": "2", "TIERS": "marginal", "DECIDES": decides}
    filled = SELLING
    for name, value in terms.items():
        filled = filled.replace(name, value)
    draft, x = solved(filled, relax=True)
    row = restated(draft, x, relaxed=True).row(0, named=True)
    assert row["fit"] == fit
    if fit != "none":
        assert (row["planned"] - row["restated"]) * (1 if fit == "above" else -1) >= 0


def band(at_least: int, below: int | None = None) -> str:
    end = f"below: {below} chip-hour, " if below is not None else ""
    return f"{{at_least: {at_least} chip-hour, {end}price: 1 USD/chip-hour}}"


FAULTS = {
    band(0): "the first band begins at nought, where `price` holds; give its price by `price`",
    f"{band(9)}, {band(5)}": "band 2 begins at 5 chip-hour, not after band 1, which begins at 9 chip-hour; put them in",
    f"{band(9)}, {band(9)}": "band 2 begins at 9 chip-hour, not after band 1",
    f"{band(9, 20)}, {band(15)}": "bands 1 and 2 overlap: both have a price from 15 chip-hour to 20 chip-hour; end",
    f"{band(9, 12)}, {band(15)}": "no band has a price from 12 chip-hour to 15 chip-hour; begin band 2 at 12 chip-hour",
    band(9, 12): "nothing has a price from 12 chip-hour on; leave the `below` of the last band out",
    band(9, 3): "band 1 ends at 3 chip-hour, and begins at 9 chip-hour",
    band(9).replace("1 USD/chip-hour", "{2027-02: 1 USD/chip-hour}"): "has no value on 2027-01-01, when it is",
}


@pytest.mark.parametrize("bands", FAULTS)
def test_bands_that_overlap_are_out_of_order_or_leave_a_gap_are_refused(bands: str) -> None:
    with pytest.raises(gw.ProgrammeError) as refused:
        load(text(f"bands: [{bands}]"))
    assert "contracts.lumen.clauses.gpus.bands" in str(refused.value)
    assert FAULTS[bands] in str(refused.value)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("tiers: all_units", "`tiers` says how `bands` count, and there are none"),
        ("each: month", "`each` says how `bands` count, and there are none"),
        (f"each: month, {CHEAPER}, taken: {{2026-12-31: 5 chip-hour}}", "every month begins at nought"),
    ],
)
def test_keys_that_say_nothing_without_bands_are_refused(keys: str, message: str) -> None:
    with pytest.raises(gw.ProgrammeError, match=message):
        load(text(keys))
