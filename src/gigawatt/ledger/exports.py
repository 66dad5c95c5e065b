"""Exports: a book written for other programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from gigawatt.errors import BookError
from gigawatt.ledger.beancount_text import beancount
from gigawatt.ledger.book import Book
from gigawatt.ledger.charges import charges
from gigawatt.ledger.extract import Extract
from gigawatt.ledger.focus_commitments import Commitment, commitments, contract_commitments
from gigawatt.ledger.focus_rows import cost_and_usage, line
from gigawatt.ledger.hledger_text import hledger
from gigawatt.ledger.out_folder import file_name, write, written
from gigawatt.ledger.own_accounts import named
from gigawatt.model.chart import Chart
from gigawatt.model.exported import Exported
from gigawatt.model.programme import Programme
from gigawatt.values.ids import unknown
from gigawatt.values.span import month_span

TEXTS = {"beancount": (beancount, ".beancount"), "hledger": (hledger, ".journal")}
FORMS = ("beancount", "focus", "hledger")
VERSIONS = ("1.2", "1.4")
"""The versions of FOCUS that are written."""


def export(
    book: Book, form: str, out: Path, party: str, period: str, chart: Chart | None, programme: Programme | None
) -> Exported:
    """Write a book in a form into a folder. BookError, ProgrammeError or OutputError where that cannot be."""
    if form not in FORMS:
        raise BookError(f"{unknown('form', form, FORMS)}; the forms are {', '.join(FORMS)}")
    if form == "focus" and not party:
        raise BookError("FOCUS has the charges of one buyer; name it as the party")
    if form == "focus" and chart is not None:
        raise BookError("FOCUS names no accounts; leave the chart out")
    if form != "focus" and programme is not None:
        raise BookError(f"only FOCUS tells what contracts commit to; leave the programme out for {form}")
    with book.store.reading():
        extract = Extract.of(book, party, period)
        if form == "focus":
            return _focus(extract, out, programme)
        accounts, (text, ending) = named(extract, chart), TEXTS[form]
        pieces, path = text(extract, accounts), out / file_name(extract.name, ending)
        with written(out):
            write([path], zip(pieces))
    return Exported({path: extract.entries})


def _focus(extract: Extract, out: Path, programme: Programme | None) -> Exported:
    """Cost and Usage in each version; Contract Commitment where the programme is there to tell them."""
    if programme is not None and programme.programme != extract.book.identity.programme:
        raise BookError(
            f"this is the book of {extract.book.identity.programme}, and {programme.programme} cannot tell what it is "
            "committed to; name that programme's file"
        )
    currency, found = extract.book.identity.currency, list[Commitment]()
    if programme is not None:
        last = month_span(max(extract.moved)).until - timedelta(days=1)
        found = commitments(programme, extract.party, last)
    name_of, left_out = _names(programme), Counter[str]()
    paths = {version: out / file_name(extract.name, f".focus-{version}-cost-and-usage.csv") for version in VERSIONS}
    with written(out):
        lines = cost_and_usage(charges(extract, left_out), VERSIONS, currency, found, name_of)
        count = write(list(paths.values()), lines) - 1
        files = dict.fromkeys(paths.values(), count)
        if programme is not None:
            path = out / file_name(extract.name, ".focus-1.4-contract-commitment.csv")
            files[path] = write([path], zip(contract_commitments(found, currency, line, name_of))) - 1
    return Exported(files, dict(left_out))


def _names(programme: Programme | None) -> Callable[[str], str]:
    """The names of parties as the programme has them; where it has none, their ids."""
    names = {} if programme is None else {id: party.name for id, party in programme.parties.items() if party.name}
    return lambda party: names.get(party, party)
