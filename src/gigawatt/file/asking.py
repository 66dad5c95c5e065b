"""An ask from the words of a command line: quantities with their units, days, and what can be worked out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from gigawatt.errors import GigawattError
from gigawatt.model.programme import Programme
from gigawatt.model.verdict import Ask
from gigawatt.values.ids import unknown
from gigawatt.values.quantity import quantity_in
from gigawatt.values.span import Span, parse_day, parse_last

VERBS = ("place", "procure", "access", "decide")


def ask_of(
    programme: Programme,
    *,
    verb: str,
    what: str,
    by: str,
    on: date,
    known: date | None = None,
    pool: str | None = None,
    workload: str | None = None,
    power: str | None = None,
    chips: int | None = None,
    price: str | None = None,
    start: str | None = None,
    through: str | None = None,
    approved: Sequence[str] = (),
    field_of_use: str | None = None,
    contract: str | None = None,
) -> Ask:
    """The ask that is meant. `what` is the workload to place, the provider to procure from, the subject, the decision.

    Raises GigawattError for what cannot be read, or lacks what every such ask needs.
    """
    _refuse_unknown_pool(programme, pool)
    supplier = programme.pools[pool].supplier if pool is not None else None
    if verb == "place" and pool is None:
        raise GigawattError(f"where {what} is to run is not told; name a pool with --in: {', '.join(programme.pools)}")
    if verb == "procure" and workload is not None and workload not in programme.workloads:
        raise GigawattError(unknown("workload", workload, programme.workloads))
    return Ask(
        verb=verb if verb in VERBS else "access",  # type: ignore[arg-type]
        by=by,
        on=on,
        known=known,
        workload=what if verb == "place" else workload,
        pool=pool,
        provider=what if verb == "procure" else supplier,
        span=_span(start, through, on),
        chips=Decimal(chips) if chips is not None else None,
        power_mw=_quantity(power, "MW"),
        price_per_chip_hour=_quantity(price, f"{programme.currency}/chip-hour"),
        subject=what if verb == "access" else None,
        field_of_use=field_of_use,
        decision=what if verb == "decide" else None,
        approvals=tuple(approved),
        contract=contract,
    )


def _refuse_unknown_pool(programme: Programme, pool: str | None) -> None:
    if pool is not None and pool not in programme.pools:
        raise GigawattError(unknown("pool", pool, programme.pools))


def _span(start: str | None, through: str | None, on: date) -> Span | None:
    if start is None and through is None:
        return None
    try:
        first = parse_day(start) if start is not None else on
        until = parse_last(through) if through is not None else first + timedelta(days=1)
        return Span(first, until)
    except (ValueError, OverflowError) as error:
        raise GigawattError(str(error)) from error


def _quantity(text: str | None, due: str) -> Decimal | None:
    try:
        amount = None if text is None else quantity_in(text, due)
    except ValueError as error:
        raise GigawattError(str(error)) from error
    if amount is not None and amount <= 0:
        raise GigawattError(f"{text} is not above nought; say how much is asked for")
    return amount
