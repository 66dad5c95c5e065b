"""`ip_rights`, worked by hand: who may use what, for what, until when, and what it costs."""

from __future__ import annotations

from fractions import Fraction

import pytest
from asking import ask, day, days, heard, ruling
from small import between, load, paid, plan
from test_postings import book_of

from gigawatt.broker.gate import Gate
from gigawatt.errors import Contradiction, ProgrammeError
from gigawatt.history.known import as_known
from gigawatt.model.facts import Facts
from gigawatt.model.posting import Posting
from gigawatt.model.verdict import ClauseView

HEAD = """
programme: openai
decides: openai
horizon: {from: 2027-01, through: 2027-06}
finance: {discount: 0 %/year}
parties: {openai: {}, microsoft: {}, google: {}, board: {}, panel: {}}
workloads: {chat: {kind: serving, chips: 10, unserved: 10 USD/chip-hour}}
"""
CONTRACT = """
contracts:
  azure: {buyer: openai, seller: microsoft, status: %s, from: 2023-01-23, through: 2032-12-31, clauses: {
    rate: {kind: price, chip: h100, price: 2 USD/chip-hour},
    agi: {kind: determination, event: agi, declares: board, panel: [panel]},
    %s}}
"""
SIGNED, OFFER = "signed", "offer, sign_by: 2026-12-01"
MODELS = "models: {kind: ip_rights, licensee: microsoft, subject: [models, products], not_for: [consumer hardware]}"
RESEARCH = (
    "research: {kind: ip_rights, licensee: microsoft, subject: research, expires: 2030-12-31, expires_with: agi, "
    'cite: "research until the panel verifies or 2030"}'
)


def programme(*clauses: str, status: str = SIGNED, more: str = "") -> str:
    return HEAD + CONTRACT % (status, ",\n    ".join(clauses)) + more


def amounts(postings: list[Posting]) -> list[tuple[str, str, str, str, int]]:
    return [(one.month, one.payer, one.payee, one.what, one.amount_minor) for one in postings]


FEE = (
    "licence: {kind: ip_rights, licensee: microsoft, subject: models, expires: 2027-04-10, from: 2027-01-16, "
    "fee: {2026-01: 3.1e6 USD/month, 2027-03: 36e6 USD/year}, once: {amount: 5e6 USD, due: 2027-02-15}}"
)
ENDS = """
events:
  - {event: agi, kind: declaration, by: board, date: 2026-03-01, recorded: 2026-03-02}
  - {event: agi, kind: verification, by: panel, date: 2026-06-15, recorded: 2026-06-20}
"""


def test_ip_rights_worked_example_of_the_fee() -> None:
    """The words: "The licensee pays 3.1 million a month, from March 2027 on 36 million a year, and 5 million on 15
    February; the licence runs from 16 January through 10 April." Of January's 31 days 16: 3.1 x 16/31 = 1.6
    million. February 3.1, and 5 once. March a twelfth of 36: 3.0. Of April's 30 days 10: 1.0. Microsoft, the
    seller, is the licensee and pays."""
    text = programme(FEE)
    clause, book = book_of(text, "azure/licence")
    between_them = ("microsoft", "openai")
    assert amounts(clause.post(book, Facts())) == [
        ("2027-01", *between_them, "licence fee", 160_000_000),
        ("2027-02", *between_them, "licence fee", 310_000_000),
        ("2027-03", *between_them, "licence fee", 300_000_000),
        ("2027-04", *between_them, "licence fee", 100_000_000),
        ("2027-02", *between_them, "licence fee, once", 500_000_000),
    ]
    answer = plan(text)
    assert [int(one) for one in paid(answer, "azure/licence").values()] == [1_600_000, 8_100_000, 3_000_000, 1_000_000]
    assert between(answer, "azure/licence") == {
        ("microsoft", "openai", "licence fee"),
        ("microsoft", "openai", "licence fee, once"),
    }
    row = next(row for row in answer.tables["restated"].iter_rows(named=True) if row["clause"] == "azure/licence")
    assert (row["planned"], row["difference"], row["fit"]) == (13_700_000, 0, "exact")


def test_ip_rights_worked_example_of_access() -> None:
    """The words of October 2025: "Microsoft has rights in models and products through 2032, also after AGI; in research
    until the panel verifies AGI or through 2030, whichever is first; consumer hardware is left out." AGI is declared on
    1 March 2026 and verified on 15 June: research is open on 14 June and shut on the 15th, models stay open."""
    text = programme(MODELS, RESEARCH, more=ENDS)

    def said(subject: str, on: str, field: str = "search") -> str | None:
        clause = "research" if subject == "research" else "models"
        asked = ask("access", "microsoft", on, subject=subject, field_of_use=field, known="2027-01-01")
        return ruling(text, f"azure/{clause}", asked)

    assert said("models", "2025-11-15") == said("products", "2032-12-31") == "ALLOW"
    assert said("models", "2027-01-15", "consumer hardware") == "DENY"
    assert said("research", "2026-06-14") == "ALLOW"
    assert said("research", "2026-06-15") == "DENY"
    asked = ask("access", "microsoft", "2026-07-01", subject="research")
    heard_ = heard(text, "azure/research", asked)
    assert heard_ is not None
    assert heard_.why == "the licence of microsoft in research ended with agi on 2026-06-15"


def test_what_was_known_on_the_day_decides() -> None:
    """The verification of 15 June was recorded on the 20th: asked on the 17th, as known then, research is open."""
    text = programme(RESEARCH, more=ENDS)
    assert ruling(text, "azure/research", ask("access", "microsoft", "2026-06-17", subject="research")) == "ALLOW"
    late = ask("access", "microsoft", "2026-06-17", known="2026-06-20", subject="research")
    assert ruling(text, "azure/research", late) == "DENY"


def test_without_the_event_it_ends_on_its_day() -> None:
    text = programme(RESEARCH)
    assert ruling(text, "azure/research", ask("access", "microsoft", "2030-12-31", subject="research")) == "ALLOW"
    said = heard(text, "azure/research", ask("access", "microsoft", "2031-01-01", subject="research"))
    assert said is not None
    assert (said.ruling.name, said.why) == ("DENY", "the licence of microsoft in research runs through 2030-12-31")


def test_days_beyond_the_licence_are_not_covered() -> None:
    span = days("2030-12-01", "2031-02-01")
    asked = ask("access", "microsoft", "2030-12-01", subject="research", span=span)
    assert ruling(programme(RESEARCH), "azure/research", asked) == "DENY"


def test_a_use_that_is_not_told_is_referred_where_uses_differ() -> None:
    said = heard(programme(MODELS), "azure/models", ask("access", "microsoft", subject="models"))
    assert said is not None
    assert (said.ruling.name, said.missing) == ("REFER", ("the field of use",))
    stated = "models: {kind: ip_rights, licensee: microsoft, subject: models, field_of_use: [search, office]}"
    for field, ruled in (("search", "ALLOW"), ("cars", "DENY")):
        asked = ask("access", "microsoft", subject="models", field_of_use=field)
        assert ruling(programme(stated), "azure/models", asked) == ruled


def test_others_are_denied_by_an_exclusive_licence_alone() -> None:
    exclusive = (
        "models: {kind: ip_rights, licensee: microsoft, subject: models, exclusive: true, field_of_use: [search]}"
    )
    asked = ask("access", "google", subject="models", field_of_use="search")
    assert ruling(programme(exclusive), "azure/models", asked) == "DENY"
    assert ruling(programme(MODELS), "azure/models", asked) is None
    other = ask("access", "google", subject="models", field_of_use="cars")
    assert ruling(programme(exclusive), "azure/models", other) is None
    own = ask("access", "openai", subject="models", field_of_use="search")
    assert ruling(programme(exclusive), "azure/models", own) is None
    assert ruling(programme(exclusive), "azure/models", ask("access", "microsoft", subject="weights")) is None
    assert ruling(programme(exclusive), "azure/models", ask("place", "microsoft", workload="chat", pool="x")) is None


def test_an_exclusive_licence_that_has_run_out_keeps_nobody_out() -> None:
    text = programme("m: {kind: ip_rights, licensee: microsoft, subject: models, exclusive: true, expires: 2026-12-31}")
    assert ruling(text, "azure/m", ask("access", "google", "2026-12-31", subject="models")) == "DENY"
    assert ruling(text, "azure/m", ask("access", "google", "2027-01-01", subject="models")) is None


def test_two_exclusive_licences_in_one_thing_contradict_each_other() -> None:
    one = "one: {kind: ip_rights, licensee: microsoft, subject: models, exclusive: true%s}"
    two = "two: {kind: ip_rights, licensee: google, licensor: openai, subject: models, exclusive: true%s}"
    text = programme(one % "", two % "")
    verdict = Gate(load(text)).decide(ask("access", "microsoft", subject="models"))
    assert verdict.ruling.name == "REFER"
    assert verdict.missing == ("azure/one and azure/two contradict each other, and neither overrides the other",)
    with pytest.raises(Contradiction, match="azure/one"):
        as_known(load(text), day("2027-01-01"))
    apart = load(programme(one % ", field_of_use: [search]", two % ", field_of_use: [cars]"))
    asked = ask("access", "google", subject="models", field_of_use="cars")
    assert Gate(apart).decide(asked).ruling.name == "ALLOW"


def test_a_licence_that_overrides_a_policy_opens_what_it_closes() -> None:
    """The policy shows the roadmap to nobody else; the licence overrides it for its licensee, and while it runs."""
    closed = "closed: {kind: information_rights, owner: openai, subject: research, viewers: [board], basis: policy}"
    text = programme(RESEARCH.replace("expires:", "overrides: [azure/closed], expires:"), closed)
    gate = Gate(load(text))
    assert gate.decide(ask("access", "microsoft", subject="research")).ruling.name == "ALLOW"
    assert gate.decide(ask("access", "google", subject="research")).ruling.name == "DENY"
    assert gate.decide(ask("access", "microsoft", "2031-02-01", subject="research")).ruling.name == "DENY"


def test_the_fee_ends_with_the_event() -> None:
    """AGI is verified on 11 February 2027: of February's 28 days 10 are licensed, 2.8 x 10/28 = 1.0 million."""
    fee = "r: {kind: ip_rights, licensee: microsoft, subject: research, expires_with: agi, fee: 2.8e6 USD/month}"
    text = programme(fee, more=ENDS.replace("2026-06-15", "2027-02-11").replace("2026-06-20", "2026-12-20"))
    clause, book = book_of(text, "azure/r")
    assert [(one[0], one[4]) for one in amounts(clause.post(book, Facts()))] == [
        ("2027-01", 280_000_000),
        ("2027-02", 100_000_000),
    ]
    assert [int(one) for one in paid(plan(text), "azure/r").values()] == [2_800_000, 1_000_000]


def test_the_fee_of_an_offer_is_due_where_it_is_signed() -> None:
    """Chat is worth 10 an hour and rents for 2: 10 chips save 10 x 8 x 4,344 hours = 347,520 in the half year. A fee of
    50,000 a month, 300,000 in all, is worth it, one of 60,000 is not."""
    fee = "l: {kind: ip_rights, licensee: openai, subject: tools, fee: %s USD/month}"
    cheap = plan(programme(fee % "50000", status=OFFER))
    assert sum(paid(cheap, "azure/l").values()) == 300_000
    dear = plan(programme(fee % "60000", status=OFFER))
    assert paid(dear, "azure/l") == {}


def test_a_single_fee_is_posted_once_however_often_the_clause_is_amended() -> None:
    amended = "    amendments: [{effective: 2027-03-01, recorded: 2026-12-01, amend: {licence: {exclusive: true}}}]\n"
    block = """
contracts:
  azure:
    buyer: openai
    seller: microsoft
    status: signed
    from: 2023-01-23
    clauses:
      rate: {kind: price, chip: h100, price: 2 USD/chip-hour}
      licence: {kind: ip_rights, licensee: microsoft, subject: models, once: {amount: 5e6 USD, due: 2027-02-15}}
"""
    told = as_known(load(HEAD + block + amended), day("2027-01-01"))
    clauses = told.contracts["azure"].clauses
    assert list(clauses) == ["rate", "licence", "licence@2027-03-01"]
    text = HEAD + block
    posted = []
    for clause in (clauses["licence"], clauses["licence@2027-03-01"]):
        _, book = book_of(text, "azure/licence")
        posted += clause.post(
            type(book)(told, clause, "licence", told.contracts["azure"], "azure", book.months), Facts()
        )
    assert [(one.month, Fraction(one.amount_minor)) for one in posted] == [("2027-02", 500_000_000)]


def test_its_end_and_its_single_fee_fall_due() -> None:
    whole = load(programme(FEE))
    contract = whole.contracts["azure"]
    view = ClauseView(whole, contract, "azure", "licence", days("2027-01-16", "2032-12-31"), Facts())
    found = [(str(one.on), one.what, one.by, one.amount) for one in contract.clauses["licence"].deadlines(view)]
    assert found == [("2027-04-10", "expiry", "microsoft", None), ("2027-02-15", "payment", "microsoft", 5_000_000)]


class TestBadInput:
    @pytest.mark.parametrize(
        ("clause", "fault"),
        [
            ("licensee: microsoft, licensor: microsoft, subject: models", "microsoft needs no licence of itself"),
            ("licensee: google, subject: models", "google is no party of the contract, so that nobody can say whose"),
            ("licensee: gogle, subject: models", "there is no party 'gogle'; did you mean 'google'"),
            (
                "licensee: microsoft, subject: models, field_of_use: [cars], not_for: cars",
                "cars is among `field_of_use`",
            ),
            (
                "licensee: microsoft, subject: models, expires_with: agy",
                "no event on record is called 'agy', and no clause",
            ),
            ("licensee: microsoft, subject: []", "names nothing; say what may be used"),
            (
                "licensee: microsoft, subject: models, expires: 2027-01-31, once: {amount: 5 USD, due: 2027-02-15}",
                "2027-02-15 is no day of the licence, which runs from 2023-01-23 through 2027-01-31; move the day",
            ),
        ],
    )
    def test_what_cannot_be_is_told(self, clause: str, fault: str) -> None:
        with pytest.raises(ProgrammeError, match=fault):
            load(programme(f"l: {{kind: ip_rights, {clause}}}"))

    def test_only_the_licensee_may_give_it_up(self) -> None:
        contract = load(programme(MODELS)).contracts["azure"]
        assert contract.clauses["models"].beneficiaries(contract) == ("microsoft",)
