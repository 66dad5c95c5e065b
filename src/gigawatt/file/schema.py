"""The JSON Schema of the programme file, for editors: it completes and checks a file as it is typed.

It says what a file may look like; what one part says of another (names that must exist, spans, units of demand) only
`gigawatt check` knows.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from gigawatt.model.provenance import KEYS

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


def json_schema(programme_type: type[BaseModel]) -> Schema:
    """The schema of files that are read as `programme_type`, a class made by `programme_type(kinds)`."""
    raw = programme_type.model_json_schema(by_alias=True, mode="validation")
    definitions: Schema = {}
    schema: Schema = _rewritten(raw, definitions)
    schema["$defs"] = dict(sorted({**schema.pop("$defs", {}), **definitions}.items()))
    text: Schema = {"type": "string"}
    schema["properties"]["include"] = {
        "description": "other files of the same shape, relative to this one",
        "anyOf": [text, {"type": "array", "items": text}],
    }
    for section in schema["properties"].values():
        # A section of which all is commented out is as good as none.
        if section.get("type") == "object":
            section["type"] = ["object", "null"]
    parties = schema["properties"]["parties"]
    parties["additionalProperties"] = {"anyOf": [parties["additionalProperties"], {"type": "null"}]}
    _add_short_forms(schema["$defs"])
    # What must be there may stand in any of several files, so that only a whole file is told what it lacks.
    whole = {"if": {"required": ["programme"], "not": {"required": ["include"]}}}
    schema |= {**whole, "then": {"required": schema.pop("required")}}
    return {"$schema": DIALECT, "title": "A Gigawatt programme", **_without(schema, "title")}


def _rewritten(node: Any, definitions: Schema) -> Any:
    """A copy of the schema in which each value type is a definition of its own that may carry its source."""
    if isinstance(node, list):
        return [_rewritten(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "x-definition" in node:
        return _as_definition(node, definitions)
    made = {
        key: {name: _rewritten(part, definitions) for name, part in value.items()}
        if key in ("properties", "$defs")
        else _rewritten(value, definitions)
        for key, value in node.items()
        if not _is_clutter(key, value)
    }
    if "properties" in made:
        shown = (one for one in made["properties"].items() if not one[1].pop("x-hidden", False))
        made["properties"] = {key: _property(key, part) for key, part in shown}
    if "oneOf" in made and not node.get("discriminator", {}).get("propertyName"):
        made["anyOf"] = made.pop("oneOf")
    return made


def _as_definition(node: Schema, definitions: Schema) -> Schema:
    """Move a value type among the definitions, with the form in which it carries its source; give what refers to it."""
    name = node["x-definition"]
    if name not in definitions:
        body = _without(node, "x-definition", "title", "default", "description")
        forms = list(body.get("anyOf", [body]))
        if not any("value" in form.get("properties", {}) for form in forms):
            forms.append(_sourced({"anyOf": list(forms)} if len(forms) > 1 else forms[0]))
        definitions[name] = {"anyOf": forms}
        described = node.get("description")
        if described:
            definitions[name] = {"description": described, **definitions[name]}
    return {"$ref": f"#/$defs/{name}"}


def _sourced(value: Schema) -> Schema:
    """`{value: ..., source: ..., assumed: ..., note: ...}` around a value."""
    text: Schema = {"type": ["string", "number"]}
    return {
        "type": "object",
        "required": ["value"],
        "properties": {
            "value": value,
            "source": {"anyOf": [text, {"type": "array", "items": text}]},
            "assumed": {"type": "boolean"},
            "note": text,
        },
        "additionalProperties": False,
    }


def _property(key: str, part: Any) -> Any:
    """A key of a thing: an empty value is refused, and any choice of words may carry its source."""
    if not isinstance(part, dict):
        return part
    forms = [form for form in part.get("anyOf", []) if form != {"type": "null"}]
    if forms and len(forms) < len(part["anyOf"]):
        rest = _without(part, "anyOf")
        part = {**rest, **forms[0]} if len(forms) == 1 else {**rest, "anyOf": forms}
    if "enum" in part and key != "kind" and key not in KEYS:
        words = {"enum": part["enum"]}
        part = {**_without(part, "enum", "type"), "anyOf": [words, _sourced(words)]}
    return part


def _is_clutter(key: str, value: Any) -> bool:
    """What pydantic says that no editor needs: titles made of names, defaults that are no plain words, mappings."""
    if key == "title" and isinstance(value, str):
        return True
    return key == "discriminator" or (key == "default" and not isinstance(value, str | bool | int | float))


def _add_short_forms(definitions: Schema) -> None:
    """A list of phases is named 1, 2, and so on; a bare text is the section that is cited."""
    site = definitions["Site"]["properties"]
    listed = {"type": "array", "items": site["phases"]["additionalProperties"], "minItems": 1}
    site["phases"] = {"anyOf": [{**site["phases"], "minProperties": 1}, listed]}
    definitions["Cite"] = {"anyOf": [{"type": ["string", "number"]}, definitions["Cite"]]}


def _without(schema: Schema, *keys: str) -> Schema:
    return {key: value for key, value in schema.items() if key not in keys}
