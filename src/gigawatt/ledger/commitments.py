"""What contracts oblige to, on a day: what is promised, delivered, due and paid, and the least that is still to come.

The least is what a settlement of the years ahead comes to if nothing is used, earned or drawn from the day on, what is
promised comes when it is due, and whoever pays says whatever makes it pay less: notices to end, none to prolong. No
clause is asked of which kind it is. After the disclosure of unconditional purchase obligations in US GAAP, ASC
440-10-50-2 to 50-4: the fixed and determinable part in all and in each of five years, and what varies beside it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import TypeVar

from gigawatt.errors import GigawattError
from gigawatt.history.billing import posted
from gigawatt.history.binding import said_in
from gigawatt.history.outlook import as_ended, notices_known, outlook
from gigawatt.ledger.remarks import remarks
from gigawatt.model.clause import Clause
from gigawatt.model.commitments import Agreement, Commitments, MinimumDue, Obligation, year_of
from gigawatt.model.contract import Contract
from gigawatt.model.extent import Extent
from gigawatt.model.facts import Coming, Delivered, Facts, HandedOver, Notice, Ordered, Paid, day_of
from gigawatt.model.posting import ClauseBook, Posting
from gigawatt.model.programme import Programme
from gigawatt.promises.handing_over import EXTENDED
from gigawatt.values.ids import own_id
from gigawatt.values.money import minor_digits
from gigawatt.values.span import Span, add_months, month_start, parse_day

MOST_YEARS = 100
"""Years after the horizon's start over which what falls due is told."""
ARREARS_MONTHS = 12
"""Months after the last contract in which what it made due may still be paid."""
EXTENSION_MONTHS = 120
"""The same where an extension is on record, whose length only its clause knows."""

Pair = tuple[str, str]
"""Who pays, and whom."""
Asked = TypeVar("Asked")


def commitments(programme: Programme, as_of: date, facts: Facts | None = None, *, year_begins: int = 1) -> Commitments:
    """The commitments under all contracts of a programme (as known on the day) at the end of a day of its horizon.

    Facts of later days are left out. Without facts of deliveries what was promised by the day is taken to have come;
    with any, what is not among them has not. Years begin in a month from 1 to 12. GigawattError for a day outside the
    horizon (but the one before it), another month, or a clause that cannot be settled.
    """
    horizon, day = programme.horizon.span, timedelta(days=1)
    if not horizon.start - day <= as_of < horizon.until:
        raise GigawattError(
            f"{as_of} lies outside the horizon, {horizon.start} through {horizon.until - day}, of which the facts are; "
            "give a day in it, or move the horizon"
        )
    if not 1 <= year_begins <= 12:
        raise GigawattError(f"a year cannot begin in month {year_begins}; give a month from 1 to 12")
    return _Reckoning(_to_the_end(programme, facts), as_of, facts).told(year_begins)


def _to_the_end(programme: Programme, facts: Facts | None) -> Programme:
    """The programme with a horizon that lasts as long as its contracts do, and as what is paid after them."""
    horizon = programme.horizon.span
    extended = facts is not None and (
        any(item.part == EXTENDED for item in facts.deliveries) or any(one.lot == EXTENDED for one in facts.handed_over)
    )
    last = min(add_months(horizon.start, 12 * MOST_YEARS), _last_end(programme))
    until = add_months(month_start(last), 1 + (EXTENSION_MONTHS if extended else ARREARS_MONTHS))
    longer = programme.horizon.model_copy(update={"until": max(horizon.until, until), "through": None})
    return programme.model_copy(update={"horizon": longer})


def _last_end(programme: Programme) -> date:
    ends = (contract.until for contract in programme.contracts.values())
    return max((end for end in ends if end is not None), default=programme.horizon.until)


def _by(facts: Facts, as_of: date, since: date) -> Facts:
    """The facts of days that are over, and of months that are; orders are known when they are placed."""
    return facts.keeping(lambda item: _is_over(item, as_of, since), ("offers", "orders"))


def _is_over(item: object, as_of: date, since: date) -> bool:
    day = day_of(item)
    return day is None or (day < since if hasattr(item, "month") else day <= as_of)


@dataclass(frozen=True)
class _Reckoning:
    """One reckoning: `programme` has a horizon that lasts to the end of its contracts."""

    programme: Programme
    as_of: date
    facts: Facts | None

    @cached_property
    def months(self) -> tuple[Span, ...]:
        return tuple(self.programme.horizon.months)

    @cached_property
    def since(self) -> date:
        """The first day of the first month that is not over."""
        return month_start(self.as_of + timedelta(days=1))

    @cached_property
    def record(self) -> Facts:
        """What is on record by the day."""
        found = _by(self.facts or Facts(), self.as_of, self.since)
        notices = (*notices_known(self.programme, self.as_of), *found.notices)
        return replace(found, notices=tuple(dict.fromkeys(notices)))

    @cached_property
    def recorded(self) -> bool:
        """Whether deliveries are on record, so that what is not there has not come."""
        facts = self.facts or Facts()
        return bool(facts.deliveries or facts.handed_over or facts.orders)

    @cached_property
    def signed(self) -> list[str]:
        return [name for name, contract in self._contracts.items() if contract.status == "signed"]

    @cached_property
    def _contracts(self) -> dict[str, Contract]:
        """Those of the day: none that is to be signed later."""
        contracts = self.programme.contracts
        return {name: each for name, each in contracts.items() if each.signed is None or each.signed <= self.as_of}

    @cached_property
    def ahead(self) -> frozenset[str]:
        """The names of the months that are not over."""
        return frozenset(f"{month.start:%Y-%m}" for month in self.months if month.start >= self.since)

    def told(self, year_begins: int) -> Commitments:
        """All of it."""
        choices = {payer: self.choices(payer) for payer in self._payers()}
        by_payer = {payer: self.of_signed(chosen) for payer, chosen in choices.items()}
        lines = [one for payer, found in by_payer.items() for one in found if one.payer == payer]
        by_contract: dict[str, list[Posting]] = defaultdict(list)
        for one in lines:
            by_contract[one.by.split("/")[0]].append(one)
        paid, unassigned = self._paid(by_contract)
        agreements = tuple(
            self._agreement(name, by_contract[name], paid, choices) if name in self.signed
            else self._agreement(name, self._if_signed(name), {}, {})
            for name in self._contracts
        )  # fmt: skip
        minimum = tuple(self._minimum(lines, year_begins))
        return Commitments(
            self.programme.programme, self.programme.currency, self.as_of, self.since, year_begins,
            agreements, minimum, unassigned, self.recorded,
        )  # fmt: skip

    def _payers(self) -> list[str]:
        """Every party that owes anything under a contract that binds, whatever is chosen."""
        return list(dict.fromkeys(one.payer for one in self.of_signed(())))

    def of_signed(self, notices: tuple[Notice, ...]) -> list[Posting]:
        """What is due under the contracts that bind, over all months, where a party gives some notices too."""
        if notices not in self._known:
            self._known[notices] = self.run(self.signed, self.record, self._start, (*self.lapsing, *notices))
        return self._known[notices]

    @cached_property
    def _known(self) -> dict[tuple[Notice, ...], list[Posting]]:
        return {}

    @property
    def _start(self) -> date:
        """The day from which what is promised is taken to come."""
        return self.since if self.recorded else self.months[0].start

    def _if_signed(self, contract_id: str) -> list[Posting]:
        """What a contract that binds nobody would make due, if it did."""
        return self.run([contract_id], Facts(), self.months[0].start, ())

    def run(
        self, contract_ids: Sequence[str], record: Facts, start: date, notices: tuple[Notice, ...]
    ) -> list[Posting]:
        """Settle some contracts: what is on record, and from `start` on what comes by itself, nothing used."""
        facts = replace(record, signed=frozenset(contract_ids), notices=(*record.notices, *notices))
        contracts = as_ended(self.programme, facts.notices)
        said = said_in(self.programme, contract_ids)
        new: list[Coming] = []
        for contract_id, clause_id, *_ in said:
            book = self._book(contracts, contract_id, clause_id)
            new += _ask(book, lambda book=book: list(book.clause.coming(book, record, start)))  # type: ignore[misc]
        facts = replace(
            facts,
            deliveries=(*facts.deliveries, *(one for one in new if isinstance(one, Delivered))),
            handed_over=(*facts.handed_over, *(one for one in new if isinstance(one, HandedOver))),
            orders=(*facts.orders, *(one for one in new if isinstance(one, Ordered))),
        )
        return posted(
            self.programme, self.months, facts, lambda book, known: _ask(book, lambda: book.clause.post(book, known)),
            said=said,
        )  # fmt: skip

    def _book(
        self,
        contracts: Mapping[str, Contract],
        contract_id: str,
        clause_id: str,
        months: tuple[Span, ...] | None = None,
    ) -> ClauseBook:
        contract = contracts[contract_id]
        clause = contract.clauses[clause_id]
        return ClauseBook(self.programme, clause, clause_id, contract, contract_id, months or self.months)

    @cached_property
    def lapsing(self) -> tuple[Notice, ...]:
        """The notices by which every contract lasts no longer than it must, as far as anybody can still choose that.

        A renewal that the other side may have is left to it, and told in words.
        """
        found: list[Notice] = []
        for contract_id in self.signed:
            contract, horizon = self.programme.contracts[contract_id], self.programme.horizon.span
            seen = outlook(
                contract_id, contract, horizon, self.record.notices,
                lambda step: step.over is not None and self.as_of < step.last_day,
            )  # fmt: skip
            found += seen.notices(contract_id, seen.ends[0], lambda step: step.by[0]) if len(seen.ends) > 1 else []
        return tuple(replace(one, clause=own_id(one.clause)) for one in found)

    @cached_property
    def ended(self) -> dict[str, Contract]:
        """The contracts with the days on which each is over, if it lasts no longer than it must."""
        return as_ended(self.programme, (*self.record.notices, *self.lapsing))

    def choices(self, payer: str) -> tuple[Notice, ...]:
        """The notices by which a party pays least from the day on, where it may end a contract early."""
        chosen: list[Notice] = []
        for contract_id in self.signed:
            ways: list[tuple[Notice, ...]] = [(), *self._ways(contract_id, payer)]
            due = [self._still_due(contract_id, payer, way) for way in ways] if len(ways) > 1 else [0]
            chosen += ways[due.index(min(due))]
        return tuple(chosen)

    def _ways(self, contract_id: str, payer: str) -> Iterator[tuple[Notice, ...]]:
        """The notices by which a party may end a contract before its last day."""
        contract, notices = self.programme.contracts[contract_id], (*self.record.notices, *self.lapsing)
        if payer not in (contract.buyer, contract.seller):
            return
        seen = outlook(
            contract_id, contract, self.programme.horizon.span, notices,
            lambda step: step.over is None and payer in step.by and self.as_of < step.last_day,
        )  # fmt: skip
        for until in seen.ends[:-1]:
            found = seen.notices(contract_id, until, lambda step: payer)
            yield tuple(replace(one, clause=own_id(one.clause)) for one in found)
        tomorrow = self.as_of + timedelta(days=1)
        for clause_id, clause in contract.clauses.items():
            if payer in clause.may_end(contract) and clause.span_within(contract.span).contains(tomorrow):
                yield (Notice(f"{contract_id}/{own_id(clause_id)}", payer, tomorrow),)

    def _still_due(self, contract_id: str, payer: str, notices: tuple[Notice, ...]) -> int:
        lines = self.run([contract_id], self.record, self._start, (*self.lapsing, *notices))
        return sum(one.amount_minor for one in lines if one.payer == payer and one.month in self.ahead)

    def _agreement(
        self,
        contract_id: str,
        lines: list[Posting],
        paid: Mapping[tuple[str, Pair], int],
        choices: Mapping[str, tuple[Notice, ...]],
    ) -> Agreement:
        """One contract, by what is due under it; `paid` by contract and pair, the notices `choices` by payer."""
        binds = contract_id in self.signed
        contract = self.ended[contract_id] if binds else self.programme.contracts[contract_id]
        extents = self._extents(contract_id, binds=binds)
        whole = [one for one in self.of_signed(()) if one.by.split("/")[0] == contract_id] if binds else lines
        pairs = [
            *((one.payer, one.payee) for one in (*lines, *whole)),
            *((one.payer, one.payee) for one in extents.values() if one.more != 0),
            *(pair for name, pair in paid if name == contract_id),
        ]
        chips, power_mw = (self._most_of(extents, field) for field in ("chips", "power_mw"))
        delivered = self._delivered(contract_id) if binds else (None, None)
        obligations = (
            self._obligation(contract_id, pair, lines, whole, extents, paid, binds) for pair in dict.fromkeys(pairs)
        )
        ends = [
            f"{payer} pays least by ending it under {one.clause.split('/')[1]}, by notice on {one.given}: so counted"
            for payer, chosen in choices.items() for one in chosen if one.clause.split("/")[0] == contract_id
        ]  # fmt: skip
        said = remarks(self.programme, contract_id, contract, self.as_of, self.record.notices)
        return Agreement(
            contract_id, contract.status, contract.buyer, contract.seller, contract.signed_on,
            contract.until or date.max, tuple(obligations), chips, power_mw,
            delivered[0] if chips is not None else None, delivered[1] if power_mw is not None else None,
            (*said, *ends),
        )  # fmt: skip

    def _obligation(
        self,
        contract_id: str,
        pair: Pair,
        lines: Sequence[Posting],
        whole: Sequence[Posting],
        extents: Mapping[str, Extent],
        paid: Mapping[tuple[str, Pair], int],
        binds: bool,
    ) -> Obligation:
        """What one party owes another: by `lines` at least, by `whole` if nobody ends the contract early."""
        mine = [one for one in lines if (one.payer, one.payee) == pair]
        least = sum(one.amount_minor for one in mine)
        ahead = sum(one.amount_minor for one in mine if one.month in self.ahead)
        reach = [one for one in extents.values() if (one.payer, one.payee) == pair]
        full = sum(one.amount_minor for one in whole if (one.payer, one.payee) == pair)
        more, minor = [one.more for one in reach], 10 ** minor_digits(self.programme.currency)
        most = max(least, full + round(minor * sum((each or Fraction(0) for each in more), Fraction(0))))
        called = round(minor * sum((one.more or Fraction(0) for one in reach if one.on_notice), Fraction(0)))
        facts = self.facts if binds else None
        return Obligation(
            *pair, least, None if None in more else most, ahead if binds else least, called,
            least - ahead if facts is not None else None,
            paid.get((contract_id, pair), 0) if facts is not None and facts.payments else None,
        )  # fmt: skip

    def _extents(self, contract_id: str, *, binds: bool) -> dict[str, Extent]:
        """What each clause of a contract may come to beside what is sure, by its full name."""
        contracts = self.ended if binds else self.programme.contracts
        since, found = self.since if binds else self.months[0].start, {}
        record = replace(self.record if binds else Facts(), signed=frozenset([contract_id]))
        for _, clause_id, *_ in said_in(self.programme, [contract_id]):
            book = self._book(contracts, contract_id, clause_id)
            extent = _ask(book, lambda book=book: book.clause.extent(book, record, since))  # type: ignore[misc]
            if extent is not None:
                over = book.term.whole.until <= since
                found[book.name] = replace(extent, more=Fraction(0)) if over else extent
        return found

    def _most_of(self, extents: Mapping[str, Extent], field: str) -> Decimal | None:
        """Chips or MW over the clauses of a contract: of the versions of one clause the most."""
        most: dict[str, Decimal] = {}
        for name, extent in extents.items():
            size = getattr(extent, field)
            if size is not None:
                most[own_id(name)] = max(size, most.get(own_id(name), size))
        return sum(most.values(), Decimal(0)) or None

    def _delivered(self, contract_id: str) -> tuple[Decimal | None, Decimal | None]:
        """Chips and MW that stand at the day's end by the record, and chips bought; None where there is no record.

        What is metered by months stands as in the last of them that is over.
        """
        today, units = Span.of_day(self.as_of), {True: Decimal(0), False: Decimal(0)}
        told, last = self.recorded, self.since - timedelta(days=1)
        for _, clause_id, _, clause in said_in(self.programme, [contract_id]):
            if type(clause).coming is Clause.coming:
                continue
            book = self._book(self.ended, contract_id, clause_id, (today,))
            metered = [one for one in self.record.deliveries if one.by == book.name]
            stands = metered or [
                one for one in clause.coming(book, self.record, today.until) if isinstance(one, Delivered)
            ]
            hours = 24 * (last.day if metered else 1)
            for one in stands:
                if not metered or one.month == f"{last:%Y-%m}":
                    units[one.place in self.programme.sites] += one.unit_hours / hours
            orders = [one for one in self.record.ordered_by(book.name) if parse_day(one.month) < self.since]
            units[False] += sum((one.chips for one in orders), Decimal(0))
            told = told or bool(stands)
        return (units[False], units[True]) if told else (None, None)

    def _paid(self, by_contract: Mapping[str, list[Posting]]) -> tuple[dict[tuple[str, Pair], int], int]:
        """What was paid by contract and pair, and what under no contract that can be told: where two fit, none does."""
        found: dict[tuple[str, Pair], int] = defaultdict(int)
        unassigned = 0
        for one in self.record.payments:
            contract = one.contract or self._only_one(one, by_contract)
            if contract in self.signed:
                found[contract, (one.payer, one.payee)] += one.amount_minor
            else:
                unassigned += one.amount_minor
        return dict(found), unassigned

    def _only_one(self, paid: Paid, by_contract: Mapping[str, list[Posting]]) -> str:
        pair = (paid.payer, paid.payee)
        fits = {name for name, lines in by_contract.items() if any((one.payer, one.payee) == pair for one in lines)}
        return fits.pop() if len(fits) == 1 else ""

    def _minimum(self, lines: Sequence[Posting], year_begins: int) -> Iterator[MinimumDue]:
        """What is to come, by clause, pair, what it is for and year."""
        total: dict[tuple[str, str, str, str, str, int], int] = defaultdict(int)
        for one in lines:
            if one.month in self.ahead:
                contract, year = one.by.split("/")[0], year_of(parse_day(one.month), year_begins)
                total[contract, own_id(one.by), one.payer, one.payee, one.what, year] += one.amount_minor
        order = {name: n for n, name in enumerate(self.signed)}
        for key in sorted(total, key=lambda key: (order[key[0]], *key[1:])):
            if total[key]:
                yield MinimumDue(*key, total[key])


def _ask(book: ClauseBook, question: Callable[[], Asked]) -> Asked:
    """What a clause answers. GigawattError that names it where it cannot say: a note that lacks a line is none."""
    try:
        return question()
    except Exception as fault:
        why = str(fault) or type(fault).__name__
        raise GigawattError(f"what falls due under {book.name} cannot be told: {why}") from fault
