"""Charges as rows of FOCUS's Cost and Usage: https://focus.finops.org, version 1.2 for today's tools, and 1.4.

A contract is a billing account, a clause a SKU. No list prices are known: what was contracted stands for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache

from gigawatt.ledger.charges import EXACT, Charge, plain, priced
from gigawatt.ledger.extract import PERIOD, narration
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
_QUOTED = frozenset('"\r\n')


def cost_and_usage(
    found: Iterable[Charge],
    versions: Sequence[str],
    currency: str,
    commitments: Sequence[Commitment],
    name_of: Callable[[str], str],
) -> Iterator[list[str]]:
    """The lines of CSV files, one of each version at a time, headers first; a value that is null is empty."""
    tables = [(*columns_of("CostAndUsage", version), *OWN) for version in versions]
    yield [line(columns) for columns in tables]
    for charge in found:
        cells = _cells(charge, currency, commitments, name_of)
        yield [line(map(cells.get, columns)) for columns in tables]


def line(values: Iterable[str | None]) -> str:
    """A line of a CSV file; what is null is empty."""
    cells = [value or "" for value in values]
    joined = ",".join(cells)
    if joined.count(",") >= len(cells) or not _QUOTED.isdisjoint(joined):
        joined = ",".join([_quoted(cell) for cell in cells])
    return f"{joined}\n"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if "," in text or not _QUOTED.isdisjoint(text) else text


@cache
def month_bounds(month: str) -> tuple[str, str]:
    """The moments at which a month begins and ends, UTC; the end is no longer in it."""
    first = parse_day(month)
    return f"{first}T00:00:00Z", f"{add_months(first, 1)}T00:00:00Z"


def _cells(
    charge: Charge, currency: str, commitments: Sequence[Commitment], name_of: Callable[[str], str]
) -> Mapping[str, str | None]:
    """What every version has, by the names of its columns; a column that is not here is null."""
    row, contract = charge.row, charge.contract
    (begins, ends), (billed_from, billed_until) = month_bounds(charge.month), month_bounds(row[PERIOD])
    seller = name_of(charge.seller)
    billed, borne = (amount_text(minor, currency) for minor in (charge.billed_minor, charge.borne_minor))
    cells: dict[str, str | None] = {
        "BilledCost": billed,
        "BillingAccountId": contract,
        "BillingAccountName": contract,
        "BillingAccountType": "Contract",
        "BillingCurrency": currency,
        "BillingPeriodEnd": billed_until,
        "BillingPeriodStart": billed_from,
        "ChargeCategory": charge.category,
        "ChargeClass": "Correction" if charge.is_correction else None,
        "ChargeDescription": f"{narration(row)} ({charge.clause})".lstrip(),
        "ChargeFrequency": charge.frequency,
        "ChargePeriodEnd": ends,
        "ChargePeriodStart": begins,
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
    counted = [one for one in commitments if one.counts(charge)]
    bought = [one.id for one in counted if charge.category == "Purchase" and one.is_of(charge)]
    if bought:
        cells |= {"ResourceId": bought[0], "ResourceType": "Contract commitment"}
    applied = [one.applied(charge, currency) for one in counted]
    if applied:
        cells["ContractApplied"] = f'{{"Elements": [{", ".join(applied)}]}}'
    return cells


def _priced(charge: Charge, currency: str) -> dict[str, str | None]:
    quantity, unit, price = priced(charge, currency)
    cost, unit = plain(EXACT.multiply(quantity, price)), UNITS.get(unit, unit)
    sku = own_id(charge.clause).strip() or charge.clause
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
        used = {"ConsumedQuantity": plain(charge.quantity), "ConsumedUnit": UNITS.get(charge.unit, charge.unit)}
        cells |= used
    return cells
