"""`first_on`, worked by hand: a product is elsewhere only once it is with one provider, or soon will be."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from small import chip_hours, load, paid, plan, unserved

import gigawatt as gw
from gigawatt.model.clause import Clause
from gigawatt.model.facts import Facts, Metered
from gigawatt.model.verdict import Ask, ClauseView, Opinion, Ruling
from gigawatt.values.span import Span

HEAD = """
programme: acme
decides: acme
horizon: {from: 2027-01, through: 2027-06, slices: SLICES}
finance: {discount: 0 %/year}
workloads:
  chat: {kind: serving, chips: 10, unserved: 5 USD/chip-hour}
  tune: {kind: training, chips: 4, from: 2027-02, through: 2027-03, unserved: 5 USD/chip-hour}
contracts:
  azure: {buyer: acme, seller: azure, STATUS, from: 2026-07-01, clauses: {
    rate: {kind: price, chip: h100, price: 3 USD/chip-hour},
    first: {kind: first_on, FIRST}}}
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2026-07-01, clauses: {
    rate: {kind: price, chip: h100, price: 1 USD/chip-hour}}}
"""
SIGNED, OFFER = "status: signed", "status: offer, sign_by: 2026-12-01"
CHAT = "workloads: [chat]"


def text(first: str = CHAT, status: str = SIGNED, slices: str = "{all: 24 h}") -> str:
    return HEAD.replace("FIRST", first).replace("STATUS", status).replace("SLICES", slices)


@pytest.mark.parametrize("slices", ["{all: 24 h}", "{day: 14 h, night: 10 h}"])
def test_first_on_worked_example(slices: str) -> None:
    """The words: "Provider hosts the Product first. It may be offered elsewhere forty-five days later."

    Azure asks 3.00, lumen 1.00. Placed in January it is free from 15 February on. January: 10 chips at azure, 744 h x
    10 x 3 = 22,320. February: half of the days are open, so 5 chips there and 5 at azure: 672 x 5 = 3,360 hours each.
    From March on it is at lumen alone.
    """
    answer = plan(text(f"{CHAT}, head_start: 45 d", slices=slices))
    assert chip_hours(answer, "azure-h100", "chat") == {"2027-01": 7_440, "2027-02": 3_360}
    assert chip_hours(answer, "lumen-h100", "chat")["2027-02"] == 3_360
    assert chip_hours(answer, "lumen-h100", "chat")["2027-03"] == 7_440
    assert paid(answer, "azure/rate")["2027-01"] == 22_320
    assert unserved(answer, "chat") == 0
    assert "tune" not in set(answer.tables["use"].filter(answer.tables["use"]["pool"] == "azure-h100")["workload"])


def test_one_chip_that_is_offered_there_opens_the_rest() -> None:
    """A chip through the shortest month is the cheapest way: but before it nothing may be elsewhere. So in January."""
    answer = plan(text())
    assert chip_hours(answer, "azure-h100", "chat") == {"2027-01": 744}
    assert chip_hours(answer, "lumen-h100", "chat")["2027-01"] == 9 * 744
    more = plan(text(f"{CHAT}, least: 3"))
    assert chip_hours(more, "azure-h100", "chat") == {"2027-01": 3 * 744}


def test_within_so_many_days_it_may_be_elsewhere_before() -> None:
    """Elsewhere from January, so there by 2 March, 60 days later: a chip in February, the shortest month, will do.
    By 30 January it must have begun on the first: January itself."""
    answer = plan(text(f"{CHAT}, within: 60 d"))
    assert chip_hours(answer, "azure-h100", "chat") == {"2027-02": 672}
    assert chip_hours(answer, "lumen-h100", "chat")["2027-01"] == 7_440
    assert chip_hours(plan(text(f"{CHAT}, within: 29 d")), "azure-h100", "chat") == {"2027-01": 744}


def test_what_falls_due_past_the_horizon_binds_nothing() -> None:
    assert chip_hours(plan(text(f"{CHAT}, within: 181 d")), "azure-h100", "chat") == {}
    assert chip_hours(plan(text(f"{CHAT}, within: 180 d")), "azure-h100", "chat") != {}
    assert chip_hours(plan(text(f"{CHAT}, within: 60 d, through: 2027-03-01")), "azure-h100", "chat") == {}


def test_a_day_that_is_stated_decides() -> None:
    """Offered on 15 February: elsewhere from then on, half of February's days."""
    answer = plan(text(f"{CHAT}, offered: {{chat: 2027-02-15}}"))
    assert chip_hours(answer, "lumen-h100", "chat") == {
        "2027-02": 3_360, "2027-03": 7_440, "2027-04": 7_200, "2027-05": 7_440, "2027-06": 7_200
    }  # fmt: skip
    assert chip_hours(plan(text(f"{CHAT}, offered: {{chat: 2026-02-15}}")), "azure-h100", "chat") == {}
    late = plan(text(f"{CHAT}, offered: {{chat: 2027-03-15}}, within: 28 d"))
    assert "2027-01" not in chip_hours(late, "lumen-h100", "chat")
    assert chip_hours(late, "lumen-h100", "chat")["2027-02"] == 3_360


def test_a_training_run_is_placed_once_and_so_runs_there() -> None:
    """Of February and March it may be nowhere else, and one run has one pool."""
    answer = plan(text("workloads: [tune]"))
    assert chip_hours(answer, "azure-h100", "tune") == {"2027-02": 4 * 672, "2027-03": 4 * 744}


def test_an_offer_binds_only_where_it_is_signed() -> None:
    """Signing brings nothing here but the duty to pay more: it is refused."""
    answer = plan(text(status=OFFER))
    assert answer.tables["offers"]["signed"].to_list() == [False]
    assert chip_hours(answer, "azure-h100") == {}
    assert chip_hours(answer, "lumen-h100", "chat")["2027-01"] == 7_440


def test_it_binds_on_its_days_and_not_those_excepted() -> None:
    """Through 15 January the mean of January leaves 16 of 31 days to lumen, when no chip is there: at azure 10 x 15/31.
    Placed for those days, at 15/31 of a chip, it is open."""
    short = chip_hours(plan(text(f"{CHAT}, through: 2027-01-15")), "azure-h100", "chat")
    assert short == {"2027-01": 15 * 24}
    assert chip_hours(plan(text(f"{CHAT}, except: [lumen]")), "azure-h100", "chat") == {}
    assert chip_hours(plan(text(f"{CHAT}, except: [lumen-h100]")), "azure-h100", "chat") == {}


def test_what_cannot_run_there_runs_nowhere_else() -> None:
    nowhere = text().replace("chat: {kind: serving", "chat: {kind: serving, not_pools: [azure-h100]")
    assert unserved(plan(nowhere), "chat") == 43_440


@pytest.mark.parametrize(
    ("first", "message"),
    [
        ("head_start: 30 d, within: 30 d", "give one of the two"),
        ("least: 0", "of nought chips is no offer"),
        ("workloads: [chat], offered: {tune: 2027-01-01}", "tune is none of the workloads that it covers: chat"),
        ("workloads: [chats]", "there is no workload 'chats'"),
        ("except: [lumem]", "there is no"),
    ],
)
def test_bad_input_is_told(first: str, message: str) -> None:
    with pytest.raises(gw.ProgrammeError, match=message):
        load(text(first))


def gate(
    first: str, on: date, facts: Facts | None = None, pool: str = "lumen-h100", name: str = "chat"
) -> Opinion | None:
    programme = load(text(first))
    contract = programme.contracts["azure"]
    clause: Clause = contract.clauses["first"]
    days = Span(date(2026, 7, 1), date(2027, 7, 1))
    view = ClauseView(programme, contract, "azure", "first", days, facts or Facts())
    return clause.gate(Ask("place", "acme", on, workload=name, pool=pool), view)


RAN = Facts(use=(Metered("azure-h100", "chat", "2027-02", "all", Decimal(10)),))


def told(opinion: Opinion | None) -> tuple[Ruling, str]:
    assert opinion is not None
    return opinion.ruling, opinion.why


def test_elsewhere_is_denied_until_it_was_offered_there_and_its_head_start_is_over() -> None:
    start = f"{CHAT}, head_start: 30 d"
    assert told(gate(start, date(2027, 1, 10))) == (
        Ruling.DENY, "chat is offered with azure first, and has not been yet"
    )  # fmt: skip
    assert told(gate(start, date(2027, 1, 10), RAN))[0] is Ruling.DENY
    assert told(gate(start, date(2027, 3, 2), RAN)) == (
        Ruling.DENY, "chat is offered with azure since 2027-02-01, and elsewhere from 2027-03-03 on"
    )  # fmt: skip
    assert told(gate(start, date(2027, 3, 3), RAN)) == (Ruling.ALLOW, "chat is offered with azure since 2027-02-01")
    stated = f"{CHAT}, offered: {{chat: 2027-01-20}}"
    assert told(gate(stated, date(2027, 1, 19)))[0] is Ruling.DENY
    assert told(gate(stated, date(2027, 1, 20)))[0] is Ruling.ALLOW
    assert gate(start, date(2027, 1, 10), pool="azure-h100") is None
    assert gate(start, date(2027, 1, 10), name="tune") is None


def test_elsewhere_is_free_for_so_many_days() -> None:
    within, elsewhere = (
        f"{CHAT}, within: 30 d",
        Facts(use=(Metered("lumen-h100", "chat", "2027-01", "all", Decimal(1)),)),
    )
    first = gate(within, date(2027, 1, 5))
    assert told(first) == (Ruling.ALLOW, "chat must be offered with azure by 2027-02-04")
    assert first is not None
    assert first.deadline == date(2027, 2, 4)
    assert told(gate(within, date(2027, 1, 31), elsewhere))[0] is Ruling.ALLOW
    assert told(gate(within, date(2027, 2, 1), elsewhere)) == (
        Ruling.DENY, "chat is elsewhere since 2027-01-01, and was not offered with azure by 2027-01-31"
    )  # fmt: skip
    assert told(gate(within, date(2027, 2, 1), RAN))[0] is Ruling.ALLOW


def test_its_deadline_is_the_day_by_which_it_must_be_there() -> None:
    programme = load(text(f"{CHAT}, within: 30 d"))
    contract = programme.contracts["azure"]
    facts = Facts(use=(Metered("lumen-h100", "chat", "2027-01", "all", Decimal(1)),))
    view = ClauseView(programme, contract, "azure", "first", Span(date(2026, 7, 1), date(2027, 7, 1)), facts)
    (one,) = contract.clauses["first"].deadlines(view)
    assert (one.on, one.words) == (date(2027, 1, 31), "last day to offer chat with azure")
    assert contract.clauses["first"].beneficiaries(contract) == ("azure",)
