"""Reads YAML with positions: nested mappings and lists of text, and where each key and value stands.

Scalars stay text until their type is known (`1e3`, `2025-01` and `on` mean what the reader of a type says); an empty
value is None. Includes are merged, sourced values unwrapped, CSV columns read. Every fault is collected; none raises.
"""

from __future__ import annotations

import pathlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from gigawatt.errors import Fault
from gigawatt.file.columns import ColumnReader
from gigawatt.model.provenance import KEYS, Path, Place, Places, Provenance, dotted
from gigawatt.values.ids import did_you_mean
from gigawatt.values.span import looks_like_day

try:
    from yaml import CBaseLoader as _Loader
except ImportError:  # pragma: no cover - PyYAML without its C parts
    from yaml import BaseLoader as _Loader  # type: ignore[assignment]

_NULLS = ("", "~", "null", "Null", "NULL")
_GROWING = frozenset({"value", "growth", "from", *KEYS})
_MOST_NODES = 500_000
_MOST_LEVELS = 60
_TAGS = ("tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map")
SECTIONS = (
    "parties", "chips", "models", "sites", "pools", "workloads", "revenues", "contracts", "participation", "indicators"
)  # fmt: skip
"""The sections whose keys are names of things."""
JOINED = ("events",)
"""Lists that may stand in several files."""
_NAMED_THINGS = ("clauses", "phases")


@dataclass
class Reading:
    """What a file and its includes say: plain data, places, sources, and what is wrong so far.

    `complete` is False where a file or an include could not be read at all, so that names may be missing.
    """

    data: dict[str, Any] = field(default_factory=dict)
    places: Places = field(default_factory=Places)
    provenance: list[Provenance] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    complete: bool = True


def read_file(path: pathlib.Path) -> Reading:
    """Read a programme file with all its includes."""
    reading = Reading()
    _read_into(reading, path, {})
    return reading


def read_text(text: str, file: str) -> Reading:
    """Read one text, named `file` in faults; it has no includes and no CSV columns beside it."""
    reading = Reading()
    _FileReader(reading, pathlib.Path(file)).read(text)
    return reading


def _read_into(reading: Reading, path: pathlib.Path, opened: dict[pathlib.Path, str]) -> None:
    """Read `path` and what it includes; `opened` says of each file read so far who named it."""
    text = _text_of(reading, path)
    if text is None:
        return
    opened.setdefault(path.resolve(), "the programme itself")
    one = Reading()
    _FileReader(one, path).read(text)
    includes = one.data.pop("include", None)
    _merge(reading, one)
    if includes is None:
        return
    if isinstance(includes, str):
        named: list[tuple[Path, Any]] = [(("include",), includes)]
    elif isinstance(includes, list):
        named = [(("include", n), name) for n, name in enumerate(includes)]
    else:
        named = [(("include",), None)]
    for at, name in named:
        if not isinstance(name, str) or not name:
            reading.faults.append(one.places.fault(at, "the name of a file, or a list of them, is due"))
            continue
        target = path.parent / name
        if (before := opened.get(target.resolve())) is not None:
            reading.faults.append(one.places.fault(at, f"{name} is read already: {before}; a file is read once"))
        elif not target.is_file():
            reading.complete = False
            reading.faults.append(one.places.fault(at, f"there is no file {name} beside {path.name}"))
        else:
            opened[target.resolve()] = f"included at {one.places.value(at)}"
            _read_into(reading, target, opened)


def _text_of(reading: Reading, path: pathlib.Path) -> str | None:
    """The text of a file, or None with a fault that says why not."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        message = "there is no such file"
    except IsADirectoryError:
        message = "is a folder; name the programme file in it"
    except UnicodeDecodeError as error:
        message = f"is not text in UTF-8 (byte {error.start} cannot be read)"
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
    reading.faults.append(Fault(str(path), 0, 0, "", message))
    reading.complete = False
    return None


def _merge(whole: Reading, part: Reading) -> None:
    """Take a file into what was read before it; the same key or id twice is a fault that names both places."""
    for key, value in part.data.items():
        mine = whole.data.get(key)
        if mine is None:
            whole.data[key] = value
        elif isinstance(mine, list) and isinstance(value, list) and key in JOINED:
            _join(mine, value, key, part.places)
        elif isinstance(mine, dict) and isinstance(value, dict):
            for name, thing in value.items():
                if name in mine:
                    _twice(whole, part, (key, name))
                else:
                    mine[name] = thing
        else:
            _twice(whole, part, (key,))
    whole.places.add(part.places)
    whole.provenance.extend(part.provenance)
    whole.faults.extend(part.faults)
    whole.complete = whole.complete and part.complete


def _join(mine: list[Any], more: list[Any], key: str, places: Places) -> None:
    """Lists of several files are one after the other; the places of the later ones move behind those of the earlier."""
    for found in (places.keys, places.values):
        moved = {path: found.pop(path) for path in list(found) if path[:1] == (key,) and len(path) > 1}
        for path, place in moved.items():
            at = path[1]
            found[(key, at + len(mine) if isinstance(at, int) else at, *path[2:])] = place
    mine += more


def _twice(whole: Reading, part: Reading, path: Path) -> None:
    message = f"{path[-1]!r} stands already at {whole.places.key(path)}; give one of them another name or drop it"
    whole.faults.append(part.places.fault(path, message, at_key=True))


class _FileReader:
    """Turns the nodes of one file into plain data, into `reading`."""

    def __init__(self, reading: Reading, path: pathlib.Path) -> None:
        self.reading = reading
        self.file = str(path)
        self.columns = ColumnReader(path.parent)
        self.nodes = 0
        self.open_nodes: set[int] = set()

    def read(self, text: str) -> None:
        root = self._compose(text)
        if root is None:
            return
        if not isinstance(root, yaml.MappingNode):
            self._fault_at(root, (), "a programme is a mapping of sections, as `programme: acme`")
            self.reading.complete = False
            return
        data = self._mapping(root, ())
        self.reading.places.values[()] = Place(self.file, 1, 1)
        # A section whose entries are all commented out is as good as none.
        self.reading.data = {key: value for key, value in data.items() if value is not None}

    def _compose(self, text: str) -> yaml.Node | None:
        try:
            root = yaml.compose(text, Loader=_Loader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            what = " ".join(part for part in (error.problem, error.context) if part)
            self._fault(line, column, f"is not YAML: {what}")
        except yaml.reader.ReaderError as error:
            # `position` counts bytes or characters, depending on the parser; the character itself is what helps.
            character = error.character if isinstance(error.character, int) else ord(error.character[:1] or "\0")
            before = text.partition(chr(character))[0]
            line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
            self._fault(line, column, f"is not YAML: the character U+{character:04X} is not allowed")
        except RecursionError:
            self._fault(1, 1, "is nested too deeply")
        else:
            if root is None:
                self._fault(1, 1, "is empty; `gigawatt init` writes a small programme to start from")
            return root
        return None

    def _fault(self, line: int, column: int, message: str) -> None:
        self.reading.faults.append(Fault(self.file, line, column, "", message))
        self.reading.complete = False

    def _fault_at(self, node: yaml.Node, path: Path, message: str) -> None:
        mark = node.start_mark
        self.reading.faults.append(Fault(self.file, mark.line + 1, mark.column + 1, dotted(path), message))

    def _value(self, node: yaml.Node, path: Path) -> Any:
        """The plain value of a node; its place is written down."""
        mark = node.start_mark
        self.reading.places.values[path] = Place(self.file, mark.line + 1, mark.column + 1)
        self.nodes += 1
        if isinstance(node, yaml.ScalarNode):
            if node.tag not in _TAGS:
                self._fault_at(node, path, f"tags such as {node.tag} are not used here")
            return None if _is_plain(node) and node.value in _NULLS else node.value
        if id(node) in self.open_nodes:
            self._fault_at(node, path, "refers to itself")
            return None
        if len(path) > _MOST_LEVELS or self.nodes > _MOST_NODES:
            if not self.reading.faults or self.reading.faults[-1].message != _TOO_LARGE:
                self._fault_at(node, path, _TOO_LARGE)
            return None
        self.open_nodes.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, path)
            return [self._value(item, (*path, n)) for n, item in enumerate(node.value)]
        finally:
            self.open_nodes.discard(id(node))

    def _mapping(self, node: yaml.MappingNode, path: Path) -> Any:
        pairs = self._pairs(node, path)
        names = not path or (path[-1] in SECTIONS if len(path) == 1 else path[-1] in _NAMED_THINGS)
        if "value" in pairs and not names:
            self._refuse_strangers(pairs, path)
            return self._sourced({key: pair for key, pair in pairs.items() if key in _GROWING}, path)
        data = {key: self._pair(key_node, value, (*path, key)) for key, (key_node, value) in pairs.items()}
        if names:
            # Here the keys are names of things; `parties: {openai: }` is a thing of which nothing is said.
            return data if not path else {key: {} if value is None else value for key, value in data.items()}
        self._refuse_empty(data, path)
        if "csv" in data or any(looks_like_day(key) for key in data):
            return self._series(data, path)
        if not pairs.keys().isdisjoint(KEYS) and isinstance(data.get("source", ""), str | list):
            self._note_down(data, path, "")
        return data

    def _pairs(self, node: yaml.MappingNode, path: Path) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        """The keys with their nodes; a key that stands twice is a fault, `<<` takes another mapping's pairs in."""
        pairs: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        merged: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._fault_at(key, path, "a key is a single word, not a list or mapping")
            elif key.value == "<<" and isinstance(value, yaml.MappingNode) and id(value) not in self.open_nodes:
                merged.update(self._pairs(value, path))
            elif key.value in pairs:
                first = pairs[key.value][0].start_mark
                place = Place(self.file, first.line + 1, first.column + 1)
                self._fault_at(key, (*path, key.value), f"{key.value!r} stands already at {place}; keep one of them")
            else:
                pairs[key.value] = (key, value)
        return {**merged, **pairs} if merged else pairs

    def _pair(self, key: yaml.Node, value: yaml.Node, path: Path) -> Any:
        mark = key.start_mark
        self.reading.places.keys[path] = Place(self.file, mark.line + 1, mark.column + 1)
        return self._value(value, path)

    def _refuse_empty(self, data: dict[str, Any], path: Path) -> None:
        """An empty value in a thing is a slip: say so, and read on as if the key were not there."""
        for key in [key for key, value in data.items() if value is None]:
            del data[key]
            at = (*path, key)
            if not any(fault.path == dotted(at) for fault in self.reading.faults[-3:]):
                message = f"has no value; give one, or leave the key out{_QUOTES if ' ' in key else ''}"
                self.reading.faults.append(self.reading.places.fault(at, message, at_key=True))

    def _refuse_strangers(self, pairs: dict[str, tuple[yaml.Node, yaml.Node]], path: Path) -> None:
        """What cannot stand beside `value`; most often the rest of a text that was cut at its comma."""
        for key, (node, value) in pairs.items():
            if key not in _GROWING:
                cut = isinstance(value, yaml.ScalarNode) and _is_plain(value) and not value.value
                hint = _QUOTES if cut else did_you_mean(key, _GROWING)
                self._fault_at(node, (*path, key), f"unknown key {key!r} beside `value`{hint}")

    def _sourced(self, pairs: dict[str, tuple[yaml.Node, yaml.Node]], path: Path) -> Any:
        """A value with its source becomes the value; growth stays with it."""
        growing = pairs.keys() & {"growth", "from"}
        about = {key: self._pair(*pairs[key], (*path, key)) for key in KEYS if key in pairs}
        if not growing:
            value = self._value(pairs["value"][1], path)
        else:
            value = {key: self._pair(*pair, (*path, key)) for key, pair in pairs.items() if key not in KEYS}
            self._refuse_empty(value, path)
        if growing and not about:
            # How fast a thing will grow is a guess until somebody is named who knows.
            about = {"assumed": "true", "note": "a growth without a source"}
        if about:
            self._note_down(about, path, brief(value))
        return value

    def _series(self, data: dict[str, Any], path: Path) -> Any:
        """A dated series: its source is noted and taken off, a CSV column is read in its place."""
        about = {key: data.pop(key) for key in KEYS if key in data}
        if "csv" in data:
            data = self.columns.read(data, path, self.reading.places, self.reading.faults)
        if about:
            self._note_down(about, path, brief(data))
        return data

    def _note_down(self, about: Mapping[str, Any], path: Path, value_text: str) -> None:
        """Record where a value or thing comes from."""
        source, assumed, note = about.get("source"), about.get("assumed", "false"), about.get("note")
        sources = tuple(source) if isinstance(source, list) else (source,) if source is not None else ()
        faults = []
        if not all(isinstance(text, str) for text in sources):
            faults.append(("source", "text, or a list of texts, is due"))
        if assumed not in ("true", "false"):
            faults.append(("assumed", f"{assumed!r} where true or false is due"))
        if note is not None and not isinstance(note, str):
            faults.append(("note", "text is due"))
        if faults:
            # The same key of a thing is checked once more with the thing; the fault is told once.
            self.reading.faults.extend(self.reading.places.fault((*path, key), text) for key, text in faults)
            return
        line = self.reading.places.value(path).line
        record = Provenance(dotted(path), value_text, sources, assumed == "true", note, self.file, line)
        self.reading.provenance.append(record)


def _is_plain(node: yaml.ScalarNode) -> bool:
    """Whether a scalar is written without quotes; the two parsers of PyYAML say so differently."""
    return not node.style


_QUOTES = "; a text with commas needs quotes between braces"
_TOO_LARGE = "is nested too deeply, or grows too large by its aliases"


def brief(value: Any) -> str:
    """A value as a report shows it in one line: of a series the first and the last."""
    if isinstance(value, str):
        return value
    if not isinstance(value, Mapping):
        return ""
    if "value" in value:
        growth = f", growth {value['growth']}" if "growth" in value else ""
        return f"{brief(value['value'])}{growth}"
    days = sorted(key for key in value if looks_like_day(key))
    if not days:
        return ""
    unit = f" {value['unit']}" if isinstance(value.get("unit"), str) else ""
    first, last = (f"{brief(value[day])}{unit} from {day}" for day in (days[0], days[-1]))
    return first if len(days) == 1 else f"{first} to {last}"
