"""What a book answers: to each entry and fact, about its periods, and when it is verified."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

CREATED, EXISTS, DIFFERS = "created", "exists", "exists_with_different"

COLUMNS: dict[str, dict[str, type]] = {
    "programmes": {"seq": int, "name": str, "currency": str, "digest": str, "at_us": int, "hash": bytes},
    "limits": {
        "seq": int, "account": str, "most_debit_minor": int, "most_credit_minor": int, "at_us": int, "hash": bytes
    },
    "facts": {
        "seq": int, "id": str, "kind": str, "period": str, "content": str, "digest": str, "at_us": int, "hash": bytes
    },
    "entries": {
        "seq": int, "id": str, "act": str, "debit": str, "credit": str, "amount_minor": int, "period": str, "day": str,
        "clause": str, "what": str, "words": str, "quantity": str, "rate": str, "facts": str, "refers": str,
        "link": str, "timeout_s": int, "foreign_currency": str, "foreign_minor": int, "foreign_rate": str,
        "at_us": int, "hash": bytes,
    },
    "failures": {"seq": int, "id": str, "error": str, "at_us": int, "hash": bytes},
    "periods": {"seq": int, "period": str, "act": str, "by": str, "why": str, "at_us": int, "hash": bytes},
}  # fmt: skip
"""The records of a book, each table with its columns; they are numbered and chained through in one order."""
BALANCE: dict[str, type] = {
    "seq": int, "account": str, "debits_minor": int, "credits_minor": int, "pending_debits_minor": int,
    "pending_credits_minor": int,
}  # fmt: skip
"""An account's balances after the record `seq`, kept beside the records and recomputed by `verify`."""


@dataclass(frozen=True, slots=True)
class BookIdentity:
    """Whose book it is: a programme by its name, the book's one currency, and a digest of what its file says."""

    programme: str
    currency: str
    digest: str = ""


class Answer(NamedTuple):
    """What became of an entry or a fact: `created`, `exists`, or the name of an error; `field` where one differs."""

    id: str
    outcome: str
    field: str = ""

    @property
    def ok(self) -> bool:
        """Whether it is in the book as it was sent."""
        return self.outcome in (CREATED, EXISTS)


@dataclass(frozen=True, slots=True)
class PeriodStanding:
    """How a month stands: open, draft, approved or closed; who prepared and approved it, and why it is kept open."""

    period: str
    state: str = "open"
    preparer: str = ""
    approver: str = ""
    closer: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as the book wrote it: which record or balance, and what is wrong."""

    place: str
    what: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What `verify` found; `head` is the last record's number and hash, to be noted elsewhere and compared later."""

    records: int
    entries: int
    head: str
    findings: tuple[Finding, ...]
