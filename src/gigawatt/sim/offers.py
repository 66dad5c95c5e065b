"""Two offers compared: the plan that signs one and refuses the other, the plan that does the contrary, their terms."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import timedelta

import polars as pl

from gigawatt.errors import GigawattError, PlanError
from gigawatt.history.card import terms_of
from gigawatt.model.clause import Clause
from gigawatt.model.comparison import Comparison
from gigawatt.model.contract import Contract
from gigawatt.model.plan import Plan
from gigawatt.model.programme import Programme
from gigawatt.sim.comparing import compare, told_by
from gigawatt.values.ids import did_you_mean, listed

Terms = dict[tuple[str, str], str]
"""What an offer says, by the kind of clause and its key."""
TERMS = {"clause": pl.Utf8, "term": pl.Utf8, "first": pl.Utf8, "second": pl.Utf8}


def compare_offers(programme: Programme, first: str, second: str, find: Callable[..., Plan]) -> Comparison:
    """What differs between signing one offer and signing another; `find` plans the programme with `signs`.

    Raises GigawattError where both are the same, and what `find` raises, told for which of the two.
    """
    if first == second:
        raise GigawattError(f"{first} is named twice; name two offers that differ")
    plans = [_signing(one, other, find) for one, other in ((first, second), (second, first))]
    told = (told_by(plan, f"with {name}") for plan, name in zip(plans, (first, second), strict=True))
    known = plans[0].programme.contracts
    return replace(compare(*told), terms=side_by_side(known[first], known[second]))


def _signing(one: str, other: str, find: Callable[..., Plan]) -> Plan:
    try:
        return find(signs={one: True, other: False})
    except PlanError as error:
        raise type(error)(f"there is no plan that signs {one} and refuses {other}: {error}") from error


def refuse_no_offers(programme: Programme, known: Programme, names: Collection[str]) -> None:
    """GigawattError for a name that no offer of the programme, as `known` on the day of the plan, has."""
    offers = [name for name, contract in programme.contracts.items() if contract.status == "offer"]
    for name in names:
        contract = programme.contracts.get(name)
        if contract is None:
            there_are = f"; there are {listed(offers)}" if offers else "; no contract has the status `offer`"
            raise GigawattError(f"there is no offer {name!r}{did_you_mean(name, offers) or there_are}")
        if contract.status != "offer":
            raise GigawattError(
                f"{name} is no offer: its status is `{contract.status}`, and there is nothing to decide"
            )
        if name not in known.contracts:
            late = contract.sign_by is not None and contract.sign_by < known.as_of
            why = f"had to be signed by {contract.sign_by}" if late else f"is known from {contract.recorded} on"
            raise GigawattError(f"{name} cannot be signed as of {known.as_of}: it {why}; plan as of another day")


def side_by_side(first: Contract, second: Contract) -> pl.DataFrame:
    """The terms of two offers: clause (its kind; empty for the whole), term, first, second (null if absent)."""
    one, two = _terms(first), _terms(second)
    kinds = dict.fromkeys(("", "payment", *(kind for kind, _ in (*one, *two))))
    keys = dict.fromkeys(key for kind in kinds for key in (*one, *two) if key[0] == kind)
    rows = [(*key, one.get(key), two.get(key)) for key in keys]
    return pl.DataFrame(rows, schema=TERMS, orient="row")


def _terms(contract: Contract) -> Terms:
    last = contract.until - timedelta(days=1) if contract.until is not None else None
    days = {"sign by": contract.sign_by, "from": contract.from_, "through": last}
    whole = {"seller": contract.seller} | {key: str(day) for key, day in days.items() if day is not None}
    found = {("", key): words for key, words in whole.items()}
    found |= {("payment", key): words for key, words in terms_of(contract.payment).items()}
    for name, clause in _named(contract):
        field, unit = clause.quotes or ("", "")
        priced = type(clause).model_fields[field].alias if field else None
        for key, words in terms_of(clause).items():
            found[name, f"{key} per {unit}" if key == priced else key] = words
    return found


def _named(contract: Contract) -> Iterator[tuple[str, Clause]]:
    """Each clause by its kind, a second of the same kind by that and a number."""
    met: dict[str, int] = {}
    for clause in contract.clauses.values():
        kind = clause.kind.replace("_", " ")
        met[kind] = met.get(kind, 0) + 1
        yield (kind if met[kind] == 1 else f"{kind} {met[kind]}"), clause
