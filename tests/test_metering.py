"""Facts made up from a plan: seeded, within what pools hold, and without noise the plan's own bill to the cent."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

import gigawatt as gw
from gigawatt.books import metered, plan_of_signed, read_facts, settled, write_metered, write_plan_facts
from gigawatt.cli import app
from gigawatt.model.clause import Fit
from gigawatt.model.facts import Energy, Facts, Metered, Reported
from gigawatt.sim.metering import Made
from gigawatt.sim.metering import metered as made_from
from tests.clauses.golden_programmes import PROGRAMMES
from tests.programmes import EXAMPLES, load_text

STARTUP, STARGATE = EXAMPLES / "startup" / "programme.yaml", EXAMPLES / "stargate" / "settlement.yaml"
OVER = date(2032, 1, 1)


@pytest.fixture(scope="module")
def startup() -> gw.Plan:
    return plan_of_signed(gw.load(STARTUP))


@pytest.fixture(scope="module")
def stargate() -> gw.Plan:
    return plan_of_signed(gw.load(STARGATE), relax=True)


def read_back(made: Made, folder: Path) -> Any:
    files = write_metered(made, folder)
    return read_facts(made.programme, *(f"{kind}={path}" for kind, path in files.items()))


def bytes_of(made: Made, folder: Path) -> dict[str, bytes]:
    write_metered(made, folder)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def billed(made: Made, folder: Path) -> dict[str, Decimal]:
    """What each clause posts for what was made up, read back from its files."""
    found = settled(made.programme, read_back(made, folder).facts, made.months[-1], today=date(2062, 1, 1))
    assert found.failures == ()
    bill: dict[str, Decimal] = defaultdict(Decimal)
    for one in found.postings:
        bill[one.by] += Decimal(one.amount_minor) / 100
    return bill


VERSIONS = """
programme: acme
decides: acme
horizon: {from: 2026-01, through: 2026-06}
workloads: {chat: {kind: serving, chips: 10, unserved: 9 USD/chip-hour}}
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2026-01-01, clauses: {
    gpus: {kind: reservation, chip: h100, chips: 20, price: 2 USD/chip-hour}},
    amendments: [{id: fewer, signed: 2026-02-01, recorded: 2026-02-01, effective: 2026-03-01,
                  amend: {gpus: {chips: {take: quarterly, most: 30}}}}]}
"""
EXTRA = {"clause in two versions": VERSIONS, "lab": EXAMPLES / "lab" / "programme.yaml",
         "contract that changes": EXAMPLES / "amended" / "programme.yaml"}  # fmt: skip


@pytest.mark.parametrize("name", [*PROGRAMMES, *EXTRA])
def test_the_files_hold_all_that_settles_a(name: str, tmp_path: Path) -> None:
    """Whatever a kind of clause reads, and however its bill fits its plan: from files it is what the plan restates."""
    written = {**PROGRAMMES, **EXTRA}[name]
    programme = load_text(written) if isinstance(written, str) else gw.load(written)
    plan = plan_of_signed(programme)
    bill = billed(metered(programme, plan, noise="0 %"), tmp_path)
    restated = {row["clause"]: row["restated"] for row in plan.restated.iter_rows(named=True)}
    assert {clause: bill.get(clause, 0) for clause in restated} == restated
    assert set(bill) <= set(restated)


@pytest.mark.parametrize("name", ["startup", "stargate"])
@pytest.mark.parametrize("daily", [False, True], ids=["by month", "by day"])
def test_without_noise_the_settlement_is_the_bill_of_the_plan_to_the_cent(
    name: str, daily: bool, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    plan: gw.Plan = request.getfixturevalue(name)
    programme = gw.load(STARTUP if name == "startup" else STARGATE)
    made = metered(programme, plan, noise="0 %", daily=daily)
    assert made.totals["planned"].equals(made.totals["made"].alias("planned"))
    bill = billed(made, tmp_path)
    told = {row["clause"]: row for row in plan.restated.iter_rows(named=True)}
    assert set(bill) <= set(told)
    assert {clause: row["restated"] for clause, row in told.items()} == {clause: bill.get(clause, 0) for clause in told}
    exact = [row for row in told.values() if Fit(row["fit"]) is Fit.EXACT]
    assert len(exact) >= 2
    for row in exact:
        assert abs(bill.get(row["clause"], 0) - row["planned"]) <= max(Decimal(1), abs(row["planned"]) / 10**6)


@pytest.mark.parametrize("name", ["startup", "stargate"])
def test_with_noise_it_settles_without_a_fault(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    programme = gw.load(STARTUP if name == "startup" else STARGATE)
    made = metered(programme, request.getfixturevalue(name), seed=3, noise="20 %")
    gathered = read_back(made, tmp_path)
    assert not gathered.repeats
    found = settled(programme, gathered.facts, made.months[-1], today=OVER)
    assert found.failures == ()
    assert {one.month for one in found.postings} == set(made.months)
    rows = pl.concat([pl.read_parquet(tmp_path / "use.parquet", columns=["sender", "x_note"]),
                      pl.read_csv(tmp_path / "energy.csv", columns=["sender", "x_note"])])  # fmt: skip
    assert rows.unique().rows() == [("made-meter", "made up, not measured")]
    assert "made from a plan by a seeded generator; nothing was measured" in (tmp_path / "README.md").read_text()


def test_the_same_seed_makes_the_same_bytes_and_another_others(startup: gw.Plan, tmp_path: Path) -> None:
    programme = gw.load(STARTUP)
    first, again, other = (
        bytes_of(metered(programme, startup, seed=seed), tmp_path / name)
        for name, seed in zip("abc", (7, 7, 8), strict=True)
    )
    assert first == again
    assert first["use.parquet"] != other["use.parquet"]
    assert first["energy.csv"] != other["energy.csv"]


def test_a_month_is_the_same_however_far_it_is_asked_for(startup: gw.Plan) -> None:
    programme = gw.load(STARTUP)
    whole, early = metered(programme, startup, seed=7), metered(programme, startup, seed=7, through="2027-03")
    assert early.months == ("2027-01", "2027-02", "2027-03")
    assert whole.use.filter(pl.col("month") <= "2027-03").equals(early.use)
    assert set(early.facts.energy) == {one for one in whole.facts.energy if one.month <= "2027-03"}
    assert max(one.month for one in early.facts.deliveries) == "2027-03"


def test_use_is_off_by_no_more_than_the_noise_and_never_above_what_the_pool_holds(stargate: gw.Plan) -> None:
    programme = gw.load(STARGATE)
    made = metered(programme, stargate, seed=1, noise="10 %")
    planned = stargate.use.select("pool", "workload", "month", "slice", planned="chip_hours")
    both = made.use.with_columns(pl.col("chip_hours").cast(pl.Float64)).join(
        planned.with_columns(pl.col("slice").fill_null("all")), on=["pool", "workload", "month", "slice"], how="left"
    )
    assert both["planned"].null_count() == 0
    off = both["chip_hours"] / both["planned"] - 1
    assert 0.05 < off.max() <= 0.1 + 1e-6
    assert off.min() < -0.05
    assert both["chip_hours"].min() > 0
    hours = {name: float(hours) for name, hours in programme.horizon.slices.items()}
    days = {f"{month.start:%Y-%m}": month.days for month in programme.horizon.months}
    used: dict[tuple[str, str, str], float] = defaultdict(float)
    for row in both.iter_rows(named=True):
        for name, of_day in hours.items():
            if row["slice"] in (name, "all"):
                used[row["pool"], row["month"], name] += row["chip_hours"] * (
                    of_day / 24 if row["slice"] == "all" else 1
                )
    held = {(pool, month): chips for pool, month, chips in stargate.capacity.select("pool", "month", "chips").rows()}
    over = {
        key: hours_used
        for key, hours_used in used.items()
        if hours_used > held[key[:2]] * hours[key[2]] * days[key[1]] * (1 + 1e-9) + 0.01
    }
    assert over == {}
    assert any(value > 0.999 * held[key[:2]] * hours[key[2]] * days[key[1]] for key, value in used.items())


def two_workloads() -> gw.Programme:
    return load_text("""
programme: acme
decides: acme
horizon: {from: 2026-01, through: 2026-02}
workloads: {chat: {kind: serving, chips: 10}, batch: {kind: serving, chips: 10}}
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2026-01-01, clauses: {
    gpus: {kind: reservation, chip: h100, chips: 20, price: 2 USD/chip-hour}}}
""")


def test_a_month_falls_to_its_days_in_equal_parts_worked_example() -> None:
    """1,000.001 chip-hours in 31 days: 1,000,001 thousandths are 32,258 a day and 3 over, one for each of the first."""
    facts = Facts(use=(Metered("lumen-h100", "chat", "2026-01", "all", Decimal("1000.001")),))
    made = made_from(two_workloads(), facts, {("lumen-h100", "2026-01"): 20.0}, noise=Decimal(0), daily=True)
    assert made.use["month"].to_list() == [f"2026-01-{day:02d}" for day in range(1, 32)]
    assert made.use["chip_hours"].to_list() == [Decimal("32.259")] * 3 + [Decimal("32.258")] * 28
    assert made.totals.rows()[0] == ("2026-01", Decimal("1000.001"), Decimal("1000.001"))


def test_a_full_pool_is_cut_to_what_it_holds_all_its_workloads_alike_worked_example() -> None:
    """20 chips in January are 14,880 chip-hours. Both workloads are planned at half; noise can take them only below."""
    use = tuple(Metered("lumen-h100", name, "2026-01", "all", Decimal(7440)) for name in ("chat", "batch"))
    programme, cut = two_workloads(), 0
    for seed in range(20):
        made = made_from(programme, Facts(use=use), {("lumen-h100", "2026-01"): 20.0}, seed=seed, noise=Decimal("0.5"))
        total = made.use["chip_hours"].sum()
        assert total <= 14_880
        cut += total > 14_879
    assert 0 < cut < 20


def test_energy_follows_the_use_of_its_pool_and_revenue_the_work_of_its_workload() -> None:
    """An hour of an H200 does twice the work of an H100 here, so that revenue is by h100 + 2 h200."""
    programme = load_text("""
programme: acme
decides: acme
horizon: {from: 2026-01, through: 2026-02}
workloads: {chat: {kind: serving, tokens: 1e6 token/day, rates: {h100: 100 token/s, h200: 200 token/s}}}
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2026-01-01, clauses: {
    small: {kind: reservation, chip: h100, chips: 20, price: 2 USD/chip-hour},
    large: {kind: reservation, chip: h200, chips: 20, price: 3 USD/chip-hour}}}
""")
    facts = Facts(
        use=tuple(Metered(f"lumen-{chip}", "chat", "2026-01", "all", Decimal(1000)) for chip in ("h100", "h200")),
        energy=(Energy("lumen-h100", "2026-01", Decimal(2), Decimal("2.4")),),
        revenue=(Reported("chat", "acme", "2026-01", 3_000_00), Reported("other", "acme", "2026-01", 77)),
    )
    chips = {(f"lumen-{chip}", "2026-01"): 20.0 for chip in ("h100", "h200")}
    made = made_from(programme, facts, chips, seed=4, noise=Decimal("0.5"))
    small, large = (
        made.use.filter(pl.col("pool") == f"lumen-{chip}")["chip_hours"].item() for chip in ("h100", "h200")
    )
    assert small != large
    (energy,) = made.facts.energy
    assert (energy.it_mwh, energy.facility_mwh) == (small * 2 / 1000, round(small * Decimal("2.4") / 1000, 6))
    chat, other = made.facts.revenue
    assert chat.amount_minor == round((small + 2 * large) * 100)
    assert other.amount_minor == 77


def test_a_plan_in_its_folder_makes_what_the_plan_at_hand_makes(startup: gw.Plan, tmp_path: Path) -> None:
    programme = gw.load(STARTUP)
    startup.write(tmp_path / "plan")
    write_plan_facts(startup, tmp_path / "plan")
    at_hand = bytes_of(metered(programme, startup, seed=5), tmp_path / "one")
    assert bytes_of(metered(programme, tmp_path / "plan", seed=5), tmp_path / "two") == at_hand


def test_a_plan_that_signs_what_is_only_offered_is_refused() -> None:
    programme = gw.load(EXAMPLES / "stargate" / "programme.yaml")
    with pytest.raises(gw.GigawattError, match=r"the plan signs .*coreweave-may, .*`status: signed`"):
        metered(programme, gw.plan(programme, relax=True))


def test_a_plan_written_by_hand_has_no_facts(startup: gw.Plan) -> None:
    by_hand = gw.Plan(startup.programme, startup.solve, startup.tables)
    with pytest.raises(gw.GigawattError, match="written by hand"):
        metered(startup.programme, by_hand)


def run(*arguments: str, code: int = 0) -> Any:
    result = CliRunner().invoke(app, ["meter", *arguments], env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a plan of the startup in `plan`, as the command writes it."""
    path = tmp_path_factory.mktemp("metering")
    done = CliRunner().invoke(app, ["plan", str(STARTUP), "--out", str(path / "plan"), "--no-report", "--quiet"])
    assert done.exit_code == 0, done.output
    return path


def test_the_command_writes_the_files_and_tells_the_totals(folder: Path, tmp_path: Path) -> None:
    plan, out = str(folder / "plan"), str(tmp_path / "made")
    told = run(str(STARTUP), "--plan", plan, "--out", out, "--seed", "7", "--through", "2027-02").stdout.splitlines()
    assert told[0] == "acme, 2027-01 through 2027-02: made from a plan by a seeded generator; nothing was measured"
    assert [line.split()[0] for line in told[3:5]] == ["2027-01", "2027-02"]
    assert told[-1].startswith("written: ")
    found = json.loads(
        run(str(STARTUP), "--plan", plan, "--out", out, "--seed", "7", "--through", "2027-02", "--json").stdout
    )
    assert (found["seed"], found["noise"]) == (7, "0.05")
    assert list(found["files"]) == ["use", "energy", "deliveries", "contracted", "quotes"]
    assert all(Path(path).is_file() for path in found["files"].values())
    assert found["chip_hours"][0]["planned"] == "190464.000"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--plan", "nowhere"], "there is no plan with its facts in nowhere"),
        (["--noise", "-5 %"], "noise of -5 % makes no Use; give a share from 0 to 100 %"),
        (["--noise", "5 USD"], "noise: '5 USD' is in USD; give a share"),
        (["--through", "2029-01"], "2029-01 lies outside the horizon, 2027-01 through 2028-06; give a month in it"),
        (["--through", "soon"], "cannot make facts through 'soon'"),
        (["--seed", "-1"], "seed -1 is below nought"),
    ],
    ids=["unknown folder", "negative noise", "noise in money", "month outside", "no month", "negative seed"],
)
def test_bad_input_is_told(options: list[str], says: str, folder: Path, tmp_path: Path) -> None:
    plan = [] if "--plan" in options else ["--plan", str(folder / "plan")]
    assert says in run(str(STARTUP), *plan, "--out", str(tmp_path / "made"), *options, code=1).stderr


def test_the_plan_of_another_programme_is_refused(folder: Path, tmp_path: Path) -> None:
    lab = str(EXAMPLES / "lab" / "programme.yaml")
    told = run(lab, "--plan", str(folder / "plan"), "--out", str(tmp_path / "made"), code=1).stderr
    assert "is of acme, and the programme is lab" in told


def test_the_folder_of_the_plan_is_not_written_over(folder: Path) -> None:
    plan = str(folder / "plan")
    assert "holds the plan" in run(str(STARTUP), "--plan", plan, "--out", plan, code=2).stderr
