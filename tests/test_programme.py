"""The programme file, read whole: small files stay small, what they leave out is understood, and nothing is lost."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from gigawatt.clauses import KINDS
from gigawatt.file.loading import load_programme
from gigawatt.file.template import template
from gigawatt.model.programme import Programme, programme_type
from gigawatt.model.provenance import Origin
from gigawatt.model.things import Chip
from gigawatt.model.workload import Research, Serving, Training
from gigawatt.values.series import Series
from gigawatt.values.span import Duration, Span

HEAD = "programme: x\ndecides: acme\nhorizon: {from: 2027-01, through: 2028-06}\n"

SMALL = """\
programme: acme                             # 500 GPUs, three providers
decides: acme
horizon: {from: 2027-01, through: 2028-06}
currency: USD
workloads:                                  # in chips here; tokens or FLOP as well
  chat:     {kind: serving, chips: 220, growth: 2 %/month, unserved: 12 USD/chip-hour}
  finetune: {kind: training, chips: 256, from: 2027-05, through: 2027-06, unserved: 9 USD/chip-hour}
  research: {kind: research, use: 60000 chip-hour/month, unserved: 3.20 USD/chip-hour}
contracts:
  lumen-order-7:
    buyer: acme
    seller: lumen
    status: signed
    from: 2026-07-01
    through: 2027-06-30
    payment: {invoice: monthly in arrears, net: 30 d, dispute: 45 d}
    clauses:
      gpus:    {kind: reservation, chip: h100, chips: 256, price: 2.10 USD/chip-hour, cite: "2.1"}
  azure-2026:
    buyer: acme
    seller: azure
    status: signed
    from: 2026-07-01
    through: 2028-06-30
    clauses:
      rate:   {kind: price, chip: h100, price: 4.10 USD/chip-hour}
      commit: {kind: commitment, amount: 3000000 USD, each: contract year, burned: {2026-12-31: 1140000 USD}}
  fjord-offer:
    buyer: acme
    seller: fjord
    status: offer                           # the plan decides
    sign_by: 2026-12-15
    from: 2027-04-01
    through: 2028-03-31
    clauses:
      gpus: {kind: reservation, chip: h200, chips: {min: 128, max: 256, step: 8}, price: 2.30 USD/chip-hour}
"""


def load(folder: Path, text: str, **others: str) -> Programme:
    """Read `programme.yaml` with this text; `sites="..."` is sites.yaml beside it."""
    for name, content in others.items():
        (folder / f"{name}.yaml").write_text(content, encoding="utf-8")
    path = folder / "programme.yaml"
    path.write_text(text, encoding="utf-8")
    return load_programme(path, KINDS)


@pytest.fixture
def small(tmp_path: Path) -> Programme:
    return load(tmp_path, SMALL)


def test_a_small_file_is_read_as_it_stands(small: Programme, tmp_path: Path) -> None:
    assert (small.programme, small.decides, small.currency) == ("acme", ("acme",), "USD")
    assert small.path == str(tmp_path / "programme.yaml")
    assert small.horizon.span == Span(date(2027, 1, 1), date(2028, 7, 1))
    assert len(small.horizon.months) == 18
    assert small.horizon.slices == {"all": 24}
    assert list(small.contracts) == ["lumen-order-7", "azure-2026", "fjord-offer"]


def test_a_clause_that_names_a_chip_makes_its_sellers_pool(small: Programme) -> None:
    pools = {name: (pool.chip, pool.provider, pool.supplier) for name, pool in small.pools.items()}
    assert pools == {
        "lumen-h100": ("h100", "lumen", "lumen"),
        "azure-h100": ("h100", "azure", "azure"),
        "fjord-h200": ("h200", "fjord", "fjord"),
    }


def test_parties_that_are_only_named_exist(small: Programme) -> None:
    assert {"acme", "lumen", "azure", "fjord", "nvidia", "customers", "utility"} <= set(small.parties)


def test_what_a_contract_says_is_held(small: Programme) -> None:
    lumen = small.contracts["lumen-order-7"]
    assert lumen.span == Span(date(2026, 7, 1), date(2027, 7, 1))
    assert lumen.signed_on == date(2026, 7, 1)
    assert (lumen.payment.invoice, lumen.payment.net) == ("monthly in arrears", Duration(days=30))
    cite = lumen.clauses["gpus"].cite
    assert cite is not None
    assert str(cite) == "2.1"
    assert small.contracts["fjord-offer"].sign_by == date(2026, 12, 15)


def test_workloads_are_in_their_measure_and_inside_the_horizon(small: Programme) -> None:
    chat, finetune, research = small.workloads.values()
    assert isinstance(chat, Serving)
    assert (chat.measure, chat.demand_per, chat.owner) == ("chip", "hour", "acme")
    assert chat.demand.monthly(small.horizon.months)[1] == Decimal("224.40")
    assert chat.unserved_per_unit == Series.constant(Decimal(12))
    assert chat.revenue_per_unit is None
    assert chat.span_within(small.horizon.span) == small.horizon.span
    assert isinstance(finetune, Training)
    assert (finetune.chips, finetune.work, finetune.measure) == (Decimal(256), None, "chip")
    assert finetune.span_within(small.horizon.span) == Span(date(2027, 5, 1), date(2027, 7, 1))
    assert isinstance(research, Research)
    assert (research.demand, research.demand_per) == (Series.constant(Decimal(60000)), "month")


def test_what_is_assumed_is_told(small: Programme) -> None:
    told = {record.path: record.value_text for record in small.assumptions()}
    assert told["finance.discount"] == "8 %/year"
    assert told["workloads.chat.growth"] == "2 %/month"
    assert told["workloads.chat.rates.h200"] == "h200 counted as one h100"
    assert told["chips.h200.memory"] == "141 GB"
    assert all(record.assumed for record in small.assumptions())
    assert not any("gb200" in path for path in told)


def test_what_a_file_states_is_no_default(tmp_path: Path) -> None:
    text = SMALL.replace("currency: USD", "finance: {discount: {value: 10 %/year, source: the board}}")
    programme = load(tmp_path, text)
    assert programme.finance.discount_per_year == Decimal("0.1")
    assert "finance.discount" not in {record.path for record in programme.assumptions()}
    (record,) = [record for record in programme.provenance if record.path == "finance.discount"]
    assert (record.source, record.value_text, record.line) == (("the board",), "10 %/year", 4)


def test_as_of_is_the_horizons_start_unless_said(tmp_path: Path) -> None:
    assert load(tmp_path, SMALL).as_of == date(2027, 1, 1)
    assert load(tmp_path, SMALL + "as_of: 2026-11-24\n").as_of == date(2026, 11, 24)


def test_the_first_that_decides_owns_what_nobody_is_named_the_owner_of(tmp_path: Path) -> None:
    programme = load(tmp_path, SMALL.replace("decides: acme", "decides: [acme, holding]"))
    assert programme.decides == ("acme", "holding")
    assert programme.decider_default_owner == programme.workloads["chat"].owner == "acme"


SITE = """\
parties: {acme: {duties: [operation], kind: lab}, crusoe: }
chips:
  gb200: {price: {unit: USD/chip, 2027-01: 36700, 2028-01: 34000, source: us}, it_power: 2 kW}
  own: {bf16: 1e15 FLOP/s, power: 1 kW, vendor: broadcom, life: 4 y}
sites:
  abilene:
    location: {country: US, region: TX, latitude: 32.5, longitude: -99.784}
    landlord: crusoe
    operator: acme
    pue: 1.10
    energy: 62 USD/MWh
    grid: {value: 1180 MW, source: Epoch AI}
    phases:
      - {power: 105 MW, ready: 2025-09-26, capex: 1.24e9 USD, built: true}
      - {power: 100 MW, ready: 2027-12-26, until: 2040-01, capex: 11.8 MUSD/MW}
pools:
  own-pool: {site: abilene, chip: gb200, existing: {2027-03: 5000}, most: 60000 chips}
workloads:
  chat:
    kind: serving
    tokens: 8.64e12 token/day
    revenue: 2 USD/Mtoken
    profile: {peak: 1.3, night: 0.7}
    rates: {gb200: 3000 token/s}
  run: {kind: training, flop: 3.5e27 FLOP, mfu: 40 %, most: 100000 chips, unserved: 1e-18 USD/FLOP}
horizon: {from: 2027-01, through: 2028-12, slices: {peak: 8 h, day: 8 h, night: 8 h}}
programme: x
decides: acme
participation: {crusoe: 1 BUSD}
indicators: {jobs: {per: MW built, amount: 3}, co2: {per: MWh, amount: 0.38, unit: t}}
revenues: {azure: {party: acme, amount: {2025-01: 150e6 USD/month}}}
"""


def test_a_site_has_its_phases_and_defaults(tmp_path: Path) -> None:
    site = load(tmp_path, SITE).sites["abilene"]
    assert list(site.phases) == ["1", "2"]
    first, second = site.phases.values()
    assert (first.power_mw, first.built, first.capex_amount) == (105, True, Decimal("1.24e9"))
    assert (second.ready, second.until) == (date(2027, 12, 26), date(2040, 1, 1))
    assert second.capex == second.capex_amount == Decimal("1.18e9")
    assert (site.utility, site.peak_pue, site.life.in_months, site.grid_mw) == ("utility", Decimal("1.3"), 240, 1180)
    assert site.energy_per_mwh == Series.constant(Decimal(62))


def test_a_pool_at_a_site_is_its_operators_where_nobody_is_named(tmp_path: Path) -> None:
    pool = load(tmp_path, SITE).pools["own-pool"]
    assert (pool.owner, pool.supplier, pool.provider) == ("acme", "acme", None)
    assert pool.existing == Series(((date(2027, 3, 1), Decimal(5000)),))
    assert pool.most_chips == Series.constant(Decimal(60000))


def test_a_file_replaces_single_keys_of_a_shipped_chip(tmp_path: Path) -> None:
    programme = load(tmp_path, SITE)
    gb200, own = programme.chips["gb200"], programme.chips["own"]
    assert (gb200.it_power_kw, gb200.bf16_flops) == (2, Decimal("2.5e15"))
    assert gb200.price_per_chip == Series(((date(2027, 1, 1), Decimal(36700)), (date(2028, 1, 1), Decimal(34000))))
    assert (own.it_power_kw, own.life.in_months) == (Decimal("1.74"), 48)
    sources = {record.path: record.source for record in programme.provenance}
    assert sources["chips.gb200.price"] == ("us",)
    assert "chips.gb200" in sources
    assert "chips.own" not in sources


def test_rates_follow_the_measure_of_the_demand(tmp_path: Path) -> None:
    programme = load(tmp_path, SITE)
    chat, run = programme.workloads.values()
    gb200, h100 = programme.chips["gb200"], programme.chips["h100"]
    assert chat.rate_on("gb200", gb200) == Decimal(3000 * 3600)
    assert chat.rate_on("h100", h100) is None
    assert run.rate_on("gb200", gb200) == Decimal("2.5e15") * Decimal("0.4") * 3600
    assert run.rate_on("jalapeno", programme.chips["jalapeno"]) is None
    assert run.why_not("p", "jalapeno", programme.chips["jalapeno"]) == (
        "jalapeno states no bf16 peak, and there is no rate for it"
    )
    assert isinstance(run, Training)
    assert (run.work, run.most_chips, run.measure) == (Decimal("3.5e27"), 100000, "flop")


def test_a_workload_in_chips_counts_any_chip_as_one_unless_it_says() -> None:
    workload = Research(kind="research", use="60000 chip-hour/month", rates={"gb200": "2.5"})  # type: ignore[arg-type]
    assert workload.rate_on("h100", Chip()) == 1
    assert workload.rate_on("gb200", Chip()) == Decimal("2.5")
    assert workload.rates == {"gb200": Decimal("2.5")}


def test_a_profile_has_a_mean_of_one_over_the_day(tmp_path: Path) -> None:
    programme = load(tmp_path, SITE)
    chat = programme.workloads["chat"]
    assert isinstance(chat, Serving)
    shape = chat.shape(programme.horizon.slices)
    assert sum(shape[name] * hours for name, hours in programme.horizon.slices.items()) == 24
    assert shape["peak"] / shape["day"] == Decimal("1.3")


def test_parties_of_a_list_are_kept_and_the_standing_ones_added(tmp_path: Path) -> None:
    programme = load(tmp_path, SITE)
    assert programme.parties["acme"].duties == ("operation",)
    assert list(programme.parties)[:2] == ["acme", "crusoe"]
    assert {"customers", "utility", "nvidia"} <= set(programme.parties)


def test_the_rest_of_the_file_is_read(tmp_path: Path) -> None:
    programme = load(tmp_path, SITE)
    assert programme.participation == {"crusoe": Decimal(1_000_000_000)}
    assert (programme.indicators["co2"].per, programme.indicators["co2"].amount) == ("MWh", Decimal("0.38"))
    assert programme.revenues["azure"].amount_per_month.at(date(2026, 1, 1)) == Decimal(150_000_000)


def test_a_contract_without_ends_lasts_as_long_as_the_horizon(tmp_path: Path) -> None:
    text = SMALL.replace("    from: 2026-07-01\n    through: 2028-06-30\n", "")
    programme = load(tmp_path, text)
    assert programme.contracts["azure-2026"].span == programme.horizon.span


def test_a_contract_after_the_horizon_that_has_no_end_still_has_a_span(tmp_path: Path) -> None:
    text = SMALL.replace("    from: 2026-07-01\n    through: 2028-06-30\n", "    from: 2030-01\n")
    assert load(tmp_path, text).contracts["azure-2026"].span.start == date(2030, 1, 1)


def test_a_letter_of_intent_makes_no_pool(tmp_path: Path) -> None:
    text = SMALL.replace("status: offer                           # the plan decides", "status: loi")
    assert list(load(tmp_path, text).pools) == ["lumen-h100", "azure-h100"]


def test_sections_may_stand_in_several_files(tmp_path: Path) -> None:
    programme = load(tmp_path, HEAD + "include: [w.yaml]\n" + SMALL[SMALL.index("contracts:") :], w=WORKLOADS)
    assert list(programme.workloads) == ["chat"]
    assert Path(programme.places.value(("workloads", "chat", "chips")).file).name == "w.yaml"


WORKLOADS = "workloads:\n  chat: {kind: serving, chips: 220}\n"


def test_a_column_of_a_table_is_a_demand(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("when,who,tokens\n2026-10,API,8.64e12\n2027-03,API,2.4e13\n", encoding="utf-8")
    column = "{csv: d.csv, column: tokens, date: when, unit: token/day, where: {who: API}, interpolate: linear}"
    text = SMALL.replace("chips: 220, growth: 2 %/month, unserved: 12 USD/chip-hour", f"tokens: {column}, {RATES}")
    chat = load(tmp_path, text).workloads["chat"]
    assert isinstance(chat, Serving)
    assert chat.demand.at(date(2027, 3, 1)) == Decimal("1e12")
    assert chat.demand.interpolate == "linear"


RATES = "rates: {h100: 900 token/s}"


def test_the_file_that_init_writes_is_read(tmp_path: Path) -> None:
    programme = load(tmp_path, template("programme.schema.json"))
    assert list(programme.contracts) == ["lumen-order-7", "azure-2026", "fjord-offer"]
    assert template("s.json").startswith("# yaml-language-server: $schema=s.json\n")
    assert not template().startswith("# yaml")


def test_a_programme_type_is_made_once_for_its_kinds() -> None:
    assert programme_type(KINDS) is programme_type(list(KINDS))
    assert programme_type(KINDS[:1]) is not programme_type(KINDS)


def test_a_programme_made_in_python_remembers_no_file(small: Programme) -> None:
    horizon = {"from": "2027-01", "through": "2027-12"}
    made = programme_type(KINDS).model_validate({"programme": "x", "decides": "a", "horizon": horizon})
    assert (made.path, made.provenance, made.assumptions(), made.stated_keys("contracts", "c")) == ("", (), [], ())
    told = made.with_origin(Origin("x.yaml", small.places, stated_keys={("contracts", "c"): ("buyer",)}))
    assert (told.path, told.places, told.stated_keys("contracts", "c")) == ("x.yaml", small.places, ("buyer",))
    assert made.path == ""


def test_keys_are_told_of_what_the_file_states_alone(small: Programme) -> None:
    assert set(small.stated_keys("contracts", "fjord-offer")) >= {"buyer", "seller", "status", "clauses"}
    for section, name in (("pools", "azure-h100"), ("chips", "h100"), ("parties", "lumen"), ("horizon", "from")):
        assert small.stated_keys(section, name) == ()


def test_two_kinds_of_one_name_are_refused() -> None:
    with pytest.raises(TypeError, match="are of kind 'price'"):
        programme_type((KINDS[0], KINDS[0]))


def test_one_kind_alone_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "programme.yaml"
    path.write_text(HEAD + "contracts: {c: {buyer: acme, seller: b, status: signed, clauses: {r: {kind: price, "
                    "chip: h100, price: 2 USD/chip-hour}}}}", encoding="utf-8")  # fmt: skip
    assert load_programme(path, KINDS[:1]).contracts["c"].clauses["r"].kind == "price"
