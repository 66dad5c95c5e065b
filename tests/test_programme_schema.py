"""The JSON Schema: what the reader takes it takes, and the slips that an editor can see it refuses."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from gigawatt.clauses import KINDS
from gigawatt.file.schema import DIALECT, json_schema
from gigawatt.file.template import template
from gigawatt.model.kinds import kind_of
from gigawatt.model.programme import programme_type

EXAMPLES = Path(__file__).parent.parent / "examples"
SCHEMA = json_schema(programme_type(KINDS))
VALIDATOR = Draft202012Validator(SCHEMA)

HEAD = "programme: x\ndecides: a\nhorizon: {from: 2027-01, through: 2027-12}\n"


class EditorLoader(yaml.SafeLoader):
    """Reads YAML as editors do, by the core schema of YAML 1.2: dates and `on` are text, `1e3` is a number."""


EditorLoader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("bool", "true|false", "tf"),
    ("int", "[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("null", "~|null|", ["~", "n", ""]),
    ("merge", "<<", "<"),
):
    EditorLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^({pattern})$"), list(first))
EditorLoader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: float(node.value))


def refused(text: str) -> list[str]:
    """The JSON paths of what the schema refuses in a file with this text."""
    data: Any = yaml.load(text, EditorLoader)
    return sorted({_deepest(error).json_path for error in VALIDATOR.iter_errors(data)})


def _deepest(error: Any) -> Any:
    """The part of a refusal that lies deepest: where the slip is."""
    inner = [_deepest(part) for part in error.context or ()]
    return max([error, *inner], key=lambda part: len(part.absolute_path))


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == DIALECT
    assert not re.search(r"x-definition|non-serializable", str(SCHEMA))


def test_each_definition_is_used_and_each_use_defined() -> None:
    used = set(re.findall(r"'\$ref': '#/\$defs/(\w+)'", str(SCHEMA)))
    assert used == set(SCHEMA["$defs"])


FILES = sorted(
    path for path in EXAMPLES.glob("*/**/*.yaml") if path.parent.name != "facts" and path.name != "chart.yaml"
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_examples_are_taken(path: Path) -> None:
    assert refused(path.read_text(encoding="utf-8")) == []


def test_the_file_that_init_writes_is_taken() -> None:
    assert refused(template()) == []


@pytest.mark.parametrize("kind", [kind_of(cls) for cls in KINDS])
def test_each_kind_of_clause_is_known(kind: str) -> None:
    clauses = SCHEMA["$defs"]["Contract"]["properties"]["clauses"]["additionalProperties"]["oneOf"]
    kinds = [SCHEMA["$defs"][clause["$ref"].rsplit("/", 1)[1]]["properties"]["kind"]["const"] for clause in clauses]
    assert kinds.count(kind) == 1


@pytest.mark.parametrize(
    "text",
    [
        "parties: {a: , b: ~}\ncontracts:\n",
        "sites: {h: {pue: 1.1, energy: {2027-01: 62 USD/MWh}, phases: [{power: 1 MW, ready: 2027-01}]}}",
        "sites: {h: {pue: {value: 1.1, assumed: true}, phases: {b: {power: {value: 1 MW, note: x}, ready: 2027-01}}}}",
        "workloads: {w: {kind: serving, chips: {value: 220, growth: 2 %/month, from: 2027-02, note: guess}}}",
        "workloads: {w: {kind: serving, tokens: {csv: d.csv, column: t, date: d, unit: token/day, where: {who: me}}}}",
        "workloads: {w: {kind: research, chips: 12_000, growth: 24 %/year, rates: {h100: 1, gb200: 2.5}}}",
        "include: more.yaml",
        "include: [a.yaml, b.yaml]",
        "contracts: {c: {buyer: a, seller: b, status: {value: signed, source: x}, cite: '2', clauses: {}}}",
    ],
)
def test_every_way_to_write_a_value_is_taken(text: str) -> None:
    assert refused(HEAD + text) == []


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("program: y", "$"),
        ("workloads: {w: {kind: serving, chips: many}}", "$.workloads.w.chips"),
        ("sites: {h: {phases: [{power: 105, ready: 2027-01}]}}", "$.sites.h.phases[0].power"),
        ("sites: {h: {phases: []}}", "$.sites.h.phases"),
        ("sites: {h: {landlord: x}}", "$.sites.h"),
        ("contracts: {c: {buyer: a, seller: b, status: sgined}}", "$.contracts.c.status"),
        ("indicators: {j: {per: MW buit, amount: 3}}", "$.indicators.j.per"),
        ("as_of: soon", "$.as_of"),
        ("finance: {discont: 8 %/year}", "$.finance"),
    ],
)
def test_a_slip_that_an_editor_can_see_is_refused(text: str, path: str) -> None:
    assert refused(HEAD + text) == [path]


def test_a_whole_file_must_say_who_decides_and_when_and_an_included_one_not() -> None:
    assert refused("programme: x\n") == ["$"]
    assert refused("parties: {a: {}}\n") == []
    assert refused("programme: x\ninclude: more.yaml\n") == []
