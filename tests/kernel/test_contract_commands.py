"""The commands about contracts: what they print, their exit codes, JSON for machines, and what goes wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gigawatt.cli import app
from tests.kernel.test_gate import TEXT
from tests.kernel.test_history import CONTRACT, HEAD, TABLE

OFFERS = """
offers:
  - {id: n1, clause: azure/first, opened: 2025-04-01, power: 150 MW, answer: declined, answered: 2025-04-20}
"""


@pytest.fixture
def gate_file(tmp_path: Path) -> Path:
    return written(tmp_path / "gate.yaml", TEXT.replace("TERMS", ""))


@pytest.fixture
def table_file(tmp_path: Path) -> Path:
    return written(tmp_path / "table.yaml", HEAD + CONTRACT + TABLE)


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


PROCURE = ("--by", "openai", "--procure", "oracle", "--for", "train", "--on", "2025-06-01")


class TestMay:
    @pytest.mark.parametrize(
        ("words", "code", "first"),
        [
            ((*PROCURE, "--power", "100 MW"), 10, "OFFER_FIRST\n  to microsoft, by the end of 2025-07-01: acceptance"),
            (PROCURE, 11, "REFER\n  missing: the MW, or the chips and their pool"),
            (("--by", "openai", "--place", "api", "--in", "aws-h100", "--on", "2025-06-01"), 12, "DENY\n  DENY"),
            (("--by", "openai", "--place", "api", "--in", "microsoft-h100", "--on", "2025-06-01"), 0, "ALLOW\n"),
            (("--by", "openai", "--place", "train", "--in", "aws-h100", "--on", "2025-06-01"), 0, "ALLOW\n  no clause"),
        ],
    )
    def test_a_verdict_is_told_with_its_clause_and_as_an_exit_code(
        self, gate_file: Path, words: tuple[str, ...], code: int, first: str
    ) -> None:
        result = run("may", gate_file, *words)
        assert result.exit_code == code, result.output
        assert result.output.startswith(first)

    def test_the_clause_is_named_with_its_words_and_its_place(self, gate_file: Path) -> None:
        told = run("may", gate_file, *PROCURE, "--power", "100 MW").output
        assert "azure/first: a new need of 100 MW goes to microsoft first" in told
        assert "(new capacity is offered to Microsoft first)" in told
        assert f"[{gate_file}:19:7]" in told

    def test_offers_on_record_are_read_from_a_file(self, gate_file: Path, tmp_path: Path) -> None:
        facts = written(tmp_path / "facts.yaml", OFFERS)
        result = run("may", gate_file, *PROCURE, "--power", "100 MW", "--facts", facts)
        assert (result.exit_code, result.output.splitlines()[0]) == (0, "ALLOW")

    def test_json_has_the_same(self, gate_file: Path) -> None:
        told = json.loads(run("may", gate_file, *PROCURE, "--power", "100 MW", "--json").output)
        assert (told["ruling"], told["holder"], told["deadline"]) == ("OFFER_FIRST", "microsoft", "2025-07-01")
        assert told["because"][0]["clause"] == "azure/first"
        assert told["because"][0]["place"].endswith("gate.yaml:19:7")

    @pytest.mark.parametrize(
        ("words", "code", "told"),
        [
            (("--by", "openai"), 2, "ask one thing"),
            (("--by", "openai", "--place", "api", "--procure", "oracle"), 2, "ask one thing"),
            (("--by", "openai", "--place", "api"), 1, "name a pool with --in"),
            (("--by", "openai", "--place", "api", "--in", "aws"), 1, "there is no pool 'aws'"),
            (("--by", "opnai", "--place", "api", "--in", "aws-h100"), 1, "did you mean 'openai'"),
            ((*PROCURE, "--power", "100 USD"), 1, "USD where MW is due"),
            ((*PROCURE, "--power", "100 MW", "--known", "soon"), 1, "soon"),
            ((*PROCURE, "--power", "100 MW", "--from", "2026-01", "--through", "2025-01"), 1, "cannot end"),
            ((*PROCURE, "--power", "-5 MW"), 1, "not above nought"),
            ((*PROCURE, "--power", "0 MW"), 1, "not above nought"),
            (("--by", "openai", "--place", "api", "--in", "aws-h100", "--from", "9999-12-31"), 1, "out of range"),
            ((*PROCURE, "--facts", "nowhere.yaml"), 1, "there is no such file"),
        ],
    )  # fmt: skip
    def test_a_mistake_is_told_in_words(self, gate_file: Path, words: tuple[str, ...], code: int, told: str) -> None:
        result = run("may", gate_file, *words)
        assert result.exit_code == code
        assert told in result.output + result.stderr

    @pytest.mark.parametrize(
        ("keys", "told"),
        [
            ("", "`power` is missing"),
            ("power: -1 MW", "negative"),
            ("power: 1 MW, answer: perhaps, answered: 2025-05-01", "perhaps"),
            ("power: 1 MW, answer: declined", "an answer has its day"),
            ("power: 1 MW, answer: declined, answered: 2025-03-01", "before it was made"),
            ("power: 1 MW, answer: accepted, answered: 2025-05-01, accepted: 2 MW", "2 MW were taken of 1 MW"),
        ],
    )
    def test_a_wrong_record_is_told_with_its_place(self, gate_file: Path, tmp_path: Path, keys: str, told: str) -> None:
        offer = f"{{id: n1, clause: azure/first, opened: 2025-04-01, {keys}}}"
        facts = written(tmp_path / "facts.yaml", f"offers:\n  - {offer}\n")
        result = run("may", gate_file, *PROCURE, "--power", "1 MW", "--facts", facts)
        assert result.exit_code == 1
        assert told in result.stderr
        assert "facts.yaml:2:" in result.stderr

    @pytest.mark.parametrize(
        ("facts", "told"),
        [
            ("offers: [{id: n1, clause: azure/fist, opened: 2025-04-01, power: 1 MW}]", "did you mean 'azure/first'"),
            ("offers: [{id: n1, clause: azure/first, opened: 2025-04-01, power: 1 MW, workload: trian}]", "'train'"),
            ("notices: [{clause: azure/first, by: opnai, given: 2025-04-01}]", "did you mean 'openai'"),
            ("notices: [{clause: azure/first, given: 2025-04-01}]", "`by` is missing"),
            (
                "offers: [{id: n1, clause: azure/rate, opened: 2025-04-01, power: 1 MW}]",
                "azure/rate gives nobody a first call on new capacity",
            ),
        ],
    )
    def test_a_record_of_what_is_not_there_is_told(
        self, gate_file: Path, tmp_path: Path, facts: str, told: str
    ) -> None:
        result = run("may", gate_file, *PROCURE, "--power", "1 MW", "--facts", written(tmp_path / "f.yaml", facts))
        assert result.exit_code == 1
        assert told in result.stderr


class TestClauses:
    def test_every_clause_stands_in_a_line_with_its_state(self, table_file: Path) -> None:
        lines = run("clauses", table_file, "--on", "2026-03-01").output.splitlines()
        assert lines[0].split() == ["clause", "kind", "state", "version", "since", "through", "words"]
        assert [line.split()[0] for line in lines[1:]] == ["azure/rate", "azure/share", "azure/api"]
        assert "2026-01-01" in lines[2]

    def test_a_party_that_is_none_and_days_the_wrong_way_round_are_errors(self, table_file: Path) -> None:
        assert "did you mean 'oracle'" in run("clauses", table_file, "--party", "orcle").stderr
        assert "earlier one first" in run("clauses", table_file, "--changes", "2026-01-01", "2025-01-01").stderr

    def test_a_party_sees_its_own(self, table_file: Path) -> None:
        assert len(run("clauses", table_file, "--party", "oracle").output.splitlines()) == 1

    def test_changes_between_two_days_of_knowledge(self, table_file: Path) -> None:
        result = run("clauses", table_file, "--changes", "2025-09-01", "2026-01-01", "--json")
        assert [(one["known"], one["verb"]) for one in json.loads(result.output)] == [
            ("2025-10-01", "amend"),
            ("2025-12-01", "correct"),
        ]

    def test_changes_tell_a_new_end_of_a_contract(self, tmp_path: Path) -> None:
        longer = "    amendments: [{effective: 2026-03-01, through: 2032-12-31}]\n"
        file = written(tmp_path / "longer.yaml", HEAD + CONTRACT + longer)
        told = run("clauses", file, "--changes", "2026-01-01", "2026-12-31").output
        assert "2026-03-01  azure   over on  2033-01-01" in told

    def test_a_day_in_a_gap_tells_since_when_and_through_when_there_is_no_clause(self, tmp_path: Path) -> None:
        gap = (
            "    amendments:\n      - {effective: 2026-03-01, end: [api]}\n"
            "      - {effective: 2026-09-01, new: {api: {kind: exclusivity, workloads: [api]}}}\n"
        )
        file = written(tmp_path / "gap.yaml", HEAD + CONTRACT + gap)
        rows = json.loads(run("clauses", file, "--on", "2026-06-01", "--known", "2027-01-01", "--json").output)
        (row,) = [row for row in rows if row["clause"] == "api"]
        assert (row["state"], row["since"], row["through"]) == ("ended", "2026-03-01", "2026-08-31")

    def test_json_tells_a_mistake_too_and_an_open_day_as_null(self, table_file: Path) -> None:
        wrong = run("clause", table_file, "azure/shar", "--json")
        assert wrong.exit_code == 1
        assert "did you mean 'azure/share'?" in json.loads(wrong.output)["error"]
        card = json.loads(run("clause", table_file, "azure/share", "--json").output)
        assert [row["known_until"] for row in card["history"] if row["name"] == "2026-01-01"] == [None]

    def test_one_clause_is_told_with_its_history_and_its_faces(self, table_file: Path) -> None:
        told = run("clause", table_file, "azure/share").output
        assert told.startswith("azure/share: revenue_share between openai and microsoft")
        assert "gate: silent" in told
        assert [line.split()[0] for line in told.splitlines() if "  amend  " in line] == ["2025-10-01"]
        assert "2025-12-01" in told

    def test_a_clause_that_is_not_there_is_an_error_with_a_guess(self, table_file: Path) -> None:
        result = run("clause", table_file, "azure/shore")
        assert result.exit_code == 1
        assert "did you mean 'azure/share'" in result.stderr


class TestDue:
    def test_the_end_of_a_contract_falls_due_on_its_last_day(self, table_file: Path) -> None:
        told = run("due", table_file, "--from", "2030-01-01", "--through", "2031-01-01", "--json").output
        ends = [one for one in json.loads(told) if one["deadline"]["what"] == "end"]
        assert [(one["clause"], one["deadline"]["on"]) for one in ends] == [("azure", "2030-12-31")]

    def test_a_calendar_file_has_an_event_for_each_and_no_line_over_75_bytes(
        self, table_file: Path, tmp_path: Path
    ) -> None:
        ics = tmp_path / "due.ics"
        assert run("due", table_file, "--from", "2030-01-01", "--through", "2031-01-01", "--ics", ics).exit_code == 0
        lines = ics.read_bytes().split(b"\r\n")
        assert lines[0] == b"BEGIN:VCALENDAR"
        assert lines[-2:] == [b"END:VCALENDAR", b""]
        assert lines.count(b"BEGIN:VEVENT") == lines.count(b"END:VEVENT") >= 1
        assert b"DTSTART;VALUE=DATE:20301231" in lines
        assert max(map(len, lines)) <= 75

    def test_days_the_wrong_way_round_are_an_error(self, table_file: Path) -> None:
        result = run("due", table_file, "--from", "2031-01-01", "--through", "2030-01-01")
        assert result.exit_code == 1
        assert "put the earlier one first" in result.stderr

    def test_the_last_days_there_are_can_be_asked_about(self, table_file: Path) -> None:
        assert run("due", table_file, "--from", "9999-12-01").exit_code == 0
        assert run("due", table_file, "--from", "2027-01-01", "--through", "9999-12-31").exit_code == 0

    def test_a_calendar_that_cannot_be_written_is_an_error(self, table_file: Path, tmp_path: Path) -> None:
        result = run("due", table_file, "--ics", tmp_path / "nowhere" / "a.ics")
        assert result.exit_code == 3
