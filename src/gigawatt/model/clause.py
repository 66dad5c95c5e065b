"""A clause: one promise of a contract, with three faces that all speak about Use.

A kind of clause is a subclass in a file of its own. Nothing outside `clauses/` asks which kind a clause is: the
planner, the broker and the ledger loop over clauses and call one method.
"""

import enum
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field, model_validator

from gigawatt.model.fields import Cite, Id
from gigawatt.model.spanned import Spanned

if TYPE_CHECKING:
    from gigawatt.model.clause_draft import ClauseDraft
    from gigawatt.model.facts import Facts
    from gigawatt.model.posting import ClauseBook, Posting


class Fit(enum.Enum):
    """How the planned cost of a clause relates to its bill, worked out from the plan's own rounded quantities."""

    EXACT = "exact"
    BELOW = "below"
    ABOVE = "above"
    NONE = "none"


class Clause(Spanned):
    """What every kind of clause has; a face that a kind does not define is silent."""

    kind: str
    cite: Cite | None = None
    basis: str | None = Field(default=None, pattern="^(contract|policy|law|press)$")
    overrides: tuple[str, ...] = Field(default=(), description="full names (contract/clause) that yield to this one")
    for_workloads: tuple[Id, ...] = Field(
        default=(), alias="for", description="the workloads it concerns; all if empty"
    )

    party_fields: ClassVar[tuple[str, ...]] = ()
    """Fields that name a party, checked against the programme's parties."""
    publishes: ClassVar[frozenset[str]] = frozenset()
    """Named quantities of the draft that it gives to clauses drafted after it."""
    quotes: ClassVar[tuple[str, str] | None] = None
    """The field that holds its price, a series, and what the price is per: `chip-hour`, `MW-month`, `chip`."""
    reads: ClassVar[frozenset[str]] = frozenset()
    """Named quantities that must be complete before it is drafted."""
    fit: ClassVar[Fit] = Fit.EXACT

    @property
    def fit_relaxed(self) -> Fit:
        """As `fit`, where the plan takes whole things in fractions."""
        return self.fit

    def constrain(self, draft: "ClauseDraft") -> None:
        """Write what this promise does to a plan: columns, rows and payments, each signed with the clause's name."""

    def post(self, book: "ClauseBook", facts: "Facts") -> list["Posting"]:
        """Who owes whom under this promise, given the facts, once its contract is signed."""
        return []


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
