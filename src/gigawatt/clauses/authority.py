"""`authority`: who approves which class of decision, and whose consent it needs besides."""

from typing import Any, ClassVar, Literal

from pydantic import Field, GetJsonSchemaHandler, field_validator, model_validator
from pydantic_core import CoreSchema

from gigawatt.model.clause import Clause
from gigawatt.model.contract import Contract
from gigawatt.model.fields import Id, Number
from gigawatt.model.parsing import refuse
from gigawatt.model.thing import Thing
from gigawatt.model.verdict import Ask, ClauseView, Opinion, Ruling
from gigawatt.values.ids import listed

CLASSES = {"place": "placement", "procure": "procurement", "access": "access"}
"""The class of decision that an ask is, by its verb, where it does not say."""


class Approval(Thing):
    """Who decides: so many of the approvers, each by asking or by approving, with the consent of all others named.

    A list is short for its approvers, all of whom must approve.
    """

    approvers: tuple[Id, ...] = Field(min_length=1)
    least: Number | None = Field(default=None, description="how many of the approvers must approve; all if absent")
    consents: tuple[Id, ...] = Field(default=(), description="whose consent it needs besides")

    party_fields: ClassVar[tuple[str, ...]] = ("approvers", "consents")

    @property
    def quorum(self) -> int:
        """How many of the approvers must approve."""
        return len(self.approvers) if self.least is None else int(self.least)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        short: dict[str, Any] = {"type": "array", "items": {"type": "string"}, "minItems": 1}
        return {"anyOf": [short, handler(schema)]}

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"approvers": value} if isinstance(value, list | tuple) else value

    @model_validator(mode="after")
    def _can_be_had(self) -> "Approval":
        if len(set(self.approvers)) < len(self.approvers):
            refuse("names an approver twice; name each once", "approvers")
        if self.least is not None and (self.least != int(self.least) or not 1 <= self.least <= len(self.approvers)):
            refuse(f"{self.least} of {len(self.approvers)} cannot approve; give a number from 1 to as many", "least")
        twice = [name for name in self.consents if name in self.approvers]
        if twice:
            refuse(f"{twice[0]} is an approver already; name it in one of the two", "consents")
        return self


class Authority(Clause):
    """A decision of a class is taken by those who have authority for it, and by nobody else."""

    kind: Literal["authority"]
    decisions: dict[Id, Approval] = Field(
        description="who approves, by class: placement, procurement, access, or any that an ask names, as capital"
    )

    blind: ClassVar[str] = "days spent on consent, and what is never proposed because of it"

    @field_validator("decisions", mode="after")
    @classmethod
    def _some(cls, value: dict[str, Approval]) -> dict[str, Approval]:
        if not value:
            refuse("needs at least one class of decision, as {capital: [softbank]}")
        return value

    @property
    def named_parties(self) -> frozenset[str]:
        """Whoever approves or consents."""
        approvals = self.decisions.values()
        return frozenset(name for one in approvals for name in (*one.approvers, *one.consents))

    def beneficiaries(self, contract: Contract) -> tuple[str, ...]:
        """The one party that is to approve; where there are several, none of them may waive it for the others."""
        return tuple(self.named_parties) if len(self.named_parties) == 1 else ()

    def gate(self, ask: Ask, view: ClauseView) -> Opinion | None:
        """Denied where nobody with authority asks or has approved; referred for approvals and consents that lack."""
        what = ask.decision or CLASSES.get(ask.verb, "")
        approval = self.decisions.get(what)
        if approval is None or (self.for_workloads and ask.workload not in self.for_workloads):
            return None
        given = {ask.by, *ask.approvals}
        have = [name for name in approval.approvers if name in given]
        if not have:
            why = f"{what} is for {listed(approval.approvers)} to decide; {ask.by} asks, without approval"
            return Opinion(Ruling.DENY, why)
        missing = []
        if len(have) < approval.quorum:
            left = [name for name in approval.approvers if name not in given]
            count = approval.quorum - len(have)
            whose = f"{count} of {listed(left)}" if count < len(left) else listed(left)
            missing.append(f"the approval of {whose}")
        missing += [f"the consent of {name}" for name in approval.consents if name not in given]
        if missing:
            return Opinion(Ruling.REFER, f"{what} needs {listed(missing)}", missing=tuple(missing))
        return Opinion(Ruling.ALLOW, f"{what} is decided by {listed(have)}")
