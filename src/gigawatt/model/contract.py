"""A contract: who buys of whom, whether it binds, for how long, and the clauses in it."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Literal, Self

from pydantic import Field, PrivateAttr, SerializeAsAny, model_validator

from gigawatt.model.amendment import Amendment
from gigawatt.model.clause import Clause
from gigawatt.model.fields import Cite, Day, Duration, Flag, Id, PerYear, Text, Words
from gigawatt.model.inheritance import restated
from gigawatt.model.parsing import refuse
from gigawatt.model.provenance import Path
from gigawatt.model.spanned import Spanned
from gigawatt.model.thing import Thing
from gigawatt.values.span import Span

Status = Literal["announced", "loi", "offer", "signed"]
Basis = Literal["contract", "policy", "law", "press"]
Invoiced = Literal["monthly in arrears", "quarterly in arrears", "yearly in arrears", "monthly in advance"]


class Payment(Thing):
    """How and when invoices are paid."""

    invoice: Invoiced | None = Field(default=None, description="in the month itself, if absent")
    net: Duration | None = None
    dispute: Duration | None = None
    late_interest_per_year: PerYear | None = Field(default=None, alias="late_interest")
    set_off: Flag = False


class Contract(Spanned):
    """An agreement between a buyer and a seller. An offer is a decision; announced and loi bind nothing."""

    buyer: Id
    seller: Id
    status: Status
    sign_by: Day | None = Field(default=None, description="last day on which an offer can be signed")
    signed: Day | None = Field(default=None, description="day of signature; `from` where left out")
    payment: Payment = Field(default_factory=Payment)
    time_zone: Text | None = None
    precedence: Words = ()
    basis: Basis = "contract"
    cite: Cite | None = None
    recorded: Day | None = Field(default=None, description="day from which it was known; always, if absent")
    consents: tuple[Id, ...] = Field(default=(), description="whose consent an amendment needs; both parties if absent")
    clauses: Mapping[Id, SerializeAsAny[Clause]] = Field(default_factory=dict)
    amendments: tuple[Amendment, ...] = ()

    @property
    def span(self) -> Span:
        """The days of the contract; an end that the file leaves open lies at the horizon's, once it is read."""
        start = self.from_ or date.min
        return Span(start, max(start, self.until or date.max))

    _final: frozenset[str] = PrivateAttr(default_factory=frozenset)

    def ending(self, final: frozenset[str]) -> Self:
        """The same contract, in which some clauses end on its last day even where it goes on."""
        told = self.model_copy()
        told._final = final
        return told

    def lasts(self, clause_id: str) -> bool:
        """Whether a clause goes on where its contract does: it has no end of its own before, nor a final one then."""
        until = self.clauses[clause_id].until
        return until is None or (until == self.until and clause_id not in self._final)

    @property
    def signed_on(self) -> date | None:
        """The day of signature, or `from` where the file does not say."""
        return self.signed or self.from_

    def every_clause(self) -> Iterator[tuple[Path, str, Clause]]:
        """Every version of every clause that the file states, with its place below the contract."""
        yield from ((("clauses", clause_id), clause_id, clause) for clause_id, clause in self.clauses.items())
        for n, amendment in enumerate(self.amendments):
            for verb in ("new", "amend", "correct"):
                for clause_id, clause in getattr(amendment, verb).items():
                    yield ("amendments", n, verb, clause_id), clause_id, clause

    @property
    def must_consent(self) -> tuple[str, ...]:
        """Whose consent an amendment needs."""
        return self.consents or (self.buyer, self.seller)

    @model_validator(mode="before")
    @classmethod
    def _restated(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or "amendments" not in data:
            return data
        return {**data, "amendments": restated(data.get("clauses", {}), data["amendments"])}

    @model_validator(mode="after")
    def _an_offer_says_by_when(self) -> "Contract":
        if self.status == "offer" and self.sign_by is None:
            refuse("an offer needs `sign_by`, the last day on which it can be signed", "status")
        if self.buyer == self.seller:
            refuse(f"{self.seller} cannot sell to itself", "seller")
        return self
