"""`warrant`: shares that vest by milestones, of power that stands, of spend, of a price of the share, or of a day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from gigawatt.errors import GigawattError, PlanError
from gigawatt.model.calendar import Flags, Floats, Ints
from gigawatt.model.clause import Clause, Complaint, Fit
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.contract import Contract
from gigawatt.model.deadline import Deadline
from gigawatt.model.draft import Unit
from gigawatt.model.extent import Extent
from gigawatt.model.facts import Facts
from gigawatt.model.fields import Day, Flag, Id, LastDay, Megawatts, MoneyAmount, MoneySeries, Number
from gigawatt.model.parsing import refuse
from gigawatt.model.posting import ClauseBook, Posting, Priced, Vested
from gigawatt.model.programme import Programme
from gigawatt.model.published import AMOUNT, CAPEX, DELIVERY, MILESTONE, TOLD, Amount, Capex, Delivery, Milestone, Told
from gigawatt.model.remaining import HeldAs, Remaining, paid_so_far
from gigawatt.model.term import Term
from gigawatt.model.thing import Thing
from gigawatt.model.verdict import ClauseView
from gigawatt.values.ids import unknown
from gigawatt.values.span import months_apart

ONE_KILOWATT_MW = 0.001
ONE_UNIT = 1.0


class Vesting(Thing):
    """Shares that vest once all its conditions are met, and not after a day."""

    shares: Number = Field(description="how many")
    from_: Day | None = Field(default=None, alias="from", description="no earlier than this")
    by: LastDay | None = Field(default=None, description="last day on which it can be met; else they lapse")
    power_mw: Megawatts | None = Field(default=None, alias="power", description="IT power of chips that stand")
    chips: tuple[Id, ...] = Field(default=(), description="which chips count toward `power`; all if absent")
    sites: tuple[Id, ...] = Field(default=(), description="where; everywhere if absent")
    spent: MoneyAmount | None = Field(default=None, description="what the contract's buyer has spent under it")
    share_price: MoneyAmount | None = Field(default=None, description="the least value of a share")

    @model_validator(mode="after")
    def _says_when(self) -> "Vesting":
        if self.shares <= 0:
            refuse("must be above nought", "shares")
        if all(getattr(self, key) is None for key in ("from_", "power_mw", "spent", "share_price")):
            refuse("says not when it vests; give `power`, `spent`, `share_price` or `from`")
        if self.power_mw is not None and self.spent is not None:
            refuse(
                "waits for power and for spend at once, which the plan cannot weigh; leave one of the two out", "spent"
            )
        if (self.chips or self.sites) and self.power_mw is None:
            refuse("`chips` and `sites` are of `power`, which is not given")
        if self.from_ is not None and self.by is not None and self.by <= self.from_:
            last = self.by - timedelta(days=1)
            refuse(f"can be met until {last}, and not before {self.from_}; move one of the two", "by")
        return self

    @property
    def is_of_quantity(self) -> bool:
        """Whether what the plan does decides when it is met, and not the calendar and the scenario alone."""
        return self.power_mw is not None or self.spent is not None

    @property
    def in_words(self) -> str:
        """What must be met."""
        parts = [f"{self.power_mw:f} MW stand" if self.power_mw is not None else ""]
        parts.append(f"{self.spent:f} is spent" if self.spent is not None else "")
        parts.append(f"a share is worth {self.share_price:f}" if self.share_price is not None else "")
        return " and ".join(part for part in parts if part) or "the day comes"


@dataclass(frozen=True)
class Quarters:
    """The quarters in force, the last month of each, and their names; (Q,)."""

    quarters: Ints
    ends: Ints
    names: tuple[str, ...]

    def days(self, draft: ClauseDraft) -> tuple[date, ...]:
        """The last day of each."""
        return tuple(draft.calendar.months[t].until - timedelta(days=1) for t in self.ends)


@dataclass(frozen=True)
class Quantity:
    """What a milestone waits for at the end of each quarter: columns, and the most that each can be; (Q,)."""

    columns: Ints
    most: Floats
    unit: Unit


class Warrant(Clause):
    """The holder may buy shares of the issuer at a price, as far as milestones have been met."""

    kind: Literal["warrant"]
    issuer: Id | None = Field(default=None, description="the contract's seller if absent")
    holder: Id | None = Field(default=None, description="the contract's buyer if absent")
    exercise_price: MoneyAmount = Field(default=Decimal(0), description="what the holder pays for a share")
    vests: tuple[Vesting, ...] = Field(min_length=1, description="the milestones, and what vests by each")
    spent_before: MoneyAmount = Field(default=Decimal(0), description="what was spent before the horizon")
    expires: LastDay | None = Field(default=None, description="last day to exercise; the clause's last if absent")
    share_price: MoneySeries | None = Field(default=None, description="an input of the scenario, and no forecast")
    count_value: Flag = Field(default=False, description="whether the plan counts what vests as worth its value")

    blind: ClassVar[str] = "what the shares come to be worth beyond the scenario's price"
    party_fields: ClassVar[tuple[str, ...]] = ("issuer", "holder")
    reads: ClassVar[frozenset[str]] = frozenset({AMOUNT, CAPEX, DELIVERY})
    fit: ClassVar[Fit] = Fit.NONE

    @property
    def unbroken(self) -> str | None:
        """Its milestones."""
        return "counts toward its milestones from its first day"

    @model_validator(mode="after")
    def _price_where_it_counts(self) -> "Warrant":
        if self.share_price is None and (self.count_value or any(each.share_price is not None for each in self.vests)):
            refuse("what a share is worth is an input; give `share_price`, as {2027-01: 180 USD, 2028-01: 240 USD}")
        return self

    @property
    def reading(self) -> frozenset[str]:
        """Nothing where its value does not count."""
        return self.reads if self.count_value else frozenset()

    def _parties(self, contract: Contract) -> tuple[str, str]:
        """Issuer and holder."""
        return self.issuer or contract.seller, self.holder or contract.buyer

    def beneficiaries(self, contract: Contract) -> tuple[str, ...]:
        """The holder, who may waive it."""
        return (self._parties(contract)[1],)

    def complaints(self, contract: Contract, term: Term, programme: Programme) -> Iterator[Complaint]:
        """Chips that are not there; an issuer that is its own holder."""
        issuer, holder = self._parties(contract)
        if issuer == holder:
            yield (), f"{issuer} would issue shares to itself; name `issuer` and `holder`"
        for n, vesting in enumerate(self.vests):
            for chip in vesting.chips:
                if chip not in programme.chips:
                    yield ("vests", n, "chips"), unknown("chip", chip, programme.chips)
                elif not programme.chips[chip].it_power_kw:
                    yield ("vests", n, "chips"), f"{chip} states no power; give `it_power` to chips.{chip}"

    def deadlines(self, view: ClauseView) -> tuple[Deadline, ...]:
        """The last day of each milestone, and of exercise."""
        issuer, holder = self._parties(view.contract)
        found = [
            Deadline(each.by - timedelta(days=1), "expiry", holder,
                     f"{each.shares:f} shares of {issuer} lapse, unless {each.in_words}")
            for each in self.vests if each.by is not None
        ]  # fmt: skip
        last = min(self.expires or view.span.until, view.span.until) - timedelta(days=1)
        shares = sum(each.shares for each in self.vests)
        return (*found, Deadline(last, "expiry", holder, f"last day to exercise, for {shares:f} shares of {issuer}"))

    def constrain(self, draft: ClauseDraft) -> None:
        """Where its value counts: `met[q]`, one from the quarter on in which a milestone is met, whoever decides."""
        issuer, holder = self._parties(draft.contract)
        if not self.count_value or not draft.draft.sign(issuer, holder) or not draft.cover.any():
            return
        quarters = np.unique(draft.calendar.quarter_of_month[draft.cover > 0])
        ends = np.append(draft.calendar.first_month[1:], len(draft.calendar.months))[quarters] - 1
        at = Quarters(quarters, ends, tuple(draft.calendar.quarter_names[q] for q in quarters))
        made: dict[str, Quantity] = {}
        for number, vesting in enumerate(self.vests, start=1):
            open_ = self._open(draft, vesting, at)
            if not open_.any():
                continue
            met = self._meet(draft, number, open_, at, decided=vesting.is_of_quantity)
            if vesting.power_mw is not None:
                key = " ".join(("power", *vesting.chips, *(f"at {site}" for site in vesting.sites)))
                if key not in made:
                    made[key] = _power(draft, vesting, at, key)
                _pin(draft, number, at, open_, met, made[key], float(vesting.power_mw), ONE_KILOWATT_MW)
            elif vesting.spent is not None:
                if "spent" not in made:
                    made["spent"] = _spent(draft, float(self.spent_before), at)
                _pin(draft, number, at, open_, met, made["spent"], float(vesting.spent), ONE_UNIT)
            else:
                due = draft.add_rows(f"due {number}", (at.names,), unit="1", lower=np.where(open_, 0.0, -np.inf))
                draft.add_entries(due, met, 1.0)
                draft.add_entries(due, draft.on, -1.0)
            self._count(draft, number, vesting, at, met)

    def _meet(self, draft: ClauseDraft, number: int, open_: Flags, at: Quarters, *, decided: bool) -> Ints:
        """`met[q] >= met[q-1]`, and above it only where it can be met; a binary where quantities decide."""
        met = draft.add_columns(f"met {number}", (at.names,), unit="1", upper=1.0, integer=decided)
        row = draft.add_rows(f"met {number}", (at.names,), unit="1", lower=0.0, upper=np.where(open_, 1.0, 0.0))
        draft.add_entries(row, met, 1.0)
        draft.add_entries(row[1:], met[:-1], -1.0)
        if draft.is_offer:
            signed = draft.add_rows(f"signed {number}", (at.names,), unit="1", upper=0.0)
            draft.add_entries(signed, met, 1.0)
            draft.add_entries(signed, draft.on, -1.0)
        return met

    def _count(self, draft: ClauseDraft, number: int, vesting: Vesting, at: Quarters, met: Ints) -> None:
        """What vests in a quarter is worth its value at the quarter's end, less what is paid for it: no cash."""
        days = at.days(draft)
        value = np.array([float(self._price_on(day)) for day in days])
        worth = float(vesting.shares) * np.maximum(value - float(self.exercise_price), 0.0)
        shares = np.full(len(days), float(vesting.shares))
        issuer, holder = self._parties(draft.contract)
        for columns, sign, which in ((met, 1.0, slice(None)), (met[:-1], -1.0, slice(1, None))):
            months, amounts = at.ends[which], sign * worth[which]
            draft.pay(columns, amounts, months, what="shares", payer=issuer, payee=holder, face="objective")
            told = (columns, amounts, months)
            draft.publish(TOLD, Told(draft.name, f"{draft.name} value", draft.programme.currency, *told))
            told = (columns, sign * shares[which], months)
            draft.publish(TOLD, Told(draft.name, f"{draft.name} vested", "shares", *told))
        draft.publish(MILESTONE, Milestone(draft.name, number, met, days))

    def _open(self, draft: ClauseDraft, vesting: Vesting, at: Quarters) -> Flags:
        """The quarters at whose end it can be met: within its days, before it expires, the share's price reached."""
        ends = [each for each in (vesting.by, self.expires, draft.term.whole.until) if each is not None]
        reached, found = vesting.share_price is None, []
        for day in at.days(draft):
            reached = reached or self._price_on(day) >= (vesting.share_price or 0)
            found.append(reached and day < min(ends) and (vesting.from_ or day) <= day)
        return np.array(found)

    def _price_on(self, day: date) -> Decimal:
        return (self.share_price.at(day) if self.share_price is not None else None) or Decimal(0)

    def vested(self, book: ClauseBook, facts: Facts) -> list[Vested]:
        """The shares that have vested by the milestones on record, in order of time; one met too late vests nothing."""
        found = []
        for item in sorted(facts.reached_under(book.name), key=lambda item: (item.on, item.milestone)):
            vesting = self.vests[item.milestone - 1]
            ends = [each for each in (vesting.by, self.expires, book.term.whole.until) if each is not None]
            if item.on < min(ends) and (vesting.from_ or item.on) <= item.on:
                found.append(Vested(book.name, item.milestone, item.on, vesting.shares))
        return found

    def remaining(self, book: ClauseBook, facts: Facts) -> list[Remaining]:
        """The shares that have vested and can still be bought, in the months in force; what was paid for those that
        were bought stays invested."""
        issuer, holder = self._parties(book.contract)
        vested, taken, found = self.vested(book, facts), facts.exercised_under(book.name), []
        for name, month, days in zip(book.month_names, book.months, book.term.days, strict=True):
            if days:
                could = Fraction(sum((each.shares for each in vested if each.on < month.until), Decimal(0)))
                used = Fraction(sum((each.shares for each in taken if each.on < month.until), Decimal(0)))
                until = min(self.expires or book.term.whole.until, book.term.whole.until)
                left = could - used if month.until < until else Fraction(0)
                found.append(Remaining(name, book.name, "vested", "shares", could, used, left, until, holder, issuer))
        for name, paid in zip(book.month_names, paid_so_far(book, self.post(book, facts), bool), strict=True):
            if paid:
                found.append(
                    Remaining(name, book.name, "shares bought", book.programme.currency, paid, paid, Fraction(0), None,
                              holder, issuer, HeldAs.CAPITAL, book.minor(paid))
                )  # fmt: skip
        return found

    def extent(self, book: ClauseBook, facts: Facts, since: date) -> Extent:
        """The price of all shares that may still be bought."""
        issuer, holder = self._parties(book.contract)
        bought = sum((item.shares for item in facts.exercised_under(book.name)), Decimal(0))
        left = sum((each.shares for each in self.vests), Decimal(0)) - bought
        return Extent(holder, issuer, more=Fraction(left) * Fraction(self.exercise_price))

    @property
    def varies(self) -> str:
        """What it may make due beside what is sure."""
        return "the price of shares that the holder buys"

    def post(self, book: ClauseBook, facts: Facts) -> list[Posting]:
        """The price of the shares that the holder exercises; vesting itself moves no money.

        Raises GigawattError where more shares are exercised than have vested, or after the last day.
        """
        issuer, holder = self._parties(book.contract)
        vested, taken, paid = self.vested(book, facts), Fraction(0), [Priced.none("shares")] * len(book.months)
        over = min(self.expires or book.term.whole.until, book.term.whole.until)
        for item in sorted(facts.exercised_under(book.name), key=lambda item: item.on):
            taken += Fraction(item.shares)
            could = sum((each.shares for each in vested if each.on <= item.on), Decimal(0))
            if taken > could or item.on >= over:
                why = (
                    f"{could:f} have vested by then"
                    if taken > could
                    else f"its last day was {over - timedelta(days=1)}"
                )
                raise GigawattError(
                    f"{book.name}: {holder} exercises {item.shares:f} shares on {item.on}, {float(taken):.0f} in all, "
                    f"and {why}; correct the exercise, or record the milestone"
                )
            month = months_apart(book.months[0].start, item.on)
            if 0 <= month < len(paid):
                paid[month] += Priced.at(Fraction(item.shares), Fraction(self.exercise_price), "shares")
        return book.postings(paid, "exercise", payer=holder, payee=issuer)


def _power(draft: ClauseDraft, vesting: Vesting, at: Quarters, name: str) -> Quantity:
    """IT power of the chips that stand with power at the end of each quarter, MW; rented chips are not among them."""
    programme, calendar = draft.programme, draft.calendar
    columns = draft.add_columns(name, (at.names,), unit="MW")
    rows = draft.add_rows(name, (at.names,), unit="MW", lower=0.0, upper=0.0)
    draft.add_entries(rows, columns, 1.0)
    most, sites = np.zeros(len(at.ends)), set()
    for place, pool_id in enumerate(draft.draft.pool_ids):
        pool = programme.pools[pool_id]
        if (vesting.chips and pool.chip not in vesting.chips) or (vesting.sites and pool.site not in vesting.sites):
            continue
        mw = draft.chip_mw(pool_id)
        draft.add_entries(rows, draft.draft.standing[place][at.ends], -mw)
        if place in draft.draft.unplugged:
            draft.add_entries(rows, draft.draft.unplugged[place][at.ends], mw)
            sites.add(pool.site)
        else:
            brought = [
                (item.levels * draft.draft.upper_of(item.columns)[:, None]).sum(axis=0)
                for item in draft.published(DELIVERY)
                if isinstance(item, Delivery) and item.what == "chips" and item.place == pool_id
            ]
            most += mw * sum(brought, np.zeros(len(calendar.months)))[at.ends]
    most += sum(float(phase.power_mw) for site in sites if site for phase in programme.sites[site].phases.values())
    return Quantity(columns, most, "MW")


def _spent(draft: ClauseDraft, before: float, at: Quarters) -> Quantity:
    """What the buyer has spent under the contract by the end of each quarter, capital expenditure too; money."""
    calendar, contract = draft.calendar, draft.contract
    parts = [
        (item.columns, item.amounts, item.months)
        for item in (*draft.published(AMOUNT), *draft.published(CAPEX))
        if isinstance(item, Amount | Capex) and item.payer == contract.buyer
        and item.by.partition("/")[0] == draft.contract_id
        and (isinstance(item, Capex) or item.payee == contract.seller)
    ]  # fmt: skip
    spent = draft.add_columns("spent", (at.names,), unit="money", lower=-np.inf)
    rows = draft.add_rows("spent", (at.names,), unit="money", lower=0.0, upper=0.0)
    draft.add_entries(rows, spent, 1.0)
    draft.add_entries(rows[1:], spent[:-1], -1.0)
    draft.add_entries(rows[0], draft.on, -before)
    most = np.zeros(len(calendar.quarters))
    for columns, amounts, months in parts:
        quarter = np.maximum(calendar.quarter_of_month[months], at.quarters[0])
        inside = quarter <= at.quarters[-1]
        draft.add_entries(rows[np.searchsorted(at.quarters, quarter[inside])], columns[inside], -amounts[inside])
        np.add.at(most, quarter, np.maximum(amounts, 0.0) * draft.draft.upper_of(columns))
    return Quantity(spent, before + np.cumsum(most)[at.quarters], "money")


def _pin(
    draft: ClauseDraft, number: int, at: Quarters, open_: Flags, met: Ints, what: Quantity, mark: float, little: float
) -> None:
    """`quantity >= mark (met[q] - met[q-1])`, and below the mark by a `little` at least where it is not met.

    `quantity <= mark - little + room met`, in an offer `+ room (1 - on)`.
    """
    room = np.maximum(what.most - mark, 0.0) + little
    if not np.isfinite(room).all():
        raise PlanError(
            f"{draft.name}: nothing bounds what milestone {number} waits for, so that the plan cannot say when it is "
            "missed; give the chips a `supply`, or what is rented a number of `chips`"
        )
    reach = draft.add_rows(f"reach {number}", (at.names,), unit=what.unit, lower=0.0)
    draft.add_entries(reach, what.columns, 1.0)
    draft.add_entries(reach, met, -mark)
    draft.add_entries(reach[1:], met[:-1], mark)
    upper = np.where(open_, mark - little + room * draft.is_offer, np.inf)
    short = draft.add_rows(f"short {number}", (at.names,), unit=what.unit, upper=upper)
    draft.add_entries(short, what.columns, 1.0)
    draft.add_entries(short, met, -room)
    if draft.is_offer:
        draft.add_entries(short, draft.on, room)
