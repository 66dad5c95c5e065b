"""A provider's bill in FOCUS (Cost and Usage) read as metered Use, by a map of its columns to pools and workloads.

The FinOps Open Cost and Usage Specification, versions 1.0 to 1.4: a row is a charge, its quantity in `ConsumedUnit`.
"""

from __future__ import annotations

import json
import pathlib
from collections.abc import Iterator
from decimal import Decimal

import polars as pl
from pydantic import Field, ValidationError, field_validator

from gigawatt.errors import Fault, ProgrammeError
from gigawatt.file.complaints import complaints
from gigawatt.file.fact_checks import FaultList, clean_rows
from gigawatt.file.fact_files import INEXACT, LINE, Table, read_table
from gigawatt.file.fact_kinds import Column
from gigawatt.file.fact_names import Names
from gigawatt.file.reading import read_file
from gigawatt.model.fields import Count, Id, Text, Words
from gigawatt.model.gathered import Unmapped
from gigawatt.model.parsing import refuse
from gigawatt.model.thing import Thing
from gigawatt.values.ids import did_you_mean, listed

HOURS = ("Hours", "Hour", "hours", "hour", "hrs", "h")
_QUANTITY = Column("ConsumedQuantity", "quantity", "the hours of the charge")
_NEEDED = ("ConsumedQuantity", "ConsumedUnit", "ChargeCategory", "ChargePeriodStart", "BilledCost", "BillingCurrency")
_COST = pl.Decimal(38, 12)
_WHY = "why a row is no Use"


class FocusPool(Thing):
    """The charges that are Use of a pool: in each column one of some values."""

    where: dict[Text, Words] = Field(description="by column, its values, as {SkuId: ND96, RegionId: [eastus, westus]}")
    chips: Count = Field(default=Decimal(1), description="chips that one unit of the quantity keeps busy for an hour")

    @field_validator("chips", mode="after")
    @classmethod
    def _whole(cls, value: Decimal) -> Decimal:
        if value < 1 or value % 1:
            refuse(f"{value:f} chips cannot be; give a whole number from 1")
        return value


class FocusWorkloads(Thing):
    """How a charge tells its workload."""

    tag: Text | None = Field(default=None, description="the key in `Tags` whose value is the workload")
    values: dict[Text, Id] = Field(default_factory=dict, description="workloads by values of the tag that are not ids")
    otherwise: Id | None = Field(default=None, description="the workload of what has no such tag")


class FocusMap(Thing):
    """Which charges of a provider are Use of which pool, by which workload."""

    sender: Id
    id: Words = Field(
        default=("ResourceId", "ChargePeriodStart", "SkuPriceId"), description="columns that tell rows apart"
    )
    pools: dict[Id, FocusPool]
    workloads: FocusWorkloads


def read_focus(given: str, names: Names) -> tuple[Table, tuple[Unmapped, ...]]:
    """Read `MAP=FILE` as a table of the kind `use`, and what of the bill is none. ProgrammeError with every fault."""
    map_name, parted, name = given.partition("=")
    if not parted:
        raise ProgrammeError([Fault(given, 0, 0, "", "give a map before the bill, as azure.yaml=bill.parquet")])
    rules, table = _map(pathlib.Path(map_name)), read_table(pathlib.Path(name))
    if isinstance(table, Fault):
        raise ProgrammeError([table])
    if lacking := list(_lacking(rules, table)):
        raise ProgrammeError(lacking)
    frame = table.frame.with_columns(_workload(rules, table.frame), _pool(rules), _chips(rules))
    frame = frame.with_columns(_why(rules, frame).alias(_WHY))
    use, faults = frame.filter(pl.col(_WHY).is_null()), FaultList()
    use = use.filter(clean_rows(table, use, _QUANTITY, names, faults))
    if faults.faults:
        raise ProgrammeError(faults.faults)
    chip_hours = pl.col(_QUANTITY.name).cast(pl.Decimal(38, 6)) * pl.col("chips").cast(pl.Decimal(38, 0))
    signed = pl.concat_str([pl.col(column).fill_null("") for column in rules.id], separator=" ")
    rows = use.select(
        LINE, signed.alias("id"), pl.lit(rules.sender).alias("sender"), "pool", "workload",
        pl.col("ChargePeriodStart").str.slice(0, 10).alias("month"), chip_hours.cast(pl.String).alias("chip_hours"),
    )  # fmt: skip
    return Table(table.file, rows, table.columns), _left(table, frame)


def _map(path: pathlib.Path) -> FocusMap:
    reading = read_file(path)
    if reading.faults or not reading.data:
        raise ProgrammeError(reading.faults or [Fault(str(path), 1, 1, "", "is empty")])
    try:
        return FocusMap.model_validate(reading.data, by_alias=True, by_name=False)
    except ValidationError as error:
        raise ProgrammeError(complaints(error, FocusMap, reading.data, reading.places)) from error


def _lacking(rules: FocusMap, table: Table) -> Iterator[Fault]:
    mapped = [column for pool in rules.pools.values() for column in pool.where]
    tags = ["Tags"] if rules.workloads.tag is not None else []
    for name in dict.fromkeys((*_NEEDED, *rules.id, *mapped, *tags)):
        if name not in table.columns:
            hint = did_you_mean(name, table.columns) or f"; it has {listed(table.columns)}"
            yield Fault(table.file, 0, 0, name, f"there is no such column, which the map or FOCUS needs{hint}")


def _pool(rules: FocusMap) -> pl.Expr:
    """The first pool of the map that fits."""
    return pl.coalesce(pl.when(_fits(pool)).then(pl.lit(name)) for name, pool in rules.pools.items()).alias("pool")


def _chips(rules: FocusMap) -> pl.Expr:
    return pl.coalesce(pl.when(_fits(pool)).then(pl.lit(int(pool.chips))) for pool in rules.pools.values()).alias(
        "chips"
    )


def _fits(pool: FocusPool) -> pl.Expr:
    return pl.all_horizontal([pl.col(name).is_in(list(values)) for name, values in pool.where.items()])


def _workload(rules: FocusMap, frame: pl.DataFrame) -> pl.Expr:
    """By the tag, as the map reads it."""
    by = rules.workloads
    otherwise = pl.lit(by.otherwise, pl.String)
    if by.tag is None:
        return otherwise.alias("workload")
    texts = frame["Tags"].unique().drop_nulls().to_list()
    told = [_tagged(text, by.tag) for text in texts]
    named = [by.values.get(value, value) if value is not None else None for value in told]
    found = pl.col("Tags").replace_strict(texts, named, default=None, return_dtype=pl.String)
    return pl.coalesce(found, otherwise).alias("workload")


def _tagged(text: str, tag: str) -> str | None:
    try:
        tags = json.loads(text)
    except ValueError:
        return None
    value = tags.get(tag) if isinstance(tags, dict) else None
    return None if value in (None, "") else str(value)


def _why(rules: FocusMap, frame: pl.DataFrame) -> pl.Expr:
    """Why a row is no Use; null where it is."""
    category, unit = pl.col("ChargeCategory"), pl.col("ConsumedUnit")
    return (
        pl.when(category.fill_null("") != "Usage")
        .then(pl.lit("is no usage: ") + category.fill_null("without ChargeCategory"))
        .when(pl.col("pool").is_null())
        .then(pl.lit("fits no pool of the map"))
        .when(~unit.fill_null("").is_in(HOURS))
        .then(pl.lit("is not counted in hours: ") + unit.fill_null("without ConsumedUnit"))
        .when(pl.col("workload").is_null())
        .then(pl.lit(f"has no tag {rules.workloads.tag!r}, and the map says no `otherwise`"))
        .when(_over_months(frame))
        .then(pl.lit("runs over more than one month"))
        .when(pl.col(_QUANTITY.name).str.starts_with("-"))
        .then(pl.lit("takes back earlier Use"))
    )


def _over_months(frame: pl.DataFrame) -> pl.Expr:
    """Whether a charge ends after its first month, by its first day that is no longer in it, where that is told."""
    if "ChargePeriodEnd" not in frame.columns:
        return pl.lit(False)
    start, end = (pl.col(f"ChargePeriod{side}").str.slice(0, 10).str.to_date(strict=False) for side in ("Start", "End"))
    return (end > start.dt.offset_by("1mo").dt.truncate("1mo")).fill_null(False)


def _left(table: Table, frame: pl.DataFrame) -> tuple[Unmapped, ...]:
    """What is no Use, by the reason, with what it costs."""
    text = pl.col("BilledCost").str.strip_prefix(INEXACT)
    # What is no Use is told and not settled, so that a cost in binary is good enough here.
    cost = pl.coalesce(text.cast(_COST, strict=False), text.cast(pl.Float64, strict=False).cast(_COST)).fill_null(0)
    sums = (
        frame.filter(pl.col(_WHY).is_not_null())
        .group_by(_WHY, "BillingCurrency")
        .agg(pl.len().alias("rows"), cost.sum().alias("cost"))
        .sort(_WHY, "BillingCurrency")
    )
    found: dict[str, tuple[int, dict[str, Decimal]]] = {}
    for why, currency, rows, amount in sums.iter_rows():
        before, costs = found.get(why, (0, {}))
        found[why] = (before + rows, {**costs, currency or "": amount.normalize()})
    return tuple(Unmapped(table.file, why, rows, costs) for why, (rows, costs) in found.items())
