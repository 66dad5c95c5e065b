"""A language model as what it costs to run: parameters, layers, what it keeps of each token, its experts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import Field, model_validator

from gigawatt.model.fields import Number
from gigawatt.model.parsing import refuse, refuse_keys
from gigawatt.model.thing import Thing


def _parameters(data: dict[str, Any]) -> Any:
    return data.get("parameters")


def _layers(data: dict[str, Any]) -> Any:
    return data.get("layers")


class LanguageModel(Thing):
    """One model. Without `layers` and what follows nothing can be said of how it is served on a chip never measured."""

    parameters: Number = Field(description="all of them, as 405e9")
    active: Number = Field(default_factory=_parameters, description="parameters that one token passes through")
    layers: Number | None = None
    hidden: Number | None = Field(default=None, description="width of what passes from layer to layer")
    heads: Number | None = Field(default=None, description="attention heads for queries")
    kv_heads: Number | None = Field(default=None, description="heads whose keys and values are kept; 1 for MLA")
    head_dim: Number | None = Field(default=None, description="width of one head")
    kept_per_layer: Number | None = Field(
        default=None, description="numbers kept of a token in a layer; 2 x kv_heads x head_dim where left out"
    )
    attention_layers: Number | None = Field(
        default_factory=_layers, description="layers that attend to the whole context; all where left out"
    )
    experts: Number = Field(default=Decimal(1), description="experts in a layer; 1 for a dense model")
    experts_per_token: Number = Field(default=Decimal(1), description="experts that one token is sent to")

    @property
    def is_dense(self) -> bool:
        """Whether every parameter is read for every token."""
        return self.experts == 1

    @property
    def kept_per_token(self) -> Decimal | None:
        """Numbers kept of one token over all layers; None where the file does not say enough."""
        per_layer = self.kept_per_layer
        if per_layer is None and self.kv_heads is not None and self.head_dim is not None:
            per_layer = 2 * self.kv_heads * self.head_dim
        return per_layer * self.attention_layers if per_layer is not None and self.attention_layers else None

    @property
    def is_described(self) -> bool:
        """Whether enough is said of it for the serving roofline."""
        parts = (self.layers, self.hidden, self.heads, self.kv_heads, self.head_dim, self.kept_per_token)
        return None not in parts

    @model_validator(mode="after")
    def _makes_sense(self) -> LanguageModel:
        faults = [
            (name, f"{value} where a number above nought is due")
            for name, value in self
            if isinstance(value, Decimal) and value <= 0
        ]
        if faults:
            refuse_keys(faults)
        if self.active > self.parameters:
            refuse(f"{self.active} active parameters of {self.parameters} in all", "active")
        if self.experts_per_token > self.experts:
            refuse(f"a token is sent to {self.experts_per_token} of {self.experts} experts", "experts_per_token")
        if self.experts == 1 and self.active != self.parameters:
            refuse("fewer parameters are active than there are, and no `experts` are stated", "active")
        return self
