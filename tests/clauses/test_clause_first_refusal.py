"""`first_refusal`, worked by hand: new capacity goes first to the holder.

All figures are in a unit that makes a period's price a whole number of dollars by the hour: the quarters of 2027 have
2,160, 2,184 and 2,208 hours, and 904,176 x 10 is a multiple of all three. So 10 a MW and period is 4,186, 4,140 and
4,095 USD an hour in turn.
"""

from __future__ import annotations

import pytest
from small import plan

from gigawatt.model.plan import Plan

UNIT = 904_176
HOURS = {"2027-01": 2160, "2027-04": 2184, "2027-07": 2208}


def hourly(price: float) -> str:
    """A price a MW and period (a chip here takes 1 MW) as a dated price a chip-hour."""
    return "{" + ", ".join(f"{day}: {price * UNIT / hours:.10g} USD/chip-hour" for day, hours in HOURS.items()) + "}"


HEAD = f"""
programme: openai
decides: openai
horizon: {{from: 2027-01, through: 2027-09}}
finance: {{discount: 0 %/year}}
as_of: 2027-01-01
chips: {{block: {{it_power: 1 MW, price: 0 USD/chip, vendor: maker}}}}
workloads:
  need: {{kind: serving, chips: {{2027-01: 20, 2027-04: 120, 2027-07: 200}}, unserved: {hourly(40)}}}
"""
CONTRACTS = f"""
contracts:
  azure:
    buyer: openai
    seller: microsoft
    status: signed
    from: 2026-01-01
    clauses:
      blocks: {{kind: reservation, chip: block, price: {hourly(10)},
               chips: {{most: {{2026-01: 100, 2027-07: 150}}, take: quarterly}}}}
      REFUSAL
"""
RESERVED = f"""
  elsewhere:
    buyer: openai
    seller: crusoe
    status: offer
    sign_by: 2027-01-15
    from: 2027-01-01
    clauses:
      phase: {{kind: reservation, chip: block, chips: {{2027-01: 0, 2027-04: 120}}, price: {hourly(6)}}}
"""
LEASED = f"""
  elsewhere:
    buyer: openai
    seller: crusoe
    status: signed
    signed: 2027-01-01
    from: 2027-01-01
    clauses:
      premises: {{kind: lease, site: hall, options: [phase], rent: {2 * UNIT} USD/MW-month}}
"""
HALL = """
sites: {hall: {landlord: crusoe, operator: openai, phases: {phase: {power: 120 MW, ready: 2027-01-01}}}}
pools: {hall-block: {site: hall, chip: block, owner: openai}}
"""


def refusal(terms: str) -> str:
    return CONTRACTS.replace("REFUSAL", f"first: {{kind: first_refusal{terms}}}")


NO_CLAUSE = CONTRACTS.replace("      REFUSAL\n", "")


def cost(answer: Plan) -> float:
    """The cost of a plan in the unit of the example."""
    return -answer.solve.objective / UNIT


def started(answer: Plan) -> list[tuple[str, str, float]]:
    """What is newly contracted for: commitment, quarter, MW."""
    take = answer.tables["take"].select("commitment", "quarter", "power_mw").iter_rows()
    return [(name, quarter, round(mw, 6)) for name, quarter, mw in take]


# Need 20, 120, 200 MW in three periods; Microsoft could give 100, 100, 150 at 10 a MW and period, kept once taken; a
# phase of 120 MW elsewhere costs 720 a period; a MW unserved costs 40.
WORKED = [
    # no clause, the phase in period 2: 20 x 10 = 200; 200 + 720; 80 x 10 + 720 = 1,520
    (NO_CLAUSE, 2640, [20, 0, 60]),
    # partial: before the phase Microsoft's 100 are taken: 200; 1,000 + 720; 1,000 + 720
    (refusal(", partial: true"), 3640, [20, 80, 0]),
    # not partial: 100 cannot meet a need of 120, Microsoft is passed
    (refusal(""), 2640, [20, 0, 60]),
]


@pytest.mark.parametrize(("contracts", "total", "taken"), WORKED)
@pytest.mark.parametrize("elsewhere", [RESERVED, LEASED + HALL])
def test_first_refusal_worked_example(elsewhere: str, contracts: str, total: float, taken: list[float]) -> None:
    """The design's example, the phase elsewhere once as a reservation that is offered, once as an option of a lease."""
    answer = plan(HEAD + contracts + elsewhere)
    assert cost(answer) == pytest.approx(total)
    of_holder = {quarter: mw for name, quarter, mw in started(answer) if name == "azure/blocks"}
    assert [of_holder.get(f"2027Q{q}", 0) for q in (1, 2, 3)] == taken
    assert [quarter for name, quarter, _ in started(answer) if name.startswith("elsewhere")] == ["2027Q2"]


def test_first_refusal_worked_example_with_matching() -> None:
    """Microsoft meets the 6 that is asked elsewhere, in every period: 20 x 6 = 120; 100 x 6 + 720 = 1,320; the same."""
    answer = plan(HEAD + refusal(", partial: true, match: true") + RESERVED)
    assert cost(answer) == pytest.approx(2760)
    back = answer.tables["cash"].filter(answer.tables["cash"]["what"] == "matched price")
    assert set(back["from"]) == {"openai"}
    assert float(back["amount"].sum()) / UNIT == pytest.approx(-(20 + 100 + 100) * 4)


PARTIAL = ", partial: true"


@pytest.mark.parametrize(
    "freed",
    [
        "declined: [elsewhere/phase]",
        "declined: [elsewhere]",
        "except: [elsewhere/phase]",
        "except: [elsewhere]",
        "except: [crusoe]",
    ],
)
def test_what_the_holder_has_declined_and_what_is_excepted_is_free(freed: str) -> None:
    assert cost(plan(HEAD + refusal(f"{PARTIAL}, {freed}") + RESERVED)) == pytest.approx(2640)


def test_an_option_of_a_lease_is_declined_by_its_own_name() -> None:
    declined = refusal(f'{PARTIAL}, declined: ["elsewhere/premises phase"]')
    assert cost(plan(HEAD + declined + LEASED + HALL)) == pytest.approx(2640)


@pytest.mark.parametrize(("terms", "total"), [("", 3640), (", except: [own_build]", 2640)])
def test_own_building_is_free_where_it_is_excepted(terms: str, total: float) -> None:
    """Its own phase of 120 MW costs 720 a period: 57,600 over a life of 80 periods."""
    own = HALL.replace("landlord: crusoe", "landlord: openai, life: 20 y").replace(
        "ready: 2027-01-01", f"ready: 2027-01-01, capex: {57_600 * UNIT} USD"
    )
    assert cost(plan(HEAD + refusal(PARTIAL + terms) + own)) == pytest.approx(total)


def test_capacity_contracted_before_is_not_held_against_the_holder() -> None:
    """Signed in 2026, before the programme's day: 120 MW from April, without a word to Microsoft."""
    prior = RESERVED.replace("status: offer\n    sign_by: 2027-01-15", "status: signed\n    signed: 2026-12-01")
    assert cost(plan(HEAD + refusal(PARTIAL) + prior)) == pytest.approx(2640)


def test_capacity_signed_on_the_programme_s_day_is_new() -> None:
    """Signed while the clause is in force, and so Microsoft's 100 had to be taken first."""
    new = RESERVED.replace("status: offer\n    sign_by: 2027-01-15", "status: signed\n    signed: 2027-01-01")
    assert cost(plan(HEAD + refusal(PARTIAL) + new)) == pytest.approx(3640)


def test_the_holder_s_ability_is_no_more_than_may_be_kept() -> None:
    """150 could be taken now, and 100 kept from July: 100 are its ability, and with them taken the phase may start."""
    falling = refusal(PARTIAL).replace("{2026-01: 100, 2027-07: 150}", "{2026-01: 150, 2027-07: 100}")
    assert cost(plan(HEAD + falling + RESERVED)) == pytest.approx(3640)


@pytest.mark.parametrize("ability", ["", ", ability: {microsoft-block: 100 MW}"])
def test_what_the_holder_gives_already_counts_neither_as_taken_nor_as_ability(ability: str) -> None:
    """50 MW of Microsoft's stand since 2026 at 10; elsewhere asks 1. Before that phase starts, all 100 that Microsoft
    could give besides must be taken: 500; 1,500 + 120; 1,500 + 120 = 3,740. Microsoft alone, as need grows, costs
    less: 500; 1,200; 2,000 = 3,700."""
    held = f"before: {{kind: reservation, chip: block, chips: 50, price: {hourly(10)}}}\n      first:"
    answer = plan(HEAD + refusal(PARTIAL + ability).replace("first:", held) + RESERVED.replace(hourly(6), hourly(1)))
    assert cost(answer) == pytest.approx(3700)


def test_a_commitment_for_workloads_that_are_not_covered_is_free_and_closed_to_those_that_are() -> None:
    """The clause covers `need`; the phase is marked for `side` (30 MW from April), and serves nothing else.

    Microsoft 20 x 10, 100 x 10, 150 x 10 = 2,700, unserved of `need` 20 and 50 MW at 40 = 2,800; the phase 720 twice,
    since `side` unserved would cost 1,200 a period.
    """
    head = HEAD + f"  side: {{kind: serving, chips: {{2027-01: 0, 2027-04: 30}}, unserved: {hourly(40)}}}\n"
    marked = RESERVED.replace(f"price: {hourly(6)}", f"price: {hourly(6)}, for: [side]")
    answer = plan(head + refusal(f"{PARTIAL}, workloads: [need]") + marked)
    assert cost(answer) == pytest.approx(2700 + 2800 + 1440)


def test_power_marked_for_others_is_closed_to_what_is_covered() -> None:
    """The same, as an option of a lease: its power cannot be told from other power, and its pools close."""
    head = HEAD + f"  side: {{kind: serving, chips: {{2027-01: 0, 2027-04: 30}}, unserved: {hourly(40)}}}\n"
    marked = LEASED.replace("options: [phase]", "options: [phase], for: [side]")
    answer = plan(head + refusal(f"{PARTIAL}, workloads: [need]") + marked + HALL)
    assert cost(answer) == pytest.approx(2700 + 2800 + 1440)


@pytest.mark.parametrize("covered", ["workloads: [other]", "for: [other]"])
def test_what_is_open_to_a_covered_workload_is_held_unless_it_is_marked_for_the_rest(covered: str) -> None:
    head = HEAD + "  other: {kind: research, use: 1 chip-hour/month}\n"
    contracts = refusal(f"{PARTIAL}, {covered}")
    assert cost(plan(head + contracts + RESERVED)) == pytest.approx(3640)
    marked = RESERVED.replace(f"price: {hourly(6)}", f"price: {hourly(6)}, for: [need]")
    assert cost(plan(head + contracts + marked)) == pytest.approx(2640)


@pytest.mark.parametrize(
    ("time", "quarter", "total"),
    [
        # to 31 January: before the phase would start in April
        ("30 d", "2027Q2", 200 + 920 + 1520),
        # to 11 April: it starts in July. 20 x 10; 100 x 10 and 20 unserved x 40; the 100, which are kept, and 720
        ("100 d", "2027Q3", 200 + 1800 + 1720),
    ],
)
def test_nothing_starts_elsewhere_before_the_holder_s_time_to_answer_has_passed(
    time: str, quarter: str, total: float
) -> None:
    answer = plan(HEAD + refusal(f", respond_within: {time}, from: 2027-01-01") + LEASED + HALL)
    assert [each for name, each, _ in started(answer) if name.startswith("elsewhere")] == [quarter]
    assert cost(answer) == pytest.approx(total)


RENTED = RESERVED.replace(
    "phase: {kind: reservation, chip: block, chips: {2027-01: 0, 2027-04: 120}", "phase: {kind: price, chip: block"
)


@pytest.mark.parametrize(
    ("terms", "total"),
    [
        # 20, 120, 200 MW, all rented at 6
        (None, 2040),
        # a step up in rent in period 2, once Microsoft's 100 are taken, lasts: 200; 1,000 + 20 x 6; 1,000 + 100 x 6
        (PARTIAL, 2920),
        # not partial: rent by the hour can be had in any part, so that it makes no difference
        ("", 2920),
    ],
)
def test_rent_elsewhere_is_held_by_its_steps_up(terms: str | None, total: float) -> None:
    contracts = NO_CLAUSE if terms is None else refusal(terms)
    assert cost(plan(HEAD + contracts + RENTED)) == pytest.approx(total)


def test_a_need_that_the_holder_s_chips_cannot_serve_is_free() -> None:
    """`need` runs on crusoe's chips alone, so that Microsoft's are no class that could serve it."""
    fenced = HEAD.replace("{kind: serving,", "{kind: serving, not_pools: [microsoft-block],")
    both = plan(fenced + refusal(PARTIAL) + RESERVED)
    assert cost(both) == pytest.approx(20 * 40 + 720 + 720 + 80 * 40)


def test_once_the_clause_has_ended_everything_is_free() -> None:
    """To June: the phase in July, 200 + (1,000 + 800) + (1,000 + 720), or in April with the 100 taken, 3,640."""
    ended = plan(HEAD + refusal(f"{PARTIAL}, through: 2027-06-30") + LEASED + HALL)
    assert cost(ended) == pytest.approx(min(3640, 200 + 1800 + 1720))
    later = plan(HEAD + refusal(f"{PARTIAL}, through: 2027-03-31") + LEASED + HALL)
    assert cost(later) == pytest.approx(2640)


def test_what_was_taken_before_the_clause_began_is_no_longer_to_be_had() -> None:
    """In force from April. 20 taken before leave 80 of the 100, and with those the phase is free: 3,640 as before."""
    assert cost(plan(HEAD + refusal(f"{PARTIAL}, from: 2027-04-01") + RESERVED)) == pytest.approx(3640)
    # wanted 100 at once: all taken before, so that nothing more stands in the way of the phase
    head = HEAD.replace("2027-01: 20,", "2027-01: 100,")
    assert cost(plan(head + refusal(f"{PARTIAL}, from: 2027-04-01") + RESERVED)) == pytest.approx(1000 + 1720 + 1720)


def test_an_offer_to_go_first_binds_only_if_it_is_signed() -> None:
    """Signed, it would have the 100 taken before the phase starts: 3,640, or with matching 2,760. Not signed: 2,640."""
    asked = (
        RESERVED
        + """
  side-letter:
    buyer: openai
    seller: microsoft
    status: offer
    sign_by: 2027-01-15
    from: 2026-01-01
    clauses:
      first: {kind: first_refusal, partial: true, match: MATCH}
"""
    )
    free = plan(HEAD + NO_CLAUSE + asked.replace("MATCH", "false"))
    assert cost(free) == pytest.approx(2640)
    assert free.tables["offers"].filter(free.tables["offers"]["contract"] == "side-letter")["signed"].to_list() == [
        False
    ]
    matched = plan(HEAD + NO_CLAUSE + asked.replace("MATCH", "true"))
    assert cost(matched) == pytest.approx(2640)
    assert matched.tables["cash"].filter(matched.tables["cash"]["what"] == "matched price").is_empty()
