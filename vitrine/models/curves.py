"""Bit-exact twins of the bonding curves: what a pool's state costs, brings and becomes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Final, NamedTuple

from vitrine.errors import AmountError, StateError
from vitrine.units import WAD, div_up, mul_div_down, mul_div_up

MAX_STATE: Final = 2**88 - 1
MAX_COUNT: Final = 2**32 - 1
MAX_RATIO_WAD: Final = 10 * WAD
MAX_STEPS: Final = 10_000


class BadSpotError(AmountError):
    """`BadSpot` of the contracts."""

    def __init__(self, spot: int) -> None:
        super().__init__(f"A curve cannot start at spot {spot}", "Choose a price of at least one asset unit")


class BadDeltaError(AmountError):
    """`BadDelta` of the contracts."""

    def __init__(self, delta: int) -> None:
        super().__init__(f"{delta} is no parameter of this curve", "See contracts/market/README.md")


class CurveExhaustedError(StateError):
    """`CurveExhausted` of the contracts."""

    def __init__(self, spot: int, delta: int, count: int) -> None:
        super().__init__(f"The curve cannot quote {count} from ({spot}, {delta})", "Trade fewer")


class NotScalableError(StateError):
    """`NotScalable` of the contracts."""

    def __init__(self) -> None:
        super().__init__(
            "The prices of this curve cannot follow liquidity", "Use linear or product for a shared pool"
        )


class CurveStep(NamedTuple):
    """What a trade costs or brings, and the state it leaves."""

    amount: int
    spot: int
    delta: int


class Curve(ABC):
    """One curve; stateless, as its contract."""

    @abstractmethod
    def validate(self, spot: int, delta: int) -> None:
        """Raises unless a pool may start there."""

    @abstractmethod
    def buy_up(self, spot: int, delta: int, count: int) -> CurveStep:
        """Cost of `count` tokens, rounded up."""

    @abstractmethod
    def sell_down(self, spot: int, delta: int, count: int) -> CurveStep:
        """Proceeds of `count` tokens, rounded down."""

    def price_of(self, spot: int, delta: int) -> int:
        """The price of the pool."""
        self.validate(spot, delta)
        return spot

    @abstractmethod
    def scale(self, spot: int, delta: int, before: int, after: int) -> tuple[int, int]:
        """State after the liquidity of a shared pool went from `before` to `after` parts."""


class LinearCurve(Curve):
    """Each token `delta` more than the one before."""

    def validate(self, spot: int, delta: int) -> None:
        if not 0 < spot <= MAX_STATE:
            raise BadSpotError(spot)
        if delta > MAX_STATE:
            raise BadDeltaError(delta)

    def buy_up(self, spot: int, delta: int, count: int) -> CurveStep:
        self.validate(spot, delta)
        after = spot + count * delta
        if count > MAX_COUNT or after > MAX_STATE:
            raise CurveExhaustedError(spot, delta, count)
        return CurveStep(count * spot + delta * (count * (count - 1) // 2), after, delta)

    def sell_down(self, spot: int, delta: int, count: int) -> CurveStep:
        self.validate(spot, delta)
        after = spot - count * delta
        if count > MAX_COUNT or after <= 0:
            raise CurveExhaustedError(spot, delta, count)
        return CurveStep(count * spot - delta * (count * (count + 1) // 2), after, delta)

    def scale(self, spot: int, delta: int, before: int, after: int) -> tuple[int, int]:
        self.validate(spot, delta)
        if not (0 < before < 2**128 and 0 < after < 2**128):
            raise CurveExhaustedError(spot, delta, after)
        step = (delta * before + after // 2) // after
        if 2 * spot + step < delta + 2:
            raise CurveExhaustedError(spot, delta, after)
        scaled = (2 * spot + step - delta) // 2, step
        self.validate(*scaled)
        return scaled


class ExponentialCurve(Curve):
    """Each token `delta` (wad) times the one before."""

    def validate(self, spot: int, delta: int) -> None:
        if not 0 < spot <= MAX_STATE:
            raise BadSpotError(spot)
        if not WAD < delta <= MAX_RATIO_WAD:
            raise BadDeltaError(delta)

    def buy_up(self, spot: int, delta: int, count: int) -> CurveStep:
        self.validate(spot, delta)
        cost, after = 0, spot
        if count > MAX_STEPS:
            raise CurveExhaustedError(spot, delta, count)
        for _ in range(count):
            cost += after
            after = mul_div_up(after, delta, WAD)
            if after > MAX_STATE:
                raise CurveExhaustedError(spot, delta, count)
        return CurveStep(cost, after, delta)

    def sell_down(self, spot: int, delta: int, count: int) -> CurveStep:
        self.validate(spot, delta)
        proceeds, after = 0, spot
        if count > MAX_STEPS:
            raise CurveExhaustedError(spot, delta, count)
        for _ in range(count):
            if after * WAD < delta:
                raise CurveExhaustedError(spot, delta, count)
            after = mul_div_down(after - 1, WAD, delta) + 1
            proceeds += after
        return CurveStep(proceeds, after, delta)

    def scale(self, spot: int, delta: int, before: int, after: int) -> tuple[int, int]:
        raise NotScalableError


class ConstantProductCurve(Curve):
    """`spot` of asset against `delta` of NFTs (wad)."""

    def validate(self, spot: int, delta: int) -> None:
        if not 0 < delta <= MAX_STATE:
            raise BadDeltaError(delta)
        if spot > MAX_STATE or spot * WAD < delta:
            raise BadSpotError(spot)

    def buy_up(self, spot: int, delta: int, count: int) -> CurveStep:
        self.validate(spot, delta)
        left = delta - count * WAD
        if count > MAX_COUNT or left <= 0:
            raise CurveExhaustedError(spot, delta, count)
        after = div_up(spot * delta, left)
        if after > MAX_STATE:
            raise CurveExhaustedError(spot, delta, count)
        return CurveStep(after - spot, after, left)

    def sell_down(self, spot: int, delta: int, count: int) -> CurveStep:
        self.validate(spot, delta)
        grown = delta + count * WAD
        after = div_up(spot * delta, grown)
        exhausted = count > MAX_COUNT or grown > MAX_STATE or after * WAD < grown
        if exhausted or (count != 0 and after == spot):
            raise CurveExhaustedError(spot, delta, count)
        return CurveStep(spot - after, after, grown)

    def price_of(self, spot: int, delta: int) -> int:
        self.validate(spot, delta)
        return mul_div_down(spot, WAD, delta)

    def scale(self, spot: int, delta: int, before: int, after: int) -> tuple[int, int]:
        self.validate(spot, delta)
        if not 0 < before < 2**128 or after >= 2**128:
            raise CurveExhaustedError(spot, delta, after)
        turn = mul_div_up if after > before else mul_div_down
        scaled = turn(spot, after, before), turn(delta, after, before)
        self.validate(*scaled)
        return scaled


CURVES: Final[dict[str, Curve]] = {
    "linear": LinearCurve(),
    "exponential": ExponentialCurve(),
    "product": ConstantProductCurve(),
}
