"""Reading YAML with positions: text stays text, includes merge, sources come off, every slip is told with its place."""

from pathlib import Path

import pytest
import yaml

from gigawatt.file.reading import Reading, read_file, read_text
from gigawatt.model.provenance import Place, Provenance, dotted

EXAMPLES = Path(__file__).parent.parent / "examples"


def read(folder: Path, text: str, **others: str) -> Reading:
    """Read `programme.yaml` with this text; `sites="..."` is sites.yaml beside it."""
    for name, content in others.items():
        (folder / f"{name}.yaml").write_text(content, encoding="utf-8")
    path = folder / "programme.yaml"
    path.write_text(text, encoding="utf-8")
    return read_file(path)


def told(reading: Reading) -> list[str]:
    """The faults, with the names of files alone."""
    return [str(fault).replace(f"{Path(fault.file).parent}/", "") for fault in reading.faults]


def test_scalars_stay_the_text_they_are_written_as() -> None:
    data = read_text("a: {no: 1e3, on: 2025-01, yes: 0x10, off: '~', num: 12_000, t: true}", "f.yaml").data
    assert data == {"a": {"no": "1e3", "on": "2025-01", "yes": "0x10", "off": "~", "num": "12_000", "t": "true"}}


def test_each_key_and_value_has_its_line_and_column() -> None:
    places = read_text("sites:\n  abilene:\n    grid: 1180 MW\n    phases: [{power: 105 MW}]\n", "f.yaml").places
    assert places.key(("sites", "abilene", "grid")) == Place("f.yaml", 3, 5)
    assert places.value(("sites", "abilene", "grid")) == Place("f.yaml", 3, 11)
    assert places.value(("sites", "abilene", "phases", 0, "power")) == Place("f.yaml", 4, 22)
    assert places.value(("sites", "abilene", "phases", "1", "power")) == Place("f.yaml", 4, 22)


def test_a_place_that_is_not_there_is_that_of_what_is_around_it() -> None:
    places = read_text("sites:\n  abilene: {grid: 1180 MW}\n", "f.yaml").places
    assert places.value(("sites", "abilene", "phases")) == Place("f.yaml", 2, 3)
    assert places.key(("pools", "x", "y")) == Place("f.yaml", 1, 1)


def test_a_path_is_written_with_dots_and_indices() -> None:
    assert dotted(("contracts", "azure", "clauses", "rate", "tranches", 0, "amount")) == (
        "contracts.azure.clauses.rate.tranches[0].amount"
    )


def test_a_sourced_value_becomes_the_value_and_its_source_is_noted() -> None:
    text = "sites:\n  a:\n    grid: {value: 1180 MW, source: Epoch AI}\n    pue: {value: 1.1, assumed: true}"
    reading = read_text(text, "f")
    assert reading.data == {"sites": {"a": {"grid": "1180 MW", "pue": "1.1"}}}
    assert reading.provenance == [
        Provenance("sites.a.grid", "1180 MW", ("Epoch AI",), False, None, "f", 3),
        Provenance("sites.a.pue", "1.1", (), True, None, "f", 4),
    ]
    assert reading.places.value(("sites", "a", "grid")).column == 19


def test_a_series_keeps_its_dates_and_gives_up_its_source() -> None:
    text = "chips:\n  x:\n    price: {unit: USD/chip, 2025-01: 3, 2026-01: 2, source: [a, b], note: n}"
    reading = read_text(text, "f")
    assert reading.data["chips"]["x"]["price"] == {"unit": "USD/chip", "2025-01": "3", "2026-01": "2"}
    shown = "3 USD/chip from 2025-01 to 2 USD/chip from 2026-01"
    assert reading.provenance == [Provenance("chips.x.price", shown, ("a", "b"), False, "n", "f", 3)]


def test_growth_stays_beside_its_value() -> None:
    reading = read_text("workloads: {w: {chips: {value: 220, growth: 2 %/month, source: us}}}", "f")
    assert reading.data["workloads"]["w"]["chips"] == {"value": "220", "growth": "2 %/month"}
    assert reading.provenance[0].value_text == "220, growth 2 %/month"


def test_growth_without_a_source_is_an_assumption() -> None:
    reading = read_text("workloads: {w: {chips: {value: 220, growth: 2 %/month}}}", "f")
    assert [(record.path, record.assumed) for record in reading.provenance] == [("workloads.w.chips", True)]


def test_a_things_own_source_stays_with_it_and_is_noted() -> None:
    reading = read_text("sites: {a: {source: Epoch AI, note: seen, pue: 1.1}}", "f")
    assert reading.data["sites"]["a"] == {"source": "Epoch AI", "note": "seen", "pue": "1.1"}
    assert reading.provenance == [Provenance("sites.a", "", ("Epoch AI",), False, "seen", "f", 1)]


def test_a_thing_may_be_called_value() -> None:
    assert read_text("parties: {value: {name: V}, note: {name: N}}", "f").data["parties"].keys() == {"value", "note"}


def test_an_empty_section_is_as_good_as_none_and_an_empty_thing_is_a_thing() -> None:
    reading = read_text("contracts:\nparties: {openai: , oracle: ~, crusoe: null}\n", "f")
    assert reading.data == {"parties": {"openai": {}, "oracle": {}, "crusoe": {}}}
    assert not reading.faults


def test_one_mapping_may_be_taken_into_another() -> None:
    reading = read_text("sites:\n  a: &a {pue: 1.1, energy: 62 USD/MWh}\n  b: {<<: *a, pue: 1.2}\n", "f")
    assert reading.data["sites"]["b"] == {"pue": "1.2", "energy": "62 USD/MWh"}
    assert not reading.faults


def test_includes_merge_their_sections_and_keep_their_places(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        "programme: x\ninclude: [a.yaml, b.yaml]\nsites: {one: {pue: 1.1}}\n",
        a="sites:\n  two: {pue: 1.2}\n",
        b="include: c.yaml\nparties: {p: {}}\n",
        c="sites: {three: {pue: 1.3}}\n",
    )
    assert not reading.faults
    assert reading.complete
    assert list(reading.data["sites"]) == ["one", "two", "three"]
    assert reading.data["parties"] == {"p": {}}
    assert "include" not in reading.data
    assert reading.places.value(("sites", "two", "pue")) == Place(str(tmp_path / "a.yaml"), 2, 14)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "programme.yaml:1:1: is empty; `gigawatt init` writes a small programme to start from"),
        ("# nothing yet\n", "programme.yaml:1:1: is empty; `gigawatt init` writes a small programme to start from"),
        ("- a\n", "programme.yaml:1:1: a programme is a mapping of sections, as `programme: acme`"),
        ("acme\n", "programme.yaml:1:1: a programme is a mapping of sections, as `programme: acme`"),
        (
            "a: [1, 2\nb: 3\n",
            "programme.yaml:2:2: is not YAML: did not find expected ',' or ']' while parsing a flow sequence",
        ),
        (
            "a:\n\tb: 1\n",
            "programme.yaml:2:1: is not YAML: found character that cannot start any token "
            "while scanning for the next token",
        ),
        ("programme: a\x01b\n", "programme.yaml:1:13: is not YAML: the character U+0001 is not allowed"),
        (
            "a: 1\n---\nb: 2\n",
            "programme.yaml:2:1: is not YAML: but found another document expected a single document in the stream",
        ),
    ],
)
def test_what_is_no_programme_is_told_with_its_place(tmp_path: Path, text: str, fault: str) -> None:
    reading = read(tmp_path, text)
    assert told(reading) == [fault]
    assert not reading.complete


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    (tmp_path / "programme.yaml").write_bytes(b"a: \xff\xfe")
    (fault,) = told(read_file(tmp_path / "programme.yaml"))
    assert fault == "programme.yaml: is not text in UTF-8 (byte 3 cannot be read)"


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "programme.yaml").write_bytes(b"\xef\xbb\xbfprogramme: x\n")
    assert read_file(tmp_path / "programme.yaml").data == {"programme": "x"}


def test_a_file_that_is_not_there_and_one_that_is_a_folder_are_told(tmp_path: Path) -> None:
    assert told(read_file(tmp_path / "programme.yaml")) == ["programme.yaml: there is no such file"]
    (fault,) = read_file(tmp_path).faults
    assert fault.message == "is a folder; name the programme file in it"


def test_a_key_that_stands_twice_is_told_with_both_places(tmp_path: Path) -> None:
    reading = read(tmp_path, "sites:\n  a: {pue: 1.1, pue: 1.2}\n  a: {}\n")
    assert told(reading) == [
        "programme.yaml:3:3: sites.a: 'a' stands already at programme.yaml:2:3; keep one of them",
        "programme.yaml:2:17: sites.a.pue: 'pue' stands already at programme.yaml:2:7; keep one of them",
    ]


def test_an_include_that_is_missing_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    reading = read(tmp_path, "programme: x\ninclude:\n  - sites.yaml\n  - parties.yaml\n", parties="parties: {p: {}}\n")
    assert told(reading) == ["programme.yaml:3:5: include[0]: there is no file sites.yaml beside programme.yaml"]
    assert reading.data == {"programme": "x", "parties": {"p": {}}}
    assert not reading.complete


def test_files_that_include_each_other_are_told(tmp_path: Path) -> None:
    reading = read(tmp_path, "include: a.yaml\nprogramme: x\n", a="include: programme.yaml\nparties: {p: {}}\n")
    assert told(reading) == [
        "a.yaml:1:10: include: programme.yaml is read already: the programme itself; a file is read once"
    ]


def test_a_file_that_is_included_twice_is_told(tmp_path: Path) -> None:
    reading = read(tmp_path, "include: [a.yaml, a.yaml]\n", a="parties: {p: {}}\n")
    assert told(reading) == [
        "programme.yaml:1:19: include[1]: a.yaml is read already: included at programme.yaml:1:11; a file is read once"
    ]


def test_one_id_in_two_files_is_told_with_both_places(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        "include: a.yaml\ncurrency: USD\ncontracts:\n  azure: {seller: microsoft}\n",
        a="contracts:\n  azure: {}\ncurrency: EUR\n",
    )
    assert told(reading) == [
        "a.yaml:2:3: contracts.azure: 'azure' stands already at programme.yaml:4:3; "
        "give one of them another name or drop it",
        "a.yaml:3:1: currency: 'currency' stands already at programme.yaml:2:1; "
        "give one of them another name or drop it",
    ]
    assert reading.data["contracts"]["azure"] == {"seller": "microsoft"}


def test_an_include_that_is_no_name_is_told(tmp_path: Path) -> None:
    reading = read(tmp_path, "include: {a: b}\n")
    assert told(reading) == ["programme.yaml:1:10: include: the name of a file, or a list of them, is due"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("sites: {a: {pue: }}", "f:1:13: sites.a.pue: has no value; give one, or leave the key out"),
        (
            "sites: {a: {note: big, they say}}",
            "f:1:24: sites.a.they say: has no value; give one, or leave the key out; "
            "a text with commas needs quotes between braces",
        ),
        (
            "sites: {a: {pue: {value: 1.1, source: Epoch, 2026}}}",
            "f:1:46: sites.a.pue.2026: unknown key '2026' beside `value`; "
            "a text with commas needs quotes between braces",
        ),
        (
            "sites: {a: {pue: {value: 1.1, sorce: Epoch}}}",
            "f:1:31: sites.a.pue.sorce: unknown key 'sorce' beside `value`; did you mean 'source'?",
        ),
        (
            "sites: {a: {pue: {value: 1, source: {b: c}}}}",
            "f:1:37: sites.a.pue.source: text, or a list of texts, is due",
        ),
        (
            "sites: {a: {pue: {value: 1, assumed: maybe}}}",
            "f:1:38: sites.a.pue.assumed: 'maybe' where true or false is due",
        ),
        ("sites: {a: {[b]: c}}", "f:1:13: sites.a: a key is a single word, not a list or mapping"),
        ("sites: {a: !big 3}", "f:1:12: sites.a: tags such as !big are not used here"),
        ("parties: &p {a: *p}", "f:1:10: parties.a: refers to itself"),
    ],
)
def test_a_slip_in_a_value_is_told_with_its_place(text: str, fault: str) -> None:
    assert [str(one) for one in read_text(text, "f").faults] == [fault]


def test_aliases_that_multiply_without_end_are_stopped() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    (fault,) = read_text("\n".join(rows), "f").faults
    assert fault.message == "is nested too deeply, or grows too large by its aliases"


def test_nesting_without_end_is_told() -> None:
    (fault,) = read_text("a: " + "[" * 5000 + "]" * 5000, "f").faults
    assert "is not YAML" in fault.message or "too deeply" in fault.message
    (fault,) = read_text("a: " + "[" * 200 + "]" * 200, "f").faults
    assert "too deeply" in fault.message


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*/*.yaml")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_slow_parser_reads_the_same_as_the_fast_one(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = read_file(path)
    monkeypatch.setattr("gigawatt.file.reading._Loader", yaml.BaseLoader)
    slow = read_file(path)
    assert (slow.data, slow.places, slow.provenance) == (fast.data, fast.places, fast.provenance)
    assert not slow.faults


@pytest.mark.parametrize(
    "text", ["a: [1, 2\nb: 3\n", "a:\n\tb: 1\n", "programme: a\x01b\n", "a: 1\n---\nb: 2\n", "a: *b"]
)
def test_the_slow_parser_tells_its_faults_too(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (fast,) = read_text(text, "f").faults
    monkeypatch.setattr("gigawatt.file.reading._Loader", yaml.BaseLoader)
    (slow,) = read_text(text, "f").faults
    assert "is not YAML" in slow.message
    assert abs(slow.line - fast.line) <= 1
