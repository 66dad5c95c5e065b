"""Bad programme files: every slip is told with file, line, column, path and a way to mend it, and all in one run."""

import random
import re
import time
from pathlib import Path

import pytest
from faulty import SOUND, changed, check, told
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gigawatt.clauses import KINDS
from gigawatt.errors import ProgrammeError
from gigawatt.file.loading import load_programme
from gigawatt.model.kinds import kind_of


def test_the_file_that_the_faults_are_made_in_is_sound(tmp_path: Path) -> None:
    assert told(tmp_path, SOUND) == []


def test_a_file_that_is_not_yaml(tmp_path: Path) -> None:
    check(
        tmp_path, "[acme]", "[acme", "3:8: is not YAML: did not find expected ',' or ']' while parsing a flow sequence"
    )


def test_an_empty_file(tmp_path: Path) -> None:
    assert told(tmp_path, "") == [
        "programme.yaml:1:1: is empty; `gigawatt init` writes a small programme to start from"
    ]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ProgrammeError, match=r"nowhere\.yaml: there is no such file"):
        load_programme(tmp_path / "nowhere.yaml", KINDS)


def test_a_missing_include(tmp_path: Path) -> None:
    check(
        tmp_path,
        "decides",
        "include: [more.yaml]\ndecides",
        "2:11: include[0]: there is no file more.yaml beside programme.yaml",
    )


def test_names_are_not_missed_while_an_include_is(tmp_path: Path) -> None:
    text = "programme: x\ninclude: [rest.yaml]\ncontracts: {c: {buyer: a, seller: b, status: signd}}\n"
    assert told(tmp_path, text) == [
        "programme.yaml:2:11: include[0]: there is no file rest.yaml beside programme.yaml",
        "programme.yaml:3:46: contracts.c.status: 'signd' is none of announced, loi, offer, signed; "
        "did you mean 'signed'?",
    ]


def test_duplicate_keys(tmp_path: Path) -> None:
    check(
        tmp_path,
        "seller: lumen",
        "seller: lumen\n    seller: azure",
        "24:5: contracts.lumen-1.seller: 'seller' stands already at programme.yaml:23:5; keep one of them",
    )


def test_two_contracts_with_one_id(tmp_path: Path) -> None:
    check(
        tmp_path,
        "azure-1:",
        "lumen-1:",
        "29:3: contracts.lumen-1: 'lumen-1' stands already at programme.yaml:21:3; keep one of them",
    )


def test_program_for_programme(tmp_path: Path) -> None:
    check(tmp_path, "programme:", "program:", "1:1: program: unknown key 'program'; did you mean 'programme'?")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "status: signed",
            "statsu: signed",
            "24:5: contracts.lumen-1.statsu: unknown key 'statsu'; did you mean 'status'?",
        ),
        ("ready:", "redy:", "11:26: sites.hall.phases.b1.redy: unknown key 'redy'; did you mean 'ready'?"),
        ("revenue: 2", "revenu: 2", "16:77: workloads.chat.revenu: unknown key 'revenu'; did you mean 'revenue'?"),
        (
            "price: 2.10",
            "prise: 2.10",
            "28:80: contracts.lumen-1.clauses.gpus.prise: unknown key 'prise'; did you mean 'price'?",
        ),
        ("max: 64", "mx: 64", "28:61: contracts.lumen-1.clauses.gpus.chips.mx: unknown key 'mx'; did you mean 'max'?"),
        (
            "[{amount",
            "[{amont",
            "43:86: contracts.loan.clauses.funds.tranches[0].amont: unknown key 'amont'; did you mean 'amount'?",
        ),
        ("through: 2027-12", "thru: 2027-12", "3:26: horizon.thru: unknown key 'thru'; did you mean 'through'?"),
    ],
)
def test_an_unknown_key_brings_the_known_one(tmp_path: Path, old: str, new: str, fault: str) -> None:
    faults = told(tmp_path, changed((old, new)))
    assert faults[0] == f"programme.yaml:{fault}"
    assert not any("is missing" in other for other in faults[1:])


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "kind: reservation",
            "kind: reservaton",
            "28:20: contracts.lumen-1.clauses.gpus.kind: unknown kind 'reservaton'; did you mean 'reservation'?",
        ),
        (
            "kind: training",
            "kind: trainning",
            "17:15: workloads.run.kind: unknown kind 'trainning'; did you mean 'training'?",
        ),
        ("kind: serving, ", "", "16:9: workloads.chat: `kind` is missing; the kinds are serving, training, research"),
        (
            "kind: price",
            "kind: [a]",
            "36:20: contracts.azure-1.clauses.rate.kind: unknown kind \"['a']\"; the "
            f"kinds are {', '.join(kind_of(kind) for kind in KINDS)}",
        ),
    ],
)
def test_an_unknown_kind_brings_the_known_ones(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert f"programme.yaml:{fault}" in told(tmp_path, changed((old, new)))


def test_a_wrong_unit(tmp_path: Path) -> None:
    check(
        tmp_path,
        "amount: 1e9 USD",
        "amount: 843 MW",
        "43:94: contracts.loan.clauses.funds.tranches[0].amount: 843 MW where USD is due",
    )


def test_a_wrong_unit_in_a_step_of_a_series(tmp_path: Path) -> None:
    check(
        tmp_path,
        "4.10 USD/chip-hour",
        "4.10 USD/MWh",
        "36:62: contracts.azure-1.clauses.rate.price.2027-04: 4.10 USD/MWh where USD/chip-hour is due",
    )


def test_a_bare_number_where_a_unit_is_due(tmp_path: Path) -> None:
    check(tmp_path, "62 USD/MWh", "62", "9:13: sites.hall.energy: 62 has no unit; USD/MWh is due")


def test_negative_power(tmp_path: Path) -> None:
    check(tmp_path, "power: 10 MW", "power: -10 MW", "11:19: sites.hall.phases.b1.power: -10 MW is negative")


def test_a_phase_without_power(tmp_path: Path) -> None:
    check(
        tmp_path, "power: 10 MW", "power: 0 MW", "11:19: sites.hall.phases.b1.power: a phase needs power above nought"
    )


def test_a_site_without_phases(tmp_path: Path) -> None:
    phase = "    phases:\n      b1: {power: 10 MW, ready: 2027-01-01, capex: 1 MUSD/MW}\n"
    check(tmp_path, phase, "", "6:3: sites.hall.phases: `phases` is missing")
    check(
        tmp_path,
        phase,
        "    phases: {}\n",
        "10:13: sites.hall.phases: a site needs at least one phase, as {b1: {power: 105 MW, ready: 2025-09-26}}",
    )


def test_a_phase_that_ends_before_it_begins(tmp_path: Path) -> None:
    check(
        tmp_path,
        "ready: 2027-01-01",
        "ready: 2027-01-01, until: 2026-01-01",
        "11:52: sites.hall.phases.b1.until: ends on 2026-01-01, before it begins on 2027-01-01; "
        "move one of the two dates",
    )


@pytest.mark.parametrize(
    ("end", "fault"),
    [
        ("through: 2025-06-30", "26:14: contracts.lumen-1.through: ends on 2025-06-30, before it begins on 2026-07-01"),
        ("through: 2026-06", "26:14: contracts.lumen-1.through: ends on 2026-06-30, before it begins on 2026-07-01"),
        ("until: 2026-07-01", "26:12: contracts.lumen-1.until: ends before 2026-07-01, and begins on 2026-07-01"),
    ],
)
def test_a_contract_that_ends_before_it_begins(tmp_path: Path, end: str, fault: str) -> None:
    check(tmp_path, "through: 2027-06-30", end, f"{fault}; move one of the two dates")


def test_a_contract_of_a_single_day_is_sound(tmp_path: Path) -> None:
    assert told(tmp_path, changed(("through: 2027-06-30", "through: 2026-07-01"))) == []


def test_a_workload_or_clause_that_ends_before_it_begins(tmp_path: Path) -> None:
    gpus = "chip: h100, chips: {min: 8"
    changes = (("through: 2027-06,", "through: 2027-03,"), (gpus, f"from: 2027-02, until: 2027-01, {gpus}"))
    assert told(tmp_path, changed(*changes)) == [
        "programme.yaml:17:60: workloads.run.through: ends on 2027-03-31, before it begins on 2027-05-01; "
        "move one of the two dates",
        "programme.yaml:28:55: contracts.lumen-1.clauses.gpus.until: ends before 2027-01-01, and begins on 2027-02-01; "
        "move one of the two dates",
    ]


def test_two_ends(tmp_path: Path) -> None:
    check(
        tmp_path,
        "    through: 2027-06-30",
        "    through: 2027-06-30\n    until: 2027-07-01",
        "27:12: contracts.lumen-1.until: has both `through` (inclusive) and `until` (exclusive); keep one of them",
    )


def test_a_csv_without_the_column(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("date,tokens\n2026-01,1e12\n", encoding="utf-8")
    check(
        tmp_path,
        "1e12 token/day",
        "{csv: d.csv, column: tokns, date: date, unit: token/day}",
        "16:54: workloads.chat.tokens.column: d.csv has no column 'tokns'; did you mean 'tokens'?",
    )


def test_an_offer_without_sign_by(tmp_path: Path) -> None:
    check(
        tmp_path,
        "    sign_by: 2026-12-15\n",
        "",
        "32:13: contracts.azure-1.status: an offer needs `sign_by`, the last day on which it can be signed",
    )


HORIZON_HERE = "horizon: {from: 2027-01"


def test_an_offer_that_had_lapsed_when_things_are_known(tmp_path: Path) -> None:
    text = changed((HORIZON_HERE, f"as_of: 2026-12-16\n{HORIZON_HERE}"))
    assert told(tmp_path, text) == [
        "programme.yaml:34:14: contracts.azure-1.sign_by: the offer could be signed until 2026-12-15, and things are "
        "as known on 2026-12-16 (`as_of`), when it had lapsed; move `sign_by`, say `status: loi`, which binds nothing, "
        "or take the offer out"
    ]


def test_an_offer_may_be_signed_on_the_day_as_which_things_are_known_and_where_none_is_said(tmp_path: Path) -> None:
    assert told(tmp_path, changed((HORIZON_HERE, f"as_of: 2026-12-15\n{HORIZON_HERE}"))) == []
    assert told(tmp_path, changed(("sign_by: 2026-12-15", "sign_by: 2026-06-15"))) == []


def test_what_binds_nothing_or_is_signed_does_not_lapse(tmp_path: Path) -> None:
    late = (HORIZON_HERE, f"as_of: 2026-12-16\n{HORIZON_HERE}")
    for status in ("loi", "announced", "signed"):
        assert told(tmp_path, changed(late, ("status: offer", f"status: {status}"))) == []


@pytest.mark.parametrize(
    ("end", "fault"),
    [
        (
            "through: 2026-12",
            "3:35: horizon.through: has no months: it ends before 2027-01-01, and begins on 2027-01-01",
        ),
        ("until: 2027-01", "3:33: horizon.until: has no months: it ends before 2027-01-01, and begins on 2027-01-01"),
        (
            "through: 2027-06-15",
            "3:35: horizon.through: ends inside a month (on the day before 2027-06-16); whole months are planned",
        ),
        ("source: nobody", "3:10: horizon: says not when it ends; give `through`, its last month"),
        (
            "until: 2028-01, through: 2027-12",
            "3:33: horizon.until: has both `through` (inclusive) and `until` (exclusive); keep one of them",
        ),
    ],
)
def test_a_horizon_of_no_whole_months(tmp_path: Path, end: str, fault: str) -> None:
    check(tmp_path, "through: 2027-12", end, fault)


def test_slices_that_do_not_fill_the_day(tmp_path: Path) -> None:
    check(tmp_path, "night: 12 h", "night: 8 h", "3:52: horizon.slices: the slices add up to 20 h where a day has 24 h")


def test_money_per_another_measure_than_that_of_the_demand(tmp_path: Path) -> None:
    check(
        tmp_path,
        "revenue: 2 USD/Mtoken",
        "revenue: 2 USD/chip-hour, unserved: 3 USD/FLOP",
        "16:86: workloads.chat.revenue: money per chip-hour where money per token is due, as in tokens",
        "16:113: workloads.chat.unserved: money per FLOP where money per token is due, as in tokens",
    )


def test_a_rate_in_another_measure_than_that_of_the_demand(tmp_path: Path) -> None:
    check(
        tmp_path,
        "h100: 900 token/s",
        "h100: 2",
        "16:56: workloads.chat.rates: the rate of h100 is in a plain number where token/s is due, as in tokens",
    )


def test_demand_said_twice_or_not_at_all(tmp_path: Path) -> None:
    check(
        tmp_path,
        "chips: 64",
        "chips: 64, flop: 1e20 FLOP",
        "17:32: workloads.run.chips: says twice what is wanted, by `flop` and by `chips`; keep one of them",
    )
    check(tmp_path, "chips: 64, ", "", "17:8: workloads.run: says not what is wanted; give one of flop, chips")


def test_growth_said_twice(tmp_path: Path) -> None:
    check(
        tmp_path,
        "1e12 token/day",
        "{value: 1e12 token/day, growth: 1 %/month}, growth: 2 %/month",
        "16:85: workloads.chat.growth: stands beside `tokens`, whose value grows already; keep one of them",
    )


def test_a_seller_that_buys_from_itself(tmp_path: Path) -> None:
    check(tmp_path, "seller: lumen", "seller: acme", "23:13: contracts.lumen-1.seller: acme cannot sell to itself")


def test_a_currency_that_is_none(tmp_path: Path) -> None:
    check(
        tmp_path,
        "decides",
        "currency: USX\ndecides",
        "2:11: currency: 'USX' is no currency known here; did you mean 'USD'?",
    )


def test_sections_of_another_shape(tmp_path: Path) -> None:
    text = "programme: x\ndecides: a\nhorizon: 2027\nparties: [a, b]\nworkloads: foo\ncontracts: {a: b}\n"
    assert told(tmp_path, text) == [
        "programme.yaml:3:10: horizon: '2027' where a mapping of keys and values is due",
        "programme.yaml:4:10: parties: a list where a mapping of keys and values is due",
        "programme.yaml:5:12: workloads: 'foo' where a mapping of keys and values is due",
        "programme.yaml:6:16: contracts.a: 'b' where a mapping of keys and values is due",
    ]


def test_all_faults_are_told_in_one_run_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = changed(
        ("programme: acme", "programme: ac me"),
        ("decides: [acme]", "decides: [acne]"),
        ("{from: 2027-01, through", "{fro: 2027-01, through"),
        ("62 USD/MWh", "62 MW"),
        ("pools:\n", "pools:\n  own: {}\n"),
        ("kind: training", "kind: trainin"),
        ("seller: lumen", "seller: lumn"),
        ("sign_by: 2026-12-15", "sign_by: tomorrow"),
        ("payee: azure", "payee: azur"),
        ("investor: bank", "investor: bnk"),
        ("amount: 1e9 USD", "amount: 843 MW"),
    )
    faults = told(tmp_path, text)
    lines = [int(fault.split(":")[1]) for fault in faults]
    assert lines == sorted(lines)
    assert [re.sub(r"^programme.yaml:\d+:\d+: ", "", fault).split(": ")[0] for fault in faults] == [
        "programme",
        "decides[0]",
        "horizon.fro",
        "sites.hall.energy",
        "pools.own.chip",
        "pools.own",
        "workloads.run.kind",
        "contracts.lumen-1.seller",
        "contracts.azure-1.sign_by",
        "contracts.azure-1.clauses.share.payee",
        "contracts.loan.clauses.funds.tranches[0].amount",
    ]


PIECES = (
    "{}",
    "[]",
    "null",
    "-1",
    "a",
    "x y",
    "{value: 1}",
    "{2025-01: 1}",
    "2025-13-40",
    "1e999",
    "10 USD",
    "5 %",
    "*a",
    "{unit: MW, 2025-01: 3}",
    "&a [*a]",
    "{growth: 2 %/month, value: 3}",
    "{csv: x.csv}",
    "[1, {a: b}]",
    "9999-12",
    "0001-01",
    "{interpolate: geometric, 2025-01: 0}",
    "99999 y",
    "{kind: price}",
    "!foo x",
    "<<: {a: b}",
    "é: ü",
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9), pieces=st.lists(st.sampled_from(PIECES), min_size=1, max_size=4))
def test_whatever_is_written_no_other_error_comes_out(tmp_path: Path, seed: int, pieces: list[str]) -> None:
    chance = random.Random(seed)
    text = SOUND
    for piece in pieces:
        words = list(re.finditer(r"[^\s{}\[\],:#]+(?: [A-Za-z/%-]+)?|\{[^{}]*\}|\[[^\[\]]*\]", text))
        word = chance.choice(words)
        text = text[: word.start()] + piece + text[word.end() :]
    for fault in told(tmp_path, text):
        assert "Input" not in fault
        assert "pydantic" not in fault
        assert re.match(r"[^:]+:\d+:\d+: ", fault)


def test_six_thousand_lines_are_read_in_a_second(tmp_path: Path) -> None:
    steps = "".join(f"          20{26 + n // 12}-{n % 12 + 1:02d}: {4 - n / 100} USD/chip-hour\n" for n in range(24))
    clause = f"      rate:\n        kind: price\n        pool: azure-h100\n        price:\n{steps}"
    contracts = "".join(
        f"  c{n}:\n    buyer: acme\n    seller: azure\n    status: signed\n    clauses:\n{clause}" for n in range(190)
    )
    text = SOUND + contracts
    assert text.count("\n") > 6000
    (tmp_path / "programme.yaml").write_text(text, encoding="utf-8")
    before = time.process_time()
    load_programme(tmp_path / "programme.yaml", KINDS)
    assert time.process_time() - before < 1
