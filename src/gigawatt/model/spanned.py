"""What a contract, a clause and a workload have in common: a first and a last day."""

from datetime import date, timedelta

from pydantic import Field, model_validator

from gigawatt.model.fields import Day, LastDay
from gigawatt.model.parsing import refuse
from gigawatt.model.thing import Thing
from gigawatt.values.span import Span


class Spanned(Thing):
    """A thing in force over a half-open span of days; an end that is not given is open."""

    from_: Day | None = Field(default=None, alias="from")
    through: LastDay | None = Field(default=None, description="last day, inclusive")
    until_: Day | None = Field(default=None, alias="until", description="first day no longer in force")

    @property
    def until(self) -> date | None:
        """First day no longer in force, from `until` or `through`."""
        return self.until_ if self.until_ is not None else self.through

    def span_within(self, outer: Span) -> Span:
        """The part of `outer` in which this is in force; an empty span (start = until) where there is none."""
        start = max(self.from_ or outer.start, outer.start)
        until = min(self.until or outer.until, outer.until)
        return Span(start, max(start, until))

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "Spanned":
        if self.through is not None and self.until_ is not None:
            refuse("has both `through` (inclusive) and `until` (exclusive); keep one of them", "until")
        if self.from_ is None:
            return self
        # `through` is held as the day after the last; a fault names the last, as the file does.
        if self.through is not None and self.through <= self.from_:
            last = self.through - timedelta(days=1)
            refuse(f"ends on {last}, before it begins on {self.from_}; move one of the two dates", "through")
        if self.until_ is not None and self.until_ <= self.from_:
            refuse(f"ends before {self.until_}, and begins on {self.from_}; move one of the two dates", "until")
        return self
