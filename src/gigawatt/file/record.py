"""Facts on record from a YAML file, for the gate: offers that were made to a holder, what came of them, and notices."""

from __future__ import annotations

import pathlib
from collections.abc import Collection, Iterator

from pydantic import Field, ValidationError, model_validator

from gigawatt.errors import Fault, ProgrammeError
from gigawatt.file.complaints import complaints
from gigawatt.file.reading import read_file
from gigawatt.model.facts import Facts, Notice
from gigawatt.model.fields import Day, Id, LastDay, Megawatts, MoneyPerChipHour, Text
from gigawatt.model.offer import OfferOnRecord
from gigawatt.model.parsing import refuse
from gigawatt.model.programme import Programme
from gigawatt.model.provenance import Path
from gigawatt.model.thing import Thing
from gigawatt.values.ids import unknown
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
        if self.from_ is not None and self.through is not None and self.through <= self.from_:
            refuse(f"ends before it begins on {self.from_}; move one of the two dates", "through")
        if self.accepted_mw is not None and self.answer != "accepted":
            refuse("says what was accepted, and was not accepted; give `answer: accepted`, or leave it out", "accepted")
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


class RecordedNotice(Thing):
    """Notice that was given under a clause: not to renew, to renew, or to end the contract."""

    clause: Text = Field(description="full name of the renewal or termination, contract/clause")
    by: Id
    given: Day
    until: Day | None = Field(default=None, description="first day on which the contract is over by it, if it says so")

    def on_record(self) -> Notice:
        """As a fact."""
        return Notice(self.clause, self.by, self.given, self.until)


class Record(Thing):
    """What is on record."""

    offers: tuple[RecordedOffer, ...] = ()
    notices: tuple[RecordedNotice, ...] = ()


def read_record(path: pathlib.Path, programme: Programme) -> Facts:
    """Read a file of facts about a programme. ProgrammeError carries every fault with its place."""
    reading = read_file(path)
    if reading.faults or not reading.data:
        raise ProgrammeError(reading.faults or [Fault(str(path), 1, 1, "", "is empty")])
    try:
        found = Record.model_validate(
            reading.data, by_alias=True, by_name=False, context={"currency": programme.currency}
        )
    except ValidationError as error:
        raise ProgrammeError(complaints(error, Record, reading.data, reading.places)) from error
    if faults := [reading.places.fault(path, message) for path, message in _unknown(found, programme)]:
        raise ProgrammeError(faults)
    return Facts(
        offers=tuple(offer.on_record() for offer in found.offers),
        notices=tuple(notice.on_record() for notice in found.notices),
    )


def _unknown(found: Record, programme: Programme) -> Iterator[tuple[Path, str]]:
    """Names that the programme does not have: what is on record of them would silently count for nothing."""
    clauses = {
        f"{contract_id}/{clause_id}": type(clause).offers_first
        for contract_id, contract in programme.as_written.contracts.items()
        for _, clause_id, clause in contract.every_clause()
    }
    ids = [offer.id for offer in found.offers]
    for n, offer in enumerate(found.offers):
        if offer.id in ids[:n]:
            yield ("offers", n, "id"), f"{offer.id!r} is the name of an earlier offer; give each its own"
        yield from _misnamed("clause", offer.clause, clauses, ("offers", n, "clause"))
        if not clauses.get(offer.clause, True):
            yield (
                ("offers", n, "clause"),
                f"{offer.clause} gives nobody a first call on new capacity, so no offer is due",
            )
        yield from _misnamed("workload", offer.workload, programme.workloads, ("offers", n, "workload"))
    for n, notice in enumerate(found.notices):
        yield from _misnamed("clause", notice.clause, clauses, ("notices", n, "clause"))
        yield from _misnamed("party", notice.by, programme.parties, ("notices", n, "by"))


def _misnamed(what: str, name: str | None, known: Collection[str], at: Path) -> Iterator[tuple[Path, str]]:
    if name is not None and name not in known:
        yield at, unknown(what, name, known)
