"""Charges as rows of FOCUS's Cost and Usage: https://focus.finops.org, version 1.2 for today's tools, and 1.4.

A contract is a billing account, a clause a SKU. No list prices are known: what was contracted stands for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from gigawatt.ledger.charges import Charge, plain, priced, quantity_text
from gigawatt.ledger.extract import PERIOD, WORDS
from gigawatt.ledger.focus_columns import columns_of
from gigawatt.ledger.focus_commitments import Commitment
from gigawatt.ledger.rules import FACTS
from gigawatt.ledger.state import ID
from gigawatt.values.ids import own_id
from gigawatt.values.money import amount_text
from gigawatt.values.span import add_months, parse_day

COMPUTE = frozenset({"rent", "fee", "make-up", "chips", "prepayment", "matched price", "most favoured price",
                     "shortfall", "guarantee", "service credit", "damages", "termination fee"})  # fmt: skip
"""What is paid for compute, by what a charge is for; all else is of no service category that FOCUS knows."""
UNITS = {"chip-hour": "Chip-Hours", "chip": "Chips", "token": "Tokens", "unit": "Units", "Unit": "Units",
         "hour": "Hours", "MW-hour": "MWh", "MW-month": "MW-Months", "day": "Days"}  # fmt: skip
"""Units as FOCUS writes them: https://focus.finops.org/focus-specification/v1-2/#unitformat."""
OWN = ("x_ClauseId", "x_EntryId", "x_FactIds")
"""Columns of our own: the clause, the entry of the book and its source facts."""
_QUOTED = frozenset(',"\r\n')


def cost_and_usage(
    found: Iterable[Charge],
    version: str,
    currency: str,
    commitments: Sequence[Commitment],
    name_of: Callable[[str], str],
) -> Iterator[str]:
    """The lines of a CSV file, its header first; a value that is null is empty."""
    columns = (*columns_of("CostAndUsage", version), *OWN)
    yield line(columns)
    for charge in found:
        cells = _cells(charge, currency, commitments, name_of)
        yield line([cells.get(name) for name in columns])


def line(values: Sequence[str | None]) -> str:
    """A line of a CSV file; what is null is empty."""
    return ",".join(["" if value is None else _cell(value) for value in values]) + "\n"


def _cell(text: str) -> str:
    return text if _QUOTED.isdisjoint(text) else '"' + text.replace('"', '""') + '"'


def moment(day: date) -> str:
    """The moment at which a day begins, UTC."""
    return f"{day}T00:00:00Z"


def _cells(
    charge: Charge, currency: str, commitments: Sequence[Commitment], name_of: Callable[[str], str]
) -> Mapping[str, str | None]:
    """What every version has, by the names of its columns; a column that is not here is null."""
    row, contract = charge.row, charge.clause.partition("/")[0]
    begins, billed_in = parse_day(charge.month), parse_day(row[PERIOD])
    seller = name_of(charge.seller)
    billed, borne = (amount_text(minor, currency) for minor in (charge.billed_minor, charge.borne_minor))
    cells: dict[str, str | None] = {
        "BilledCost": billed,
        "BillingAccountId": contract,
        "BillingAccountName": contract,
        "BillingAccountType": "Contract",
        "BillingCurrency": currency,
        "BillingPeriodEnd": moment(add_months(billed_in, 1)),
        "BillingPeriodStart": moment(billed_in),
        "ChargeCategory": charge.category,
        "ChargeClass": "Correction" if charge.is_correction else None,
        "ChargeDescription": ", ".join(filter(None, (charge.what, row[WORDS], charge.clause))),
        "ChargeFrequency": charge.frequency,
        "ChargePeriodEnd": moment(add_months(begins, 1)),
        "ChargePeriodStart": moment(begins),
        "ContractedCost": billed,
        "EffectiveCost": borne,
        "HostProviderName": seller,
        "InvoiceIssuerName": seller,
        "ListCost": billed,
        "PricingCurrency": currency,
        "PricingCurrencyEffectiveCost": borne,
        "ProviderName": seller,
        "PublisherName": seller,
        "ServiceCategory": "Compute" if charge.what in COMPUTE else "Other",
        "ServiceName": f"{contract}: {charge.what or 'charge'}",
        "ServiceProviderName": seller,
        "ServiceSubcategory": "Other (Compute)" if charge.what in COMPUTE else "Other (Other)",
        "x_ClauseId": charge.clause,
        "x_EntryId": row[ID],
        "x_FactIds": row[FACTS].replace("\n", " ") or None,
    }
    if charge.category in ("Usage", "Purchase"):
        cells |= _priced(charge, currency)
    applied = [one.applied(charge, currency) for one in commitments if one.counts(charge)]
    if applied:
        cells["ContractApplied"] = f'{{"Elements": [{", ".join(applied)}]}}'
    return cells


def _priced(charge: Charge, currency: str) -> dict[str, str | None]:
    quantity, unit, price = priced(charge, currency)
    cost, unit = plain(quantity * price), UNITS.get(unit, unit)
    sku = own_id(charge.clause)
    cells: dict[str, str | None] = {
        "ContractedCost": cost,
        "ContractedUnitPrice": plain(price),
        "ListCost": cost,
        "ListUnitPrice": plain(price),
        "PricingCategory": "Standard",
        "PricingCurrencyContractedUnitPrice": plain(price),
        "PricingCurrencyListUnitPrice": plain(price),
        "PricingQuantity": plain(quantity),
        "PricingUnit": unit,
        "SkuId": sku,
        "SkuMeter": charge.what or None,
        "SkuPriceId": f"{charge.clause}:{charge.what}",
    }
    if charge.category == "Usage" and charge.quantity is not None:
        used = {"ConsumedQuantity": quantity_text(charge.quantity), "ConsumedUnit": UNITS.get(charge.unit, charge.unit)}
        cells |= used
    return cells
