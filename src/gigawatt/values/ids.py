"""Names of things in a programme file, and the nearest known one when a name is misspelt."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

ID_PATTERN = "^[A-Za-z0-9][A-Za-z0-9._-]*$"
"""What an id may look like, as a JSON Schema pattern. No slash: it parts contract from clause."""


def is_id(text: str) -> bool:
    """Whether `text` may name a thing: letters, digits, dot, hyphen and underscore, not first a mark."""
    return _ID.fullmatch(text) is not None


def suggest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` was most likely meant to be, or None where none is near."""
    by_folded: dict[str, str] = {}
    for name in known:
        by_folded.setdefault(name.casefold(), name)
    nearest = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[nearest[0]] if nearest else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The tail of a message: `; did you mean 'x'?`, or nothing where no known word is near."""
    nearest = suggest(word, known)
    return f"; did you mean {nearest!r}?" if nearest is not None else ""


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """The message for a name that nothing has: `there is no pool 'x'; did you mean 'y'?`."""
    return f"there is no {what} {name!r}{did_you_mean(name, known)}"


def listed(names: Iterable[str]) -> str:
    """Names as a sentence has them, each once: `a`, `a and b`, `a, b and c`; empty where there are none."""
    *most, last = dict.fromkeys(names) or ("",)
    return f"{', '.join(most)} and {last}" if most else last


AT = "@"
"""Stands between the name of a clause and the day from which a later version of it holds."""


def own_id(clause_id: str) -> str:
    """The name of a clause as the file has it, whichever version is meant."""
    return clause_id.partition(AT)[0]
