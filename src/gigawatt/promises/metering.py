"""Which Use a clause charges for, and how much of a month's, where its days cut the month.

Use is a mean over a whole month's hours. What of it lies in a clause's days is told by days: of those on which the
workload is wanted, and, where the pool is had through the contract, on which the contract runs.
"""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from gigawatt.model.calendar import Floats
from gigawatt.model.clause import OnPool
from gigawatt.model.draft import UseTable
from gigawatt.model.term import Term
from gigawatt.values.span import Span, shares_by_month

if TYPE_CHECKING:
    from gigawatt.model.clause_draft import ClauseDraft
    from gigawatt.model.contract import Contract
    from gigawatt.model.programme import Programme

Shares = dict[str, list[Fraction]]
"""By workload, the share of each month's Use that is charged, T of them."""


def charged_workloads(programme: Programme, contract: Contract, named: Collection[str]) -> tuple[str, ...]:
    """The workloads whose Use the buyer pays for: those named, or all, where it decides; else those that it owns."""
    workloads = tuple(name for name in programme.workloads if not named or name in named)
    if contract.buyer in programme.decides:
        return workloads
    return tuple(name for name in workloads if programme.workloads[name].owner == contract.buyer)


def charged_shares(programme: Programme, term: Term, pool: str, workloads: Collection[str]) -> Shares:
    """The share of each month's Use of a pool that lies in a clause's days, by workload.

    In a pool of another's, Use can lie on the contract's days alone; chips of those who decide run on any day.
    """
    owned = programme.pools[pool].owner in programme.decides
    possible = term.horizon if owned else term.contract.span_within(term.horizon)
    return {
        name: shares_by_month(term.months, programme.workloads[name].span_within(possible), term.inside)
        for name in workloads
    }


def shares_in(programme: Programme, term: Term, pool: str, workload: str, part: Span) -> list[Fraction]:
    """The share of each month's Use of a pool by a workload that lies in a part of a clause's days, by month."""
    owned = programme.pools[pool].owner in programme.decides
    possible = programme.workloads[workload].span_within(
        term.horizon if owned else term.contract.span_within(term.horizon)
    )
    return shares_by_month(term.months, possible, term.inside.within(part))


def use_shares(draft: ClauseDraft, use: UseTable, part: Span, term: Term) -> Floats:
    """As `shares_in`, of each column of Use, shape (n,)."""
    programme, calendar = draft.programme, draft.calendar
    spans = (term.contract.span_within(term.horizon), term.horizon)
    shares = np.zeros((2, len(draft.draft.workload_ids), len(calendar.months)))
    known: dict[Span, Floats] = {}
    for place in np.flatnonzero(np.bincount(use.workload)).tolist():
        workload = programme.workloads[draft.draft.workload_ids[place]]
        for owned, span in enumerate(spans):
            possible = workload.span_within(span)
            if possible not in known:
                known[possible] = calendar.share(possible, term.inside.within(part))
            shares[owned, place] = known[possible]
    owned_pools = np.array([programme.pools[name].owner in programme.decides for name in draft.draft.pool_ids])
    return np.asarray(shares[owned_pools.astype(np.int64)[use.pool], use.workload, use.month])


def filled_by(programme: Programme, pool: str) -> list[tuple[str, str]]:
    """The clauses that may bring chips to a pool, each by its contract and its name there."""
    binding = {name: each for name, each in programme.contracts.items() if each.status in ("offer", "signed")}
    return [
        (contract_id, clause_id)
        for contract_id, contract in binding.items()
        for clause_id, clause in contract.clauses.items()
        if isinstance(clause, OnPool) and clause.pool_id(contract.seller) == pool
    ]
