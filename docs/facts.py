"""Writes the tables of `docs/facts.md`, every kind of fact with its columns, from the code: `python docs/facts.py`."""

from __future__ import annotations

from pathlib import Path

from gigawatt.file.fact_kinds import FACT_KINDS, TYPES, FactKind

PAGE = Path(__file__).with_name("facts.md")
BEGINS = "## What may stand in a column\n"
"""The heading from which on the page is made; what stands before is written by hand."""


def page() -> str:
    """The text of the page."""
    by_hand = PAGE.read_text(encoding="utf-8").partition(BEGINS)[0]
    types = "".join(f"| {name} | {_cell(words)} |\n" for name, words in TYPES.items())
    kinds = "".join(map(_section, FACT_KINDS))
    return f"{by_hand}{BEGINS}\n| type | |\n|---|---|\n{types}\n## Kinds of facts\n{kinds}"


def _section(kind: FactKind) -> str:
    words = kind.words[0].upper() + kind.words[1:]
    text = f"\n### {kind.name}\n\n{words}.\n\n| column | type | unit | |\n|---|---|---|---|\n"
    for column in kind.every_column:
        needed = "" if column.needed else " (may be left out)"
        text += f"| `{column.name}`{needed} | {column.type} | {column.unit} | {_cell(column.words)} |\n"
    return text


def _cell(words: str) -> str:
    return words.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
