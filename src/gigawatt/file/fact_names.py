"""The names, months and money of a programme that facts may speak of."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from gigawatt.history.binding import binding
from gigawatt.history.known import as_known
from gigawatt.history.versions import known_day
from gigawatt.model.clause import OnPool
from gigawatt.model.programme import Programme
from gigawatt.values.money import minor_digits


@dataclass(frozen=True)
class Names:
    """What a programme knows: `known` by type of column, months as `2026-10`, pools whose Use somebody pays for."""

    known: dict[str, Collection[str]]
    months: tuple[str, ...]
    pools_in_use: frozenset[str]
    currency: str

    @property
    def digits(self) -> int:
        """How many decimals an amount may have."""
        return minor_digits(self.currency)

    @classmethod
    def of(cls, programme: Programme) -> Names:
        """The names of a programme, of all that its amendments state too, and of clauses' later versions as known."""
        contracts = programme.as_written.contracts
        known_now = as_known(programme, known_day(programme)).contracts
        pools, sites, chips = (tuple(each) for each in (programme.pools, programme.sites, programme.chips))
        known: dict[str, Collection[str]] = {
            "party": tuple(programme.parties), "pool": pools, "pool in use": pools, "site": sites, "chip": chips,
            "place": dict.fromkeys((*sites, *pools, *chips)), "workload": tuple(programme.workloads),
            "stream": dict.fromkeys((*programme.workloads, *programme.revenues)),
            "slice": dict.fromkeys((*programme.horizon.slices, "all")), "contract": tuple(contracts),
            "clause": dict.fromkeys((
                *(
                    f"{contract_id}/{clause_id}"
                    for contract_id, contract in contracts.items()
                    for _, clause_id, _ in contract.every_clause()
                ),
                *(f"{name}/{clause_id}" for name, contract in known_now.items() for clause_id in contract.clauses),
            )),
        }  # fmt: skip
        months = tuple(f"{month.start:%Y-%m}" for month in programme.horizon.months)
        return cls(known, months, _pools_in_use(programme), programme.currency)


def _pools_in_use(programme: Programme) -> frozenset[str]:
    """Pools of those who decide, and pools that a signed contract of theirs is for or whose supplier sells by one."""
    signed = {
        name for name, *_ in binding(programme.as_written) if programme.as_written.contracts[name].status == "signed"
    }
    contracts = [programme.as_written.contracts[name] for name in signed]
    sellers = {contract.seller for contract in contracts}
    named = {
        clause.pool_id(contract.seller)
        for contract in contracts
        for *_, clause in contract.every_clause()
        if isinstance(clause, OnPool)
    }
    return frozenset(
        name
        for name, pool in programme.pools.items()
        if name in named or pool.supplier in sellers or pool.supplier in programme.decides
    )
