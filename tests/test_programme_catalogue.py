"""The chips that ship: enough of them, each figure with its source or marked as assumed."""

from decimal import Decimal

import pytest

from gigawatt.clauses import KINDS
from gigawatt.file import catalogue
from gigawatt.model.programme import programme_type
from gigawatt.model.provenance import KEYS
from gigawatt.model.things import IT_POWER_RATIO, Chip

CHIPS: dict[str, Chip] = (
    programme_type(KINDS)
    .model_validate(
        {
            "programme": "x",
            "decides": "a",
            "horizon": {"from": "2027-01", "through": "2027-12"},
            "chips": catalogue.with_catalogue(None),
        }
    )
    .chips
)

FIGURES = [
    (name, key)
    for name, chip in catalogue.shipped().data["chips"].items()
    for key in chip
    if key not in (*KEYS, "vendor")
]


def test_the_common_chips_ship() -> None:
    assert len(CHIPS) >= 16
    assert {"a100", "h100", "h200", "b200", "gb200", "gb300", "vr200", "mi300x", "mi355x", "mi455x"} <= set(CHIPS)
    assert {"tpu-v5p", "tpu-v6e", "tpu-v7", "trainium2", "trainium3", "jalapeno"} <= set(CHIPS)
    assert catalogue.chip_ids() == tuple(CHIPS)


@pytest.mark.parametrize(("name", "key"), FIGURES)
def test_each_figure_has_a_source_or_is_assumed(name: str, key: str) -> None:
    records = {record.path: record for record in catalogue.shipped().provenance}
    own, thing = records.get(f"chips.{name}.{key}"), records.get(f"chips.{name}")
    assert (own is not None and (own.source or own.assumed)) or (own is None and thing is not None and thing.source)


@pytest.mark.parametrize("name", CHIPS)
def test_each_chip_has_a_vendor_and_a_first_day(name: str) -> None:
    assert CHIPS[name].vendor in catalogue.vendors()
    assert CHIPS[name].available is not None


def test_figures_are_of_the_right_size() -> None:
    for name, chip in CHIPS.items():
        peaks = [peak for peak in (chip.bf16_flops, chip.fp8_flops, chip.fp4_flops) if peak is not None]
        assert peaks == sorted(peaks), name
        assert all(Decimal("1e14") < peak < Decimal("1e17") for peak in peaks), name
        assert chip.power_kw is None or Decimal("0.3") <= chip.power_kw <= 3, name
        assert chip.it_power_kw is None or chip.power_kw is None or 1 < chip.it_power_kw / chip.power_kw < 2, name
        assert chip.price_per_chip is None or 5_000 < chip.price_per_chip.last < 100_000, name


def test_the_share_of_it_load_is_that_of_a_gb200_at_abilene() -> None:
    gb200 = CHIPS["gb200"]
    assert gb200.it_power_kw is not None
    assert gb200.power_kw is not None
    assert round(Decimal(843_000) / 404_000, 2) == gb200.it_power_kw
    assert round(gb200.it_power_kw / gb200.power_kw, 2) == IT_POWER_RATIO
    assert CHIPS["h100"].it_power_kw == Decimal("0.7") * IT_POWER_RATIO


def test_what_is_not_a_mapping_is_left_for_the_reader_to_refuse() -> None:
    assert catalogue.with_catalogue(["h100"]) == ["h100"]
    assert catalogue.with_catalogue({"h100": "fast"})["h100"] == "fast"
