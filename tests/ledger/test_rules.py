"""The rules of the book as a table: what is sent, one line after another, and what the book answers to each."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from books import COST, OWED, PAID, STORES, Clock, book_at, entry, place_for

from gigawatt.errors import BookError
from gigawatt.model.entry import FactOnRecord, Foreign

Line = tuple[dict[str, Any], str]
SWAPPED = {"debit": OWED, "credit": COST}
EUR = Foreign("EUR", 100, "1.10")
A = {"id": "a"}
PENDING = {"id": "p", "act": "pending"}
RESOLVE = {"id": "r", "refers": "p"}

TABLE: dict[str, list[Line]] = {
    # what is wrong in itself, in the order in which it is asked; each line has all the faults of those after it
    "an entry has an id": [({"id": "", "words": "\t", "amount": 0}, "id_missing")],
    "ids of the book's own are the book's": [({"id": "book:x", "words": "\t"}, "id_reserved")],
    "an expiry is made by the book alone": [({**A, "act": "expire"}, "id_reserved")],
    "texts are plain": [({**A, "words": "a\x1fb", "amount": 0}, "text_not_plain")],
    "texts can be written": [({**A, "what": "\ud800", "amount": 0}, "text_not_plain")],
    "an amount is above nought": [({**A, "amount": 0, "credit": COST}, "amount_not_positive")],
    "an amount is no debt the other way": [({**A, "amount": -5, "credit": COST}, "amount_not_positive")],
    "an amount is of this world": [({**A, "amount": 10**15 + 1, "credit": COST}, "amount_too_large")],
    "an entry runs between two accounts": [({**A, "credit": COST, "currency": "EUR"}, "accounts_the_same")],
    "a book has one currency": [({**A, "currency": "EUR", "period": "2026"}, "currency_not_the_books")],
    "a period is a month": [({**A, "period": "2026-13", "day": date(2027, 1, 1)}, "period_not_a_month")],
    "a month is written in plain figures": [({**A, "period": "\u0662026-10"}, "period_not_a_month")],
    "a day lies in its period or before": [
        ({**A, "day": date(2026, 11, 1), "act": "reverse"}, "day_after_period"),
        ({**A, "day": date(2026, 9, 30)}, "created"),
    ],
    "a pending entry refers to none": [({**A, "act": "pending", "refers": "x"}, "refers_not_expected")],
    "a reversal says of what": [({**A, "act": "reverse", "timeout_s": 5}, "refers_missing")],
    "a credit note says on what": [({**A, "act": "credit_note", "timeout_s": 5}, "refers_missing")],
    "only what is pending expires": [({**A, "timeout_s": 5, "foreign": EUR}, "timeout_not_expected")],
    "time does not run back": [({**PENDING, "timeout_s": -5}, "timeout_not_expected")],
    "another currency has its rate": [({**A, "foreign": Foreign("EUR", 100, "much")}, "rate_not_stated")],
    "a rate is written in plain figures": [({**A, "foreign": Foreign("EUR", 100, "\u0661")}, "rate_not_stated")],
    "another currency is known": [({**A, "foreign": Foreign("XXX", 100, "1")}, "rate_not_stated")],
    "an amount is that of its rate": [
        ({**A, "amount": 111, "foreign": EUR}, "amount_not_at_rate"),
        ({**A, "amount": 110, "foreign": EUR}, "created"),
    ],
    "a rate is between main units": [({**A, "amount": 67, "foreign": Foreign("JPY", 100, "0.0067")}, "created")],
    # what is known already
    "a repeat exists": [(A, "created"), (A, "exists"), (A, "exists")],
    "the same id with another amount differs": [
        (A, "created"), ({**A, "amount": 7}, "exists_with_different amount_minor")
    ],
    "the first field that differs is named": [
        (A, "created"),
        ({**A, "debit": PAID, "words": "other"}, "exists_with_different debit"),
        ({**A, "clause": "azure/rate", "words": "other"}, "exists_with_different clause"),
        ({**A, "day": date(2026, 10, 1)}, "exists_with_different day"),
    ],
    "a failed id stays failed": [
        ({**RESOLVE, "act": "void_pending"}, "entry_not_found"),
        (PENDING, "created"),
        ({**RESOLVE, "act": "void_pending"}, "id_failed_before entry_not_found"),
        ({"id": "r"}, "id_failed_before entry_not_found"),
    ],
    "what is wrong in itself burns no id": [({**A, "amount": 0}, "amount_not_positive"), (A, "created")],
    # what the book refuses as it stands
    "facts are on record first, and then it is taken": [
        ({**A, "facts": ("meter-1", "meter-9")}, "fact_not_found"),
        ({**A, "facts": ("meter-1",)}, "created"),
    ],
    "a pending entry is posted whole, once": [
        (PENDING, "created"),
        ({**RESOLVE, "act": "post_pending"}, "created"),
        ({**RESOLVE, "id": "r2", "act": "post_pending"}, "pending_already_posted"),
        ({**RESOLVE, "id": "r3", "act": "void_pending"}, "pending_already_posted"),
    ],
    "a pending entry is posted in part, and the rest is let go": [
        (PENDING, "created"),
        ({**RESOLVE, "act": "post_pending", "amount": 101}, "exceeds_pending"),
        ({**RESOLVE, "id": "r2", "act": "post_pending", "amount": 30}, "created"),
        ({**RESOLVE, "id": "r3", "act": "post_pending", "amount": 70}, "pending_already_posted"),
    ],
    "a pending entry is voided whole, once": [
        (PENDING, "created"),
        ({**RESOLVE, "act": "void_pending", "amount": 30}, "amount_differs"),
        ({**RESOLVE, "id": "r2", "act": "void_pending"}, "created"),
        ({**RESOLVE, "id": "r3", "act": "post_pending"}, "pending_already_voided"),
    ],
    "what was never pending is not resolved": [
        (A, "created"), ({**RESOLVE, "refers": "a", "act": "void_pending"}, "entry_not_pending")
    ],
    "a resolution runs between the same accounts": [
        (PENDING, "created"), ({**RESOLVE, "act": "post_pending", "debit": PAID}, "accounts_differ")
    ],
    "a pending entry expires on the book's clock": [
        ({**PENDING, "timeout_s": 10}, "created"),
        ({"wait": 9.999999}, ""),
        ({"id": "b"}, "created"),
        ({"wait": 0.000001}, ""),
        ({**RESOLVE, "act": "post_pending"}, "pending_already_expired"),
    ],
    "what was posted in time does not expire": [
        ({**PENDING, "timeout_s": 10}, "created"),
        ({**RESOLVE, "act": "post_pending"}, "created"),
        ({"wait": 11}, ""),
        ({**RESOLVE, "id": "r2", "act": "post_pending"}, "pending_already_posted"),
    ],
    "a reversal is of what is there": [({**RESOLVE, **SWAPPED, "act": "reverse"}, "entry_not_found")],
    "a reversal is of what was posted": [
        (PENDING, "created"), ({**RESOLVE, **SWAPPED, "act": "reverse"}, "entry_not_posted")
    ],
    "a reversal runs the other way": [
        (A, "created"), ({"id": "r", "refers": "a", "act": "reverse"}, "accounts_not_swapped")
    ],
    "a reversal is whole, and once": [
        (A, "created"),
        ({"id": "r", "refers": "a", "act": "reverse", **SWAPPED, "amount": 99}, "amount_differs"),
        ({"id": "r2", "refers": "a", "act": "reverse", **SWAPPED}, "created"),
        ({"id": "r3", "refers": "a", "act": "reverse", **SWAPPED}, "already_reversed"),
        ({"id": "r4", "refers": "a", "act": "credit_note", **SWAPPED, "amount": 1}, "already_reversed"),
    ],
    "credit notes come to no more than the entry": [
        (A, "created"),
        ({"id": "n", "refers": "a", "act": "credit_note", **SWAPPED, "amount": 60}, "created"),
        ({"id": "n2", "refers": "a", "act": "credit_note", **SWAPPED, "amount": 41}, "exceeds_entry"),
        ({"id": "n3", "refers": "a", "act": "credit_note", **SWAPPED, "amount": 40}, "created"),
        ({"id": "n4", "refers": "a", "act": "credit_note", **SWAPPED, "amount": 1}, "exceeds_entry"),
        ({"id": "n5", "refers": "a", "act": "reverse", **SWAPPED}, "already_credited"),
    ],
    "what is added to an entry says to which": [
        ({**A, "refers": "x"}, "entry_not_found"), ({"id": "b"}, "created"), ({"id": "c", "refers": "b"}, "created")
    ],
    "a prepaid balance is not overdrawn": [
        ({"limit": PAID, "credit": 0}, ""),
        ({"id": "top-up", "debit": PAID, "amount": 100}, "created"),
        ({"id": "draw", "credit": PAID, "amount": 70}, "created"),
        ({"id": "more", "credit": PAID, "amount": 31}, "exceeds_credit_limit"),
        ({"id": "rest", "credit": PAID, "amount": 30}, "created"),
    ],
    "a share is paid up to its cap": [
        ({"limit": COST, "debit": 150}, ""),
        ({"id": "one"}, "created"), ({"id": "two"}, "exceeds_debit_limit"), ({"id": "three", "amount": 50}, "created"),
    ],
    "what is pending counts against a limit, until it is let go": [
        ({"limit": COST, "debit": 150}, ""),
        (PENDING, "created"), ({"id": "two"}, "exceeds_debit_limit"), ({**RESOLVE, "act": "void_pending"}, "created"),
        ({"id": "three"}, "created"),
    ],
    # linked entries
    "linked entries are taken together": [({"linked": [A, {"id": "b"}]}, "created, created")],
    "linked entries are repeated together": [
        ({"linked": [A, {"id": "b"}]}, "created, created"), ({"linked": [A, {"id": "b"}]}, "exists, exists")
    ],
    "linked entries fail together, and the one that failed says why": [
        ({"limit": COST, "debit": 150}, ""),
        ({"linked": [A, {"id": "b"}, {"id": "c"}]}, "linked_failed, exceeds_debit_limit, linked_failed"),
        (A, "created"), ({"id": "b"}, "id_failed_before exceeds_debit_limit"), ({"id": "c", "amount": 50}, "created"),
    ],
    "what one of the linked does, the next may build on": [
        ({"linked": [PENDING, {**RESOLVE, "act": "post_pending"}]}, "created, created")
    ],
    "what is undone with its link is as it was": [
        (A, "created"),
        ({"linked": [{"id": "r", "refers": "a", "act": "reverse", **SWAPPED}, {"id": "z", "refers": "none"}]},
         "linked_failed, entry_not_found"),
        ({"id": "r2", "refers": "a", "act": "reverse", **SWAPPED}, "created"),
    ],
    "a link with one that is wrong in itself is not taken": [
        ({"linked": [A, {"id": "b", "amount": 0}]}, "linked_failed, amount_not_positive"), (A, "created")
    ],
    "a link of which a part is there already is not taken": [
        (A, "created"), ({"linked": [{**A, "link": "l"}, {"id": "b"}]}, "exists_with_different link, linked_failed")
    ],
    "one id does not stand twice in a link": [
        ({"linked": [A, A]}, "linked_failed, exists_with_different id"), (A, "created")
    ],
    # periods
    "what is being reviewed takes nothing, and burns no id": [
        (A, "created"), ({"period": "draft", "by": "ann"}, ""), ({"id": "b"}, "period_in_review"),
        ({"period": "open_period", "by": "bob"}, ""), ({"id": "b"}, "created"),
    ],
    "what is closed takes nothing; a credit note goes to an open period": [
        (A, "created"), ({"period": "draft", "by": "ann"}, ""), ({"period": "approve", "by": "bob"}, ""),
        ({"period": "close_period", "by": "ann"}, ""),
        (A, "exists"),
        ({"id": "b"}, "period_closed"), ({"id": "b", "period": "2026-11"}, "id_failed_before period_closed"),
        ({"id": "n", "refers": "a", "act": "credit_note", **SWAPPED, "amount": 5, "period": "2026-11"}, "created"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("kind", STORES)
@pytest.mark.parametrize("name", ["id", "link", "refers"])
@pytest.mark.parametrize("text", ["a\x00", "\ud800", "a\x1fb"])
def test_what_a_store_cannot_look_up_is_refused_with_all_that_was_sent_with_it(
    name: str, text: str, kind: str, tmp_path: Any
) -> None:
    book = book_at(place_for(kind, tmp_path))
    with pytest.raises(BookError, match="reference is not plain text"):
        book.post([entry("a"), entry(**{"id": "b", name: text})])
    assert list(book.entries()) == []
    assert answers_of(book, [{"id": "a"}]) == "created"
    book.close()


def answers_of(book: Any, lines: list[dict[str, Any]], link: str = "") -> str:
    sent = [entry(**{**({"link": link} if link else {}), **line}) for line in lines]
    return ", ".join(f"{answer.outcome} {answer.field}".strip() for answer in book.post(sent))


def act(book: Any, clock: Clock, line: dict[str, Any]) -> str:
    if "wait" in line:
        clock.pass_s(line["wait"])
    elif "limit" in line:
        most = {f"most_{side}_minor": line[side] for side in ("debit", "credit") if side in line}
        book.limit(line["limit"], **most)
    elif line.get("period") in ("draft", "approve", "close_period", "open_period"):
        getattr(book, line["period"])("2026-10", line["by"])
    elif "linked" in line:
        return answers_of(book, line["linked"], "l")
    else:
        return answers_of(book, [line])
    return ""


@pytest.mark.parametrize("kind", STORES)
@pytest.mark.parametrize("rule", TABLE)
def test_the_book_keeps_to_it_that(rule: str, kind: str, tmp_path: Any) -> None:
    clock = Clock()
    book = book_at(place_for(kind, tmp_path), clock)
    book.record_facts([FactOnRecord("meter-1", "use", "2026-10", "{}")])
    assert [(line, act(book, clock, line)) for line, _ in TABLE[rule]] == TABLE[rule]
    from gigawatt.ledger.verify import verify

    assert verify(book).findings == ()
    book.close()
