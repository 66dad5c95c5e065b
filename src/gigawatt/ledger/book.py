"""The book: append-only, double entry, one currency, every record chained to the one before. It keeps `rules.py`."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import Any

from gigawatt.errors import BookError
from gigawatt.ledger.chain import GENESIS, chained, is_plain
from gigawatt.ledger.paging import Ask, FactsOnRecord, pages
from gigawatt.ledger.periods import PeriodStates, after, out_of_order, refusal
from gigawatt.ledger.rules import BOOKS_OWN, FACTS, NOT_YET, TIMEOUT, refused, wrong_in_itself
from gigawatt.ledger.seam import Row, Store
from gigawatt.ledger.state import ACT, AMOUNT, AT, CONTENT, CREDIT, DEBIT, ID, REFERS, State
from gigawatt.model.booked import CREATED, DIFFERS, EXISTS, Answer, BookIdentity, PeriodStanding
from gigawatt.model.entry import NO_LIMIT, Account, Act, Entry, FactOnRecord, Foreign
from gigawatt.model.gathered import Register

LINK = AT["link"]
_AT_ONCE = 20_000
_NOT_ABROAD = Foreign("", 0, "")


def now_us() -> int:
    """The time by this machine's clock, microseconds since 1970 UTC."""
    return time.time_ns() // 1000


class _Writing:
    """The records of one transaction, timed on the book's clock; numbered and chained once all are told."""

    def __init__(self, head: Row | None, now: int) -> None:
        self.last, last_us, self.hash = head or (0, 0, GENESIS)
        self.now_us = max(now, last_us)
        self.told: list[tuple[str, Row]] = []

    @property
    def seq(self) -> int:
        """The number of the last record that was told."""
        return int(self.last) + len(self.told)

    def record(self, table: str, *content: Any) -> None:
        """Add a record of some content: what stands between its number and its time."""
        self.told.append((table, (0, *content, self.now_us, b"")))

    def rows(self) -> dict[str, list[Row]]:
        """The records of each table."""
        rows: dict[str, list[Row]] = {}
        for table, row in chained(self.told, self.last, self.hash):
            rows.setdefault(table, []).append(row)
        return rows


class Book:
    """A programme's book over a store. BookError where the store holds another's, or none and no identity is given."""

    def __init__(self, store: Store, identity: BookIdentity | None = None, clock: Callable[[], int] = now_us) -> None:
        self.store, self.clock = store, clock
        self.identity = self._opened(identity)

    def _opened(self, wanted: BookIdentity | None) -> BookIdentity:
        with self.store.reading():
            found = self._identity()
        if wanted is None:
            if found is None:
                raise BookError("there is no book here yet; settle a programme into it first")
            return found
        if found is not None and (found.programme, found.currency) != (wanted.programme, wanted.currency):
            raise BookError(
                f"this is the book of {found.programme} in {found.currency}, not of {wanted.programme} in "
                f"{wanted.currency}; name that programme's own book, or a new one"
            )
        if found != wanted:
            if not wanted.programme or not is_plain(wanted.programme, wanted.digest):
                raise BookError("a book is of a programme; name it in plain letters")
            with self._written() as writing:
                if self._identity() != wanted:
                    writing.record("programmes", wanted.programme, wanted.currency, wanted.digest)
        return wanted

    def _identity(self) -> BookIdentity | None:
        rows = list(self.store.scan("programmes"))
        return BookIdentity(*rows[-1][1:4]) if rows else None

    @contextmanager
    def _written(self) -> Iterator[_Writing]:
        """A transaction whose records are appended as it ends."""
        with self.store.writing():
            writing = _Writing(self.store.head(), self.clock())
            yield writing
            for table, rows in writing.rows().items():
                self.store.append(table, rows)

    @property
    def head(self) -> str:
        """The last record's number and hash."""
        with self.store.reading():
            head = self.store.head()
        return f"{head[0]}:{head[2].hex()}" if head else "0:"

    def post(self, batch: Sequence[Entry]) -> list[Answer]:
        """Take a batch of entries, in their order; an answer to each. Durable when it returns; all of it or nothing.

        Pending entries whose time has come expire first.
        """
        own = self.identity.currency
        with _no_collections(), self._written() as writing:
            rows = [_row(entry, writing.now_us) for entry in batch]
            faults = [wrong_in_itself(row, entry.currency, own) for row, entry in zip(rows, batch, strict=True)]
            if any(faults):
                self._refuse_what_no_text_can_hold(rows)
            left = iter(faults)
            waiting = self._due(writing.now_us)
            state = self._state(rows, waiting, writing.now_us)
            self._let_expire(waiting, state, writing)
            answers: list[Answer] = []
            for link, group in groupby(rows, key=itemgetter(LINK)):
                if link:
                    members = list(group)
                    answers += self._linked(members, list(islice(left, len(members))), state, writing)
                else:
                    answers += [self._single(row, next(left), state, writing) for row in group]
            self._keep_balances(state, writing)
        return answers

    def expire(self) -> list[str]:
        """Let pending entries expire whose time has come on the book's clock; their ids."""
        with self._written() as writing:
            waiting = self._due(writing.now_us)
            state = self._state([], waiting, writing.now_us)
            self._let_expire(waiting, state, writing)
            self._keep_balances(state, writing)
        return [row[ID] for row in waiting]

    def _refuse_what_no_text_can_hold(self, rows: Sequence[Row]) -> None:
        for row in rows:
            if not is_plain(row[ID], row[LINK], row[REFERS]):
                raise BookError(f"an entry's id, link or reference is not plain text: {row[ID]!a}; nothing was posted")

    def _due(self, now: int) -> list[Row]:
        return [
            row for row in self.store.waiting() if row[TIMEOUT] and row[AT["at_us"]] + row[TIMEOUT] * 1_000_000 <= now
        ]

    def _state(self, rows: Sequence[Row], waiting: Sequence[Row], now: int) -> State:
        """What the rules have to know about a batch."""
        store = self.store
        ids = {row[ID] for row in rows}
        wanted = {row[REFERS] for row in rows if row[REFERS]}
        facts = {fact for text in {row[FACTS] for row in rows if row[FACTS]} for fact in text.split("\n")}
        state = State(self.identity.currency, now)
        state.entries = {row[ID]: row for row in store.with_ids("entries", ids)}
        state.failures = {row[1]: row[2] for row in store.with_ids("failures", ids)}
        state.facts = store.known_facts(facts)
        for row in (*store.with_ids("entries", wanted), *waiting):
            state.add_subject(row)
        state.take_referring(store.referring(wanted))
        state.wanted = wanted
        accounts = {row[at] for row in (*rows, *waiting) for at in (DEBIT, CREDIT)}
        state.balances.update((row[1], list(row[2:6])) for row in store.latest("balances", accounts))
        state.limits = {row[1]: (row[2], row[3]) for row in store.latest("limits", accounts)}
        state.periods = PeriodStates.of({period: one.state for period, one in self._standings().items()})
        return state

    def _single(self, row: Row, fault: str, state: State, writing: _Writing) -> Answer:
        answer = self._wrong_or_known(row, fault, state)
        if answer is not None:
            return answer
        error = refused(row, state)
        if error:
            return self._fail(row, error, state, writing)
        self._enter(row, state)
        writing.told.append(("entries", row))
        return Answer(row[ID], CREATED)

    def _wrong_or_known(self, row: Row, fault: str, state: State) -> Answer | None:
        """The answer to an entry that is wrong in itself, has failed before, or is in the book; None to a new one."""
        if fault:
            return Answer(row[ID], fault)
        if row[ID] in state.failures:
            return Answer(row[ID], "id_failed_before", state.failures[row[ID]])
        found = state.entries.get(row[ID])
        if found is None:
            return None
        for name, was, told in zip(CONTENT, found[1:-2], row[1:-2], strict=True):
            if was != told:
                return Answer(row[ID], DIFFERS, name)
        return Answer(row[ID], EXISTS)

    def _linked(self, rows: list[Row], faults: list[str], state: State, writing: _Writing) -> list[Answer]:
        """All entries of a link or none: the one that stops it is answered with its error, the others `linked_failed`.

        Where all are in the book each is answered `exists`.
        """
        known = [self._wrong_or_known(row, fault, state) for row, fault in zip(rows, faults, strict=True)]
        if all(known):
            return [answer for answer in known if answer is not None]
        taken: list[Row] = []
        stopped, error = next((n for n, answer in enumerate(known) if answer is not None), None), ""
        if stopped is None:
            for n, row in enumerate(rows):
                error = DIFFERS if row[ID] in state.entries else refused(row, state)
                if error:
                    stopped = n
                    break
                self._enter(row, state)
                taken.append(row)
        if stopped is None:
            writing.told += [("entries", row) for row in taken]
            return [Answer(row[ID], CREATED) for row in rows]
        for row in reversed(taken):
            state.apply(row, -1)
            del state.entries[row[ID]]
            state.subjects.pop(row[ID], None)
        answers = [answer or Answer(row[ID], "linked_failed") for row, answer in zip(rows, known, strict=True)]
        if error:
            answers[stopped] = (
                Answer(rows[stopped][ID], DIFFERS, "id")
                if error == DIFFERS
                else self._fail(rows[stopped], error, state, writing)
            )
        return answers

    def _fail(self, row: Row, error: str, state: State, writing: _Writing) -> Answer:
        if error not in NOT_YET:
            state.failures[row[ID]] = error
            writing.record("failures", row[ID], error)
        return Answer(row[ID], error)

    def _let_expire(self, waiting: Sequence[Row], state: State, writing: _Writing) -> None:
        for pending in waiting:
            row = _expiry(pending, writing.now_us)
            self._enter(row, state)
            writing.told.append(("entries", row))

    def _enter(self, row: Row, state: State) -> None:
        state.entries[row[ID]] = row
        if row[ID] in state.wanted:
            state.add_subject(row)
        state.apply(row)

    def _keep_balances(self, state: State, writing: _Writing) -> None:
        changed = sorted({row[at] for table, row in writing.told if table == "entries" for at in (DEBIT, CREDIT)})
        self.store.append("balances", [(writing.seq, name, *state.balances[name]) for name in changed])

    def record_facts(self, batch: Iterable[FactOnRecord]) -> list[Answer]:
        """Take facts into the register, each once under its sender's id; an answer to each."""
        facts = list(batch)
        with self._written() as writing:
            known = {row[1]: row for row in self.store.with_ids("facts", {fact.id for fact in facts})}
            answers = []
            for fact in facts:
                told = (fact.id, fact.kind, fact.period, fact.content)
                if not fact.id or "\n" in fact.id or not is_plain(*told):
                    answers.append(Answer(fact.id, "text_not_plain" if fact.id else "id_missing"))
                elif fact.id not in known:
                    known[fact.id] = (0, *told)
                    writing.record("facts", *told, sha256(fact.content.encode()).hexdigest())
                    answers.append(Answer(fact.id, CREATED))
                else:
                    was = known[fact.id]
                    names = ("id", "kind", "period", "content")
                    field = next((name for n, name in enumerate(names) if was[n + 1] != told[n]), "")
                    answers.append(Answer(fact.id, DIFFERS if field else EXISTS, field))
        return answers

    def limit(self, account: Account, most_debit_minor: int = NO_LIMIT, most_credit_minor: int = NO_LIMIT) -> Answer:
        """From now on an account may be in debit and in credit by so much at most; the latest limit holds.

        BookError where it is beyond that already.
        """
        with self._written() as writing:
            last = self.store.latest("limits", {account.name})
            if last and last[0][2:4] == (most_debit_minor, most_credit_minor):
                return Answer(account.name, EXISTS)
            found = self.store.latest("balances", {account.name})
            debits, credits, pending_debits, pending_credits = found[0][2:6] if found else (0, 0, 0, 0)
            over = debits + pending_debits - credits > most_debit_minor
            if over or credits + pending_credits - debits > most_credit_minor:
                raise BookError(f"{account} is beyond that limit already; correct what took it there first")
            writing.record("limits", account.name, most_debit_minor, most_credit_minor)
        return Answer(account.name, CREATED)

    def draft(self, period: str, by: str) -> PeriodStanding:
        """Offer a period for approval: nothing is posted to it from now on."""
        return self._act(period, "draft", by)

    def approve(self, period: str, by: str) -> PeriodStanding:
        """Approve a draft; not by who prepared it."""
        return self._act(period, "approve", by)

    def close_period(self, period: str, by: str) -> PeriodStanding:
        """Close an approved period for good; refused while entries of it are pending."""
        return self._act(period, "close", by)

    def open_period(self, period: str, by: str, why: str = "") -> PeriodStanding:
        """Send a draft or an approved period back, or let go of what kept it open."""
        return self._act(period, "open", by, why)

    def keep_open(self, period: str, by: str, why: str) -> PeriodStanding:
        """Record why a period cannot be drafted: a clause that raised, a fact that is missing."""
        return self._act(period, "keep_open", by, why)

    def _act(self, period: str, act: str, by: str, why: str = "") -> PeriodStanding:
        if not is_plain(period, by, why):
            raise BookError(f"{period!a}: names and reasons are plain text")
        with self._written() as writing:
            in_use = self._in_use()
            standing = next((one for one in in_use if one.period == period), PeriodStanding(period))
            earlier = [one for one in in_use if one.period < period]
            fault = refusal(standing, act, by, why) or out_of_order(standing, earlier, act)
            waiting = self.store.waiting(period) if act == "close" else []
            if not fault and waiting:
                fault = f"{period} has {len(waiting)} pending entries ({waiting[0][ID]} ...); post or void them first"
            if fault:
                raise BookError(fault)
            writing.record("periods", period, act, by, why)
        return after(standing, act, by, why)

    def _in_use(self) -> list[PeriodStanding]:
        standings = self._standings()
        used = self.store.periods_used() | standings.keys()
        return [standings.get(period, PeriodStanding(period)) for period in sorted(used)]

    def _standings(self) -> dict[str, PeriodStanding]:
        standings: dict[str, PeriodStanding] = {}
        for _, period, act, by, why, *_ in self.store.scan("periods"):
            standings[period] = after(standings.get(period, PeriodStanding(period)), act, by, why)
        return standings

    def periods(self) -> list[PeriodStanding]:
        """Every period that has entries or was acted on, in order."""
        with self.store.reading():
            return self._in_use()

    def entries(self) -> Iterator[dict[str, Any]]:
        """Every entry in the order in which it was taken, by the names of its columns; read a piece at a time."""
        return (dict(zip(AT, row, strict=True)) for row in self._paged(partial(self.store.page, "entries")))

    def facts(self, kind: str = "") -> Iterator[FactOnRecord]:
        """Every fact on record (of one kind, where that is named) by kind and period; read a piece at a time."""
        for of_kind, period in sorted(self.fact_counts()):
            if kind in ("", of_kind):
                rows = self._paged(partial(self.store.facts_page, of_kind, period))
                yield from (FactOnRecord(id, of_kind, period, content) for _, id, content in rows)

    @contextmanager
    def register(self) -> Iterator[Register]:
        """The facts on record as they stand when first asked for: what comes after that is not among them."""
        with self.store.reading():
            yield FactsOnRecord(self.store)

    def failed(self) -> Iterator[tuple[str, str]]:
        """Every id that failed, with the error: it can never be posted again; read a piece at a time."""
        return ((row[1], row[2]) for row in self._paged(partial(self.store.page, "failures")))

    def fact_counts(self) -> dict[tuple[str, str], int]:
        """How many facts of each kind and period are on record."""
        with self.store.reading():
            return self.store.fact_counts()

    def _paged(self, ask: Ask) -> Iterator[Row]:
        """All rows of a kind. Records are only ever added, so that pieces read one after another fit together."""

        def read(after: int, most: int) -> list[Row]:
            with self.store.reading():
                return ask(after, most)

        return chain.from_iterable(pages(read, _AT_ONCE))

    def balances(self) -> dict[str, tuple[int, int, int, int]]:
        """By account: debits, credits, pending debits, pending credits; minor units."""
        with self.store.reading():
            rows = list(self.store.scan("balances"))
        return {row[1]: (row[2], row[3], row[4], row[5]) for row in rows}

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()


@contextmanager
def _no_collections() -> Iterator[None]:
    """Rows are tuples of text and numbers, which form no cycles: to look for some takes a tenth of a batch's time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _row(entry: Entry, now_us: int) -> Row:
    """An entry as its row, without number and hash."""
    foreign = entry.foreign or _NOT_ABROAD
    return (
        0, entry.id, str(entry.act), entry.debit.name, entry.credit.name, entry.amount_minor, entry.period,
        entry.day.isoformat(), entry.clause, entry.what, entry.words, entry.quantity, entry.rate,
        "\n".join(entry.facts), entry.refers, entry.link, entry.timeout_s,
        foreign.currency, foreign.amount_minor, foreign.rate, now_us, b"",
    )  # fmt: skip


def _expiry(pending: Row, now_us: int) -> Row:
    """The entry by which the book lets a pending one expire."""
    row = [*pending[:-2], now_us, b""]
    row[ID], row[ACT], row[REFERS] = f"{BOOKS_OWN}expire:{pending[ID]}", Act.EXPIRE.value, pending[ID]
    row[LINK], row[TIMEOUT], row[AMOUNT] = "", 0, pending[AMOUNT]
    return tuple(row)
