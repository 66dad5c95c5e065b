"""`termination`, worked by hand: a contract is ended early, by notice, for a fee."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from small import between, load, money, paid, plan, solved

import gigawatt as gw
from gigawatt.model.clause import Clause
from gigawatt.model.facts import Delivered, Facts, Notice
from gigawatt.model.verdict import Ask, ClauseView, Opinion, Ruling
from gigawatt.planner.drafting import draft_programme
from gigawatt.planner.restating import facts_of, restated, settle
from gigawatt.values.span import Span

HEAD = """
programme: acme
decides: DECIDES
horizon: {from: 2027-01, through: 2027-12}
finance: {discount: 0 %/year}
parties: {acme: {}, lumen: {}, fjord: {}}
workloads: {chat: {kind: serving, chips: {2027-01: 10, 2027-04: 0}, unserved: 5 USD/chip-hour}}
MORE
contracts:
  order-7: {buyer: acme, seller: lumen, STATUS, from: 2026-07-01, through: 2027-12-31, clauses: {
    gpus: {kind: reservation, chip: h100, chips: 10, price: 2 USD/chip-hour},
    out: {kind: termination, OUT}}}
"""
SIGNED = "status: signed"
HALF = "notice: 60 d, option: true, fee: 50 %"
NAME = "order-7/out"


def text(out: str = HALF, status: str = SIGNED, more: str = "", decides: str = "acme") -> str:
    told = HEAD.replace("OUT", out).replace("STATUS", status).replace("MORE", more)
    return told.replace("DECIDES", decides)


def test_termination_worked_example() -> None:
    """The words: "Customer may end the Order for convenience by sixty days' notice, against half of the monthly fees
    of the months that are left." Nothing is wanted from April on.

    January to March are 2,160 h x 10 x 2.00 = 43,200. Ended on 1 April nine months are left, at the 14,880 of March:
    66,960. Together 110,160; on 1 July 86,880 + half of 6 x 14,400 = 130,080; to the end 8,760 x 20 = 175,200. So it is
    ended on 1 April, by notice on 31 January, and saves 65,040.
    """
    answer = plan(text())
    assert paid(answer, "order-7/gpus") == money(m2027_01=14_880, m2027_02=13_440, m2027_03=14_880)
    assert paid(answer, NAME) == money(m2027_03=66_960)
    assert between(answer, NAME) == {("acme", "lumen", "termination fee")}
    (row,) = answer.tables["renewals"].rows(named=True)
    assert (row["what"], row["chosen"], row["silent"]) == ("end", True, False)
    assert (row["since"], row["last_day"]) == (date(2027, 4, 1), date(2027, 1, 31))
    assert row["better_by"] == pytest.approx(65_040)
    (line,) = [line for line in gw.summary(answer).split("\n") if line.startswith("  end order-7")]
    assert "saves 65,040; give notice" in line
    assert line.endswith("2027-01-31")


READY = tuple(Delivered("order-7/gpus", "lumen-h100", f"2027-0{m}", Decimal(7440)) for m in (2, 3, 4))


def bill(out: str, *notices: Notice, of: str = NAME) -> dict[str, int]:
    facts = Facts(signed=frozenset({"order-7"}), deliveries=READY, notices=notices)
    postings = settle(draft_programme(load(text(out))), facts)
    return {one.month: one.amount_minor for one in postings if one.by == of}


def test_the_fee_is_billed_on_the_fact_of_a_notice() -> None:
    """Notice on 14 February ends it after 14 April: 8 months to 15 December and 17 days of the 31 to 15 January are
    left. 14,880 of March x 1/2 x (8 + 17/31) = 63,600, in April. In April the fee is for half of the month's hours."""
    notice = Notice(NAME, "acme", date(2027, 2, 14))
    assert bill(HALF, notice) == {"2027-04": 63_600_00}
    assert bill(HALF) == {}
    assert bill("notice: 60 d, fee: 500000 USD", notice) == {"2027-04": 500_000_00}
    assert bill("notice: 60 d", notice) == {}
    assert bill(HALF, Notice(NAME, "lumen", date(2027, 2, 14))) == {}


def test_a_notice_may_name_a_later_day_and_no_earlier_one() -> None:
    later = Notice(NAME, "acme", date(2027, 1, 2), until=date(2027, 5, 1))
    assert bill(HALF, later) == {"2027-04": 7_440 * 8 * 100}
    sooner = Notice(NAME, "acme", date(2027, 2, 14), until=date(2027, 3, 1))
    assert bill(HALF, sooner) == {"2027-04": 63_600_00}


def test_of_two_notices_the_one_that_ends_it_first_counts() -> None:
    first, second = Notice(NAME, "acme", date(2027, 2, 14)), Notice(NAME, "acme", date(2027, 3, 1))
    assert bill(HALF, second, first) == {"2027-04": 63_600_00}


def test_a_seller_that_ends_it_pays_the_buyer() -> None:
    out = "notice: 60 d, by: [acme, lumen], fee: 9000 USD"
    facts = Facts(signed=frozenset({"order-7"}), notices=(Notice(NAME, "lumen", date(2027, 2, 1)),))
    (one,) = settle(draft_programme(load(text(out))), facts)
    assert (one.payer, one.payee, one.amount_minor, one.month) == ("lumen", "acme", 900_000, "2027-04")


def test_a_fee_above_what_is_left_keeps_the_contract() -> None:
    answer = plan(text("notice: 60 d, option: true, fee: 200000 USD"))
    assert sum(paid(answer, "order-7/gpus").values()) == 175_200
    assert paid(answer, NAME) == {}
    (row,) = answer.tables["renewals"].rows(named=True)
    assert (row["chosen"], row["since"], row["last_day"]) == (False, None, None)
    assert row["better_by"] == pytest.approx(-(43_200 + 200_000 - 175_200))
    assert "do not end order-7" in gw.summary(answer)


@pytest.mark.parametrize(
    ("more", "days"), [("as_of: 2027-01-31", ["2027-04-01"]), ("as_of: 2027-02-01", ["2027-07-01"])]
)
def test_it_is_ended_no_sooner_than_notice_allows(more: str, days: list[str]) -> None:
    answer = plan(text(more=more))
    assert [str(day) for day in answer.tables["renewals"]["since"]] == days


def test_notice_is_given_on_days_of_the_clause() -> None:
    """Sixty days before 1 October are 2 August; a clause from 1 August on is in time for that, and not for July's."""
    answer = plan(text(f"{HALF}, from: 2027-08-01"))
    assert answer.tables["renewals"]["since"].to_list() == [date(2027, 10, 1)]


@pytest.mark.parametrize(("out", "ended"), [("notice: 60 d", False), (f"{HALF}, by: lumen", False), (HALF, True)])
def test_a_plan_ends_it_only_where_that_is_its_option(out: str, ended: bool) -> None:
    assert (plan(text(out)).tables["renewals"].height == 1) == ended


def test_a_notice_on_record_ends_it_for_the_plan_too() -> None:
    """Notice on 2 December: over after 30 January. 13 and 14,880 at 30 of 31 days; 11 months and a day are left."""
    more = "events: [{kind: notice, clause: order-7/out, by: acme, date: 2026-12-02}]"
    draft, x = solved(text("notice: 60 d, fee: 1000 USD", more=more))
    frame = {row["clause"]: row for row in restated(draft, x).iter_rows(named=True)}
    assert frame["order-7/gpus"]["planned"] == frame["order-7/gpus"]["restated"] == 30 * 24 * 10 * 2
    assert frame[NAME]["planned"] == frame[NAME]["restated"] == 1000
    assert facts_of(draft, x).notices == (Notice(NAME, "acme", date(2026, 12, 2)),)


def test_an_offer_may_be_ended_once_it_is_signed() -> None:
    answer = plan(text(status="status: offer, sign_by: 2026-12-01"))
    assert answer.tables["offers"]["signed"].to_list() == [False]
    assert answer.tables["renewals"]["chosen"].to_list() == [False]
    cheap = plan(text("option: true", status="status: offer, sign_by: 2026-12-01"))
    assert cheap.tables["offers"]["signed"].to_list() == [True]
    assert sum(paid(cheap, "order-7/gpus").values()) == 43_200


RENEWED = "    renewal: {kind: renewal, for: 6 months, unless_notice: 30 d},\n    out:"


def test_what_is_left_is_counted_to_the_end_that_the_contract_would_have() -> None:
    """A renewal to 30 June 2028 is not counted: it is over on 31 December, nine months after March.

    Over after 15 March, renewed to 15 September and ended on 1 July: two months and 15 of 30 days are left, at half of
    the 14,400 of June: 18,000, where July to 15 September are 36,960.
    """
    answer = plan(text().replace("    out:", RENEWED))
    assert paid(answer, NAME) == money(m2027_03=66_960)
    short = text().replace("    out:", RENEWED).replace("through: 2027-12-31", "through: 2027-03-15")
    answer = plan(short.replace("2027-04: 0", "2027-07: 0"))
    assert paid(answer, NAME) == money(m2027_06=18_000)
    chosen = {(row["what"], row["since"]): row["chosen"] for row in answer.tables["renewals"].rows(named=True)}
    assert chosen == {
        ("renew", date(2027, 3, 16)): True, ("renew", date(2027, 9, 16)): False, ("end", date(2027, 7, 1)): True
    }  # fmt: skip


def test_only_the_fees_of_the_clauses_that_are_named_count() -> None:
    """Half of a second clause's 7,440 of March for nine months: 33,480."""
    second = "    more: {kind: reservation, chip: h200, chips: 5, price: 2 USD/chip-hour},\n    out:"
    answer = plan(text(f"{HALF}, clauses: [more]").replace("    out:", second))
    assert paid(answer, NAME) == money(m2027_03=33_480)


@pytest.mark.parametrize(
    ("out", "message"),
    [
        ("ground: breach, option: true", "whether there is breach is no choice of a plan"),
        ("by: fjord", "fjord is no party to the contract between acme and lumen"),
        ("fee: 120 %", "120 % is above 100 %"),
        ("fee: -3 USD", "negative"),
        ("clauses: [cpus]", "there is no clause 'cpus'"),
        ("ground: boredom", "boredom|Input should be"),
    ],
)
def test_bad_input_is_told(out: str, message: str) -> None:
    with pytest.raises(gw.ProgrammeError, match=message):
        load(text(out))


def test_a_share_of_what_is_left_needs_a_last_day() -> None:
    with pytest.raises(gw.ProgrammeError, match="the contract has no last day; give it `through`"):
        load(text().replace(", through: 2027-12-31", ""))


def gate(ask: Ask, out: str, more: str = "", facts: Facts | None = None) -> Opinion | None:
    programme = load(text(out, more=more))
    contract = programme.contracts["order-7"]
    clause: Clause = contract.clauses["out"]
    days = Span(date(2026, 7, 1), date(2028, 1, 1))
    return clause.gate(ask, ClauseView(programme, contract, "order-7", "out", days, facts or Facts()))


def end(by: str = "acme", subject: str | None = None) -> Ask:
    return Ask("decide", by, date(2027, 2, 14), contract="order-7", decision="termination", subject=subject)


def test_the_gate_says_when_it_would_be_over_and_for_what() -> None:
    allowed = gate(end(), HALF)
    assert allowed is not None
    assert allowed.ruling is Ruling.ALLOW
    assert allowed.why == (
        "by notice on 2027-02-14 the contract is over after 2027-04-14, for 50 % of the fees of the months left"
    )
    stranger = gate(end("lumen"), HALF)
    assert stranger is not None
    assert (stranger.ruling, stranger.why) == (Ruling.DENY, "is for acme to end, and lumen asks")
    other = gate(end(subject="breach"), HALF)
    assert other is not None
    assert (other.ruling, other.why) == (Ruling.DENY, "ends it for convenience, and not for breach")
    assert gate(Ask("decide", "acme", date(2027, 2, 14), contract="order-7", decision="capital"), HALF) is None


def test_a_ground_must_be_on_record() -> None:
    ground = "ground: change_of_control, notice: 30 d, by: [acme, lumen]"
    lacking = gate(end(), ground)
    assert lacking is not None
    assert (lacking.ruling, lacking.missing) == (Ruling.REFER, ("that there is change of control, on record",))
    event = "events: [{kind: control, contract: order-7, by: lumen, date: 2027-02-01}]"
    there = gate(end(), ground, event)
    assert there is not None
    assert there.ruling is Ruling.ALLOW
    late = gate(end(), ground, event.replace("2027-02-01", "2027-03-01"))
    assert late is not None
    assert late.ruling is Ruling.REFER


def test_nothing_is_placed_on_what_a_notice_has_ended() -> None:
    days = Span(date(2027, 4, 1), date(2027, 5, 1))
    ask = Ask("place", "acme", date(2027, 3, 1), workload="chat", pool="lumen-h100", span=days)
    assert gate(ask, HALF) is None
    denied = gate(ask, HALF, facts=Facts(notices=(Notice(NAME, "acme", date(2027, 2, 14)),)))
    assert denied is not None
    assert (denied.ruling, denied.why) == (Ruling.DENY, "the contract is over after 2027-04-14, by notice")
