"""`capital_commitment`: an investor's tranches, drawn on notice, within which capital is spent."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from gigawatt.errors import PlanError
from gigawatt.model.calendar import Floats, Ints
from gigawatt.model.clause import Clause, Fit
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.extent import Extent
from gigawatt.model.facts import Facts
from gigawatt.model.fields import Day, Duration, Id, Megawatts, MoneyAmount, Share
from gigawatt.model.posting import ClauseBook, Posting
from gigawatt.model.published import CAPEX, Capex
from gigawatt.model.remaining import HeldAs, Remaining, paid_so_far
from gigawatt.model.schedule import built_mw
from gigawatt.model.thing import Thing
from gigawatt.values.span import Span


class PowerCondition(Thing):
    """Met once so much IT power stands at the sites together, by the mean of the month before a quarter begins."""

    power_mw: Megawatts = Field(alias="power")
    sites: tuple[Id, ...] = Field(default=(), description="all sites if absent")


class Tranche(Thing):
    """An amount that may be drawn from a day on, or once a condition is met, whichever is later."""

    amount: MoneyAmount
    from_: Day | None = Field(default=None, alias="from")
    when: PowerCondition | None = None

    def is_open(self, quarter: Span) -> bool:
        """Whether its day comes before a quarter ends."""
        return self.from_ is None or self.from_ < quarter.until

    def is_met(self, facts: Facts, month: str) -> bool:
        """Whether its condition is met in a month."""
        return self.when is None or facts.power_at(self.when.sites, month) >= self.when.power_mw


class CapitalCommitment(Clause):
    """The investor funds a share of the recipient's capital expenditure, within the tranches open to be drawn."""

    kind: Literal["capital_commitment"]
    investor: Id
    recipient: Id
    tranches: tuple[Tranche, ...] = Field(min_length=1)
    share: Share = Field(default=Decimal(1), description="share of the capex that is drawn")
    funds: tuple[Id, ...] = Field(default=(), description="sites and chips whose capex is funded; all if absent")
    payers: tuple[Id, ...] = Field(default=(), description="whose capex is funded; the recipient's own if absent")
    notice: Duration | None = Field(default=None, description="notice of a draw")

    party_fields: ClassVar[tuple[str, ...]] = ("investor", "recipient", "payers")
    reads: ClassVar[frozenset[str]] = frozenset({CAPEX})
    fit: ClassVar[Fit] = Fit.EXACT

    @property
    def unbroken(self) -> str | None:
        """Its tranches."""
        return "draws each of its tranches once"

    @property
    def _payers(self) -> tuple[str, ...]:
        return self.payers or (self.recipient,)

    def constrain(self, draft: ClauseDraft) -> None:
        """`draw = share x capex` of the quarter, and what is drawn in all stays within the open tranches."""
        columns, amounts, months = self._funded(draft)
        calendar = draft.calendar
        if not len(columns):
            return
        quarters = np.unique(calendar.quarter_of_month[draft.cover > 0])
        names = tuple(calendar.quarter_names[q] for q in quarters)
        at = np.searchsorted(quarters, calendar.quarter_of_month[months])
        draw = draft.add_columns("draw", (names,), unit="money")
        drawn = draft.add_columns("drawn", (names,), unit="money")
        self._spend(draft, draw, names, at, columns, float(self.share) * amounts)
        sums = draft.add_rows("drawn", (names,), unit="money", lower=0.0, upper=0.0)
        draft.add_entries(sums, drawn, 1.0)
        draft.add_entries(sums[1:], drawn[:-1], -1.0)
        draft.add_entries(sums, draw, -1.0)
        funds = draft.add_rows("within tranches", (names,), unit="money", upper=0.0)
        draft.add_entries(funds, drawn, 1.0)
        for number, tranche in enumerate(self.tranches, start=1):
            opened = np.array([tranche.is_open(calendar.quarters[q]) for q in quarters])
            if tranche.when is None:
                draft.add_entries(funds[opened], draft.on, -float(tranche.amount))
            else:
                ready = self._conditional(draft, number, tranche.when, quarters)
                draft.add_entries(funds[opened], ready[opened], -float(tranche.amount))
        month = calendar.first_month[quarters]
        draft.pay(draw, 1.0, month, payer=self.investor, payee=self.recipient, what="draw", face="cash")

    def extent(self, book: ClauseBook, facts: Facts, since: date) -> Extent:
        """All tranches, less what was drawn: it is called for by notice."""
        drawn = book.money(sum(one.amount_minor for one in self.post(book, facts)))
        total = sum((Fraction(tranche.amount) for tranche in self.tranches), Fraction(0))
        return Extent(self.investor, self.recipient, more=total - drawn, on_notice=True)

    @property
    def varies(self) -> str:
        """What it may make due beside what is sure."""
        return "what is drawn on notice, as capital is spent"

    def post(self, book: ClauseBook, facts: Facts) -> list[Posting]:
        """At the start of each quarter, the draw for what is spent in it, within the tranches that are open."""
        spent = facts.spent_by(self._payers, self.funds)
        drawn, postings = Fraction(0), []
        for months, opened in self._opened(book, facts):
            capex = sum(book.money(spent.get(book.month_names[t], 0)) for t in months if book.term.days[t])
            draw = min(capex * Fraction(self.share), opened - drawn)
            drawn += draw
            postings += book.posting(months[0], draw, "draw", payer=self.investor, payee=self.recipient)
        return postings

    def remaining(self, book: ClauseBook, facts: Facts) -> list[Remaining]:
        """What is not drawn yet of all tranches, from the first month in force on; what is drawn stays invested."""
        whole, found = Fraction(sum(tranche.amount for tranche in self.tranches)), []
        drawn_by_month = paid_so_far(book, self.post(book, facts), lambda what: True)
        for month, days, drawn in zip(book.month_names, book.months, drawn_by_month, strict=True):
            if days.until > book.term.inside.start:
                found.append(
                    Remaining(month, book.name, "commitment", book.programme.currency, whole, drawn, whole - drawn,
                              book.term.whole.until, self.investor, self.recipient, HeldAs.CAPITAL,
                              book.minor(drawn))
                )  # fmt: skip
        return found

    def _opened(self, book: ClauseBook, facts: Facts) -> Iterator[tuple[list[int], Fraction]]:
        """The quarters in force, each as its months, with all that may be drawn by its end."""
        met: set[int] = set()
        for months in book.quarters:
            if not any(book.term.days[t] for t in months):
                continue
            quarter = Span(book.months[months[0]].start, book.months[months[-1]].until)
            before = f"{quarter.start - timedelta(days=1):%Y-%m}"
            met |= {n for n, tranche in enumerate(self.tranches) if tranche.is_met(facts, before)}
            opened = [tranche for n, tranche in enumerate(self.tranches) if n in met and tranche.is_open(quarter)]
            yield months, Fraction(sum(tranche.amount for tranche in opened))

    def _spend(
        self, draft: ClauseDraft, draw: Ints, names: tuple[str, ...], at: Ints, columns: Ints, amounts: Floats
    ) -> None:
        """What is drawn in a quarter is what is spent in it, or for an offer that is not signed, nothing."""
        if not draft.is_offer:
            spent = draft.add_rows("draw", (names,), unit="money", lower=0.0, upper=0.0)
            draft.add_entries(spent, draw, 1.0)
            draft.add_entries(spent[at], columns, -amounts)
            return
        most = np.zeros(len(names))
        np.add.at(most, at, amounts * draft.draft.upper_of(columns))
        if not np.isfinite(most).all():
            raise PlanError(
                f"{draft.name} is an offer, and nothing bounds the capital that it would fund; "
                "give the chips that are bought a `supply`, or have them come by a `purchase` clause"
            )
        within = draft.add_rows("at most spent", (names,), unit="money", upper=0.0)
        draft.add_entries(within, draw, 1.0)
        draft.add_entries(within[at], columns, -amounts)
        # spent - draw <= most (1 - on)
        whole = draft.add_rows("all spent", (names,), unit="money", upper=most)
        draft.add_entries(whole[at], columns, amounts)
        draft.add_entries(whole, draw, -1.0)
        draft.add_entries(whole, draft.on, most)

    def _funded(self, draft: ClauseDraft) -> tuple[Ints, Floats, Ints]:
        """The capital expenditure that it funds: columns, amounts, months; flat arrays."""
        parts = []
        for item in draft.published(CAPEX):
            if not isinstance(item, Capex) or item.payer not in self._payers:
                continue
            if self.funds and item.place not in self.funds:
                continue
            inside = draft.cover[item.months] > 0
            parts.append((item.columns[inside], item.amounts[inside], item.months[inside]))
        if not parts:
            return np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0, dtype=np.int64)
        columns, amounts, months = (np.concatenate([part[i] for part in parts]) for i in range(3))
        return columns, amounts, months

    def _conditional(self, draft: ClauseDraft, number: int, when: PowerCondition, quarters: Ints) -> Ints:
        """`ready[q] <= ready[q-1] + meets[q]`, where the power standing before q is at least the condition x `meets`.

        Before, since what a tranche pays for cannot be what opens it.
        """
        calendar, sites = draft.calendar, draft.draft.site_ids
        for site in when.sites:
            if site not in sites:
                raise PlanError(
                    f"{draft.name}: tranche {number} waits for power at {site}, where nobody who decides builds or has "
                    "chips, so that the plan has no power there; name other sites, or give the tranche a date"
                )
        names = tuple(calendar.quarter_names[q] for q in quarters)
        ready = draft.add_columns(f"ready {number}", (names,), unit="1", upper=1.0)
        meets = draft.add_columns(f"meets {number}", (names,), unit="1", upper=1.0, integer=True)
        power = draft.add_rows(f"power {number}", (names,), unit="MW", lower=0.0)
        chosen = [i for i, site in enumerate(sites) if not when.sites or site in when.sites]
        months = calendar.first_month[quarters] - 1
        if chosen:
            powered = draft.draft.powered[np.array(chosen)][:, months[months >= 0]]
            draft.add_entries(power[months >= 0], powered, 1.0)
            built = sum(built_mw(draft.programme, sites[i], calendar.span.start - timedelta(days=1)) for i in chosen)
            draft.add_entries(power[months < 0], draft.draft.one, float(built))
        draft.add_entries(power, meets, -float(when.power_mw))
        order = draft.add_rows(f"ready {number}", (names,), unit="1", upper=0.0)
        draft.add_entries(order, ready, 1.0)
        draft.add_entries(order[1:], ready[:-1], -1.0)
        draft.add_entries(order, meets, -1.0)
        if draft.is_offer:
            signed = draft.add_rows(f"signed {number}", (names,), unit="1", upper=0.0)
            draft.add_entries(signed, ready, 1.0)
            draft.add_entries(signed, draft.on, -1.0)
        return ready
