"""`mfn`, most favoured: no other buyer of the seller has a better price for comparable chips; else the lesser holds.

Prices are compared day by day. What others pay by the volume that they take, or only if an offer to them is signed, is
no constant: a plan leaves it out, and a bill that sees it is the lower for it.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import ClassVar, Literal, TypeGuard

import numpy as np
from pydantic import Field

from gigawatt.model.clause import Clause, Complaint, Fit, OnPool
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.contract import Contract
from gigawatt.model.facts import Facts
from gigawatt.model.fields import Count, Day, Duration, Id, PricePerChipHour, Text
from gigawatt.model.posting import ClauseBook, Posting, Priced
from gigawatt.model.programme import Programme
from gigawatt.model.published import AMOUNT, DELIVERY, UNIT_PRICE, Delivery
from gigawatt.model.spanned import Spanned
from gigawatt.model.term import Term
from gigawatt.values.span import Span, months_apart

PER_CHIP_HOUR = "chip-hour"


class KnownPrice(Spanned):
    """A price that another buyer has of the same seller, as far as it is known."""

    chip: Id
    price_per_chip_hour: PricePerChipHour = Field(alias="price", description="what the other pays for a chip-hour")
    chips: Count | None = Field(default=None, description="how many chips the other has at it")
    recorded: Day | None = Field(default=None, description="the day on which it became known; `from` if absent")
    buyer: Text | None = Field(default=None, description="who has it, where that is known")


@dataclass(frozen=True)
class Rival:
    """Another buyer's price for a chip: what it is, on which days it has it, and since when that is known."""

    chip: str
    span: Span
    recorded: date
    price: Callable[[date], Fraction | None]

    def better(self, day: date, own: Fraction) -> Fraction | None:
        """The price on a day, where it is below one's own."""
        price = self.price(day) if self.span.contains(day) else None
        return price if price is not None and price < own else None


Saved = dict[tuple[int, int], Fraction]
"""What is saved of each chip-hour of a month (the first), and the month in which it is paid back (the second)."""


class MostFavoured(Clause):
    """The buyer pays no more for a chip-hour than another buyer of the seller does for comparable chips."""

    kind: Literal["mfn"]
    chip: Id | None = Field(default=None, description="the chips compared; all that the contract prices, if absent")
    quantity: Count | None = Field(default=None, description="buyers of more chips than this are not compared")
    term: Duration | None = Field(default=None, description="contracts for longer than this are not compared")
    remedy: Literal["prospective", "rebate"] = Field(
        default="prospective", description="the lesser price from when it is known, or from when the other has it"
    )
    known: tuple[KnownPrice, ...] = Field(default=(), description="prices of others that no contract here states")

    blind: ClassVar[str] = "prices that are offered to nobody because all would have a right to them"
    publishes: ClassVar[frozenset[str]] = frozenset({AMOUNT})
    reads: ClassVar[frozenset[str]] = frozenset({UNIT_PRICE, DELIVERY})
    unit_priced: ClassVar[bool] = True
    fit: ClassVar[Fit] = Fit.EXACT

    def beneficiaries(self, contract: Contract) -> tuple[str, ...]:
        """The buyer."""
        return (contract.buyer,)

    def fit_in(self, programme: Programme, contract: Contract, *, relaxed: bool) -> Fit:
        """Above the bill, which has a rebate that a plan leaves out, where a price depends on volume or on an offer."""
        own = self._own(programme, contract)
        chips = {_chip(programme, contract, clause) for clause in own.values()}
        others = [
            other.status == "offer" or clause.by_volume
            for _, other, _, clause in self._others(programme, contract)
            if _chip(programme, other, clause) in chips
        ]
        return Fit.ABOVE if any(others) or any(clause.by_volume for clause in own.values()) else Fit.EXACT

    def complaints(self, contract: Contract, term: Term, programme: Programme) -> Iterator[Complaint]:
        """Nothing to compare: no price of the contract is for the chips."""
        own = self._own(programme, contract)
        chips = {_chip(programme, contract, clause) for clause in own.values()}
        if not own:
            key = ("chip",) if self.chip is not None else ()
            yield key, f"no clause of the contract has a price per chip-hour{f' of {self.chip}' if self.chip else ''}"
            return
        for n, known in enumerate(self.known):
            if known.chip in programme.chips and known.chip not in chips:
                message = f"{known.chip} is not compared; the contract's prices are for {', '.join(sorted(chips))}"
                yield ("known", n, "chip"), message

    def constrain(self, draft: ClauseDraft) -> None:
        """What is charged by the hour is paid back down to the lesser price, a constant of each month."""
        programme, contract, months = draft.programme, draft.contract, draft.calendar.months
        rivals = self._constants(programme, contract, frozenset())
        for clause_id, clause in self._own(programme, contract).items():
            if clause.by_volume:
                continue
            term, chip = Term(clause, contract, months), _chip(programme, contract, clause)
            against = [rival for rival in rivals if rival.chip == chip]
            for (t, paid), saved in self._saved(draft.term, term, _stated(clause), against).items():
                for item in draft.published(DELIVERY):
                    if isinstance(item, Delivery) and item.by == f"{draft.contract_id}/{clause_id}" and not item.part:
                        which = np.flatnonzero(item.levels[:, t])
                        hours = item.levels[which, t] * draft.calendar.month_hours[t]
                        draft.pay(item.columns[which], -float(saved) * hours, paid, what="most favoured price")

    @property
    def varies(self) -> str:
        """What it may make due beside what is sure."""
        return "a lesser price, where others pay less"

    def post(self, book: ClauseBook, facts: Facts) -> list[Posting]:
        """Each month's chip-hours times what the lesser price saves; what was paid too much, once that is known."""
        programme, contract = book.programme, book.contract
        rivals = [*self._constants(programme, contract, facts.signed), *self._by_volume(book, facts)]
        amounts = [Priced.none("chip-hour")] * len(book.months)
        for clause_id, clause in self._own(programme, contract).items():
            mine = replace(book, clause=clause, clause_id=clause_id)
            hours, own = clause.charged_hours(mine, facts), _stated(clause)
            if clause.by_volume:
                own = _settled(mine, clause, facts)
            against = [rival for rival in rivals if rival.chip == _chip(programme, contract, clause)]
            for (t, paid), saved in self._saved(book.term, mine.term, own, against).items():
                amounts[paid] += Priced.at(hours[t], -saved, "chip-hour")
        return book.postings(amounts, "most favoured price")

    def _saved(self, term: Term, own: Term, price: Callable[[date], Fraction | None], rivals: list[Rival]) -> Saved:
        """The mean, over each month's days on which its own price is in force, of what the lesser price saves."""
        saved: Saved = {}
        for t, month in enumerate(term.months):
            days = month.within(own.inside).within(term.inside)
            for n in range(days.days if rivals else 0):
                day = days.start + timedelta(days=n)
                asked = price(day)
                for paid, less in self._less(day, asked, rivals, term.horizon) if asked is not None else ():
                    key = (t, max(t, paid))
                    saved[key] = saved.get(key, Fraction(0)) + less / own.days[t]
        return saved

    def _less(self, day: date, asked: Fraction, rivals: list[Rival], horizon: Span) -> Iterator[tuple[int, Fraction]]:
        """What the price of a day falls by, and the month in which that is known, in the order in which it is."""
        for rival in sorted(rivals, key=lambda each: each.recorded):
            late = day if self.remedy == "prospective" else horizon.until - timedelta(days=1)
            price = rival.better(day, asked) if rival.recorded <= late else None
            if price is not None:
                yield months_apart(horizon.start, rival.recorded), asked - price
                asked = price

    def _own(self, programme: Programme, contract: Contract) -> dict[str, OnPool]:
        """The clauses of the contract whose price is compared."""
        return {
            clause_id: clause
            for clause_id, clause in contract.clauses.items()
            if _priced(clause) and (self.chip is None or _chip(programme, contract, clause) == self.chip)
        }

    def _others(self, programme: Programme, contract: Contract) -> Iterator[tuple[str, Contract, str, OnPool]]:
        """The priced clauses of the seller's contracts with other buyers, signed or offered, for no longer a term."""
        for contract_id, other in programme.contracts.items():
            if other.seller != contract.seller or other.buyer == contract.buyer or not self._is_short(other.span):
                continue
            if other.status in ("signed", "offer"):
                for clause_id, clause in other.clauses.items():
                    if _priced(clause):
                        yield contract_id, other, clause_id, clause

    def _is_short(self, span: Span) -> bool:
        return self.term is None or span.until <= self.term.after(span.start)

    def _constants(self, programme: Programme, contract: Contract, signed: Collection[str]) -> list[Rival]:
        """Prices of others that are a constant of each day: those known, and those of contracts and offers `signed`."""
        rivals = []
        for known in self.known:
            span = known.span_within(contract.span)
            if self._is_short(span) and (self.quantity is None or (known.chips or 0) <= self.quantity):
                recorded = known.recorded or span.start
                rivals.append(Rival(known.chip, span, recorded, partial(_at, known.price_per_chip_hour.at)))
        for contract_id, other, _, clause in self._others(programme, contract):
            if not clause.by_volume and (other.status == "signed" or contract_id in signed):
                asked = partial(_at, clause.asked)
                rivals.append(self._rival(programme, other, clause, asked))
        return rivals

    def _by_volume(self, book: ClauseBook, facts: Facts) -> Iterator[Rival]:
        """What others by volume came to pay, as settled, on the mean of each contract year."""
        for contract_id, other, clause_id, clause in self._others(book.programme, book.contract):
            if clause.by_volume and (other.status == "signed" or contract_id in facts.signed):
                theirs = replace(book, clause=clause, clause_id=clause_id, contract=other, contract_id=contract_id)
                yield self._rival(book.programme, other, clause, _settled(theirs, clause, facts))

    def _rival(
        self, programme: Programme, other: Contract, clause: OnPool, price: Callable[[date], Fraction | None]
    ) -> Rival:
        """Another buyer's price, on the days on which it may have no more chips than are compared."""

        def of_comparable(day: date) -> Fraction | None:
            most = clause.most_chips(day)
            comparable = self.quantity is None or (most is not None and most <= self.quantity)
            return price(day) if comparable else None

        span = clause.span_within(other.span)
        recorded = other.recorded or other.signed_on or span.start
        return Rival(_chip(programme, other, clause), span, recorded, of_comparable)


def _priced(clause: Clause) -> TypeGuard[OnPool]:
    """Whether it has a price per chip-hour of a pool."""
    return isinstance(clause, OnPool) and clause.quotes is not None and clause.quotes[1] == PER_CHIP_HOUR


def _chip(programme: Programme, contract: Contract, clause: OnPool) -> str:
    """The chip that a clause is about; empty where its pool is not known."""
    pool = programme.pools.get(clause.pool_id(contract.seller))
    return pool.chip if pool is not None else clause.chip or ""


def _at(asked: Callable[[date], Decimal | None], day: date) -> Fraction | None:
    price = asked(day)
    return None if price is None else Fraction(price)


def _stated(clause: OnPool) -> Callable[[date], Fraction | None]:
    """The price that a clause states, by the day."""
    return partial(_at, clause.asked)


def _settled(book: ClauseBook, clause: OnPool, facts: Facts) -> Callable[[date], Fraction | None]:
    """What a chip-hour came to under a clause: all that it posts of a contract year over the hours, by the day."""
    hours = clause.charged_hours(book, facts)
    due = [Fraction(0)] * len(book.months)
    for posting in clause.post(book, facts):
        due[book.month_names.index(posting.month)] += book.money(posting.amount_minor)

    def price(day: date) -> Fraction | None:
        year = next((year for year in book.term.years if year.contains(day)), None)
        share = book.term.share(year) if year is not None else [Fraction(0)] * len(hours)
        taken = sum((h * s for h, s in zip(hours, share, strict=True)), Fraction(0))
        return sum((d * s for d, s in zip(due, share, strict=True)), Fraction(0)) / taken if taken else None

    return price
