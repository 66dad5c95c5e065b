"""Facts on record from a YAML file, for the gate: offers that were made to a holder, and what came of them."""

from __future__ import annotations

import pathlib

from pydantic import Field, ValidationError, model_validator

from gigawatt.errors import Fault, ProgrammeError
from gigawatt.file.complaints import complaints
from gigawatt.file.reading import read_file
from gigawatt.model.facts import Facts
from gigawatt.model.fields import Day, Id, LastDay, Megawatts, MoneyPerChipHour, Text
from gigawatt.model.offer import OfferOnRecord
from gigawatt.model.parsing import refuse
from gigawatt.model.thing import Thing
from gigawatt.values.span import Span


class RecordedOffer(Thing):
    """A need that was put to the holder of a first refusal, and the answer to it."""

    id: Id
    clause: Text = Field(description="full name of the first refusal, contract/clause")
    opened: Day
    power_mw: Megawatts = Field(alias="power")
    workload: Id | None = None
    from_: Day | None = Field(default=None, alias="from")
    through: LastDay | None = None
    price_per_chip_hour: MoneyPerChipHour | None = Field(default=None, alias="price")
    answer: Text | None = Field(default=None, description="accepted or declined; none while it is open")
    answered: Day | None = None
    accepted_mw: Megawatts | None = Field(default=None, alias="accepted", description="what was taken, all if absent")

    @model_validator(mode="after")
    def _whole(self) -> RecordedOffer:
        if self.answer not in (None, "accepted", "declined"):
            refuse(f"{self.answer!r} is none of accepted, declined", "answer")
        if (self.answer is None) != (self.answered is None):
            refuse("an answer has its day; give both `answer` and `answered`, or neither", "answer")
        if self.answered is not None and self.answered < self.opened:
            refuse(f"was answered on {self.answered}, before it was made on {self.opened}", "answered")
        if self.accepted_mw is not None and self.accepted_mw > self.power_mw:
            refuse(f"{self.accepted_mw:f} MW were taken of {self.power_mw:f} MW that were offered", "accepted")
        if (self.from_ is None) != (self.through is None):
            refuse("has one end of its days alone; give both `from` and `through`, or neither", "from")
        return self

    def on_record(self) -> OfferOnRecord:
        """As a fact."""
        span = Span(self.from_, self.through) if self.from_ is not None and self.through is not None else None
        return OfferOnRecord(
            self.id, self.clause, self.opened, self.power_mw, span, self.workload, self.price_per_chip_hour,
            self.answer, self.answered, self.accepted_mw,  # type: ignore[arg-type]
        )  # fmt: skip


class Record(Thing):
    """What is on record."""

    offers: tuple[RecordedOffer, ...] = ()


def read_record(path: pathlib.Path) -> Facts:
    """Read a file of facts. ProgrammeError carries every fault with its place."""
    reading = read_file(path)
    if reading.faults or not reading.data:
        raise ProgrammeError(reading.faults or [Fault(str(path), 1, 1, "", "is empty")])
    try:
        found = Record.model_validate(reading.data, by_alias=True, by_name=False, context={"currency": "USD"})
    except ValidationError as error:
        raise ProgrammeError(complaints(error, Record, reading.data, reading.places)) from error
    return Facts(offers=tuple(offer.on_record() for offer in found.offers))
