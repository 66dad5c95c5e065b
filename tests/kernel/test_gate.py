"""The gate: what the contracts in force say to an ask; every verdict names its clauses, their words and their place."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import gigawatt as gw
from gigawatt.broker.gate import Gate
from gigawatt.model.facts import Facts
from gigawatt.model.offer import OfferOnRecord, after_business_days
from gigawatt.model.verdict import Ask, Ruling
from gigawatt.values.span import Span
from tests.programmes import load_text

TEXT = """
programme: gate
decides: openai
horizon: {from: 2025-01, through: 2027-12}
parties: {openai: {}, microsoft: {}, oracle: {}, aws: {}, crusoe: {}}
pools: {oracle-gb200: {provider: oracle, chip: gb200}, aws-h100: {provider: aws, chip: h100}}
workloads:
  train: {kind: serving, chips: 10, unserved: 1 USD/chip-hour}
  api: {kind: serving, chips: 10, unserved: 1 USD/chip-hour}
contracts:
  azure:
    buyer: openai
    seller: microsoft
    status: signed
    from: 2025-01-21
    through: 2030-12-31
    clauses:
      rate: {kind: price, chip: h100, price: 2 USD/chip-hour}
      first: {kind: first_refusal, respond_within: 30 d, tail: 60 d, except: [own_build, crusoe], TERMS
        cite: {document: statement of January 2025, section: "3", words: new capacity is offered to Microsoft first}}
      only-api: {kind: exclusivity, workloads: [api], cite: "2.1"}
    amendments:
      - {effective: 2025-10-28, recorded: 2025-10-28, end: [first]}
"""
JUNE = date(2025, 6, 1)


def gate(terms: str = "", *offers: OfferOnRecord) -> Gate:
    return Gate(load_text(TEXT.replace("TERMS", terms)), Facts(offers=offers))


NEED = Ask("procure", "openai", JUNE, workload="train", provider="oracle", power_mw=Decimal(100))
OFFER = OfferOnRecord("n1", "azure/first", date(2025, 4, 1), Decimal(150))


class TestFirstRefusal:
    def test_new_capacity_elsewhere_is_offered_to_the_holder_first_by_the_end_of_the_last_day(self) -> None:
        verdict = gate().decide(NEED)
        assert verdict.ruling is Ruling.OFFER_FIRST
        assert verdict.holder == "microsoft"
        assert verdict.deadline == date(2025, 7, 1)
        assert verdict.answers == "acceptance, or a refusal; silence waives"
        (reason,) = verdict.because
        assert reason.clause == "azure/first"
        assert reason.words == "new capacity is offered to Microsoft first"
        assert reason.place.line == 19

    @pytest.mark.parametrize(
        "ask",
        [
            replace(NEED, provider="microsoft"),
            replace(NEED, by="oracle"),
            replace(NEED, on=date(2025, 10, 28)),
            replace(NEED, on=date(2025, 1, 20)),
            Ask("place", "openai", JUNE, workload="train", pool="oracle-gb200"),
        ],
        ids=["of the holder", "by another", "once it has ended", "before it began", "placement"],
    )
    def test_it_is_silent_on(self, ask: Ask) -> None:
        assert gate().decide(ask).because == ()

    def test_it_had_not_ended_as_was_known_before(self) -> None:
        ask = replace(NEED, on=date(2025, 11, 15), known=date(2025, 10, 27))
        assert gate().decide(ask).ruling is Ruling.OFFER_FIRST
        assert gate().decide(replace(ask, known=None)).ruling is Ruling.ALLOW

    @pytest.mark.parametrize("ask", [replace(NEED, provider="crusoe"), replace(NEED, provider="openai")])
    def test_what_it_excepts_is_allowed_and_told(self, ask: Ask) -> None:
        verdict = gate().decide(ask)
        assert verdict.ruling is Ruling.ALLOW
        assert "excepts" in verdict.because[0].why

    @pytest.mark.parametrize(
        ("offer", "ruling"),
        [
            # open: opened on 15 May, to be answered by the end of 14 June
            (replace(OFFER, opened=date(2025, 5, 15)), Ruling.OFFER_FIRST),
            # lapsed on 2 May, free for 60 days
            (OFFER, Ruling.ALLOW),
            # lapsed long ago: the tail is over
            (replace(OFFER, opened=date(2025, 2, 1)), Ruling.OFFER_FIRST),
            (replace(OFFER, answer="declined", answered=date(2025, 4, 20)), Ruling.ALLOW),
            (replace(OFFER, answer="accepted", answered=date(2025, 4, 20)), Ruling.DENY),
            # a holder that must take all and takes a part is passed
            (replace(OFFER, answer="accepted", answered=date(2025, 4, 20), accepted_mw=Decimal(51)), Ruling.ALLOW),
            # an answer after the deadline is none
            (replace(OFFER, answer="accepted", answered=date(2025, 5, 20)), Ruling.ALLOW),
            # of another need, or too small
            (replace(OFFER, workload="api"), Ruling.OFFER_FIRST),
            (replace(OFFER, power_mw=Decimal(99)), Ruling.OFFER_FIRST),
            (replace(OFFER, clause="azure/second"), Ruling.OFFER_FIRST),
            (replace(OFFER, opened=date(2025, 6, 2)), Ruling.OFFER_FIRST),
        ],
    )
    def test_the_offers_on_record_decide(self, offer: OfferOnRecord, ruling: Ruling) -> None:
        assert gate("", offer).decide(NEED).ruling is ruling

    @pytest.mark.parametrize(("accepted", "ruling"), [(50, Ruling.ALLOW), (51, Ruling.DENY)])
    def test_of_what_may_be_taken_in_part_the_rest_is_free(self, accepted: int, ruling: Ruling) -> None:
        offer = replace(OFFER, answer="accepted", answered=date(2025, 4, 20), accepted_mw=Decimal(accepted))
        assert gate("partial: true,", offer).decide(NEED).ruling is ruling

    def test_what_was_taken_stands_against_a_need_no_longer_than_the_tail(self) -> None:
        offer = replace(OFFER, opened=date(2025, 2, 1), answer="accepted", answered=date(2025, 2, 10))
        assert gate("", offer).decide(NEED).ruling is Ruling.OFFER_FIRST

    def test_an_answer_that_was_not_known_yet_frees_nothing(self) -> None:
        offer = replace(OFFER, opened=date(2025, 5, 15), answer="declined", answered=date(2025, 5, 20))
        assert gate("", offer).decide(NEED).ruling is Ruling.ALLOW
        assert gate("", offer).decide(replace(NEED, known=date(2025, 5, 19))).ruling is Ruling.OFFER_FIRST

    def test_a_refusal_that_sets_no_time_waits_for_an_answer(self) -> None:
        text = TEXT.replace("TERMS", "").replace("respond_within: 30 d, ", "")
        verdict = gw.may(load_text(text), NEED)
        assert (verdict.ruling, verdict.deadline) == (Ruling.OFFER_FIRST, None)

    def test_only_the_holder_s_consent_counts(self) -> None:
        text = TEXT.replace("TERMS", "").replace("except: [own_build, crusoe]", "except: [consented]")
        assert gw.may(load_text(text), replace(NEED, approvals=("oracle",))).ruling is Ruling.OFFER_FIRST
        assert gw.may(load_text(text), replace(NEED, approvals=("microsoft",))).ruling is Ruling.ALLOW

    def test_terms_that_one_side_lacks_are_referred(self) -> None:
        assert gate("", OFFER).decide(replace(NEED, price_per_chip_hour=Decimal(9))).ruling is Ruling.REFER
        dated = replace(OFFER, span=Span(date(2025, 6, 1), date(2025, 7, 1)))
        assert gate("", dated).decide(NEED).missing == ("the days of the need, to hold against those of offer n1",)

    def test_the_tail_is_sixty_days_and_no_more(self) -> None:
        """Free from 2 May: 60 days later is 1 July."""
        assert gate("", OFFER).decide(replace(NEED, on=date(2025, 7, 1))).ruling is Ruling.ALLOW
        assert gate("", OFFER).decide(replace(NEED, on=date(2025, 7, 2))).ruling is Ruling.OFFER_FIRST

    def test_better_terms_for_the_third_party_reopen_it_and_unknown_ones_are_referred(self) -> None:
        priced = gate("", replace(OFFER, price_per_chip_hour=Decimal("2.50")))
        assert priced.decide(replace(NEED, price_per_chip_hour=Decimal("2.50"))).ruling is Ruling.ALLOW
        assert priced.decide(replace(NEED, price_per_chip_hour=Decimal("2.51"))).ruling is Ruling.OFFER_FIRST
        verdict = priced.decide(NEED)
        assert verdict.ruling is Ruling.REFER
        assert verdict.missing == ("the price of oracle, to hold against offer n1",)

    def test_a_need_for_longer_than_was_offered_is_another_need(self) -> None:
        offer = replace(OFFER, span=Span(date(2025, 7, 1), date(2027, 1, 1)))
        within = replace(NEED, span=Span(date(2025, 7, 1), date(2026, 7, 1)))
        longer = replace(NEED, span=Span(date(2025, 7, 1), date(2027, 1, 2)))
        assert gate("", offer).decide(within).ruling is Ruling.ALLOW
        assert gate("", offer).decide(longer).ruling is Ruling.OFFER_FIRST

    def test_silence_may_accept(self) -> None:
        assert gate("silence: accepts,", OFFER).decide(NEED).ruling is Ruling.DENY

    def test_a_refusal_of_a_third_party_s_offer_needs_that_offer(self) -> None:
        terms = "trigger: third_party_offer,"
        assert gate(terms).decide(NEED).ruling is Ruling.REFER
        assert gate(terms).decide(replace(NEED, price_per_chip_hour=Decimal(2))).ruling is Ruling.OFFER_FIRST

    def test_a_need_without_a_size_is_referred(self) -> None:
        verdict = gate().decide(replace(NEED, power_mw=None))
        assert verdict.ruling is Ruling.REFER
        assert verdict.missing == ("the MW, or the chips and their pool",)

    def test_chips_are_counted_by_their_power(self) -> None:
        """h100: 1.02 kW of IT load a chip, or whatever the catalogue has; 99 MW were offered."""
        programme = load_text(TEXT.replace("TERMS", ""))
        kw = programme.chips["h100"].it_power_kw
        assert kw is not None
        just = int(Decimal(150) * 1000 / kw)
        ask = replace(NEED, provider="aws", pool="aws-h100", power_mw=None)
        assert gate("", OFFER).decide(replace(ask, chips=Decimal(just))).ruling is Ruling.ALLOW
        assert gate("", OFFER).decide(replace(ask, chips=Decimal(just + 1))).ruling is Ruling.OFFER_FIRST

    def test_business_days_leave_out_weekends_and_holidays(self) -> None:
        """From Friday 30 May 2025: 2 June, not the 3rd (a holiday), the 4th and the 5th; too late on the 6th."""
        assert after_business_days(date(2025, 5, 30), 3, [date(2025, 6, 3)]) == date(2025, 6, 6)
        verdict = gate("business_days: true, holidays: [2025-06-03],").decide(replace(NEED, on=date(2025, 5, 30)))
        assert verdict.deadline == date(2025, 7, 14)  # 30 business days: six weeks, and one more for the holiday


class TestExclusivity:
    def test_placement_elsewhere_is_denied_and_at_the_holder_allowed(self) -> None:
        ask = Ask("place", "openai", JUNE, workload="api", pool="aws-h100")
        verdict = gate().decide(ask)
        assert verdict.ruling is Ruling.DENY
        assert verdict.because[0].why == "hosting of api for openai belongs to microsoft"
        assert gate().decide(replace(ask, pool="microsoft-h100")).ruling is Ruling.ALLOW
        assert gate().decide(replace(ask, workload="train")).because == ()

    def test_it_binds_the_last_day_and_not_the_next(self) -> None:
        ask = Ask("place", "openai", date(2030, 12, 31), workload="api", pool="aws-h100")
        assert gate().decide(ask).ruling is Ruling.DENY
        assert gate().decide(replace(ask, on=date(2031, 1, 1))).ruling is Ruling.ALLOW

    def test_a_placement_that_reaches_into_its_days_is_denied(self) -> None:
        span = Span(date(2025, 1, 1), date(2025, 1, 22))
        ask = Ask("place", "openai", date(2025, 1, 1), workload="api", pool="aws-h100", span=span)
        assert gate().decide(ask).ruling is Ruling.DENY
        assert gate().decide(replace(ask, span=Span(span.start, date(2025, 1, 21)))).ruling is Ruling.ALLOW


TWO = """
  rival:
    buyer: openai
    seller: oracle
    status: signed
    from: 2025-01-21
    clauses: {only: {kind: exclusivity, workloads: [api]OVER, cite: "9"}}
"""


class TestTogether:
    def test_two_that_contradict_are_referred_and_both_named(self) -> None:
        programme = load_text(TEXT.replace("TERMS", "") + TWO.replace("OVER", ""))
        ask = Ask("place", "openai", JUNE, workload="api", pool="aws-h100")
        verdict = gw.may(programme, ask)
        assert verdict.ruling is Ruling.REFER
        assert {reason.clause for reason in verdict.because} == {"azure/only-api", "rival/only"}
        assert "neither overrides" in verdict.missing[0]

    def test_what_is_overridden_falls_silent(self) -> None:
        programme = load_text(TEXT.replace("TERMS", "") + TWO.replace("OVER", ", overrides: [azure/only-api]"))
        at_oracle = Ask("place", "openai", JUNE, workload="api", pool="oracle-gb200")
        verdict = gw.may(programme, at_oracle)
        assert (verdict.ruling, [reason.clause for reason in verdict.because]) == (Ruling.ALLOW, ["rival/only"])
        assert gw.may(programme, replace(at_oracle, pool="microsoft-h100")).ruling is Ruling.DENY

    def test_each_clause_of_a_long_placement_is_heard_on_its_own_days(self) -> None:
        """Oracle's alone from July 2025: at oracle it is denied in June, and the whole of June and July with it."""
        second = TWO.replace("OVER", ", overrides: [azure/only-api]").replace("from: 2025-01-21", "from: 2025-07-01")
        programme = load_text(TEXT.replace("TERMS", "") + second)
        span = Span(date(2025, 6, 1), date(2025, 8, 1))
        ask = Ask("place", "openai", JUNE, workload="api", pool="oracle-gb200", span=span)
        assert gw.may(programme, ask).ruling is Ruling.DENY
        assert gw.may(programme, replace(ask, span=Span(date(2025, 7, 1), span.until))).ruling is Ruling.ALLOW

    def test_what_is_overridden_silences_nobody(self) -> None:
        third = TWO.replace("rival", "top").replace("seller: oracle", "seller: aws")
        programme = load_text(
            TEXT.replace("TERMS", "")
            + TWO.replace("OVER", ", overrides: [azure/only-api]")
            + third.replace("OVER", ", overrides: [rival/only, azure/only-api]")
        )
        assert gw.may(programme, Ask("place", "openai", JUNE, workload="api", pool="aws-h100")).ruling is Ruling.ALLOW
        assert (
            gw.may(programme, Ask("place", "openai", JUNE, workload="api", pool="oracle-gb200")).ruling is Ruling.DENY
        )

    def test_a_clause_that_fails_denies_and_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked = gate()

        def broken(self: object, ask: Ask, view: object) -> None:
            raise ZeroDivisionError("no days")

        monkeypatch.setattr(type(asked.programme.contracts["azure"].clauses["only-api"]), "gate", broken)
        verdict = asked.decide(Ask("place", "openai", JUNE, workload="train", pool="aws-h100"))
        assert verdict.ruling is Ruling.DENY
        assert "could not be read" in verdict.because[0].why

    def test_an_offer_that_is_not_signed_says_nothing(self) -> None:
        text = TEXT.replace("TERMS", "").replace("status: signed", "status: offer\n    sign_by: 2026-01-01")
        assert gw.may(load_text(text), NEED).because == ()

    def test_a_waiver_silences_it_for_what_is_waived(self) -> None:
        waiver = "      - {effective: 2025-05-01, waive: {first: {by: microsoft, providers: [oracle]}}}\n"
        programme = load_text(TEXT.replace("TERMS", "").replace("    amendments:\n", f"    amendments:\n{waiver}"))
        assert gw.may(programme, NEED).ruling is Ruling.ALLOW
        assert gw.may(programme, replace(NEED, provider="aws")).ruling is Ruling.OFFER_FIRST
        assert gw.may(programme, replace(NEED, on=date(2025, 4, 30))).ruling is Ruling.OFFER_FIRST

    @pytest.mark.parametrize(
        ("ask", "told"),
        [
            (replace(NEED, by="openia"), "no party 'openia'; did you mean 'openai'"),
            (replace(NEED, workload="trian"), "no workload 'trian'; did you mean 'train'"),
            (replace(NEED, pool="aws"), "no pool 'aws'"),
        ],
    )
    def test_an_ask_about_what_is_not_there_is_an_error(self, ask: Ask, told: str) -> None:
        with pytest.raises(gw.GigawattError, match=told):
            gate().decide(ask)

    def test_the_same_ask_has_the_same_verdict(self, tmp_path: Path) -> None:
        asked = gate("", OFFER)
        assert asked.decide(NEED) == asked.decide(NEED)


class TestWhoAndWhere:
    def test_one_who_contracts_for_a_workload_of_the_buyers_is_bound_as_the_buyer_is(self) -> None:
        for_openai = replace(NEED, by="crusoe")
        assert gate().decide(for_openai).ruling is Ruling.OFFER_FIRST
        assert gate().decide(replace(for_openai, workload=None)).ruling is Ruling.ALLOW

    def test_a_pool_of_another_than_the_provider_is_an_error(self) -> None:
        with pytest.raises(gw.GigawattError, match="pool aws-h100 is of aws, and not of oracle"):
            gate().decide(Ask("place", "openai", JUNE, workload="train", pool="aws-h100", provider="oracle"))

    def test_a_waiver_for_a_provider_holds_for_its_pools_where_only_the_pool_is_named(self) -> None:
        text = TEXT.replace("TERMS", "") + (
            "      - {effective: 2025-03-01, recorded: 2025-10-29,\n"
            "         waive: {only-api: {by: microsoft, providers: [aws]}}}\n"
        )
        waived, asked = Gate(load_text(text)), Ask("place", "openai", JUNE, date(2025, 11, 1), "api", "aws-h100")
        assert waived.decide(asked).ruling is Ruling.ALLOW
        assert waived.decide(replace(asked, pool="oracle-gb200")).ruling is Ruling.DENY

    def test_an_offer_that_was_made_near_the_end_of_days_stays_open(self) -> None:
        late = replace(OFFER, opened=date(9999, 11, 20))
        text = TEXT.replace("TERMS", "").replace("through: 2030-12-31", "through: 9999-11-30").replace("30 d", "60 d")
        text = text.partition("    amendments:")[0]
        verdict = Gate(load_text(text), Facts(offers=(late,))).decide(replace(NEED, on=date(9999, 11, 25)))
        assert verdict.ruling is Ruling.OFFER_FIRST
        assert verdict.deadline == date(9999, 12, 30)


class TestAnOverrideByWhatSaysNothing:
    """An exclusivity yields to a price that overrides it, in a plan and at the gate alike."""

    TEXT = TEXT.replace("TERMS", "").replace(
        "contracts:\n",
        "contracts:\n"
        "  aws: {buyer: openai, seller: aws, status: signed, from: 2025-06-01, through: 2026-05-31, clauses: {\n"
        "    rate: {kind: price, chip: h100, price: 1 USD/chip-hour, FOR overrides: [azure/only-api]}}}\n",
    )

    @pytest.mark.parametrize(
        ("on", "of", "ruling"),
        [
            (date(2025, 5, 31), "", Ruling.DENY),
            (date(2025, 6, 1), "", Ruling.ALLOW),
            (date(2025, 6, 1), "for: [train],", Ruling.DENY),
            (date(2025, 6, 1), "for: [api],", Ruling.ALLOW),
            (date(2026, 6, 1), "", Ruling.DENY),
        ],
    )
    def test_silences_on_its_days_and_for_its_workloads(self, on: date, of: str, ruling: Ruling) -> None:
        asked = Ask("place", "openai", on, workload="api", pool="aws-h100")
        assert Gate(load_text(self.TEXT.replace("FOR", of))).decide(asked).ruling is ruling
