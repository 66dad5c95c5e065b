"""Turns what pydantic finds wrong with a programme into faults: with the place in the file, in a reader's words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gigawatt.errors import Fault
from gigawatt.model.kinds import ByKind
from gigawatt.model.provenance import KEYS, Path, Places
from gigawatt.values.ids import did_you_mean, suggest

_MAPPINGS = ("model_type", "model_attributes_type", "dict_type", "mapping_type", "dataclass_type")
_LISTS = ("tuple_type", "list_type", "set_type", "frozen_set_type")


def complaints(error: ValidationError, root: type[BaseModel], data: Mapping[str, Any], places: Places) -> list[Fault]:
    """One fault for each thing that pydantic found wrong with `data`, read as a `root`."""
    found = [detail for detail in error.errors(include_url=False) if not _follows(detail)]
    unknown = [_Complaint(detail, root, data) for detail in found if detail["type"] == "extra_forbidden"]
    meant = {(*one.path[:-1], one.meant) for one in unknown}
    faults = []
    for detail in found:
        one = _Complaint(detail, root, data)
        # A key that is missing because it is misspelt is told once, where it stands.
        if detail["type"] == "missing" and one.path in meant:
            continue
        at_key = detail["type"] in ("extra_forbidden", "missing") or detail["loc"][-1:] == ("[key]",)
        faults.append(places.fault(one.path, one.message(), at_key=at_key))
    return faults


def _follows(detail: ErrorDetails) -> bool:
    """Whether a complaint only follows from another: a default not made, a list too short of what could be read."""
    short = detail["type"] == "too_short" and bool(detail["input"])
    return short or detail["type"] == "default_factory_not_called"


def paths_of(error: ValidationError, data: Mapping[str, Any]) -> list[Path]:
    """Where in `data` each thing stands that pydantic found wrong."""
    return [path_of(detail["loc"], detail["type"], data) for detail in error.errors(include_url=False)]


class _Complaint:
    """One thing that pydantic found."""

    def __init__(self, detail: ErrorDetails, root: type[BaseModel], data: Mapping[str, Any]) -> None:
        self.detail = detail
        self.root = root
        self.data = data
        self.path = path_of(detail["loc"], detail["type"], data)

    @property
    def known(self) -> tuple[str, ...]:
        """The keys that could have stood where an unknown one does."""
        model = _model_at(self.root, self.path[:-1], self.data)
        keys = _keys_of(model) if model is not None else []
        return tuple(sorted(keys, key=KEYS.__contains__))

    @property
    def meant(self) -> str | None:
        """The known key that an unknown one was most likely meant to be."""
        return suggest(str(self.path[-1]), self.known) if self.path else None

    def message(self) -> str:
        """What is wrong, in a reader's words."""
        kind, context, given = self.detail["type"], self.detail.get("ctx", {}), self.detail.get("input")
        if kind == "gigawatt":
            return str(context["message"])
        if kind == "value_error":
            return str(context["error"])
        if kind == "extra_forbidden":
            key = str(self.path[-1])
            hint = did_you_mean(key, self.known) or f"; known here: {', '.join(self.known)}"
            return f"unknown key {key!r}{hint}"
        if kind == "missing":
            return f"`{self.path[-1]}` is missing"
        if kind in ("union_tag_invalid", "union_tag_not_found"):
            return self._wrong_kind(context)
        if kind == "literal_error":
            return _none_of(given, re.findall(r"'([^']*)'", str(context["expected"])))
        if kind == "string_pattern_mismatch" and (choice := re.fullmatch(r"\^\(([\w|]+)\)\$", context["pattern"])):
            return _none_of(given, choice[1].split("|"))
        if kind in _MAPPINGS:
            return f"{_named(given)} where a mapping of keys and values is due"
        if kind in _LISTS:
            return f"{_named(given)} where a list is due"
        if kind == "too_short":
            return "is empty; at least one is due"
        return f"{_named(given)}: {self.detail['msg'].removeprefix('Input ')}"

    def _wrong_kind(self, context: Mapping[str, Any]) -> str:
        kinds = _kinds_at(self.root, self.path, self.data)
        tag = context.get("tag")
        if tag is None:
            return f"`kind` is missing; the kinds are {', '.join(kinds)}"
        hint = did_you_mean(str(tag), kinds) or f"; the kinds are {', '.join(kinds)}"
        return f"unknown kind {tag!r}{hint}"


def _none_of(given: Any, allowed: Sequence[str]) -> str:
    hint = did_you_mean(given, allowed) if isinstance(given, str) else ""
    if len(allowed) == 1:
        return f"{_named(given)} where {allowed[0]!r} is the only choice{hint}"
    return f"{_named(given)} is none of {', '.join(allowed)}{hint}"


def _named(given: Any) -> str:
    if isinstance(given, Mapping):
        return "a mapping"
    if isinstance(given, list | tuple):
        return "a list"
    return "nothing" if given is None else repr(given)


def path_of(loc: Sequence[str | int], kind: str, data: Mapping[str, Any]) -> Path:
    """Where in the file's data a pydantic location is: without the names of the branches of unions."""
    path: list[str | int] = []
    node: Any = data
    for n, part in enumerate(loc):
        if _is_branch(loc, n):
            continue
        key: str | int | None = None
        if isinstance(node, Mapping) and part in node:
            key = part
        elif isinstance(node, list):
            # The items of a list of phases are named 1, 2, and so on.
            index = int(part) - 1 if isinstance(part, str) and part.isdigit() else part
            key = index if isinstance(index, int) and 0 <= index < len(node) else None
        if key is not None:
            path.append(key)
            node = node[key]
        elif n == len(loc) - 1 and kind == "missing":
            path.append(part)
    if kind == "union_tag_invalid" and isinstance(node, Mapping) and "kind" in node:
        path.append("kind")
    return tuple(path)


def _is_branch(loc: Sequence[str | int], n: int) -> bool:
    """Whether a part of a location is the kind of a workload or clause: known by where it stands."""
    return (n == 2 and loc[0] == "workloads") or (n == 4 and loc[0] == "contracts" and loc[2] == "clauses")


def _kinds_at(root: type[BaseModel], path: Path, data: Mapping[str, Any]) -> list[str]:
    where = path[:-1] if path and path[-1] == "kind" else path
    for annotation in _annotations(root, where, data):
        chosen = _by_kind(annotation)
        if chosen is not None:
            return list(chosen.by_kind())
    return []


def _model_at(root: type[BaseModel], path: Path, data: Mapping[str, Any]) -> type[BaseModel] | None:
    """The class that the mapping at `path` is read as."""
    node: Any = data
    for part in path:
        node = _entry(node, part)
    for annotation in _annotations(root, path, data):
        models = list(_models_in(annotation, node))
        if len(models) == 1:
            return models[0]
        # A choice among shapes: the one that shares most keys with what stands there.
        if models and isinstance(node, Mapping):
            return max(models, key=lambda model: len(set(_keys_of(model)) & set(node)))
    return None


def _annotations(root: type[BaseModel], path: Path, data: Mapping[str, Any]) -> Iterator[Any]:
    """The annotation of what stands at `path`, if the way there is known."""
    annotation: Any = root
    node: Any = data
    for part in path:
        models = list(_models_in(annotation, node))
        inner = next((field for model in models if (field := _field(model, part)) is not None), None)
        annotation = inner if inner is not None else _item_of(annotation)
        if annotation is None:
            return
        node = _entry(node, part)
    yield annotation


def _entry(node: Any, part: str | int) -> Any:
    """What stands under a key or index, None where there is no such thing."""
    if isinstance(node, Mapping):
        return node.get(part)
    return node[part] if isinstance(node, list) and isinstance(part, int) and part < len(node) else None


def _field(model: type[BaseModel], key: str | int) -> Any:
    for name, info in model.model_fields.items():
        if (info.alias or name) == key:
            if info.metadata:
                return _With(info.annotation, tuple(info.metadata))
            return info.annotation
    return None


class _With:
    """An annotation with what pydantic took off it."""

    def __init__(self, annotation: Any, metadata: tuple[Any, ...]) -> None:
        self.annotation = annotation
        self.metadata = metadata


def _keys_of(model: type[BaseModel]) -> list[str]:
    return [info.alias or name for name, info in model.model_fields.items()]


def _by_kind(annotation: Any) -> ByKind | None:
    metadata = annotation.metadata if isinstance(annotation, _With) else getattr(annotation, "__metadata__", ())
    return next((item for item in metadata if isinstance(item, ByKind)), None)


def _models_in(annotation: Any, node: Any) -> Iterator[type[BaseModel]]:
    """The classes that a value of this annotation may be; of a union by kind only the one that `node` names."""
    chosen = _by_kind(annotation)
    if chosen is not None:
        kind = node.get("kind") if isinstance(node, Mapping) else None
        if isinstance(kind, str) and kind in chosen.by_kind():
            yield chosen.by_kind()[kind]
        return
    if isinstance(annotation, _With):
        yield from _models_in(annotation.annotation, node)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) not in (dict, list, tuple) and not _is_mapping(annotation):
        for part in get_args(annotation):
            yield from _models_in(part, node)


def _is_mapping(annotation: Any) -> bool:
    origin = get_origin(annotation)
    return isinstance(origin, type) and issubclass(origin, Mapping)


def _item_of(annotation: Any) -> Any:
    """The annotation of an entry of a mapping or list, through Optional and Annotated."""
    if isinstance(annotation, _With):
        return _item_of(annotation.annotation)
    arguments = get_args(annotation)
    if get_origin(annotation) is dict or _is_mapping(annotation):
        return arguments[1]
    if get_origin(annotation) in (list, tuple):
        return arguments[0]
    return next((item for part in arguments if (item := _item_of(part)) is not None), None)
