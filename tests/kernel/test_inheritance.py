"""What a version inherits: of amendments out of the order of their effect, of displaced ones, of corrections."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

import gigawatt as gw
from gigawatt.history.state import changes
from gigawatt.history.versions import ALL_IS_KNOWN, history_of
from tests.kernel.test_history import load

K = ALL_IS_KNOWN


def amended(*lines: str) -> gw.Programme:
    return load("    amendments:\n" + "".join(f"      - {line}\n" for line in lines))


def share(programme: gw.Programme, on: date, known: date = K) -> tuple[Decimal | None, tuple[str, ...]] | None:
    """The rate of the share on a day, and the workloads from which it is due."""
    version = history_of(programme).in_force("azure", "share", on, known)
    clause = version.clause if version is not None else None
    return (clause.rate.at(on), clause.streams) if clause is not None else None  # type: ignore[attr-defined]


LATER_FIRST = (
    "{id: a, effective: 2027-01-01, recorded: 2025-06-01, amend: {share: {rate: 10 %}}}",
    "{id: b, effective: 2026-01-01, recorded: 2025-09-01, amend: {share: {streams: [chat]}}}",
)


class TestAnAmendmentThatTakesEffectBeforeAnEarlierOne:
    def test_inherits_nothing_of_what_takes_effect_later(self) -> None:
        assert share(amended(*LATER_FIRST), date(2026, 6, 1)) == (Decimal("0.20"), ("chat",))

    def test_is_carried_to_the_later_one_but_for_what_that_states_itself(self) -> None:
        assert share(amended(*LATER_FIRST), date(2027, 6, 1)) == (Decimal("0.10"), ("chat",))
        both = (LATER_FIRST[0], LATER_FIRST[1].replace("streams: [chat]", "streams: [chat], rate: 12 %"))
        assert share(amended(*both), date(2026, 6, 1)) == (Decimal("0.12"), ("chat",))
        assert share(amended(*both), date(2027, 6, 1)) == (Decimal("0.10"), ("chat",))

    def test_is_carried_from_the_day_on_which_it_was_known_and_not_before(self) -> None:
        programme = amended(*LATER_FIRST)
        assert share(programme, date(2027, 6, 1), date(2025, 8, 31)) == (Decimal("0.10"), ())
        assert share(programme, date(2027, 6, 1), date(2025, 9, 1)) == (Decimal("0.10"), ("chat",))

    def test_cannot_end_what_the_later_one_amends(self) -> None:
        with pytest.raises(gw.ProgrammeError, match=r"leaves nothing of share for 'a' to amend from 2027-01-01 on"):
            amended(LATER_FIRST[0], "{effective: 2026-01-01, recorded: 2025-09-01, end: [share]}")

    def test_may_end_it_when_it_displaces_the_later_one(self) -> None:
        programme = amended(
            LATER_FIRST[0], "{effective: 2026-01-01, recorded: 2025-09-01, supersedes: [a], end: [share]}"
        )
        assert share(programme, date(2027, 6, 1)) is None
        assert share(programme, date(2027, 6, 1), date(2025, 8, 1)) == (Decimal("0.10"), ())


class TestWhatIsDisplaced:
    CHAIN = (
        "{id: a, effective: 2025-06-01, amend: {share: {rate: 10 %}}, suspend: {api: {}}, through: 2028-12-31}",
        "{id: b, effective: 2025-09-01, amend: {share: {streams: [chat]}}}",
        "{id: c, effective: 2025-12-01, supersedes: [a], amend: {rate: {price: 3 USD/chip-hour}}}",
    )

    def test_is_inherited_by_nobody_any_more(self) -> None:
        programme = amended(*self.CHAIN)
        assert share(programme, date(2026, 6, 1), date(2025, 11, 30)) == (Decimal("0.10"), ("chat",))
        assert share(programme, date(2026, 6, 1)) == (Decimal("0.20"), ("chat",))

    def test_takes_its_suspensions_with_it(self) -> None:
        history = history_of(amended(*self.CHAIN))
        assert any(one.suspended for one in history.held("azure", "api", date(2025, 11, 30)))
        assert not any(one.suspended for one in history.held("azure", "api", K))

    def test_takes_the_end_that_it_gave_the_contract_with_it(self) -> None:
        history = history_of(amended(*self.CHAIN))
        assert history.until("azure", date(2025, 5, 31)) == date(2031, 1, 1)
        assert history.until("azure", date(2025, 11, 30)) == date(2029, 1, 1)
        assert history.until("azure", date(2025, 12, 1)) == date(2031, 1, 1)

    def test_is_no_correction(self) -> None:
        with pytest.raises(gw.ProgrammeError, match="corrects the record, and is displaced by another correction"):
            amended(
                "{id: a, effective: 2025-01-21, recorded: 2025-06-01, correct: {share: {rate: 21 %}}}",
                "{effective: 2025-12-01, supersedes: [a], amend: {share: {rate: 1 %}}}",
            )


class TestACorrection:
    def test_is_inherited_by_what_is_made_after_it_and_by_nothing_made_before(self) -> None:
        programme = amended(
            "{id: a, effective: 2026-01-01, recorded: 2025-03-01, amend: {share: {streams: [chat]}}}",
            "{effective: 2025-01-21, recorded: 2025-06-01, correct: {share: {version: original, rate: 21 %}}}",
        )
        assert share(programme, date(2026, 6, 1)) == (Decimal("0.20"), ("chat",))
        after = amended(
            "{effective: 2025-01-21, recorded: 2025-06-01, correct: {share: {version: original, rate: 21 %}}}",
            "{id: a, effective: 2026-01-01, recorded: 2025-07-01, amend: {share: {streams: [chat]}}}",
        )
        assert share(after, date(2026, 6, 1)) == (Decimal("0.21"), ("chat",))

    def test_stays_when_an_earlier_amendment_is_displaced(self) -> None:
        programme = amended(
            "{id: a, effective: 2025-06-01, amend: {share: {rate: 10 %}}}",
            "{id: b, effective: 2025-09-01, amend: {share: {streams: [chat]}}}",
            "{id: fix, effective: 2025-09-01, recorded: 2025-10-01, correct: {share: {version: b, streams: [api]}}}",
            "{id: c, effective: 2025-12-01, supersedes: [a], amend: {rate: {price: 3 USD/chip-hour}}}",
        )
        assert share(programme, date(2025, 11, 1), date(2025, 11, 1)) == (Decimal("0.10"), ("api",))
        assert share(programme, date(2026, 6, 1)) == (Decimal("0.20"), ("api",))


class TestFrom:
    def test_of_an_amended_clause_moves_its_beginning(self) -> None:
        programme = amended("{effective: 2025-06-01, amend: {share: {from: 2026-03-01}}}")
        assert share(programme, date(2025, 5, 31)) == (Decimal("0.20"), ())
        assert share(programme, date(2025, 6, 1)) is None
        assert share(programme, date(2026, 2, 28)) is None
        assert share(programme, date(2026, 3, 1)) == (Decimal("0.20"), ())

    def test_of_a_corrected_one_moves_it_for_those_who_know(self) -> None:
        programme = amended(
            "{effective: 2025-01-21, recorded: 2025-12-01, correct: {share: {version: original, from: 2025-04-01}}}"
        )
        assert share(programme, date(2025, 3, 1), date(2025, 11, 30)) == (Decimal("0.20"), ())
        assert share(programme, date(2025, 3, 1)) is None
        assert share(programme, date(2025, 4, 1)) == (Decimal("0.20"), ())

    def test_of_an_amended_clause_leaves_amendments_before_it_in_force_on_no_day_after(self) -> None:
        programme = amended(
            "{effective: 2025-06-01, new: {second: {kind: exclusivity, workloads: [chat], from: 2026-01-01}}}",
            "{effective: 2025-09-01, amend: {second: {workloads: [api]}}}",
        )
        version = history_of(programme).in_force("azure", "second", date(2026, 6, 1), K)
        assert version is not None
        assert version.clause is not None
        assert version.clause.subjects == ("api",)


@pytest.mark.parametrize(
    ("amendments", "told"),
    [
        (
            "{effective: 2025-06-01, amend: {rate: {price: {2025-09: 3 USD/chip-hour}}}}",
            "has no value on 2025-06-01, when it is first needed; its first is for 2025-09-01",
        ),
        ("{effective: 2025-06-01, through: 2025-01-20}", "ends the contract before it begins on 2025-01-21"),
        (
            "{effective: 2025-06-01, end: [api]}, {effective: 2025-09-01, suspend: {api: {}}}",
            "api ended before, so that there is nothing to suspend",
        ),
        (
            "{effective: 2025-09-01, new: {x: {kind: exclusivity}}}, "
            "{effective: 2025-06-01, recorded: 2025-09-02, amend: {x: {workloads: [api]}}}",
            "x is there from 2025-09-01 on only, so that there is nothing to amend before",
        ),
        ("{effective: 2025-06-01, end: [api], carried: {api: {}}}", "unknown key"),
    ],
)
def test_a_change_that_cannot_be_is_told(amendments: str, told: str) -> None:
    with pytest.raises(gw.ProgrammeError) as caught:
        load(f"    amendments: [{amendments}]\n")
    faults = [fault for fault in caught.value.faults if told in fault.message]
    assert faults, str(caught.value)
    assert all(fault.line > 0 and "amendments" in fault.path for fault in faults)


def test_an_open_waiver_lasts_through_amendments_until_the_clause_is_agreed_anew() -> None:
    waived = "{effective: 2025-06-01, waive: {api: {by: microsoft}}}"
    programme = amended(waived, '{effective: 2025-09-01, amend: {api: {cite: "2.1a"}}}')
    held = history_of(programme).held("azure", "api", K)
    assert [one.suspended for one in held] == [False, True, True]
    anew = amended(
        waived,
        "{effective: 2025-09-01, end: [api]}",
        "{effective: 2025-10-01, new: {api: {kind: exclusivity, workloads: [api]}}}",
    )
    assert [one.suspended for one in history_of(anew).held("azure", "api", K)] == [False, True, False]


class TestOfTheSameDay:
    TWICE = (
        "{effective: 2026-01-01, recorded: 2025-06-01, amend: {share: {rate: 10 %}}}",
        '{effective: 2026-01-01, recorded: 2025-09-01, supersedes: ["2026-01-01"], amend: {share: {rate: 12 %}}}',
    )

    def test_an_amendment_displaces_its_namesake_and_not_itself(self) -> None:
        assert share(amended(*self.TWICE), date(2026, 6, 1)) == (Decimal("0.12"), ())

    def test_nothing_displaces_what_is_made_after_it(self) -> None:
        with pytest.raises(gw.ProgrammeError, match="there is no amendment 'b' to displace"):
            amended(
                "{id: a, effective: 2026-01-01, supersedes: [b], amend: {share: {rate: 10 %}}}",
                "{id: b, effective: 2026-02-01, amend: {share: {rate: 12 %}}}",
            )


class TestWhatWaitsForAnEvent:
    LATER = "{id: a, effective: 2027-01-01, recorded: 2025-06-01, amend: {share: {rate: 10 %}}}"
    LISTED = "{id: b, when: listing, recorded: 2025-09-01, amend: {share: {streams: [chat]}}}"
    EVENT = "events: [{event: listing, date: 2026-01-01, recorded: 2026-01-01}]\n"

    def waiting(self, *lines: str, more: str = EVENT) -> gw.Programme:
        return load("    amendments:\n" + "".join(f"      - {line}\n" for line in lines), more)

    def test_inherits_from_what_stands_on_the_day_of_the_event_and_goes_on_after_it(self) -> None:
        programme = self.waiting(self.LATER, self.LISTED)
        assert share(programme, date(2026, 6, 1)) == (Decimal("0.20"), ("chat",))
        assert share(programme, date(2027, 6, 1)) == (Decimal("0.10"), ("chat",))
        assert share(programme, date(2027, 6, 1), date(2025, 12, 31)) == (Decimal("0.10"), ())

    def test_brings_in_what_may_then_be_amended_and_is_not_there_without_it(self) -> None:
        lines = (
            "{when: listing, recorded: 2025-03-01, new: {second: {kind: exclusivity, workloads: [chat]}}}",
            "{effective: 2026-05-01, recorded: 2026-05-01, amend: {second: {workloads: [api]}}}",
        )

        def second(more: str) -> tuple[str, ...] | None:
            found = history_of(self.waiting(*lines, more=more)).in_force("azure", "second", date(2026, 6, 1), K)
            return found.clause.subjects if found is not None and found.clause is not None else None

        assert second(self.EVENT) == ("api",)
        assert second(self.EVENT.replace("2026-01-01", "2027-01-01")) is None

    def test_may_be_agreed_anew_once_an_event_has_ended_it(self) -> None:
        programme = self.waiting(
            "{when: listing, recorded: 2025-03-01, end: [share]}",
            "{effective: 2026-05-01, new: {share: {kind: revenue_share, payer: openai, payee: microsoft, rate: 5 %}}}",
        )
        assert share(programme, date(2026, 2, 1)) is None
        assert share(programme, date(2026, 6, 1)) == (Decimal("0.05"), ())

    def test_displaces_nothing_from_which_others_inherit(self) -> None:
        with pytest.raises(gw.ProgrammeError, match="waits for an event, and 'a' does not"):
            self.waiting(self.LATER, "{when: listing, supersedes: [a], end: [api]}")


def test_what_is_carried_on_is_told_so() -> None:
    told = [(one.known, one.verb) for one in changes(amended(*LATER_FIRST), date(2025, 1, 1), date(2026, 1, 1))]
    assert told == [(date(2025, 6, 1), "amend"), (date(2025, 9, 1), "amend"), (date(2025, 9, 1), "carried")]
