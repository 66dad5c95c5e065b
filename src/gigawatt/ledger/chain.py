"""Each record chained by hash to the one before: SHA-256 over the hash before it and the record's own text.

The text is the table's name and each column but the hash as text, parted by the unit separator (U+001F), which no text
of a record may hold; so two records have one text only where they are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256

from gigawatt.ledger.seam import Row
from gigawatt.model.booked import COLUMNS

PART = "\x1f"
GENESIS = bytes(32)
_TEXT = {table: PART.join((table, *["%s"] * (len(columns) - 1))) for table, columns in COLUMNS.items()}
"""The text of a record of each table, a place for each column but the hash: filled twice as fast as joined."""
_UNPLAIN = re.compile("[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff]")
"""Control characters, all but the newline, and halves of a character."""


def text_of(table: str, row: Row) -> str:
    """The text of a record, whose columns are all but the hash."""
    return _TEXT[table] % row


def hash_of(text: str, before: bytes) -> bytes:
    """The hash of a record's text after the hash before it, 32 bytes."""
    return sha256(before + text.encode("utf-8", "surrogatepass")).digest()


def chained(rows: Iterable[tuple[str, Row]], last: int, before: bytes) -> Iterator[tuple[str, Row]]:
    """Records with their tables, numbered and chained after the one of number `last` and hash `before`."""
    for seq, (table, row) in enumerate(rows, last + 1):
        numbered = (seq, *row[1:-1])
        before = hash_of(text_of(table, numbered), before)
        yield table, (*numbered, before)


def is_plain(*texts: str) -> bool:
    """Whether texts have no control characters but newlines, and can be written as UTF-8."""
    whole = "".join(texts)
    return whole.isprintable() or _UNPLAIN.search(whole) is None
