"""Tables of a report as HTML. Every text that comes from a programme is escaped here, and nowhere is it trusted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING

from gigawatt.report import decisions, digest, figures

if TYPE_CHECKING:
    from gigawatt.model.clause import Clause
    from gigawatt.model.contract import Contract
    from gigawatt.model.fields import Cite
    from gigawatt.model.plan import Plan
    from gigawatt.model.provenance import Provenance
    from gigawatt.report.charts import Words

BINDING = ("signed", "offer")
STATUS_WORDS = {"signed": "signed", "offer": "offer", "loi": "letter of intent", "announced": "announced"}
LINK = re.compile(r"https?://[^\s<>\"']+")


class Markup(str):
    """A text that is HTML already and was made here."""

    __slots__ = ()


Cell = str | Markup


def cell(value: Cell) -> str:
    """The HTML of a cell: escaped unless it was made here."""
    return str(value) if isinstance(value, Markup) else escape(value)


def table(
    headers: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    caption: str,
    figures_from: int | None = None,
    figures_in: Sequence[int] = (),
    kind: str = "",
    row_classes: Sequence[str] = (),
) -> Markup:
    """A table with a caption for those who listen; columns with figures stand to the right."""
    right = {i for i in range(len(headers)) if i in figures_in or (figures_from is not None and i >= figures_from)}
    head = "".join(f'<th scope="col"{_right(i in right)}>{escape(header)}</th>' for i, header in enumerate(headers))
    body = []
    for number, row in enumerate(rows):
        style = f' class="{row_classes[number]}"' if number < len(row_classes) and row_classes[number] else ""
        first = f'<th scope="row">{cell(row[0])}</th>'
        rest = "".join(f"<td{_right(i in right)}>{cell(each)}</td>" for i, each in enumerate(row[1:], start=1))
        body.append(f"<tr{style}>{first}{rest}</tr>")
    return Markup(
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f'<table class="{kind}"><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def _right(is_figure: bool) -> str:
    return ' class="figure"' if is_figure else ""


def words_table(words: Words, caption: str) -> Markup:
    """The table that says what a picture shows."""
    return table(words.headers, words.rows, caption=caption, figures_from=1)


def badge(text: str, kind: str) -> Markup:
    """A word in a box, coloured by its kind, which is one of ours."""
    return Markup(f'<span class="badge {kind}">{escape(text)}</span>')


def whole(text: str) -> Markup:
    """A text that is not broken over lines."""
    return Markup(f'<span class="whole">{escape(text)}</span>' if text else "")


def linked(text: str) -> Markup:
    """The text, with its addresses made into links that only open when asked."""
    parts, place = [], 0
    for match in LINK.finditer(text):
        address = match.group().rstrip(".,;)")
        parts += [
            escape(text[place : match.start()]),
            f'<a href="{escape(address)}" rel="noopener noreferrer">{escape(address)}</a>',
        ]
        place = match.start() + len(address)
    return Markup("".join(parts) + escape(text[place:]))


def offers_table(plan: Plan) -> Markup | None:
    """What to sign and what not, with what it is worth and where the choice would turn."""
    choices = decisions.choices(plan)
    if not choices:
        return None
    shared = decisions.shared_notes(choices)
    rows: list[list[Cell]] = [
        [
            choice.contract,
            badge("sign", "good") if choice.signed else badge("do not sign", "plain"),
            choice.seller,
            whole(choice.sign_by),
            whole(choice.brings),
            whole(choice.worth.removeprefix("signing ")),
            whole(choice.asked),
            whole(choice.turn),
            whole(choice.unit if choice.asked or choice.turn else ""),
            "" if choice.note in shared else choice.note,
        ]
        for choice in choices
    ]
    headers = ["offer", "decision", "seller", "sign by", "brings", "signing", "asked", "worth up to", "", "note"]
    keep = [i for i in range(len(headers)) if i < 4 or any(row[i] for row in rows)]
    told = table(
        [headers[i] for i in keep],
        [[row[i] for i in keep] for row in rows],
        caption="Offers, and what each is worth",
        figures_in=[place for place, i in enumerate(keep) if headers[i] in ("brings", "asked", "worth up to")],
    )
    notes = "".join(f'<p class="quiet">Of {count} offers: {escape(note)}.</p>' for note, count in shared.items())
    return Markup(told + notes)


def renewals_table(plan: Plan) -> Markup | None:
    """Contracts that the plan may renew or end early: what to say by when, and what that is worth."""
    choices = decisions.renewals(plan)
    if not choices:
        return None
    rows: list[list[Cell]] = [
        [
            choice.contract,
            badge(choice.words, "good" if choice.signed else "plain"),
            whole(choice.since),
            choice.say,
            whole(choice.sign_by),
            whole(choice.worth),
            whole(choice.asked),
            whole(choice.turn),
            whole(choice.unit if choice.asked or choice.turn else ""),
            choice.note,
        ]
        for choice in choices
    ]
    headers = ["contract", "decision", "from", "say", "by", "which", "asked", "worth up to", "", "note"]
    keep = [i for i in range(len(headers)) if i < 5 or any(row[i] for row in rows)]
    return table(
        [headers[i] for i in keep],
        [[row[i] for i in keep] for row in rows],
        caption="Contracts to renew or to end, and what that is worth",
        figures_in=[place for place, i in enumerate(keep) if headers[i] in ("asked", "worth up to")],
    )


def items_table(plan: Plan) -> Markup | None:
    """What to build, buy and take."""
    items = [item for item in digest.items(plan) if item.new]
    return _items(items, "What to build, buy and take") if items else None


def contracted_table(plan: Plan) -> Markup | None:
    """What was contracted for already."""
    items = [item for item in digest.items(plan) if not item.new]
    return _items(items, "Capacity contracted for before") if items else None


def _items(items: Sequence[digest.Item], caption: str) -> Markup:
    rows = [
        (
            item.verb,
            item.thing,
            whole(decisions.when(item)),
            figures.count(item.chips) if item.chips else "",
            figures.power(item.power_mw) if item.power_mw else "",
            figures.money(item.capex) if item.capex else "",
        )
        for item in items
    ]
    headers = ["do", "what", "from", "chips", "IT power", "capital"]
    keep = [i for i in range(len(headers)) if i < 3 or any(row[i] for row in rows)]
    return table([headers[i] for i in keep], [[row[i] for i in keep] for row in rows], caption=caption, figures_from=3)


def contracts_table(plan: Plan, *, binding: bool) -> Markup | None:
    """Contracts with their clauses: those in force and offers, or those that are announced and bind nothing."""
    paid: dict[str, float] = {}
    for row in digest.paid_to_others(plan).iter_rows(named=True):
        paid[row["by"]] = paid.get(row["by"], 0.0) + row["paid"]
    signed = {choice.contract: choice.signed for choice in decisions.choices(plan)}
    rows: list[Sequence[Cell]] = []
    kinds: list[str] = []
    for name, contract in plan.programme.contracts.items():
        if (contract.status in BINDING) != binding:
            continue
        rows.append(_contract_row(name, contract, signed.get(name)))
        kinds.append("group")
        rows += [_clause_row(f"{name}/{key}", clause, contract, paid) for key, clause in contract.clauses.items()]
        kinds += [""] * len(contract.clauses)
    if not rows:
        return None
    caption = "Contracts and their clauses" if binding else "Announced and letters of intent: they bind nothing"
    headers = ("contract, clause", "what", "in force", "where it stands", "paid in the plan")
    return table(headers, rows, caption=caption, figures_in=(4,), row_classes=kinds, kind="contracts")


def _contract_row(name: str, contract: Contract, signed: bool | None) -> Sequence[Cell]:
    status = STATUS_WORDS[contract.status]
    kind = "good" if contract.status == "signed" or signed else "plain"
    if signed is not None:
        status = "offer, signed by the plan" if signed else "offer, not signed"
    marks = [cell(badge(status, kind))]
    if contract.assumed:
        marks.append(cell(badge("assumed", "warn")))
    sides = f"buyer {escape(contract.buyer)}, seller {escape(contract.seller)} {' '.join(marks)}"
    return (name, Markup(sides), _span(contract), _where(contract.cite, contract.basis, contract.note), "")


def _clause_row(name: str, clause: Clause, contract: Contract, paid: Mapping[str, float]) -> Sequence[Cell]:
    amount = paid.get(name, 0.0)
    what = clause.kind.replace("_", " ")
    place = getattr(clause, "pool", None) or getattr(clause, "chip", None) or getattr(clause, "site", None)
    marks = [escape(f"{what} · {place}" if place else what)]
    if clause.assumed:
        marks.append(cell(badge("assumed", "warn")))
    span = _span(clause) if _span(clause) != _span(contract) else ""
    told = figures.money(amount) if abs(amount) >= 0.5 else ""
    return (name, Markup(" ".join(marks)), span, _where(clause.cite, clause.basis or "", clause.note), told)


def _span(thing: Contract | Clause) -> Markup:
    """From the first day to the last, inclusive, as a contract says it; only the ends that it states."""
    first = f"from {thing.from_}" if thing.from_ is not None else ""
    last = f"to {thing.until - timedelta(days=1)}" if thing.until is not None else ""
    return Markup(" ".join(f'<span class="whole">{part}</span>' for part in (first, last) if part))


def _where(cite: Cite | None, basis: str, note: str | None) -> Markup:
    parts = []
    if cite is not None:
        place = ", ".join(part for part in (cite.document, cite.section) if part)
        if place:
            parts.append(cell(linked(place)))
        if cite.words:
            parts.append(f"<q>{escape(cite.words)}</q>")
    if basis and basis != "contract":
        parts.append(cell(badge(basis, "plain")))
    if note:
        parts.append(f'<span class="quiet">{cell(linked(note))}</span>')
    return Markup(" ".join(parts))


def provenance_table(records: Sequence[Provenance], caption: str, *, sources: bool) -> Markup:
    """Figures with where they stand in the file, and their source or the note on why they are assumed."""
    rows = []
    for record in records:
        told = "; ".join((*record.source, *((record.note,) if record.note else ())))
        place = (
            f"{record.file.rpartition('/')[2]}:{record.line}"
            if record.line
            else record.file.rpartition("/")[2] or "default"
        )
        rows.append((record.path, " ".join(record.value_text.split()) or "all of it", linked(told), place))
    headers = ("figure", "value", "source" if sources else "why", "where")
    return table(headers, rows, caption=caption, kind="provenance")
