"""`reservation`: dedicated chips for a fixed fee over a term, used or not, from the day on which each is accepted."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from gigawatt.errors import PlanError
from gigawatt.model.calendar import Floats, Ints
from gigawatt.model.clause import Complaint, Fit, OnPool
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.committed import Committed
from gigawatt.model.contract import Contract
from gigawatt.model.deadline import Deadline
from gigawatt.model.extent import Extent
from gigawatt.model.facts import Coming, Facts
from gigawatt.model.fields import Count, Day, PricePerChipHour
from gigawatt.model.parsing import refuse
from gigawatt.model.posting import ClauseBook, Posting
from gigawatt.model.programme import Programme
from gigawatt.model.published import AMOUNT, COMMITMENTS, DELIVERY, UNIT_PRICE, Commitment, UnitPrice
from gigawatt.model.remaining import Remaining
from gigawatt.model.term import Term
from gigawatt.model.thing import Thing
from gigawatt.model.verdict import ClauseView
from gigawatt.promises.chips_held import Chips, Choice, Takes
from gigawatt.promises.delivery import ByDelivery, first_day, recorded_events
from gigawatt.promises.handing_over import (
    ENLARGED,
    EXTENDED,
    draft_days,
    hours_by_part,
    post_days,
    post_parts,
    remaining_deposit,
)
from gigawatt.promises.lot import Lot
from gigawatt.promises.prolonging import Extension, Held, extend, mean
from gigawatt.promises.scheduling import comes
from gigawatt.values.ids import own_id
from gigawatt.values.series import Series
from gigawatt.values.span import Span, looks_like_day, parse_day


class Longer(Extension):
    """The option to keep the chips after the term."""

    price_per_chip_hour: PricePerChipHour | None = Field(
        default=None, alias="price", description="price then; the clause's own if absent"
    )


class Enlargement(Thing):
    """The option to take more chips, in any quarter that begins by a day, kept to the end of the term."""

    most: Count = Field(description="most chips more")
    by: Day = Field(description="last day on which they can be taken")
    price_per_chip_hour: PricePerChipHour | None = Field(
        default=None, alias="price", description="their price; the clause's own if absent"
    )


class Reservation(ByDelivery, OnPool):
    """Chips held for the buyer at a price for every hour reserved."""

    kind: Literal["reservation"]
    chips: Chips = Field(description="a number, a dated series, {min, max, step}, or {most, take: quarterly}")
    price_per_chip_hour: PricePerChipHour = Field(alias="price", description="price of a chip-hour, used or not")
    extend: Longer | None = Field(default=None, description="an option to keep the chips after the term")
    enlarge: Enlargement | None = Field(default=None, description="an option to take more chips")

    unit: ClassVar[Literal["chip", "MW"]] = "chip"
    publishes: ClassVar[frozenset[str]] = frozenset({AMOUNT, UNIT_PRICE, COMMITMENTS, DELIVERY})
    quotes: ClassVar[tuple[str, str] | None] = ("price_per_chip_hour", "chip-hour")
    unit_priced: ClassVar[bool] = True
    fit: ClassVar[Fit] = Fit.EXACT

    @classmethod
    def lot_name(cls, name: str) -> str:
        """A lot is named by the day on which it was due at first; a month means its first."""
        return parse_day(name).isoformat() if looks_like_day(name) else name

    @model_validator(mode="after")
    def _days_of_what_comes_in_lots(self) -> "Reservation":
        if isinstance(self.chips, Takes) and self.enlarge is not None:
            refuse("chips that are taken by the quarter can be taken as it is; raise `most` instead", "enlarge")
        if self.is_scheduled and not _rises_by_steps(self.chips):
            refuse(
                "`delivered`, `accepted`, `shifts`, `damages` and `longstop` are of deliveries that are due on days; "
                "give `chips` as a number, or as a dated series that rises by steps"
            )
        if self.acceptance is not None and not (isinstance(self.chips, Choice) or _rises_by_steps(self.chips)):
            refuse(
                "what is accepted comes on a day; give `chips` as a number, as {min, max, step}, or as a dated series "
                "that rises by steps",
                "acceptance",
            )
        return self

    @property
    def _comes_in_lots(self) -> bool:
        return isinstance(self.chips, Series) and (self.is_scheduled or self.acceptance is not None)

    def most_chips(self, day: date) -> Decimal | None:
        """The most chips that it may hold on a day, apart from what it may be enlarged by."""
        if isinstance(self.chips, Choice):
            return self.chips.max
        series = self.chips.most if isinstance(self.chips, Takes) else self.chips
        return series.at(day) or Decimal(0)

    def complaints(self, contract: Contract, term: Term, programme: Programme) -> Iterator[Complaint]:
        """Days of deliveries that are not promised, or that cannot be; and a price that is not there yet."""
        yield from self.wrong_with(self._lots(term.whole, term.whole.start), contract)
        if self.extend is not None and self.extend.price_per_chip_hour is not None:
            yield from self.extend.late_price("price", self.extend.price_per_chip_hour, term)

    def deadlines(self, view: ClauseView) -> tuple[Deadline, ...]:
        """Deliveries, and the last days to extend or enlarge."""
        last, buyer = view.span.until - timedelta(days=1), view.contract.buyer
        found = list(self.due_days(self._lots(view.span, view.span.start), view, last))
        if self.extend is not None:
            found.append(self.extend.deadline(buyer, view.span.until))
        if self.enlarge is not None:
            words = f"last day to take up to {self.enlarge.most:f} chips more"
            found.append(Deadline(self.enlarge.by, "option", buyer, words))
        return tuple(found)

    def commits(self, view: ClauseView) -> Committed:
        """The hours of its chips (the most that it may take), used or not, and what they cost."""
        hours = amount = Decimal(0)
        for n in range(view.span.days):
            day = view.span.start + timedelta(days=n)
            chips = self.most_chips(day) or Decimal(0)
            hours += chips * 24
            amount += chips * 24 * (self.price_per_chip_hour.at(day) or Decimal(0))
        return Committed(
            "capacity", view.span, "hour", amount, hours, "chip-hour", clauses=(own_id(view.name),)
        )  # fmt: skip

    def _lots(self, whole: Span, first: date) -> list[Lot]:
        """What is due at first: each step up in chips, on its day or the promise's first, whichever is later."""
        if not isinstance(self.chips, Series) or not self._comes_in_lots:
            return []
        until, before, lots = whole.until, Decimal(0), []
        for day, chips in {max(day, first): chips for day, chips in self.chips.points if day < until}.items():
            if chips > before:
                lots.append(Lot(day.isoformat(), chips - before, day, until))
            before = chips
        return lots

    def constrain(self, draft: ClauseDraft) -> None:
        """Capacity for the pool and a fee for it, by one of three forms: fixed, chosen once, taken by the quarter."""
        if not draft.cover.any():
            return
        calendar, pool = draft.calendar, self.pool_id(draft.contract.seller)
        price = draft.rate(self.price_per_chip_hour)
        fee, asked = price * calendar.month_hours, np.where(draft.cover > 0, price, np.inf)
        draft.publish(UNIT_PRICE, UnitPrice(draft.name, draft.contract.seller, pool, asked, new=draft.is_new))
        self._refuse_choices_of_others(draft)
        if isinstance(self.chips, Takes):
            held = self._take(draft, self.chips, pool, fee)
        elif isinstance(self.chips, Choice):
            held = self._choose(draft, self.chips, pool, fee)
        else:
            held = self._deliver(draft, self.chips, pool, fee)
        if self.enlarge is not None:
            held = Held.joined([held, *self._enlarge(draft, self.enlarge, pool, fee)])
        if self.extend is not None and self.extend.is_open(draft):
            self._prolong(draft, self.extend, pool, held)

    def _refuse_choices_of_others(self, draft: ClauseDraft) -> None:
        choices = [name for name in ("extend", "enlarge") if getattr(self, name) is not None]
        if draft.buyer_decides or (isinstance(self.chips, Series) and not choices):
            return
        which = f"whether it uses `{choices[0]}`" if choices else "how many chips it takes"
        raise PlanError(
            f"{draft.name}: {draft.contract.buyer} is not among those who decide, so {which} is no choice of the plan; "
            "give `chips` as a number or a dated series, to the end that it chooses"
        )

    def post(self, book: ClauseBook, facts: Facts) -> list[Posting]:
        """Each month's chip-hours that stood ready, used or not, at the month's price; and what the days demand."""
        promised = self.promised(self._lots(book.term.whole, first_day(book.term, book.clause_id)))
        further = self.extend.further(book.term) if self.extend is not None else None
        prices = {"": book.rate(self.price_per_chip_hour)}
        if self.enlarge is not None:
            prices[ENLARGED] = book.rate(self.enlarge.price_per_chip_hour or self.price_per_chip_hour)
        if self.extend is not None and further is not None:
            then = further.mean(self.extend.price_per_chip_hour or self.price_per_chip_hour)
            prices[EXTENDED] = [Fraction(value) for value in then]
        hours = hours_by_part(book, self, promised, facts, further)
        return post_parts(book, hours, prices, "fee", further, "chip-hour") + post_days(book, self, promised, facts)

    def remaining(self, book: ClauseBook, facts: Facts) -> list[Remaining]:
        """What the seller holds of the deposit."""
        promised = self.promised(self._lots(book.term.whole, first_day(book.term, book.clause_id)))
        return remaining_deposit(book, self, promised, facts)

    def coming(self, book: ClauseBook, facts: Facts, since: date) -> Iterator[Coming]:
        """The chips that are promised, each lot from its acceptance on; of chips to choose from, the least."""
        promised = self.promised(self._lots(book.term.whole, first_day(book.term, book.clause_id)))
        further = self.extend.further(book.term) if self.extend is not None else None
        firm = [n * 24 * days for n, days in zip(self._firm(book), book.term.days, strict=True)]
        place, kept = self.pool_id(book.contract.seller), isinstance(self.chips, Takes)
        yield from comes(book, self, place, promised, facts, since, further, firm=firm, kept=kept)

    def extent(self, book: ClauseBook, facts: Facts, since: date) -> Extent:
        """The chips that may be taken beside those that are sure, and what is extended, at their prices."""
        buyer, seller, own = book.contract.buyer, book.contract.seller, book.rate(self.price_per_chip_hour)
        days = [n * (month.start >= since) for n, month in zip(book.term.days, book.months, strict=True)]
        firm, most = self._firm(book), self._most(book)
        more = sum((24 * d * p * (m - f) for d, p, m, f in zip(days, own, most, firm, strict=True)), Fraction(0))
        extra = Fraction(self.enlarge.most) if self.enlarge is not None else Fraction(0)
        if self.enlarge is not None:
            then = book.rate(self.enlarge.price_per_chip_hour or self.price_per_chip_hour)
            more += sum((24 * d * p * extra for d, p in zip(days, then, strict=True)), Fraction(0))
        if self.extend is not None:
            further = self.extend.further(book.term)
            after = further.mean(self.extend.price_per_chip_hour or self.price_per_chip_hour)
            held = most[book.term.last_month(book.term.inside)] + extra if book.term.inside.days else Fraction(0)
            more += sum((24 * d * Fraction(p) * held for d, p in zip(further.days, after, strict=True)), Fraction(0))
        chips = max((m for m, d in zip(most, book.term.days, strict=True) if d), default=Fraction(0)) + extra
        return Extent(buyer, seller, more, chips=Decimal(chips.numerator) / chips.denominator)

    @property
    def varies(self) -> str:
        """What it may make due beside what is sure."""
        options = [
            "chips that the buyer may take" if not isinstance(self.chips, Series) or self.enlarge is not None else "",
            "a longer term, if the buyer says so" if self.extend is not None else "",
        ]
        return " and ".join(each for each in options if each)

    def _firm(self, book: ClauseBook) -> list[Fraction]:
        """The chips that must be taken, the mean over each month's days in force; of a choice, from its acceptance."""
        if isinstance(self.chips, Series):
            return book.rate(self.chips)
        if isinstance(self.chips, Takes):
            return [Fraction(0)] * len(book.months)
        return self._chosen(book, self.chips.min)

    def _most(self, book: ClauseBook) -> list[Fraction]:
        """The same of the chips that may be taken, without what it may be enlarged by."""
        if isinstance(self.chips, Series):
            return book.rate(self.chips)
        return book.rate(self.chips.most) if isinstance(self.chips, Takes) else self._chosen(book, self.chips.max)

    def _chosen(self, book: ClauseBook, chips: Decimal) -> list[Fraction]:
        whole = book.term.whole
        first = whole.start if self.acceptance is None else min(self.acceptance.after(whole.start), whole.until)
        serves, days = Span(first, whole.until).within(book.term.inside), zip(book.months, book.term.days, strict=True)
        return [Fraction(chips) * month.overlap(serves) / n if n else Fraction(0) for month, n in days]

    def _deliver(self, draft: ClauseDraft, chips: Series, pool: str, fee: Floats) -> Held:
        """A number of chips that is given: by days in force, or by the days on which its lots are accepted."""
        term = draft.term
        promised = self.promised(self._lots(term.whole, first_day(term, draft.clause_id)))
        lots = self.as_planned(promised, {}, recorded_events(draft.programme, draft.name))
        column = draft_days(draft, self, lots)
        if not lots:
            rate = draft.rate(chips)[None, :]
            self._hold(draft, pool, np.array([draft.on]), rate, rate * draft.cover, fee)
            stepping = chips.interpolate == "step" and not chips.growth_per_month
            last = chips.at(term.whole.until - timedelta(days=1)) if stepping else rate[0, term.last_month(term.whole)]
            return Held.of([draft.on], [float(last or 0)])
        levels = {each: np.zeros((2, len(draft.cover))) for each in dict.fromkeys(column.values())}
        units = dict.fromkeys(levels, 0.0)
        for lot in lots:
            share = draft.calendar.cover(lot.serves.within(draft.span))
            levels[column[lot.name]] += float(lot.units) * np.array([share > 0, share])
            units[column[lot.name]] += float(lot.units) if lot.serves.days else 0.0
        standing = np.array(list(levels.values()))
        columns = np.array(list(levels))
        self._hold(draft, pool, columns, standing[:, 0], standing[:, 1], fee, stand_for=draft.on)
        return Held.of(levels, list(units.values()))

    def _hold(
        self,
        draft: ClauseDraft,
        pool: str,
        columns: Ints,
        chips: Floats,
        levels: Floats,
        fee: Floats,
        *,
        stand_for: int | None = None,
    ) -> None:
        """Chips `chips[k, t] x columns[k]` stand on the days served, `levels` on the mean of a month; (K,), (K, T)."""
        told_by = None if stand_for is None else np.full(len(columns), stand_for)
        draft.provide(pool, columns, levels, stand_for=told_by)
        which, month = np.nonzero(levels)
        draft.pay(columns[which], levels[which, month] * fee[month], month, what="fee")
        calendar, mw = draft.calendar, draft.chip_mw(pool)
        rises = np.maximum(np.diff(chips, axis=1, prepend=0.0), 0.0)
        size = np.zeros((len(calendar.quarters), len(columns)))
        np.add.at(size, calendar.quarter_of_month, rises.T * mw)
        ends = draft.draft.upper_of(columns)
        most = size @ ends
        starts = np.where(size > 0, columns[None, :], -1)
        switch = np.where(most > 0, draft.on, -1)
        draft.publish(
            COMMITMENTS,
            Commitment(
                name=draft.name,
                by=draft.name,
                provider=draft.contract.seller,
                pools=(pool,),
                columns=starts,
                mw=size,
                switch=switch,
                most_mw=most,
                stock_most_mw=np.cumsum(most),
                new=draft.is_new,
                workloads=self.for_workloads,
                since=draft.span.start,
            ),
        )

    def _choose(self, draft: ClauseDraft, choice: Choice, pool: str, fee: Floats) -> Held:
        """`chips = min on + step steps`, with `steps <= (max - min) / step on`; from their acceptance on."""
        draft_days(draft, self, [])
        most = int((choice.max - choice.min) / choice.step)
        steps = draft.add_columns("steps", (), unit="1", upper=float(most), integer=True)
        row = draft.add_rows("steps", (), unit="1", upper=0.0)
        draft.add_entries(row, steps, 1.0)
        draft.add_entries(row, draft.on, -float(most))
        whole = draft.term.whole
        first = whole.start if self.acceptance is None else min(self.acceptance.after(whole.start), whole.until)
        cover = draft.calendar.cover(Span(first, whole.until).within(draft.span))
        units = np.array([float(choice.min), float(choice.step)])
        columns = np.array([draft.on, int(steps)])
        self._hold(draft, pool, columns, np.outer(units, cover > 0), np.outer(units, cover), fee)
        return Held.of(columns, units)

    def _take(self, draft: ClauseDraft, takes: Takes, pool: str, fee: Floats) -> Held:
        """`held[q] = held[q-1] + taken[q] <= most[q] on`; the fee is for what is held."""
        draft_days(draft, self, [])
        months, quarter, quarters = self._quarters(draft)
        offered = draft.rate(takes.most)[months]
        most = np.array([offered[quarter == q].min() for q in quarters])
        most = np.minimum.accumulate(most[::-1])[::-1]  # what is taken is kept, so a later, lower bound binds before
        return self._taken(draft, pool, quarters, most, most, fee)

    def _enlarge(self, draft: ClauseDraft, more: Enlargement, pool: str, fee: Floats) -> list[Held]:
        """The same for chips that may be taken beside the others, in quarters that begin by a day."""
        _, _, quarters = self._quarters(draft)
        begins = [max(draft.calendar.quarters[q].start, draft.span.start) for q in quarters]
        most = np.full(len(quarters), float(more.most))
        can = np.where([day <= more.by for day in begins], most, 0.0)
        if not can.any():
            return []
        if more.price_per_chip_hour is not None:
            fee = draft.rate(more.price_per_chip_hour) * draft.calendar.month_hours
        return [self._taken(draft, pool, quarters, can, most, fee, part=ENLARGED)]

    def _quarters(self, draft: ClauseDraft) -> tuple[Ints, Ints, Ints]:
        """The months in force, the quarter of each, and these quarters."""
        months = np.flatnonzero(draft.cover > 0)
        quarter = draft.calendar.quarter_of_month[months]
        return months, quarter, np.unique(quarter)

    def _taken(
        self, draft: ClauseDraft, pool: str, quarters: Ints, can: Floats, most: Floats, fee: Floats, *, part: str = ""
    ) -> Held:
        """Chips `taken` in quarters (at most `can`), `held` to the end of the term, in all at most `most`; (K,)."""
        calendar = draft.calendar
        names = tuple(calendar.quarter_names[q] for q in quarters)
        taken = draft.add_columns(f"{part} taken".lstrip(), (names,), unit="chip", upper=can)
        held = draft.add_columns(f"{part} held".lstrip(), (names,), unit="chip", upper=most)
        rows = draft.add_rows(f"{part} held".lstrip(), (names,), unit="chip", lower=0.0, upper=0.0)
        draft.add_entries(rows, held, 1.0)
        draft.add_entries(rows[1:], held[:-1], -1.0)
        draft.add_entries(rows, taken, -1.0)
        if draft.is_offer:
            signed = draft.add_rows(f"{part} signed".lstrip(), (names,), unit="chip", upper=0.0)
            draft.add_entries(signed, held, 1.0)
            draft.add_entries(signed, draft.on, -most)
        levels = np.where(calendar.quarter_of_month[None, :] == quarters[:, None], draft.cover[None, :], 0.0)
        draft.provide(pool, held, levels, part=part)
        which, month = np.nonzero(levels)
        draft.pay(held[which], levels[which, month] * fee[month], month, what="fee")
        draft.may_take(pool, quarters, taken, can, kept=True, new=draft.is_new, part=part)
        return Held.of(held[-1:], [1.0])

    def _prolong(self, draft: ClauseDraft, longer: Longer, pool: str, held: Held) -> None:
        """What is held at the end of the term is held for longer, at the price that holds then, if the plan says so."""
        columns, levels = extend(draft, longer, held)
        draft.provide(pool, columns, levels, part=EXTENDED, stand_for=held.columns)
        price = mean(longer.further(draft.term), longer.price_per_chip_hour or self.price_per_chip_hour)
        which, month = np.nonzero(levels)
        amounts = levels[which, month] * (price * draft.calendar.month_hours)[month]
        draft.pay(columns[which], amounts, month, what="fee", days=longer.further(draft.term).inside)


def _rises_by_steps(chips: Chips) -> bool:
    """Whether chips come on stated days, and none goes before the end."""
    if not isinstance(chips, Series) or chips.interpolate != "step" or chips.growth_per_month:
        return False
    return all(before[1] <= after[1] for before, after in pairwise(chips.points))
