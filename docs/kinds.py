"""Writes `docs/kinds.md`, every kind of clause with its faces and keys, from the code: `python docs/kinds.py`."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

from gigawatt.clauses import KINDS
from gigawatt.model.clause import Clause, Fit
from gigawatt.model.fields import Reads
from gigawatt.model.kinds import kind_of
from gigawatt.model.thing import Thing

PAGE = Path(__file__).with_name("kinds.md")
HEAD = """# Every kind of clause, from the code

Made by `make docs` from the classes themselves: what each promises, what its faces do, its keys.
[The clauses](clauses.md) tells them with an example each and their sums; every clause has besides the keys `from`,
`through` or `until`, `for`, `overrides`, `cite`, `basis`, `source`, `assumed` and `note`.

"""
FACES = {"plan": "constrain", "gate": "gate", "bill": "post", "falls due": "deadlines"}
OF_ALL = frozenset(Clause.model_fields)


def page() -> str:
    """The text of the page."""
    index = "| kind | plan | gate | bill | falls due | fit |\\n|---|---|---|---|---|---|\\n".replace("\\n", "\n")
    for kind in KINDS:
        marks = " | ".join("yes" if _face(kind, face) else "" for face in FACES.values())
        index += f"| [`{kind_of(kind)}`](#{kind_of(kind)}) | {marks} | {_fit(kind)} |\n"
    return HEAD + index + "".join(_section(kind) for kind in KINDS)


def _section(kind: type[Clause]) -> str:
    text = f"\n## {kind_of(kind)}\n\n{_sentence(kind.__doc__)}\n\n"
    for name, face in FACES.items():
        if _face(kind, face):
            text += f"- **{name}**: {_sentence(getattr(kind, face).__doc__)}\n"
    keys = [(info.alias or name, info) for name, info in kind.model_fields.items() if name not in OF_ALL]
    if keys:
        text += "\n| key | |\n|---|---|\n"
    for key, info in keys:
        needed = " (must be given)" if info.is_required() else ""
        words = info.description or _type(info.annotation, info.metadata)
        text += f"| `{key}`{needed} | {' '.join(words.replace('|', '/').split())} |\n"
    return text


def _type(annotation: Any, metadata: Sequence[Any] = ()) -> str:
    """What may be written, in the words of the type; the words of a literal; the first of a thing's own."""
    for reads in metadata:
        if isinstance(reads, Reads):
            return reads.description
    inner = [one for one in get_args(annotation) if one is not type(None)]
    if inner and all(isinstance(one, str) for one in inner):
        return ", ".join(inner)
    if get_origin(annotation) is Annotated:
        return _type(inner[0], inner[1:])
    if inspect.isclass(annotation) and issubclass(annotation, Thing):
        return _sentence(annotation.__doc__)
    return next((words for one in inner if (words := _type(one))), "")


def _face(kind: type[Clause], face: str) -> bool:
    return getattr(kind, face) is not getattr(Clause, face)


def _fit(kind: type[Clause]) -> str:
    """How plan and bill agree, where it does not depend on what the clause says."""
    fit = inspect.getattr_static(kind, "fit")
    return fit.value if isinstance(fit, Fit) else "by its terms"


def _sentence(words: str | None) -> str:
    return " ".join((words or "").split("\n\n")[0].split())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
