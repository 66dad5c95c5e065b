"""A settlement that is killed at any moment and settled again ends at the books of one that nothing disturbed."""

from __future__ import annotations

import json
import random
import signal
from collections import Counter
from pathlib import Path

import pytest
from books import STORES, place_for
from settler import settler
from test_settle_book import TEXT, Desk

from gigawatt.books import verify_book

KILLS, BOOKS, THROUGH = 100, 20, "2026-06"
SLOW = TEXT.replace("monthly in arrears", "quarterly in arrears").replace(
    "    share:", "    ahead: {kind: prepayment, paid: {2026-01-05: 5000 USD}, share: 50 %},\n    share:"
)
"""What accrues for up to two months, a revenue share up to its cap, and money paid ahead, which is drawn."""


def facts(draw: random.Random, folder: Path, parts: int) -> list[Path]:
    """Use, revenue below nought too, and payments of half a year, dealt out to some files."""
    months = [f"2026-{1 + n % 6:02}" for n in range(18)]
    rows: list[dict[str, object]] = [
        {"fact": "use", "id": n, "sender": "meter", "pool": "lumen-h100", "workload": "chat", "month": month,
         "chip_hours": draw.randrange(1, 500)}
        for n, month in enumerate(months)
    ]  # fmt: skip
    rows += [
        {"fact": "revenue", "id": n, "sender": "acme", "stream": "chat", "earner": "acme", "month": month,
         "amount": draw.randrange(-900, 2000), "currency": "USD"}
        for n, month in enumerate(months[:12])
    ]  # fmt: skip
    rows += [
        {"fact": "payments", "id": n, "sender": "bank", "payer": "acme", "payee": "lumen", "on": f"{month}-20",
         "amount": draw.randrange(1, 900), "currency": "USD"}
        for n, month in enumerate(months[:5])
    ]  # fmt: skip
    files = [folder / f"facts-{n}-{draw.randrange(10**9)}.jsonl" for n in range(parts)]
    for n, file in enumerate(files):
        file.write_text("".join(json.dumps(row) + "\n" for row in rows[n::parts]), encoding="utf-8")
    return files


def told(desk: Desk) -> tuple[list[tuple], list[tuple]]:
    """The entries and facts of a book, whatever their order, time and hash."""
    own = ("seq", "at_us", "hash")
    with desk.book() as book:
        found = [(record.id, record.kind, record.period, record.content) for record in book.facts()]
    return sorted(tuple(v for k, v in row.items() if k not in own) for row in desk.entries()), sorted(found)


def seen(desk: Desk, before: set[str]) -> set[str]:
    """The ids of a sound book that has all that it had before."""
    with desk.book() as book:
        assert verify_book(book).findings == ()
        ids = {row["id"] for row in book.entries()} | {record.id for record in book.facts()}
        assert before <= ids
        per_link = Counter(row["link"] for row in book.entries())
    assert all(count % 2 == 0 for count in per_link.values()), per_link
    return ids


@pytest.mark.parametrize("grows", [False, True])
@pytest.mark.parametrize("kind", STORES)
def test_killed_at_any_moment_and_settled_again_it_ends_at_the_same_books(
    kind: str, grows: bool, tmp_path: Path
) -> None:
    """Half of the hundred settle the same files again each time, half have others besides each time."""
    draw, ended = random.Random(f"{kind} {grows}"), Counter[bool]()
    Desk("", tmp_path, SLOW)  # writes the programme
    with settler(tmp_path / "programme.yaml") as asked:
        for _ in range(BOOKS // 2):
            files = facts(draw, tmp_path, KILLS // BOOKS)
            whole, cut = (Desk(place_for(one, tmp_path), tmp_path, SLOW) for one in ("sqlite", kind))
            (status, lasts_s), ids = asked.settle(whole.place, files, THROUGH), set[str]()
            assert status == 0
            for n in range(KILLS // BOOKS):
                given = files[: n + 1] if grows else files
                since = draw.choice(("keep", "keep", "keep", "read"))
                status, _ = asked.settle(cut.place, given, THROUGH, draw.random() * lasts_s, since)
                assert status in (0, -signal.SIGKILL)
                ended[status == 0] += 1
                ids = seen(cut, ids)
            assert asked.settle(cut.place, files, THROUGH)[0] == 0
            seen(cut, ids)
            assert cut.balances() == whole.balances()
            entries, kept = told(cut)
            if grows:
                assert [one for one in kept if one[1] not in ("sum", "remaining")] == [
                    one for one in told(whole)[1] if one[1] not in ("sum", "remaining")
                ]
            else:
                assert (entries, kept) == told(whole)
    assert ended[False] > KILLS // 4, ended
