"""`information_rights`, worked by hand: whoever holds too much of a competitor sees no roadmap."""

from __future__ import annotations

from decimal import Decimal

import pytest
from asking import ask, day, days, heard, ruling
from hypothesis import given, settings
from hypothesis import strategies as st
from small import load, plan

from gigawatt.broker.gate import Gate
from gigawatt.errors import ProgrammeError
from gigawatt.planner.drafting import draft_programme

PROGRAMME = """
programme: openai
decides: openai
horizon: {from: 2025-01, through: 2025-06}
parties:
  openai: {kind: lab}
  softbank: {kind: investor, stakes: {xai: {2025-03-10: 10 %, 2025-09-01: 5 %}}}
  mgx: {kind: investor, stakes: {xai: 6 %, anthropic: 1 %}}
  microsoft: {kind: cloud, stakes: {anthropic: {2025-11-18: 2 %}}}
  oracle: {kind: cloud}
  xai: {kind: lab}
  anthropic: {kind: lab}
workloads: {chat: {kind: serving, chips: 10, unserved: 10 USD/chip-hour}}
contracts:
  equity:
    buyer: openai
    seller: softbank
    status: signed
    from: 2025-01-21
    through: 2030-12-31
    clauses:
      rate: {kind: price, chip: h100, price: 2 USD/chip-hour}
      roadmap: {kind: information_rights, owner: openai, subject: [roadmap, weights], competitors: [xai, anthropic],
                stake_above: 5 %, except: [mgx], basis: policy,
                cite: {section: "7", words: "no roadmap for rivals' investors"}}
"""


def said(by: str, on: str, text: str = PROGRAMME, subject: str = "roadmap") -> str | None:
    return ruling(text, "equity/roadmap", ask("access", by, on, subject=subject))


def test_information_rights_worked_example() -> None:
    """The words: "Whoever holds more than 5 % of a competitor sees no roadmap." SoftBank buys 10 % of xAI on 10 March
    2025 and is down to 5 % on 1 September: it sees the roadmap on 9 March, not from the 10th on, and again from 1
    September on, since 5 % is not above 5 %. MGX has 6 % and is excepted by name. Microsoft's 2 % of Anthropic
    are below."""
    assert said("softbank", "2025-03-09") == "ALLOW"
    assert said("softbank", "2025-03-10") == "DENY"
    assert said("softbank", "2025-08-31") == "DENY"
    assert said("softbank", "2025-09-01") == "ALLOW"
    assert said("mgx", "2025-03-10") == "ALLOW"
    assert said("microsoft", "2025-12-01") == "ALLOW"
    assert said("oracle", "2025-12-01") == "ALLOW"


def test_a_refusal_names_the_stake_and_on_what_it_rests() -> None:
    asked = ask("access", "softbank", "2025-04-01", subject="weights")
    opinion = heard(PROGRAMME, "equity/roadmap", asked)
    assert opinion is not None
    assert opinion.why == (
        "softbank has 10 % of xai on 2025-04-01, above 5 %, and sees no weights of openai, by policy of openai"
    )
    by_contract = heard(PROGRAMME.replace(", basis: policy", ""), "equity/roadmap", asked)
    assert by_contract is not None
    assert by_contract.why.endswith(", by contract")
    verdict = Gate(load(PROGRAMME)).decide(asked)
    assert verdict.ruling.name == "DENY"
    assert "no roadmap for rivals' investors" in str(verdict.because[0])


def test_a_competitor_itself_is_refused_and_the_owner_is_not_asked() -> None:
    assert said("xai", "2025-04-01") == "DENY"
    assert said("openai", "2025-04-01") is None
    assert said("softbank", "2025-04-01", subject="prices") is None
    assert ruling(PROGRAMME, "equity/roadmap", ask("procure", "softbank", "2025-04-01", provider="xai")) is None


def test_a_stake_on_any_day_of_the_access_counts() -> None:
    until_february = ask("access", "softbank", "2025-02-01", subject="roadmap", span=days("2025-02-01", "2025-03-01"))
    until_april = ask("access", "softbank", "2025-02-01", subject="roadmap", span=days("2025-02-01", "2025-04-01"))
    assert ruling(PROGRAMME, "equity/roadmap", until_february) == "ALLOW"
    opinion = heard(PROGRAMME, "equity/roadmap", until_april)
    assert opinion is not None
    assert opinion.why.startswith("softbank has 10 % of xai on 2025-03-10, above 5 %")


def test_without_a_threshold_any_stake_counts() -> None:
    text = PROGRAMME.replace("stake_above: 5 %, ", "")
    assert said("microsoft", "2025-11-17", text) == "ALLOW"
    assert said("microsoft", "2025-11-18", text) == "DENY"


def test_who_is_not_among_the_viewers_sees_nothing() -> None:
    text = PROGRAMME.replace("competitors:", "viewers: [softbank, oracle], competitors:")
    assert said("oracle", "2025-04-01", text) == "ALLOW"
    assert said("softbank", "2025-04-01", text) == "DENY"
    opinion = heard(text, "equity/roadmap", ask("access", "microsoft", "2025-04-01", subject="roadmap"))
    assert opinion is not None
    assert opinion.why == ("microsoft sees no roadmap of openai, by policy of openai: that is for softbank and oracle")


def test_a_stake_that_grows_day_by_day_is_judged_at_its_greatest() -> None:
    growing = "{interpolate: linear, 2025-01-01: 4 %, 2025-02-01: 6 %}"
    text = PROGRAMME.replace("{2025-03-10: 10 %, 2025-09-01: 5 %}", growing)
    assert said("softbank", "2025-01-21", text) == "DENY"
    assert ruling(text.replace("from: 2025-01-21", "from: 2025-01-01"), "equity/roadmap",
                  ask("access", "softbank", "2025-01-10", subject="roadmap")) == "ALLOW"  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 20), min_size=1, max_size=6), st.integers(0, 20), st.integers(0, 40), st.integers(1, 40))
def test_it_denies_exactly_where_a_day_has_more_than_the_threshold(
    shares: list[int], above: int, first: int, count: int
) -> None:
    """Day by day, by a loop: shares that change every five days, and an access over some days."""
    from datetime import timedelta

    start = day("2025-02-01")
    stakes = ", ".join(f"{start + timedelta(days=5 * n)}: {share} %" for n, share in enumerate(shares))
    text = PROGRAMME.replace("2025-03-10: 10 %, 2025-09-01: 5 %", stakes).replace("above: 5 %", f"above: {above} %")
    begins = start + timedelta(days=first)
    span = days(str(begins), str(begins + timedelta(days=count)))
    on_each = [shares[min(n // 5, len(shares) - 1)] for n in range(first, first + count)]
    asked = ask("access", "softbank", str(begins), subject="roadmap", span=span)
    assert ruling(text, "equity/roadmap", asked) == ("DENY" if max(on_each) > above else "ALLOW")


def test_it_changes_no_plan_and_posts_nothing() -> None:
    draft = draft_programme(load(PROGRAMME))
    assert "equity/roadmap" not in {block.by for block in (*draft.column_blocks, *draft.row_blocks)}
    assert "equity/roadmap" not in plan(PROGRAMME).tables["restated"]["clause"].to_list()


def test_stakes_are_held_as_dated_shares() -> None:
    stakes = load(PROGRAMME).parties["softbank"].stakes["xai"]
    assert stakes.at(day("2025-03-09")) is None
    assert stakes.at(day("2025-03-10")) == Decimal("0.1")


class TestBadInput:
    @pytest.mark.parametrize(
        ("old", "new", "fault"),
        [
            (
                "competitors: [xai, anthropic],\n                stake_above: 5 %, ",
                "",
                "refuses nobody; say who may see it",
            ),
            ("competitors: [xai, anthropic]", "viewers: [oracle]", "is a stake in nobody; name the `competitors`"),
            (
                "competitors: [xai",
                "competitors: [openai",
                "openai, whose information it is, is no competitor of itself",
            ),
            ("competitors: [xai", "competitors: [xia", "there is no party 'xia'; did you mean 'xai'"),
            ("except: [mgx]", "except: [mgxx]", "there is no party, contract, .* 'mgxx'; did you mean 'mgx'"),
            ("stakes: {xai: 6 %", "stakes: {xaj: 6 %", r"parties\.mgx\.stakes\.xaj: there is no party 'xaj'"),
            ("xai: 6 %", "xai: 106 %", "106 % is above 100 %"),
            ("owner: openai, ", "", "`owner` is missing"),
            ("subject: [roadmap, weights]", "subject: []", "names nothing; say what may be seen"),
        ],
    )
    def test_what_cannot_be_is_told(self, old: str, new: str, fault: str) -> None:
        assert old in PROGRAMME
        with pytest.raises(ProgrammeError, match=fault):
            load(PROGRAMME.replace(old, new, 1))

    def test_only_the_owner_may_waive_it_and_nobody_the_law(self) -> None:
        for basis, may in (("policy", ("openai",)), ("law", ())):
            contract = load(PROGRAMME.replace("basis: policy", f"basis: {basis}")).contracts["equity"]
            assert contract.clauses["roadmap"].beneficiaries(contract) == may
