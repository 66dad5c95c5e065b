"""What a sound programme says and no plan of it will see: no faults, but a reader who expects otherwise is told."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from gigawatt.errors import Fault
from gigawatt.file.references import BINDING, Complaint

if TYPE_CHECKING:
    from gigawatt.model.programme import Programme


def notes(programme: Programme, bound: Collection[str]) -> list[Fault]:
    """One note for each contract and workload that changes no plan, with its place, in the form of a fault.

    `bound` are the contracts of which the planner drafts a clause. Announced contracts and letters of intent say of
    themselves that they bind nothing, and are not told.
    """
    found = [*_contracts(programme, bound), *_workloads(programme)]
    return sorted(programme.places.fault(path, message, at_key=True) for path, message in found)


def _contracts(programme: Programme, bound: Collection[str]) -> Iterator[Complaint]:
    """Contracts to which nobody who decides is a party."""
    decides = ", ".join(programme.decides)
    for name, contract in programme.contracts.items():
        strangers = {contract.buyer, contract.seller}.isdisjoint(programme.decides)
        if contract.status in BINDING and name not in bound and strangers:
            yield (
                ("contracts", name),
                f"binds nothing in a plan: neither {contract.buyer} nor {contract.seller} nor whom its clauses name is "
                f"among those who decide ({decides})",
            )


def _workloads(programme: Programme) -> Iterator[Complaint]:
    """Workloads whose window and the horizon have no day in common."""
    horizon = programme.horizon.span
    for name, workload in programme.workloads.items():
        if workload.span_within(horizon).days:
            continue
        if workload.from_ is not None and workload.from_ >= horizon.until:
            last = horizon.until - timedelta(days=1)
            when = f"it begins on {workload.from_}, and the horizon ends on {last}"
        else:
            last = (workload.until or horizon.start) - timedelta(days=1)
            when = f"it ends on {last}, and the horizon begins on {horizon.start}"
        yield ("workloads", name), f"is not planned: {when}"
