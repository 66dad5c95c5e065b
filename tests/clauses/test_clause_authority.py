"""`authority`, worked by hand: SoftBank answers for the finance, OpenAI for the operation."""

from __future__ import annotations

import pytest
from asking import ask, heard, ruling
from small import load, plan

from gigawatt import app
from gigawatt.broker.gate import Gate
from gigawatt.errors import ProgrammeError
from gigawatt.model.verdict import Ask
from gigawatt.planner.drafting import draft_programme

PROGRAMME = """
programme: stargate
decides: [openai, softbank, oracle]
horizon: {from: 2025-01, through: 2025-06}
parties: {openai: {}, softbank: {}, oracle: {}, mgx: {}, crusoe: {}}
workloads:
  chat: {kind: serving, owner: openai, chips: 10, unserved: 10 USD/chip-hour}
  search: {kind: serving, owner: oracle, chips: 1, unserved: 10 USD/chip-hour}
pools: {hall: {provider: crusoe, chip: h100}}
contracts:
  venture:
    buyer: openai
    seller: softbank
    status: signed
    from: 2025-01-21
    through: 2030-12-31
    clauses:
      duties: {kind: authority, decisions: {capital: [softbank], placement: [openai]},
               cite: {document: "announcement of 21 January 2025", words: "finance to one, operation to the other"}}
  hall:
    buyer: openai
    seller: crusoe
    status: signed
    from: 2025-01-21
    clauses: {rate: {kind: price, pool: hall, price: 2 USD/chip-hour}}
"""


def said(by: str, decision: str | None = None, text: str = PROGRAMME, **more: object) -> str | None:
    verb = "decide" if decision is not None else "place"
    what = {"decision": decision} if decision is not None else {"workload": "chat", "pool": "hall", **more}
    return ruling(text, "venture/duties", ask(verb, by, "2025-02-01", **{**what, **more}))


def test_authority_worked_example() -> None:
    """The words: "SoftBank has financial responsibility, OpenAI operational responsibility." A call of capital that
    SoftBank makes is its own to make; one that OpenAI makes is denied, unless SoftBank has approved it. A
    placement is OpenAI's to decide; Oracle may place once OpenAI has approved. Whether to hire is in nobody's
    hands here."""
    assert said("softbank", "capital") == "ALLOW"
    assert said("openai", "capital") == "DENY"
    assert said("openai", "capital", approvals=("softbank",)) == "ALLOW"
    assert said("openai") == "ALLOW"
    assert said("oracle") == "DENY"
    assert said("oracle", approvals=("openai",)) == "ALLOW"
    assert said("oracle", approvals=("softbank",)) == "DENY"
    assert said("openai", "hiring") is None


def test_a_refusal_says_whose_decision_it_is() -> None:
    opinion = heard(PROGRAMME, "venture/duties", ask("decide", "openai", "2025-02-01", decision="capital"))
    assert opinion is not None
    assert opinion.why == "capital is for softbank to decide; openai asks, without approval"
    verdict = Gate(load(PROGRAMME)).decide(ask("decide", "openai", "2025-02-01", decision="capital"))
    assert verdict.ruling.name == "DENY"
    assert "finance to one, operation to the other" in str(verdict.because[0])


def test_procurement_and_access_are_classes_by_their_verb() -> None:
    text = PROGRAMME.replace("placement: [openai]", "procurement: [openai], access: [softbank]")
    procure = Ask("procure", "oracle", ask("place", "x", "2025-02-01").on, provider="crusoe")
    assert ruling(text, "venture/duties", procure) == "DENY"
    assert ruling(text, "venture/duties", ask("access", "softbank", "2025-02-01", subject="books")) == "ALLOW"
    assert said("oracle", text=text) is None


CONSENT = PROGRAMME.replace("capital: [softbank]", "capital: {approvers: [softbank], consents: [openai, oracle]}")


def test_a_consent_that_is_missing_is_referred() -> None:
    opinion = heard(CONSENT, "venture/duties", ask("decide", "softbank", "2025-02-01", decision="capital"))
    assert opinion is not None
    assert opinion.ruling.name == "REFER"
    assert opinion.missing == ("the consent of openai", "the consent of oracle")
    assert said("softbank", "capital", CONSENT, approvals=("openai", "oracle")) == "ALLOW"
    assert said("openai", "capital", CONSENT, approvals=("softbank", "oracle")) == "ALLOW"
    assert said("openai", "capital", CONSENT, approvals=("oracle",)) == "DENY"


@pytest.mark.parametrize(
    ("by", "approvals", "ruled", "missing"),
    [
        ("openai", (), "REFER", ("the approval of 1 of softbank and mgx",)),
        ("crusoe", ("mgx",), "REFER", ("the approval of 1 of openai and softbank",)),
        ("crusoe", ("mgx", "openai"), "ALLOW", ()),
        ("softbank", ("mgx",), "ALLOW", ()),
        ("crusoe", (), "DENY", ()),
        ("crusoe", ("oracle",), "DENY", ()),
    ],
)
def test_so_many_of_several_approve(by: str, approvals: tuple[str, ...], ruled: str, missing: tuple[str, ...]) -> None:
    text = PROGRAMME.replace("capital: [softbank]", "capital: {approvers: [openai, softbank, mgx], least: 2}")
    opinion = heard(text, "venture/duties", ask("decide", by, "2025-02-01", decision="capital", approvals=approvals))
    assert opinion is not None
    assert (opinion.ruling.name, opinion.missing) == (ruled, missing)


def test_of_a_list_all_must_approve() -> None:
    text = PROGRAMME.replace("capital: [softbank]", "capital: [softbank, mgx]")
    opinion = heard(text, "venture/duties", ask("decide", "softbank", "2025-02-01", decision="capital"))
    assert opinion is not None
    assert (opinion.ruling.name, opinion.missing) == ("REFER", ("the approval of mgx",))
    assert said("softbank", "capital", text, approvals=("mgx",)) == "ALLOW"


def test_for_some_workloads_it_leaves_the_others_alone() -> None:
    text = PROGRAMME.replace("kind: authority", "kind: authority, for: [chat]")
    assert said("oracle", text=text) == "DENY"
    assert said("oracle", text=text, workload="search") is None
    assert said("openai", "capital", text) is None


def test_the_class_that_an_ask_names_counts_before_its_verb() -> None:
    asked = ask("place", "openai", "2025-02-01", workload="chat", pool="hall", decision="capital")
    assert ruling(PROGRAMME, "venture/duties", asked) == "DENY"


def test_it_changes_no_plan_and_posts_nothing() -> None:
    draft = draft_programme(load(PROGRAMME))
    assert "venture/duties" not in {block.by for block in (*draft.column_blocks, *draft.row_blocks)}
    assert "venture/duties" not in plan(PROGRAMME).tables["restated"]["clause"].to_list()


def test_who_is_party_to_it_is_whoever_approves_or_consents() -> None:
    contract = load(CONSENT).contracts["venture"]
    assert contract.clauses["duties"].named_parties == {"softbank", "openai", "oracle"}


def test_one_who_approves_alone_may_waive_it_and_of_several_none() -> None:
    contract = load(PROGRAMME).contracts["venture"]
    assert contract.clauses["duties"].beneficiaries(contract) == ()
    alone = load(PROGRAMME.replace(", placement: [openai]", "")).contracts["venture"]
    assert alone.clauses["duties"].beneficiaries(alone) == ("softbank",)


class TestBadInput:
    @pytest.mark.parametrize(
        ("decisions", "fault"),
        [
            ("{}", "needs at least one class of decision"),
            ("{capital: []}", "is empty; at least one is due"),
            ("{capital: [softbnk]}", "there is no party 'softbnk'; did you mean 'softbank'"),
            ("{capital: {approvers: [softbank], consents: [opnai]}}", r"consents\[0\]: there is no party 'opnai'"),
            ("{capital: {approvers: [softbank, softbank]}}", "names an approver twice"),
            ("{capital: {approvers: [softbank], least: 2}}", "2 of 1 cannot approve; give a number from 1"),
            ("{capital: {approvers: [softbank, mgx], least: 1.5}}", "1.5 of 2 cannot approve"),
            ("{capital: {approvers: [softbank], consents: [softbank]}}", "softbank is an approver already"),
            ("{capital: {approvrs: [softbank]}}", "unknown key 'approvrs'; did you mean 'approvers'"),
        ],
    )
    def test_what_cannot_be_is_told(self, decisions: str, fault: str) -> None:
        text = PROGRAMME.replace("{capital: [softbank], placement: [openai]}", decisions)
        with pytest.raises(ProgrammeError, match=fault):
            load(text)


def test_an_editor_knows_both_forms() -> None:
    definitions = app.schema()["$defs"]
    assert definitions["Authority"]["properties"]["decisions"]["additionalProperties"] == {"$ref": "#/$defs/Approval"}
    assert [form["type"] for form in definitions["Approval"]["anyOf"]] == ["array", "object"]
