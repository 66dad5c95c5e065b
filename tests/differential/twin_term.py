"""A clause in its contract, as every kind needs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from twin_recording import Sum
from twin_state import Asked, Due, Started, Twin
from twin_timing import both

from gigawatt.model.contract import Contract
from gigawatt.values.span import Span


@dataclass(frozen=True)
class Term:
    """A clause in its contract: `on` is one, or the column that signs the offer; `span` lies in the horizon."""

    twin: Twin
    contract_id: str
    contract: Contract
    clause_id: str
    clause: Any
    on: Sum
    ended_by: str = ""
    """The clause by which the contract ends early, where it does."""

    @property
    def own_id(self) -> str:
        """The contract's name, of whichever of the days on which it may be over this is the case."""
        return self.contract_id.partition("~")[0]

    @property
    def whole_span(self) -> Span:
        """When it is in force, in the horizon or not."""
        horizon = self.twin.time.horizon
        of_contract = Span(self.contract.from_ or horizon.start, self.contract.until or horizon.until)
        own = Span(self.clause.from_ or of_contract.start, self.clause.until or of_contract.until)
        return both(own, of_contract)

    @property
    def span(self) -> Span:
        return both(self.whole_span, self.twin.time.horizon)

    @property
    def months(self) -> list[int]:
        """The months of the horizon that hold a day of it."""
        return [t for t in range(len(self.twin.time.months)) if self.twin.time.cover(self.span, t)]

    @property
    def offered(self) -> bool:
        return self.contract.status == "offer" or self.contract_id != self.own_id

    @property
    def prior(self) -> bool:
        """Whether it was contracted before, so that nothing of it is new."""
        signed = self.contract.signed or self.contract.from_
        return self.contract.status != "offer" and signed is not None and signed < self.twin.programme.as_of

    @property
    def names(self) -> frozenset[str]:
        both = (self.contract_id, self.own_id)
        return frozenset({*both, *(f"{one}/{self.clause_id}" for one in both)})

    def pool(self) -> str:
        return str(self.clause.pool or f"{self.contract.seller}-{self.clause.chip}")

    def owe(self, t: int, amount: Sum, accrues: Span | None = None, what: str = "") -> None:
        """The buyer pays the seller, as rent, fee, deficiency and so on."""
        days = accrues or both(self.twin.time.months[t], self.span)
        self.twin.dues[self.contract_id, self.clause_id].append(Due(t, days, amount, what))
        self.twin.pay(amount, t, self.contract.buyer, self.contract.seller)

    def megawatts(self) -> float:
        """IT power of a chip of its pool."""
        chip = self.twin.programme.chips[self.twin.programme.pools[self.pool()].chip]
        return float(chip.it_power_kw or 0) / 1000

    def publish(
        self,
        megawatts: dict[int, Sum],
        most: dict[int, float],
        begun: dict[int, Sum] | None,
        pools: tuple[str, ...],
        **more: Any,
    ) -> None:
        """Tell what new capacity it may bring."""
        first = {q: max(self.twin.time.quarters[q].start, self.span.start) for q in megawatts}
        self.twin.started.append(
            Started(
                self.names | more.pop("names", frozenset()),
                more.pop("provider", self.contract.seller),
                pools,
                megawatts,
                most,
                begun,
                more.pop("first_day", first),
                prior=more.pop("prior", self.prior),
                workloads=tuple(self.clause.for_workloads),
                **more,
            )
        )

    def keep_others_out(self, pool: str, t: int, chips: Sum) -> None:
        """Workloads that the clause is not for run on what the pool has from elsewhere."""
        for s in self.twin.time.slices if self.clause.for_workloads else ():
            self.twin.reserved[pool, t, s].append((tuple(self.clause.for_workloads), chips))

    def ask(self, prior: bool, months: list[int]) -> None:
        """Tell the price of a chip-hour in the months with chips to give, and whether it was agreed before."""
        mean = self.twin.time.mean
        prices = {t: mean(self.clause.price_per_chip_hour, t, self.span) for t in months}
        self.twin.prices.append(Asked(self.contract.seller, self.pool(), prices, prior))
