"""The contracts of the reference programme by questions and answers: on a day, as known on a day, each from a source.

The sources stand with the clauses in examples/stargate/contracts. A row of the first two tables names the clause that
decides; where none does any more, the clause that would have, and the amendment by which it is over.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import gigawatt as gw
from gigawatt.app import due_between, known_on
from gigawatt.broker.gate import Gate
from gigawatt.history.state import states
from gigawatt.history.versions import history_of
from gigawatt.model.facts import Facts
from gigawatt.model.offer import OfferOnRecord
from gigawatt.model.verdict import Ruling
from tests.programmes import EXAMPLES

FILE = EXAMPLES / "stargate" / "programme.yaml"
AZURE, VENTURE = "openai-microsoft", "stargate-venture"
TRAINING = "frontier-2026"


@cache
def stargate() -> gw.Programme:
    return gw.load(FILE)


@cache
def gate() -> Gate:
    return Gate(stargate())


def day(text: str) -> date:
    return date.fromisoformat(text)


def procure(provider: str, on: str, workload: str = TRAINING, known: str | None = None, **more: Any) -> gw.Ask:
    """May OpenAI contract with a provider for 100 MW of new capacity?"""
    told = {"provider": provider, "workload": workload, "power_mw": Decimal(100), **more}
    return gw.Ask("procure", "openai", day(on), day(known) if known else None, **told)


def place(workload: str, pool: str, on: str, known: str | None = None, by: str = "openai", **more: Any) -> gw.Ask:
    """May a workload run in a pool?"""
    return gw.Ask("place", by, day(on), day(known) if known else None, workload=workload, pool=pool, **more)


def see(by: str, subject: str, on: str, field: str | None = None, known: str | None = None) -> gw.Ask:
    """May a party see or use something, for some field of use?"""
    return gw.Ask("access", by, day(on), day(known) if known else None, subject=subject, field_of_use=field)


def decide(by: str, decision: str, on: str, **more: Any) -> gw.Ask:
    """May a party take a decision?"""
    return gw.Ask("decide", by, day(on), decision=decision, **more)


def over_by(clause: str, on: date, known: date) -> str | None:
    """The version of a clause by which it is over on a day; None where it is in force."""
    history, (contract_id, _, clause_id) = history_of(stargate()), clause.partition("/")
    if history.in_force(contract_id, clause_id, on, known) is not None:
        return None
    versions = [one for one in history.versions[contract_id, clause_id] if one.effective <= on and one.is_known(known)]
    return max(versions, key=lambda one: one.order).name if versions else "not yet"


ALLOW, DENY, REFER, FIRST = Ruling.ALLOW, Ruling.DENY, Ruling.REFER, Ruling.OFFER_FIRST

ASKED: list[tuple[gw.Ask, Ruling, str, str]] = [
    # --- new capacity of Oracle, and training there: Azure alone, then first refusal, then neither ---
    (procure("oracle", "2025-01-10"), DENY, f"{AZURE}/supply-by-azure-alone", "supply of frontier-2026"),
    (place(TRAINING, "abilene-gb200", "2025-01-10"), DENY, f"{AZURE}/azure-alone", "belongs to microsoft"),
    (place(TRAINING, "oci-h100", "2025-01-10"), ALLOW, f"{AZURE}/azure-alone", "oci-h100 is excepted"),
    (procure("oracle", "2025-01-10", pool="oci-h100"), ALLOW, f"{AZURE}/supply-by-azure-alone", "is excepted"),
    (place(TRAINING, "oci-h100", "2024-06-10"), DENY, f"{AZURE}/azure-alone", "belongs to microsoft"),
    (place(TRAINING, "oci-h100", "2024-12-01", "2024-06-10"), DENY, f"{AZURE}/azure-alone", "belongs to microsoft"),
    (procure("openai", "2025-01-10"), DENY, f"{AZURE}/supply-by-azure-alone", "belongs to microsoft"),
    (procure("oracle", "2025-03-01"), FIRST, f"{AZURE}/first-call", "a new need of 100 MW goes to microsoft first"),
    (place(TRAINING, "abilene-gb200", "2025-03-01"), ALLOW, f"{VENTURE}/duties", "placement is decided by openai"),
    (procure("openai", "2025-03-01"), ALLOW, f"{AZURE}/first-call", "openai builds it itself"),
    (procure("oracle", "2025-11-15", known="2025-10-27"), FIRST, f"{AZURE}/first-call", "goes to microsoft first"),
    (place(TRAINING, "abilene-gb200", "2025-11-15"), ALLOW, f"{VENTURE}/duties", "placement is decided by openai"),
    # --- CoreWeave, whose contracts fall into the days of the first refusal ---
    (procure("coreweave", "2025-03-10"), FIRST, f"{AZURE}/first-call", "goes to microsoft first"),
    (procure("coreweave", "2025-09-25"), FIRST, f"{AZURE}/first-call", "goes to microsoft first"),
    (place(TRAINING, "coreweave-gb200", "2025-12-15"), ALLOW, f"{VENTURE}/duties", "placement is decided by openai"),
    # --- the API at Amazon ---
    (place("api", "aws-gb300", "2025-06-01"), DENY, f"{AZURE}/api-on-azure", "hosting of api for openai"),
    (procure("aws", "2025-06-01", "api"), FIRST, f"{AZURE}/first-call", "goes to microsoft first"),
    (place("api", "aws-gb300", "2025-12-01"), DENY, f"{AZURE}/api-on-azure", "belongs to microsoft"),
    (place("api", "aws-gb300", "2026-03-15"), DENY, f"{AZURE}/api-on-azure", "belongs to microsoft"),
    (place("api", "aws-gb300", "2026-05-15"), ALLOW, f"{AZURE}/first-on-azure", "offered with microsoft since"),
    (place("api", "aws-gb300", "2026-05-15", "2026-04-26"), DENY, f"{AZURE}/api-on-azure", "belongs to microsoft"),
    (place("api", "azure-gb200", "2025-06-01"), ALLOW, f"{AZURE}/api-on-azure", "microsoft has it for itself"),
    (place("chatgpt", "aws-gb300", "2026-03-15"), ALLOW, f"{VENTURE}/duties", "placement is decided by openai"),
    # --- who decides ---
    (decide("oracle", "capital-call", "2025-06-01"), DENY, f"{VENTURE}/duties", "for softbank to decide"),
    (decide("softbank", "capital-call", "2025-06-01"), ALLOW, f"{VENTURE}/duties", "decided by softbank"),
    (decide("oracle", "capital-call", "2025-06-01", approvals=("softbank",)), ALLOW, f"{VENTURE}/duties", "softbank"),
    (place("chatgpt", "abilene-gb200", "2026-02-01", by="oracle"), DENY, f"{VENTURE}/duties", "for openai to decide"),
    # --- who declares AGI, in its three forms ---
    (decide("openai-board", "declaration of agi", "2025-06-01"), ALLOW, f"{AZURE}/agi", "openai-board declares agi"),
    (decide("microsoft", "declaration of agi", "2025-06-01"), DENY, f"{AZURE}/agi", "openai-board alone declares"),
    (decide("openai", "declaration of agi", "2026-01-15"), ALLOW, f"{AZURE}/agi", "it counts once"),
    (decide("agi-panel", "verification of agi", "2026-01-20"), REFER, f"{AZURE}/agi", "agi is not declared"),
    # --- what Microsoft may use, and what nobody else may ---
    (see("microsoft", "models", "2025-03-01"), ALLOW, f"{AZURE}/licence", "the exclusive licence in models"),
    (see("microsoft", "products", "2025-12-01", "consumer-hardware"), DENY, f"{AZURE}/licence", "consumer-hardware"),
    (see("microsoft", "products", "2031-06-01", "copilot", "2025-12-01"), ALLOW, f"{AZURE}/licence", "2032-12-31"),
    (see("microsoft", "research", "2031-06-01", known="2025-12-01"), DENY, f"{AZURE}/research", "2030-12-31"),
    (see("aws", "models", "2026-03-15", "resale"), DENY, f"{AZURE}/licence", "microsoft has the exclusive licence"),
    (see("microsoft", "products", "2026-05-15", "copilot"), ALLOW, f"{AZURE}/licence", "microsoft has a licence"),
    (see("microsoft", "frontier", "2026-03-15", "distribution"), DENY, "openai-aws/frontier", "aws has the exclusive"),
    # --- who sees the roadmap: a policy ---
    (see("nvidia", "roadmap", "2024-11-01"), ALLOW, "openai-investors/roadmap", "nvidia has no stake"),
    (see("nvidia", "roadmap", "2025-03-01"), DENY, "openai-investors/roadmap", "of xai on 2025-03-01"),
    (see("softbank", "roadmap", "2025-03-01"), ALLOW, "openai-investors/roadmap", "softbank has no stake"),
    (see("microsoft", "roadmap", "2026-01-15"), ALLOW, "openai-investors/roadmap", "excepted, by policy of openai"),
]


@pytest.mark.parametrize(("ask", "ruling", "clause", "why"), ASKED, ids=lambda value: _told(value))
def test_the_clause_that_decides(ask: gw.Ask, ruling: Ruling, clause: str, why: str) -> None:
    verdict = gate().decide(ask)
    assert verdict.ruling is ruling
    assert verdict.because[0].clause == clause
    assert why in verdict.because[0].why
    assert verdict.because[0].words
    assert "examples/stargate/contracts/" in verdict.because[0].place.file


def _told(value: object) -> str:
    if not isinstance(value, gw.Ask):
        return str(value.name) if isinstance(value, Ruling) else ""
    what = value.provider or value.decision or value.subject or f"{value.workload} at {value.pool}"
    return f"{value.by} {value.verb} {what} {value.on}" + (f" as known {value.known}" if value.known else "")


OPEN: list[tuple[gw.Ask, str, str]] = [
    (procure("oracle", "2025-11-15"), f"{AZURE}/first-call", "next-chapter"),
    (procure("aws", "2025-11-03"), f"{AZURE}/first-call", "next-chapter"),
    (procure("aws", "2026-05-15", "api"), f"{AZURE}/first-call", "next-chapter"),
    (procure("amd", "2026-01-15"), f"{AZURE}/first-call", "next-chapter"),
    (procure("oracle", "2025-11-15"), f"{AZURE}/supply-by-azure-alone", "first-refusal"),
    (decide("openai", "declaration of agi", "2026-06-01"), f"{AZURE}/agi", "any-cloud"),
    (decide("oracle", "capital-call", "2025-01-10"), f"{VENTURE}/duties", "not yet"),
]
"""What is open because the clause that stood against it is over, by the version named, or had not begun."""


@pytest.mark.parametrize(("ask", "clause", "version"), OPEN, ids=lambda value: _told(value))
def test_what_stood_against_it_is_over(ask: gw.Ask, clause: str, version: str) -> None:
    verdict = gate().decide(ask)
    assert verdict.because == ()
    assert verdict.ruling is (ALLOW if ask.verb in ("place", "procure") else REFER)
    assert over_by(clause, ask.on, ask.known or ask.on) == version


OFFER = OfferOnRecord("may", f"{AZURE}/first-call", day("2025-04-01"), Decimal(100), answer="declined",
                      answered=day("2025-04-20"))  # fmt: skip


@pytest.mark.parametrize(
    ("on", "offers", "ruling", "deadline"),
    [
        ("2025-04-10", (), FIRST, "2025-05-10"),
        ("2025-04-10", (OFFER,), FIRST, "2025-05-01"),
        ("2025-05-15", (OFFER,), ALLOW, None),
        # 180 days after it was declined the offer frees nothing any more, as the file assumes
        ("2025-10-17", (OFFER,), ALLOW, None),
        ("2025-10-18", (OFFER,), FIRST, "2025-11-17"),
    ],
)
def test_a_need_that_microsoft_declined_may_go_to_coreweave(
    on: str, offers: tuple[OfferOnRecord, ...], ruling: Ruling, deadline: str | None
) -> None:
    """Whether it was asked is not public: this is how it would have gone."""
    verdict = gw.may(stargate(), procure("coreweave", on), Facts(offers=offers))
    assert verdict.ruling is ruling
    assert verdict.deadline == (day(deadline) if deadline else None)


def owed(on: str, known: str) -> dict[str, tuple[str, Decimal | None, Decimal | None]]:
    """Who pays whom which share of revenue, up to which cap."""
    history, found = history_of(stargate()), {}
    for contract_id, clause_id in history.versions:
        version = history.in_force(contract_id, clause_id, day(on), day(known))
        clause: Any = version.clause if version is not None else None
        if clause is not None and clause.kind == "revenue_share":
            found[f"{contract_id}/{clause_id}"] = (
                f"{clause.payer} to {clause.payee}",
                clause.rate.at(day(on)),
                clause.cap,
            )
    return found


FIFTH = Decimal("0.2")
TO_MICROSOFT, TO_OPENAI = ("openai to microsoft", FIFTH, None), ("microsoft to openai", FIFTH, None)
CAPPED = ("openai to microsoft", FIFTH, Decimal(38 * 10**9))


@pytest.mark.parametrize(
    ("on", "known", "shares"),
    [
        ("2027-06-01", "2025-02-01", {f"{AZURE}/share": TO_MICROSOFT, f"{AZURE}/reverse": TO_OPENAI}),
        ("2027-06-01", "2026-03-01", {f"{AZURE}/share": TO_MICROSOFT, f"{AZURE}/reverse": TO_OPENAI}),
        ("2027-06-01", "2026-05-01", {f"{AZURE}/share": CAPPED}),
        ("2026-04-26", "2026-05-01", {f"{AZURE}/share": TO_MICROSOFT, f"{AZURE}/reverse": TO_OPENAI}),
        ("2030-12-31", "2026-05-01", {f"{AZURE}/share": CAPPED}),
        ("2031-01-01", "2026-05-01", {}),
    ],
)
def test_who_is_owed_a_share_of_revenue(on: str, known: str, shares: dict[str, Any]) -> None:
    assert owed(on, known) == shares


STATES = [
    ("2024-12-31", {"azure-alone", "supply-by-azure-alone"}, 20, None, "openai-board"),
    ("2025-01-21", {"first-call"}, 20, None, "openai-board"),
    ("2025-10-28", set(), 20, None, "openai"),
    ("2026-02-27", set(), 20, None, "openai"),
    ("2026-04-27", set(), 20, 38, None),
]
"""By the first day of a state: what holds new capacity, the share in percent, its cap in billions, who declares AGI."""


@pytest.mark.parametrize(("on", "holds", "percent", "cap", "declares"), STATES, ids=[row[0] for row in STATES])
def test_the_five_states_of_openai_and_microsoft(
    on: str, holds: set[str], percent: int, cap: int | None, declares: str | None
) -> None:
    history, at = history_of(stargate()), day(on)
    names = [clause_id for contract_id, clause_id in history.versions if contract_id == AZURE]
    found = {name: history.in_force(AZURE, name, at, at) for name in names}
    clauses: dict[str, Any] = {name: one.clause for name, one in found.items() if one is not None}
    assert {name for name in ("azure-alone", "supply-by-azure-alone", "first-call") if name in clauses} == holds
    assert clauses["share"].rate.at(at) == Decimal(percent) / 100
    assert clauses["share"].cap == (cap and Decimal(cap * 10**9))
    assert (clauses["agi"].declares if "agi" in clauses else None) == declares
    assert ("api-on-azure" in clauses) == (on < "2026-04-27")
    assert ("reverse" in clauses) == (on < "2026-04-27")
    assert ("commit-250" in clauses) == (on >= "2025-10-28")
    assert clauses["licence"].exclusive == (on < "2026-04-27")


def test_each_version_has_its_day_and_its_citation() -> None:
    for (contract_id, _), versions in history_of(stargate()).versions.items():
        for version in versions if contract_id == AZURE else ():
            assert version.cite is not None
            assert version.known_from >= date(2023, 1, 23)
            assert stargate().places.key(version.path).file.endswith("contracts/openai-microsoft.yaml")


# --- AGI ---

DECLARED = "{event: agi, kind: declaration, date: %s, by: %s}"
VERIFIED = "{event: agi, kind: verification, date: %s, by: agi-panel}"


@pytest.fixture(scope="module")
def with_events(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., gw.Programme]:
    """The reference programme with events on record, which includes it."""

    def load(*events: str) -> gw.Programme:
        path = tmp_path_factory.mktemp("events") / "programme.yaml"
        path.write_text(f"include: [{FILE}]\nevents: [{', '.join(events)}]\n", encoding="utf-8")
        return gw.load(path)

    return load


def in_force(programme: gw.Programme, on: date, known: date) -> set[str]:
    """The clauses of OpenAI and Microsoft that are in force on a day."""
    return {one.clause for one in states(programme, on, known) if one.contract == AZURE and one.state == "in force"}


def changed(programme: gw.Programme, on: str, known: str) -> tuple[set[str], set[str]]:
    """What ends, and what begins, on a day."""
    before, after = (
        in_force(programme, day(on) - timedelta(days=1), day(known)),
        in_force(programme, day(on), day(known)),
    )
    return before - after, after - before


def test_by_the_terms_of_2023_the_board_declares_and_has_what_comes_after(with_events: Any) -> None:
    programme = with_events(DECLARED % ("2025-06-01", "openai-board"))
    assert changed(programme, "2025-06-01", "2025-06-01") == (set(), {"control-of-technology"})
    later = gw.may(programme, see("microsoft", "post-agi-models", "2025-06-02"))
    assert (later.ruling, later.because[0].clause) == (DENY, f"{AZURE}/later-technology")
    assert "ended with agi on 2025-06-01" in later.because[0].why
    assert gw.may(programme, see("microsoft", "models", "2025-06-02")).ruling is ALLOW
    control = gw.may(programme, decide("openai", "technology", "2025-06-02"))
    assert (control.ruling, control.because[0].clause) == (DENY, f"{AZURE}/control-of-technology")
    assert gw.may(programme, decide("openai-board", "technology", "2025-06-02")).ruling is ALLOW
    assert changed(programme, "2025-06-01", "2025-05-31") == (set(), set())


def test_by_the_terms_of_october_2025_nothing_ends_until_the_panel_verifies(with_events: Any) -> None:
    programme = with_events(DECLARED % ("2026-01-15", "openai"))
    assert changed(programme, "2026-01-15", "2026-03-01") == (set(), set())
    assert gw.may(programme, decide("agi-panel", "verification of agi", "2026-01-20")).ruling is ALLOW
    assert gw.may(programme, see("microsoft", "research", "2026-01-20")).ruling is ALLOW


def test_by_the_terms_of_october_2025_the_shares_and_what_is_exclusive_end_once_it_is_verified(
    with_events: Any,
) -> None:
    programme = with_events(DECLARED % ("2026-01-15", "openai"), VERIFIED % "2026-02-10")
    assert changed(programme, "2026-01-15", "2026-03-01") == (set(), set())
    assert changed(programme, "2026-02-10", "2026-03-01") == ({"share", "reverse", "api-on-azure"}, set())
    assert changed(programme, "2026-02-10", "2026-02-09") == (set(), set())
    research = gw.may(programme, see("microsoft", "research", "2026-02-11"))
    assert (research.ruling, research.because[0].clause) == (DENY, f"{AZURE}/research")
    assert gw.may(programme, see("microsoft", "post-agi-models", "2026-02-11", "copilot")).ruling is ALLOW
    assert gw.may(programme, see("aws", "models", "2026-02-11", "resale")).because == ()
    api = gw.may(programme, place("api", "aws-gb300", "2026-02-11"))
    assert (api.ruling, api.because[0].clause) == (ALLOW, f"{VENTURE}/duties")


def test_by_the_terms_of_april_2026_nothing_ends(with_events: Any) -> None:
    """Declared in June 2026; or declared in time and verified only after the amendment of 27 April."""
    for declared, verified in (("2026-06-01", "2026-07-01"), ("2026-04-20", "2026-07-01")):
        programme = with_events(DECLARED % (declared, "openai"), VERIFIED % verified)
        for on in (declared, verified):
            assert changed(programme, on, "2027-01-01") == (set(), set())
            assert in_force(programme, day(on), day("2027-01-01")) == in_force(stargate(), day(on), day("2027-01-01"))
        assert gw.may(programme, see("microsoft", "research", "2026-07-02")).ruling is ALLOW
        assert over_by(f"{AZURE}/agi", day(verified), day(verified)) == "any-cloud"


# --- the other contracts, as known over time ---


@pytest.mark.parametrize(
    ("clause", "on", "known", "word"),
    [
        ("openai-oracle/commit", "2028-01-01", "2025-08-01", "not known"),
        ("openai-oracle/commit", "2028-01-01", "2025-09-10", "in force"),
        ("openai-oracle/commit", "2026-12-31", "2025-09-10", "not yet"),
        ("openai-coreweave/gb200-more", "2026-01-01", "2025-05-14", "not known"),
        ("openai-coreweave/gb200-more", "2026-01-01", "2025-05-15", "in force"),
        ("openai-aws/gb300", "2026-06-01", "2025-11-02", "not known"),
        ("openai-aws/gb300", "2026-06-01", "2025-11-03", "in force"),
        ("openai-aws/trainium3", "2027-06-01", "2026-02-26", "not known"),
        ("openai-aws/trainium3", "2027-06-01", "2026-02-27", "in force"),
        ("openai-amd/warrant", "2025-10-05", "2025-10-05", "not known"),
        ("openai-amd/warrant", "2025-10-05", "2025-10-06", "in force"),
        ("openai-broadcom/chips", "2027-01-01", "2025-10-13", "in force"),
        ("openai-cerebras/wafers", "2026-05-01", "2026-01-13", "not known"),
        ("openai-cerebras/wafers", "2026-05-01", "2026-01-14", "in force"),
        ("oracle-vantage/port-washington", "2029-01-01", "2025-10-21", "not known"),
        ("oracle-vantage/port-washington", "2029-01-01", "2025-10-22", "in force"),
        ("abilene-lease/premises", "2026-01-01", "2024-10-15", "in force"),
        ("nvidia-letter/vera-rubin", "2025-12-01", "2025-12-01", "does not bind"),
        ("nvidia-letter/vera-rubin", "2026-03-01", "2026-02-26", "does not bind"),
        ("nvidia-letter/vera-rubin", "2026-03-01", "2026-02-27", "ended"),
        ("mgx-equity/equity", "2026-01-01", "2025-01-21", "does not bind"),
        ("stargate-capital/capital", "2026-01-01", "2025-01-20", "not known"),
    ],
)
def test_what_a_clause_is_on_a_day_as_known_on_another(clause: str, on: str, known: str, word: str) -> None:
    (found,) = [one for one in states(stargate(), day(on), day(known)) if f"{one.contract}/{one.clause}" == clause]
    assert found.state == word


def test_the_letter_of_intent_never_binds() -> None:
    for known in ("2025-09-22", "2026-01-01", "2027-01-01"):
        assert stargate().contracts["nvidia-letter"].status == "loi"
        verdict = gw.may(stargate(), procure("nvidia", known, known=known))
        assert "nvidia-letter/vera-rubin" not in {reason.clause for reason in verdict.because}


def test_the_start_at_denton_moved_by_sixty_days_once_openai_had_agreed() -> None:
    """30,000 chips due on 1 October 2025; 60 days later is 30 November. The lots that follow keep their days."""
    history = history_of(stargate())
    before: Any = history.in_force("openai-coreweave", "gb200", day("2025-10-15"), day("2025-11-09"))
    assert (before.name, before.clause.shifts, before.clause.chips.at(day("2025-10-01"))) == ("original", (), 30_000)
    found = due_between(stargate(), day("2025-09-01"), day("2026-06-30"), known=day("2025-11-10"))
    days = [str(one.deadline.on) for one in found if one.clause == "openai-coreweave/gb200"]
    assert days == ["2025-11-30", "2026-01-01", "2026-04-01"]


def test_the_warrant_is_of_160_million_shares_and_the_last_of_them_ask_for_600_dollars() -> None:
    warrant: Any = stargate().contracts["openai-amd"].clauses["warrant"]
    assert sum(part.shares for part in warrant.vests) == 160_000_000
    assert [part.power_mw for part in warrant.vests] == [1000, 2000, 3000, 4000, 5000, 6000]
    assert warrant.vests[-1].share_price == 600
    assert (warrant.issuer, warrant.holder, warrant.exercise_price) == ("amd", "openai", Decimal("0.01"))


# --- the plan of January 2025 ---

AFTER_JANUARY_2025 = {"nvidia-letter", "oracle-vantage", "openai-coreweave", "openai-aws", "aws-equity", "openai-amd",
                      "openai-broadcom", "openai-cerebras"}  # fmt: skip


def test_the_plan_of_january_2025_knows_the_terms_of_that_month_alone() -> None:
    known = known_on(stargate())
    assert stargate().as_of == date(2025, 1, 31)
    assert stargate().contracts.keys() - known.contracts.keys() == AFTER_JANUARY_2025
    azure: Any = known.contracts[AZURE].clauses
    assert azure["first-call"].from_ == date(2025, 1, 21)
    for name in ("first-call", "api-on-azure", "share", "reverse"):
        assert azure[name].until in (None, date(2031, 1, 1))
    assert known.contracts[AZURE].until == date(2031, 1, 1)
    assert azure["share"].cap is None
    assert "commit-250" not in azure
    assert "commit" not in known.contracts["openai-oracle"].clauses


def test_every_later_contract_that_the_plan_may_choose_is_an_offer_it_can_still_sign() -> None:
    known = known_on(stargate())
    for name, contract in known.contracts.items():
        if contract.status == "signed":
            assert contract.signed_on is not None
            assert contract.signed_on <= stargate().as_of, name
        if contract.status == "offer":
            assert contract.sign_by is not None
            assert contract.sign_by > stargate().as_of, name


@pytest.mark.parametrize(
    "path", sorted((EXAMPLES / "stargate" / "contracts").glob("*.yaml")), ids=lambda path: path.stem
)
def test_a_file_of_contracts_is_included_and_says_what_it_holds(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert f"contracts/{path.name}" in FILE.read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=../../programme.schema.json\n# ")
