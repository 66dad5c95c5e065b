"""Books as Beancount and hledger have them: those programs find them sound, and their balances equal ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from books import Clock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from other_programs import bean_check, beancount_balances, hledger_balances, hledger_check
from traded import both, in_currency, traded

from gigawatt.books import export_book
from gigawatt.errors import BookError, OutputError, ProgrammeError
from gigawatt.ledger.accounts import SORTS
from gigawatt.ledger.book import Book
from gigawatt.ledger.chain import is_plain
from gigawatt.model.booked import BookIdentity
from gigawatt.model.entry import Account, Act, Entry
from gigawatt.store.sqlite import SqliteStore
from gigawatt.values.money import minor_digits

CHART = """
accounts:
  "acme:*:cost": Expenses:Compute:GPU rent
  "acme:azure-*:payable": {name: "2100", sort: Liabilities}
  "acme:*:tax": "6490"
  "acme::exchange*": {name: Expenses:Compute, sort: Expenses}
  "*:*:*": {name: Assets:All the rest, sort: Assets}
"""


def ours(book: Book, party: str = "") -> dict[str, Decimal]:
    """Balances of the book by account, those that nothing but pending entries touched left out."""
    digits = minor_digits(book.identity.currency)
    return {
        account: Decimal(debits - credits).scaleb(-digits)
        for account, (debits, credits, *_) in book.balances().items()
        if (debits or credits) and account.startswith(f"{party}:" if party else "")
    }


def exported(book: Book, form: str, folder: Path, **told: str) -> Path:
    return next(iter(export_book(book, form, folder, **told).files))


def sorted_name(account: str) -> str:
    """An account of the book as hledger has it without a chart."""
    return f"{SORTS[account.split(':')[2]]}:{account.replace('::', ':')}"


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return traded(tmp_path / "book.db")


@pytest.mark.parametrize("party", ["", "acme", "azure", "grid"])
def test_both_programs_find_the_books_sound_with_the_same_balances(book: Book, party: str, tmp_path: Path) -> None:
    bean, journal = (exported(book, form, tmp_path, party=party) for form in ("beancount", "hledger"))
    assert bean_check(bean) == ""
    assert hledger_check(journal) == ""
    assert beancount_balances(bean) == ours(book, party)
    assert hledger_balances(journal) == {sorted_name(name): sum for name, sum in ours(book, party).items()}


def test_the_cost_of_acme_worked_example(book: Book, tmp_path: Path) -> None:
    # Rent 2,100.00, fee 5,000.00, energy 333.33, shortfall 900.00, rent drawn from the prepayment 1,000.00; the accrual
    # of 77.00 is reversed; 210.00 of the rent is taken back and 21.00 is found in November. The payment of 75,000 yen
    # was owed at 0.0064, 480.00, and paid at 0.0066, 495.00: 15.00 lost.
    balances = beancount_balances(exported(book, "beancount", tmp_path, party="acme"))
    azure = sum(map(Decimal, ("2100.00", "5000.00", "900.00", "1000.00", "-210.00", "21.00")))
    assert balances["acme:azure-2026:cost"] == azure
    assert balances["acme:power:cost"] == Decimal("333.33")
    assert balances["acme::exchange_difference"] == Decimal("15.00")
    assert balances["acme::exchange"] == 0
    assert balances["acme::cash"] == Decimal("-495.00")
    assert balances["acme:azure-2026:accrued_cost"] == 0


def test_balances_at_the_end_of_each_month_are_asserted_and_one_cent_is_found(book: Book, tmp_path: Path) -> None:
    bean, journal = (exported(book, form, tmp_path, party="acme") for form in ("beancount", "hledger"))
    text, lines = bean.read_text(), journal.read_text()
    # What is accrued in October is reversed in November.
    assert "\n2026-11-01 balance Liabilities:Acme:Azure-2026:Accrued-cost  -77.00 ~ 0 USD\n" in text
    assert "\n2026-12-01 balance Liabilities:Acme:Azure-2026:Accrued-cost  0.00 ~ 0 USD\n" in text
    assert "\n2026-10-31 * balances at the end of 2026-10\n" in lines
    assert "\n    Liabilities:acme:azure-2026:accrued_cost  0 USD = -77.00 USD\n" in lines
    assert "\n    Liabilities:acme:azure-2026:accrued_cost  0 USD = 0.00 USD\n" in lines
    for path in (bean, journal):
        path.write_text(
            path.read_text().replace("  333.33 USD\n", "  333.34 USD\n", 1).replace("-333.33", "-333.34", 1)
        )
    assert "'Expenses:Acme:Power:Cost': expected 333.33 USD != accumulated 333.34 USD" in bean_check(bean)
    assert "balance assertion" in hledger_check(journal)


@pytest.mark.parametrize(("currency", "amount"), [("JPY", "1234567"), ("USD", "12345.67"), ("KWD", "1234.567")])
def test_amounts_have_the_decimals_of_their_currency(currency: str, amount: str, tmp_path: Path) -> None:
    book = in_currency(tmp_path / "book.db", currency)
    bean, journal = (exported(book, form, tmp_path) for form in ("beancount", "hledger"))
    assert f"  Expenses:Acme:Azure-2026:Cost  {amount} {currency}\n" in bean.read_text()
    assert bean_check(bean) == hledger_check(journal) == ""
    assert beancount_balances(bean) == ours(book)
    assert hledger_balances(journal) == {sorted_name(name): sum for name, sum in ours(book).items()}


def test_an_entry_stands_with_its_clause_quantity_rate_and_link(book: Book, tmp_path: Path) -> None:
    text = exported(book, "beancount", tmp_path, party="acme").read_text()
    assert (
        '\n2026-10-28 * "rent: 1,000 hours of h100; at the agreed price" ^rent-10\n'
        '  id: "rent-10:acme"\n'
        '  clause: "azure-2026/rate"\n'
        '  quantity: "1000 chip-hour"\n'
        '  rate: "2.10 USD/chip-hour"\n'
        "  Expenses:Acme:Azure-2026:Cost  2100.00 USD\n"
        "  Liabilities:Acme:Azure-2026:Payable  -2100.00 USD\n"
    ) in text
    assert '\n2026-11-05 * "rent: 1,000 hours of h100; at the agreed price" ^note-11\n' in text
    assert '  refers: "rent-10:acme"\n  act: "credit_note"\n' in text
    assert '  foreign: "75000 JPY"\n  foreign-rate: "0.0066"\n' in text
    assert "maybe" not in text  # what is pending, or was voided, moves nothing
    journal = exported(book, "hledger", tmp_path, party="acme").read_text()
    assert "\n2026-10-28 * (2) rent: 1,000 hours of h100, at the agreed price\n    ; id:rent-10:acme\n" in journal


def test_what_came_late_counts_in_the_month_that_it_was_booked_in(book: Book, tmp_path: Path) -> None:
    text = exported(book, "beancount", tmp_path, party="acme").read_text()
    late = text[text.index('\n2026-11-01 * "rent" ^more-11\n') :]
    assert late[: late.index("\n\n")].count('  day: "2026-10-30"\n') == 1


def test_a_month_alone_begins_with_what_was_brought_forward(book: Book, tmp_path: Path) -> None:
    bean, journal = (
        exported(book, form, tmp_path, party="acme", period="2026-11") for form in ("beancount", "hledger")
    )
    assert bean.name == "acme.acme.2026-11.beancount"
    assert '2026-11-01 * "balances brought forward"' in bean.read_text()
    assert bean_check(bean) == hledger_check(journal) == ""
    assert beancount_balances(bean) == ours(book, "acme")
    assert "rent-10:acme" not in bean.read_text().replace('refers: "rent-10:acme"', "")


def test_accounts_get_the_names_of_the_companys_own_chart(book: Book, tmp_path: Path) -> None:
    chart = tmp_path / "chart.yaml"
    chart.write_text(CHART)
    bean, journal = (
        exported(book, form, tmp_path, party="acme", chart=str(chart)) for form in ("beancount", "hledger")
    )
    assert bean_check(bean) == hledger_check(journal) == ""
    sums = ours(book, "acme")
    cost = {name: amount for name, amount in sums.items() if name.endswith(":cost")}
    assert len(cost) == 2  # two accounts of the book are one of the company's
    own = {
        "Expenses:Compute:GPU rent": sum(cost.values()),
        "2100": sums["acme:azure-2026:payable"],
        "6490": Decimal("420.00"),
        "Expenses:Compute": Decimal("15.00"),
    }
    own["Assets:All the rest"] = -sum(own.values())  # debits are credits
    assert hledger_balances(journal) == own
    lines = bean.read_text().split("\n")
    opened = [line.split(" ")[2] for line in lines if " open " in line]
    assert opened == [
        "Assets:All-the-rest", "Expenses:6490", "Expenses:Compute", "Expenses:Compute:GPU-rent", "Liabilities:2100",
    ]  # fmt: skip
    # Beancount counts sub-accounts in a balance: 15.00 and what is below it.
    whole = own["Expenses:Compute"] + own["Expenses:Compute:GPU rent"]
    assert f"2026-12-01 balance Expenses:Compute  {whole} ~ 0 USD" in lines


def test_every_fault_of_a_chart_is_told_with_its_place(book: Book, tmp_path: Path) -> None:
    chart = tmp_path / "chart.yaml"
    chart.write_text('accounts:\n  "acme:*": Costs\n  "acme:*:cost": "6420; rent"\n  "acme:*:tax": {nam: x}\n')
    with pytest.raises(ProgrammeError) as caught:
        export_book(book, "hledger", tmp_path, chart=chart)
    told = [(fault.line, fault.message) for fault in caught.value.faults]
    assert [line for line, _ in told] == [2, 3, 4]
    assert told[0][1].startswith("'acme:*' fits no account; write party:contract:purpose")
    assert told[1][1].startswith("'6420; rent' cannot be the name of an account")
    assert told[2][1] == "unknown key 'nam'; did you mean 'name'?"


def test_accounts_that_no_line_fits_and_names_of_two_sorts_are_told(book: Book, tmp_path: Path) -> None:
    chart = tmp_path / "chart.yaml"
    chart.write_text('accounts:\n  "acme:*:cost": "6420"\n  "acme:*:payable": "6420"\n')
    with pytest.raises(ProgrammeError) as caught:
        export_book(book, "beancount", tmp_path, party="acme", chart=chart)
    told = [(fault.line, fault.message) for fault in caught.value.faults]
    clash = "6420 would be Expenses for acme:azure-2026:cost and Liabilities for acme:azure-2026:payable; give it one "
    assert (3, f"{clash}`sort`") in told
    lacking = {message.split(" ")[3].rstrip(";") for line, message in told if message.startswith("no line fits")}
    assert lacking == {
        name for name in ours(book, "acme") if name.rpartition(":")[2] not in ("cost", "payable")
    }  # fmt: skip


def test_a_purpose_that_settlement_does_not_use_needs_a_line_in_a_chart(tmp_path: Path) -> None:
    book = Book(SqliteStore(tmp_path / "b.db"), BookIdentity("acme", "USD"), Clock())
    [mine, _] = both("a", "azure-2026/rate", "rent", 500)
    assert book.post([replace(mine, credit=Account.named("acme:azure-2026:owed"), link="")])[0].ok
    with pytest.raises(BookError, match="nothing says of what sort acme:azure-2026:owed is: settlement uses cash, "):
        export_book(book, "hledger", tmp_path)
    chart = tmp_path / "chart.yaml"
    chart.write_text('accounts:\n  "*:*:owed": Trade creditors\n  "*:*:*": Expenses:Rent\n')
    with pytest.raises(ProgrammeError, match=r"nothing says of what sort acme:azure-2026:owed is; write \{name: Trade"):
        export_book(book, "hledger", tmp_path, chart=chart)
    chart.write_text('accounts:\n  "*:*:owed": {name: Trade creditors, sort: Liabilities}\n  "*:*:*": Expenses:Rent\n')
    assert hledger_balances(exported(book, "hledger", tmp_path, chart=str(chart))) == {
        "Expenses:Rent": 5, "Trade creditors": -5
    }  # fmt: skip


def test_an_entry_between_two_parties_keeps_the_books_of_one_in_balance(tmp_path: Path) -> None:
    book = Book(SqliteStore(tmp_path / "b.db"), BookIdentity("acme", "USD"), Clock())
    [mine, _] = both("a", "azure-2026/rate", "rent", 500)
    across = replace(mine, credit=Account.named("azure:azure-2026:income"), link="")
    assert book.post([across])[0].ok
    bean, journal = (exported(book, form, tmp_path, party="acme") for form in ("beancount", "hledger"))
    assert bean_check(bean) == hledger_check(journal) == ""
    assert hledger_balances(journal) == {"Expenses:acme:azure-2026:cost": 5, "Equity:Elsewhere:azure": -5}
    assert "  Equity:Elsewhere:Azure  -5.00 USD" in bean.read_text()


def test_names_that_beancount_cannot_tell_apart_are_numbered_by_first_use(tmp_path: Path) -> None:
    book = Book(SqliteStore(tmp_path / "b.db"), BookIdentity("acme", "USD"), Clock())
    for n, contract in enumerate(("a_b", "A.b", "a-b-2", "a-b", "7-x"), 1):
        cost, cash = Account("acme", contract, "cost"), Account("acme", "", "cash")
        assert book.post([Entry(f"e{n}", cost, cash, n, "USD", "2026-10", date(2026, 10, 1))])[0].ok
    bean = exported(book, "beancount", tmp_path)
    assert bean_check(bean) == ""
    assert beancount_balances(bean) == ours(book)
    text = bean.read_text()
    for name, account in (
        ("A-b:Cost", "a_b"), ("A-b:Cost-2", "A.b"), ("A-b-2:Cost", "a-b-2"), ("A-b:Cost-3", "a-b"), ("7-x:Cost", "7-x")
    ):  # fmt: skip
        assert f'open Expenses:Acme:{name} USD\n  book-1: "acme:{account}:cost"\n' in text


def test_an_account_above_another_has_its_own_balance(tmp_path: Path) -> None:
    book = Book(SqliteStore(tmp_path / "b.db"), BookIdentity("acme", "USD"), Clock())
    above, below, cost = (Account.named(name) for name in ("acme::cash", "acme:cash:cash", "acme:x:cost"))
    for n, (debit, credit) in enumerate(((cost, above), (cost, below))):
        assert book.post([Entry(f"e{n}", debit, credit, 100 + n, "USD", "2026-10", date(2026, 10, 1))])[0].ok
    bean, journal = (exported(book, form, tmp_path) for form in ("beancount", "hledger"))
    assert bean_check(bean) == hledger_check(journal) == ""
    assert beancount_balances(bean) == ours(book)
    assert "balance Assets:Acme:Cash  -2.01 ~ 0 USD" in bean.read_text()
    assert "Assets:acme:cash  0 USD = -1.00 USD" in journal.read_text()


def test_each_mistake_says_what_to_do(book: Book, tmp_path: Path) -> None:
    with pytest.raises(BookError, match="there is no party 'acne' in this book; did you mean 'acme'"):
        export_book(book, "beancount", tmp_path, party="acne")
    with pytest.raises(BookError, match="there is no party 'x' in this book; it has acme, azure and grid"):
        export_book(book, "beancount", tmp_path, party="x")
    with pytest.raises(BookError, match="grid has nothing posted in 2026-11; there is something in 2026-10"):
        export_book(book, "hledger", tmp_path, party="grid", period="2026-11")
    with pytest.raises(BookError, match="there is no form 'beancont'; did you mean 'beancount'"):
        export_book(book, "beancont", tmp_path)
    with pytest.raises(ProgrammeError, match="there is no such file"):
        export_book(book, "beancount", tmp_path, chart=tmp_path / "none.yaml")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="give another --out"):
        export_book(book, "beancount", tmp_path / "file")
    empty = Book(SqliteStore(tmp_path / "empty.db"), BookIdentity("acme", "USD"), Clock())
    with pytest.raises(BookError, match="nothing is posted to this book yet"):
        export_book(empty, "beancount", tmp_path)


IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,5}", fullmatch=True)
TEXTS = st.text(max_size=12).filter(is_plain).map(lambda text: text.replace("\n", " "))
MONTHS = st.sampled_from(["2025-12", "2026-01", "2026-02", "2028-02"])


@st.composite
def entries(draw: st.DrawFn) -> tuple[str, list[Entry]]:
    """A currency and entries of a few accounts in any order of months, some of them pending."""
    currency = draw(st.sampled_from(["USD", "JPY", "KWD"]))
    accounts = draw(
        st.lists(
            st.builds(Account, IDS, IDS | st.just(""), st.sampled_from(sorted(SORTS))),
            min_size=2, max_size=6, unique_by=lambda one: one.name,
        )
    )  # fmt: skip
    made = []
    for n in range(draw(st.integers(1, 12))):
        debit, credit = draw(st.permutations(accounts))[:2]
        month = draw(MONTHS)
        year, number = map(int, month.split("-"))
        made.append(
            Entry(
                f"{n}{draw(TEXTS)}", debit, credit, draw(st.integers(1, 10**15)), currency, month,
                date(year, number, draw(st.integers(1, 28))), act=draw(st.sampled_from([Act.POST, Act.PENDING])),
                what=draw(TEXTS), words=draw(TEXTS), quantity=draw(TEXTS), link=f"{n}{draw(TEXTS)}", clause=draw(TEXTS),
            )
        )  # fmt: skip
    return currency, made


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries())
def test_any_book_is_sound_to_both_programs_with_the_same_balances(
    tmp_path: Path, told: tuple[str, list[Entry]]
) -> None:
    currency, made = told
    book = Book(SqliteStore(Path(":memory:")), BookIdentity("acme", currency), Clock())
    assert all(answer.ok for answer in book.post(made))
    if not ours(book):
        return
    bean, journal = (exported(book, form, tmp_path) for form in ("beancount", "hledger"))
    assert hledger_check(journal) == ""
    assert beancount_balances(bean) == ours(book)
    assert hledger_balances(journal) == {sorted_name(name): sum for name, sum in ours(book).items()}
    book.close()
