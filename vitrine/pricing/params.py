"""Parameters of a valuation. Defaults were chosen on CryptoPunks before 2021 (`docs/pricing.md`)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

from vitrine.errors import ConfigError
from vitrine.units import BPS, DAY, HOUR

GWEI: Final = 10**9
"""Wei per gwei; frames hold prices in whole gwei (int64), a `Valuation` in wei."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PricingParams:
    """All bounds of the filters and estimators. Prices in gwei, times in seconds, shares in basis points."""

    # spot
    ask_rank: int = 5
    """k: spot is the k-th lowest live ask; a thinner book uses its highest, but never an only one."""
    stale_ask_age: int = DAY
    """An ask younger than this is never stale."""
    stale_ask_bps: int = 7_000
    """An older ask below this share of the sale level is not executable."""
    reference_asks: int = 25
    """Without a sale level, the median of this many lowest asks takes its place in the stale test."""

    # sale
    sample_size: int = 50
    """At most this many of the latest accepted sales."""
    min_samples: int = 3
    """Below this many, `sale` is absent."""
    window: int = 14 * DAY
    """Sales older than this do not count."""
    half_life: int = DAY
    """A sale this much older than the newest one weighs half (later in a quiet market: `quiet_samples`)."""
    quiet_samples: int = 5
    """So many of the newest sales weigh at least half each, however long they took to happen."""

    # depth
    depth_items: int = 3
    """n: `depth` is the price of the n-th best bid unit."""

    # filters
    dust_gwei: int = 1_000_000
    absurd_gwei: int = 10**15
    mad_limit: float = 3.5
    """In normalised MADs (1.4826 x MAD), on logarithms."""
    mad_floor: float = 0.10
    """The normalised MAD is taken as at least this (a row of equal prices does not reject a small move)."""
    iqr_fence: float = 3.0
    funding_window: int = 7 * DAY
    round_trip_window: int = 0
    """A piece that goes back to who sold it: within this time; 0: ever."""
    cycle_window: int = 30 * DAY
    """The same over two or three hands in between."""
    pair_window: int = 7 * DAY
    pair_limit: int = 3
    """This many sales between the same two parties within `pair_window` reject all of them."""

    # rarity
    multiplier_cap_bps: int = 30_000

    # confidence
    full_age: int = 6 * HOUR
    """Evidence younger than this costs no confidence."""
    dead_age: int = 7 * DAY
    """Evidence this old leaves none."""

    def __post_init__(self) -> None:
        positive = (
            "ask_rank",
            "reference_asks",
            "sample_size",
            "min_samples",
            "window",
            "half_life",
            "quiet_samples",
            "depth_items",
            "dust_gwei",
            "pair_limit",
            "dead_age",
        )
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
                raise ConfigError(f"{field.name} is {value!r}", "Give a number of zero or more")
        for name in positive:
            if getattr(self, name) == 0:
                raise ConfigError(f"{name} is 0", "Give at least 1")
        if self.ask_rank < 2:
            raise ConfigError("ask_rank is 1, the minimum ask", "Use 2 or more: one ask must not set a price")
        if self.min_samples < 3 or self.sample_size < self.min_samples:
            fact = f"min_samples is {self.min_samples} with sample_size {self.sample_size}"
            raise ConfigError(fact, "Use 3 <= min_samples <= sample_size")
        if self.pair_limit < 2:
            raise ConfigError("pair_limit is 1, every sale has two parties", "Use at least 2")
        if not BPS <= self.multiplier_cap_bps <= 3 * BPS:
            raise ConfigError(f"multiplier_cap_bps is {self.multiplier_cap_bps}", "Use 10000 to 30000")
        if not self.dust_gwei < self.absurd_gwei <= 10**15:
            raise ConfigError("dust_gwei is not below absurd_gwei", "Use dust_gwei < absurd_gwei <= 10^15")
        if not 0 < self.stale_ask_bps < BPS:
            raise ConfigError(f"stale_ask_bps is {self.stale_ask_bps}", "Use 1 to 9999")
        if self.dead_age <= self.full_age:
            raise ConfigError("dead_age is not above full_age", "Use full_age < dead_age")
