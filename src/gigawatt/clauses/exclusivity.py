"""`exclusivity`: covered workloads are hosted by one provider and no other."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from gigawatt.model.clause import Clause, Fit
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.fields import Id


class Exclusivity(Clause):
    """Covered workloads run on the holder's pools only, with exceptions by pool or provider."""

    kind: Literal["exclusivity"]
    holder: Id | None = Field(default=None, description="the provider; the contract's seller if absent")
    covers: Literal["hosting"] = "hosting"
    workloads: tuple[Id, ...] = Field(default=(), description="the workloads covered; all if absent")
    except_: tuple[Id, ...] = Field(default=(), alias="except", description="pools or providers that are free")

    party_fields: ClassVar[tuple[str, ...]] = ("holder",)
    fit: ClassVar[Fit] = Fit.EXACT

    def constrain(self, draft: ClauseDraft) -> None:
        """Close the Use of covered workloads on the pools of others, in the months in force."""
        holder = self.holder or draft.contract.seller
        free = {holder, *self.except_}
        others = [
            name
            for name, pool in draft.programme.pools.items()
            if name not in free and not free & {pool.owner, pool.provider}
        ]
        use = draft.use(others, self.workloads or None)
        # a month that is only partly in force keeps the part that is free
        part = draft.cover[use.month] < 1.0
        draft.close(use.columns[~part])
        if part.any():
            bound = use.upper[part] * (1.0 - draft.cover[use.month[part]])
            names = tuple(draft.draft.column_label(int(column)) for column in use.columns[part])
            rows = draft.add_rows("partly closed", (names,), unit="chip", upper=use.upper[part])
            draft.add_entries(rows, use.columns[part], 1.0)
            draft.add_entries(rows, draft.on, np.asarray(use.upper[part] - bound))
