"""Prepares the markets: where they are, who may move what, royalties, purses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from eth_account import Account

from vitrine.chain.abibook import AbiBook
from vitrine.chain.contract import Contract
from vitrine.chain.transaction import Outgoing
from vitrine.demo.marketcast import EXPONENTIAL, LINEAR, PRODUCT, ROYALTY_BPS, MarketCast
from vitrine.demo.world import Contracts, Markets
from vitrine.node import MNEMONIC
from vitrine.registry import Artifacts
from vitrine.units import MAX_UINT256

EXITS: Final = {"pool": "PoolExit", "order": "SeaportBidExit", "bid": "StandingBids", "taker": "PoolTaker"}
VENUES: Final = {"pool": "PoolVenue", "order": "SeaportVenue"}


def with_order_book(artifacts: Artifacts) -> AbiBook:
    """Events and errors of the tree, and those of Seaport."""
    artifacts.book.add(artifacts.get("Seaport").abi)
    return artifacts.book


def find_markets(found: Mapping[str, Contract], artifacts: Artifacts) -> Markets:
    """Markets of a deployment, by the names its plan gave them."""
    return Markets(
        factory=found["NFTPoolFactory"],
        engine=found["RoyaltyEngine"],
        bids=found["StandingBids"],
        router=found["MarketRouter"],
        loans=found["LoanRouter"],
        seaport=found["Seaport"],
        depth=found["DepthLens"],
        pool_interface=artifacts.interface("NFTPool"),
        venues={name: found[contract] for name, contract in VENUES.items()},
        exits={name: found[contract] for name, contract in EXITS.items()},
        curves={name: found[name].address for name in (LINEAR, EXPONENTIAL, PRODUCT)},
        till=found["MarketTill"].address,
    )


def purses(cast: MarketCast, wired: Contracts, parties: Mapping[str, str]) -> list[Outgoing]:
    """Asset and pieces of everybody who trades."""
    calls: list[Outgoing] = []
    for name, purse in cast.purses.items():
        home = parties[name]
        calls.append((wired.asset.mint(home, purse.cash), home))
        calls += [(wired.collections[piece.key].mint(home, piece.token_id), home) for piece in purse.pieces]
    return calls


def approvals(
    cast: MarketCast, wired: Contracts, operators: Contract, parties: Mapping[str, str]
) -> list[Outgoing]:
    """What each kind of party lets whom move."""
    markets = wired.markets
    assert markets is not None
    factory, till, seaport, bids = markets.factory, markets.till, markets.seaport, markets.bids
    spenders: dict[str, Any] = {}
    for names, spender in (
        ([*cast.providers, *cast.makers], factory),
        ([*cast.arbs, *cast.shoppers, *cast.financed], till),
        ([*cast.listers, *cast.bidders], seaport),
        (cast.patrons, bids),
    ):
        spenders |= dict.fromkeys(names, spender)
    calls: list[Outgoing] = []
    for name, spender in spenders.items():
        home = parties[name]
        calls.append((wired.asset.approve(spender, MAX_UINT256), home))
        calls += [(c.setApprovalForAll(spender, True), home) for c in wired.collections.values()]
    for name in cast.financed:
        home = parties[name]
        calls.append((operators.setOperator(markets.loans, True), home))
        calls.append((wired.asset.approve(wired.vault, MAX_UINT256), home))
    return calls


def royalties(cast: MarketCast, wired: Contracts, parties: Mapping[str, str], owner: str) -> list[Outgoing]:
    """The collections answer ERC-2981 for their creators."""
    return [
        (wired.collections[key].setDefaultRoyalty(parties[creator], ROYALTY_BPS.get(key, 0)), owner)
        for key, creator in cast.creators.items()
    ]


def signers(names: list[str], wanted: list[str], first: int) -> dict[str, Any]:
    """Keys of parties that sign orders; `first` is the account of the first name."""
    Account.enable_unaudited_hdwallet_features()
    return {
        name: Account.from_mnemonic(MNEMONIC, account_path=f"m/44'/60'/0'/0/{first + names.index(name)}")
        for name in wanted
    }
