"""What an actor sees: the chain at one block, and the market outside. Plain values, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from vitrine.demo.custody import Custody

FRESH: Final = 0
DEGRADED: Final = 1
STALE: Final = 2
STATES: Final = ("Fresh", "Degraded", "Stale")
PHASES: Final = ("None", "Premium", "Band", "Distressed", "Reserve")
FLOOR_UNITS: Final = 100


@dataclass(frozen=True, slots=True)
class Move:
    """One transaction an actor wants: a call of `function` on the contract called `target`."""

    actor: str
    target: str
    """"desk", "vault", "auction", "asset", or the key of a collection."""
    function: str
    args: tuple[Any, ...]


@dataclass(frozen=True, slots=True, order=True)
class Piece:
    """One NFT: key of its collection, and its id."""

    key: str
    token_id: int


@dataclass(frozen=True, slots=True)
class Price:
    """A quote of the oracle, asset units per floor piece."""

    bid: int
    mid: int
    ask: int
    spot: int
    avg: int
    sale: int
    as_of: int
    posted_at: int
    confidence_bps: int
    state: int


@dataclass(frozen=True, slots=True)
class LoanView:
    """An account of the desk; asset units."""

    debt: int
    value: int
    limit: int
    target: int
    deep: int
    borrow_limit: int
    notice_at: int
    """Group clock at which the live notice opened; 0 without one."""
    live_count: int
    pieces: tuple[Piece, ...]
    live: tuple[Piece, ...]

    @property
    def ltv_bps(self) -> int:
        """Debt of the value at mid, rounded down; 0 without collateral."""
        return self.debt * 10_000 // self.value if self.value else 0


@dataclass(frozen=True, slots=True)
class LotView:
    """A running auction; asset units."""

    piece: Piece
    account: str
    price: int
    reference: int
    phase: int
    units: int
    started_at: int

    @property
    def discount_bps(self) -> int:
        return 10_000 - self.price * 10_000 // self.reference if self.reference else 0


@dataclass(frozen=True, slots=True)
class VaultView:
    """The money; asset units, shares where said, rates in wad per second."""

    cash: int
    debt: int
    reserve: int
    floating: int
    supply_assets: int
    redeem_assets: int
    shares: int
    queued_shares: int
    rate: int
    utilisation: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything at one block."""

    at: int
    prices: Mapping[str, Price]
    fair: Mapping[str, int]
    """What a floor piece fetches outside, asset units: known to traders, not to the protocol."""
    loans: Mapping[str, LoanView]
    lots: tuple[LotView, ...]
    vault: VaultView
    cash: Mapping[str, int]
    """Asset units in the wallet, by name."""
    custody: Custody
    """What markets hold; to be looked at only."""
    wallets: Mapping[str, Mapping[Piece, None]]
    """Pieces at home, by name."""
    credits: Mapping[str, int] = field(default_factory=dict)
    shares: Mapping[str, int] = field(default_factory=dict)

    @property
    def busy(self) -> bool:
        """Whether a notice or an auction is open."""
        return bool(self.lots) or any(loan.notice_at for loan in self.loans.values())
