"""Which clauses bind those who decide, and in which order a plan drafts them and a settlement posts them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from gigawatt.errors import CycleError
from gigawatt.model.clause import Clause
from gigawatt.model.contract import Contract
from gigawatt.model.programme import Programme

Said = tuple[str, str, Contract, Clause]
"""Contract id, clause id, contract, clause."""


def binding(programme: Programme) -> list[Said]:
    """The clauses of contracts that are signed or offered and to which somebody who decides is a party."""
    decides = set(programme.decides)
    bound = [name for name, contract in programme.contracts.items() if contract.status in ("signed", "offer")]
    return [
        (contract_id, clause_id, contract, clause)
        for contract_id, clause_id, contract, clause in said_in(programme, bound)
        if decides & {contract.buyer, contract.seller, *clause.named_parties}
    ]


def said_in(programme: Programme, contract_ids: Iterable[str]) -> list[Said]:
    """Every clause of some contracts, whoever their parties are."""
    return [
        (contract_id, clause_id, programme.contracts[contract_id], clause)
        for contract_id in contract_ids
        for clause_id, clause in programme.contracts[contract_id].clauses.items()
    ]


def in_order(clauses: list[Said]) -> list[Said]:
    """Clauses so that each comes after all that publish what it reads; else in file order. Refuses a cycle."""
    left, ordered = list(clauses), []
    while left:
        to_come = Counter(name for *_, clause in left for name in clause.publishes)
        ready: list[Said] = []
        waiting: list[Said] = []
        for said in left:
            clause = said[3]
            waits = any(to_come[name] > (name in clause.publishes) for name in clause.reading)
            (waiting if waits else ready).append(said)
        if not ready:
            raise CycleError(_cycle(left))
        ordered.extend(ready)
        left = waiting
    return ordered


def _cycle(left: list[Said]) -> str:
    first = left[0]
    second = next(said for said in left[1:] if said[3].publishes & first[3].reading)
    return (
        f"{first[0]}/{first[1]} reads what {second[0]}/{second[1]} publishes, and in the end the other way round; "
        "take one of the two out, or have one of them read a stated figure"
    )
