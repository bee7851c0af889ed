"""Twin of `TierBook`: terms of a collection, sums of an account, who may borrow or be liquidated."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Final, NamedTuple

from vitrine.errors import ConfigError
from vitrine.models.auction import AuctionTerms
from vitrine.models.quotes import OracleState, Quote
from vitrine.models.units_word import behind_units, lanes
from vitrine.units import BPS, DAY, FLOOR_PIECE, HOUR, MINUTE, mul_div_up

TARGET_BELOW_BPS: Final = 1_000
TIP_CAP_BPS: Final = 100
MID_OVER_SPOT_BPS: Final = 10_500


class Tier(NamedTuple):
    """Terms of one collection; names and order are the contract's."""

    ltv_bps: int
    lt_bps: int
    discount_min_bps: int
    discount_max_bps: int
    gap_bps: int
    premium_bps: int
    reserve_bps: int
    premium_seconds: int
    band_seconds: int
    distressed_seconds: int
    grace_seconds: int
    credit_cap_units: int
    max_live: int
    open: bool

    @property
    def target_bps(self) -> int:
        """Part of the value that may stay owed after a liquidation."""
        return self.lt_bps - TARGET_BELOW_BPS

    @property
    def deep_bps(self) -> int:
        """What a sale at the deepest standard discount brings."""
        return BPS - self.discount_max_bps

    @property
    def cover_bps(self) -> int:
        """What such a sale adds beyond its own part of the target."""
        return self.deep_bps - self.target_bps


class Place(NamedTuple):
    """A taken place of a book: what it lists, its terms, its quote of now, and its measured exit depth."""

    collection: str
    tier: Tier
    quote: Quote
    depth_units: int | None = None  # None: the governed cap alone

    @property
    def credit_cap(self) -> int:
        """Most units behind debt."""
        governed = self.tier.credit_cap_units
        return governed if self.depth_units is None else min(governed, self.depth_units)


class Health(NamedTuple):
    """Sums over the collections of an account, asset units; names and order are the contract's."""

    value: int = 0
    limit: int = 0
    target: int = 0
    deep: int = 0
    borrow_limit: int = 0
    reserve_value: int = 0
    grace_seconds: int = 0
    posted_at: int = 0
    state: OracleState = OracleState.FRESH


class Refusal(Enum):
    """Why the book refuses; each value is the name of the contract's error."""

    PRICE_STALE = "PriceStale"
    ROUND_IN_THIS_BLOCK = "RoundInThisBlock"
    NOT_LIQUIDATABLE = "NotLiquidatable"
    GRACE_AFTER_PAUSE = "GraceAfterPause"
    NO_RIPE_NOTICE = "NoRipeNotice"
    COLLECTION_CLOSED = "CollectionClosed"
    CREDIT_CAP_EXCEEDED = "CreditCapExceeded"
    PRICE_NOT_FRESH = "PriceNotFresh"
    DEBT_ABOVE_LIMIT = "DebtAboveLimit"


def value_of(price: int, units: int) -> int:
    """Units of a collection at a price per floor piece, rounded down."""
    return price * units // FLOOR_PIECE


def measure(units: int, places: Sequence[Place | None]) -> Health:
    """Sums for the unit word `units` at the quotes of now.

    The state is the worst of its collections, but Stale only when no price is live, or one is missing.
    """
    live, missing = units == 0, False
    value = limit = target = deep = borrow = reserve = grace = posted = 0
    state = OracleState.FRESH
    for count, place in zip(lanes(units), places, strict=False):
        if not count:
            continue
        if place is None:
            raise ConfigError("An account counts units on a place that is not listed", "Read the book again")
        tier, quote = place.tier, place.quote
        worth = quote.mid * count // FLOOR_PIECE
        value += worth
        limit += worth * tier.lt_bps // BPS
        target += worth * tier.target_bps // BPS
        deep += worth * tier.deep_bps // BPS
        reserve += worth * tier.reserve_bps // BPS
        scaled = tier.ltv_bps * quote.confidence_bps
        borrow += quote.bid * count // FLOOR_PIECE * scaled // (BPS * BPS)
        grace = max(grace, tier.grace_seconds)
        posted = max(posted, quote.posted_at)
        state = max(state, quote.state)
        live = live or quote.state != OracleState.STALE
        missing = missing or (quote.state == OracleState.STALE and worth == 0)
    if state == OracleState.STALE and live and not missing:
        state = OracleState.DEGRADED
    return Health(value, limit, target, deep, borrow, reserve, grace, posted, OracleState(state))


def is_critical(health: Health, debt: int) -> bool:
    """Above (L + D) / 2 no notice is needed."""
    return 2 * debt > health.limit + health.deep


def liquidation_refusal(
    health: Health, debt: int, notice_age: int, resumed_at: int, now: int
) -> Refusal | None:
    """Why a liquidation may not start, in the order in which the contract asks; None: it may.

    :param notice_age: of the live notice, seconds of the group clock; 0: none
    :param resumed_at: end of the last pause, unix seconds; 0: never paused
    """
    if health.state == OracleState.STALE:
        return Refusal.PRICE_STALE
    if health.posted_at == now:
        return Refusal.ROUND_IN_THIS_BLOCK
    if debt < health.limit or debt == 0:
        return Refusal.NOT_LIQUIDATABLE
    if resumed_at and now < resumed_at + health.grace_seconds:
        return Refusal.GRACE_AFTER_PAUSE
    if not is_critical(health, debt) and notice_age < health.grace_seconds:
        return Refusal.NO_RIPE_NOTICE
    return None


def borrow_refusal(units: int, debt: int, places: Sequence[Place | None], behind: int = 0) -> Refusal | None:
    """Why an account with `units` may not owe `debt`. With a non-zero `behind` word it is new credit."""
    for index, count in enumerate(lanes(units)):
        place = places[index] if count else None
        if place is None:
            continue
        if place.quote.state != OracleState.FRESH:
            return Refusal.PRICE_NOT_FRESH
        if behind and not place.tier.open:
            return Refusal.COLLECTION_CLOSED
        if behind and behind_units(behind, index) > place.credit_cap:
            return Refusal.CREDIT_CAP_EXCEEDED
    health = measure(units, places)
    return Refusal.DEBT_ABOVE_LIMIT if debt > health.borrow_limit else None


def auction_terms(tier: Tier, units: int, appraised: int, started_at: int = 0) -> AuctionTerms:
    """Terms of an auction of a token that counts `units`; it starts at least at the appraised value."""
    return AuctionTerms(
        started_at,
        units,
        max(tier.premium_bps, mul_div_up(appraised, BPS, units)),
        tier.discount_min_bps,
        tier.discount_max_bps,
        tier.reserve_bps,
        tier.premium_seconds,
        tier.band_seconds,
        tier.distressed_seconds,
    )


_BOUNDS: Final[tuple[tuple[str, int, int], ...]] = (
    ("ltv_bps", 1_000, 5_000),
    ("lt_bps", 7_000, 9_000),
    ("discount_min_bps", 500, 1_500),
    ("discount_max_bps", 0, 1_500),
    ("gap_bps", 500, 5_000),
    ("premium_bps", BPS, 2 * BPS),
    ("reserve_bps", 2_000, BPS),
    ("premium_seconds", 15 * MINUTE, 12 * HOUR),
    ("band_seconds", HOUR, 2 * DAY),
    ("distressed_seconds", HOUR, 2 * DAY),
    ("grace_seconds", 6 * HOUR, 12 * HOUR),
    ("max_live", 1, 31),
)


def tier_complaint(tier: Tier) -> str | None:
    """Why the book would refuse these terms; None: it takes them."""
    for name, low, high in _BOUNDS:
        value = getattr(tier, name)
        if name == "discount_max_bps":
            low = tier.discount_min_bps
        elif name == "reserve_bps":
            high = BPS - tier.discount_max_bps
        if not low <= value <= high:
            return f"{name} = {value} lies outside {low} to {high}"
    left = MID_OVER_SPOT_BPS * tier.lt_bps
    right = (BPS - tier.discount_max_bps - TIP_CAP_BPS) * (BPS - tier.gap_bps)
    if left > right:
        return (
            f"1.05 × LT = {left / BPS**2:.4f} exceeds "
            f"(1 − discountMax − tipCap) × (1 − gap) = {right / BPS**2:.4f}"
        )
    return None


def require_safe(tier: Tier) -> Tier:
    """The terms, or a sentence about why no book takes them."""
    complaint = tier_complaint(tier)
    if complaint is not None:
        raise ConfigError(f"These terms are not allowed: {complaint}", "Lower LT, discount or gap")
    return tier
