"""`take_or_pay`: a floor on the quantity taken in each contract year; what falls short is paid for."""

from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Literal

from pydantic import Field

from gigawatt.model.clause import Clause, Fit
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.contract import Contract
from gigawatt.model.facts import Facts
from gigawatt.model.fields import ChipHours, ChipHoursPerYear, Day, Id, PricePerChipHour
from gigawatt.model.posting import ClauseBook, Posting
from gigawatt.model.programme import Programme
from gigawatt.model.published import AMOUNT
from gigawatt.model.term import Term
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

    @property
    def fit_relaxed(self) -> Fit:
        """Without its binary a shortfall may be more than the contract's, where that suits who decides."""
        return Fit.ABOVE

    def constrain(self, draft: ClauseDraft) -> None:
        """`quantity - floor on = excess - shortfall`, only one of the two above nought; the shortfall is paid."""
        use = draft.use(self._pools(draft.programme, draft.contract))
        deficiency = draft.rate(self.deficiency_per_chip_hour)
        for year in draft.term.years:
            floor = float(self._floor(draft.term, year))
            share = draft.share(year)
            counted = use.where(share[use.month] > 0)
            hours = counted.hours * share[counted.month]
            label = f"{year.start:%Y-%m-%d}"
            shortfall = draft.pin(label, counted.columns, hours, floor, unit="chip-hour")
            month = draft.term.last_month(year)
            draft.pay(shortfall, deficiency[month], month, what="deficiency")

    def post(self, book: ClauseBook, facts: Facts) -> list[Posting]:
        """In each contract year's last month, what was metered short of the floor, at the price of a deficiency."""
        taken = book.by_month(facts.use_of(self._pools(book.programme, book.contract), self.for_workloads))
        deficiency = book.rate(self.deficiency_per_chip_hour)
        postings = []
        for year in book.term.years:
            quantity = sum(hours * share for hours, share in zip(taken, book.term.share(year), strict=True))
            short = max(Fraction(0), self._floor(book.term, year) - quantity)
            month = book.term.last_month(year)
            postings += book.posting(month, short * deficiency[month], "deficiency")
        return postings

    def _pools(self, programme: Programme, contract: Contract) -> list[str]:
        """The pools that are metered, in file order."""
        if self.chip is not None or self.pool is not None:
            return [self.pool or f"{contract.seller}-{self.chip}"]
        return [name for name, pool in programme.pools.items() if pool.supplier == contract.seller]

    def _floor(self, term: Term, year: Span) -> Fraction:
        """Chip-hours still to take in a contract year; its floor is the one of its first day inside the horizon."""
        whole = self.floor_chip_hours.at(year.within(term.inside).start)
        return term.floor(whole or Decimal(0), year, self.taken)
