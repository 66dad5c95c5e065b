"""Random small programmes that are valid, for hypothesis: drawn as plain data, given as the text of a programme file.

A few providers with chips reserved, chosen, taken or on demand, signed or offered, with floors; a hall of one's own or
leased, chips to buy for it, and capital; serving, training and research, in windows that cut months; exclusivity,
shares of revenue and a first refusal on the first of the providers. How far a half-met cap binds depends on the size of
a big number that docs/model.md leaves open, so that programmes with one are compared whole only.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

import yaml
from generator_life import life
from hypothesis import strategies as st

Draw = st.DrawFn

SLICES = ({"all": "24 h"}, {"day": "14 h", "night": "10 h"}, {"peak": "6 h", "day": "10 h", "night": "8 h"})
CHIPS = ("a", "b", "c")


@dataclass
class Drawn:
    """A programme: the text of its file, and whether its relaxation is told by the documents alone."""

    text: str
    relaxable: bool = True


@dataclass
class _Growing:
    """A programme while it is drawn."""

    draw: Draw
    start: datetime.date
    months: int
    slices: dict[str, str]
    data: dict[str, Any] = field(default_factory=dict)
    relaxable: bool = True

    def one(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def whole(self, least: int, most: int) -> int:
        return self.draw(st.integers(least, most))

    def chance(self, of: int) -> bool:
        """True once in `of` times."""
        return self.whole(1, of) == 1

    def day(self, first: int, last: int) -> str:
        """A day in the month so many after the start; the first of the month more often than not."""
        year, month = divmod(self.start.year * 12 + self.start.month - 1 + self.whole(first, last), 12)
        return f"{year:04}-{month + 1:02}-{self.one(1, 1, 1, 11, 20):02}"

    def money(self, least: int, most: int, per: str) -> str:
        return f"{self.whole(least, most) / 100} USD/{per}"

    def dated(self, least: int, most: int, per: str) -> Any:
        """An amount, or one that steps once."""
        if not self.chance(3):
            return self.money(least, most, per)
        return {"2026-01": self.money(least, most, per), self.day(1, self.months): self.money(least, most, per)}


@st.composite
def programmes(draw: Draw) -> Drawn:
    """A programme of 2 to 15 months with one to three workloads, and pools by contract, at a site, or both."""
    start = draw(st.sampled_from([datetime.date(2027, 1, 1), datetime.date(2027, 2, 1), datetime.date(2026, 12, 1)]))
    growing = _Growing(draw, start, draw(st.sampled_from([2, 3, 4, 5, 7, 15])), draw(st.sampled_from(SLICES)))
    last = start.year * 12 + start.month - 2 + growing.months
    decides = ["lab", "first"] if growing.chance(6) else ["lab"]
    growing.data.update(
        {
            "programme": "random",
            "decides": decides,
            "parties": {name: {} for name in PARTIES},
            "horizon": {
                "from": f"{start:%Y-%m}",
                "through": f"{last // 12:04}-{last % 12 + 1:02}",
                "slices": growing.slices,
            },
            "finance": {"discount": growing.one("0 %/year", "8 %/year", "15 %/year")},
            "chips": _chips(growing),
        }
    )
    _contracts(growing)
    if growing.chance(2):
        _site(growing)
    if "first" in decides:
        chip = growing.data["contracts"]["first"]["clauses"]["gpus"]["chip"]
        cost = growing.dated(40, 150, "chip-hour")
        pools = growing.data.setdefault("pools", {})
        pools[f"first-{chip}"] = {"provider": "first", "chip": chip, "resource_cost": cost}
    _workloads(growing)
    _promises(growing)
    life(growing)
    for contract in growing.data["contracts"].values():
        _days(growing, contract)
    text = yaml.safe_dump(growing.data, sort_keys=False, default_flow_style=None, width=200)
    return Drawn(text, growing.relaxable)


PARTIES = ("lab", "maker", "bank", "crusoe", "first", "second", "third")


def _chips(growing: _Growing) -> dict[str, Any]:
    return {
        name: {
            "bf16": f"{n + 1}e15 FLOP/s",
            "it_power": f"{growing.one(1, 1.5, 2)} kW",
            "vendor": "maker",
            "price": f"{growing.whole(60, 300) * 100} USD/chip",
            "available": "2026-01-01",
            "life": growing.one("7 months", "3 y", "5 y"),
            "supply": f"{growing.whole(5, 60)} chips/quarter",
        }
        for n, name in enumerate(CHIPS)
    }


# what provides


def _contracts(growing: _Growing) -> None:
    contracts: dict[str, Any] = {}
    growing.data["contracts"] = contracts
    for seller in ("first", "second", "third")[: growing.whole(1, 3)]:
        offered = growing.chance(3)
        contracts[seller] = {
            "buyer": "lab",
            "seller": seller,
            "status": "offer" if offered else "signed",
            **({"sign_by": "2026-11-01"} if offered else {}),
            "from": growing.one("2026-07-01", "2026-09-16", growing.day(0, 2)),
            "through": growing.one("2029-12-31", growing.day(growing.months, growing.months + 6)),
            "clauses": {"gpus": _provision(growing, offered)},
        }
        _options(growing, contracts[seller])
        _beside(growing, contracts[seller])
        _floor(growing, contracts[seller])


def _provision(growing: _Growing, offered: bool) -> dict[str, Any]:
    chip = growing.one("a", "a", "b")
    kind = growing.one("price", "fixed", "ramp", "choice", "takes")
    if kind == "price":
        chips = {} if growing.chance(3) and not offered else {"chips": growing.whole(20, 120)}
        return {"kind": "price", "chip": chip, "price": growing.dated(100, 400, "chip-hour"), **chips}
    many: Any = {
        "fixed": lambda: growing.whole(10, 90),
        "ramp": lambda: {"2026-01": growing.whole(5, 40), growing.day(1, 5): growing.whole(30, 90)},
        "choice": lambda: {"min": 10, "max": 10 + 8 * growing.whole(1, 6), "step": 8},
        "takes": lambda: {"take": "quarterly", "most": growing.whole(20, 90)},
    }[kind]()
    return {"kind": "reservation", "chip": chip, "chips": many, "price": growing.dated(80, 250, "chip-hour")}


def _days(growing: _Growing, contract: dict[str, Any]) -> None:
    """When what is reserved comes, and what follows from its coming late."""
    gpus = contract["clauses"].get("gpus", {"kind": None})
    chips = gpus.get("chips")
    steps = chips if isinstance(chips, dict) else {"2026-01": chips}
    levels = list(steps.values())
    rising = "2026-01" in steps and levels == sorted(set(levels))
    if gpus["kind"] != "reservation" or not rising or not growing.chance(2):
        return
    days = {day for day in (max(f"{day}-01"[:10], contract["from"]) for day in steps) if day <= contract["through"]}
    gpus["delivered"] = {day: growing.day(0, growing.months) for day in sorted(days) if growing.chance(2)}
    if growing.chance(2):
        gpus["acceptance"] = f"{growing.whole(0, 40)} d"
    if growing.chance(3):
        gpus["shifts"] = [{"days": growing.whole(0, 60), "consent": "lab"}]
    if growing.chance(2):
        per = growing.one("", "/chip")
        gpus["damages"] = {
            "per_day": f"{growing.whole(1, 60)}{'' if per else '00'} USD{per}",
            "grace": f"{growing.whole(0, 20)} d",
        }
        if growing.chance(2):
            gpus["damages"]["cap"] = growing.one("20000 USD", f"900 USD{per}")
    if growing.chance(2):
        gpus["longstop"] = f"{growing.whole(0, 120)} d"
    if growing.chance(3):
        gpus["deposit"] = {"amount": f"{growing.whole(1, 90)}000 USD", "refund": f"{growing.whole(0, 100)} %"}


def _options(growing: _Growing, contract: dict[str, Any]) -> None:
    """To keep what is reserved for longer, and to have more of it."""
    gpus = contract["clauses"]["gpus"]
    if gpus["kind"] != "reservation":
        return
    if growing.chance(3):
        contract["through"] = growing.day(3, max(3, growing.months))  # no contract begins later than month 2
        gpus["extend"] = {"for": growing.one("2 months", "45 d", "1 y"), "notice": growing.one("10 d", "60 d")}
        if growing.chance(2):
            gpus["extend"]["price"] = growing.dated(80, 250, "chip-hour")
    if growing.chance(4) and "take" not in (gpus["chips"] if isinstance(gpus["chips"], dict) else ()):
        gpus["enlarge"] = {"most": growing.whole(5, 40), "by": growing.day(0, growing.months)}


def _beside(growing: _Growing, contract: dict[str, Any]) -> None:
    """Rent beside what is reserved, in the same pool; and what is for one workload only."""
    gpus = contract["clauses"]["gpus"]
    if gpus["kind"] == "reservation" and growing.chance(3):
        contract["clauses"]["rate"] = {
            "kind": "price",
            "chip": gpus["chip"],
            "price": growing.money(100, 400, "chip-hour"),
            "chips": growing.whole(5, 40),
        }
    if growing.chance(6):
        gpus["for"] = ["w0"]


def _floor(growing: _Growing, contract: dict[str, Any]) -> None:
    """A least quantity or a least spend."""
    if growing.chance(3):
        hours = min(growing.whole(5, 80) * 10000, _deliverable(contract))
        contract["clauses"]["floor"] = {
            "kind": "take_or_pay",
            "floor": f"{hours} chip-hour/year",
            "deficiency": growing.money(50, 300, "chip-hour"),
        }
        _kept_hours(growing, contract)
        if contract["from"] < "2026-11" and growing.chance(2):
            contract["clauses"]["floor"]["taken"] = {"2026-11-30": f"{growing.whole(0, 20) * 1000} chip-hour"}
    if growing.chance(3):
        contract["clauses"]["commit"] = {
            "kind": "commitment",
            "amount": f"{growing.whole(1, 20) * 50000} USD",
            "each": growing.one("contract year", "term"),
        }
        if contract["from"] < "2026-11" and growing.chance(2):
            contract["clauses"]["commit"]["burned"] = {"2026-11-30": f"{growing.whole(0, 20) * 10000} USD"}
        if contract["clauses"]["commit"]["each"] == "contract year" and growing.chance(3):
            kept = {"most": f"{growing.whole(0, 40)} %", "expires": growing.one("1 y", "2 y")}
            kept["carried"] = {"2026-02": f"{growing.whole(0, 9) * 10000} USD"}
            contract["clauses"]["commit"]["carry_forward"] = kept
            growing.relaxable = False


def _deliverable(contract: dict[str, Any]) -> int:
    """Chip-hours a year that a contract can deliver at least."""
    chips = 0
    for clause in (contract["clauses"][name] for name in ("gpus", "rate") if name in contract["clauses"]):
        given: Any = clause.get("chips", 1000)
        if isinstance(given, dict):
            given = given.get("max") or given.get("most") or min(given.values())
        chips += given
    return chips * 8000


def _kept_hours(growing: _Growing, contract: dict[str, Any]) -> None:
    """What a floor lets its buyer make up and carry forward."""
    floor = contract["clauses"]["floor"]
    if growing.chance(4):
        floor["not_provided"] = {growing.day(0, growing.months): f"{growing.whole(0, 50) * 1000} chip-hour"}
    if growing.chance(3):
        floor["make_up"] = {
            "expires": growing.one("12 months", "24 months"),
            "unit_price": growing.dated(80, 250, "chip-hour"),
            "price": growing.money(0, 120, "chip-hour"),
            "lots": {"2026-03": f"{growing.whole(0, 50) * 1000} chip-hour"},
            **({"most_per_year": f"{growing.whole(1, 60) * 1000} chip-hour/year"} if growing.chance(2) else {}),
        }
        growing.relaxable = False
    if growing.chance(3):
        floor["carry_forward"] = {
            "most": f"{growing.whole(0, 40)} %",
            "expires": growing.one("1 y", "2 y"),
            "carried": {"2026-03": f"{growing.whole(0, 30) * 1000} chip-hour"},
        }
        growing.relaxable = False


def _site(growing: _Growing) -> None:
    """A hall with one or two phases, its own or leased, and chips that are bought for it."""
    own, stands = growing.chance(2), growing.chance(3)
    phases: dict[str, dict[str, Any]] = {}
    for name in ("p", "q")[: growing.whole(1, 2)]:
        phases[name] = {
            "power": f"{growing.whole(2, 8) / 100} MW",
            "ready": growing.one("2026-01-01", growing.day(0, 4)),
            "capex": f"{growing.whole(1, 20) * 100000} USD",
        }
    if own and stands:
        phases["p"] |= {"ready": "2026-01-01", "built": "true"}
    growing.data["sites"] = {
        "hall": {
            "landlord": "lab" if own else "crusoe",
            "operator": "lab",
            "pue": 1.2,
            "energy": growing.dated(4000, 12000, "MWh"),
            "life": growing.one("10 y", "20 y"),
            "phases": phases,
            **({"grid": "0.12 MW"} if growing.chance(4) else {}),
        }
    }
    pool: dict[str, Any] = {"site": "hall", "chip": "a", "owner": "lab"}
    growing.data["pools"] = {"hall-a": pool}
    if own and stands:
        pool["existing"] = growing.whole(1, 10)
    if growing.chance(2):
        growing.data["pools"]["hall-c"] = {"site": "hall", "chip": "c", "owner": "lab", "most": growing.whole(5, 50)}
    if not own:
        _lease(growing, list(phases))
    if growing.chance(2):
        _purchase(growing)
    if growing.chance(2):
        _capital(growing)


def _lease(growing: _Growing, phases: list[str]) -> None:
    offered = growing.chance(3)
    growing.data["contracts"]["hall"] = {
        "buyer": "lab",
        "seller": "crusoe",
        "status": "offer" if offered else "signed",
        **({"sign_by": "2026-11-01"} if offered else {}),
        "from": growing.one("2026-07-01", growing.day(0, 2)),
        "through": "2036-12-31",
        "clauses": {
            "premises": {
                "kind": "lease",
                "site": "hall",
                "options": phases[growing.whole(0, len(phases)) :],
                "rent": growing.dated(8000, 20000, "kW-month"),
            }
        },
    }


def _capital(growing: _Growing) -> None:
    """Two tranches, the second from a date or once power stands."""
    later: dict[str, Any] = {"from": growing.day(1, 6)}
    if growing.chance(3):
        later = {"when": {"power": "0.03 MW", "sites": ["hall"]}}
    growing.data["contracts"]["bank"] = {
        "buyer": "lab",
        "seller": "bank",
        "status": "signed",
        "from": "2026-07-01",
        "through": "2030-12-31",
        "clauses": {
            "capital": {
                "kind": "capital_commitment",
                "investor": "bank",
                "recipient": "lab",
                "share": growing.one("50 %", "100 %"),
                "tranches": [
                    {"amount": f"{growing.whole(1, 15) * 100000} USD"},
                    {"amount": f"{growing.whole(2, 30) * 100000} USD", **later},
                ],
            }
        },
    }


def _purchase(growing: _Growing) -> None:
    growing.data["contracts"]["maker"] = {
        "buyer": "lab",
        "seller": "maker",
        "status": "offer",
        "sign_by": "2026-11-01",
        "from": "2026-07-01",
        "through": "2030-12-31",
        "clauses": {
            "order": {
                "kind": "purchase",
                "chip": "a",
                "price": f"{growing.whole(60, 250) * 100} USD/chip",
                "least": f"{growing.whole(0, 10)} chips/quarter",
                "most": f"{growing.whole(10, 50)} chips/quarter",
                "deposit": "20 %",
                "lead_time": "4 months",
            }
        },
    }


# what is wanted, and what else is promised


def _workloads(growing: _Growing) -> None:
    growing.data["workloads"] = {
        f"w{n}": growing.one(_serving, _serving, _research, _training)(growing) for n in range(growing.whole(1, 3))
    }


def _serving(growing: _Growing) -> dict[str, Any]:
    wanted: dict[str, Any] = {
        "kind": "serving",
        "revenue": growing.dated(200, 600, "chip-hour"),
        "unserved": growing.money(0, 300, "chip-hour"),
    }
    if growing.chance(4):
        wanted["tokens"] = f"{growing.whole(1, 9)}e8 token/day"
        wanted["rates"] = {name: f"{growing.whole(100, 300)} token/s" for name in CHIPS}
        wanted["revenue"], wanted["unserved"] = growing.money(100, 500, "Mtoken"), growing.money(10, 100, "Mtoken")
    else:
        wanted["chips"] = growing.whole(20, 120)
        wanted["growth"] = growing.one("0 %/month", "3 %/month")
    if growing.chance(4):
        wanted["from"] = growing.day(0, 2)
    if growing.chance(2):
        wanted["profile"] = {name: growing.whole(2, 15) / 10 for name in growing.slices}
    return wanted


def _research(growing: _Growing) -> dict[str, Any]:
    return {
        "kind": "research",
        "use": f"{growing.whole(5, 60) * 1000} chip-hour/month",
        "unserved": growing.dated(50, 400, "chip-hour"),
        **({"rates": {"b": 1.8}} if growing.chance(3) else {}),
    }


def _training(growing: _Growing) -> dict[str, Any]:
    first = growing.whole(0, max(0, growing.months - 2))
    window = [growing.day(first, first), growing.day(first + 1, first + 2)]
    if growing.chance(2):
        window = [day[:7] for day in window]
    return {
        "kind": "training",
        "flop": f"{growing.whole(1, 20)}e22 FLOP",
        "most": growing.whole(20, 80),
        "mfu": "40 %",
        "from": window[0],
        "through": window[1],
        "unserved": f"{growing.whole(1, 6)}e-18 USD/FLOP",
    }


def _promises(growing: _Growing) -> None:
    """Exclusivity, shares of revenue and a first refusal, on the first contract."""
    contract, workloads = growing.data["contracts"]["first"], list(growing.data["workloads"])
    if growing.chance(4):
        contract["clauses"]["only"] = {"kind": "exclusivity", "workloads": workloads[:1]}
    if growing.chance(3):
        share = {
            "kind": "revenue_share",
            "payer": "lab",
            "payee": "first",
            "streams": workloads[:1],
            "rate": f"{growing.whole(5, 40)} %",
        }
        if growing.chance(2):
            share |= {"cap": f"{growing.whole(1, 30) * 10000} USD"}
        elif growing.chance(2):
            share |= {"guarantee": f"{growing.whole(1, 30) * 10000} USD"}
        if growing.chance(2):
            share |= {"base": "net", "net_of": {"taxes": f"{growing.whole(0, 30)} %"}}
        if growing.chance(3):
            share["arrears"] = {
                "each": growing.one("month", "quarter", "year"),
                "within": growing.one("30 d", "2 months"),
            }
        if contract["status"] == "signed":
            contract["clauses"]["share"] = share
            growing.relaxable &= "cap" not in share and "guarantee" not in share
    if growing.chance(3):
        contract["clauses"]["refusal"] = {
            "kind": "first_refusal",
            "partial": growing.one(True, False),
            "match": growing.chance(3),
            **({"respond_within": "45 d"} if growing.chance(3) else {}),
            **({"except": ["own_build"]} if growing.chance(2) else {}),
        }
