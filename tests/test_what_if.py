"""What if: values set anew, clauses left out, events that come; what cannot be changed is told with its place."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

import gigawatt as gw
from gigawatt.cli import app
from gigawatt.history.versions import ALL_IS_KNOWN, history_of
from tests.programmes import EXAMPLES
from tests.programmes import kept_text as loaded

STARTUP = EXAMPLES / "startup" / "programme.yaml"
TEXT = """
programme: if
decides: acme
horizon: {from: 2027-01, through: 2027-12}
parties: {acme: {}, lumen: {}, fjord: {}, board: {}, ann: {}, ben: {}}
workloads: {chat: {kind: serving, chips: {2027-01: 10, 2027-07: 20}, unserved: 12 USD/chip-hour}}
chips: {own.1: {it_power: 1 kW}}
sites:
  hall: {landlord: acme, operator: acme, phases: [
    {power: 1 MW, ready: 2027-03-01}, {power: 1 MW, ready: 2027-05-01}]}
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2027-01-01, clauses: {
    rate: {kind: price, chip: h100, price: {value: 2 USD/chip-hour, source: the order}},
    only: {kind: exclusivity, workloads: [chat]},
    agi: {kind: determination, event: agi, declares: board, panel: [ann, ben]}},
    amendments: [
      {effective: 2027-04-01, amend: {only: {except: [fjord]}}},
      {when: agi, signed: 2027-01-01, end: [only]}]}
  fjord: {buyer: acme, seller: fjord, status: signed, from: 2027-01-01, clauses: {
    rate: {kind: price, chip: h100, price: 1 USD/chip-hour},
    free: {kind: exclusivity, workloads: [chat], overrides: [lumen/only]}}}
"""


class TestSetting:
    def test_replaces_a_value(self) -> None:
        told = gw.change(loaded(TEXT), set={"contracts.lumen.clauses.rate.price": "3 USD/chip-hour"})
        assert told.contracts["lumen"].clauses["rate"].asked(date(2027, 1, 1)) == 3

    @pytest.mark.parametrize(
        ("text", "points"),
        [("+10 %", (11, 22)), ("-50%", (5, 10)), ("*1.5", (15, 30)), ("7", (7,))],
    )
    def test_scales_every_value_of_a_dated_one(self, text: str, points: tuple[int, ...]) -> None:
        told = gw.change(loaded(TEXT), set={"workloads.chat.chips": text})
        assert tuple(value for _, value in told.workloads["chat"].chips.points) == points  # type: ignore[union-attr]

    def test_scales_what_grows_or_moves_between_its_points_and_what_stands_in_a_table(self, tmp_path: Path) -> None:
        (tmp_path / "demand.csv").write_text("day,tokens\n2027-01-01,1e9\n2027-07-01,3e9\n", encoding="utf-8")
        column = "{csv: demand.csv, column: tokens, date: day, unit: token/day, interpolate: linear}"
        grown = "{value: 4e9 token/day, growth: 2 %/month}"
        for text, before in ((column, [1e9, 3e9]), (grown, [4e9])):
            file = tmp_path / "programme.yaml"
            wanted = f"tokens: {text}, unserved: 1 USD/Mtoken, rates: {{h100: 1000 token/s}}"
            old = "chips: {2027-01: 10, 2027-07: 20}, unserved: 12 USD/chip-hour"
            file.write_text(TEXT.replace(old, wanted), encoding="utf-8")
            base = gw.load(file).workloads["chat"].tokens
            told = gw.change(gw.load(file), set={"workloads.chat.tokens": "*1.5"}).workloads["chat"].tokens  # type: ignore[union-attr]
            assert [float(value) * 24 for _, value in base.points] == pytest.approx(before)  # type: ignore[union-attr]
            assert [float(value) * 24 for _, value in told.points] == pytest.approx([1.5 * one for one in before])
            assert (told.interpolate, told.growth_per_month) == (base.interpolate, base.growth_per_month)  # type: ignore[union-attr]

    @pytest.mark.parametrize(
        ("text", "day"),
        [("+180d", date(2027, 10, 28)), ("- 2 months", date(2027, 3, 1)), ("2027-09-01", date(2027, 9, 1))],
    )
    @pytest.mark.parametrize("path", ["sites.hall.phases.2.ready", "sites.hall.phases[1].ready"])
    def test_moves_a_day_of_a_phase_by_its_number(self, path: str, text: str, day: date) -> None:
        phases = gw.change(loaded(TEXT), set={path: text}).sites["hall"].phases
        assert [phases["1"].ready, phases["2"].ready] == [date(2027, 3, 1), day]

    def test_states_a_key_that_the_file_leaves_to_its_default(self) -> None:
        assert gw.change(loaded(TEXT), set={"workloads.chat.owner": "lumen"}).workloads["chat"].owner == "lumen"

    def test_a_name_may_have_dots(self) -> None:
        told = gw.change(loaded(TEXT), set={"chips.own.1.it_power": "2 kW"})
        assert told.chips["own.1"].it_power_kw == 2

    def test_what_is_set_is_an_assumption_and_has_its_old_source_no_more(self) -> None:
        path = "contracts.lumen.clauses.rate.price"
        before, told = loaded(TEXT), gw.change(loaded(TEXT), set={path: "*1.1"})
        assert [one.source for one in before.provenance if one.path == path] == [("the order",)]
        (record,) = [one for one in told.provenance if one.path == path]
        assert (record.assumed, record.value_text, record.source) == (True, "*1.1", ())
        assert record in told.assumptions()

    def test_changes_add_up_and_leave_the_programme_as_it_was(self) -> None:
        base = loaded(TEXT)
        once = gw.change(base, set={"workloads.chat.chips": "+10 %"}, without=["lumen/only"])
        twice = gw.change(once, set={"workloads.chat.chips": "*2"}, events={"agi": date(2027, 9, 1)})
        assert [value for _, value in twice.workloads["chat"].chips.points] == [22, 44]  # type: ignore[union-attr]
        assert "only" not in twice.contracts["lumen"].clauses
        assert str(twice.changes) == (
            "workloads.chat.chips = +10 %, workloads.chat.chips = *2, without lumen/only, agi on 2027-09-01"
        )
        assert not base.changes.told()

    @pytest.mark.parametrize(
        ("path", "text", "told"),
        [
            ("sites.hal.phases.1.ready", "+1 d", "there is no 'hal' in sites; did you mean 'hall'?"),
            ("sites.hall.phases.3.ready", "+1 d", "there is no '3' in sites.hall.phases, which has 1 to 2"),
            ("workloads.chat.unserved", "12 MW", "12 MW"),
            ("workloads.chat.unservd", "12 USD/chip-hour", "unknown key 'unservd'; did you mean 'unserved'?"),
            ("sites.hall.phases.1.ready", "+10 %", "'2027-03-01' is no quantity that could be scaled"),
            ("workloads.chat.unserved", "+10 d", "is no day that could be moved by 10 d"),
            ("workloads.chat.growth", "+10 %", "what is not stated is no quantity"),
            ("workloads.chat.unserved.more", "1", "which has nothing in it called 'more'"),
            ("workloads.chat.chips", "-200 %", "-10 is negative"),
            ("", "1", "names nothing"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_set_is_told(self, path: str, text: str, told: str) -> None:
        with pytest.raises(gw.ProgrammeError) as caught:
            gw.change(loaded(TEXT), set={path: text})
        assert told in str(caught.value)


class TestWithout:
    def test_a_clause_goes_with_all_that_amends_it_and_what_it_overrode_revives(self) -> None:
        programme = gw.change(loaded(TEXT), without=["fjord/free"])
        asked = gw.Ask("place", "acme", date(2027, 2, 1), workload="chat", pool="fjord-h100")
        assert gw.may(loaded(TEXT), asked).ruling is gw.Ruling.ALLOW
        assert gw.may(programme, asked).ruling is gw.Ruling.DENY
        assert gw.may(gw.change(programme, without=["lumen/only"]), asked).ruling is gw.Ruling.ALLOW

    def test_a_plan_is_made_anew(self) -> None:
        kept, left = gw.load(STARTUP), gw.change(gw.load(STARTUP), without=["azure-2026/commit"])
        signed = [
            {row["contract"]: row["signed"] for row in gw.plan(one).tables["offers"].iter_rows(named=True)}
            for one in (kept, left)
        ]
        assert signed == [{"fjord-offer": False}, {"fjord-offer": True}]

    def test_a_clause_that_is_not_there_is_told(self) -> None:
        with pytest.raises(gw.GigawattError, match="there is no clause 'lumen/olny'; did you mean 'lumen/only'"):
            gw.change(loaded(TEXT), without=["lumen/olny"])


class TestEvents:
    def test_an_event_counts_by_the_acts_of_those_who_decide_it(self) -> None:
        programme = gw.change(loaded(TEXT), events={"agi": date(2027, 9, 1)})
        assert [(one.kind, one.by) for one in programme.events] == [
            ("declaration", "board"), ("verification", "ann"), ("verification", "ben")
        ]  # fmt: skip
        history = history_of(programme)
        assert history.in_force("lumen", "only", date(2027, 8, 31), ALL_IS_KNOWN) is not None
        assert history.in_force("lumen", "only", date(2027, 9, 1), ALL_IS_KNOWN) is None

    def test_it_is_known_on_the_day_of_the_plan(self) -> None:
        base = loaded(TEXT + "as_of: 2027-01-01\n")
        programme = gw.change(base, events={"agi": date(2027, 9, 1)}, without=["fjord/free"])
        only = gw.known_on(programme).contracts["lumen"].clauses
        assert max(clause.until for name, clause in only.items() if name.startswith("only")) == date(2027, 9, 1)

    def test_an_event_for_which_nothing_waits_is_told(self) -> None:
        with pytest.raises(gw.GigawattError, match="there is no event 'agy'; did you mean 'agi'"):
            gw.change(loaded(TEXT), events={"agy": date(2027, 9, 1)})


class TestTheCommand:
    def test_plans_what_is_changed_and_tells_by_what(self) -> None:
        words = ["plan", str(STARTUP), "--set", "workloads.chat.chips=+10%", "--without", "azure-2026/commit"]
        told = CliRunner().invoke(app, words)
        assert told.exit_code == 0
        assert "What if: workloads.chat.chips = +10%, without azure-2026/commit" in told.output
        as_json = json.loads(CliRunner().invoke(app, [*words, "--json"]).output)
        assert as_json["changes"] == ["workloads.chat.chips = +10%", "without azure-2026/commit"]

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (("--set", "workloads.chat.chips"), "--set workloads.chat.chips says not what is set to what"),
            (("--event", "agi=soon"), "'soon' is not a date"),
            (("--without", "azure-2026/comit"), "did you mean 'azure-2026/commit'?"),
            (("--set", "workloads.chatt.chips=1"), "did you mean 'chat'?"),
        ],
    )
    def test_a_mistake_is_told_in_words(self, words: tuple[str, ...], told: str) -> None:
        result = CliRunner().invoke(app, ["plan", str(STARTUP), *words])
        assert result.exit_code == 1
        assert told in result.stderr


def test_a_report_says_what_was_changed(tmp_path: Path) -> None:
    answer = gw.plan(gw.change(loaded(TEXT), set={"workloads.chat.unserved": "*2"}))
    gw.write_report(answer, tmp_path / "report.html")
    assert "What if: workloads.chat.unserved = *2" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_programme_that_was_made_in_python_has_no_values_of_a_file() -> None:
    made = loaded(TEXT).with_origin(type(loaded(TEXT)._origin)())
    assert "only" not in gw.change(made, without=["lumen/only"]).contracts["lumen"].clauses
    with pytest.raises(gw.GigawattError, match="has no file"):
        gw.change(made, set={"workloads.chat.unserved": Decimal(2)})
