"""Twin of `CreditDesk` and `AccountCodec`: accounts, the lines debt is compared with, marks, redemption."""

from __future__ import annotations

from typing import Final, NamedTuple

from vitrine.models.quotes import OracleState
from vitrine.models.tiers import Health
from vitrine.models.wad import debt_to_assets_up, zero_floor_sub
from vitrine.units import DAY, HOUR, bps_up

FINE_BPS: Final = 200
NOTICE_LIFE: Final = 72 * HOUR
WARN_BPS: Final = 700
CALM_BPS: Final = 1_000
RECOVERED_BPS: Final = 500
TIP_ONCE_PER: Final = DAY

NOTICE: Final = 1
MARKED: Final = 2
DISTRESSED: Final = 4

_SHARES: Final = 2**96 - 1
_UNITS: Final = 2**128 - 1


class Account(NamedTuple):
    """An account as stored."""

    debt_shares: int = 0
    units: int = 0
    nft_count: int = 0
    live_count: int = 0
    flags: int = 0

    @classmethod
    def unpack(cls, word: int) -> Account:
        """Bits, lowest first: debt shares (96), units (128), NFT count (16), live count (8), flags (8)."""
        return cls(
            word & _SHARES, word >> 96 & _UNITS, word >> 224 & 0xFFFF, word >> 240 & 0xFF, word >> 248 & 0xFF
        )

    def pack(self) -> int:
        return (
            self.debt_shares
            | self.units << 96
            | self.nft_count << 224
            | self.live_count << 240
            | self.flags << 248
        )

    @property
    def units_behind(self) -> int:
        """The account's units if they stand behind debt, else 0."""
        return self.units if self.debt_shares else 0

    def debt(self, debt_assets: int, debt_shares: int) -> int:
        """What the account owes at these totals, rounded up."""
        return debt_to_assets_up(self.debt_shares, debt_assets, debt_shares)


class Notice(NamedTuple):
    """The notice of an account, and the starter owed for its auctions; times on the group clock."""

    flagger: str
    opened_at: int
    starter: str
    started_at: int


class Mark(NamedTuple):
    """What a marked account was last marked with."""

    shares: int = 0
    collateral: int = 0


def line(health: Health, bps: int) -> int:
    """L less `bps` of V."""
    return zero_floor_sub(health.limit, bps_up(health.value, bps))


def warn_line(health: Health) -> int:
    """From here upward an account may be flagged."""
    return line(health, WARN_BPS)


def calm_line(health: Health) -> int:
    """Below it a notice dies."""
    return line(health, CALM_BPS)


def recovered_line(health: Health) -> int:
    """Up to it auctions are over."""
    return line(health, RECOVERED_BPS)


def critical_line(health: Health) -> int:
    """Above it no notice is needed: the largest debt that is not critical."""
    return (health.limit + health.deep) // 2


def notice_lives(account: Account, opened_at: int, clock: int) -> bool:
    """Whether the account is under a notice."""
    return bool(account.flags & NOTICE) and clock - opened_at <= NOTICE_LIFE


def may_flag(account: Account, health: Health, debt: int, opened_at: int, clock: int) -> bool:
    """Whether `flag` succeeds (while not paused)."""
    return (
        health.state != OracleState.STALE
        and debt != 0
        and debt >= warn_line(health)
        and not notice_lives(account, opened_at, clock)
    )


def may_clear(account: Account, health: Health, debt: int, opened_at: int, clock: int) -> bool:
    """Whether `clear` succeeds; without a notice it changes nothing."""
    return not notice_lives(account, opened_at, clock) or debt == 0 or debt < calm_line(health)


def may_reclaim(health: Health, debt: int) -> bool:
    """Whether the auctions of the account are over."""
    return debt <= recovered_line(health)


def mark_of(account: Account, health: Health, debt: int, old: Mark) -> Mark:
    """What `mark` stores: the debt shares and the collateral they stand against, or nothing.

    An account without debt is not marked; one without collateral loses its debt instead of being marked.
    """
    collateral = health.reserve_value if account.flags & DISTRESSED else health.deep
    if health.state == OracleState.STALE:
        if not account.flags & MARKED:
            return Mark()
        collateral = old.collateral
    return Mark(account.debt_shares, collateral) if debt > collateral else Mark()


def redeem_cost(health: Health, debt: int, live_count: int) -> int:
    """Assets that `redeem` pulls to bring the debt down to G, the fine included."""
    excess = zero_floor_sub(debt, health.target)
    if excess == 0:
        return 0
    excess = min(debt, excess + 2)
    return excess + (bps_up(excess, FINE_BPS) if live_count else 0)
