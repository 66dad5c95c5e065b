"""A clause: one promise of a contract, with three faces that all speak about Use.

A kind of clause is a subclass in a file of its own. Nothing outside `clauses/` asks which kind a clause is: the
planner, the broker and the ledger loop over clauses and call one method.
"""

import enum
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING, ClassVar, Self

from pydantic import Field, model_validator

from gigawatt.model.fields import Cite, Id, MoneyBalance
from gigawatt.model.spanned import Spanned

if TYPE_CHECKING:
    from gigawatt.model.clause_draft import ClauseDraft
    from gigawatt.model.committed import Committed
    from gigawatt.model.contract import Contract
    from gigawatt.model.deadline import Deadline
    from gigawatt.model.event import Event, Occurrence
    from gigawatt.model.extent import Extent
    from gigawatt.model.facts import Coming, Facts, Notice
    from gigawatt.model.posting import ClauseBook, Posting, Vested
    from gigawatt.model.programme import Programme
    from gigawatt.model.remaining import Remaining
    from gigawatt.model.step import Step
    from gigawatt.model.term import Term
    from gigawatt.model.verdict import Ask, ClauseView, Opinion
    from gigawatt.values.series import Series
    from gigawatt.values.span import Span


class Fit(enum.Enum):
    """How the planned cost of a clause relates to its bill, worked out from the plan's own rounded quantities."""

    EXACT = "exact"
    BELOW = "below"
    ABOVE = "above"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Claim:
    """That `topic` (hosting, say) of some workloads, of all where empty, belongs to `holder` and those it `admits`."""

    topic: str
    workloads: frozenset[str]
    holder: str
    admits: frozenset[str] = frozenset()

    def contradicts(self, other: "Claim") -> bool:
        """Whether both cannot be kept: the same thing is claimed, and neither admits the other's holder."""
        apart = self.workloads and other.workloads and not self.workloads & other.workloads
        if self.topic != other.topic or self.holder == other.holder or apart:
            return False
        return other.holder not in self.admits and self.holder not in other.admits


Complaint = tuple[tuple[str | int, ...], str]
"""The way from a clause to the key that is wrong, and what is wrong with it."""


class Clause(Spanned):
    """What every kind of clause has; a face that a kind does not define is silent."""

    kind: str
    cite: Cite | None = None
    basis: str | None = Field(default=None, pattern="^(contract|policy|law|press)$")
    overrides: tuple[str, ...] = Field(default=(), description="full names (contract/clause) that yield to this one")
    for_workloads: tuple[Id, ...] = Field(
        default=(), alias="for", description="the workloads it concerns; all if empty"
    )
    unseen: dict[Id, MoneyBalance] = Field(
        default_factory=dict,
        description="what it is worth to a party that no plan sees, by party over the horizon, stated beside its worth",
    )

    party_fields: ClassVar[tuple[str, ...]] = ()
    """Fields that name a party, checked against the programme's parties."""
    publishes: ClassVar[frozenset[str]] = frozenset()
    """Named quantities of the draft that it gives to clauses drafted after it."""
    quotes: ClassVar[tuple[str, str] | None] = None
    """The field that holds its price, a series, and what the price is per: `chip-hour`, `MW-month`, `chip`."""
    verbs: ClassVar[frozenset[str]] = frozenset({"place", "procure", "access", "decide"})
    """The asks to which its gate may have something to say."""
    by_record: ClassVar[bool] = False
    """Whether its gate goes by what has happened, so that what a plan leaves open it admits once the plan came true."""
    offers_first: ClassVar[bool] = False
    """Whether a need is offered under it first, so that offers are put on record for it."""
    about_the_end: ClassVar[bool] = False
    """Whether it says when its contract is over, so that it is heard at the gate about the days after that too."""
    unit_priced: ClassVar[bool] = False
    """Whether all that it makes due is in proportion to a unit price; not a stated sum, nor a share of something."""
    reads: ClassVar[frozenset[str]] = frozenset()
    """Named quantities that must be complete before it is drafted."""
    blind: ClassVar[str] = ""
    """What no plan sees of it, in words: it stands beside what the clause is worth."""
    fit: ClassVar[Fit] = Fit.EXACT

    @property
    def is_planned(self) -> bool:
        """Whether a plan knows of it: it writes into the draft, or says when its contract is over."""
        kind = type(self)
        return kind.constrain is not Clause.constrain or kind.steps is not Clause.steps

    @property
    def states_sums(self) -> bool:
        """Whether this one makes a stated sum due all the same, so that no unit price tells what it costs."""
        return False

    @property
    def unbroken(self) -> str | None:
        """What it counts on from its first day, so that no plan can tell it in parts; None where it can be."""
        return None

    @property
    def reading(self) -> frozenset[str]:
        """Of `reads`, what this one clause needs."""
        return self.reads

    @property
    def fit_relaxed(self) -> Fit:
        """As `fit`, where the plan takes whole things in fractions."""
        return self.fit

    def fit_in(self, programme: "Programme", contract: "Contract", *, relaxed: bool) -> Fit:
        """How plan and bill relate in a programme, where that depends on who decides or on other contracts."""
        return self.fit_relaxed if relaxed else self.fit

    @property
    def by_volume(self) -> bool:
        """Whether what it quotes is only where a price begins, and the volume decides where it ends."""
        return False

    def asked(self, day: date) -> Decimal | None:
        """What the price that it quotes comes to on a day, in the programme's currency; None where there is none."""
        return getattr(self, self.quotes[0]).at(day) if self.quotes is not None else None

    def gate(self, ask: "Ask", view: "ClauseView") -> "Opinion | None":
        """Whether what is asked may happen now; None where this promise does not concern it."""
        return None

    def claims(self, view: "ClauseView") -> tuple["Claim", ...]:
        """What it gives to one party alone, so that two who claim the same contradict each other."""
        return ()

    def deadlines(self, view: "ClauseView") -> tuple["Deadline", ...]:
        """What falls due under it, each with its day and what is at stake."""
        return ()

    def commits(self, view: "ClauseView") -> "Committed | None":
        """What the buyer commits itself to under it, whatever it uses; None where it commits to nothing."""
        return None

    def occurrences(self, event: str, events: tuple["Event", ...]) -> "list[Occurrence] | None":
        """When an event counts as having happened, where this promise says who decides that; else None."""
        return None

    def acts(self, event: str, on: date) -> "tuple[Event, ...]":
        """The acts by which an event would count on a day, where this promise says who decides that."""
        return ()

    def beneficiaries(self, contract: "Contract") -> tuple[str, ...]:
        """The parties that it protects, each of which may waive it."""
        return (contract.seller,)

    @property
    def subjects(self) -> tuple[str, ...]:
        """The workloads that it concerns; all where empty."""
        return getattr(self, "workloads", ()) or self.for_workloads

    def without(self, workloads: Collection[str], every: Collection[str]) -> Self | None:
        """This promise for all but some of `every` workload; None where nothing of it is left."""
        left = tuple(name for name in self.subjects or every if name not in workloads)
        if not workloads or not left:
            return None
        return self.about(left)

    def scope(self, programme: "Programme") -> tuple[str, ...]:
        """All that it may be about where it names nothing: the workloads."""
        return tuple(programme.workloads)

    def about(self, subjects: tuple[str, ...]) -> Self:
        """This promise for some workloads alone."""
        return self.model_copy(update={"workloads" if hasattr(self, "workloads") else "for_workloads": subjects})

    def with_free(self, providers: tuple[str, ...]) -> Self | None:
        """This promise with some providers or pools excepted; None where it knows no exceptions, so that all falls."""
        if not hasattr(self, "except_"):
            return None
        return self.model_copy(update={"except_": (*self.except_, *providers)})

    @property
    def named_parties(self) -> frozenset[str]:
        """The parties that its own fields name."""
        values = [getattr(self, field) for field in self.party_fields]
        flat = chain.from_iterable(value if isinstance(value, tuple) else (value,) for value in values)
        return frozenset(name for name in flat if name is not None)

    def complaints(self, contract: "Contract", term: "Term", programme: "Programme") -> "Iterator[Complaint]":
        """What is wrong with it in its contract, over its `term` there, that it cannot see by itself."""
        return iter(())

    def steps(
        self, clause_id: str, contract: "Contract", horizon: "Span", notices: Sequence["Notice"]
    ) -> "Iterator[Step]":
        """The steps by which its contract comes to another end, given the notices under it that are on record."""
        return iter(())

    def lasting(self) -> Self:
        """This promise for as long as its contract lasts."""
        if self.until is None:
            return self
        return self.model_copy(update={"until_": None, "through": None})

    def repriced(self, price: "Series", day: date) -> Self:
        """This promise with the price that it quotes replaced from a day on. ValueError where that cannot be."""
        field = self.quotes[0] if self.quotes is not None else ""
        told = getattr(self, field, None)
        both = told.spliced(price, day) if told is not None and not self.by_volume else None
        if both is None:
            raise ValueError("quotes no price in steps that another could follow")
        return self.model_copy(update={field: both})

    def constrain(self, draft: "ClauseDraft") -> None:
        """Write what this promise does to a plan: columns, rows and payments, each signed with the clause's name."""

    def post(self, book: "ClauseBook", facts: "Facts") -> list["Posting"]:
        """Who owes whom under this promise, given the facts, once its contract is signed."""
        return []

    def remaining(self, book: "ClauseBook", facts: "Facts") -> list["Remaining"]:
        """What is left of this promise at the end of each month, where it is of a quantity or a sum."""
        return []

    def vested(self, book: "ClauseBook", facts: "Facts") -> list["Vested"]:
        """What has come to a party under this promise that is no money, as shares that it may buy."""
        return []

    def coming(self, book: "ClauseBook", facts: "Facts", since: date) -> "Iterator[Coming]":
        """What stands or comes by its own terms, where nobody takes more than they must or have taken: before `since`
        (the first of a month) what is on record by its days, from then on what is promised. Beside the facts given."""
        return iter(())

    def extent(self, book: "ClauseBook", facts: "Facts", since: date) -> "Extent | None":
        """How much more than what is sure may come due from `since` on, as far as words bound it; None for no more."""
        return None

    @property
    def varies(self) -> str:
        """What it may make due beside what is sure, in words; empty where nothing."""
        return ""

    def may_end(self, contract: "Contract") -> tuple[str, ...]:
        """The parties that may end its contract by notice at any time, on no ground."""
        return ()


class OnPool(Clause):
    """A clause about the chips of one pool, named outright or as `<seller>-<chip>`."""

    chip: Id | None = None
    pool: Id | None = None

    @model_validator(mode="after")
    def _names_a_pool(self) -> "OnPool":
        if (self.chip is None) == (self.pool is None):
            raise ValueError("names its chips either by `chip` or by `pool`; give exactly one of the two")
        return self

    def pool_id(self, seller: str) -> str:
        """The pool that it concerns, given the contract's seller."""
        return self.pool if self.pool is not None else f"{seller}-{self.chip}"

    def most_chips(self, day: date) -> Decimal | None:
        """The most chips that may be had under it on a day; None where nothing bounds them."""
        return None

    def charged_hours(self, book: "ClauseBook", facts: "Facts") -> list[Fraction]:
        """The chip-hours by month that are charged at the price that it quotes, given its own book."""
        return book.by_month(facts.parts_delivered_by(book.name).get("", {}))
