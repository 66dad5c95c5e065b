"""Each record chained by hash to the one before: SHA-256 over the hash before it and the record's own text.

The text is the table's name and each column but the hash as text, parted by the unit separator (U+001F), which no text
of a record may hold; so two records have one text only where they are one.
"""

from __future__ import annotations

from hashlib import sha256

from gigawatt.ledger.seam import Row

PART = "\x1f"
GENESIS = bytes(32)
UNPLAIN = frozenset(map(chr, (*range(9), *range(11, 32), 127))) | {"\t"}
"""Control characters, all but the newline."""


def text_of(table: str, row: Row) -> str:
    """The text of a record; its last column, the hash, left out."""
    return f"{table}{PART}{PART.join(map(str, row[:-1]))}"


def hash_of(table: str, row: Row, before: bytes) -> bytes:
    """The hash of a record after another, 32 bytes."""
    return sha256(before + text_of(table, row).encode("utf-8", "surrogatepass")).digest()


def is_plain(*texts: str) -> bool:
    """Whether texts have no control characters but newlines, and can be written as UTF-8."""
    whole = "".join(texts)
    if whole.isprintable():
        return True
    return UNPLAIN.isdisjoint(whole) and not any("\ud800" <= letter <= "\udfff" for letter in whole)
