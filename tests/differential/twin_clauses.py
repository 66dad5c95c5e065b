"""The clauses of a programme, each by its kind: what brings capacity first, then what reads that."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from twin_ends import cases, first_on, service_level, termination
from twin_floors import commitment, take_or_pay
from twin_lasting import lease, purchase, reservation
from twin_milestones import warrant
from twin_money import mfn, pass_through, prepayment
from twin_provision import price
from twin_refusal import first_refusal
from twin_rights import ip_rights, location
from twin_shares import capital_commitment, exclusivity, revenue_share
from twin_state import Twin
from twin_term import Term

from gigawatt.model.contract import Contract

ORDER: tuple[dict[str, Callable[[Term], None]], ...] = (
    {"price": price, "reservation": reservation, "lease": lease, "purchase": purchase, "ip_rights": ip_rights},
    {"take_or_pay": take_or_pay, "pass_through": pass_through, "mfn": mfn},
    {"commitment": commitment, "prepayment": prepayment, "service_level": service_level, "termination": termination},
    {"exclusivity": exclusivity, "revenue_share": revenue_share, "capital_commitment": capital_commitment},
    {"location": location, "first_on": first_on},
    {"first_refusal": first_refusal},
)
LAST: dict[str, Callable[[Term], None]] = {"warrant": warrant}
"""What looks at all that stands, and so comes once that is written."""


def draft_clauses(twin: Twin) -> None:
    """Write every clause of the contracts that bind or are offered: what provides first, what reads that after it."""
    terms = []
    for contract_id, contract in twin.programme.contracts.items():
        if contract.status not in ("signed", "offer") or not _binds_who_decides(twin, contract):
            continue
        on = twin.book.binary("sign", contract_id) if contract.status == "offer" else twin.one
        terms += [
            Term(twin, case_id, case, clause_id, clause, over, ended_by)
            for case_id, case, over, ended_by in cases(twin, contract_id, contract, on)
            for clause_id, clause in case.clauses.items()
        ]
    for kinds in ORDER:
        for term in terms:
            if term.clause.kind in kinds and term.months:
                kinds[term.clause.kind](term)
    twin.last = [partial(LAST[term.clause.kind], term) for term in terms if term.clause.kind in LAST and term.months]


def _binds_who_decides(twin: Twin, contract: Contract) -> bool:
    """Whether any party to it is among those who decide; other contracts are left out."""
    named = {getattr(clause, name, None) for clause in contract.clauses.values() for name in clause.party_fields}
    return bool({contract.buyer, contract.seller, *named} & set(twin.programme.decides))
