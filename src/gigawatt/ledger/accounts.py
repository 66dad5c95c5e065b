"""The purposes of accounts, and what sort of account each is: assets, liabilities, equity, income or expenses."""

from __future__ import annotations

from enum import StrEnum


class Sort(StrEnum):
    """The five sorts of accounts that every chart has."""

    ASSETS = "Assets"
    LIABILITIES = "Liabilities"
    EQUITY = "Equity"
    INCOME = "Income"
    EXPENSES = "Expenses"


CASH, RECEIVABLE, PAYABLE, COST, INCOME = "cash", "receivable", "payable", "cost", "income"
ACCRUED_INCOME, ACCRUED_COST = "accrued_income", "accrued_cost"
PREPAID, DEFERRED_INCOME = "prepaid", "deferred_income"
DEPOSIT_PAID, DEPOSIT_HELD = "deposit_paid", "deposit_held"
INVESTED, CAPITAL = "invested", "capital"
TAX, EXCHANGE, EXCHANGE_DIFFERENCE = "tax", "exchange", "exchange_difference"
OPENING = "opening"

SORTS = {
    CASH: Sort.ASSETS, RECEIVABLE: Sort.ASSETS, ACCRUED_INCOME: Sort.ASSETS, PREPAID: Sort.ASSETS,
    DEPOSIT_PAID: Sort.ASSETS, INVESTED: Sort.ASSETS, EXCHANGE: Sort.ASSETS,
    PAYABLE: Sort.LIABILITIES, ACCRUED_COST: Sort.LIABILITIES, DEFERRED_INCOME: Sort.LIABILITIES,
    DEPOSIT_HELD: Sort.LIABILITIES,
    CAPITAL: Sort.EQUITY, OPENING: Sort.EQUITY,
    INCOME: Sort.INCOME,
    COST: Sort.EXPENSES, TAX: Sort.EXPENSES, EXCHANGE_DIFFERENCE: Sort.EXPENSES,
}  # fmt: skip
"""Each purpose that settlement uses, with the sort of its accounts."""
ACCRUED = {PAYABLE: ACCRUED_COST, RECEIVABLE: ACCRUED_INCOME}
"""Where an amount stands before it is invoiced, by where it stands then."""
