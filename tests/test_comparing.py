"""Two plans side by side: what differs, in words, as rows, and as a picture."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

import gigawatt as gw
from gigawatt.app import compared, offers_compared
from gigawatt.cli import app
from gigawatt.report.two_plans import words
from tests.programmes import EXAMPLES, kept_text

STARTUP = EXAMPLES / "startup" / "programme.yaml"


@pytest.fixture(scope="module")
def plans() -> tuple[gw.Plan, gw.Plan]:
    kept = gw.load(STARTUP)
    return gw.plan(kept), gw.plan(gw.change(kept, without=["azure-2026/commit"]))


@pytest.fixture(scope="module")
def folders(plans: tuple[gw.Plan, gw.Plan], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    made = tmp_path_factory.mktemp("kept"), tmp_path_factory.mktemp("left")
    for plan, folder in zip(plans, made, strict=True):
        plan.write(folder)
    return made


def test_what_is_decided_paid_and_served_otherwise_is_told(plans: tuple[gw.Plan, gw.Plan]) -> None:
    found = compared(*plans)
    rows = {(row["aspect"], row["name"]): row for row in found.differences.iter_rows(named=True)}
    signed = rows["decision", "sign fjord-offer"]
    assert (signed["first"], signed["second"]) == (0.0, 1.0)
    for name in ("azure", "fjord", "acme"):
        each = [float(plan.tables["parties"].filter(party=name)["cash"][0]) for plan in plans]
        told = rows["party", name]
        assert (told["first"], told["second"], told["difference"]) == (*each, each[1] - each[0])
    assert rows["clause", "azure-2026/rate"]["difference"] < 0 < rows["clause", "fjord-offer/gpus"]["difference"]
    assert rows["workload", "research"]["unit"] == "chip-hour"
    assert found.second == "without azure-2026/commit"


def test_the_parts_add_up(plans: tuple[gw.Plan, gw.Plan]) -> None:
    found = compared(*plans)
    decides = float(found.of("party").filter(name="acme")["difference"][0])
    assert found.of("year")["difference"].sum() == pytest.approx(decides)
    assert found.of("clause")["difference"].sum() == pytest.approx(-decides)


def test_a_plan_compared_with_itself_is_the_same(plans: tuple[gw.Plan, gw.Plan]) -> None:
    assert compared(plans[0], plans[0]).differences.is_empty()
    assert list(words(compared(plans[0], plans[0]))) == ["The two plans are the same."]


def test_folders_tell_what_the_plans_do(plans: tuple[gw.Plan, gw.Plan], folders: tuple[Path, Path]) -> None:
    assert compared(*folders).differences.equals(compared(*plans).differences)
    assert compared(folders[0], plans[1]).differences.equals(compared(*plans).differences)


def test_the_command_tells_it_in_words_tables_json_and_a_picture(folders: tuple[Path, Path], tmp_path: Path) -> None:
    picture = tmp_path / "difference.svg"
    told = CliRunner().invoke(app, ["compare", *map(str, folders), "--picture", str(picture)])
    assert told.exit_code == 0
    assert "The second plan decides to sign fjord-offer, the first does not." in told.output
    assert "PAID BY CLAUSE" in told.output
    assert picture.read_text(encoding="utf-8").startswith("<svg")
    rows = json.loads(CliRunner().invoke(app, ["compare", *map(str, folders), "--json"]).output)
    assert rows["currency"] == "USD"
    assert {row["aspect"] for row in rows["differences"]} >= {"decision", "party", "clause", "pool", "year"}


def test_mistakes_are_told_in_words(folders: tuple[Path, Path], tmp_path: Path) -> None:
    none = CliRunner().invoke(app, ["compare", str(folders[0]), str(tmp_path)])
    assert none.exit_code == 1
    assert "make one with `gigawatt plan FILE --out" in none.stderr
    cut = tmp_path / "cut"
    cut.mkdir()
    (cut / "plan.json").write_text((folders[0] / "plan.json").read_text(encoding="utf-8")[:100], encoding="utf-8")
    assert "could be read" in CliRunner().invoke(app, ["compare", str(folders[0]), str(cut)]).stderr
    other = tmp_path / "other"
    plan = gw.plan(gw.load(STARTUP))
    plan.write(other)
    text = (other / "plan.json").read_text(encoding="utf-8").replace('"currency": "USD"', '"currency": "EUR"')
    (other / "plan.json").write_text(text, encoding="utf-8")
    assert "compare plans of one currency" in CliRunner().invoke(app, ["compare", str(folders[0]), str(other)]).stderr
    lost = CliRunner().invoke(app, ["compare", *map(str, folders), "--picture", str(tmp_path / "no" / "where.svg")])
    assert lost.exit_code == 3


SECOND = """
  nordic-offer:
    buyer: acme
    seller: nordic
    status: offer
    sign_by: 2026-11-30
    from: 2027-02-01
    through: 2028-06-30
    payment: {net: 45 d}
    clauses:
      gpus: {kind: reservation, chip: h100, chips: 96, price: 1.90 USD/chip-hour}
"""
OFFERS = STARTUP.read_text(encoding="utf-8") + SECOND
BOTH = ("fjord-offer", "nordic-offer")


@pytest.fixture(scope="module")
def acme() -> gw.Programme:
    return kept_text(OFFERS)


def signed(plan: gw.Plan) -> dict[str, bool]:
    return dict(plan.tables["offers"].select("contract", "signed").rows())


class TestAnOfferThatIsHeld:
    @pytest.mark.parametrize("name", BOTH)
    def test_signed_and_refused_differ_by_what_the_plan_says_signing_brings(
        self, acme: gw.Programme, name: str
    ) -> None:
        free = gw.plan(acme)
        worth = {choice: gw.plan(acme, signs={name: choice}).solve.objective for choice in (True, False)}
        (told,) = free.tables["offers"].filter(contract=name)["better_by"]
        assert worth[True] - worth[False] == pytest.approx(told, rel=1e-6)
        assert max(worth.values()) == pytest.approx(free.solve.objective, rel=1e-9)

    @pytest.mark.parametrize("relax", [False, True])
    def test_it_is_what_the_contract_would_be_with_that_status(self, acme: gw.Programme, relax: bool) -> None:
        held = gw.plan(acme, signs={"fjord-offer": True, "nordic-offer": False}, relax=relax)
        status = {"contracts.fjord-offer.status": "signed", "contracts.nordic-offer.status": "announced"}
        told = gw.plan(gw.change(acme, set=status), relax=relax)
        assert signed(held) == {"fjord-offer": True, "nordic-offer": False}
        assert held.solve.objective == pytest.approx(told.solve.objective, rel=1e-6)
        assert set(held.tables["offers"]["note"]) == {"held to this"}

    PACT = """
  pact:
    buyer: acme
    seller: azure
    status: signed
    from: 2026-07-01
    clauses: {CLAUSE}
"""

    def test_it_stays_new_so_that_a_first_refusal_is_heard(self) -> None:
        # had it been signed before the plan's first day, it would be capacity that stands; as an offer it is a need for
        # which azure is asked first, and azure's time to answer ends after the quarter has begun
        early = OFFERS.replace("from: 2027-02-01", "from: 2026-12-01")
        clause = "first: {kind: first_refusal, respond_within: 60 d, ability: {azure-h100: 1 MW}}"
        asked = kept_text(early + self.PACT.replace("CLAUSE", clause))
        prior = gw.change(asked, set={"contracts.nordic-offer.status": "signed"})
        assert gw.plan(prior).capacity.filter(pool="nordic-h100")["chips"].max() == pytest.approx(96)
        with pytest.raises(gw.Infeasible, match=r"(?s)pact/first.*signing nordic-offer"):
            gw.plan(asked, signs={"nordic-offer": True})

    def test_where_a_clause_forbids_it_there_is_no_plan_and_both_are_named(self) -> None:
        clause = "only: {kind: exclusivity, covers: supply, except: [fjord]}"
        programme = kept_text(OFFERS + self.PACT.replace("CLAUSE", clause))
        assert signed(gw.plan(programme, signs={"fjord-offer": True})) == {"fjord-offer": True, "nordic-offer": False}
        with pytest.raises(gw.Infeasible) as caught:
            gw.plan(programme, signs={"nordic-offer": True})
        named = [line.strip(" -").split(":")[0] for line in str(caught.value).splitlines()[1:]]
        assert named == ["pact/only", "signing nordic-offer"]

    def test_what_cannot_be_paid_is_told_by_its_names(self) -> None:
        programme = kept_text(OFFERS.replace("price: 1.90 USD", "price: 190 USD") + "participation: {acme: -3e7 USD}\n")
        with pytest.raises(gw.Infeasible) as caught:
            offers_compared(programme, *BOTH)
        assert "there is no plan that signs nordic-offer and refuses fjord-offer: no plan keeps all" in str(
            caught.value
        )
        assert "  - signing nordic-offer" in str(caught.value)
        assert "participation of acme" in str(caught.value)


class TestTwoOffers:
    def test_each_plan_signs_its_own_and_the_differences_are_those_of_the_two_plans(self, acme: gw.Programme) -> None:
        found = offers_compared(acme, *BOTH)
        one = gw.plan(acme, signs={"fjord-offer": True, "nordic-offer": False})
        two = gw.plan(acme, signs={"fjord-offer": False, "nordic-offer": True})
        assert found.differences.equals(compared(one, two).differences)
        decided = {row["name"]: (row["first"], row["second"]) for row in found.of("decision").iter_rows(named=True)}
        assert (decided["sign fjord-offer"], decided["sign nordic-offer"]) == ((1.0, 0.0), (0.0, 1.0))
        least, most = found.worth_more
        assert least <= two.solve.objective - one.solve.objective <= most
        assert found.proven

    def test_the_other_way_round_it_is_the_contrary(self, acme: gw.Programme) -> None:
        found, back = offers_compared(acme, *BOTH), offers_compared(acme, *reversed(BOTH))
        assert back.worth_more == pytest.approx(tuple(-each for each in reversed(found.worth_more)))
        for aspect in ("party", "clause", "year"):
            ours, theirs = (dict(each.of(aspect).select("name", "difference").rows()) for each in (found, back))
            assert ours == pytest.approx({name: -change for name, change in theirs.items()})

    def test_the_terms_stand_side_by_side(self, acme: gw.Programme) -> None:
        rows = {(clause, term): (a, b) for clause, term, a, b in offers_compared(acme, *BOTH).terms.rows()}
        assert rows == {
            ("", "seller"): ("fjord", "nordic"),
            ("", "sign by"): ("2026-12-15", "2026-11-30"),
            ("", "from"): ("2027-04-01", "2027-02-01"),
            ("", "through"): ("2028-03-31", "2028-06-30"),
            ("payment", "net"): (None, "45 d"),
            ("reservation", "chip"): ("h200", "h100"),
            ("reservation", "chips"): ("{min: 128, max: 256, step: 8}", "96"),
            ("reservation", "price per chip-hour"): ("2.3", "1.9"),
        }

    def test_the_command_tells_it_in_words_tables_json_and_a_picture(self, acme: gw.Programme, tmp_path: Path) -> None:
        picture = tmp_path / "difference.svg"
        words = ["compare", *BOTH, "--offers-of", acme.path]
        told = CliRunner().invoke(app, [*words, "--picture", str(picture)])
        assert told.exit_code == 0
        for part in ("First: with fjord-offer. Second: with nordic-offer.", "TERMS", "45 d", "PAID BY CLAUSE"):
            assert part in told.output
        assert "The second plan is worth" in told.output
        assert picture.read_text(encoding="utf-8").startswith("<svg")
        as_json = json.loads(CliRunner().invoke(app, [*words, "--json", "--set", "workloads.chat.chips=+10%"]).output)
        assert {row["aspect"] for row in as_json["differences"]} >= {"decision", "party", "clause", "pool", "year"}
        assert ["payment", "net", None, "45 d"] in [list(row.values()) for row in as_json["terms"]]
        assert as_json["worth_more"][0] <= as_json["worth_more"][1]

    @pytest.mark.parametrize(
        ("names", "told"),
        [
            (("fjord-ofer", "nordic-offer"), "there is no offer 'fjord-ofer'; did you mean 'fjord-offer'?"),
            (("fjord-offer", "what"), "there is no offer 'what'; there are fjord-offer and nordic-offer"),
            (("fjord-offer", "azure-2026"), "azure-2026 is no offer: its status is `signed`"),
            (("fjord-offer", "fjord-offer"), "fjord-offer is named twice"),
        ],
    )
    def test_names_of_no_two_offers_are_told(self, acme: gw.Programme, names: tuple[str, str], told: str) -> None:
        result = CliRunner().invoke(app, ["compare", *names, "--offers-of", acme.path])
        assert result.exit_code == 1
        assert told in " ".join(result.stderr.split())

    def test_an_offer_that_has_lapsed_by_the_day_of_the_plan_is_told(self, acme: gw.Programme) -> None:
        with pytest.raises(
            gw.GigawattError, match="nordic-offer cannot be signed as of 2026-12-05: it had to be signed"
        ):
            offers_compared(acme, *BOTH, as_of=date(2026, 12, 5))

    def test_what_if_is_not_for_plans_that_are_made(self, folders: tuple[Path, Path]) -> None:
        result = CliRunner().invoke(app, ["compare", *map(str, folders), "--relax"])
        assert result.exit_code == 2
        assert "plans in folders are made already" in " ".join(result.stderr.split())

    def test_one_without_a_plan_is_told_and_exits_with_1(self) -> None:
        programme = kept_text(OFFERS.replace("price: 1.90 USD", "price: 190 USD") + "participation: {acme: -3e7 USD}\n")
        result = CliRunner().invoke(app, ["compare", *BOTH, "--offers-of", programme.path])
        assert result.exit_code == 1
        assert "there is no plan that signs nordic-offer" in result.stderr

    def test_one_that_is_not_proven_is_told_and_exits_with_4(self, acme: gw.Programme) -> None:
        from dataclasses import replace

        from gigawatt import app as wiring

        found = replace(offers_compared(acme, *BOTH), proven=False, worth=((0.0, 10.0), (5.0, 20.0)))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(wiring, "offers_compared", lambda *names, **options: found)
            result = CliRunner().invoke(app, ["compare", *BOTH, "--offers-of", acme.path])
        assert result.exit_code == 4
        assert "Which of the two is worth more cannot be told" in result.output
