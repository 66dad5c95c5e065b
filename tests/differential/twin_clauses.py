"""The clauses of a programme, each by its kind: what brings capacity first, then what reads that."""

from __future__ import annotations

from collections.abc import Callable

from twin_floors import commitment, take_or_pay
from twin_provision import lease, price, purchase, reservation
from twin_refusal import first_refusal
from twin_shares import capital_commitment, exclusivity, revenue_share
from twin_state import Twin
from twin_term import Term

from gigawatt.model.contract import Contract

ORDER: tuple[dict[str, Callable[[Term], None]], ...] = (
    {"price": price, "reservation": reservation, "lease": lease, "purchase": purchase},
    {"take_or_pay": take_or_pay},
    {"commitment": commitment},
    {"exclusivity": exclusivity, "revenue_share": revenue_share, "capital_commitment": capital_commitment},
    {"first_refusal": first_refusal},
)


def draft_clauses(twin: Twin) -> None:
    """Write every clause of the contracts that bind or are offered: what provides first, what reads that after it."""
    terms = []
    for contract_id, contract in twin.programme.contracts.items():
        if contract.status not in ("signed", "offer") or not _binds_who_decides(twin, contract):
            continue
        on = twin.book.binary("sign", contract_id) if contract.status == "offer" else twin.one
        terms += [
            Term(twin, contract_id, contract, clause_id, clause, on) for clause_id, clause in contract.clauses.items()
        ]
    for kinds in ORDER:
        for term in terms:
            if term.clause.kind in kinds and term.months:
                kinds[term.clause.kind](term)


def _binds_who_decides(twin: Twin, contract: Contract) -> bool:
    """Whether any party to it is among those who decide; other contracts are left out."""
    named = {getattr(clause, name, None) for clause in contract.clauses.values() for name in clause.party_fields}
    return bool({contract.buyer, contract.seller, *named} & set(twin.programme.decides))
