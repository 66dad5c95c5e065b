"""How many chips are held: a number or a series of it, a number that is chosen once, or chips taken by the quarter."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from gigawatt.model.fields import ChipSeries, Count
from gigawatt.model.thing import Thing


class Choice(Thing):
    """A number of chips that the plan chooses once, from `min` to `max` in steps."""

    min: Count
    max: Count
    step: Count = Field(default=Decimal(1))

    @model_validator(mode="after")
    def _in_order(self) -> "Choice":
        if self.step <= 0:
            raise ValueError("`step` must be above nought")
        if self.max < self.min or (self.max - self.min) % self.step:
            raise ValueError(f"`max` {self.max} must be `min` {self.min} plus a whole number of steps of {self.step}")
        return self


class Takes(Thing):
    """Chips that the buyer may add each quarter, kept to the end of the contract, up to `most` in all."""

    most: ChipSeries
    take: Literal["quarterly"]


def _form(value: Any) -> str:
    keys = set(value) if isinstance(value, dict) else set()
    if isinstance(value, Choice) or keys & {"min", "max", "step"}:
        return "choice"
    if isinstance(value, Takes) or keys & {"most", "take"}:
        return "takes"
    return "series"


Chips = Annotated[
    Annotated[ChipSeries, Tag("series")] | Annotated[Choice, Tag("choice")] | Annotated[Takes, Tag("takes")],
    Discriminator(_form),
]
