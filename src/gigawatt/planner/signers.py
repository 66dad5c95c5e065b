"""Who signs a row, a bound or a payment, in words: a clause with its citation, a party, a thing, or physics."""

from __future__ import annotations

from collections.abc import Sequence

from gigawatt.model.draft import Block, Draft
from gigawatt.model.explanation import Signer
from gigawatt.planner.physics import PHYSICS
from gigawatt.values.ids import own_id

SECTIONS = ("sites", "pools", "workloads", "chips", "contracts", "revenues", "parties")
"""Sections of a programme whose things sign with their own names."""
LIST_PRICE = " list price"
LIMITS = {
    "fit": "chips in {what}", "standing": "chips that stand in {what}", "power": "power of {what}",
    "powered": "power of {what}", "grid": "grid connection of {what}", "supply": "chips on order, {what}",
    "most": "supply of {what}", "started": "phase {what}, built once", "one pool": "one pool for {what}",
    "runs": "one pool for {what}", "rent used": "rent that is used in {what}", "use": "use of {what}",
    "bought": "chips bought: {what}",
}  # fmt: skip
"""Limits of physics by how their block's name begins."""


def signer(draft: Draft, by: str) -> Signer:
    """A signer in words, with its place in the file where it has one."""
    programme = draft.programme
    if by.startswith("participation/"):
        party = by.removeprefix("participation/")
        words = (
            f"participation of {party}: at least {programme.participation[party]:,f} {programme.currency} discounted"
        )
        return Signer(by, words, _place(draft, ("participation", party)))
    if by.startswith(f"{PHYSICS}: "):
        return Signer(by, f"{by.removeprefix(f'{PHYSICS}: ')} (what can stand, run or be delivered)")
    contract_id, _, clause_id = by.partition("/")
    contract = programme.contracts.get(contract_id)
    if contract is not None and clause_id in contract.clauses:
        clause = contract.clauses[clause_id]
        words = f"{by}: {clause.kind.replace('_', ' ')} between {contract.buyer} and {contract.seller}"
        cited = f", {clause.cite}" if clause.cite is not None else ""
        return Signer(by, words + cited, _place(draft, ("contracts", contract_id, "clauses", own_id(clause_id))))
    return Signer(by, by, _thing(draft, by))


def _thing(draft: Draft, by: str) -> str:
    """Where a thing that signs by its own name stands: a site or its phase, a pool, a workload, chips."""
    name, _, part = by.removesuffix(LIST_PRICE).partition("/")
    for section in SECTIONS:
        if name in getattr(draft.programme, section):
            return _place(draft, (section, name, "phases", part) if section == "sites" and part else (section, name))
    return ""


def _place(draft: Draft, path: Sequence[str]) -> str:
    place = draft.programme.places.key(tuple(path))
    return str(place) if place.file else ""


def limit_words(block: Block, what: str) -> str:
    """What a limit is of, in the words of the trade: `power at hall`, `chips in north-unit`; `what` is of its place."""
    name = block.name.removeprefix(f"{block.by}.")
    if block.by == PHYSICS or block.by.endswith(LIST_PRICE):
        for begins, words in LIMITS.items():
            if name == begins or name.startswith(f"{begins} "):
                of = f"{name.removeprefix(begins)} {what}".strip()
                return words.format(what=of) if of else words.partition(" {")[0].removesuffix(" of").removesuffix(" in")
    return f"{name} {what}".strip()
