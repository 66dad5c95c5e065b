"""One line of double entry, and the accounts between which it runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from gigawatt.values.ids import is_id

NO_LIMIT = 2**63 - 1
"""What a balance may come to where nothing limits it: the largest whole number that a store keeps."""
MOST_MINOR = 10**15
"""The largest amount of one entry."""


@dataclass(frozen=True, slots=True)
class Account:
    """A party's account under a contract (empty where it is no contract's) for a purpose: `openai:azure:prepaid`.

    ValueError where a part is no id.
    """

    party: str
    contract: str
    purpose: str
    name: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for part, value in (("party", self.party), ("contract", self.contract), ("purpose", self.purpose)):
            if not (is_id(value) or (part == "contract" and not value)):
                raise ValueError(f"{value!r} cannot be the {part} of an account; write letters, digits, . _ and -")
        object.__setattr__(self, "name", f"{self.party}:{self.contract}:{self.purpose}")

    @classmethod
    def named(cls, name: str) -> Account:
        """The account of a name. ValueError where it has not three parts."""
        parts = name.split(":")
        if len(parts) != 3:
            raise ValueError(f"{name!r} is no account; write party:contract:purpose")
        return cls(*parts)

    def __str__(self) -> str:
        return self.name


class Act(StrEnum):
    """What an entry does."""

    POST = "post"
    PENDING = "pending"
    POST_PENDING = "post_pending"
    VOID_PENDING = "void_pending"
    REVERSE = "reverse"
    CREDIT_NOTE = "credit_note"
    EXPIRE = "expire"
    """Made by the book alone, once a pending entry has stood longer than it may."""


RESOLVES = frozenset({Act.POST_PENDING, Act.VOID_PENDING, Act.EXPIRE})
CORRECTS = frozenset({Act.REVERSE, Act.CREDIT_NOTE})


@dataclass(frozen=True, slots=True)
class Foreign:
    """An amount of another currency in its minor units, and what one of its main units is in the book's, as text."""

    currency: str
    amount_minor: int
    rate: str


@dataclass(frozen=True, slots=True)
class Entry:
    """`amount_minor` from a credited to a debited account, in a month and on a day; `id` is made by who sends it.

    `refers` is the entry that it resolves, reverses or corrects. Entries of one `link` stand together: all or none. A
    pending entry expires `timeout_s` seconds after it was taken; never if nought.
    """

    id: str
    debit: Account
    credit: Account
    amount_minor: int
    currency: str
    period: str
    day: date
    act: Act = Act.POST
    clause: str = ""
    what: str = ""
    words: str = ""
    quantity: str = ""
    rate: str = ""
    facts: tuple[str, ...] = ()
    refers: str = ""
    link: str = ""
    timeout_s: int = 0
    foreign: Foreign | None = None


@dataclass(frozen=True, slots=True)
class FactOnRecord:
    """A fact as its sender told it: `content` is canonical text. A fact is told once under its id."""

    id: str
    kind: str
    period: str
    content: str
