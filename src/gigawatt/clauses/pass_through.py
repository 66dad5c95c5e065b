"""`pass_through`: energy that the buyer pays for at the metered tariff, up to a PUE, and tax on it as a line apart."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from gigawatt.model.clause import Clause, Complaint, Fit
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.contract import Contract
from gigawatt.model.extent import Extent
from gigawatt.model.facts import Energy, Facts
from gigawatt.model.fields import Id, Number, PricePerMWh, Share
from gigawatt.model.parsing import refuse
from gigawatt.model.posting import TAX, ClauseBook, Posting, Priced
from gigawatt.model.programme import Programme
from gigawatt.model.published import AMOUNT
from gigawatt.model.term import Term
from gigawatt.promises.metering import charged_shares, charged_workloads, filled_by, use_shares

ONE = Decimal(1)


class PassThrough(Clause):
    """The buyer pays the seller for the energy that its Use takes, at a price per MWh, and tax on it where due."""

    kind: Literal["pass_through"]
    chip: Id | None = None
    pool: Id | None = Field(default=None, description="the pool that is metered; all pools of the seller if absent")
    site: Id | None = Field(default=None, description="or the site: all pools there")
    price_per_mwh: PricePerMWh = Field(alias="price", description="the tariff, per MWh that the facility takes")
    pue: Number | None = Field(default=None, description="PUE of pools that stand at no site here; one if absent")
    pue_cap: Number | None = Field(default=None, description="the PUE above which no energy is charged")
    tax: Share = Field(default=Decimal(0), description="tax on the energy, a line of its own")
    tax_to: Id | None = Field(default=None, description="the party to whom the tax is due")

    party_fields: ClassVar[tuple[str, ...]] = ("tax_to",)
    publishes: ClassVar[frozenset[str]] = frozenset({AMOUNT})
    unit_priced: ClassVar[bool] = True
    fit: ClassVar[Fit] = Fit.EXACT

    @model_validator(mode="after")
    def _one_place_and_whole_pues(self) -> "PassThrough":
        named = [key for key in ("chip", "pool", "site") if getattr(self, key) is not None]
        if len(named) > 1:
            refuse(
                f"names what is metered by {' and by '.join(f'`{key}`' for key in named)}; keep one of them", named[1]
            )
        for key in ("pue", "pue_cap"):
            value: Decimal | None = getattr(self, key)
            if value is not None and value < 1:
                refuse(f"{value} is below one, and no facility takes less than its chips", key)
        if self.tax and self.tax_to is None:
            refuse("is stated, and not to whom it is due; name the party by `tax_to`", "tax")
        return self

    def complaints(self, contract: Contract, term: Term, programme: Programme) -> Iterator[Complaint]:
        """Chips whose power nobody knows; a tax that the buyer would owe itself."""
        if self.tax_to == contract.buyer:
            yield ("tax_to",), f"{contract.buyer}, the buyer, would owe the tax to itself; name who levies it"
        for pool in self._pools(programme, contract):
            chip = programme.pools[pool].chip if pool in programme.pools else None
            if chip in programme.chips and programme.chips[chip].it_power_kw is None:
                yield (
                    (),
                    (
                        f"charges the energy of pool {pool}, and chip {chip} states no power; "
                        f"add `chips: {{{chip}: {{it_power: ... kW}}}}`"
                    ),
                )

    def constrain(self, draft: ClauseDraft) -> None:
        """A cost on Use: chip-hours x IT power x PUE, no more of it than the cap, x the month's tariff; and tax."""
        programme, contract = draft.programme, draft.contract
        workloads = charged_workloads(programme, contract, self.for_workloads)
        tariff = draft.rate(self.price_per_mwh)
        for pool in self._pools(programme, contract) if workloads else ():
            use = draft.use([pool], workloads)
            if not len(use):
                continue
            share = use_shares(draft, use, draft.span, draft.term)
            columns = use.columns
            if draft.is_offer and not self._runs_only_if_signed(draft, pool):
                names = tuple(draft.draft.column_label(int(column)) for column in columns)
                columns = draft.if_signed(f"metered {pool}", names, columns, use.upper, unit="chip")
            mwh = use.hours * share * draft.chip_mw(pool) * float(self._pue(programme, pool))
            draft.pay(columns, mwh * tariff[use.month], use.month, what="energy")
            if self.tax:
                taxed = mwh * tariff[use.month] * float(self.tax)
                draft.pay(columns, taxed, use.month, what=TAX, payee=self.tax_to)

    def _runs_only_if_signed(self, draft: ClauseDraft, pool: str) -> bool:
        """Whether all chips of a pool come by the contract itself, so that nothing runs there without it."""
        others = {contract_id for contract_id, _ in filled_by(draft.programme, pool)} - {draft.contract_id}
        return not others and not draft.owned(pool) and not draft.elsewise

    def extent(self, book: ClauseBook, facts: Facts, since: date) -> Extent:
        """As much energy as is metered."""
        return Extent(book.contract.buyer, book.contract.seller, more=None)

    @property
    def varies(self) -> str:
        """What it may make due beside what is sure."""
        return "energy as it is metered"

    def post(self, book: ClauseBook, facts: Facts) -> list[Posting]:
        """Each month's metered energy, as far as the cap, at the month's tariff; the tax on it apart."""
        tariff, mwh = book.rate(self.price_per_mwh), self._metered(book, facts)
        energy = [Priced.at(quantity, price, "MWh") for quantity, price in zip(mwh, tariff, strict=True)]
        lines = book.postings(energy, "energy")
        if self.tax:
            lines += book.postings(
                [Priced.at(one.amount, Fraction(self.tax), book.programme.currency) for one in energy],
                TAX,
                payee=self.tax_to,
            )
        return lines

    def _metered(self, book: ClauseBook, facts: Facts) -> list[Fraction]:
        """MWh charged by month: of each pool's energy the part of the Use that is charged for."""
        programme, contract = book.programme, book.contract
        workloads = charged_workloads(programme, contract, self.for_workloads)
        total = [Fraction(0)] * len(book.months)
        for pool in self._pools(programme, contract) if workloads else ():
            shares, used = charged_shares(programme, book.term, pool, workloads), facts.use_by_workload(pool)
            for item in facts.energy_of(pool):
                if item.month not in book.month_names:
                    continue
                t = book.month_names.index(item.month)
                every = sum((hours for (_, month), hours in used.items() if month == item.month), Decimal(0))
                charged = sum(
                    (share[t] * Fraction(used.get((name, item.month), 0)) for name, share in shares.items()),
                    Fraction(0),
                )
                if every:
                    total[t] += self._of_meter(item) * charged / Fraction(every)
        return total

    def _of_meter(self, item: Energy) -> Fraction:
        """What the facility took for a pool, as far as the cap, MWh."""
        taken = Fraction(item.facility_mwh) if item.facility_mwh is not None else None
        whole = taken if taken is not None else Fraction(item.it_mwh) * Fraction(self.pue or ONE)
        return whole if self.pue_cap is None else min(whole, Fraction(item.it_mwh) * Fraction(self.pue_cap))

    def _pue(self, programme: Programme, pool: str) -> Decimal:
        """The PUE that a plan charges: the site's, or the stated one where there is no site, as far as the cap."""
        site = programme.pools[pool].site
        pue = programme.sites[site].pue if site is not None else self.pue or ONE
        return pue if self.pue_cap is None else min(pue, self.pue_cap)

    def _pools(self, programme: Programme, contract: Contract) -> list[str]:
        """The pools that are metered, in file order."""
        if self.site is not None:
            return [name for name, pool in programme.pools.items() if pool.site == self.site]
        if self.chip is not None or self.pool is not None:
            return [self.pool or f"{contract.seller}-{self.chip}"]
        return [name for name, pool in programme.pools.items() if pool.supplier == contract.seller]
