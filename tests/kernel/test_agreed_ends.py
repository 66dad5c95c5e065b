"""When a contract is over, where renewals and rights to end it are themselves amended, and what is told of it then."""

from __future__ import annotations

from datetime import date

import pytest

import gigawatt as gw
from gigawatt.broker.gate import Gate
from gigawatt.history.ending import agreed
from gigawatt.history.known import as_known
from gigawatt.history.outlook import outlook_in_plan
from gigawatt.history.state import due
from gigawatt.history.versions import ALL_IS_KNOWN
from gigawatt.model.facts import Facts, Notice
from gigawatt.model.verdict import Ask, Ruling
from gigawatt.sim.agree import check_edges
from gigawatt.values.span import Span
from tests.programmes import load_text

HEAD = """
programme: acme
decides: acme
horizon: {from: 2027-01, through: 2028-12}
finance: {discount: 0 %/year}
workloads: {chat: {kind: serving, chips: 10, unserved: 5 USD/chip-hour}}
contracts:
  order-7:
    buyer: acme
    seller: lumen
    status: signed
    from: 2026-07-01
    through: 2027-06-30
    clauses:
      gpus: {kind: reservation, chip: h100, chips: 10, price: 2 USD/chip-hour}
      floor: {kind: take_or_pay, chip: h100, floor: 1000 chip-hour/year, deficiency: 2 USD/chip-hour}
"""
RENEWAL = "      renewal: {kind: renewal, for: 12 months, unless_notice: 90 d}\n"
K = ALL_IS_KNOWN


def order(*amendments: str, clauses: str = RENEWAL) -> gw.Programme:
    lines = "".join(f"      - {line}\n" for line in amendments)
    return load_text(HEAD + clauses + (f"    amendments:\n{lines}" if lines else ""))


def end(programme: gw.Programme, known: date = K, *notices: Notice) -> date:
    return agreed(programme, notices).history.until("order-7", known)


def last_days(programme: gw.Programme, what: str, known: date = K) -> list[date]:
    days = Span(date(2026, 1, 1), date(2035, 1, 1))
    return [one.deadline.on for one in due(programme, days, known) if one.deadline.what == what]


class TestARenewalThatIsAmended:
    def test_goes_by_the_end_that_an_amendment_gave_the_contract(self) -> None:
        programme = order("{effective: 2027-02-01, through: 2028-06-30}")
        assert end(programme, date(2027, 1, 31)) == date(2027, 7, 1)
        assert end(programme, date(2027, 2, 1)) == date(2028, 7, 1)
        # ninety days before 1 July 2028 is 2 April: from the third on it is renewed
        assert end(programme, date(2028, 4, 2)) == date(2028, 7, 1)
        assert end(programme, date(2028, 4, 3)) == date(2029, 7, 1)

    def test_renews_nothing_once_it_has_ended(self) -> None:
        programme = order("{effective: 2027-02-01, end: [renewal]}")
        assert end(programme) == date(2027, 7, 1)
        assert outlook_in_plan(as_known(programme, K), "order-7").ends == (date(2027, 7, 1),)

    def test_renews_where_an_amendment_brings_it_in(self) -> None:
        programme = order(
            "{effective: 2027-02-01, new: {renewal: {kind: renewal, for: 12 months, unless_notice: 90 d, times: 1}}}",
            clauses="",
        )
        assert end(programme, date(2027, 4, 2)) == date(2027, 7, 1)
        assert end(programme, date(2027, 4, 3)) == date(2028, 7, 1)
        assert end(programme) == date(2028, 7, 1)

    def test_needs_notice_as_long_before_as_it_says_on_that_day(self) -> None:
        shorter = order("{effective: 2027-02-01, amend: {renewal: {unless_notice: 30 d}}}")
        assert end(shorter, date(2027, 5, 15)) == date(2027, 7, 1)
        assert end(shorter, date(2027, 6, 2)) == date(2028, 7, 1)
        given = Notice("order-7/renewal", "acme", date(2027, 5, 15))
        assert end(shorter, K, given) == date(2027, 7, 1)
        # the change comes when the time for notice under the old words has passed
        late = order("{effective: 2027-05-01, amend: {renewal: {unless_notice: 30 d}}}")
        assert end(late, date(2027, 5, 15)) == date(2028, 7, 1)
        assert end(late, date(2027, 5, 15), given) == date(2028, 7, 1)

    def test_goes_on_for_as_long_as_each_version_says(self) -> None:
        programme = order("{effective: 2027-09-01, recorded: 2027-01-01, amend: {renewal: {for: 24 months}}}")
        assert end(programme, date(2027, 9, 1)) == date(2028, 7, 1)
        assert end(programme, date(2028, 7, 1)) == date(2030, 7, 1)
        # only the company may be kept from renewing: whoever plans can give notice each time
        told = as_known(programme, date(2027, 1, 1))
        assert outlook_in_plan(told, "order-7").ends == (date(2027, 7, 1), date(2028, 7, 1), date(2030, 7, 1))

    def test_tells_each_last_day_once_and_by_the_words_of_that_day(self) -> None:
        programme = order("{effective: 2027-09-01, amend: {renewal: {unless_notice: 30 d}}}")
        assert last_days(programme, "notice", date(2027, 1, 1)) == [date(2027, 4, 2), date(2028, 4, 2)]
        assert last_days(programme, "notice") == [date(2027, 4, 2), date(2028, 6, 1)]


def test_the_gate_goes_by_the_end_as_it_was_amended() -> None:
    programme = order("{effective: 2027-02-01, recorded: 2027-02-01, through: 2028-06-30}")

    def place(known: date) -> Ruling:
        ask = Ask("place", "acme", known, known, "chat", "lumen-h100", span=Span(date(2028, 1, 1), date(2028, 2, 1)))
        return Gate(programme).decide(ask).ruling

    assert place(date(2027, 1, 31)) is Ruling.REFER  # whether it is renewed
    assert place(date(2027, 2, 1)) is Ruling.ALLOW


def test_the_floors_of_years_that_an_amendment_or_a_renewal_adds_fall_due() -> None:
    lengthened = order("{effective: 2027-02-01, through: 2028-06-30}", clauses="")
    assert last_days(lengthened, "floor") == [date(2027, 6, 30), date(2028, 6, 30)]
    assert last_days(lengthened, "floor", date(2027, 1, 31)) == [date(2027, 6, 30)]
    assert date(2028, 6, 30) in last_days(order(), "floor")
    given = Facts(notices=(Notice("order-7/renewal", "acme", date(2027, 3, 1)),))
    days = Span(date(2027, 1, 1), date(2029, 1, 1))
    floors = [one.deadline.on for one in due(order(), days, K, given) if one.deadline.what == "floor"]
    assert floors == [date(2027, 6, 30)]


def test_a_clause_that_lasts_to_the_contracts_end_lasts_to_the_one_that_it_has_come_to() -> None:
    clauses = RENEWAL + "      spare: {kind: price, chip: h100, price: 3 USD/chip-hour, through: 2027-06-30}\n"
    history = agreed(order(clauses=clauses)).history
    assert history.in_force("order-7", "spare", date(2027, 12, 1), K) is not None
    shorter = clauses.replace("2027-06-30}", "2027-05-31}")
    assert agreed(order(clauses=shorter)).history.in_force("order-7", "spare", date(2027, 12, 1), K) is None


def test_a_right_to_end_a_contract_that_was_amended_costs_what_it_says_on_that_day() -> None:
    clauses = "      out: {kind: termination, notice: 30 d, fee: 1000 USD}\n"
    programme = as_known(order("{effective: 2027-02-01, amend: {out: {fee: 5000 USD}}}", clauses=clauses), K)
    from gigawatt.planner.drafting import draft_programme
    from gigawatt.planner.restating import settle

    def fee(given: date) -> list[int]:
        facts = Facts(signed=frozenset({"order-7"}), notices=(Notice("order-7/out", "acme", given),))
        posted = settle(draft_programme(programme), facts)
        return [one.amount_minor for one in posted if one.what == "termination fee"]

    assert fee(date(2027, 1, 15)) == [100_000]
    assert fee(date(2027, 3, 15)) == [500_000]


class TestWhatIsAmendedForTheTermThatARenewalAdds:
    def billed(self, amendment: str, clause: str = "order-7/gpus") -> dict[str, int]:
        programme = as_known(order(f"{{recorded: 2027-01-01, {amendment}}}"), date(2027, 1, 1))
        answer = gw.plan(programme)
        return {
            row["month"]: int(row["amount"])
            for row in answer.tables["cash"].iter_rows(named=True)
            if row["by"].partition("@")[0] == clause
        }

    def test_holds_from_its_first_day_on(self) -> None:
        paid = self.billed("effective: 2027-07-01, amend: {gpus: {price: 3 USD/chip-hour}}")
        assert paid["2027-06"] == 720 * 10 * 2
        assert paid["2027-07"] == 744 * 10 * 3

    def test_holds_from_a_day_in_it_on(self) -> None:
        paid = self.billed("effective: 2027-09-01, amend: {gpus: {price: 3 USD/chip-hour}}")
        assert paid["2027-08"] == 744 * 10 * 2
        assert paid["2027-09"] == 720 * 10 * 3

    def test_ends_for_good_what_it_ends_on_the_day_of_renewal(self) -> None:
        told = as_known(order("{recorded: 2027-01-01, effective: 2027-07-01, end: [floor]}"), date(2027, 1, 1))
        contract = told.contracts["order-7"]
        renewed = outlook_in_plan(told, "order-7").contract_over(contract, date(2028, 7, 1))
        assert renewed.clauses["floor"].until == date(2027, 7, 1)
        assert renewed.clauses["gpus"].until is None


class TestAsKnown:
    SPARE = RENEWAL + "      spare: {kind: price, chip: h100, price: 3 USD/chip-hour, through: DAY}\n"

    def test_what_lasts_to_the_end_is_told_by_the_end_that_was_known(self) -> None:
        lasting = self.SPARE.replace("DAY", "2027-06-30")
        later = "{effective: 2028-06-01, recorded: 2028-06-01, through: 2030-06-30}"
        for programme in (order(clauses=lasting), order(later, clauses=lasting)):
            history = agreed(programme).history
            assert history.in_force("order-7", "spare", date(2027, 12, 1), date(2027, 5, 1)) is not None
        shorter = self.SPARE.replace("DAY", "2027-04-30")
        cut = "{effective: 2027-03-01, recorded: 2027-03-01, through: 2027-03-31}"
        for programme in (order(clauses=shorter), order(cut, clauses=shorter)):
            history = agreed(programme).history
            assert history.in_force("order-7", "spare", date(2027, 5, 15), date(2027, 2, 1)) is None

    def test_a_notice_that_is_given_later_takes_no_deadline_away(self) -> None:
        told = (
            HEAD
            + RENEWAL
            + ("events: [{kind: notice, clause: order-7/renewal, by: acme, date: 2027-03-01, recorded: 2027-03-01}]\n")
        )
        assert date(2027, 4, 2) in last_days(load_text(told), "notice", date(2027, 1, 1))
        assert date(2027, 4, 2) not in last_days(load_text(told), "notice", date(2027, 3, 1))


def test_the_gate_counts_notice_by_the_words_of_the_day_on_which_it_was_given() -> None:
    clauses = "      out: {kind: termination, notice: 90 d}\n"
    programme = order("{effective: 2027-02-01, amend: {out: {notice: 30 d}}}", clauses=clauses)
    given = Facts(notices=(Notice("order-7/out", "acme", date(2027, 1, 15)),))
    assert end(programme, K, *given.notices) == date(2027, 4, 15)

    def place(first: date) -> Ruling:
        days = Span(first, first.replace(day=9))
        ask = Ask("place", "acme", date(2027, 2, 10), workload="chat", pool="lumen-h100", span=days)
        return Gate(programme, given).decide(ask).ruling

    assert place(date(2027, 3, 1)) is Ruling.ALLOW
    assert place(date(2027, 5, 1)) is Ruling.DENY


class TestOverARenewedTerm:
    TEXT = (
        HEAD
        + RENEWAL
        + """      free: {kind: exclusivity, except: [fjord], overrides: [own/only]}
  own: {buyer: acme, seller: nimbus, status: signed, from: 2026-07-01, through: 2030-06-30, clauses: {
    only: {kind: exclusivity}}}
  fjord: {buyer: acme, seller: fjord, status: signed, from: 2026-07-01, through: 2030-06-30, clauses: {
    rate: {kind: price, chip: h100, price: 1 USD/chip-hour}}}
"""
    )

    def test_an_override_goes_on_in_a_plan_as_at_the_gate(self) -> None:
        programme = load_text(self.TEXT.replace("kind: serving, chips: 10", "kind: serving, chips: 20"))
        assert check_edges(as_known(programme, date(2027, 1, 1))) == []
        used = gw.plan(as_known(programme, date(2027, 1, 1))).tables["use"]
        pools = {(row["month"], row["pool"]) for row in used.iter_rows(named=True) if row["chip_hours"] > 0}
        assert ("2027-06", "fjord-h100") in pools
        assert ("2027-12", "fjord-h100") in pools

    def test_a_contradiction_stops_the_plan_as_it_is_referred_at_the_gate(self) -> None:
        both = self.TEXT.replace(", except: [fjord], overrides: [own/only]", "").replace(
            "only: {kind: exclusivity}", "only: {kind: exclusivity, from: 2027-08-01}"
        )
        with pytest.raises(gw.Contradiction):
            as_known(load_text(both), date(2027, 1, 1))
