"""Files of facts are read exactly or not at all: each thing that can be wrong with one, and what is told of it."""

from __future__ import annotations

import contextlib
import hashlib
import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import gigawatt as gw
from gigawatt.books import read_facts, settled
from gigawatt.errors import ProgrammeError
from gigawatt.file.fact_kinds import FACT_KINDS, TYPES, FactKind
from gigawatt.model.facts import Facts, HandedOver, Metered, Notice, Paid, Reached, Reported
from gigawatt.model.gathered import Gathered

TEXT = """
programme: acme
decides: acme
horizon: {from: 2026-01, through: 2026-06, slices: {day: 12 h, night: 12 h}}
parties: {acme: {}, lumen: {}, volt: {}}
pools: {volt-h100: {provider: volt, chip: h100}}
workloads: {chat: {kind: serving, chips: 10, revenue: 3 USD/chip-hour}}
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2026-01-01, clauses: {
    rate: {kind: price, chip: h100, price: 2.10 USD/chip-hour},
    share: {kind: revenue_share, payer: acme, payee: lumen, rate: 10 %},
    shares: {kind: warrant, exercise_price: 1 USD, vests: [{shares: 100, power: 1 MW}]}}}
"""


def programme(text: str) -> gw.Programme:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "programme.yaml"
        path.write_text(text, encoding="utf-8")
        return gw.load(path)


ACME = programme(TEXT)
USE = "id,sender,pool,workload,month,chip_hours"
MONEY = "id,sender,stream,earner,month,amount,currency"


def read(folder: Path, text: str, name: str = "facts.csv", kind: str = "") -> Gathered:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_facts(ACME, f"{kind}={path}" if kind else path)


def faults(folder: Path, text: str, name: str = "facts.csv", kind: str = "") -> list[str]:
    with pytest.raises(ProgrammeError) as raised:
        read(folder, text, name, kind)
    return [str(fault).replace(f"{folder}/", "") for fault in raised.value.faults]


def use(*rows: str) -> str:
    return "\n".join((USE, *rows)) + "\n"


ROW = "m1,meter,lumen-h100,chat,2026-01,1000.125"


def one(kind: str = USE, **values: str) -> str:
    """A sound file of one row, with some values set anew."""
    sound = {
        "id": "1", "sender": "meter", "pool": "lumen-h100", "workload": "chat", "month": "2026-01", "chip_hours": "1",
        "stream": "chat", "earner": "acme", "amount": "5", "currency": "USD", "clause": "lumen/shares",
        "milestone": "1",
        "on": "2026-01-02", "place": "lumen-h100", "share": "0.995", "payer": "acme", "payee": "lumen", "slice": "day",
    }  # fmt: skip
    return f"{kind}\n{','.join({**sound, **values}[name] for name in kind.split(','))}\n"


MILESTONE, SHARE = "id,sender,clause,milestone,on", "id,sender,place,month,share"
PAYMENT = "id,sender,payer,payee,on,amount,currency"
BAD = [
    # what stands in the file, the line and column, and the words of what is told
    (one(id=""), "2:1: id: has no id; a fact needs the one that its sender gave it"),
    (one(id="m|1"), "2:1: id: 'm|1' holds a `|` or a line break"),
    (one(sender=""), "2:2: sender: is missing"),
    (one(pool="lumen-h101"), "2:3: pool: there is no pool 'lumen-h101'; did you mean 'lumen-h100'?"),
    (one(pool="volt-h100"), "2:3: pool: no signed contract of those who decide covers pool 'volt-h100', and none"),
    (one(workload="chit"), "2:4: workload: there is no workload 'chit'; did you mean 'chat'?"),
    (one(month="2026-07"), "2:5: month: 2026-07 lies outside the horizon, 2026-01 through 2026-06"),
    (one(month="2026-02-30"), "2:5: month: '2026-02-30' is in no calendar"),
    (one(month="January"), "2:5: month: 'January' is no month; write 2026-10"),
    (one(chip_hours=""), "2:6: chip_hours: is missing: chips times hours"),
    (one(chip_hours="1e3"), "2:6: chip_hours: '1e3' is not a number of at most 15 digits and 6 decimals"),
    (one(chip_hours="1.1234567"), "2:6: chip_hours: '1.1234567' is not a number"),
    (one(chip_hours="NaN"), "2:6: chip_hours: 'NaN' is not a number"),
    (one(chip_hours="-1"), "2:6: chip_hours: -1 is below nought; give what was metered"),
    (one(f"{USE},slice", slice="noon"), "2:7: slice: there is no slice 'noon'"),
    (use(ROW, "", "m2,meter,lumen-h100,chat,2026-01,-1"), "4:6: chip_hours: -1 is below nought"),
    (use(ROW, "m1,meter,lumen-h100,chat,2026-01,1000.12"),
     "3:1: id: 'm1' of meter stands already in facts.csv:2, and here has other content: chip_hours 1000.120000 for"),
    (one(MONEY, currency="EUR"), "2:7: currency: is in 'EUR', and the programme's money is USD"),
    (one(MONEY, amount="5.001"), "2:6: amount: '5.001' is not a number of at most 15 digits and 2 decimals"),
    (one(MONEY, stream="shop"), "2:3: stream: there is no stream 'shop'"),
    (one(MONEY, earner="acma"), "2:4: earner: there is no party 'acma'; did you mean 'acme'?"),
    (one(MILESTONE, clause="lumen/share2"), "2:3: clause: there is no clause 'lumen/share2'; did you mean"),
    (one(MILESTONE, milestone="0"), "2:4: milestone: '0' is not a whole number from 1"),
    (one(MILESTONE, on="2026-01"), "2:5: on: '2026-01' is no day; write 2026-10-05"),
    (one(SHARE, share="99.5"), "2:5: share: 99.5 is above 1; 99.5 % is 0.995"),
    (one(PAYMENT, amount="0.00"), "2:6: amount: 0.00 is not above nought; a payment back is one by its payee"),
    (one()[:-1], " does not end with the end of a line, so that its last row may have been cut short"),
    (f"{USE}\nm1,meter,lumen-h100\n", "2:4: workload: is missing"),
    (f"{USE}\n{ROW},more\n", " is no sound csv file: found more fields than defined"),
    (f'{USE}\nm1,"meter,lumen-h100,chat,2026-01,1\n', " is no sound csv file"),
    (f"{USE},id\n{ROW},m1\n", "1:1: names 'id' twice among its columns"),
    ("", " is empty"),
    ("a,b\n1,2\n", " its columns (a and b) fit no kind of fact"),
    (one().replace("hours", "hour"),
     " its columns (id, sender, pool, workload, month and chip_hour) fit no kind of fact; the nearest, use, needs "
     "chip_hours besides; 'chip_hour' may be meant for 'chip_hours'"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "told"), BAD, ids=lambda value: value[:40])
def test_what_is_wrong_with_a_csv_file_is_told_with_its_place(text: str, told: str, tmp_path: Path) -> None:
    found = faults(tmp_path, text)
    assert found[0].startswith(f"facts.csv:{told}")


SIGNED = '"id": "r1", "sender": "acme", "earner": "acme", "stream": "chat"'
BAD_LINES = [
    ('{"fact": "reven', "facts.jsonl:1:1: is no JSON object: Unterminated string"),
    ("[1, 2]\n", "facts.jsonl:1:1: a line is one object"),
    ("\n", "facts.jsonl: is empty"),
    ('{"id": 1, "id": 2}\n', "facts.jsonl:1:1: is no JSON object: a key stands twice in it"),
    ('{"fact": "revenu", "id": "1"}\n', "facts.jsonl:1:1: fact: there is no kind of fact 'revenu'; did you mean"),
    (f'{{"fact": "revenue", {SIGNED}, "month": "2026-01", "amount": 1e2, "currency": "USD"}}\n',
     "facts.jsonl:1:7: amount: '1e2' is not a number"),
    (f'{{"fact": "revenue", {SIGNED}, "month": "2026-01", "amount": 1, "currency": "USD", "note": "x"}}\n',
     "facts.jsonl: note: is no column of revenue"),
    (f'{{"fact": "revenue", {SIGNED}, "month": ["2026-01"], "amount": 1, "currency": "USD"}}\n',
     "facts.jsonl:1:6: month: '[\"2026-01\"]' is no month"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "told"), BAD_LINES)
def test_what_is_wrong_with_json_lines_is_told_with_its_place(text: str, told: str, tmp_path: Path) -> None:
    assert faults(tmp_path, text, "facts.jsonl")[0].startswith(told)


def test_a_missing_column_names_the_one_that_may_be_meant(tmp_path: Path) -> None:
    text = USE.replace("chip_hours", "chip_hour") + f",colour\n{ROW},red\n"
    assert faults(tmp_path, text, kind="use") == [
        "facts.csv: chip_hours: use needs this column (chips times hours); it has 'chip_hour', which may be meant",
        "facts.csv: colour: is no column of use; use has id, sender, pool, workload, month, slice and chip_hours; a "
        "name of your own begins with x_",
    ]


def test_a_byte_order_mark_quotes_and_line_ends_of_another_system_are_read_over(tmp_path: Path) -> None:
    plain = read(tmp_path, use(ROW))
    quoted = "\r\n".join(f'"{line}"'.replace(",", '","') for line in use(ROW).splitlines()) + "\r\n"
    assert read(tmp_path, f"\ufeff{quoted}") == plain


def test_a_file_that_names_its_columns_and_holds_no_rows_is_sound(tmp_path: Path) -> None:
    for header, kind in ((USE, "use"), (MONEY, "revenue")):
        found = read(tmp_path, f"{header}\n")
        assert found == Gathered(Facts(), rows={kind: 0}, counts=found.counts)
        assert set(found.counts.values()) == {0}


def test_columns_of_the_senders_own_are_left_alone(tmp_path: Path) -> None:
    assert read(tmp_path, f"{USE},x_rack\n{ROW},7\n").rows == {"use": 1}


@pytest.mark.parametrize(("given", "told"), [
    ("facts.xlsx", "facts.xlsx: ends in none of .csv, .parquet, .jsonl and .ndjson"),
    ("nowhere.csv", "nowhere.csv: there is no such file"),
    ("used=facts.csv", "facts.csv: there is no kind of fact 'used'; did you mean 'use'?"),
])  # fmt: skip
def test_a_file_that_cannot_be_read_is_named(
    given: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("facts.xlsx").write_text("x")
    Path("facts.csv").write_text(use(ROW))
    with pytest.raises(ProgrammeError) as raised:
        read_facts(ACME, given)
    assert str(raised.value).startswith(told)


def test_parquet_that_was_cut_short_is_refused(tmp_path: Path) -> None:
    pl.DataFrame({"id": ["1"]}).write_parquet(tmp_path / "facts.parquet")
    whole = (tmp_path / "facts.parquet").read_bytes()
    (tmp_path / "facts.parquet").write_bytes(whole[:-20])
    with pytest.raises(ProgrammeError, match=r"facts.parquet: is no sound parquet file: .*cut short"):
        read_facts(ACME, tmp_path / "facts.parquet")


DAMAGE = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=4)


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(damage=DAMAGE, kept=st.integers(0, 3000))
def test_a_damaged_file_is_read_or_refused_and_never_ends_in_another_error(
    ending: str, tmp_path: Path, damage: list[tuple[int, int]], kept: int
) -> None:
    frame = pl.read_csv(use(ROW, ROW.replace("m1", "m2")).encode(), infer_schema=False)
    whole = io.BytesIO()
    {"csv": frame.write_csv, "parquet": frame.write_parquet, "jsonl": frame.write_ndjson}[ending](whole)
    raw = bytearray(whole.getvalue())
    for place, byte in damage:
        raw[place % len(raw)] = byte
    path = tmp_path / f"facts.{ending}"
    path.write_bytes(raw[:kept])
    with contextlib.suppress(ProgrammeError):
        assert read_facts(ACME, path).rows


def test_all_faults_are_told_in_one_run_and_twenty_of_a_kind(tmp_path: Path) -> None:
    rows = [f"m{n},meter,lumen-h101,chit,2026-01,-1" for n in range(50)]
    (tmp_path / "other.csv").write_text("a,b\n")
    (tmp_path / "facts.csv").write_text(use(*rows))
    with pytest.raises(ProgrammeError) as raised:
        read_facts(ACME, tmp_path / "other.csv", tmp_path / "facts.csv")
    found = [(fault.path, fault.line) for fault in raised.value.faults]
    for column in ("pool", "workload", "chip_hours"):
        assert [line for path, line in found if path == column] == [*range(2, 22), 0]
    assert sum("and 30 more rows like these" in str(fault) for fault in raised.value.faults) == 3
    assert found[0] == ("", 0)


def parquet(folder: Path, hours: pl.Series) -> Path:
    path = folder / "facts.parquet"
    count = len(hours)
    pl.DataFrame({
        "id": pl.Series(range(count)), "sender": ["meter"] * count,
        "pool": pl.Series(["lumen-h100"] * count).cast(pl.Categorical),
        "workload": ["chat"] * count, "month": pl.Series([date(2026, 1, 31)] * count), "chip_hours": hours,
    }).write_parquet(path)  # fmt: skip
    return path


@pytest.mark.parametrize("hours", [
    pl.Series([1000, 744]), pl.Series(["1000", "744"]), pl.Series([1000.0, 744.0]),
    pl.Series([Decimal("1000.00"), Decimal("744.00")]), pl.Series([1000, 744], dtype=pl.UInt16),
])  # fmt: skip
def test_parquet_of_any_exact_type_reads_the_same(hours: pl.Series, tmp_path: Path) -> None:
    assert read_facts(ACME, parquet(tmp_path, hours)).facts.use == (
        Metered("lumen-h100", "chat", "2026-01", "all", Decimal(1744)),
    )


def test_a_binary_float_is_taken_where_it_equals_a_decimal_and_else_refused(tmp_path: Path) -> None:
    """1/64 is 0.015625, six decimals; 1/128 has seven, and 0.1 has no end in binary."""
    exact = read_facts(ACME, parquet(tmp_path, pl.Series([1 / 64, 0.5])))
    assert exact.facts.use[0].chip_hours == Decimal("0.515625")
    with pytest.raises(ProgrammeError) as raised:
        read_facts(ACME, parquet(tmp_path, pl.Series([0.1, 1 / 128, 2.0**60, float("nan"), 0.25])))
    assert [fault.line for fault in raised.value.faults] == [1, 2, 3, 4]
    assert "0.1 is a binary float that no decimal of six places equals" in str(raised.value)


def test_the_three_formats_give_the_same_facts_and_the_same_digests(tmp_path: Path) -> None:
    row = {
        "id": "m1",
        "sender": "meter",
        "pool": "lumen-h100",
        "workload": "chat",
        "month": "2026-01",
        "chip_hours": "7.50",
    }
    frame = pl.DataFrame([row, {**row, "id": "m2", "chip_hours": "0.125"}])
    frame.write_csv(tmp_path / "a.csv")
    frame.with_columns(pl.col("chip_hours").cast(pl.Decimal(20, 3))).write_parquet(tmp_path / "a.parquet")
    lines = frame.write_ndjson().replace('"7.50"', "7.5")
    (tmp_path / "a.jsonl").write_text(lines)
    found = [read_facts(ACME, tmp_path / f"a.{ending}") for ending in ("csv", "parquet", "jsonl")]
    assert found[0] == found[1] == found[2]


def test_sums_and_digests_of_use_worked_by_hand(tmp_path: Path) -> None:
    found = read(
        tmp_path, use(ROW, "m3,meter,lumen-h100,chat,2026-01-31,0.5", "m2,meter,lumen-h100,chat,2026-02,500", ROW)
    )
    assert found.facts == Facts(use=(
        Metered("lumen-h100", "chat", "2026-01", "all", Decimal("1000.625")),
        Metered("lumen-h100", "chat", "2026-02", "all", Decimal(500)),
    ))  # fmt: skip
    assert (found.rows, found.repeats) == ({"use": 4}, {"use": 1})
    january, february = found.sources
    assert (january.rows, january.name, february.rows, february.name) == (2, "", 1, "meter|m2")
    lines = b"meter|m1|lumen-h100|chat|2026-01|all|1000.125000\nmeter|m3|lumen-h100|chat|2026-01-31|all|0.500000"
    assert january.digest == hashlib.sha256(lines).hexdigest()


def test_a_fact_in_two_files_counts_once_and_with_other_content_names_both(tmp_path: Path) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.jsonl"
    first.write_text(use("m0,meter,lumen-h100,chat,2026-01,1", ROW))
    frame = pl.read_csv(use(ROW).encode(), infer_schema=False)
    frame.write_ndjson(second)
    assert read_facts(ACME, first, second).repeats == {"use": 1}
    frame.with_columns(workload=pl.lit("chat"), month=pl.lit("2026-02")).write_ndjson(second)
    with pytest.raises(ProgrammeError) as raised:
        read_facts(ACME, first, second)
    told = str(raised.value).replace(f"{tmp_path}/", "")
    assert told.startswith(
        "second.jsonl:1:1: id: 'm1' of meter stands already in first.csv:3, and here has other content:"
    )
    assert "month 2026-02 for 2026-01;" in told


def test_the_same_id_of_another_sender_is_another_fact(tmp_path: Path) -> None:
    found = read(tmp_path, use(ROW, ROW.replace("meter", "other")))
    assert (found.facts.use[0].chip_hours, found.repeats) == (Decimal("2000.25"), {})


def test_a_file_of_several_kinds_is_parted_by_its_column(tmp_path: Path) -> None:
    text = (
        f'{{"fact": "revenue", {SIGNED}, "month": "2026-01", "amount": 12345678901234.56, "currency": "USD"}}\n'
        '{"fact": "payments", "id": 7, "sender": "bank", "payer": "acme", "payee": "lumen", "on": "2026-03-01", '
        '"amount": "100.10", "currency": "USD", "contract": "lumen"}\n'
        '{"fact": "notices", "id": 7, "sender": "acme", "clause": "lumen/rate", "party": "acme", '
        '"given": "2026-02-01"}\n'
        '{"fact": "milestones", "id": 8, "sender": "acme", "clause": "lumen/shares", "milestone": 1, '
        '"on": "2026-02-01"}\n'
        '{"fact": "handovers", "id": 8, "sender": "acme", "clause": "lumen/rate", "on": "2026-02-01", "units": 8}\n'
    )
    found = read(tmp_path, text, "facts.jsonl").facts
    assert found.revenue == (Reported("chat", "acme", "2026-01", 1_234_567_890_123_456),)
    assert found.payments == (Paid("acme", "lumen", date(2026, 3, 1), 10_010, "lumen"),)
    assert found.notices == (Notice("lumen/rate", "acme", date(2026, 2, 1)),)
    assert found.reached == (Reached("lumen/shares", 1, date(2026, 2, 1)),)
    assert found.handed_over == (HandedOver("lumen/rate", None, date(2026, 2, 1), units=Decimal(8)),)


@pytest.mark.parametrize("kind", FACT_KINDS, ids=lambda kind: kind.name)
def test_every_kind_is_told_by_its_columns_alone_and_fills_every_field_of_its_fact(
    kind: FactKind, tmp_path: Path
) -> None:
    examples = {
        "id": "1", "text": "a", "party": "acme", "pool": "volt-h100", "pool in use": "lumen-h100", "site": "hall",
        "place": "hall", "chip": "h100", "workload": "chat", "stream": "chat", "slice": "day", "contract": "lumen",
        "clause": "lumen/rate", "month": "2026-02", "day": "2026-02-03", "quantity": "1.5", "share": "0.5",
        "count": "2", "amount": "-1.25", "payment": "1.25", "currency": "USD", "flag": "true",
        "any currency": "EUR",

        "pools": "volt-h100+lumen-h100",
    }  # fmt: skip
    assert examples.keys() == TYPES.keys()
    hall = "sites: {hall: {phases: [{power: 1 MW, ready: 2026-01-01}], energy: 60 USD/MWh, operator: acme}}\n"
    names = [column.name for column in kind.every_column]
    path = tmp_path / "facts.csv"
    path.write_text(",".join(names) + "\n" + ",".join(examples[column.type] for column in kind.every_column) + "\n")
    (fact,) = getattr(read_facts(programme(TEXT + hall), path).facts, kind.held_in)
    assert type(fact) is kind.fact
    assert set(kind.fact.__dataclass_fields__) == {
        column.field or column.name for column in kind.columns if column.name != "currency"
    }


ROWS = st.lists(
    st.tuples(st.integers(1, 40), st.sampled_from(["a", "b"]), st.sampled_from(["2026-01", "2026-02", "2026-02-28"])),
    max_size=30, unique_by=lambda row: row[:2],
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(ROWS, st.data())
def test_the_order_of_rows_and_their_repeats_do_not_matter(
    tmp_path: Path, rows: list[tuple[int, str, str]], data: st.DataObject
) -> None:
    lines = [f"m{n},{sender},lumen-h100,chat,{month},{n}.{n:03}" for n, sender, month in rows]
    again = data.draw(st.lists(st.sampled_from(lines), max_size=5)) if lines else []
    first, second = read(tmp_path, use(*lines)), read(tmp_path, use(*data.draw(st.permutations([*lines, *again]))))
    assert (first.facts, first.sources) == (second.facts, second.sources)
    assert sum(second.repeats.values()) == len(again)
    assert sum(source.rows for source in first.sources) == len(lines)
    exact = sum((Decimal(f"{n}.{n:03}") for n, *_ in rows), Decimal(0))
    assert sum((one.chip_hours for one in first.facts.use), Decimal(0)) == exact


def test_what_is_read_is_settled(tmp_path: Path) -> None:
    """1,000.125 h at 2.10 are 2,100.26; a tenth of the revenue of 3,000.00 is 300.00."""
    (tmp_path / "revenue.csv").write_text(f"{MONEY}\nr1,acme,chat,acme,2026-01,3000.00,USD\n")
    (tmp_path / "use.csv").write_text(use(ROW))
    found = read_facts(ACME, tmp_path / "use.csv", tmp_path / "revenue.csv")
    postings = settled(ACME, found.facts, "2026-01", date(2026, 3, 1)).postings
    assert {(one.by, one.amount_minor) for one in postings} == {("lumen/rate", 210_026), ("lumen/share", 30_000)}


def test_several_pools_stand_in_one_column_and_each_has_to_be_known(tmp_path: Path) -> None:
    head = "id,sender,clause,provider,pools,month,power_mw,kept\n"
    row = "1,acme,lumen/rate,lumen,{},2026-01,1.5,true\n"
    found = read(tmp_path, head + row.format("lumen-h100+volt-h100")).facts
    (one,) = found.contracted
    assert one.pools == ("lumen-h100", "volt-h100")
    (fault,) = faults(tmp_path, head + row.format("lumen-h100+volt-h10"))
    assert fault.endswith("2:5: pools: there is no pool 'volt-h10'; did you mean 'volt-h100'?")
