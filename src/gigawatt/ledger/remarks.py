"""What stands beside a commitment in words: what varies, who may still choose, and what the file leaves open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from gigawatt.history.outlook import outlook
from gigawatt.values.ids import listed, own_id

if TYPE_CHECKING:
    from gigawatt.model.contract import Contract
    from gigawatt.model.facts import Notice
    from gigawatt.model.programme import Programme
    from gigawatt.model.step import Step


def remarks(
    programme: Programme, contract_id: str, contract: Contract, as_of: date, notices: Sequence[Notice]
) -> Iterator[str]:
    """Sentences about one contract, `contract` being as it reads by the notices on record."""
    if contract.status == "offer" and contract.sign_by is not None:
        yield f"can be signed by {contract.sign_by}"
    written = programme.as_written.contracts[contract_id]
    stated = programme.stated_keys("contracts", contract_id)
    ends = any(one.ends is not None for one in written.amendments)
    if stated and not {"through", "until"} & set(stated) and not ends and contract.until is not None:
        yield f"no last day is stated; counted through {contract.until - timedelta(days=1)}, the horizon's end"
    varying: dict[str, list[str]] = {}
    for name, clause in contract.clauses.items():
        if clause.varies:
            varying.setdefault(clause.varies, []).append(own_id(name))
    yield from (f"{listed(names)}: {what}" for what, names in varying.items())
    if contract.status != "signed":
        return
    for clause_id, clause in contract.clauses.items():
        if parties := clause.may_end(contract):
            yield f"{own_id(clause_id)}: {' or '.join(parties)} may end it by notice"
    known = programme.contracts[contract_id]
    seen = outlook(contract_id, known, programme.horizon.span, notices, lambda step: as_of < step.last_day)
    told: set[str] = set()
    for step in seen.open:
        if step.clause_id not in told:
            told.add(step.clause_id)
            yield f"{own_id(step.clause_id)}: {_in_words(step)}"


def _in_words(step: Step) -> str:
    who = " or ".join(step.by)
    if step.over is None:
        return f"{who} may end it, at the earliest on {step.until}, by notice by {step.last_day}"
    way = "unless" if step.silent else "if"
    return f"goes on after {step.over - timedelta(days=1)} {way} {who} gives notice by {step.last_day}"
