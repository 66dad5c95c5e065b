"""What every described thing has in common: it is frozen, refuses unknown keys, and may say where it comes from."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gigawatt.model.fields import Flag, Text, Words
from gigawatt.model.parsing import refuse


class Thing(BaseModel):
    """A party, site, phase, chip, pool, workload, contract, clause or tranche.

    Attributes carry their unit in the name (`power_mw`), the file's key is the alias (`power`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True)

    source: Words | None = Field(default=None, description="where this comes from")
    assumed: Flag = Field(default=False, description="true where nobody knows and this is a guess")
    note: Text | None = Field(default=None, description="a remark for the reader")

    @model_validator(mode="before")
    @classmethod
    def _a_mapping(cls, value: Any) -> Any:
        if isinstance(value, str):
            refuse(f"{value!r} where a mapping of keys and values is due")
        if isinstance(value, list):
            refuse("a list where a mapping of keys and values is due")
        return value
