"""What a file may leave out and what then holds: implied pools, parties only named, spans, owners, defaults."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from gigawatt.file import catalogue
from gigawatt.file.references import BINDING, STANDING_PARTIES, implies_pool, party_uses
from gigawatt.model.provenance import Provenance
from gigawatt.model.things import IT_POWER_RATIO, Party, Pool
from gigawatt.values.quantity import plain

if TYPE_CHECKING:
    from gigawatt.model.contract import Contract
    from gigawatt.model.programme import Programme
    from gigawatt.model.workload import Wanted


def completed(programme: Programme) -> Programme:
    """The programme with all that its file leaves to be understood."""
    horizon = programme.horizon.span
    owner = programme.decides[0]

    def dated(thing: Any) -> dict[str, Any]:
        """An end that is left open lies at the horizon's, or as far out as the thing itself begins."""
        update: dict[str, Any] = {}
        start = thing.from_
        if start is None:
            start = horizon.start if thing.until is None else min(horizon.start, thing.until - timedelta(days=1))
            update["from_"] = start
        if thing.until is None:
            update["until_"] = max(horizon.until, start + timedelta(days=1))
        return update

    def wanted(workload: Wanted) -> Wanted:
        return workload.model_copy(update={**dated(workload), "owner": workload.owner or owner})

    contracts: dict[str, Contract] = {
        name: contract.model_copy(update=dated(contract)) for name, contract in programme.contracts.items()
    }
    workloads = {name: wanted(workload) for name, workload in programme.workloads.items()}
    whole = programme.model_copy(
        update={"contracts": contracts, "workloads": workloads, "pools": _all_pools(programme)}
    )
    return whole.model_copy(update={"parties": _all_parties(whole)})


def _all_pools(programme: Programme) -> dict[str, Pool]:
    """The pools declared, owned by their site's operator where nobody is named, and those that clauses imply."""
    pools: dict[str, Pool] = {}
    for name, pool in programme.pools.items():
        site = programme.sites.get(pool.site or "")
        nobody = pool.owner is None and pool.provider is None
        pools[name] = pool.model_copy(update={"owner": site.operator}) if nobody and site is not None else pool
    for contract in programme.contracts.values():
        if contract.status not in BINDING:
            continue
        for _, _, clause in contract.every_clause():
            if implies_pool(clause):
                chip: str = getattr(clause, "chip")  # noqa: B009 - a clause as such has no chip
                pools.setdefault(f"{contract.seller}-{chip}", Pool(chip=chip, provider=contract.seller))
    return pools


def _all_parties(programme: Programme) -> dict[str, Party]:
    """The parties declared, then those named anywhere, the vendors of the chips in use, and those that always exist."""
    parties = dict(programme.parties)
    used = chips_in_use(programme)
    vendors = [chip.vendor for name, chip in programme.chips.items() if chip.vendor and name in used]
    for name in (*(name for name, _ in party_uses(programme)), *vendors, *STANDING_PARTIES):
        parties.setdefault(name, Party())
    return parties


def chips_in_use(programme: Programme) -> set[str]:
    """The chips that a pool holds or a clause names."""
    named = {pool.chip for pool in programme.pools.values()}
    for contract in programme.contracts.values():
        clauses = (clause for _, _, clause in contract.every_clause())
        named |= {chip for clause in clauses if (chip := getattr(clause, "chip", None)) is not None}
    return named


def default_assumptions(programme: Programme) -> Iterator[Provenance]:
    """What holds because the file does not say otherwise."""
    if "discount_per_year" not in programme.finance.model_fields_set:
        yield _assumed("finance.discount", f"{plain(programme.finance.discount_per_year * 100)} %/year", "default")
    for name, site in programme.sites.items():
        if "pue" not in site.model_fields_set and site.energy_per_mwh is not None:
            yield _assumed(f"sites.{name}.pue", plain(site.pue), "default")
        if "peak_pue" not in site.model_fields_set and site.grid_mw is not None:
            yield _assumed(f"sites.{name}.peak_pue", plain(site.peak_pue), "default")
        if "life" not in site.model_fields_set and site.landlord in programme.decides:
            yield _assumed(f"sites.{name}.life", str(site.life), "default")
    yield from _of_chips(programme)
    yield from _of_rates(programme)
    for name, workload in programme.workloads.items():
        growth = getattr(workload, "growth_per_month", None)
        if growth is not None:
            text = f"{plain(growth * 100)} %/month"
            yield _assumed(f"workloads.{name}.growth", text, "growth from the horizon's start")


def _of_chips(programme: Programme) -> Iterator[Provenance]:
    at_sites = {pool.chip for pool in programme.pools.values() if pool.site is not None}
    for name in sorted(at_sites & programme.chips.keys()):
        chip = programme.chips[name]
        if "it_power_kw" not in chip.model_fields_set and chip.it_power_kw is not None:
            text = f"{plain(chip.it_power_kw)} kW"
            yield _assumed(f"chips.{name}.it_power", text, f"{IT_POWER_RATIO} x its TDP, as at Abilene")
        if "life" not in chip.model_fields_set:
            yield _assumed(f"chips.{name}.life", str(chip.life), "default")


def _of_rates(programme: Programme) -> Iterator[Provenance]:
    """Chips that count as one of the chip of reference, and peaks of which a share is taken to be reached."""
    alike: dict[tuple[str, str], list[str]] = {}
    for name, workload in programme.workloads.items():
        eligible = [
            pool.chip
            for pool_id, pool in programme.pools.items()
            if pool.chip in programme.chips and workload.why_not(pool_id, pool.chip, programme.chips[pool.chip]) is None
        ]
        unstated = [chip for chip in dict.fromkeys(eligible) if chip not in workload.given_rates]
        if workload.measure == "chip":
            stated = [chip for chip in dict.fromkeys(eligible) if chip in workload.given_rates]
            for chip in unstated if stated else unstated[1:]:
                alike.setdefault((chip, stated[0] if stated else unstated[0]), []).append(name)
        elif workload.measure == "flop" and unstated and "mfu" not in workload.model_fields_set:
            text = f"{plain(workload.mfu * 100)} %"
            yield _assumed(f"workloads.{name}.mfu", text, "default share of the peak reached")
    for (chip, reference), names in alike.items():
        text = f"{chip} counted as one {reference}"
        yield _assumed(f"workloads.{names[0]}.rates.{chip}", text, f"for {', '.join(names)}; no rate is stated")


def estimated_provenance(programme: Programme) -> Iterator[Provenance]:
    """Where the rates come from that were worked out from a workload's model; all but measured ones are assumed."""
    units = {"token": "token/s", "flop": "FLOP/s", "chip": ""}
    for name, workload in programme.workloads.items():
        used = {pool.chip for pool in programme.pools.values()}
        for chip, one in workload.estimates.items():
            if chip in used:
                text = f"{one.per_second * workload.work_per_unit:.4g} {units[workload.measure]}"
                said = (
                    f"{one.method}, sigma {one.sigma:.2g}",
                    one.note,
                    f"a year's drift of {one.drift - 1:+.0%} not counted",
                )
                note = "; ".join(part for part in said if part)
                at = f"workloads.{name}.rates.{chip}"
                yield Provenance(at, text, (one.source,), assumed=one.method != "measured", note=note)


def _assumed(path: str, value_text: str, note: str) -> Provenance:
    return Provenance(path, value_text, assumed=True, note=note)


def shipped_provenance(programme: Programme, stated: set[str]) -> list[Provenance]:
    """Where the catalogue's figures of the chips and models in use come from."""
    models = {name for workload in programme.workloads.values() if (name := getattr(workload, "model", None))}
    return [
        *catalogue.provenance("chips", chips_in_use(programme), stated),
        *catalogue.provenance("models", models, stated),
    ]
