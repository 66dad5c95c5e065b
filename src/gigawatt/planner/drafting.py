"""A whole draft: the physics, then each clause in the order that its readings demand."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from gigawatt.errors import GigawattError, PlanError
from gigawatt.history.binding import Said, binding, in_order
from gigawatt.history.outlook import Outlook, outlook_in_plan
from gigawatt.model.clause import Clause
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.contract import Contract
from gigawatt.model.draft import Decision, Draft
from gigawatt.model.programme import Programme
from gigawatt.planner.demand import draft_demand, horizon_of
from gigawatt.planner.endings import draft_endings
from gigawatt.planner.physics import draft_pools, draft_sites
from gigawatt.planner.problem import party_value


def draft_programme(
    programme: Programme, progress: Callable[[str], None] | None = None, signs: Mapping[str, bool] | None = None
) -> Draft:
    """Draft a programme: columns, rows and payments of physics and of every clause of a signed or offered contract.

    `signs` has offers that are signed or refused come what may; a name in it that no offer has is passed over.
    Raises CycleError where clauses read one another in a circle, PlanError where a clause fails.
    """
    tell = progress or (lambda _: None)
    calendar = horizon_of(programme)
    draft = Draft(programme, calendar, signs=signs or {})
    seen = {contract_id: outlook_in_plan(programme, contract_id) for contract_id in programme.contracts}
    clauses = in_order(drafted(programme, seen))
    draft.wanted = frozenset(name for *_, clause in clauses for name in clause.reading)
    tell("physics")
    draft_sites(draft)
    draft_pools(draft)
    draft_demand(draft)
    signed = _sign(draft)
    bound = {contract_id for contract_id, *_ in clauses}
    draft_endings(draft, {name: each for name, each in seen.items() if name in bound}, signed)
    for contract_id, clause_id, contract, clause in clauses:
        tell(f"{contract_id}/{clause_id}")
        view = _view(draft, contract_id, clause_id, contract, clause, signed[contract_id])
        try:
            clause.constrain(view)
        except GigawattError:
            raise
        except Exception as fault:
            raise PlanError(f"clause {contract_id}/{clause_id} could not be drafted: {fault}") from fault
    _participate(draft)
    return draft


def _view(draft: Draft, contract_id: str, clause_id: str, contract: Contract, clause: Clause, sign: int) -> ClauseDraft:
    """The draft as a clause sees it in its contract; it holds on the column of the day on which that is over."""
    over = draft.overs.get(contract_id, {})
    on = over[contract.until] if over and contract.until is not None else sign
    return ClauseDraft(draft, clause, clause_id, contract, contract_id, on, frozenset(over.values()) - {on})


def _participate(draft: Draft) -> None:
    """A party that must have at least so much: its discounted cash is a row."""
    for party, least in draft.programme.participation.items():
        row = draft.add_rows(
            f"participation {party}", (), unit="money", by=f"participation/{party}", lower=float(least)
        )
        value = party_value(draft, party, discounted=True, face=("both", "cash"))
        columns = np.flatnonzero(value)
        draft.add_entries(row, columns, value[columns])


def drafted(programme: Programme, seen: Mapping[str, Outlook]) -> list[Said]:
    """The clauses that bind, each in its contract as that reads for every day on which it may be over."""
    bound = dict.fromkeys(contract_id for contract_id, *_ in binding(programme))
    kept = {(contract_id, clause_id) for contract_id, clause_id, *_ in binding(programme)}
    return [
        (contract_id, clause_id, contract, clause)
        for contract_id in bound
        for contract in seen[contract_id].every_contract(programme.contracts[contract_id])
        for clause_id, clause in contract.clauses.items()
        if (contract_id, clause_id) in kept
    ]


def _sign(draft: Draft) -> dict[str, int]:
    """The column that is one where a contract is signed: fixed for signed contracts, a binary for each offer.

    An offer that is signed come what may stays one, so that what it brings is new; the row that holds it has its name.
    """
    signed = {}
    for contract_id, contract in draft.programme.contracts.items():
        if contract.status == "offer":
            column = draft.add_columns(f"sign {contract_id}", (), unit="1", by=contract_id, upper=1.0, integer=True)
            signed[contract_id] = int(column)
            decision = Decision("sign", contract_id, contract_id, int(column), contract.sign_by)
            draft.decisions.append(decision)
            if draft.signs.get(contract_id) is True:
                name = f"signing {contract_id}"
                draft.add_entries(draft.add_rows(name, (), unit="1", by=name, lower=1.0, upper=1.0), column, 1.0)
            elif draft.signs.get(contract_id) is False:
                draft.close(column, f"refusing {contract_id}")
        else:
            signed[contract_id] = draft.one
    return signed
