"""Drawn terms of a contract's life: renewals, early ends, service levels, and who is offered a product first."""

from __future__ import annotations

from typing import Any


def life(growing: Any) -> None:
    """Some of them for some contracts; a further term is new capacity, tested with a first refusal elsewhere."""
    contracts = growing.data["contracts"]
    kinds = {clause["kind"] for contract in contracts.values() for clause in contract["clauses"].values()}
    for name in ("first", "second", "third"):
        if name in contracts and "first_refusal" not in kinds:
            _ends(growing, contracts[name])
        if name in contracts and growing.chance(3):
            _uptime(growing, contracts[name])
    if "first" in contracts and growing.chance(4):
        _first_on(growing, contracts["first"])


def _ends(growing: Any, contract: dict[str, Any]) -> None:
    clauses = contract["clauses"]
    if growing.chance(3) and contract["from"] < f"{growing.start}":  # there is time for notice
        contract["through"] = growing.day(1, max(1, growing.months - 1))
        early = contract["from"] < "2026-12"
        clauses["renewal"] = {
            "kind": "renewal",
            "for": growing.one("2 months", "45 d", "1 y"),
            growing.one("unless_notice", "on_notice"): growing.one("0 d", "20 d" if early else "0 d"),
            "times": growing.whole(1, 2),
            **growing.one({}, {}, {"by": contract["seller"]}),
        }
        if growing.chance(2):
            clauses["renewal"]["price"] = {"gpus": growing.money(80, 300, "chip-hour")}
    if growing.chance(4):
        fee = growing.one("30000 USD", "25 %", None)
        clauses["out"] = {
            "kind": "termination",
            "notice": growing.one("0 d", "30 d"),
            "option": True,
            **({"fee": fee} if fee else {}),
        }


def _uptime(growing: Any, contract: dict[str, Any]) -> None:
    contract["clauses"]["uptime"] = {
        "kind": "service_level",
        "target": "99.5 %",
        "credit": {"99 %": "10 %", "95 %": "30 %"},
        "cap": growing.one("20 %", "100 %"),
        "expected": {"2026-01": growing.one("98 %", "99.2 %"), growing.day(1, 4): growing.one("94 %", "99.9 %")},
    }


def _first_on(growing: Any, contract: dict[str, Any]) -> None:
    contract["clauses"]["product"] = {
        "kind": "first_on",
        "workloads": ["w0"],
        "least": growing.one(1, 4),
        **growing.one({}, {"head_start": "40 d"}, {"within": "45 d"}, {"offered": {"w0": growing.day(0, 2)}}),
    }
