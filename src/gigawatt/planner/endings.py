"""The days on which a contract may be over, as columns: one of them is chosen, and each clause is drafted for each day.

A renewal that the plan may choose is a binary, one for each in order; so is each day on which the plan may end a
contract early.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from gigawatt.history.outlook import Outlook
from gigawatt.model.draft import Case, Decision, Draft
from gigawatt.model.step import Step


def draft_endings(draft: Draft, seen: Mapping[str, Outlook], signed: Mapping[str, int]) -> None:
    """For each contract with several ends the column that is one for each: `sum over ends of over[end] = signed`."""
    for contract_id, outlook in seen.items():
        if len(outlook.ends) > 1 and contract_id in signed:
            _draft(draft, contract_id, outlook, signed[contract_id])


def _draft(draft: Draft, contract_id: str, outlook: Outlook, sign: int) -> None:
    """One contract: `over[end]` for each end, binary where the plan ends it early; the renewals' binaries follow."""
    early = {step.until for step in outlook.exits}
    by = f"{contract_id}/{outlook.open[0].clause_id}"
    over = {}
    for end in outlook.ends:
        name = f"{contract_id} through {end - timedelta(days=1)}"
        over[end] = int(draft.add_columns(name, (), unit="1", by=by, upper=1.0, integer=end in early))
    row = draft.add_rows(f"{contract_id} over", (), unit="1", by=by, lower=0.0, upper=0.0)
    draft.add_entries(row, list(over.values()), 1.0, by=by)
    draft.add_entries(row, sign, -1.0, by=by)
    draft.overs[contract_id] = over
    if sign == draft.one:
        draft.outright += over.values()
    for step in outlook.open:
        if step.over is not None:
            _renew(draft, contract_id, step, step.over, over)
    for clause_id in dict.fromkeys(step.clause_id for step in outlook.exits):
        _end(draft, contract_id, [step for step in outlook.exits if step.clause_id == clause_id], over)


def _renew(draft: Draft, contract_id: str, step: Step, since: date, over: Mapping[date, int]) -> None:
    """`sum of over[end] past the day on which it would be over else = renew`."""
    name, by = f"renew {contract_id} {since}", f"{contract_id}/{step.clause_id}"
    renew = int(draft.add_columns(name, (), unit="1", by=by, upper=1.0, integer=True))
    longer = tuple(column for end, column in over.items() if end > since)
    row = draft.add_rows(name, (), unit="1", by=by, lower=0.0, upper=0.0)
    draft.add_entries(row, longer, 1.0, by=by)
    draft.add_entries(row, renew, -1.0, by=by)
    draft.decisions.append(Decision("renew", contract_id, by, renew, step.last_day, since, step.silent, longer))


def _end(draft: Draft, contract_id: str, steps: list[Step], over: Mapping[date, int]) -> None:
    """`sum of over[end] of the days on which the plan may end it early = end`."""
    name, by = f"end {contract_id}", f"{contract_id}/{steps[0].clause_id}"
    end = int(draft.add_columns(name, (), unit="1", by=by, upper=1.0))
    early = tuple(over[step.until] for step in steps)
    cases = tuple(Case(over[step.until], step.until, step.last_day) for step in steps)
    row = draft.add_rows(name, (), unit="1", by=by, lower=0.0, upper=0.0)
    draft.add_entries(row, early, 1.0, by=by)
    draft.add_entries(row, end, -1.0, by=by)
    draft.decisions.append(Decision("end", contract_id, by, end, None, under=early, cases=cases))
