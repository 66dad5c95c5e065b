"""What each account of a book is called where it is exported to: by the company's own chart, or by its own name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gigawatt.errors import BookError, Fault, ProgrammeError
from gigawatt.ledger.accounts import SORTS, Sort
from gigawatt.ledger.extract import Extract, party_of
from gigawatt.model.chart import ROOTS, Chart
from gigawatt.values.ids import listed

ELSEWHERE = "Elsewhere"
"""The other side of an entry that runs between the books of two parties, where one party's are exported."""
_UNLAWFUL = re.compile(r"[^\w]|_")


@dataclass(frozen=True, slots=True)
class Named:
    """An account as it is exported: its name, which begins with its sort unless a chart says otherwise, and that."""

    name: str
    sort: Sort


def named(extract: Extract, chart: Chart | None) -> dict[str, Named]:
    """Every account that the export has a line for, by its name in the book.

    ProgrammeError with every account for which the chart has no line, and every own account that would be of two sorts;
    BookError without a chart, where a purpose is not one that settlement uses.
    """
    found = _by_chart(extract.accounts, chart) if chart is not None else _by_purpose(extract.accounts)
    for account in extract.used:
        if account not in found:
            found[account] = Named(f"{Sort.EQUITY}:{ELSEWHERE}:{party_of(account)}", Sort.EQUITY)
    return found


def _by_purpose(accounts: Iterable[str]) -> dict[str, Named]:
    found, strange = {}, []
    for account in accounts:
        sort = SORTS.get(account.rpartition(":")[2])
        if sort is None:
            strange.append(account)
        else:
            found[account] = Named(f"{sort}:{account.replace('::', ':')}", sort)
    if strange:
        raise BookError(
            f"nothing says of what sort {listed(strange[:3])} {'is' if len(strange) == 1 else 'are'}"
            f"{f' and {len(strange) - 3} more' if len(strange) > 3 else ''}: settlement uses {listed(SORTS)}; "
            "give a chart of accounts with a line for each"
        )
    return found


def _by_chart(accounts: Iterable[str], chart: Chart) -> dict[str, Named]:
    found: dict[str, Named] = {}
    told: dict[str, tuple[Sort, str]] = {}
    faults: list[Fault] = []
    for account in accounts:
        pattern = chart.pattern(account)
        if pattern is None:
            faults.append(chart.fault(None, f"no line fits {account}; add one, or a last one for the rest: '*:*:*'"))
            continue
        own = chart.accounts[pattern]
        root = own.root or SORTS.get(account.rpartition(":")[2])
        if root is None:
            line = f"{{name: {own.name}, sort: Liabilities}}"
            faults.append(
                chart.fault(pattern, f"nothing says of what sort {account} is; write {line}, or another sort")
            )
            continue
        sort = Sort(root)
        before, by = told.setdefault(own.name, (sort, account))
        if before != sort:
            faults.append(
                chart.fault(
                    pattern, f"{own.name} would be {before} for {by} and {sort} for {account}; give it one `sort`"
                )
            )
        found[account] = Named(own.name, sort)
    if faults:
        raise ProgrammeError(dict.fromkeys(faults))
    return found


def totals(balances: Mapping[str, int], names: Mapping[str, str]) -> dict[str, int]:
    """Balances by the names under which they are exported; whole minor units."""
    found: dict[str, int] = defaultdict(int)
    for account, minor in balances.items():
        found[names[account]] += minor
    return found


def lawful(accounts: Iterable[Named]) -> dict[Named, str]:
    """Names as Beancount has them: one of the five sorts first, parts of letters, digits and hyphens.

    Two that would be the same are told apart by a number; the one that was used first keeps the name, for good.
    """
    taken: set[str] = set()
    found: dict[Named, str] = {}
    for one in accounts:
        if one in found:
            continue
        parts = one.name.split(":")
        if ROOTS.get(parts[0].casefold()) == one.sort and len(parts) > 1:
            parts = parts[1:]
        name = plain = ":".join((one.sort, *map(_part, parts)))
        n = 1
        while name in taken:
            n += 1
            name = f"{plain}-{n}"
        taken.add(name)
        found[one] = name
    return found


def _part(text: str) -> str:
    """A part of an account's name as Beancount has it: no marks but hyphens, a capital or a digit first."""
    part = _UNLAWFUL.sub("-", text).strip("-") or "X"
    first = part[0].upper()
    return (first if len(first) == 1 else "X" + part[0]) + part[1:]
