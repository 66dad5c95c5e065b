"""A provider's bill in FOCUS is read as Use by a map, and what is no Use is counted with its cost."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest

import gigawatt as gw
from gigawatt.books import read_facts
from gigawatt.errors import ProgrammeError
from gigawatt.model.facts import Metered
from gigawatt.model.gathered import Gathered

TEXT = """
programme: acme
decides: acme
horizon: {from: 2026-01, through: 2026-06}
workloads: {chat: {kind: serving, chips: 10}, lab: {kind: research, use: 100 chip-hour/month}}
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2026-01-01, clauses: {
    rate: {kind: price, chip: h100, price: 2.10 USD/chip-hour}}}
"""
MAP = """
sender: lumen
pools: {lumen-h100: {where: {SkuId: [gpu8, gpu8-spot], RegionId: east}, chips: 8}}
workloads: {tag: app, values: {Chat prod: chat}, otherwise: lab}
"""
USAGE = {
    "ResourceId": "vm1", "SkuPriceId": "p", "ChargeCategory": "Usage", "ChargePeriodStart": "2026-01-05T00:00:00Z",
    "ChargePeriodEnd": "2026-01-06T00:00:00Z", "ConsumedQuantity": "24.5", "ConsumedUnit": "Hours",
    "BilledCost": "411.60",
       "BillingCurrency": "USD", "SkuId": "gpu8", "RegionId": "east", "Tags": json.dumps({"app": "Chat prod"}),
}  # fmt: skip
NOT_USE = [
    ({"ChargeCategory": "Tax", "BilledCost": "41.16"}, "is no usage: Tax", "41.16"),
    ({"SkuId": "disk", "BilledCost": "1.25"}, "fits no pool of the map", "1.25"),
    ({"RegionId": "west"}, "fits no pool of the map", "411.6"),
    ({"ConsumedUnit": "GB"}, "is not counted in hours: GB", "411.6"),
    ({"ConsumedQuantity": "-2"}, "takes back earlier Use", "411.6"),
    ({"ChargePeriodEnd": "2026-02-02T00:00:00Z"}, "runs over more than one month", "411.6"),
]


def programme() -> gw.Programme:
    with TemporaryDirectory() as folder:
        (Path(folder) / "programme.yaml").write_text(TEXT, encoding="utf-8")
        return gw.load(Path(folder) / "programme.yaml")


def read(folder: Path, *rows: dict[str, str | None], rules: str = MAP) -> Gathered:
    (folder / "map.yaml").write_text(rules, encoding="utf-8")
    pl.DataFrame([{**USAGE, **row} for row in rows]).write_csv(folder / "bill.csv")
    return read_facts(programme(), bills=[f"{folder}/map.yaml={folder}/bill.csv"])


def test_hours_are_chip_hours_of_the_pool_that_fits_by_the_workload_of_the_tag(tmp_path: Path) -> None:
    """24.5 h on eight chips are 196 chip-hours; what has no tag is the laboratory's."""
    others = {"ResourceId": "vm2", "ConsumedQuantity": "1", "SkuId": "gpu8-spot"}
    found = read(tmp_path, {}, {**others, "Tags": None}, {**others, "ResourceId": "vm3", "Tags": '{"app": "lab"}'})
    assert found.facts.use == (
        Metered("lumen-h100", "chat", "2026-01", "all", Decimal(196)),
        Metered("lumen-h100", "lab", "2026-01", "all", Decimal(16)),
    )
    assert found.sources[0].name == "lumen|vm1 2026-01-05T00:00:00Z p"
    assert found.unmapped == ()


@pytest.mark.parametrize(("row", "why", "cost"), NOT_USE)
def test_what_is_no_use_is_counted_with_its_cost(row: dict[str, str], why: str, cost: str, tmp_path: Path) -> None:
    (left,) = read(tmp_path, {}, {**row, "ResourceId": "vm2"}, {**row, "ResourceId": "vm3"}).unmapped
    assert (left.why, left.rows, left.cost) == (why, 2, {"USD": Decimal(cost) * 2})


def test_without_the_tag_and_without_otherwise_a_charge_is_no_use(tmp_path: Path) -> None:
    (left,) = read(tmp_path, {"Tags": "not JSON"}, rules=MAP.replace(", otherwise: lab", "")).unmapped
    assert left.why == "has no tag 'app', and the map says no `otherwise`"


def test_parquet_with_tags_as_a_map_and_times_as_times_reads_the_same(tmp_path: Path) -> None:
    by_text = read(tmp_path, {})
    frame = pl.read_csv(tmp_path / "bill.csv").with_columns(
        pl.col("ChargePeriodStart", "ChargePeriodEnd").str.to_datetime(time_zone="UTC"),
        pl.Series("Tags", [[{"key": "app", "value": "Chat prod"}]]),
    )
    frame.write_parquet(tmp_path / "bill.parquet")
    found = read_facts(programme(), bills=[f"{tmp_path}/map.yaml={tmp_path}/bill.parquet"])
    assert found.facts == by_text.facts


@pytest.mark.parametrize(("row", "rules", "told"), [
    ({"ConsumedQuantity": "1e3"}, MAP,
     "bill.csv:2:6: ConsumedQuantity: '1e3' is not"),
    ({}, MAP.replace("SkuId", "SkuID"),
     "bill.csv: SkuID: there is no such column, which the map or FOCUS needs; did"),
    ({}, MAP.replace("chips: 8", "chips: 0.5"),
     "map.yaml:3:80: pools.lumen-h100.chips: 0.5 chips cannot be"),
    ({}, MAP.replace("sender", "sendr"), "map.yaml:2:1: sendr: unknown key 'sendr'; did you mean 'sender'?"),
    ({}, MAP.replace("lumen-h100", "lumen-h200"),
     "bill.csv:2:1: pool: there is no pool 'lumen-h200'; did"),
    ({"ChargePeriodStart": "2025-12-05", "ChargePeriodEnd": "2025-12-06"}, MAP,
     "bill.csv:2:1: month: 2025-12-05 lies outside"),
])  # fmt: skip
def test_what_is_wrong_with_map_or_bill_is_told_with_its_place(
    row: dict[str, str | None], rules: str, told: str, tmp_path: Path
) -> None:
    with pytest.raises(ProgrammeError) as raised:
        read(tmp_path, row, rules=rules)
    assert str(raised.value).replace(f"{tmp_path}/", "").startswith(told)


def test_a_bill_whose_rows_share_an_id_asks_for_more_columns(tmp_path: Path) -> None:
    with pytest.raises(ProgrammeError, match=r"stands already in .*chip_hours 8.000000 for 196.000000"):
        read(tmp_path, {}, {"ConsumedQuantity": "1"})
    assert read(tmp_path, {}, {"ConsumedQuantity": "1"}, rules=f"{MAP}id: [ResourceId, ConsumedQuantity]").rows == {
        "use": 2
    }


def test_a_bill_without_a_map_says_how_to_give_one() -> None:
    with pytest.raises(ProgrammeError, match=r"give a map before the bill, as azure.yaml=bill.parquet"):
        read_facts(programme(), bills=["bill.csv"])
