"""The clauses: one file a kind. Adding one means a file here (or an entry point of another package) and an example."""

from importlib.metadata import entry_points

from gigawatt.clauses.authority import Authority
from gigawatt.clauses.capital_commitment import CapitalCommitment
from gigawatt.clauses.change_of_control import ChangeOfControl
from gigawatt.clauses.commitment import Commitment
from gigawatt.clauses.determination import Determination
from gigawatt.clauses.exclusivity import Exclusivity
from gigawatt.clauses.first_on import FirstOn
from gigawatt.clauses.first_refusal import FirstRefusal
from gigawatt.clauses.information_rights import InformationRights
from gigawatt.clauses.ip_rights import IpRights
from gigawatt.clauses.lease import Lease
from gigawatt.clauses.location import LocationLimit
from gigawatt.clauses.mfn import MostFavoured
from gigawatt.clauses.pass_through import PassThrough
from gigawatt.clauses.prepayment import Prepayment
from gigawatt.clauses.price import Price
from gigawatt.clauses.purchase import Purchase
from gigawatt.clauses.renewal import Renewal
from gigawatt.clauses.reservation import Reservation
from gigawatt.clauses.revenue_share import RevenueShare
from gigawatt.clauses.service_level import ServiceLevel
from gigawatt.clauses.take_or_pay import TakeOrPay
from gigawatt.clauses.termination import Termination
from gigawatt.clauses.warrant import Warrant
from gigawatt.model.clause import Clause

KINDS: tuple[type[Clause], ...] = (
    Price,
    PassThrough,
    Prepayment,
    MostFavoured,
    Reservation,
    Lease,
    TakeOrPay,
    Commitment,
    Exclusivity,
    FirstRefusal,
    RevenueShare,
    CapitalCommitment,
    Purchase,
    Warrant,
    ServiceLevel,
    Renewal,
    Termination,
    ChangeOfControl,
    FirstOn,
    LocationLimit,
    IpRights,
    InformationRights,
    Authority,
    Determination,
)


def all_kinds() -> tuple[type[Clause], ...]:
    """The kinds that ship, and those that installed packages add under the entry point `gigawatt.clauses`."""
    return KINDS + tuple(entry.load() for entry in entry_points(group="gigawatt.clauses"))
