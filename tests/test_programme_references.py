"""What one part of a programme says of another: a wrong name, a pool that cannot be, a value that comes too late."""

from pathlib import Path

import pytest
from faulty import changed, check, told


def test_a_pool_naming_no_chip(tmp_path: Path) -> None:
    check(tmp_path, "provider: azure, chip: h100", "provider: azure", "14:3: pools.azure-h100.chip: `chip` is missing")


def test_a_pool_naming_an_unknown_chip(tmp_path: Path) -> None:
    check(
        tmp_path, "chip: gb200", "chip: gb20", "13:27: pools.own.chip: there is no chip 'gb20'; did you mean 'gb200'?"
    )


def test_a_pool_of_nobody(tmp_path: Path) -> None:
    check(
        tmp_path,
        "provider: azure, ",
        "",
        "14:15: pools.azure-h100: a pool needs a `site` (and its `owner`), or a `provider`",
    )


def test_a_chip_whose_power_nobody_knows_at_a_site(tmp_path: Path) -> None:
    check(
        tmp_path,
        "chip: gb200",
        "chip: jalapeno",
        "13:27: pools.own.chip: jalapeno states no power, so that nobody can say how many fit the site; "
        "add `chips: {jalapeno: {it_power: ... kW}}`",
    )


def test_a_deciding_provider_without_resource_cost(tmp_path: Path) -> None:
    check(
        tmp_path,
        "decides: [acme]",
        "decides: [acme, azure]",
        "14:15: pools.azure-h100: the provider of pool azure-h100, azure, is among those who decide, so that its "
        "capacity would be free; state its cost, as `pools: {azure-h100: {provider: azure, chip: h100, "
        "resource_cost: 1.20 USD/chip-hour}}`",
    )


def test_a_deciding_seller_whose_pool_only_a_clause_implies(tmp_path: Path) -> None:
    (fault,) = told(tmp_path, changed(("decides: [acme]", "decides: [acme, lumen]")))
    assert fault.startswith(
        "programme.yaml:28:13: contracts.lumen-1.clauses.gpus: the provider of pool lumen-h100, lumen, is among"
    )


def test_a_pool_that_is_not_the_sellers(tmp_path: Path) -> None:
    check(
        tmp_path,
        "pool: azure-h100, price",
        "pool: own, price",
        "36:33: contracts.azure-1.clauses.rate.pool: pool own is owned by acme, so that azure, the contract's seller, "
        "cannot sell it; name a pool of azure",
    )
    check(
        tmp_path,
        "kind: reservation, chip: h100",
        "kind: reservation, pool: azure-h100",
        "28:39: contracts.lumen-1.clauses.gpus.pool: pool azure-h100 is provided by azure, so that lumen, the "
        "contract's seller, cannot sell it; name a pool of lumen, or make azure the seller",
    )


def test_a_pool_of_nobodys_chips_cannot_be_sold(tmp_path: Path) -> None:
    site = ("    operator: acme\n", "")
    pool = ("own: {site: hall, chip: gb200, owner: acme}", "own: {site: hall, chip: gb200}")
    (fault,) = told(tmp_path, changed(site, pool, ("pool: azure-h100, price", "pool: own, price")))
    assert fault.endswith("pool own is nobody's, so that azure cannot sell it; add `owner: azure` to the pool")


@pytest.mark.parametrize(
    "changes",
    [
        [("pool: azure-h100, price", "chip: h200, price")],
        [("azure-h100: {provider: azure", "azure-h100: {provider: lumen")],
        [
            ("own: {site: hall, chip: gb200, owner: acme}", "own: {site: hall, chip: gb200, provider: azure}"),
            ("pool: azure-h100, price", "pool: own, price"),
        ],
        [
            ("own: {site: hall, chip: gb200, owner: acme}", "own: {site: hall, chip: gb200, owner: azure}"),
            ("pool: azure-h100, price", "pool: own, price"),
        ],
        [
            ("own: {site: hall, chip: gb200, owner: acme}", "own: {site: hall, chip: gb200}"),
            ("operator: acme", "operator: azure"),
            ("pool: azure-h100, price", "pool: own, price"),
        ],
    ],
    ids=["implied", "named after the seller", "provided at a site", "owned", "owned as its site's operator"],
)
def test_a_pool_is_the_sellers_by_name_provision_or_ownership(tmp_path: Path, changes: list[tuple[str, str]]) -> None:
    assert told(tmp_path, changed(*changes)) == []


def test_a_seller_or_provider_that_is_misspelt_is_told_once(tmp_path: Path) -> None:
    for old, new in (("seller: azure", "seller: azur"), ("provider: azure", "provider: azur")):
        (fault,) = told(tmp_path, changed((old, new)))
        assert "there is no party 'azur'" in fault


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("62 USD/MWh", "{2027-02: 62 USD/MWh}", "9:13: sites.hall.energy"),
        ("2 USD/Mtoken", "{2027-02: 2 USD/Mtoken}", "16:86: workloads.chat.revenue"),
        ("1e12 token/day", "{2027-02: 1e12 token/day}", "16:33: workloads.chat.tokens"),
        ("1 MUSD/month", "{2027-02: 1 MUSD/month}", "19:31: revenues.shop.amount"),
        ("2.10 USD/chip-hour", "{2027-02: 2.10 USD/chip-hour}", "28:87: contracts.lumen-1.clauses.gpus.price"),
        ("20 %", "{2028-02: 20 %}", "37:69: contracts.azure-1.clauses.share.rate"),
    ],
)
def test_a_series_without_a_value_at_the_start(tmp_path: Path, old: str, new: str, fault: str) -> None:
    (only,) = told(tmp_path, changed((old, new)))
    first, needed = ("2028-02-01", "2027-04-01") if "rate" in fault else ("2027-02-01", "2027-01-01")
    needs = f"has no value on {needed}, when it is first needed; its first is for {first}"
    assert only == f"programme.yaml:{fault}: {needs}"


def test_an_offers_price_is_needed_from_the_offers_own_start(tmp_path: Path) -> None:
    (fault,) = told(tmp_path, changed(("{2027-04: 4.10", "{2027-05: 4.10")))
    assert "has no value on 2027-04-01" in fault


def test_chips_on_offer_may_begin_later(tmp_path: Path) -> None:
    assert told(tmp_path, changed(("price: {2027-04", "chips: {2027-09: 500}, price: {2027-04"))) == []


def test_a_workload_that_no_pool_can_run(tmp_path: Path) -> None:
    check(
        tmp_path,
        "revenue: 2 USD/Mtoken",
        "chips_allowed: [gb200]",
        "16:9: workloads.chat: no pool can run it (own: no rate for gb200, and demand is in tokens; "
        "azure-h100: h100 is not among its `chips_allowed`; lumen-h100: h100 is not among its "
        "`chips_allowed`)",
    )


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "investor: bank",
            "investor: bnk",
            "43:51: contracts.loan.clauses.funds.investor: there is no party 'bnk'; did you mean 'bank'?",
        ),
        (
            "payee: azure",
            "payee: azur",
            "37:56: contracts.azure-1.clauses.share.payee: there is no party 'azur'; did you mean 'azure'?",
        ),
        (
            "seller: lumen",
            "seller: lumn",
            "23:13: contracts.lumen-1.seller: there is no party 'lumn'; did you mean 'lumen'?",
        ),
        (
            "landlord: crusoe",
            "landlord: cruso",
            "7:15: sites.hall.landlord: there is no party 'cruso'; did you mean 'crusoe'?",
        ),
        ("decides: [acme]", "decides: [acne]", "2:11: decides[0]: there is no party 'acne'; did you mean 'acme'?"),
        ("site: hall", "site: hal", "13:15: pools.own.site: there is no site 'hal'; did you mean 'hall'?"),
        (
            "pool: azure-h100",
            "pool: azure-h10",
            "36:33: contracts.azure-1.clauses.rate.pool: there is no pool 'azure-h10'; did you mean 'azure-h100'?",
        ),
        (
            "rates: {h100",
            "rates: {h10",
            "16:62: workloads.chat.rates.h10: there is no chip 'h10'; did you mean 'h100'?",
        ),
        (
            "streams: [chat, shop]",
            "streams: [chat, shp]",
            "37:91: contracts.azure-1.clauses.share.streams[1]: "
            "there is no workload or revenue 'shp'; did you mean 'shop'?",
        ),
        (
            "from: 2027-05",
            "profile: {nigt: 1}",
            "17:36: workloads.run.profile: unknown key 'profile'; "
            "known here: from, through, until, owner, chips_allowed, pools, not_pools, rates, revenue, unserved, "
            "mfu, precision, model, "
            "kind, flop, chips, most, source, assumed, note",
        ),
        (
            "revenue: 2",
            "profile: {nigt: 1}, revenue: 2",
            "16:93: workloads.chat.profile.nigt: there is no slice 'nigt'; did you mean 'night'?",
        ),
    ],
)
def test_a_name_that_nothing_has(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert f"programme.yaml:{fault}" in told(tmp_path, changed((old, new)))


LOAN = "tranches: [{amount: 1e9 USD}]"


@pytest.mark.parametrize(
    ("new", "place", "what"),
    [
        ("tranches: [{amount: 1e9 USD, when: {power: 5 MW, sites: [hal]}}]", "tranches[0].when.sites[0]", "site 'hal'"),
        (f"{LOAN}, funds: [gb20]", "funds[0]", "site or chip 'gb20'"),
        (f"{LOAN}, overrides: [azure-1/rat]", "overrides[0]", "clause 'azure-1/rat'"),
        (f"{LOAN}, for: [cha]", "for[0]", "workload 'cha'"),
    ],
)
def test_a_name_deep_in_a_clause_that_nothing_has(tmp_path: Path, new: str, place: str, what: str) -> None:
    (fault,) = told(tmp_path, changed((LOAN, new)))
    assert f": contracts.loan.clauses.funds.{place}: there is no {what}; did you mean " in fault


REFUSAL = "first: {kind: first_refusal, ability: {lumen-h100: 5 MW}, except: [%s], declined: [%s]}"


def test_what_a_refusal_excepts_must_exist(tmp_path: Path) -> None:
    gpus = "      gpus:"
    sound = REFUSAL % ("existing, own_build, azure, hall/b1, azure-1", "azure-1/rate, azure-1/rate b1")
    assert told(tmp_path, changed((gpus, f"      {sound}\n{gpus}"))) == []
    wrong = REFUSAL % ("own_bild", "azure-2/rate")
    faults = told(tmp_path, changed((gpus, f"      {wrong}\n{gpus}")))
    assert [fault.split("; ")[1] for fault in faults] == ["did you mean 'own_build'?", "did you mean 'azure-1/rate'?"]


def test_names_are_not_told_unknown_where_their_section_could_not_be_read(tmp_path: Path) -> None:
    text = changed(("sites:\n  hall:", "sites: []\nsite_was:\n  hall:"))
    assert not any("there is no site" in fault for fault in told(tmp_path, text))
