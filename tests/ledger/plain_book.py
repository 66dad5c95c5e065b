"""A plain model of the book: one list of what was taken, gone through from its beginning for every question."""

from __future__ import annotations

from gigawatt.model.entry import Entry

RESOLVES = ("post_pending", "void_pending")


class PlainBook:
    """Slow and obvious. It knows no store, no chain, no time: only what was taken, and what failed for ever."""

    def __init__(self, limits: dict[str, tuple[int, int]]) -> None:
        self.limits, self.taken, self.failed, self.closed = limits, [], {}, set()

    def of(self, id: str) -> Entry | None:
        return next((one for one in self.taken if one.id == id), None)

    def balances(self) -> dict[str, tuple[int, int, int, int]]:
        found: dict[str, list[int]] = {}
        for one in self.taken:
            for account, side in ((one.debit.name, 0), (one.credit.name, 1)):
                sums = found.setdefault(account, [0, 0, 0, 0])
                if one.act == "pending":
                    if not any(other.refers == one.id and other.act in RESOLVES for other in self.taken):
                        sums[side + 2] += one.amount_minor
                elif one.act != "void_pending":
                    sums[side] += one.amount_minor
        return {account: (s[0], s[1], s[2], s[3]) for account, s in found.items()}

    def post(self, batch: list[Entry]) -> list[bool]:
        """Whether each is in the book as it was sent; linked ones stand side by side."""
        answers: list[bool] = []
        while batch:
            link = batch[0].link
            group = [batch[0]]
            while link and len(group) < len(batch) and batch[len(group)].link == link:
                group.append(batch[len(group)])
            batch = batch[len(group) :]
            answers += self.take(group)
        return answers

    def take(self, group: list[Entry]) -> list[bool]:
        known = [self.of(one.id) is not None or one.id in self.failed for one in group]
        if all(known) or (any(known) and len(group) > 1):
            return [self.of(one.id) == one for one in group]
        before = list(self.taken)
        for one in group:
            if self.of(one.id) is not None:
                self.taken = before
                return [False] * len(group)
            if not self.allows(one):
                self.taken = before
                self.failed[one.id] = True
                return [False] * len(group)
            self.taken = [*self.taken, one]
        return [True] * len(group)

    def allows(self, one: Entry) -> bool:
        if one.period in self.closed:
            return False
        of = self.of(one.refers) if one.refers else None
        if one.refers and of is None:
            return False
        others = [other for other in self.taken if other.refers == one.refers and other.id != one.id] if of else []
        if one.act in RESOLVES:
            if of.act != "pending" or any(other.act in RESOLVES for other in others):
                return False
            whole = one.amount_minor == of.amount_minor
            fits = whole if one.act == "void_pending" else one.amount_minor <= of.amount_minor
            return fits and (one.debit, one.credit) == (of.debit, of.credit)
        if of is not None and of.act in ("pending", "void_pending"):
            return False
        if one.act in ("reverse", "credit_note"):
            credited = sum(other.amount_minor for other in others if other.act in ("reverse", "credit_note"))
            if (one.debit, one.credit) != (of.credit, of.debit) or credited + one.amount_minor > of.amount_minor:
                return False
            if one.act == "reverse" and (credited or one.amount_minor != of.amount_minor):
                return False
        return self.keeps_limits(one)

    def keeps_limits(self, one: Entry) -> bool:
        found = self.balances()
        debits, credits, pending, _ = found.get(one.debit.name, (0, 0, 0, 0))
        if debits + pending - credits + one.amount_minor > self.limits.get(one.debit.name, (10**18, 0))[0]:
            return False
        debits, credits, _, pending = found.get(one.credit.name, (0, 0, 0, 0))
        return credits + pending - debits + one.amount_minor <= self.limits.get(one.credit.name, (0, 10**18))[1]
