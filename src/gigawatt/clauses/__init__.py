"""The clauses: one file a kind. Adding one means a file here (or an entry point of another package) and an example."""

from importlib.metadata import entry_points

from gigawatt.clauses.capital_commitment import CapitalCommitment
from gigawatt.clauses.commitment import Commitment
from gigawatt.clauses.exclusivity import Exclusivity
from gigawatt.clauses.first_refusal import FirstRefusal
from gigawatt.clauses.lease import Lease
from gigawatt.clauses.price import Price
from gigawatt.clauses.purchase import Purchase
from gigawatt.clauses.reservation import Reservation
from gigawatt.clauses.revenue_share import RevenueShare
from gigawatt.clauses.take_or_pay import TakeOrPay
from gigawatt.model.clause import Clause

KINDS: tuple[type[Clause], ...] = (
    Price,
    Reservation,
    Lease,
    TakeOrPay,
    Commitment,
    Exclusivity,
    FirstRefusal,
    RevenueShare,
    CapitalCommitment,
    Purchase,
)


def all_kinds() -> tuple[type[Clause], ...]:
    """The kinds that ship, and those that installed packages add under the entry point `gigawatt.clauses`."""
    return KINDS + tuple(entry.load() for entry in entry_points(group="gigawatt.clauses"))
