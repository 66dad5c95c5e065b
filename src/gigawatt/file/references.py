"""What one part of a programme says of another: names that must exist, pools that must fit, values that must be there.

Every check gives paths with messages; `check` turns them into faults with their places.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from gigawatt.errors import Fault
from gigawatt.file import catalogue
from gigawatt.file.declarations import undeclared
from gigawatt.model.clause import OnPool
from gigawatt.model.contract import Contract
from gigawatt.model.provenance import Path, Places
from gigawatt.model.term import Term
from gigawatt.model.thing import Thing
from gigawatt.values.ids import did_you_mean
from gigawatt.values.series import Series
from gigawatt.values.span import Span

if TYPE_CHECKING:
    from gigawatt.model.clause import Clause
    from gigawatt.model.programme import Programme
    from gigawatt.model.things import Pool

STANDING_PARTIES = ("customers", "utility", "suppliers", "builders", "vendors")
"""Parties that always exist: they stand for those outside that nobody names."""

BINDING = ("offer", "signed")
"""Contracts that the plan looks at; announced ones and letters of intent bind nothing."""

_EXISTS_FROM_FIRST_DATE = ("chips", "most", "least", "ability", "price_per_chip", "existing")
"""Series whose first date says from when a thing exists."""

Complaint = tuple[Path, str]


@dataclass(frozen=True, slots=True)
class Known:
    """The names that a file declares, those of things that could not be read among them.

    A section that could not be read is None, and so is `parties` where the file declares none and whoever is named
    exists. `doubtful` are contracts that could only be read in part. `whole` is False where things are left out, so
    that nobody can say what cannot be run.
    """

    parties: Collection[str] | None
    chips: Collection[str] | None
    models: Collection[str] | None
    sites: Collection[str] | None
    pools: Collection[str] | None
    workloads: Collection[str] | None
    revenues: Collection[str] | None
    clauses: Mapping[str, Collection[str]]
    doubtful: Collection[str] = field(default=())
    whole: bool = True
    horizon_is_read: bool = True
    decides_is_read: bool = True


def check(programme: Programme, known: Known, places: Places) -> list[Fault]:
    """Every fault in how the parts of the programme refer to each other."""
    complaints = [*_parties(programme, known), *_names(programme, known), *_clauses(programme, known)]
    complaints += [*_pools(programme, known), *_lapsed(programme), *_pools_of_others(programme, known)]
    complaints += undeclared(programme)
    if known.whole:
        complaints += _not_runnable(programme)
    if known.horizon_is_read:
        complaints += _late_series(programme, known)
        complaints += _in_their_contracts(programme, known)
    return [places.fault(path, message) for path, message in complaints]


def party_uses(programme: Programme) -> Iterator[tuple[str, Path]]:
    """Every party that the programme names, and where."""
    yield from ((name, ("decides", n)) for n, name in enumerate(programme.decides))
    for party_id, party in programme.parties.items():
        yield from _given(party, ("parties", party_id), ("stakes",))
    for site_id, site in programme.sites.items():
        yield from _given(site, ("sites", site_id), ("landlord", "operator", "utility"))
    for pool_id, pool in _declared_pools(programme):
        yield from _given(pool, ("pools", pool_id), ("owner", "provider"))
    for workload_id, workload in programme.workloads.items():
        yield from _given(workload, ("workloads", workload_id), ("owner",))
    for stream_id, stream in programme.revenues.items():
        yield stream.party, ("revenues", stream_id, "party")
    for name in programme.participation:
        yield name, ("participation", name)
    for contract_id, contract in programme.contracts.items():
        yield from _given(contract, ("contracts", contract_id), ("buyer", "seller"))
        for at, _, clause in contract.every_clause():
            for thing, where in _things_in(clause, ("contracts", contract_id, *at)):
                yield from _given(thing, where, getattr(thing, "party_fields", ()))
            yield from _given(clause, ("contracts", contract_id, *at), ("unseen",))


def _declared_pools(programme: Programme) -> Iterator[tuple[str, Pool]]:
    """The pools that the file declares; what clauses imply is told of the clause."""
    return ((name, pool) for name, pool in programme.pools.items() if programme.stated_keys("pools", name))


def _given(thing: Any, path: Path, fields: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
    """The names in these fields of a thing, with their paths; a field may hold one name or several."""
    for name in fields:
        value = getattr(thing, name, None)
        info = type(thing).model_fields.get(name)
        at = (*path, (info.alias if info is not None else None) or name)
        if isinstance(value, str):
            yield value, at
        elif isinstance(value, Mapping):
            yield from ((str(key), (*at, key)) for key in value)
        elif isinstance(value, tuple):
            yield from ((item, (*at, n)) for n, item in enumerate(value) if isinstance(item, str))


def _unknown(what: str, uses: Iterator[tuple[str, Path]], known: Collection[str] | None) -> Iterator[Complaint]:
    """Names in use that nothing has; none can be told where the names themselves could not be read."""
    for name, path in uses if known is not None else ():
        if known is not None and name not in known:
            hint = did_you_mean(name, known) or (f"; there are {', '.join(known)}" if 0 < len(known) <= 12 else "")
            yield path, f"there is no {what} {name!r}{hint}"


def _all_of(*sections: Collection[str] | None) -> Collection[str] | None:
    """The names of several sections together; None where one of them could not be read."""
    names = [name for section in sections if section is not None for name in section]
    return None if None in sections else dict.fromkeys(names)


def _known_parties(known: Known) -> Collection[str] | None:
    """The parties declared and those that always exist; None where whoever is named exists."""
    if known.parties is None:
        return None
    return dict.fromkeys((*known.parties, *STANDING_PARTIES, *sorted(catalogue.vendors())))


def _parties(programme: Programme, known: Known) -> Iterator[Complaint]:
    names = _known_parties(known)
    # Who decides is also the owner of what nobody is named the owner of: a misspelling is told once, where it stands.
    uses = (use for use in party_uses(programme) if use[0] not in programme.decides or use[1][0] == "decides")
    yield from _unknown("party", (use for use in uses if known.decides_is_read or use[1][0] != "decides"), names)
    for chip_id, chip in programme.chips.items():
        yield from _unknown("party", _given(chip, ("chips", chip_id), ("vendor",)), names)


def _names(programme: Programme, known: Known) -> Iterator[Complaint]:
    for pool_id, pool in _declared_pools(programme):
        at = ("pools", pool_id)
        yield from _unknown("chip", _given(pool, at, ("chip",)), known.chips)
        yield from _unknown("site", _given(pool, at, ("site",)), known.sites)
    for workload_id, workload in programme.workloads.items():
        at = ("workloads", workload_id)
        yield from _unknown("chip", _given(workload, at, ("chips_allowed", "given_rates")), known.chips)
        yield from _unknown("model", _given(workload, at, ("model",)), known.models)
        yield from _unknown("pool", _given(workload, at, ("pools", "not_pools")), _all_of(known.pools, programme.pools))
        if known.horizon_is_read:
            yield from _unknown("slice", _given(workload, at, ("profile",)), programme.horizon.slices)


def _clauses(programme: Programme, known: Known) -> Iterator[Complaint]:
    """Names in clauses and in what they hold, by the attribute that holds them, whatever kind the clause is of."""
    pools, streams = _all_of(known.pools, programme.pools), _all_of(known.workloads, known.revenues)
    full_names = [f"{contract}/{clause}" for contract, clauses in known.clauses.items() for clause in clauses]
    phases = [f"{site_id}/{phase}" for site_id, site in programme.sites.items() for phase in site.phases]
    places, parties = _all_of(known.sites, pools, known.chips), _known_parties(known)
    excepted = _all_of(_EXCEPTIONS, places, programme.parties, known.clauses, full_names, phases)
    for contract_id, contract in programme.contracts.items():
        own = [*known.clauses.get(contract_id, ()), *full_names]
        for where, _, clause in contract.every_clause():
            for thing, at in _things_in(clause, ("contracts", contract_id, *where)):
                yield from _unknown("chip", _given(thing, at, ("chip", "of_chips")), known.chips)
                yield from _unknown("pool", _given(thing, at, ("pool", "ability")), pools)
                yield from _unknown("site", _given(thing, at, ("site", "sites")), known.sites)
                yield from _unknown("workload", _given(thing, at, ("workloads", "for_workloads")), known.workloads)
                yield from _unknown("workload or revenue", _given(thing, at, ("streams", "less")), streams)
                yield from _unknown("clause", _given(thing, at, ("clauses",)), own)
                yield from _unknown("clause", _given(thing, at, ("overrides", "also")), full_names)
                yield from _unknown("site or chip", _given(thing, at, ("funds",)), _all_of(known.sites, known.chips))
                # What is excepted may be one phase of a clause: `contract/clause phase`.
                uses = ((name.split(" ")[0], path) for name, path in _given(thing, at, ("except_", "declined")))
                yield from _unknown("party, contract, clause, site, phase or pool", uses, excepted)
                yield from _phases(programme, thing, at)
        for n, amendment in enumerate(contract.amendments):
            for clause_id, waiver in amendment.waive.items():
                at = ("contracts", contract_id, "amendments", n, "waive", clause_id)
                yield from _unknown("workload", _given(waiver, at, ("workloads",)), known.workloads)
                providers = _given(waiver, at, ("providers",))
                yield from _unknown("party or pool", providers, _all_of(parties, pools))
    for n, event in enumerate(programme.events):
        yield from _unknown("contract", _given(event, ("events", n), ("contract",)), known.clauses)
        yield from _unknown("clause", _given(event, ("events", n), ("clause",)), full_names)
        yield from _unknown("site or pool", _given(event, ("events", n), ("delivered",)), _all_of(known.sites, pools))


_EXCEPTIONS = ("existing", "own_build", "consented")
"""Words that stand for a sort of capacity among what a clause excepts."""


def _things_in(thing: Thing, at: Path) -> Iterator[tuple[Thing, Path]]:
    """A thing and those that it holds, each with its path: the tranches of a commitment, the condition of a tranche."""
    yield thing, at
    for name, info in type(thing).model_fields.items():
        value, path = getattr(thing, name), (*at, info.alias or name)
        if isinstance(value, Thing):
            yield from _things_in(value, path)
        elif isinstance(value, Mapping):
            for key, item in value.items():
                if isinstance(item, Thing):
                    yield from _things_in(item, (*path, str(key)))
        elif isinstance(value, tuple):
            for n, item in enumerate(value):
                if isinstance(item, Thing):
                    yield from _things_in(item, (*path, n))


def _phases(programme: Programme, thing: Thing, at: Path) -> Iterator[Complaint]:
    site = programme.sites.get(getattr(thing, "site", None) or "")
    if site is not None:
        yield from _unknown("phase", _given(thing, at, ("phases", "options")), site.phases)


def _pools(programme: Programme, known: Known) -> Iterator[Complaint]:
    """Pools that cannot be: of a deciding provider without its cost, or of chips whose power nobody knows."""
    for pool_id, pool in programme.pools.items():
        at = _place_of_pool(programme, pool_id)
        chip = programme.chips.get(pool.chip)
        if pool.site is not None and chip is not None and chip.it_power_kw is None:
            yield (
                (*at, "chip"),
                (
                    f"{pool.chip} states no power, so that nobody can say how many fit the site; "
                    f"add `chips: {{{pool.chip}: {{it_power: ... kW}}}}`"
                ),
            )
        if pool.site is None and pool.provider in programme.decides and pool.resource_cost_per_chip_hour is None:
            yield (
                at,
                (
                    f"the provider of pool {pool_id}, {pool.provider}, is among those who decide, so that its capacity "
                    f"would be free; state its cost, as `pools: {{{pool_id}: {{provider: {pool.provider}, "
                    f"chip: {pool.chip}, resource_cost: 1.20 {programme.currency}/chip-hour}}}}`"
                ),
            )
    for contract_id, contract in programme.contracts.items():
        for at, _, clause in contract.every_clause():
            chip_id = getattr(clause, "chip", None)
            named = programme.pools.get(f"{contract.seller}-{chip_id}") if implies_pool(clause) else None
            if named is not None and named.chip != chip_id:
                message = f"pool {contract.seller}-{chip_id} holds {named.chip}; name the pool that is meant by `pool`"
                yield ("contracts", contract_id, *at, "chip"), message


def _lapsed(programme: Programme) -> Iterator[Complaint]:
    """Offers that were over on the day as which things are known, where the file says which day that is."""
    if "as_of" not in programme.model_fields_set:
        return
    for contract_id, contract in programme.contracts.items():
        last = contract.sign_by
        if contract.status == "offer" and last is not None and last < programme.as_of:
            yield (
                ("contracts", contract_id, "sign_by"),
                (
                    f"the offer could be signed until {last}, and things are as known on {programme.as_of} (`as_of`), "
                    "when it had lapsed; move `sign_by`, say `status: loi`, which binds nothing, or take the offer out"
                ),
            )


def _pools_of_others(programme: Programme, known: Known) -> Iterator[Complaint]:
    """Clauses on chips that are not their contract's seller's: neither provided nor owned by it, nor named after it."""
    parties = _known_parties(known)
    for contract_id, contract in programme.contracts.items():
        for where, _, clause in contract.every_clause():
            if not isinstance(clause, OnPool) or clause.pool is None:
                continue
            pool = programme.pools.get(clause.pool)
            if pool is None or contract.seller == pool.supplier or clause.pool == f"{contract.seller}-{pool.chip}":
                continue
            # A name that is unknown is told once, where it stands.
            if parties is not None and not {contract.seller, pool.supplier or contract.seller} <= set(parties):
                continue
            if pool.supplier is None and pool.site not in programme.sites:
                continue
            at = ("contracts", contract_id, *where, "pool")
            yield at, _not_of(contract, clause.pool, pool)


def _not_of(contract: Contract, pool_id: str, pool: Pool) -> str:
    seller = contract.seller
    if pool.supplier is None:
        return f"pool {pool_id} is nobody's, so that {seller} cannot sell it; add `owner: {seller}` to the pool"
    verb = "owned" if pool.owner is not None else "provided"
    other = f", or make {pool.supplier} the seller" if pool.supplier != contract.buyer else ""
    return (
        f"pool {pool_id} is {verb} by {pool.supplier}, so that {seller}, the contract's seller, cannot sell it; "
        f"name a pool of {seller}{other}"
    )


def implies_pool(clause: Clause) -> bool:
    """Whether the clause names chips and no pool, so that they stand in `<seller>-<chip>`."""
    return getattr(clause, "pool", "") is None and getattr(clause, "chip", None) is not None


def _place_of_pool(programme: Programme, pool_id: str) -> Path:
    """Where a pool is declared, or the clause that implies it."""
    if programme.stated_keys("pools", pool_id):
        return ("pools", pool_id)
    for contract_id, contract in programme.contracts.items():
        for at, _, clause in contract.every_clause():
            if implies_pool(clause) and f"{contract.seller}-{getattr(clause, 'chip', '')}" == pool_id:
                return ("contracts", contract_id, *at)
    return ("pools", pool_id)


def _not_runnable(programme: Programme) -> Iterator[Complaint]:
    """Workloads that no pool can run, with each pool's reason."""
    for workload_id, workload in programme.workloads.items():
        if workload.model is not None and workload.model not in programme.models:
            continue  # told where it is named
        reasons = []
        for pool_id, pool in programme.pools.items():
            chip = programme.chips.get(pool.chip)
            reason = workload.why_not(pool_id, pool.chip, chip) if chip is not None else f"no chip {pool.chip}"
            if reason is None:
                break
            reasons.append(f"{pool_id}: {reason}")
        else:
            why = "; ".join(reasons) or "there are no pools: no clause names a chip, and `pools` is empty"
            yield ("workloads", workload_id), f"no pool can run it ({why})"


def _late_series(programme: Programme, known: Known) -> Iterator[Complaint]:
    """Series that have no value yet when they are first needed."""
    start = programme.horizon.from_
    for site_id, site in programme.sites.items():
        yield from _late(site, ("sites", site_id), start)
    for pool_id, pool in programme.pools.items():
        yield from _late(pool, ("pools", pool_id), start)
    for stream_id, stream in programme.revenues.items():
        yield from _late(stream, ("revenues", stream_id), start)
    for workload_id, workload in programme.workloads.items():
        at = ("workloads", workload_id)
        first = max(start, workload.from_ or start)
        yield from _late(workload, at, first, needed="chips")
        for key in ("revenue", "unserved", "use", "flop"):
            value = getattr(workload, key, None)
            series = getattr(value, "per_unit", None) or getattr(value, "amount", None)
            if isinstance(series, Series):
                yield from _late_by(series, (*at, key), first)
    for contract_id, contract in programme.contracts.items():
        if contract.status in BINDING and contract_id not in known.doubtful:
            yield from _late_in_contract(programme.horizon.span, contract_id, contract)


def _in_their_contracts(programme: Programme, known: Known) -> Iterator[Complaint]:
    """What clauses find wrong with themselves, once they know their contract."""
    months = tuple(programme.horizon.months)
    for contract_id, contract in programme.contracts.items():
        if contract_id in known.doubtful or not programme.horizon.span.overlap(contract.span):
            continue
        for path, _, clause in contract.every_clause():
            at = ("contracts", contract_id, *path)
            for key, message in clause.complaints(contract, Term(clause, contract, months), programme):
                yield (*at, *key), message


def _late_in_contract(horizon: Span, contract_id: str, contract: Contract) -> Iterator[Complaint]:
    for clause_id, clause in contract.clauses.items():
        inside = clause.span_within(contract.span).within(horizon)
        if inside.days:
            yield from _late(clause, ("contracts", contract_id, "clauses", clause_id), inside.start)
    for n, amendment in enumerate(contract.amendments):
        begins = Span(amendment.effective or date.max, date.max)
        for verb in ("new", "amend"):
            for clause_id, clause in getattr(amendment, verb).items():
                inside = clause.span_within(begins).within(horizon)
                if inside.days:
                    yield from _late(clause, ("contracts", contract_id, "amendments", n, verb, clause_id), inside.start)


def _late(thing: Any, at: Path, start: date, needed: str = "") -> Iterator[Complaint]:
    """The thing's own series that begin after `start`, but for those whose first date says from when a thing exists."""
    for name, info in type(thing).model_fields.items():
        value = getattr(thing, name)
        if isinstance(value, Series) and (name == needed or name not in _EXISTS_FROM_FIRST_DATE):
            yield from _late_by(value, (*at, info.alias or name), start)


def _late_by(series: Series, at: Path, start: date) -> Iterator[Complaint]:
    if series.first_day > start:
        yield at, f"has no value on {start}, when it is first needed; its first is for {series.first_day}"
