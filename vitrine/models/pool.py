"""Bit-exact twin of `NFTPool`: legs of a swap, liquidity of a shared pool, depth, and what its LPs own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, NamedTuple

from vitrine.errors import AmountError, StateError
from vitrine.models.curves import ConstantProductCurve, Curve, CurveExhaustedError
from vitrine.units import WAD, bps_up, mul_div_down, mul_div_up

SHARES_PER_NFT: Final = WAD
MAX_DEPTH: Final = 500
THICK: Final = 5
LEAST_SUPPLY: Final = 10**15
CASHED_NFT: Final = 10**14

Royalty = Callable[[int], int]
"""What all tokens of a swap owe together when each is sold for the base given."""


class SwapLegs(NamedTuple):
    """Every leg of a swap; names and order are the contract's."""

    total: int
    price: int
    lp_fee: int
    protocol_fee: int
    royalty: int
    new_spot: int
    new_delta: int


class Withdrawal(NamedTuple):
    """What shares stand for; `cash_in_lieu` is part of `assets`."""

    nfts: int
    assets: int
    cash_in_lieu: int


def _no_royalty(base: int) -> int:
    return 0


def _require_some(count: int) -> None:
    if count < 1:
        raise StateError("Nothing is traded", "Trade at least one NFT")


@dataclass
class PoolModel:
    """One pool; `supply` counts shares, 0 for an owned pool."""

    curve: Curve
    spot: int
    delta: int
    fee_bps: int = 0
    protocol_fee_bps: int = 0
    nfts: int = 0
    assets: int = 0
    fees: int = 0
    supply: int = 0
    average: int | None = None
    """Average over at least half an hour, which holds the cash for fractions down; None: no such past."""
    cashed: int = 0
    """Fractions paid in cash since the last whole NFT of them, parts of `CASHED_NFT`."""

    def quote_buy(self, count: int, royalty: Royalty = _no_royalty) -> SwapLegs:
        """Every leg of buying `count` tokens."""
        if count > self.nfts:
            raise StateError(f"The pool has {self.nfts} NFTs, not {count}", "Buy fewer")
        _require_some(count)
        step = self.curve.buy_up(self.spot, self.delta, count)
        lp, protocol = bps_up(step.amount, self.fee_bps), bps_up(step.amount, self.protocol_fee_bps)
        due = royalty(step.amount // count)
        total = step.amount + lp + protocol + due
        return SwapLegs(total, step.amount, lp, protocol, due, step.spot, step.delta)

    def quote_sell(self, count: int, royalty: Royalty = _no_royalty) -> SwapLegs:
        """Every leg of selling `count` tokens."""
        _require_some(count)
        step = self.curve.sell_down(self.spot, self.delta, count)
        lp, protocol = bps_up(step.amount, self.fee_bps), bps_up(step.amount, self.protocol_fee_bps)
        due = royalty(step.amount // count)
        total = step.amount - lp - protocol - due
        if total < 0:
            raise StateError("Fees would take more than the price", "Sell where the price is higher")
        if step.amount - lp > self.assets:
            raise StateError(f"The pool has {self.assets} asset units, not {step.amount - lp}", "Sell fewer")
        return SwapLegs(total, step.amount, lp, protocol, due, step.spot, step.delta)

    def buy(self, count: int, royalty: Royalty = _no_royalty) -> SwapLegs:
        """Buys, and keeps the new state."""
        legs = self.quote_buy(count, royalty)
        self._after(legs, -count, legs.price + legs.lp_fee)
        return legs

    def sell(self, count: int, royalty: Royalty = _no_royalty) -> SwapLegs:
        """Sells, and keeps the new state."""
        legs = self.quote_sell(count, royalty)
        self._after(legs, count, legs.lp_fee - legs.price)
        return legs

    def quote_add(self, count: int, max_assets: int = 0) -> tuple[int, int]:
        """(asset that must come with `count` NFTs, shares for both)."""
        if 0 < self.supply < LEAST_SUPPLY:
            raise StateError(f"The pool has {self.supply} shares, too few to add to", "Create another pool")
        if self.supply == 0:
            assets, shares = count * self.curve.price_of(self.spot, self.delta), count * SHARES_PER_NFT
        elif self.nfts:
            assets = mul_div_up(self.assets, count, self.nfts)
            shares = mul_div_down(self.supply, count, self.nfts)
        elif count:
            raise StateError("The pool holds no NFT", "Add asset alone, or sell the NFTs into it")
        else:
            assets = max_assets
            shares = mul_div_down(self.supply, assets, self.assets) if self.assets else 0
        if shares == 0:
            raise StateError("No share would be given", "Add more")
        return assets, shares

    def add(self, count: int, max_assets: int = 0) -> tuple[int, int]:
        """Adds liquidity, and keeps the new state."""
        assets, shares = self.quote_add(count, max_assets)
        if self.supply:
            grown = self.curve.scale(self.spot, self.delta, self.supply, self.supply + shares)
            self.spot, self.delta = grown
        self.supply += shares
        self.nfts += count
        self.assets += assets
        return assets, shares

    def quote_remove(self, shares: int) -> Withdrawal:
        """What `shares` stand for; gifts to the pool, which leave with the last ones, not counted."""
        if not 0 < shares <= self.supply:
            raise StateError(f"There are {self.supply} shares, not {shares}", "Remove fewer")
        if shares == self.supply:
            return Withdrawal(self.nfts, self.assets, 0)
        nfts = mul_div_down(self.nfts, shares, self.supply)
        assets = mul_div_down(self.assets, shares, self.supply)
        fraction = self.nfts * shares - nfts * self.supply
        cash = min(mul_div_down(self._cash_price(), fraction, self.supply), self.assets - assets)
        return Withdrawal(nfts, assets + cash, cash)

    def remove(self, shares: int) -> Withdrawal:
        """Removes liquidity, and keeps the new state."""
        out = self.quote_remove(shares)
        left = self.supply - shares
        before = self.spot, self.delta
        if left >= LEAST_SUPPLY:
            with suppress(AmountError, StateError):  # a state too small to shrink stays
                self.spot, self.delta = self.curve.scale(self.spot, self.delta, self.supply, left)
        if out.cash_in_lieu:
            self._count_cashed(self.nfts * shares % self.supply, before)
        self.supply -= shares
        self.nfts -= out.nfts
        self.assets -= out.assets
        return out

    def bid(self) -> int:
        """What one token sold now brings net of fees, without royalty."""
        try:
            price = self.curve.sell_down(self.spot, self.delta, 1).amount
        except CurveExhaustedError:
            return 0
        return max(0, price - bps_up(price, self.fee_bps) - bps_up(price, self.protocol_fee_bps))

    def _cash_price(self) -> int:
        if self.average is None:
            return 0
        bid, price = self.bid(), self.curve.price_of(self.spot, self.delta)
        return mul_div_down(bid, self.average, price) if self.average < price else bid

    def _count_cashed(self, fraction: int, before: tuple[int, int]) -> None:
        """Each whole NFT of fractions paid in cash moves the state as one sold does."""
        self.cashed += mul_div_up(fraction, CASHED_NFT, self.supply)
        if self.cashed < CASHED_NFT:
            return
        self.cashed -= CASHED_NFT
        try:
            self.spot, self.delta = self.curve.sell_down(self.spot, self.delta, 1)[1:]
        except (AmountError, StateError):
            self.spot, self.delta = self.curve.sell_down(*before, 1)[1:]

    def depth_at(self, min_price: int, most: int) -> int:
        """How many can be sold one by one for at least `min_price` net each."""
        spot, delta, assets = self.spot, self.delta, self.assets
        for count in range(min(most, MAX_DEPTH)):
            try:
                price, spot, delta = self.curve.sell_down(spot, delta, 1)
            except CurveExhaustedError:
                return count
            lp = bps_up(price, self.fee_bps)
            net = price - lp - bps_up(price, self.protocol_fee_bps)
            if net < max(0, min_price) or price - lp > assets:
                return count
            assets -= price - lp
        return min(most, MAX_DEPTH)

    def potential(self) -> tuple[int, ...]:
        """What no swap lowers, part by part: see "LP value" in contracts/market/README.md."""
        if isinstance(self.curve, ConstantProductCurve):
            return self.assets - self.spot, self.spot * self.delta, self.nfts * WAD - self.delta
        return (self.assets + self.curve.buy_up(self.spot, self.delta, self.nfts).amount,)

    def _after(self, legs: SwapLegs, nfts: int, assets: int) -> None:
        self.spot, self.delta = legs.new_spot, legs.new_delta
        self.nfts += nfts
        self.assets += assets
        self.fees += legs.protocol_fee
