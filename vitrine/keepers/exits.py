"""Ways out of an auction: what is offered for its NFT, and which of them serves the keeper best.

Pure, like `decide`, which calls it: quotes are part of the snapshot.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Final

from vitrine.keepers.snapshot import Market, Offer
from vitrine.models.auction import AuctionPrice
from vitrine.models.tips import reserve_tips, split_sale
from vitrine.units import BPS


class Route(Enum):
    """How an auction ends, in the order in which equal ones go."""

    TAKE = "own money"
    TAKE_INTO = "take and sell at once"
    SETTLE = "settle into an exit"


TAKE_GAS: Final = 225_000
"""As measured (docs/gas.json); what is sent is estimated anew."""


@dataclass(frozen=True, slots=True)
class Exiting:
    """Sells auctioned NFTs into markets, without own money."""

    min_gain: int = 0
    """Least gain net of gas, asset units."""
    slack_bps: int = 50
    """How far below its quote a market may pay in the end."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One way out of one auction. `gain` is net of gas; `reward` is not."""

    route: Route
    reward: int
    gain: int
    price: int
    offer: Offer | None = None
    floor: int = 0
    """Least the market must pay."""


def settle_tip(net: int, debt: int, market: Market, *, flagged: bool, started: bool) -> int:
    """What settling for `net` earns: from the surplus, or without one from a reserve that owes nobody."""
    there = {"flagged": flagged, "started": started, "settled": True}
    sale = split_sale(debt, net, market.max_tip, **there)
    if sale.surplus:
        return sale.tips.settle
    return reserve_tips(
        sale.repaid, market.reserve, market.floating_bad_debt, market.cash, market.max_tip, **there
    ).settle


def choices(
    price: AuctionPrice,
    offers: Iterable[Offer],
    debt: int,
    market: Market,
    exiting: Exiting,
    gas_units: Fraction,
    *,
    flagged: bool,
    started: bool,
) -> list[Choice]:
    """Every offer that pays the price and gains enough after gas."""
    found = []
    for offer in offers:
        floor = max(price.price, offer.net * (BPS - exiting.slack_bps) // BPS)
        if offer.net < price.price:
            continue
        if offer.inside_take:
            route, reward = Route.TAKE_INTO, offer.net - price.price
        else:
            route, reward = (
                Route.SETTLE,
                settle_tip(offer.net, debt, market, flagged=flagged, started=started),
            )
        gain = reward - int(offer.gas * gas_units)
        if gain >= exiting.min_gain:
            found.append(Choice(route, reward, gain, price.price, offer, floor))
    return found


def own_money(price: AuctionPrice, gas_units: Fraction) -> Choice:
    """Buying for the keeper itself: gains what the NFT is worth above the price."""
    reward = price.worth - price.price
    return Choice(Route.TAKE, max(reward, 0), reward - int(TAKE_GAS * gas_units), price.price)


def best(found: Iterable[Choice]) -> Choice | None:
    """The most gain; of equal ones the shorter way, then the lower venue: the same in every process."""
    order = list(Route)

    def rank(choice: Choice) -> tuple[int, int, str, bytes]:
        offer = choice.offer
        venue, data = ("", b"") if offer is None else (offer.venue.lower(), offer.data)
        return -choice.gain, order.index(choice.route), venue, data

    return min(found, key=rank, default=None)
