"""The book and a plain model of it agree on random operations: each answer, and every balance after each batch."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from books import COST, OWED, PAID, STORES, book_at, entry, place_for
from plain_book import PlainBook

from gigawatt.ledger.verify import verify

SEEDS, BATCHES = 12, 25
LIMITS = {COST.name: (700, 10**18), PAID.name: (10**18, 60)}
ACTS = ("post", "post", "pending", "post_pending", "void_pending", "reverse", "credit_note", "credit_note")
AMOUNTS, LINKS = (10, 50, 50, 50, 120), ("", "", "l")


def drawn(draw: random.Random, sent: list) -> list:
    """A batch that often refers to what was sent, repeats it, fits it, or just misses."""
    batch = []
    for _ in range(draw.randrange(1, 6)):
        act, of = draw.choice(ACTS), draw.choice(sent[-10:])
        id = of.id if draw.random() < 0.1 else f"e{len(sent)}"
        accounts, amount = draw.choice([(COST, OWED), (OWED, COST), (PAID, OWED), (COST, PAID)]), draw.choice(AMOUNTS)
        if act not in ("post", "pending") and draw.random() < 0.85:
            accounts = (of.debit, of.credit) if "pending" in act else (of.credit, of.debit)
            amount = draw.choice((of.amount_minor, of.amount_minor, amount))
        refers = of.id if act not in ("post", "pending") else ""
        period = draw.choice(("2026-10", "2026-10", "2026-11"))
        batch.append(entry(id, amount, *accounts, act=act, refers=refers, link=draw.choice(LINKS), period=period))
        sent.append(batch[-1])
    return batch


@pytest.mark.parametrize("kind", STORES)
def test_the_book_does_as_the_plain_model_says(kind: str, tmp_path) -> None:
    outcomes: Counter[str] = Counter()
    for seed in range(SEEDS):
        draw, sent = random.Random(seed), [entry("e0")]
        book, model = book_at(place_for(kind, tmp_path)), PlainBook(LIMITS)
        for account in (COST, PAID):
            book.limit(account, *LIMITS[account.name])
        for number in range(BATCHES):
            batch = drawn(draw, sent)
            answers = book.post(batch)
            outcomes.update(answer.outcome for answer in answers)
            assert [answer.ok for answer in answers] == model.post(batch), (seed, number, batch, answers)
            found = {account: sums for account, sums in book.balances().items() if any(sums)}
            assert found == {account: sums for account, sums in model.balances().items() if any(sums)}
            if number == BATCHES // 2 and not book.store.waiting("2026-10"):
                book.draft("2026-10", "ann")
                book.approve("2026-10", "bob")
                book.close_period("2026-10", "ann")
                model.closed.add("2026-10")
        assert verify(book).findings == ()
        book.close()
    assert len(outcomes) > 12, outcomes
