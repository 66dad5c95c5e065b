"""What workloads want: their Use, what is unserved, revenue, and the value of what is not done."""

from __future__ import annotations

from twin_recording import INFINITY, Sum
from twin_state import MILLION, Due, Twin
from twin_timing import both

from gigawatt.model.workload import Research, Serving, Training, Wanted


def want(twin: Twin, name: str, workload: Wanted) -> None:
    reference, rates = twin.rates(workload)
    twin.earner[name] = workload.owner or twin.programme.decides[0]
    if isinstance(workload, Training):
        _training(twin, name, workload, reference, rates)
    elif isinstance(workload, Research):
        _research(twin, name, workload, reference, rates)
    elif isinstance(workload, Serving):
        _serving(twin, name, workload, reference, rates)


def _earn(twin: Twin, name: str, t: int, work: Sum, price: float) -> None:
    """Revenue for work done in a month."""
    if price:
        twin.revenue[name].append(
            Due(t, both(twin.time.months[t], twin.span_of(twin.programme.workloads[name])), work * price)
        )
        twin.pay(work * price, t, "customers", twin.earner[name])


def _lose(twin: Twin, workload: Wanted, t: int, work: Sum, reference: float) -> None:
    """The value of work that is not done, where its owner decides."""
    if (workload.owner or twin.programme.decides[0]) not in twin.programme.decides:
        return
    price = twin.time.mean(workload.unserved_per_unit, t, twin.span_of(workload)) * reference
    twin.book.objective.add(work * (-price * twin.time.discount[t] / MILLION))


def _serving(twin: Twin, name: str, workload: Serving, reference: float, rates: dict[str, float]) -> None:
    time, span = twin.time, twin.span_of(workload)
    weights = {s: float(workload.profile.get(s, 1)) for s in time.slices}
    mean = sum(weights[s] * time.slices[s] for s in time.slices) / 24
    for t in range(len(time.months)):
        for s in time.slices:
            wanted = time.level(workload.demand, t, span) / reference * weights[s] / mean
            if not wanted:
                continue
            done = Sum()
            for pool, rate in rates.items():
                column = twin.book.column("use", (pool, name, t, s), wanted / rate)
                twin.use[pool, name, t, s] = column
                done.add(column * rate)
            missed = twin.book.column("unserved", (name, t, s))
            twin.book.row("serve", (name, t, s), done + missed, "=", wanted)
            price = time.mean(workload.revenue_per_unit, t, span) * reference
            _earn(twin, name, t, done * time.hours(t, s), price)
            _lose(twin, workload, t, missed * time.hours(t, s), reference)


def _research(twin: Twin, name: str, workload: Research, reference: float, rates: dict[str, float]) -> None:
    time, span = twin.time, twin.span_of(workload)
    for t in range(len(time.months)):
        per_month = time.all_hours(t) if workload.demand_per == "hour" else 1.0
        wanted = time.level(workload.demand, t, span) / reference * per_month
        if not wanted:
            continue
        done = Sum()
        for pool, rate in rates.items():
            for s in time.slices:
                hours = time.hours(t, s)
                column = twin.book.column("use", (pool, name, t, s), wanted / rate / hours)
                twin.use[pool, name, t, s] = column
                done.add(column * (rate * hours))
        missed = twin.book.column("unserved", (name, t))
        twin.book.row("serve", (name, t), done + missed, "=", wanted)
        _earn(twin, name, t, done, time.mean(workload.revenue_per_unit, t, span) * reference)
        _lose(twin, workload, t, missed, reference)


def _training(twin: Twin, name: str, workload: Training, reference: float, rates: dict[str, float]) -> None:
    time, span = twin.time, twin.span_of(workload)
    months = [t for t in range(len(time.months)) if time.cover(span, t)]
    if not months:
        return
    window = sum(time.all_hours(t) * time.cover(span, t) for t in months)
    wanted = float(workload.flop) / reference if workload.flop is not None else float(workload.chips or 0) * window
    done, runs = Sum(), Sum()
    for pool, rate in rates.items():
        chosen = twin.book.binary("runs", (pool, name)) if len(rates) > 1 else twin.one
        runs.add(chosen)
        for t in months:
            bound = min(_most_at_once(workload, rate) * time.cover(span, t), wanted / rate / time.all_hours(t))
            column = twin.book.column("use", (pool, name, t), bound)
            for s in time.slices:
                twin.use[pool, name, t, s] = column
            twin.book.row("runs", (pool, name, t), column, "<=", chosen * bound)
            work = column * (rate * time.all_hours(t))
            done.add(work)
            _earn(twin, name, t, work, time.mean(workload.revenue_per_unit, t, span) * reference)
    twin.book.row("one pool", name, runs, "<=", 1.0)
    missed = twin.book.column("unserved", name)
    twin.book.row("serve", name, done + missed, "=", wanted)
    _lose(twin, workload, months[-1], missed, reference)


def _most_at_once(workload: Training, rate: float) -> float:
    """Chips at once: as stated; where the run is so many chips for the whole window, those."""
    if workload.most_chips is not None:
        return float(workload.most_chips)
    return float(workload.chips) / rate if workload.chips is not None else INFINITY
