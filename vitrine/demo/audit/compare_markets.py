"""The markets as events rebuilt them against what the contracts answer, and what they add to wealth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from vitrine.chain.client import Chain
from vitrine.chain.contract import Call, Contract, Interface
from vitrine.demo.audit.findings import Findings
from vitrine.demo.audit.markets import SHARED, RebuiltMarkets, Ref
from vitrine.demo.audit.rebuilt import Rebuilt

Item = tuple[str, str, Any, Call]


def compare_markets(
    chain: Chain, contracts: Mapping[str, Contract], pool: Interface, markets: RebuiltMarkets, state: Rebuilt,
    findings: Findings,
) -> None:  # fmt: skip
    """Reads pools, bids and the royalty ledger in one batch."""
    items = [
        *_pools(pool, markets, state),
        *_bids(contracts["StandingBids"], markets),
        *_royalties(contracts["RoyaltyEngine"], markets),
    ]
    answers = chain.read_many([call for *_, call in items])
    for (kind, what, expected, _), answer in zip(items, answers, strict=True):
        found = tuple(answer) if isinstance(expected, tuple) else answer
        findings.same(kind, what, expected, found)
    _solvent(contracts, markets, state, findings)


def _pools(interface: Interface, markets: RebuiltMarkets, state: Rebuilt) -> Iterator[Item]:
    held = Counter(owner for owner in state.owners.values())
    for address, pool in markets.pools.items():
        contract = Contract(address, interface)
        spot, delta, fee = pool.words
        words = (spot, delta, fee, pool.protocol_fee_bps, pool.protocol_fees)
        yield "pools", f"state of {address}", words, contract.state()
        own = state.balances[address] - pool.protocol_fees
        yield "pools", f"reserves of {address}", (held[address], own), contract.reserves()
        yield "pools", f"owner of {address}", pool.owner, contract.owner()
        if pool.kind == SHARED:
            yield "pools", f"shares of {address}", pool.total, contract.totalSupply()
        for holder, shares in pool.shares.items():
            yield "pools", f"shares of {holder} in {address}", shares, contract.balanceOf(holder)


def _bids(contract: Contract, markets: RebuiltMarkets) -> Iterator[Item]:
    for number, bid in markets.bids.items():
        words = (
            bid.bidder, bid.collection, bid.price_bps, bid.quantity, bid.ends_at, bid.cancelled,
            bid.max_price, bid.locked,
        )  # fmt: skip
        yield "bids", f"standing bid {number}", words, contract.bidOf(number)
    for bidder, amount in markets.bid_credits.items():
        yield "bids", f"what {bidder} may take out", amount, contract.claimable(bidder)
    for (collection, token_id), bidder in markets.owed.items():
        yield "bids", f"who is owed {token_id}", bidder, contract.owedTo(collection, token_id)


def _royalties(contract: Contract, markets: RebuiltMarkets) -> Iterator[Item]:
    for receiver, amount in markets.royalty.items():
        yield "royalties", f"what {receiver} may take out", amount, contract.claimable(receiver)


def _solvent(
    contracts: Mapping[str, Contract], markets: RebuiltMarkets, state: Rebuilt, findings: Findings
) -> None:
    """Nobody owes more than he holds."""
    engine, bids = contracts["RoyaltyEngine"].address, contracts["StandingBids"].address
    owed = sum(markets.royalty.values())
    findings.holds("markets", "the royalty ledger owes more than it holds", owed <= state.balances[engine])
    locked = sum(bid.locked for bid in markets.bids.values()) + sum(markets.bid_credits.values())
    findings.same("markets", "asset of the standing bids", locked, state.balances[bids])
    for address, pool in markets.pools.items():
        enough = state.balances[address] >= pool.protocol_fees
        findings.holds("markets", f"pool {address} owes more than it holds", enough)


def market_wealth(
    markets: RebuiltMarkets, state: Rebuilt, treasury: str, value: Mapping[Ref, int]
) -> Counter[str]:
    """By address: own pools, parts of shared ones, bids, royalties, fees; pieces in own pools and bids."""
    found: Counter[str] = Counter()
    for address, pool in markets.pools.items():
        worth = state.balances[address] - pool.protocol_fees
        worth += sum(value[ref] for ref, owner in state.owners.items() if owner == address)
        found[treasury] += pool.protocol_fees
        if pool.kind != SHARED:
            found[pool.owner] += worth
            continue
        for holder, shares in pool.shares.items():
            found[holder] += shares * worth // pool.total if shares else 0
    for bid in markets.bids.values():
        found[bid.bidder] += bid.locked
    for claims in (markets.bid_credits, markets.royalty):
        for holder, amount in claims.items():
            found[holder] += amount
    for ref, bidder in markets.owed.items():
        found[bidder] += value[ref]
    return found
