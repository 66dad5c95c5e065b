"""Facts that name a clause as the file does, given to the version of it that was in force then."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

from gigawatt.errors import GigawattError
from gigawatt.model.facts import Facts, day_of
from gigawatt.model.programme import Programme
from gigawatt.values.ids import own_id
from gigawatt.values.span import Span, month_span

Versions = dict[str, list[tuple[str, Span]]]
"""By a clause's full name in the file, where it has several versions, their full names with their days."""


def by_version(programme: Programme, facts: Facts) -> tuple[Facts, dict[object, object]]:
    """The facts, each that names a clause under the version whose day or month it is; and what each such was told as.

    GigawattError for a month that two versions share: nobody knows which part of it is whose.
    """
    versions, told = _versions(programme), dict[object, object]()
    kept: dict[str, Any] = {}
    for each in fields(Facts) if versions else ():
        items = getattr(facts, each.name)
        if isinstance(items, tuple) and each.name not in ("notices", "offers", "quotes", "contracted"):
            kept[each.name] = tuple(_named(item, versions) for item in items)
            told |= {new: old for new, old in zip(kept[each.name], items, strict=True) if new is not old}
    return replace(facts, **kept), told


def _versions(programme: Programme) -> Versions:
    found: Versions = defaultdict(list)
    for contract_id, contract in programme.contracts.items():
        for clause_id, clause in contract.clauses.items():
            days = clause.span_within(contract.span)
            if days.days:
                found[f"{contract_id}/{own_id(clause_id)}"].append((f"{contract_id}/{clause_id}", days))
    return {name: each for name, each in found.items() if len(each) > 1}


def _named(item: Any, versions: Versions) -> Any:
    field = "by" if hasattr(item, "by") else "clause"
    name, day = getattr(item, field, None), day_of(item)
    if name not in versions or day is None:
        return item
    month = getattr(item, "month", None)
    when = month_span(month) if month else Span(day, day + timedelta(days=1))
    meant = [version for version, days in versions[name] if days.overlap(when)]
    if len(meant) > 1:
        raise GigawattError(
            f"{name} changes in {month}, and a fact of kind {type(item).__name__} tells of that month as a whole; tell "
            f"each part under its version's name: {' and '.join(meant)}"
        )
    return replace(item, **{field: meant[0]}) if meant and meant[0] != name else item
