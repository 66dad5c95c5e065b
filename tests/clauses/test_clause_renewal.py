"""`renewal`, worked by hand: the contract goes on unless, or only if, one says so in time."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from small import load, money, paid, plan

import gigawatt as gw
from gigawatt.history.outlook import outlook_in_plan
from gigawatt.model.clause import Clause
from gigawatt.model.facts import Delivered, Facts, Notice
from gigawatt.model.posting import Posting
from gigawatt.model.verdict import Ask, ClauseView, Opinion, Ruling
from gigawatt.planner.drafting import draft_programme
from gigawatt.planner.restating import settle
from gigawatt.values.span import Span

HEAD = """
programme: acme
decides: acme
horizon: {from: 2027-01, through: 2027-12}
finance: {discount: 0 %/year}
workloads: {chat: {kind: serving, chips: 10, unserved: WORTH USD/chip-hour}}
MORE
contracts:
  order-7: {buyer: acme, seller: lumen, STATUS, from: 2026-07-01, through: 2027-06-30, clauses: {
    gpus: {kind: reservation, chip: h100, chips: 10, price: 2 USD/chip-hour},
    renewal: {kind: renewal, RENEWAL}}}
"""
SIGNED = "status: signed"
NOT_UNLESS = "for: 12 months, unless_notice: 90 d, price: {gpus: 2.30 USD/chip-hour}"
NAME = "order-7/renewal"


def text(renewal: str = NOT_UNLESS, worth: str = "5", status: str = SIGNED, more: str = "") -> str:
    told = HEAD.replace("WORTH", worth).replace("RENEWAL", renewal)
    return told.replace("STATUS", status).replace("MORE", more)


def test_renewal_worked_example() -> None:
    """The words: "The Order is renewed for further periods of twelve months, at 2.30, unless either party gives notice
    no later than ninety days before its end." It ends on 30 June; ninety days before 1 July is 2 April.

    January to June: 4,344 h x 10 x 2.00 = 86,880. July to December: 4,416 h x 10 x 2.30 = 101,568, in July 17,112. An
    hour that is not served loses 5.00: renewing saves 44,160 x (5.00 - 2.30) = 119,232, and would up to 5.00.
    """
    answer = plan(text())
    assert sum(paid(answer, "order-7/gpus").values()) == 86_880 + 101_568
    assert paid(answer, "order-7/gpus")["2027-07"] == 17_112
    (row,) = answer.tables["renewals"].rows(named=True)
    assert (row["contract"], row["clause"], row["what"], row["chosen"]) == ("order-7", NAME, "renew", True)
    assert (row["since"], row["last_day"], row["silent"]) == (date(2027, 7, 1), date(2027, 4, 2), True)
    assert row["better_by"] == pytest.approx(119_232)
    assert row["walk_away_price"] == pytest.approx(5.00, rel=1e-5)
    assert (row["asked_price"], row["unit"]) == (2.30, "USD/chip-hour")


def bill(facts: Facts, renewal: str = NOT_UNLESS) -> list[Posting]:
    return settle(draft_programme(load(text(renewal))), facts)


READY = tuple(
    Delivered("order-7/gpus", "lumen-h100", month, Decimal(7440)) for month in ("2027-05", "2027-07", "2027-08")
)


@pytest.mark.parametrize(
    ("notices", "posted"),
    [
        ((), {"2027-05": 14_880_00, "2027-07": 17_112_00, "2027-08": 17_112_00}),
        ((Notice(NAME, "acme", date(2027, 4, 2)),), {"2027-05": 14_880_00}),
        ((Notice(NAME, "lumen", date(2026, 8, 1)),), {"2027-05": 14_880_00}),
        ((Notice(NAME, "acme", date(2027, 4, 3)),), {"2027-05": 14_880_00, "2027-07": 17_112_00, "2027-08": 17_112_00}),
        (
            (Notice(NAME, "fjord", date(2027, 4, 2)),),
            {"2027-05": 14_880_00, "2027-07": 17_112_00, "2027-08": 17_112_00},
        ),
    ],
    ids=["silence", "on the last day", "by the other", "a day late", "by a stranger"],
)
def test_the_fee_is_billed_while_the_contract_lasts(notices: tuple[Notice, ...], posted: dict[str, int]) -> None:
    """7,440 chip-hours are ready in each of three months: 14,880 at 2.00, and 17,112 at 2.30 where it was renewed."""
    found = bill(Facts(signed=frozenset({"order-7"}), deliveries=READY, notices=notices))
    assert {one.month: one.amount_minor for one in found} == posted
    assert {(one.payer, one.payee, one.by, one.what) for one in found} == {("acme", "lumen", "order-7/gpus", "fee")}


ON_NOTICE = "for: 12 months, on_notice: 90 d"


@pytest.mark.parametrize(
    ("given", "months"), [(None, ["2027-05"]), (date(2027, 4, 2), ["2027-05", "2027-07", "2027-08"])]
)
def test_on_notice_it_goes_on_only_if_one_says_so(given: date | None, months: list[str]) -> None:
    notices = (Notice(NAME, "acme", given),) if given is not None else ()
    found = bill(Facts(signed=frozenset({"order-7"}), deliveries=READY, notices=notices), ON_NOTICE)
    assert [one.month for one in found] == months


def test_what_is_dearer_than_it_is_worth_is_not_renewed() -> None:
    """At 2.10 an hour is worth serving for 2.00, not for 2.30: 44,160 x 0.20 = 8,832 more; 2.10 would do."""
    answer = plan(text(worth="2.10"))
    assert "2027-07" not in paid(answer, "order-7/gpus")
    (row,) = answer.tables["renewals"].rows(named=True)
    assert row["chosen"] is False
    assert row["better_by"] == pytest.approx(-8_832)
    assert row["walk_away_price"] == pytest.approx(2.10, rel=1e-5)
    summary = gw.summary(answer)
    assert "do not renew order-7  renewing costs 8,832 more; give notice;" in summary
    assert "2.10 or less" in " ".join(summary.split())


def test_what_to_say_is_told_with_its_last_day() -> None:
    summary = gw.summary(plan(text()))
    (line,) = [line for line in summary.split("\n") if line.startswith("  renew order-7")]
    assert "saves 119,232; send no notice; worth renewing up to" in line
    assert line.endswith("2027-04-02")
    assert "give notice" in gw.summary(plan(text(ON_NOTICE)))


def test_an_event_on_record_and_a_time_that_has_passed_leave_nothing_to_choose() -> None:
    """Notice was given in February: the plan of 1 March has no renewal. On 3 April nobody has, and it goes on."""
    notice = "events: [{kind: notice, clause: order-7/renewal, by: lumen, date: 2027-02-01}]\nas_of: 2027-03-01"
    over = plan(text(more=notice))
    assert over.tables["renewals"].height == 0
    assert "2027-07" not in paid(over, "order-7/gpus")
    later = plan(text(worth="2.10", more="as_of: 2027-04-03"))
    assert later.tables["renewals"].height == 0
    assert paid(later, "order-7/gpus")["2027-12"] == 17_112
    on_notice = plan(text(ON_NOTICE, more="as_of: 2027-04-03"))
    assert "2027-07" not in paid(on_notice, "order-7/gpus")


def test_what_another_may_choose_is_given() -> None:
    """Only the seller may say no: it is taken to be silent, however dear the contract is."""
    answer = plan(text(f"{NOT_UNLESS}, by: lumen", worth="2.10"))
    assert answer.tables["renewals"].height == 0
    assert paid(answer, "order-7/gpus")["2027-07"] == 17_112


def test_renewals_follow_one_another_as_often_as_may_be() -> None:
    """Two further months, no more: July and August at 7,440 h each, September is over."""
    answer = plan(text("for: 1 month, unless_notice: 10 d, times: 2"))
    assert answer.tables["renewals"]["since"].to_list() == [date(2027, 7, 1), date(2027, 8, 1)]
    assert answer.tables["renewals"]["last_day"].to_list() == [date(2027, 6, 21), date(2027, 7, 22)]
    assert paid(answer, "order-7/gpus")["2027-08"] == 14_880
    assert "2027-09" not in paid(answer, "order-7/gpus")


def test_an_offer_that_is_not_signed_is_not_renewed() -> None:
    answer = plan(text(worth="1", status="status: offer, sign_by: 2026-12-01"))
    assert answer.tables["offers"]["signed"].to_list() == [False]
    assert answer.tables["renewals"]["chosen"].to_list() == [False]
    assert paid(answer, "order-7/gpus") == money()


def test_clauses_that_end_before_the_contract_are_not_renewed() -> None:
    """A service fee through March stays over; the chips of the contract go on."""
    more = "gpus: {kind: reservation, chip: h100, chips: 10, price: 2 USD/chip-hour},"
    extra = more + " trial: {kind: reservation, chip: h200, chips: 5, price: 1 USD/chip-hour, through: 2027-03-31},"
    answer = plan(text().replace(more, extra))
    assert list(paid(answer, "order-7/trial")) == ["2027-01", "2027-02", "2027-03"]
    assert "2027-12" in paid(answer, "order-7/gpus")


def test_a_renewed_term_is_new_capacity_that_a_first_refusal_sees() -> None:
    """Ten chips of 0.1 MW are prior until 30 June. From then on azure, which could give them, goes first."""
    chips = "chips: {h100: {it_power: 100 kW}}"
    azure = """
  azure: {buyer: acme, seller: azure, status: signed, from: 2026-07-01, clauses: {
    gpus: {kind: reservation, chip: h100, chips: {most: 10, take: quarterly}, price: 4 USD/chip-hour},
    first: {kind: first_refusal, partial: true}}}
"""
    answer = plan(text(worth="9", more=chips) + azure)
    assert answer.tables["take"].rows_by_key("quarter").keys() == {"2027Q1", "2027Q3"}
    assert answer.tables["take"].filter(answer.tables["take"]["quarter"] == "2027Q3")["commitment"][0] == "azure/gpus"
    assert answer.tables["renewals"]["chosen"].to_list() == [False]
    free = plan(text(worth="9", more=chips) + azure.replace("partial: true", "partial: true, except: [lumen]"))
    assert free.tables["renewals"]["chosen"].to_list() == [True]
    new = free.tables["take"].filter(free.tables["take"]["new"])
    assert new["commitment"].to_list() == ["order-7/gpus@2027-07-01"]


@pytest.mark.parametrize(
    ("renewal", "message"),
    [
        ("for: 12 months", "neither or both of `unless_notice` and `on_notice`"),
        ("for: 12 months, unless_notice: 90 d, on_notice: 90 d", "neither or both"),
        ("for: 0 d, unless_notice: 90 d", "goes on for no time"),
        ("for: 12 months, unless_notice: 90 d, times: 0", "0 times"),
        ("for: 12 months, unless_notice: 400 d", "by 2026-05-27, before the contract begins on 2026-07-01"),
        ("for: 12 months, unless_notice: 90 d, by: azure", "azure is no party to the contract between acme and lumen"),
        ("for: 12 months, unless_notice: 90 d, price: {cpus: 2 USD/chip-hour}", "there is no clause 'cpus'"),
        ("for: 12 months, unless_notice: 90 d, price: {gpus: 2 USD/MW-month}", "gpus is priced per chip-hour"),
        ("for: 12 months, unless_notice: 90 d, price: {renewal: 2 USD/chip-hour}", "renewal quotes no price"),
        ("for: 12 months, unless_notice: 90 d, price: {gpus: {2027-08: 2 USD/chip-hour}}", "no value on 2027-07-01"),
        ("for: 12 months, unless_notice: 90 d, price: {gpus: -2 USD/chip-hour}", "negative"),
        ("for: 12 months, unless_notice: 90 d, for_workloads: [chat]", "not of workloads"),
    ],
)
def test_bad_input_is_told(renewal: str, message: str) -> None:
    with pytest.raises(gw.ProgrammeError, match=message):
        load(text(renewal, more="parties: {acme: {}, lumen: {}, azure: {}}"))


def view_of(renewal: str = NOT_UNLESS, more: str = "", facts: Facts | None = None) -> tuple[Clause, ClauseView]:
    programme = load(text(renewal, more=more))
    contract = programme.contracts["order-7"]
    days = Span(date(2026, 7, 1), date(2027, 7, 1))
    return contract.clauses["renewal"], ClauseView(programme, contract, "order-7", "renewal", days, facts or Facts())


def say(on: date, by: str = "acme", **more: str) -> Opinion | None:
    clause, view = view_of(**more)
    return clause.gate(Ask("decide", by, on, contract="order-7", decision="renewal"), view)


def test_the_gate_tells_who_may_say_so_and_until_when() -> None:
    last = say(date(2027, 4, 2))
    assert last is not None
    assert (last.ruling, last.deadline) == (Ruling.ALLOW, date(2027, 4, 2))
    assert last.why == "notice by 2027-04-02 ends it on 2027-06-30; without it, it is renewed through 2028-06-30"
    late = say(date(2027, 4, 3))
    assert late is not None
    assert (late.ruling, late.why) == (
        Ruling.ALLOW,
        "notice by 2028-04-02 ends it on 2028-06-30; without it, it is renewed through 2029-06-30",
    )
    once = say(date(2027, 4, 3), renewal=f"{NOT_UNLESS}, times: 1")
    assert once is not None
    assert (once.ruling, once.why) == (Ruling.DENY, "notice had to be given by 2027-04-02")
    other = say(date(2027, 4, 1), by="lumen", renewal=ON_NOTICE)
    assert other is not None
    assert (other.ruling, other.why) == (Ruling.DENY, "notice is for acme to give, and lumen asks")


def test_the_gate_refers_a_placement_beyond_the_end_while_nobody_knows_whether_it_is_renewed() -> None:
    days = Span(date(2027, 6, 1), date(2027, 9, 1))
    ask = Ask("place", "acme", date(2027, 3, 1), workload="chat", pool="lumen-h100", span=days)
    clause, view = view_of()
    opinion = clause.gate(ask, view)
    assert opinion is not None
    assert (opinion.ruling, opinion.missing) == (
        Ruling.REFER, ("whether it is renewed: notice can be given by 2027-04-02",)
    )  # fmt: skip
    clause, view = view_of(more="events: [{kind: notice, clause: order-7/renewal, by: acme, date: 2027-02-01}]")
    denied = clause.gate(ask, view)
    assert denied is not None
    assert (denied.ruling, denied.why) == (Ruling.DENY, "the contract is over after 2027-06-30, and was not renewed")
    clause, view = view_of(ON_NOTICE, facts=Facts(notices=(Notice(NAME, "acme", date(2027, 2, 1)),)))
    assert clause.gate(ask, view) is None
    inside = Ask(
        "place",
        "acme",
        date(2027, 3, 1),
        workload="chat",
        pool="lumen-h100",
        span=Span(date(2027, 6, 1), date(2027, 7, 1)),
    )
    assert clause.gate(inside, view) is None


def test_its_deadlines_are_the_last_days_for_notice() -> None:
    clause, view = view_of("for: 3 months, unless_notice: 30 d")
    found = clause.deadlines(view)
    assert [one.on for one in found] == [date(2027, 6, 1), date(2027, 9, 1), date(2027, 12, 2)]
    assert {one.by for one in found} == {"acme or lumen"}
    assert found[0].words == "last day for notice, else the contract with lumen is renewed through 2027-09-30"
    assert clause.beneficiaries(view.contract) == ("acme", "lumen")


def test_a_contract_without_renewals_is_over_on_its_day() -> None:
    programme = load(text("for: 12 months, unless_notice: 90 d"))
    seen = outlook_in_plan(programme, "order-7")
    assert seen.ends == (date(2027, 7, 1), date(2028, 7, 1))
    assert seen.contract_over(programme.contracts["order-7"], date(2027, 7, 1)) is programme.contracts["order-7"]
