"""The tables of a book in versions, in SQL that both databases read; each version only adds to the one before."""

from __future__ import annotations

from gigawatt.model.booked import BALANCE, COLUMNS

TYPES = {
    "sqlite": {int: "integer", str: "text", bytes: "blob"},
    "postgres": {int: "bigint", str: "text", bytes: "bytea"},
}
TABLES: dict[str, dict[str, type]] = {**COLUMNS, "balances": BALANCE}
INDEXES = (
    "create unique index entries_id on entries (id)",
    "create unique index failures_id on failures (id)",
    "create unique index facts_id on facts (id)",
    "create index entries_refers on entries (refers) where refers <> ''",
    "create index entries_pending on entries (seq) where act = 'pending'",
)
FOUND_FASTER = (
    "create index facts_by_period on facts (kind, period, seq)",
    "create index limits_account on limits (account, seq)",
)
VERSION = 2
"""1: tables, indexes and triggers. 2: facts are found by kind and period, limits by account."""
KEPT = "nothing in a book is changed or deleted; post a reversal or a credit note"


def quoted(name: str) -> str:
    """A column's name as SQL has it."""
    return f'"{name}"'


def steps(dialect: str, version: int) -> list[str]:
    """The statements that bring a book of a version (0 where there is none) to this one."""
    made = [_tables(dialect), FOUND_FASTER]
    notes = [[f"insert into versions values ({number})"] for number in range(1, VERSION + 1)]
    return [one for step, note in list(zip(made, notes, strict=True))[version:] for one in (*step, *note)]


def _tables(dialect: str) -> list[str]:
    """The statements that make version 1: tables, indexes, and triggers that refuse every change and deletion."""
    types, strict = TYPES[dialect], " strict" if dialect == "sqlite" else ""
    made = [f"create table versions (version {types[int]} primary key){strict}"]
    for table, columns in TABLES.items():
        lines = [f"{quoted(name)} {types[kind]} not null" for name, kind in columns.items()]
        key = '"seq"' if table != "balances" else '"account", "seq"'
        made.append(f"create table {table} ({', '.join(lines)}, primary key ({key})){strict}")
    return [*made, *INDEXES, *_triggers(dialect)]


def _triggers(dialect: str) -> list[str]:
    tables = (*TABLES, "versions")
    if dialect == "sqlite":
        return [
            f"create trigger {table}_no_{verb} before {verb} on {table} begin select raise(abort, '{KEPT}'); end"
            for table in tables
            for verb in ("update", "delete")
        ]
    function = (
        f"create function refuse_change() returns trigger as $$ begin raise exception '{KEPT}'; end $$ language plpgsql"
    )
    return [function] + [
        f"create trigger {table}_kept before update or delete or truncate on {table} "
        "for each statement execute function refuse_change()"
        for table in tables
    ]
