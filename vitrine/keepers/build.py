"""Keepers of a deployment, ready to run: for the command line, the bots and the devnet."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Final

from vitrine.errors import StateError
from vitrine.keepers.access import Holdings
from vitrine.keepers.decide import Params
from vitrine.keepers.liquidator import DeskHoldings, Liquidator
from vitrine.keepers.metrics import Metrics
from vitrine.keepers.reporter import Manners, Reporter
from vitrine.keepers.reports import ChainSigner, FolderMailbox, SanityBand, Valuer
from vitrine.keepers.sender import Spending
from vitrine.pricing import MarketFrames, Multipliers, Valuation, value_collection
from vitrine.sdk.facade import Vitrine
from vitrine.sdk.market_files import load_market
from vitrine.units import ETH, WAD

PUBLIC_BLOCK_TIME: Final = 12


def spending_of(vitrine: Vitrine, most_wei: int = ETH) -> Spending:
    """Gas weighed in the asset at the oracle's ETH/USD."""
    rate = vitrine.oracle.rate_wad()
    if not rate:
        raise StateError(
            "There is no ETH/USD price", "Gas cannot be weighed without one: mend the aggregator"
        )
    return Spending(Fraction(ETH * WAD, rate * 10**vitrine.money.decimals), most_wei=most_wei)


def liquidator_of(
    vitrine: Vitrine,
    account: str,
    *,
    params: Params | None = None,
    spending: Spending | None = None,
    holdings: Holdings | None = None,
    metrics: Metrics | None = None,
) -> Liquidator:
    """A liquidator; without `holdings` it reads the desk's own events."""
    chain, market = vitrine.chain, vitrine.market
    return Liquidator(
        chain,
        market,
        market.lens,
        holdings or DeskHoldings(vitrine.desk),
        account,
        spending or spending_of(vitrine),
        params,
        metrics=metrics,
        block_time=1 if chain.local else PUBLIC_BLOCK_TIME,
    )


class FilesValuer:
    """Values a collection from files of market events; a file that grew is read again."""

    def __init__(
        self, collection: str, sales: Path, orders: Path | None = None, traits: Path | None = None
    ) -> None:
        self._collection = collection
        self._files = (sales, orders, traits)
        self._stamp: tuple[int, ...] = ()
        self._market: MarketFrames | None = None
        self._multipliers: Multipliers | None = None

    def value(self, as_of: int) -> Valuation:
        """Valuation at `as_of` from what the files hold up to then."""
        stamp = tuple(0 if f is None or not f.exists() else f.stat().st_mtime_ns for f in self._files)
        if self._market is None or stamp != self._stamp:
            self._market, self._multipliers, _ = load_market(self._collection, *self._files)
            self._stamp = stamp
        return value_collection(self._market, as_of, multipliers=self._multipliers)


def reporter_of(
    vitrine: Vitrine,
    address: str,
    valuers: Mapping[str, Valuer],
    mailbox: Path,
    *,
    carrier: str | None = None,
    bands: Mapping[str, SanityBand] | None = None,
    manners: Manners | None = None,
    spending: Spending | None = None,
    metrics: Metrics | None = None,
) -> Reporter:
    """A reporter that signs as `address`; `valuers` and `bands` by address of the collection.

    :param mailbox: folder that the reporters of this feed share
    :param carrier: account that pays for posting; the reporter itself by default
    """
    feed = vitrine.contract("SignedFloorFeed")
    chain = vitrine.chain
    return Reporter(
        chain,
        feed,
        chain.chain_id,
        ChainSigner(chain, feed.address, address),
        valuers,
        FolderMailbox(mailbox / feed.address.lower()),
        spending or spending_of(vitrine),
        bands=bands,
        manners=manners,
        metrics=metrics,
        carrier=carrier,
    )
