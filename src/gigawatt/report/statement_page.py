"""A statement as a page to print: one HTML file with no scripts, on white paper, amounts in columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from html import escape
from importlib.metadata import version

from gigawatt.model.statement import Left, Statement, StatementLine
from gigawatt.values.money import Money

STYLE = """
@page { size: A4; margin: 18mm 14mm; }
:root { color-scheme: light; }
body { font: 10pt/1.45 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 62rem; margin: 2rem auto;
  padding: 0 1rem; }
header { display: flex; justify-content: space-between; align-items: baseline; border-bottom: 2px solid #1a1a1a; }
h1 { font-size: 1.5rem; margin: 0 0 .4rem; } h2 { font-size: 1.05rem; margin: 1.8rem 0 .4rem; }
p.state { font-weight: 600; } .open { color: #8a5a00; } .closed { color: #14632f; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .3rem .5rem; vertical-align: top; text-align: left; }
thead th { border-bottom: 1px solid #1a1a1a; font-weight: 600; } tbody tr + tr td { border-top: 1px solid #ddd; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.day { white-space: nowrap; }
table.account th:nth-child(2), table.account th:nth-child(3) { width: 28%; }
tr.sum td { border-top: 1px solid #1a1a1a; font-weight: 600; }
small { color: #555; overflow-wrap: anywhere; } footer { margin-top: 2rem; border-top: 1px solid #ddd; color: #555; }
@media print {
  body { margin: 0; max-width: none; padding: 0; }
  tr { break-inside: avoid; }
  thead { display: table-header-group; }
}
"""


def render(told: Statement) -> str:
    """The statement as HTML."""
    title = f"Statement {told.period}: {told.first} and {told.second}"
    programme, first, second, currency = map(escape, (told.programme, told.first, told.second, told.currency))
    return "\n".join(
        (
            '<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">',
            f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>",
            f"<header><h1>Statement of account</h1><p>{programme}, {escape(told.period)}</p></header>",
            f"<p>Between <strong>{first}</strong> and <strong>{second}</strong>, in {currency}. Amounts are what "
            f"{first} owes {second}; below nought it is the other way.</p>",
            f'<p class="state {escape(told.state)}">{escape(_standing(told))}</p>',
            "<h2>Account</h2>",
            _account(told),
            *_accrued(told),
            *_left(told),
            *_sources(told),
            f"<footer><p>Made by gigawatt {escape(version('gigawatt'))} from the book of {programme}, record "
            f"<small>{escape(told.head)}</small></p></footer>\n</body>\n</html>\n",
        )
    )


def _standing(told: Statement) -> str:
    """How the period stands, in words."""
    if told.kept_open:
        return f"Open: {told.kept_open}"
    signed = [f"prepared by {told.preparer}"] if told.preparer else []
    signed += [f"approved by {told.approver}"] if told.approver else []
    return ", ".join((f"The period is {told.state}", *signed))


def _account(told: Statement) -> str:
    head = ("Day", "For", "Contract, clause", "Quantity", "Rate", f"Amount, {told.currency}")
    rows = [_sum("Opening balance", told.opening_minor, told.currency)]
    rows += [_line(line, told.currency) for line in told.lines]
    rows.append(_sum("Closing balance", told.closing_minor, told.currency))
    return _table(head, rows, "nnn")


def _line(line: StatementLine, currency: str) -> str:
    what = line.what + (f" of {line.of_month}" if line.of_month and line.of_month != f"{line.day:%Y-%m}" else "")
    note = "credit note: " if line.act == "credit_note" else ""
    cells = (
        f'<span class="day">{line.day}</span>', escape(note + what) + _small(_facts(line)),
        escape(line.clause or line.contract) + _small(line.words),
        escape(quantity(line.quantity)), escape(_short(line.rate)),
        escape(amount(line.amount_minor, currency)),
    )  # fmt: skip
    return _row(cells, "nnn")


def _accrued(told: Statement) -> Iterable[str]:
    if told.accrued:
        yield "<h2>Accrued, not yet invoiced</h2>"
        head = ("Day", "For", "Contract, clause", "Quantity", "Rate", f"Amount, {told.currency}")
        rows = [_line(line, told.currency) for line in told.accrued]
        yield _table(head, [*rows, _sum("Accrued at the period's end", told.accrued_minor, told.currency)], "nnn")


def _left(told: Statement) -> Iterable[str]:
    if told.left:
        yield "<h2>What is left of caps, commitments and lots</h2>"
        head = ("Clause", "Of", "Until", "Whole", "Used", "Left", "Money held")
        yield _table(
            head, [_row(tuple(map(escape, left_cells(one, told.currency))), "nnnn") for one in told.left], "nnnn"
        )


def left_cells(one: Left, currency: str) -> tuple[str, ...]:
    """What is left of a promise, as the cells of a row."""
    held = f"{amount(one.held_minor, currency)} as {one.held_as}" if one.held_as else ""
    numbers = (f"{number(text)} {one.unit}" for text in (one.whole, one.used, one.left))
    return (one.clause, one.what, f"{one.until or ''}", *numbers, held)


def _sources(told: Statement) -> Iterable[str]:
    if told.digests:
        yield "<h2>Digests of source facts</h2><ul>"
        yield from (f"<li><small>{escape(name)}: {escape(text)}</small></li>" for name, text in told.digests.items())
        yield "</ul>"


def amount(minor: int, currency: str) -> str:
    """Money as a table has it: `1,234.50`."""
    return f"{Money(minor, currency).to_decimal():,f}"


def quantity(text: str) -> str:
    """A quantity with its unit for people: `1,000.125 chip-hour`."""
    exact, _, unit = text.partition(" ")
    return f"{number(exact)} {unit}" if exact else ""


def number(text: str) -> str:
    """An exact number for people: thousands apart, three decimals at most."""
    return f"{float(Fraction(text)):,.3f}".rstrip("0").rstrip(".")


def _short(rate: str) -> str:
    return f"{float(Fraction(rate)):.6g}" if rate else ""


def _facts(line: StatementLine) -> str:
    """The ids of its facts; of a digest the first letters, since all of it stands at the end."""
    return ", ".join(f"{name[:16]}..." if name.startswith("sum|") else name for name in line.facts)


def _small(text: str) -> str:
    return f"<br><small>{escape(text)}</small>" if text else ""


def _sum(words: str, minor: int, currency: str) -> str:
    return (
        f'<tr class="sum"><td colspan="5">{escape(words)}</td><td class="n">{escape(amount(minor, currency))}</td></tr>'
    )


def _row(cells: Sequence[str], numbers: str) -> str:
    words = len(cells) - len(numbers)
    tagged = (f"<td{' class=n' if n >= words else ''}>{cell}</td>" for n, cell in enumerate(cells))
    return f"<tr>{''.join(tagged)}</tr>"


def _table(head: Sequence[str], rows: Sequence[str], numbers: str) -> str:
    words = len(head) - len(numbers)
    titles = "".join(
        f'<th scope="col"{" class=n" if n >= words else ""}>{escape(one)}</th>' for n, one in enumerate(head)
    )
    account = ' class="account"' if len(head) == 6 else ""
    return f"<table{account}><thead><tr>{titles}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
