"""Both times: what is in force on a day, as known on another; corrections, ends, pauses, events, overrides."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gigawatt as gw
from gigawatt.history.known import as_known
from gigawatt.history.state import changes, states
from gigawatt.history.versions import history_of
from tests.programmes import load_text

HEAD = """
programme: history
decides: openai
horizon: {from: 2025-01, through: 2027-12}
parties: {openai: {}, microsoft: {}, oracle: {}, board: {}}
workloads:
  chat: {kind: serving, chips: 10, unserved: 1 USD/chip-hour, revenue: 3 USD/chip-hour}
  api: {kind: serving, chips: 10, unserved: 1 USD/chip-hour, revenue: 3 USD/chip-hour}
"""
CONTRACT = """
contracts:
  azure:
    buyer: openai
    seller: microsoft
    status: signed
    from: 2025-01-21
    through: 2030-12-31
    clauses:
      rate: {kind: price, chip: h100, price: 2 USD/chip-hour}
      share: {kind: revenue_share, payer: openai, payee: microsoft, rate: 20 %}
      api: {kind: exclusivity, workloads: [api], cite: "2.1"}
"""
TABLE = """
    amendments:
      - {effective: 2026-01-01, recorded: 2025-10-01, amend: {share: {rate: 15 %}}}
      - {effective: 2025-01-21, recorded: 2025-12-01, correct: {share: {version: original, rate: 21 %}}}
"""


def load(amendments: str = "", more: str = "") -> gw.Programme:
    return load_text(HEAD + CONTRACT + amendments + more)


def share_on(programme: gw.Programme, on: date, known: date) -> Decimal | None:
    version = history_of(programme).in_force("azure", "share", on, known)
    return None if version is None else version.clause.rate.at(on)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("on", "known", "rate"),
    [
        (date(2025, 3, 1), date(2025, 3, 1), "0.20"),
        (date(2025, 3, 1), date(2026, 1, 1), "0.21"),
        (date(2026, 3, 1), date(2026, 1, 1), "0.15"),
        # as known before the correction, and before the amendment
        (date(2026, 3, 1), date(2025, 11, 1), "0.15"),
        (date(2026, 3, 1), date(2025, 9, 30), "0.20"),
    ],
)
def test_the_share_in_force_on_a_day_as_known_on_another(on: date, known: date, rate: str) -> None:
    assert share_on(load(TABLE), on, known) == Decimal(rate)


def test_a_late_correction_of_an_old_version_undoes_no_amendment() -> None:
    assert share_on(load(TABLE), date(2026, 6, 1), date(2027, 1, 1)) == Decimal("0.15")


def test_a_correction_is_of_the_version_that_it_names() -> None:
    text = TABLE.replace("version: original, rate: 21 %", 'version: "2026-01-01", rate: 14 %')
    programme = load(text)
    assert share_on(programme, date(2026, 3, 1), date(2026, 1, 1)) == Decimal("0.14")
    assert share_on(programme, date(2025, 3, 1), date(2026, 1, 1)) == Decimal("0.20")


def test_an_amendment_inherits_what_it_does_not_change() -> None:
    text = "    amendments: [{effective: 2026-01-01, amend: {api: {except: [oracle]}}}]\n"
    version = history_of(load(text)).in_force("azure", "api", date(2026, 3, 1), date(2026, 3, 1))
    assert version is not None
    assert version.clause.workloads == ("api",)  # type: ignore[union-attr]
    assert version.clause.except_ == ("oracle",)  # type: ignore[union-attr]


def test_the_latest_to_take_effect_wins_and_of_two_on_one_day_the_later_recorded() -> None:
    text = """
    amendments:
      - {effective: 2026-06-01, recorded: 2026-01-01, amend: {share: {rate: 10 %}}}
      - {id: second, effective: 2026-03-01, recorded: 2026-02-01, amend: {share: {rate: 12 %}}}
      - {id: third, effective: 2026-03-01, recorded: 2026-02-02, amend: {share: {rate: 13 %}}}
"""
    programme = load(text)
    late = date(2027, 1, 1)
    assert share_on(programme, date(2026, 4, 1), late) == Decimal("0.13")
    assert share_on(programme, date(2026, 7, 1), late) == Decimal("0.10")
    superseding = load(text.replace("id: third,", 'id: third, supersedes: ["2026-06-01"],'))
    assert share_on(superseding, date(2026, 7, 1), late) == Decimal("0.13")
    assert share_on(superseding, date(2026, 7, 1), date(2026, 2, 1)) == Decimal("0.10")


def test_what_has_ended_is_in_force_until_then_and_after_that_no_more() -> None:
    programme = load("    amendments: [{effective: 2026-03-01, recorded: 2026-02-01, end: [api]}]\n")
    history = history_of(programme)
    assert history.in_force("azure", "api", date(2026, 2, 28), date(2026, 2, 1)) is not None
    assert history.in_force("azure", "api", date(2026, 3, 1), date(2026, 2, 1)) is None
    assert history.in_force("azure", "api", date(2026, 3, 1), date(2026, 1, 31)) is not None


def test_a_longer_contract_is_as_long_as_was_known() -> None:
    programme = load("    amendments: [{effective: 2026-03-01, through: 2032-12-31}]\n")
    history = history_of(programme)
    assert history.in_force("azure", "share", date(2031, 6, 1), date(2026, 3, 1)) is not None
    assert history.in_force("azure", "share", date(2031, 6, 1), date(2026, 2, 1)) is None
    assert as_known(programme, date(2026, 3, 1)).contracts["azure"].until == date(2033, 1, 1)


class TestEvents:
    AMENDED = "    amendments: [{when: agi, end: [share]}]\n"

    def test_an_event_ends_a_clause_from_its_day_and_from_when_it_was_known(self) -> None:
        programme = load(self.AMENDED, "events: [{event: agi, date: 2026-06-15, recorded: 2026-07-01}]\n")
        assert share_on(programme, date(2026, 6, 14), date(2027, 1, 1)) is not None
        assert share_on(programme, date(2026, 6, 15), date(2027, 1, 1)) is None
        assert share_on(programme, date(2026, 6, 20), date(2026, 6, 30)) is not None

    def test_what_waits_for_an_event_that_nobody_knows_is_refused(self) -> None:
        with pytest.raises(gw.ProgrammeError, match="waits for 'agi', which no event is called and no clause decides"):
            load(self.AMENDED)

    def test_the_earliest_that_was_known_at_the_time_counts(self) -> None:
        events = (
            "events: [{event: agi, date: 2026-06-15, recorded: 2026-07-01},"
            " {event: agi, date: 2026-05-01, recorded: 2026-09-01}]\n"
        )
        programme = load(self.AMENDED, events)
        assert share_on(programme, date(2026, 5, 20), date(2026, 8, 1)) is not None
        assert share_on(programme, date(2026, 5, 20), date(2026, 9, 1)) is None


class TestPauses:
    def test_a_suspended_clause_is_there_and_has_no_effect(self) -> None:
        text = "    amendments: [{effective: 2026-03-01, suspend: {api: {through: 2026-05-31}}}]\n"
        programme = load(text)
        (state,) = [one for one in states(programme, date(2026, 4, 1), date(2026, 4, 1)) if one.clause == "api"]
        assert state.state == "suspended"
        clauses = as_known(programme, date(2026, 4, 1)).contracts["azure"].clauses
        assert [(name, clause.from_, clause.until) for name, clause in clauses.items() if name.startswith("api")] == [
            ("api", date(2025, 1, 21), date(2026, 3, 1)),
            ("api@2026-06-01", date(2026, 6, 1), date(2031, 1, 1)),
        ]

    def test_a_waiver_for_one_workload_leaves_the_clause_for_the_rest(self) -> None:
        text = (
            CONTRACT.replace("workloads: [api], ", "")
            + "    amendments: [{effective: 2026-03-01, waive: {api: {by: microsoft, workloads: [chat]}}}]\n"
        )
        known = as_known(load_text(HEAD + text), date(2026, 4, 1)).contracts["azure"].clauses
        assert known["api"].workloads == ()  # type: ignore[attr-defined]
        assert known["api@2026-03-01"].workloads == ("api",)  # type: ignore[attr-defined]

    def test_a_waiver_for_one_provider_excepts_it(self) -> None:
        text = "    amendments: [{effective: 2026-03-01, waive: {api: {by: microsoft, providers: [oracle]}}}]\n"
        known = as_known(load(text), date(2026, 4, 1)).contracts["azure"].clauses
        assert known["api@2026-03-01"].except_ == ("oracle",)  # type: ignore[attr-defined]


class TestAsKnown:
    def test_versions_that_differ_in_a_dated_value_are_one_clause(self) -> None:
        share = as_known(load(TABLE), date(2026, 1, 1)).contracts["azure"].clauses["share"]
        assert share.rate.points == ((date.min, Decimal("0.21")), (date(2026, 1, 1), Decimal("0.15")))  # type: ignore[attr-defined]

    def test_a_programme_without_changes_is_itself(self) -> None:
        programme = load()
        assert as_known(programme, date(2026, 1, 1)) is programme

    def test_a_contract_that_was_not_known_is_left_out(self) -> None:
        programme = load_text(HEAD + CONTRACT.replace("status: signed", "status: signed\n    recorded: 2025-06-01"))
        assert "azure" not in as_known(programme, date(2025, 5, 31)).contracts
        assert "azure" in as_known(programme, date(2025, 6, 1)).contracts

    def test_the_plan_uses_what_was_known_as_of_its_day(self) -> None:
        """10 chips earn 3.00, and 20 % of it is shared, or 15 % from 2026 on, as was known from October 2025."""

        def shared(as_of: str) -> float:
            text = HEAD.replace("decides:", f"as_of: {as_of}\ndecides:") + CONTRACT + TABLE
            cash = gw.plan(load_text(text)).cash(of="openai")
            paid = cash.filter((pl.col("by") == "azure/share") & (pl.col("month") == "2026-03"))
            return -float(paid["amount"].sum())

        earned = 20 * 24 * 31 * 3
        assert shared("2025-09-01") == pytest.approx(0.20 * earned)
        assert shared("2025-10-01") == pytest.approx(0.15 * earned)


OTHER = """
  oracle:
    buyer: openai
    seller: oracle
    status: signed
    from: 2026-01-01
    through: 2030-12-31
    clauses:
      rate: {kind: price, chip: gb200, price: 2 USD/chip-hour}
      only: {kind: exclusivity, workloads: [api]OVERRIDES, cite: "4.4"}
"""


class TestOverrides:
    def test_two_that_claim_the_same_stop_the_plan_and_both_are_quoted(self) -> None:
        programme = load(more=OTHER.replace("OVERRIDES", ""))
        with pytest.raises(gw.Contradiction) as caught:
            gw.plan(programme)
        told = str(caught.value)
        assert "azure/api: exclusivity between openai and microsoft" in told
        assert "oracle/only: exclusivity between openai and oracle" in told
        assert told.count("programme.yaml:") == 2
        assert "overrides: [oracle/only]" in told

    def test_what_is_overridden_yields_on_the_days_of_the_other(self) -> None:
        programme = load(more=OTHER.replace("OVERRIDES", ", overrides: [azure/api]"))
        known = as_known(programme, date(2026, 6, 1)).contracts["azure"].clauses
        assert known["api"].until == date(2026, 1, 1)
        assert [name for name in known if name.startswith("api")] == ["api"]

    def test_it_yields_for_the_workloads_of_the_other_alone(self) -> None:
        text = (
            HEAD + CONTRACT.replace("workloads: [api], ", "") + OTHER.replace("OVERRIDES", ", overrides: [azure/api]")
        )
        known = as_known(load_text(text), date(2026, 6, 1)).contracts["azure"].clauses
        assert known["api@2026-01-01"].workloads == ("chat",)  # type: ignore[attr-defined]

    def test_a_circle_is_refused(self) -> None:
        text = CONTRACT.replace("workloads: [api],", "workloads: [api], overrides: [oracle/only],")
        with pytest.raises(gw.ProgrammeError, match=r"overrides in a circle, so that none yields: .* over .* over"):
            load_text(HEAD + text + OTHER.replace("OVERRIDES", ", overrides: [azure/api]"))

    def test_one_that_excepts_the_other_contradicts_nothing(self) -> None:
        text = CONTRACT.replace("workloads: [api],", "workloads: [api], except: [oracle],")
        known = as_known(load_text(HEAD + text + OTHER.replace("OVERRIDES", "")), date(2026, 6, 1))
        assert "only" in known.contracts["oracle"].clauses


@pytest.mark.parametrize(
    ("amendments", "told"),
    [
        ("{effective: 2024-12-31, amend: {share: {rate: 15 %}}}", "takes effect on 2024-12-31, before"),
        ("{effective: 2026-01-01, end: [first]}", "there is no clause 'first' to end"),
        ("{effective: 2026-01-01, end: [api]}, {effective: 2026-02-01, end: [api]}", "api ended before"),
        ("{effective: 2026-01-01, correct: {share: {version: x, rate: 1 %}}}", "there is no version 'x' of share"),
        ("{effective: 2026-01-01, consents: [oracle], amend: {share: {rate: 1 %}}}", "oracle is neither a party"),
        ("{effective: 2026-01-01, consents: [openai], amend: {share: {rate: 1 %}}}", "lacks the consent of microsoft"),
        ("{effective: 2026-01-01, waive: {api: {by: openai}}}", "openai does not benefit from api"),
        ("{effective: 2026-01-01, amend: {share: {kind: price}}}", "an amendment keeps the kind of a clause"),
        ("{effective: 2026-01-01, new: {api: {kind: exclusivity}}}", "api is there already"),
        ("{effective: 2026-01-01}", "changes nothing"),
        ("{amend: {share: {rate: 1 %}}}", "takes effect on a day"),
        ("{effective: 2026-01-01, amend: {share: {rat: 1 %}}}", "unknown key 'rat'"),
        ("{effective: 2026-01-01, amend: {share: {rate: 115 %}}}", "115 % is above 100 %"),
        ("{effective: 2026-01-01, signed: 2026-01-01, recorded: 2025-12-01, end: [api]}", "was known on 2025-12-01"),
        ("{effective: 2026-01-01, supersedes: [x], end: [api]}", "there is no amendment 'x' to displace"),
        ("{effective: 2026-01-01, waive: {api: {by: microsoft, workloads: [apy]}}}", "there is no workload 'apy'"),
        ("{effective: 2026-01-01, waive: {api: {by: microsoft, providers: [orcale]}}}", "no party or pool 'orcale'"),
        ("{effective: 2025-01-21, correct: {share: {rate: 21 %}}}", "says not from when on that was known"),
    ],
)  # fmt: skip
def test_a_change_that_cannot_be_is_told_with_its_place(amendments: str, told: str) -> None:
    with pytest.raises(gw.ProgrammeError) as caught:
        load(f"    amendments: [{amendments}]\n")
    faults = [fault for fault in caught.value.faults if told in fault.message]
    assert faults, str(caught.value)
    assert all(fault.line > 0 and "amendments" in fault.path for fault in faults)


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ("contract: azur", "there is no contract 'azur'; did you mean 'azure'?"),
        ("clause: azure/shar, by: openai, kind: notice", "did you mean 'azure/share'?"),
        ("delivered: abilene", "there is no site or pool 'abilene'"),
    ],
)
def test_an_event_about_what_is_not_there_is_told_with_its_place(event: str, told: str) -> None:
    with pytest.raises(gw.ProgrammeError) as caught:
        load(more=f"events: [{{date: 2026-01-01, {event}}}]\n")
    faults = [fault for fault in caught.value.faults if told in fault.message]
    assert faults, str(caught.value)
    assert all(fault.line > 0 and fault.path.startswith("events") for fault in faults)


DAYS = st.dates(date(2025, 1, 21), date(2027, 12, 31))
CHANGE = st.tuples(DAYS, DAYS, st.integers(1, 99), st.sampled_from(["amend", "correct"]))


@given(st.lists(CHANGE, max_size=5), CHANGE, DAYS, DAYS)
@settings(max_examples=60, deadline=None)
def test_what_is_recorded_later_changes_no_earlier_answer(
    before: list[tuple[date, date, int, str]], later: tuple[date, date, int, str], on: date, known: date
) -> None:
    of = {"amend": "", "correct": "version: original, "}

    def text(changed: list[tuple[date, date, int, str]]) -> str:
        lines = [
            f"      - {{id: c{n}, effective: {effective}, recorded: {recorded},"
            f" {verb}: {{share: {{{of[verb]}rate: {rate} %}}}}}}"
            for n, (effective, recorded, rate, verb) in enumerate(changed)
        ]
        return "    amendments:\n" + "\n".join(lines) + "\n" if lines else ""

    effective, recorded, rate, verb = later
    before = sorted(before, key=lambda one: one[1])
    recorded = max(recorded, date.fromordinal(known.toordinal() + 1), *(one[1] for one in before), date.min)
    now = share_on(load(text(before)), on, known)
    assert share_on(load(text([*before, (effective, recorded, rate, verb)])), on, known) == now


def test_changes_tell_what_became_known_between_two_days_in_order() -> None:
    told = changes(load(TABLE), date(2025, 9, 1), date(2026, 1, 1))
    assert [(one.known, one.clause, one.verb) for one in told] == [
        (date(2025, 10, 1), "share", "amend"),
        (date(2025, 12, 1), "share", "correct"),
    ]


def test_what_waits_for_an_event_changes_nothing_of_what_is_written_after_it() -> None:
    text = """    amendments:
      - {when: agi, end: [share], amend: {api: {except: [oracle]}}}
      - {effective: 2026-01-01, amend: {share: {rate: 15 %}, api: {workloads: [api, chat]}}}
"""
    programme = load(text, "events: [{event: agi, date: 2027-06-01}]\n")
    assert share_on(programme, date(2026, 3, 1), date(2026, 3, 1)) == Decimal("0.15")
    assert share_on(programme, date(2027, 6, 1), date(2027, 6, 1)) is None
    api = history_of(programme).in_force("azure", "api", date(2026, 3, 1), date(2026, 3, 1))
    assert api is not None
    assert api.clause.except_ == ()  # type: ignore[union-attr]


def test_an_event_before_an_amendment_was_signed_is_none_of_its() -> None:
    text = "    amendments: [{when: agi, signed: 2026-01-01, end: [share]}]\n"
    assert share_on(load(text, "events: [{event: agi, date: 2025-12-31}]\n"), date(2026, 6, 1), date(2026, 6, 1))
    assert not share_on(load(text, "events: [{event: agi, date: 2026-01-01}]\n"), date(2026, 6, 1), date(2026, 6, 1))


def test_events_of_several_files_are_joined_with_their_places(tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text("events: [{event: two, date: 2027-02-01}, {event: bad, date: never}]\n")
    path = tmp_path / "programme.yaml"
    path.write_text(HEAD + CONTRACT + "include: more.yaml\nevents: [{event: one, date: 2027-01-01}]\n")
    with pytest.raises(gw.ProgrammeError) as caught:
        gw.load(path)
    (fault,) = caught.value.faults
    assert (fault.file.endswith("more.yaml"), fault.path) == (True, "events[2].date")
    (tmp_path / "more.yaml").write_text("events: [{event: two, date: 2027-02-01}]\n")
    assert [event.event for event in gw.load(path).events] == ["one", "two"]


def test_a_correction_of_what_waits_for_an_event_waits_with_it() -> None:
    text = """    amendments:
      - {id: at-listing, when: listing, amend: {share: {rate: 12 %}}}
      - {effective: 2026-06-01, correct: {share: {version: at-listing, rate: 11 %}}}
"""
    never = load(text, "events: [{event: listing, date: 2029-01-01, recorded: 2029-01-01}]\n")
    assert share_on(never, date(2026, 7, 1), date(2026, 7, 1)) == Decimal("0.20")
    listed = load(text, "events: [{event: listing, date: 2026-07-01}]\n")
    assert share_on(listed, date(2026, 8, 1), date(2026, 8, 1)) == Decimal("0.11")


def test_an_event_that_is_dated_anew_changes_no_answer_before_that_was_known() -> None:
    text = """    amendments:
      - {id: at-sale, when: sale, amend: {share: {rate: 12 %}}}
      - {effective: 2026-07-01, correct: {share: {version: at-sale, rate: 13 %}}}
"""
    events = "events: [{event: sale, date: 2026-06-01}, {event: sale, date: 2026-03-01, recorded: 2026-09-01}]\n"
    programme = load(text, events)
    assert share_on(programme, date(2026, 4, 1), date(2026, 8, 1)) == Decimal("0.20")
    assert share_on(programme, date(2026, 8, 1), date(2026, 8, 1)) == Decimal("0.13")
    assert share_on(programme, date(2026, 4, 1), date(2026, 9, 1)) == Decimal("0.13")


def test_a_correction_without_a_version_is_of_the_one_that_holds_and_not_of_one_that_waits() -> None:
    text = """    amendments:
      - {when: listing, amend: {share: {rate: 12 %}}}
      - {effective: 2026-06-01, correct: {share: {rate: 21 %}}}
"""
    programme = load(text, "events: [{event: listing, date: 2027-06-01}]\n")
    assert share_on(programme, date(2026, 7, 1), date(2026, 7, 1)) == Decimal("0.21")


def test_of_two_ends_of_a_contract_the_one_that_became_known_last_holds() -> None:
    text = """    amendments:
      - {when: sale, signed: 2025-06-01, through: 2026-06-30}
      - {effective: 2025-09-01, through: 2031-12-31}
"""
    history = history_of(load(text, "events: [{event: sale, date: 2026-03-01}]\n"))
    assert history.in_force("azure", "share", date(2026, 8, 1), date(2026, 2, 1)) is not None
    assert history.in_force("azure", "share", date(2026, 8, 1), date(2026, 4, 1)) is None
