"""`location`, worked by hand: where workloads may run, by the law that holds there."""

from __future__ import annotations

import pytest
from asking import ask, heard, ruling
from small import chip_hours, load, paid, plan, unserved

from gigawatt.errors import PlanError, ProgrammeError
from gigawatt.planner.drafting import draft_programme

HEAD = """
programme: acme
decides: acme
horizon: {from: 2027-01, through: 2027-03}
finance: {discount: 0 %/year}
workloads:
  records: {kind: serving, chips: 60, unserved: 10 USD/chip-hour}
  chat: {kind: serving, chips: 40, unserved: 10 USD/chip-hour}
sites:
  hall: {operator: acme, jurisdiction: [DE, EU], phases: {b1: {power: 1 MW, ready: 2026-01-01, built: true}}}
pools:
  paris: {provider: lumen, chip: h100, jurisdiction: [FR, EU]}
  dallas: {provider: nimbus, chip: h100, jurisdiction: US}
  desert: {provider: oasis, chip: h200, jurisdiction: AE}
  own: {site: hall, chip: h100, owner: acme}
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2026-01-01, clauses: {
    rate: {kind: price, pool: paris, price: 4 USD/chip-hour}}}
  nimbus: {buyer: acme, seller: nimbus, status: signed, from: 2026-01-01, clauses: {
    rate: {kind: price, pool: dallas, price: 2 USD/chip-hour}}}
  oasis: {buyer: acme, seller: oasis, status: signed, from: 2026-01-01, clauses: {
    rate: {kind: price, pool: desert, price: 1 USD/chip-hour, chips: 30}}}
"""
SIGNED, OFFER = "status: signed", "status: offer, sign_by: 2026-06-01"


def bank(clause: str, status: str = SIGNED, more: str = "") -> str:
    """The programme with a customer's contract that holds one clause, `bank/where`."""
    return (
        HEAD
        + f"  bank: {{buyer: bank, seller: acme, {status}, from: 2026-01-01, clauses: {{where: {clause}{more}}}}}\n"
    )


RESIDENCY = bank('{kind: location, for: [records], allowed: [EU], cite: "Annex C, 2"}')


def test_location_worked_example() -> None:
    """The words: "The bank's records are held and processed inside the European Union alone." Paris asks 4.00, Dallas
    2.00, the desert 1.00 for 30 chips. January, 744 hours: records 60 x 744 x 4.00 = 178,560 to Lumen in Paris;
    chat, which is free, takes 30 in the desert for 22,320 and 10 in Dallas for 14,880. Without the clause the 100
    chips would cost 22,320 and 70 x 744 x 2.00 = 104,160."""
    answer = plan(RESIDENCY)
    assert paid(answer, "lumen/rate")["2027-01"] == 178_560
    assert paid(answer, "oasis/rate")["2027-01"] == 22_320
    assert paid(answer, "nimbus/rate")["2027-01"] == 14_880
    assert chip_hours(answer, "dallas", "records") == {}
    free = plan(HEAD)
    assert paid(free, "nimbus/rate")["2027-01"] == 104_160
    assert paid(free, "lumen/rate") == {}


def test_what_is_forbidden_is_closed_and_all_else_is_open() -> None:
    answer = plan(bank("{kind: location, forbidden: [AE, CN]}"))
    assert chip_hours(answer, "desert") == {}
    assert chip_hours(answer, "dallas")["2027-01"] == 100 * 744


def test_a_licence_for_some_chips_leaves_the_others_alone() -> None:
    assert chip_hours(plan(bank("{kind: location, allowed: [US, EU], chips: [h200]}")), "desert") == {}
    assert chip_hours(plan(bank("{kind: location, allowed: [US, EU], chips: [h100]}")), "desert")["2027-01"] == 30 * 744


@pytest.mark.parametrize("free", ["desert", "oasis"])
def test_a_pool_or_supplier_that_is_excepted_is_free(free: str) -> None:
    answer = plan(bank(f"{{kind: location, allowed: [US, EU], except: [{free}]}}"))
    assert chip_hours(answer, "desert")["2027-01"] == 30 * 744


def test_a_month_partly_in_force_keeps_the_part_that_is_free() -> None:
    """In force from 8 February: 7 of its 28 days are free, so of each workload a quarter, 60 / 4 + 40 / 4 = 25 chips
    on the mean of the month's 672 hours, 16,800 chip-hours in the desert."""
    answer = plan(bank("{kind: location, forbidden: [AE], from: 2027-02-08}"))
    assert chip_hours(answer, "desert") == {"2027-01": 30 * 744, "2027-02": 16_800}


def test_an_offer_that_is_not_signed_closes_nothing_and_one_that_is_closes() -> None:
    """The bank offers 40 chips in Hamburg for nothing, if nothing runs in the desert. Signed, 60 chips are left
    for Dallas, 120 an hour; unsigned, 30 in the desert at 1.00 and 70 in Dallas at 2.00 make 170: signed. Of 10 chips,
    90 are left for Dallas at 180: refused."""
    clause, gift = (
        "{kind: location, forbidden: [AE]}",
        ", gift: {kind: price, pool: hamburg, chips: %d, price: 0 USD/chip-hour}",
    )
    head = HEAD.replace("  own:", "  hamburg: {provider: acme-bank, chip: h100, jurisdiction: [DE, EU]}\n  own:")
    offer = "  bank: {{buyer: acme, seller: acme-bank, {}, from: 2026-01-01, clauses: {{where: {}{}}}}}\n"
    many = plan(head + offer.format(OFFER, clause, gift % 40))
    assert chip_hours(many, "desert") == {}
    assert chip_hours(many, "hamburg")["2027-01"] == 40 * 744
    few = plan(head + offer.format(OFFER, clause, gift % 10))
    assert chip_hours(few, "hamburg") == {}
    assert chip_hours(few, "desert")["2027-01"] == 30 * 744


def test_what_nowhere_may_run_is_unserved() -> None:
    assert unserved(plan(bank("{kind: location, for: [records], allowed: [JP]}")), "records") == 60 * 2160


def test_it_moves_no_money() -> None:
    draft = draft_programme(load(RESIDENCY))
    assert "bank/where" not in {payment.by for payment in draft.payments}
    answer = plan(RESIDENCY)
    assert "bank/where" not in answer.tables["restated"]["clause"].to_list()


class TestGate:
    def test_placement_where_it_may_not_be_is_denied(self) -> None:
        said = heard(RESIDENCY, "bank/where", ask("place", "acme", workload="records", pool="dallas"))
        assert said is not None
        assert said.ruling.name == "DENY"
        assert said.why == "dallas lies in US, and records may run in EU alone"

    @pytest.mark.parametrize(
        ("workload", "pool", "said"),
        [
            ("records", "paris", "ALLOW"),
            ("records", "own", "ALLOW"),
            ("chat", "dallas", None),
            ("records", "desert", "DENY"),
        ],
    )
    def test_a_place_is_where_its_site_is_and_others_are_free(self, workload: str, pool: str, said: str | None) -> None:
        assert ruling(RESIDENCY, "bank/where", ask("place", "acme", workload=workload, pool=pool)) == said

    def test_of_a_place_under_several_laws_one_that_is_forbidden_decides(self) -> None:
        text = bank("{kind: location, forbidden: [DE]}")
        assert ruling(text, "bank/where", ask("place", "acme", workload="chat", pool="own")) == "DENY"
        assert ruling(text, "bank/where", ask("place", "acme", workload="chat", pool="paris")) == "ALLOW"

    def test_where_nobody_says_which_law_holds_it_is_referred_with_what_is_missing(self) -> None:
        unknown = RESIDENCY.replace("jurisdiction: [DE, EU], ", "").replace(", jurisdiction: US", "")
        at_site = heard(unknown, "bank/where", ask("place", "acme", workload="records", pool="own"))
        assert at_site is not None
        assert (at_site.ruling.name, at_site.missing) == ("REFER", ("the jurisdiction of site hall",))
        of_provider = heard(unknown, "bank/where", ask("place", "acme", workload="records", pool="dallas"))
        assert of_provider is not None
        assert of_provider.missing == ("the jurisdiction of pool dallas",)

    def test_an_ask_that_does_not_say_what_or_where_is_referred(self) -> None:
        said = heard(RESIDENCY, "bank/where", ask("place", "acme", pool="dallas"))
        assert said is not None
        assert (said.ruling.name, said.missing) == ("REFER", ("which workload it is",))

    def test_contracting_and_access_are_free(self) -> None:
        assert ruling(RESIDENCY, "bank/where", ask("procure", "acme", workload="records", pool="dallas")) is None
        assert ruling(RESIDENCY, "bank/where", ask("access", "acme", subject="records")) is None

    def test_the_plan_and_the_gate_agree_pool_by_pool(self) -> None:
        """What the plan may use the gate admits, and what the plan closes it denies."""
        programme = load(RESIDENCY)
        draft = draft_programme(programme)
        closed = {int(column) for columns, _ in draft.closed for column in columns}
        for n in range(len(draft.use)):
            pool = draft.pool_ids[draft.use.pool[n]]
            workload = draft.workload_ids[draft.use.workload[n]]
            month = draft.calendar.months[draft.use.month[n]]
            said = ruling(programme, "bank/where", ask("place", "acme", workload=workload, pool=pool, span=month))
            assert (said == "DENY") == (int(draft.use.columns[n]) in closed), (pool, workload)


class TestWaiving:
    def test_the_buyer_may_waive_a_promise_and_nobody_the_law(self) -> None:
        contract = load(RESIDENCY).contracts["bank"]
        assert contract.clauses["where"].beneficiaries(contract) == ("bank",)
        law = load(bank("{kind: location, allowed: [EU], basis: law}")).contracts["bank"]
        assert law.clauses["where"].beneficiaries(law) == ()


class TestBadInput:
    @pytest.mark.parametrize("where", ["", "allowed: [EU], forbidden: [US], "])
    def test_it_says_where_in_one_of_two_ways(self, where: str) -> None:
        with pytest.raises(ProgrammeError, match="give exactly one of the two"):
            load(bank(f"{{kind: location, {where}for: [records]}}"))

    def test_chips_that_there_are_not(self) -> None:
        with pytest.raises(ProgrammeError, match=r"where\.chips\[0\]: there is no chip 'h10'; did you mean 'h100'"):
            load(bank("{kind: location, allowed: [EU], chips: [h10]}"))

    def test_a_pool_at_a_site_says_nothing_of_its_own(self) -> None:
        with pytest.raises(ProgrammeError, match=r"own\.jurisdiction: a pool is where its site is; give sites\.hall"):
            load(RESIDENCY.replace("owner: acme}", "owner: acme, jurisdiction: FR}"))

    def test_a_plan_stops_where_nobody_says_which_law_holds(self) -> None:
        unknown = RESIDENCY.replace(", jurisdiction: US", "").replace("jurisdiction: [DE, EU], ", "")
        with pytest.raises(
            PlanError, match=r"nobody says in which pool dallas and site hall lies; add `pools\.dallas\.juri"
        ):
            plan(unknown)

    def test_but_not_for_a_pool_that_cannot_run_what_is_covered(self) -> None:
        unknown = RESIDENCY.replace(", jurisdiction: AE", "")
        answer = plan(unknown.replace("chips: 60, unserved", "chips: 60, not_pools: [desert], unserved"))
        assert chip_hours(answer, "desert")["2027-01"] == 30 * 744
