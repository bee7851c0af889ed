"""Twin of `LiquidationAuction`: multiple, price and phase of a falling-price auction."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple

from vitrine.errors import StateError
from vitrine.models.quotes import OracleState, Quote
from vitrine.models.wad import pow_wad, zero_floor_sub
from vitrine.units import BPS, DAY, FLOOR_PIECE, WAD, mul_div_down, mul_div_up

RESTART_AFTER: Final = DAY
STALE_AFTER: Final = DAY
DECAY_STEPS: Final = 3_600
DECAY_PER_STEP_WAD: Final = 998_076_443_575_628_739
DECAY_END_WAD: Final = WAD // 1_024
_WAD_PER_BPS: Final = 10**14


class AuctionPhase(IntEnum):
    """Where an auction stands."""

    NONE = 0
    PREMIUM = 1
    BAND = 2
    DISTRESSED = 3
    RESERVE = 4


class AuctionTerms(NamedTuple):
    """Terms of one auction, fixed at its start; names and order are the contract's."""

    started_at: int
    units: int
    premium_bps: int
    discount_min_bps: int
    discount_max_bps: int
    reserve_bps: int
    premium_seconds: int
    band_seconds: int
    distressed_seconds: int

    @property
    def band_end(self) -> int:
        """Seconds after which the standard band is over."""
        return self.premium_seconds + self.band_seconds


class AuctionPrice(NamedTuple):
    """What the auction asks now, what the NFT is worth at spot, and the phase."""

    price: int
    worth: int
    phase: AuctionPhase

    @property
    def discount_bps(self) -> int:
        """What a sale now would report: negative above the reference."""
        return BPS - mul_div_down(self.price, BPS, self.worth)


def multiple_at(terms: AuctionTerms, elapsed: int) -> tuple[int, AuctionPhase]:
    """Multiple of the reference after `elapsed` seconds, wad rounded up, and the phase."""
    top = (BPS - terms.discount_min_bps) * _WAD_PER_BPS
    if elapsed < terms.premium_seconds:
        step = mul_div_down(elapsed, DECAY_STEPS, terms.premium_seconds)
        left = zero_floor_sub(pow_wad(DECAY_PER_STEP_WAD, step), DECAY_END_WAD)
        span = terms.premium_bps * _WAD_PER_BPS - top
        return top + mul_div_up(span, left, WAD - DECAY_END_WAD), AuctionPhase.PREMIUM
    elapsed -= terms.premium_seconds
    band = (terms.discount_max_bps - terms.discount_min_bps) * _WAD_PER_BPS
    if elapsed <= terms.band_seconds:
        return top - mul_div_down(band, elapsed, terms.band_seconds), AuctionPhase.BAND
    elapsed -= terms.band_seconds
    bottom = terms.reserve_bps * _WAD_PER_BPS
    if elapsed >= terms.distressed_seconds:
        return bottom, AuctionPhase.RESERVE
    fall = mul_div_down(top - band - bottom, elapsed, terms.distressed_seconds)
    return top - band - fall, AuctionPhase.DISTRESSED


def elapsed_at(terms: AuctionTerms, quote: Quote, clock: int, now: int) -> int:
    """Seconds that count.

    While the price is stale, time stands still at the end of the band, or where it stood when the price went
    stale if that was later.
    """
    elapsed = clock - terms.started_at
    if quote.state != OracleState.STALE:
        return elapsed
    if now < quote.as_of + STALE_AFTER:  # stale for another reason than its age
        return min(elapsed, terms.band_end)
    stale_for = now - quote.as_of - STALE_AFTER
    return min(elapsed, max(terms.band_end, zero_floor_sub(elapsed, stale_for)))


def price_at(terms: AuctionTerms, quote: Quote, clock: int, now: int) -> AuctionPrice:
    """What the auction asks at group clock `clock` and unix time `now`."""
    if terms.started_at == 0:
        raise StateError("There is no auction of this token", "Look at the account's NFTs again")
    worth = mul_div_down(quote.spot, terms.units, FLOOR_PIECE)
    if worth == 0:
        raise StateError("There is no reference price", "Wait for the next round of the oracle")
    multiple, phase = multiple_at(terms, elapsed_at(terms, quote, clock, now))
    return AuctionPrice(mul_div_up(quote.spot * terms.units, multiple, FLOOR_PIECE * WAD), worth, phase)
