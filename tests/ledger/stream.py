"""A seeded stream of batches, posted one after another; prints the number of each batch once the book has it."""

from __future__ import annotations

import random
import sys

from books import COST, OWED, PAID, book_at, entry

from gigawatt.model.entry import Entry

SIZE = 12


def batch(seed: int, number: int) -> list[Entry]:
    """A batch of a stream: plain, pending and linked entries, some of them resolved in the same or a later batch."""
    draw = random.Random(seed * 1000 + number)
    made = []
    for n in range(SIZE):
        id, amount = f"{seed}-{number}-{n}", draw.randrange(1, 1000)
        accounts = draw.choice([(COST, OWED), (PAID, OWED), (COST, PAID)])
        act = "pending" if n == 0 else "post"
        link = f"link-{seed}-{number}" if n in (3, 4, 5) else ""
        made.append(entry(id, amount, *accounts, act=act, link=link))
    if number % 2:
        held = batch(seed, number - 1)[0]
        made.append(entry(f"{seed}-{number}-v", held.amount_minor, held.debit, held.credit, act="void_pending",
                          refers=held.id))  # fmt: skip
    return made


def main(place: str, seed: int, batches: int) -> None:
    """Post the stream into the book of a place."""
    book = book_at(place)
    print("open", flush=True)
    for number in range(batches):
        answers = book.post(batch(seed, number))
        assert all(answer.ok for answer in answers), answers
        print(number, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
