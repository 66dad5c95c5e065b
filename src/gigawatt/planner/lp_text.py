"""A draft as text in the LP format that a person can read and any solver can solve: natural units, names that say what.

Units are chips, MW, chip-hours and main units of money. What is maximised is the discounted money of those who decide.
`use[azure-h100,chat,2027-01,peak]` is written `use(azure_h100,chat,2027_01,peak)`, since the format has no other way.
Who pays whom stands ahead, as comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from gigawatt.model.draft import Block, Draft
from gigawatt.planner.problem import objective

WIDTH = 110
_BRACKETS = str.maketrans({"[": "(", "]": ")"})
_OTHERS = re.compile(r"[^A-Za-z0-9_.,/()]")


def lp_text(draft: Draft) -> str:
    """The whole draft. Written line by line in Python: for models that somebody reads, not for the largest."""
    columns = _names(draft.column_blocks)
    lower, upper = draft.column_bounds()
    lines = [f"\\ {draft.programme.programme}", "\\", *_payments(draft, columns), "Maximize"]
    lines += _sum(" value:", columns, objective(draft))
    lines.append("Subject To")
    lines += _rows(draft, columns)
    lines.append("Bounds")
    lines += [line for name, low, high in zip(columns, lower, upper, strict=True) for line in _bound(name, low, high)]
    integers = [
        name
        for block in draft.column_blocks if block.integer
        for name in columns[block.start : block.start + block.size]
    ]  # fmt: skip
    lines += ["General", *(f" {name}" for name in integers)] if integers else []
    return "\n".join([*lines, "End", ""])


def _names(blocks: list[Block]) -> list[str]:
    """A name for each place of some blocks, unlike any other."""
    names: list[str] = []
    seen: dict[str, int] = {}
    for block in blocks:
        for place in range(block.size):
            name = _OTHERS.sub("_", block.label(place).translate(_BRACKETS))
            name = name if name[0].isalpha() else f"_{name}"
            seen[name] = seen.get(name, 0) + 1
            names.append(name if seen[name] == 1 else f"{name}~{seen[name]}")
    return names


def _payments(draft: Draft, columns: list[str]) -> Iterator[str]:
    """One comment a payment: who pays whom for what, and how much a unit of which column in which month."""
    where = {"both": "", "cash": ", cash only", "objective": ", objective only", "beyond": ", beyond the horizon"}
    months = draft.calendar.month_names
    for payment in draft.payments:
        yield f"\\ {payment.payer} to {payment.payee}, {payment.what} by {payment.by}{where[payment.face]}"
        for column, amount, month in zip(payment.columns, payment.amounts, payment.months, strict=True):
            yield f"\\   {months[month]}: {amount:.12g} {columns[column]}"


def _rows(draft: Draft, columns: list[str]) -> Iterator[str]:
    matrix = _matrix(draft)
    names = _names(draft.row_blocks)
    for block in draft.row_blocks:
        if block.size:
            yield f"\\ {block.name}, in {block.unit}, by {block.by}"
        for place in range(block.size):
            row = block.start + place
            part = slice(matrix.indptr[row], matrix.indptr[row + 1])
            terms = [columns[column] for column in matrix.indices[part]]
            for suffix, sign, side in _sides(float(block.lower[place]), float(block.upper[place])):
                yield from _sum(f" {names[row]}{suffix}:", terms, matrix.data[part], f" {sign} {side:.12g}")


def _matrix(draft: Draft) -> csr_array:
    rows, columns, values = (np.concatenate([part[i] for part in draft.entries]) for i in range(3))
    matrix = csr_array((values, (rows, columns)), shape=(draft.row_count, draft.column_count))
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    return matrix


def _sides(lower: float, upper: float) -> list[tuple[str, str, float]]:
    """Suffix of the name, sign and right-hand side: one of an equation, two of a row that is bounded both ways."""
    if lower == upper:
        return [("", "=", upper)]
    sides = [("", "<=", upper)] if np.isfinite(upper) else []
    if np.isfinite(lower):
        sides.append(("~least" if sides else "", ">=", lower))
    return sides


def _sum(head: str, names: list[str], values: npt.ArrayLike, tail: str = "") -> list[str]:
    """`head 2 x - 3 y tail`, over as many lines as it takes."""
    terms = [_term(float(value), name) for name, value in zip(names, np.asarray(values), strict=True) if value]
    terms = terms or [f"+ 0 {names[0] if names else 'one'}"]
    lines = [f"{head} {terms[0].removeprefix('+ ')}"]
    for term in terms[1:]:
        if len(lines[-1]) + len(term) < WIDTH:
            lines[-1] += f" {term}"
        else:
            lines.append(f"   {term}")
    return [*lines[:-1], lines[-1] + tail]


def _term(value: float, name: str) -> str:
    factor = "" if abs(value) == 1 else f"{abs(value):.12g} "
    return f"{'-' if value < 0 else '+'} {factor}{name}"


def _bound(name: str, lower: float, upper: float) -> list[str]:
    """What differs from the format's own `0 <= x`."""
    if lower == upper:
        return [f" {name} = {lower:.12g}"]
    least = [f" {name} >= {lower:.12g}" if np.isfinite(lower) else f" {name} >= -inf"] if lower != 0 else []
    return least + ([f" {name} <= {upper:.12g}"] if np.isfinite(upper) else [])
