"""`determination`, worked by hand: the AGI clause in its three forms, who declares, who verifies, what follows."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
from asking import ask, day, heard, ruling
from hypothesis import given, settings
from hypothesis import strategies as st
from small import load, plan

from gigawatt.broker.gate import Gate
from gigawatt.errors import Contradiction, ProgrammeError
from gigawatt.history.known import as_known
from gigawatt.history.versions import history_of, occurred
from gigawatt.model.event import Event
from gigawatt.model.programme import Programme
from gigawatt.planner.drafting import draft_programme

HEAD = """
programme: openai
decides: openai
horizon: {from: 2025-01, through: 2027-12}
parties: {openai: {}, microsoft: {}, board: {kind: body}, ann: {}, ben: {}, cleo: {}}
workloads: {chat: {kind: serving, chips: 10, unserved: 10 USD/chip-hour}}
"""
THREE_FORMS = """
contracts:
  azure:
    buyer: openai
    seller: microsoft
    status: signed
    from: 2019-07-22
    through: 2032-12-31
    clauses:
      rate: {kind: price, chip: h100, price: 2 USD/chip-hour}
      agi: {kind: determination, event: agi, declares: board, cite: "the board declares"}
      models: {kind: ip_rights, licensee: microsoft, subject: models}
      research: {kind: ip_rights, licensee: microsoft, subject: research, expires: 2030-12-31}
      control: {kind: authority, decisions: {technology: [openai]}}
    amendments:
      - id: recapitalised
        effective: 2025-10-28
        amend: {agi: {panel: [ann, ben, cleo], least: 2, cite: "a panel verifies"}}
      - {id: open, effective: 2026-04-27, end: [agi]}
      - {when: agi, end: [research], amend: {control: {decisions: {technology: [board]}}}}
"""


def act(kind: str, by: str, on: str, recorded: str | None = None) -> str:
    known = f", recorded: {recorded}" if recorded else ""
    return f"  - {{event: agi, kind: {kind}, by: {by}, date: {on}{known}}}\n"


def programme(*acts: str, contracts: str = THREE_FORMS) -> Programme:
    return load(HEAD + contracts + ("events:\n" + "".join(acts) if acts else ""))


def counts(whole: Programme) -> list[tuple[str, str, str]]:
    """When AGI counts as determined, from when until when that was known."""
    return [(str(one.on), str(one.known_from), str(one.known_until)) for one in occurred(whole, "agi")]


FOREVER = "9999-12-31"


def test_determination_worked_example_of_the_first_form() -> None:
    """The words: "AGI is reached when the board declares it." Declared on 1 March 2025, the licence in research ends
    that day, that in models does not, and decisions on the technology pass from OpenAI to its board."""
    whole = programme(act("declaration", "board", "2025-03-01"))
    assert counts(whole) == [("2025-03-01", "2025-03-01", FOREVER)]
    gate = Gate(whole)
    history = history_of(whole)
    for clause, before, after in (("research", True, False), ("models", True, True)):
        assert (history.in_force("azure", clause, day("2025-02-28"), day("2026-01-01")) is not None) is before
        assert (history.in_force("azure", clause, day("2025-03-01"), day("2026-01-01")) is not None) is after
    for by, on, ruled in (
        ("openai", "2025-02-28", "ALLOW"),
        ("openai", "2025-03-01", "DENY"),
        ("board", "2025-03-01", "ALLOW"),
    ):
        assert gate.decide(ask("decide", by, on, decision="technology")).ruling.name == ruled


def test_determination_worked_example_of_the_second_form() -> None:
    """The words of 28 October 2025: "Once the board declares AGI, an independent panel verifies it." Two of three are
    needed. Declared on 10 January 2026, verified by Ann on 1 February and by Cleo on 20 February: AGI counts from the
    20th, and as known before the 25th, when Cleo's word was recorded, it has not happened."""
    declared, ann = act("declaration", "board", "2026-01-10"), act("verification", "ann", "2026-02-01")
    cleo = act("verification", "cleo", "2026-02-20", "2026-02-25")
    assert counts(programme(declared)) == []
    assert counts(programme(declared, ann)) == []
    assert counts(programme(declared, ann, ann)) == []
    assert counts(programme(declared, ann, cleo)) == [("2026-02-20", "2026-02-25", FOREVER)]
    history = history_of(programme(declared, ann, cleo))
    assert history.in_force("azure", "research", day("2026-02-21"), day("2026-02-24")) is not None
    assert history.in_force("azure", "research", day("2026-02-21"), day("2026-02-25")) is None
    assert history.in_force("azure", "research", day("2026-02-19"), day("2026-02-25")) is not None


def test_determination_worked_example_of_the_third_form() -> None:
    """From 27 April 2026 on nothing hangs on AGI any more: declared, and verified, in June 2026, nothing ends."""
    acts = [act("declaration", "board", "2026-06-01"), act("verification", "ann", "2026-06-02")]
    whole = programme(*acts, act("verification", "ben", "2026-06-03"))
    assert counts(whole) == []
    assert history_of(whole).in_force("azure", "research", day("2026-07-01"), day("2026-07-01")) is not None


def test_a_declaration_under_one_form_is_not_verified_under_another() -> None:
    """Declared in January, verified in May 2026, when the clause had ended; and the second of two a day too late."""
    declared = act("declaration", "board", "2026-01-10")
    ann, ben = act("verification", "ann", "2026-04-26"), act("verification", "ben", "2026-04-27")
    assert counts(programme(declared, ann, ben)) == []
    assert counts(programme(declared, ann, ben.replace("04-27", "04-26"))) == [("2026-04-26", "2026-04-26", FOREVER)]


def test_a_declaration_is_taken_back_before_it_is_verified_and_not_after() -> None:
    """Taken back on 5 February, Ann's word of the 1st is void; declared again on the 10th, two must verify anew."""
    first = [act("declaration", "board", "2026-01-10"), act("verification", "ann", "2026-02-01")]
    back, again = act("reversal", "board", "2026-02-05"), act("declaration", "board", "2026-02-10")
    ben, cleo = act("verification", "ben", "2026-02-20"), act("verification", "cleo", "2026-02-22")
    assert counts(programme(*first, back, ben)) == []
    assert counts(programme(*first, back, again, ben)) == []
    assert counts(programme(*first, back, again, ben, cleo)) == [("2026-02-22", "2026-02-22", FOREVER)]
    with pytest.raises(ProgrammeError, match="agi was verified on 2026-02-20, and is taken back no more"):
        programme(*first, ben, act("reversal", "board", "2026-03-01"))


def test_a_reversal_that_is_recorded_late_changes_later_answers_only() -> None:
    acts = [
        act("declaration", "board", "2026-01-10"),
        act("verification", "ann", "2026-02-01"),
        act("verification", "ben", "2026-02-02"),
        act("reversal", "board", "2026-01-20", "2026-03-01"),
    ]
    whole = programme(*acts)
    assert counts(whole) == [("2026-02-02", "2026-02-02", "2026-03-01")]
    history = history_of(whole)
    assert history.in_force("azure", "research", day("2026-02-10"), day("2026-02-10")) is None
    assert history.in_force("azure", "research", day("2026-02-10"), day("2026-03-01")) is not None


PANEL = """
contracts:
  azure: {buyer: openai, seller: microsoft, status: signed, from: 2025-01-01, through: 2027-12-31, clauses: {
    rate: {kind: price, chip: h100, price: 2 USD/chip-hour},
    agi: {kind: determination, event: agi, declares: board, panel: [ann, ben, cleo], least: 2}}}
"""
ACTS = st.tuples(st.sampled_from(["declaration", "verification", "reversal"]),
                 st.sampled_from(["board", "ann", "ben", "cleo"]), st.integers(1, 28), st.integers(0, 6))  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(ACTS, max_size=7), st.integers(1, 34))
def test_what_was_known_on_a_day_is_what_those_acts_alone_would_say(
    acts: list[tuple[str, str, int, int]], known: int
) -> None:
    """Facts recorded later never change an earlier answer: the same as if there were none but those known by then."""
    clause = load(HEAD + PANEL).contracts["azure"].clauses["agi"]
    events = tuple(
        Event(
            event="agi",
            kind=kind,
            by=by,
            date=date(2026, 1, on),
            recorded=date(2026, 1, 1).replace(day=min(31, on + late)),
        )  # type: ignore[arg-type]
        for kind, by, on, late in acts
    )
    on_that_day = date.fromordinal(date(2026, 1, 1).toordinal() + known - 1)
    whole = clause.occurrences("agi", events)
    alone = clause.occurrences("agi", tuple(one for one in events if one.known_from <= on_that_day))
    assert whole is not None
    assert alone is not None
    then = [one.on for one in whole if one.known_from <= on_that_day < one.known_until]
    assert then == [one.on for one in alone if one.known_from <= on_that_day < one.known_until]
    for one, two in itertools.pairwise(whole):
        assert one.known_until <= two.known_from
        assert one.known_until < two.known_from or one.on != two.on


def test_another_event_is_none_of_its_business() -> None:
    clause = load(HEAD + PANEL).contracts["azure"].clauses["agi"]
    assert clause.occurrences("ipo", ()) is None
    assert clause.occurrences("agi", ()) == []


class TestGate:
    @pytest.mark.parametrize(
        ("decision", "by", "ruled"),
        [
            ("declaration", "board", "ALLOW"),
            ("declaration", "openai", "DENY"),
            ("declaration", "ann", "DENY"),
            ("verification", "board", "DENY"),
            ("verification", "ann", "REFER"),
            ("reversal", "board", "REFER"),
            ("reversal", "microsoft", "DENY"),
            ("celebration", "board", None),
        ],
    )
    def test_only_the_named_bodies_may_declare_verify_or_reverse(
        self, decision: str, by: str, ruled: str | None
    ) -> None:
        text = HEAD + PANEL
        assert ruling(text, "azure/agi", ask("decide", by, "2026-01-05", decision=f"{decision} of agi")) == ruled
        assert ruling(text, "azure/agi", ask("decide", by, "2026-01-05", decision=decision, subject="agi")) == ruled
        assert ruling(text, "azure/agi", ask("decide", by, "2026-01-05", decision=f"{decision} of ipo")) is None

    def test_what_is_declared_may_be_verified_or_reversed_until_it_is_verified(self) -> None:
        events = "events:\n" + act("declaration", "board", "2026-01-10")
        verified = (
            events + act("verification", "ann", "2026-02-01") + act("verification", "ben", "2026-02-02", "2026-02-09")
        )
        may_verify = ask("decide", "ann", "2026-01-20", decision="verification of agi")
        may_reverse = ask("decide", "board", "2026-01-20", decision="reversal of agi")
        assert ruling(HEAD + PANEL + events, "azure/agi", may_verify) == "ALLOW"
        assert ruling(HEAD + PANEL + events, "azure/agi", may_reverse) == "ALLOW"
        assert ruling(HEAD + PANEL + verified, "azure/agi", may_reverse) == "ALLOW"
        late = ask("decide", "board", "2026-02-09", decision="reversal of agi")
        assert ruling(HEAD + PANEL + verified, "azure/agi", late) == "DENY"
        unknown = ask("decide", "board", "2026-02-08", decision="reversal of agi")
        assert ruling(HEAD + PANEL + verified, "azure/agi", unknown) == "ALLOW"

    def test_without_a_panel_a_declaration_counts_at_once(self) -> None:
        text = HEAD + PANEL.replace(", panel: [ann, ben, cleo], least: 2", "")
        events = "events:\n" + act("declaration", "board", "2026-01-10")
        assert ruling(text, "azure/agi", ask("decide", "ann", "2026-01-20", decision="verification of agi")) == "DENY"
        said = heard(text + events, "azure/agi", ask("decide", "board", "2026-01-20", decision="reversal of agi"))
        assert said is not None
        assert said.why == "agi was declared, which needs no verification, on 2026-01-10, and is taken back no more"

    def test_two_bodies_that_may_each_declare_contradict_each_other(self) -> None:
        text = HEAD + PANEL.replace(
            "    agi:", "    other: {kind: determination, event: agi, declares: microsoft},\n    agi:"
        )
        verdict = Gate(load(text)).decide(ask("decide", "board", "2026-01-05", decision="declaration of agi"))
        assert verdict.ruling.name == "REFER"
        assert "azure/other and azure/agi contradict each other" in verdict.missing[0]
        with pytest.raises(Contradiction, match="azure/agi"):
            as_known(load(text), day("2025-01-01"))

    def test_nobody_may_waive_it_alone(self) -> None:
        contract = load(HEAD + PANEL).contracts["azure"]
        assert contract.clauses["agi"].beneficiaries(contract) == ()


def test_it_changes_no_plan_and_posts_nothing() -> None:
    draft = draft_programme(load(HEAD + PANEL))
    assert "azure/agi" not in {block.by for block in (*draft.column_blocks, *draft.row_blocks)}
    assert "azure/agi" not in plan(HEAD + PANEL).tables["restated"]["clause"].to_list()


class TestBadInput:
    @pytest.mark.parametrize(
        ("clause", "fault"),
        [
            ("declares: boord", "there is no party 'boord'; did you mean 'board'"),
            ("declares: board, panel: [ann, bob]", r"panel\[1\]: there is no party 'bob'"),
            ("declares: board, panel: [ann, ann]", "names a member twice"),
            ("declares: board, panel: [board, ann]", "board would verify what it declares; take it out"),
            ("declares: board, panel: [ann], least: 2", "2 of 1 cannot verify; give a number from 1"),
            ("declares: board, least: 1", "1 of 0 cannot verify"),
            ("panel: [ann]", "`declares` is missing"),
        ],
    )
    def test_what_cannot_be_is_told(self, clause: str, fault: str) -> None:
        text = PANEL.replace("declares: board, panel: [ann, ben, cleo], least: 2", clause)
        with pytest.raises(ProgrammeError, match=fault):
            load(HEAD + text)

    @pytest.mark.parametrize(
        ("event", "fault"),
        [
            (
                act("declaration", "openai", "2026-01-10"),
                r"events\[0\]\.by: board alone declares agi, not openai; correct",
            ),
            (act("verification", "board", "2026-01-10"), "ann, ben and cleo verify agi, not board"),
            (
                act("declaration", "board", "2026-01-10").replace("agi", "ipo"),
                "nobody may declare ipo: no clause says who",
            ),
            (
                "  - {event: agi, kind: declaration, date: 2026-01-10}\n",
                "does not say whose declaration it is; add `by`",
            ),
            ("  - {event: agi, date: 2026-01-10}\n", "agi happens once it is declared, see azure/agi; say `kind: decl"),
            ("  - {contract: azure, kind: declaration, date: 2026-01-10}\n", "a declaration is of an event; name it"),
        ],
    )
    def test_an_event_that_nobody_may_declare_is_refused_at_its_place(self, event: str, fault: str) -> None:
        with pytest.raises(ProgrammeError, match=fault):
            programme(event, contracts=PANEL)

    def test_what_an_earlier_or_a_later_version_lets_be_is_let_be(self) -> None:
        """Who may verify under the second form is no stranger in a file whose first form had no panel."""
        assert counts(programme(act("verification", "ann", "2025-03-01"))) == []
