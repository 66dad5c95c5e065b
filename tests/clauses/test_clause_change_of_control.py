"""`change_of_control`, worked by hand: consent first, else the other may end the contract for some time."""

from __future__ import annotations

from datetime import date

import pytest
from small import load

import gigawatt as gw
from gigawatt.model.clause import Clause
from gigawatt.model.facts import Facts
from gigawatt.model.verdict import Ask, ClauseView, Opinion, Ruling
from gigawatt.values.span import Span

HEAD = """
programme: acme
decides: acme
horizon: {from: 2027-01, through: 2027-06}
workloads: {chat: {kind: serving, chips: 10, unserved: 5 USD/chip-hour}}
parties: {acme: {}, lumen: {}, bank: {}}
EVENTS
contracts:
  order: {buyer: acme, seller: lumen, status: signed, from: 2026-07-01, clauses: {
    rate: {kind: price, chip: h100, price: 3 USD/chip-hour},
    control: {kind: change_of_control, CONTROL}}}
"""
CHANGED = "{kind: control, by: lumen, date: 2027-02-01, recorded: 2027-02-10}"
CONSENTED = "{kind: acceptance, clause: order/control, by: acme, date: 2027-01-20}"
WITHIN = "exit_within: 90 d"


def view_of(control: str, *events: str) -> tuple[Clause, ClauseView]:
    told = f"events: [{', '.join(events)}]"
    if events:
        told = told.replace("kind: control,", "kind: control, contract: order,")
    programme = load(HEAD.replace("CONTROL", control).replace("EVENTS", told))
    contract = programme.contracts["order"]
    days = Span(date(2026, 7, 1), date(2027, 7, 1))
    return contract.clauses["control"], ClauseView(programme, contract, "order", "control", days, Facts())


def say(control: str, ask: Ask, *events: str) -> Opinion | None:
    clause, view = view_of(control, *events)
    return clause.gate(ask, view)


def change(by: str, *approvals: str) -> Ask:
    return Ask("decide", by, date(2027, 1, 15), contract="order", decision="change_of_control", approvals=approvals)


def end(on: date, by: str = "acme", known: date | None = None) -> Ask:
    return Ask("decide", by, on, known, contract="order", decision="termination")


def test_change_of_control_worked_example() -> None:
    """The words: "A change of control of Provider requires Customer's prior written consent, failing which Customer may
    terminate within ninety days after it learns of it."

    Before: consent is missing. It happens on 1 February and is known on 10 February: ninety days later is 11 May.
    """
    asked = say(WITHIN, change("lumen"))
    assert asked is not None
    assert (asked.ruling, asked.missing) == (Ruling.REFER, ("the consent of acme",))
    granted = say(WITHIN, change("lumen", "acme"))
    assert granted is not None
    assert (granted.ruling, granted.why) == (Ruling.ALLOW, "acme consents to a change of control of lumen")
    ended = say(WITHIN, end(date(2027, 5, 11)), CHANGED)
    assert ended is not None
    assert (ended.ruling, ended.why) == (
        Ruling.ALLOW,
        "control of lumen changed on 2027-02-01 without consent; it may be ended for that until 2027-05-11",
    )
    assert say(WITHIN, end(date(2027, 5, 12)), CHANGED) is None


def test_it_says_nothing_before_it_is_known_nor_after_consent() -> None:
    assert say(WITHIN, end(date(2027, 2, 9)), CHANGED) is None
    assert say(WITHIN, end(date(2027, 3, 1), known=date(2027, 2, 9)), CHANGED) is None
    assert say(WITHIN, end(date(2027, 3, 1)), CHANGED, CONSENTED) is None
    assert say(WITHIN, end(date(2027, 3, 1)), CHANGED, CONSENTED.replace("acme", "bank")) is not None
    assert say(WITHIN, end(date(2027, 3, 1), by="lumen"), CHANGED) is None


@pytest.mark.parametrize(
    ("control", "by", "needed"), [("of: acme", "acme", "lumen"), ("consent: bank", "lumen", "bank")]
)
def test_whose_control_and_whose_consent_are_as_stated(control: str, by: str, needed: str) -> None:
    opinion = say(control, change(by))
    assert opinion is not None
    assert opinion.missing == (f"the consent of {needed}",)
    assert say("of: acme", change("lumen")) is None


def test_it_is_silent_to_all_else() -> None:
    assert say(WITHIN, Ask("decide", "lumen", date(2027, 1, 15), contract="order", decision="capital")) is None
    assert say(WITHIN, Ask("place", "acme", date(2027, 1, 15), workload="chat", pool="lumen-h100")) is None


def test_who_may_waive_it_and_by_when_it_is_used() -> None:
    clause, view = view_of(WITHIN, CHANGED)
    assert clause.beneficiaries(view.contract) == ("lumen", "acme")
    (one,) = clause.deadlines(view)
    assert (one.on, one.by) == (date(2027, 5, 11), "acme")
    assert view_of("of: lumen")[0].beneficiaries(view.contract) == ("acme",)
    assert view_of("of: lumen", CHANGED)[0].deadlines(view_of("of: lumen", CHANGED)[1]) == ()


@pytest.mark.parametrize(
    ("control", "message"),
    [
        ("consent: lumen", "lumen cannot consent to a change of its own control; the clause is of acme or lumen"),
        ("of: [bnk]", "there is no party 'bnk'"),
    ],
)
def test_bad_input_is_told(control: str, message: str) -> None:
    with pytest.raises(gw.ProgrammeError, match=message):
        view_of(control)
