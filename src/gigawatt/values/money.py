"""Money in exact whole minor units (cents), and how a total is split so that the parts add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

_TWO_DIGITS = (
    "AED AUD BGN BRL CAD CHF CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR KES MAD MXN MYR NGN NOK NZD PEN PHP PKR "
    "PLN QAR RON SAR SEK SGD THB TRY TWD UAH USD UYU ZAR"
)
_NO_DIGITS = "CLP ISK JPY KRW PYG UGX VND XAF XOF"
_THREE_DIGITS = "BHD IQD JOD KWD LYD OMR TND"
_EXPONENTS: dict[str, int] = {
    code: digits for codes, digits in ((_TWO_DIGITS, 2), (_NO_DIGITS, 0), (_THREE_DIGITS, 3)) for code in codes.split()
}

CURRENCIES: frozenset[str] = frozenset(_EXPONENTS)
"""The ISO 4217 codes that a programme may use."""

_EXACT = Context(prec=60)


def minor_digits(currency: str) -> int:
    """How many decimals the currency's minor unit has: USD 2, JPY 0, KWD 3. ValueError for an unknown code."""
    try:
        return _EXPONENTS[currency]
    except KeyError:
        raise ValueError(f"{currency!r} is not a currency that is known here; write its ISO code, as USD") from None


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one currency, in whole minor units: `Money(1050, "USD")` is ten dollars and fifty cents.

    Amounts of two currencies are never added or compared: ValueError.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        minor_digits(self.currency)

    @classmethod
    def from_decimal(cls, amount: Decimal, currency: str) -> Money:
        """The amount, given in main units, rounded half-even to whole minor units."""
        minor = _EXACT.scaleb(amount, minor_digits(currency))
        return cls(int(minor.to_integral_value(rounding=ROUND_HALF_EVEN)), currency)

    def to_decimal(self) -> Decimal:
        """The amount in main units, exact."""
        return _EXACT.scaleb(Decimal(self.minor), -minor_digits(self.currency))

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._like(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._like(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.minor), self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._like(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._like(other)

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._like(other)

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._like(other)

    def __str__(self) -> str:
        digits = minor_digits(self.currency)
        whole, rest = divmod(abs(self.minor), 10**digits)
        sign = "-" if self.minor < 0 else ""
        decimals = f".{rest:0{digits}d}" if digits else ""
        return f"{sign}{whole:,}{decimals} {self.currency}"

    def _like(self, other: Money) -> int:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not mix; convert one of them first")
        return other.minor


def amount_text(minor: int, currency: str) -> str:
    """An amount in main units with all its decimals and nothing else, as programs read it: `-1234.50`, yen `980`."""
    digits = minor_digits(currency)
    whole, rest = divmod(abs(minor), 10**digits)
    sign = "-" if minor < 0 else ""
    return f"{sign}{whole}.{rest:0{digits}d}" if digits else f"{sign}{whole}"


def allocate(total_minor: int, weights: Sequence[Decimal | int | Fraction]) -> list[int]:
    """Split a total in proportion to `weights`, in whole minor units that add up to it exactly.

    By largest remainder; ties go to the earlier part. A negative total is split as its positive.
    ValueError where a weight is negative, there are none, or all are nought while the total is not.
    """
    if any(weight < 0 for weight in weights):
        raise ValueError("weights cannot be negative")
    exact = [Fraction(weight) for weight in weights]
    whole = sum(exact)
    if not whole:
        if total_minor or not weights:
            raise ValueError(f"cannot split {total_minor} in proportion to weights that are all nought")
        return [0] * len(weights)
    size, sign = abs(total_minor), -1 if total_minor < 0 else 1
    quotas = [size * weight / whole for weight in exact]
    parts = [quota.numerator // quota.denominator for quota in quotas]
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - quotas[i], i))
    for i in by_remainder[: size - sum(parts)]:
        parts[i] += 1
    return [sign * part for part in parts]
