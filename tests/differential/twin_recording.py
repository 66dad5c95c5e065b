"""Plain sums of columns, written one at a time, and handed to linopy family by family.

linopy is quick with arrays and slow with single rows, so that columns and rows are gathered here first. A sum holds
numbers by column; a family (`use`, `serve`, ...) is a linopy variable or constraint with one label for each member.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import linopy
import pandas as pd
from linopy.expressions import ScalarLinearExpression

INFINITY = float("inf")
SENSES = {
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
    "=": lambda left, right: left == right,
}


@dataclass
class Sum:
    """`sum(amount x column) + constant`."""

    of: dict[int, float] = field(default_factory=dict)
    constant: float = 0.0

    def __add__(self, other: Sum | float) -> Sum:
        result = Sum(dict(self.of), self.constant)
        return result.add(other)

    __radd__ = __add__

    def add(self, other: Sum | float) -> Sum:
        """Add in place."""
        if isinstance(other, Sum):
            for column, amount in other.of.items():
                self.of[column] = self.of.get(column, 0.0) + amount
            self.constant += other.constant
        else:
            self.constant += other
        return self

    def __mul__(self, factor: float) -> Sum:
        return Sum({column: amount * factor for column, amount in self.of.items()}, self.constant * factor)

    __rmul__ = __mul__

    def __neg__(self) -> Sum:
        return self * -1.0

    def __sub__(self, other: Sum | float) -> Sum:
        return self + other * -1.0

    def __rsub__(self, other: float) -> Sum:
        return -self + other


def total(sums: Iterable[Sum]) -> Sum:
    """All of them together."""
    result = Sum()
    for one in sums:
        result.add(one)
    return result


@dataclass
class _Column:
    family: str
    label: str
    lower: float
    upper: float
    whole: bool


@dataclass
class _Row:
    label: str
    left: Sum
    sense: str
    right: float


class Recording:
    """Columns, rows and one objective, which is maximised."""

    def __init__(self) -> None:
        self.columns: list[_Column] = []
        self.rows: dict[str, list[_Row]] = {}
        self.objective = Sum()

    def column(
        self, family: str, label: object, upper: float = INFINITY, lower: float = 0.0, whole: bool = False
    ) -> Sum:
        """A new column, as a sum of itself alone."""
        self.columns.append(_Column(family, str(label), lower, upper, whole))
        return Sum({len(self.columns) - 1: 1.0})

    def binary(self, family: str, label: object) -> Sum:
        """A new column that is nought or one."""
        return self.column(family, label, 1.0, whole=True)

    def row(self, family: str, label: object, left: Sum | float, sense: str, right: Sum | float) -> None:
        """`left sense right`, either of which may be a number."""
        difference = Sum().add(left) - right
        constant, difference.constant = difference.constant, 0.0
        self.rows.setdefault(family, []).append(_Row(str(label), difference, sense, -constant))

    def most(self, amount: Sum) -> float:
        """The most that a sum can be by the bounds of its columns alone."""
        return amount.constant + sum(
            value * (self.columns[column].upper if value > 0 else self.columns[column].lower)
            for column, value in amount.of.items()
            if value
        )

    def least(self, amount: Sum) -> float:
        """The least that a sum can be by the bounds of its columns alone."""
        return -self.most(-amount)

    def as_linopy(self) -> linopy.Model:
        """The model in linopy's terms."""
        model = linopy.Model()
        labels = self._variables(model)
        for family, rows in self.rows.items():
            kept = [row for row in rows if any(row.left.of.values()) or not _holds(row)]
            if kept:
                self._constraints(model, labels, family, kept)
        by_label = {labels[column]: amount for column, amount in self.objective.of.items() if amount}
        model.add_objective(_sum_in_linopy(model, by_label), sense="max")
        return model

    def _variables(self, model: linopy.Model) -> dict[int, int]:
        """Linopy's label of each column."""
        families: dict[tuple[str, bool], list[int]] = {}
        for index, column in enumerate(self.columns):
            families.setdefault((column.family, column.whole), []).append(index)
        labels: dict[int, int] = {}
        for (family, whole), members in families.items():
            index = pd.RangeIndex(len(members), name=f"column of {family}")
            variable = model.add_variables(
                lower=pd.Series([self.columns[m].lower for m in members], index),
                upper=pd.Series([self.columns[m].upper for m in members], index),
                name=f"{family} whole" if whole else family,
                integer=whole,
            )
            labels.update(zip(members, (int(label) for label in variable.labels.values), strict=True))
        return labels

    def _constraints(self, model: linopy.Model, labels: dict[int, int], family: str, rows: list[_Row]) -> None:
        def rule(model: linopy.Model, n: int) -> object:
            terms = {labels[column]: amount for column, amount in rows[n].left.of.items() if amount}
            left = ScalarLinearExpression(tuple(terms.values()), tuple(terms), model)
            return SENSES[rows[n].sense](left, rows[n].right)

        model.add_constraints(rule, coords=[pd.RangeIndex(len(rows), name=f"row of {family}")], name=family)


def _holds(row: _Row) -> bool:
    """Whether a row without columns is true, so that it need not be written."""
    slack = {"<=": row.right, ">=": -row.right, "=": -abs(row.right)}[row.sense]
    return slack >= -1e-9


def _sum_in_linopy(model: linopy.Model, terms: dict[int, float]) -> linopy.LinearExpression:
    parts = [0 * model.variables[next(iter(model.variables))].sum()]
    for name in model.variables:
        variable = model.variables[name]
        amounts = [terms.get(int(label), 0.0) for label in variable.labels.values]
        if any(amounts):
            parts.append((variable * pd.Series(amounts, variable.indexes[variable.dims[0]])).sum())
    expression = parts[0]
    for part in parts[1:]:
        expression = expression + part
    return expression
