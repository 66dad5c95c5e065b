"""A company's own chart of accounts: which of its accounts each account of the book is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PrivateAttr, field_validator, model_validator

from gigawatt.errors import Fault
from gigawatt.model.fields import Text
from gigawatt.model.parsing import refuse
from gigawatt.model.provenance import Places
from gigawatt.model.thing import Thing

_PATTERN = re.compile(r"[A-Za-z0-9._*-]+:[A-Za-z0-9._*-]*:[A-Za-z0-9._*-]+")
_NAME = re.compile(r"[^\W_][^\t;\"\\\n]*")
ROOTS = {
    "asset": "Assets", "assets": "Assets", "liability": "Liabilities", "liabilities": "Liabilities",
    "equity": "Equity", "income": "Income", "revenue": "Income", "revenues": "Income",
    "expense": "Expenses", "expenses": "Expenses",
}  # fmt: skip
"""What the first part of a name says of an account's sort, in small letters."""


def _fits_some(pattern: str) -> str:
    if not _PATTERN.fullmatch(pattern):
        refuse(f"{pattern!r} fits no account; write party:contract:purpose, with * for any letters")
    return pattern


Pattern = Annotated[Text, AfterValidator(_fits_some)]


class OwnAccount(Thing):
    """An account of a company's own chart; its sort is told by its name's first part, or by the book's account."""

    name: Text = Field(description="its name, as `Expenses:Compute:GPU rent` or `6420`")
    sort: Literal["Assets", "Liabilities", "Equity", "Income", "Expenses"] | None = None

    @model_validator(mode="before")
    @classmethod
    def _a_mapping(cls, value: Any) -> Any:
        """A name alone is enough."""
        if value is None or isinstance(value, list):
            refuse("the name of an account is due, or `name` and `sort`")
        return {"name": value} if isinstance(value, str) else value

    @field_validator("name", mode="after")
    @classmethod
    def _writable(cls, value: str) -> str:
        parts = value.split(":")
        if not _NAME.fullmatch(value) or "  " in value or any(not part or part != part.strip() for part in parts):
            refuse(
                f"{value!r} cannot be the name of an account; begin with a letter or a digit, part levels by a colon, "
                "and use no semicolon, quotation mark or two spaces together"
            )
        return value

    @property
    def root(self) -> str | None:
        """Its sort where it says one: by `sort`, or by the first part of its name."""
        return self.sort or ROOTS.get(self.name.partition(":")[0].casefold())


class Chart(Thing):
    """Own accounts by patterns of the book's: `party:contract:purpose`, where `*` stands for any letters of a part."""

    accounts: Mapping[Pattern, OwnAccount] = Field(description="by pattern, the first that fits")

    _places: Places = PrivateAttr(default_factory=Places)

    def at(self, places: Places) -> Chart:
        """The same chart, which knows where its lines stand in its file."""
        told = self.model_copy()
        told._places = places
        return told

    def fault(self, pattern: str | None, message: str) -> Fault:
        """A fault about the line of a pattern, or about the chart as a whole."""
        path = ("accounts",) if pattern is None else ("accounts", pattern)
        return self._places.fault(path, message, at_key=True)

    @cached_property
    def _lines(self) -> tuple[tuple[str, re.Pattern[str]], ...]:
        return tuple((one, re.compile(re.escape(one).replace(r"\*", "[^:]*"))) for one in self.accounts)

    def pattern(self, account: str) -> str | None:
        """The first pattern that fits an account of the book; None where none does."""
        return next((pattern for pattern, fits in self._lines if fits.fullmatch(account)), None)
