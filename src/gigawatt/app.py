"""The only wiring: which kinds of clause there are, what reads a programme, what plans it, what tells the answer."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from gigawatt.clauses import all_kinds
from gigawatt.file.loading import load_programme
from gigawatt.model.programme import Programme, programme_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import polars as pl

    from gigawatt.errors import Fault
    from gigawatt.history.card import ClauseCard
    from gigawatt.history.state import Change, State
    from gigawatt.model.comparison import Comparison
    from gigawatt.model.deadline import Due
    from gigawatt.model.explanation import Explanation
    from gigawatt.model.facts import Facts
    from gigawatt.model.plan import Plan
    from gigawatt.model.provenance import Changes
    from gigawatt.model.verdict import Ask, Verdict
    from gigawatt.model.worth import Worth
    from gigawatt.throughput.predictor import Predictor

Tell = Callable[[str, str, float | None], None]


def load(path: str | os.PathLike[str]) -> Programme:
    """Read a programme file with all that it includes.

    Raises `ProgrammeError`, which carries every fault with file, line, column and a suggestion.
    """
    return _read(path)


def _read(path: str | os.PathLike[str], changes: Changes | None = None) -> Programme:
    """Read a programme file, with some changes to what it says; workloads that name a model are rated."""
    return load_programme(path, all_kinds(), rated, changes)


def rated(programme: Programme) -> Programme:
    """The programme with rates for the workloads that name a model; as it is where none does."""
    if all(workload.is_rated for workload in programme.workloads.values()):
        return programme
    from gigawatt.throughput.rating import rated as with_rates

    return with_rates(programme)


def predictor(programme: Programme | None = None) -> Predictor:
    """What chips deliver on models: of the catalogue, and of a programme's own where one is given."""
    from gigawatt.file.catalogue import things
    from gigawatt.throughput.predictor import Predictor

    if programme is not None:
        return Predictor(programme.chips, programme.models)
    shipped = things(programme_type(all_kinds()))
    return Predictor(shipped.chips, shipped.models)


def change(
    programme: Programme,
    *,
    set: Mapping[str, str | float] | None = None,
    without: Sequence[str] = (),
    events: Mapping[str, date] | None = None,
) -> Programme:
    """What if: the programme with some values of its file set anew, without some clauses, or with events that come.

    `set` has paths as `sites.abilene.phases.2.ready`, each with a value, or with a change of what is there: `+180 d`
    moves a day, `+10 %` and `*1.1` scale a quantity. `without` names clauses as contract/clause; what they override
    revives. `events` counts each event as having come on a day, by the acts of those who decide it. Changes add up.
    Raises `ProgrammeError` for what cannot be set, `GigawattError` for names that the programme does not have, or for
    values of a programme that was made in Python.
    """
    from gigawatt.errors import GigawattError
    from gigawatt.model.provenance import Changes
    from gigawatt.sim.what_if import changed

    settings = tuple((path, str(value)) for path, value in (set or {}).items())
    changes = programme.changes.and_then(Changes(settings, tuple(without), tuple((events or {}).items())))
    if settings and not programme.path:
        raise GigawattError("was made in Python and has no file whose values could be set; change it there")
    base = _read(programme.path, changes) if programme.path else programme
    return changed(base, changes)


def notes(programme: Programme) -> list[Fault]:
    """What the file says and no plan will see, each with its place: contracts of strangers, workloads out of time.

    The programme is sound with them; a `Fault` is here the form and not the weight.
    """
    from gigawatt.file.notes import notes as told
    from gigawatt.history.binding import binding

    return told(programme, {contract_id for contract_id, *_ in binding(programme)})


def plan(
    programme: Programme,
    *,
    relax: bool = False,
    gap: float | None = None,
    budget_seconds: float | None = None,
    model_file: str | os.PathLike[str] | None = None,
    as_of: date | None = None,
    signs: Mapping[str, bool] | None = None,
    cores: int = 2,
    tell: Tell | None = None,
) -> Plan:
    """Find what to sign, build and take, and where each workload runs, so that every clause is kept.

    `relax` takes whole phases and offers in fractions; `gap` is relative (default: small programmes to the end, large
    ones to 0.5 %); `budget_seconds` bounds the whole of it (default 60). `model_file` writes the model as MPS or LP,
    for another solver to check. `as_of` plans with the contracts as known on that day, in place of the file's own.
    `signs` has offers that are signed (true) or refused come what may; the plan decides on the others. It works on so
    many `cores` at once. `tell` is called with (stage, what, share done). Raises `Infeasible`, `Unbounded` or
    `PlanError`, `GigawattError` for a name that no offer has, and `ValueError` for a gap below nought or a budget of no
    time.
    """
    _refuse_senseless(gap, budget_seconds)
    from gigawatt.model.plan import Plan
    from gigawatt.planner.solving import BUDGET_SECONDS, Options, plan_programme

    options = Options(
        relax=relax,
        gap=gap,
        budget_seconds=BUDGET_SECONDS if budget_seconds is None else budget_seconds,
        cores=cores,
        model_file=Path(model_file) if model_file is not None else None,
        signs=signs or {},
    )
    Plan.display = staticmethod(_notebook)
    known = known_on(rated(programme), as_of)
    if signs:
        from gigawatt.sim.offers import refuse_no_offers

        refuse_no_offers(programme, known, signs)
    return plan_programme(known, options, tell)


def explain(
    programme: Programme,
    *,
    workload: str | None = None,
    month: str | None = None,
    pool: str | None = None,
    why: Literal["unserved", "here"] | None = None,
    relax: bool = False,
    gap: float | None = None,
    budget_seconds: float | None = None,
    as_of: date | None = None,
    cores: int = 2,
    tell: Tell | None = None,
) -> Explanation:
    """Why there is no plan, or why the plan leaves this unserved and runs that here and not there.

    Plans as `plan` does, whole unless `relax`. Without a plan: the smallest set of clauses and limits that contradict
    one another, and by how much each would have to give. With one: what is `unserved` (the five stretches of most value
    lost) and why a workload runs `here`; of one `workload`, `month` (`2027-03`) or `pool` in full. Prices are the duals
    of the plan, its whole numbers as they are, undiscounted. Raises `GigawattError` for names that are not there,
    `PlanError` where neither a plan nor a contradiction was found, `ValueError` as `plan` does.
    """
    _refuse_senseless(gap, budget_seconds)
    from gigawatt.planner.explaining import explain_programme
    from gigawatt.planner.solving import BUDGET_SECONDS, Options
    from gigawatt.planner.worked import Asked

    seconds = BUDGET_SECONDS if budget_seconds is None else budget_seconds
    options = Options(relax=relax, gap=gap, budget_seconds=seconds, cores=cores)
    if why not in (None, "unserved", "here"):
        raise ValueError(f"`why` is {why!r}; ask `unserved` or `here`, or leave it out for both")
    asked = Asked(workload, month, pool, ("unserved", "here") if why is None else (why,))
    return explain_programme(known_on(rated(programme), as_of), options, asked, tell or (lambda *told: None))


def sweep_of(
    programme: Programme,
    settings: Mapping[str, Sequence[str]],
    out: str | os.PathLike[str],
    *,
    workers: int | None = None,
    tell: Callable[[int, int], None] | None = None,
    **options: Any,
) -> pl.DataFrame:
    """The plan of every combination of some values, by their paths as for `change`; a row for each, in order.

    Columns: each path, then status, optimal, objective, gap, cash (of those who decide), value_unserved, signed,
    seconds, error. Cases run side by side on so many `workers` (default: the cores there are); each is kept in `out` as
    soon as it is done, so that a sweep that was stopped goes on. `options` are those of `plan`. Raises `GigawattError`
    where there are no cases or the programme has no file, `OutputError` where `out` cannot be written to.
    """
    from gigawatt.errors import GigawattError
    from gigawatt.sim.sweeping import Sweep, grid

    cases = grid(settings)
    if not programme.path:
        raise GigawattError("the programme was made in Python and has no file whose values could be set")
    planned = partial(_planned, programme.path, programme.changes, {**options, "cores": 1})
    identity = json.dumps([digest(programme), programme.changes.told(), sorted(options.items())], default=str)
    done = Sweep(Path(out), planned, identity, workers or os.cpu_count() or 1)
    return done.run(cases, tell or (lambda known, of: None))


def _planned(path: str, before: Changes, options: Mapping[str, Any], case: Changes) -> Plan:
    """The plan of one case; a function of a module, so that another process can be asked for it."""
    from gigawatt.sim.what_if import changed

    changes = before.and_then(case)
    return plan(changed(_read(path, changes), changes), **options)


def digest(programme: Programme) -> str:
    """Stands for what the programme's files say."""
    import hashlib

    files = {programme.path, *(place.file for place in programme.places.keys.values())}
    found = hashlib.sha256()
    for file in sorted(files):
        if Path(file).is_file():
            found.update(Path(file).read_bytes())
    return found.hexdigest()


def compared(first: Plan | str | os.PathLike[str], second: Plan | str | os.PathLike[str]) -> Comparison:
    """What differs between two plans, each as it was made or by the folder to which it was written.

    Raises `GigawattError` where a folder holds no plan, or the two are in different currencies.
    """
    from gigawatt.model.plan import Plan
    from gigawatt.sim.comparing import compare, told_by, told_in

    one, two = (told_by(each) if isinstance(each, Plan) else told_in(Path(each)) for each in (first, second))
    return compare(one, two)


def offers_compared(programme: Programme, first: str, second: str, **options: Any) -> Comparison:
    """What differs between the plan that signs one offer and refuses another, and the plan that does the contrary.

    Each is the best of its kind, and decides on all other offers; `options` are those of `plan`. The terms of both
    stand in the comparison's `terms`. Raises `GigawattError` for a name that no offer has or that is given twice, and
    as `plan` does where one of the two cannot be signed; the message says which.
    """
    from gigawatt.sim.offers import compare_offers

    return compare_offers(programme, first, second, partial(plan, programme, **options))


def compared_picture(comparison: Comparison, path: str | os.PathLike[str]) -> None:
    """Write the differences in money as a picture (SVG). Raises `OutputError`."""
    from gigawatt.report.two_plans import write_picture

    write_picture(comparison, Path(path))


def worth(
    programme: Programme,
    clauses: Sequence[str] = (),
    *,
    as_of: date | None = None,
    relax: bool = False,
    budget_seconds: float = 120.0,
    shares: bool | None = None,
    cores: int = 2,
    tell: Tell | None = None,
) -> Worth:
    """What each of some clauses (contract/clause; all that bind if none is named) is worth, and to whom.

    Each is taken away in turn and the programme is planned anew, with contracts as known on `as_of`. `relax` plans
    in fractions alone; else whole plans are sought too, within `budget_seconds` for all of them together. `shares`
    splits what the clauses are worth together among them (default: of at most ten). `tell` is called with (stage,
    what, share done). Raises `GigawattError` for a clause that is unknown or not in force, `Infeasible` or
    `Unbounded` where there is no plan with all of them.
    """
    from gigawatt.sim.shapley import EXACT
    from gigawatt.sim.worth import Valuation

    _refuse_senseless(None, budget_seconds)
    together = shares if shares is not None else 1 < len(clauses) <= EXACT
    valued = Valuation(rated(programme), partial(known_on, known=as_of), not relax, budget_seconds, cores, together)
    return valued.worth(clauses, tell or (lambda stage, what, done: None))


def write_worth(found: Worth, folder: str | os.PathLike[str], file: str = "") -> None:
    """Write worth.json, worth.html and tornado.svg. Raises `OutputError`."""
    from gigawatt.errors import OutputError
    from gigawatt.report.worth_page import write_picture
    from gigawatt.report.worth_page import write_report as write

    path = Path(folder)
    write(found, path / "worth.html", file)
    write_picture(found, path / "tornado.svg")
    try:
        text = json.dumps(found.as_dict(), indent=1, ensure_ascii=False)
        (path / "worth.json").write_text(text, encoding="utf-8")
    except OSError as fault:
        raise OutputError(f"cannot write to {path}: {fault.strerror}; give another --out") from fault


def known_on(programme: Programme, known: date | None = None) -> Programme:
    """The programme with its contracts as known on a day, which becomes its `as_of`; offers that lapsed are left out.

    Without a day: as known on the `as_of` that the file states; where it states none, with all that it records. Raises
    `Contradiction` where two clauses cannot be kept together and neither overrides the other.
    """
    from gigawatt.history.known import as_known
    from gigawatt.history.versions import known_day

    if known is not None:
        return as_known(programme.as_of_day(known), known)
    return as_known(programme, known_day(programme))


def may(programme: Programme, ask: Ask, facts: Facts | None = None) -> Verdict:
    """May this happen? The verdict names every clause that bears on it, its words, and where it stands.

    Pure: the same programme, ask and facts give the same verdict. For many asks make a `broker.gate.Gate` once.
    """
    from gigawatt.broker.gate import Gate

    return Gate(programme, facts).decide(ask)


def ask_of(programme: Programme, **told: Any) -> Ask:
    """An ask from the words of a command. Raises `GigawattError` for what cannot be read."""
    from gigawatt.file.asking import ask_of as read

    return read(programme, **told)


def record(programme: Programme, path: str | os.PathLike[str]) -> Facts:
    """Read offers and notices on record about a programme. Raises `ProgrammeError` with every fault and its place."""
    from gigawatt.file.record import read_record

    return read_record(Path(path), programme)


def clauses_on(programme: Programme, on: date, known: date | None = None, party: str | None = None) -> list[State]:
    """Every clause (of a party, where one is named) as it stands on a day, as known on a day (the same if absent).

    Raises `GigawattError` for a party that is none of the programme's.
    """
    from gigawatt.errors import GigawattError
    from gigawatt.history.state import states
    from gigawatt.values.ids import unknown

    if party is not None and party not in programme.parties:
        raise GigawattError(unknown("party", party, programme.parties))

    return states(programme, on, known or on, party)


def clauses_over(programme: Programme, days: Sequence[date], known: date | None = None) -> pl.DataFrame:
    """What is in force on each of many days, as known on a day, or on each day itself where none is given.

    Columns: day, contract, clause, version, effective; a row for each clause and day on which one is in force.
    """
    import numpy as np
    import polars as pl

    from gigawatt.history.snapshots import NONE, Snapshots
    from gigawatt.history.versions import history_of

    snapshots = Snapshots(history_of(programme.as_written))
    found = snapshots.over(days, known)
    at, clause = np.nonzero(found != NONE)
    versions = [snapshots.versions[which] for which in found[at, clause].tolist()]
    return pl.DataFrame(
        {
            "day": [days[int(n)] for n in at],
            "contract": [version.contract_id for version in versions],
            "clause": [version.clause_id for version in versions],
            "version": [version.name for version in versions],
            "effective": [version.begins for version in versions],
        },
        schema={"day": pl.Date, "contract": pl.Utf8, "clause": pl.Utf8, "version": pl.Utf8, "effective": pl.Date},
    )


def changes_between(programme: Programme, since: date, until: date) -> list[Change]:
    """What became known after one day and by another. Raises `GigawattError` where no day lies between."""
    from gigawatt.errors import GigawattError
    from gigawatt.history.state import changes

    if until <= since:
        raise GigawattError(f"no day lies after {since} and by {until}; put the earlier one first")

    return changes(programme, since, until)


def clause_of(programme: Programme, name: str) -> ClauseCard:
    """One clause with its history in both times. Raises `GigawattError` where there is none of that name."""
    from gigawatt.history.card import card

    return card(programme, name)


def due_between(
    programme: Programme, first: date, last: date, *, known: date | None = None, facts: Facts | None = None
) -> list[Due]:
    """All that falls due from one day through another, as known on a day (the first if absent)."""
    import datetime

    from gigawatt.errors import GigawattError
    from gigawatt.history.state import due
    from gigawatt.values.span import Span

    if last < first:
        raise GigawattError(f"there are no days from {first} through {last}; put the earlier one first")
    day = datetime.timedelta(days=1)
    until = min(last, datetime.date.max - day) + day
    return due(programme, Span(first, until), known or first, facts)


def write_calendar(programme: Programme, found: Sequence[Due], path: str | os.PathLike[str]) -> None:
    """Write what falls due as a calendar file (iCalendar). Raises `OutputError`."""
    from gigawatt.report.calendar_file import write_calendar as write

    write(programme, found, Path(path))


def _refuse_senseless(gap: float | None, budget_seconds: float | None) -> None:
    """ValueError for what no search can be asked for; not a number is neither above nor below anything."""
    if gap is not None and not gap >= 0:
        raise ValueError(
            f"`gap` is {gap:g}; give the share of the best at which to stop, nought or more: 0.005 is 0.5 %"
        )
    if budget_seconds is not None and not budget_seconds > 0:
        raise ValueError(f"`budget_seconds` is {budget_seconds:g}; give the whole plan some time, as 60")


def _notebook(answer: Plan) -> str:
    from gigawatt.report.notebook import notebook

    return notebook(answer)


def schema() -> dict[str, Any]:
    """The JSON Schema of the programme file, with every kind of clause that is installed."""
    from gigawatt.file.schema import json_schema

    found: dict[str, Any] = json_schema(programme_type(all_kinds()))
    return found


def schema_text() -> str:
    """The JSON Schema as text."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def write_report(answer: Plan, path: str | os.PathLike[str]) -> None:
    """Write the report of a plan: one file that works offline."""
    from gigawatt.report.page import write_report as write

    write(answer, Path(path))


def summary(answer: Plan) -> str:
    """The plan in a screenful of plain text."""
    from gigawatt.report.summary import summary as text

    return text(answer)


def start(folder: Path) -> Path:
    """Write a small programme to start from into a folder; returns its path. Raises `OutputError`."""
    from gigawatt.errors import OutputError
    from gigawatt.file.template import FILE, template

    path, schema_name = folder / FILE, "programme.schema.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(template(schema_name))
        (folder / schema_name).write_text(schema_text(), encoding="utf-8")
    except FileExistsError as fault:
        raise OutputError(f"{path} is there already and is left as it is; give another folder") from fault
    except OSError as fault:
        raise OutputError(f"cannot write to {folder}: {fault.strerror}; give another folder") from fault
    return path
