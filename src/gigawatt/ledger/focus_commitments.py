"""What a buyer's contracts commit it to, as rows of FOCUS 1.4's Contract Commitment: https://focus.finops.org."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from gigawatt.history.ending import agreed
from gigawatt.ledger.charges import Charge, plain
from gigawatt.ledger.focus_columns import columns_of
from gigawatt.model.committed import Committed
from gigawatt.model.contract import Contract
from gigawatt.model.facts import Facts
from gigawatt.model.programme import Programme
from gigawatt.values.ids import own_id
from gigawatt.values.money import Money, amount_text
from gigawatt.values.span import Span, months_apart

BENEFITS = {"spend": "Other", "use": "Other", "capacity": "Availability", "prepaid": "Monetary Pool"}
TYPES = {"spend": "Committed spend", "use": "Take or pay", "capacity": "Reserved capacity", "prepaid": "Prepayment"}
BY_USE, HOURS = ("use", "capacity"), "Chip-Hours"
INTERVALS = {"hour": "Hourly", "contract year": "Annual", "term": "Full Period"}


@dataclass(frozen=True)
class Commitment:
    """A commitment of a contract with its clause's name, and how it stands."""

    id: str
    clause: str
    contract_id: str
    contract: Contract
    terms: Committed
    status: str
    recorded: date
    words: str

    def is_of(self, charge: Charge) -> bool:
        """Whether a charge is due under its own clause: its price, or what is owed for falling short of it."""
        return own_id(charge.clause) == own_id(self.clause)

    def counts(self, charge: Charge) -> bool:
        """Whether a charge goes toward it, or is due under it; of a prepayment what is drawn from it."""
        begins, ends = (f"{day:%Y-%m}" for day in (self.terms.span.start, self.terms.span.until - timedelta(days=1)))
        if charge.category in ("Tax", "Credit") or not begins <= charge.month <= ends:
            return False
        if self.is_of(charge):
            return True
        counting = self.terms.counts(self.contract_id, charge.clause, charge.what, charge.unit)
        return counting and (self.terms.what != "prepaid" or not charge.billed_minor)

    def applied(self, charge: Charge, currency: str) -> str:
        """What a charge brings to it, as an element of ContractApplied; numbers with all their digits."""
        cost, quantity, unit = amount_text(charge.minor, currency), "null", "null"
        if self.terms.what in BY_USE and charge.quantity is not None:
            cost, quantity, unit = "null", plain(charge.quantity), json.dumps(HOURS)
        return (
            f'{{"ContractId": {json.dumps(self.contract_id)}, "ContractCommitmentId": {json.dumps(self.id)}, '
            f'"ContractCommitmentAppliedCost": {cost}, "ContractCommitmentAppliedQuantity": {quantity}, '
            f'"ContractCommitmentAppliedUnit": {unit}}}'
        )


def commitments(programme: Programme, party: str, on: date) -> list[Commitment]:
    """What the contracts commit a buyer to, clause by clause and version by version, as it stands on a day."""
    contracts, found = agreed(programme), list[Commitment]()
    for contract_id, contract in programme.contracts.items():
        if contract.buyer != party:
            continue
        for key in contracts.history.of_contract.get(contract_id, ()):
            held = [one for one in contracts.history.held(*key, on) if one.version.clause is not None]
            for n, one in enumerate(held):
                view = contracts.view(*key, one.span, on, Facts())
                assert one.version.clause is not None
                terms = one.version.clause.commits(view)
                if terms is None or not terms.span.days:
                    continue
                found.append(
                    Commitment(
                        view.name if not n else f"{view.name}@{one.span.start}", view.name, contract_id, view.contract,
                        terms, _status(contract, one.span, on, n + 1 < len(held)),
                        min(contract.recorded or contract.signed_on or one.span.start, on),
                        str(one.version.cite or ""),
                    )
                )  # fmt: skip
    return found


def _status(contract: Contract, span: Span, on: date, is_followed: bool) -> str:
    if contract.status != "signed":
        return "Proposed"
    if on < span.start:
        return "Pending"
    if on < span.until:
        return "Active"
    return "Superseded" if is_followed else "Expired"


def contract_commitments(
    found: Sequence[Commitment],
    currency: str,
    line: Callable[[Iterable[str | None]], str],
    name_of: Callable[[str], str],
) -> Iterator[str]:
    """The lines of a CSV file, its header first."""
    columns = columns_of("ContractCommitment", "1.4")
    yield line(columns)
    for one in found:
        cells = _cells(one, currency, name_of)
        yield line([cells.get(name) for name in columns])


def _cells(one: Commitment, currency: str, name_of: Callable[[str], str]) -> Mapping[str, str | None]:
    terms, seller = one.terms, name_of(one.contract.seller)
    cost = None
    if terms.amount is not None:
        cost = amount_text(Money.from_decimal(terms.amount, currency).minor, currency)
    ahead, upfront = _ahead(terms)
    return {
        "BillingCurrency": currency,
        "ContractCommitmentApplicability": _applicability(one, seller),
        "ContractCommitmentBenefitCategory": BENEFITS[terms.what],
        "ContractCommitmentCategory": "Usage" if terms.what in BY_USE else "Spend",
        "ContractCommitmentCost": cost,
        "ContractCommitmentCreated": f"{one.recorded}T00:00:00Z",
        "ContractCommitmentDescription": ", ".join(
            filter(None, (f"{TYPES[terms.what]} under {one.clause}", one.words))
        ),
        "ContractCommitmentDurationType": _duration(terms.span),
        "ContractCommitmentFulfillmentInterval": INTERVALS[terms.measured],
        "ContractCommitmentId": one.id,
        "ContractCommitmentLastUpdated": f"{one.recorded}T00:00:00Z",
        "ContractCommitmentLifecycleStatus": one.status,
        "ContractCommitmentModel": "Continuous" if terms.measured == "hour" else "Discontinuous",
        "ContractCommitmentOfferCategory": "Negotiated",
        "ContractCommitmentPaymentInterval": "One-Time" if ahead == "All Upfront" else _invoiced(one.contract),
        "ContractCommitmentPaymentModel": ahead,
        "ContractCommitmentPaymentUpfrontPercentage": upfront,
        "ContractCommitmentPeriodEnd": f"{terms.span.until}T00:00:00Z",
        "ContractCommitmentPeriodStart": f"{terms.span.start}T00:00:00Z",
        "ContractCommitmentQuantity": None if terms.quantity is None else f"{round(terms.quantity, 6).normalize():f}",
        "ContractCommitmentType": TYPES[terms.what],
        "ContractCommitmentUnit": None if terms.quantity is None else HOURS,
        "ContractId": one.contract_id,
        "ContractPeriodEnd": f"{one.contract.span.until}T00:00:00Z",
        "ContractPeriodStart": f"{one.contract.span.start}T00:00:00Z",
        "InvoiceIssuerName": seller,
        "PricingCurrency": currency,
        "PricingCurrencyContractCommitmentCost": cost,
        "ServiceProviderName": seller,
    }


def _ahead(terms: Committed) -> tuple[str, str]:
    """Whether it is paid before, and which share of it is."""
    share = terms.paid_ahead
    model = "All Upfront" if share == 1 else "Partial Upfront" if share else "No Upfront"
    return model, f"{round(share, 6).normalize():f}" if 0 < share < 1 else f"{share:.1f}"


def _applicability(one: Commitment, seller: str) -> str:
    """Which charges count, by the columns of Cost and Usage."""
    terms, rules = one.terms, [("ServiceProviderName", [seller])]
    if terms.clauses or terms.also:
        rules.append(("SkuId", [*terms.clauses, *terms.also]))
    else:
        rules.append(("BillingAccountId", [one.contract_id]))
    if terms.for_what:
        rules.append(("SkuMeter", list(terms.for_what)))
    return json.dumps({
        "InclusionOperator": "And",
        "Inclusions": [{"Dimension": name, "Operator": "In", "Values": values} for name, values in rules],
    })  # fmt: skip


def _duration(span: Span) -> str:
    """Its length in words: whole years, whole months, or days."""
    months = months_apart(span.start, span.until) if span.start.day == span.until.day else 0
    for count, word in ((months // 12 if months % 12 == 0 else 0, "Year"), (months, "Month"), (span.days, "Day")):
        if count:
            return f"{count} {word}{'s' * (count > 1)}"
    return "1 Day"


def _invoiced(contract: Contract) -> str:
    """How often the contract is invoiced, by its own words."""
    words = (contract.payment.invoice or "monthly").casefold()
    for part, name in (("month", "Monthly"), ("quarter", "Quarterly"), ("year", "Annual"), ("annual", "Annual")):
        if part in words:
            return name
    return "Custom"
