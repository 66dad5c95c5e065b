"""What a clause is worth: worked by hand on small programmes, and against plans made afresh on the reference one."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

import gigawatt as gw
from gigawatt.app import known_on, write_worth
from gigawatt.cli import app
from gigawatt.model.worth import DECIDERS, Bargain, ClauseWorth, Interval, PartyWorth
from gigawatt.planner.budget import Budget
from gigawatt.planner.valuing import Value, only_restricts, relaxed_value, whole_value
from gigawatt.report.worth_words import is_silent
from gigawatt.sim.clause_worth import Subject, bargain, clause_worth
from gigawatt.sim.what_if import without
from tests.programmes import EXAMPLES, load_text

HOURS = 365 * 24
"""Of 2027, in which every programme here plans."""
STARGATE = EXAMPLES / "stargate" / "programme.yaml"
HEAD = """
programme: worth
decides: {decides}
horizon: {{from: 2027-01, through: 2027-12}}
finance: {{discount: 0 %/year}}
parties: {{acme: {{}}, twin: {{}}, lumen: {{}}, fjord: {{}}}}
"""
DEAL = (
    HEAD.format(decides="acme")
    + """
workloads: {chat: {kind: serving, chips: 10, unserved: 12 USD/chip-hour}}
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2027-01-01, through: 2027-12-31, clauses: {
    rate: {kind: price, chip: h100, chips: 2, price: 2 USD/chip-hour},
    only: {kind: exclusivity, workloads: [chat], unseen: {acme: -1000 USD}},
    idle: {kind: exclusivity, workloads: [chat], except: [fjord]}}}
  fjord: {buyer: acme, seller: fjord, status: signed, from: 2027-01-01, clauses: {
    rate: {kind: price, chip: h100, price: 1 USD/chip-hour}}}
  talk: {buyer: acme, seller: fjord, status: announced, clauses: {
    rate: {kind: price, chip: b200, price: 1 USD/chip-hour}}}
"""
)
"""Alone with lumen, two chips run at 2 an hour and eight go unserved at 12: 100 an hour. Without, ten run at 1."""
TRANSFER = (
    HEAD.format(decides="[acme, twin]")
    + """
workloads: {chat: {kind: serving, owner: acme, chips: 10, revenue: 5 USD/chip-hour, unserved: 1 USD/chip-hour}}
contracts:
  twin: {buyer: acme, seller: twin, status: signed, from: 2027-01-01, clauses: {
    share: {kind: revenue_share, payer: acme, payee: twin, streams: [chat], rate: 20 %}}}
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2027-01-01, clauses: {
    rate: {kind: price, chip: h100, price: 2 USD/chip-hour}}}
"""
)


def of(text: str, *clauses: str, **options: bool) -> dict[str, ClauseWorth]:
    found = gw.worth(load_text(text), clauses, **options)  # type: ignore[arg-type]
    return {each.clause: each for each in found.clauses}


class TestByHand:
    def test_an_exclusivity_costs_what_others_would_have_asked_less(self) -> None:
        only = of(DEAL)["lumen/only"]
        decided, lumen = only.parties
        assert decided.relaxed == pytest.approx((10 * 1 - (2 * 2 + 8 * 12)) * HOURS)
        assert decided.whole == decided.interval
        assert decided.estimate == pytest.approx(-90 * HOURS)
        assert (lumen.party, lumen.relaxed) == ("lumen", pytest.approx(2 * 2 * HOURS))
        assert only.restricts
        assert [(each.party, each.amount) for each in only.others] == [("fjord", pytest.approx(-10 * HOURS))]

    def test_both_are_better_off_between_what_one_gains_and_the_other_loses(self) -> None:
        bargain = of(DEAL)["lumen/only"].bargain
        assert bargain is not None
        assert (bargain.payer, bargain.payee) == (DECIDERS, "lumen")
        assert bargain.least == pytest.approx(4 * HOURS)
        assert bargain.most == pytest.approx(90 * HOURS + 1000)  # with what the file states that no plan sees
        assert bargain.middle == pytest.approx((94 * HOURS + 1000) / 2)

    def test_there_is_no_bargain_where_one_gains_more_than_the_other_loses(self) -> None:
        text = DEAL.replace("chips: 2, price: 2", "chips: 20, price: 2")
        only = of(text)["lumen/only"]
        assert [each.estimate for each in only.parties] == pytest.approx([-10 * HOURS, 20 * HOURS])
        assert only.bargain is None

    def test_what_no_plan_sees_stands_beside_the_figure(self) -> None:
        decided = of(DEAL)["lumen/only"].parties[0]
        assert decided.unseen == -1000
        assert decided.estimate == pytest.approx(-90 * HOURS)
        assert of(DEAL)["lumen/only"].blind

    def test_a_clause_that_never_binds_is_worth_nothing_and_has_no_share(self) -> None:
        idle = of(DEAL, "lumen/only", "lumen/idle", "lumen/rate")["lumen/idle"]
        assert [(each.estimate, each.relaxed) for each in idle.parties] == [(0, 0), (0, 0)]
        assert idle.parties[0].interval == Interval(0.0, 0.0)
        assert {party: share.amount for party, share in idle.shares.items()} == pytest.approx(
            {DECIDERS: 0.0, "lumen": 0.0}, abs=1e-6
        )

    def test_shares_add_up_to_what_the_clauses_are_worth_together(self) -> None:
        names = ("lumen/only", "lumen/rate", "fjord/rate")
        told = of(DEAL, *names)
        # with all three 100 an hour are lost, with none 120
        assert sum(told[name].shares[DECIDERS].amount for name in names) == pytest.approx(20 * HOURS)
        assert sum(told[name].shares["lumen"].amount for name in names) == pytest.approx(4 * HOURS)

    def test_a_transfer_between_those_who_decide_is_worth_nothing_to_them_together(self) -> None:
        decided, acme, twin = of(TRANSFER, "twin/share")["twin/share"].parties
        assert (decided.party, decided.estimate, decided.direct) == (DECIDERS, 0, 0)
        assert acme.estimate == pytest.approx(-0.2 * 5 * 10 * HOURS)
        assert twin.estimate == pytest.approx(-acme.estimate)
        assert acme.estimate == pytest.approx(acme.direct)

    def test_what_a_price_pays_is_told_beside_what_it_is_worth(self) -> None:
        rate = of(DEAL, "lumen/rate")["lumen/rate"].parties[0]
        assert rate.direct == pytest.approx(-2 * 2 * HOURS)
        assert rate.relaxed == pytest.approx(2 * (12 - 2) * HOURS)

    def test_a_plan_without_what_it_needs_is_told_and_shares_are_withheld(self) -> None:
        text = DEAL + "participation: {lumen: 1000 USD}\n"
        found = gw.worth(load_text(text), ["lumen/rate", "lumen/only"])
        assert found.of("lumen/rate").parties == ()
        assert "there is no plan" in found.of("lumen/rate").note
        # without the exclusivity lumen must still be paid for 500 hours, each of them 1 dearer
        assert found.of("lumen/only").parties[0].estimate == pytest.approx(-90 * HOURS + 500)
        assert found.shares.startswith("none: without lumen/rate")
        assert not found.of("lumen/only").shares

    def test_one_more_of_a_floor_costs_the_difference_that_it_makes(self) -> None:
        """lumen's two chips earn it 4 an hour; a floor of 50,000 makes up the rest, and 1,000 more costs 1,000."""
        only = "only: {kind: exclusivity, workloads: [chat], unseen: {acme: -1000 USD}}"
        text = DEAL.replace(only, "small: {kind: commitment, amount: 50000 USD}")
        small = of(text, "lumen/small")["lumen/small"]
        more = gw.plan(load_text(text.replace("50000 USD", "51000 USD"))).solve.objective
        less = gw.plan(load_text(text)).solve.objective
        assert small.marginal[0].unit == "USD/USD"
        assert small.marginal[0].price * 1000 == pytest.approx(more - less)
        assert small.marginal[0].price < -0.1

    def test_the_first_hour_that_is_closed_is_priced(self) -> None:
        closed = of(DEAL, "lumen/only")["lumen/only"].marginal[0]
        assert (closed.unit, closed.periods) == ("USD/chip-hour", 12)
        assert (
            12 - 1 <= closed.price <= 12
        )  # nothing is rented where it is closed, so that no rent is priced for certain


class TestIntervals:
    def values(self) -> tuple[Subject, Value, Value]:
        written = load_text(DEAL)
        programme, left = known_on(written), known_on(without(written, ["lumen/only"]))
        budget = Budget(60.0)
        contract = programme.contracts["lumen"]
        subject = Subject(
            "lumen/only",
            programme,
            contract,
            contract.clauses["only"],
            frozenset({"lumen/only"}),
            (contract.clauses["only"],),
        )
        base = relaxed_value(programme, budget)
        return subject, base, relaxed_value(left, budget, base)

    @pytest.mark.parametrize(
        ("kept", "left", "told"),
        [
            ((-100.0, -90.0), (-20.0, -10.0), (-90.0, -70.0)),
            ((-100.0, -15.0), (-20.0, -10.0), (-90.0, 0.0)),
            ((-100.0, 5.0), (-20.0, -10.0), (-90.0, 0.0)),
        ],
        ids=["apart", "touching", "a restriction cannot help"],
    )
    def test_both_bounds_of_both_solves_count(
        self, kept: tuple[float, float], left: tuple[float, float], told: tuple[float, float]
    ) -> None:
        subject, base, gone = self.values()
        with_it = replace(base, found=kept[0], bound=kept[1])
        decided = clause_worth(subject, base, gone, with_it, replace(gone, found=left[0], bound=left[1])).deciders
        assert decided is not None
        assert decided.whole is not None
        assert (decided.whole.least, decided.whole.most) == pytest.approx(told)
        assert decided.interval.is_distinguishable == (told[1] < 0)

    def test_what_adds_capacity_is_no_restriction(self) -> None:
        written = load_text(DEAL)
        budget = Budget(60.0)
        base = relaxed_value(known_on(written), budget)
        gone = relaxed_value(known_on(without(written, ["fjord/rate"])), budget, base)
        assert not only_restricts(base, gone)
        free = relaxed_value(known_on(without(written, ["lumen/only"])), budget, base)
        assert only_restricts(base, free)
        # where what may be had in part with the clause is whole without it, a plan with it need be none without
        in_part = replace(free, problem=replace(free.problem, integer=~free.problem.integer))
        assert not only_restricts(base, in_part)
        assert only_restricts(in_part, free)

    def test_a_difference_is_measured_by_the_largest_of_all_ends(self) -> None:
        """One in a milliard is nothing, and a milliard is here the least that either may be."""
        subject, base, gone = self.values()
        held = {"lumen": Interval(-1e9, -1e9 + 1)}
        found = clause_worth(subject, replace(base, ranges=held), replace(gone, ranges=held), None, "")
        assert {each.party: each.among for each in found.parties}["lumen"] == Interval(0.0, 0.0)

    def test_a_licence_that_costs_nothing_is_no_part_of_a_plan(self) -> None:
        rights = "rights: {kind: ip_rights, subject: [models], licensee: acme, licensor: lumen, until: 2028-01-01}"
        paid = rights[:-1] + ", fee: 10 USD/month}"
        for clause, planned in ((rights, False), (paid, True)):
            written = load_text(DEAL.replace("    rate: ", f"    {clause},\n    rate: ", 1))
            base = relaxed_value(known_on(written), Budget(60.0))
            gone = relaxed_value(known_on(without(written, ["lumen/rights"])), Budget(60.0), base)
            assert (gone is base) is not planned

    def test_a_whole_plan_found_from_another_is_the_one_found_afresh(self) -> None:
        """What is given to begin from is completed by the solver, and not answered with."""
        written, budget = gw.load(EXAMPLES / "startup" / "programme.yaml"), Budget(60.0)
        base = relaxed_value(known_on(written), budget)
        kept = whole_value(base, 1e-6, 60.0, budget)
        programme = known_on(without(written, ["azure-2026/commit"]))
        left = whole_value(relaxed_value(programme, budget, base), 1e-6, 60.0, budget, kept)
        assert left is not None
        assert left.found == pytest.approx(gw.plan(programme).solve.objective, rel=1e-9)
        assert left.of("acme") == pytest.approx(left.found, rel=1e-9)


@pytest.fixture(scope="module")
def reference() -> tuple[gw.Programme, Value]:
    written = gw.load(STARGATE)
    return written, relaxed_value(known_on(written), Budget(600.0))


@pytest.mark.parametrize("name", ["first-call", "api-on-azure", "share", "reverse", "vr200", "licence"])
def test_solved_on_from_a_basis_is_as_solved_afresh(reference: tuple[gw.Programme, Value], name: str) -> None:
    written, base = reference
    programme, budget = known_on(without(written, [f"openai-microsoft/{name}"])), Budget(600.0)
    on, afresh = relaxed_value(programme, budget, base), relaxed_value(programme, budget)
    assert on.found == pytest.approx(afresh.found, rel=1e-9)
    assert on.settled.canonical
    assert afresh.settled.canonical
    for party in ("openai", "microsoft", "oracle"):
        assert on.of(party) == pytest.approx(afresh.of(party), rel=1e-6, abs=1e4)


class TestTies:
    """Plans that are equally good for those who decide, and not for others."""

    TWINS = (
        HEAD.format(decides="acme")
        + """
workloads: {chat: {kind: serving, owner: acme, chips: 10, revenue: 5 USD/chip-hour}}
contracts:
  lumen: {buyer: acme, seller: lumen, status: offer, sign_by: 2027-06-30, from: 2027-01-01, clauses: {
    block: {kind: reservation, chip: h100, chips: 10, price: 2 USD/chip-hour}}}
  fjord: {buyer: acme, seller: fjord, status: offer, sign_by: 2027-06-30, from: 2027-01-01, clauses: {
    block: {kind: reservation, chip: b200, chips: 10, price: 2 USD/chip-hour}}}
"""
    )

    def test_two_offers_alike_are_worth_alike_to_their_sellers(self) -> None:
        told = of(self.TWINS)
        for name in ("lumen", "fjord"):
            interval = told[f"{name}/block"].parties[1].interval
            assert (interval.least, interval.most) == pytest.approx((0, 20 * HOURS))
            assert not interval.is_distinguishable

    def test_a_transfer_on_what_may_or_may_not_run_has_a_range(self) -> None:
        """acme does not care whether twin's work runs on what it pays for anyhow; lumen's share of it is 0 to 10."""
        text = (
            HEAD.format(decides="acme")
            + """
workloads: {other: {kind: serving, owner: twin, chips: 10, revenue: 5 USD/chip-hour}}
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2027-01-01, clauses: {
    block: {kind: reservation, chip: h100, chips: 10, price: 2 USD/chip-hour},
    share: {kind: revenue_share, payer: twin, payee: lumen, streams: [other], rate: 20 %}}}
"""
        )
        lumen = next(one for one in of(text, "lumen/share")["lumen/share"].parties if one.party == "lumen")
        assert (lumen.interval.least, lumen.interval.most) == pytest.approx((0, 10 * HOURS))

    def test_a_bargain_needs_the_least_loss_above_the_most_gain(self) -> None:
        loser = PartyWorth(DECIDERS, -70.0, Interval(-70.0, -70.0), Interval(-100.0, -10.0), 0.0)
        winner = PartyWorth("lumen", 50.0, Interval(50.0, 50.0), Interval(40.0, 95.0), 0.0)
        assert bargain(loser, [winner], ["acme"]) is None
        found = bargain(loser, [PartyWorth("lumen", 5.0, Interval(5.0, 5.0), Interval(4.0, 6.0), 0.0)], ["acme"])
        assert found == Bargain(DECIDERS, "lumen", 6.0, 10.0)

    def test_what_may_be_worth_something_is_not_told_as_nothing(self) -> None:
        perhaps = PartyWorth(DECIDERS, 0.0, Interval(0.0, 0.0), Interval(-2.9e9, 0.9e9), 0.0)
        assert not is_silent(ClauseWorth("a/b", "", "", (perhaps,)))
        assert is_silent(ClauseWorth("a/b", "", "", (replace(perhaps, whole=Interval(0.0, 0.0)),)))

    def test_what_another_clause_closes_too_has_no_price(self) -> None:
        told = of(DEAL.replace("except: [fjord]", "basis: press"))
        assert [told[f"lumen/{name}"].parties[0].estimate for name in ("only", "idle")] == [0, 0]
        assert [told[f"lumen/{name}"].marginal for name in ("only", "idle")] == [(), ()]


class TestErrors:
    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("lumen/onyl", "there is no clause 'lumen/onyl'; did you mean 'lumen/only'?"),
            ("talk/rate", "talk/rate binds nobody: talk is announced"),
        ],
    )
    def test_a_clause_that_no_plan_counts_is_refused(self, name: str, words: str) -> None:
        with pytest.raises(gw.GigawattError) as caught:
            gw.worth(load_text(DEAL), [name])
        assert words in str(caught.value)

    def test_a_clause_that_is_not_in_force_as_known_then_is_refused(self) -> None:
        with pytest.raises(gw.GigawattError, match=r"commit-250 is not in force .*, as known on 2025-01-31"):
            gw.worth(gw.load(STARGATE), ["openai-microsoft/commit-250"], relax=True)

    def test_an_unseen_worth_to_nobody_known_is_a_fault(self) -> None:
        with pytest.raises(gw.ProgrammeError, match="there is no party 'acmee'; did you mean 'acme'"):
            load_text(DEAL.replace("unseen: {acme: -1000 USD}", "unseen: {acmee: -1000 USD}"))

    def test_a_budget_of_no_time_is_refused(self) -> None:
        with pytest.raises(ValueError, match="budget_seconds"):
            gw.worth(load_text(DEAL), budget_seconds=0.0)


class TestCommand:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        path = tmp_path / "programme.yaml"
        path.write_text(DEAL, encoding="utf-8")
        return path

    def test_a_table_and_what_follows_are_printed(self, file: Path) -> None:
        done = CliRunner().invoke(app, ["worth", str(file)])
        assert done.exit_code == 0
        words = " ".join(done.output.split())
        assert "worth to USD, discounted relaxed paid under it" in words
        assert "acme −788,400 −788,400" in words
        assert "Worth nothing to anybody in this plan: lumen/idle" in words
        assert "both gain if acme pays between 35,040 and 789,400 USD to be rid of it" in words
        assert "what no plan sees is stated as −1,000 USD to acme" in words

    def test_json_has_every_figure(self, file: Path) -> None:
        done = CliRunner().invoke(app, ["worth", str(file), "--clauses", "lumen/only,lumen/rate", "--json"])
        told = json.loads(done.stdout)
        assert [each["clause"] for each in told["clauses"]] == ["lumen/only", "lumen/rate"]
        decided = told["clauses"][0]["parties"][0]
        assert decided["party"] == DECIDERS
        assert decided["distinguishable"] is True
        assert decided["estimate"] == pytest.approx(-90 * HOURS)
        assert told["shares"] == "exact, over all 4 sets"
        assert told["clauses"][0]["bargain"]["middle"] > 0

    def test_files_are_written(self, file: Path, tmp_path: Path) -> None:
        out = tmp_path / "out"
        done = CliRunner().invoke(app, ["worth", str(file), "--out", str(out), "--relax"])
        assert done.exit_code == 0
        page = (out / "worth.html").read_text(encoding="utf-8")
        assert "What each clause is worth" in page
        assert "Relaxed: whole phases" in page
        assert "lumen/only" in (out / "tornado.svg").read_text(encoding="utf-8")
        assert json.loads((out / "worth.json").read_text(encoding="utf-8"))["programme"] == "worth"

    def test_what_cannot_be_written_is_told(self, file: Path, tmp_path: Path) -> None:
        (tmp_path / "taken").write_text("", encoding="utf-8")
        done = CliRunner().invoke(app, ["worth", str(file), "--out", str(tmp_path / "taken")])
        assert done.exit_code == 3
        with pytest.raises(gw.OutputError):
            write_worth(gw.worth(load_text(DEAL), relax=True), tmp_path / "taken" / "in")

    def test_errors_are_sentences(self, file: Path) -> None:
        done = CliRunner().invoke(app, ["worth", str(file), "--clauses", "lumen/onyl"])
        assert (done.exit_code, "did you mean 'lumen/only'?" in done.output) == (1, True)
        done = CliRunner().invoke(app, ["worth", str(file), "--as-of", "soon"])
        assert (done.exit_code, "is not a date" in done.output) == (1, True)


PAGE = (EXAMPLES.parent / "docs" / "worth.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `([\w-]+)` \| (\d{4}-\d\d-\d\d) \| ([\d.-]+) \| ([\d.-]+) \|", PAGE, re.MULTILINE)


@pytest.mark.parametrize("day", sorted({day for _, day, *_ in ROWS}))
def test_the_docs_tell_what_microsofts_terms_are_worth(day: str) -> None:
    told = {
        f"openai-microsoft/{name}": (float(decide), float(microsoft))
        for name, at, decide, microsoft in ROWS
        if at == day
    }
    found = gw.worth(gw.load(STARGATE), list(told), as_of=date.fromisoformat(day), relax=True, shares=False)
    assert found.as_of == date.fromisoformat(day)
    for each in found.clauses:
        to_whom = {one.party: one.relaxed / 1e9 for one in each.parties}
        assert (to_whom[DECIDERS], to_whom["microsoft"]) == pytest.approx(told[each.clause], abs=0.0051)


def test_the_cap_of_2026_makes_the_share_cheaper() -> None:
    shares = {day: float(decide) for name, day, decide, _ in ROWS if name == "share"}
    assert shares["2025-10-28"] < shares["2026-04-27"] < 0
