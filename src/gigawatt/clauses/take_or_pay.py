"""`take_or_pay`: a floor on the quantity taken in each contract year; what falls short is paid for."""

from decimal import Decimal
from typing import ClassVar, Literal

from pydantic import Field

from gigawatt.model.clause import Clause, Fit
from gigawatt.model.clause_draft import ClauseDraft, stated
from gigawatt.model.fields import ChipHours, ChipHoursPerYear, Day, Id, PricePerChipHour
from gigawatt.model.published import AMOUNT
from gigawatt.values.span import Span


class TakeOrPay(Clause):
    """The buyer takes at least `floor` chip-hours in every contract year, or pays `deficiency` for what is short."""

    kind: Literal["take_or_pay"]
    chip: Id | None = None
    pool: Id | None = Field(default=None, description="the pool that is metered; all pools of the seller if absent")
    floor_chip_hours: ChipHoursPerYear = Field(alias="floor")
    deficiency_per_chip_hour: PricePerChipHour = Field(alias="deficiency")
    taken: dict[Day, ChipHours] = Field(default_factory=dict, description="taken by a day, in that day's contract year")

    publishes: ClassVar[frozenset[str]] = frozenset({AMOUNT})
    fit: ClassVar[Fit] = Fit.EXACT

    def constrain(self, draft: ClauseDraft) -> None:
        """`quantity - floor on = excess - shortfall`, only one of the two above nought; the shortfall is paid."""
        calendar = draft.calendar
        pools = [pool for pool in self._pools(draft) if pool in draft.draft.pool_ids]
        use = draft.use(pools)
        for year in draft.years:
            floor = self._floor(year, year.within(draft.span))
            share = draft.share(year)
            counted = use.where(share[use.month] > 0)
            hours = counted.hours * share[counted.month]
            label = f"{year.start:%Y-%m-%d}"
            shortfall = draft.pin(label, counted.columns, hours, floor, unit="chip-hour")
            month = draft.last_month(year)
            price = calendar.monthly(self.deficiency_per_chip_hour)[month]
            draft.pay(shortfall, price, month, what="deficiency")

    def _pools(self, draft: ClauseDraft) -> list[str]:
        seller = draft.contract.seller
        if self.pool is not None:
            return [self.pool]
        if self.chip is not None:
            return [f"{seller}-{self.chip}"]
        return [name for name, pool in draft.programme.pools.items() if seller in (pool.provider, pool.owner)]

    def _floor(self, year: Span, inside: Span) -> float:
        """Chip-hours still to take in a contract year: pro rata where cut, in full less what was taken where stated."""
        whole = self.floor_chip_hours.at(year.start)
        floor = whole if whole is not None else Decimal(0)
        done = stated(self.taken, year)
        if done is not None and inside.start > year.start:
            rest = Span(year.start, inside.until)
            return max(0.0, float(floor * rest.days / year.days - done))
        return float(floor * inside.days / year.days)
