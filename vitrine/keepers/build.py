"""Keepers of a deployment, ready to run: for the command line, the bots and the devnet."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from vitrine.errors import StateError
from vitrine.keepers.access import Holdings
from vitrine.keepers.decide import Params
from vitrine.keepers.liquidator import DeskHoldings, Liquidator
from vitrine.keepers.metrics import Metrics
from vitrine.keepers.sender import Spending
from vitrine.sdk.facade import Vitrine
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
