"""A sound programme in which tests make faults, and what is told of them."""

from pathlib import Path

from gigawatt.clauses import KINDS
from gigawatt.errors import ProgrammeError
from gigawatt.file.loading import load_programme

SOUND = """\
programme: acme
decides: [acme]
horizon: {from: 2027-01, through: 2027-12, slices: {day: 12 h, night: 12 h}}
parties: {acme: {}, lumen: {}, azure: {}, crusoe: {}, bank: {}}
sites:
  hall:
    landlord: crusoe
    operator: acme
    energy: 62 USD/MWh
    phases:
      b1: {power: 10 MW, ready: 2027-01-01, capex: 1 MUSD/MW}
pools:
  own: {site: hall, chip: gb200, owner: acme}
  azure-h100: {provider: azure, chip: h100}
workloads:
  chat: {kind: serving, tokens: 1e12 token/day, rates: {h100: 900 token/s}, revenue: 2 USD/Mtoken}
  run: {kind: training, chips: 64, from: 2027-05, through: 2027-06, unserved: 9 USD/chip-hour}
revenues:
  shop: {party: acme, amount: 1 MUSD/month}
contracts:
  lumen-1:
    buyer: acme
    seller: lumen
    status: signed
    from: 2026-07-01
    through: 2027-06-30
    clauses:
      gpus: {kind: reservation, chip: h100, chips: {min: 8, max: 64, step: 8}, price: 2.10 USD/chip-hour}
  azure-1:
    buyer: acme
    seller: azure
    status: offer
    sign_by: 2026-12-15
    from: 2027-04-01
    clauses:
      rate: {kind: price, pool: azure-h100, price: {2027-04: 4.10 USD/chip-hour}}
      share: {kind: revenue_share, payer: acme, payee: azure, rate: 20 %, streams: [chat, shop]}
  loan:
    buyer: acme
    seller: bank
    status: signed
    clauses:
      funds: {kind: capital_commitment, investor: bank, recipient: acme, tranches: [{amount: 1e9 USD}]}
"""


def told(folder: Path, text: str) -> list[str]:
    """The faults of a file with this text, with the names of files alone; none where it is sound."""
    path = folder / "programme.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        load_programme(path, KINDS)
    except ProgrammeError as error:
        return [str(fault).replace(f"{folder}/", "") for fault in error.faults]
    return []


def changed(*changes: tuple[str, str]) -> str:
    """The sound file with pieces replaced, each of which must stand in it."""
    text = SOUND
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def check(folder: Path, old: str, new: str, *faults: str) -> None:
    """One change makes exactly these faults, each `line:column: path: message`."""
    assert told(folder, changed((old, new))) == [f"programme.yaml:{fault}" for fault in faults]
