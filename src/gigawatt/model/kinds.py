"""A union chosen by the key `kind`, for any number of classes that are known only when the program runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


def kind_of(cls: type[BaseModel]) -> str:
    """The word that a file writes after `kind:`. TypeError where the class does not fix it by a Literal."""
    words = get_args(cls.model_fields["kind"].annotation)
    if len(words) != 1 or not isinstance(words[0], str):
        raise TypeError(f"{cls.__name__} must fix its kind: `kind: Literal['its_name']`")
    return words[0]


@dataclass(frozen=True, eq=False)
class ByKind:
    """Annotates a type as one of `classes`, each of which fixes its `kind`. TypeError where two have the same."""

    classes: Sequence[type[BaseModel]]

    def by_kind(self) -> dict[str, type[BaseModel]]:
        """The classes by their kind, in order."""
        chosen: dict[str, type[BaseModel]] = {}
        for cls in self.classes:
            kind = kind_of(cls)
            if kind in chosen:
                raise TypeError(f"both {chosen[kind].__name__} and {cls.__name__} are of kind {kind!r}")
            chosen[kind] = cls
        return chosen

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        choices = {kind: handler.generate_schema(cls) for kind, cls in self.by_kind().items()}
        return core_schema.tagged_union_schema(choices, discriminator="kind")
