"""Keep a settlement in a book: its facts, its entries, what is left of promises, and which months stay open and why."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from hashlib import sha256
from itertools import groupby, islice
from typing import Any

from gigawatt.errors import BookError, Overtaken
from gigawatt.ledger.book import Book
from gigawatt.ledger.booking import Known, entries_for
from gigawatt.ledger.lines import exact, lines_of, payment_lines
from gigawatt.ledger.settling import Settlement
from gigawatt.model.entry import Act, Entry, FactOnRecord
from gigawatt.model.facts import Paid
from gigawatt.model.gathered import Gathered, Source
from gigawatt.model.programme import Programme
from gigawatt.model.remaining import Remaining
from gigawatt.values.ids import listed

Tell = Callable[[str, str, float | None], None]
BY = "gigawatt settle"
"""Who keeps a period open for a fault, and lets go of it again."""
LIMITED = frozenset({"exceeds_debit_limit", "exceeds_credit_limit", "overflows_account"})
"""Why an entry may be refused that settling again does not mend."""
SUM, REMAINING = "sum", "remaining"
"""Kinds of records that a settlement makes: many facts under one digest, and what is left of a promise."""
_MOST_NAMED = 20
"""So many facts are named by an entry; more are named together, by one digest."""
_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Kept:
    """What came to a book: facts, entries (accruals among them), of which so many correct what it had."""

    facts: int
    entries: int
    corrections: int
    late: tuple[str, ...]
    """Settled months that take no entries, so that what came late went to a later one."""


def keep(
    book: Book, programme: Programme, gathered: Gathered, settlement: Settlement, tell: Tell = lambda *_: None
) -> Kept:
    """Bring a book to hold a settlement; what it holds already stays, so that settling again changes nothing.

    BookError where the book refuses an entry, or where another settlement brings it facts meanwhile: what was kept
    stays, and settling again goes on from there, with the facts of both.
    """
    facts = _record(book, gathered.new, tell)
    _refuse_unknown_facts(book, gathered)
    states = {one.period: one.state for one in book.periods()}
    known = Known.of(book.entries(), (id for id, _ in book.failed()), states)
    sources = _Sources(gathered.sources)
    lines = [*lines_of(programme, settlement, sources.names)]
    lines += [
        line
        for source in gathered.sources
        if isinstance(source.fact, Paid) and _is_settled(programme, settlement, f"{source.fact.on:%Y-%m}")
        for line in payment_lines(programme, source.fact, f"{source.kind}|{source.name}")
    ]
    entries = list(entries_for(lines, settlement.months, known, programme.currency))
    _record(book, sources.sums(entries), tell)
    _post(book, entries, tell)
    _record(book, _news(settlement.remaining, book.facts(REMAINING)), tell)
    _keep_open(book, settlement)
    _refuse_unknown_facts(book, gathered)
    late = tuple(month for month in settlement.months if not known.takes(month))
    return Kept(facts, len(entries), sum(one.act == Act.CREDIT_NOTE for one in entries), late)


def _is_settled(programme: Programme, settlement: Settlement, month: str) -> bool:
    """Whether payments of a month are booked: of a settled one, and once all are settled, of those after the horizon,
    in which the last invoices are paid."""
    last = f"{programme.horizon.months[-1].start:%Y-%m}"
    return month in settlement.months or (last in settlement.months and month > last)


class _Sources:
    """Under which ids a book has facts; of more than a few the digest of all stands for them."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self.by_fact: dict[object, list[Source]] = {}
        self.digests: dict[str, FactOnRecord] = {}
        for source in sources:
            self.by_fact.setdefault(source.fact, []).append(source)

    def names(self, facts: Iterable[object]) -> tuple[str, ...]:
        """The ids of what some facts were made from."""
        found = sorted(self._name(source) for fact in facts for source in self.by_fact.get(fact, ()))
        if len(found) <= _MOST_NAMED:
            return tuple(found)
        return (self._sum("\n".join(found), f"{len(found)} facts: SHA-256 of their names, sorted, a line each"),)

    def sums(self, entries: Iterable[Entry]) -> list[FactOnRecord]:
        """The digests that some entries name."""
        named = {fact for entry in entries for fact in entry.facts}
        return [record for name, record in self.digests.items() if name in named]

    def _name(self, source: Source) -> str:
        if source.name:
            return f"{source.kind}|{source.name}"
        name = f"{SUM}|{source.digest}"
        told = f"{source.rows} rows of {source.kind}: SHA-256 of the rows sender|id|content, sorted, a line each"
        self.digests[name] = FactOnRecord(name, SUM, str(getattr(source.fact, "month", "")), told)
        return name

    def _sum(self, text: str, told: str) -> str:
        name = f"{SUM}|{sha256(text.encode()).hexdigest()}"
        self.digests[name] = FactOnRecord(name, SUM, "", told)
        return name


def _refuse_unknown_facts(book: Book, gathered: Gathered) -> None:
    """BookError where the book has facts that this settlement was not made from.

    Asked once its own facts are on record, and again when all is kept: of two settlements at once one at least finds
    those of the other. What it took back for want of them, the next settlement posts again.
    """
    on_record: Counter[str] = Counter()
    for (kind, _), count in book.fact_counts().items():
        on_record[kind] += count
    more = {kind: on_record[kind] - count for kind, count in gathered.counts.items()}
    if any(count < 0 for count in more.values()):
        raise BookError("the book lacks facts of this settlement: read them with the book that they are to be kept in")
    if any(more.values()):
        told = listed(f"{count:,} of {kind}" for kind, count in more.items() if count)
        raise Overtaken(
            f"another settlement brought facts to the book meanwhile ({told}), which this one did not reckon with; "
            "its own facts are kept: settle again, for both"
        )


def _record(book: Book, records: Iterable[FactOnRecord], tell: Tell) -> int:
    """Take facts into the register; how many came to it."""
    came, left = 0, iter(records)
    while batch := list(islice(left, _AT_ONCE)):
        for answer in book.record_facts(batch):
            if not answer.ok:
                raise BookError(
                    f"fact {answer.id}: {answer.outcome} {answer.field}".rstrip()
                    + "; another settlement told it meanwhile: settle again, and look at what differs"
                )
            came += answer.outcome == "created"
        tell("recording", f"{came:,} facts", None)
    return came


def _post(book: Book, entries: list[Entry], tell: Tell) -> None:
    """Post entries in batches that part no link."""
    batch: list[Entry] = []
    done = 0
    for _, linked in groupby(entries, key=lambda entry: entry.link):
        batch += linked
        if len(batch) >= _AT_ONCE:
            _take(book, batch)
            done += len(batch)
            batch = []
            tell("posting", f"{done:,} of {len(entries):,} entries", done / len(entries))
    if batch:
        _take(book, batch)


def _take(book: Book, batch: list[Entry]) -> None:
    wrong = [answer for answer in book.post(batch) if not answer.ok]
    if wrong:
        first = next((answer for answer in wrong if answer.outcome != "linked_failed"), wrong[0])
        limited = any(answer.outcome in LIMITED for answer in wrong)
        raise (BookError if limited else Overtaken)(
            f"the book refuses entry {first.id}: {' '.join((first.outcome, first.field)).rstrip()}, and "
            f"{len(wrong) - 1} more; it was posted to meanwhile, or a limit stands in the way: settle again, "
            "or look at its limits"
        )


def _news(remaining: Iterable[Remaining], had: Iterable[FactOnRecord]) -> Iterator[FactOnRecord]:
    """What is left of promises, where a book has it not, or otherwise: then under the next number."""
    latest: dict[str, tuple[int, str]] = {}
    for record in had:
        told, _, number = record.id.rpartition("#")
        latest[told] = (int(number), record.content)
    for one in remaining:
        name, content = f"{REMAINING}|{one.month}|{one.by}|{one.what}", _as_text(one)
        last, before = latest.get(name, (0, ""))
        if before != content:
            yield FactOnRecord(f"{name}#{last + 1}", REMAINING, one.month, content)


def _as_text(one: Remaining) -> str:
    told: dict[str, Any] = asdict(one)
    for name, value in told.items():
        if isinstance(value, Fraction):
            told[name] = exact(value)
    return json.dumps(told, default=str, sort_keys=True, ensure_ascii=False)


def _keep_open(book: Book, settlement: Settlement) -> None:
    """Have the months that could not be settled say why, and let go of those that now are."""
    standing = {one.period: one for one in book.periods()}
    for failure in settlement.failures:
        found = standing.get(failure.month)
        why = str(failure)
        if found is None or (found.state == "open" and found.why != why):
            book.keep_open(failure.month, BY, why)
    for month in settlement.months:
        found = standing.get(month)
        if found is not None and found.state == "open" and found.why.startswith(f"{month} stays open: "):
            book.open_period(month, BY, "settled")
